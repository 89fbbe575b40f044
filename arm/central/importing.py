"""Bulk intake: messages of a table brought into a store, with the organisations and topics they name."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from arm.central import admin
from arm.central.central import Act, Central
from arm.domain.classifier import Category, Classifier, Subcategory
from arm.domain.commands import Register
from arm.domain.identity import CommandId, MessageId, OrganisationId, UserId
from arm.domain.message import Applicant, Channel, Message
from arm.domain.organisations import Organisation, OrganisationTree
from arm.interchange.incoming import Incoming, IncomingMessage, RefusedRow, folded, read_incoming
from arm.settings import resource_path
from arm.wire import Verdict

ROOM = UUID("b1c6f0d8-7a0e-4f7b-8a55-3f0c2f9d6a10")
BATCH = 500
GENERAL, GENERAL_TITLE = "general", "Общий вопрос"
"""The subcategory of topics that came without any: to accept a message the moderator must name one."""
DEFAULT_REGION = "Регион"
TAKEN = (Verdict.ACCEPTED, Verdict.ACCEPTED_MERGED)


class ImportTrouble(Exception):
    """Why nothing can be imported at all. `reason`: no_regulation, several_regions, no_region."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person allows; `region` names the top organisation, `regulation` is the text of one to put in force.

    `spread_days`, for trial: rows without a date are taken as received within so many days before now, each row
    always at the same part of them.
    """

    create_organisations: bool = False
    create_topics: bool = False
    regulation: str = ""
    region: str = ""
    zone: str = "Europe/Moscow"
    spread_days: int = 0
    dry_run: bool = False


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of a file. A dry run counts what would be taken."""

    taken: int = 0
    present: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    new_organisations: tuple[str, ...] = ()
    new_topics: tuple[str, ...] = ()
    without_topic: Counter[str] = field(default_factory=Counter)
    incoming: Incoming | None = None


def import_messages(
    central: Central, path: Path, wish: Wish, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Read a file and bring its messages in, batch by batch, each batch in one transaction.

    An interrupted import is finished by running it again: what is there stays as it is. Raises TableTrouble,
    ImportTrouble, and the store's own troubles.
    """
    region = _Region(central, wish)
    incoming = read_incoming(path, ZoneInfo(region.zone), central.now())
    report = Report(incoming=incoming, refused=list(incoming.refused))
    region.learn(incoming.messages, report)
    if not wish.dry_run:
        region.write()
    messages = _dated(incoming.messages, wish.spread_days, central.now())
    placed = list(_placed(messages, region, report))
    done = 0
    for batch in _batches(placed):
        _take(central, batch, report, dry_run=wish.dry_run)
        done += len(batch)
        if progress is not None:
            progress(done, len(placed))
    report.refused.sort(key=lambda one: one.row)
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A row with its message id, ready to be registered."""

    row: int
    message_id: MessageId
    command: Register


class _Region:
    """The store's organisations and topics by name, with those to be made."""

    def __init__(self, central: Central, wish: Wish) -> None:
        self._central, self._wish = central, wish
        directory = central.directory()
        self._tree: OrganisationTree = directory.tree
        self.classifier: Classifier = directory.classifier
        self._made: dict[OrganisationId, Organisation] = {}
        self._topics_changed = False
        self.top = self._find_top()
        self.zone = self._tree[self.top].zone if self.top in self._tree else wish.zone
        self._check_regulation()
        self._by_name = {
            folded(name): one.organisation_id
            for one in self._tree
            for name in (one.organisation_id, one.short_name, one.name)
            if name
        }
        self._topics = {
            folded(t): c.category_id for c in self.classifier.categories.values() for t in (c.title, c.category_id)
        }
        self._titles = {c.category_id: c for c in self.classifier.categories.values()}

    def _find_top(self) -> OrganisationId:
        tops = [one for one in self._tree if one.superior is None]
        wanted = folded(self._wish.region)
        if wanted:
            named = [one for one in self._tree if wanted in (folded(one.name), folded(one.organisation_id))]
            if named:
                return named[0].organisation_id
        with_children = [one for one in tops if self._tree.children.get(one.organisation_id)]
        if not wanted and len(tops) == 1:
            return tops[0].organisation_id
        if not wanted and len(with_children) == 1:
            return with_children[0].organisation_id
        if not wanted and tops:
            raise ImportTrouble("several_regions", ", ".join(one.name for one in tops[:5]))
        if not self._wish.create_organisations:
            raise ImportTrouble("no_region", self._wish.region)
        return self._make(self._wish.region or DEFAULT_REGION, None)

    def _check_regulation(self) -> None:
        """A region needs a regulation: the one given now, or one in force already."""
        if self._wish.regulation:
            return
        try:
            self._central.regulation_for(self.top)
        except LookupError:
            raise ImportTrouble("no_regulation", ", ".join(shipped_regulations())) from None

    def _make(self, name: str, superior: OrganisationId | None) -> OrganisationId:
        organisation_id = OrganisationId(str(uuid5(ROOM, f"{superior or ''}/{folded(name)}")))
        zone = self._wish.zone if superior is None else self.zone
        self._made[organisation_id] = Organisation(
            organisation_id=organisation_id, name=name, superior=superior, zone=zone
        )
        return organisation_id

    def learn(self, messages: Iterable[IncomingMessage], report: Report) -> None:
        """Organisations and topics that the rows name and the store doesn't know, made where that is allowed."""
        topics: list[str] = []
        for one in messages:
            name = folded(one.organisation)
            if name and name not in self._by_name and self._wish.create_organisations:
                self._by_name[name] = self._make(one.organisation, self.top)
            topics += self._learn_topic(one)
        report.new_organisations = tuple(one.name for one in self._made.values())
        report.new_topics = tuple(topics)
        self._topics_changed = bool(topics)
        if topics:
            self.classifier = Classifier(version=self._version(), categories=dict(self._titles))

    def _learn_topic(self, one: IncomingMessage) -> list[str]:
        if not one.topic or not (self._wish.create_topics or self._wish.create_organisations):
            return []
        made: list[str] = []
        key = folded(one.topic)
        if key not in self._topics:
            category_id = f"t-{uuid5(ROOM, key).hex[:12]}"
            self._topics[key] = category_id
            self._titles[category_id] = Category(category_id, one.topic, (Subcategory(GENERAL, GENERAL_TITLE),))
            made.append(one.topic)
        category = self._titles[self._topics[key]]
        title = one.subcategory
        if title and not _subcategory(category, title):
            part = Subcategory(f"s-{uuid5(ROOM, folded(title)).hex[:12]}", title)
            self._titles[category.category_id] = replace(category, subcategories=(*category.subcategories, part))
            made.append(f"{one.topic} · {title}")
        return made

    def _version(self) -> str:
        """A new version's name tells its content, so that the same import makes it once."""
        known = "|".join(sorted(f"{c.category_id}:{len(c.subcategories)}" for c in self._titles.values()))
        return f"import-{hashlib.sha256(known.encode()).hexdigest()[:12]}"

    def write(self) -> None:
        """Before the first message: regulation, organisations (the top first), classifier."""
        store = self._central.store
        if self._made:
            admin.add_organisations(store, list(self._made.values()))
        if self._wish.regulation:
            admin.set_regulation(store, self._wish.regulation, self.top)
        if self._topics_changed:
            admin.set_classifier(store, self.classifier)

    def organisation(self, name: str) -> OrganisationId | None:
        return self._by_name.get(folded(name)) if name else self.top

    def topic(self, one: IncomingMessage) -> tuple[str, str]:
        category = self._titles.get(self._topics.get(folded(one.topic), ""))
        if category is None:
            return "", ""
        part = _subcategory(category, one.subcategory) if one.subcategory else None
        return category.category_id, part.subcategory_id if part else ""


def _subcategory(category: Category, title: str) -> Subcategory | None:
    wanted = folded(title)
    return next((s for s in category.subcategories if wanted in (folded(s.title), folded(s.subcategory_id))), None)


def shipped_regulations() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in resource_path("regulations").glob("*.toml")))


def _dated(messages: Sequence[IncomingMessage], days: int, now: datetime) -> Sequence[IncomingMessage]:
    """The rows with an invented moment of receipt where they have none and one is wanted."""
    if not days:
        return messages
    return [one if one.created_at else replace(one, received_at=_invented(one, days, now)) for one in messages]


def _invented(one: IncomingMessage, days: int, now: datetime) -> datetime:
    part = int.from_bytes(hashlib.sha256(one.text.encode()).digest()[:4]) / 2**32
    return (now - timedelta(days=days) * part).replace(microsecond=0)


def _placed(messages: Sequence[IncomingMessage], region: _Region, report: Report) -> Iterator[_Placed]:
    """Rows with their places; a number given twice in one file to different messages is refused the second time."""
    texts: dict[MessageId, str] = {}
    for one in messages:
        organisation = region.organisation(one.organisation)
        if organisation is None:
            report.refused.append(
                RefusedRow(
                    row=one.row, reason="unknown_organisation", field="organisation", detail=one.organisation[:80]
                )
            )
            continue
        category, subcategory = region.topic(one)
        if one.topic and not category:
            report.without_topic[one.topic] += 1
        message_id = _message_id(region.top, one)
        if message_id in texts:
            if texts[message_id] == one.text:
                report.present += 1
            else:
                report.refused.append(_number_taken(one.row, one.external_id))
            continue
        texts[message_id] = one.text
        yield _Placed(row=one.row, message_id=message_id, command=_command(one, organisation, category, subcategory))


def _message_id(top: OrganisationId, one: IncomingMessage) -> MessageId:
    """By the number it came with, else by what it says: the same row is the same message for ever."""
    key = f"id/{one.external_id}"
    if not one.external_id:
        created = one.created_at.isoformat() if one.created_at else ""
        said = "\x1f".join((one.text, created, one.applicant, one.phone, one.address))
        key = f"text/{hashlib.sha256(said.encode()).hexdigest()}"
    return MessageId(str(uuid5(ROOM, f"{top}/{key}")))


def _command(one: IncomingMessage, organisation: OrganisationId, category: str, subcategory: str) -> Register:
    known = one.applicant or one.phone or one.email
    applicant = Applicant(name=one.applicant, phone=one.phone, email=one.email, is_legal_entity=one.is_legal_entity)
    return Register(
        text=one.text,
        channel=Channel.IMPORT,
        applicant=applicant if known else None,
        address=one.address,
        category=category,
        subcategory=subcategory,
        organisation=organisation,
        received_at=one.created_at or one.received_at,
        outer_due_at=one.due_at,
        external_id=one.external_id,
    )


def _batches(placed: Iterable[_Placed]) -> Iterator[list[_Placed]]:
    rest = iter(placed)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _take(central: Central, batch: Sequence[_Placed], report: Report, *, dry_run: bool) -> None:
    known = central.messages([one.message_id for one in batch])
    fresh: list[_Placed] = []
    for one in batch:
        there = known.get(one.message_id)
        if there is None:
            fresh.append(one)
        elif _is_same(there, one.command):
            report.present += 1
        else:
            report.refused.append(_number_taken(one.row, one.command.external_id))
    if dry_run:
        report.taken += len(fresh)
        return
    acts = [Act(UserId("system"), one.message_id, one.command, command_id=_command_id(one.message_id)) for one in fresh]
    for one, decision in zip(fresh, central.act_many(acts, batch=BATCH), strict=True):
        if decision.verdict in TAKEN:
            report.taken += 1
        else:
            report.refused.append(RefusedRow(row=one.row, reason=decision.reason, field=decision.field))


def _is_same(there: Message, command: Register) -> bool:
    """A message brought in once is the same whatever became of it since; its text never changes."""
    return there.text == command.text


def _number_taken(row: int, number: str) -> RefusedRow:
    return RefusedRow(row=row, reason="number_taken", field="external_id", detail=number[:40])


def _command_id(message_id: MessageId) -> CommandId:
    return CommandId(str(uuid5(UUID(message_id), "import")))

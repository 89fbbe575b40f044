"""A desk of hand-written fakes over the real rules: messages in memory, decided and applied as in life."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from arm.desk.values import (
    Caller,
    Candidate,
    CardView,
    Changes,
    Counter,
    Done,
    Draft,
    Filter,
    Me,
    Pending,
    QueuePage,
    QueueQuery,
    QueueRow,
    RowMark,
    SyncKind,
    SyncStatus,
    WhyView,
)
from arm.desk.values import Workspace as Space
from arm.domain.actions import actions
from arm.domain.cases import Setting
from arm.domain.clocks import Level
from arm.domain.commands import Accept, Assign, Command, Register, Start
from arm.domain.decide import apply, decide
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import Actor, CommandId, Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.loading import load_classifier, load_process, load_regulation
from arm.domain.message import Applicant, Channel, Message, Stage
from arm.domain.naming import approvers, endorsers, executors
from arm.domain.organisations import Organisation, OrganisationTree
from arm.domain.refusals import Refused
from arm.domain.routing import RoutingRule, route
from arm.domain.why import why
from arm.settings import resource_path
from tests.ui.choices_fakes import NOTHING_LEARNED, ChoicesMade
from tests.ui.company import FakeHandover, FakePresence

CITY, ROADS, GARDEN, OUTSIDE = (OrganisationId(one) for one in ("city", "roads", "garden", "ministry"))
ZONE = "Europe/Moscow"
TEXTS = (
    "Во дворе дома 14 яма глубиной около двадцати сантиметров, машины объезжают по газону. Рядом школа.",
    "Третью неделю нет отопления в подъезде, в квартире четырнадцать градусов, дети болеют.",
    "КОГДА УЖЕ ПОЧИНЯТ ФОНАРЬ НА ОСТАНОВКЕ? Вечером темно, страшно ходить!!!",
    "Мусор не вывозят с пятницы, контейнеры переполнены.",
    "Прошу сообщить, когда будет отремонтирован тротуар по улице Садовой.",
)


def organisation(key: OrganisationId, name: str, superior: OrganisationId | None = None) -> Organisation:
    return Organisation(key, name, superior, ZONE, short_name=name)


def person(key: str, name: str, position: str, *grants: tuple[Role, OrganisationId]) -> Person:
    return Person(UserId(key), name, position, tuple(Grant(role, place) for role, place in grants))


PEOPLE = (
    person("u-mod", "Орлова Елена Николаевна", "модератор", (Role.MODERATOR, CITY)),
    person("u-op", "Белова Нина Павловна", "оператор", (Role.OPERATOR, CITY)),
    person("u-coord", "Лебедева Ольга Викторовна", "координатор", (Role.COORDINATOR, CITY), (Role.COORDINATOR, ROADS)),
    person("u-exec", "Кузнецов Иван Ильич", "инженер", (Role.EXECUTOR, ROADS)),
    person("u-exec2", "Титов Алексей Сергеевич", "инженер", (Role.EXECUTOR, ROADS)),
    person("u-boss", "Сидорова Анна Андреевна", "начальник управления", (Role.MANAGER, ROADS), (Role.MANAGER, CITY)),
    person("u-boss2", "Петров Пётр Петрович", "заместитель начальника", (Role.MANAGER, ROADS), (Role.MANAGER, CITY)),
    person("u-cur", "Громова Вера Ивановна", "куратор", (Role.CURATOR, CITY), (Role.CURATOR, ROADS)),
)
SPACES = {
    "u-mod": (Space.MODERATION,),
    "u-op": (Space.INTAKE,),
    "u-coord": (Space.COORDINATION,),
    "u-exec": (Space.EXECUTION,),
    "u-boss": (Space.DECISIONS,),
    "u-boss2": (Space.DECISIONS,),
    "u-cur": (Space.CONTROL,),
}


def demo_directory() -> Directory:
    tree = OrganisationTree(
        {
            CITY: organisation(CITY, "Администрация города Энска"),
            ROADS: organisation(ROADS, "Управление дорожного хозяйства", CITY),
            GARDEN: organisation(GARDEN, "Служба озеленения", ROADS),
            OUTSIDE: organisation(OUTSIDE, "Министерство здравоохранения"),
        }
    )
    classifier = load_classifier(resource_path("demo", "classifier.toml").read_text(encoding="utf-8"))
    rules = (RoutingRule(rule_id="r1", owner=CITY, organisation=ROADS, category="roads"),)
    return Directory(tree=tree, people={p.user_id: p for p in PEOPLE}, classifier=classifier, rules=rules)


class FakeDesk:
    """Everything of one person; `me_id` may be changed between acts to let another person do the next step."""

    def __init__(self, me_id: str = "u-mod", spaces: tuple[Space, ...] = ()) -> None:
        process = load_process(resource_path("process.toml").read_text(encoding="utf-8"))
        text = resource_path("regulations", "demo-2026.toml").read_text(encoding="utf-8")
        self.regulation = load_regulation(text, process)
        self.directory_now = demo_directory()
        self.me_id = UserId(me_id)
        self.spaces = spaces or SPACES[me_id]
        self.kept: dict[MessageId, Message] = {}
        self.events: dict[MessageId, list[Event]] = {}
        self.saved_drafts: dict[str, Draft] = {}
        self.commands_given: list[Command] = []
        self.refused: list[Pending] = []
        self.listeners: list[Callable[[Changes], None]] = []
        self.status_now = SyncStatus(kind=SyncKind.IN_STEP, since=datetime.now(UTC))
        self.numbers = iter(range(4811, 9999))
        self.trouble: BaseException | None = None
        self.choices = ChoicesMade(self)
        self._build_nouns()

    def _build_nouns(self) -> None:
        self.session = SimpleNamespace(
            me=self.me,
            needs_password=lambda: False,
            sign_out=lambda: None,
            needs_first_sync=lambda: False,
            salvage=lambda: None,
            was_rebuilt=lambda: False,
            key_trouble=lambda: None,
            last_sign_in=lambda: ("", ""),
        )
        self.messages = SimpleNamespace(
            queue_page=self.queue_page,
            rows=lambda ids: tuple(self.row(self.kept[i]) for i in ids if i in self.kept),
            counters=self.counters, card=self.card, why=self.why,
            by_number=lambda n: next((m.message_id for m in self.kept.values() if m.number == n), None),
            mark_read=lambda message_id: None,
            similar=lambda text, address, limit=5: (),
            fits=lambda query, message_id: message_id in self.kept,
        )  # fmt: skip
        self.commands = SimpleNamespace(
            do=self.do, pending=lambda: tuple(self.refused), holder=self.choices.holder, was_given=lambda one: True,
            dismiss=self.choices.dismiss, resolve=self.choices.resolve,
        )  # fmt: skip
        self.drafts = SimpleNamespace(
            load=self.load_draft, save=self.save_draft, all=self.drafts_of, discard=self.discard,
            count=lambda: len(self.saved_drafts),
        )  # fmt: skip
        self.search = SimpleNamespace(search=self.found, callers=self.callers)
        self.people = SimpleNamespace(
            directory=lambda: self.directory_now,
            regulation=lambda message=None: self.regulation,
            executors=self.executors,
            endorsers=self.endorsers,
            approvers=self.approvers,
            suggest_route=self.suggest_route, usual_approver=lambda message_id: None,
        )
        self.files, self.suggestions = SimpleNamespace(), NOTHING_LEARNED
        self.presence, self.handover = FakePresence(self.tell), FakeHandover(self.tell)
        self.sync = SimpleNamespace(
            status=lambda: self.status_now,
            now=lambda: datetime.now(UTC) - timedelta(seconds=self.status_now.skew_s),
            run_now=lambda: self.status_now,
            start=lambda: None,
            stop=lambda: None,
            first_sync=lambda progress, is_cancelled: True,
            put_away=self.choices.put_away,
        )

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def close(self) -> None:
        self.listeners.clear()

    def tell(self, changes: Changes) -> None:
        for one in list(self.listeners):
            one(changes)

    def me(self) -> Me:
        mine = self.directory_now.people[self.me_id]
        place = self.directory_now.tree[mine.grants[0].organisation]
        return Me(
            user_id=self.me_id,
            full_name=mine.full_name,
            position=mine.position,
            login=str(self.me_id),
            server="http://127.0.0.1:8765",
            roles=tuple(g.role for g in mine.grants),
            workspaces=self.spaces,
            organisation=place.organisation_id,
            organisation_name=place.name,
        )

    def setting(self, at: datetime | None = None) -> Setting:
        return Setting(
            regulation=self.regulation,
            directory=self.directory_now,
            now=at or datetime.now(UTC),
            command_id=CommandId(uuid.uuid4().hex),
            new_number=lambda: str(next(self.numbers)),
        )

    def act(
        self, user_id: str, message_id: MessageId | None, command: Command, at: datetime | None = None
    ) -> Message | Refused:
        """A step of anybody, as the central store would take it."""
        key = message_id or MessageId(uuid.uuid4().hex)
        actor = Actor(self.directory_now.people[UserId(user_id)])
        answer = decide(key, self.kept.get(key), command, actor, self.setting(at))
        if isinstance(answer, Refused):
            return answer
        for event in answer:
            made = apply(self.kept.get(event.message_id), event)
            self.kept[event.message_id] = made
            self.events.setdefault(event.message_id, []).append(event)
        return self.kept[key]

    def do(self, message_id: MessageId | None, command: Command, hold_s: float = 0.0) -> Done | Refused:
        if self.trouble is not None:
            raise self.trouble
        self.commands_given.append(command)
        answer = self.act(str(self.me_id), message_id, command)
        if isinstance(answer, Refused):
            return answer
        self.tell(Changes(messages=frozenset({answer.message_id}), outbox=True))
        return Done(command_id=CommandId(uuid.uuid4().hex), message_id=answer.message_id, number=answer.number)

    def queue_page(self, query: QueueQuery, after: str = "", limit: int = 100) -> QueuePage:
        if self.trouble is not None:
            raise self.trouble
        rows = [self.row(one) for one in self.kept.values() if self._belongs(one, query)]
        first = int(after or 0)
        page = tuple(rows[first : first + limit])
        return QueuePage(rows=page, next_key=str(first + limit) if first + limit < len(rows) else "", total=len(rows))

    def _belongs(self, message: Message, query: QueueQuery) -> bool:
        by_space = {
            Space.INTAKE: message.registered_by == self.me_id,
            Space.MODERATION: message.stage is Stage.MODERATION,
            Space.COORDINATION: message.stage is Stage.COORDINATION,
            Space.EXECUTION: message.stage is Stage.EXECUTION and message.executor == self.me_id,
            Space.DECISIONS: message.stage in (Stage.ENDORSEMENT, Stage.APPROVAL),
            Space.CONTROL: message.is_open,
        }
        words = query.text.casefold()
        return by_space[query.workspace] and words in f"{message.number} {message.text}".casefold()

    def row(self, message: Message) -> QueueRow:
        directory = self.directory_now
        return QueueRow(
            message_id=message.message_id,
            number=message.number,
            first_line=message.text.splitlines()[0] if message.text else "",
            topic=directory.classifier.title(message.category, message.subcategory),
            stage=message.stage,
            organisation=directory.tree[message.owner].name,
            holder=directory.name(message.executor) or directory.tree[message.owner].name,
            level=message.clocks.level(datetime.now(UTC)),
            lead_due_at=message.clocks.lead_due_at,
            stage_due_at=message.clocks.stage_lead_at,
            registered_at=message.registered_at,
            closed_at=message.closed_at,
            marks=frozenset({RowMark.FILES}) if message.files else frozenset(),
            is_unread=message.stage is Stage.MODERATION,
            applicant_name=message.applicant.name if message.applicant else "",
        )

    def counters(self) -> tuple[Counter, ...]:
        made = []
        for space in self.spaces:
            rows = self.queue_page(QueueQuery(workspace=space), limit=1000).rows
            overdue = any(row.level in (Level.OVER, Level.STAGE_OVER) for row in rows)
            made.append(
                Counter(workspace=space, needs_action=len(rows), has_overdue=overdue, by_filter={Filter.ALL: len(rows)})
            )
        return tuple(made)

    def card(self, message_id: MessageId) -> CardView | None:
        message = self.kept.get(message_id)
        if message is None:
            return None
        actor = Actor(self.directory_now.people[self.me_id])
        return CardView(
            message=message,
            timeline=tuple(self.events[message_id]),
            sight="full",
            rev="1",
            actions=actions(message, actor, self.setting()),
            level=message.clocks.level(datetime.now(UTC)),
            zone=ZONE,
        )

    def why(self, message_id: MessageId) -> tuple[WhyView, ...]:
        lines = why(self.kept[message_id], self.regulation, self.directory_now)
        return tuple(WhyView(key=one.key, params=dict(one.params), clause=one.clause) for one in lines)

    def load_draft(self, form: str, message_id: MessageId | None = None) -> Draft | None:
        found = [d for d in self.saved_drafts.values() if d.form == form and d.message_id == message_id]
        return found[-1] if found else None

    def save_draft(self, draft: Draft) -> Draft:
        kept = replace(draft, draft_id=draft.draft_id or uuid.uuid4().hex, saved_at=datetime.now(UTC))
        self.saved_drafts[kept.draft_id] = kept
        return kept

    def drafts_of(self, form: str) -> tuple[Draft, ...]:
        return tuple(d for d in self.saved_drafts.values() if d.form == form)

    def discard(self, draft_id: str) -> None:
        self.saved_drafts.pop(draft_id, None)

    def found(self, text: str, limit: int = 50) -> tuple[QueueRow, ...]:
        words = text.casefold()
        return tuple(self.row(m) for m in self.kept.values() if words in f"{m.number} {m.text}".casefold())[:limit]

    def callers(self, phone_or_name: str, limit: int = 5) -> tuple[Caller, ...]:
        asked = phone_or_name.casefold()
        seen: dict[str, Caller] = {}
        for message in self.kept.values():
            who = message.applicant
            digits = "".join(c for c in who.phone if c.isdigit()) if who else ""
            asked_digits = "".join(c for c in asked if c.isdigit())[-10:]
            if who and ((asked_digits and asked_digits in digits) or (asked and asked in who.name.casefold())):
                seen[who.phone] = Caller(
                    applicant=who, messages=1, last_number=message.number, last_at=message.registered_at,
                    last_address=message.address,
                )  # fmt: skip
        return tuple(seen.values())[:limit]

    def executors(self, message_id: MessageId) -> tuple[Candidate, ...]:
        people = executors(self.directory_now, self.kept[message_id].owner)
        return tuple(_candidate(one, place) for place, one in enumerate(people))

    def endorsers(self, message_id: MessageId) -> tuple[Person, ...]:
        m = self.kept[message_id]
        return endorsers(self.directory_now, self.regulation, m.owner, m.category, m.subcategory)

    def approvers(self, message_id: MessageId) -> tuple[Person, ...]:
        m = self.kept[message_id]
        return approvers(self.directory_now, self.regulation, m.owner, m.category, m.subcategory, m.executor)

    def suggest_route(self, message_id: MessageId) -> OrganisationId | None:
        m = self.kept[message_id]
        rule = route(self.directory_now.rules, m.top, m.category, m.subcategory, m.channel.value, m.text)
        return rule.organisation if rule is not None else None


def _candidate(one: Person, place: int) -> Candidate:
    return Candidate(
        user_id=one.user_id,
        name=one.full_name,
        position=one.position,
        in_work=7 + place,
        overdue=place,
        with_topic=41 - place,
    )


def registered(desk: FakeDesk, text: str, days_ago: float = 0.2, **more: Any) -> Message:
    """A message taken by the operator some time ago."""
    given: dict[str, Any] = {
        "text": text,
        "channel": Channel.PHONE,
        "applicant": Applicant(name="Иванова Мария Петровна", phone="+7 900 000-11-22"),
        "address": "ул. Мира, 14",
        "rules_version": "1",
        "rules_accepted_at": datetime.now(UTC),
    }
    answer = desk.act("u-op", None, Register(**{**given, **more}), datetime.now(UTC) - timedelta(days=days_ago))
    if isinstance(answer, Refused):
        raise AssertionError(answer)
    return answer


def fill(desk: FakeDesk, texts: Iterable[str] = TEXTS, *, upto: Stage = Stage.MODERATION) -> tuple[Message, ...]:
    """Messages brought to a stage by the people of the city; every second one has a topic from the start."""
    made = []
    for place, text in enumerate(texts):
        days = 0.3 + place * 1.3
        message: Any = registered(desk, text, days, category="roads", subcategory="potholes")
        steps: list[tuple[str, Command]] = [
            ("u-mod", Accept(category="roads", subcategory="potholes", organisation=ROADS)),
            ("u-coord", Assign(executor=UserId("u-exec"))),
            ("u-exec", Start()),
        ]
        for who, command in steps[: {Stage.MODERATION: 0, Stage.COORDINATION: 1, Stage.EXECUTION: 3}[upto]]:
            message = desk.act(who, message.message_id, command, datetime.now(UTC) - timedelta(days=days / 2))
            if isinstance(message, Refused):
                raise AssertionError((command, message))
        made.append(message)
    return tuple(made)

"""The mutants: each takes one rule of the protocol out of the real code, for as long as its block lasts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy.exc import DBAPIError

from arm.central import decisions, engine, feed, pushing, reading
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.states import sight_by
from arm.central.together import _Transaction
from arm.central.unit import Unit
from arm.desk.commands import CommandsDesk
from arm.desk.projection import Projection
from arm.desk.storage import LocalStorage
from arm.domain.visibility import Sight
from arm.local.outbox import UNSENT
from arm.local.pages import Replica
from arm.sync.lease import Lease
from arm.sync.sending import Sender

log = logging.getLogger(__name__)


@contextmanager
def swapped(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """Another value under a name of a module or a class."""
    before = vars(owner)[name]
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, before)


def no_idempotency() -> AbstractContextManager[None]:
    return swapped(decisions, "rows_among", lambda connection, command_ids: {})


def idempotency_outside() -> AbstractContextManager[None]:
    """The effect is committed first, what was decided in a transaction of its own after it."""
    settle = vars(pushing)["settle"]

    def apart(store: Any, pushes: Any) -> None:
        rows: list[dict[str, Any]] = []
        real_log = decisions.log
        with swapped(decisions, "log", lambda connection, more: rows.extend(more)):
            settle(store, pushes)
        if rows:
            with writing(store.engine) as connection:
                real_log(connection, rows)

    return swapped(pushing, "settle", apart)


def ack_before_commit() -> AbstractContextManager[None]:
    def careless(connection: Any, transaction: Any) -> None:
        try:
            transaction.commit()
        except DBAPIError:
            connection.invalidate()

    return swapped(engine, "_commit", careless)


def cursor_before_rows() -> AbstractContextManager[None]:
    apply_page = LocalStorage.apply_page

    def hasty(self: LocalStorage, page: Any) -> bool:
        if self.cursor() != page.from_cursor:
            return False
        self._core.store.cache.keep(cursor=page.to_cursor.encode())
        return apply_page(self, replace(page, from_cursor=page.to_cursor))

    return swapped(LocalStorage, "apply_page", hasty)


def tags_after_only() -> AbstractContextManager[None]:
    change = Unit.change

    def forgetful(self: Unit, message: Any, event: Any, command_id: Any, device_id: Any) -> Any:
        entry = change(self, message, event, command_id, device_id)
        held = self._held[message.message_id]
        entry.tags = frozenset(held.tags if held is not None else ())
        return entry

    return swapped(Unit, "change", forgetful)


def no_scope_hash() -> AbstractContextManager[None]:
    return swapped(reading, "_has_rights", lambda reference, scope, known: True)


def integer_versions() -> AbstractContextManager[None]:
    chained = Unit._chained

    def counted(self: Unit, *given: Any) -> list[dict[str, Any]]:
        rows = chained(self, *given)
        for entry, row in zip(self.entries, rows, strict=True):
            entry.rev = row["rev"] = f"{entry.ver:032x}"
            held = self._held[entry.event.message_id]
            if held is not None:
                held.rev = entry.rev
        return rows

    return swapped(Unit, "_chained", counted)


def no_hash_in_cursor() -> AbstractContextManager[None]:
    return swapped(
        reading, "_is_of_this_history", lambda connection, reference, known, place: bool(known.seq <= place.seq)
    )


def no_reoffer() -> AbstractContextManager[None]:
    def nothing(self: LocalStorage, device_seq: int, limit: int) -> list[Any]:
        return []

    return swapped(LocalStorage, "decided_after", nothing)


def no_digest() -> AbstractContextManager[None]:
    return swapped(Sender, "_compare", lambda self, device: None)


def refusals_not_stored() -> AbstractContextManager[None]:
    real_log = decisions.log

    def forgetful(connection: Any, rows: list[dict[str, Any]]) -> None:
        kept = [one for one in rows if one["verdict"] not in ("refused", "conflict")]
        if kept:
            real_log(connection, kept)

    return swapped(decisions, "log", forgetful)


def projection_dropped_at_ack() -> AbstractContextManager[None]:
    return swapped(Projection, "_is_to_show", lambda self, entry, standing: entry.state == UNSENT)


def page_without_from() -> AbstractContextManager[None]:
    apply = Replica.apply

    def credulous(self: Replica, *given: Any, **named: Any) -> Any:
        return apply(self, *given, **(named | {"expected_cursor": None}))

    return swapped(Replica, "apply", credulous)


def eviction_forgets_words() -> AbstractContextManager[None]:
    return swapped(Replica, "_unindex", lambda self, c, pk, facts: None)


def lease_by_wall_clock() -> AbstractContextManager[None]:
    def credulous(self: Lease) -> None:
        wall, one = self._clock.wall(), self._record
        self._record = replace(one, used_s=(wall - one.pulled_at).total_seconds(), seen_at=wall)

    return swapped(Lease, "_look", credulous)


def clone_not_detected() -> AbstractContextManager[None]:
    one = _Transaction._one

    def trusting(self: _Transaction, desk: Any, envelope: Any) -> None:
        try:
            one(self, desk, envelope)
        except Trouble as trouble:
            if trouble.code != "device_fork":
                raise
            one(self, desk, replace(envelope, device_seq=desk.last_seq + 1))

    return swapped(_Transaction, "_one", trusting)


def leavers_not_told() -> AbstractContextManager[None]:
    page = feed.page

    def silent(places: Sequence[Any], found: dict[Any, Any]) -> Any:
        items, cut_at = page(places, found)
        return [one for one in items if one.card is not None], cut_at

    return swapped(feed, "page", silent)


def fields_not_withheld() -> AbstractContextManager[None]:
    card = feed._card

    def generous(row: Any, sight: Sight, timeline: Any, organisations: Any) -> msgspec.Raw:
        whole = msgspec.json.decode(card(row, Sight.FULL, timeline, organisations))
        return msgspec.Raw(msgspec.json.encode(whole | {"sight": sight.value}))

    return swapped(feed, "_card", generous)


def reconcile_keeps_strangers() -> AbstractContextManager[None]:
    want = Replica.want

    def hoarding(self: Replica, wanted: Any, evict: Any, kept: Any) -> Any:
        return want(self, wanted, (), kept)

    return swapped(Replica, "want", hoarding)


def notices_twice() -> AbstractContextManager[None]:
    write = Unit._write_notices

    def loud(self: Unit) -> None:
        write(self)
        for entry in self.entries:
            self.connection.exec_driver_sql(
                "INSERT INTO notice SELECT seq, place + 1000, message_id, recipient, kind, params, at, sent_at"
                " FROM notice WHERE seq = ?",
                (entry.seq,),
            )

    return swapped(Unit, "_write_notices", loud)


def words_in_the_log() -> AbstractContextManager[None]:
    do = CommandsDesk.do
    desk_log = logging.getLogger("arm.desk.commands")

    def talkative(self: CommandsDesk, message_id: Any, command: Any) -> Any:
        desk_log.info(f"doing {command}")
        return do(self, message_id, command)

    return swapped(CommandsDesk, "do", talkative)


def visible_by_any_tag() -> AbstractContextManager[None]:
    """Cards are given by their id alone, whoever asks for them."""
    return swapped(feed, "sight_by", lambda tags, scope: sight_by(tags, scope) or Sight.FULL)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule less; `tier` must notice it: T2 the simulation, feed, power the proofs on real processes.

    `known`: a seed that once showed what the rule is for, tried first where few histories need it.
    """

    name: str
    rule: str
    tier: str = "T2"
    apply: Callable[[], AbstractContextManager[None]] | None = None
    known: int | None = None


MUTANTS = (
    Mutant("no_idempotency", "P8", apply=no_idempotency),
    Mutant("idempotency_outside", "P8", apply=idempotency_outside),
    Mutant("ack_before_commit", "P8", apply=ack_before_commit),
    Mutant("refusals_not_stored", "P8", apply=refusals_not_stored),
    Mutant("naive_sequence", "P10", tier="feed"),
    Mutant("cursor_before_rows", "P12", apply=cursor_before_rows),
    Mutant("page_without_from", "P12", apply=page_without_from),
    Mutant("tags_after_only", "P13", apply=tags_after_only),
    Mutant("leavers_not_told", "P14", apply=leavers_not_told),
    Mutant("eviction_forgets_words", "P14", apply=eviction_forgets_words),
    Mutant("no_scope_hash", "P15", apply=no_scope_hash),
    Mutant("reconcile_keeps_strangers", "P16", apply=reconcile_keeps_strangers),
    Mutant("fields_not_withheld", "P13", apply=fields_not_withheld),
    Mutant("visible_by_any_tag", "P14", apply=visible_by_any_tag),
    Mutant("integer_versions", "P3", apply=integer_versions),
    Mutant("no_hash_in_cursor", "P5", apply=no_hash_in_cursor),
    Mutant("no_reoffer", "P9", apply=no_reoffer),
    Mutant("no_digest", "P9", apply=no_digest, known=40318),
    Mutant("clone_not_detected", "P9", apply=clone_not_detected),
    Mutant("projection_dropped_at_ack", "P20", apply=projection_dropped_at_ack),
    Mutant("synchronous_normal", "P21", tier="power"),
    Mutant("lease_by_wall_clock", "P30", apply=lease_by_wall_clock),
    Mutant("notices_twice", "I13", apply=notices_twice),
    Mutant("words_in_the_log", "I15", apply=words_in_the_log),
)

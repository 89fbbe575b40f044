"""The outbox on its way: batches in order, repeats, what can't be processed, and stores that forgot (P7–P9, P25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.sync.ports import IdGen, Storage, Transport
from arm.sync.troubles import SyncTrouble
from arm.sync.uploads import FileRefused, send_files
from arm.wire import (
    MAX_BATCH,
    SCHEMA_VER,
    Base,
    Decision,
    DeviceState,
    Envelope,
    PushAnswer,
    PushRequest,
    next_dec_hash,
)

NOOP = "noop"
PARK = "park"
FILE = "file_"
"""Beginning of the code of a command that is given up because of a file."""
EMPTY = frozenset({NOOP, PARK})
"""Words that keep a number without a step of the process."""
UNPROCESSABLE = frozenset({"bad_wire", "too_large"})
IN_THE_WAY = UNPROCESSABLE | {"id_reused", "schema_too_old", "schema_too_new"}
"""Why a decided command can't be offered once more as it is."""
Digest = tuple[int, str]
UNSURE = "unsure"
"""Kept in place of a digest from a second offer on: no store's digest is like it, so its decisions are fetched."""
NEW_HERE = "new"
"""The same for a device that the store doesn't know yet: what it offers again tells of no restore."""


def carried_on(digest: Digest, decisions: Iterable[Decision]) -> Digest:
    """The digest after those decisions; ones out of turn (repeats of an earlier number) change nothing.

    A digest that was never kept (a profile of an earlier version) stays unknown: empty beyond number 0.
    """
    seq, found = digest
    for one in decisions:
        if one.device_seq != seq + 1:
            continue
        if found or not seq:
            found = next_dec_hash(found, one.command_id, one.verdict)
        seq += 1
    return seq, found


class Sender:
    """Pushes what is undecided, and keeps this device's account with the central store."""

    def __init__(
        self,
        transport: Transport,
        storage: Storage,
        ids: IdGen,
        heard: Callable[[datetime], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._storage = storage
        self._ids = ids
        self._heard = heard
        self._now = now

    def push(self) -> int:
        """Sends undecided commands in the order of their numbers; returns how many were decided."""
        decided = 0
        while batch := self._batch():
            decided += self._send(batch)
        return decided

    def settle_up(self, device: DeviceState) -> bool:
        """Compares accounts after a page; True when the store was behind and has been given something again (P9)."""
        if device.last_seq < self._storage.decided_seq():
            self._offer_again(device.last_seq + 1)
            return True
        self._compare(device)
        self._storage.forget_archived(device.backup_floor)
        return False

    def _batch(self) -> list[Envelope]:
        batch = self._storage.unsent(MAX_BATCH)
        try:
            if send_files(self._transport, self._storage, [e for e in batch if e.verb not in EMPTY], self._now):
                return self._storage.unsent(MAX_BATCH)
        except FileRefused as refused:
            # the number is kept by a `noop` under the command's id: the queue behind it flows on (P25)
            self._storage.send_as(refused.command_id, NOOP, f"{FILE}{refused.code}")
            return self._batch()
        return batch

    def _send(self, batch: list[Envelope]) -> int:
        try:
            answer = self._pushed(batch)
        except SyncTrouble as trouble:
            return self._not_taken(batch, trouble)
        known = {one.command_id for one in batch}
        decisions = [one for one in answer.decisions if one.command_id in known]
        self._storage.settle(decisions, carried_on(self._storage.digest(), decisions))
        self._compare(answer.device)
        return len(decisions)

    def _pushed(self, batch: list[Envelope]) -> PushAnswer:
        answer = self._transport.push(PushRequest(device_id=DeviceId(self._storage.device_id()), commands=batch))
        self._heard(answer.server_time)
        if not answer.decisions:
            raise SyncTrouble("server_fault", {"code": "nothing_decided"})
        return answer

    def _not_taken(self, batch: list[Envelope], trouble: SyncTrouble) -> int:
        if trouble.code == "expect":
            return self._offer_again(_expected(trouble))
        if trouble.code == "device_fork":
            raise self._forked() from trouble
        if trouble.code == "id_reused":
            return self._used_already(batch[0], trouble)
        is_fault = _is_fault(trouble)
        is_unprocessable = trouble.kind == "refused" and trouble.code in UNPROCESSABLE
        if not is_fault and not is_unprocessable:
            raise trouble
        if len(batch) > 1:
            return sum(self._send([one]) for one in batch)
        return self._poisonous(batch[0], trouble, is_fault)

    def _used_already(self, first: Envelope, trouble: SyncTrouble) -> int:
        """The store knows the first command's id with another content, from a twin: its decision holds for both."""
        self._adopt()
        if self._head() != first.command_id:
            return 1
        if first.verb == NOOP:
            raise trouble
        self._storage.send_as(first.command_id, NOOP, trouble.code)
        return self._send(self._storage.unsent(1))

    def _forked(self) -> SyncTrouble:
        """Two profiles have gone on as one device: this one becomes another, and signs in as that (P9 c)."""
        self._storage.become_device(self._ids.new())
        return SyncTrouble("unauthorised", {"code": "device_fork"})

    def _poisonous(self, poison: Envelope, trouble: SyncTrouble, is_fault: bool) -> int:
        """One command that can't be processed holds up no other: it is parked, at worst its number is kept (P25)."""
        if poison.verb == NOOP:
            raise trouble
        if poison.verb != PARK and is_fault:
            # a fault may pass: only after many over a long time the storage lets it go out as `park`
            self._storage.failed(poison.command_id, self._now())
            raise trouble
        self._storage.send_as(poison.command_id, NOOP if poison.verb == PARK else PARK, trouble.code)
        return self._send(self._storage.unsent(1))

    def _head(self) -> str:
        return next((one.command_id for one in self._storage.unsent(1)), "")

    def _compare(self, device: DeviceState) -> None:
        """Another digest, or one that we lost count of: other decisions than ours may stand at the store (P9 b)."""
        seq, own = self._storage.digest()
        if (seq, own) == (device.last_seq, device.dec_hash):
            return
        if seq != device.last_seq and device.last_seq > self._storage.decided_seq():
            # decided, and the answer is still on its way to us: the repeat brings it
            return
        was_never_kept = not own and seq == device.last_seq
        differing = 0 if was_never_kept else self._adopt(device.last_seq)
        self._storage.adopted((device.last_seq, device.dec_hash), differing)

    def _adopt(self, last_seq: int = 0) -> int:
        """Takes over what the store decided on our commands; returns how many decisions that settled or changed.

        Accepted commands up to `last_seq` that its list lacks are asked for one by one. Either they were offered by
        a twin of this profile since, or another command has their number: that is a fork.
        """
        after, changed, listed = 0, 0, dict[int, str]()
        while found := self._transport.decisions(after):
            if found[-1].device_seq <= after:
                raise SyncTrouble("server_fault", {"code": "decisions"})
            changed += self._storage.settle(found, carried_on(self._storage.digest(), found))
            listed |= {one.device_seq: one.command_id for one in found}
            after = found[-1].device_seq
        decided = list(self._decided(last_seq))
        # a third copy may have brought a command as another device: it is decided, and its number is not ours
        is_forked = any(listed.get(one.device_seq, one.command_id) != one.command_id for one in decided)
        known = set(listed.values())
        missing = [one for one in decided if one.verb != NOOP and one.command_id not in known]
        if missing and changed:
            # told before a fork may cut this short
            self._storage.adopted(self._storage.digest(), changed)
            changed = 0
        while missing:
            answer = self._offered([_emptied(one) for one in missing[:MAX_BATCH]])
            changed += self._storage.settle(answer.decisions, self._storage.digest())
            missing = missing[len(answer.decisions) :]
        if is_forked:
            raise self._forked()
        return changed

    def _decided(self, last_seq: int) -> Iterator[Envelope]:
        """What this desk holds as decided, up to that number; what wasn't taken comes empty from the storage."""
        after = 0
        while after < last_seq and (found := self._storage.decided_after(after, MAX_BATCH)):
            yield from (one for one in found if one.device_seq <= last_seq)
            after = found[-1].device_seq

    def _offer_again(self, expected: int) -> int:
        """A restored store is behind: it gets what it had decided once more, under the old ids (P9 a).

        So does a store that this device is new to. An answer may be lost when the store has decided already: only its
        whole list of decisions, fetched once it is no longer behind, tells for certain what became of everything.
        """
        decided = self._storage.decided_seq()
        first_unsent = next((e.device_seq for e in self._storage.unsent(1)), None)
        upto = first_unsent if first_unsent is not None else decided + 1
        if expected < 1 or expected >= upto:
            raise SyncTrouble("server_fault", {"code": "expect"})
        is_new = self._storage.digest()[1] == NEW_HERE
        if expected <= decided and not is_new:
            self._storage.restored((decided, UNSURE))
        known = {e.device_seq: e for e in self._storage.decided_after(expected - 2, MAX_BATCH + 1)}
        if expected - 1 in known and not is_new:
            # when a twin has filled the gap up to here, that is heard before anything is built upon it
            self._offered([_emptied(known[expected - 1])])
        numbers = range(expected, min(upto, expected + MAX_BATCH))
        answer = self._offered([known.get(number) or self._hole(number) for number in numbers])
        ids = {one.command_id for one in known.values()}
        ours = [one for one in answer.decisions if one.command_id in ids]
        if expected > decided:
            self._storage.settle(ours, self._beyond_holes(answer))
            return len(answer.decisions)
        differing = self._storage.settle(ours, self._storage.digest())
        if not is_new:
            self._storage.reoffered(len(ours), differing)
        elif differing:
            self._storage.adopted(self._storage.digest(), differing)
        if answer.device.last_seq >= decided:
            # what it decided on an earlier offer whose answer was lost is asked for too
            self._compare(answer.device)
        return len(answer.decisions)

    def _offered(self, batch: list[Envelope]) -> PushAnswer:
        """Commands that were decided before. One that can't be taken as it is keeps its number as an empty step.

        The store answers that with what it decided on the command, or with an empty decision: then it stands before
        its author again.
        """
        try:
            return self._pushed(batch)
        except SyncTrouble as trouble:
            if trouble.code == "device_fork":
                raise self._forked() from trouble
            is_in_the_way = trouble.kind == "refused" and trouble.code in IN_THE_WAY
            if not is_in_the_way and not _is_fault(trouble):
                raise
            if len(batch) == 1 and not is_in_the_way and not self._storage.failed(batch[0].command_id, self._now()):
                # a fault may pass
                raise
        return self._offered(batch[:1]) if len(batch) > 1 else self._pushed([_emptied(batch[0])])

    def _beyond_holes(self, answer: PushAnswer) -> Digest:
        """Our digest after numbers whose commands are lost; the store's where ours didn't reach to them."""
        carried = carried_on(self._storage.digest(), answer.decisions)
        reached = (answer.device.last_seq, answer.device.dec_hash)
        return carried if carried[0] == reached[0] else reached

    def _hole(self, device_seq: int) -> Envelope:
        """A number whose command can't be read any more."""
        return Envelope(
            command_id=CommandId(self._ids.new()),
            device_seq=device_seq,
            verb=NOOP,
            message_id=MessageId(self._ids.new()),
            base=Base(),
            payload={},
        )


def _is_fault(trouble: SyncTrouble) -> bool:
    return trouble.kind == "server_fault" and trouble.params.get("status") == "500"


def _emptied(envelope: Envelope) -> Envelope:
    """Its number and id, which a store that knows them answers with its decision."""
    return replace(envelope, verb=NOOP, payload={}, base=Base(), schema_ver=SCHEMA_VER)


def _expected(trouble: SyncTrouble) -> int:
    try:
        return int(trouble.params.get("detail", ""))
    except ValueError:
        raise SyncTrouble("server_fault", {"code": "expect"}) from trouble

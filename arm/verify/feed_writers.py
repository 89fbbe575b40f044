"""Writers of the feed's proof: processes with several threads each, on the store's own write paths."""

from __future__ import annotations

import importlib
import multiprocessing as mp
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from arm.bootstrap_central import open_central
from arm.central.acting import Act
from arm.central.central import Central
from arm.central.problems import Trouble
from arm.domain.commands import Accept, Assign, Cause, Command, Comment, HandDownTo, HandUp, Reassign, SendBack
from arm.domain.identity import CommandId, MessageId, UserId
from arm.verify.rig_town import CITY, OPERATORS, WORKS, call, new_message_id, signed_in, topics
from arm.wire import Base, Decision, Envelope, PushRequest, Verdict, plain

SLOWEST_S = 0.05
LARGEST_BATCH = 6


class BrokenOff(Exception):
    """The transaction was given up on purpose after its journal rows were written."""


@dataclass(frozen=True)
class Order:
    """What one process of writers is to do; `quota` is journal entries per writer.

    `prepare`, `module:function`, is called in each process first: so a mutant takes out a rule there too.
    """

    url: str
    files: str
    writers: tuple[int, ...]
    quota: int
    slow: float
    broken: float
    seed: int
    prepare: str = ""


@dataclass
class Told:
    """What one process of writers was told by the store: (command id, seq, rev) of every acknowledged command."""

    acknowledged: list[tuple[str, int, str]] = field(default_factory=list)
    broken_off: list[str] = field(default_factory=list)
    slowed: int = 0
    retried: int = 0
    refused: int = 0
    is_whole: bool = False
    """Every writer has come to its end."""


def start(orders: list[Order]) -> tuple[list[Any], Any]:
    """The processes and the queue on which each puts one `Told` at its end."""
    context = mp.get_context("spawn")
    answers = context.Queue()
    processes = [context.Process(target=_write, args=(order, answers), daemon=True) for order in orders]
    for one in processes:
        one.start()
    return processes, answers


def _write(order: Order, answers: Any) -> None:
    told, guard = Told(), threading.Lock()
    if order.prepare:
        module, _, function = order.prepare.partition(":")
        getattr(importlib.import_module(module), function)()
    with open_central(order.url, files=Path(order.files)) as central:
        hinder = _Hindrance(central.store.engine, order)
        writers = [
            _Writer(central, order, number, hinder, told, guard).by_desk
            if number % 2
            else _Writer(central, order, number, hinder, told, guard).by_acts
            for number in order.writers
        ]
        threads = [threading.Thread(target=one) for one in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told.slowed = hinder.slowed
    told.is_whole = hinder.finished == len(threads)
    answers.put(told)


class _Hindrance:
    """Chance that makes transactions slow before the head, slow between insert and commit, or gives them up."""

    def __init__(self, engine: Engine, order: Order) -> None:
        self._order = order
        self._own = threading.local()
        self._guard = threading.Lock()
        self.slowed = self.finished = 0
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._before_commit)

    def begin(self, rng: random.Random) -> None:
        """The next transaction of this thread draws its lot."""
        self._own.rng = rng
        lot = rng.random()
        self._own.lot = "slow" if lot < self._order.slow else "broken" if lot > 1 - self._order.broken else ""
        self._own.where = rng.choice(("head", "commit"))

    def end(self) -> None:
        self._own.lot = ""

    def finish(self) -> None:
        """One more writer has done its part."""
        with self._guard:
            self.finished += 1

    def _before_statement(self, _c: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        lot = getattr(self._own, "lot", "")
        if lot == "slow" and self._own.where == "head" and "journal_head" in statement and "FOR UPDATE" in statement:
            self._linger()
        # the last statement but one: the journal's rows are written, nothing is committed
        if lot == "broken" and statement.startswith("INSERT INTO command_log"):
            raise BrokenOff

    def _before_commit(self, _connection: Connection) -> None:
        if getattr(self._own, "lot", "") == "slow" and self._own.where == "commit":
            self._linger()

    def _linger(self) -> None:
        self.slowed += 1
        time.sleep(self._own.rng.uniform(0.005, SLOWEST_S))


class _Writer:
    """One writer; it goes on until its quota of entries is acknowledged."""

    def __init__(
        self, central: Central, order: Order, number: int, hinder: _Hindrance, told: Told, guard: threading.Lock
    ) -> None:
        self._central = central
        self._quota = order.quota
        self._rng = random.Random(f"{order.seed}/{number}")  # noqa: S311
        self._number = number
        self._hinder = hinder
        self._told = told
        self._guard = guard
        self._topics = topics(central)

    def by_acts(self) -> None:
        """Batches inside the store, as the import and the portal write."""
        done, waiting = 0, iter(())  # type: tuple[int, Iterator[Act]]
        while done < self._quota:
            batch: list[Act] = []
            for _ in range(self._rng.randint(1, LARGEST_BATCH)):
                one = next(waiting, None)
                if one is None:
                    waiting = self._story()
                    one = next(waiting)
                batch.append(one)
            while (made := self._acted(batch)) is None:
                pass
            done += made
        self._hinder.finish()

    def _acted(self, batch: list[Act]) -> int | None:
        """How many entries it gave; None when it is to be repeated."""
        return self._tried([one.command_id for one in batch], lambda: self._central.act_many(batch))

    def _story(self) -> Iterator[Act]:
        """A message that comes into sight of some and leaves that of others."""
        message_id = new_message_id()
        category, subcategory = self._rng.choice(self._topics)
        operator = f"operator-{self._rng.randint(1, OPERATORS)}"
        first, other = self._rng.sample(["executor", "second"], 2)
        steps: list[tuple[str, Command]] = [
            (operator, call(f"Яма номер {self._number}")),
            ("moderator", Accept(category=category, subcategory=subcategory, organisation=CITY)),
        ]
        if self._rng.random() < 0.3:
            steps += [
                ("coordinator", HandDownTo(organisation=WORKS)),
                ("works", HandUp(reason="Не наше")),
            ]
        steps += [
            ("coordinator", Assign(executor=UserId(first))),
            ("coordinator", Reassign(executor=UserId(other), cause=Cause.VACATION, reason="Отпуск")),
            (other, SendBack(reason="Не моё")),
            ("coordinator", Comment(text="Ещё раз")),
        ]
        for user, command in steps:
            yield Act(UserId(user), message_id, command, None, CommandId(str(uuid.uuid4())))

    def by_desk(self) -> None:
        """One command, one transaction, from a device of its own."""
        operator = f"operator-{self._number % OPERATORS + 1}"
        who, _ = signed_in(self._central, operator)
        done, seq, message_id, base = 0, 0, new_message_id(), Base()
        command: Command = call(f"Звонок {self._number}")
        while done < self._quota:
            seq += 1
            envelope = Envelope(
                command_id=CommandId(str(uuid.uuid4())),
                device_seq=seq,
                verb=command.verb.value,
                message_id=message_id,
                base=base,
                payload=plain(command),
            )
            while (made := self._pushed(who, envelope)) is None:
                pass
            done += made
            if self._rng.random() < 0.5:
                message_id, base, command = MessageId(str(uuid.uuid4())), Base(), call(f"Звонок {self._number}/{seq}")
            else:
                base, command = Base(after=envelope.command_id), Comment(text=f"Уточнение {seq}")
        self._hinder.finish()

    def _pushed(self, who: Any, envelope: Envelope) -> int | None:
        request = PushRequest(device_id=who.device_id, commands=[envelope])
        return self._tried([envelope.command_id], lambda: self._central.handle_push(who, request).decisions)

    def _tried(self, command_ids: list[CommandId | None], write: Callable[[], list[Decision]]) -> int | None:
        self._hinder.begin(self._rng)
        try:
            decisions = write()
        except BrokenOff:
            self._broken(command_ids)
            return None
        except Trouble:
            self._told.retried += 1
            return None
        finally:
            self._hinder.end()
        return self._acknowledge(decisions)

    def _acknowledge(self, decisions: list[Any]) -> int:
        accepted = [one for one in decisions if one.verdict is Verdict.ACCEPTED and one.result_seq is not None]
        with self._guard:
            self._told.acknowledged += [(one.command_id, one.result_seq, one.result_rev) for one in accepted]
            self._told.refused += len(decisions) - len(accepted)
        return len(accepted)

    def _broken(self, command_ids: list[CommandId | None]) -> None:
        with self._guard:
            self._told.broken_off += [one for one in command_ids if one]

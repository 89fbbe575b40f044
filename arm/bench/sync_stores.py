"""The central stores that `arm bench sync` measures: invented messages put in once, private copies served."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from arm.bench.vocabulary import Vocabulary
from arm.bootstrap_central import open_central
from arm.central import admin, tables
from arm.central.central import Act, Central
from arm.demo.region import load_region, user_id
from arm.domain.commands import Register
from arm.domain.identity import CommandId, Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.message import Applicant, Channel
from arm.settings import cache_folder

LOGIN = "bench"
ME = user_id(LOGIN)
BUILD = 1
"""Raised when the messages are invented otherwise: an older cached store is not taken."""
WORDS_IN_TEXT = 58
SPREAD_DAYS = 40
NAMES = ("Иванова Мария Петровна", "Кузнецов Олег Ильич", "Фёдорова Анна Львовна", "Белов Пётр Сергеевич")
LISTENING = "listening "
GRACE_S = 20
TOP = OrganisationId("kray")


class NotServed(Exception):
    """The central store's process ended before it answered."""


@dataclass(frozen=True)
class Served:
    """A running central store: where it answers, its database, its process, and the password of `LOGIN`."""

    address: str
    database: str
    pid: int
    password: str


def texts(count: int, first: int = 0) -> Iterator[str]:
    """Invented texts of about a thousand bytes; the same in every run."""
    vocabulary = Vocabulary()
    for at in range(first, first + count):
        words = vocabulary.text(Random(f"text/{at}"), WORDS_IN_TEXT)  # noqa: S311
        yield f"{' '.join(words[:8]).capitalize()}. {' '.join(words[8:]).capitalize()}."


def acts(count: int, now: datetime, first: int = 0, days: int = SPREAD_DAYS) -> Iterator[Act]:
    """Registrations as an import brings them, of the last `days`; ids are random and tell nothing of the order."""
    for at, text in enumerate(texts(count, first), first):
        rng = Random(f"act/{at}")  # noqa: S311
        command = Register(
            text=text,
            channel=Channel.IMPORT,
            applicant=Applicant(name=rng.choice(NAMES), phone=f"+7 900 {at % 10**7:07d}"),
            address=f"ул. {text.partition(' ')[0]}, д. {at % 120 + 1}",
            organisation=TOP,
            received_at=now - timedelta(days=days) * (1 - (at - first) / (count + 1)),
            external_id=f"bench-{at}",
        )
        message_id = MessageId(str(UUID(int=rng.getrandbits(128), version=4)))
        yield Act(UserId("system"), message_id, command, command_id=CommandId(message_id))


def settle(central: Central) -> None:
    """The invented region, and one person who registers and sees everything; nobody has a password yet."""
    store, region = central.store, load_region(datetime.now(UTC).date())
    admin.add_organisations(store, list(region.organisations))
    admin.set_regulation(store, region.regulation)
    admin.set_classifier(store, region.classifier)
    admin.add_people(store, [one.person for one in region.people])
    roles = (Role.CURATOR, Role.OPERATOR)
    grants = tuple(Grant(role, TOP) for role in roles)
    admin.add_person(store, Person(ME, "Проверкина Вера Ивановна", "куратор", grants), login=LOGIN)


def filled(rows: int, told: Callable[[str], None]) -> Path:
    """An SQLite store with so many messages, from the program's cache folder, or made there now."""
    columns = ",".join(f"{t.name}.{c.name}" for t in tables.metadata.sorted_tables for c in t.columns)
    mark = hashlib.sha256(f"{BUILD};{columns}".encode()).hexdigest()[:10]
    kept = cache_folder() / "bench" / f"central-{rows}-{mark}.db"
    if kept.is_file():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    made = kept.with_suffix(f".{os.getpid()}.new")
    told(f"Готовлю центральную базу на {rows} сообщений (один раз, потом берётся готовая)…")
    with open_central(f"sqlite:///{made}", files=kept.parent / "files") as central:
        settle(central)
        now, done = datetime.now(UTC), 0
        for decision in central.act_many(acts(rows, now), batch=500):
            done += decision.verdict.value == "accepted"
    _fold(made)
    if done != rows:
        raise NotServed(f"{done} of {rows} accepted")
    os.replace(made, kept)
    return kept


def _fold(file: Path) -> None:
    """The write-ahead log into the file, so that one file is the whole store."""
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)


@contextmanager
def copy_served(source: Path, folder: Path) -> Iterator[Served]:
    """A private copy of a store, served."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / "central.db")
    with served(f"sqlite:///{folder / 'central.db'}", folder) as running:
        yield running


@contextmanager
def served(database: str, folder: Path, words: Sequence[str] = ()) -> Iterator[Served]:
    """`arm central serve` with further `words` over that database, in a process of its own that ends with the block.

    A store without the invented region gets it; `LOGIN` gets a password of this run. Raises NotServed.
    """
    password = secrets.token_urlsafe(12)
    with open_central(database, files=folder / "files") as central:
        if ME not in central.directory().people:
            settle(central)
        admin.set_password(central.store, ME, password)
    command = [sys.executable, "-m", "arm", "central", "serve", "--database", database]
    private = {f"ARM_{word}_FOLDER": str(folder / word.lower()) for word in ("DATA", "CONFIG", "CACHE")}
    process = subprocess.Popen(  # noqa: S603
        [*command, "--listen", "127.0.0.1:0", "--until-stdin-closes", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **private, "PYTHONUTF8": "1"},
    )
    try:
        yield Served(heard(process), database, process.pid, password)
    finally:
        end(process)


def heard(process: subprocess.Popen[bytes]) -> str:
    """The address that a server prints when it listens. Raises NotServed."""
    assert process.stdout is not None  # noqa: S101
    for line in process.stdout:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith(LISTENING):
            return text.removeprefix(LISTENING)
    raise NotServed(f"exit code {process.wait()}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Closing its standard input ends a process of ours; one that hangs is ended for it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def peak_mb(pid: int) -> float | None:
    """The largest resident memory a process has had, with its children's; None where the system does not tell."""
    try:
        found = [_peak_kb(pid), *(_peak_kb(int(child)) for child in _children(pid))]
    except (OSError, StopIteration, ValueError):
        return None
    return sum(found) / 1024


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()

"""What a process wrote, taken from strace, and a disk that forgets what was not synced when the power goes."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from arm.verify.power_desk import ACK
from arm.verify.rig_postgres import RigTrouble
from arm.verify.rig_server import program_environment

CALLS = "openat,close,pwrite64,write,fdatasync,fsync,ftruncate,rename,renameat,renameat2,unlink,unlinkat"
LONGEST_STRING = 300_000
SECTORS = (512, 4096)
_LINE = re.compile(r"(\d+)\s+(.*)", re.DOTALL)
_OPEN = re.compile(r'openat\(AT_FDCWD, "([^"]*)", ([^,)]*).*\) = (\d+)$')
_CLOSE = re.compile(r"close\((\d+)\)")
_PWRITE = re.compile(r'pwrite64\((\d+), "([^"]*)", \d+, (\d+)\) = (\d+)$')
_WRITE = re.compile(r'write\((\d+), "([^"]*)", \d+\) = (\d+)$')
_SYNC = re.compile(r"(?:fdatasync|fsync)\((\d+)\)\s+= 0$")
_TRUNCATE = re.compile(r"ftruncate\((\d+), (\d+)\)\s+= 0$")
_UNLINK = re.compile(r'unlink(?:at)?\((?:AT_FDCWD, )?"([^"]*)".*\)\s+= 0$')
_RENAME = re.compile(r'rename(?:at2?)?\((?:AT_FDCWD, )?"([^"]*)", (?:AT_FDCWD, )?"([^"]*)".*\)\s+= 0$')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: write, truncate, sync, create, unlink, rename, or ack (`path` names the thing)."""

    kind: str
    path: str
    offset: int = 0
    content: bytes = b""
    target: str = ""


def need_strace() -> str:
    found = shutil.which("strace")
    if found is None:
        raise RigTrouble("strace")
    return found


def desk_command(job: Path) -> list[str]:
    return [sys.executable, "-m", "arm.verify.power_desk", str(job)]


def traced(job: Path, folder: Path, scratch: Path) -> list[Step]:
    """Runs the job under strace and tells what it did to the files of `folder`, in order."""
    out = scratch / "trace"
    # made first: it notes which files were there before
    reader = _Reader(folder)
    strace = [need_strace(), "-f", "-xx", "-s", str(LONGEST_STRING), "-e", f"trace={CALLS}", "-e", "signal=none"]
    done = subprocess.run(  # noqa: S603
        [*strace, "-o", str(out), *desk_command(job)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=program_environment(scratch),
        check=False,
    )
    if done.returncode:
        raise RigTrouble(f"the traced desk ended with {done.returncode}: {done.stderr[-300:]!r}")
    try:
        return list(reader.steps(out))
    finally:
        out.unlink()


def killed_at(job: Path, scratch: Path, number: int) -> tuple[bool, list[str]]:
    """The job killed at its n-th pwrite64: whether it was (or came to its end before), and what it had said."""
    done = subprocess.run(  # noqa: S603
        [
            *(need_strace(), "-f", "-e", "trace=pwrite64", "-o", os.devnull),
            *("-e", f"inject=pwrite64:signal=SIGKILL:when={number}"),
            *desk_command(job),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=program_environment(scratch),
        check=False,
    )
    said = [line[len(ACK) + 1 :].decode() for line in done.stdout.splitlines() if line.startswith(ACK)]
    return done.returncode != 0, said


class _Reader:
    """Follows descriptors through a trace; only what lies in the folder counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder.resolve())
        self._open: dict[int, str] = {}
        self._names = {str(one) for one in folder.resolve().iterdir()}
        self._unfinished: dict[str, str] = {}

    def steps(self, trace: Path) -> Iterator[Step]:
        with trace.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found = _LINE.match(line.rstrip("\n"))
                call = self._whole(found[1], found[2]) if found else None
                if call is not None:
                    yield from self._step(call)

    def _whole(self, thread: str, call: str) -> str | None:
        """A call that another thread interrupted is put together again."""
        if call.endswith("<unfinished ...>"):
            self._unfinished[thread] = call.removesuffix("<unfinished ...>").rstrip()
            return None
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", call, re.DOTALL)
        return self._unfinished.pop(thread, "") + resumed[1].lstrip() if resumed else call

    def _step(self, call: str) -> Iterator[Step]:
        if found := _PWRITE.match(call):
            path = self._open.get(int(found[1]), "")
            if self._counts(path):
                yield Step("write", path, int(found[3]), _bytes(found[2])[: int(found[4])])
        elif found := _WRITE.match(call):
            content = _bytes(found[2])
            if int(found[1]) == 1 and content.startswith(ACK):
                yield Step("ack", content.decode().split()[1])
        elif found := _SYNC.match(call):
            path = self._open.get(int(found[1]), "")
            if self._counts(path):
                yield Step("sync", path)
        elif found := _TRUNCATE.match(call):
            path = self._open.get(int(found[1]), "")
            if self._counts(path):
                yield Step("truncate", path, int(found[2]))
        elif found := _OPEN.match(call):
            yield from self._opened(_bytes(found[1]).decode(), found[2], int(found[3]))
        elif found := _CLOSE.match(call):
            self._open.pop(int(found[1]), None)
        else:
            yield from self._renamed(call)

    def _opened(self, path: str, flags: str, descriptor: int) -> Iterator[Step]:
        self._open[descriptor] = path
        if self._counts(path) and "O_CREAT" in flags and path not in self._names:
            self._names.add(path)
            yield Step("create", path)

    def _renamed(self, call: str) -> Iterator[Step]:
        if found := _UNLINK.match(call):
            path = _bytes(found[1]).decode()
            if self._counts(path):
                self._names.discard(path)
                yield Step("unlink", path)
        elif found := _RENAME.match(call):
            old, new = _bytes(found[1]).decode(), _bytes(found[2]).decode()
            if self._counts(old):
                self._names.discard(old)
                self._names.add(new)
                yield Step("rename", old, target=new)

    def _counts(self, path: str) -> bool:
        """The index of a write-ahead log is shared memory: SQLite makes it anew after a crash."""
        return path.startswith(self._folder) and not path.endswith("-shm")


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", "")) if "\\x" in escaped else escaped.encode()


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    waiting: list[Step] = field(default_factory=list)


class Disk:
    """Files as they surely are, and what was asked of them since the last sync; names wait for their folder's sync."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder.resolve())
        self._now: dict[str, _File] = {}
        for one in folder.resolve().iterdir():
            if one.is_file() and not one.name.endswith("-shm"):
                self._now[str(one)] = _File(bytearray(one.read_bytes()))
        self._names = dict(self._now)
        self._waiting_names: list[tuple[Step, _File | None]] = []

    def take(self, step: Step) -> None:
        if step.kind in ("write", "truncate"):
            file = self._now.get(step.path)
            if file is not None:
                file.waiting.append(step)
        elif step.kind == "sync":
            self._sync(step.path)
        elif step.kind == "create":
            self._now[step.path] = made = _File()
            self._waiting_names.append((step, made))
        elif step.kind == "unlink":
            self._waiting_names.append((step, self._now.pop(step.path, None)))
        elif step.kind == "rename" and step.path in self._now:
            self._now[step.target] = moved = self._now.pop(step.path)
            self._waiting_names.append((step, moved))

    def _sync(self, path: str) -> None:
        if path == self._folder:
            for step, file in self._waiting_names:
                _rename(self._names, step, file)
            self._waiting_names.clear()
            return
        file = self._now.get(path)
        if file is not None:
            for step in file.waiting:
                _apply(file.durable, step)
            file.waiting.clear()

    def after_cut(self, rng: random.Random) -> dict[str, bytes]:
        """Name → content as the next start finds it: what was not synced survives by chance, some of it torn."""
        names = dict(self._names)
        for step, file in self._waiting_names:
            if rng.random() < 0.5:
                _rename(names, step, file)
        found: dict[str, bytes] = {}
        for path, file in names.items():
            content = bytearray(file.durable)
            for step in file.waiting:
                if rng.random() < 0.5:
                    for part in _torn(step, rng) if rng.random() < 0.2 else (step,):
                        _apply(content, part)
            found[Path(path).name] = bytes(content)
        return found


def _rename(names: dict[str, _File], step: Step, file: _File | None) -> None:
    if step.kind in ("unlink", "rename"):
        names.pop(step.path, None)
    if step.kind in ("create", "rename") and file is not None:
        names[step.target or step.path] = file


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
        return
    end = step.offset + len(step.content)
    content.extend(bytes(max(0, end - len(content))))
    content[step.offset : end] = step.content


def _torn(step: Step, rng: random.Random) -> Sequence[Step]:
    """Only some sectors of a write came to the disk."""
    if step.kind != "write":
        return (step,)
    size = rng.choice(SECTORS)
    parts: list[Step] = []
    at = step.offset
    end = step.offset + len(step.content)
    while at < end:
        upto = min(end, (at // size + 1) * size)
        if rng.random() < 0.5:
            parts.append(Step("write", step.path, at, step.content[at - step.offset : upto - step.offset]))
        at = upto
    return parts

"""Starting a program and hearing when it has painted, weighing its processes, and forgetting files' pages."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MARK = "arm-bench-painted"
"""Begins the line of a program that has painted; the moment follows, nanoseconds of the system's steady clock."""
PATIENCE_S = 60


class NotPainted(Exception):
    """A program ended, or waited too long, before it had painted anything."""


@dataclass(frozen=True, slots=True)
class Start:
    """`painted_ms` from the spawn; `pss_mb` of the whole process tree, empty where it was not asked or can't be had."""

    painted_ms: float
    pss_mb: float | None = None


def start(module: str, environ: Mapping[str, str], settle_s: float | None = None) -> Start:
    """Runs `python -m module` until it has painted, weighs it after `settle_s`, and lets it end in peace.

    The clock is the one that `time.perf_counter_ns` reads in every process of the system. Raises NotPainted.
    """
    began = time.perf_counter_ns()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environ},
        cwd=Path(__file__).resolve().parents[2],
    )
    overdue = threading.Timer(PATIENCE_S, process.kill)
    overdue.start()
    try:
        painted_at = _heard(process)
        pss_mb = None
        if settle_s is not None:
            time.sleep(settle_s)
            pss_mb = weight_mb(process.pid)
        return Start((painted_at - began) / 1e6, pss_mb)
    finally:
        process.communicate()
        overdue.cancel()


def _heard(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None  # noqa: S101
    for line in process.stdout:
        words = line.split()
        if len(words) == 2 and words[0] == MARK.encode():
            return int(words[1])
    raise NotPainted


def weight_mb(pid: int) -> float | None:
    """Proportional set size of a process and its children, MB; nothing where the system does not tell."""
    total_kb = 0
    for one in (pid, *_children(pid)):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb / 1000


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            found += [int(child), *_children(int(child))]
    return found


def can_forget() -> bool:
    return hasattr(os, "posix_fadvise")


def forget(folders: Iterable[Path]) -> None:
    """Asks the system to drop the cached pages of every file; pages that others have mapped stay."""
    for folder in folders:
        for place, _folders, names in os.walk(folder):
            for name in names:
                _forget_file(os.path.join(place, name))


def _forget_file(path: str) -> None:
    if sys.platform == "win32" or sys.platform == "darwin":
        return
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError:
        # a pipe or a device lies among the files: it has no pages
        return
    finally:
        os.close(handle)

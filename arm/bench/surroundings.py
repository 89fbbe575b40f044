"""The screen and the keyring that the program is started with: the person's own, or private ones of this run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

SCREEN = "1366x768x24"
PATIENCE_S = 10
_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


@dataclass(frozen=True)
class Screen:
    """Variables for the programs under test, and how the screen is called in the report."""

    environ: dict[str, str]
    name: str


@contextmanager
def screen() -> Iterator[Screen]:
    """The present display, else an Xvfb of our own, else no screen at all, which the report says."""
    if sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield Screen({}, "на экране этого компьютера")
        return
    program = shutil.which("Xvfb")
    if program is None:
        yield Screen(_OFFSCREEN, "без экрана: нет ни DISPLAY, ни Xvfb, окно рисуется в памяти")
        return
    with ExitStack() as stack:
        reading, writing = os.pipe()
        server = subprocess.Popen(  # noqa: S603
            [program, "-displayfd", str(writing), "-screen", "0", SCREEN, "-noreset", "-nolisten", "tcp"],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, server)
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if number:
            yield Screen({"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}, f"на своём Xvfb {SCREEN}")
        else:
            yield Screen(_OFFSCREEN, "без экрана: Xvfb не запустился, окно рисуется в памяти")


@contextmanager
def keyring(folder: Path) -> Iterator[str]:
    """Puts a private keyring daemon into this process's environment for the block, where its programs are there.

    Yields how the keyring is called in the report; without the programs it is the person's own, untouched.
    """
    programs = [shutil.which(name) for name in ("dbus-daemon", "gnome-keyring-daemon")]
    if sys.platform in ("win32", "darwin") or None in programs:
        yield "ключ в связке ключей этого пользователя"
        return
    folder.mkdir(mode=0o700)
    private = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_DATA_HOME": str(folder / "share")}
    with ExitStack() as stack:
        bus = _started([str(programs[0]), "--session", "--nofork", "--print-address=1"], private, stack)
        assert bus.stdout is not None  # noqa: S101
        address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().decode().strip()}
        command = [str(programs[1]), "--unlock", "--components=secrets", "--foreground"]
        daemon = _started(command, private | address, stack)
        assert daemon.stdin is not None and daemon.stdout is not None  # noqa: S101
        daemon.stdin.write(b"bench")
        daemon.stdin.close()
        # it prints its control folder once it serves
        daemon.stdout.readline()
        before = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
        os.environ.update(address)
        try:
            yield "ключ в своей связке ключей (gnome-keyring)"
        finally:
            del os.environ["DBUS_SESSION_BUS_ADDRESS"]
            if before is not None:
                os.environ["DBUS_SESSION_BUS_ADDRESS"] = before


def _started(command: list[str], environ: dict[str, str], stack: ExitStack) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | environ,
    )
    stack.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()

"""A real keyring daemon on a session bus of its own, unlocked with an invented password."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def running_daemon(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which the daemon's secrets can be reached; both processes end with the block."""
    folder.chmod(0o700)
    private = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_DATA_HOME": str(folder / "share")}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | private,
        text=True,
    )
    try:
        assert bus.stdout is not None
        address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | private | address,
        )
        try:
            assert daemon.stdin is not None and daemon.stdout is not None
            daemon.stdin.write(b"test")
            daemon.stdin.close()
            daemon.stdout.readline()  # it prints its control folder once it serves
            yield address
        finally:
            daemon.terminate()
            daemon.wait(10)
            daemon.stdout.close()
    finally:
        bus.terminate()
        bus.wait(10)
        bus.stdout.close() if bus.stdout else None

"""Whether a window can be shown here: Qt ends the whole program where it can't, so it is asked before."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

X_SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108
X_PORT = 6000
PATIENCE_S = 2.0


def has_display(environ: Mapping[str, str] | None = None) -> bool:
    """A screen that answers; where somebody chose Qt's platform himself, his word counts."""
    known = os.environ if environ is None else environ
    chosen = known.get("QT_QPA_PLATFORM", "")
    if chosen:
        return chosen.partition(":")[0] not in ("offscreen", "minimal")
    if sys.platform in ("win32", "darwin"):
        return True
    return _wayland_answers(known) or _x_answers(known.get("DISPLAY", ""))


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name, folder = environ.get("WAYLAND_DISPLAY", ""), environ.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _connects(str(Path(folder) / name))


def _x_answers(display: str) -> bool:
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdigit():
        return False
    if host in ("", "unix"):
        path = str(X_SOCKETS / f"X{number}")
        return _connects(path) or (sys.platform == "linux" and _connects(f"\0{path}"))
    try:
        with socket.create_connection((host.strip("[]"), X_PORT + int(number)), PATIENCE_S):
            return True
    except (OSError, OverflowError):
        return False


def _connects(path: str) -> bool:
    if not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PATIENCE_S)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True

"""The entry points' way to a central store; its libraries are imported at the first call, not with this module."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arm.central.central import Central


def open_central(url: str = "", *, files: Path | None = None, clock: Callable[[], datetime] | None = None) -> Central:
    """The store at that address, made or migrated first; StoreTrouble when it can't be used."""
    from arm.central import opening

    return opening.open_central(url, files=files, clock=clock)

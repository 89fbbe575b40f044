"""What a timer is: its name, its period, its work inside the turn's transaction, and what may come after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from arm.central.central import Central


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """`work` does a bounded batch at a moment (aware UTC) and says whether more is waiting.

    What `work` does it does in its own row's transaction, so that it happens once or not at all. `afterwards` comes
    after the commit, perhaps never, perhaps twice: only what may be repeated belongs there.
    """

    name: str
    every: timedelta
    work: Callable[[Central, Connection, datetime], bool]
    afterwards: Callable[[Central], None] | None = None

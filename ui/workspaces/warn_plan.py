"""Which messages a curator can warn of, by which channel, and why some are left out (D 4.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from arm.desk.values import QueueRow
from arm.domain.clocks import Level
from arm.domain.message import Stage
from arm.domain.verbs import WarningChannel, WarningKind
from arm.i18n import _

if TYPE_CHECKING:
    from arm.domain.commands import Warn

KINDS = {Level.OVER: WarningKind.ANSWER_OVER, Level.STAGE_OVER: WarningKind.STAGE_OVER, Level.NEAR: WarningKind.NEAR}
WARNABLE_NEAR = (Stage.EXECUTION, Stage.ENDORSEMENT)


@dataclass(frozen=True, slots=True)
class Planned:
    """One message: the kind of its warning, or why none goes out."""

    row: QueueRow
    kind: WarningKind | None
    why_not: str = ""


def plan(
    rows: Iterable[QueueRow], channel: WarningChannel, now: datetime, *, clause: str = "", again: bool = False
) -> tuple[Planned, ...]:
    """`again`: also those warned today. A call never ticks off an overdue answer (D 4.1 в)."""
    return tuple(_planned(row, channel, now, clause, again=again) for row in rows)


def _planned(row: QueueRow, channel: WarningChannel, now: datetime, clause: str, *, again: bool) -> Planned:
    kind = KINDS.get(row.level)
    if kind is None or row.stage is Stage.CLOSED:
        return Planned(row, None, _("nothing to warn of: in time"))
    if kind is WarningKind.NEAR and row.stage not in WARNABLE_NEAR:
        return Planned(row, None, _("near its end, but not in execution or endorsement"))
    if is_warned_today(row, now) and not again:
        return Planned(row, None, _("warned today already"))
    if kind is WarningKind.ANSWER_OVER and channel is WarningChannel.PHONE:
        said = _("of an overdue answer one warns in writing only")
        return Planned(row, None, f"{said} ({clause})" if clause else said)
    return Planned(row, kind)


def is_warned_today(row: QueueRow, now: datetime) -> bool:
    return row.warned_at is not None and row.warned_at.astimezone().date() == now.astimezone().date()


def command_for(planned: Planned, channel: WarningChannel, note: str) -> Warn:
    from arm.domain.commands import Warn

    return Warn(kind=planned.kind, channel=channel, note=note)


def by_holder(planned: Iterable[Planned]) -> dict[str, tuple[QueueRow, ...]]:
    """The messages that will be warned of, by who has them."""
    found: dict[str, list[QueueRow]] = {}
    for one in planned:
        if one.kind is not None:
            found.setdefault(one.row.holder or one.row.organisation, []).append(one.row)
    return {holder: tuple(rows) for holder, rows in sorted(found.items())}

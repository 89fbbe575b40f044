"""What a row of the control board shows: holder, warning, and the five stages to the scale of its own term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from arm.desk.values import QueueRow, RowMark
from arm.domain.message import OPEN_STAGES, Stage
from arm.i18n import _
from ui.formats import deadline_face, initials, number_sign
from ui.widgets import DeadlineFace, DeadlineState, StageFace
from ui.wording import mark_name, stage_name


def stage_faces(row: QueueRow, shares: Mapping[Stage, Fraction], now: datetime) -> tuple[StageFace, ...]:
    """The segments of a message's bar; without shares (no rule) one segment stands for the whole term."""
    if row.lead_due_at is None:
        return ()
    term_s = (row.lead_due_at - row.registered_at).total_seconds()
    if term_s <= 0:
        return ()
    end = row.closed_at or now
    if not shares:
        used = (end - row.registered_at).total_seconds() / term_s
        state = "past" if row.closed_at else "now"
        over = min(0.5, max(0.0, 1 - 1 / used)) if used > 1 else 0.0
        return (StageFace(_("Term"), 1.0, state, _part(used), over),)
    present = OPEN_STAGES.index(row.stage) if row.stage in OPEN_STAGES else len(OPEN_STAGES)
    faces = []
    for place, stage in enumerate(OPEN_STAGES):
        share = float(shares.get(stage, Fraction(0)))
        name = stage_name(stage)
        if place < present:
            faces.append(StageFace(name, share, "past"))
        elif place > present:
            faces.append(StageFace(name, share, "ahead"))
        else:
            filled, over = _present(row, share * term_s, now)
            faces.append(StageFace(name, share, "now", filled, over))
    return tuple(face for face in faces if face.share > 0)


def _present(row: QueueRow, budget_s: float, now: datetime) -> tuple[float, float]:
    """How much of the present stage is used, and how much of it is over-run (both as parts of its budget)."""
    if row.stage_due_at is None or budget_s <= 0:
        return 0.0, 0.0
    left_s = (row.stage_due_at - now).total_seconds()
    if left_s >= 0:
        return _part(1 - left_s / budget_s), 0.0
    return 1.0, max(0.15, _part(-left_s / budget_s))


def _part(value: float) -> float:
    return min(1.0, max(0.0, value))


def chip_of(row: QueueRow, now: datetime) -> DeadlineFace | None:
    """The deadline; what is postponed and in time is shown as such."""
    face = deadline_face(
        row.level, row.lead_due_at, row.stage_due_at, now, closed_at=row.closed_at, late_by_s=row.late_by_s
    )
    calm = face is not None and face.state in (DeadlineState.OK, DeadlineState.SOON)
    if RowMark.POSTPONED in row.marks and calm and row.lead_due_at is not None:
        day = f"{row.lead_due_at.astimezone():%d.%m}"
        return DeadlineFace(DeadlineState.PAUSED, _("until {date}").format(date=day), _("postponed"))
    return face


def holder_of(row: QueueRow) -> str:
    if row.stage is Stage.CLOSED:
        return ""
    if row.stage in (Stage.MODERATION, Stage.COORDINATION):
        return _("not assigned")
    return row.holder if row.holder == row.organisation else initials(row.holder)


def warned_words(row: QueueRow, now: datetime) -> str:
    """«09:15» by this computer's clock for a warning of today, with the date before that."""
    if row.warned_at is None:
        return ""
    here = row.warned_at.astimezone()
    return f"{here:%H:%M}" if here.date() == now.astimezone().date() else f"{here:%d.%m %H:%M}"


def row_sentence(row: QueueRow, now: datetime, *, is_marked: bool) -> str:
    """The whole row for a screen reader."""
    chip = chip_of(row, now)
    warned = warned_words(row, now)
    said = (
        number_sign(row.number),
        row.topic,
        stage_name(row.stage),
        (chip.sentence or chip.words) if chip else "",
        holder_of(row),
        _("warned {time}").format(time=warned) if warned else "",
        *(mark_name(mark) for mark in row.marks if mark is not RowMark.WARNED),
        _("marked") if is_marked else "",
    )
    return "; ".join(part for part in said if part)

"""How dates, times, durations, numbers and deadlines are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from arm.domain.clocks import Level
from arm.i18n import _, current_language, ngettext
from ui.widgets import DeadlineFace, DeadlineState

NBSP = "\u00a0"
MINUS = "\u2212"
_UNITS = 1024.0


@lru_cache(maxsize=32)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment_at: datetime, zone: str) -> datetime:
    """The moment on the clock of the organisation's zone (IANA name)."""
    return moment_at.astimezone(_zone(zone))


def short_date(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def clock(moment_at: datetime, zone: str) -> str:
    return f"{local(moment_at, zone):%H:%M}"


def moment(moment_at: datetime, zone: str, now: datetime | None = None) -> str:
    """«02.06 09:14», with the year when it is not the present one."""
    there = local(moment_at, zone)
    this_year = local(now or datetime.now(UTC), zone).year
    return f"{there:%d.%m %H:%M}" if there.year == this_year else f"{there:%d.%m.%Y %H:%M}"


def computer_clock(moment_at: datetime) -> str:
    """Hours and minutes by this computer's own zone, for what happens at this desk."""
    return f"{moment_at.astimezone():%H:%M}"


def duration(seconds: float) -> str:
    """«1 д 4 ч», «5 ч», «40 мин», «меньше минуты»; the sign is the caller's."""
    whole = abs(int(seconds))
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes = rest // 60
    if days:
        said = _("{days} d {hours} h") if hours and days < 10 else _("{days} d")
    elif hours:
        said = _("{hours} h {minutes} min") if minutes and hours < 3 else _("{hours} h")
    elif minutes:
        said = _("{minutes} min")
    else:
        return _("less than a minute")
    return said.format(days=days, hours=hours, minutes=minutes).replace(" ", NBSP)


def number_sign(number: str) -> str:
    """«№ 4811» with a space that doesn't break."""
    return _("No. {number}").format(number=number).replace(" ", NBSP) if number else ""


def count(number: int) -> str:
    """«12 480» by thousands."""
    mark = NBSP if current_language() == "ru" else ","
    return f"{number:,}".replace(",", mark)


def messages(number: int) -> str:
    """«3 сообщения»."""
    return ngettext("{count} message", "{count} messages", number).format(count=count(number))


def file_size(size: int) -> str:
    if size < _UNITS:
        said = _("{size} B").format(size=size)
    elif size < _UNITS**2:
        said = _("{size} KB").format(size=f"{size / _UNITS:.0f}")
    else:
        said = _("{size} MB").format(size=_decimal(size / _UNITS**2))
    return said.replace(" ", NBSP)


def _decimal(value: float) -> str:
    shown = f"{value:.1f}"
    return shown.replace(".", ",") if current_language() == "ru" else shown


def deadline_face(
    level: Level,
    lead_due_at: datetime | None,
    stage_due_at: datetime | None,
    now: datetime,
    *,
    closed_at: datetime | None = None,
    late_by_s: int | None = None,
    zone: str = "Europe/Moscow",
) -> DeadlineFace | None:
    """The chip of a message: state, the few words on it, the sentence for a screen reader. None: no rule at all."""
    if level is Level.DONE:
        return _done_face(closed_at, late_by_s, zone)
    if level is Level.OVER and lead_due_at is not None:
        late = duration((now - lead_due_at).total_seconds())
        return DeadlineFace(
            DeadlineState.OVER, f"{MINUS}{late}", _("the answer is overdue by {time}").format(time=late)
        )
    if level is Level.STAGE_OVER and stage_due_at is not None:
        late = duration((now - stage_due_at).total_seconds())
        words = _("stage {time}").format(time=f"{MINUS}{late}")
        return DeadlineFace(DeadlineState.STAGE_OVER, words, _("the stage is overdue by {time}").format(time=late))
    known = [due for due in (stage_due_at, lead_due_at) if due is not None]
    if not known:
        return None
    left = duration((min(known) - now).total_seconds())
    state = DeadlineState.SOON if level is Level.NEAR else DeadlineState.OK
    return DeadlineFace(state, left, _("{time} left").format(time=left))


def _done_face(closed_at: datetime | None, late_by_s: int | None, zone: str) -> DeadlineFace:
    day = f"{local(closed_at, zone):%d.%m}" if closed_at else ""
    if late_by_s is not None and late_by_s > 0:
        late = duration(late_by_s)
        return DeadlineFace(
            DeadlineState.DONE,
            _("{day}, late").format(day=day),
            _("the answer was sent late by {time}").format(time=late),
        )
    return DeadlineFace(DeadlineState.DONE, day or _("done"), _("the answer is sent"))


def initials(full_name: str) -> str:
    """«Кузнецов И. И.» from the full name."""
    words = full_name.split()
    if len(words) < 2:
        return full_name
    short = NBSP.join(f"{word[0]}." for word in words[1:3])
    return f"{words[0]}{NBSP}{short}"

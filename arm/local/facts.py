"""What a queue row needs of a message, cut out once when a card arrives, and the words it is found by."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from arm.domain.clocks import Clocks, Level
from arm.domain.message import Closed, Delivery, Message, Stage
from arm.local.folding import digits, phone_key, stems
from arm.local.preview import first_line

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BANDS = (Level.OVER, Level.STAGE_OVER, Level.NEAR, Level.CALM, Level.DONE)
"""Order of a queue: overdue answer, overdue stage, near, the rest, closed."""
BAND_OF = {level: band for band, level in enumerate(BANDS)}
NEVER = (1 << 62) - 1
_UPLOAD = re.compile(rb'"upload_id"\s*:\s*"([^"\\\\]+)"')


def micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970 in UTC: how moments lie in the cache."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + value * MICROSECOND


@lru_cache(maxsize=1 << 12)
def atom(text: str | None) -> int:
    """A short number for an id, to filter narrow rows by; 0 for none."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") if text else 0


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """A queue row without names and without its level; moments in microseconds, None = no rule.

    `holder` is a user, empty = the organisation holds it; `proposed` is the
    addressee that the registration names, until moderation has accepted one; `marks` are values of the desk's RowMark.
    """

    message_id: str
    number: str
    first_line: str
    category: str
    subcategory: str
    stage: str
    organisation: str
    holder: str
    registered: int
    entered: int
    lead: int | None
    stage_lead: int | None
    near: int | None
    stopped: int | None
    closed: int | None
    marks: tuple[str, ...]
    result: str
    applicant: str
    warned: int | None
    late_by_s: int | None
    executor: str = ""
    topic: str = ""
    proposed: str = ""


def facts_of(message: Message, topic: str) -> Facts:
    """The facts of a message as it is shown to this desk; `topic` is the title at this moment."""
    clocks = message.clocks
    return Facts(
        message_id=message.message_id,
        number=message.number,
        first_line=first_line(message.text or next((one.question for one in message.inquiries), "")),
        category=message.category,
        subcategory=message.subcategory,
        stage=message.stage.value,
        organisation=message.owner,
        holder=_holder(message),
        registered=(message.registered_at - EPOCH) // MICROSECOND,
        entered=(clocks.stage_entered_at - EPOCH) // MICROSECOND,
        lead=micros(clocks.lead_due_at),
        stage_lead=micros(clocks.stage_lead_at),
        near=micros(clocks.near_at),
        stopped=micros(clocks.stopped_at),
        closed=micros(message.closed_at),
        marks=_marks(message),
        result=_result(message),
        applicant=message.applicant.name if message.applicant else "",
        warned=micros(max((w.at for w in message.warnings), default=None)),
        late_by_s=clocks.late_by_seconds(),
        executor=message.executor or "",
        topic=topic,
        proposed="" if message.organisation else message.proposed_organisation or "",
    )


def clocks_of(facts: Facts) -> Clocks:
    """Enough of the clocks to ask for the level: the rule itself stays in the domain."""
    entered = EPOCH + facts.entered * MICROSECOND
    return Clocks(
        started_at=entered,
        stage_entered_at=entered,
        answer_due_at=moment(facts.lead),
        stage_due_at=moment(facts.stage_lead),
        near_at=moment(facts.near),
        stopped_at=moment(facts.stopped),
    )


def level_of(facts: Facts, now: datetime) -> Level:
    return clocks_of(facts).level(now)


def band_and_due(facts: Facts, now: datetime) -> tuple[int, int]:
    """Where the row stands in a queue ordered by deadlines at a moment."""
    level = level_of(facts, now)
    if level is Level.DONE:
        return BAND_OF[level], -(facts.closed or facts.stopped or 0)
    if level is Level.OVER:
        return BAND_OF[level], facts.lead or 0
    known = [due for due in (facts.lead, facts.stage_lead) if due is not None]
    if level is Level.STAGE_OVER and facts.stage_lead is not None:
        return BAND_OF[level], facts.stage_lead
    return BAND_OF[level], min(known, default=NEVER)


def turns_at(facts: Facts, now: datetime) -> int | None:
    """The next moment (microseconds) at which the level may change by itself."""
    if facts.stopped is not None:
        return None
    past = (now - EPOCH) // MICROSECOND
    coming = [due + 1 for due in (facts.lead, facts.stage_lead) if due is not None]
    if facts.near is not None:
        coming.append(facts.near)
    return min((one for one in coming if one > past), default=None)


def words_of(message: Message, topic: str) -> tuple[str, str]:
    """(words of the message, words of the applicant) as the index holds them."""
    parts = [message.number, digits(message.number), message.text, message.address, topic]
    if message.answer is not None:
        parts.append(message.answer.text)
    if not message.text:
        parts.extend(inquiry.question for inquiry in message.inquiries)
    who = ""
    if message.applicant is not None:
        who = f"{message.applicant.name} {phone_key(message.applicant.phone)} {message.applicant.email}"
    return stems(" ".join(parts)), stems(who)


def words_print(words: tuple[str, str]) -> bytes:
    """A short hash that tells whether the indexed words have changed."""
    return hashlib.blake2b("\0".join(words).encode(), digest_size=8).digest()


def upload_ids(*written: bytes) -> set[str]:
    """Every file that a card's JSON refers to, its timeline's comments included."""
    return {one.decode() for part in written for one in _UPLOAD.findall(part)}


def is_to_deliver(message: Message) -> bool:
    """Row 26: the answer is there, the applicant waits for it by phone, post or in person."""
    return (
        message.stage is Stage.CLOSED
        and message.delivery is not Delivery.CABINET
        and message.closed_as in (Closed.ANSWERED, Closed.DECLINED)
        and not any(one.reached for one in message.deliveries)
    )


def _holder(message: Message) -> str:
    if message.stage is Stage.COORDINATION:
        return message.coordinator or ""
    if message.stage is Stage.EXECUTION:
        return message.executor or ""
    if message.stage is Stage.ENDORSEMENT and message.route is not None:
        return next((t.user_id for t in message.route.endorsers if t.endorsed_at is None), "")
    if message.stage is Stage.APPROVAL and message.route is not None:
        return message.route.approver
    return ""


def _marks(message: Message) -> tuple[str, ...]:
    is_open = message.stage is not Stage.CLOSED
    held = {
        "files": bool(message.files),
        "repeat": message.is_repeat,
        "low_mark": message.is_repeat and bool(message.marks) and is_open,
        "rework": message.is_rework and is_open,
        "returned": bool(message.return_reason) and not message.is_rework and is_open,
        "fast_track": bool(message.clocks.track) and is_open,
        "postponed": message.postponed_until is not None and is_open,
        "redirect": message.redirect is not None and is_open,
        "inquiry": any(one.is_open for one in message.inquiries),
        "warned": bool(message.warnings) and is_open,
    }
    return tuple(name for name, holds in held.items() if holds)


def _result(message: Message) -> str:
    if message.answer is not None:
        return message.answer.result.value
    return "declined" if message.closed_as is Closed.DECLINED else ""

"""Terms that come: holder and curators are told once per message, kind and due moment, whoever keeps the time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.portal import LAST_PLACE, notices_of
from arm.central.timers import TIMERS, take_turn, take_turns
from arm.domain.clocks import Level
from arm.domain.commands import Comment, Decline
from arm.domain.identity import MessageId
from tests.central.region import CITY, HandClock, accepted, assigned, desk, done, registered

TERMS = next(one for one in TIMERS if one.name == "terms")
LEVELS = {Level.NEAR.value, Level.STAGE_OVER.value, Level.OVER.value}
SECOND = timedelta(seconds=1)


def told(central: Central, message_id: MessageId) -> list[tuple[str, str]]:
    return [(one.kind, one.recipient) for one in central.notices(message_id) if one.kind in LEVELS]


def turns_at(central: Central, message_id: MessageId) -> datetime | None:
    with reading(central.store.engine) as connection:
        found: datetime | None = connection.scalar(
            select(t.message.c.turns_at).where(t.message.c.message_id == message_id)
        )
    return found


def clocks(central: Central, message_id: MessageId) -> Any:
    message = central.message(message_id)
    assert message is not None
    return message.clocks


def at(clock: HandClock, moment: datetime) -> None:
    clock.moment = moment


def test_each_level_is_told_once_to_the_holder_and_the_nearest_curators(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    known = clocks(central, message_id)
    both = ["user:executor", "role:curator@region"]
    assert take_turns(central, TERMS) == 1
    assert told(central, message_id) == []
    expected: list[tuple[str, str]] = []
    for level, moment in (("near", known.near_at), ("stage_over", known.stage_lead_at), ("over", known.lead_due_at)):
        at(clock, moment - timedelta(minutes=2))
        take_turns(central, TERMS)
        assert told(central, message_id) == expected
        at(clock, moment + SECOND)
        take_turns(central, TERMS)
        expected += [(level, one) for one in both]
        assert told(central, message_id) == expected
    at(clock, clock.moment + timedelta(days=30))
    assert take_turns(central, TERMS) == 1
    assert told(central, message_id) == expected
    assert turns_at(central, message_id) is None


def test_a_change_of_a_late_message_tells_nothing_again(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    at(clock, clocks(central, message_id).lead_due_at + SECOND)
    take_turns(central, TERMS)
    before = told(central, message_id)
    done(central, "executor", message_id, Comment(text="Ещё смотрим"))
    assert turns_at(central, message_id) is not None
    at(clock, clock.moment + timedelta(minutes=2))
    assert take_turns(central, TERMS) == 1
    assert told(central, message_id) == before
    assert turns_at(central, message_id) is None


def test_after_a_long_pause_the_present_level_alone_is_news(central: Central, clock: HandClock) -> None:
    message_id = accepted(central)
    at(clock, clocks(central, message_id).lead_due_at + timedelta(days=9))
    take_turns(central, TERMS)
    assert told(central, message_id) == [("over", "role:coordinator@city"), ("over", "role:curator@region")]


def test_a_closed_message_has_no_terms(central: Central, clock: HandClock) -> None:
    message_id = registered(central)
    assert turns_at(central, message_id) == clocks(central, message_id).near_at
    reason = central.regulation_for(CITY).decline_reasons[0].reason_id
    done(central, "moderator", message_id, Decline(reason=reason, text="Ругань"))
    assert turns_at(central, message_id) is None
    at(clock, clock.moment + timedelta(days=100))
    assert take_turns(central, TERMS) == 1
    assert told(central, message_id) == []


def test_a_reader_of_notices_who_was_here_before_gets_what_the_terms_brought(
    central: Central, clock: HandClock
) -> None:
    """The term comes after the last event and bears its seq: the place tells them apart."""
    message_id = assigned(central)
    executor = desk(central, "executor")
    last = notices_of(central, executor.who, 0).notices[-1]
    at(clock, clocks(central, message_id).near_at)
    take_turns(central, TERMS)
    (news,) = notices_of(central, executor.who, last.seq, last.place).notices
    assert (news.kind, news.message_id, news.seq) == ("near", message_id, central.head())
    assert notices_of(central, executor.who, news.seq, news.place).notices == []
    assert notices_of(central, executor.who, news.seq, LAST_PLACE).notices == []


def test_one_message_that_cannot_be_read_stops_no_other(central: Central, clock: HandClock) -> None:
    broken, sound = assigned(central), assigned(central)
    with writing(central.store.engine) as connection:
        connection.execute(update(t.message).where(t.message.c.message_id == broken).values(state='{"no": "state"}'))
    at(clock, clocks(central, sound).lead_due_at + SECOND)
    take_turns(central, TERMS)
    assert {kind for kind, _ in told(central, sound)} == {"over"}
    assert turns_at(central, broken) is None


def test_a_turn_that_fails_leaves_nothing_and_the_next_does_it_all(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    take_turns(central, TERMS)
    at(clock, clocks(central, message_id).lead_due_at + SECOND)

    def work_and_die(*given: Any) -> bool:
        TERMS.work(*given)
        raise LookupError

    with pytest.raises(LookupError):
        take_turn(central, replace(TERMS, work=work_and_die))
    assert told(central, message_id) == []
    with reading(central.store.engine) as connection:
        assert connection.scalar(select(t.timer.c.runs)) == 1
        assert connection.execute(select(t.timed)).all() == []
    take_turn(central, TERMS)
    assert len(told(central, message_id)) == 2


def test_what_is_told_names_the_due_moment(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    due = clocks(central, message_id).lead_due_at
    at(clock, due + SECOND)
    take_turns(central, TERMS)
    with reading(central.store.engine) as connection:
        params = connection.scalars(select(t.notice.c.params).where(t.notice.c.kind == "over")).all()
    assert {json.loads(one)["due_at"] for one in params} == {due.isoformat()}
    assert {json.loads(one)["organisation"] for one in params} == {"Город"}

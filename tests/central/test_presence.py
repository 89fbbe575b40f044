"""Who is at a message: seen by those who see the whole of it, by nobody else, and for a minute."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from arm.central import admin
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading
from arm.central.problems import Trouble
from arm.domain.commands import Cause, Reassign
from arm.domain.identity import MessageId, UserId
from arm.wire_between import Doing
from tests.central.region import Desk, HandClock, assigned, desk, done, new_id


def told(one: Desk, message_id: MessageId, doing: Doing = Doing.LOOKING) -> list[tuple[str, str]]:
    people = one.central.presence.tell(one.who, message_id, doing).people
    return [(person.user_id, person.doing) for person in people]


def rows(central: Central) -> int:
    with reading(central.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(t.presence)) or 0


def test_two_at_one_message_see_each_other_and_not_themselves(central: Central) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    assert told(executor, message_id, Doing.WRITING) == []
    assert told(coordinator, message_id) == [("executor", "writing")]
    assert told(executor, message_id) == [("coordinator", "looking")]


def test_a_person_at_two_desks_is_one_person_who_writes(central: Central) -> None:
    message_id = assigned(central)
    office, home, coordinator = desk(central, "executor"), desk(central, "executor"), desk(central, "coordinator")
    told(office, message_id)
    told(home, message_id, Doing.WRITING)
    assert told(coordinator, message_id) == [("executor", "writing")]
    assert told(office, message_id) == [("executor", "writing"), ("coordinator", "looking")]


def test_since_counts_from_the_first_word_of_the_same_doing(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    told(executor, message_id, Doing.WRITING)
    began = clock.moment
    clock.moment += timedelta(seconds=40)
    told(executor, message_id, Doing.WRITING)
    (seen,) = central.presence.tell(coordinator.who, message_id, Doing.LOOKING).people
    assert (seen.since, seen.name) == (began, "executor Выдуманный")


def test_who_has_gone_or_says_nothing_for_a_minute_is_not_there(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    told(executor, message_id)
    assert told(executor, message_id, Doing.GONE) == []
    assert told(coordinator, message_id) == []
    told(executor, message_id)
    clock.moment += timedelta(seconds=61)
    assert told(coordinator, message_id) == []
    assert rows(central) == 1, "what is stale is swept by the next writer"


def test_strangers_followers_and_unknown_messages_get_one_answer(central: Central) -> None:
    message_id = assigned(central)
    told(desk(central, "executor"), message_id, Doing.WRITING)
    said = set()
    for login in ("stranger", "operator", "moderator", "second"):
        for asked in (message_id, new_id()):
            with pytest.raises(Trouble) as trouble:
                told(desk(central, login), asked)
            said.add(trouble.value.problem)
    assert len(said) == 1
    assert said.pop().status == 404


def test_who_loses_the_message_is_seen_there_no_more_and_sees_nobody(central: Central) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    told(executor, message_id)
    done(central, "coordinator", message_id, Reassign(executor=UserId("second"), cause=Cause.ILLNESS, reason="Болен"))
    assert told(coordinator, message_id) == []
    with pytest.raises(Trouble, match="not_found"):
        told(executor, message_id)


def test_a_dismissed_one_and_a_revoked_desk_are_not_shown(central: Central) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    told(executor, message_id)
    told(coordinator, message_id)
    admin.revoke_device(central.store, coordinator.who.device_id)
    assert told(executor, message_id) == []
    admin.set_active(central.store, UserId("executor"), False)
    assert told(desk(central, "curator"), message_id) == []


def test_heartbeats_write_one_row_and_not_each_time(central: Central, clock: HandClock) -> None:
    message_id, executor = assigned(central), desk(central, "executor")
    before = central.head()
    told(executor, message_id)
    with reading(central.store.engine) as connection:
        first = connection.scalar(select(t.presence.c.seen_at))
    for _ in range(5):
        told(executor, message_id)
    with reading(central.store.engine) as connection:
        assert connection.scalar(select(t.presence.c.seen_at)) == first
    clock.moment += timedelta(seconds=20)
    told(executor, message_id)
    assert rows(central) == 1
    assert central.head() == before, "presence is no fact of the journal"


def test_strange_ids_are_not_found_and_never_a_fault(central: Central) -> None:
    executor = desk(central, "executor")
    for asked in ("a\0b", "x" * 300, str(uuid.uuid4())):
        with pytest.raises(Trouble) as trouble:
            told(executor, MessageId(asked))
        assert trouble.value.problem.status in (404, 422)

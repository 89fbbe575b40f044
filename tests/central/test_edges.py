"""The central store at its edges: trickling bodies, many rights, role notices, the portal's repeats, a slow clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from starlette.requests import Request

from arm.central import admin, portal
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading
from arm.central.problems import Trouble
from arm.central.waiting import Mark, Poller
from arm.central.web import body_up_to
from arm.domain.commands import Comment
from arm.domain.identity import Grant, Person, Role, UserId
from arm.domain.message import Applicant, Channel
from arm.wire import UploadRequest
from tests.central.region import CITY, HandClock, accepted, desk, done, new_id, phone_call, registered


def request_of(*pieces: bytes) -> Request:
    """A request whose body comes in these pieces and then never ends."""
    waiting = list(pieces)

    async def receive() -> dict[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": True}
        await asyncio.Event().wait()
        return {}

    return Request({"type": "http", "headers": []}, receive)


def test_a_body_that_trickles_in_is_not_waited_for() -> None:
    with pytest.raises(Trouble, match="too_slow") as slow:
        asyncio.run(body_up_to(1000, 0.01)(request_of(b"{", b"}")))
    assert slow.value.problem.status == 503


def test_a_client_that_hangs_up_in_its_body_is_no_fault() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(Trouble, match="bad_request"):
        asyncio.run(body_up_to(1000, 5)(Request({"type": "http", "headers": []}, receive)))


def test_a_coordinator_of_very_many_topics_pulls(central: Central) -> None:
    topics = tuple(f"topic-{number}" for number in range(700))
    many = Person(UserId("many"), "Многих тем", "", (Grant(Role.COORDINATOR, CITY, topics), Grant(Role.CURATOR, CITY)))
    admin.add_person(central.store, many, login="many")
    his = desk(central, "many")
    his.reconcile()
    message_ids = [accepted(central) for _ in range(3)]
    assert [one.message_id for one in his.pull().items] == message_ids


def test_a_role_is_told_only_of_messages_that_its_holder_may_see(central: Central) -> None:
    narrow = Person(UserId("narrow"), "Одной темы", "", (Grant(Role.COORDINATOR, CITY, ("nothing-of-it",)),))
    admin.add_person(central.store, narrow, login="narrow")
    message_id = accepted(central)
    told = {
        login: portal.notices_of(central, desk(central, login).who, 0).notices for login in ("coordinator", "narrow")
    }
    assert message_id in [one.message_id for one in told["coordinator"]]
    assert told["narrow"] == []


def asked_of(text: str, clock: HandClock) -> portal.PortalMessage:
    register = replace(
        phone_call(text),
        channel=Channel.SITE,
        applicant=Applicant(name="Заявитель Выдуманный", email="a@example.org"),
        rules_version="1",
        rules_accepted_at=clock.moment,
    )
    return portal.PortalMessage(message_id=new_id(), message=register)


def with_text(asked: portal.PortalMessage, text: str) -> portal.PortalMessage:
    return replace(asked, message=replace(asked.message, text=text))


def test_the_portal_gets_no_strange_number_for_another_text(central: Central, clock: HandClock) -> None:
    asked = asked_of("Во дворе яма", clock)
    number = portal.register(central, asked).number
    assert portal.register(central, asked).number == number
    with pytest.raises(Trouble, match="already_registered"):
        portal.register(central, with_text(asked, "Совсем другое"))


def test_an_applicant_may_mend_what_the_portal_was_refused(central: Central, clock: HandClock) -> None:
    asked = asked_of("", clock)
    with pytest.raises(Trouble):
        portal.register(central, asked)
    assert portal.register(central, with_text(asked, "Во дворе яма")).number


def test_acts_inside_the_store_never_run_back_in_time(central: Central, clock: HandClock) -> None:
    message_id = registered(central)
    last = central.timeline(message_id)[-1].at
    clock.moment -= timedelta(days=3)
    done(central, "operator", message_id, Comment(text="да"))
    assert central.timeline(message_id)[-1].at >= last


def test_who_is_taken_back_signs_in_anew(central: Central) -> None:
    his = desk(central, "executor")
    token = his.who.token_hash
    admin.set_active(central.store, his.who.user_id, False)
    admin.set_active(central.store, his.who.user_id, True)
    assert token in ended(central)


def ended(central: Central) -> set[str]:
    with reading(central.store.engine) as connection:
        return set(connection.scalars(select(t.token.c.token_hash).where(t.token.c.revoked_at.is_not(None))))


def test_the_live_channel_outlives_a_broken_look() -> None:
    """While a store is being put back its tables may be away for a moment."""
    looks: Iterator[Mark | ProgrammingError] = iter(
        [ProgrammingError("SELECT", None, Exception("relation does not exist")), (5, 1)]
    )

    def look() -> Mark:
        found = next(looks)
        if isinstance(found, ProgrammingError):
            raise found
        return found

    async def wait() -> tuple[int, int]:
        poller = Poller(look)
        poller.start()
        try:
            return await poller.wait_beyond((4, 1), 5)
        finally:
            await poller.finish()

    assert asyncio.run(wait()) == (5, 1)


def test_an_empty_first_piece_is_no_damage(central: Central) -> None:
    his = desk(central, "executor")
    made = central.uploads.begin(his.who, UploadRequest(size=3, sha256="0" * 64, name="a.txt"))
    assert central.uploads.append(his.who, made.upload_id, 0, b"").offset == 0

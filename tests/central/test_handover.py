"""Drafts handed over at the central store: to the present holder of the message, to no stranger, and not for ever."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from arm.central import archive
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.handover import MOST_BYTES, MOST_OF_ONE
from arm.central.problems import Trouble
from arm.domain.commands import Approve, Cause, Reassign, SendBack, Submit
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Result
from arm.wire_between import DraftShare, SharedDraft
from tests.central.region import Desk, HandClock, assigned, desk, done, new_id

TEXT = "Уважаемый заявитель, яма засыпана"


def new_draft() -> str:
    return str(uuid.uuid4())


def share(
    one: Desk,
    message_id: MessageId,
    text: str = TEXT,
    draft_id: str = "",
    at: datetime | None = None,
    form: str = "answer",
) -> SharedDraft:
    shared = DraftShare(form=form, fields={"text": text}, saved_at=at or one.central.now())
    return one.central.handover.share(one.who, message_id, draft_id or new_draft(), shared)


def seen(one: Desk, message_id: MessageId) -> list[str]:
    return [draft.fields["text"] for draft in one.central.handover.of_message(one.who, message_id).drafts]


def reassigned(central: Central, message_id: MessageId, to: str = "second") -> None:
    done(central, "coordinator", message_id, Reassign(executor=UserId(to), cause=Cause.ILLNESS, reason="Болен"))


def submitted(central: Central, message_id: MessageId) -> None:
    text = TEXT + ", покрытие восстановлено, качество проверено комиссией. " * 3
    answer = Submit(
        result=Result.SOLVED,
        text=text,
        approver=UserId("manager"),
        signer_name="Выдуманный",
        signer_position="должность",
    )
    done(central, "executor", message_id, answer)


def count(central: Central) -> int:
    with reading(central.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(t.shared_draft)) or 0


def test_the_next_executor_finds_the_draft_and_its_author_learns_who_took_it(central: Central) -> None:
    message_id = assigned(central)
    first, second = desk(central, "executor"), desk(central, "second")
    draft_id = share(first, message_id).draft_id
    reassigned(central, message_id)
    (found,) = central.handover.of_message(second.who, message_id).drafts
    assert (found.draft_id, found.author, found.fields["text"]) == (draft_id, "executor Выдуманный", TEXT)
    assert central.handover.take(second.who, message_id, draft_id).taken_by == "second"
    (own,) = central.handover.own(first.who).drafts
    assert (own.taken_by, own.taken_name, own.fields) == ("second", "second Выдуманный", {})


def test_an_executor_who_was_offline_hands_over_after_he_lost_the_message(central: Central) -> None:
    message_id = assigned(central)
    first, second = desk(central, "executor"), desk(central, "second")
    reassigned(central, message_id)
    share(first, message_id, "Написано без связи")
    assert seen(second, message_id) == ["Написано без связи"]
    with pytest.raises(Trouble, match="not_found"):
        seen(first, message_id)


def test_the_newest_content_wins_and_a_late_one_changes_nothing(central: Central, clock: HandClock) -> None:
    message_id, first = assigned(central), desk(central, "executor")
    draft_id, early = new_draft(), clock.moment
    share(first, message_id, "второй", draft_id, early + timedelta(seconds=20))
    clock.moment += timedelta(seconds=60)
    share(first, message_id, "первый", draft_id, early - timedelta(seconds=5))
    assert seen(first, message_id) == ["второй"]
    share(first, message_id, "третий", draft_id, clock.moment + timedelta(days=3))
    clock.moment += timedelta(seconds=10)
    assert share(first, message_id, "четвёртый", draft_id).fields["text"] == "четвёртый", (
        "a fast clock locks nobody out"
    )


@pytest.mark.parametrize("login", ["stranger", "operator", "moderator", "second", "manager"])
def test_strangers_and_followers_get_the_answer_of_an_unknown_message(central: Central, login: str) -> None:
    message_id, asking = assigned(central), desk(central, login)
    draft_id = share(desk(central, "executor"), message_id).draft_id
    said = set()
    for asked in (message_id, new_id()):
        for ask in (
            partial(seen, asking, asked),
            partial(share, asking, asked),
            partial(central.handover.take, asking.who, asked, draft_id),
            partial(central.handover.withdraw, asking.who, asked, draft_id),
        ):
            with pytest.raises(Trouble) as trouble:
                ask()
            said.add(trouble.value.problem)
    assert {one.status for one in said} == {404}
    assert len(said) == 1
    assert count(central) == 1


def test_who_only_looks_sees_no_drafts_and_writes_none(central: Central) -> None:
    message_id = assigned(central)
    share(desk(central, "executor"), message_id)
    for login in ("coordinator", "curator"):
        looking = desk(central, login)
        assert seen(looking, message_id) == []
        with pytest.raises(Trouble) as trouble:
            share(looking, message_id)
        assert (trouble.value.problem.status, trouble.value.code) == (403, "not_the_writer")


def test_another_s_draft_is_neither_overwritten_nor_withdrawn(central: Central) -> None:
    message_id = assigned(central)
    first, second = desk(central, "executor"), desk(central, "second")
    draft_id = share(first, message_id).draft_id
    reassigned(central, message_id)
    for ask in (
        lambda: share(second, message_id, "чужое", draft_id),
        lambda: central.handover.withdraw(second.who, message_id, draft_id),
    ):
        with pytest.raises(Trouble, match="not_found"):
            ask()
    assert seen(second, message_id) == [TEXT]
    central.handover.withdraw(first.who, message_id, draft_id)
    assert seen(second, message_id) == []


def test_an_approver_s_edits_are_of_another_form_than_the_executor_s(central: Central) -> None:
    message_id = assigned(central)
    executor, manager = desk(central, "executor"), desk(central, "manager")
    share(executor, message_id)
    submitted(central, message_id)
    assert seen(manager, message_id) == []
    share(manager, message_id, "правка", form="decision")
    assert seen(manager, message_id) == ["правка"]
    assert seen(executor, message_id) == []


def test_drafts_go_with_the_closing_of_the_message(central: Central) -> None:
    message_id, other = assigned(central), assigned(central)
    executor = desk(central, "executor")
    share(executor, message_id)
    share(executor, other)
    submitted(central, message_id)
    answer = central.message(message_id)
    assert answer is not None and answer.answer is not None
    done(central, "manager", message_id, Approve(seen_hash=answer.answer.text_hash))
    assert count(central) == 1
    with pytest.raises(Trouble):
        share(executor, message_id)
    assert seen(executor, other) == [TEXT]


def test_another_organisation_s_drafts_stay_there(central: Central) -> None:
    message_id = assigned(central)
    executor, second = desk(central, "executor"), desk(central, "second")
    share(executor, message_id)
    with writing(central.store.engine) as connection:
        content = '{"owner": "works", "fields": {"text": "чужой дом"}}'
        connection.execute(t.shared_draft.update().values(content=content))
    reassigned(central, message_id)
    assert seen(second, message_id) == []


def test_a_message_sent_back_hides_the_draft_until_somebody_holds_it_again(central: Central) -> None:
    message_id = assigned(central)
    executor, coordinator = desk(central, "executor"), desk(central, "coordinator")
    share(executor, message_id)
    done(central, "executor", message_id, SendBack(reason="Не наше"))
    assert seen(coordinator, message_id) == []
    assert count(central) == 1


def test_bounds_of_size_number_and_shape_hold(central: Central) -> None:
    message_id, executor = assigned(central), desk(central, "executor")
    good = DraftShare(form="answer", fields={"text": TEXT}, saved_at=central.now())
    wrong: dict[str, tuple[DraftShare, str]] = {
        "too_large": (replace(good, fields={"text": "я" * MOST_BYTES}), new_draft()),
        "bad_wire": (replace(good, form="note"), new_draft()),
    }
    for code, (shared, draft_id) in wrong.items():
        with pytest.raises(Trouble, match=code):
            central.handover.share(executor.who, message_id, draft_id, shared)
    for bad in (replace(good, saved_at=datetime(2026, 1, 1)), good):
        with pytest.raises(Trouble, match="bad_wire"):
            central.handover.share(executor.who, message_id, new_draft() if bad is not good else "моё", bad)
    for number in range(MOST_OF_ONE + 3):
        share(executor, message_id, str(number))
    assert count(central) == MOST_OF_ONE
    assert str(MOST_OF_ONE + 2) in seen(executor, message_id)


def test_after_thirty_days_the_content_is_gone(central: Central, clock: HandClock) -> None:
    message_id, executor = assigned(central), desk(central, "executor")
    share(executor, message_id)
    for days, left in ((29, 1), (2, 0)):
        clock.moment += timedelta(days=days)
        with writing(central.store.engine) as connection:
            archive.tidy(central, connection, clock.moment)
        assert count(central) == left

"""Two people on one message: what goes together, what is a conflict, and where the later answer stays."""

from __future__ import annotations

from arm.central.central import Central
from arm.domain.commands import Approve, Assign, Cause, Comment, Reassign, Recall, SendBack, Start, Submit
from arm.domain.identity import MessageId, UserId
from arm.domain.merging import PARTS
from arm.domain.message import Result, Stage, text_hash
from arm.domain.verbs import Verb
from arm.wire import Base, Verdict
from tests.central.region import accepted, assigned, desk, done

FIRST, LATE = "Яма засыпана третьего июня.", "Яму засыпали, двор убран."


def answer(text: str) -> Submit:
    return Submit(
        result=Result.SOLVED,
        text=text,
        approver=UserId("manager"),
        signer_name="executor Выдуманный",
        signer_position="должность",
    )


def rivals(central: Central, message_id: MessageId) -> list[tuple[str, str]]:
    """(author, text) of the rival answers on the timeline."""
    entries = [event for event in central.timeline(message_id) if isinstance(event.command, Comment)]
    return [(e.actor.user_id, e.command.text) for e in entries if isinstance(e.command, Comment) and e.command.rival]


def test_every_verb_says_what_it_touches() -> None:
    assert set(PARTS) == set(Verb)


def test_a_colleagues_note_does_not_turn_an_answer_away(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    seen = executor.rev(message_id)
    done(central, "coordinator", message_id, Comment(text="Проверьте адрес"))
    decision = executor.do(message_id, answer(FIRST), Base(rev=seen))
    assert decision.verdict is Verdict.ACCEPTED_MERGED
    assert [e.verb for e in central.timeline(message_id)][-2:] == [Verb.COMMENT, Verb.SUBMIT]
    assert decision.result_rev == executor.rev(message_id)


def test_a_step_to_another_stage_is_never_merged_with(central: Central) -> None:
    message_id = accepted(central)
    coordinator = desk(central, "coordinator")
    seen = coordinator.rev(message_id)
    done(central, "coordinator", message_id, Assign(executor=UserId("executor")))
    late = coordinator.do(message_id, Assign(executor=UserId("second")), Base(rev=seen))
    assert (late.verdict, late.details["changed_verb"]) == (Verdict.CONFLICT, "assign")


def test_an_answer_to_a_message_given_to_another_becomes_a_rival(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    seen = executor.rev(message_id)
    done(central, "coordinator", message_id, Reassign(executor=UserId("second"), cause=Cause.VACATION))
    late = executor.do(message_id, answer(LATE), Base(rev=seen))
    assert (late.verdict, late.reason) == (Verdict.CONFLICT, "stale")
    assert executor.card(message_id) is None
    assert rivals(central, message_id) == [("executor", LATE)]
    heir = desk(central, "second").card(message_id)
    assert heir is not None and any(LATE in str(entry) for entry in heir.timeline)


def test_a_repeat_of_the_late_answer_brings_no_second_rival(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    envelope = executor.envelope(message_id, answer(LATE))
    done(central, "executor", message_id, SendBack(reason="Не наше"))
    assert executor.send(envelope).decisions == executor.send(envelope).decisions
    assert rivals(central, message_id) == [("executor", LATE)]


def test_two_answers_of_one_executor_at_two_desks_are_both_kept(central: Central) -> None:
    message_id = assigned(central)
    office, home = desk(central, "executor"), desk(central, "executor")
    seen = office.rev(message_id)
    assert office.do(message_id, answer(FIRST), Base(rev=seen)).verdict is Verdict.ACCEPTED
    assert home.do(message_id, answer(LATE), Base(rev=seen)).verdict is Verdict.CONFLICT
    stored = central.message(message_id)
    assert stored is not None and stored.answer is not None and stored.answer.text == FIRST
    assert rivals(central, message_id) == [("executor", LATE)]


def test_an_answer_that_is_given_already_leaves_the_late_text_with_its_author(central: Central) -> None:
    message_id = assigned(central)
    manager = desk(central, "manager")
    done(central, "executor", message_id, answer(FIRST))
    seen = manager.rev(message_id)
    done(central, "manager", message_id, Approve(seen_hash=text_hash(FIRST)))
    late = manager.do(message_id, Approve(text=LATE, seen_hash=text_hash(FIRST)), Base(rev=seen))
    assert late.verdict is Verdict.CONFLICT
    assert rivals(central, message_id) == []


def test_the_same_text_is_no_rival(central: Central) -> None:
    message_id = assigned(central)
    office, home = desk(central, "executor"), desk(central, "executor")
    seen = office.rev(message_id)
    office.do(message_id, answer(FIRST), Base(rev=seen))
    assert home.do(message_id, answer(FIRST), Base(rev=seen)).verdict is Verdict.CONFLICT
    assert rivals(central, message_id) == []


def test_a_desk_can_not_write_a_rival_itself(central: Central) -> None:
    message_id = assigned(central)
    forged = desk(central, "executor").do(message_id, Comment(text="Подделка", rival=True))
    assert (forged.verdict, forged.field) == (Verdict.REFUSED, "rival")
    assert rivals(central, message_id) == []


def test_a_stranger_leaves_nothing_on_a_message_he_never_saw(central: Central) -> None:
    message_id = assigned(central)
    stranger = desk(central, "stranger")
    forged = stranger.do(message_id, answer(LATE), Base(rev="0" * 32))
    assert (forged.verdict, forged.reason) == (Verdict.REFUSED, "unknown_message")
    assert rivals(central, message_id) == []


def test_who_follows_the_status_alone_writes_no_rival_into_the_inner_timeline(central: Central) -> None:
    message_id = assigned(central)
    seen = desk(central, "executor").rev(message_id)
    done(central, "coordinator", message_id, Comment(text="Проверьте адрес"))
    for login in ("operator", "moderator"):
        for base in (Base(), Base(rev="0" * 32), Base(rev=seen)):
            late = desk(central, login).do(message_id, answer(LATE), base)
            assert late.verdict in (Verdict.CONFLICT, Verdict.REFUSED), login
    assert rivals(central, message_id) == []


def test_a_conflict_tells_a_follower_of_the_status_nothing_of_inner_entries(central: Central) -> None:
    message_id = assigned(central)
    operator = desk(central, "operator")
    seen = operator.rev(message_id)
    done(central, "coordinator", message_id, Comment(text="Проверьте адрес"))
    for base in (Base(rev=seen), Base(rev="0" * 32), Base()):
        late = operator.do(message_id, answer(LATE), base)
        assert "changed_by" not in late.details and late.details.get("changed_verb") != "comment"


def test_an_executor_who_has_begun_meanwhile_is_still_replaced(central: Central) -> None:
    """Beginning the work touches nothing that a reassignment rests on."""
    message_id = assigned(central)
    coordinator = desk(central, "coordinator")
    seen = coordinator.rev(message_id)
    done(central, "executor", message_id, Start())
    late = coordinator.do(message_id, Reassign(executor=UserId("second"), cause=Cause.VACATION), Base(rev=seen))
    assert late.verdict is Verdict.ACCEPTED_MERGED
    stored = central.message(message_id)
    assert stored is not None and stored.executor == "second"


def test_what_was_built_on_a_step_not_taken_takes_back_nobody_elses(central: Central) -> None:
    """A recall made at home after a step that came too late must not undo the one made at the office."""
    message_id = assigned(central)
    office, home = desk(central, "executor"), desk(central, "executor")
    seen = home.rev(message_id)
    assert office.do(message_id, SendBack(reason="Не наше"), Base(rev=seen)).verdict is Verdict.ACCEPTED
    late = home.do(message_id, SendBack(reason="Не наш участок"), Base(rev=seen))
    assert late.verdict is Verdict.CONFLICT and home.card(message_id) is None
    recall = home.do(message_id, Recall(), Base(after=late.command_id))
    assert (recall.verdict, recall.reason) == (Verdict.REFUSED, "unknown_message")
    stored = central.message(message_id)
    assert stored is not None and stored.stage is Stage.COORDINATION

"""Commands given at a desk: saved, shown, decided, and never lost."""

from arm.desk.desk import Desk
from arm.desk.values import Done, Filter, PendingState, RowMark, Workspace
from arm.domain.commands import Accept, Assign, Comment, Decline, Start, Take
from arm.domain.identity import UserId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from tests.desk.steps import accepted, assigned, desks, do, queue, registered, registration
from tests.desk_fixture import WORKS, Town


def test_a_registration_is_shown_at_once_under_a_temporary_number(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        town.wire.is_cut = True
        done = do(operator, None, registration())
        card = operator.messages.card(done.message_id)
        assert card is not None and card.is_projected and done.number == "Б-1" == card.message.number
        assert queue(operator, Workspace.INTAKE, Filter.MINE_TODAY) == [done.message_id]
        assert operator.messages.by_number("б-1") == done.message_id
        assert [one.state for one in operator.commands.pending()] == [PendingState.UNSENT]
        assert operator.sync.status().unsent == 1


def test_the_number_of_the_central_store_takes_the_place_of_the_temporary_one(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration())
        operator.sync.run_now()
        card = operator.messages.card(done.message_id)
        assert card is not None and not card.is_projected and card.message.number.replace("-", "").isdigit()
        assert operator.commands.pending() == ()
        assert operator.messages.by_number(card.message.number) == done.message_id


def test_a_refused_command_writes_nothing(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        refused = moderator.commands.do(message_id, Accept(category="roads"))
        assert isinstance(refused, Refused) and refused.reason is Reason.MISSING_FIELD
        assert moderator.commands.pending() == ()
        assert moderator.sync.status().unsent == 0


def test_commands_on_one_message_build_on_each_other_while_offline(town: Town) -> None:
    message_id = accepted(town)
    with desks(town, "coordinator") as (coordinator,):
        town.wire.is_cut = True
        do(coordinator, message_id, Take())
        do(coordinator, message_id, Comment(text="Сам съезжу посмотреть."))
        assert queue(coordinator, Workspace.COORDINATION) == []
        assert queue(coordinator, Workspace.EXECUTION, Filter.IN_WORK) == [message_id]
        town.wire.is_cut = False
        coordinator.sync.run_now()
        assert coordinator.commands.pending() == ()
        card = coordinator.messages.card(message_id)
        assert card is not None and [event.verb for event in card.timeline][-2:] == ["take", "comment"]
        assert not any(event.is_forecast for event in card.timeline)


def lose_to_another(town: Town, coordinator: Desk) -> Done:
    """The coordinator decides offline while somebody else is quicker."""
    message_id = accepted(town)
    coordinator.sync.run_now()
    town.wire.is_cut = True
    done = do(coordinator, message_id, Assign(executor=UserId("executor")))
    town.central.act("coordinator", message_id, Assign(executor=UserId("executor-2")))
    town.wire.is_cut = False
    coordinator.sync.run_now()
    return done


def test_the_loser_of_a_conflict_sees_the_truth_and_keeps_what_was_typed(town: Town) -> None:
    with desks(town, "coordinator") as (coordinator,):
        done = lose_to_another(town, coordinator)
        card = coordinator.messages.card(done.message_id)
        assert card is not None and card.message.executor == "executor-2" and not card.is_projected
        (pending,) = coordinator.commands.pending()
        assert pending.state is PendingState.CONFLICT and pending.refused is not None
        assert pending.refused.reason is Reason.STALE and '"executor"' in pending.command_json
        (row,) = coordinator.messages.rows([done.message_id])
        assert RowMark.CONFLICT in row.marks


def test_a_conflict_leaves_the_list_only_when_its_author_says_so(town: Town) -> None:
    with desks(town, "coordinator") as (coordinator,):
        done = lose_to_another(town, coordinator)
        coordinator.sync.run_now()
        assert len(coordinator.commands.pending()) == 1
        coordinator.commands.dismiss(done.command_id)
        assert coordinator.commands.pending() == ()
        (row,) = coordinator.messages.rows([done.message_id])
        assert RowMark.CONFLICT not in row.marks


def test_unsent_work_can_not_be_dismissed(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        done = do(executor, message_id, Start())
        executor.commands.dismiss(done.command_id)
        assert [one.state for one in executor.commands.pending()] == [PendingState.UNSENT]


def test_an_own_change_does_not_blink_between_the_verdict_and_the_page(town: Town) -> None:
    message_id = assigned(town)
    seen: list[bool] = []
    with desks(town, "executor") as (executor,):

        def look(name: str) -> None:
            card = executor.messages.card(message_id)
            seen.append(card is not None and card.message.in_work)

        do(executor, message_id, Start())
        town.wire.after = look
        executor.sync.run_now()
        town.wire.after = lambda name: None
        look("end")
        assert seen and all(seen)
        assert executor.commands.pending() == ()


def test_a_declined_message_stays_in_the_moderators_own_list(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        reason = moderator.people.regulation().decline_reasons[0]
        do(moderator, message_id, Decline(reason=reason.reason_id, text="Не принято: нет адреса."))
        assert queue(moderator, Workspace.MODERATION) == []
        assert queue(moderator, Workspace.MODERATION, Filter.MY_DECLINED) == [message_id]
        moderator.sync.run_now()
        assert queue(moderator, Workspace.MODERATION, Filter.MY_DECLINED) == [message_id]


def test_the_message_goes_from_desk_to_desk(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator", "coordinator", "executor") as (moderator, coordinator, executor):
        do(moderator, message_id, Accept(category="roads", subcategory="pits", organisation=WORKS))
        moderator.sync.run_now()
        coordinator.sync.run_now()
        assert queue(coordinator, Workspace.COORDINATION, Filter.NEW) == [message_id]
        do(coordinator, message_id, Assign(executor=UserId("executor")))
        coordinator.sync.run_now()
        executor.sync.run_now()
        assert queue(executor, Workspace.EXECUTION, Filter.NEW) == [message_id]
        card = executor.messages.card(message_id)
        assert card is not None and card.message.stage is Stage.EXECUTION and card.zone == "Asia/Yekaterinburg"

"""Queues at the desk: order, pages, positions, marks, with own commands in their places."""

from datetime import timedelta

from arm.desk.values import Draft, Filter, QueueQuery, RowMark, Workspace
from arm.domain.clocks import Level
from arm.domain.commands import Accept, AnswerInquiry, Comment, Decline, Deliver, RequestDocuments, Start
from arm.domain.identity import MessageId
from arm.domain.message import Delivery
from tests.desk.steps import accepted, assigned, desks, do, queue, registered, registration
from tests.desk_fixture import SCHOOL, WORKS, Town

CONTROL = QueueQuery(workspace=Workspace.CONTROL)


def staggered(town: Town, count: int) -> list[MessageId]:
    """Messages registered a day apart, the oldest first: the most urgent first."""
    made = []
    for n in range(count):
        made.append(registered(town, f"Яма номер {n}"))
        town.hands.pass_by(timedelta(days=1))
    return made


def test_the_most_urgent_stands_first(town: Town) -> None:
    made = staggered(town, 5)
    with desks(town, "curator") as (curator,):
        rows = curator.messages.queue_page(CONTROL).rows
        assert [row.message_id for row in rows] == made
        assert [row.level for row in rows][:2] == [Level.STAGE_OVER, Level.STAGE_OVER]
        assert rows[-1].level is Level.CALM


def test_pages_follow_each_other_without_holes_or_doubles(town: Town) -> None:
    made = staggered(town, 7)
    with desks(town, "curator") as (curator,):
        do(curator, made[3], Comment(text="Посмотрю."))
        found: list[MessageId] = []
        after = ""
        while True:
            page = curator.messages.queue_page(CONTROL, after, 2)
            assert page.total == 7
            found += [row.message_id for row in page.rows]
            after = page.next_key
            if not after:
                break
        assert found == made
        positions = [curator.messages.queue_position(CONTROL, one) for one in made]
        assert positions == list(range(7))


def test_an_own_command_takes_the_message_out_of_the_queue_at_once(town: Town) -> None:
    made = [registered(town, f"Яма {n}") for n in range(3)]
    with desks(town, "moderator") as (moderator,):
        query = QueueQuery(workspace=Workspace.MODERATION)
        do(moderator, made[1], Accept(category="roads", subcategory="pits", organisation=WORKS))
        page = moderator.messages.queue_page(query)
        assert {row.message_id for row in page.rows} == {made[0], made[2]} and page.total == 2
        assert not moderator.messages.fits(query, made[1]) and moderator.messages.fits(query, made[0])
        assert moderator.messages.queue_position(query, made[1]) is None
        (counter,) = moderator.messages.counters()
        assert counter.needs_action == 2


def test_filters_narrow_a_queue(town: Town) -> None:
    roads = accepted(town)
    accepted(town, "В школьной столовой холодные обеды", "schools")
    with desks(town, "curator") as (curator,):
        for query in (
            QueueQuery(workspace=Workspace.CONTROL, category="roads"),
            QueueQuery(workspace=Workspace.CONTROL, text="дороги"),
            QueueQuery(workspace=Workspace.CONTROL, text="ёлочная яма"),
        ):
            page = curator.messages.queue_page(query)
            assert [row.message_id for row in page.rows] == [roads] and page.total == 1
        for query in (
            QueueQuery(workspace=Workspace.CONTROL, text='"* OR'),
            QueueQuery(workspace=Workspace.CONTROL, text="***"),
            QueueQuery(workspace=Workspace.INTAKE, filter=Filter.OVER),
        ):
            assert curator.messages.queue_page(query).rows == ()


def test_a_message_is_new_until_it_is_opened(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        assert moderator.messages.rows([message_id])[0].is_unread
        moderator.messages.mark_read(message_id)
        assert not moderator.messages.rows([message_id])[0].is_unread


def test_an_unaccepted_message_names_the_addressee_of_its_registration(town: Town) -> None:
    message_id = registered(town, organisation=WORKS)
    with desks(town, "operator", "moderator") as (operator, moderator):
        works = operator.messages.rows([message_id])[0].proposed
        assert works and works == moderator.messages.rows([message_id])[0].proposed
        do(moderator, message_id, Accept(category="roads", subcategory="pits", organisation=WORKS))
        assert moderator.messages.rows([message_id])[0].proposed == ""


def test_marks_say_what_is_unfinished_here(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        executor.drafts.save(Draft(draft_id="", message_id=message_id, form="answer", fields={}))
        do(executor, message_id, Start())
        (row,) = executor.messages.rows([message_id])
        assert {RowMark.DRAFT, RowMark.UNSENT} <= row.marks
        assert row.holder == "Исаев Иван Петрович" and row.topic == "Дороги · Ямы"


def test_an_answer_to_be_told_waits_for_the_operator(town: Town) -> None:
    message_id = registered(town)
    regulation = town.central.regulation_for(WORKS)
    town.central.act(
        "moderator", message_id, Decline(reason=regulation.decline_reasons[0].reason_id, text="Не принято")
    )
    with desks(town, "operator") as (operator,):
        (counter,) = operator.messages.counters()
        assert counter.needs_action == 1
        assert queue(operator, Workspace.INTAKE, Filter.TO_DELIVER) == [message_id]
        do(operator, message_id, Deliver(reached=True, how=Delivery.PHONE, at=town.hands.moment))
        assert queue(operator, Workspace.INTAKE, Filter.TO_DELIVER) == []


def test_today_begins_at_midnight_of_the_users_own_zone(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        first = do(operator, None, registration()).message_id
        assert queue(operator, Workspace.INTAKE, Filter.MINE_TODAY) == [first]
        operator.sync.run_now()
        # 06:00 UTC is 11:00 there: 13 hours later it is the next day
        town.hands.pass_by(timedelta(hours=12, minutes=59))
        assert queue(operator, Workspace.INTAKE, Filter.MINE_TODAY) == [first]
        town.hands.pass_by(timedelta(minutes=1))
        assert queue(operator, Workspace.INTAKE, Filter.MINE_TODAY) == []
        assert queue(operator, Workspace.INTAKE) == [first]


def test_a_body_that_is_asked_sees_the_question_and_nothing_else(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor", "teacher") as (executor, teacher):
        do(
            executor,
            message_id,
            RequestDocuments(inquiry_id="i1", organisation=SCHOOL, question="Когда чистили подъезд к школе?"),
        )
        executor.sync.run_now()
        teacher.sync.run_now()
        assert queue(teacher, Workspace.COORDINATION, Filter.INQUIRIES) == [message_id]
        card = teacher.messages.card(message_id)
        assert card is not None and card.sight == "inquiry"
        assert card.message.text == "" and card.message.applicant is None
        assert teacher.messages.rows([message_id])[0].first_line == "Когда чистили подъезд к школе?"
        assert [row.message_id for row in teacher.search.search("подъезды к школам")] == [message_id]
        assert teacher.search.search("ёлочная") == ()
        do(teacher, message_id, AnswerInquiry(inquiry_id="i1", text="Во вторник."))
        assert queue(teacher, Workspace.COORDINATION, Filter.INQUIRIES) == []
        teacher.sync.run_now()
        executor.sync.run_now()
        asked = executor.messages.card(message_id)
        assert asked is not None and asked.message.inquiries[0].answer == "Во вторник."
        assert teacher.commands.pending() == ()

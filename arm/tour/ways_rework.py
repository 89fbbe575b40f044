"""Ways (e) and (f) of the tour: here you find an answer returned for rework, and one postponed and then solved."""

from __future__ import annotations

from datetime import timedelta

from arm.tour.moves import act, open_message, pick
from arm.tour.scenes import GORHOZ, Stage, accepted, approved, arrives, assigned
from arm.tour.story import Story
from arm.tour.theatre import Theatre
from arm.tour.ways_control import watched

YARD = (
    "Во дворе дома 7 по улице Мира после ремонта теплотрассы не восстановили проезд: ямы по щиколотку, "
    "скорая объезжает дом по газону."
)
FIRST = (
    "Уважаемый Аркадий Семёнович!\n\nДворовый проезд у дома 7 по улице Мира обследован. "
    "Подрядчик, проводивший ремонт теплотрассы, восстановит покрытие."
)
LAWYER = " Гарантия на работы — три года."
WHY_BACK = "Назовите дату окончания работ и кто их выполнит: заявитель об этом и спрашивает."
DATE = "\n\nРаботы выполнит ООО «Дорстрой», окончание — 5 декабря."
FENCE = (
    "На пустыре за гаражами по улице Заводской упало ограждение котлована, вечером темно, рядом ходят дети. "
    "Закройте котлован."
)
INTERIM = (
    "Уважаемая Нина Петровна!\n\nКотлован осмотрен, временное ограждение и фонарь установлены сегодня. "
    "Засыпка включена в план. О завершении работ мы сообщим вам дополнительно."
)
FINAL = (
    "Уважаемая Нина Петровна!\n\nКотлован за гаражами по улице Заводской засыпан, территория спланирована, "
    "временное ограждение снято."
)


def way_e(theatre: Theatre, story: Story) -> None:
    """An endorser edits, the approver returns; the executor sees both, mends the text and sends it again."""
    play = arrives(
        theatre,
        story,
        YARD,
        name="Белоусов Аркадий Семёнович",
        address="г. Светлореченск, ул. Мира, 7",
        topic="courtyards/paving",
        to=GORHOZ,
    )
    accepted(play, GORHOZ)
    assigned(play, "executor-2")
    desk = theatre.desk("executor-2")
    open_message(desk, play.number)
    desk.press("F2", "queue-list")
    desk.type(FIRST, "answer-text")
    desk.press("Ctrl+1", "answer-text")
    pick(desk, "input-endorsers", "кузн", theatre.name("endorser"))
    _approver(play)
    story.tell("Исполнитель пишет ответ, называет согласующего и утверждающего.", desk)
    desk.press("Ctrl+Return", "answer-text")
    play.truth.holds(
        play.number,
        "ответ на согласовании",
        verbs=("start", "submit"),
        stage="endorsement",
        result="solved",
        answer=FIRST,
        endorsements={play.user("endorser"): False},
    )
    _edited_and_returned(play)
    _reworked(play)
    lawyer = theatre.desk("endorser")
    open_message(lawyer, play.number)
    lawyer.see("5 декабря", name="decision-text")
    story.tell("После доработки согласуют заново: прежнее согласие потеряло силу.", lawyer)
    act(lawyer, "1")
    play.truth.holds(
        play.number, "новое согласие записано, ответ у утверждающего", verbs=("endorse",), stage="approval"
    )
    approved(
        play, "manager", "Ответ с датой и подрядчиком вернулся.", stage="closed", closed_as="answered", is_rework=False
    )


def _approver(play: Stage) -> None:
    desk, name = play.theatre.desk("executor-2"), play.theatre.name("manager")
    desk.type("бело", "input-approver")
    desk.press("Return")
    desk.see(name, name="input-approver")
    desk.see_gone("не указан утверждающий", name="answer-check")


def _edited_and_returned(play: Stage) -> None:
    lawyer = play.theatre.desk("endorser")
    open_message(lawyer, play.number)
    lawyer.press("F2", "queue-list")
    lawyer.press("Ctrl+End", "decision-text")
    lawyer.type(LAWYER, "decision-text")
    lawyer.see(LAWYER.strip(), name="decision-diff")
    play.story.tell("Юрист дописывает фразу о гарантии и согласует с правкой.", lawyer)
    lawyer.press("Ctrl+Return", "decision-text")
    play.truth.holds(
        play.number,
        "правка в тексте, ответ у утверждающего",
        verbs=("endorse",),
        stage="approval",
        answer=FIRST + LAWYER,
        edited_by=[play.user("endorser")],
    )
    manager = play.theatre.desk("manager")
    open_message(manager, play.number)
    act(manager, "2")
    manager.see(name="sheet-reject")
    manager.type(WHY_BACK, "input-reason")
    play.story.tell("Руководитель возвращает ответ на доработку: клавиша 2 и причина.", manager)
    manager.press("Ctrl+Return", "input-reason")
    play.truth.holds(
        play.number,
        "исполнение у того же исполнителя, согласия аннулированы, исполнитель извещён",
        verbs=("reject",),
        stage="execution",
        executor=play.user("executor-2"),
        return_reason=WHY_BACK,
        is_rework=True,
        endorsements={},
        told=(play.told_user("executor-2", "returned"),),
    )


def _reworked(play: Stage) -> None:
    desk = play.theatre.desk("executor-2")
    open_message(desk, play.number)
    desk.see(WHY_BACK, name="answer-returned")
    play.story.tell("Исполнитель видит причину возврата над своим текстом; текст и участники на месте.", desk)
    desk.click("answer-changes")
    desk.see(LAWYER.strip(), name="answer-diff")
    play.story.tell("«Правки руководителя» показывают, что изменили в его тексте по дороге.", desk)
    desk.click("answer-changes")
    desk.press("Ctrl+End", "answer-text")
    desk.type(DATE, "answer-text")
    desk.see("Черновик сохранён", name="answer-saved")
    play.story.tell("Дата и подрядчик дописаны, Ctrl+Enter отправляет ответ снова.", desk)
    desk.press("Ctrl+Return", "answer-text")
    play.truth.holds(
        play.number,
        "ответ снова на согласовании, у согласующего новая задача",
        verbs=("submit",),
        stage="endorsement",
        answer=FIRST + LAWYER + DATE,
        endorsements={play.user("endorser"): False},
        approver=play.user("manager"),
    )


def way_f(theatre: Theatre, story: Story) -> None:
    """An interim answer with a date goes to the applicant; by that date the final one does."""
    play = arrives(
        theatre,
        story,
        FENCE,
        name="Егорова Нина Петровна",
        address="г. Светлореченск, ул. Заводская, за гаражами",
        topic="courtyards/other",
        to=GORHOZ,
    )
    accepted(play, GORHOZ)
    assigned(play, "executor-2")
    _interim(play)
    watched(play)
    _final(play)


def _interim(play: Stage) -> None:
    theatre, story = play.theatre, play.story
    desk = theatre.desk("executor-2")
    open_message(desk, play.number)
    desk.press("F2", "queue-list")
    desk.type(INTERIM, "answer-text")
    desk.press("Ctrl+3", "answer-text")
    desk.click("answer-postponed", "+14")
    _approver(play)
    until = theatre.today() + timedelta(days=14)
    desk.see(f"{until:%d.%m.%Y}", name="answer-postponed")
    story.tell("Ctrl+3 — «Отложено», +14 — до какого дня; ответ промежуточный.", desk)
    desk.press("Ctrl+Return", "answer-text")
    play.truth.holds(
        play.number,
        "промежуточный ответ ждёт утверждения",
        verbs=("start", "submit"),
        stage="approval",
        result="postponed",
        answer=INTERIM,
    )
    approved(
        play,
        "manager",
        "Промежуточный ответ с датой.",
        notice="postponed",
        stage="execution",
        executor=play.user("executor-2"),
        postponed_until=until.isoformat(),
    )


def _final(play: Stage) -> None:
    theatre, story = play.theatre, play.story
    desk = theatre.desk("executor-2")
    open_message(desk, play.number)
    desk.see("Отложено", INTERIM[-40:], name="card")
    story.tell("Сообщение снова у исполнителя с новым сроком: ответ с датой отправлен, часы идут.", desk)
    desk.press("F2", "queue-list")
    desk.press("Ctrl+A", "answer-text")
    desk.type(FINAL, "answer-text")
    desk.press("Ctrl+1", "answer-text")
    desk.see(theatre.name("manager"), name="input-approver")
    story.tell("Работы сделаны: окончательный ответ «Решено»; утверждающий подставлен прежний.", desk)
    desk.press("Ctrl+Return", "answer-text")
    play.truth.holds(
        play.number, "окончательный ответ ждёт утверждения", verbs=("submit",), stage="approval", result="solved"
    )
    approved(
        play,
        "manager",
        "Окончательный ответ.",
        stage="closed",
        closed_as="answered",
        result="solved",
        earlier_answers=["postponed"],
    )

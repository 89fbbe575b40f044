"""Way (b) of the tour: here you find a message declined in moderation, with what the applicant reads."""

from __future__ import annotations

from arm.tour.checks import Truth
from arm.tour.moves import act, open_message
from arm.tour.story import Story
from arm.tour.theatre import Theatre

SALE = (
    "Предлагаем жителям города окна и двери от производителя, скидки пенсионерам, замер бесплатно. "
    "Звоните прямо сейчас, количество подарков ограничено!"
)


def way_b(theatre: Theatre, story: Story) -> None:
    """An advertisement: a reason by its digit, the preview, and the applicant is told."""
    truth = Truth(theatre, story)
    number = theatre.applicants.send(SALE, name="Юркина Алла Борисовна", address="г. Светлореченск")
    truth.holds(number, "сообщение пришло с сайта", verbs=("register",), stage="moderation", channel="site")
    desk = theatre.desk("moderator")
    open_message(desk, number)
    story.tell("С сайта пришла реклама. Модератор читает её целиком.", desk)
    act(desk, "2")
    desk.see(name="sheet-decline")
    story.tell("Клавиша 2 — отклонить: причины взяты из регламента, у каждой свой пункт.", desk)
    for _ in range(6):
        desk.press("Down", "input-reason")
    desk.see("реклам", name="decline-preview")
    story.tell("Стрелки выбирают; внизу то, что прочтёт заявитель. Цифра основания отклонила бы сразу.", desk)
    desk.press("6", "input-reason")
    desk.see_gone(name="sheet-decline")
    desk.see("отклонено", name="toast")
    story.tell("Клавиша 6, и сообщение отклонено; пятнадцать секунд его ещё можно вернуть клавишей F9.", desk)
    truth.holds(
        number,
        "сообщение закрыто как отклонённое, заявителю сообщена причина",
        verbs=("decline",),
        stage="closed",
        closed_as="declined",
        decline_reason="advertising",
        told=(("applicant", "declined"),),
    )
    story.tell("Сообщение закрыто, очередь перешла к следующему.", desk)

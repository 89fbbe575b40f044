"""Ways (c) and (d) of the tour: here you find handing down and up, and a redirect to another body."""

from __future__ import annotations

from arm.tour.moves import act, open_message, pick, send_by_choice
from arm.tour.scenes import CITY, GORHOZ, accepted, arrives
from arm.tour.story import Story
from arm.tour.theatre import Theatre

BENCHES = (
    "В сквере у Дома культуры сломаны четыре скамейки из шести, пожилым людям негде присесть. "
    "Замените, пожалуйста, доски или поставьте новые."
)
NOT_OURS = "Сквер на балансе администрации города, скамейки закупает управление делами."
SHOP = (
    "В магазине на улице Речной, 14 третий раз продали молоко с истёкшим сроком, ценники не совпадают с кассой. "
    "Проверьте магазин."
)
OUTSIDE = "Качество товаров и защита прав покупателей — полномочие потребительского надзора."


def way_c(theatre: Theatre, story: Story) -> None:
    """The city hands a message down to its department; the department hands it up again with a reason."""
    play = arrives(
        theatre,
        story,
        BENCHES,
        name="Лапин Геннадий Фёдорович",
        address="г. Светлореченск, сквер у Дома культуры",
        topic="courtyards/benches",
        to=CITY,
    )
    accepted(play, CITY)
    city = theatre.desk("coordinator")
    open_message(city, play.number)
    act(city, "3")
    city.see(name="sheet-hand_down")
    story.tell("Координатор администрации передаёт сообщение в подведомственный департамент: клавиша 3.", city)
    send_by_choice(
        city, "input-organisation", "городского хоз", "Департамент городского хозяйства Светлореченска"
    )
    city.see_gone(name="sheet-hand_down")
    play.truth.holds(
        play.number,
        "координация в департаменте, передача записана, заявитель и координаторы департамента извещены",
        verbs=("hand_down",),
        stage="coordination",
        organisation=GORHOZ,
        handed_down=[GORHOZ],
        told=(("applicant", "handed_down"), (f"role:coordinator@{GORHOZ}", "task")),
    )
    below = theatre.desk("coordinator-gorhoz")
    open_message(below, play.number)
    act(below, "5")
    below.see(name="sheet-hand_up")
    below.type(NOT_OURS, "input-reason")
    story.tell("В департаменте видят: это не их дело. Клавиша 5 — вернуть в вышестоящую, с причиной.", below)
    below.press("Ctrl+Return")
    play.truth.holds(
        play.number,
        "сообщение снова в администрации, координаторам сказано о возврате",
        verbs=("hand_up",),
        stage="coordination",
        organisation=CITY,
        handed_down=[],
        told=((f"role:coordinator@{CITY}", "returned"),),
    )
    open_message(city, play.number)
    city.see(NOT_OURS, name="card")
    story.tell("В администрации сообщение появилось само, с причиной возврата.", city)


def way_d(theatre: Theatre, story: Story) -> None:
    """A message that is another body's: proposed by the coordinator, approved by a manager, seen there."""
    play = arrives(
        theatre,
        story,
        SHOP,
        name="Гусева Марина Олеговна",
        address="г. Светлореченск, ул. Речная, 14",
        topic="other/question",
        to=CITY,
    )
    accepted(play, CITY)
    city = theatre.desk("coordinator")
    open_message(city, play.number)
    act(city, "4")
    city.see(name="sheet-propose_redirect")
    pick(city, "input-organisation", "потреб", "Управление потребительского надзора по Заречному краю")
    city.type(OUTSIDE, "input-reason")
    pick(city, "input-approver", "тихом", theatre.name("manager-city"))
    story.tell("Клавиша 4: координатор предлагает перенаправить сообщение и называет, кто это утвердит.", city)
    city.press("Ctrl+Return")
    play.truth.holds(
        play.number,
        "перенаправление ждёт утверждения, утверждающий извещён",
        verbs=("propose_redirect",),
        stage="approval",
        organisation=CITY,
        redirect_to="nadzor",
        approver=play.user("manager-city"),
        told=(play.told_user("manager-city", "task"),),
    )
    manager = theatre.desk("manager-city")
    open_message(manager, play.number)
    manager.see("потребительского надзора", name="decision-redirect")
    story.tell("Руководитель видит, куда и почему, и решает одной клавишей.", manager)
    act(manager, "1")
    play.truth.holds(
        play.number,
        "сообщение на координации в потребительском надзоре, заявитель извещён",
        verbs=("approve",),
        stage="coordination",
        organisation="nadzor",
        redirect_to="",
        told=(("applicant", "redirected"), ("role:coordinator@nadzor", "task")),
    )
    outside = theatre.desk("nadzor")
    open_message(outside, play.number)
    story.tell("Координатор надзора видит сообщение у себя и может назначить исполнителя.", outside)

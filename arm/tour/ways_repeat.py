"""Ways (g) and (h) of the tour: here you find a low mark stopped above, and work done offline in vain."""

from __future__ import annotations

from arm.domain.message import Closed, Message
from arm.domain.message import Stage as At
from arm.tour.checks import Truth
from arm.tour.desk_process import TourFailed
from arm.tour.moves import act_by_name, open_message, pick
from arm.tour.scenes import CITY, GORHOZ, Stage, accepted, arrives, assigned
from arm.tour.story import Story
from arm.tour.theatre import Theatre

OFFENDED = "Не согласна: хочу, чтобы сделали не как у всех, а лучше."
PIPES = (
    "В подвале дома 3 по улице Полевой вторые сутки стоит вода, пахнет в подъезде. Управляющая компания не отвечает."
)
WRITTEN = (
    "Уважаемый Олег Иванович!\n\nПодвал дома 3 по улице Полевой осмотрен, вода откачана. "
    "Управляющей компании выдано предписание заменить участок трубы до конца недели."
)


def way_g(theatre: Theatre, story: Story) -> None:
    """The mark comes by the portal; the superior's coordinator gets a repeat and, being named for it, stops it."""
    truth = Truth(theatre, story)
    message = _answered_by_the_city(theatre)
    number = message.number
    truth.know(number)
    story.tell(f"По сообщению № {number} администрация города уже ответила. Заявитель ставит на портале оценку 1.")
    theatre.applicants.rate(number, 1, OFFENDED)
    truth.holds(
        number,
        "сообщение снова открыто, в вышестоящей организации, с пометкой «повторно»; прежний ответ сохранён",
        verbs=("rate",),
        stage="coordination",
        organisation="kray",
        is_repeat=True,
        marks=[1],
        told=(("role:coordinator@kray", "reopened"), ("role:curator@kray", "curator_told")),
    )
    desk = theatre.desk("superior")
    open_message(desk, number)
    desk.see("Повтор", message.answer.text[-40:] if message.answer else "", name="card")
    story.tell(
        "В правительстве края сообщение появилось само: «повторно», с прежним ответом и оценкой в ходе рассмотрения.",
        desk,
    )
    act_by_name(desk, "stop_reconsideration", "Прекратить")
    desk.see(name="sheet-stop_reconsideration")
    story.tell("Начальник управления назван прекращать повторное рассмотрение; основания — из регламента.", desk)
    desk.press("1", "input-ground")
    desk.press("Ctrl+Return", "input-ground")
    truth.holds(
        number,
        "рассмотрение прекращено, заявитель извещён",
        verbs=("stop_reconsideration",),
        stage="closed",
        closed_as="stopped",
        told=(("applicant", "stopped"),),
    )
    story.tell("Рассмотрение прекращено: сообщение ушло из очереди, заявителю направлено извещение.", desk)


def _answered_by_the_city(theatre: Theatre) -> Message:
    """A message of the demonstration that the city's administration answered and nobody has marked yet."""
    central = theatre.central
    for message in central.messages(central.message_ids(stage=At.CLOSED)).values():
        is_answered = message.closed_as is Closed.ANSWERED and message.answer is not None
        if is_answered and message.organisation == CITY and not message.marks and not message.is_repeat:
            return message
    raise TourFailed("no answered message of the city's administration in the demonstration")


def way_h(theatre: Theatre, story: Story) -> None:
    """The cable is out: an answer is written and sent into the outbox, while the message is given to a colleague."""
    play = arrives(
        theatre,
        story,
        PIPES,
        name="Карпов Олег Иванович",
        address="г. Светлореченск, ул. Полевая, 3",
        topic="housing/basement",
        to=GORHOZ,
    )
    accepted(play, GORHOZ)
    assigned(play, "executor-2")
    _written_offline(play)
    _given_away(play)
    _told_and_kept(play)


def _written_offline(play: Stage) -> None:
    theatre, story = play.theatre, play.story
    desk = theatre.desk("executor-2")
    open_message(desk, play.number)
    theatre.cut("executor-2")
    desk.press("F5")
    desk.see("Нет связи", name="status")
    desk.press("F2", "queue-list")
    desk.type(WRITTEN, "answer-text")
    desk.press("Ctrl+1", "answer-text")
    desk.type("бело", "input-approver")
    desk.press("Return")
    desk.see(theatre.name("manager"), name="input-approver")
    desk.see_gone("не указан утверждающий", name="answer-check")
    story.tell("Связи нет. Исполнитель работает с копией и пишет ответ; строка внизу говорит правду.", desk)
    desk.press("Ctrl+Return", "answer-text")
    desk.see("направлено", name="toast")
    desk.see("2", name="status-outbox")
    story.tell("Ответ отправлен в очередь: он уйдёт, как только появится связь.", desk)
    play.truth.holds(
        play.number,
        "центральное хранилище ещё ничего не знает",
        verbs=(),
        stage="execution",
        executor=play.user("executor-2"),
        in_work=False,
    )


def _given_away(play: Stage) -> None:
    theatre, story = play.theatre, play.story
    coordinator = theatre.desk("coordinator-gorhoz")
    coordinator.press("Ctrl+K", "queue-list")
    coordinator.type(play.number, "palette-edit")
    coordinator.see(play.number, name="palette-list")
    coordinator.press("Return", "palette-edit")
    coordinator.see(play.number, name="card-title")
    act_by_name(coordinator, "reassign", "Переназначить")
    coordinator.see(name="sheet-reassign")
    pick(coordinator, "input-executor", "дём", theatre.name("executor"))
    coordinator.click("field-cause", "Отпуск")
    story.tell("Тем временем координатор переназначает сообщение: исполнитель недоступен.", coordinator)
    coordinator.press("Ctrl+Return")
    play.truth.holds(
        play.number,
        "исполнителем стал другой, обоим сказано",
        verbs=("reassign",),
        stage="execution",
        executor=play.user("executor"),
        told=(play.told_user("executor", "assigned"), play.told_user("executor-2", "task_withdrawn")),
    )


def _told_and_kept(play: Stage) -> None:
    theatre, story = play.theatre, play.story
    desk = theatre.desk("executor-2")
    theatre.mend("executor-2")
    desk.press("F5")
    desk.see("решения", name="status-decisions")
    desk.see("сообщение теперь у другого", "сохранено", name="toast")
    story.tell("Связь есть. Исполнителю сказано: сообщение теперь у другого, написанное сохранено.", desk)
    desk.click("status-decisions")
    desk.see("Переназначено".lower(), play.number, WRITTEN.splitlines()[-1], name="outbox-page")
    story.tell("В очереди отправки — что не принято, почему и весь набранный текст: его можно скопировать.", desk)
    play.truth.holds(
        play.number,
        "в хранилище ничего от опоздавшего ответа",
        verbs=(),
        stage="execution",
        executor=play.user("executor"),
        result="",
    )
    desk.press("Escape", "outbox-page")
    desk.see(name="queue-list")
    act_by_name(desk, "orphans", "черновик")
    desk.see(WRITTEN.splitlines()[-1], name="sheet-orphans")
    story.tell("Черновик тоже цел: «черновик без сообщения» хранит текст, пока автор сам его не удалит.", desk)
    other = theatre.desk("executor")
    open_message(other, play.number)
    story.tell("У нового исполнителя сообщение ждёт в его очереди.", other)

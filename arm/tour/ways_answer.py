"""Way (a) of the tour: here you find the whole road of a call, from the caller's voice to the answer told to her."""

from __future__ import annotations

from arm.tour.checks import Truth
from arm.tour.moves import act, number_on, open_message, pick, send_by_choice
from arm.tour.story import Story
from arm.tour.theatre import Theatre

PHONE = "+7 900 000-10-36"
CALLER = "Маслова Евдокия Харитоновна"
TROUBLE = (
    "На углу Садовой и Полевой вторую неделю не вывозят мусор: баки переполнены, ветер несёт пакеты во дворы. "
    "Просит убрать и сообщить ответ по телефону."
)
DONE_ON = "вчера"
DONE_WHAT = "контейнеры вывезены, площадка убрана"
EDIT = "\n\nСледующий вывоз — в четверг, далее по графику."


def way_a(theatre: Theatre, story: Story) -> None:
    """Phone, moderation, assignment, an answer from a template, two endorsers, approval, the applicant told."""
    truth = Truth(theatre, story)
    number = _take_call(theatre, story, truth)
    _accept(theatre, story, truth, number)
    _assign(theatre, story, truth, number)
    _write(theatre, story, truth, number)
    _endorse(theatre, story, truth, number)
    _approve(theatre, story, truth, number)
    _tell(theatre, story, truth, number)


def _take_call(theatre: Theatre, story: Story, truth: Truth) -> str:
    desk = theatre.desk("operator")
    desk.see("№", name="card-title")
    story.tell("Звонок. Оператор приёма видит свои сообщения и то, какие ответы ещё не сообщены.", desk)
    desk.press("Ins")
    desk.see(name="intake-phone")
    desk.type(PHONE, "intake-phone")
    desk.see(CALLER, name="intake-matches")
    story.tell("Insert открывает приём. По телефону программа узнаёт, кто звонит.", desk)
    desk.press("Return", "intake-phone")
    desk.type(TROUBLE)
    desk.press("Tab")
    desk.press("Return")
    desk.type("мусор не вы")
    desk.see("Не вывозят мусор", name="picker_popup")
    desk.press("Return")
    desk.see("Мусор · Не вывозят мусор", "Департамент городского хозяйства", name="intake")
    story.tell("Имя и адрес подставлены, тема выбрана по двум словам, получателя назвало автоправило.", desk)
    desk.press("Ctrl+Return")
    desk.see("-", "Назовите номер", name="intake")
    number = number_on(desk, "intake-number")
    story.tell("Сообщение зарегистрировано: номер крупно, чтобы продиктовать, и уже в буфере обмена.", desk)
    truth.holds(
        number,
        "сообщение на модерации, заявительница извещена",
        verbs=("register",),
        told=(("applicant", "registered"),),
        stage="moderation",
        channel="phone",
        applicant=CALLER,
        category="waste/not-collected",
    )
    desk.press("Escape")
    desk.see_gone(name="intake-number")
    return number


def _accept(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    desk = theatre.desk("moderator")
    open_message(desk, number)
    story.tell("Модератор видит новое сообщение: тема и получатель уже названы, решение — одна клавиша.", desk)
    act(desk, "1")
    desk.see("передано на координацию", name="toast")
    story.tell("Клавиша 1: принято. F9 вернёт решение, пока никто его не подхватил.", desk)
    truth.holds(
        number,
        "координация в департаменте, который назвало автоправило; координаторы извещены",
        verbs=("accept",),
        stage="coordination",
        organisation="svet-gorhoz",
        told=(("role:coordinator@svet-gorhoz", "task"),),
    )


def _assign(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    desk = theatre.desk("coordinator-gorhoz")
    open_message(desk, number)
    desk.see(theatre.name("executor"), name="candidates")
    story.tell("Координатор: программа предлагает исполнителей по опыту, загрузке и автоправилу.", desk)
    act(desk, "1")
    desk.see(name="sheet-assign")
    send_by_choice(desk, "input-executor", "дём", theatre.name("executor"))
    desk.see_gone(name="sheet-assign")
    desk.see("назначено: Дёмин", name="toast")
    story.tell("Клавиша 1 и три буквы фамилии: исполнитель назначен, и ещё восемь секунд F9 вернёт всё назад.", desk)
    truth.holds(
        number,
        "исполнение, исполнитель извещён",
        verbs=("assign",),
        stage="execution",
        executor=theatre.user("executor"),
        in_work=False,
        told=((f"user:{theatre.user('executor')}", "assigned"),),
    )


def _write(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    desk = theatre.desk("executor")
    open_message(desk, number)
    story.tell("У исполнителя: слева сообщение и часы этапов, справа редактор ответа.", desk)
    desk.press("Ctrl+T", "queue-list")
    desk.see(name="template-search")
    desk.type("работы выпол", "template-search")
    desk.see("Работы выполнены", name="template-list")
    story.tell("Ctrl+T — шаблоны: поля заполнены из сообщения, пустые места видны заранее.", desk)
    desk.press("Return", "template-search")
    desk.see_gone(name="template-search")
    desk.see("Уважаемая Евдокия Харитоновна", name="answer-text")
    desk.type(DONE_ON, "answer-text")
    desk.press("Tab")
    desk.type(DONE_WHAT)
    desk.see(DONE_ON, DONE_WHAT, name="answer-text")
    pick(desk, "input-endorsers", "кузн", theatre.name("endorser"))
    pick(desk, "input-endorsers", "гром", theatre.name("endorser-2"))
    desk.type("бело", "input-approver")
    desk.press("Return")
    desk.see(theatre.name("manager"), name="input-approver")
    desk.see("Черновик сохранён", name="answer-saved")
    story.tell("Tab ходит по пустым местам. Два согласующих и утверждающий названы; черновик уже на диске.", desk)
    answer = desk.read("answer-text")
    desk.press("Ctrl+Return", "answer-text")
    desk.see("направлено", name="toast")
    story.tell("Ctrl+Enter: проект ответа ушёл на согласование.", desk)
    message = truth.holds(
        number,
        "согласование: оба согласующих извещены, текст дошёл без потерь",
        verbs=("start", "submit"),
        stage="endorsement",
        result="solved",
        endorsements={theatre.user("endorser"): False, theatre.user("endorser-2"): False},
        approver=theatre.user("manager"),
        told=tuple((f"user:{theatre.user(one)}", "task") for one in ("endorser", "endorser-2")),
    )
    truth.same("answer", True, message.answer is not None and message.answer.text in answer)


def _endorse(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    first = theatre.desk("endorser")
    open_message(first, number)
    first.see("Уважаемая Евдокия Харитоновна", name="decision-text")
    story.tell("Первый согласующий видит ответ таким, каким его получит заявительница, и весь путь решения.", first)
    act(first, "1")
    truth.holds(
        number,
        "согласие первого записано, второе ещё ждут",
        verbs=("endorse",),
        stage="endorsement",
        endorsements={theatre.user("endorser"): True, theatre.user("endorser-2"): False},
    )
    second = theatre.desk("endorser-2")
    open_message(second, number)
    second.press("F2", "queue-list")
    second.press("Ctrl+End", "decision-text")
    second.type(EDIT, "decision-text")
    second.see("Следующий вывоз", name="decision-diff")
    story.tell("Второй согласующий правит текст на месте (F2): каждая правка видна сразу.", second)
    second.press("Ctrl+Return", "decision-text")
    message = truth.holds(
        number,
        "оба согласовали, правка в тексте, первому согласующему сказано о ней, ответ у утверждающего",
        verbs=("endorse",),
        stage="approval",
        endorsements={theatre.user("endorser"): True, theatre.user("endorser-2"): True},
        edited_by=[theatre.user("endorser-2")],
        told=(
            (f"user:{theatre.user('endorser')}", "text_edited"),
            (f"user:{theatre.user('manager')}", "task"),
        ),
    )
    truth.same("edit", True, message.answer is not None and message.answer.text.endswith(EDIT.strip()))


def _approve(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    desk = theatre.desk("manager")
    open_message(desk, number)
    desk.see("Следующий вывоз", name="decision-text")
    story.tell("Руководитель видит согласованный ответ и кто его согласовал.", desk)
    act(desk, "1")
    truth.holds(
        number,
        "ответ утверждён и направлен, сообщение закрыто, извещение заявительнице записано",
        verbs=("approve",),
        stage="closed",
        closed_as="answered",
        result="solved",
        approved_by=theatre.user("manager"),
        told=(("applicant", "answered"), (f"user:{theatre.user('executor')}", "answered")),
    )


def _tell(theatre: Theatre, story: Story, truth: Truth, number: str) -> None:
    desk = theatre.desk("operator")
    open_message(desk, number)
    desk.see("Следующий вывоз", name="card-answer")
    story.tell("Ответ вернулся к оператору: заявительница просила позвонить. Текст ответа перед глазами.", desk)
    act(desk, "1")
    truth.holds(
        number,
        "ответ сообщён заявительнице",
        verbs=("deliver",),
        stage="closed",
        deliveries=[True],
    )
    story.tell("Клавиша 1 — «Ответ сообщён». Путь сообщения пройден.", desk)

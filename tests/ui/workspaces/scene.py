"""An invented town hall with its people, templates and messages at every stage, for tests and pictures."""

from __future__ import annotations

from datetime import timedelta

from arm.domain.commands import Accept, AnswerInquiry, Assign, Register, Reject, RequestDocuments, Submit
from arm.domain.directory import Directory, Template
from arm.domain.identity import Grant, OrganisationId, Person, Role, UserId
from arm.domain.message import Applicant, Channel, Delivery, Result
from arm.domain.organisations import Organisation, OrganisationTree
from tests.domain.builders import directory as built
from tests.ui.workspaces.work_fakes import Town

REGION, TOWN, ROADS = OrganisationId("region"), OrganisationId("town"), OrganisationId("roads")


def _person(user_id: str, name: str, position: str, *roles: Role, place: OrganisationId = TOWN) -> Person:
    return Person(UserId(user_id), name, position, tuple(Grant(role, place) for role in roles))


PEOPLE = (
    _person("moderator", "Орлова Елена Николаевна", "модератор", Role.MODERATOR, place=REGION),
    _person("operator", "Белова Анна Игоревна", "оператор", Role.OPERATOR, place=REGION),
    _person("coordinator", "Громов Павел Андреевич", "начальник общего отдела", Role.COORDINATOR),
    _person("kuznetsov", "Кузнецов Иван Игоревич", "главный специалист", Role.EXECUTOR),
    _person("lebedeva", "Лебедева Ольга Викторовна", "ведущий специалист", Role.EXECUTOR),
    _person("petrov", "Петров Пётр Павлович", "начальник управления", Role.MANAGER),
    _person("nikitin", "Никитин Роман Сергеевич", "начальник юридического отдела", Role.MANAGER),
    _person("sidorova", "Сидорова Алла Андреевна", "заместитель главы", Role.MANAGER),
    _person("curator", "Журавлёва Нина Петровна", "куратор", Role.CURATOR),
    _person("road-coordinator", "Тихонов Олег Юрьевич", "диспетчер", Role.COORDINATOR, place=ROADS),
)
TREE = OrganisationTree(
    {
        one.organisation_id: one
        for one in (
            Organisation(REGION, "Правительство Заречного края"),
            Organisation(TOWN, "Администрация города Светлореченска", REGION),
            Organisation(ROADS, "МУП «Светлореченские дороги»", TOWN),
        )
    }
)
TEMPLATES = (
    Template(
        template_id="t-pothole",
        title="Дороги: ямочный ремонт выполнен",
        category="roads",
        result="solved",
        text="{обращение} {имя_отчество}!\n\nВаше сообщение № {номер} от {дата_поступления} рассмотрено. "
        "Ямочный ремонт по адресу: {адрес} выполнен [дата работ] силами [организация]. "
        "Качество работ проверено комиссией.\n\nБлагодарим за неравнодушие к состоянию улиц города.",
    ),
    Template(
        template_id="t-plan",
        title="Дороги: ремонт включён в план",
        category="roads",
        result="postponed",
        text="{обращение} {имя_отчество}!\n\nРемонт дороги по адресу: {адрес} включён в план на [год].",
    ),
    Template(
        template_id="t-light",
        title="Освещение: светильник заменён",
        category="lighting",
        result="solved",
        text="{обращение} {имя_отчество}!\n\nСветильник по адресу: {адрес} заменён.",
    ),
    Template(template_id="t-thanks", title="Общий: разъяснение порядка", text="{обращение} {имя_отчество}!\n\n"),
)
TEXTS = (
    (
        "Во дворе дома 14 по улице Мира яма глубиной около двадцати сантиметров. Машины объезжают её по газону, "
        "рядом школа. Просим отремонтировать до сентября.",
        "roads",
        "potholes",
        "ул. Мира, 14",
        "Иванова Мария Петровна",
    ),
    ("Третью неделю не горит фонарь у подъезда", "lighting", "other", "ул. Садовая, 3", "Ким Ен"),
    (
        "Контейнеры переполнены, запах на весь двор. Вывоз обещали по вторникам",
        "waste",
        "other",
        "пер. Школьный, 8",
        "Петров Пётр Ильич",
    ),
    (
        "Холодно в квартире: батареи едва тёплые, дома маленькие дети",
        "heating",
        "other",
        "ул. Речная, 21",
        "Соколова Ирина Львовна",
    ),
    ("Автобус номер семь не ходит по расписанию", "transport", "other", "ост. «Рынок»", "Фёдоров Олег Иванович"),
)
ANSWER = (
    "Уважаемая Мария Петровна!\n\nВаше сообщение рассмотрено. Ямочный ремонт во дворе дома 14 по улице Мира выполнен "
    "3 марта силами МУП «Светлореченские дороги». Качество работ проверено комиссией с участием жителей.\n\n"
    "Благодарим за неравнодушие к состоянию улиц города."
)
SUBMIT = Submit(
    result=Result.SOLVED,
    text=ANSWER,
    signer_name="Кузнецов Иван Игоревич",
    signer_position="главный специалист",
    approver=UserId("sidorova"),
    endorsers=(UserId("petrov"),),
    comment="Бригада выезжала дважды, акт у диспетчера.",
)


def town() -> Town:
    directory = Directory(
        tree=TREE,
        people={one.user_id: one for one in PEOPLE},
        classifier=built().classifier,
        templates=TEMPLATES,
    )
    return Town(directory)


def assigned(place: Town, message_id: str, which: int = 0, executor: str = "kuznetsov") -> None:
    """A message in the hands of an executor, who hasn't begun yet."""
    text, category, subcategory, address, name = TEXTS[which % len(TEXTS)]
    register = Register(
        text=text,
        channel=Channel.PHONE,
        address=address,
        applicant=Applicant(name=name, phone="+7 900 000-00-01"),
        delivery=Delivery.PHONE,
    )
    place.must(message_id, register, "operator")
    place.must(message_id, Accept(category=category, subcategory=subcategory, organisation=TOWN), "moderator")
    place.must(message_id, Assign(executor=UserId(executor)), "coordinator")


def on_endorsement(place: Town, message_id: str, submit: Submit = SUBMIT) -> None:
    assigned(place, message_id)
    place.must(message_id, submit, "kuznetsov")


def returned(place: Town, message_id: str, why: str = "Нет срока гарантии на работы") -> None:
    on_endorsement(place, message_id)
    place.must(message_id, Reject(reason=why), "petrov")


def asked(place: Town, message_id: str) -> None:
    """A request for documents beside the message, already answered."""
    question = "Пришлите акт выполненных работ по адресу"
    ask = RequestDocuments(inquiry_id="i-1", organisation=ROADS, question=question)
    place.must(message_id, ask, "kuznetsov")
    place.must(message_id, AnswerInquiry(inquiry_id="i-1", text="Акт подписан 3 марта"), "road-coordinator")


def past(place: Town, days: float) -> None:
    place.now += timedelta(days=days)


def board() -> Town:
    """Messages at every level of the control board."""
    place = town()
    for number, (which, executor) in enumerate(((3, "kuznetsov"), (0, "lebedeva"))):
        assigned(place, f"over-{number}", which, executor)
    past(place, 22)
    for number, which in enumerate((1, 2, 4)):
        assigned(place, f"stage-{number}", which, "kuznetsov" if number else "lebedeva")
    past(place, 4.5)
    assigned(place, "near-0", 0, "lebedeva")
    past(place, 16)
    for number in range(4):
        assigned(place, f"calm-{number}", number, "lebedeva" if number % 2 else "kuznetsov")
    on_endorsement(place, "calm-endorse")
    return place

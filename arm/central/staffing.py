"""Invented staff for organisations that have none, so that their messages can be played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from uuid import UUID, uuid5

from arm.central import admin
from arm.central.cast import Cast
from arm.central.central import Central
from arm.domain.identity import Grant, OrganisationId, Person, Role, UserId

ROOM = UUID("d2f7c6de-3f4b-4a7c-9c02-57f1e3b0a9c4")
MEN = ("Алексей", "Борис", "Вадим", "Глеб", "Денис", "Егор", "Иван", "Кирилл", "Леонид", "Матвей", "Олег", "Пётр")
WOMEN = ("Алла", "Вера", "Галина", "Дарья", "Елена", "Жанна", "Инна", "Ксения", "Лариса", "Мария", "Нина", "Ольга")
FATHERS = ("Андреев", "Борисов", "Викторов", "Игорев", "Львов", "Максимов", "Олегов", "Павлов", "Романов", "Юрьев")
SURNAMES = (
    *("Аверин", "Блинов", "Вершинин", "Горохов", "Дубинин", "Елагин", "Жилин", "Зорин", "Ивлев", "Калинин"),
    *("Латышев", "Маслов", "Носков", "Одинцов", "Платонов", "Репин", "Сомов", "Туманов", "Фадеев", "Шилов"),
)
POSTS: tuple[tuple[Role, str, int], ...] = (
    (Role.COORDINATOR, "Координатор", 1),
    (Role.EXECUTOR, "Специалист", 2),
    (Role.MANAGER, "Заместитель руководителя", 2),
)
TOP_POSTS: tuple[tuple[Role, str, int], ...] = (
    (Role.MODERATOR, "Модератор", 1),
    (Role.CURATOR, "Куратор", 1),
    (Role.OPERATOR, "Оператор приёма", 1),
    (Role.ADMINISTRATOR, "Администратор кабинета", 1),
)


def staff(central: Central, places: Iterable[OrganisationId], top: OrganisationId, seed: int) -> list[Person]:
    """People for every role that an organisation on the way of a message lacks; returned are those that were made."""
    cast = Cast(central.directory())
    on_the_way = dict.fromkeys(one for place in places for one in (place, *cast.tree.superiors(place)))
    wanted = list(_missing(cast, on_the_way, top, seed))
    if wanted:
        admin.add_people(central.store, wanted)
    return wanted


def give_logins(central: Central, people: Iterable[Person], password: str) -> list[tuple[str, str]]:
    """Logins by role and number, the top's first, all with one password; returned with post and organisation."""
    store, tree = central.store, central.directory().tree
    stored = store.passwords.hashed(password)
    counted: Counter[str] = Counter()
    given = []
    for one in sorted(people, key=lambda p: (tree[p.grants[0].organisation].superior is not None, p.user_id)):
        grant = one.grants[0]
        counted[grant.role] += 1
        login = f"{grant.role.value}-{counted[grant.role]}"
        admin.add_person(store, one, login=login, password_hash=stored)
        given.append((login, f"{one.position}, {tree[grant.organisation].name}"))
    return given


def _missing(cast: Cast, places: Iterable[OrganisationId], top: OrganisationId, seed: int) -> Iterator[Person]:
    for place in dict.fromkeys((*places, top)):
        posts = POSTS + TOP_POSTS if place == top else POSTS
        for role, post, number in posts:
            for at in range(number - len(cast.holders(role, place))):
                yield _person(place, role, post, at, seed)


def _person(place: OrganisationId, role: Role, post: str, at: int, seed: int) -> Person:
    key = f"{place}/{role.value}/{at}"
    return Person(
        user_id=UserId(str(uuid5(ROOM, key))),
        full_name=invented_name(Random(f"{seed}/{key}")),  # noqa: S311
        position=post,
        grants=(Grant(role=role, organisation=place),),
    )


def invented_name(rng: Random) -> str:
    """Surname, name and patronymic of nobody."""
    surname, father = rng.choice(SURNAMES), rng.choice(FATHERS)
    if rng.random() < 0.5:
        return f"{surname}а {rng.choice(WOMEN)} {father}на"
    return f"{surname} {rng.choice(MEN)} {father}ич"

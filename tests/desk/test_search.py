"""Search at the desk: word forms, beginnings, numbers, callers; nothing typed is an error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.domain.message import Applicant
from tests.desk.steps import accepted, desks, do, registered, registration
from tests.desk_fixture import Town


@pytest.mark.parametrize(
    "text", ["дороги", "ДОРОГАМ", "ямой", "елочная", "Ёлочной", "дорог", "машин объезж", "Дороги · Ямы"]
)
def test_word_forms_and_beginnings_find_the_message(town: Town, text: str) -> None:
    message_id = accepted(town)
    with desks(town, "curator") as (curator,):
        assert [row.message_id for row in curator.search.search(text)] == [message_id]


def test_all_words_must_be_there(town: Town) -> None:
    accepted(town)
    with desks(town, "curator") as (curator,):
        assert curator.search.search("яма фонарь") == ()


def test_a_number_leads_however_it_is_typed(town: Town) -> None:
    first, second = registered(town, "Одна яма"), registered(town, "Другая яма")
    number = town.central.message(second).number  # type: ignore[union-attr]
    with desks(town, "moderator") as (moderator,):
        for typed in (number, number.replace("-", ""), f"№ {number}", number.replace("-", " ")):
            assert moderator.search.search(typed)[0].message_id == second
            assert moderator.messages.by_number(typed) == second
        assert {row.message_id for row in moderator.search.search(number[:4])} == {first, second}


def test_newer_messages_come_first(town: Town) -> None:
    made = []
    for n in range(4):
        town.hands.pass_by(timedelta(minutes=1))
        made.append(registered(town, f"Яма {n}"))
    with desks(town, "moderator") as (moderator,):
        assert [row.message_id for row in moderator.search.search("яма")] == made[::-1]
        assert len(moderator.search.search("яма", limit=2)) == 2


def test_nothing_typed_is_an_error(town: Town) -> None:
    registered(town)
    with desks(town, "moderator") as (moderator,):

        @given(st.text(max_size=40))
        def typed(text: str) -> None:
            moderator.search.search(text)
            moderator.search.callers(text)
            moderator.messages.by_number(text)
            moderator.messages.similar(text, text)

        typed()
        for text in ('"', "AND", "OR NOT (", "NEAR(", "body:", "a*b", "'; DROP TABLE message; --", "\x00", "№"):
            moderator.search.search(text)


def test_what_is_not_sent_yet_is_found_too(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration("Не горит фонарь на Садовой"))
        assert [row.message_id for row in operator.search.search("фонари садовая")] == [done.message_id]
        assert [row.message_id for row in operator.search.search("б-1")] == [done.message_id]


def test_a_caller_is_known_by_phone_and_by_name(town: Town) -> None:
    registered(town, "Яма", address="ул. Ёлочная, 5")
    town.hands.pass_by(timedelta(minutes=1))
    registered(town, "Фонарь", address="ул. Ёлочная, 7")
    registered(town, "Лёд", applicant=Applicant(name="Сидорова Анна", phone="+7 900 000-55-66"))
    with desks(town, "operator") as (operator,):
        for typed in ("8 900 000 11 22", "9000001122", "Петр Сидоров", "сидоров ил"):
            found = operator.search.callers(typed)
            assert found[0].applicant.phone == "+7 900 000-11-22" and found[0].messages == 2
        assert found[0].last_address == "ул. Ёлочная, 7"
        assert operator.search.callers("Никто") == ()


def test_similar_messages_share_words(town: Town) -> None:
    pit = registered(town, "Большая яма на дороге у дома по Ёлочной")
    registered(town, "Холодные обеды в столовой")
    with desks(town, "moderator") as (moderator,):
        found = moderator.messages.similar("На дороге по Ёлочной яма", "")
        assert found[0].message_id == pit and len(found) == 1


def test_one_common_word_makes_no_message_similar(town: Town) -> None:
    registered(town, "Просим убрать снег у школы, дети ходят по дороге")
    with desks(town, "moderator") as (moderator,):
        assert moderator.messages.similar("В подъезде не работает лифт, просим починить", "") == ()

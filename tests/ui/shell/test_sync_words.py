"""The truth about sync in words: every cause by its name, times that tell days apart, news, and what is safe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from arm.desk.sync import trouble_code
from arm.desk.values import DeskEvent, DeskEventKind, SyncKind, SyncStatus
from arm.sync.troubles import CODES, SyncTrouble
from ui.desk_news import clock_news, news_of
from ui.locked_page import closed_words
from ui.safety_words import safety_face
from ui.sync_causes import cause_of, causes
from ui.sync_words import (
    at_moment_words,
    decision_words,
    lease_words,
    moment_words,
    outbox_words,
    parked_words,
    skew_cause,
    skew_words,
    sync_words,
)

NOW = datetime(2025, 6, 5, 12, 0).astimezone()
OFFLINE = SyncStatus(kind=SyncKind.OFFLINE, since=NOW - timedelta(minutes=31), unsent=3)
IN_STEP = SyncStatus(kind=SyncKind.IN_STEP, since=NOW)


def test_without_a_connection_it_says_since_when_and_what_will_be_sent() -> None:
    assert sync_words(OFFLINE, NOW) == ("Нет связи с 11:29. Работаем с копией, отправим 3 действия", "offline")
    old = replace(OFFLINE, since=NOW - timedelta(days=2), unsent=0)
    assert sync_words(old, NOW)[0] == "Нет связи с 03.06\u00a012:00. Работаем с копией"


@pytest.mark.parametrize(
    ("code", "words", "tone"),
    [
        ("dns", "адрес сервера не находится", "offline"),
        ("proxy_auth", "прокси просит пароль", "offline"),
        ("proxy_unreachable", "прокси не отвечает", "offline"),
        ("refused", "программа на сервере не отвечает", "offline"),
        ("timeout", "не ответил вовремя", "offline"),
        ("captive", "войти через браузер", "offline"),
        ("stale_answer", "старые ответы", "offline"),
        ("certificate_expired", "сертификат сервера истёк", "offline"),
        ("certificate_not_yet", "ещё не действует", "offline"),
        ("certificate_clock", "неверная дата", "offline"),
        ("certificate_wrong_host", "другому адресу", "error"),
        ("certificate_unknown_ca", "неизвестным центром", "error"),
        ("certificate_pin", "подменён", "error"),
        ("certificate_too_old_tls", "устарела", "error"),
        ("certificate_handshake", "нет доверия", "error"),
    ],
)
def test_each_cause_has_its_name_and_the_work_is_safe(code: str, words: str, tone: str) -> None:
    said, toned = sync_words(replace(OFFLINE, trouble=code), NOW)
    assert words in said and "Работаем с копией" in said and toned == tone
    cause = cause_of(code)
    assert cause is not None and cause.advice.endswith(".")


def test_a_code_that_nobody_has_named_is_a_plain_lack_of_connection() -> None:
    assert sync_words(replace(OFFLINE, trouble="unheard_of"), NOW)[0].startswith("Нет связи с 11:29. ")
    assert cause_of("local_unheard_of") == causes("ru")["local"]


def test_a_queue_that_stands_still_is_an_alarm_unless_there_is_no_connection() -> None:
    stuck = replace(IN_STEP, kind=SyncKind.SERVER_FAULT, stuck_since=NOW - timedelta(minutes=23), unsent=2)
    assert sync_words(stuck, NOW) == ("Очередь не движется с 11:37: сообщите администратору", "error")
    assert sync_words(replace(stuck, kind=SyncKind.OFFLINE), NOW)[1] == "offline"


def test_a_full_disk_is_told_as_a_trouble_of_this_computer() -> None:
    said, tone = sync_words(replace(IN_STEP, kind=SyncKind.SERVER_FAULT, trouble="local_disk_full"), NOW)
    assert said.startswith("Диск заполнен") and "Сохранённое цело" in said and tone == "error"


def test_what_wants_a_decision_and_what_is_set_aside_have_pieces_of_their_own() -> None:
    status = replace(IN_STEP, unsent=1, refused=2, parked=1)
    assert outbox_words(status)[0].endswith(": 1")
    assert decision_words(status) == ("Требует решения: 2", "error")
    assert parked_words(status) == ("Отложено на разбор: 1", "warn")
    assert decision_words(IN_STEP)[0] == parked_words(IN_STEP)[0] == ""


def test_the_end_of_the_lease_is_told_a_day_before_and_not_sooner() -> None:
    ends = NOW + timedelta(hours=22, minutes=40)
    assert lease_words(replace(OFFLINE, lease_ends_at=ends), NOW) == (
        "Копия закроется завтра в 10:40, если не будет связи",
        "warn",
    )
    assert lease_words(replace(OFFLINE, lease_ends_at=NOW + timedelta(hours=25)), NOW)[0] == ""


def test_a_closed_copy_says_how_long_or_that_the_clock_was_set_back() -> None:
    closed = replace(OFFLINE, is_locked=True, since=NOW - timedelta(days=7), lease_ends_at=NOW)
    assert closed_words(closed, NOW) == "Копия закрыта: 7 дней без связи"
    set_back = replace(closed, lease_ends_at=NOW + timedelta(days=3))
    assert "часы этого компьютера переведены назад" in closed_words(set_back, NOW)
    revoked = SyncStatus(kind=SyncKind.UNAUTHORISED, is_locked=True, trouble="device_revoked")
    assert "отозван администратором" in closed_words(revoked, NOW)


@pytest.mark.parametrize(
    ("skew_s", "words", "cause"),
    [
        (60.0, "", ""),
        (-150.0, "отстают на 2\u00a0мин", ""),
        (420.0, "спешат на 7\u00a0мин", "времени по сети"),
        (-3 * 3_600.0 + 20, "отстают на 3\u00a0ч", "часовой пояс"),
        (400 * 86_400.0, "спешат на 400\u00a0д", "Неверна дата"),
    ],
)
def test_a_wrong_clock_is_told_with_its_cause(skew_s: float, words: str, cause: str) -> None:
    assert words in skew_words(skew_s) and bool(words) == bool(skew_words(skew_s))
    assert cause in skew_cause(skew_s) and bool(cause) == bool(skew_cause(skew_s))
    assert (clock_news(skew_s) is not None) == bool(cause)


def test_moments_of_other_days_and_years_carry_their_date() -> None:
    assert moment_words(NOW, NOW) == "12:00"
    assert moment_words(NOW - timedelta(days=400), NOW) == "01.05.2024\u00a012:00"
    assert at_moment_words(NOW + timedelta(hours=1), NOW) == "сегодня в 13:00"
    assert at_moment_words(NOW + timedelta(days=3), NOW) == "08.06 в 12:00"


def event(kind: DeskEventKind, event_id: str = "e", **params: str) -> DeskEvent:
    return DeskEvent(event_id=event_id, kind=kind, at=NOW, params=params)


def test_a_restored_store_says_what_was_sent_anew_and_what_wants_a_decision() -> None:
    (news,) = news_of((event(DeskEventKind.STORE_RESTORED, offered="5", differing="2"),), NOW)
    assert news.face.text == (
        "Центральное хранилище восстановлено из копии: ваши 5 действий отправлены заново, 2 требуют решения."
    )
    assert [key for key, _verb in news.face.actions] == ["show", "seen"]
    (calm,) = news_of((event(DeskEventKind.STORE_RESTORED, copy_at="2025-06-05T06:00:00+00:00"),), NOW)
    assert "из копии от" in calm.face.text and "все ваши действия на месте" not in calm.face.text.split(":")[0]
    assert [key for key, _verb in calm.face.actions] == ["seen"]


def test_many_changed_decisions_are_one_piece_of_news_and_the_revoked_desk_comes_first() -> None:
    events = (
        event(DeskEventKind.DECISION_CHANGED, "a", number="4811"),
        event(DeskEventKind.DECISION_CHANGED, "b", number="4820"),
        event(DeskEventKind.REVOKED, "c"),
    )
    first, second = news_of(events, NOW)
    assert first.event_ids == ("c",) and first.face.tone == "error"
    assert second.event_ids == ("a", "b") and "по 2 вашим действиям: №\u00a04811, №\u00a04820" in second.face.text


@pytest.mark.parametrize("kind", list(DeskEventKind))
def test_each_kind_of_news_has_words_even_without_parameters(kind: DeskEventKind) -> None:
    (news,) = news_of((event(kind),), NOW)
    assert news.face.text.rstrip(".") and "{" not in news.face.text
    assert news.face.actions[-1] == ("seen", "Понятно")


def test_what_is_safe_is_answered_in_the_headline() -> None:
    whole = safety_face(IN_STEP, 2, NOW)
    assert whole.headline == "Всё отправлено. Сеть можно отключить в любой момент" and whole.is_linked
    assert whole.here == ("Неотправленного нет", "2 черновика") and whole.there[0] == "Всё до 12:00"
    cut = safety_face(replace(OFFLINE, trouble="dns"), 0, NOW)
    assert cut.headline == "Ничего не потеряется: 3 действия ждут отправки здесь" and not cut.is_linked
    assert cut.here == ("3 действия не отправлены", "Черновиков нет") and cut.there[0] == "Всё до 11:29"
    assert "DNS" in cut.sentence() and "не реже раза в минуту" in cut.sentence()


def test_the_next_try_is_named_when_it_is_known() -> None:
    status = replace(OFFLINE, next_try_at=NOW + timedelta(seconds=24))
    assert "Попробуем сами в 12:00:24" in safety_face(status, 0, NOW).sentence()


def test_a_revoked_desk_does_not_promise_what_cannot_be_kept() -> None:
    status = SyncStatus(kind=SyncKind.UNAUTHORISED, is_locked=True, trouble="device_revoked", since=datetime.now(UTC))
    face = safety_face(status, None, NOW)
    assert "Неотправленное прочесть уже нельзя" in face.here and "зашифрованном" not in face.promise
    assert outbox_words(status)[0] == ""


@pytest.mark.parametrize(
    "kind, code",
    [(k, c) for k in ("offline", "certificate", "wrong_server") for c in CODES[k] if c != "no_directory"],
)
def test_every_way_of_not_reaching_the_store_has_its_cause(kind: str, code: str) -> None:
    cause = cause_of(trouble_code(SyncTrouble(kind, {"code": code})))
    assert cause is not None and cause.short and cause.advice

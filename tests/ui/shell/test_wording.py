"""Everything that the process knows has its words, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from arm import i18n
from arm.desk.values import Filter, PendingState, RowMark
from arm.desk.values import Workspace as Space
from arm.domain.clocks import Level
from arm.domain.commands import Cause, Comment, Verb, WarningChannel, WarningKind
from arm.domain.identity import Role
from arm.domain.message import Channel, Closed, Delivery, Result, Stage
from arm.domain.refusals import Reason, Refused
from tests.ui.fakes import FakeDesk, fill
from ui import sentences, word_tables, wording
from ui.actions import LOOKS
from ui.formats import NBSP, count, deadline_face, duration, file_size, initials, number_sign
from ui.timeline_words import event_detail, event_title
from ui.widgets import DeadlineState

TABLES: list[tuple[object, type[StrEnum]]] = [
    (word_tables.verbs, Verb),
    (word_tables.stages, Stage),
    (word_tables.roles, Role),
    (word_tables.results, Result),
    (word_tables.closings, Closed),
    (word_tables.channels, Channel),
    (word_tables.deliveries, Delivery),
    (word_tables.causes, Cause),
    (word_tables.warning_channels, WarningChannel),
    (word_tables.warning_kinds, WarningKind),
    (word_tables.levels, Level),
    (word_tables.filters, Filter),
    (word_tables.spaces, Space),
    (word_tables.marks, RowMark),
    (word_tables.pendings, PendingState),
    (sentences.reasons, Reason),
]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("table", "kind"), TABLES, ids=[kind.__name__ for _table, kind in TABLES])
def test_each_member_has_a_wording(table: object, kind: type[StrEnum], language: str) -> None:
    i18n.set_language(language)
    named = table(language)  # type: ignore[operator]
    assert [one for one in kind if not named.get(one)] == []


def test_every_verb_has_an_icon() -> None:
    assert set(LOOKS) == set(Verb)


def test_every_done_verb_names_the_message() -> None:
    i18n.set_language("ru")
    without = [verb for verb in Verb if "{number}" not in wording.done_sentence(verb)]
    assert without == []


def test_russian_is_another_text_than_english() -> None:
    i18n.set_language("en")
    english = {reason: sentences.reasons("en")[reason] for reason in Reason}
    i18n.set_language("ru")
    same = [reason for reason in Reason if sentences.reasons("ru")[reason] == english[reason]]
    assert same == []


def test_a_refusal_without_a_clause_is_a_rule_of_the_platform() -> None:
    i18n.set_language("ru")
    assert wording.refusal_with_clause(Refused(Reason.CLOSED)) == "Сообщение закрыто (правило платформы)"


def test_a_missing_field_is_called_by_its_name() -> None:
    i18n.set_language("ru")
    assert wording.refusal_sentence(Refused(Reason.MISSING_FIELD, field="executor")) == "Заполните: исполнитель"


def test_a_mistake_never_shows_its_own_words() -> None:
    assert "пароль" not in wording.trouble_sentence(ValueError("пароль 123"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "меньше минуты"), (2400, "40 мин"), (5 * 3600, "5 ч"), (100_800, "1 д 4 ч"), (20 * 86400, "20 д")],
)
def test_durations_are_short(seconds: int, words: str) -> None:
    i18n.set_language("ru")
    assert duration(seconds).replace(NBSP, " ") == words


def test_numbers_do_not_break() -> None:
    i18n.set_language("ru")
    assert number_sign("4811") == f"№{NBSP}4811"
    assert count(12480) == f"12{NBSP}480"
    assert file_size(1_300_000) == f"1,2{NBSP}МБ"
    assert initials("Кузнецов Иван Ильич") == f"Кузнецов{NBSP}И.{NBSP}И."


def test_the_chip_says_the_sign_and_the_unit() -> None:
    i18n.set_language("ru")
    now = datetime(2026, 6, 3, 12, tzinfo=UTC)
    late = deadline_face(Level.OVER, now - timedelta(hours=28), None, now)
    assert late is not None and late.state is DeadlineState.OVER
    assert late.words.replace(NBSP, " ") == "\u22121 д 4 ч"
    stage = deadline_face(Level.STAGE_OVER, now + timedelta(days=3), now - timedelta(hours=6), now)
    assert stage is not None and stage.words.replace(NBSP, " ") == "этап: \u22126 ч"


def test_no_rule_means_no_chip() -> None:
    assert deadline_face(Level.CALM, None, None, datetime.now(UTC)) is None


def test_a_late_answer_is_never_red_and_says_late() -> None:
    i18n.set_language("ru")
    now = datetime(2026, 6, 3, 12, tzinfo=UTC)
    face = deadline_face(Level.DONE, None, None, now, closed_at=now, late_by_s=7200)
    assert face is not None and face.state is DeadlineState.DONE and "с опозданием" in face.words


def test_an_answer_that_came_too_late_is_named_so_on_the_timeline() -> None:
    i18n.set_language("ru")
    desk = FakeDesk("u-exec")
    (message,) = fill(desk, ("Яма во дворе",), upto=Stage.EXECUTION)
    desk.act("u-exec", message.message_id, Comment(text="Ремонт выполнен"))
    note = desk.events[message.message_id][-1]
    assert event_title(note, desk.directory_now) == "Комментарий"
    rival = replace(note, command=Comment(text="Ремонт выполнен", rival=True))
    assert event_title(rival, desk.directory_now) == "Конкурирующая редакция ответа"
    assert event_detail(rival, desk.directory_now) == "Ремонт выполнен"

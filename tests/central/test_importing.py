"""Bulk intake into a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arm.central.central import Central
from arm.central.importing import BATCH, ImportTrouble, Report, Wish, import_messages, shipped_regulations
from arm.central.opening import open_central
from arm.domain.message import Channel, Stage
from arm.settings import resource_path

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TABLE = (
    "номер;текст;тематика;подкатегория;ответственный;дата поступления;срок;заявитель;телефон\n"
    '7;"<p>Нет&nbsp;воды</p>";Вода;Качество;Водоканал;20.11.2026 10:00;30.11.2026;Лугова Анна;+7 900 000-00-07\n'
    "8;Яма;Дороги;;Дорожная служба;;;;\n"
    ";Без номера;;;;;;;\n"
)


def regulation(name: str = "demo-2026") -> str:
    return resource_path("regulations", f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Central:
    return open_central(store_url, files=tmp_path / "files", clock=lambda: NOW)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv"
    path.write_text(TABLE, encoding="cp1251")
    return path


WISH = Wish(create_organisations=True, regulation=regulation(), region="Пробный край")


def told(report: Report) -> tuple[int, int, int]:
    return report.taken, report.present, len(report.refused)


def test_messages_come_in_with_their_organisations_and_topics(store: Central, table: Path) -> None:
    with store:
        report = import_messages(store, table, WISH)
        messages = store.messages(store.message_ids())
        directory = store.directory()
    assert told(report) == (3, 0, 0)
    water = next(one for one in messages.values() if one.external_id == "7")
    assert water.text == "Нет воды"
    assert (water.stage, water.channel) == (Stage.MODERATION, Channel.IMPORT)
    assert water.registered_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert water.clocks.outer_due_at == datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert water.applicant is not None and water.applicant.phone == "+7 900 000-00-07"
    assert directory.classifier.title(water.category, water.subcategory) == "Вода · Качество"
    assert {one.name for one in directory.tree} == {"Пробный край", "Водоканал", "Дорожная служба"}
    assert len({one.number for one in messages.values()}) == 3


def test_the_same_file_twice_changes_nothing(store: Central, table: Path) -> None:
    with store:
        import_messages(store, table, WISH)
        head, version = store.head(), store.directory().classifier.version
        again = import_messages(store, table, replace(WISH, regulation=""))
        assert told(again) == (0, 3, 0)
        assert (store.head(), store.directory().classifier.version) == (head, version)


def test_a_newer_file_adds_only_what_is_new(store: Central, table: Path) -> None:
    with store:
        import_messages(store, table, WISH)
        table.write_text(TABLE + "9;Новое;;;;;;;\n", encoding="utf-8")
        assert told(import_messages(store, table, WISH)) == (1, 3, 0)


def test_a_dry_run_counts_and_changes_nothing(store: Central, table: Path) -> None:
    with store:
        report = import_messages(store, table, replace(WISH, dry_run=True))
        assert told(report) == (3, 0, 0)
        assert report.new_organisations == ("Пробный край", "Водоканал", "Дорожная служба")
        assert store.head() == 0 and not list(store.directory().tree)


def test_an_unknown_organisation_is_refused_unless_it_may_be_made(store: Central, table: Path) -> None:
    with store:
        import_messages(store, table, WISH)
        table.write_text("текст;организация\nНовое;Неведомая служба\nИзвестное;водоканал\n", encoding="utf-8")
        report = import_messages(store, table, Wish())
        assert [(one.row, one.reason, one.detail) for one in report.refused] == [
            (2, "unknown_organisation", "Неведомая служба")
        ]
        assert report.taken == 1


def test_a_number_that_is_taken_is_refused(store: Central, table: Path) -> None:
    with store:
        import_messages(store, table, WISH)
        table.write_text("номер;текст\n7;Совсем другое\n11;раз\n11;два\n", encoding="utf-8")
        report = import_messages(store, table, Wish())
        assert [(one.row, one.reason) for one in report.refused] == [(2, "number_taken"), (4, "number_taken")]


def test_an_unknown_topic_is_taken_without_one_and_said(store: Central, table: Path) -> None:
    with store:
        import_messages(store, table, WISH)
        table.write_text("текст;тема\nКошки;Кошки\n", encoding="utf-8")
        report = import_messages(store, table, Wish())
        assert dict(report.without_topic) == {"Кошки": 1}
        assert report.taken == 1


def test_without_a_regulation_nothing_is_taken(store: Central, table: Path) -> None:
    with store, pytest.raises(ImportTrouble) as trouble:
        import_messages(store, table, replace(WISH, regulation=""))
    assert trouble.value.reason == "no_regulation"
    assert "demo-2026" in shipped_regulations()


def test_an_interrupted_import_is_finished_by_the_next(
    store: Central, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("номер,текст\n" + "".join(f"{n},сообщение {n}\n" for n in range(BATCH + 50)), encoding="utf-8")

    def stop(done: int, _total: int) -> None:
        if done >= BATCH:
            raise KeyboardInterrupt

    with store:
        with pytest.raises(KeyboardInterrupt):
            import_messages(store, path, WISH, stop)
        assert sum(store.counts().values()) == BATCH
        assert told(import_messages(store, path, WISH)) == (50, BATCH, 0)


def test_the_real_messages_come_in_once(store: Central, shared_folder: Path) -> None:
    """900 real messages: nothing of them is printed or kept."""
    path = shared_folder / "data" / "messages_kursk_dev.csv.gz"
    with store:
        assert told(import_messages(store, path, WISH)) == (900, 0, 0)
        assert told(import_messages(store, path, WISH)) == (0, 900, 0)
        texts = [one.text for one in store.messages(store.message_ids()[:300]).values()]
    assert not [True for text in texts if "<p" in text or "&nbsp;" in text]

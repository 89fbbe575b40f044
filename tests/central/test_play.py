"""The invented past: made by allowed commands, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from arm.central.central import Central
from arm.central.importing import Wish, import_messages
from arm.central.opening import open_central
from arm.central.play import PlayTrouble, drawn_plan, play
from arm.central.staffing import invented_name
from arm.domain.clocks import Level
from arm.domain.identity import DeviceId, Role
from arm.domain.message import Stage
from arm.wire import SignInRequest
from tests.central.test_importing import regulation

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def opened(folder: Path, name: str, act: str = "demo-2026", table: str = "") -> Central:
    store = open_central(f"sqlite:///{folder / name}.db", files=folder / name, clock=lambda: NOW)
    path = folder / f"{name}.csv"
    lines = "".join(f"{n},Сообщение {n},Тема {n % 4},Служба {n % 3}\n" for n in range(60))
    path.write_text(table or f"номер,текст,тема,ответственный\n{lines}", encoding="utf-8")
    import_messages(store, path, Wish(create_organisations=True, regulation=regulation(act), region="Край"))
    return store


def states(store: Central) -> list[tuple[str, str, str, datetime]]:
    messages = store.messages(store.message_ids()).values()
    return sorted(
        (one.message_id, one.stage, one.text, one.registered_at)
        for one in messages
        if one.external_id.startswith("play-")
    )


def test_the_same_seed_gives_the_same_past(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        first, second = play(one, 120, 60, 5), play(two, 120, 60, 5)
        assert states(one) == states(two)
        assert first.counts == second.counts
        assert first.outcome.refused == Counter()


def test_another_seed_gives_another_past(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        play(one, 60, 60, 5)
        play(two, 60, 60, 6)
        assert states(one) != states(two)


def test_a_past_reaches_every_stage_and_level(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as store:
        played = play(store, 400, 60, 1)
        messages = list(store.messages(store.message_ids()).values())
        assert set(played.counts) == {stage.value for stage in Stage}
        assert {one.clocks.level(NOW) for one in messages} == set(Level)
        assert any(one.postponed_until for one in messages)
        assert any(one.is_repeat for one in messages)


def test_dates_spread_over_the_days_asked_for_and_end_now(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as store:
        play(store, 150, 30, 1)
        played = states(store)
        assert all(NOW - timedelta(days=30, hours=16) <= at <= NOW for *_, at in played)
        assert max(at for *_, at in played) - min(at for *_, at in played) > timedelta(days=25)
        timeline = store.timeline(store.message_ids(stage=Stage.CLOSED)[0])
        assert [one.at for one in timeline] == sorted(one.at for one in timeline)


def test_playing_twice_adds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as store:
        play(store, 300, 40, 3)
        head = store.head()
        again = play(store, 300, 40, 3)
        assert (store.head(), again.outcome.taken) == (head, 0)


def test_messages_that_came_in_within_those_days_are_played_themselves(tmp_path: Path) -> None:
    days = "".join(f"{n},Сообщение {n},{n % 28 + 1:02d}.10.2026\n" for n in range(40))
    with opened(tmp_path, "one", table=f"номер,текст,дата\n{days}") as store:
        played = play(store, 40, 60, 1)
        assert played.messages == 40
        assert sum(store.counts().values()) == 40
        assert store.counts()["closed"] > 5


def test_organisations_without_people_get_some(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as store:
        played = play(store, 10, 30, 1)
        directory = store.directory()
        assert played.people
        for one in directory.tree:
            for role in (Role.COORDINATOR, Role.EXECUTOR, Role.MANAGER):
                assert directory.holders(role, one.organisation_id)


@pytest.mark.parametrize("act", ["krasnodar-2023", "tynda-2022", "dnr-2023", "astrakhan-2021"])
def test_every_act_can_be_played_without_a_refusal(tmp_path: Path, act: str) -> None:
    with opened(tmp_path, "one", act) as store:
        assert play(store, 80, 60, 2).outcome.refused == Counter()


def test_nothing_to_play_is_said(tmp_path: Path) -> None:
    empty = open_central(f"sqlite:///{tmp_path / 'empty.db'}", clock=lambda: NOW)
    with empty as store, pytest.raises(PlayTrouble) as trouble:
        play(store, 1, 1, 1)
    assert trouble.value.reason == "no_messages"


def test_invented_names_agree_in_gender(tmp_path: Path) -> None:
    for seed in range(200):
        surname, _name, father = invented_name(Random(seed)).split()
        assert surname.endswith("а") == father.endswith("на")


def test_plans_never_go_back_in_time(tmp_path: Path) -> None:
    with opened(tmp_path, "one") as store:
        act = store.regulation_for(next(iter(store.directory().tree)).organisation_id)
    for seed in range(300):
        moves = [at for at, name in drawn_plan(act, Random(seed)).moves if name != "rate"]
        assert moves == sorted(moves)


def test_the_real_messages_can_be_played(tmp_path: Path, shared_folder: Path) -> None:
    with open_central(f"sqlite:///{tmp_path / 'real.db'}", clock=lambda: NOW) as store:
        path = shared_folder / "data" / "messages_kursk_dev.csv.gz"
        import_messages(store, path, Wish(create_organisations=True, regulation=regulation(), region="Проба"))
        played = play(store, 200, 60, 1)
        assert played.outcome.refused == Counter()
        assert played.counts["closed"] > 40 and played.counts["execution"] > 20


def test_undated_rows_can_be_spread_over_the_past_and_are_played_themselves(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("текст\n" + "\n".join(f"Яма у дома {n}" for n in range(30)), encoding="utf-8")
    wish = Wish(create_organisations=True, regulation=regulation("demo-2026"), region="Край", spread_days=40)
    with open_central(f"sqlite:///{tmp_path / 'c.db'}", files=tmp_path / "files", clock=lambda: NOW) as central:
        assert import_messages(central, file, wish).taken == 30
        assert import_messages(central, file, wish).present == 30
        received = [m.registered_at for m in central.messages(central.message_ids()).values()]
        assert max(received) - min(received) > timedelta(days=20)
        played = play(central, 30, 40, 1, password="long-enough-password")
        assert len(central.message_ids()) == 30
        assert played.counts["closed"] > 0
        login = next(login for login, _place in played.logins if login.startswith("curator"))
        asked = SignInRequest(login=login, password="long-enough-password", device_id=DeviceId(str(uuid4())))
        assert central.sign_in(asked).token

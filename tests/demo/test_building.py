"""The demonstration as it is built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arm.central.central import Central
from arm.central.opening import open_central
from arm.demo.building import DemoRegion, build_demo, shown_people
from arm.demo.plans import PLANS
from arm.demo.region import load_region
from arm.domain.answers import boxes, fill_template
from arm.domain.clocks import Level
from arm.domain.identity import Role
from arm.domain.message import Message, Result, Stage
from arm.wire import SignInRequest

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Central, DemoRegion]]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with open_central(f"sqlite:///{folder / 'central.db'}", files=folder / "files", clock=lambda: NOW) as central:
        yield central, build_demo(central, NOW)


@pytest.fixture(scope="module")
def messages(built: tuple[Central, DemoRegion]) -> list[Message]:
    central, region = built
    known = central.messages(list(region.messages))
    return [known[one] for one in region.messages]


def test_every_command_of_the_past_was_allowed(built: tuple[Central, DemoRegion]) -> None:
    _, region = built
    assert region.outcome.refused == Counter()
    assert len(region.messages) >= 100


def test_messages_stand_in_every_stage_at_every_level(messages: list[Message]) -> None:
    assert {one.stage for one in messages} == set(Stage)
    assert {one.clocks.level(NOW) for one in messages} == set(Level)
    assert any((one.clocks.late_by_seconds() or 0) > 0 for one in messages)
    assert any((one.clocks.late_by_seconds() or 0) < 0 for one in messages)


def test_every_turn_of_the_process_can_be_seen(messages: list[Message]) -> None:
    answers = [one.answer for one in messages if one.answer is not None]
    results = {one.result for one in answers}
    results |= {a.result for one in messages for a in one.earlier_answers}
    assert results == set(Result)
    assert any(one.is_repeat for one in messages)
    assert any(one.is_rework for one in messages)
    assert any(one.redirect for one in messages)
    assert any(one.postponed_until for one in messages)
    assert any(inquiry.is_open for one in messages for inquiry in one.inquiries)
    assert any(one.warnings for one in messages)


def test_days_in_invented_texts_are_filled_in(messages: list[Message]) -> None:
    answers = [one.answer.text for one in messages if one.answer is not None]
    assert not [text for text in [*answers, *(one.text for one in messages)] if "{" in text]
    assert any("ноября" in text for text in answers)


def test_one_can_enter_as_every_role(built: tuple[Central, DemoRegion]) -> None:
    central, region = built
    shown = shown_people(region)
    roles = {role for one in shown for role in one.roles}
    outside = {Role.APPLICANT, Role.SYSTEM, Role.REGIONAL_ORGANISER, Role.MUNICIPAL_ORGANISER}
    assert roles == set(Role) - outside
    executor = next(one for one in shown if one.login == "executor")
    answer = central.sign_in(SignInRequest(login="executor", password=executor.password, device_id="d-1"))
    assert answer.user_id == executor.user_id


def test_the_show_executor_has_work_of_his_own(messages: list[Message]) -> None:
    mine = [one for one in messages if one.executor == "u-executor" and one.stage is Stage.EXECUTION]
    assert len(mine) >= 2


def test_passwords_differ_from_run_to_run_and_person_to_person(built: tuple[Central, DemoRegion]) -> None:
    _, region = built
    passwords = [one.password for one in shown_people(region)]
    assert len(set(passwords)) == len(passwords)
    assert all(len(one) >= 12 for one in passwords)
    assert not any(one.password for one in region.people if not one.is_shown)


def test_the_files_of_the_region_fit_together() -> None:
    region = load_region(NOW.date())
    known = {one.organisation_id for one in region.organisations}
    for one in region.messages:
        assert region.classifier.has(one.category, one.subcategory), one.text[:40]
        assert one.place in known and one.plan in PLANS
        assert one.aside is None or one.aside in known
    assert {g.organisation for one in region.people for g in one.person.grants} <= known
    assert len({one.text for one in region.messages}) == len(region.messages)
    assert len({one.applicant.phone for one in region.messages}) == len(region.messages)


def test_nobody_real_can_be_called_or_written_to() -> None:
    for one in load_region(NOW.date()).messages:
        assert one.applicant.phone.startswith("+7 900 000-")
        assert not one.applicant.email or one.applicant.email.endswith("@example.org")


def test_templates_leave_boxes_only_for_what_the_executor_must_say() -> None:
    for one in load_region(NOW.date()).templates:
        known = {"обращение": "Уважаемая", "имя_отчество": "Анна Ильинична"}
        assert len(boxes(fill_template(one.text, known))) >= 1
        assert one.text.startswith("{обращение} {имя_отчество}!")


def test_the_zones_of_the_region_differ() -> None:
    assert len({one.zone for one in load_region(NOW.date()).organisations}) > 1

from dataclasses import fields
from itertools import product

import pytest

from arm.domain.commands import COMMANDS, Verb
from arm.domain.effects import EFFECTS
from arm.domain.guards import GUARDS
from arm.domain.loading import RegulationTrouble, Trouble, load_process
from arm.domain.message import OPEN_STAGES, Stage, Subject
from arm.domain.process import Row
from arm.domain.table_loading import reachable
from tests.domain import rules

NUMBERS = """
1 2 3 3a 4 5 5b 6 7 8 9 9a 10 11 12 13 14 14a 15 15a 16 17 18 19 19a 20 21 22 23 24 25 25a 26 27
"""
OFF = {"5b", "9a", "11", "19", "22", "23"}
ROWS = rules.process().rows


def ids(row: Row) -> str:
    return row.number


def test_every_row_of_the_workflow_stands_in_its_order() -> None:
    assert [row.number for row in ROWS] == NUMBERS.split()


def test_only_rows_that_a_regulation_must_ask_for_are_off() -> None:
    assert {row.number for row in ROWS if not row.is_on} == OFF


def test_one_step_for_a_stage_subject_verb_and_role() -> None:
    steps = [
        step
        for row in ROWS
        for step in product(
            row.stages or (None,), row.subjects or tuple(Subject), (row.verb,), row.roles
        )
    ]
    assert len(steps) == len(set(steps))


def test_every_stage_is_reached() -> None:
    assert reachable(row for row in ROWS if row.is_on) == frozenset(Stage)


def test_only_closed_has_no_way_on_but_re_opening() -> None:
    def ways_out(stage: Stage) -> set[str]:
        return {r.number for r in ROWS if stage in r.stages and set(r.ways) - {stage}}

    assert ways_out(Stage.CLOSED) == {"22"}
    assert all(ways_out(stage) - OFF for stage in OPEN_STAGES)


def test_every_verb_has_a_row_and_a_command() -> None:
    assert {row.verb for row in ROWS} == set(Verb) == set(COMMANDS)


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_a_row_names_what_the_code_has(row: Row) -> None:
    assert set(row.guards) <= set(GUARDS) and set(row.effects) <= set(EFFECTS)
    assert set(row.required) | set(row.optional) <= {f.name for f in fields(COMMANDS[row.verb])}
    assert row.roles and not set(row.required) & set(row.optional)


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_a_row_that_moves_the_message_enters_a_stage_or_stops_the_clock(row: Row) -> None:
    assert not row.ways or {"enter_stage", "stop_clock", "start_clock"} & set(row.effects)


def test_what_the_applicant_was_told_cannot_be_recalled() -> None:
    assert not [r.number for r in ROWS if r.is_recallable and "applicant" in r.tells]


def broken(old: str, new: str) -> tuple[tuple[int, Trouble], ...]:
    text = rules.process_text()
    assert old in text
    with pytest.raises(RegulationTrouble) as caught:
        load_process(text.replace(old, new, 1))
    return tuple((one.line, one.code) for one in caught.value.lines)


def line_of(part: str) -> int:
    return rules.process_text()[: rules.process_text().index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('verb = "hand_down"', 'verb = "drop"'),
        ('guards = ["handed_down_before"]', 'guards = ["feels_right"]'),
        ('effects = ["hand_up", "enter_stage"]', 'effects = ["vanish", "enter_stage"]'),
        ('roles = ["curator"]', 'roles = ["visitor"]'),
        ('stages = ["endorsement"]', 'stages = ["limbo"]'),
        ('required = ["mark"]', 'required = ["colour"]'),
        ('subjects = ["redirect"]', 'subjects = ["rumour"]'),
        ('tells = ["asked"]', 'tells = ["everybody"]'),
    ],
)
def test_an_unknown_word_is_refused_with_its_line(old: str, new: str) -> None:
    assert (line_of(old), Trouble.UNKNOWN_WORD) in broken(old, new)


def test_the_same_number_twice_is_refused_at_its_second_place() -> None:
    assert (line_of('number = "27"'), Trouble.DUPLICATE) in broken('number = "27"', 'number = "26"')


def test_the_same_step_twice_is_refused() -> None:
    text = rules.process_text()
    row = text[text.index('[[row]]\nnumber = "7"') : text.index('[[row]]\nnumber = "8"')]
    with pytest.raises(RegulationTrouble) as caught:
        load_process(text + "\n" + row.replace('"7"', '"7x"'))
    only = caught.value.lines[0]
    assert only.code is Trouble.SAME_STEP and only.line == text.count("\n") + 2
    assert only.params == {"number": "7x", "other": "7"}


def test_a_stage_that_nobody_can_leave_is_refused() -> None:
    text = rules.process_text().replace(
        'to = ["closed", "execution"]\n', 'to = ["approval"]\n'
    ).replace('to = ["execution", "coordination"]\n', "").replace(
        'number = "21"', 'number = "21"\non = false'
    )
    with pytest.raises(RegulationTrouble) as caught:
        load_process(text)
    assert ("approval", Trouble.NO_WAY_ON) in {
        (one.params["value"], one.code) for one in caught.value.lines
    }


def test_a_stage_that_no_message_reaches_is_refused() -> None:
    text = rules.process_text().replace('to = ["endorsement", "approval"]', 'to = ["approval"]')
    with pytest.raises(RegulationTrouble) as caught:
        load_process(text)
    assert [(one.code, one.params["value"]) for one in caught.value.lines] == [
        (Trouble.UNREACHABLE, "endorsement")
    ]


def test_an_unknown_key_is_refused_with_its_line() -> None:
    assert broken('on = false', 'of = false') == ((line_of("on = false"), Trouble.UNKNOWN_KEY),)


def test_all_troubles_are_told_at_once() -> None:
    text = rules.process_text().replace('"moderator"', '"moderater"')
    with pytest.raises(RegulationTrouble) as caught:
        load_process(text)
    lines = [one.line for one in caught.value.lines]
    assert len(lines) > 5 and lines == sorted(lines)

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.domain.lines import key_lines
from arm.domain.loading import RegulationTrouble, Trouble, load_classifier, load_regulation
from arm.domain.message import Stage
from arm.domain.regulation import TermUnit
from tests.domain import rules


def troubles(addition: str) -> list[tuple[int, Trouble, dict[str, str]]]:
    """Line numbers count from the first added line as 1."""
    with pytest.raises(RegulationTrouble) as caught:
        rules.trial(addition)
    first = rules.MINIMAL.count("\n")
    return [(one.line - first, one.code, dict(one.params)) for one in caught.value.lines]


def only(addition: str) -> tuple[int, Trouble]:
    ((line, code, _params),) = troubles(addition)
    return line, code


def test_a_file_that_says_little_has_no_rules() -> None:
    regulation = rules.trial()
    assert regulation.total is None and regulation.shares == {} and regulation.fast_tracks == ()
    assert regulation.clauses == {} and regulation.coordination_cap is None


def test_a_share_sum_other_than_a_hundred_is_refused_and_named() -> None:
    text = "[shares]\nmoderation = 5\ncoordination = 5\nexecution = 65\nendorsement = 15\napproval = 9.5\n"
    ((line, code, params),) = troubles(text)
    assert (line, code, params["value"]) == (1, Trouble.SHARE_SUM, "99.5")


def test_fractions_of_a_per_cent_are_exact() -> None:
    text = "[shares]\nmoderation = 0.1\ncoordination = 0.2\nexecution = 99.7\n"
    assert sum(rules.trial(text).shares.values()) == 1


@pytest.mark.parametrize("unit", sorted(set(TermUnit) - {TermUnit.CALENDAR_DAYS}))
def test_a_unit_that_is_not_built_is_refused_with_its_line(unit: str) -> None:
    assert only(f'[total]\namount = 30\nunit = "{unit}"\n') == (3, Trouble.UNIT_NOT_BUILT)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('[rows.6]\nroles = ["king"]\n', 2, Trouble.UNKNOWN_WORD),
        ("[rows.99]\non = true\n", 1, Trouble.UNKNOWN_ROW),
        ("[rows.6]\nwhen = 1\n", 2, Trouble.UNKNOWN_KEY),
        ('[rows.6]\nrequired_add = ["text"]\n', 2, Trouble.UNKNOWN_WORD),
        ("[rows.6]\nroles = []\n", 2, Trouble.MISSING_KEY),
        ("[total]\namount = 0\n", 2, Trouble.OUT_OF_RANGE),
        ('[total]\namount = "30"\n', 2, Trouble.WRONG_TYPE),
        ("[total]\nclause = 'X 1'\n", 1, Trouble.MISSING_KEY),
        ("[switches]\nsigner_required = 1\n", 2, Trouble.WRONG_TYPE),
        ("[roles]\nendorsers = ['operator']\n", 1, Trouble.UNKNOWN_WORD),
        ("colour = 1\n", 1, Trouble.UNKNOWN_KEY),
        ("format = 2\n", 0, Trouble.SYNTAX),
        ("[total]\namount = 10\n[[fast_track]]\nid='a'\ntitle='a'\namount=10\n", 6, Trouble.TRACK_TOO_LONG),
        ("[[fast_track]]\nid='a'\ntitle='a'\namount=1\ntopics=[\n{category='b'},\n{group='c',category='d'}]\n", 7,
         Trouble.UNKNOWN_KEY),
        ("[[reason]]\nid='a'\ntitle='a'\ntext='a'\n[[reason]]\nid='a'\ntitle='b'\ntext='b'\n", 6, Trouble.DUPLICATE),
        ("[[reason]]\nid='a'\ntitle='a'\ntext='a'\nstages=[\n'moderation',\n'somewhere']\n", 7,
         Trouble.UNKNOWN_WORD),
        ("in_force_from = 2023-04-10T10:00:00Z\n", 1, Trouble.WRONG_TYPE),
        ("[[example]]\ntitle='a'\nregistered_at=2023-04-10T10:00:00\nzone='Europe/Moscow'\n", 3,
         Trouble.WRONG_TYPE),
        ("[[example]]\ntitle='a'\nregistered_at=2023-04-10T10:00:00Z\nzone='Mars/Base'\n", 4,
         Trouble.UNKNOWN_ZONE),
        ("[[example]]\ntitle='a'\nregistered_at=9999-04-10T10:00:00Z\nzone='UTC'\n", 3,
         Trouble.OUT_OF_RANGE),
        ("[[example]]\ntitle='a'\nregistered_at=2023-04-10T10:00:00Z\nzone='UTC'\nterms={total='soon'}\n", 5,
         Trouble.WRONG_TYPE),
        ("[postpone]\nmax_days = 1e9\n", 2, Trouble.SYNTAX),
    ],
)  # fmt: skip
def test_what_cannot_be_expressed_is_refused_with_its_line(text: str, line: int, code: Trouble) -> None:
    found = troubles(text)
    if code is Trouble.SYNTAX:
        assert [one[1] for one in found] == [Trouble.SYNTAX]
    else:
        assert (line, code) in [(one[0], one[1]) for one in found]


def test_switching_off_the_only_ways_out_of_a_stage_is_refused_with_the_line() -> None:
    found = troubles("[rows.20]\non = false\n[rows.18]\non = false\n[rows.21]\non = false\n")
    assert ("approval", Trouble.NO_WAY_ON) in [(p.get("value"), code) for _line, code, p in found]
    assert all(1 <= line <= 6 for line, _code, _p in found)


def test_a_regulation_may_add_required_fields_and_roles() -> None:
    rows = rules.trial("[rows.3]\nrequired_add = ['text']\n[rows.6]\nroles = ['coordinator', 'manager']\n")
    assert rows.process.by_number["3"].required == ("reason", "text")
    assert "text" not in rows.process.by_number["3"].optional
    assert len(rows.process.by_number["6"].roles) == 2


def test_broken_toml_is_told_with_its_line() -> None:
    assert only("[total]\namount = \n")[1] is Trouble.SYNTAX
    assert only("[total]\namount = \n")[0] == 2


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a=" + "[\n" * 100_000,
        "a." * 400_000 + "b=1",
        "x" * 2_000_000,
        "a = " + "9" * 4_500,
        "",
        "\ufeff",
    ],
)
def test_a_hostile_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(RegulationTrouble):
        load_regulation(text, rules.process())


@given(st.text(max_size=300))
def test_any_text_is_loaded_or_refused_by_line(text: str) -> None:
    try:
        rules.trial(text)
    except RegulationTrouble as trouble:
        assert trouble.lines and all(one.line >= 1 for one in trouble.lines)


@given(st.data())
def test_a_damaged_regulation_is_loaded_or_refused_by_line(data: st.DataObject) -> None:
    text = rules.regulation_text(data.draw(st.sampled_from(rules.NAMES)))
    start = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 60))
    try:
        load_regulation(text[:start] + data.draw(st.text(max_size=5)) + text[start + cut :], rules.process())
    except RegulationTrouble as trouble:
        assert trouble.lines and all(1 <= one.line <= text.count("\n") + 7 for one in trouble.lines)


def test_lines_are_found_through_strings_arrays_and_comments() -> None:
    text = (
        '# a = 1\na = """\nb = 2\n"""\n[t] # [x]\n"quoted key" = \'[z]\'\nc = [ # one\n  1,\n  { d = 2 },\n]\n'
        "[[u]]\ne.f = 1\n[[u]]\n[u.v]\ng = 1\n"
    )
    found = key_lines(text)
    assert found[("a",)] == 2 and ("b",) not in found and ("x",) not in found
    assert found[("t", "quoted key")] == 6 and found[("t", "c", 1, "d")] == 9
    assert found[("u", 0, "e", "f")] == 12 and found[("u", 1)] == 13 and found[("u", 1, "v", "g")] == 15


def test_lines_are_the_same_with_windows_line_ends() -> None:
    text = rules.regulation_text("demo-2026")
    assert key_lines(text.replace("\n", "\r\n")) == key_lines(text)
    assert load_regulation(text.replace("\n", "\r\n"), rules.process()).reference == "demo-2026@1"


def test_a_classifier_is_read_from_json_too() -> None:
    text = json.dumps(
        {
            "version": "7",
            "category": [
                {"id": "a", "title": "А", "subcategory": [{"id": "b", "title": "Б", "facts": ["в"]}]}
            ],
        }
    )
    known = load_classifier(text)
    assert known.version == "7" and known.has("a", "b") and known.categories["a"].subcategories[0].facts == ("в",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", Trouble.SYNTAX),
        ('{"category": [1]}', Trouble.WRONG_TYPE),
        ('{"category": [{"id": "a/b", "title": "x"}]}', Trouble.WRONG_TYPE),
        ("[[category]]\nid='a'\ntitle='x'\n[[category]]\nid='a'\ntitle='y'\n", Trouble.DUPLICATE),
        ("[[category]]\ntitle='x'\n", Trouble.MISSING_KEY),
        ('{"a":' * 100_000, Trouble.TOO_DEEP),
    ],
)
def test_a_broken_classifier_is_refused(text: str, code: Trouble) -> None:
    with pytest.raises(RegulationTrouble) as caught:
        load_classifier(text)
    assert code in {one.code for one in caught.value.lines}


def test_stages_of_a_reason_are_kept() -> None:
    found = rules.trial("[[reason]]\nid='a'\ntitle='a'\ntext='a'\nstages=['execution']\n")
    assert found.reasons_at(Stage.EXECUTION) and not found.reasons_at(Stage.MODERATION)

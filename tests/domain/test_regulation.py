import re
from datetime import date
from fractions import Fraction

import pytest

from arm.domain.examples import run
from arm.domain.identity import Role
from arm.domain.message import OPEN_STAGES, Kind, Stage
from arm.domain.regulation import Regulation, TermStart
from tests.domain import rules

K, T, D, A = (rules.regulation(n) for n in ("krasnodar-2023", "tynda-2022", "dnr-2023", "astrakhan-2021"))
DEMO = rules.regulation("demo-2026")


def on(regulation: Regulation) -> set[str]:
    return {r.number for r in regulation.process.rows if r.is_on}


def base_on() -> set[str]:
    return {r.number for r in rules.process().rows if r.is_on}


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_regulations_own_examples_agree_with_the_clocks(name: str) -> None:
    regulation = rules.regulation(name)
    assert regulation.examples
    for example in regulation.examples:
        assert run(regulation, example) == ()


@pytest.mark.parametrize("name", rules.NAMES)
def test_every_number_and_ground_has_its_clause(name: str) -> None:
    regulation = rules.regulation(name)
    terms = [t.term for t in regulation.fast_tracks]
    terms += [t for t in (regulation.total, regulation.coordination_cap) if t is not None]
    head = f"{regulation.short} "
    assert all(t.clause.startswith(head) for t in terms)
    assert all(r.clause.startswith(head) for r in regulation.decline_reasons)
    assert all(c.startswith(head) for c in regulation.clauses.values())
    assert regulation.reference == f"{name}@1"


def test_krasnodar_has_the_numbers_of_its_order() -> None:
    assert K.total is not None and K.coordination_cap is not None and K.other_tracks_below is not None
    assert (K.total.amount, K.coordination_cap.amount, K.other_tracks_below.amount) == (30, 3, 30)
    assert [t.term.amount for t in K.fast_tracks] == [8, 10] and K.start is TermStart.MOMENT
    assert K.shares == {} and K.in_force_from == date(2023, 4, 10) and K.votes_archive_days == 180


def test_krasnodar_has_thirteen_grounds_to_decline() -> None:
    assert [r.clause for r in K.decline_reasons] == [f"K 12, абз. {n}" for n in range(2, 15)]
    assert len(K.reasons_at(Stage.COORDINATION)) == 13


def test_krasnodar_redirects_at_once_and_may_decline_in_coordination() -> None:
    assert on(K) == base_on() - {"9", "21"} | {"9a", "11", "23"}
    assert K.clause_of("11") == "K 9, 12" and "13" in K.notes["11"]
    assert [g.ground_id for g in K.stop_grounds] == ["pointless", "rules-broken"]


def test_krasnodars_curators_may_endorse_but_not_approve() -> None:
    rows = K.process.by_number
    assert rows["17"].roles == (Role.MANAGER, Role.CURATOR) and rows["20"].roles == (Role.MANAGER,)


def test_tynda_reckons_by_days_and_has_eight_grounds_in_moderation_alone() -> None:
    assert T.start is TermStart.DAY and T.total is not None and T.total.amount == 30
    assert [r.clause[-1] for r in T.decline_reasons] == list("абвгдежз")
    assert T.reasons_at(Stage.EXECUTION) == () and T.shares == {} and T.coordination_cap is None
    assert on(T) == base_on() and T.in_force_from is None


def test_tyndas_fast_track_stores_the_corrected_annex() -> None:
    (track,) = T.fast_tracks
    counts = [sum(t.category == c for t in track.topics) for c in dict.fromkeys(t.category for t in track.topics)]
    assert track.term.amount == 10 and counts == [5, 2, 1]
    assert [t.as_printed for t in track.topics if t.as_printed] == ["Культура", "Средства индивидуальной защиты"]


def test_tynda_asks_for_the_signer_and_tells_of_a_hand_down() -> None:
    rows = T.process.by_number
    assert {"signer_name", "signer_position"} <= set(rows["16"].required)
    assert "applicant" in rows["8"].tells and T.files_with_edited_text
    assert "applicant" not in rules.process().by_number["8"].tells


def test_donetsk_has_shares_but_no_total_and_no_grounds() -> None:
    assert [D.shares[s] for s in OPEN_STAGES] == [Fraction(p, 100) for p in (5, 5, 65, 15, 10)]
    assert D.total is None and D.decline_reasons == () and D.fast_tracks == () and D.rules_version == ""
    assert on(D) == base_on() | {"19"} and set(D.result_meanings) >= {"solved", "not_solved"}


def test_astrakhan_lets_marks_come_but_names_no_threshold() -> None:
    assert A.total is not None and A.total.amount == 30 and A.kind is Kind.APPEAL
    assert [t.term.amount for t in A.fast_tracks] == [10] and A.low_mark is None
    assert on(A) == base_on() | {"22"} and A.decline_reasons == () and A.shares == {}


def test_no_act_borrows_a_clause_of_another() -> None:
    assert D.clause_of("15") == "" and T.clause_of("19") == "" and K.clause_of("3a") == ""


def test_the_demonstration_is_openly_invented_with_every_row_on() -> None:
    assert DEMO.is_invented and not any(r.is_invented for r in (K, T, D, A))
    assert on(DEMO) == {r.number for r in DEMO.process.rows} == set(DEMO.clauses)


def test_the_demonstrations_fast_tracks_name_known_topics() -> None:
    topics = [t for track in DEMO.fast_tracks for t in track.topics]
    assert topics and all(rules.classifier().has(t.category, t.subcategory) for t in topics)


def test_a_clause_reads_as_people_cite_it() -> None:
    assert K.clause_in_words("K 9") == "п. 9 Порядка (приказ № 54, приложение 1)"
    assert K.clause_in_words("") == "" and K.clause_in_words("D 3.4") == "D 3.4"


def test_an_official_meets_no_short_name_of_an_act_in_a_sentence() -> None:
    short = re.compile(r"\b(?:K2?|T|D|A|S) \d")
    for one in (K, T, D, A):
        said = (one.in_force, *one.notes.values(), *(t.list_by for t in one.fast_tracks))
        grounds = (*one.decline_reasons, *one.stop_grounds)
        clauses = [*one.clauses.values(), *(ground.clause for ground in grounds)]
        assert not [text for text in (*said, *map(one.clause_in_words, clauses)) if short.search(text)]


def test_what_an_act_leaves_to_another_says_to_whom() -> None:
    assert "№ 30-1" in D.total_by and "правила подачи" in D.reasons_by and "оператор ЕПГУ" in T.shares_by
    assert (K.total_by, K.reasons_by, K.shares_by, A.total_by) == ("", "", "", "")


def test_the_demonstrations_classifier_is_wide_enough() -> None:
    known = rules.classifier()
    assert len(known.categories) == 14
    assert all(4 <= len(c.subcategories) <= 8 for c in known.categories.values())

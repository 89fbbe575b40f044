from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from arm.domain import terms
from arm.domain.classifier import Classifier
from arm.domain.clocks import Clocks
from arm.domain.directory import Directory
from arm.domain.identity import MessageId, OrganisationId
from arm.domain.message import Message, Stage
from arm.domain.organisations import Organisation, OrganisationTree
from arm.domain.regulation import Regulation
from arm.domain.why import WhyLine, why
from tests.domain import rules

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOWN = OrganisationId("town")
MOSCOW = "Europe/Moscow"
DIRECTORY = Directory(tree=OrganisationTree({TOWN: Organisation(TOWN, "Городской округ")}))


def explained(clocks: Clocks, stage: Stage, regulation: Regulation) -> dict[str, WhyLine]:
    message = Message(
        message_id=MessageId("m"),
        number="1",
        text="",
        registered_at=START,
        regulation=regulation.reference,
        stage=stage,
        clocks=clocks,
        top=TOWN,
        organisation=TOWN,
    )
    return {line.key: line for line in why(message, regulation, DIRECTORY)}


def in_coordination(name: str, outer: datetime | None = None) -> tuple[Clocks, Regulation]:
    regulation = rules.regulation(name)
    clocks = terms.on_register(regulation, START, MOSCOW, TOWN, outer)
    clocks = terms.fix_total(clocks, regulation, MOSCOW, "roads", "potholes", Classifier())
    at = START + timedelta(hours=6)
    return terms.enter_stage(clocks, regulation, Stage.COORDINATION, TOWN, None, at), regulation


def test_the_formula_of_the_total_names_its_clause() -> None:
    clocks, regulation = in_coordination("krasnodar-2023")
    line = explained(clocks, Stage.COORDINATION, regulation)["total_moment"]
    assert (line.params["days"], line.clause) == ("30", "K 8")
    assert line.params["due_at"] == (START + 30 * DAY).isoformat()


def test_a_fast_track_is_named() -> None:
    clocks, regulation = in_coordination("demo-2026")
    found = explained(clocks, Stage.COORDINATION, regulation)
    assert found["track"].params == {"title": "Ускоренный: 10 дней", "days": "10"}
    assert found["total_moment"].clause == "Демо 4.2 в"


def test_the_share_the_cap_and_the_near_moment_are_told() -> None:
    clocks, regulation = in_coordination("demo-2026")
    found = explained(clocks, Stage.COORDINATION, regulation)
    assert found["share"].params["percent"] == "5" and found["share"].params["seconds"] == "43200"
    assert found["share"].clause == "Демо 4.3"
    assert found["cap"].params["organisation"] == "Городской округ" and found["cap"].clause == "Демо 4.4"
    assert found["near"].params["percent"] == "75"


def test_the_outer_bound_says_whether_it_leads() -> None:
    clocks, regulation = in_coordination("krasnodar-2023", START + 7 * DAY)
    assert explained(clocks, Stage.COORDINATION, regulation)["outer"].params["leads"] == "yes"
    clocks, regulation = in_coordination("krasnodar-2023", START + 70 * DAY)
    assert explained(clocks, Stage.COORDINATION, regulation)["outer"].params["leads"] == "no"


def test_silence_of_the_act_is_said() -> None:
    clocks, regulation = in_coordination("dnr-2023")
    assert {"no_total", "no_shares"} <= set(explained(clocks, Stage.COORDINATION, regulation))


def test_a_named_date_is_the_formula_after_a_postponement() -> None:
    clocks, regulation = in_coordination("demo-2026")
    now = START + 5 * DAY
    clocks = terms.postpone(clocks, regulation, date(2026, 3, 20), MOSCOW, now)
    clocks = terms.enter_stage(clocks, regulation, Stage.EXECUTION, TOWN, None, now)
    found = explained(clocks, Stage.EXECUTION, regulation)
    assert found["postponed"].clause == regulation.clause_of("20")
    assert found["started"].params["origin"] == "postponement" and "total_moment" not in found


def test_a_share_cut_by_the_total_is_told() -> None:
    clocks, regulation = in_coordination("demo-2026")
    late = terms.enter_stage(clocks, regulation, Stage.EXECUTION, TOWN, None, START + 9 * DAY)
    assert "bounded_by_total" in explained(late, Stage.EXECUTION, regulation)


def test_the_stays_of_the_present_span_are_listed() -> None:
    clocks, regulation = in_coordination("demo-2026")
    message_visits = explained(clocks, Stage.COORDINATION, regulation)["visit"].params
    assert message_visits["stage"] == "coordination" and message_visits["left_at"] == ""


def test_a_closed_message_says_by_how_much_it_was_in_time() -> None:
    clocks, regulation = in_coordination("demo-2026")
    closed = terms.stop(clocks, START + 9 * DAY)
    found = explained(closed, Stage.CLOSED, regulation)
    assert found["stopped"].params["late_by"] == "-86400" and "share" not in found


def test_an_organisations_own_cap_has_no_clause() -> None:
    clocks, regulation = in_coordination("demo-2026")
    own = replace(DIRECTORY.tree[TOWN], coordination_cap_days=1)
    directory = Directory(tree=OrganisationTree({TOWN: own}))
    clocks = terms.enter_stage(clocks, regulation, Stage.COORDINATION, TOWN, 1, START + DAY)
    message = Message(
        message_id=MessageId("m"),
        number="1",
        text="",
        registered_at=START,
        regulation=regulation.reference,
        stage=Stage.COORDINATION,
        clocks=clocks,
        top=TOWN,
    )
    (cap,) = (line for line in why(message, regulation, directory) if line.key == "cap")
    assert cap.params["days"] == "1" and cap.clause == ""

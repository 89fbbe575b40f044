"""Pickers and guards agree: whoever is offered may be named."""

from dataclasses import replace

from arm.domain.identity import UserId
from arm.domain.naming import (
    approvers,
    asked_bodies,
    endorsers,
    executors,
    redirect_targets,
    subordinates,
    substitutes,
)
from arm.domain.refusals import Refused
from tests.domain.builders import COURT, PAPER, PARKS, REGION, RIVER, ROADS, SUBMIT, TOWN, World, regulation


def names(people: object) -> set[str]:
    return {p.user_id for p in people}  # type: ignore[attr-defined]


def test_executors_are_those_of_the_organisation() -> None:
    assert names(executors(World().directory, TOWN)) == {"executor", "second-executor"}


def test_an_answer_needs_somebody_entitled_for_its_topic_and_a_redirect_only_the_role() -> None:
    world = World()
    for_roads = names(endorsers(world.directory, regulation(), TOWN, "roads", "potholes"))
    assert "roads-manager" in for_roads and "culture-manager" not in for_roads
    assert "culture-manager" in names(endorsers(world.directory, regulation(), TOWN))


def test_every_approver_offered_is_accepted() -> None:
    world = World().execution()
    offered = approvers(world.directory, regulation(), TOWN, "roads", "potholes", UserId("executor"), SUBMIT.endorsers)
    assert names(offered).isdisjoint({"executor", *SUBMIT.endorsers})
    for person in offered:
        assert not isinstance(world.ask(replace(SUBMIT, approver=person.user_id), "executor"), Refused)


def test_places_to_send_a_message_to_are_connected_and_on_the_right_side_of_the_tree() -> None:
    directory = World().directory
    assert {o.organisation_id for o in subordinates(directory, TOWN)} == {ROADS, PARKS}
    assert {o.organisation_id for o in redirect_targets(directory, TOWN)} == {REGION, RIVER, COURT}
    asked = {o.organisation_id for o in asked_bodies(directory, TOWN)}
    assert asked == {REGION, ROADS, PARKS, RIVER} and PAPER not in asked


def test_an_answer_is_passed_on_to_somebody_not_yet_named() -> None:
    world = World().endorsement()
    offered = names(substitutes(world.directory, regulation(), world.card))
    assert "roads-manager" in offered
    assert offered.isdisjoint({"manager", "second-manager", "third-manager", "culture-manager", "executor"})
    assert substitutes(world.directory, regulation(), World().execution().card) == ()

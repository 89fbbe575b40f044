"""What a decision may look up beside the message: people, organisations, topics, routing rules, templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from arm.domain.classifier import Classifier
from arm.domain.identity import OrganisationId, Person, Role, Substitution, UserId
from arm.domain.organisations import Organisation, OrganisationTree
from arm.domain.routing import RoutingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An answer template; `text` holds fields such as `{номер}` (ux.md §2.4). `result` is a `Result` value or empty."""

    template_id: str
    title: str
    text: str
    result: str = ""
    organisation: OrganisationId | None = None
    category: str = ""


@dataclass(frozen=True)
class Directory:
    """Reference values of one moment; at a desk it is the part its user may see.

    `stop_deciders` are the persons of a top cabinet named to stop a reconsideration (K 3).
    """

    tree: OrganisationTree = field(default_factory=OrganisationTree)
    people: Mapping[UserId, Person] = field(default_factory=dict)
    substitutions: tuple[Substitution, ...] = ()
    classifier: Classifier = field(default_factory=Classifier)
    rules: tuple[RoutingRule, ...] = ()
    templates: tuple[Template, ...] = ()
    stop_deciders: frozenset[UserId] = frozenset()
    single_approvers: frozenset[OrganisationId] = frozenset()

    def name(self, user_id: UserId | None) -> str:
        person = self.people.get(user_id) if user_id else None
        return person.full_name if person else ""

    def absentees(self, substitute: UserId, organisation: OrganisationId, at: datetime) -> tuple[UserId, ...]:
        """Whom this user stands in for in that organisation at a moment (aware UTC, judged in its zone)."""
        return tuple(s.absent for s in self._in_force(organisation, at) if s.substitute == substitute)

    def is_absent(self, user_id: UserId, organisation: OrganisationId, at: datetime) -> bool:
        """Whether a substitution names him absent there at a moment (aware UTC, judged in its zone)."""
        return any(s.absent == user_id for s in self._in_force(organisation, at))

    def _in_force(self, organisation: OrganisationId, at: datetime) -> Iterator[Substitution]:
        if self.substitutions and organisation in self.tree:
            day = at.astimezone(ZoneInfo(self.tree[organisation].zone)).date()
            for one in self.substitutions:
                if one.organisation == organisation and one.first_day <= day <= one.last_day:
                    yield one

    def holders(self, role: Role, organisation: OrganisationId) -> tuple[Person, ...]:
        return tuple(p for p in self.people.values() if p.active and p.holds(role, organisation))

    def organisation(self, organisation_id: OrganisationId) -> Organisation | None:
        return self.tree.organisations.get(organisation_id)

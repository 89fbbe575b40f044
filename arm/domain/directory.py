"""What a decision may look up beside the message: people, organisations, topics, routing rules, templates."""

from __future__ import annotations

from collections.abc import Mapping
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
        if organisation not in self.tree:
            return ()
        day = at.astimezone(ZoneInfo(self.tree[organisation].zone)).date()
        return tuple(
            s.absent
            for s in self.substitutions
            if s.substitute == substitute
            and s.organisation == organisation
            and s.first_day <= day <= s.last_day
        )

    def holders(self, role: Role, organisation: OrganisationId) -> tuple[Person, ...]:
        return tuple(p for p in self.people.values() if p.active and p.holds(role, organisation))

    def organisation(self, organisation_id: OrganisationId) -> Organisation | None:
        return self.tree.organisations.get(organisation_id)

"""The tree of organisations: who is subordinate to whom, and each one's own settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from arm.domain.identity import OrganisationId


@dataclass(frozen=True, slots=True)
class Organisation:
    """A node of the tree, region → municipality → settlement or institution.

    `zone` is an IANA name (Russia has eleven); `connected` says whether it works on the platform (K 12);
    `investigative` marks courts, inquiry and pre-trial investigation bodies that can't be asked (T 3.5).
    """

    organisation_id: OrganisationId
    name: str
    superior: OrganisationId | None = None
    zone: str = "Europe/Moscow"
    connected: bool = True
    investigative: bool = False
    coordination_cap_days: int | None = None
    own_answer_may_be_approved: bool = False
    short_name: str = ""


@dataclass(frozen=True)
class OrganisationTree:
    """All organisations by id, with the questions the process asks of the tree."""

    organisations: Mapping[OrganisationId, Organisation] = field(default_factory=dict)

    def __getitem__(self, organisation_id: OrganisationId) -> Organisation:
        return self.organisations[organisation_id]

    def __contains__(self, organisation_id: object) -> bool:
        return organisation_id in self.organisations

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self.organisations.values())

    @cached_property
    def children(self) -> Mapping[OrganisationId, tuple[OrganisationId, ...]]:
        found: dict[OrganisationId, list[OrganisationId]] = {}
        for one in self.organisations.values():
            if one.superior is not None:
                found.setdefault(one.superior, []).append(one.organisation_id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    def superiors(self, organisation_id: OrganisationId) -> tuple[OrganisationId, ...]:
        """Nearest first; a loop in the tree ends the walk instead of hanging it."""
        found: list[OrganisationId] = []
        one = self.organisations.get(organisation_id)
        while one is not None and one.superior is not None and one.superior not in found:
            found.append(one.superior)
            one = self.organisations.get(one.superior)
        return tuple(found)

    def subordinates(self, organisation_id: OrganisationId) -> tuple[OrganisationId, ...]:
        """The whole subtree without its root, breadth first."""
        found: list[OrganisationId] = []
        wave = list(self.children.get(organisation_id, ()))
        while wave:
            found.extend(one for one in wave if one not in found)
            wave = [c for one in wave for c in self.children.get(one, ()) if c not in found]
        return tuple(found)

    def is_subordinate(self, lower: OrganisationId, upper: OrganisationId) -> bool:
        return upper in self.superiors(lower)

    def top(self, organisation_id: OrganisationId) -> OrganisationId:
        above = self.superiors(organisation_id)
        return above[-1] if above else organisation_id

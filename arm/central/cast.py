"""Who of a store's people may do what where: the cast that plays a plausible past."""

from __future__ import annotations

from collections.abc import Iterable

from arm.domain.directory import Directory
from arm.domain.identity import OrganisationId, Person, Role, UserId
from arm.domain.organisations import OrganisationTree


class Cast:
    """People by role and organisation, in the order of their ids, looked up without walking the directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._holders: dict[tuple[Role, OrganisationId], list[Person]] = {}
        for person in sorted(directory.people.values(), key=lambda p: p.user_id):
            for grant in person.grants if person.active else ():
                held = self._holders.setdefault((grant.role, grant.organisation), [])
                if person not in held:
                    held.append(person)

    @property
    def tree(self) -> OrganisationTree:
        return self.directory.tree

    def holders(self, role: Role, organisation: OrganisationId | None) -> tuple[Person, ...]:
        return tuple(self._holders.get((role, organisation), ())) if organisation is not None else ()

    def entitled(
        self, roles: Iterable[Role], organisation: OrganisationId, category: str, subcategory: str
    ) -> tuple[Person, ...]:
        """Holders of any of the roles there whose grant reaches the topic."""
        found: dict[UserId, Person] = {}
        for role in roles:
            for person in self.holders(role, organisation):
                grants = [g for g in person.grants if g.role == role and g.organisation == organisation]
                if any(g.covers(category, subcategory) for g in grants):
                    found.setdefault(person.user_id, person)
        return tuple(found.values())

    def first(self, role: Role, organisation: OrganisationId | None) -> UserId | None:
        held = self.holders(role, organisation)
        return held[0].user_id if held else None

    def above(self, role: Role, organisation: OrganisationId) -> UserId | None:
        """The holder nearest to an organisation: there, else up the tree."""
        for one in (organisation, *self.tree.superiors(organisation)):
            found = self.first(role, one)
            if found is not None:
                return found
        return None

    def anywhere(self, role: Role) -> UserId | None:
        return next((held[0].user_id for (one, _), held in self._holders.items() if one is role), None)

    def arrival(self, top: OrganisationId, place: OrganisationId) -> OrganisationId:
        """Where the moderator sends what `place` will answer: the cabinet of the first level on the way to it."""
        above = self.tree.superiors(place)
        if top not in above:
            return place
        way = (place, *above)
        return way[way.index(top) - 1]

    def can_answer(self, organisation: OrganisationId) -> bool:
        return bool(
            self.holders(Role.COORDINATOR, organisation)
            and self.holders(Role.EXECUTOR, organisation)
            and self.holders(Role.MANAGER, organisation)
        )

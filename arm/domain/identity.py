"""Typed identifiers, roles, grants and the person who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

MessageId = NewType("MessageId", str)
UserId = NewType("UserId", str)
OrganisationId = NewType("OrganisationId", str)
CommandId = NewType("CommandId", str)
DeviceId = NewType("DeviceId", str)
UploadId = NewType("UploadId", str)


class Role(StrEnum):
    """Roles of the platform (D 2.1, T 3.2); `APPLICANT` and `SYSTEM` act from outside the cabinet."""

    MODERATOR = "moderator"
    COORDINATOR = "coordinator"
    EXECUTOR = "executor"
    MANAGER = "manager"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    REGIONAL_ORGANISER = "regional_organiser"
    MUNICIPAL_ORGANISER = "municipal_organiser"
    APPLICANT = "applicant"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in one organisation; `topics` limits it to categories (D 3.7 в, 3.9 в), empty means all.

    A topic is a category's id, or `category/subcategory` where a grant is narrower.
    """

    role: Role
    organisation: OrganisationId
    topics: tuple[str, ...] = ()

    def covers(self, category: str, subcategory: str = "") -> bool:
        """Whether this grant reaches the category (and subcategory, where the grant names one)."""
        return not self.topics or category in self.topics or f"{category}/{subcategory}" in self.topics


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the platform as others may know him: no credentials here."""

    user_id: UserId
    full_name: str
    position: str
    grants: tuple[Grant, ...] = ()
    active: bool = True

    def holds(self, role: Role, organisation: OrganisationId) -> bool:
        return any(g.role == role and g.organisation == organisation for g in self.grants)

    def organisations(self, role: Role) -> tuple[OrganisationId, ...]:
        return tuple(g.organisation for g in self.grants if g.role == role)


@dataclass(frozen=True, slots=True)
class Substitution:
    """Who stands in for an absent user, where and when (K 5.2); both days included, in the organisation's zone."""

    absent: UserId
    substitute: UserId
    organisation: OrganisationId
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who gives a command, with the grants he holds at this moment.

    The applicant and the system act with a grant-less `Person` and `role` set.
    """

    person: Person
    role: Role | None = None

    @property
    def user_id(self) -> UserId:
        return self.person.user_id

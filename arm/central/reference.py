"""Reference values of one version: the directory, the regulations in force, and the shelf that keeps them read."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from arm.central import tables as t
from arm.domain.classifier import Classifier
from arm.domain.directory import Directory, Template
from arm.domain.identity import Grant, OrganisationId, Person, Role, Substitution, UserId
from arm.domain.loading import load_process, load_regulation
from arm.domain.organisations import Organisation, OrganisationTree
from arm.domain.process import Process
from arm.domain.regulation import Regulation
from arm.domain.routing import RoutingRule
from arm.settings import resource_path
from arm.typed import from_json

T = TypeVar("T")
EVERYWHERE = OrganisationId("")
"""The key of the regulation that holds where an organisation and its superiors name none."""


@dataclass(frozen=True)
class Reference:
    """Everything a decision looks up, as it stood in one version of the store."""

    version: int
    scope_version: int
    store_id: str
    seal_key: bytes
    directory: Directory
    regulation_by_organisation: dict[OrganisationId, str]
    services: dict[UserId, str]

    def regulation_reference(self, organisation: OrganisationId) -> str | None:
        """The nearest regulation named on the way up the tree."""
        for one in (organisation, *self.directory.tree.superiors(organisation), EVERYWHERE):
            if one in self.regulation_by_organisation:
                return self.regulation_by_organisation[one]
        return None

    @cached_property
    def staff(self) -> Directory:
        """The directory without service accounts: what a desk may know."""
        known = self.directory
        people = {u: p for u, p in known.people.items() if u not in self.services}
        return Directory(
            tree=known.tree,
            people=people,
            substitutions=known.substitutions,
            classifier=known.classifier,
            rules=known.rules,
            templates=known.templates,
            stop_deciders=known.stop_deciders,
            single_approvers=known.single_approvers,
        )


class Shelf:
    """The last reference read and every regulation ever read, shared by the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reference: Reference | None = None
        self._regulations: dict[str, Regulation] = {}

    def reference(self, connection: Connection, version: int) -> Reference:
        """The reference of that version; read inside the asker's own transaction when it changed."""
        kept = self._reference
        if kept is not None and kept.version == version:
            return kept
        read = read_reference(connection)
        with self._lock:
            if self._reference is None or self._reference.version <= read.version:
                self._reference = read
        return read

    def regulation(self, connection: Connection, reference: str) -> Regulation:
        """A regulation by `name@version`; LookupError when the store doesn't hold it."""
        kept = self._regulations.get(reference)
        if kept is None:
            text = connection.scalar(select(t.regulation.c.text).where(t.regulation.c.reference == reference))
            if text is None:
                raise LookupError(reference)
            kept = parsed(text)
            self._regulations[reference] = kept
        return kept


@cache
def shipped_process() -> Process:
    return load_process(resource_path("process.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def parsed(text: str) -> Regulation:
    """A regulation over the program's own table; RegulationTrouble for what can't be loaded."""
    return load_regulation(text, shipped_process())


def read_reference(connection: Connection) -> Reference:
    """All reference tables in the asker's snapshot."""
    one = connection.execute(select(t.store)).one()
    pairs = connection.execute(select(t.organisation_regulation)).all()
    services = connection.execute(select(t.person.c.user_id, t.person.c.service).where(t.person.c.service != ""))
    return Reference(
        version=one.directory_version,
        scope_version=one.scope_version,
        store_id=one.store_id,
        seal_key=bytes.fromhex(one.seal_key),
        directory=_directory(connection),
        regulation_by_organisation={OrganisationId(p.organisation): p.reference for p in pairs},
        services={UserId(row.user_id): row.service for row in services},
    )


def _directory(connection: Connection) -> Directory:
    organisations = connection.execute(select(t.organisation).order_by(t.organisation.c.organisation_id)).all()
    stops = connection.scalars(select(t.stop_decider.c.user_id)).all()
    content = connection.scalar(select(t.classifier.c.content).where(t.classifier.c.in_force))
    rules = connection.scalars(select(t.routing_rule.c.content).order_by(t.routing_rule.c.place)).all()
    templates = connection.scalars(select(t.template.c.content).order_by(t.template.c.place)).all()
    return Directory(
        tree=OrganisationTree({OrganisationId(o.organisation_id): _organisation(o) for o in organisations}),
        people=_people(connection),
        substitutions=_substitutions(connection),
        classifier=_read(content, Classifier) if content else Classifier(),
        rules=tuple(_read(one, RoutingRule) for one in rules),
        templates=tuple(_read(one, Template) for one in templates),
        stop_deciders=frozenset(UserId(one) for one in stops),
        single_approvers=frozenset(OrganisationId(o.organisation_id) for o in organisations if o.single_approver),
    )


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(
        organisation_id=OrganisationId(row.organisation_id),
        name=row.name,
        superior=OrganisationId(row.superior) if row.superior else None,
        zone=row.zone,
        connected=row.connected,
        investigative=row.investigative,
        coordination_cap_days=row.coordination_cap_days,
        own_answer_may_be_approved=row.own_answer_may_be_approved,
        short_name=row.short_name,
    )


def _people(connection: Connection) -> dict[UserId, Person]:
    grants: dict[str, list[Grant]] = {}
    for row in connection.execute(select(t.grant_).order_by(t.grant_.c.user_id, t.grant_.c.place)):
        topics = tuple(json.loads(row.topics))
        grants.setdefault(row.user_id, []).append(Grant(Role(row.role), OrganisationId(row.organisation), topics))
    known = t.person.c
    rows = connection.execute(
        select(known.user_id, known.full_name, known.position, known.active).order_by(known.user_id)
    )
    return {
        UserId(row.user_id): Person(
            UserId(row.user_id), row.full_name, row.position, tuple(grants.get(row.user_id, ())), row.active
        )
        for row in rows
    }


def _substitutions(connection: Connection) -> tuple[Substitution, ...]:
    rows = connection.execute(select(t.substitution).order_by(t.substitution.c.absent))
    return tuple(
        Substitution(
            UserId(row.absent),
            UserId(row.substitute),
            OrganisationId(row.organisation),
            date.fromisoformat(row.first_day),
            date.fromisoformat(row.last_day),
        )
        for row in rows
    )


def _read(content: str, kind: type[T]) -> T:
    return from_json(content, kind)

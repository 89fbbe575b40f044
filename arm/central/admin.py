"""Administration of a store: organisations, people, rights, regulations, topics, rules, templates, substitutions.

Everything may be repeated: it then changes what is there. Each change raises the directory's version: desks fetch it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from arm.central import tables as t
from arm.central.access import ACTIVE, REVOKED, folded, issue_token
from arm.central.engine import reading, writing
from arm.central.reference import EVERYWHERE, parsed
from arm.central.store import Store
from arm.domain.classifier import Classifier
from arm.domain.directory import Template
from arm.domain.identity import DeviceId, Grant, OrganisationId, Person, Substitution, UserId
from arm.domain.organisations import Organisation
from arm.domain.regulation import Regulation
from arm.domain.routing import RoutingRule


class AdminTrouble(Exception):
    """What can't be administered so; `reason` is a code, `detail` the name or id at fault.

    Reasons: unknown_organisation, unknown_superior, tree_loop, unknown_zone, login_taken, unknown_person,
    regulation_changed, bad_id, has_messages, no_shared_role, unknown_device, already_revoked,
    bad_key.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@contextmanager
def _changing(store: Store, *, scope: bool = False) -> Iterator[Connection]:
    """One write transaction that raises the version first, so that two administrators follow each other."""
    with writing(store.engine) as connection:
        raised: dict[str, Any] = {"directory_version": t.store.c.directory_version + 1}
        if scope:
            raised["scope_version"] = t.store.c.scope_version + 1
        connection.execute(update(t.store).values(**raised))
        yield connection


def _put(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert, or update what has that key."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(select(*table.primary_key.columns).where(*where)).first() is None:
        connection.execute(insert(table).values(**key, **values))
    elif values:
        connection.execute(update(table).where(*where).values(**values))


def _exists(connection: Connection, table: Table, **key: Any) -> bool:
    where = [table.c[name] == value for name, value in key.items()]
    return connection.execute(select(*table.primary_key.columns).where(*where)).first() is not None


def add_organisation(store: Store, one: Organisation, *, single_approver: bool = False) -> None:
    """AdminTrouble(unknown_superior | tree_loop | unknown_zone | has_messages): the last for moving one at work."""
    add_organisations(store, [one], single_approvers={one.organisation_id} if single_approver else set())


def add_organisations(
    store: Store, some: Iterable[Organisation], *, single_approvers: set[OrganisationId] | None = None
) -> None:
    """Superiors first."""
    with _changing(store, scope=True) as connection:
        for one in some:
            _check_id(one.organisation_id)
            _check_zone(one.zone)
            _check_superior(connection, one)
            values = {name: getattr(one, name) for name in one.__dataclass_fields__ if name != "organisation_id"}
            values["single_approver"] = one.organisation_id in (single_approvers or set())
            _put(connection, t.organisation, {"organisation_id": one.organisation_id}, values)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AdminTrouble("unknown_zone", zone) from None


def _check_id(value: str) -> None:
    if not value or len(value) > 64 or any(one.isspace() or not one.isprintable() for one in value):
        raise AdminTrouble("bad_id", value)


def _check_superior(connection: Connection, one: Organisation) -> None:
    known = t.organisation.c
    present = connection.execute(select(known.superior).where(known.organisation_id == one.organisation_id)).first()
    if present is not None and present.superior != one.superior:
        below = _subtree(connection, one.organisation_id)
        if connection.scalar(select(func.count()).where(t.message.c.organisation.in_(below))):
            raise AdminTrouble("has_messages", one.organisation_id)
    superior: str | None = one.superior
    while superior is not None:
        if superior == one.organisation_id:
            raise AdminTrouble("tree_loop", one.organisation_id)
        row = connection.execute(select(known.superior).where(known.organisation_id == superior)).first()
        if row is None:
            raise AdminTrouble("unknown_superior", superior)
        superior = row.superior


def _subtree(connection: Connection, root: str) -> list[str]:
    """The organisation and everything below: whose messages carry tags of the superiors."""
    pairs = connection.execute(select(t.organisation.c.organisation_id, t.organisation.c.superior)).all()
    found = [root]
    for one in found:
        found += [row.organisation_id for row in pairs if row.superior == one and row.organisation_id not in found]
    return found


def add_person(
    store: Store,
    person: Person,
    *,
    login: str = "",
    password: str | None = None,
    password_hash: str = "",
    service: str = "",
) -> None:
    """Without a password he can't sign in; `password_hash` spares argon2 where many invented people share one.

    AdminTrouble(login_taken | unknown_organisation | bad_id).
    """
    stored = store.passwords.hashed(password) if password is not None else password_hash
    with _changing(store) as connection:
        _add_person(connection, person, folded(login) or None, stored, service)


def add_people(store: Store, people: Iterable[Person]) -> None:
    """Many at once, who can't sign in."""
    with _changing(store) as connection:
        for one in people:
            _add_person(connection, one, None, "", "")


def _add_person(connection: Connection, person: Person, login: str | None, stored: str, service: str) -> None:
    _check_id(person.user_id)
    known = t.person.c
    if login is not None:
        other = connection.scalar(select(known.user_id).where(known.login == login))
        if other is not None and other != person.user_id:
            raise AdminTrouble("login_taken", login)
    values: dict[str, Any] = {
        "full_name": person.full_name,
        "position": person.position,
        "active": person.active,
        "service": service,
    }
    if login is not None:
        values["login"] = login
    if stored:
        values["password_hash"] = stored
    _put(connection, t.person, {"user_id": person.user_id}, values)
    _write_grants(connection, person.user_id, person.grants)


def _write_grants(connection: Connection, user_id: UserId, grants: Sequence[Grant]) -> None:
    connection.execute(delete(t.grant_).where(t.grant_.c.user_id == user_id))
    for place, one in enumerate(dict.fromkeys(grants)):
        if not _exists(connection, t.organisation, organisation_id=one.organisation):
            raise AdminTrouble("unknown_organisation", one.organisation)
        connection.execute(
            insert(t.grant_).values(
                user_id=user_id,
                place=place,
                role=one.role.value,
                organisation=one.organisation,
                topics=json.dumps(one.topics, ensure_ascii=False),
            )
        )


def _need_person(connection: Connection, user_id: UserId) -> None:
    if not _exists(connection, t.person, user_id=user_id):
        raise AdminTrouble("unknown_person", user_id)


def set_grants(store: Store, user_id: UserId, grants: Sequence[Grant]) -> None:
    with _changing(store) as connection:
        _need_person(connection, user_id)
        _write_grants(connection, user_id, grants)


def set_password(store: Store, user_id: UserId, password: str) -> None:
    """A new password ends every session of that user."""
    stored, now = store.passwords.hashed(password), store.clock()
    with _changing(store) as connection:
        _need_person(connection, user_id)
        connection.execute(update(t.person).where(t.person.c.user_id == user_id).values(password_hash=stored))
        _end_sessions(connection, user_id, now)


def _end_sessions(connection: Connection, user_id: UserId, now: datetime) -> None:
    connection.execute(
        update(t.token).where(t.token.c.user_id == user_id, t.token.c.revoked_at.is_(None)).values(revoked_at=now)
    )


def set_active(store: Store, user_id: UserId, active: bool) -> None:
    """A dismissal ends every session for good: one that is taken back doesn't bring them to life."""
    with _changing(store) as connection:
        _need_person(connection, user_id)
        connection.execute(update(t.person).where(t.person.c.user_id == user_id).values(active=active))
        if not active:
            _end_sessions(connection, user_id, store.clock())


def devices(store: Store, login: str = "") -> list[Row[*tuple[Any, ...]]]:
    """(device_id, login, name, state, seen_at, report) of every workstation, or of one user's, last seen first."""
    known = t.device.c
    asked = select(known.device_id, t.person.c.login, known.name, known.state, known.seen_at, known.report)
    asked = asked.join(t.person, t.person.c.user_id == known.user_id).order_by(known.seen_at.desc(), known.device_id)
    if login:
        asked = asked.where(t.person.c.login == folded(login))
    with reading(store.engine) as connection:
        return list(connection.execute(asked).all())


def revoke_device(store: Store, device_id: DeviceId, keep: Callable[[str], None] = lambda escrow_key: None) -> None:
    """A lost workstation: it gets nothing any more and wipes itself when it asks next; its user signs in on another.

    Its escrow key is kept here no longer: without it nobody reads what was not sent from there (P32). `keep` is
    handed the key before it goes. AdminTrouble(unknown_device | already_revoked).
    """
    known = t.device.c
    with writing(store.engine) as connection:
        asked = select(known.escrow_key, known.state).where(known.device_id == device_id)
        row = connection.execute(asked.with_for_update()).first()
        if row is None:
            raise AdminTrouble("unknown_device", device_id)
        if row.state == REVOKED:
            raise AdminTrouble("already_revoked", device_id)
        keep(row.escrow_key)
        gone = update(t.device).where(known.device_id == device_id)
        connection.execute(gone.values(state=REVOKED, escrow_key=""))
        # the hashes stay, so that the workstation hears that it is revoked and not only that it must sign in
        connection.execute(
            update(t.token)
            .where(t.token.c.device_id == device_id, t.token.c.revoked_at.is_(None))
            .values(revoked_at=store.clock())
        )


def readmit_device(store: Store, device_id: DeviceId, escrow_key: str) -> None:
    """A revocation by mistake: with the key that it gave the workstation's files open at the next sign-in.

    AdminTrouble(unknown_device | bad_key).
    """
    if not re.fullmatch("[0-9a-f]{64}", escrow_key):
        raise AdminTrouble("bad_key")
    with writing(store.engine) as connection:
        back = update(t.device).where(t.device.c.device_id == device_id, t.device.c.state == REVOKED)
        if not connection.execute(back.values(state=ACTIVE, escrow_key=escrow_key)).rowcount:
            raise AdminTrouble("unknown_device", device_id)
        # tokens of before stay dead: the person signs in anew
        connection.execute(delete(t.token).where(t.token.c.device_id == device_id))


def issue_service_token(store: Store, user_id: UserId) -> str:
    """A token of a service account, told once."""
    with writing(store.engine) as connection:
        _need_person(connection, user_id)
        kind = connection.scalar(select(t.person.c.service).where(t.person.c.user_id == user_id))
        return issue_token(connection, user_id, None, kind or "portal", store.clock())[0]


def set_regulation(store: Store, text: str, organisation: OrganisationId | None = None) -> Regulation:
    """Loads, keeps and puts in force, everywhere or from one organisation down.

    RegulationTrouble for a text that can't be loaded; AdminTrouble(regulation_changed) when the same name and
    version is kept with another text: messages keep their version for life.
    """
    read = parsed(text)
    with _changing(store) as connection:
        known = t.regulation.c
        present = connection.scalar(select(known.text).where(known.reference == read.reference))
        if present is None:
            connection.execute(insert(t.regulation).values(reference=read.reference, text=text, added_at=store.clock()))
        elif present != text:
            raise AdminTrouble("regulation_changed", read.reference)
        if organisation is not None and not _exists(connection, t.organisation, organisation_id=organisation):
            raise AdminTrouble("unknown_organisation", organisation)
        key = organisation if organisation is not None else EVERYWHERE
        _put(connection, t.organisation_regulation, {"organisation": key}, {"reference": read.reference})
    return read


def set_classifier(store: Store, classifier: Classifier) -> None:
    with _changing(store) as connection:
        connection.execute(update(t.classifier).values(in_force=False))
        values = {"content": _written(classifier), "added_at": store.clock(), "in_force": True}
        _put(connection, t.classifier, {"version": classifier.version}, values)


def add_rule(store: Store, rule: RoutingRule) -> None:
    """At the end of the order; a known id keeps its place."""
    with _changing(store) as connection:
        _put_ordered(connection, t.routing_rule, {"rule_id": rule.rule_id}, _written(rule))


def add_template(store: Store, template: Template) -> None:
    with _changing(store) as connection:
        _put_ordered(connection, t.template, {"template_id": template.template_id}, _written(template))


def _put_ordered(connection: Connection, table: Table, key: dict[str, Any], content: str) -> None:
    if _exists(connection, table, **key):
        _put(connection, table, key, {"content": content})
        return
    place = (connection.scalar(select(func.max(table.c.place))) or 0) + 1
    connection.execute(insert(table).values(**key, place=place, content=content))


def add_substitution(store: Store, one: Substitution) -> None:
    """AdminTrouble(no_shared_role): a substitute must hold a role of the absent one there himself (K 5.2)."""
    with _changing(store) as connection:
        for user_id in (one.absent, one.substitute):
            _need_person(connection, user_id)
        if not _exists(connection, t.organisation, organisation_id=one.organisation):
            raise AdminTrouble("unknown_organisation", one.organisation)
        if not _roles_at(connection, one.absent, one.organisation) & _roles_at(
            connection, one.substitute, one.organisation
        ):
            raise AdminTrouble("no_shared_role", one.substitute)
        key = {
            "absent": one.absent,
            "substitute": one.substitute,
            "organisation": one.organisation,
            "first_day": one.first_day.isoformat(),
        }
        _put(connection, t.substitution, key, {"last_day": one.last_day.isoformat()})


def _roles_at(connection: Connection, user_id: UserId, organisation: OrganisationId) -> set[str]:
    grant = t.grant_.c
    held = select(grant.role).where(grant.user_id == user_id, grant.organisation == organisation)
    return set(connection.scalars(held))


def add_stop_decider(store: Store, user_id: UserId) -> None:
    with _changing(store) as connection:
        _need_person(connection, user_id)
        _put(connection, t.stop_decider, {"user_id": user_id}, {})


def _written(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""Security events: what an administrator should look into, kept apart from the work itself."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from sqlalchemy import insert, select

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.engine import reading, writing
from arm.central.store import Store

log = logging.getLogger(__name__)

WATCHED = frozenset({"id_reused", "device_fork", "device_of_other_user"})
"""Codes of troubles that are noted: each means a forged, cloned or rolled-back desk."""


def note(store: Store, kind: str, who: Principal, **details: str) -> None:
    log.warning("security event", extra={"kind": kind, "user_id": who.user_id})
    with writing(store.engine) as connection:
        connection.execute(
            insert(t.security_event).values(
                event_id=str(uuid.uuid4()),
                at=store.clock(),
                kind=kind,
                user_id=who.user_id,
                device_id=who.device_id or None,
                details=json.dumps(details, ensure_ascii=False),
            )
        )


def noted(store: Store, kind: str | None = None) -> list[dict[str, Any]]:
    """Oldest first."""
    asked = select(t.security_event).order_by(t.security_event.c.at)
    if kind is not None:
        asked = asked.where(t.security_event.c.kind == kind)
    with reading(store.engine) as connection:
        return [dict(row._mapping) for row in connection.execute(asked)]

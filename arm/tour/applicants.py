"""The applicants of the tour: here you find the portal's side, which sends messages and marks over HTTP."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import requests

from arm import wire
from arm.central import admin
from arm.central.central import Central
from arm.central.portal import PortalMark, PortalMessage, PortalReceipt
from arm.domain.commands import Register
from arm.domain.identity import MessageId, OrganisationId, Person, UserId
from arm.domain.message import Applicant, Channel
from arm.tour.desk_process import TourFailed

WAITS_S = 20.0
ACCOUNT = UserId("tour-portal")


class Applicants:
    """A portal with a service token; phones are of a range that nobody has."""

    def __init__(self, central: Central, address: str) -> None:
        admin.add_person(
            central.store, Person(user_id=ACCOUNT, full_name="Портал заявителей", position=""), service="portal"
        )
        token = admin.issue_service_token(central.store, ACCOUNT)
        self._rules_version = central.regulation_for(OrganisationId("kray")).rules_version
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._sent = 0

    def send(self, text: str, *, name: str, address: str, topic: str = "", to: str = "") -> str:
        """Registers a message of the web form; the number that the applicant is told."""
        self._sent += 1
        category, _slash, subcategory = topic.partition("/")
        command = Register(
            text=text,
            channel=Channel.SITE,
            applicant=Applicant(name=name, phone=f"+7 900 000-90-{self._sent:02d}"),
            address=address,
            category=category,
            subcategory=subcategory,
            organisation=OrganisationId(to) if to else None,
            rules_version=self._rules_version,
            rules_accepted_at=datetime.now(UTC),
        )
        asked = PortalMessage(message_id=MessageId(str(uuid.uuid4())), message=command)
        said = self._post("portal/messages", asked)
        return wire.from_json(said, PortalReceipt).number

    def rate(self, number: str, mark: int, comment: str) -> None:
        self._post(f"portal/messages/{number}/mark", PortalMark(mark=mark, comment=comment))

    def close(self) -> None:
        self._session.close()

    def _post(self, path: str, asked: Any) -> bytes:
        said = self._session.post(
            f"{self._address}/api/v1/{path}",
            data=wire.to_json(asked),
            headers={"Content-Type": "application/json"},
            timeout=WAITS_S,
        )
        if not said.ok:
            raise TourFailed(f"portal: {path}: {said.status_code} {said.text[:300]}")
        return said.content

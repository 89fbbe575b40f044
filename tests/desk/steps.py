"""Steps of the work that many tests of the desk begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from arm.desk.desk import Desk
from arm.desk.values import Done, Filter, QueueQuery, Workspace
from arm.domain.commands import Accept, Assign, Command, Register
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Applicant, Channel, Delivery
from tests.desk_fixture import WORKS, Town

TEXT = "У дома 5 по улице Ёлочной на дороге большая яма, машины объезжают её по тротуару."
CALLER = Applicant(name="Сидоров Пётр Ильич", phone="+7 900 000-11-22")


@contextmanager
def desks(town: Town, *logins: str) -> Iterator[list[Desk]]:
    """Signed-in, synchronised desks that are closed at the end."""
    opened = [town.desk(login) for login in logins]
    try:
        yield opened
    finally:
        for desk in opened:
            desk.close()


def do(desk: Desk, message_id: MessageId | None, command: Command) -> Done:
    done = desk.commands.do(message_id, command)
    assert isinstance(done, Done), done
    return done


def registration(text: str = TEXT, **given: object) -> Register:
    values: dict[str, object] = {"channel": Channel.PHONE, "applicant": CALLER, "delivery": Delivery.PHONE}
    return Register(text=text, **(values | given))  # type: ignore[arg-type]


def registered(town: Town, text: str = TEXT, **given: object) -> MessageId:
    """A message that the operator has taken, known to the central store."""
    message_id = MessageId(str(uuid4()))
    town.central.act("operator", message_id, registration(text, **given))
    return message_id


def accepted(town: Town, text: str = TEXT, category: str = "roads") -> MessageId:
    """A message in the coordination of the works department."""
    message_id = registered(town, text)
    subcategory = {"roads": "pits", "schools": "meals"}[category]
    town.central.act("moderator", message_id, Accept(category=category, subcategory=subcategory, organisation=WORKS))
    return message_id


def assigned(town: Town, executor: str = "executor", text: str = TEXT) -> MessageId:
    """A message in the hands of an executor."""
    message_id = accepted(town, text)
    town.central.act("coordinator", message_id, Assign(executor=UserId(executor)))
    return message_id


def queue(desk: Desk, workspace: Workspace, chosen: Filter = Filter.ALL, text: str = "") -> list[MessageId]:
    """The messages of a queue, page by page of two."""
    query = QueueQuery(workspace=workspace, filter=chosen, text=text)
    found: list[MessageId] = []
    after = ""
    while True:
        page = desk.messages.queue_page(query, after, 2)
        found += [row.message_id for row in page.rows]
        after = page.next_key
        if not after:
            assert page.total == len(found)
            return found

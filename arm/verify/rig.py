"""The rig of the fault cases: one PostgreSQL for all, a settled town per case, its server, proxies and desks."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import func, select

from arm.bootstrap_central import open_central
from arm.central import tables as t
from arm.central.access import Principal
from arm.central.central import Central
from arm.central.chain import first_break
from arm.central.engine import reading
from arm.desk.desk import Desk
from arm.domain.commands import Accept, Assign, Command
from arm.domain.identity import CommandId, MessageId, UserId
from arm.local.held_keys import HeldKeys
from arm.sync.transport import HttpTransport
from arm.verify.figures import Figures
from arm.verify.proxy import Proxy
from arm.verify.rig_desk import desk_on
from arm.verify.rig_postgres import Cluster, running_cluster
from arm.verify.rig_server import CentralProcess
from arm.verify.rig_town import CITY, call, new_message_id, settle, signed_in, topics
from arm.wire import Base, Decision, Envelope, PushRequest, plain

TEMPLATE = "town"


@dataclass
class Client:
    """A device that speaks the protocol: over HTTP by `wire`, or inside the store by `who`."""

    who: Principal
    token: str
    wire: HttpTransport
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def envelope(self, message_id: MessageId, command: Command, base: Base | None = None, **changes: Any) -> Envelope:
        """The device's next command."""
        made = Envelope(
            command_id=CommandId(str(uuid.uuid4())),
            device_seq=next(self.numbers),
            verb=command.verb.value,
            message_id=message_id,
            base=base or Base(),
            payload=plain(command),
        )
        return replace(made, **changes)

    def push(self, *envelopes: Envelope) -> list[Decision]:
        request = PushRequest(device_id=self.who.device_id, commands=list(envelopes))
        return self.wire.push(request).decisions


@dataclass
class Scene:
    """A settled store of one case; everything it opens is closed with it."""

    url: str
    folder: Path
    central: Central
    cluster: Cluster
    stack: ExitStack
    database: str
    workers: int = 0
    _server: CentralProcess | None = None

    @property
    def server(self) -> CentralProcess:
        """The serving process; it starts at first use."""
        if self._server is None:
            self._server = CentralProcess(self.url, self.folder, self.workers)
            self._server.start()
            self.stack.callback(lambda: self._server.stop() if self._server else None)
        return self._server

    def proxy(self, seed: int = 1) -> Proxy:
        made = Proxy("127.0.0.1", self.server.port, seed)
        self.stack.callback(made.close)
        return made

    def desk(self, login: str, name: str = "", address: str = "", keys: HeldKeys | None = None) -> Desk:
        """A real desk, signed in and synchronised; `address` leads through a proxy."""
        folder = self.folder / "desks" / (name or login)
        desk = desk_on(folder, address or self.server.address, login, keys or HeldKeys())
        self.stack.callback(desk.close)
        return desk

    def client(self, login: str, address: str = "") -> Client:
        """A device that is signed in inside the store; it starts no server by itself."""
        who, token = signed_in(self.central, login)
        target = address or (self.server.address if self._server is not None else "http://127.0.0.1:9")
        wire = HttpTransport(target, lambda: who.device_id, lambda: token)
        self.stack.callback(wire.close)
        return Client(who, token, wire)

    def registered(self, text: str = "Во дворе яма") -> MessageId:
        message_id = new_message_id()
        self.central.act("operator-1", message_id, call(text))
        return message_id

    def assigned(self, executor: str = "executor") -> MessageId:
        """A message in the hands of an executor of the city."""
        message_id = self.registered()
        category, subcategory = topics(self.central)[0]
        accept = Accept(category=category, subcategory=subcategory, organisation=CITY)
        self.central.act("moderator", message_id, accept)
        self.central.act("coordinator", message_id, Assign(executor=UserId(executor)))
        return message_id

    def journal(self) -> dict[str, int]:
        """Command id → number of its journal entries."""
        known = t.journal.c
        with reading(self.central.store.engine) as connection:
            rows = connection.execute(select(known.command_id, func.count()).group_by(known.command_id))
            return {command_id: count for command_id, count in rows}

    def break_in_chain(self) -> int | None:
        with reading(self.central.store.engine) as connection:
            return first_break(connection.execute(select(t.journal).order_by(t.journal.c.seq)))

    def events(self, kind: str) -> int:
        """How many security events of that kind are noted."""
        from arm.central.security import noted

        return len(noted(self.central.store, kind))


class Rig:
    """Made once for a run of cases."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self._stack = ExitStack()
        self._cluster: Cluster | None = None

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def cluster(self) -> Cluster:
        """The shared PostgreSQL with the settled town as a template."""
        if self._cluster is None:
            cluster = self._stack.enter_context(running_cluster())
            folder = self.folder()
            with open_central(cluster.create_database(TEMPLATE), files=folder) as central:
                settle(central)
            self._cluster = cluster
        return self._cluster

    def folder(self) -> Path:
        """A private folder that goes with the rig."""
        made = Path(tempfile.mkdtemp(prefix="arm-faults-"))
        self._stack.callback(lambda: shutil.rmtree(made, ignore_errors=True))
        return made

    @contextmanager
    def scene(self, *, workers: int = 0, cluster: Cluster | None = None) -> Iterator[Scene]:
        """A fresh copy of the town."""
        where = cluster or self.cluster
        database = f"case_{uuid.uuid4().hex}"
        url = where.create_database(database, TEMPLATE)
        folder = self.folder()
        with ExitStack() as stack:
            central = stack.enter_context(open_central(url, files=folder / "data" / "central-files"))
            yield Scene(url, folder, central, where, stack, database, workers)

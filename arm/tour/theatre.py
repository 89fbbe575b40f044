"""The tour's theatre: the demonstration's central store in a process of its own, and the desks that come to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from arm.bootstrap_central import open_central
from arm.central.central import Central
from arm.demo.building import DemoPerson, build_demo
from arm.demo.display import has_display
from arm.domain.identity import MessageId, OrganisationId
from arm.domain.message import Message
from arm.tour.applicants import Applicants
from arm.tour.desk_process import DeskProcess, TourFailed, private_environment
from arm.verify.proxy import Proxy

SEED = 7
LISTENING = "listening "
LAST_LINES = 60


class Theatre:
    """Builds the demonstration in a folder, serves it, opens desks, and lets checks look at the truth."""

    def __init__(self, folder: Path, notify: Callable[[str], None]) -> None:
        self._folder = folder
        self._notify = notify
        folder.mkdir(parents=True, exist_ok=True)
        self._url = f"sqlite:///{folder / 'central.db'}"
        self._central: Central = open_central(self._url, files=folder / "files")
        self._platform = _platform(folder)
        notify("готовим вымышленный край и сто сообщений")
        region = build_demo(self._central, datetime.now(UTC), SEED)
        self._people: dict[str, DemoPerson] = {one.login: one for one in region.people}
        self._server = self._serve()
        self.address = self._heard_address()
        self.applicants = Applicants(self._central, self.address)
        self._relays: dict[str, Proxy] = {}
        self._desks: dict[str, DeskProcess] = {}

    def desk(self, login: str) -> DeskProcess:
        """The open desk of that login; the first call starts its window and signs in."""
        if login not in self._desks:
            self._desks[login] = self._start(login, self._relay(login).url)
        return self._desks[login]

    def cut(self, login: str) -> None:
        """The desk's way to the central store is gone, as when a cable is pulled."""
        self._relay(login).cut()

    def mend(self, login: str) -> None:
        self._relay(login).mend()

    def name(self, login: str) -> str:
        return self._people[login].full_name

    def user(self, login: str) -> str:
        return str(self._people[login].user_id)

    def today(self) -> date:
        """The day in the city where the tour plays."""
        zone = self._central.directory().tree[OrganisationId("svetlorechensk")].zone
        return datetime.now(ZoneInfo(zone)).date()

    def message(self, number: str) -> Message:
        """The message as the central store has it now."""
        message_id = self._central.id_of_number(number)
        found = self._central.message(message_id) if message_id is not None else None
        if found is None:
            raise TourFailed(f"{number}: not in the central store")
        return found

    def notices(self, number: str) -> list[tuple[str, str]]:
        """Recipient and kind of every notice of a message, oldest first."""
        message_id = self._central.id_of_number(number)
        return [(one.recipient, str(one.kind)) for one in self._central.notices(MessageId(str(message_id)))]

    @property
    def central(self) -> Central:
        return self._central

    def last_words(self) -> str:
        """What the processes wrote to their error streams, a few lines of each."""
        words = []
        for log in sorted(self._folder.glob("*.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
            words += [f"{log.name}:", *lines, ""]
        return "\n".join(words)

    def close(self) -> None:
        for desk in self._desks.values():
            desk.stop()
        for relay in self._relays.values():
            relay.close()
        self.applicants.close()
        self._server.terminate()
        try:
            self._server.wait(15)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if self._server.stdout is not None:
            self._server.stdout.close()
        self._central.close()

    def _relay(self, login: str) -> Proxy:
        if login not in self._relays:
            parts = urlsplit(self.address)
            self._relays[login] = Proxy(str(parts.hostname), int(parts.port or 0))
        return self._relays[login]

    def _start(self, login: str, address: str) -> DeskProcess:
        self._notify(f"открываем рабочее место: {self.name(login)}")
        person, profile = self._people[login], self._folder / "desks" / login
        desk = DeskProcess(login, profile, self._platform, self._folder / f"{login}.log")
        desk.see(name="sign-in")
        desk.type(address, "sign-in-server")
        desk.type(login, "sign-in-login")
        desk.type(person.password, "sign-in-password")
        desk.press("Return", "sign-in-password")
        desk.see(name="main-window", within_s=60)
        return desk

    def _serve(self) -> subprocess.Popen[str]:
        serve = [sys.executable, "-m", "arm", "central", "serve", "--database", self._url, "--listen", "127.0.0.1:0"]
        with (self._folder / "central.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                serve,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=private_environment(self._folder),
            )

    def _heard_address(self) -> str:
        out = self._server.stdout
        for line in out if out is not None else ():
            if line.startswith(LISTENING):
                return line.removeprefix(LISTENING).strip()
        raise TourFailed(f"the central store did not start, exit code {self._server.wait()}")


def _platform(folder: Path) -> str:
    """The screen at hand, or one of 1366×768 in memory: pictures are what an office PC shows."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if has_display() and not chosen.startswith("offscreen"):
        return chosen
    screen = {"name": "tour", "x": 0, "y": 0, "width": 1366, "height": 768, "logicalDpi": 96, "dpr": 1}
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    return f"offscreen:configfile={file}"

"""Regulations and the directory at this desk: read once per version and kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from arm.domain.directory import Directory
from arm.domain.identity import OrganisationId
from arm.domain.message import Message
from arm.settings import resource_path
from arm.sync.troubles import SyncTrouble
from arm.wire import DirectoryAnswer

if TYPE_CHECKING:
    from arm.domain.process import Process
    from arm.domain.regulation import Regulation


class Rules:
    """The reference values of one directory version with its regulations, which are parsed at first use."""

    def __init__(self, answer: DirectoryAnswer) -> None:
        self.answer = answer
        self._read: dict[str, Regulation] = {}
        self._process: Process | None = None
        self._lock = threading.Lock()

    @property
    def directory(self) -> Directory:
        return self.answer.directory

    def of(self, message: Message) -> Regulation:
        """The version under which the message was registered, else what is in force in its top cabinet."""
        if message.regulation in self.answer.regulations:
            return self._regulation(message.regulation)
        return self.in_force(message.top)

    def in_force(self, organisation: OrganisationId | None) -> Regulation:
        """What is in force for an organisation's top cabinet. Raises SyncTrouble(refused, no_regulation)."""
        return self._regulation(self.name_in_force(organisation))

    def name_in_force(self, organisation: OrganisationId | None) -> str:
        """Its `name@version`, whose text never changes. Raises SyncTrouble(refused, no_regulation)."""
        places: list[OrganisationId] = []
        if organisation is not None:
            places = [organisation, *self.directory.tree.superiors(organisation)]
        in_force = self.answer.organisation_regulation
        found = next((in_force[place] for place in reversed(places) if place in in_force), None)
        name = found or next(iter(in_force.values()), None) or next(iter(self.answer.regulations), None)
        if name is None or name not in self.answer.regulations:
            raise SyncTrouble("refused", {"code": "no_regulation"})
        return name

    def _regulation(self, name: str) -> Regulation:
        # a window shows its first messages before it needs any rule
        from arm.domain.loading import RegulationTrouble, load_process, load_regulation

        with self._lock:
            found = self._read.get(name)
            if found is None:
                if self._process is None:
                    text = resource_path("process.toml").read_text(encoding="utf-8")
                    self._process = load_process(text)
                try:
                    found = load_regulation(self.answer.regulations[name], self._process)
                except RegulationTrouble as trouble:
                    raise SyncTrouble("too_old", {"code": "regulation_not_understood"}) from trouble
                self._read[name] = found
            return found

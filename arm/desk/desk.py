"""Desk: the only door for the windows, one attribute per noun."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from arm.desk.clock import Surroundings
from arm.desk.companions import HANDED
from arm.desk.core import DeskCore
from arm.desk.drafts import DraftsDesk
from arm.desk.files import FilesDesk
from arm.desk.messages import MessagesDesk
from arm.desk.network import NetworkDesk
from arm.desk.projection import Projection
from arm.desk.search import SearchDesk
from arm.desk.session import Connect, SessionDesk
from arm.desk.sync import SyncDesk
from arm.desk.values import Changes
from arm.local.keys import KeyStore

if TYPE_CHECKING:
    from arm.desk.commands import CommandsDesk
    from arm.desk.handover import HandoverDesk
    from arm.desk.people import PeopleDesk
    from arm.desk.presence import PresenceDesk
    from arm.desk.suggestions import SuggestionsDesk


class Desk:
    """One person's desk over one profile folder; every method blocks and may be called on any thread."""

    def __init__(
        self,
        folder: Path,
        connect: Connect,
        key_store: Callable[[], KeyStore | None],
        around: Surroundings,
        client_version: str,
        network: NetworkDesk,
    ) -> None:
        """Raises CacheTrouble: in_use, no_key_store, wrong_key, too_new, disk_full, unreadable."""
        self.network = network
        self._core = DeskCore(folder, around)
        self._projection = projection = Projection(self._core)
        self.sync = SyncDesk(self._core, projection, client_version)
        self._files = FilesDesk(self._core)
        self.session = SessionDesk(self._core, projection, self.sync, self._files, connect, key_store, client_version)
        self._messages = MessagesDesk(self._core, projection)
        self.drafts = DraftsDesk(self._core, self._draft_changed)
        self._search = SearchDesk(self._core, projection)
        with ExitStack() as undone:
            undone.callback(self._core.close)
            self.session.open_known()
            undone.pop_all()

    @property
    def messages(self) -> MessagesDesk:
        """This and the following doors raise CacheTrouble(lease_ended, clock_set_back): a locked copy isn't shown."""
        self._core.check_lease()
        return self._messages

    @property
    def search(self) -> SearchDesk:
        self._core.check_lease()
        return self._search

    @property
    def files(self) -> FilesDesk:
        self._core.check_lease()
        return self._files

    @property
    def commands(self) -> CommandsDesk:
        self._core.check_lease()
        return self._commands

    @property
    def people(self) -> PeopleDesk:
        self._core.check_lease()
        return self._people

    @cached_property
    def _commands(self) -> CommandsDesk:
        """Made at first use, as `people`: the rules of the process are loaded after the first messages are shown."""
        from arm.desk.commands import CommandsDesk

        return CommandsDesk(self._core, self._projection, self.sync.wake)

    @cached_property
    def _people(self) -> PeopleDesk:
        from arm.desk.people import PeopleDesk

        return PeopleDesk(self._core, self._projection)

    @property
    def suggestions(self) -> SuggestionsDesk:
        self._core.check_lease()
        return self._suggestions

    @cached_property
    def _suggestions(self) -> SuggestionsDesk:
        from arm.desk.suggestions import SuggestionsDesk

        return SuggestionsDesk(self._core)

    @cached_property
    def presence(self) -> PresenceDesk:
        from arm.desk.presence import PresenceDesk

        return PresenceDesk(self._core, lambda: self._files.transport)

    @cached_property
    def handover(self) -> HandoverDesk:
        from arm.desk.handover import HandoverDesk

        return HandoverDesk(self._core, self._projection, lambda: self._files.transport)

    def _draft_changed(self, form: str) -> None:
        """Answers under way are handed over in the background, once somebody looks at cards here."""
        if form in HANDED and "handover" in self.__dict__:
            self.handover.wake()

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Calls back on any thread after every change; returns «stop listening»."""
        return self._core.listen(listener)

    def close(self) -> None:
        """Ends the network threads, wipes private copies, closes the files and gives the profile back."""
        self.sync.stop()
        if "_commands" in self.__dict__:
            self._commands.holder.stop()
        if "_suggestions" in self.__dict__:
            self._suggestions.stop()
        for noun in ("presence", "handover"):
            if noun in self.__dict__:
                getattr(self, noun).stop()
        self._core.close()

"""The picker of the demonstration: as whom to enter; each person opens in a window and profile of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from arm.i18n import _
from ui.delegates.two_lines import TwoLineDelegate
from ui.keys import bind
from ui.widgets import Button, PlainLabel, Surface
from ui.wording import role_name, trouble_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arm.domain.identity import Role
    from ui.application import Application


class DemoAccount(Protocol):
    """An invented person of the demonstration, with the password that only the demonstration knows."""

    @property
    def login(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def position(self) -> str: ...
    @property
    def roles(self) -> Sequence[Role]: ...


class AccountPicker(Surface):
    def __init__(
        self,
        server: str,
        people: tuple[DemoAccount, ...],
        profiles: Path,
        application: Application,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("surface", parent)
        self.setObjectName("account-picker")
        self.setWindowTitle(_("ARM: demonstration"))
        self._server = server
        self._people = people
        self._profiles = profiles
        self._application = application
        self.resize(620, 640)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        column.addWidget(PlainLabel(_("As whom will you enter?"), role="title"))
        column.addWidget(
            PlainLabel(
                _("An invented region with invented people and messages. Open several at once to see how they work."),
                tone="text2",
                wrap=True,
            )
        )
        self.list = QListWidget()
        self.list.setObjectName("account-list")
        self.list.setAccessibleName(_("People of the demonstration"))
        for place, person in enumerate(people):
            item = QListWidgetItem(_words(person))
            item.setData(Qt.ItemDataRole.UserRole, place)
            self.list.addItem(item)
        self.list.setItemDelegate(TwoLineDelegate(self.list))
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self._on_item_activated)
        column.addWidget(self.list, 1)
        self._note = PlainLabel("", tone="text2", wrap=True)
        self._note.setObjectName("account-note")
        self._button = Button(_("Enter"), kind="primary", key_hint="Enter")
        self._button.setObjectName("account-enter")
        self._button.clicked.connect(self.enter_current)
        for part in (self._note, self._button):
            column.addWidget(part)
        bind(self.list, "Return", self.enter_current)
        self.list.setFocus()

    def enter_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._enter(self._people[int(item.data(Qt.ItemDataRole.UserRole))])

    def _enter(self, person: DemoAccount) -> None:
        self._note.setText(_("Opening the window of {name}…").format(name=person.full_name))
        profile = self._profiles / person.login
        self._application.open_signed_in(profile, self._server, person.login, person.password, self._on_opened)

    def _on_opened(self, trouble: BaseException | None) -> None:
        self._note.setText(trouble_sentence(trouble) if trouble is not None else "")

    def _on_item_activated(self, _item: QListWidgetItem) -> None:
        self.enter_current()


def _words(person: DemoAccount) -> str:
    roles = ", ".join(role_name(one) for one in person.roles)
    return f"{person.full_name}\n{roles} · {person.position}" if person.position else f"{person.full_name}\n{roles}"

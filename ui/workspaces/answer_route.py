"""The route of an answer: who endorses it and who approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from arm.domain.directory import Directory
from arm.domain.identity import Person, UserId
from arm.i18n import _
from ui.widgets import PickerRow, PlainLabel
from ui.workspaces.choosing import PeopleField, PersonField

if TYPE_CHECKING:
    from collections.abc import Iterable


class RouteFields(QWidget):
    """Endorsers as tags and the approver. What was chosen stays chosen while the lists of people are on their way."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._approver: UserId | None = None
        self._people: tuple[tuple[Person, ...], tuple[Person, ...]] = ((), ())
        self._directory = Directory()
        self._is_setting = False
        self.endorsers_field = PeopleField("endorsers")
        self.endorsers_field.picker.setPlaceholderText(_("Add an endorser"))
        self.approver_field = PersonField("approver")
        self.approver_field.picker.setPlaceholderText(_("Who approves"))
        self._endorsers_label = PlainLabel(_("Endorsed by"), tone="text2")
        self._approver_label = PlainLabel(_("Approved by"), tone="text2")
        self._endorsers_label.setBuddy(self.endorsers_field)
        self._approver_label.setBuddy(self.approver_field)
        self.endorsers_field.picker.setAccessibleName(_("Endorsers"))
        self.approver_field.picker.setAccessibleName(_("Approver"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.addWidget(self._endorsers_label, 0, 0)
        grid.addWidget(self.endorsers_field, 0, 1)
        grid.addWidget(self._approver_label, 1, 0)
        grid.addWidget(self.approver_field, 1, 1)
        grid.setColumnStretch(1, 1)
        self.endorsers_field.edited.connect(self._on_endorsers_edited)
        self.approver_field.picker.picked.connect(self._on_approver_picked)
        self.approver_field.picker.cleared.connect(self._on_approver_cleared)

    def set_people(self, endorsers: tuple[Person, ...], approvers: tuple[Person, ...], directory: Directory) -> None:
        """Who may be named now; the choice made before stays and is shown even if it isn't among them."""
        self._people, self._directory = (endorsers, approvers), directory
        self._show_rows()

    def set_route(self, endorsers: Iterable[UserId], approver: UserId | None) -> None:
        self._is_setting = True
        self.endorsers_field.restore("\n".join(endorsers))
        self._approver = approver
        self._show_rows()
        self._is_setting = False

    def set_default(self, approver: UserId | None) -> None:
        """Whom the person usually names, until he chooses; it is not an edit of the answer."""
        if self._approver is None and approver is not None and not self.approver_field.picker.text():
            self._approver = approver
            self._show_rows()

    def endorsers(self) -> tuple[UserId, ...]:
        return self.endorsers_field.people()

    def approver(self) -> UserId | None:
        return self._approver

    def set_read_only(self, is_read_only: bool) -> None:
        self.setEnabled(not is_read_only)

    def _show_rows(self) -> None:
        named = self.endorsers()
        may_endorse, may_approve = self._people
        others = tuple(person for person in may_endorse if person.user_id != self._approver)
        self.endorsers_field.set_rows((*self._rows(others, ()), *self._strangers(named, others)))
        approvers = self._rows(may_approve, named)
        chosen = (self._approver,) if self._approver else ()
        self.approver_field.picker.set_rows((*approvers, *self._strangers(chosen, may_approve)))
        self.approver_field.picker.set_current(self._approver)

    def _rows(self, people: tuple[Person, ...], endorsers: tuple[UserId, ...]) -> tuple[PickerRow, ...]:
        why = _("endorses this answer")
        return tuple(
            PickerRow(
                one.user_id,
                (one.full_name,),
                search=f"{one.full_name} {one.position}",
                dimmed_reason=why if one.user_id in endorsers else "",
                note=one.position,
            )
            for one in people
        )

    def _strangers(self, chosen: Iterable[UserId], known: tuple[Person, ...]) -> tuple[PickerRow, ...]:
        ids = {person.user_id for person in known}
        why = _("may not be named any more") if known else ""
        return tuple(
            PickerRow(one, (self._directory.name(one) or "…",), dimmed_reason=why) for one in chosen if one not in ids
        )

    def _on_endorsers_edited(self) -> None:
        if not self._is_setting:
            self._show_rows()
            self.edited.emit()

    def _on_approver_picked(self, key: object) -> None:
        self._approver = UserId(str(key)) if key else None
        self._show_rows()
        self.edited.emit()

    def _on_approver_cleared(self) -> None:
        self._approver = None
        self.edited.emit()

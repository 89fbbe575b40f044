"""A redirect under decision: where the message is to go, who proposes it and why."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from arm.domain.identity import OrganisationId
from arm.domain.organisations import Organisation
from arm.i18n import _
from ui.widgets import PlainLabel, Surface
from ui.workspaces.base import Opened


class RedirectUnderDecision(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision-redirect")
        card = Surface("card")
        form = QFormLayout(card)
        form.setContentsMargins(16, 14, 16, 14)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        self._source = PlainLabel(wrap=True)
        self._target = PlainLabel(role="body_strong", wrap=True)
        self._target.setObjectName("redirect-target")
        self._proposer = PlainLabel(wrap=True)
        self._reason = PlainLabel(role="reading", wrap=True, selectable=True)
        rows = (
            (_("From where"), self._source),
            (_("To where"), self._target),
            (_("Proposed by"), self._proposer),
            (_("Reason"), self._reason),
        )
        for name, label in rows:
            form.addRow(PlainLabel(name, tone="text2"), label)
        self._note = PlainLabel(
            _("After approval the message goes to that organisation, and the applicant is told"),
            role="caption",
            tone="muted",
            wrap=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        column.addWidget(card)
        column.addWidget(self._note)
        column.addStretch(1)

    def set_opened(self, opened: Opened) -> None:
        redirect, directory = opened.message.redirect, opened.directory
        if redirect is None:
            return
        self._source.setText(_name(directory.organisation(opened.message.owner)))
        self._target.setText(_path(opened, redirect.organisation))
        self._proposer.setText(directory.name(redirect.proposer))
        self._reason.setText(redirect.reason or _("not given"))


def _name(organisation: Organisation | None) -> str:
    return organisation.name if organisation is not None else "…"


def _path(opened: Opened, organisation_id: OrganisationId) -> str:
    """The organisation with the one above it, so that two of the same name can be told apart."""
    directory = opened.directory
    one = directory.organisation(organisation_id)
    above = directory.organisation(one.superior) if one is not None and one.superior else None
    return f"{_name(one)} · {above.name}" if above is not None else _name(one)

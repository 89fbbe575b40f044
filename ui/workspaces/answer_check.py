"""The live check of an answer: a strip of what is missing and what to look at again, each leading to its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from arm.domain.answers import Finding, FindingCode, Weight
from arm.i18n import _, ngettext
from ui.theme import set_icon
from ui.widgets import FlowLayout, PlainLabel, Tag, as_tooltip, empty_layout


@dataclass(frozen=True, slots=True)
class _Group:
    words: str
    hint: str
    is_block: bool
    first: Finding


class CheckStrip(QWidget):
    """Shows findings by kind with their number; a press asks to go to the first of that kind."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer-check")
        self._findings: tuple[Finding, ...] | None = None
        self._groups: tuple[_Group, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._flow = FlowLayout(spacing=6)
        column.addLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_findings(self, findings: tuple[Finding, ...]) -> None:
        groups = _grouped(findings)
        self._findings = findings
        self.setAccessibleName(_("Check of the answer: {words}").format(words=said(findings)))
        if groups == self._groups and self._flow.count():
            return
        self._groups = groups
        empty_layout(self._flow)
        label = PlainLabel(_("Check:"), role="caption", tone="text2")
        label.setMinimumHeight(26)
        self._flow.addWidget(label)
        if not groups:
            self._flow.addWidget(Tag(_("everything is in its place"), "ok", "check"))
        for place, group in enumerate(groups):
            self._flow.addWidget(self._button(place, group))
        self.updateGeometry()

    def findings(self) -> tuple[Finding, ...]:
        return self._findings or ()

    def _button(self, place: int, group: _Group) -> QPushButton:
        button = QPushButton(group.words.replace("&", "&&"))
        button.setProperty("kind", "filter")
        button.setAutoDefault(False)
        button.setIconSize(QSize(14, 14))
        icon_name, ink = ("alert-circle", "danger") if group.is_block else ("alert-triangle", "text2")
        set_icon(button, icon_name, ink)
        button.setToolTip(as_tooltip(group.hint))
        weight = _("Must be mended") if group.is_block else _("Worth a look")
        button.setAccessibleName(f"{weight}: {group.words}")
        button.clicked.connect(partial(self._on_button_clicked, place))
        return button

    def _on_button_clicked(self, place: int, _checked: bool = False) -> None:
        if place < len(self._groups):
            self.asked.emit(self._groups[place].first)


def said(findings: tuple[Finding, ...]) -> str:
    """All findings in one line of words."""
    return ", ".join(group.words for group in _grouped(findings)) or _("everything is in its place")


def _grouped(findings: tuple[Finding, ...]) -> tuple[_Group, ...]:
    numbers = Counter(found.code for found in findings)
    firsts: dict[FindingCode, Finding] = {}
    for found in findings:
        firsts.setdefault(found.code, found)
    return tuple(
        _Group(
            words=finding_words(code, numbers[code], first.detail),
            hint=finding_hint(code, first.detail),
            is_block=first.weight is Weight.BLOCK,
            first=first,
        )
        for code, first in firsts.items()
    )


def finding_words(code: FindingCode, number: int = 1, detail: str = "") -> str:
    """A few words for the strip."""
    words = {
        FindingCode.NO_RESULT: _("no kind of answer"),
        FindingCode.EMPTY_TEXT: _("no text"),
        FindingCode.UNFILLED_BOX: ngettext("{n} place isn't filled in", "{n} places aren't filled in", number),
        FindingCode.NO_APPROVER: _("no approver"),
        FindingCode.NO_POSTPONED_DATE: _("no date of postponement"),
        FindingCode.NO_DECLINE_REASON: _("no reason for declining"),
        FindingCode.FILE_TOO_LARGE: _("a file is too large"),
        FindingCode.NO_SIGNER: _("no signer"),
        FindingCode.SHORT: ngettext(
            "short: {detail} character", "short: {detail} characters", int(detail) if detail.isdigit() else 0
        ),
        FindingCode.NO_SALUTATION: _("no salutation"),
        FindingCode.PERSONAL_NUMBER: _("looks like a phone or a document number"),
        FindingCode.LINK: _("there is a link"),
        FindingCode.SAME_AS_EARLIER: _("same as an earlier answer"),
        FindingCode.DATE_BEYOND_TERM: _("the date is beyond the term"),
    }
    return words[code].format(n=number, detail=detail)


def finding_hint(code: FindingCode, detail: str = "") -> str:
    """The whole sentence for the tooltip."""
    hints = {
        FindingCode.UNFILLED_BOX: _("Fill in {detail}: Tab goes from place to place").format(detail=detail),
        FindingCode.PERSONAL_NUMBER: _("Make sure that no one else's personal data goes to the applicant"),
        FindingCode.LINK: _("Make sure that the link leads where it should"),
        FindingCode.SAME_AS_EARLIER: _("The applicant has already got this very text"),
        FindingCode.FILE_TOO_LARGE: detail,
    }
    return hints.get(code, "")

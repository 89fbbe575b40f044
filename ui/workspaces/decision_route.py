"""The way of an answer or a redirect as a line: who has agreed, who decides now, where it goes then."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from arm.domain.directory import Directory
from arm.domain.identity import UserId
from arm.domain.message import Message, Stage, Subject
from arm.i18n import _
from ui.formats import initials
from ui.widgets import FlowLayout, PlainLabel, Tag, empty_layout


@dataclass(frozen=True, slots=True)
class Step:
    """One person or place of the way; `state` is "done", "now" or "ahead"."""

    name: str
    state: str
    sentence: str


def steps_of(message: Message, directory: Directory, me: UserId) -> tuple[Step, ...]:
    """From the author over endorsers and approver to the applicant or the other organisation."""
    route = message.route
    if route is None:
        return ()
    is_redirect = message.subject is Subject.REDIRECT
    author = message.redirect.proposer if is_redirect and message.redirect else message.executor
    by_answer = message.answer.author_name if message.answer and not is_redirect else ""
    first = initials(directory.name(author) or by_answer)
    steps = [Step(first, "done", _("{name} has prepared it").format(name=first))]
    at_endorsement = message.stage is Stage.ENDORSEMENT
    for task in route.endorsers:
        is_done = task.endorsed_at is not None
        state = "done" if is_done else "now" if at_endorsement else "ahead"
        said = _("{name} has endorsed it") if is_done else _("{name} is to endorse it")
        steps.append(_step(task.user_id, state, said, directory, me))
    at_approval = message.stage is Stage.APPROVAL
    given = message.answer is not None and message.answer.approved_at is not None
    state = "now" if at_approval else "done" if given else "ahead"
    said = _("{name} has approved it") if given else _("{name} is to approve it")
    steps.append(_step(route.approver, state, said, directory, me))
    steps.append(_end(message, directory, is_redirect=is_redirect))
    return tuple(steps)


def _step(user_id: UserId, state: str, said: str, directory: Directory, me: UserId) -> Step:
    name = _("you") if user_id == me else initials(directory.name(user_id)) or "…"
    return Step(name, state, said.format(name=name))


def _end(message: Message, directory: Directory, *, is_redirect: bool) -> Step:
    if is_redirect and message.redirect is not None:
        there = directory.organisation(message.redirect.organisation)
        name = (there.short_name or there.name) if there else "…"
        return Step(name, "ahead", _("then it goes to: {name}").format(name=name))
    return Step(_("to the applicant"), "ahead", _("then it goes to the applicant"))


class RouteLine(QWidget):
    """The steps as tags with arrows; the whole of it is read as one sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision-route")
        self._steps: tuple[Step, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._flow = FlowLayout(spacing=5)
        column.addLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_steps(self, steps: tuple[Step, ...]) -> None:
        if steps == self._steps:
            return
        self._steps = steps
        self.setAccessibleName("; ".join(step.sentence for step in steps))
        empty_layout(self._flow)
        looks = {"done": ("ok", "check"), "now": ("accent", "clock"), "ahead": ("neutral", "")}
        for place, step in enumerate(steps):
            if place:
                self._flow.addWidget(PlainLabel("→", tone="muted"))
            tone, icon_name = looks[step.state]
            tag = Tag(step.name, tone, icon_name)
            tag.setToolTip(step.sentence)
            self._flow.addWidget(tag)
        self.updateGeometry()

    def words(self) -> str:
        return " → ".join(step.name for step in self._steps)

"""The operator's place: messages taken by phone or in person, and answers to be told to their applicants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from arm.desk.values import QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.message import Delivery, Stage
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import number_sign
from ui.widgets import ActionFace, Segment, SegmentedChoice, Sheet
from ui.wording import done_sentence, refusal_with_clause, stage_name
from ui.workspaces.base import Opened, Shell, Workspace

if TYPE_CHECKING:
    from arm.domain.commands import Deliver
    from arm.domain.refusals import Refused

TOLD, MISSED, LETTER, NEW = "told", "missed", "letter", "new-call"


class IntakeWorkspace(Workspace):
    space = Space.INTAKE
    icon_name = "phone"
    hidden: ClassVar[frozenset[Verb]] = frozenset({Verb.DELIVER})

    def extra_actions(self, opened: Opened | None) -> tuple[ActionFace, ...]:
        new_call = ActionFace(NEW, _("New message"), "phone", shortcut_hint="Ins")
        if opened is None or not _may_tell(opened):
            return (new_call,)
        return (
            ActionFace(TOLD, _("Answer told"), "check", digit="1", primary=True),
            ActionFace(MISSED, f"{_('Not reached')}…", "clock", digit="2"),
            ActionFace(LETTER, _("Sent by letter"), "mail", digit="3"),
            new_call,
        )

    def run_extra(self, key: object) -> None:
        from arm.domain.commands import Deliver

        if key == NEW:
            self.shell.new_call()
        elif key == TOLD:
            self._told()
        elif key == LETTER:
            self._deliver(Deliver(reached=True, how=Delivery.POST, at=self.shell.now()))
        elif key == MISSED and self.shell.opened is not None:
            sheet = RetrySheet(self.shell, self.shell.opened)
            self.shell.open_sheet(sheet)

    def queue_text(self, row: QueueRow) -> tuple[str, str] | None:
        place = row.proposed or (row.organisation if row.stage is not Stage.MODERATION else "")
        return row.applicant_name or row.topic, " · ".join(part for part in (stage_name(row.stage), place) if part)

    def empty_sentence(self) -> str:
        return _("No calls yet. Ins takes a message")

    def _told(self) -> None:
        from arm.domain.commands import Deliver

        opened = self.shell.opened
        if opened is not None:
            how = opened.message.delivery
            told = how if how is not Delivery.CABINET else Delivery.PHONE
            self._deliver(Deliver(reached=True, how=told, at=self.shell.now()))

    def _deliver(self, command: Deliver) -> None:
        opened = self.shell.opened
        if opened is not None:
            said = done_sentence(Verb.DELIVER).format(number=number_sign(opened.message.number))
            self.shell.do(opened.message_id, command, done_text=said)


class RetrySheet(Sheet):
    """When to call again."""

    def __init__(self, shell: Shell, opened: Opened) -> None:
        super().__init__(_("When to call again?"), _("Remind me"))
        self.setObjectName("sheet-retry")
        self._shell = shell
        self._opened = opened
        choices = (
            Segment("1", _("in an hour")),
            Segment("3", _("in three hours")),
            Segment("day", _("tomorrow at 10")),
        )
        self._when = SegmentedChoice(choices, name=_("Call again at"))
        self._when.setObjectName("field-retry_at")
        self._when.set_current("1")
        self.add_field(_("Call again at"), self._when, required=True)
        self.confirmed.connect(self._on_confirmed)

    def _on_confirmed(self) -> None:
        from arm.domain.commands import Deliver

        now = self._shell.now()
        key = str(self._when.current())
        at = _tomorrow(now) if key == "day" else now + timedelta(hours=int(key))
        command = Deliver(reached=False, how=Delivery.PHONE, at=now, retry_at=at)
        self._shell.do(
            self._opened.message_id,
            command,
            done_text=_("{number}: will remind at {time}").format(
                number=number_sign(self._opened.message.number), time=f"{at.astimezone():%d.%m %H:%M}"
            ),
            on_done=self._on_done,
            on_refused=self._on_refused,
        )

    def _on_done(self, _done: object) -> None:
        self.close_sheet()
        self.deleteLater()

    def _on_refused(self, refused: Refused) -> None:
        self.set_problem(refusal_with_clause(refused, self._opened.regulation))


def _tomorrow(now: datetime) -> datetime:
    """Ten in the morning of the next day by this computer's zone."""
    there = now.astimezone() + timedelta(days=1)
    return there.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)


def _may_tell(opened: Opened) -> bool:
    state = opened.action(Verb.DELIVER)
    return state is not None and state.enabled

"""Queue rows as the screens get them: facts with names, levels of this moment, and this desk's own marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.values import QueueRow, RowMark
from arm.domain.identity import MessageId, OrganisationId, UserId
from arm.domain.message import Result, Stage
from arm.local.facts import EPOCH, MICROSECOND, Facts, level_of, moment
from arm.local.outbox import ATTENTION
from arm.local.queues import lines_of


class Rows:
    """Puts names and marks on facts, a whole page at a time."""

    def __init__(self, core: DeskCore, projection: Projection) -> None:
        self._core = core
        self._projection = projection

    def of(self, facts: Sequence[Facts]) -> tuple[QueueRow, ...]:
        if not facts:
            return ()
        store = self._core.store
        read = store.work.read_of(one.message_id for one in facts)
        drafted = store.drafts.messages()
        return tuple(self._row(one, one.message_id in read, one.message_id in drafted) for one in facts)

    def by_ids(self, message_ids: Iterable[str]) -> tuple[QueueRow, ...]:
        """In the order asked for; what isn't here is left out."""
        wanted = list(dict.fromkeys(message_ids))
        projected = self._projection.every()
        cached = lines_of(self._core.store.cache, [one for one in wanted if one not in projected])
        found: list[Facts] = []
        for one in wanted:
            if one in projected:
                found.append(projected[one].facts)
            elif one in cached:
                found.append(cached[one][1])
        return self.of(found)

    def _row(self, facts: Facts, is_read: bool, has_draft: bool) -> QueueRow:
        directory = self._core.directory
        place = self._place(facts.organisation)
        marks = {RowMark(one) for one in facts.marks}
        entries = self._projection.entries(facts.message_id)
        if has_draft:
            marks.add(RowMark.DRAFT)
        if any(one.state in ATTENTION for one in entries):
            marks.add(RowMark.CONFLICT)
        if any(one.state == "unsent" for one in entries):
            marks.add(RowMark.UNSENT)
        topic = directory.classifier.title(facts.category, facts.subcategory) if facts.category else ""
        return QueueRow(
            message_id=MessageId(facts.message_id),
            number=facts.number,
            first_line=facts.first_line,
            topic=topic,
            stage=Stage(facts.stage),
            organisation=place,
            holder=directory.name(UserId(facts.holder)) or place,
            level=level_of(facts, self._core.now()),
            lead_due_at=moment(facts.lead),
            stage_due_at=moment(facts.stage_lead),
            registered_at=EPOCH + facts.registered * MICROSECOND,
            closed_at=moment(facts.closed),
            marks=frozenset(marks),
            is_unread=not is_read and facts.closed is None and not entries,
            result=Result(facts.result) if facts.result else None,
            applicant_name=facts.applicant,
            warned_at=moment(facts.warned),
            late_by_s=facts.late_by_s,
            proposed=self._place(facts.proposed),
        )

    def _place(self, organisation_id: str) -> str:
        """The short name of an organisation; its id where the directory doesn't know it."""
        found = self._core.directory.organisation(OrganisationId(organisation_id))
        return (found.short_name or found.name) if found else organisation_id

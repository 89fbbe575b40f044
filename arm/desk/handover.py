"""Drafts handed over at the desk: own answers under way go to the central store, those of others are found there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from arm.desk.beat import Beat
from arm.desk.companions import HANDED, OtherDraft, TakenDraft, version_form
from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from arm.local.drafts import SavedDraft
from arm.local.troubles import CacheTrouble
from arm.sync.ports import Transport
from arm.sync.troubles import SyncTrouble
from arm.wire_between import DraftShare, SharedDraft

SHARED_EVERY_S = 10.0
LOOKED_EVERY_S = 30.0
ASKED_EVERY_S = 60.0
"""How often it is asked who took what was handed over."""
KEPT = timedelta(days=30)
REMEMBERED = "handed_over"
FILES = ("files", "comment_files")
AUTHOR, FROM, AS_OF, LEFT = "version_author", "version_of", "version_as_of", "left_files"
"""Names of what a version says of itself among its fields."""


@dataclass
class _Standing:
    """What is wanted, known and still to be told, guarded by one lock."""

    message_id: MessageId | None = None
    others: dict[MessageId, tuple[OtherDraft, ...]] = field(default_factory=dict)
    marks: list[tuple[str, str]] = field(default_factory=list)
    news: list[TakenDraft] = field(default_factory=list)


class HandoverDesk:
    """Nothing here waits for the network or replaces a draft: what is taken lies beside one's own as a version."""

    def __init__(self, core: DeskCore, projection: Projection, transport: Callable[[], Transport | None]) -> None:
        self._core = core
        self._projection = projection
        self._transport = transport
        self._guard = threading.Lock()
        self._turn_guard = threading.Lock()
        self._now = _Standing()
        self._refused: dict[str, str] = {}
        self._sent_at_s: dict[str, float] = {}
        self._asked_at_s: float | None = None
        self._beat = Beat("arm-handover", self.turn)

    def wake(self) -> None:
        """An answer's draft has changed: its turn comes within ten seconds of its last one."""
        self._beat.wake()

    def look_for(self, message_id: MessageId | None) -> None:
        """Drafts of this message are wanted from now on; news come as `Changes.drafts`."""
        with self._guard:
            self._now.message_id = message_id
        self._beat.wake()

    def drafts_of_others(self, message_id: MessageId, form: str = "answer") -> tuple[OtherDraft, ...]:
        """What is known to lie at the central store beside one's own draft, newest first; never waits.

        This and `versions` raise CacheTrouble(lease_ended, clock_set_back, locked): a locked copy isn't shown.
        """
        self._core.check_lease()
        with self._guard:
            return tuple(one for one in self._now.others.get(message_id, ()) if one.form == form)

    def versions(self, message_id: MessageId, form: str = "answer") -> tuple[OtherDraft, ...]:
        """Versions kept at this desk beside one's own draft, newest first."""
        self._core.check_lease()
        return self._versions(message_id, form)

    def _versions(self, message_id: MessageId, form: str) -> tuple[OtherDraft, ...]:
        """The same for the work in the background, which goes on at a locked desk."""
        kept = self._core.store.drafts.of_form(version_form(form))
        return tuple(_version(one, form) for one in kept if one.message_id == message_id)

    def take(self, draft_id: str) -> OtherDraft | None:
        """A colleague's draft becomes a version at this desk, durable when it returns; one's own draft stays.

        Its author is told in the background. None when it isn't there any more. Raises CacheTrouble as `versions`.
        """
        self._core.check_lease()
        with self._guard:
            every = [one for drafts in self._now.others.values() for one in drafts]
            found = next((one for one in every if one.draft_id == draft_id), None)
            if found is None:
                return None
            self._now.marks.append((found.message_id, draft_id))
            rest = tuple(one for one in self._now.others[found.message_id] if one.draft_id != draft_id)
            self._now.others[found.message_id] = rest
        fields = dict(found.fields) | {
            AUTHOR: found.author,
            FROM: draft_id,
            AS_OF: found.saved_at.isoformat(),
            LEFT: "\n".join(found.left_files),
        }
        taken = self._write_version(found.message_id, found.form, fields, found.saved_at.isoformat())
        self._beat.wake()
        return taken

    def keep_version(self, message_id: MessageId, form: str, fields: dict[str, str]) -> OtherDraft:
        """One's own text as it stands, kept beside before another takes its place in the editor."""
        same = [one for one in self._versions(message_id, form) if one.fields.get("text") == fields.get("text")]
        return same[0] if same else self._write_version(message_id, form, fields, self._core.wall_text())

    def news(self) -> tuple[TakenDraft, ...]:
        """Who took what one had handed over; each is told once."""
        with self._guard:
            news, self._now.news = tuple(self._now.news), []
        return news

    def stop(self) -> None:
        self._beat.stop()

    def turn(self) -> float:
        """Shares what changed, takes back what is done with, looks for what others left; seconds until the next."""
        with self._turn_guard:
            return self._whole_turn()

    def _whole_turn(self) -> float:
        transport = self._transport()
        if transport is None or not self._core.is_open:
            return LOOKED_EVERY_S
        try:
            self._forget_old_versions()
            due_s = self._share(transport)
            self._withdraw(transport)
            self._mark(transport)
            self._look(transport)
            self._ask(transport)
        except SyncTrouble as trouble:
            # out of reach now: everything here is tried again, and nobody's work waits for it
            return max(LOOKED_EVERY_S, trouble.retry_after_s or 0.0)
        except CacheTrouble:
            return LOOKED_EVERY_S
        return min(due_s, LOOKED_EVERY_S)

    def _share(self, transport: Transport) -> float:
        """Each draft at most every ten seconds; returns when the first that waits is due."""
        shared, due_s = self._shared(), LOOKED_EVERY_S
        now_s = self._core.around.clock.monotonic_s()
        for draft in self._own():
            before = shared.get(draft.draft_id)
            if draft.saved_at in ((before or {}).get("saved_at"), self._refused.get(draft.draft_id)):
                continue
            if before is None and not draft.fields.get("text", "").strip():
                continue
            wait_s = self._sent_at_s.get(draft.draft_id, now_s - SHARED_EVERY_S) + SHARED_EVERY_S - now_s
            if wait_s > 0:
                due_s = min(due_s, wait_s)
                continue
            self._sent_at_s[draft.draft_id] = now_s
            try:
                transport.share_draft(str(draft.message_id), draft.draft_id, self._shareable(draft))
            except SyncTrouble as trouble:
                if trouble.kind != "refused":
                    raise
                self._refused[draft.draft_id] = draft.saved_at
                continue
            shared[draft.draft_id] = (before or {}) | {
                "message_id": str(draft.message_id),
                "saved_at": draft.saved_at,
                "number": draft.fields.get("number", ""),
            }
            self._remember(shared)
        return due_s

    def _shareable(self, draft: SavedDraft) -> DraftShare:
        """Files stay at the author's desk until an answer is sent: their names alone go along."""
        fields = {name: text for name, text in draft.fields.items() if name not in (*FILES, "sent")}
        names = [line.split("\t")[-1] for part in FILES for line in draft.fields.get(part, "").splitlines()]
        saved_at = datetime.fromisoformat(draft.saved_at) - timedelta(seconds=self._core.time.skew_s)
        return DraftShare(form=draft.form, fields=fields | {LEFT: "\n".join(names)}, saved_at=saved_at)

    def _withdraw(self, transport: Transport) -> None:
        """What was sent or thrown away here isn't offered to others any more."""
        own = {draft.draft_id for draft in self._own()}
        shared = self._shared()
        for draft_id in [one for one in shared if one not in own]:
            try:
                transport.withdraw_draft(shared[draft_id]["message_id"], draft_id)
            except SyncTrouble as trouble:
                if trouble.kind != "refused":
                    raise
            del shared[draft_id]
            self._remember(shared)

    def _mark(self, transport: Transport) -> None:
        while True:
            with self._guard:
                if not self._now.marks:
                    return
                message_id, draft_id = self._now.marks[0]
            try:
                transport.take_draft(message_id, draft_id)
            except SyncTrouble as trouble:
                if trouble.kind != "refused":
                    raise
            with self._guard:
                self._now.marks.pop(0)

    def _look(self, transport: Transport) -> None:
        with self._guard:
            message_id = self._now.message_id
        if message_id is None:
            return
        try:
            found = transport.drafts_of(message_id).drafts
        except SyncTrouble as trouble:
            if trouble.kind != "refused":
                raise
            found = []
        own = {draft.draft_id for draft in self._own()}
        taken = {(v.fields.get(FROM), v.fields.get(AS_OF)) for form in HANDED for v in self._versions(message_id, form)}
        me = self._core.user_id
        others = tuple(
            _other(one, "" if one.author_id == me else one.author)
            for one in found
            if one.draft_id not in own and (one.draft_id, one.saved_at.isoformat()) not in taken
        )
        with self._guard:
            is_news = self._now.others.get(message_id, ()) != others
            self._now.others = {message_id: others}
        if is_news:
            self._core.tell(Changes(drafts=frozenset({message_id})))

    def _ask(self, transport: Transport) -> None:
        shared, now_s = self._shared(), self._core.around.clock.monotonic_s()
        if not shared or (self._asked_at_s is not None and now_s - self._asked_at_s < ASKED_EVERY_S):
            return
        self._asked_at_s = now_s
        me = self._core.user_id
        fresh = []
        for one in transport.own_drafts().drafts:
            known = shared.get(one.draft_id)
            if known is None or one.taken_by in (None, me) or one.taken_at is None:
                continue
            if known.get("taken_by") != one.taken_by:
                known["taken_by"] = str(one.taken_by)
                fresh.append(
                    TakenDraft(
                        draft_id=one.draft_id,
                        message_id=one.message_id,
                        number=known.get("number", ""),
                        by=one.taken_name,
                        at=one.taken_at,
                    )
                )
        if fresh:
            self._remember(shared)
            with self._guard:
                self._now.news += fresh
            self._core.tell(Changes(drafts=frozenset(one.message_id for one in fresh)))

    def _own(self) -> list[SavedDraft]:
        drafts = self._core.store.drafts
        return [one for form in HANDED for one in drafts.of_form(form) if one.message_id is not None]

    def _shared(self) -> dict[str, dict[str, str]]:
        """What this desk has handed over, by draft; kept in work.db, so that it is taken back after a restart too."""
        kept = self._core.store.work.kept(REMEMBERED)
        found: dict[str, dict[str, str]] = json.loads(kept) if kept else {}
        return found

    def _remember(self, shared: dict[str, dict[str, str]]) -> None:
        self._core.store.work.keep(**{REMEMBERED: json.dumps(shared, ensure_ascii=False)})

    def _write_version(self, message_id: MessageId, form: str, fields: dict[str, str], saved_at: str) -> OtherDraft:
        saved = SavedDraft(
            draft_id=self._core.around.ids.new(),
            message_id=message_id,
            form=version_form(form),
            fields=fields,
            caret=0,
            saved_at=saved_at,
        )
        self._core.store.drafts.save(saved)
        self._core.tell(Changes(drafts=frozenset({message_id})))
        return _version(saved, form)

    def _forget_old_versions(self) -> None:
        """A version has no purpose beside a closed message, nor after thirty days."""
        drafts, now = self._core.store.drafts, self._core.around.clock.wall()
        for form in HANDED:
            for one in drafts.of_form(version_form(form)):
                standing = self._projection.standing(str(one.message_id))
                is_closed = standing is not None and not standing.message.is_open
                if is_closed or now - datetime.fromisoformat(one.saved_at) > KEPT:
                    drafts.discard(one.draft_id)


def _other(one: SharedDraft, author: str) -> OtherDraft:
    return OtherDraft(
        draft_id=one.draft_id,
        message_id=one.message_id,
        form=one.form,
        author=author,
        fields=one.fields,
        saved_at=one.saved_at,
        left_files=_names(one.fields),
    )


def _version(saved: SavedDraft, form: str) -> OtherDraft:
    return OtherDraft(
        draft_id=saved.draft_id,
        message_id=MessageId(str(saved.message_id)),
        form=form,
        author=saved.fields.get(AUTHOR, ""),
        fields=saved.fields,
        saved_at=datetime.fromisoformat(saved.saved_at),
        is_local=True,
        left_files=_names(saved.fields),
    )


def _names(fields: dict[str, str]) -> tuple[str, ...]:
    return tuple(one for one in fields.get(LEFT, "").splitlines() if one)

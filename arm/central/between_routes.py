"""Routes between people: who is at a message, and drafts handed over; each row's rights are judged at the store."""

from __future__ import annotations

from fastapi import APIRouter, Response

from arm.central.described import route
from arm.central.shapes import read
from arm.central.web import Desk, SmallBody, TheCentral, answer
from arm.domain.identity import MessageId
from arm.wire_between import DraftsAnswer, DraftShare, PresenceAnswer, PresenceRequest, SharedDraft

api = APIRouter(prefix="/api/v1")


@api.put("/messages/{message_id}/presence", **route(takes=PresenceRequest, gives=PresenceAnswer))
def presence(central: TheCentral, who: Desk, message_id: str, body: SmallBody) -> Response:
    return answer(central.presence.tell(who, MessageId(message_id), read(body, PresenceRequest).doing))


@api.get("/messages/{message_id}/drafts", **route(gives=DraftsAnswer))
def drafts(central: TheCentral, who: Desk, message_id: str) -> Response:
    return answer(central.handover.of_message(who, MessageId(message_id)))


@api.put("/messages/{message_id}/drafts/{draft_id}", **route(takes=DraftShare, gives=SharedDraft))
def share(central: TheCentral, who: Desk, message_id: str, draft_id: str, body: SmallBody) -> Response:
    return answer(central.handover.share(who, MessageId(message_id), draft_id, read(body, DraftShare)))


@api.post("/messages/{message_id}/drafts/{draft_id}/take", **route(gives=SharedDraft))
def take(central: TheCentral, who: Desk, message_id: str, draft_id: str) -> Response:
    return answer(central.handover.take(who, MessageId(message_id), draft_id))


@api.delete("/messages/{message_id}/drafts/{draft_id}", **route(status=204))
def withdraw(central: TheCentral, who: Desk, message_id: str, draft_id: str) -> Response:
    central.handover.withdraw(who, MessageId(message_id), draft_id)
    return Response(status_code=204)


@api.get("/drafts/self", **route(gives=DraftsAnswer))
def own_drafts(central: TheCentral, who: Desk) -> Response:
    return answer(central.handover.own(who))

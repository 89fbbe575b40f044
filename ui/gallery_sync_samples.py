"""Made-up states of sync, news and entries of the outbox for the gallery."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from arm.desk.values import (
    DeskEvent,
    DeskEventKind,
    Pending,
    PendingState,
    StandingText,
    SyncKind,
    SyncStatus,
)
from arm.domain.identity import CommandId, MessageId
from arm.domain.refusals import Reason, Refused

NOW = datetime(2025, 6, 5, 10, 43, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=31)
IN_STEP = SyncStatus(kind=SyncKind.IN_STEP, since=NOW, lease_ends_at=NOW + timedelta(days=7))
OFFLINE = SyncStatus(
    kind=SyncKind.OFFLINE,
    since=SINCE,
    unsent=3,
    refused=3,
    parked=1,
    trouble="dns",
    lease_ends_at=NOW + timedelta(days=6, hours=23),
    next_try_at=NOW + timedelta(seconds=24),
)
CALM = replace(OFFLINE, refused=0, parked=0)
LOCKED = replace(
    CALM, since=NOW - timedelta(days=7, hours=1), is_locked=True, lease_ends_at=NOW, trouble="refused", next_try_at=None
)
REVOKED = SyncStatus(kind=SyncKind.UNAUTHORISED, since=SINCE, is_locked=True, trouble="device_revoked")
STATUSES: tuple[tuple[str, SyncStatus], ...] = (
    ("Всё сверено", IN_STEP),
    ("Обмен", replace(IN_STEP, kind=SyncKind.BUSY, done=1_200, total=12_480)),
    ("Нет связи", replace(CALM, trouble="offline")),
    ("Нет связи третий день", replace(CALM, since=NOW - timedelta(days=2), trouble="unreachable")),
    ("Прокси", replace(CALM, trouble="proxy_auth")),
    ("Портал гостевой сети", replace(CALM, trouble="captive", unsent=0)),
    ("Сертификат подменён", replace(CALM, trouble="certificate_pin")),
    ("Сервер просит подождать", replace(CALM, kind=SyncKind.SERVER_FAULT, trouble="throttled")),
    ("Неполадка на сервере", replace(CALM, kind=SyncKind.SERVER_FAULT, trouble="server_fault")),
    ("Очередь не движется", replace(CALM, kind=SyncKind.SERVER_FAULT, stuck_since=NOW - timedelta(minutes=23))),
    ("Требует решения и разбора", replace(IN_STEP, refused=2, parked=1)),
    ("Копия скоро закроется", replace(CALM, lease_ends_at=NOW + timedelta(hours=23, minutes=57))),
    ("Копия закрыта", LOCKED),
    ("Вход истёк", replace(IN_STEP, kind=SyncKind.UNAUTHORISED, unsent=1)),
    ("Диск заполнен", replace(IN_STEP, kind=SyncKind.SERVER_FAULT, trouble="local_disk_full")),
    ("Часы отстают", replace(IN_STEP, skew_s=-420.0)),
    ("Доступ отозван", REVOKED),
)
SAFE: dict[str, tuple[SyncStatus, int]] = {
    "offline": (CALM, 2),
    "ok": (IN_STEP, 2),
    "all": (replace(OFFLINE, skew_s=3 * 3_600.0, trouble="certificate_clock", unsent=12), 5),
}
EVENTS = (
    DeskEvent(event_id="e1", kind=DeskEventKind.STORE_RESTORED, at=NOW, params={"offered": "5", "differing": "2"}),
    DeskEvent(event_id="e2", kind=DeskEventKind.DECISION_CHANGED, at=NOW, params={"differing": "2"}),
    DeskEvent(event_id="e3", kind=DeskEventKind.DEVICE_RENEWED, at=NOW, params={"unsent": "3"}),
    DeskEvent(event_id="e4", kind=DeskEventKind.REVOKED, at=NOW),
    DeskEvent(event_id="e5", kind=DeskEventKind.REBUILT, at=NOW),
    DeskEvent(
        event_id="e6",
        kind=DeskEventKind.SALVAGED,
        at=NOW,
        params={"file": "work.db.damaged", "saved": "41", "missing": "3,7"},
    ),
    DeskEvent(event_id="e7", kind=DeskEventKind.DIVERGED, at=NOW),
)
MINE = (
    "Уважаемая Мария Петровна!\n\nВаше сообщение о яме во дворе дома 14 по улице Мира рассмотрено. Ямочный ремонт "
    "выполнен 2 июня силами МБУ «Дороги города». Качество работ проверено комиссией с участием жителей.\n\n"
    "Гарантийный срок — два года. Благодарим за неравнодушие к состоянию улиц города."
)
THEIRS = (
    "Уважаемая Мария Петровна!\n\nВаше сообщение о яме во дворе дома 14 по улице Мира рассмотрено. Ямочный ремонт "
    "будет выполнен до 10 июня силами подрядной организации. О завершении работ сообщим дополнительно.\n\n"
    "Благодарим за неравнодушие к состоянию улиц города."
)


def _pending(
    number: str, verb: str, state: PendingState, minutes: int, typed: dict[str, str], **more: object
) -> Pending:
    given: dict[str, object] = {"refused": None, "standing": None, **more}
    return Pending(
        command_id=CommandId(f"0197-{number}-{verb}"),
        message_id=MessageId(f"m-{number}"),
        number=number,
        verb=verb,
        state=state,
        saved_at=NOW - timedelta(minutes=minutes),
        command_json=json.dumps({"verb": verb, **typed}, ensure_ascii=False),
        **given,  # type: ignore[arg-type]
    )


PENDING = (
    _pending(
        "4811", "submit", PendingState.CONFLICT, 52, {"text": MINE},
        refused=Refused(Reason.STALE, details={"changed_by": "Петров П. П.", "changed_verb": "submit"}),
        standing=StandingText(text=THEIRS, by="Петров Пётр Павлович", at=NOW - timedelta(minutes=33)),
    ),
    _pending(
        "4798", "reassign", PendingState.REFUSED, 47, {"reason": "Отпуск с 9 июня"},
        refused=Refused(Reason.WRONG_STAGE),
    ),
    _pending(
        "4702", "submit", PendingState.REFUSED, 44,
        {"text": "Уважаемый Пётр Ильич!\n\nОтопление в подъезде восстановлено 4 июня."},
        refused=Refused(Reason.NOT_THE_EXECUTOR),
    ),
    _pending("4790", "comment", PendingState.PARKED, 40, {"text": "Подрядчик просит перенести срок на неделю"}),
    _pending("4815", "start", PendingState.UNSENT, 12, {}),
    _pending("4820", "comment", PendingState.UNSENT, 8, {"text": "Акт у диспетчера, оригинал привезут в понедельник"}),
    _pending("Б-17", "register", PendingState.UNSENT, 3, {"text": "Не горит фонарь у школы № 7, вечером темно"}),
)  # fmt: skip

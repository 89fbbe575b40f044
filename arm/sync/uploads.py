"""Sending of files before the command that refers to them (P26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from arm.sync.ports import Outgoing, Storage, Transport
from arm.sync.troubles import SyncTrouble
from arm.wire import Envelope, UploadAnswer, UploadRequest

PIECE_BYTES = 8 * 1024 * 1024
_FINAL = frozenset({"refused"})
OFFSET = "offset"
_FAULTS = frozenset({"500", "507"})


class FileRefused(Exception):
    """The central store will not take this file: its command can't be sent as it is."""

    def __init__(self, command_id: str, code: str) -> None:
        super().__init__(code)
        self.command_id, self.code = command_id, code


class ContentLost(Exception):
    """What is to be sent can't be read any more on this computer, and no repetition will change that."""


def send_files(transport: Transport, storage: Storage, batch: list[Envelope], now: Callable[[], datetime]) -> bool:
    """Sends what the commands of a batch refer to; True when anything was sent (the batch is read anew then).

    Raises FileRefused, or SyncTrouble: then the next time goes on where this one ended; faults of the store are
    counted on the command, so that a file it can't store (a full disk) holds up the others for a while only (P25).
    """
    sent = False
    for envelope in batch:
        for file in storage.outgoing(envelope.command_id):
            try:
                upload_id = _send(transport, storage, file)
            except SyncTrouble as trouble:
                if trouble.kind in _FINAL:
                    raise FileRefused(envelope.command_id, trouble.code) from trouble
                if trouble.params.get("status") in _FAULTS:
                    storage.failed(envelope.command_id, now())
                raise
            except ContentLost:
                raise FileRefused(envelope.command_id, "content_lost") from None
            storage.uploaded(envelope.command_id, file.file_id, upload_id)
            sent = True
    return sent


def _send(transport: Transport, storage: Storage, file: Outgoing) -> str:
    answer = _begun(transport, storage, file)
    while not answer.complete:
        before = answer.offset
        try:
            for piece in storage.pieces(file.file_id, before):
                answer = transport.send_piece(answer.upload_id, answer.offset, piece)
                if answer.complete:
                    break
        except SyncTrouble as trouble:
            if trouble.code != OFFSET:
                raise
            # a piece that was given up has come through after all
            answer = transport.upload_offset(answer.upload_id)
        if not answer.complete and answer.offset <= before:
            raise SyncTrouble("server_fault", {"code": "upload_stuck"})
    return answer.upload_id


def _begun(transport: Transport, storage: Storage, file: Outgoing) -> UploadAnswer:
    """Goes on with an upload that was begun, or begins one."""
    if file.upload_id:
        try:
            return transport.upload_offset(file.upload_id)
        except SyncTrouble as trouble:
            if trouble.kind != "refused":
                raise
    answer = transport.begin_upload(UploadRequest(size=file.size, sha256=file.sha256, name=file.name))
    storage.upload_begun(file.file_id, answer.upload_id)
    return answer

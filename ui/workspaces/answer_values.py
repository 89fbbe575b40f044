"""What an answer under way consists of: its words for the draft journal and the command made of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arm.domain.identity import UploadId, UserId
from arm.domain.message import Answer, Attachment, Message, Result

if TYPE_CHECKING:
    from arm.domain.commands import Submit


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerValues:
    """Everything the editor holds. `sent` is the id of the command it was last sent with."""

    result: Result | None = None
    text: str = ""
    files: tuple[Attachment, ...] = ()
    comment: str = ""
    comment_files: tuple[Attachment, ...] = ()
    endorsers: tuple[UserId, ...] = ()
    approver: UserId | None = None
    postponed_until: datetime.date | None = None
    decline_reason: str = ""
    signer_name: str = ""
    signer_position: str = ""
    template: str = ""
    sent: str = ""

    def to_fields(self) -> dict[str, str]:
        """Plain words, as the draft journal keeps them."""
        return {
            "result": self.result.value if self.result else "",
            "text": self.text,
            "files": files_to_words(self.files),
            "comment": self.comment,
            "comment_files": files_to_words(self.comment_files),
            "endorsers": "\n".join(self.endorsers),
            "approver": self.approver or "",
            "postponed_until": self.postponed_until.isoformat() if self.postponed_until else "",
            "decline_reason": self.decline_reason,
            "signer_name": self.signer_name,
            "signer_position": self.signer_position,
            "template": self.template,
            "sent": self.sent,
        }

    def command(self) -> Submit:
        """Row 16; date and reason go along only with the result that asks for them."""
        from arm.domain.commands import Submit

        return Submit(
            result=self.result,
            text=self.text,
            signer_name=self.signer_name,
            signer_position=self.signer_position,
            files=self.files,
            comment=self.comment,
            comment_files=self.comment_files,
            approver=self.approver,
            endorsers=self.endorsers,
            postponed_until=self.postponed_until if self.result is Result.POSTPONED else None,
            decline_reason=self.decline_reason if self.result is Result.DECLINED else "",
            template=self.template,
        )


def from_fields(fields: dict[str, str]) -> AnswerValues:
    """Read back from the journal; a word it can't read is left out, never an error."""
    result, approver = fields.get("result", ""), fields.get("approver", "")
    return AnswerValues(
        result=Result(result) if result in set(Result) else None,
        text=fields.get("text", ""),
        files=files_from_words(fields.get("files", "")),
        comment=fields.get("comment", ""),
        comment_files=files_from_words(fields.get("comment_files", "")),
        endorsers=tuple(UserId(one) for one in fields.get("endorsers", "").splitlines() if one),
        approver=UserId(approver) if approver else None,
        postponed_until=_date(fields.get("postponed_until", "")),
        decline_reason=fields.get("decline_reason", ""),
        signer_name=fields.get("signer_name", ""),
        signer_position=fields.get("signer_position", ""),
        template=fields.get("template", ""),
        sent=fields.get("sent", ""),
    )


def first_values(message: Message, signer_name: str, signer_position: str) -> AnswerValues:
    """What the editor shows before anything is typed: on rework the answer that came back, with the people named."""
    route = message.last_route
    endorsers = tuple(task.user_id for task in route.endorsers) if route else ()
    approver = route.approver if route else None
    signed = AnswerValues(
        signer_name=signer_name, signer_position=signer_position, endorsers=endorsers, approver=approver
    )
    if message.answer is None or not message.is_rework:
        return signed
    return from_answer(message.answer, endorsers, approver)


def from_answer(answer: Answer, endorsers: tuple[UserId, ...], approver: UserId | None) -> AnswerValues:
    return AnswerValues(
        result=answer.result,
        text=answer.text,
        files=answer.files,
        comment=answer.comment,
        comment_files=answer.comment_files,
        endorsers=endorsers,
        approver=approver,
        postponed_until=answer.postponed_until,
        decline_reason=answer.decline_reason,
        signer_name=answer.author_name,
        signer_position=answer.author_position,
    )


def files_to_words(files: tuple[Attachment, ...]) -> str:
    """One file a line: reference, size, digest, type, name."""
    return "\n".join(
        "\t".join((f.upload_id, str(f.size), f.sha256, f.media_type, " ".join(f.name.split()))) for f in files
    )


def files_from_words(words: str) -> tuple[Attachment, ...]:
    found = []
    for line in words.splitlines():
        parts = line.split("\t", 4)
        if len(parts) == 5 and parts[1].isdigit():
            upload_id, size, sha256, media_type, name = parts
            found.append(
                Attachment(
                    upload_id=UploadId(upload_id), name=name, size=int(size), sha256=sha256, media_type=media_type
                )
            )
    return tuple(found)


def _date(words: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(words)
    except ValueError:
        return None

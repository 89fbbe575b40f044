"""Messages in a table from outside: which column means what, and each row as a message or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from arm.interchange.dates import BadDate, DayOrder, is_empty, moment_of, order_of
from arm.interchange.html_text import plain_text
from arm.interchange.tables import Cell, Table, TableRow, read_table

MAX_TEXT = 20_000
MAX_LINE = 500
LINES = ("external_id", "topic", "subcategory", "fact", "organisation", "applicant", "phone", "email", "address")
_WORDS = re.compile(r"[^0-9a-zа-я]+")
_LEGAL = re.compile(r"\b(?:ооо|оао|зао|пао|ао|мбоу|мбу|мкд|тсж|тсн|снт|ип|общество|товарищество)\b", re.IGNORECASE)

NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("text", "текст", "текст сообщения", "текст обращения", "сообщение", "обращение", "суть"),
        *("суть обращения", "суть сообщения", "содержание", "описание", "вопрос", "message", "body"),
        *("description", "content"),
    ),
    "title": ("title", "заголовок", "тема письма", "subject"),
    "external_id": (
        *("id", "номер", "номер сообщения", "номер обращения", "ид", "number", "external id", "thread id"),
        *("case id", "регистрационный номер"),
    ),
    "topic": ("category", "категория", "topic", "тематика", "тема", "theme", "рубрика", "группа тем"),
    "subcategory": ("subcategory", "подкатегория", "подтема", "подраздел", "тема"),
    "fact": ("fact", "факт"),
    "organisation": (
        *("responsible", "организация", "ответственный", "ответственное лицо", "ответственная организация"),
        *("организация в которой находится сообщение", "organisation", "organization", "орган", "лко"),
        *("исполнитель", "department"),
    ),
    "created": (
        *("created", "дата поступления", "дата создания", "дата регистрации", "дата обращения", "дата"),
        *("received", "received at", "created at", "registered", "date", "opened"),
    ),
    "due": (
        *("due", "срок", "срок исполнения", "срок ответа", "дата планируемого завершения работ"),
        *("плановая дата", "deadline", "due date"),
    ),
    "applicant": ("applicant", "заявитель", "фио", "фио заявителя", "автор", "имя", "от кого", "author", "name"),
    "phone": ("phone", "телефон", "телефон заявителя", "контактный телефон", "tel"),
    "email": ("email", "e mail", "mail", "электронная почта", "почта", "эл почта"),
    "address": ("address", "адрес", "место", "адрес проблемы", "location"),
}
"""Headers by what they mean, the surest first; compared without case, ё and signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """One row that can be taken so far; moments are aware UTC.

    `received_at` is an invented moment for a row without `created_at`, for trial only.
    """

    row: int
    text: str
    external_id: str = ""
    topic: str = ""
    subcategory: str = ""
    fact: str = ""
    organisation: str = ""
    created_at: datetime | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    applicant: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

    @property
    def is_legal_entity(self) -> bool:
        return bool(_LEGAL.search(self.applicant))


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that can't be taken: `reason` is a code, `field` the column's meaning, `detail` a short plain value."""

    row: int
    reason: str
    field: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a file holds: messages, refused rows, columns that mean nothing here, and date columns in doubt."""

    messages: tuple[IncomingMessage, ...]
    refused: tuple[RefusedRow, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    unsure_dates: tuple[str, ...] = ()
    month_first: tuple[str, ...] = ()
    encoding: str = ""


def read_incoming(path: Path, zone: ZoneInfo, now: datetime) -> Incoming:
    """All rows of a file, local times read in `zone`. Raises TableTrouble where there is no table at all."""
    table = read_table(path, lambda headers: _score(list(headers)))
    columns = columns_of(table.headers)
    orders = {
        name: order_of(row.cells[at] for row in table.rows if at < len(row.cells))
        for name, at in columns.items()
        if name in ("created", "due")
    }
    reader = _Reader(columns, orders, zone, now, len(table.headers))
    messages: list[IncomingMessage] = []
    refused: list[RefusedRow] = []
    for row in table.rows:
        one = reader.read(row)
        if isinstance(one, RefusedRow):
            refused.append(_perhaps_open_quote(one, row, table))
        else:
            messages.append(one)
    taken = set(columns.values())
    return Incoming(
        messages=tuple(messages),
        refused=tuple(refused),
        columns={name: table.headers[at] for name, at in columns.items()},
        ignored=tuple(h for at, h in enumerate(table.headers) if at not in taken and h.strip()),
        unsure_dates=tuple(table.headers[columns[n]] for n, order in orders.items() if order.is_unsure),
        month_first=tuple(table.headers[columns[n]] for n, order in orders.items() if order.is_month_first),
        encoding=table.encoding,
    )


def columns_of(headers: tuple[str, ...]) -> dict[str, int]:
    """Meaning → place; each column means one thing, each meaning takes the surest of its columns."""
    places: dict[str, int] = {}
    for at, header in enumerate(headers):
        places.setdefault(folded(header), at)
    found: dict[str, int] = {}
    for name, words in NAMES.items():
        place = next((places[w] for w in words if w in places and places[w] not in found.values()), None)
        if place is not None:
            found[name] = place
    return found


def folded(text: str) -> str:
    """For comparing names and headers: no case, no ё, no signs."""
    return _WORDS.sub(" ", text.casefold().replace("ё", "е")).strip()


def _score(headers: list[str]) -> int:
    """A table of messages must hold their text; the more known columns, the better."""
    found = columns_of(tuple(headers))
    return len(found) if "text" in found else 0


def _perhaps_open_quote(one: RefusedRow, row: TableRow, table: Table) -> RefusedRow:
    """A quote that is never closed swallows the rest of a file: say so instead of «too long»."""
    if table.has_open_quote and row is table.rows[-1]:
        return RefusedRow(row=one.row, reason="open_quote", field=one.field)
    return one


class _Reader:
    """Reads rows of one table."""

    def __init__(
        self, columns: dict[str, int], orders: Mapping[str, DayOrder], zone: ZoneInfo, now: datetime, width: int
    ) -> None:
        self._columns, self._orders, self._zone, self._now, self._width = columns, orders, zone, now, width

    def read(self, row: TableRow) -> IncomingMessage | RefusedRow:
        if len(row.cells) > self._width and any(str(c).strip() for c in row.cells[self._width :]):
            return RefusedRow(row=row.number, reason="too_many_cells", detail=str(len(row.cells)))
        text = self._text(row)
        if not text:
            return RefusedRow(row=row.number, reason="empty_text", field="text")
        if len(text) > MAX_TEXT:
            return RefusedRow(row=row.number, reason="text_too_long", field="text", detail=str(len(text)))
        moments: dict[str, datetime | None] = {}
        for name in ("created", "due"):
            try:
                moments[name] = self._moment(row, name)
            except BadDate:
                return RefusedRow(row=row.number, reason="bad_date", field=name, detail=self._cell(row, name)[:40])
        created = moments["created"]
        if created is not None and created > self._now:
            return RefusedRow(
                row=row.number, reason="date_in_future", field="created", detail=self._cell(row, "created")[:40]
            )
        lines: dict[str, Any] = {name: self._line(row, name) for name in LINES}
        return IncomingMessage(row=row.number, text=text, created_at=created, due_at=moments["due"], **lines)

    def _text(self, row: TableRow) -> str:
        body, title = plain_text(self._cell(row, "text")), plain_text(self._cell(row, "title"))
        return f"{title}\n\n{body}" if title and body and not body.startswith(title) else body or title

    def _line(self, row: TableRow, name: str) -> str:
        value = " ".join(plain_text(self._cell(row, name)).split())
        return "" if is_empty(value) else value[:MAX_LINE]

    def _moment(self, row: TableRow, name: str) -> datetime | None:
        value = self._value(row, name)
        return moment_of(value, self._zone, self._orders.get(name, DayOrder()), ends=name == "due")

    def _cell(self, row: TableRow, name: str) -> str:
        return str(self._value(row, name))

    def _value(self, row: TableRow, name: str) -> Cell:
        at = self._columns.get(name)
        return row.cells[at] if at is not None and at < len(row.cells) else ""

"""Tables read by their headers, CSV in the usual encodings, packed CSV, XLSX, and the limits of each."""

from __future__ import annotations

import csv
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

MAX_PACKED_BYTES = 200 * 1024 * 1024
MAX_BYTES = 400 * 1024 * 1024
MAX_COLUMNS = 200
MAX_ENTRIES = 2000
CHUNK = 1024 * 1024
ENCODINGS = ("utf-8-sig", "cp1251", "koi8-r", "cp866")
SEPARATORS = (",", ";", "\t", "|")
LOCAL_HEADER = 30

Cell = str | date | datetime
Known = Callable[[list[str]], int]
"""How many of these headers mean something to the caller."""


class TableTrouble(Exception):
    """A file that can't be read as a table. `reason` is one of: missing, folder, denied, empty, too_large, binary,
    old_workbook, damaged, encoding, no_header, broken. `place` is a line number where there is one."""

    def __init__(self, reason: str, place: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row; `number` counts as a person would (the header is 1, a row with line breaks counts once)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str = ""
    separator: str = ""
    has_open_quote: bool = False


def read_table(path: Path, known: Known) -> Table:
    """The table of a file; its kind is told by its content, not its name. Raises TableTrouble."""
    raw = _bytes_of(path)
    if raw[:2] == b"\x1f\x8b":
        raw = _unpacked(raw)
    if not raw.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise TableTrouble("empty")
    if raw[:4] == b"PK\x03\x04":
        return _workbook(raw, known)
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        raise TableTrouble("old_workbook")
    return _plain(raw, known)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise TableTrouble("folder")
        if path.stat().st_size > MAX_PACKED_BYTES:
            raise TableTrouble("too_large")
        return path.read_bytes()
    except FileNotFoundError:
        raise TableTrouble("missing") from None
    except (OSError, ValueError):
        raise TableTrouble("denied") from None


def _unpacked(raw: bytes) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            while piece := file.read(CHUNK):
                size += len(piece)
                if size > MAX_BYTES:
                    raise TableTrouble("too_large")
                pieces.append(piece)
    except (OSError, EOFError, zlib.error):
        raise TableTrouble("damaged") from None
    return b"".join(pieces)


def _plain(raw: bytes, known: Known) -> Table:
    text, encoding = _decoded(raw, known)
    separator = _separator(text, known)
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[TableRow] = []
    headers: tuple[str, ...] = ()
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS:
                raise TableTrouble("broken", number)
            if not headers:
                headers = tuple(cells) if any(c.strip() for c in cells) else ()
            elif any(c.strip() for c in cells):
                rows.append(TableRow(number=number, cells=tuple(cells)))
    except csv.Error:
        raise TableTrouble("broken", reader.line_num) from None
    if not known(list(headers)):
        raise TableTrouble("no_header")
    return Table(
        headers=headers,
        rows=tuple(rows),
        encoding=encoding,
        separator=separator,
        has_open_quote=text.count('"') % 2 == 1,
    )


def _decoded(raw: bytes, known: Known) -> tuple[str, str]:
    """The first encoding in which the headers make sense, else the first that can be read at all."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise TableTrouble("encoding") from None
    if b"\x00" in raw[:CHUNK]:
        raise TableTrouble("binary")
    readable: list[tuple[str, str]] = []
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _best_separator(text, known)[0]:
            return text, encoding
        readable.append((text, encoding))
        if encoding == "utf-8-sig" and not raw.isascii():
            break
    if not readable:
        raise TableTrouble("encoding")
    return readable[0]


def _separator(text: str, known: Known) -> str:
    return _best_separator(text, known)[1]


def _best_separator(text: str, known: Known) -> tuple[int, str]:
    head = io.StringIO(text[:65536], newline="")
    best = (0, ",")
    for separator in SEPARATORS:
        head.seek(0)
        try:
            cells = next((row for row in csv.reader(head, delimiter=separator) if any(row)), [])
        except csv.Error:
            continue
        best = max(best, (known(cells), separator), key=lambda pair: pair[0])
    return best


def _workbook(raw: bytes, known: Known) -> Table:
    _weigh(raw)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        best: Sequence[Sequence[object]] = []
        score = 0
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            head = next((row for row in rows if any(str(c).strip() for c in row)), [])
            found = known([_header(c) for c in head])
            if found > score:
                best, score = rows, found
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, KeyError):
        raise TableTrouble("damaged") from None
    if not score:
        raise TableTrouble("no_header")
    return _of_rows(best)


def _of_rows(rows: Iterable[Sequence[object]]) -> Table:
    headers: tuple[str, ...] = ()
    found: list[TableRow] = []
    for number, row in enumerate(rows, 1):
        if len(row) > MAX_COLUMNS:
            raise TableTrouble("broken", number)
        if not headers:
            headers = tuple(_header(c) for c in row) if any(str(c).strip() for c in row) else ()
        elif any(str(c).strip() for c in row):
            found.append(TableRow(number=number, cells=tuple(_cell(c) for c in row)))
    return Table(headers=headers, rows=tuple(found))


def _header(value: object) -> str:
    return str(value).strip()


def _cell(value: object) -> Cell:
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, time):
        return value.isoformat()
    return str(value)


def _weigh(raw: bytes) -> None:
    """Unpack every entry into nothing, counting: a workbook may lie about its sizes."""
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise TableTrouble("damaged") from None
    if len(entries) > MAX_ENTRIES:
        raise TableTrouble("too_large")
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise TableTrouble("binary")
    for entry in entries:
        left -= sum(len(piece) for piece in _bounded(_pieces(raw, entry), left))


def _bounded(pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TableTrouble("too_large")
        yield piece


def _pieces(raw: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        name, extra = struct.unpack_from("<HH", raw, entry.header_offset + 26)
    except struct.error:
        raise TableTrouble("damaged") from None
    begin = entry.header_offset + LOCAL_HEADER + name + extra
    packed = raw[begin : begin + entry.compress_size]
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        yield packed
        return
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not unpacking.eof:
            piece = unpacking.decompress(packed, CHUNK)
            packed = unpacking.unconsumed_tail
            if not piece and not packed:
                return
            yield piece
    except zlib.error:
        raise TableTrouble("damaged") from None

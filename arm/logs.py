"""Logging that keeps people out of it: constant texts, allow-listed fields, tracebacks without values.

Write `log = logging.getLogger(__name__)` and `log.info("page applied", extra={"rows": 20})`. What is not on
the list below reaches no handler; arguments of a text pass only when they are numbers, enums or ids.
"""

import logging
import sys
import time
import traceback
from datetime import date, timedelta
from enum import Enum
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from uuid import UUID

OWN_LOGGERS = ("arm", "ui", "__main__")
ALLOWED_FIELDS = frozenset(
    (
        "attempt",
        "bytes",
        "code",
        "command_id",
        "count",
        "cursor",
        "desk_id",
        "duration_ms",
        "epoch",
        "file_id",
        "kind",
        "level",
        "message_id",
        "method",
        "organisation_id",
        "outcome",
        "page",
        "pages",
        "port",
        "position",
        "process_id",
        "reason",
        "regulation",
        "retry_after_s",
        "revision",
        "role",
        "rows",
        "rule",
        "stage",
        "state",
        "status",
        "taken",
        "table",
        "user_id",
        "verb",
        "version",
    )
)
HARMLESS = (bool, int, float, UUID, Enum, date, timedelta, type(None))
LONGEST_FIELD = 80
LOG_BYTES = 2 * 1024 * 1024

ErrorTriple = tuple[type[BaseException], BaseException, TracebackType | None]


class DiscretionFilter(logging.Filter):
    """Takes out of a record whatever could hold a person's words, name or address."""

    def filter(self, record: logging.LogRecord) -> bool:
        own = record.name.partition(".")[0] in OWN_LOGGERS
        if not own and record.levelno < logging.WARNING:
            return False
        record.msg = str(record.msg) if own and isinstance(record.msg, str) else type(record.msg).__name__
        if not own:
            record.msg = f"{record.module}:{record.lineno}"
            record.args = None
        elif isinstance(record.args, tuple):
            record.args = tuple(arg if isinstance(arg, HARMLESS) else "…" for arg in record.args)
        elif record.args:
            record.msg, record.args = str(record.msg), None
        record.stack_info = None
        return True


class DiscreetFormatter(logging.Formatter):
    """One line a record, in UTC; errors as type and places, never their words, which may quote a message."""

    def __init__(self, *, with_places: bool) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._with_places = with_places

    def format(self, record: logging.LogRecord) -> str:
        pieces = [f"{self.formatTime(record, self.datefmt)}Z", record.levelname, record.name, _text(record)]
        pieces += [f"{key}={_field(value)}" for key, value in _allowed_fields(record)]
        if record.exc_info and record.exc_info[0] is not None and record.exc_info[1] is not None:
            kind, error, trace = record.exc_info
            pieces.append(f"error={kind.__name__}")
            if self._with_places:
                pieces.append(f"at={places(trace if trace is not None else error.__traceback__)}")
        return _in_one_line(" ".join(pieces))


def _in_one_line(text: str) -> str:
    """Line breaks of every kind and signs that steer a terminal become blanks: one event, one line (F59)."""
    return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _allowed_fields(record: logging.LogRecord) -> list[tuple[str, object]]:
    return [(key, value) for key, value in vars(record).items() if key in ALLOWED_FIELDS]


def _field(value: object) -> str:
    shown = value.value if isinstance(value, Enum) else value
    return str(shown)[:LONGEST_FIELD]


def places(trace: TracebackType | None) -> str:
    """`file:line` of every frame, outermost first; no source lines and no values."""
    frames = traceback.extract_tb(trace)
    return ">".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames) or "unknown"


def set_up(*, level: str = "INFO", file: Path | None = None, to_stderr: bool = False) -> None:
    """Replace the root's handlers. A folder that can't be written costs the log, never the program."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(getattr(handler, "formatter", None), DiscreetFormatter):
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else "INFO")
    logging.raiseExceptions = False
    if to_stderr:
        _attach(logging.StreamHandler(sys.stderr), with_places=False)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8")
        except OSError:
            return
        _attach(handler, with_places=True)


def _attach(handler: logging.Handler, *, with_places: bool) -> None:
    handler.setFormatter(DiscreetFormatter(with_places=with_places))
    handler.addFilter(DiscretionFilter())
    logging.getLogger().addHandler(handler)


def record_crash(error: BaseException) -> None:
    """For the last-resort hooks: where a bug happened, without what it was about."""
    crash: ErrorTriple = (type(error), error, error.__traceback__)
    logging.getLogger("arm.crash").critical("unexpected error", exc_info=crash)

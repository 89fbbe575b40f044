"""A work.db as the first version of the program left it, by that version's own statements."""

from __future__ import annotations

from pathlib import Path

from arm.local.database import connect, transaction
from tests.local.builders import KEY

ENTRY = """
    device_seq INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    verb TEXT NOT NULL,
    schema_ver INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    base_rev TEXT NOT NULL,
    base_after TEXT,
    payload BLOB NOT NULL,
    payload_sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL,
    acting_for TEXT,
    number TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    clause TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL DEFAULT '{}',
    result_seq INTEGER,
    result_rev TEXT NOT NULL DEFAULT '',
    settled_at TEXT
"""
VERSION_1 = (
    "CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"CREATE TABLE outbox ({ENTRY})",
    "CREATE INDEX outbox_message ON outbox(message_id)",
    f"CREATE TABLE outbox_archive ({ENTRY})",
    "CREATE TABLE draft (draft_id TEXT PRIMARY KEY, message_id TEXT, form TEXT NOT NULL, fields TEXT NOT NULL,"
    " caret INTEGER NOT NULL, saved_at TEXT NOT NULL)",
    "CREATE INDEX draft_form ON draft(form, message_id, saved_at)",
    "CREATE TABLE read_mark (message_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE stored_file (file_id TEXT PRIMARY KEY, upload_id TEXT NOT NULL DEFAULT '', name TEXT NOT NULL,"
    " size INTEGER NOT NULL, sha256 TEXT NOT NULL, media_type TEXT NOT NULL, key BLOB NOT NULL,"
    " place TEXT NOT NULL, is_sent INTEGER NOT NULL DEFAULT 0, stored_at TEXT NOT NULL)",
    "CREATE INDEX stored_file_upload ON stored_file(upload_id)",
)
INSERT = (
    "INSERT INTO {table}(device_seq, command_id, verb, schema_ver, message_id, base_rev, payload, payload_sha256,"
    " created_at, number, state) VALUES (?, ?, 'comment', 1, 'm1', '', ?, 'x', '2026-11-23T06:00:00+00:00', '', ?)"
)
AT = "2026-11-23T06:00:00+00:00"


def old_work(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Makes the file, as it lies after a clean end; returns what is in it by table."""
    c = connect(folder / "work.db", KEY, synchronous="FULL")
    with transaction(c):
        for statement in VERSION_1:
            c.execute(statement)
        c.execute("PRAGMA user_version = 1")
        for seq in range(1, 13):
            text = f'{{"text": "{"слово " * 40}{seq}"}}'.encode()
            table, state = ("outbox_archive", "accepted") if seq <= 8 else ("outbox", "unsent")
            c.execute(INSERT.format(table=table), (seq, f"c{seq}", text, state))
        c.execute("INSERT INTO remembered VALUES ('device_id', 'd1'), ('last_seq', '8')")
        c.execute("INSERT INTO draft VALUES ('e1', 'm1', 'answer', '{\"text\": \"Начато\"}', 3, ?)", (AT,))
        c.execute("INSERT INTO read_mark VALUES ('m1', ?)", (AT,))
        c.execute(
            "INSERT INTO stored_file VALUES ('local-1', '', 'фото.png', 3, 's', 'image/png', ?, 'p1', 0, ?)",
            (bytes(32), AT),
        )
    content = contents(c)
    c.close()
    return content


def contents(c: object) -> dict[str, list[tuple[object, ...]]]:
    """Every row by table, cut to the columns of the first version."""
    widths = {"remembered": 2, "outbox": 20, "outbox_archive": 20, "draft": 6, "read_mark": 2, "stored_file": 10}
    return {
        table: [tuple(row[:width]) for row in c.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()]  # type: ignore[attr-defined]  # noqa: S608
        for table, width in widths.items()
    }

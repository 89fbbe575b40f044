"""The tables of work.db as forward-only migrations."""

from __future__ import annotations

_ENTRY_COLUMNS = """
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

FIRST = (
    "CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"CREATE TABLE outbox ({_ENTRY_COLUMNS})",
    "CREATE INDEX outbox_message ON outbox(message_id)",
    f"CREATE TABLE outbox_archive ({_ENTRY_COLUMNS})",
    "CREATE TABLE draft (draft_id TEXT PRIMARY KEY, message_id TEXT, form TEXT NOT NULL, fields TEXT NOT NULL,"
    " caret INTEGER NOT NULL, saved_at TEXT NOT NULL)",
    "CREATE INDEX draft_form ON draft(form, message_id, saved_at)",
    "CREATE TABLE read_mark (message_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE stored_file (file_id TEXT PRIMARY KEY, upload_id TEXT NOT NULL DEFAULT '', name TEXT NOT NULL,"
    " size INTEGER NOT NULL, sha256 TEXT NOT NULL, media_type TEXT NOT NULL, key BLOB NOT NULL,"
    " place TEXT NOT NULL, is_sent INTEGER NOT NULL DEFAULT 0, stored_at TEXT NOT NULL)",
    "CREATE INDEX stored_file_upload ON stored_file(upload_id)",
)
SECOND = (
    *(
        # the same order in both tables: an entry is archived by SELECT *
        f"ALTER TABLE {table} ADD COLUMN {column}"
        for table in ("outbox", "outbox_archive")
        for column in (
            "failures INTEGER NOT NULL DEFAULT 0",
            "failing_since TEXT NOT NULL DEFAULT ''",
        )
    ),
    "CREATE TABLE desk_event (event_id TEXT PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL,"
    " params TEXT NOT NULL DEFAULT '{}', is_put_away INTEGER NOT NULL DEFAULT 0)",
    "ALTER TABLE stored_file ADD COLUMN used_at TEXT NOT NULL DEFAULT ''",
)
"""Counts of failed sendings (P25), what the desk must tell, when a file was used last."""
THIRD = (
    "CREATE TABLE held (place INTEGER PRIMARY KEY, command_id TEXT NOT NULL UNIQUE, verb TEXT NOT NULL,"
    " schema_ver INTEGER NOT NULL, message_id TEXT NOT NULL, base_rev TEXT NOT NULL, base_after TEXT,"
    " payload BLOB NOT NULL, created_at TEXT NOT NULL, acting_for TEXT, number TEXT NOT NULL, until TEXT NOT NULL)",
    "ALTER TABLE draft ADD COLUMN kept_for TEXT NOT NULL DEFAULT ''",
)
"""Commands that wait some seconds for being taken back, and drafts that come back with them."""
MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, SECOND, THIRD)
WORK_VERSION = len(MIGRATIONS)
"""A file of a later version is not written (P22)."""
SALVAGED_TABLES = ("remembered", "outbox", "outbox_archive", "draft", "read_mark", "stored_file", "desk_event", "held")

"""The tables of cache.db: messages cut for queues, cards, words, and what a first sync still wants."""

from __future__ import annotations

from arm.local.folding import FOLDING_VERSION

CACHE_VERSION = 1000 * FOLDING_VERSION + 5
"""Any other version is set aside and rebuilt by a first sync (P22)."""
SCHEMA = (
    "CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    # pk grows with the moment of registration: newest first is simply descending
    "CREATE TABLE message (pk INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, rev TEXT NOT NULL,"
    " ver INTEGER NOT NULL, sight TEXT NOT NULL, number_digits TEXT NOT NULL, facts BLOB NOT NULL,"
    " words_print BLOB NOT NULL, turns_at INTEGER, phone TEXT NOT NULL,"
    " executor INTEGER NOT NULL)",
    "CREATE INDEX message_number ON message(number_digits)",
    "CREATE INDEX message_turn ON message(turns_at) WHERE turns_at IS NOT NULL",
    "CREATE INDEX message_phone ON message(phone, pk) WHERE phone <> ''",
    "CREATE INDEX message_executor ON message(executor, pk) WHERE executor <> 0",
    "CREATE TABLE card (pk INTEGER PRIMARY KEY, state BLOB NOT NULL, timeline BLOB NOT NULL)",
    "CREATE TABLE place (queue INTEGER NOT NULL, band INTEGER NOT NULL, due INTEGER NOT NULL,"
    " pk INTEGER NOT NULL, organisation INTEGER NOT NULL, executor INTEGER NOT NULL,"
    " category INTEGER NOT NULL, PRIMARY KEY (queue, band, due, pk)) WITHOUT ROWID",
    "CREATE INDEX place_of_message ON place(pk, queue)",
    "CREATE TABLE tally (queue INTEGER NOT NULL, band INTEGER NOT NULL, rows INTEGER NOT NULL,"
    " PRIMARY KEY (queue, band)) WITHOUT ROWID",
    # contentless with explicit deletes: `contentless_delete` would leave evicted words in the segments (P14)
    "CREATE VIRTUAL TABLE words USING fts5(body, who, content='', detail=column,"
    " tokenize='unicode61 remove_diacritics 0')",
    "INSERT INTO words(words, rank) VALUES ('secure-delete', 1)",
    # fetched in the manifest's order, which is that of registration: rows and words are then added at the end
    "CREATE TABLE wanted (place INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE)",
)

"""Every table of the central store, in one metadata for PostgreSQL and SQLite.

Moments are microseconds since 1970 in UTC (they sort equally on both stores), identifiers, hashes and revs text,
states JSON text written by the wire's codec.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import UserDefinedType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Moment(UserDefinedType[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BIGINT"

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return lambda value: None if value is None else (value - EPOCH) // MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return lambda value: None if value is None else EPOCH + value * MICROSECOND


ID = String(64)
HASH = String(64)
REV = String(32)

store = Table(
    "store",
    metadata,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("store_id", ID, nullable=False),
    Column("seal_key", String(64), nullable=False),
    Column("directory_version", Integer, nullable=False),
    Column("scope_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("one = 1", name="one"),
)
organisation = Table(
    "organisation",
    metadata,
    Column("organisation_id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False, default=""),
    Column("superior", ID, ForeignKey("organisation.organisation_id"), nullable=True),
    Column("zone", String(64), nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("investigative", Boolean, nullable=False),
    Column("coordination_cap_days", Integer, nullable=True),
    Column("own_answer_may_be_approved", Boolean, nullable=False),
    Column("single_approver", Boolean, nullable=False, default=False),
)
person = Table(
    "person",
    metadata,
    Column("user_id", ID, primary_key=True),
    Column("login", String(128), unique=True, nullable=True),
    Column("password_hash", Text, nullable=False, default=""),
    Column("full_name", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("service", String(32), nullable=False, default=""),
    Column("active", Boolean, nullable=False),
)
grant_ = Table(
    "grant_",
    metadata,
    Column("user_id", ID, ForeignKey("person.user_id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("role", String(32), nullable=False),
    Column("organisation", ID, ForeignKey("organisation.organisation_id"), nullable=False),
    Column("topics", Text, nullable=False),
)
substitution = Table(
    "substitution",
    metadata,
    Column("absent", ID, ForeignKey("person.user_id"), primary_key=True),
    Column("substitute", ID, ForeignKey("person.user_id"), primary_key=True),
    Column("organisation", ID, ForeignKey("organisation.organisation_id"), primary_key=True),
    Column("first_day", String(10), primary_key=True),
    Column("last_day", String(10), nullable=False),
)
stop_decider = Table("stop_decider", metadata, Column("user_id", ID, ForeignKey("person.user_id"), primary_key=True))
regulation = Table(
    "regulation",
    metadata,
    Column("reference", String(128), primary_key=True),
    Column("text", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
)
organisation_regulation = Table(
    "organisation_regulation",
    metadata,
    Column("organisation", ID, primary_key=True),
    Column("reference", String(128), ForeignKey("regulation.reference"), nullable=False),
)
classifier = Table(
    "classifier",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("content", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("in_force", Boolean, nullable=False),
)
routing_rule = Table(
    "routing_rule",
    metadata,
    Column("rule_id", ID, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("content", Text, nullable=False),
)
template = Table(
    "template",
    metadata,
    Column("template_id", ID, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("content", Text, nullable=False),
)
token = Table(
    "token",
    metadata,
    Column("token_hash", HASH, primary_key=True),
    Column("user_id", ID, ForeignKey("person.user_id"), nullable=False, index=True),
    Column("device_id", ID, nullable=True),
    Column("kind", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment, nullable=True),
)
guess = Table(
    "guess",
    metadata,
    Column("login_hash", HASH, primary_key=True),
    Column("day", String(10), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("in_a_row", Integer, nullable=False),
    Column("blocked_until", Moment, nullable=False),
)
device = Table(
    "device",
    metadata,
    Column("device_id", ID, primary_key=True),
    Column("user_id", ID, ForeignKey("person.user_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("client_version", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("dec_hash", HASH, nullable=False),
    Column("backup_floor", BigInteger, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("escrow_key", String(64), nullable=False, default=""),
    Column("report", Text, nullable=False, default=""),
)
# never thinned out: desks ask it what became of commands that they hold as accepted (DECISIONS 31)
command_log = Table(
    "command_log",
    metadata,
    Column("command_id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("device_id", ID, nullable=True),
    Column("device_seq", BigInteger, nullable=True),
    Column("message_id", ID, nullable=False),
    Column("body_hash", HASH, nullable=False),
    Column("verdict", String(24), nullable=False),
    Column("decision", Text, nullable=False),
    Column("result_seq", BigInteger, nullable=True),
    Column("result_rev", REV, nullable=False),
    Column("parked_body", Text, nullable=True),
    Column("decided_at", Moment, nullable=False),
    Index(None, "device_id", "device_seq"),
)
message = Table(
    "message",
    metadata,
    Column("message_id", ID, primary_key=True),
    Column("number", String(32), unique=True, nullable=False),
    Column("ver", Integer, nullable=False),
    Column("rev", REV, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("organisation", ID, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("applicant", Text, nullable=True),
    Column("tags", Text, nullable=False),
    Column("turns_at", Moment, nullable=True, index=True),
    Index(None, "organisation", "stage"),
    Index(None, "external_id"),
)
message_tag = Table(
    "message_tag",
    metadata,
    Column("tag", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", ID, primary_key=True),
    Column("sight", SmallInteger, nullable=False),
    Index(None, "message_id"),
    sqlite_with_rowid=False,
)
message_file = Table(
    "message_file",
    metadata,
    Column("upload_id", ID, primary_key=True),
    Column("message_id", ID, primary_key=True),
    sqlite_with_rowid=False,
)
journal_head = Table(
    "journal_head",
    metadata,
    Column("one", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("ts", Moment, nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("retention_open", Boolean, nullable=False),
    CheckConstraint("one = 1", name="one"),
)
journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("ts", Moment, nullable=False),
    Column("message_id", ID, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor_id", ID, nullable=False),
    Column("device_id", ID, nullable=True),
    Column("command_id", ID, nullable=False),
    Column("ver", Integer, nullable=False),
    Column("rev", REV, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("commit_hash", HASH, nullable=False),
    Column("hash", HASH, nullable=False),
    Index(None, "message_id", "seq"),
)
journal_tag = Table(
    "journal_tag",
    metadata,
    Column("tag", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
notice = Table(
    "notice",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("message_id", ID, nullable=False, index=True),
    Column("recipient", String(160), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("params", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sent_at", Moment, nullable=True),
    Index(None, "recipient", "seq"),
)
upload = Table(
    "upload",
    metadata,
    Column("upload_id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("device_id", ID, nullable=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", HASH, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("referenced", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)
timer = Table(
    "timer",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=True),
    Column("runs", BigInteger, nullable=False, default=0),
)
timed = Table(
    "timed",
    metadata,
    Column("what", String(32), primary_key=True),
    Column("about", ID, primary_key=True),
    Column("due_at", Moment, primary_key=True),
    Column("done_at", Moment, nullable=False),
)
presence = Table(
    "presence",
    metadata,
    Column("message_id", ID, primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("doing", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)
shared_draft = Table(
    "shared_draft",
    metadata,
    Column("draft_id", ID, primary_key=True),
    Column("message_id", ID, nullable=False, index=True),
    Column("author_id", ID, nullable=False),
    Column("form", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("taken_by", ID, nullable=True),
    Column("taken_at", Moment, nullable=True),
)
number_series = Table(
    "number_series",
    metadata,
    Column("series", String(32), primary_key=True),
    Column("last", BigInteger, nullable=False),
)
security_event = Table(
    "security_event",
    metadata,
    Column("event_id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", String(32), nullable=False, index=True),
    Column("user_id", ID, nullable=True),
    Column("device_id", ID, nullable=True),
    Column("details", Text, nullable=False),
)

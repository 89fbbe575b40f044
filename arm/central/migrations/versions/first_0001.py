"""The first schema: directory, rules, access, messages, journal, and the triggers that guard the journal (P10)."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SQLITE_TRIGGERS = (
    """CREATE TRIGGER journal_is_dense BEFORE INSERT ON journal
       WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM journal), (SELECT seq FROM journal_head))
       BEGIN SELECT RAISE(ABORT, 'journal: not the next seq'); END""",
    """CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
       WHEN (SELECT retention_open FROM journal_head) = 0
       BEGIN SELECT RAISE(ABORT, 'journal: rows are never deleted'); END""",
    """CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal
       WHEN (SELECT retention_open FROM journal_head) = 0 OR NEW.salt <> '' OR NEW.payload <> ''
         OR NEW.seq <> OLD.seq OR NEW.ts <> OLD.ts OR NEW.message_id <> OLD.message_id OR NEW.kind <> OLD.kind
         OR NEW.actor_id <> OLD.actor_id OR NEW.device_id IS NOT OLD.device_id
         OR NEW.command_id <> OLD.command_id OR NEW.ver <> OLD.ver OR NEW.rev <> OLD.rev
         OR NEW.commit_hash <> OLD.commit_hash OR NEW.hash <> OLD.hash
       BEGIN SELECT RAISE(ABORT, 'journal: rows are final'); END""",
)
POSTGRES_TRIGGERS = (
    """CREATE FUNCTION journal_is_dense() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.seq <> 1 + coalesce((SELECT max(seq) FROM journal), (SELECT seq FROM journal_head)) THEN
           RAISE EXCEPTION 'journal: not the next seq'; END IF;
         RETURN NEW; END $$""",
    """CREATE FUNCTION journal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NOT (SELECT retention_open FROM journal_head) THEN
           RAISE EXCEPTION 'journal: rows are never deleted'; END IF;
         RETURN OLD; END $$""",
    """CREATE FUNCTION journal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NOT (SELECT retention_open FROM journal_head) OR NEW.salt <> '' OR NEW.payload <> ''
           OR (NEW.seq, NEW.ts, NEW.message_id, NEW.kind, NEW.actor_id, NEW.device_id, NEW.command_id, NEW.ver,
               NEW.rev, NEW.commit_hash, NEW.hash)
             IS DISTINCT FROM
              (OLD.seq, OLD.ts, OLD.message_id, OLD.kind, OLD.actor_id, OLD.device_id, OLD.command_id, OLD.ver,
               OLD.rev, OLD.commit_hash, OLD.hash) THEN
           RAISE EXCEPTION 'journal: rows are final'; END IF;
         RETURN NEW; END $$""",
    """CREATE TRIGGER journal_is_dense BEFORE INSERT ON journal
       FOR EACH ROW EXECUTE FUNCTION journal_is_dense()""",
    """CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
       FOR EACH ROW EXECUTE FUNCTION journal_is_kept()""",
    """CREATE TRIGGER journal_is_final BEFORE UPDATE ON journal
       FOR EACH ROW EXECUTE FUNCTION journal_is_final()""",
)


def upgrade() -> None:
    _organisations()
    _people()
    _rules()
    _access()
    _decisions()
    _messages()
    _journal()
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRES_TRIGGERS if is_postgres else SQLITE_TRIGGERS:
        op.execute(statement)


def _organisations() -> None:
    op.create_table(
        "store",
        sa.Column("one", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("seal_key", sa.String(length=64), nullable=False),
        sa.Column("directory_version", sa.Integer(), nullable=False),
        sa.Column("scope_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one = 1", name="ck_store_one"),
        sa.PrimaryKeyConstraint("one", name="pk_store"),
    )
    op.create_table(
        "organisation",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("superior", sa.String(length=64), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("investigative", sa.Boolean(), nullable=False),
        sa.Column("coordination_cap_days", sa.Integer(), nullable=True),
        sa.Column("own_answer_may_be_approved", sa.Boolean(), nullable=False),
        sa.Column("single_approver", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["superior"], ["organisation.organisation_id"], name="fk_organisation_superior"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_organisation"),
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=128), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_person"),
        sa.UniqueConstraint("login", name="uq_person_login"),
    )
    op.create_table(
        "grant_",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation_id"], name="fk_grant__organisation"),
        sa.ForeignKeyConstraint(["user_id"], ["person.user_id"], name="fk_grant__user_id"),
        sa.PrimaryKeyConstraint("user_id", "place", name="pk_grant_"),
    )
    op.create_table(
        "substitution",
        sa.Column("absent", sa.String(length=64), nullable=False),
        sa.Column("substitute", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["absent"], ["person.user_id"], name="fk_substitution_absent"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation_id"], name="fk_substitution_organisation"
        ),
        sa.ForeignKeyConstraint(["substitute"], ["person.user_id"], name="fk_substitution_substitute"),
        sa.PrimaryKeyConstraint("absent", "substitute", "organisation", "first_day", name="pk_substitution"),
    )
    op.create_table(
        "stop_decider",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person.user_id"], name="fk_stop_decider_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_stop_decider"),
    )


def _rules() -> None:
    op.create_table(
        "regulation",
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_regulation"),
    )
    op.create_table(
        "organisation_regulation",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["regulation.reference"], name="fk_organisation_regulation_reference"),
        sa.PrimaryKeyConstraint("organisation", name="pk_organisation_regulation"),
    )
    op.create_table(
        "classifier",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_classifier"),
    )
    op.create_table(
        "routing_rule",
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name="pk_routing_rule"),
    )
    op.create_table(
        "template",
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("template_id", name="pk_template"),
    )


def _access() -> None:
    op.create_table(
        "device",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_version", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("dec_hash", sa.String(length=64), nullable=False),
        sa.Column("backup_floor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person.user_id"], name="fk_device_user_id"),
        sa.PrimaryKeyConstraint("device_id", name="pk_device"),
    )
    op.create_index("ix_device_user_id", "device", ["user_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["person.user_id"], name="fk_token_user_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_token"),
    )
    op.create_index("ix_token_user_id", "token", ["user_id"], unique=False)
    op.create_table(
        "guess",
        sa.Column("login_hash", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", name="pk_guess"),
    )


def _decisions() -> None:
    op.create_table(
        "command_log",
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("device_seq", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("result_seq", sa.BigInteger(), nullable=True),
        sa.Column("result_rev", sa.String(length=32), nullable=False),
        sa.Column("parked_body", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("command_id", name="pk_command_log"),
    )
    op.create_index("ix_command_log_device_id_device_seq", "command_log", ["device_id", "device_seq"], unique=False)
    op.create_table(
        "security_event",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_security_event"),
    )
    op.create_index("ix_security_event_kind", "security_event", ["kind"], unique=False)


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("rev", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_message"),
        sa.UniqueConstraint("number", name="uq_message_number"),
    )
    op.create_index("ix_message_external_id", "message", ["external_id"], unique=False)
    op.create_index("ix_message_organisation_stage", "message", ["organisation", "stage"], unique=False)
    op.create_table(
        "message_tag",
        sa.Column("tag", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("sight", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "message_id", name="pk_message_tag"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_message_tag_message_id", "message_tag", ["message_id"], unique=False)
    op.create_table(
        "message_file",
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "message_id", name="pk_message_file"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("referenced", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_upload"),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_number_series"),
    )


def _journal() -> None:
    op.create_table(
        "journal_head",
        sa.Column("one", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("retention_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("one = 1", name="ck_journal_head_one"),
        sa.PrimaryKeyConstraint("one", name="pk_journal_head"),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("rev", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("commit_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal"),
    )
    op.create_index("ix_journal_message_id_seq", "journal", ["message_id", "seq"], unique=False)
    op.create_table(
        "journal_tag",
        sa.Column("tag", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tag", "seq", name="pk_journal_tag"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notice",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq", "place", name="pk_notice"),
    )
    op.create_index("ix_notice_message_id", "notice", ["message_id"], unique=False)
    op.create_index("ix_notice_recipient_seq", "notice", ["recipient", "seq"], unique=False)

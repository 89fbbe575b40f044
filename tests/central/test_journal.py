"""The journal: dense, chained, final; the schema the same on both stores; many writers at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DatabaseError

from arm.central import chain, migrating, schema
from arm.central import tables as t
from arm.central.central import Act, Central
from arm.central.engine import make_engine, reading, writing
from arm.domain.commands import Comment
from arm.domain.identity import CommandId, UserId
from arm.wire import Base, PushAnswer, Verdict
from tests.central.region import Desk, accepted, assigned, desk, new_id, phone_call, registered


def journal_rows(central: Central) -> list[Any]:
    with reading(central.store.engine) as connection:
        return list(connection.execute(select(t.journal).order_by(t.journal.c.seq)))


def test_the_migrated_schema_is_the_tables_of_the_code(bare_central: Central) -> None:
    with bare_central.store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []


def test_the_newest_version_is_the_head_of_the_migrations() -> None:
    assert migrating.newest_version() == schema.NEWEST


def test_bringing_up_to_date_twice_changes_nothing(bare_central: Central) -> None:
    with reading(bare_central.store.engine) as connection:
        before = connection.execute(select(t.store)).one()
    schema.bring_up_to_date(bare_central.store.engine)
    with reading(bare_central.store.engine) as connection:
        assert connection.execute(select(t.store)).one() == before


def test_every_row_hangs_on_the_one_before(central: Central) -> None:
    assigned(central)
    rows = journal_rows(central)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert chain.first_break(rows) is None
    assert [row.ver for row in rows] == [1, 2, 3]
    with reading(central.store.engine) as connection:
        assert connection.execute(select(t.message.c.rev)).scalar_one() == rows[-1].rev


def alter(connection: Connection) -> None:
    connection.execute(update(t.journal).values(payload="{}"))


def remove(connection: Connection) -> None:
    connection.execute(delete(t.journal).where(t.journal.c.seq == 1))


def leave_a_hole(connection: Connection) -> None:
    row = connection.execute(select(t.journal).order_by(t.journal.c.seq.desc())).first()
    assert row is not None
    connection.execute(insert(t.journal).values(**(dict(row._mapping) | {"seq": row.seq + 2})))


def repeat(connection: Connection) -> None:
    row = connection.execute(select(t.journal).order_by(t.journal.c.seq.desc())).first()
    assert row is not None
    connection.execute(insert(t.journal).values(**row._mapping))


@pytest.mark.parametrize("tamper", [alter, remove, leave_a_hole, repeat])
def test_the_database_itself_refuses_tampering(central: Central, tamper: Any) -> None:
    accepted(central)
    with pytest.raises(DatabaseError), writing(central.store.engine) as connection:
        tamper(connection)
    assert chain.first_break(journal_rows(central)) is None


def test_retention_erases_words_and_keeps_the_chain(central: Central) -> None:
    accepted(central)
    with writing(central.store.engine) as connection:
        connection.execute(update(t.journal_head).values(retention_open=True))
        connection.execute(update(t.journal).where(t.journal.c.seq == 1).values(salt="", payload=""))
        connection.execute(update(t.journal_head).values(retention_open=False))
    assert chain.first_break(journal_rows(central)) is None


def test_a_changed_word_is_found_at_its_place(central: Central) -> None:
    assigned(central)
    rows: list[Any] = [row._mapping for row in journal_rows(central)]

    class Row:
        def __init__(self, values: dict[str, Any]) -> None:
            self.__dict__.update(values)

    changed = [Row(dict(one)) for one in rows]
    changed[1].payload = changed[1].payload.replace("moderator", "moderatop")
    assert chain.first_break(changed) == 2


def test_many_writers_leave_no_hole(central: Central) -> None:
    shared = accepted(central)
    faults: list[BaseException] = []

    def work(login: str) -> None:
        try:
            mine = desk(central, login)
            for number in range(6):
                if login == "operator":
                    decision = mine.do(new_id(), phone_call(f"Яма {number}"), Base())
                else:
                    decision = mine.do(shared, Comment(text=f"Заметка {number}"), Base())
                assert decision.verdict is Verdict.ACCEPTED
        except BaseException as wrong:
            faults.append(wrong)

    threads = [threading.Thread(target=work, args=(one,)) for one in ("operator", "coordinator", "curator") * 2]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    rows = journal_rows(central)
    assert len(rows) == 2 + 6 * 6
    assert chain.first_break(rows) is None
    assert [one.ts for one in rows] == sorted(one.ts for one in rows)
    numbers = [central.messages([one])[one].number for one in central.message_ids()]
    assert len(set(numbers)) == len(numbers)


def test_the_same_command_twice_at_once_has_one_effect(central: Central) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    answers: list[PushAnswer] = []

    def send(one: Desk) -> None:
        answers.append(one.send(envelope))

    threads = [threading.Thread(target=send, args=(operator,)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == 4
    assert len({str(one.decisions) for one in answers}) == 1
    assert central.head() == 1


def test_a_batch_inside_the_store_is_repeatable(central: Central) -> None:
    acts = [Act(UserId("operator"), new_id(), phone_call(f"Яма {n}"), None, CommandId(f"import-{n}")) for n in range(5)]
    first = central.act_many(acts, batch=2)
    assert [one.verdict for one in first] == [Verdict.ACCEPTED] * 5
    assert central.act_many(acts) == first
    assert central.head() == 5
    assert chain.first_break(journal_rows(central)) is None


def test_two_stores_keep_the_same_state_for_the_same_commands(
    central: Central, tmp_path_factory: pytest.TempPathFactory
) -> None:
    message_id = registered(central)
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('other') / 'other.db'}")
    schema.bring_up_to_date(engine)
    with reading(central.store.engine) as here:
        row = here.execute(select(t.message)).one()
    with writing(engine) as there:
        there.execute(insert(t.message).values(**row._mapping))
    with reading(engine) as there:
        assert there.execute(select(t.message)).one() == row
    engine.dispose()
    assert row.message_id == message_id

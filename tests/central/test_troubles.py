"""When the database itself is in trouble: nothing is acknowledged that isn't kept, nothing is lost, repeats heal."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, text

from arm.central.central import Central
from arm.central.engine import writing
from arm.central.problems import StoreTrouble, Trouble
from arm.wire import Base, Verdict
from tests.central.region import desk, new_id, phone_call

WARN_AT_COMMIT = """
CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE WARNING 'canceling wait for synchronous replication'; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER warn_at_commit AFTER INSERT ON command_log
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()
"""


@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_a_commit_with_a_warning_is_no_acknowledgement(central: Central) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    with writing(central.store.engine) as connection:
        connection.execute(text(WARN_AT_COMMIT))
    with pytest.raises(Trouble) as doubtful:
        operator.send(envelope)
    assert (doubtful.value.code, doubtful.value.problem.status) == ("uncertain", 503)
    decision = operator.send(envelope).decisions[0]
    assert decision.verdict is Verdict.ACCEPTED
    assert central.head() == 1


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_what_was_accepted_stays(central: Central) -> None:
    operator = desk(central, "operator")
    kept = operator.do(new_id(), phone_call(), Base())
    envelope = operator.envelope(new_id(), phone_call("Яма. " * 3000), Base())

    def fill_up(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    event.listen(central.store.engine, "begin", fill_up)
    with pytest.raises(StoreTrouble) as full:
        operator.send(envelope)
    assert full.value.kind == "disk_full"
    assert central.message(kept_id := central.message_ids()[0]) is not None
    assert central.id_of_number(kept.number) == kept_id
    event.remove(central.store.engine, "begin", fill_up)
    central.store.engine.dispose()
    assert operator.send(envelope).decisions[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_a_broken_connection_is_healed_by_a_repeat(central: Central) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    victims = []

    def cut(connection: Connection) -> None:
        if not victims:
            victims.append(connection)
            with central.store.engine.connect() as other:
                own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                other.exec_driver_sql(f"SELECT pg_terminate_backend({own})")

    event.listen(central.store.engine, "commit", cut)
    with pytest.raises((Trouble, StoreTrouble)):
        operator.send(envelope)
    event.remove(central.store.engine, "commit", cut)
    assert operator.send(envelope).decisions[0].verdict is Verdict.ACCEPTED
    assert central.head() == 1


def test_a_fault_at_any_statement_leaves_nothing_behind(central: Central) -> None:
    operator, fails_at = desk(central, "operator"), 0
    envelope = operator.envelope(new_id(), phone_call(), Base())
    while True:
        fails_at += 1
        left = [fails_at]

        def fail(*_: object, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise StoreTrouble("unreachable")

        event.listen(central.store.engine, "before_cursor_execute", fail)
        try:
            decision = operator.send(envelope).decisions[0]
        except StoreTrouble:
            decision = None
        event.remove(central.store.engine, "before_cursor_execute", fail)
        if decision is not None:
            break
        assert (central.message_ids(), central.head()) == ([], 0)
    assert fails_at > 8
    assert decision.verdict is Verdict.ACCEPTED
    assert central.head() == 1

"""Many threads at one desk: nobody waits behind a page, nothing is lost or doubled."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from arm.desk.troubles import CacheTrouble
from arm.desk.values import Draft, QueueQuery, Workspace
from arm.domain.commands import Comment, Start
from tests.desk.steps import assigned, desks, do, registered, registration
from tests.desk_fixture import Town


def test_the_screen_reads_while_a_page_is_being_written(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        with moderator._core.store.cache.writing() as writer:
            writer.execute("DELETE FROM place")
            with ThreadPoolExecutor(1) as other:
                query = QueueQuery(workspace=Workspace.MODERATION)
                rows = other.submit(moderator.messages.queue_page, query).result(10).rows
                card = other.submit(moderator.messages.card, message_id).result(10)
                counters = other.submit(moderator.messages.counters).result(10)
            writer.execute("ROLLBACK")
            writer.execute("BEGIN")
        assert [row.message_id for row in rows] == [message_id]
        assert card is not None and counters[0].needs_action == 1


def test_commands_of_many_threads_are_numbered_without_holes(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        do(executor, message_id, Start())
        with ThreadPoolExecutor(6) as pool:
            for future in [pool.submit(do, executor, message_id, Comment(text=f"Запись {n}")) for n in range(20)] + [
                pool.submit(executor.sync.run_now) for _ in range(3)
            ]:
                future.result(60)
        executor.sync.run_now()
        assert executor.commands.pending() == ()
        card = executor.messages.card(message_id)
        assert card is not None and not card.is_projected
        written = [event.command.text for event in card.timeline if event.verb == "comment"]  # type: ignore[union-attr]
        assert sorted(written) == sorted(f"Запись {n}" for n in range(20))


def test_changes_are_told_to_everybody_who_listens(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        heard: list[str] = []
        stops: list[Callable[[], None]] = [
            operator.listen(lambda changes, name=name: heard.append(name))  # type: ignore[misc]
            for name in ("card", "queue")
        ]
        do(operator, None, registration())
        assert heard == ["card", "queue"]
        stops[0]()
        do(operator, None, registration("Другая яма"))
        assert heard == ["card", "queue", "queue"]


def test_a_full_disk_is_said_and_the_draft_is_still_there(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        draft = operator.drafts.save(
            Draft(draft_id="", message_id=None, form="register", fields={"text": "Яма " * 2000})
        )
        work = operator._core.store.work
        work.limit_pages(work.pages)
        with pytest.raises(CacheTrouble) as trouble:
            operator.commands.do(None, registration("Яма " * 4000))
        assert trouble.value.kind == "disk_full"
        assert operator.commands.pending() == ()
        assert operator.drafts.load("register") == draft
        work.limit_pages(1 << 30)
        done = do(operator, None, registration("Яма " * 4000))
        assert done.number == "Б-1"


def test_a_full_disk_during_a_pull_leaves_the_old_state_whole(town: Town) -> None:
    first = registered(town)
    with desks(town, "moderator") as (moderator,):
        for n in range(40):
            registered(town, f"Яма {n} " * 100)
        cache = moderator._core.store.cache
        cache.limit_pages(cache.pages)
        with pytest.raises(CacheTrouble) as trouble:
            moderator.sync.run_now()
        assert trouble.value.kind == "disk_full"
        assert [row.message_id for row in moderator.messages.rows([first])] == [first]
        cache.limit_pages(1 << 30)
        moderator.sync.run_now()
        (counter,) = moderator.messages.counters()
        assert counter.needs_action == 41


def test_nobody_waits_for_the_network_to_save(town: Town) -> None:
    message_id = assigned(town)
    hold, held = threading.Event(), threading.Event()

    def wait(name: str) -> None:
        held.set()
        assert hold.wait(20)

    with desks(town, "executor") as (executor,):
        town.wire.before = wait
        with ThreadPoolExecutor(1) as network:
            turn = network.submit(executor.sync.run_now)
            assert held.wait(20)
            do(executor, message_id, Start())
            card = executor.messages.card(message_id)
            assert card is not None and card.message.in_work
            hold.set()
            turn.result(20)

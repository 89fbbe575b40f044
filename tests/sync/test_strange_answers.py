"""Answers of the protocol's shape with values that nobody can reckon with: a trouble, no end of sync (I15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from arm.desk.troubles import SyncTrouble
from arm.wire import DeviceState, PullAnswer
from tests.desk.steps import assigned, desks
from tests.desk_fixture import Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def zoneless(page: PullAnswer) -> PullAnswer:
    return replace(page, server_time=datetime(2026, 11, 23, 6, 0))


def long_version(page: PullAnswer) -> PullAnswer:
    return replace(page, min_client="9" * 5000)


def no_text(page: PullAnswer) -> PullAnswer:
    return replace(page, to_cursor="\ud800")


def zoneless_card(page: PullAnswer) -> PullAnswer:
    items = [
        replace(one, card=replace(one.card, state=one.card.state | {"registered_at": "2026-01-01T00:00:00"}))
        for one in page.items
        if one.card is not None
    ]
    return replace(page, items=items)


def endless_numbers(page: PullAnswer) -> PullAnswer:
    return replace(page, device=DeviceState(last_seq=10**30, dec_hash="x", backup_floor=10**30))


@pytest.mark.parametrize("strange", [zoneless, long_version, no_text, zoneless_card, endless_numbers])
def test_a_strange_page_is_a_trouble_and_the_next_one_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch, strange: Callable[[PullAnswer], PullAnswer]
) -> None:
    with desks(town, "executor") as (executor,):
        message_id = assigned(town)
        transport = executor.files.transport
        assert transport is not None
        changes = transport.changes
        monkeypatch.setattr(transport, "changes", lambda cursor, limit: strange(changes(cursor, limit)))
        with pytest.raises(SyncTrouble) as trouble:
            executor.sync.run_now()
        assert trouble.value.code == "not_the_protocol"
        monkeypatch.undo()
        executor.sync.run_now()
        assert executor.messages.card(message_id) is not None

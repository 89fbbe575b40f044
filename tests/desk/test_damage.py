"""Damage at a desk: the person is told until he puts it away, the central store at the next contact (P23)."""

from __future__ import annotations

import json

from arm.central import admin
from arm.central.security import noted
from tests.desk.steps import do, registration
from tests.desk_fixture import PASSWORD, Town

PAGE = 4096


def test_damage_is_told_to_the_central_store_and_work_goes_on(town: Town) -> None:
    desk = town.desk("operator")
    town.wire.is_cut = True
    for _ in range(40):
        do(desk, None, registration())
    desk.close()
    path = town.folder / "profiles" / "operator" / "work.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // PAGE * PAGE
    content[middle : middle + PAGE] = bytes(PAGE)
    path.write_bytes(content)
    (path.parent / "not-closed").touch()
    town.wire.is_cut = False
    again = town.bare_desk("operator")
    report = again.session.salvage()
    assert report is not None and report.commands + len(report.missing_seqs) == 40
    if again.session.me() is None:
        again.session.sign_in("town.example", "operator", PASSWORD)
    events = again._core.store.work.rows("SELECT kind FROM desk_event")
    assert [kind for (kind,) in events] == ["salvaged"]
    (told,) = again.sync.status().events
    missing = ",".join(str(one) for one in report.missing_seqs)
    assert told.params == {"file": report.kept_file, "saved": str(report.commands), "missing": missing}
    again.sync.run_now()
    assert again.sync.status().unsent == 0
    (line,) = admin.devices(town.central.store, "operator")
    assert json.loads(line.report)["missing"] == list(report.missing_seqs)
    again.sync.run_now()
    assert town.wire.calls.count("report") == 1
    assert len(noted(town.central.store, "desk_salvaged")) == 1
    assert len(town.central.message_ids()) == report.commands
    again.close()

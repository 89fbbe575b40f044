"""The invariants I1–I16 of protocol.md §5, one function each; those marked Q hold after quiescence."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from arm.central import feed
from arm.desk.storage import ARCHIVED_FOR
from arm.domain.visibility import Sight
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from arm.verify.sim.chance import Violation
from arm.verify.sim.oracle import CANARY

if TYPE_CHECKING:
    from arm.verify.sim.node import Node
    from arm.verify.sim.world import World

LEASE_S = 7 * 86400
ENTRIES = (
    "SELECT command_id, state, payload, message_id, result_seq FROM outbox"
    " UNION ALL SELECT command_id, state, payload, message_id, result_seq FROM outbox_archive"
)
RECONCILING = "SELECT 1 FROM kept WHERE name = 'reconcile_cursor' AND length(value) > 0"
VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, instance)"
OPEN_STATES = ("refused", "conflict", "parked")


def entries(node: Node) -> dict[str, tuple[str, bytes, str]]:
    """command → (state, payload, message) of everything the desk keeps."""
    return {row[0]: (row[1], bytes(row[2]), row[3]) for row in node.rows("work", ENTRIES)}


def saved_is_kept(node: Node) -> None:
    """I1: every command that the desk reported as saved is in outbox or archive; I12: byte for byte as typed."""
    if node.desk is None or not node.desk._core.is_open:
        return
    kept = entries(node)
    for command_id, payload in node.promises.saved.items():
        if command_id not in kept and _may_be_forgotten(node, command_id):
            node.world.excused.add(command_id)
            continue
        if command_id not in kept:
            raise Violation("I1", f"{node.name} lost a command that was reported as saved")
        if _typed(kept[command_id][1]) != _typed(payload):
            raise Violation("I12", f"{node.name} keeps a text that differs from what was typed")
    drafts = dict(node.rows("work", "SELECT draft_id, fields FROM draft"))
    for draft_id, text in node.promises.drafts.items():
        if text not in str(drafts.get(draft_id, "")):
            raise Violation("I12", f"{node.name} lost a draft")


def _may_be_forgotten(node: Node, command_id: str) -> bool:
    """What lies in a backup may leave the archive in time (P9): accepted, or a month after its author put it away."""
    if command_id not in node.world.backed_up:
        return False
    put_away = node.promises.put_away.get(command_id)
    is_old = put_away is not None and node.clock.wall() - put_away >= ARCHIVED_FOR
    return is_old or node.world.told.get(command_id, ("", 0))[0] == "accepted"


def _typed(payload: bytes) -> Any:
    """The payload without the names of its files, which the central store gives."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(one) for key, one in value.items() if key != "upload_id"}
        return [bare(one) for one in value] if isinstance(value, list) else value

    return bare(json.loads(payload))


def nothing_undecided(node: Node) -> None:
    """I1 Q: after quiescence no command of an entitled user is undecided."""
    waiting = [one for one, (state, _, _) in entries(node).items() if state == "unsent"]
    if waiting:
        raise Violation("I1", f"{node.name} has {len(waiting)} undecided commands at the end")


def one_effect_each(world: World) -> None:
    """I2: each command has at most one effect on a message, and one row in the log."""
    twice = world.oracle.rows(
        "SELECT command_id FROM journal GROUP BY command_id, message_id HAVING count(*) > 1 LIMIT 1"
    )
    if twice:
        raise Violation("I2", "a command has two effects")
    told = world.oracle.rows(
        "SELECT verdict FROM command_log WHERE command_id IN (SELECT command_id FROM journal)"
        " AND verdict NOT IN ('accepted', 'accepted_merged') LIMIT 1"
    )
    if told:
        raise Violation("I4", f"a command that was decided {told[0][0]} is in the journal")


def accepted_is_in_the_journal(world: World) -> None:
    """I3, I4: what a desk was told in this history of the store is what the journal says."""
    present = {row[0] for row in world.oracle.rows("SELECT DISTINCT command_id FROM journal")}
    for command_id, (verdict, epoch) in world.told.items():
        if epoch != world.server.epoch:
            continue
        if verdict == "accepted" and command_id not in present:
            raise Violation("I3", "an acknowledged command is not in the journal")
        if verdict in OPEN_STATES and command_id in present:
            raise Violation("I4", f"a command told {verdict} is in the journal")


def restored_is_refilled(world: World) -> None:
    """I3, I4 Q: after a restore each acknowledged command is in the journal again or stands before its author."""
    present = {row[0] for row in world.oracle.rows("SELECT DISTINCT command_id FROM journal")}
    shown: dict[str, str] = {}
    for node in world.nodes:
        for command_id, (state, _, _) in entries(node).items():
            shown[command_id] = state
            if state == "accepted" and command_id not in present and command_id not in world.excused:
                raise Violation("I3", f"{node.name} shows as accepted what the journal doesn't have")
    for command_id, (verdict, _) in world.told.items():
        state = shown.get(command_id, "")
        is_gone = command_id not in present and command_id not in world.excused
        if is_gone and verdict == "accepted" and state not in OPEN_STATES:
            raise Violation("I3", f"a command acknowledged before the restore is lost ({state})")
        if state in OPEN_STATES and command_id in present:
            raise Violation("I4", f"a command shown as {state} is in the journal")


def cache_is_the_truth(world: World, node: Node) -> None:
    """I5 Q: the cache is exactly what its user may see: rev, sight, state and timeline, and every word's index."""
    at = world.server.clock.wall()
    expected = world.sights_of(node.user)
    rows = node.rows("cache", "SELECT message_id, rev, sight, pk FROM message")
    here = {row[0]: row for row in rows}
    if set(here) != set(expected):
        missing, extra = len(set(expected) - set(here)), len(set(here) - set(expected))
        raise Violation("I5", f"{node.name} lacks {missing} messages and has {extra} too many")
    for message_id, (_, rev, sight, pk) in here.items():
        true_rev, true_sight, state, timeline = world.oracle.card(message_id, node.user, at)
        if (rev, sight) != (true_rev, true_sight):
            raise Violation("I5", f"{node.name} has {message_id[:8]} at another rev or sight {sight}/{true_sight}")
        kept = node.rows("cache", "SELECT state, timeline FROM card WHERE pk = ?", (pk,))[0]
        if _plainly(state) != _plainly(msgspec.json.decode(kept[0])):
            raise Violation("I5", f"{node.name} has another state of {message_id[:8]}")
        if _plainly(timeline) != _plainly(msgspec.json.decode(kept[1])):
            raise Violation("I5", f"{node.name} has another timeline of {message_id[:8]}")
    _index_is_the_truth(node, {row[3]: row[0] for row in rows})


def _plainly(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _index_is_the_truth(node: Node, messages: dict[int, str]) -> None:
    """I5, I6: every canary of the index stands in a card that is here, and every card's text is found."""
    node.rows("cache", VOCABULARY)
    found = node.rows("cache", "SELECT DISTINCT term, doc FROM temp.vocabulary WHERE term GLOB 'zq*'")
    index: dict[int, set[str]] = {}
    for term, doc in found:
        index.setdefault(doc, set()).add(term)
    for doc, terms in index.items():
        state = node.rows("cache", "SELECT state FROM card WHERE pk = ?", (doc,))
        written = {one.decode() for one in CANARY.findall(bytes(state[0][0]))} if state else set()
        if doc not in messages or not terms <= written:
            raise Violation("I6", f"{node.name}'s index remembers words of a card that isn't here")
    for pk in messages:
        state = node.rows("cache", "SELECT state FROM card WHERE pk = ?", (pk,))
        text = msgspec.json.decode(state[0][0]).get("text", "")
        if not {one.decode() for one in CANARY.findall(text.encode())} <= index.get(pk, set()):
            raise Violation("I5", f"{node.name}'s index lacks the text of a card")


def no_strangers_rows(world: World, node: Node) -> None:
    """I6: after a page that reached the head, no message beyond the scope of its snapshot is in the cache."""
    page = world.pages.get(node.name)
    if page is None or node.desk is None:
        return
    kept = {name: bytes(value) for name, value in node.rows("cache", "SELECT name, value FROM kept")}
    if kept.get("cursor", b"").decode() != page[0] or kept.get("reconcile_cursor"):
        return
    here = {row[0] for row in node.rows("cache", "SELECT message_id FROM message")}
    strangers = here - set(page[1])
    if strangers:
        raise Violation("I6", f"{node.name} keeps {len(strangers)} messages out of his scope after a whole page")


def nothing_goes_back(world: World, node: Node) -> None:
    """I8: within one history of the store the cursor never decreases, nor does what is shown of a message."""
    if node.desk is None or not node.desk._core.is_open:
        return
    kept = node.rows("cache", "SELECT value FROM kept WHERE name = 'cursor'")
    devices = node.rows("work", "SELECT value FROM remembered WHERE name = 'device_id'")
    if not kept or not devices:
        return
    text = bytes(kept[0][0]).decode()
    run = (world.cursor_epochs.get(text, -1), node.cache_life)
    if run[0] != world.server.epoch:
        # its cursor is of a history that is no more: what it shows may go back until it has reconciled
        node.seen.pop("place", None)
        return
    (key,) = world.oracle.rows("SELECT seal_key FROM store")[0]
    cursor = feed.unseal(text, bytes.fromhex(key), devices[0][0])
    seq = cursor.seq if cursor is not None else -1
    versions = dict(node.rows("cache", "SELECT message_id, ver FROM message"))
    before = node.seen.get("place")
    if before is not None and before[0] == run:
        if 0 <= seq < before[1]:
            raise Violation("I8", f"{node.name}'s cursor went back from {before[1]} to {seq}")
        older = [one for one, ver in versions.items() if ver < before[2].get(one, 0)]
        if older:
            raise Violation("I8", f"{node.name} shows an older version of {older[0][:8]} than before")
        seq = max(seq, before[1])
    node.seen["place"] = (run, seq, versions)


def own_writes_are_shown(world: World, node: Node) -> None:
    """I9: an own accepted command stays in what the desk shows of its message, until the cache shows it itself."""
    desk = node.desk
    if desk is None or not desk._core.is_open or not desk._core.has_directory:
        return
    lease = desk._core.lease_state()
    if lease is None or lease.is_locked or node.rows("cache", RECONCILING):
        # under new rights what is projected is judged by them, before the cards have come
        return
    shown: dict[str, set[str]] = {}
    groundless: set[str] = set()
    visible = world.sights_of(node.user)
    for command_id, state, message_id, verb, after, payload in node.rows(
        "work", "SELECT command_id, state, message_id, verb, base_after, payload FROM outbox ORDER BY device_seq"
    ):
        if state in OPEN_STATES or after in groundless:
            # what was built on a command that wasn't taken can't be shown over what stands
            groundless.add(command_id)
            continue
        made_by = node.seen.get("forecast", {}).get(command_id)
        if state != "accepted" or made_by is None or _is_of_a_moment(verb, payload):
            continue
        if world.told.get(command_id, ("", -1))[1] != world.server.epoch:
            # accepted by a store that was restored since: it is offered again before it is shown again
            continue
        if message_id not in visible or made_by != desk._core.person().grants:
            # his rights have ended, and what he did is judged by them before the card has gone
            groundless.add(command_id)
            continue
        if message_id not in shown:
            view = desk.messages.card(message_id)
            if view is None and verb == "register":
                raise Violation("I9", f"{node.name}: an own accepted registration is no longer shown")
            if view is None or view.sight != Sight.FULL:
                continue
            given = [event.command_id or "" for event in view.timeline]
            if len(given) != len(set(given)):
                raise Violation("I9", f"{node.name}: an own command is shown twice")
            shown[message_id] = set(given)
        if command_id not in shown[message_id]:
            raise Violation("I9", f"{node.name}: an own accepted command is no longer shown")


def _is_of_a_moment(verb: str, payload: bytes) -> bool:
    """A warning or a named day is right for a moment, and which one it was is told by a clock that may be set since."""
    given = json.loads(payload)
    return verb == "warn" or any(given.get(name) for name in ("due_on", "postponed_until"))


def nothing_diverged(world: World) -> None:
    """I5 Q: no desk ever found its copy differing from the store's digests: that is a bug by definition (P17)."""
    found = world.oracle.rows("SELECT count(*) FROM security_event WHERE kind = 'sync_divergence'")[0][0]
    if found:
        raise Violation("I5", f"{found} buckets of a desk's copy differed at the daily comparison")


def numbers_are_one_desks(world: World) -> None:
    """P9 (c) Q: two profiles never go on as one device: no number of it stands for two commands."""
    taken: dict[tuple[str, int], str] = {}
    numbers = "SELECT device_seq, command_id FROM outbox UNION SELECT device_seq, command_id FROM outbox_archive"
    for node in world.nodes:
        devices = node.rows("work", "SELECT value FROM remembered WHERE name = 'device_id'")
        for device_seq, command_id in node.rows("work", numbers):
            if device_seq > 0 and taken.setdefault((devices[0][0], device_seq), command_id) != command_id:
                raise Violation("P9", f"{node.name} shares a device number with another profile")


def journal_is_whole(world: World) -> None:
    """I10: the journal is dense, its moments never go back, its chain holds, the head is its last row."""
    previous, expected, last_ts = "0" * 64, 1, -1
    for row in world.oracle.rows(
        "SELECT seq, ts, actor_id, device_id, command_id, message_id, kind, ver, salt, payload, commit_hash, hash, rev"
        " FROM journal ORDER BY seq"
    ):
        seq, ts, actor, device, command, message, kind, ver, salt, payload, commit, entry_hash, rev = row
        body = json.dumps(
            [seq, ts, actor, device or "", command, message, kind, ver], ensure_ascii=False, separators=(",", ":")
        )
        made = hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()
        chained = hashlib.sha256(bytes.fromhex(previous) + body.encode() + bytes.fromhex(commit)).hexdigest()
        if seq != expected or ts < last_ts or made != commit or chained != entry_hash or rev != entry_hash[:32]:
            raise Violation("I10", f"the journal breaks at {expected}")
        previous, expected, last_ts = entry_hash, seq + 1, ts
    head = world.oracle.rows("SELECT seq, hash FROM journal_head")[0]
    if head != (expected - 1, previous):
        raise Violation("I10", "the head is not the journal's last row")
    _messages_are_their_rows(world)


def _messages_are_their_rows(world: World) -> None:
    """I10: each message stands at its last row, its versions are counted without a gap."""
    wrong = world.oracle.rows(
        "SELECT m.message_id FROM message m JOIN (SELECT message_id, max(seq) seq, max(ver) ver, count(*) n"
        " FROM journal GROUP BY message_id) j ON j.message_id = m.message_id JOIN journal k ON k.seq = j.seq"
        " WHERE m.rev <> k.rev OR m.ver <> j.ver OR j.n <> j.ver OR m.seq <> j.seq LIMIT 1"
    )
    if wrong:
        raise Violation("I10", "a message doesn't stand at its last journal row")


def time_only_passes(world: World, node: Node) -> None:
    """I11: remaining time never grows by what this computer's clock does, once the store was heard in this run."""
    desk = node.desk
    if desk is None or not desk._core.is_open or world.counts["jump of the store"]:
        return
    time = desk._core.time
    now, before = time.now(), node.seen.get("now")
    node.seen["now"] = (now, node.life) if time._is_heard else None
    if before is not None and before[1] == node.life and (before[0] - now).total_seconds() > 1:
        raise Violation("I11", f"{node.name}'s remaining time grew by {(before[0] - now).total_seconds():.0f} s")


def a_locked_copy_is_not_shown(world: World, node: Node) -> None:
    """P30: who hasn't heard the store for the length of his lease sees nothing, whatever his wall clock says."""
    desk = node.desk
    if desk is None or not desk._core.is_open or node.reached_head is None or node.reached_head[0] != node.life:
        return
    silent_s = node.clock.monotonic_s() - node.reached_head[1]
    if silent_s <= LEASE_S + 60:
        return
    with suppress(CacheTrouble):
        desk.messages.counters()
        raise Violation("P30", f"{node.name} is shown his copy {silent_s / 86400:.1f} days after the last whole pull")


def outward_once(world: World) -> None:
    """I13: as many notices stand beside each journal row as its event brought, each once."""
    for seq, payload in world.oracle.rows("SELECT seq, payload FROM journal WHERE seq > ?", (world.counts["checked"],)):
        wanted = len(json.loads(payload)["notices"]) if payload else 0
        stored = world.oracle.rows("SELECT count(*), count(DISTINCT place) FROM notice WHERE seq = ?", (seq,))[0]
        if stored != (wanted, wanted):
            raise Violation("I13", f"row {seq} brought {wanted} notices and {stored[0]} are stored")
        world.counts["checked"] = seq


def sealed_for_others(world: World) -> None:
    """I16: no file of one desk opens with another's key."""
    sealed = [node for node in world.nodes if node.disk.is_sealed and node.keyring.secrets]
    for node in sealed:
        node.close()
    for one in sealed:
        for other in sealed:
            if one is other or one.user == other.user:
                continue
            for secret in other.keyring.secrets.values():
                if _opens(one, bytes.fromhex(secret[:64])):
                    raise Violation("I16", f"{one.name}'s files open with {other.name}'s key")


def _opens(node: Node, key: bytes) -> bool:
    try:
        WorkFile(node.folder, key, lambda: "x", True, is_key_known=False).close()
    except CacheTrouble:
        return False
    return True

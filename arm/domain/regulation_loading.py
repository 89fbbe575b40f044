"""The loader of a region's regulation: everything the file says, or every line that can't be expressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from arm.domain.examples import example_of
from arm.domain.identity import Role
from arm.domain.message import OPEN_STAGES, Kind, Result, Stage
from arm.domain.process import Process, Row
from arm.domain.reading import Table, Trouble, no_doubles, parse, printed
from arm.domain.regulation import (
    DeclineReason,
    FastTrack,
    Ground,
    Regulation,
    Term,
    TermStart,
    TermUnit,
    Topic,
)
from arm.domain.table_loading import changed, check_format, check_rows

MAX_DAYS = 3650
NAMEABLE = (Role.MANAGER, Role.CURATOR)
ENDORSER_GUARDS = frozenset({"is_named_endorser", "is_named_decider"})
APPROVER_GUARDS = frozenset({"is_named_approver", "is_named_decider"})


def load_regulation(text: str, process: Process) -> Regulation:
    """The regulation of a text over the platform's table; raises RegulationTrouble with every line at fault."""
    root = parse(text)
    check_format(root)
    regulation = _regulation(root, text, process)
    rows = regulation.process.rows
    root.finish()
    check_rows(rows, root.troubles)
    root.troubles.raise_if_any()
    return regulation


def _regulation(root: Table, text: str, process: Process) -> Regulation:
    return _switched(_ruled(_headed(root, text, process), root), root)


def _headed(root: Table, text: str, process: Process) -> Regulation:
    """What the file says of itself and of its act."""
    return Regulation(
        name=_name(root),
        version=root.text("version", limit=20),
        title=root.text("title", limit=300),
        act=root.text("act", "", limit=1000),
        process=process,
        text=text,
        is_invented=root.flag("is_invented", False),
        in_force_from=root.day("in_force_from"),
        in_force=root.text("in_force", "", limit=500),
        signed_on=root.day("signed_on"),
        short=root.text("short", "", limit=20),
        cited=root.text("cited", "", limit=200),
        total_by=root.text("total_by", "", limit=500),
        reasons_by=root.text("reasons_by", "", limit=500),
        rules_version=root.text("rules_version", "", limit=100),
    )


def _ruled(headed: Regulation, root: Table) -> Regulation:
    """Terms, lists and thresholds."""
    total = _term(root.table("total")) if root.has("total") else None
    shares, shares_clause, shares_by = _shares(root.table("shares"))
    postpone, marks = root.table("postpone"), root.table("marks")
    found = replace(
        headed,
        kind=root.word("kind", Kind, Kind.MESSAGE),
        total=total,
        start=root.word("start", TermStart, TermStart.MOMENT),
        shares=shares,
        shares_clause=shares_clause,
        shares_by=shares_by,
        near_share=_near_share(root),
        coordination_cap=_term(root.table("coordination_cap")) if root.has("coordination_cap") else None,
        fast_tracks=_tracks(root, total),
        other_tracks_below=_term(root.table("other_tracks")) if root.has("other_tracks") else None,
        decline_reasons=_reasons(root),
        stop_grounds=_grounds(root),
        low_mark=marks.whole("low", 1, 6),
        postpone_max_days=postpone.whole("max_days", 1, MAX_DAYS),
        postpone_max_times=postpone.whole("max_times", 1, 1000),
        postpone_inclusive=postpone.flag("inclusive", False),
        votes_archive_days=root.whole("votes_archive_days", 1, MAX_DAYS),
        result_meanings=_meanings(root.table("result_meanings")),
        examples=tuple(example_of(one) for one in root.tables("example")),
    )
    postpone.finish()
    marks.finish()
    return found


def _switched(ruled: Regulation, root: Table) -> Regulation:
    """The platform's table as this act changes it: who may be named, switches, rows, clauses."""
    roles, switches, changes = root.table("roles"), root.table("switches"), root.table("rows")
    endorsers = roles.words("endorsers", Role, (Role.MANAGER,))
    approvers = roles.words("approvers", Role, (Role.MANAGER,))
    hand_down_told = switches.flag("notice_on_hand_down", False)
    signer = switches.flag("signer_required", False)
    named = _with_named_roles(ruled.process, endorsers, approvers)
    table = changed(_with_switches(named, hand_down_told, signer), changes, root)
    found = replace(
        ruled,
        process=table,
        endorser_roles=endorsers,
        approver_roles=approvers,
        files_with_edited_text=switches.flag("files_with_edited_text", False),
        notice_on_hand_down=hand_down_told,
        signer_required=signer,
        clauses=_clauses(table, changes, ruled.short),
        notes={number: changes.table(number).text("note", "") for number in changes.content},
    )
    roles.finish()
    switches.finish()
    _check_nameable(roles, (*endorsers, *approvers))
    return found


def _name(root: Table) -> str:
    """A short latin name: it is part of every message's reference and of file names."""
    name = root.text("name", limit=60)
    if name and not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
        root.trouble("name", Trouble.WRONG_TYPE, wanted="name")
    return name


def _near_share(root: Table) -> Fraction:
    found = root.fraction("near_percent")
    return Fraction(3, 4) if found is None else found


def _term(table: Table, finish: bool = True) -> Term:
    """An amount in a unit; a unit that isn't built yet is refused with its line, never reckoned as another."""
    unit = table.word("unit", TermUnit, TermUnit.CALENDAR_DAYS)
    if unit is not TermUnit.CALENDAR_DAYS:
        table.trouble("unit", Trouble.UNIT_NOT_BUILT, value=unit.value)
    term = Term(
        amount=table.whole("amount", 1, MAX_DAYS, needed=True) or 1,
        unit=unit,
        clause=table.text("clause", "", limit=200),
        source=table.text("source", "", limit=1000),
    )
    if finish:
        table.finish()
    return term


def _shares(table: Table) -> tuple[Mapping[Stage, Fraction], str, str]:
    clause, set_by = table.text("clause", "", limit=200), table.text("set_by", "", limit=500)
    table.text("source", "", limit=1000)
    found = {stage: share for stage in OPEN_STAGES if (share := table.fraction(stage.value)) is not None}
    table.finish()
    whole = sum(found.values(), Fraction(0))
    if found and whole != 1:
        table.troubles.add(table.path, Trouble.SHARE_SUM, value=printed(whole * 100))
    return found, clause, set_by


def _tracks(root: Table, total: Term | None) -> tuple[FastTrack, ...]:
    tables = root.tables("fast_track")
    found: list[FastTrack] = []
    for table in tables:
        track = FastTrack(
            track_id=table.text("id", limit=60),
            title=table.text("title", limit=200),
            term=_term(table, finish=False),
            topics=tuple(_topic(one) for one in table.tables("topics")),
            list_by=table.text("list_by", "", limit=500),
        )
        if total is not None and track.term.amount >= total.amount:
            table.trouble("amount", Trouble.TRACK_TOO_LONG, value=track.term.amount, total=total.amount)
        table.finish()
        found.append(track)
    no_doubles(tables, "id", lambda i: found[i].track_id)
    return tuple(found)


def _topic(table: Table) -> Topic:
    found = Topic(
        category=table.text("category", limit=300),
        subcategory=table.text("subcategory", "", limit=300),
        as_printed=table.text("as_printed", "", limit=300),
    )
    table.finish()
    return found


def _reasons(root: Table) -> tuple[DeclineReason, ...]:
    tables = root.tables("reason")
    found: list[DeclineReason] = []
    for table in tables:
        found.append(
            DeclineReason(
                reason_id=table.text("id", limit=60),
                title=table.text("title", limit=120),
                text=table.text("text"),
                clause=table.text("clause", "", limit=200),
                stages=table.words("stages", Stage, (Stage.MODERATION,)),
                needs_explanation=table.flag("needs_explanation", False),
                as_printed=table.text("as_printed", ""),
            )
        )
        table.finish()
    no_doubles(tables, "id", lambda i: found[i].reason_id)
    return tuple(found)


def _grounds(root: Table) -> tuple[Ground, ...]:
    tables = root.tables("stop_ground")
    found: list[Ground] = []
    for table in tables:
        found.append(
            Ground(
                ground_id=table.text("id", limit=60),
                title=table.text("title", limit=300),
                clause=table.text("clause", "", limit=200),
                needs_reason=table.flag("needs_reason", False),
            )
        )
        table.finish()
    no_doubles(tables, "id", lambda i: found[i].ground_id)
    return tuple(found)


def _meanings(table: Table) -> Mapping[str, str]:
    found = {r.value: table.text(r.value, "") for r in Result if table.has(r.value)}
    table.finish()
    return found


def _check_nameable(roles: Table, named: tuple[Role, ...]) -> None:
    for role in named:
        if role not in NAMEABLE:
            roles.troubles.add(roles.path, Trouble.UNKNOWN_WORD, kind="role", value=role.value)
    for key in ("endorsers", "approvers"):
        if roles.has(key) and not roles.texts(key):
            roles.trouble(key, Trouble.MISSING_KEY)


def _with_named_roles(process: Process, endorsers: tuple[Role, ...], approvers: tuple[Role, ...]) -> Process:
    """Rows of the named persons take the roles that the regulation lets be named."""

    def roles(row: Row) -> tuple[Role, ...]:
        guards = set(row.guards)
        found = (*(endorsers if guards & ENDORSER_GUARDS else ()), *(approvers if guards & APPROVER_GUARDS else ()))
        return tuple(dict.fromkeys(found)) or row.roles

    return Process(tuple(replace(row, roles=roles(row)) for row in process.rows))


def _with_switches(process: Process, hand_down_told: bool, signer_required: bool) -> Process:
    """T 3.4(3): the applicant is told of a hand-down; T 3.5: the answer names its author's post and full name."""
    signer = ("signer_name", "signer_position")

    def changed_row(row: Row) -> Row:
        if row.number == "8" and hand_down_told:
            return replace(row, tells=("applicant", *row.tells))
        if row.number == "16" and signer_required:
            optional = tuple(f for f in row.optional if f not in signer)
            return replace(row, required=(*row.required, *signer), optional=optional)
        return row

    return Process(tuple(changed_row(row) for row in process.rows))


def _clauses(process: Process, changes: Table, short: str) -> Mapping[str, str]:
    """This act's clause by row: the file's own word, else the base table's under the act's short name."""
    found: dict[str, str] = {}
    for row in process.rows:
        if short in row.clauses:
            found[row.number] = f"{short} {row.clauses[short]}"
        if changes.has(row.number) and (own := changes.table(row.number).text("clause", "", limit=200)):
            found[row.number] = own
    return found

"""The loader of the process's table, a regulation's changes to it, and the checks of the table as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import product

from arm.domain.commands import COMMANDS, Verb
from arm.domain.identity import Role
from arm.domain.message import OPEN_STAGES, Stage, Subject
from arm.domain.process import Process, Row
from arm.domain.reading import RegulationTrouble, Table, Trouble, Troubles, no_doubles, parse

FORMAT = 1
MAX_ROWS = 200
ACTS = ("K", "T", "D", "A", "S")
_TAKEN_BY_CODE = frozenset({"verb"})


@dataclass(frozen=True, slots=True)
class Known:
    """The named guards and effects that the code has, and whom it can tell."""

    guards: Collection[str]
    effects: Collection[str]
    tells: Collection[str]


def known_to_the_code() -> Known:
    # looked up late: guards and effects read regulations, which are loaded here
    from arm.domain.effects import EFFECTS
    from arm.domain.guards import GUARDS
    from arm.domain.notices import TELLS

    return Known(guards=frozenset(GUARDS), effects=frozenset(EFFECTS), tells=frozenset(TELLS))


def load_process(text: str, known: Known | None = None) -> Process:
    """The table of a text; raises RegulationTrouble with every line that can't be expressed."""
    root = parse(text)
    troubles = root.troubles
    check_format(root)
    tables = root.tables("row")
    if len(tables) > MAX_ROWS:
        root.trouble("row", Trouble.OUT_OF_RANGE, value=len(tables), low=1, high=MAX_ROWS)
        troubles.raise_if_any()
    rows = tuple(_row(table, known or known_to_the_code()) for table in tables)
    no_doubles(tables, "number", lambda i: rows[i].number)
    root.finish()
    troubles.raise_if_any()
    check_rows(rows, troubles)
    troubles.raise_if_any()
    return Process(rows)


def check_format(root: Table) -> None:
    if (root.whole("format", 1, 1_000_000, FORMAT) or FORMAT) > FORMAT:
        root.trouble("format", Trouble.FORMAT_TOO_NEW, high=FORMAT)


def _row(table: Table, known: Known) -> Row:
    verb = table.word("verb", Verb, Verb.COMMENT)
    field_names = fields_of(verb)
    ways = table.words("to", Stage)
    row = Row(
        number=table.text("number", limit=10),
        verb=verb,
        stages=table.words("stages", Stage),
        subjects=table.words("subjects", Subject),
        roles=table.words("roles", Role),
        guards=table.names("guards", known.guards, "guard"),
        required=table.names("required", field_names, "field"),
        optional=table.names("optional", field_names, "field"),
        to=ways[0] if len(ways) == 1 else None,
        ways=ways,
        effects=table.names("effects", known.effects, "effect"),
        tells=table.names("tells", known.tells, "tells"),
        clauses=_clauses(table.table("clauses")),
        is_on=table.flag("on", True),
        is_recallable=table.flag("recallable", False),
        line=table.line(),
    )
    if not row.roles:
        table.trouble("roles", Trouble.MISSING_KEY)
    table.finish()
    return row


def _clauses(table: Table) -> dict[str, str]:
    found = {act: table.text(act, "", limit=200) for act in ACTS if table.has(act)}
    table.finish()
    return found


def fields_of(verb: Verb) -> frozenset[str]:
    """The field names of a verb's command."""
    return frozenset(f.name for f in fields(COMMANDS[verb])) - _TAKEN_BY_CODE


def changed(process: Process, changes: Table, own: Table) -> Process:
    """The base table with a regulation's `[rows.<number>]` applied; `own` holds wholly new `[[row]]`s."""
    # an untouched row has no line in this file
    by_number = {row.number: replace(row, line=0) for row in process.rows}
    for number in changes.content:
        table = changes.table(number)
        row = by_number.get(number)
        if row is None:
            changes.trouble(number, Trouble.UNKNOWN_ROW, value=number)
            continue
        by_number[number] = _changed_row(row, table)
    known = known_to_the_code() if own.has("row") else Known((), (), ())
    for table in own.tables("row"):
        added = _row(table, known)
        if added.number in by_number:
            table.trouble("number", Trouble.DUPLICATE, value=added.number)
        by_number[added.number] = added
    return Process(tuple(by_number.values()))


def _changed_row(row: Row, table: Table) -> Row:
    field_names = fields_of(row.verb)
    added = table.names("required_add", field_names, "field")
    freed = table.names("required_drop", field_names, "field")
    required = tuple(dict.fromkeys((*(f for f in row.required if f not in freed), *added)))
    optional = tuple(dict.fromkeys((*row.optional, *(f for f in freed if f in row.required))))
    table.asked.update(("clause", "note"))
    roles = table.words("roles", Role, row.roles)
    if not roles:
        table.trouble("roles", Trouble.MISSING_KEY)
    found = replace(
        row,
        is_on=table.flag("on", row.is_on),
        roles=roles,
        required=required,
        optional=tuple(f for f in optional if f not in required),
        line=table.line(),
    )
    table.finish()
    return found


def check_rows(rows: Iterable[Row], troubles: Troubles) -> None:
    """The table as a whole: one row a step, every stage reached and left, the verb's own fields."""
    rows = tuple(rows)
    seen: dict[tuple[Stage | None, Subject, Verb, Role], Row] = {}
    for row in rows:
        for step in _steps(row):
            if step in seen:
                troubles.add_at(row.line, Trouble.SAME_STEP, number=row.number, other=seen[step].number)
                break
            seen[step] = row
        if twice := set(row.required) & set(row.optional):
            troubles.add_at(row.line, Trouble.DUPLICATE, value=", ".join(sorted(twice)))
    on = tuple(row for row in rows if row.is_on)
    for stage in OPEN_STAGES:
        if not any(stage in row.stages and set(row.ways) - {stage} for row in on):
            troubles.add_at(_line_about(rows, stage, leaving=True), Trouble.NO_WAY_ON, value=stage.value)
    reached = reachable(on)
    for stage in Stage:
        if stage not in reached:
            troubles.add_at(_line_about(rows, stage, leaving=False), Trouble.UNREACHABLE, value=stage.value)


def reachable(rows: Iterable[Row]) -> frozenset[Stage]:
    """Stages that a message can come to from its registration by these rows."""
    rows = tuple(rows)
    found: set[Stage] = {stage for row in rows if not row.stages for stage in row.ways}
    while True:
        more = {way for row in rows if found & set(row.stages) for way in row.ways} - found
        if not more:
            return frozenset(found)
        found |= more


def _steps(row: Row) -> Iterator[tuple[Stage | None, Subject, Verb, Role]]:
    yield from (
        (stage, subject, row.verb, role)
        for stage, subject, role in product(row.stages or (None,), row.subjects or tuple(Subject), row.roles)
    )


def _line_about(rows: tuple[Row, ...], stage: Stage, leaving: bool) -> int:
    """The row to look at: one that is switched off and would have helped, else the first that names the stage."""
    would = [r for r in rows if (stage in r.stages and set(r.ways) - {stage} if leaving else stage in r.ways)]
    off = [r for r in would if not r.is_on]
    named = [r for r in rows if stage in r.stages or stage in r.ways]
    return next((r.line for r in (*off, *would, *named, *rows) if r.line), 1)


__all__ = ["Known", "RegulationTrouble", "changed", "check_format", "check_rows", "load_process", "reachable"]

"""The table of the process: rows of stage, subject, verb, roles, guards, fields, result, effects and clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from arm.domain.commands import Verb
from arm.domain.identity import Role
from arm.domain.message import Stage, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of workflow.md §2, e.g. number «9a».

    `stages` empty = before registration; `subjects` empty = any. `to` is the stage that follows, empty = the same or
    the one an effect chooses. `guards`, `effects` are names in `guards.GUARDS`, `effects.EFFECTS`. `required` and
    `optional` are field names of the verb's command. `tells` names who gets a notice: applicant, executor, holder,
    endorsers, approver, proposer, curator. `clauses` maps an act's short name (K, T, D, A, S) to its clause.
    `is_recallable`: row 27 may take it back.
    """

    number: str
    verb: Verb
    stages: tuple[Stage, ...]
    subjects: tuple[Subject, ...]
    roles: tuple[Role, ...]
    guards: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    to: Stage | None = None
    ways: tuple[Stage, ...] = ()
    effects: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    is_on: bool = True
    is_recallable: bool = False
    line: int = 0


@dataclass(frozen=True)
class Process:
    """The whole table in its printed order, the regulation's switches and additions already applied."""

    rows: tuple[Row, ...]

    @cached_property
    def by_number(self) -> Mapping[str, Row]:
        return {r.number: r for r in self.rows}

    @cached_property
    def _by_verb(self) -> Mapping[Verb, tuple[Row, ...]]:
        return {verb: tuple(r for r in self.rows if r.verb is verb) for verb in Verb}

    def of_verb(self, verb: Verb) -> tuple[Row, ...]:
        return self._by_verb[verb]

    def at(self, stage: Stage | None, subject: Subject) -> tuple[Row, ...]:
        """Rows open in that stage for that subject, switched-off ones included (`is_on` tells)."""
        return tuple(
            r
            for r in self.rows
            if ((stage is None and not r.stages) or stage in r.stages) and (not r.subjects or subject in r.subjects)
        )

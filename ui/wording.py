"""The names of everything that the process knows: verbs, stages, roles, results, fields, filters."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from arm.desk.values import Filter, PendingState, RowMark
from arm.desk.values import Workspace as Space
from arm.domain.clocks import Level
from arm.domain.highlights import Mark
from arm.domain.identity import Role
from arm.domain.message import Channel, Closed, Delivery, Result, Stage
from arm.domain.verbs import Cause, Verb, WarningChannel, WarningKind
from arm.i18n import _, current_language
from ui import word_tables
from ui.sentences import cited_clause, refusal_sentence, refusal_with_clause
from ui.trouble_words import trouble_sentence, trouble_title

E = TypeVar("E", bound=StrEnum)


def _named(table: Callable[[str], dict[E, str]], key: E) -> str:
    return table(current_language()).get(key, key.value)


def verb_label(verb: Verb) -> str:
    """The verb on its button."""
    return _named(word_tables.verbs, verb)


verb_name = verb_label


def sheet_title(verb: Verb) -> str:
    """What the sheet of a verb asks; the button's label where nothing is to be asked."""
    return word_tables.titles(current_language()).get(verb) or verb_label(verb)


def done_sentence(verb: Verb) -> str:
    """Said when a command is saved; `{number}` is to be filled in."""
    said = word_tables.done(current_language()).get(verb)
    return said or "{number}: " + verb_label(verb)


def stage_name(stage: Stage) -> str:
    return _named(word_tables.stages, stage)


def role_name(role: Role) -> str:
    return _named(word_tables.roles, role)


def highlight_name(mark: Mark) -> str:
    return _named(word_tables.highlight_marks, mark)


def result_name(result: Result) -> str:
    return _named(word_tables.results, result)


def closed_name(closed: Closed) -> str:
    return _named(word_tables.closings, closed)


def channel_name(channel: Channel) -> str:
    return _named(word_tables.channels, channel)


def delivery_name(delivery: Delivery) -> str:
    return _named(word_tables.deliveries, delivery)


def cause_name(cause: Cause) -> str:
    return _named(word_tables.causes, cause)


def warning_channel_name(channel: WarningChannel) -> str:
    return _named(word_tables.warning_channels, channel)


def warning_kind_name(kind: WarningKind) -> str:
    return _named(word_tables.warning_kinds, kind)


def level_name(level: Level) -> str:
    return _named(word_tables.levels, level)


def filter_name(one: Filter) -> str:
    return _named(word_tables.filters, one)


def workspace_name(space: Space) -> str:
    return _named(word_tables.spaces, space)


def rail_name(space: Space) -> str:
    """The short name under the icon of the rail."""
    return _("Decisions") if space is Space.DECISIONS else workspace_name(space)


def mark_name(mark: RowMark) -> str:
    return _named(word_tables.marks, mark)


def pending_name(state: PendingState) -> str:
    return _named(word_tables.pendings, state)


def field_name(name: str) -> str:
    """The label of a command's field; a field nobody has named shows its own name."""
    return word_tables.fields(current_language()).get(name, name)


__all__ = [
    "cause_name",
    "channel_name",
    "cited_clause",
    "closed_name",
    "delivery_name",
    "done_sentence",
    "field_name",
    "filter_name",
    "level_name",
    "mark_name",
    "pending_name",
    "rail_name",
    "refusal_sentence",
    "refusal_with_clause",
    "result_name",
    "role_name",
    "sheet_title",
    "stage_name",
    "trouble_sentence",
    "trouble_title",
    "verb_label",
    "verb_name",
    "warning_channel_name",
    "warning_kind_name",
    "workspace_name",
]

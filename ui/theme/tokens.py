"""The colour tokens of the light and the dark theme, read from resources/style/tokens.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QColor

from arm.settings import resource_path


@dataclass(frozen=True)
class DeadlineInk:
    """The three colours of one deadline state."""

    fill: QColor
    ink: QColor
    edge: QColor


@dataclass(frozen=True)
class Tokens:
    """All colours of one theme; names are those of ux.md 3.3."""

    name: str
    hex_colours: Mapping[str, str]
    colours: Mapping[str, QColor]
    deadlines: Mapping[str, DeadlineInk]

    def colour(self, role: str) -> QColor:
        """The colour of a role; KeyError for a role that the token file does not have."""
        return self.colours[role]

    def deadline(self, state: str) -> DeadlineInk:
        return self.deadlines[state]


@cache
def load_tokens(name: str) -> Tokens:
    """The tokens of "light" or "dark"."""
    with resource_path("style", "tokens.toml").open("rb") as source:
        table = tomllib.load(source)[name]
    hex_colours = {role: value for role, value in table.items() if isinstance(value, str)}
    return Tokens(
        name=name,
        hex_colours=hex_colours,
        colours={role: QColor(value) for role, value in hex_colours.items()},
        deadlines={
            state: DeadlineInk(QColor(ink["fill"]), QColor(ink["ink"]), QColor(ink["edge"]))
            for state, ink in table["deadline"].items()
        },
    )

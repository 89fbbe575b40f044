"""`arm verify …` on the command line: a table of words, each with the module that adds its parser and runs it."""

from __future__ import annotations

import argparse
import importlib
from typing import TypeAlias

from arm.i18n import _, pgettext

WORDS: dict[str, str] = {
    "simulate": "arm.verify.simulate_cli",
    "mutants": "arm.verify.mutants_cli",
    "faults": "arm.verify.faults_cli",
    "feed": "arm.verify.feed_cli",
    "failover": "arm.verify.failover_cli",
    "power": "arm.verify.power_cli",
}
"""Word → its module, which has `add(parser)`: it gives the parser its arguments and sets `run`.

A new word: one line here, a module with `MEANING` (an English msgid, translated at `_(MEANING)`) and
`add(parser: argparse.ArgumentParser) -> None` that ends with `parser.set_defaults(run=…)`, a function of the
parsed arguments that returns the exit code. With `--json` it prints one line of JSON last. Keep the module light:
import what is heavy inside `run`.
"""
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parsers(subparsers: Subparsers) -> None:
    title = _("prove that sync loses nothing, doubles nothing and shows nothing to strangers")
    nested = subparsers.add_parser("verify", help=title, description=title).add_subparsers(
        title=pgettext("command line", "commands"),
        metavar=pgettext("command line", "command"),
        dest="verify_word",
        required=True,
    )
    for word, module in WORDS.items():
        found = importlib.import_module(module)
        found.add(nested.add_parser(word, help=_(found.MEANING), description=_(found.MEANING)))

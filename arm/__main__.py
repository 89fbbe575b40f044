"""The command line `arm`: window, demonstration, tour, central store, regulations, measuring, doctor."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias, cast

from arm import logs, settings
from arm.i18n import _, pgettext, set_language

EXIT_USAGE = 2
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141
TOUR_DESK = "tour-desk"
"""A hidden word: the tour starts its windows by it."""
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class _Parser(argparse.ArgumentParser):
    """One sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        hint = _("Help: {command} --help").format(command=self.prog)
        self.exit(EXIT_USAGE, f"{message[:1].upper()}{message[1:]}. {hint}\n")


def main(words: Sequence[str] | None = None) -> int:
    """The exit code; the last resort of every command: a bug is logged and said in one sentence, never shown."""
    threading.excepthook = _thread_bug
    _write_what_can_be_written()
    try:
        return _run(list(sys.argv[1:] if words is None else words))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _abandon_stdout()
        return EXIT_PIPE
    except settings.SettingsTrouble as trouble:
        return _said(_settings_sentence(trouble), EXIT_USAGE)
    except ModuleNotFoundError as trouble:
        logs.record_crash(trouble)
        sentence = _("A part of the program is missing ({name}). Set it up again: sh installer/arm.sh setup")
        return _said(sentence.format(name=trouble.name), EXIT_BUG)
    except Exception as bug:
        logs.record_crash(bug)
        return _said(_bug_sentence(), EXIT_BUG)


def _run(words: list[str]) -> int:
    known = settings.load()
    set_language(known.language)
    _begin_log(known)
    _speak_in_own_words()
    given = _given_word(words)
    if given == TOUR_DESK:
        return _tour_desk(words)
    if given and given not in ("demo", "central", *COMMANDS):
        return _said(_("There is no command «{word}». Help: arm --help").format(word=given), EXIT_USAGE)
    args = _parser(words).parse_args(words)
    code: int = args.run(args)
    sys.stdout.flush()
    return code


def _write_what_can_be_written() -> None:
    """A terminal that knows no Cyrillic gets signs in its place instead of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _begin_log(known: settings.Settings) -> None:
    """A folder that can't be written costs the log, never the command."""
    try:
        file = Path(known.log_file) if known.log_file else settings.data_folder() / "arm.log"
    except OSError:
        file = None
    logs.set_up(level=known.log_level, file=file)


def _speak_in_own_words() -> None:
    """argparse asks a function of its own module for its words."""
    vars(argparse)["_"] = _


COMMANDS: dict[str, tuple[str, str]] = {
    "regulation": ("arm.regulations", "read and check a regulation's file"),
    "tour": ("arm.tour.cli", "take messages along eight ways through real windows, with pictures"),
    "bench": ("arm.bench.cli", "measure"),
    "verify": ("arm.verify.cli", "prove that sync loses nothing, doubles nothing and shows nothing to strangers"),
    "doctor": ("arm.doctor", "state of this installation, without personal data"),
    "export-work": ("arm.export_work", "write what is not sent from this computer into a folder"),
}
"""Words whose module has `add_parsers`; only the module of the word that was given is loaded."""


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="arm", description=_("Workstation for citizens' messages. Without a word: the window."))
    parser.add_argument("--profile", default="", metavar="NAME", help=_("one person may have several"))
    parser.add_argument("--server", default="", metavar="URL", help=_("address of the central store"))
    parser.set_defaults(run=_window)
    commands = cast(
        "Subparsers", parser.add_subparsers(title=pgettext("command line", "commands"), metavar="", dest="word")
    )
    demo = commands.add_parser("demo", help=_("the demonstration: an invented region with a hundred messages"))
    demo.set_defaults(run=_demo)
    given = _given_word(words)
    central_help = _("the central store: serve, init, people, import, play, backup")
    if given == "central":
        _add_central(commands, central_help)
    else:
        commands.add_parser("central", help=central_help)
    for word, (module, meaning) in COMMANDS.items():
        if word == given:
            add: Callable[[Subparsers], object] = importlib.import_module(module).add_parsers
            add(commands)
        else:
            commands.add_parser(word, help=_(meaning))
    return parser


def _given_word(words: Sequence[str]) -> str:
    """The command among the words; values of the window's own options are none."""
    rest = iter(words)
    for word in rest:
        if word in ("--profile", "--server"):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return ""


def _add_central(commands: Subparsers, meaning: str) -> None:
    from arm.central import cli, device_cli, events_cli, trial_cli

    nested = commands.add_parser("central", help=meaning).add_subparsers(
        title=pgettext("command line", "commands"),
        metavar=pgettext("command line", "command"),
        dest="central_word",
        required=True,
    )
    cli.add_parsers(nested)
    trial_cli.add_parsers(nested)
    device_cli.add_parsers(nested)
    events_cli.add_parsers(nested)


def _window(args: argparse.Namespace) -> int:
    import gc
    from dataclasses import replace

    from arm.demo.display import has_display

    # a start makes things and drops none; the window takes collecting up again
    gc.disable()
    if not has_display() and os.environ.get("QT_QPA_PLATFORM") is None:
        return _said(_("There is no screen here to show a window on. «arm doctor» says what this machine has."))
    from arm.bootstrap import EarlyDesk, profile_folder

    known = settings.load()
    folder = profile_folder(replace(known, profile=args.profile) if args.profile else known)
    early = EarlyDesk(folder)
    from ui.application import run_window

    return run_window(folder, early, server=args.server or known.server_url)


def _demo(args: argparse.Namespace) -> int:
    """With a screen the picker; without one the tour, into a folder that is named."""
    from arm.demo.display import has_display

    if not has_display():
        return _tour_instead()
    from arm.demo.embedded import DemoTrouble, embedded_demo

    print(_("Building the demonstration…"), file=sys.stderr, flush=True)
    try:
        with embedded_demo() as demo:
            from arm.bootstrap import open_desk
            from ui.application import run_demo_picker

            return run_demo_picker(demo.address, demo.accounts, open_desk, demo.profiles)
    except DemoTrouble as trouble:
        sentence = _("The demonstration's store did not start; why is written in {log}.")
        return _said(sentence.format(log=trouble.log))


def _tour_desk(words: list[str]) -> int:
    from arm.bootstrap import open_desk
    from ui.tour.player import play

    return play(Path(words[-1]), open_desk)


def _tour_instead() -> int:
    from datetime import datetime

    folder = settings.data_folder() / "tour" / f"{datetime.now():%Y-%m-%d-%H%M%S}"
    sentence = _("There is no screen here, so the tour is played into the folder {folder}")
    print(sentence.format(folder=folder), flush=True)
    return _run(["tour", "--out", str(folder)])


def _said(sentence: str, code: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return code


def _settings_sentence(trouble: settings.SettingsTrouble) -> str:
    sentences = {
        "unreadable": _("The settings file {source} can't be read; mend it or remove it."),
        "unknown": _("The settings ({source}) hold an unknown name «{key}»; remove it."),
        "bad_value": _("The setting «{key}» ({source}) has a value that doesn't fit; mend it."),
    }
    return sentences[trouble.reason].format(source=trouble.source, key=trouble.key)


def _bug_sentence() -> str:
    return _(
        "The program made a mistake and stopped. Your work is safe on the disk; "
        "what happened is in the log, without personal data. «arm doctor» shows the state."
    )


def _thread_bug(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None and what.exc_type is not SystemExit:
        logs.record_crash(what.exc_value)


def _abandon_stdout() -> None:
    """Whoever read our output has gone; nothing more is written at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

"""The command line of `arm central import-messages` and `arm central play`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeAlias

from arm.central.cli import guarded, opened, password_from, regulation_text
from arm.i18n import _, ngettext, pgettext

if TYPE_CHECKING:
    from arm.central.importing import Report
    from arm.central.play import Played
    from arm.interchange.incoming import Incoming

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
LISTED_NAMES = 8
LISTED_LOGINS = 16
MAX_PLAYED = 2_000_000
MAX_DAYS = 3660


def add_parsers(subparsers: Subparsers) -> None:
    """Under `arm central`; each parser sets `run`."""
    taken = subparsers.add_parser("import-messages", help=_("bring messages in from a CSV or XLSX file"))
    taken.add_argument("file", type=Path)
    taken.add_argument(
        "--create-organisations", action="store_true", help=_("make organisations and topics that are not known yet")
    )
    taken.add_argument("--create-topics", action="store_true", help=_("make topics that are not known yet"))
    taken.add_argument(
        "--regulation",
        default="",
        metavar="NAME",
        help=_("put this regulation in force in the region: a name or a file"),
    )
    taken.add_argument("--region", default="", metavar="NAME", help=_("name of the top organisation"))
    taken.add_argument("--zone", default="Europe/Moscow", help=_("time zone of a region that is made"))
    taken.add_argument(
        "--spread-days",
        type=_number(1, MAX_DAYS),
        default=0,
        metavar="D",
        help=_("for trial: rows without a date were received within the last D days"),
    )
    taken.add_argument("--dry-run", action="store_true", help=_("change nothing, list what can't be taken and why"))
    taken.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    _add_database(taken)
    taken.set_defaults(run=guarded(run_import))
    played = subparsers.add_parser("play", help=_("fill a store with an invented past made of imported messages"))
    played.add_argument("--messages", type=_number(1, MAX_PLAYED), required=True, metavar="N")
    played.add_argument("--days", type=_number(1, MAX_DAYS), default=60, metavar="D")
    played.add_argument("--seed", type=int, default=1, metavar="S")
    played.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("invented users may sign in; their common password is read from standard input"),
    )
    played.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    _add_database(played)
    played.set_defaults(run=guarded(run_play))


def _add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", default="", metavar="URL", help=_("default: SQLite in your data folder"))


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                _("a whole number from {least} to {most} is needed").format(least=least, most=most)
            )
        return value

    return read


def run_import(args: argparse.Namespace) -> int:
    from arm.central.importing import ImportTrouble, Wish, import_messages
    from arm.interchange.tables import TableTrouble

    wish = Wish(
        create_organisations=args.create_organisations,
        create_topics=args.create_topics,
        regulation=regulation_text(args.regulation) if args.regulation else "",
        region=args.region,
        zone=args.zone,
        spread_days=args.spread_days,
        dry_run=args.dry_run,
    )
    if not _is_zone(args.zone):
        return _said(_("There is no time zone «{zone}».").format(zone=args.zone))

    progress = _Progress(sys.stderr)
    try:
        with opened(args) as central:
            report = import_messages(central, args.file, wish, progress.show)
    except TableTrouble as trouble:
        return _said(table_sentence(trouble.reason, trouble.place, args.file.name))
    except ImportTrouble as trouble:
        return _said(import_sentence(trouble.reason, trouble.detail))
    finally:
        progress.clear()
    _tell_import(report, wish.dry_run, sys.stderr if args.json else sys.stdout)
    if args.json:
        print(json.dumps({"taken": report.taken, "present": report.present, "refused": len(report.refused)}))
    return 0


def run_play(args: argparse.Namespace) -> int:
    from arm.central.play import PlayTrouble, play

    progress = _Progress(sys.stderr)
    password = password_from(from_stdin=True) if args.password_stdin else ""
    try:
        with opened(args) as central:
            played = play(central, args.messages, args.days, args.seed, password=password, progress=progress.count)
    except PlayTrouble as trouble:
        return _said(play_sentence(trouble.reason))
    finally:
        progress.clear()
    _tell_play(played, sys.stderr if args.json else sys.stdout)
    if args.json:
        print(json.dumps({"messages": played.messages, "stages": played.counts, "commands": played.outcome.taken}))
    return 0


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _said(sentence: str, code: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return code


class _Progress:
    """A counter on a terminal; nothing where nobody watches."""

    def __init__(self, out: TextIO) -> None:
        self._out = out if out.isatty() else None

    def show(self, done: int, total: int) -> None:
        self._write(_("{done} of {total}").format(done=done, total=total))

    def count(self, done: int) -> None:
        self._write(_("commands: {done}").format(done=done))

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._out is not None:
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()


def _tell_import(report: Report, dry_run: bool, out: TextIO) -> None:
    for row in report.refused:
        sentence = row_sentence(row.reason, row.field, _plain(row.detail))
        print(_("row {row}: {why}").format(row=row.row, why=sentence), file=out)
    if report.incoming is not None:
        _tell_columns(report.incoming, out)
    if report.new_organisations:
        _tell_names(_("New organisations: {names}."), report.new_organisations, out)
    if report.new_topics:
        _tell_names(_("New topics: {names}."), report.new_topics, out)
    if report.without_topic:
        _tell_names(_("Topics not in the classifier, taken without a topic: {names}."), report.without_topic, out)
    form = _("Would be taken: {taken}. Already there: {present}. Can't be taken: {refused}. Nothing was changed.")
    if not dry_run:
        form = _("Taken: {taken}. Already there: {present}. Not taken: {refused}.")
    print(form.format(taken=report.taken, present=report.present, refused=len(report.refused)), file=out)


def _tell_columns(incoming: Incoming, out: TextIO) -> None:
    if incoming.ignored:
        _tell_names(_("Columns without a meaning here: {names}."), incoming.ignored, out)
    for name in incoming.unsure_dates:
        sentence = _("Column «{name}»: day and month can't be told apart; the day was read first.")
        print(sentence.format(name=_plain(name)), file=out)
    for name in incoming.month_first:
        sentence = _("Column «{name}»: the month stands first, it was read so.")
        print(sentence.format(name=_plain(name)), file=out)


def _tell_names(form: str, names: object, out: TextIO) -> None:
    listed = [_plain(str(name)) for name in names]  # type: ignore[attr-defined]
    shown = ", ".join(f"«{name}»" for name in listed[:LISTED_NAMES])
    rest = len(listed) - LISTED_NAMES
    if rest > 0:
        shown += " " + ngettext("and {n} more", "and {n} more", rest).format(n=rest)
    print(form.format(names=shown), file=out)


def _tell_play(played: Played, out: TextIO) -> None:
    from arm.domain.message import Stage

    if played.people:
        n = len(played.people)
        print(ngettext("Made {n} invented user.", "Made {n} invented users.", n).format(n=n), file=out)
    for login, place in played.logins[:LISTED_LOGINS]:
        print(f"  {login} · {_plain(place)}", file=out)
    if len(played.logins) > LISTED_LOGINS:
        print(_("  … and so on, by role and number"), file=out)
    print(
        _("Messages played: {messages}. Commands: {taken}.").format(
            messages=played.messages, taken=played.outcome.taken
        ),
        file=out,
    )
    for reason, n in sorted(played.outcome.refused.items()):
        print(_("Refused by the rules ({reason}): {n}").format(reason=reason, n=n), file=out)
    for stage in Stage:
        print(f"{pgettext('regulation', stage.value)}: {played.counts.get(stage.value, 0)}", file=out)


def _plain(text: str) -> str:
    """A file's text must not move a terminal's cursor or colour it."""
    return "".join(c if c.isprintable() else " " for c in text)


def table_sentence(reason: str, place: int, name: str) -> str:
    sentences = {
        "missing": _("There is no file «{name}»."),
        "folder": _("«{name}» is a folder; a CSV or XLSX file is needed."),
        "denied": _("The file «{name}» can't be read: no permission, or the disk refuses."),
        "empty": _("The file «{name}» is empty."),
        "too_large": _("The file «{name}» is too large, packed or unpacked; split it into parts."),
        "binary": _("«{name}» is not a table: CSV, CSV packed by gzip, or XLSX is needed."),
        "old_workbook": _("«{name}» is a workbook of the old kind (XLS); save it as XLSX or CSV."),
        "damaged": _("The file «{name}» is damaged: it can't be unpacked to the end."),
        "encoding": _("The letters of «{name}» can't be read: save it in UTF-8 or Windows-1251."),
        "no_header": _("«{name}» has no header with a column of the message's text (for example «Текст»)."),
        "broken": _("The table «{name}» breaks off at row {place}: check quotes and separators there."),
    }
    return sentences[reason].format(name=_plain(name), place=place) + " " + _("Nothing was imported.")


def import_sentence(reason: str, detail: str) -> str:
    sentences = {
        "no_regulation": _("No regulation is in force; name one by --regulation. Known: {detail}."),
        "several_regions": _("There are several top organisations ({detail}); name one by --region."),
        "no_region": _("There is no top organisation «{detail}»; --create-organisations makes it.")
        if detail
        else _("The store has no organisation yet; --create-organisations makes one."),
    }
    return sentences[reason].format(detail=_plain(detail)) + " " + _("Nothing was imported.")


def play_sentence(reason: str) -> str:
    sentences = {
        "no_messages": _("There are no imported messages to play: bring some in by «arm central import-messages»."),
        "no_regulation": _("No regulation is in force for the imported messages; import with --regulation."),
    }
    return sentences[reason]


def row_sentence(reason: str, field: str, detail: str) -> str:
    """Why a row can't be taken; reasons of the process itself come with their code."""
    sentences = {
        "empty_text": _("the text is empty"),
        "text_too_long": _("the text is too long ({detail} characters, at most 20,000)"),
        "open_quote": _("a quotation mark is opened and never closed; the rest of the file went into one cell"),
        "too_many_cells": _("more cells ({detail}) than columns in the header; a separator inside a text needs quotes"),
        "bad_date": _("«{detail}» is not a date (column of meaning «{field}»)"),
        "date_in_future": _("the date «{detail}» lies in the future; perhaps day and month changed places"),
        "unknown_organisation": _("organisation «{detail}» is not known; --create-organisations makes it"),
        "number_taken": _("number {detail} already belongs to a message with another text"),
    }
    form = sentences.get(reason, _("refused by the rules ({reason}, field «{field}»)"))
    return form.format(detail=detail, field=field, reason=reason)

"""The commands `arm regulation show` and `arm regulation check`: a regulation's file in words."""

from __future__ import annotations

import argparse
import stat
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from arm.domain.examples import Difference, run
from arm.domain.loading import LineTrouble, RegulationTrouble, Trouble, load_process, load_regulation
from arm.domain.message import OPEN_STAGES
from arm.domain.process import Process, Row
from arm.domain.reading import MAX_TEXT, parse, printed
from arm.domain.regulation import FastTrack, Regulation, Term, TermStart
from arm.domain.terms import shared_out
from arm.i18n import _, ngettext, pgettext
from arm.settings import resource_path

DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60
MAX_DAYS = 3_650


class FileTrouble(Exception):
    """A file that isn't a readable text; its message is the sentence for the person."""


def read_text(path: Path) -> str:
    """The text of a file, up to a bound; raises FileTrouble with a sentence."""
    shown = plain(str(path))
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise FileTrouble(_("“{path}” is a folder, a regulation's file is needed.").format(path=shown))
        if not stat.S_ISREG(kind):
            raise FileTrouble(_("“{path}” is not an ordinary file.").format(path=shown))
        with path.open("rb") as file:
            # a character takes up to four bytes
            content = file.read(4 * MAX_TEXT + 1)
    except FileNotFoundError as trouble:
        raise FileTrouble(_("There is no file “{path}”.").format(path=shown)) from trouble
    except PermissionError as trouble:
        raise FileTrouble(_("You may not read the file “{path}”.").format(path=shown)) from trouble
    except (OSError, ValueError) as trouble:
        raise FileTrouble(_("The file “{path}” can't be read.").format(path=shown)) from trouble
    if len(content) > 4 * MAX_TEXT:
        raise FileTrouble(_("“{path}” is too large for a regulation.").format(path=shown))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        sentence = _("“{path}” is not a text in UTF-8: save it in this encoding.")
        raise FileTrouble(sentence.format(path=shown)) from trouble
    if "\0" in text:
        raise FileTrouble(_("“{path}” is not a text file.").format(path=shown))
    return text


def load(path: Path) -> Regulation:
    """The regulation of a file over the platform's own table."""
    return load_regulation(read_text(path), base_table())


def base_table() -> Process:
    return load_process(resource_path("process.toml").read_text(encoding="utf-8"))


def is_table(text: str) -> bool:
    """Whether a file is a table of the process rather than a regulation: it has rows and no name."""
    root = parse(text)
    return root.has("row") and not root.has("name")


def show(path: Path, days: int | None, out: TextIO, err: TextIO | None = None) -> int:
    """Stages with shares and terms, reasons, fast tracks, allowed commands; 1 where the file can't be taken."""
    said = err or sys.stderr
    if days is not None and not 1 <= days <= MAX_DAYS:
        print(_("The number of days must be from 1 to {high}.").format(high=MAX_DAYS), file=said)
        return 2
    try:
        regulation = load(path)
    except FileTrouble as trouble:
        print(trouble, file=said)
        return 1
    except RegulationTrouble as trouble:
        _say_troubles(trouble.lines, said)
        print(_("The regulation is not loaded."), file=said)
        return 1
    for part in (_heading, _terms(days), _stages(days), _tracks, _reasons, _commands):
        for line in part(regulation):
            print(plain(line), file=out)
    return 0


def check(path: Path, out: TextIO, err: TextIO) -> int:
    """What can't be expressed, line by line, then the file's own examples; 0 where all is well.

    A table of the process is checked as one.
    """
    try:
        text = read_text(path)
        if is_table(text):
            return _table_is_well(load_process(text), out)
        regulation = load_regulation(text, base_table())
    except FileTrouble as trouble:
        print(trouble, file=err)
        return 1
    except RegulationTrouble as trouble:
        _say_troubles(trouble.lines, out)
        count = len(trouble.lines)
        sentence = ngettext(
            "The file is not loaded: {count} remark.",
            "The file is not loaded: {count} remarks.",
            count,
        )
        print(sentence.format(count=count), file=err)
        return 1
    differences = [one for example in regulation.examples for one in run(regulation, example)]
    for one in differences:
        print(plain(_difference(one)), file=out)
    if differences:
        print(_("The regulation loads, but its own examples disagree with it."), file=err)
        return 1
    count = len(regulation.examples)
    sentence = ngettext(
        "{name}: everything is expressed, {count} example agrees.",
        "{name}: everything is expressed, {count} examples agree.",
        count,
    )
    print(plain(sentence.format(name=regulation.reference, count=count)), file=out)
    return 0


def _table_is_well(process: Process, out: TextIO) -> int:
    count = len(process.rows)
    sentence = ngettext(
        "The table of the process: everything is expressed, {count} row.",
        "The table of the process: everything is expressed, {count} rows.",
        count,
    )
    print(sentence.format(count=count), file=out)
    return 0


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`regulation show FILE [--days N]` and `regulation check FILE`; each sets `run`."""
    root = subparsers.add_parser("regulation", help=_("read and check a regulation's file"))
    commands = root.add_subparsers(metavar="show|check", dest="regulation_command", required=True)
    shown = commands.add_parser("show", help=_("stages, terms, reasons and commands with clauses"))
    shown.add_argument("file", type=Path)
    shown.add_argument("--days", type=int, default=None, metavar="N")
    shown.set_defaults(run=lambda args: show(args.file, args.days, sys.stdout, sys.stderr))
    checked = commands.add_parser("check", help=_("what can't be expressed, and the file's own examples"))
    checked.add_argument("file", type=Path)
    checked.set_defaults(run=lambda args: check(args.file, sys.stdout, sys.stderr))


def span_in_words(seconds: int) -> str:
    """«19 д 12 ч»; only the parts that aren't zero."""
    parts = (
        (seconds // DAY_S, pgettext("unit", "{n} d")),
        (seconds % DAY_S // HOUR_S, pgettext("unit", "{n} h")),
        (seconds % HOUR_S // MINUTE_S, pgettext("unit", "{n} m")),
        (seconds % MINUTE_S, pgettext("unit", "{n} s")),
    )
    return " ".join(form.format(n=n) for n, form in parts if n) or pgettext("unit", "{n} d").format(n=0)


def plain(text: str) -> str:
    """A file's text must not move a terminal's cursor or colour it."""
    return "".join(c if c.isprintable() else " " for c in text)


def word(name: str) -> str:
    """A stage, verb or role in people's words."""
    return pgettext("regulation", name).replace("_", " ")


def _heading(regulation: Regulation) -> list[str]:
    lines = [f"{regulation.title} ({regulation.reference})"]
    if regulation.is_invented:
        lines.append(_("Invented for the demonstration."))
    if regulation.act:
        lines.append(_("Act: {act}").format(act=regulation.act))
    since = regulation.in_force_from
    when = f"{since:%d.%m.%Y}" if since else regulation.in_force
    lines.append(_("In force from: {when}").format(when=when or _("not entered")))
    if regulation.cited:
        clause = f"{regulation.short} 1"
        words = regulation.clause_in_words(clause)
        lines.append(_("Clauses: “{clause}” is {words}").format(clause=clause, words=words))
    return lines


def _terms(days: int | None) -> Callable[[Regulation], list[str]]:
    def lines(regulation: Regulation) -> list[str]:
        total, cap = regulation.total, regulation.coordination_cap
        start = _("from the moment") if regulation.start is TermStart.MOMENT else _("from the day")
        said = _("no rule") if total is None else f"{_days(total.amount)}, {start}{_clause(total)}"
        found = ["", _("Total term: {term}").format(term=said), *_set_by(regulation.total_by)]
        if days is not None:
            found.append(_("Shown for {days}").format(days=_days(days)))
        if cap is not None:
            found.append(_("Cap on coordination: {term}").format(term=_days(cap.amount) + _clause(cap)))
        return found

    return lines


def _stages(days: int | None) -> Callable[[Regulation], list[str]]:
    def lines(regulation: Regulation) -> list[str]:
        amount = days or (regulation.total.amount if regulation.total else None)
        budgets = {b.stage: b.seconds for b in shared_out((amount or 0) * DAY_S, regulation.shares, OPEN_STAGES)}
        found = ["", _("Stages:")]
        for stage in OPEN_STAGES:
            share = regulation.shares.get(stage)
            said = _("no share, no own term")
            if share is not None:
                span = span_in_words(budgets[stage.value]) if amount else _("no total term")
                said = f"{printed(Fraction(share) * 100)} % · {span}"
            clause = f" ({regulation.shares_clause})" if regulation.shares_clause else ""
            found.append(f"  {word(stage.value)} · {said}{clause}")
        return found + _set_by("" if regulation.shares else regulation.shares_by)

    return lines


def _tracks(regulation: Regulation) -> list[str]:
    found = ["", _("Fast tracks:")]
    for track in regulation.fast_tracks:
        found.append(f"  {track.title} · {_days(track.term.amount)}{_clause(track.term)}")
        found += _topics(track)
    below = regulation.other_tracks_below
    if below is not None:
        found.append("  " + _("Others: below {days}").format(days=_days(below.amount)) + _clause(below))
    return found if len(found) > 2 else [*found, "  " + _("none")]


def _topics(track: FastTrack) -> list[str]:
    found = []
    for topic in track.topics:
        name = f"{topic.category} · {topic.subcategory}" if topic.subcategory else topic.category
        printed_as = _(" (printed beside “{place}”)").format(place=topic.as_printed)
        found.append(f"    {name}{printed_as if topic.as_printed else ''}")
    if not track.topics:
        found.append("    " + _("The list is fixed by: {act}").format(act=track.list_by or _("not entered")))
    return found


def _reasons(regulation: Regulation) -> list[str]:
    found = ["", _("Reasons to decline:")]
    for reason in regulation.decline_reasons:
        found.append(f"  {reason.title} ({reason.clause}): {reason.text}")
    if not regulation.decline_reasons:
        found += ["  " + _("no list, the reason is free text"), *_set_by(regulation.reasons_by)]
    if regulation.stop_grounds:
        found += ["", _("Grounds to stop a reconsideration:")]
        found += [f"  {ground.title} ({ground.clause})" for ground in regulation.stop_grounds]
    return found


def _commands(regulation: Regulation) -> list[str]:
    found = ["", _("Commands:")]
    for row in regulation.process.rows:
        if row.is_on:
            clause = regulation.clause_of(row.number) or _("the platform's rule")
            found.append(f"  {row.number:>3}  {_row(row)} · {clause}")
            if note := regulation.notes.get(row.number):
                found.append(f"       {note}")
    return found


def _row(row: Row) -> str:
    stages = (
        _("any open stage") if set(row.stages) >= set(OPEN_STAGES) else ", ".join(word(s.value) for s in row.stages)
    )
    roles = ", ".join(word(r.value) for r in row.roles)
    return " · ".join(filter(None, (stages or _("new"), word(row.verb.value), roles)))


def _set_by(whom: str) -> list[str]:
    """Who fixes what this act leaves to another: until it is entered there is no rule."""
    return ["  " + _("Fixed by: {whom}; not entered yet").format(whom=whom)] if whom else []


def _clause(term: Term) -> str:
    return f" ({term.clause})" if term.clause else ""


def _days(amount: int) -> str:
    return ngettext("{n} calendar day", "{n} calendar days", amount).format(n=amount)


def _say_troubles(troubles: tuple[LineTrouble, ...], out: TextIO) -> None:
    for one in troubles:
        said = _("line {line}: {what}").format(line=one.line, what=trouble_in_words(one))
        print(plain(said), file=out)


def _difference(one: Difference) -> str:
    if one.what == "track":
        expected, found = (side or _("none") for side in (one.expected, one.found))
    else:
        expected, found = (_shown(side, one.example.zone) for side in (one.expected, one.found))
    return _("line {line}: example “{title}”, {what}: {expected} expected, {found} comes out").format(
        line=one.example.line, title=one.example.title, what=word(one.what), expected=expected, found=found
    )


def _shown(side: str, zone: str) -> str:
    if not side:
        return _("none")
    if side.isdigit():
        return span_in_words(int(side))
    return f"{datetime.fromisoformat(side).astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M:%S}"


def trouble_in_words(trouble: LineTrouble) -> str:
    """The sentence of one trouble; `_sentences` knows every code."""
    params: Mapping[str, str] = {"key": "", "column": "", "kind": "", **trouble.params}
    kind = pgettext("kind of word", params["kind"]) if params["kind"] else ""
    return _sentences()[trouble.code].format(**{**params, "kind": kind, "wanted": _wanted(params)})


def _wanted(params: Mapping[str, str]) -> str:
    return {
        "number": _("a number"),
        "text": _("a text"),
        "flag": _("true or false"),
        "table": _("a table"),
        "list": _("a list"),
        "date": _("a date"),
        "moment": _("a moment with its offset"),
        "span": _("a span such as “19 d 12 h”"),
        "name": _("Latin letters, digits, “-” and “_”"),
        "id": _("an id without “/”"),
    }.get(params.get("wanted", ""), "")


def _sentences() -> Mapping[Trouble, str]:
    return {
        Trouble.SYNTAX: _("this is not TOML (column {column})."),
        Trouble.TOO_LARGE: _("the text is longer than {limit} characters."),
        Trouble.LINE_TOO_LONG: _("the line is longer than {limit} characters."),
        Trouble.TOO_DEEP: _("the brackets are nested too deeply."),
        Trouble.UNKNOWN_KEY: _("the key “{key}” is not known here."),
        Trouble.MISSING_KEY: _("“{key}” is missing or empty."),
        Trouble.WRONG_TYPE: _("“{key}” must be {wanted}."),
        Trouble.OUT_OF_RANGE: _("“{key}” is {value}, allowed is {low} to {high}."),
        Trouble.UNKNOWN_WORD: _("unknown {kind}: “{value}”."),
        Trouble.UNKNOWN_ROW: _("the table has no row “{value}”."),
        Trouble.UNKNOWN_ZONE: _("unknown time zone: “{value}”."),
        Trouble.DUPLICATE: _("“{value}” stands twice."),
        Trouble.SAME_STEP: _("row {number} is the same step as row {other}."),
        Trouble.SHARE_SUM: _("the stage shares make {value} %, not 100 %."),
        Trouble.UNIT_NOT_BUILT: _("terms in “{value}” can't be reckoned yet, only calendar days."),
        Trouble.NO_WAY_ON: _("nobody can move a message out of the stage “{value}”."),
        Trouble.UNREACHABLE: _("no message can come to the stage “{value}”."),
        Trouble.TRACK_TOO_LONG: _("a fast track of {value} days is not shorter than the total of {total}."),
        Trouble.FORMAT_TOO_NEW: _("the file is of a newer format than {high}: update the program."),
    }

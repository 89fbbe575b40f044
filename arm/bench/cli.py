"""`arm bench …` on the command line: its parsers, its output for people and its one line of JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arm.bench.goals import Report

ROWS = 100_000
MOST_ROWS = 5_000_000
TROUBLED = 1
USAGE = 2
SHARED = Path("..") / "shared" / "data"


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `bench start|queue|sync|suggest`; each sets `run`, which takes the arguments and returns the exit code."""
    title = "измерить скорость по целям"
    benches = subparsers.add_parser("bench", help=title, description=title).add_subparsers(
        title="замеры", metavar="start|queue|sync|suggest", required=True
    )
    kinds: tuple[tuple[str, str, Callable[[argparse.Namespace], int]], ...] = (
        ("start", "время до первого окна с сообщениями и память (S11, S12)", _run_start),
        ("queue", "первая страница очереди и поиск (S13, S6, S7)", _run_queue),
        ("sync", "сверка и команды против PouchDB, SQLCipher и pgbench (S1, S2, S4, S5, S9, S10, S14, S16)", _run_sync),
    )
    for name, says, run in kinds:
        parser = benches.add_parser(name, help=says, description=says)
        parser.add_argument("--rows", type=_rows, default=ROWS, metavar="N", help="сообщений в кэше (%(default)s)")
        parser.add_argument("--json", action="store_true", help="закончить одной строкой JSON")
        if name == "sync":
            parser.add_argument(
                "--only", default="", metavar="PART,…", help="только эти части: first,small,commands,stall,crowd"
            )
        parser.set_defaults(run=run)
    says = "как часто верны подсказки темы и организации, на настоящих сообщениях"
    parser = benches.add_parser("suggest", help=says, description=says)
    parser.add_argument("--data", type=Path, default=SHARED, metavar="DIR", help="папка с сообщениями (%(default)s)")
    parser.add_argument("--json", action="store_true", help="закончить одной строкой JSON")
    parser.set_defaults(run=_run_suggest)


def _rows(text: str) -> int:
    try:
        rows = int(text)
    except ValueError:
        rows = 0
    if not 1 <= rows <= MOST_ROWS:
        raise argparse.ArgumentTypeError(f"нужно целое число от 1 до {MOST_ROWS}")
    return rows


def _run_start(arguments: argparse.Namespace) -> int:
    from arm.bench.start import run

    return _finish(arguments, lambda: run(arguments.rows, _tell))


def _run_queue(arguments: argparse.Namespace) -> int:
    from arm.bench.queue import run

    return _finish(arguments, lambda: run(arguments.rows, _tell))


def _run_suggest(arguments: argparse.Namespace) -> int:
    from arm.bench.suggest import NoMessages, run

    try:
        return _finish(arguments, lambda: run(arguments.data, _tell))
    except NoMessages as missing:
        print(f"Нет файла {missing} в папке {arguments.data}: сообщения для пробы лежат вне проекта.", file=sys.stderr)
    return TROUBLED


def _run_sync(arguments: argparse.Namespace) -> int:
    from arm.bench.sync import PARTS, Extent, run
    from arm.bench.sync_first import Failed
    from arm.bench.sync_stores import NotServed

    parts = tuple(arguments.only.split(",")) if arguments.only else PARTS
    if unknown := set(parts) - set(PARTS):
        print(f"Нет такой части замера: {', '.join(sorted(unknown))}. Есть: {', '.join(PARTS)}.", file=sys.stderr)
        return USAGE
    try:
        return _finish(arguments, lambda: run(Extent.of(arguments.rows, parts), _tell))
    except NotServed:
        print("Центральная база для замера не запустилась.", file=sys.stderr)
    except Failed as what:
        print(f"Часть замера не удалась: {what}.", file=sys.stderr)
    return TROUBLED


def _finish(arguments: argparse.Namespace, measure: Callable[[], Report]) -> int:
    """0 when the run came to its end, whatever it found: the goals tell that; otherwise one sentence."""
    from arm.local.troubles import CacheTrouble

    try:
        report = measure()
    except CacheTrouble as trouble:
        print(_sentence(trouble.kind), file=sys.stderr)
        return TROUBLED
    except KeyboardInterrupt:
        print("Замер прерван; временные файлы удалены.", file=sys.stderr)
        return TROUBLED
    print(report.as_text())
    if arguments.json:
        print(report.as_json())
    return 0


def _tell(line: str) -> None:
    """Progress goes beside the result."""
    print(line, file=sys.stderr, flush=True)


def _sentence(kind: str) -> str:
    if kind == "disk_full":
        return "На диске не хватило места для пробного кэша; он удалён. Освободите место или возьмите меньше --rows."
    return "Пробный кэш не удалось создать во временной папке; ваши файлы не затронуты."

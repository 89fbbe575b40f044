"""The state of this installation, without personal data: versions, folders, key store, screen, database."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from arm import settings
from arm.i18n import _, pgettext

PACKAGES = ("PySide6-Essentials", "sqlcipher3", "keyring", "requests", "SQLAlchemy", "alembic", "psycopg", "fastapi")
LEAST_FREE_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: `state` is fine, note or trouble; `advice` says what to do about it."""

    name: str
    state: str
    value: str
    advice: str = ""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("doctor", help=_("state of this installation, without personal data"))
    parser.add_argument("--database", default="", metavar="URL", help=_("look at this database too"))
    parser.add_argument("--json", action="store_true", help=_("as one line of JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where something would keep the program from working."""
    findings = list(examine(args.database))
    if args.json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
    else:
        signs = {"fine": "✓", "note": "•", "trouble": "✗"}
        for one in findings:
            print(f"{signs[one.state]} {one.name}: {one.value}" + (f" — {one.advice}" if one.advice else ""))
    return 1 if any(one.state == "trouble" for one in findings) else 0


def examine(database: str) -> Iterator[Finding]:
    """Every finding in turn; nothing here raises, a check that fails is itself a finding."""
    yield _finding(pgettext("doctor", "program"), "fine", _version_of("arm"))
    yield _finding("Python", "fine", platform.python_version())
    yield _finding(pgettext("doctor", "system"), "fine", platform.platform(terse=True))
    for package in PACKAGES:
        found = _version_of(package)
        advice = "" if found else _("run the set-up again: sh installer/arm.sh setup")
        yield _finding(package, "fine" if found else "trouble", found or pgettext("doctor", "not installed"), advice)
    yield _settings_file()
    yield _folder(_("folder of files"), settings.data_folder)
    yield _folder(_("folder of settings"), settings.config_folder)
    yield _shipped()
    yield _key_store()
    yield _screen()
    if database:
        yield _database(database)


def _finding(name: str, state: str, value: str, advice: str = "") -> Finding:
    return Finding(name=name, state=state, value=value, advice=advice)


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _settings_file() -> Finding:
    try:
        settings.load()
    except settings.SettingsTrouble as trouble:
        value = f"{trouble.reason}: {trouble.key}" if trouble.key else trouble.reason
        return _finding(pgettext("doctor", "settings"), "trouble", value, _("mend or remove the settings file"))
    return _finding(pgettext("doctor", "settings"), "fine", pgettext("doctor", "read"))


def _folder(name: str, find: Callable[[], Path]) -> Finding:
    """Written with ~ for the home, which holds a person's name."""
    try:
        folder = find()
        if not folder.exists():
            return _finding(name, "note", f"{_shown(folder)} ({pgettext('doctor', 'not there yet')})")
        free = shutil.disk_usage(folder).free
    except OSError as trouble:
        return _finding(name, "trouble", type(trouble).__name__, _("make the folder writable"))
    if not os.access(folder, os.W_OK):
        return _finding(name, "trouble", _shown(folder), _("make the folder writable"))
    value = _("{folder}, free {mb} MB").format(folder=_shown(folder), mb=free // 1024**2)
    if free < LEAST_FREE_BYTES:
        return _finding(name, "trouble", value, _("make room on the disk"))
    return _finding(name, "fine", value)


def _shown(folder: Path) -> str:
    try:
        return f"~/{folder.resolve().relative_to(Path.home().resolve())}"
    except (ValueError, RuntimeError, OSError):
        return str(folder)


def _shipped() -> Finding:
    wanted = {
        "process.toml": settings.resource_path("process.toml"),
        "fonts": settings.resource_path("fonts"),
        "regulations": settings.resource_path("regulations"),
        "translations": settings.translations_path(),
    }
    missing = [name for name, path in wanted.items() if not path.exists()]
    if missing:
        return _finding(
            pgettext("doctor", "shipped files"), "trouble", ", ".join(missing), _("install the program again")
        )
    return _finding(pgettext("doctor", "shipped files"), "fine", pgettext("doctor", "all there"))


def _key_store() -> Finding:
    """The name of the system's key store; without one a key wrapped by the password serves."""
    try:
        from arm.local.keys import system_key_store
    except ImportError:
        return _finding(pgettext("doctor", "key store"), "trouble", pgettext("doctor", "not installed"))
    found = system_key_store()
    if found is None:
        advice = _("the files are locked by the password instead; that is safe")
        return _finding(pgettext("doctor", "key store"), "note", pgettext("doctor", "none"), advice)
    return _finding(pgettext("doctor", "key store"), "fine", type(found).__name__)


def _screen() -> Finding:
    from arm.demo.display import has_display

    if has_display():
        return _finding(pgettext("doctor", "screen"), "fine", os.environ.get("QT_QPA_PLATFORM") or sys.platform)
    return _finding(
        pgettext("doctor", "screen"),
        "note",
        pgettext("doctor", "none"),
        _("windows can't be shown, the tour can be played"),
    )


def _database(url: str) -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from arm.bootstrap_central import open_central
    from arm.central.check_cli import shortcoming_sentence
    from arm.central.problems import StoreTrouble, Trouble
    from arm.central.readiness import shortcomings

    try:
        with open_central(url) as central:
            messages = sum(central.counts().values())
            wrong = shortcomings(central)
    except Trouble as trouble:
        return _finding(pgettext("doctor", "database"), "trouble", trouble.code, _("try again a little later"))
    except StoreTrouble as trouble:
        return _finding(
            pgettext("doctor", "database"), "trouble", trouble.kind, _("check the address and whether the server runs")
        )
    except SQLAlchemyError as trouble:
        return _finding(pgettext("doctor", "database"), "trouble", type(trouble).__name__)
    if wrong:
        return _finding(pgettext("doctor", "database"), "trouble", wrong[0], shortcoming_sentence(wrong[0]))
    return _finding(pgettext("doctor", "database"), "fine", _("answers, messages: {n}").format(n=messages))

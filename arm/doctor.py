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
from typing import TYPE_CHECKING

from arm import settings
from arm.i18n import _, pgettext

if TYPE_CHECKING:
    from arm.sync.examining import Look
    from arm.sync.troubles import SyncTrouble

PACKAGES = ("PySide6-Essentials", "sqlcipher3", "keyring", "requests", "SQLAlchemy", "alembic", "psycopg", "fastapi")
LEAST_FREE_BYTES = 500 * 1024 * 1024
MOST_SKEW_S = 120.0


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
    parser.add_argument("--server", default="", metavar="ADDRESS", help=_("look at the way to this central store"))
    parser.add_argument("--json", action="store_true", help=_("as one line of JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where something would keep the program from working."""
    findings = list(examine(args.database, args.server))
    if args.json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
    else:
        signs = {"fine": "✓", "note": "•", "trouble": "✗"}
        for one in findings:
            print(f"{signs[one.state]} {one.name}: {one.value}" + (f" — {one.advice}" if one.advice else ""))
    return 1 if any(one.state == "trouble" for one in findings) else 0


def examine(database: str, server: str = "") -> Iterator[Finding]:
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
    yield from _network(server)
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


def _network(typed: str) -> Iterator[Finding]:
    """The way to the central store that was named, or that the profile or the settings know."""
    from arm.bootstrap import network_of, profile_folder
    from arm.local.keys import load_record
    from arm.local.secret_service import quick_key_store
    from arm.local.troubles import CacheTrouble
    from arm.sync.examining import look

    try:
        known = settings.load()
        record = load_record(profile_folder(known))
        network = network_of(profile_folder(known), quick_key_store)
    except (settings.SettingsTrouble, CacheTrouble):
        return
    server = typed or (record.server if record is not None else "") or known.server_url
    if not server:
        advice = _("name one with --server to look at the way there")
        yield _finding(_("central store"), "note", pgettext("doctor", "not set"), advice)
        return
    yield from network_findings(look(server, network.ways(), network.proxy_password()), network.has_script)


def network_findings(seen: Look, has_script: bool = False) -> Iterator[Finding]:
    """What a look at the way has found, in sentences; without the name for the proxy, which is a person's."""
    trouble = seen.trouble
    if seen.server:
        yield _finding(_("central store"), "fine", seen.server)
    via = seen.proxy.url if seen.proxy is not None else pgettext("doctor", "none")
    if has_script and seen.proxy is None:
        advice = _("a script (PAC) chooses proxies here, which the program doesn't run: write the proxy's address")
        yield _finding(_("proxy"), "note", via, advice)
    elif seen.server and seen.step != "proxy":
        yield _finding(_("proxy"), "fine", via)
    if seen.addresses:
        yield _finding(_("name on the network"), "fine", _("found, addresses: {n}").format(n=seen.addresses))
    if seen.seen is not None:
        one = seen.seen
        words = _("{tls}, certificate by {issuer}, valid from {begin} to {end}").format(
            tls=seen.tls, issuer=one.issuer, begin=f"{one.not_before:%d.%m.%Y}", end=f"{one.not_after:%d.%m.%Y}"
        )
        yield _finding(_("protection"), "fine" if trouble is None or trouble.kind != "certificate" else "note", words)
        yield _finding(_("pin to copy"), "note", one.pin, _("compare it with the administrator's before it is pinned"))
    if seen.skew_s is not None:
        is_near = abs(seen.skew_s) <= MOST_SKEW_S
        words = _("{seconds} s from the central store's").format(seconds=round(seen.skew_s))
        advice = "" if is_near else _("set the right date and time on this computer")
        yield _finding(_("this computer's clock"), "fine" if is_near else "trouble", words, advice)
    if trouble is not None:
        yield _finding(_("connection"), "trouble", f"{trouble.kind}: {trouble.code}", _network_advice(trouble))
    elif seen.server:
        yield _finding(_("connection"), "fine", _("the central store answers, and it is ours"))


def _network_advice(trouble: SyncTrouble) -> str:
    known = {
        "dns": _("the name isn't known on this network: check the address, the network and the VPN"),
        "refused": _("nothing runs at that port: start the central store or mend the address"),
        "proxy_auth": _("the proxy wants a name and a password: write them under Network when signing in"),
        "proxy_scheme": _("the proxy takes only domain passwords: ask for a plain one or a direct way"),
        "proxy_refused": _("the proxy doesn't let through: ask its administrator to allow the address"),
        "proxy_unreachable": _("the proxy doesn't answer: check its address"),
        "clock": _("set the right date and time on this computer"),
        "unknown_ca": _("name the authority's file (tls_authority) or the pin (tls_pins)"),
        "pin": _("the key of the central store isn't the pinned one: ask the administrator for the new pin"),
        "expired": _("the certificate ran out: the central store needs a new one"),
        "wrong_host": _("the certificate is for another name: check the address"),
        "captive": _("the network wants you to sign in first: open a browser"),
        "not_the_protocol": _("another program answers there: check the address"),
    }
    return known.get(trouble.code, _("check the address, the network and the settings of the way there"))


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

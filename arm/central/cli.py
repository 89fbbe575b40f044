"""`arm central serve|init|add-organisation|add-user|check|head|backup|restore`: arguments, and what each does.

Cheap to import: the store's libraries are loaded when a command runs.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arm.central import check_cli
from arm.i18n import _
from arm.settings import Settings, load, resource_path

if TYPE_CHECKING:
    from arm.central.central import Central
    from arm.domain.identity import Grant

Run = Callable[[argparse.Namespace], int]
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1024


def add_parsers(subparsers: Any) -> None:
    """Adds the commands; each parser sets `run`."""
    serve = _parser(subparsers, "serve", _("Answer the workstations"), _serve)
    serve.add_argument("--listen", metavar="HOST:PORT", help=_("address to listen on; port 0 takes a free one"))
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help=_("certificate, needed beyond this machine"))
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help=_("the certificate's key"))
    serve.add_argument(
        "--workers", type=_count_of_workers, default=1, metavar="N", help=_("processes on the one address (Linux)")
    )
    serve.epilog = _(
        "Several hosts may serve one PostgreSQL: give each the same --database (it may list hosts: "
        "postgresql://a,b/base, the one that takes writes is used), the same shared --files folder, the same version "
        "of the program, and a clock kept by NTP. Timers then run once for all. Each host opens up to 80 connections "
        "to the database."
    )
    serve.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    init = _parser(subparsers, "init", _("Make an empty store or bring an old one up to date"), _init)
    init.add_argument("--regulation", metavar="NAME", help=_("regulation in force everywhere: a name or a file"))
    init.add_argument("--classifier", type=Path, metavar="FILE", help=_("categories and subcategories"))
    _add_organisation_parser(subparsers)
    _add_user_parser(subparsers)
    check_cli.add_arguments(
        _parser(subparsers, "check", _("Say whether the store is ready for work"), check_cli.run_check),
        _parser(subparsers, "check-journal", _("Check the whole journal for tampering"), check_cli.run_check_journal),
    )
    _parser(subparsers, "head", _("Print the journal's head, for a log kept apart"), check_cli.run_head)
    backup = _parser(subparsers, "backup", _("Save the whole store into one file"), _backup)
    backup.add_argument("file", type=Path)
    restore = _parser(subparsers, "restore", _("Bring the store back from a backup"), _restore)
    restore.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help=_("even over a store that isn't empty"))


def _add_organisation_parser(subparsers: Any) -> None:
    one = _parser(subparsers, "add-organisation", _("Add an organisation or change it"), _add_organisation)
    one.add_argument("--id", required=True, help=_("its id: short, without spaces"))
    one.add_argument("--name", required=True)
    one.add_argument("--superior", metavar="ID", help=_("the organisation above it"))
    one.add_argument("--zone", default="Europe/Moscow", help=_("its time zone, such as Asia/Omsk"))
    one.add_argument("--investigative", action="store_true", help=_("a court or a body of inquiry"))
    one.add_argument("--not-connected", action="store_true", help=_("it doesn't work on the platform"))
    one.add_argument("--regulation", metavar="NAME", help=_("regulation in force from here down"))


def _add_user_parser(subparsers: Any) -> None:
    one = _parser(subparsers, "add-user", _("Add a user"), _add_user)
    one.add_argument("--login", required=True)
    one.add_argument("--name", required=True, help=_("full name"))
    one.add_argument("--position", default="")
    one.add_argument(
        "--role", action="append", default=[], metavar="ROLE@ORG[:TOPIC,…]", help=_("a right; may be repeated")
    )
    one.add_argument("--portal", action="store_true", help=_("a service account of the portal: prints its token"))
    one.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))


def store_parser(subparsers: Any, name: str, text: str) -> argparse.ArgumentParser:
    """A command on the store's database."""
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--database", metavar="URL", default=None, help=_("default: SQLite in your data folder"))
    return parser


def say_row(*parts: str) -> None:
    """One line of a listing: empty parts are left out, no sign from outside steers the terminal."""
    print("  ".join("".join(c if c.isprintable() else "?" for c in one) for one in parts if one))


def _parser(subparsers: Any, name: str, text: str, work: Run) -> argparse.ArgumentParser:
    parser = store_parser(subparsers, name, text)
    parser.add_argument(
        "--files", type=Path, metavar="FOLDER", default=None, help=_("folder of stored files; one for all hosts")
    )
    parser.set_defaults(run=guarded(work))
    return parser


def _count_of_workers(text: str) -> int:
    from arm.central.workers import MAX_WORKERS

    if not text.isdecimal() or not 1 <= int(text) <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(_("a number from 1 to {most} is needed").format(most=MAX_WORKERS))
    return int(text)


def guarded(work: Run) -> Run:
    """The same command, its known errors told in one sentence on stderr, exit code 1."""

    def run(arguments: argparse.Namespace) -> int:
        from arm.central.wording import KNOWN, sentence

        try:
            return work(arguments)
        except KNOWN as wrong:
            print(sentence(wrong), file=sys.stderr)
            return 1

    return run


def database_url(arguments: argparse.Namespace, settings: Settings | None = None) -> str:
    """What `--database` says, else the settings, else nothing: SQLite in the data folder."""
    return arguments.database or (settings or load()).database_url


def opened(arguments: argparse.Namespace) -> Central:
    from arm.central.opening import open_central

    return open_central(database_url(arguments), files=getattr(arguments, "files", None))


def _serve(arguments: argparse.Namespace) -> int:
    from arm.central.serving import ServeTrouble, is_loopback, listener_at, serve_on, split_address
    from arm.central.workers import supervise

    settings = load()
    listen = arguments.listen or settings.listen
    certificate = arguments.tls_cert or (Path(settings.tls_certificate) if settings.tls_certificate else None)
    key = arguments.tls_key or (Path(settings.tls_key) if settings.tls_key else None)
    if certificate is None and not is_loopback(split_address(listen)[0]):
        raise ServeTrouble("no_tls", listen)

    def say(line: str) -> None:
        print(line, flush=True)

    with opened(arguments) as central:
        listener = listener_at(listen, certificate, key)
        if arguments.workers == 1:
            return serve_on(central, listener, until_stdin_closes=arguments.until_stdin_closes, say=say)
    # the schema is up to date now; what was opened here is not handed on
    with listener.socket:
        return supervise(
            listener,
            arguments.workers,
            database=database_url(arguments, settings),
            files=str(arguments.files or ""),
            until_stdin_closes=arguments.until_stdin_closes,
            say=say,
        )


def _init(arguments: argparse.Namespace) -> int:
    from arm.central import admin
    from arm.domain.loading import load_classifier

    with opened(arguments) as central:
        if arguments.regulation:
            admin.set_regulation(central.store, regulation_text(arguments.regulation))
        if arguments.classifier:
            admin.set_classifier(central.store, load_classifier(_text_of(arguments.classifier)))
        place = central.store.engine.url.render_as_string(hide_password=True)
    print(_("The store is ready: {place}").format(place=place))
    return 0


def _add_organisation(arguments: argparse.Namespace) -> int:
    from arm.central import admin
    from arm.domain.identity import OrganisationId
    from arm.domain.organisations import Organisation

    one = Organisation(
        organisation_id=OrganisationId(arguments.id),
        name=arguments.name,
        superior=OrganisationId(arguments.superior) if arguments.superior else None,
        zone=arguments.zone,
        connected=not arguments.not_connected,
        investigative=arguments.investigative,
    )
    with opened(arguments) as central:
        text = regulation_text(arguments.regulation) if arguments.regulation else ""
        admin.add_organisation(central.store, one)
        if text:
            admin.set_regulation(central.store, text, one.organisation_id)
    print(_("The organisation «{name}» is in the store.").format(name=one.name))
    return 0


def _add_user(arguments: argparse.Namespace) -> int:
    import uuid

    from arm.central import admin
    from arm.domain.identity import Person, UserId

    grants = tuple(grant_from(one) for one in arguments.role)
    person = Person(UserId(str(uuid.uuid4())), arguments.name, arguments.position, grants)
    if not grants and not arguments.portal:
        raise admin.AdminTrouble("no_grants")
    password = None if arguments.portal else password_from(arguments.password_stdin)
    with opened(arguments) as central:
        service = "portal" if arguments.portal else ""
        admin.add_person(central.store, person, login=arguments.login, password=password, service=service)
        if arguments.portal:
            print(_("The token is shown this one time:"), file=sys.stderr)
            print(admin.issue_service_token(central.store, person.user_id))
    print(_("The user «{login}» is in the store.").format(login=arguments.login), file=sys.stderr)
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    from arm.central.backup import backup

    with opened(arguments) as central:
        about = backup(central, arguments.file)
    text = _("Saved up to journal entry {seq}, files: {files}.")
    print(text.format(seq=about["seq"], files=about["files"]))
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from arm.central.backup import restore

    about = restore(arguments.file, database_url(arguments), files=arguments.files, replace=arguments.replace)
    print(_("Restored up to journal entry {seq}; everybody signs in anew.").format(seq=about["seq"]))
    return 0


def grant_from(text: str) -> Grant:
    """`role@organisation[:topic,topic]`; AdminTrouble(bad_role | unknown_role)."""
    from arm.central.admin import AdminTrouble
    from arm.domain.identity import Grant, OrganisationId, Role

    role, at, place = text.partition("@")
    organisation, _colon, topics = place.partition(":")
    if not at or not organisation:
        raise AdminTrouble("bad_role", text)
    if role not in {one.value for one in Role} - {"applicant", "system"}:
        raise AdminTrouble("unknown_role", role)
    named = tuple(one.strip() for one in topics.split(",") if one.strip())
    return Grant(Role(role), OrganisationId(organisation), named)


def regulation_text(name: str) -> str:
    """The text of a regulation that comes with the program, or of a file."""
    from arm.central.admin import AdminTrouble

    shipped = resource_path("regulations", f"{name}.toml")
    if "/" not in name and "\\" not in name and shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    if not Path(name).is_file():
        raise AdminTrouble("no_regulation", name)
    return _text_of(Path(name))


def _text_of(path: Path) -> str:
    from arm.central.admin import AdminTrouble

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise AdminTrouble("unreadable", str(path)) from None


def password_from(from_stdin: bool) -> str:
    """One line of standard input, or asked twice at a terminal; AdminTrouble where it is too short or long."""
    from arm.central.admin import AdminTrouble

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        raise AdminTrouble("no_terminal")
    else:
        password = getpass.getpass(_("Password: "))
        if getpass.getpass(_("Once more: ")) != password:
            raise AdminTrouble("passwords_differ")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AdminTrouble("bad_password")
    return password

"""Sentences of the store's command line: what happened, what is safe, what to do."""

from __future__ import annotations

from arm.central.admin import AdminTrouble
from arm.central.backup import BackupTrouble
from arm.central.problems import StoreTrouble, Trouble
from arm.central.serving import ServeTrouble
from arm.domain.loading import RegulationTrouble
from arm.i18n import _

Known = AdminTrouble | BackupTrouble | StoreTrouble | Trouble | ServeTrouble | RegulationTrouble
KNOWN = (AdminTrouble, BackupTrouble, StoreTrouble, Trouble, ServeTrouble, RegulationTrouble)


def sentence(wrong: Known) -> str:
    """One clear sentence for an error that a person at the command line can do something about."""
    if isinstance(wrong, StoreTrouble):
        return _store(wrong.kind)
    if isinstance(wrong, AdminTrouble):
        return _admin(wrong.reason, wrong.detail)
    if isinstance(wrong, ServeTrouble):
        return _serve(wrong.kind, wrong.detail)
    if isinstance(wrong, BackupTrouble):
        return _backup(wrong.kind, wrong.detail)
    if isinstance(wrong, RegulationTrouble):
        return _("The regulation can't be loaded; «arm regulation check FILE» shows every line at fault.")
    return _("The database is busy; nothing was changed, please try again.")


def _store(kind: str) -> str:
    return {
        "bad_url": _("This is no address of a database: give sqlite:///FILE or postgresql://USER@HOST/DATABASE."),
        "unreachable": _("The database can't be reached; check the address and that the server is running."),
        "not_a_store": _("The database belongs to something else; nothing was changed, give another address."),
        "newer_schema": _("The database was made by a newer version of the program; update the program."),
        "damaged": _("The database is damaged; nothing was changed, restore it from a backup."),
        "disk_full": _("The disk is full; nothing was changed, free some space and try again."),
        "denied": _("The database may not be opened with these rights."),
    }.get(kind, _("The database can't be used."))


def _admin(reason: str, detail: str) -> str:
    text = {
        "unknown_organisation": _("There is no organisation «{detail}»; add it first."),
        "unknown_superior": _("There is no superior organisation «{detail}»; add it first."),
        "tree_loop": _("«{detail}» can't be its own superior."),
        "unknown_zone": _("There is no time zone «{detail}»; give a name like Europe/Moscow."),
        "login_taken": _("The login «{detail}» is taken."),
        "unknown_person": _("There is no user «{detail}»."),
        "regulation_changed": _("The regulation {detail} is kept with another text; raise its version."),
        "bad_id": _("«{detail}» can't be an id: up to 64 printable characters without spaces."),
        "has_messages": _("«{detail}» has messages and can't be moved in the tree."),
        "no_shared_role": _("«{detail}» can't stand in: the two share no role in that organisation."),
        "bad_role": _("«{detail}» is no right: give role@organisation or role@organisation:topic,topic."),
        "unknown_role": _("There is no role «{detail}»."),
        "no_grants": _("A user needs at least one right: --role role@organisation."),
        "bad_password": _("The password must have 8 to 1024 characters."),
        "passwords_differ": _("The two passwords differ."),
        "no_terminal": _("There is no terminal to ask for a password; use --password-stdin."),
        "no_regulation": _("There is no regulation «{detail}»: give a name from the program or a file."),
        "unreadable": _("The file «{detail}» can't be read."),
        "unknown_device": _("There is no such workstation «{detail}»; «arm central devices» lists them."),
        "already_revoked": _("The workstation «{detail}» is shut out already; nothing was changed."),
        "bad_key": _("This is no recovery file of a workstation; nothing was changed."),
        "exists": _("The file «{detail}» is there already or can't be made; nothing was changed, give another name."),
    }.get(reason, _("It can't be done: {detail}."))
    return text.format(detail=detail)


def _serve(kind: str, detail: str) -> str:
    text = {
        "bad_address": _("«{detail}» is no address to listen on: give HOST:PORT."),
        "port_taken": _("The address {detail} is taken by another program or isn't this machine's."),
        "denied": _("This account may not listen on {detail}."),
        "no_tls": _("Beyond this machine only TLS is allowed: add --tls-cert and --tls-key, or listen on 127.0.0.1."),
        "bad_certificate": _("The certificate «{detail}» or its key can't be used."),
        "no_workers": _("Several workers need Linux; leave --workers out on this system."),
        "worker_failed": _("A worker ended before it could answer; nothing is served."),
    }.get(kind, "{detail}")
    return text.format(detail=detail)


def _backup(kind: str, detail: str) -> str:
    text = {
        "exists": _("The file «{detail}» is there already; nothing was written, give another name."),
        "no_program": _("The program {detail} of PostgreSQL isn't installed here."),
        "program_failed": _("{detail} of PostgreSQL failed; the store is as it was."),
        "not_a_backup": _("This file is no backup of a store; nothing was changed."),
        "other_kind": _("The backup is of another kind of database ({detail}); give an address of that kind."),
        "not_empty": _(
            "The store there isn't empty; nothing was changed, add --replace to put the backup in its place."
        ),
        "in_use": _("The store is open in another program; stop its server first, nothing was changed."),
        "cannot_write": _("«{detail}» can't be written; check rights and free space."),
        "damaged": _("The database or the backup is damaged; nothing was changed."),
    }.get(kind, "{detail}")
    return text.format(detail=detail)

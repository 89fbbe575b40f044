"""`arm export-work FOLDER`: what is not sent from a profile, as files its person can read, without opening a window."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from arm import settings
from arm.i18n import _

if TYPE_CHECKING:
    from arm.local.keys import KeyRecord


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("export-work", help=_("write what is not sent from this computer into a folder"))
    parser.add_argument("folder", type=Path, help=_("a folder that is not there yet; it will hold personal data"))
    parser.add_argument("--password-stdin", action="store_true", help=_("read the password from standard input"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The exit code; nothing in the profile is changed, also when a newer program wrote it."""
    from dataclasses import replace

    from arm.bootstrap import profile_folder
    from arm.local.database import ProfileLock
    from arm.local.exporting import export_work
    from arm.local.keys import load_record
    from arm.local.troubles import CacheTrouble

    known = settings.load()
    profile = profile_folder(replace(known, profile=args.profile) if args.profile else known)
    lock = None
    try:
        record = load_record(profile)
        if record is None:
            return _said(_("There is no profile in {folder}.").format(folder=profile))
        lock = ProfileLock(profile)
        done = export_work(profile, _key(record, args.password_stdin), args.folder)
    except CacheTrouble as trouble:
        return _said(_sentence(trouble.kind))
    finally:
        if lock is not None:
            lock.release()
    text = _("Written to {folder}: commands: {commands}, drafts: {drafts}, files: {files}.")
    print(text.format(folder=args.folder, commands=done.commands, drafts=done.drafts, files=done.files))
    if done.unreadable:
        print(_("Files that can't be read: {count}.").format(count=done.unreadable))
    return 0


def _key(record: KeyRecord, from_stdin: bool) -> bytes:
    from arm.local.keys import key_from_password, key_from_store
    from arm.local.secret_service import quick_key_store

    if record.kind != "password":
        return key_from_store(record, quick_key_store())
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else getpass.getpass(_("Password: "))
    return key_from_password(record, password)


def _sentence(kind: str) -> str:
    said = {
        "wrong_key": _("The password does not open the files; they are whole and nothing was changed."),
        "no_key_store": _(
            "The system's key store does not give the key. The files are whole: sign in once in the window with the "
            "network, and the key comes back."
        ),
        "in_use": _("The profile is open in a window; close it and repeat."),
        "disk_full": _("The disk is full; free some space and give another folder."),
    }
    return said.get(kind, _("It can't be written: the folder is there already, or files can't be read or made."))


def _said(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1

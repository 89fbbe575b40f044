"""`arm central devices|revoke-device|readmit-device`: lost workstations, and revocations made by mistake."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arm.central.cli import guarded, opened, say_row, store_parser
from arm.i18n import _


def add_parsers(subparsers: Any) -> None:
    """Adds the commands; each parser sets `run`."""
    listed = store_parser(subparsers, "devices", _("List the workstations: id, user, name, state, last seen"))
    listed.add_argument("--login", default="", help=_("of this user alone"))
    listed.set_defaults(run=guarded(_devices))
    shut_out = _("Shut out a lost workstation; it wipes itself when it asks next")
    lost = store_parser(subparsers, "revoke-device", shut_out)
    lost.add_argument("device", metavar="ID")
    unsent = lost.add_mutually_exclusive_group(required=True)
    unsent.add_argument(
        "--recovery", type=Path, metavar="FILE", help=_("keep its key in a file: with it the revocation can be undone")
    )
    unsent.add_argument(
        "--for-good", action="store_true", help=_("keep no key: what was not sent from there is lost for everybody")
    )
    lost.set_defaults(run=guarded(_revoke))
    back = store_parser(subparsers, "readmit-device", _("Undo a revocation; unsent work opens at the next sign-in"))
    back.add_argument("device", metavar="ID")
    back.add_argument("--recovery", type=Path, metavar="FILE", required=True, help=_("the file kept when revoking"))
    back.set_defaults(run=guarded(_readmit))


def _devices(arguments: argparse.Namespace) -> int:
    from arm.central import admin

    with opened(arguments) as central:
        for row in admin.devices(central.store, arguments.login):
            damaged = _("its files were damaged") if row.report else ""
            say_row(row.device_id, row.login or "", row.name, row.state, f"{row.seen_at:%Y-%m-%d %H:%M} UTC", damaged)
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from arm.central import admin
    from arm.domain.identity import DeviceId

    kept: Path | None = arguments.recovery
    with opened(arguments) as central:
        try:
            admin.revoke_device(central.store, DeviceId(arguments.device), _writer(kept) if kept else lambda key: None)
        except OSError:
            raise admin.AdminTrouble("exists", str(kept)) from None
    print(_("The workstation is shut out. It wipes itself when it reaches the central store next."))
    if kept is not None:
        said = _("The key is in {file}: keep it apart, and destroy it when nothing is to be undone.")
        print(said.format(file=kept))
    return 0


def _writer(path: Path) -> Callable[[str], None]:
    """Writes the key on the disk before the store lets go of it."""

    def write(escrow_key: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{escrow_key}\n")
            file.flush()
            os.fsync(file.fileno())

    return write


def _readmit(arguments: argparse.Namespace) -> int:
    from arm.central import admin
    from arm.domain.identity import DeviceId

    try:
        escrow_key = arguments.recovery.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise admin.AdminTrouble("unreadable", str(arguments.recovery)) from None
    with opened(arguments) as central:
        admin.readmit_device(central.store, DeviceId(arguments.device), escrow_key)
    print(_("The workstation is admitted again; its user signs in and finds what was not sent."))
    return 0

"""The demonstration's central store as a process of its own, served until its parent ends."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from arm.demo.account import Account

SEED = 7


def main(folder: Path) -> int:
    """Prints one line of JSON with the people, then `listening URL`; ends when standard input closes.

    The folder goes too, also where the parent was ended without a chance to clear up.
    """
    from arm.bootstrap_central import open_central
    from arm.central.serving import serve
    from arm.demo.building import build_demo, shown_people

    with open_central(f"sqlite:///{folder / 'central.db'}", files=folder / "files") as central:
        region = build_demo(central, datetime.now(UTC), SEED)
        accounts = [
            Account(
                login=one.login,
                password=one.password,
                full_name=one.full_name,
                position=one.position,
                roles=one.roles,
            )
            for one in shown_people(region)
        ]
        print(msgspec.json.encode(accounts).decode(), flush=True)
        code = serve(central, "127.0.0.1:0", until_stdin_closes=True, say=_say)
    shutil.rmtree(folder, ignore_errors=True)
    return code


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

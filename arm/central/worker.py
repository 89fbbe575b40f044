"""One of several server processes: takes its order from standard input, serves on the socket it was handed."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from arm import i18n, logs, settings
from arm.central.opening import open_central
from arm.central.serving import Listener, serve_on
from arm.central.wording import KNOWN, sentence
from arm.central.workers import Order
from arm.typed import from_json


def main() -> int:
    """Ends with its parent, whatever becomes of it: standard input closes then. Exit code 1 says why on stderr."""
    order = from_json(sys.stdin.buffer.readline(), Order)
    known = settings.load()
    _begin_log(known, order.number)
    i18n.set_language(known.language)
    listener = Listener(
        socket.socket(fileno=order.socket),
        order.url,
        Path(order.certificate) if order.certificate else None,
        Path(order.key) if order.key else None,
    )
    try:
        files = Path(order.files) if order.files else None
        with open_central(order.database, files=files, connections=order.connections) as central:
            return serve_on(central, listener, until_stdin_closes=True, say=lambda line: print(line, flush=True))
    except KNOWN as wrong:
        print(sentence(wrong), file=sys.stderr)
        return 1


def _begin_log(known: settings.Settings, number: int) -> None:
    """A log of its own: two processes would turn one file over under each other."""
    try:
        file = Path(known.log_file) if known.log_file else settings.data_folder() / "arm.log"
    except OSError:
        return
    logs.set_up(level=known.log_level, file=file.with_name(f"{file.stem}-{number}{file.suffix}"))


if __name__ == "__main__":
    sys.exit(main())

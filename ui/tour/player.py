"""The player's loop: steps come as JSON lines on standard input, each is answered by one line.

A step is `{"do": "press|type|click|see|read|picture|stop", …}`; an answer `{"ok": true, …}` or
`{"ok": false, "why": "…", "seen": "…"}`. `see` waits for its condition by a timer, up to `within_s` seconds.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ui.application import prepare
from ui.tour import hands

if TYPE_CHECKING:
    from arm.desk.desk import Desk

LOOK_EVERY_MS = 40
SETTLE_MS = 120


class Ear(QThread):
    """Reads standard input line by line, off the screen's thread."""

    heard = Signal(object)

    def run(self) -> None:
        for line in sys.stdin:
            self.heard.emit(line)
        self.heard.emit('{"do": "stop"}')


class Player(QObject):
    """Carries out one step after another on the windows of this process."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ear = Ear(self)
        self._ear.heard.connect(self._on_ear_heard, Qt.ConnectionType.QueuedConnection)
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_EVERY_MS)
        self._watch.timeout.connect(self._on_watch_timeout)
        self._step: dict[str, Any] = {}
        self._mistake = ""
        self._is_waiting = False
        self._hook = sys.excepthook
        sys.excepthook = self._on_mistake
        self._deadline = QDeadlineTimer(0)

    def start(self) -> None:
        self._ear.start()
        self._answer({"ok": True, "ready": True})

    def _on_mistake(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A mistake anywhere in the window stops the tour: the step at hand, or the next one, is answered with it."""
        self._mistake = "".join(traceback.format_exception(kind, error, trace))
        self._hook(kind, error, trace)
        if self._is_waiting:
            self._watch.stop()
            self._answer({"ok": True})

    def _on_ear_heard(self, line: object) -> None:
        self._is_waiting = True
        self._step = json.loads(str(line))
        if self._step["do"] == "picture":
            QTimer.singleShot(SETTLE_MS, self, self._take_picture)
            return
        if self._step["do"] == "see":
            self._deadline = QDeadlineTimer(int(float(self._step.get("within_s", 20)) * 1000))
            self._on_watch_timeout()
            return
        try:
            self._answer(self._act(self._step))
        except hands.NotThere as gone:
            self._answer({"ok": False, "why": f"not there: {gone}", "seen": self._seen()})

    def _act(self, step: dict[str, Any]) -> dict[str, Any]:
        name = str(step.get("name", ""))
        hands.wake()
        match step["do"]:
            case "press":
                hands.press(str(step["keys"]), name)
            case "type":
                hands.type_text(str(step["text"]), name)
            case "click":
                hands.click(name, str(step.get("row", "")))
            case "read":
                return {"ok": True, "words": hands.words(hands.find(name))}
            case "stop":
                QTimer.singleShot(0, QApplication.quit)
            case other:
                return {"ok": False, "why": f"unknown step {other}"}
        return {"ok": True}

    def _take_picture(self) -> None:
        """After the window has had the time to lay out what came with the last step."""
        is_written = hands.picture().save(str(self._step["path"]))
        self._answer({"ok": is_written, "why": "" if is_written else "picture not written"})

    def _on_watch_timeout(self) -> None:
        missing = self._missing()
        if missing and not self._deadline.hasExpired():
            if not self._watch.isActive():
                self._watch.start()
            return
        self._watch.stop()
        self._answer({"ok": not missing, "why": missing, "seen": self._seen() if missing else ""})

    def _missing(self) -> str:
        """What of the awaited condition does not hold yet; empty when all of it does."""
        name, step = str(self._step.get("name", "")), self._step
        if step.get("gone"):
            try:
                shown = hands.words(hands.find(name)) if name else self._seen()
            except hands.NotThere:
                return ""
            if "text" not in step:
                return f"{name} is still there"
            return f"«{step['text']}» is still in {name}" if str(step["text"]) in shown else ""
        try:
            widget = hands.find(name) if name else None
        except hands.NotThere:
            return f"not there: {name}"
        if widget is not None and step.get("enabled") and not widget.isEnabled():
            return f"{name} is disabled"
        shown = hands.words(widget) if widget is not None else self._seen()
        return next((f"no «{text}» in {name or 'the window'}" for text in self._texts() if text not in shown), "")

    def _texts(self) -> list[str]:
        wanted = self._step.get("text", [])
        return [str(wanted)] if isinstance(wanted, str) else [str(one) for one in wanted]

    def _seen(self) -> str:
        tops: list[QWidget] = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        return "\n".join(hands.words(top) for top in tops)

    def _answer(self, said: dict[str, Any]) -> None:
        self._is_waiting = False
        if self._mistake:
            said, self._mistake = {"ok": False, "why": self._mistake, "seen": ""}, ""
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def play(profile: Path, open_desk: Callable[[Path], Desk]) -> int:
    """Opens the profile's real window, or its signing in, and obeys the conductor until he says stop."""
    app, application = prepare(open_desk, ["arm-tour"])
    player = Player(app)
    application.open_profile(profile)
    player.start()
    return app.exec()

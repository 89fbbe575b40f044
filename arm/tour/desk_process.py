"""A desk of the tour: one process, one profile, one real window, moved by steps over a pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

PATIENCE_S = 25


class TourFailed(Exception):
    """A step that could not be done or a difference from the central store; says which and what was seen."""


def private_environment(folder: Path) -> dict[str, str]:
    """A child's environment: Russian, and nothing written into the folders or the keyring of whoever runs the tour."""
    folders = {f"ARM_{name}_FOLDER": str(folder / name.lower()) for name in ("DATA", "CONFIG", "CACHE")}
    return {**os.environ, **folders, "ARM_LANGUAGE": "ru", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


class DeskProcess:
    """The parent's end of one player; every method waits for the player's answer."""

    def __init__(self, who: str, profile: Path, platform: str, log: Path) -> None:
        self.who = who
        self._log = log.open("ab")
        environment = {**private_environment(log.parent), "QT_QPA_PLATFORM": platform}
        environment.update(QT_SCALE_FACTOR="1", QT_FONT_DPI="96", PYTHONUTF8="1", PYTHONFAULTHANDLER="1")
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "arm", "tour-desk", str(profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
        )
        self._hear()

    def press(self, keys: str, name: str = "") -> None:
        self._do({"do": "press", "keys": keys, "name": name})

    def type(self, text: str, name: str = "") -> None:
        self._do({"do": "type", "text": text, "name": name})

    def click(self, name: str, row: str = "") -> None:
        self._do({"do": "click", "name": name, "row": row})

    def see(self, *texts: str, name: str = "", enabled: bool = False, within_s: float = PATIENCE_S) -> None:
        """Waits until the widget (or the window) shows all these words."""
        self._do({"do": "see", "text": list(texts), "name": name, "enabled": enabled, "within_s": within_s})

    def see_gone(self, text: str = "", name: str = "", within_s: float = PATIENCE_S) -> None:
        step: dict[str, Any] = {"do": "see", "gone": True, "name": name, "within_s": within_s}
        self._do(step | ({"text": text} if text else {}))

    def shows(self, name: str) -> bool:
        """Whether the widget is on the screen now."""
        self._say({"do": "see", "name": name, "within_s": 0})
        return bool(self._hear().get("ok"))

    def read(self, name: str) -> str:
        return str(self._do({"do": "read", "name": name})["words"])

    def picture(self, path: Path) -> None:
        self._do({"do": "picture", "path": str(path)})

    def stop(self) -> None:
        """Ends the window as a user would; kills it when it does not go."""
        if self._process.poll() is None:
            try:
                self._say({"do": "stop"})
                self._process.wait(15)
            except (OSError, subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()

    def _do(self, step: dict[str, Any]) -> dict[str, Any]:
        self._say(step)
        said = self._hear()
        if not said.get("ok"):
            why = str(said.get("why", "")).strip() or "no answer"
            seen = str(said.get("seen", ""))[:3000]
            raise TourFailed(f"{self.who}: {step}: {why.splitlines()[-1]}\n\n{why}\n\n{seen}")
        return said

    def _say(self, step: dict[str, Any]) -> None:
        pipe = self._process.stdin
        if pipe is None or self._process.poll() is not None:
            raise TourFailed(f"{self.who}: the window is gone")
        pipe.write(json.dumps(step, ensure_ascii=False).encode() + b"\n")
        pipe.flush()

    def _hear(self) -> dict[str, Any]:
        pipe = self._process.stdout
        line = pipe.readline() if pipe is not None else b""
        if not line:
            raise TourFailed(f"{self.who}: the window is gone, exit code {self._process.wait()}")
        return cast("dict[str, Any]", json.loads(line))

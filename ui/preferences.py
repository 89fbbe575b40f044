"""What a person chose for the windows of a profile: theme, size of letters, language, the window's place."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)
FILE_NAME = "window.json"
SMALLEST_SCALE, LARGEST_SCALE = 0.8, 2.0


@dataclass(slots=True)
class Preferences:
    """Kept in the profile's folder; an unreadable file is as good as none."""

    path: Path | None = None
    theme: str = "system"
    language: str = "auto"
    font_scale: float = 1.0
    place: list[int] = field(default_factory=list)
    is_maximised: bool = False
    single_keys: bool = True
    hold_s: int = 8
    """How long a step can be taken back: 5–30, or 0 for not at all."""
    space: str = ""

    @classmethod
    def load(cls, folder: Path | None) -> Preferences:
        if folder is None:
            return cls()
        made = cls(path=folder / FILE_NAME)
        try:
            read = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return made
        if isinstance(read, dict):
            for one in fields(cls):
                if one.name != "path" and type(read.get(one.name)) is type(getattr(made, one.name)):
                    setattr(made, one.name, read[one.name])
        made.font_scale = min(LARGEST_SCALE, max(SMALLEST_SCALE, made.font_scale))
        return made

    def save(self) -> None:
        if self.path is None:
            return
        kept = asdict(self)
        kept.pop("path")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(kept), encoding="utf-8")
        except OSError:
            log.warning("the window's preferences could not be written")

    def choose_hold(self, seconds: int) -> None:
        """How long steps can be taken back from now on."""
        self.hold_s = seconds
        self.save()

    def take_look(self, other: Preferences) -> None:
        """Theme, size of letters and language; the window's place stays one's own."""
        self.theme, self.font_scale, self.language = other.theme, other.font_scale, other.language

    def remember_place(self, window: QWidget) -> None:
        """The own rectangle of the window, not Qt's blob: it grew at each start with some screens."""
        self.is_maximised = window.isMaximized()
        if not self.is_maximised and window.isVisible():
            rect = window.geometry()
            self.place = [rect.x(), rect.y(), rect.width(), rect.height()]

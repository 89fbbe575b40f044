"""The bundled typeface and the seven type sizes made of it."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF
from PySide6.QtWidgets import QApplication

from arm.settings import resource_path

BODY_PT = 9.75  # 13 px at 96 dpi: whole pixels keep the stems of the letters sharp
SMALLEST_PT = 9.0
_FAMILY = "Inter"
_FILES = ("Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
_ROLES: dict[str, tuple[float, QFont.Weight]] = {
    "caption": (0.9, QFont.Weight.Normal),
    "body": (1.0, QFont.Weight.Normal),
    "body_strong": (1.0, QFont.Weight.DemiBold),
    "reading": (1.1, QFont.Weight.Normal),
    "subtitle": (1.15, QFont.Weight.DemiBold),
    "title": (1.35, QFont.Weight.DemiBold),
    "tile": (2.0, QFont.Weight.DemiBold),
}


@cache
def load_fonts() -> None:
    """Registers the bundled font files; a second call does nothing."""
    for file in _FILES:
        QFontDatabase.addApplicationFont(str(resource_path("fonts", file)))


def base_font(scale: float) -> QFont:
    """The body font at a scale of 0.8 to 2.0, with figures of one width."""
    made = QFont(_FAMILY)
    made.setPointSizeF(max(BODY_PT * scale, SMALLEST_PT if scale >= 1 else BODY_PT * 0.8))
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return made


def point_size(role: str, body_pt: float) -> float:
    """Points of a type role when the body has `body_pt`; captions never fall below 9 pt at normal size."""
    size = body_pt * _ROLES[role][0]
    return max(size, min(SMALLEST_PT, body_pt))


def weight(role: str) -> QFont.Weight:
    return _ROLES[role][1]


def roles() -> tuple[str, ...]:
    return tuple(_ROLES)


def font(role: str = "body") -> QFont:
    """The font of a type role at the scale the user chose."""
    made = QFont(QApplication.font())
    made.setPointSizeF(point_size(role, made.pointSizeF()))
    made.setWeight(weight(role))
    return made


def em() -> float:
    """Logical pixels of one em: the line height of the body font (breakpoints count in it)."""
    return QFontMetricsF(QApplication.font()).height()

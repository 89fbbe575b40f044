"""The look: tokens, palette, fonts, icons and the switch between light and dark."""

from ui.theme.fonts import em, font
from ui.theme.icons import icon_pixmap
from ui.theme.style import Theme, apply_theme, icon, set_icon, theme
from ui.theme.tokens import DeadlineInk, Tokens, load_tokens

__all__ = [
    "DeadlineInk",
    "Theme",
    "Tokens",
    "apply_theme",
    "em",
    "font",
    "icon",
    "icon_pixmap",
    "load_tokens",
    "set_icon",
    "theme",
]

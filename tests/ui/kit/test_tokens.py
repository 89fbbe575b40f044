"""What the colours and the type sizes promise to the eye."""

import pytest
from PySide6.QtGui import QColor, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from ui.theme import apply_theme, em, font, icon, load_tokens, theme
from ui.theme.style import style_sheet
from ui.widgets import Button

TEXT_PAIRS = (
    ("text", "surface"),
    ("text", "bg"),
    ("text", "sunken"),
    ("text", "hover"),
    ("text2", "surface"),
    ("text2", "bg"),
    ("text2", "sunken"),
    ("text2", "tag"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("accent", "surface"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_press"),
    ("on_selection", "selection"),
    ("danger", "surface"),
    ("danger", "error_fill"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    ("text", "info_fill"),
    ("text", "warn_fill"),
    ("text", "error_fill"),
    ("warn_ink", "warn_fill"),
    ("warn_ink", "sunken"),
    ("ok_ink", "ok_fill"),
    ("rail_text", "rail"),
    ("rail_text", "rail_current"),
    ("rail_text", "rail_hover"),
    ("on_rail_count", "rail_count"),
    ("on_toast", "toast"),
    ("toast_accent", "toast"),
    ("text", "diff_added"),
    ("text", "diff_removed"),
)
EDGE_PAIRS = (
    ("edge", "surface"),
    ("edge", "bg"),
    ("accent", "surface"),
    ("accent", "bg"),
    ("accent", "selection"),
    ("rail_mark", "rail"),
    ("overdue_mark", "rail_count"),
    ("warn_edge", "warn_fill"),
    ("danger", "error_fill"),
    ("scroll_hover", "surface"),
)
STATES = ("ok", "soon", "stage_over", "over", "paused", "done")


def luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_every_text_can_be_read_on_its_ground(name: str, ink: str, ground: str) -> None:
    tokens = load_tokens(name)
    assert contrast(tokens.colour(ink), tokens.colour(ground)) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_every_edge_of_a_control_can_be_seen(name: str, edge: str, ground: str) -> None:
    tokens = load_tokens(name)
    assert contrast(tokens.colour(edge), tokens.colour(ground)) >= 3.0


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_every_deadline_state_can_be_read_and_its_bar_seen(name: str, state: str) -> None:
    tokens = load_tokens(name)
    ink = tokens.deadline(state)
    assert contrast(ink.ink, ink.fill) >= 4.5
    assert contrast(ink.edge, tokens.colour("surface")) >= 3.0


def test_both_themes_name_the_same_colours() -> None:
    light, dark = load_tokens("light"), load_tokens("dark")
    assert light.colours.keys() == dark.colours.keys()
    assert light.deadlines.keys() == dark.deadlines.keys() == set(STATES)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_style_sheet_is_short_and_all_its_tokens_are_known(name: str) -> None:
    sheet = style_sheet(load_tokens(name), 9.75)
    assert "@" not in sheet.split("*/", 1)[1]
    assert len(sheet.splitlines()) < 120


def test_the_palette_dims_disabled_text_and_leaves_no_group_out(dressed: QApplication) -> None:
    palette = dressed.palette()
    role = QPalette.ColorRole.WindowText
    assert palette.color(QPalette.ColorGroup.Active, role) == palette.color(QPalette.ColorGroup.Inactive, role)
    assert palette.color(QPalette.ColorGroup.Disabled, role) == theme().tokens.colour("disabled")


def test_a_change_of_theme_is_told_and_recolours_icons(dressed: QApplication) -> None:
    heard: list[object] = []
    theme().themeChanged.connect(heard.append)
    button = Button("Назначить", "users")
    before = button.icon().pixmap(18, 18).toImage()
    apply_theme(dressed, "dark")
    theme().themeChanged.disconnect(heard.append)
    assert heard == [load_tokens("dark")]
    assert theme().name == "dark"
    assert button.icon().pixmap(18, 18).toImage() != before


def test_letters_grow_with_the_scale_and_em_with_them(dressed: QApplication) -> None:
    before = em()
    apply_theme(dressed, "light", 1.5)
    assert em() > before * 1.3
    assert font("title").pointSizeF() > font("body").pointSizeF() > font("caption").pointSizeF()


def test_no_type_role_is_smaller_than_nine_points(dressed: QApplication) -> None:
    sizes = [font(role).pointSizeF() for role in ("caption", "body", "reading", "subtitle", "title", "tile")]
    assert min(sizes) >= 9.0


def test_figures_are_of_one_width_and_cyrillic_is_in_the_bundled_font(dressed: QApplication) -> None:
    metrics = QFontMetrics(font("body"))
    assert metrics.horizontalAdvance("11111") == metrics.horizontalAdvance("88888")
    assert all(metrics.inFontUcs4(ord(letter)) for letter in "ЙЩЁёъэю№«»—")


def test_a_disabled_icon_looks_different(dressed: QApplication) -> None:
    made = icon("lock")
    assert made.pixmap(20, 20).toImage() != made.pixmap(20, 20, made.Mode.Disabled).toImage()

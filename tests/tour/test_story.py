"""The file that the tour writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from arm.tour.story import Story


class Window:
    """Stands for a desk: a picture is a file with its name in it."""

    def picture(self, path: Path) -> None:
        path.write_text(path.name)


def told(folder: Path) -> str:
    story = Story(folder)
    story.way("a", "Первый путь")
    story.tell("Шаг с картинкой.", cast("Any", Window()))
    story.checked("всё так")
    story.way("b", "Второй путь")
    story.tell("Шаг без картинки.")
    return (folder / "tour.md").read_text(encoding="utf-8")


def test_each_way_has_its_heading(tmp_path: Path) -> None:
    text = told(tmp_path)
    assert "## (a) Первый путь" in text.splitlines()
    assert "## (b) Второй путь" in text.splitlines()


def test_a_picture_stands_under_its_sentence(tmp_path: Path) -> None:
    lines = [line for line in told(tmp_path).splitlines() if line]
    place = lines.index("Шаг с картинкой.")
    assert lines[place + 1] == "![Шаг с картинкой.](a01.png)"
    assert (tmp_path / "a01.png").read_text() == "a01.png"


def test_a_check_is_told(tmp_path: Path) -> None:
    assert "*Сверено с центральным хранилищем: всё так.*" in told(tmp_path)


def test_the_story_of_a_tour_that_stopped_is_on_the_disk(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.way("a", "Путь")
    assert "## (a) Путь" in (tmp_path / "tour.md").read_text(encoding="utf-8")

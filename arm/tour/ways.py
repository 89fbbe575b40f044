"""The ways of the tour: here you find (a) to (h), their titles and who walks them."""

from __future__ import annotations

from collections.abc import Callable

from arm.tour.story import Story
from arm.tour.theatre import Theatre
from arm.tour.ways_answer import way_a
from arm.tour.ways_intake import way_b
from arm.tour.ways_route import way_c, way_d

WAYS: tuple[tuple[str, str, Callable[[Theatre, Story], None]], ...] = (
    ("a", "От звонка до утверждённого ответа", way_a),
    ("b", "Отклонение на модерации", way_b),
    ("c", "Передача вниз и возврат вверх", way_c),
    ("d", "Перенаправление в другую организацию с утверждением", way_d),
)

"""The ways of the tour: here you find (a) to (h), their titles and who walks them."""

from __future__ import annotations

from collections.abc import Callable

from arm.tour.story import Story
from arm.tour.theatre import Theatre
from arm.tour.ways_answer import way_a
from arm.tour.ways_intake import way_b
from arm.tour.ways_repeat import way_g, way_h
from arm.tour.ways_rework import way_e, way_f
from arm.tour.ways_route import way_c, way_d

WAYS: tuple[tuple[str, str, Callable[[Theatre, Story], None]], ...] = (
    ("a", "От звонка до утверждённого ответа", way_a),
    ("b", "Отклонение на модерации", way_b),
    ("c", "Передача вниз и возврат вверх", way_c),
    ("d", "Перенаправление в другую организацию с утверждением", way_d),
    ("e", "Возврат на доработку", way_e),
    ("f", "Отложено, затем решено", way_f),
    ("g", "Низкая оценка, вышестоящая организация, прекращение", way_g),
    ("h", "Работа без связи и переназначение тем временем", way_h),
)

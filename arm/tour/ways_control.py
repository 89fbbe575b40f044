"""The curator's part of way (f): the postponed message and the nearest deadlines on the board."""

from __future__ import annotations

from arm.tour.scenes import Stage


def watched(play: Stage) -> None:
    """The curator finds the message under its new date, and looks at what is open by its deadline (D 4.1)."""
    desk = play.theatre.desk("curator")
    desk.press("Alt+6")
    desk.see(name="board-list")
    desk.click("tile-postponed")
    desk.see(play.number, name="board-list")
    play.story.tell("Куратор: плитки — это отборы; «Отложено» показывает и это сообщение с новым сроком.", desk)
    play.truth.holds(play.number, "от взгляда куратора ничего не изменилось", verbs=(), stage="execution")
    desk.click("tile-all")
    desk.see("№", name="board-list")
    play.story.tell("Все открытые: сверху просроченные, у каждого свой отрезок по этапам и отметка «сейчас».", desk)

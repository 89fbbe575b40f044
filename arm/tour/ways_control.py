"""The curator's part of way (f): the postponed message on the board, and everybody overdue warned at once."""

from __future__ import annotations

import re

from arm.tour.scenes import Stage

NUMBER = re.compile(r"\d{4}-\d{4}")


def watched(play: Stage) -> None:
    """The curator sees the new date; then five keys warn all whose stage is overdue (D 4.1 б)."""
    theatre, story = play.theatre, play.story
    desk = theatre.desk("curator")
    desk.press("Alt+6")
    desk.see(name="board-list")
    desk.click("tile-postponed")
    desk.see(play.number, name="board-list")
    story.tell("Куратор: плитки — это отборы; «Отложено» показывает и это сообщение с новым сроком.", desk)
    desk.click("tile-stage_over")
    desk.see_gone(play.number, name="board-list")
    # while another filter is read the list is empty: wait for its rows
    desk.see("№", name="board-list")
    numbers = sorted(set(NUMBER.findall(desk.read("board-list"))))
    fresh = [one for one in numbers if not any(w.kind == "stage_over" for w in theatre.message(one).warnings)]
    for number in fresh:
        play.truth.know(number)
    desk.press("Ctrl+A", "board-list")
    desk.press("1", "board-list")
    desk.see(name="sheet-warn")
    story.tell("Ctrl+A — все с просроченным этапом, 1 — предупредить: получатели собраны по исполнителям.", desk)
    desk.press("Ctrl+Return")
    desk.see_gone(name="sheet-warn")
    for number in fresh:
        message = play.truth.holds(number, f"№ {number}: предупреждение о просрочке этапа", verbs=("warn",))
        play.truth.same(f"{number} warned of", "stage_over", message.warnings[-1].kind)
    play.truth.same("somebody was warned", True, bool(fresh))
    story.tell("У каждого видно, когда его предупредили: дважды об одном никого не беспокоят.", desk)

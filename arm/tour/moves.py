"""Moves of the hands that many ways share: here you find opening, deciding and writing as a person does them."""

from __future__ import annotations

import re

from arm.tour.desk_process import DeskProcess, TourFailed

WAITS_S = 20.0


def open_message(desk: DeskProcess, number: str) -> None:
    """Waits until the message has come into the queue by itself, and clicks on it."""
    desk.see(number, name="queue-list", within_s=WAITS_S)
    desk.click("queue-list", row=number)
    desk.see(number, name="card-title")


def act(desk: DeskProcess, digit: str) -> None:
    """A decision by its digit, with the queue in focus."""
    desk.press(digit, "queue-list")


def act_by_name(desk: DeskProcess, key: str, said: str) -> None:
    """A click on an action of the bar, or on its line under «Ещё» where the bar has no room."""
    if desk.shows(f"action-{key}"):
        desk.click(f"action-{key}")
        return
    desk.see("Ещё", name="action-bar")
    desk.click("action-bar", "Ещё")
    desk.click("menu", said)


def pick(desk: DeskProcess, name: str, beginning: str, whole: str) -> None:
    """Types a beginning into a line with choices and takes the first with Enter."""
    desk.type(beginning, name)
    desk.press("Return")
    desk.see(whole, name=f"field-{name.removeprefix('input-')}" if name.startswith("input-") else name)


def send_by_choice(desk: DeskProcess, name: str, beginning: str, whole: str) -> None:
    """The same where the choice is all that is asked: Enter gives the command, and F9 would take it back."""
    desk.type(beginning, name)
    desk.see(whole, name="picker_popup")
    desk.press("Return")


def number_on(desk: DeskProcess, name: str) -> str:
    """The message's number that the person reads there."""
    found = re.search(r"\d{4}-\d{4}", desk.read(name))
    if found is None:
        raise TourFailed(f"{desk.who}: no number in {name}")
    return found.group()

"""The action bar as faces: what the process allows now, in the order and with the digits of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from arm.domain.verbs import Verb
from ui.actions import LOOKS, NEVER_BUTTONS
from ui.widgets import ActionFace
from ui.wording import cited_clause, refusal_with_clause, verb_label
from ui.workspaces.base import MainAction, Opened, Workspace

if TYPE_CHECKING:
    from arm.domain.actions import ActionState

MAIN = "main"


def action_faces(workspace: Workspace | None, opened: Opened | None) -> tuple[ActionFace, ...]:
    """Absent rows are switched off for this message or somebody else's work; dimmed ones say why."""
    if workspace is None:
        return ()
    if opened is None:
        return workspace.extra_actions(None)
    main = workspace.main_action(opened)
    faces: list[ActionFace] = []
    if main is not None:
        faces.append(_main_face(main))
    taken = {main.verb} if main is not None and main.verb is not None else set()
    states = [one for one in opened.card.actions if one.verb not in taken | NEVER_BUTTONS | workspace.hidden]
    fixed = [one for one in states if one.verb in workspace.digits and (one.enabled or one.verb not in workspace.quiet)]
    own = sorted(fixed, key=lambda one: _place(workspace.digits[one.verb]))
    rest = [one for one in states if one.verb not in workspace.digits and one.enabled]
    has_primary = main is not None
    for state in (*own, *rest):
        is_primary = not has_primary and state.enabled and state.verb in workspace.digits
        is_primary = is_primary and not LOOKS[state.verb].is_danger
        has_primary = has_primary or is_primary
        faces.append(_face(state, workspace, opened, is_primary=is_primary))
    return (*faces, *workspace.extra_actions(opened))


def usual_main(workspace: Workspace, opened: Opened, act: Callable[[Verb], None]) -> MainAction | None:
    """The enabled verb with the smallest digit."""
    for verb in sorted(workspace.digits, key=lambda one: _place(workspace.digits[one])):
        state = opened.action(verb)
        if state is not None and state.enabled and not LOOKS[verb].is_danger:
            return MainAction(label=verb_label(verb), run=partial(act, verb), verb=verb)
    return None


def _place(digit: str) -> int:
    """0 stands after 9, as on the keyboard."""
    return int(digit) or 10 if digit.isdigit() else 99


def _main_face(main: MainAction) -> ActionFace:
    return ActionFace(
        MAIN,
        main.label,
        LOOKS[main.verb].icon if main.verb is not None else "",
        enabled=main.enabled,
        why_not=main.why_not,
        primary=True,
        shortcut_hint="Ctrl+Enter",
    )


def _face(state: ActionState, workspace: Workspace, opened: Opened, *, is_primary: bool) -> ActionFace:
    look = LOOKS[state.verb]
    label = workspace.label_of(state, opened) or verb_label(state.verb)
    asks = workspace.asks(state, opened)
    from ui.workspaces.sheets import needs_sheet

    if needs_sheet(state) if asks is None else asks:
        label = f"{label}…"
    clause = cited_clause(opened.regulation.clause_of(state.row), opened.regulation)
    return ActionFace(
        state.verb,
        label,
        look.icon,
        digit=workspace.digits.get(state.verb, ""),
        enabled=state.enabled,
        why_not=refusal_with_clause(state.why_not, opened.regulation) if state.why_not is not None else "",
        primary=is_primary,
        danger=look.is_danger,
        tooltip=clause,
    )

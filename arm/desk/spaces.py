"""Which workspaces a user's roles open."""

from __future__ import annotations

from arm.desk.core import DeskCore
from arm.desk.values import Workspace
from arm.domain.identity import Role
from arm.sync.troubles import SyncTrouble

_OF_ROLE = {
    Role.OPERATOR: Workspace.INTAKE,
    Role.MODERATOR: Workspace.MODERATION,
    Role.COORDINATOR: Workspace.COORDINATION,
    Role.EXECUTOR: Workspace.EXECUTION,
    Role.MANAGER: Workspace.DECISIONS,
    Role.CURATOR: Workspace.CONTROL,
}


def workspaces_of(core: DeskCore) -> tuple[Workspace, ...]:
    """In process order. A coordinator executes what he takes himself; whoever may be named decides."""
    held = {grant.role for grant in core.person().grants}
    open_to = {_OF_ROLE[role] for role in held if role in _OF_ROLE}
    if Role.COORDINATOR in held:
        open_to.add(Workspace.EXECUTION)
    if held & _deciding_roles(core):
        open_to.add(Workspace.DECISIONS)
    return tuple(space for space in Workspace if space in open_to)


def _deciding_roles(core: DeskCore) -> set[Role]:
    """By the regulation in force; kept in the cache, so that a start need not read the regulation."""
    grants = core.person().grants
    home = grants[0].organisation if grants else None
    try:
        name = core.rules.name_in_force(home)
        kept = (core.store.cache.kept("deciding_roles") or b"").decode().split()
        if kept and kept[0] == name:
            return {Role(one) for one in kept[1:]}
        regulation = core.rules.in_force(home)
    except SyncTrouble:
        return {Role.MANAGER}
    roles = {Role.MANAGER, *regulation.endorser_roles, *regulation.approver_roles}
    core.store.cache.keep(deciding_roles=" ".join([name, *sorted(roles)]).encode())
    return roles

"""A person of the demonstration as the picker offers him."""

from __future__ import annotations

from dataclasses import dataclass

from arm.domain.identity import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Login and password of this run alone; both go over a pipe and are written nowhere."""

    login: str
    password: str
    full_name: str
    position: str
    roles: tuple[Role, ...]

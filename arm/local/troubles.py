"""Troubles of the local files: who can act on them is the user or support."""

from __future__ import annotations

from collections.abc import Mapping


class CacheTrouble(Exception):
    """The local store can't do what was asked; nothing is lost by it.

    `kind`: wrong_key, damaged, disk_full, in_use, no_key_store, too_new, unreadable, locked, key_lost,
    key_lost_for_good, revoked, lease_ended, clock_set_back, network_folder (system), read_only, long_path. `params`
    are plain values for the sentence (never personal data).
    """

    def __init__(self, kind: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.params: dict[str, str] = dict(params or {})


class FileTrouble(Exception):
    """An attachment that can't be taken or shown.

    `kind`: too_big (limit_bytes), type (suffix), unreadable, empty, missing, damaged, not_sent.
    """

    def __init__(self, kind: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.params: dict[str, str] = dict(params or {})

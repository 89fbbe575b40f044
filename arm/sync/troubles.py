"""Troubles of the conversation with the central store: nobody loses anything by them."""

from __future__ import annotations

from collections.abc import Mapping


class SyncTrouble(Exception):
    """The central store can't be talked to now.

    `kind`: offline, unauthorised, too_old, server_fault, refused, throttled, wrong_server, certificate.
    `params`: `code` (reason code of the answer), `retry_after_s`, `status`, `detail` where the store gives them;
    never a text to show.
    """

    def __init__(self, kind: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.params: dict[str, str] = dict(params or {})

    @property
    def code(self) -> str:
        return self.params.get("code", "")

    @property
    def retry_after_s(self) -> float | None:
        """What the store asked for, or nothing."""
        try:
            return float(self.params["retry_after_s"])
        except (KeyError, ValueError):
            return None


def is_revoked(trouble: SyncTrouble) -> bool:
    """Whether the central store says that this workstation is shut out and must wipe itself (410, no other answer)."""
    return trouble.code == "device_revoked" and trouble.params.get("status") == "410"

"""Troubles of the conversation with the central store: nobody loses anything by them."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, tuple[str, ...]] = {
    "offline": (
        "dns",
        "refused",
        "unreachable",
        "connect_timeout",
        "timeout",
        "broken",
        "proxy_auth",
        "proxy_scheme",
        "proxy_refused",
        "proxy_unreachable",
        "proxy_unsupported",
        "proxy_address",
        "no_directory",
    ),
    "certificate": (
        "expired",
        "not_yet",
        "clock",
        "wrong_host",
        "unknown_ca",
        "pin",
        "too_old_tls",
        "handshake",
        "bad_ca_file",
        "bad_pin",
    ),
    "wrong_server": (
        "bad_address",
        "not_secure",
        "not_tls",
        "not_the_protocol",
        "captive",
        "stale_answer",
        "too_large",
        "too_slow",
    ),
    "unauthorised": ("not_signed_in", "wrong_password", "device_fork", "device_revoked"),
    "too_old": ("regulation_not_understood", "min_client"),
    "server_fault": (
        "gateway",
        "nothing_decided",
        "expect",
        "upload_stuck",
        "page_out_of_place",
        "decisions",
        "no_person",
    ),
    "refused": ("other_person", "other_store", "no_regulation"),
    "throttled": (),
}
"""Every kind with the codes that the desk itself gives; the central store's own codes come beside them.

`offline` is the network's and its proxy's affair, `certificate` means that not a byte was sent, `wrong_server` that
an answer came and not a word of it was believed.
"""


class SyncTrouble(Exception):
    """The central store can't be talked to now.

    `kind`: offline, unauthorised, too_old, server_fault, refused, throttled, wrong_server, certificate.
    `params`: `code` (see `CODES`, or the reason code of the answer), `retry_after_s`, `status`, `detail` where the
    store gives them, dates of a certificate in RFC 3339; never a text to show.
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

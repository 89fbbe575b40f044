"""Sentences for what may be in the way on the network: what happened, what is safe, what to do (F26–F31)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from arm.i18n import _
from ui.formats import short_date

Key = tuple[str, str, str]
_DATES = ("wall", "not_before", "not_after")


@cache
def network_troubles(language: str) -> dict[Key, str]:
    """By the class of the error, its kind and its code; `language` only keeps the languages apart."""
    return _line_troubles() | _proxy_troubles() | _certificate_troubles() | _answer_troubles()


def with_dates(details: Mapping[str, str]) -> dict[str, str]:
    """Moments of a certificate as days; what can't be read stays away."""
    shown = dict(details)
    for name in _DATES:
        if name in shown:
            try:
                shown[name] = short_date(datetime.fromisoformat(shown[name]).date())
            except ValueError:
                del shown[name]
    return shown


def _line_troubles() -> dict[Key, str]:
    said = {
        "dns": _(
            "The name of the central store can't be found on the network. Check the address and whether the network "
            "works; what is done is kept here."
        ),
        "refused": _(
            "The computer of the central store is there, but the store isn't running. Try again later or tell the "
            "support; what is done is kept here."
        ),
        "unreachable": _(
            "This computer has no way to the central store: no network, or a cable or VPN is off. "
            "What is done is kept here and will be sent."
        ),
        "connect_timeout": _(
            "The central store doesn't answer at its address. Check the network, the VPN and the address; "
            "what is done is kept here."
        ),
        "timeout": _(
            "The central store fell silent in the middle of its answer. It will be asked again by itself; "
            "what is done is kept here."
        ),
        "broken": _(
            "The connection with the central store was cut off. It will be made again by itself; "
            "what is done is kept here."
        ),
    }
    return {("SyncTrouble", "offline", code): words for code, words in said.items()}


def _proxy_troubles() -> dict[Key, str]:
    said = {
        "proxy_auth": _(
            "The proxy asks for a name and a password or doesn't take them. Write them under Network; "
            "what is done is kept here."
        ),
        "proxy_scheme": _(
            "The proxy takes only a domain password (NTLM or Kerberos), which the program can't give. Ask the "
            "administrator for a proxy with a plain password or a direct way; what is done is kept here."
        ),
        "proxy_refused": _(
            "The proxy doesn't let this computer through to the central store. Ask the administrator to allow its "
            "address; what is done is kept here."
        ),
        "proxy_unreachable": _(
            "The proxy doesn't answer. Check its address under Network, and the network itself; "
            "what is done is kept here."
        ),
        "proxy_unsupported": _(
            "Only plain HTTP proxies can be used, no SOCKS and no scripts (PAC). Write the address of such a proxy "
            "under Network; what is done is kept here."
        ),
        "proxy_address": _(
            "The address of the proxy can't be read. It looks like proxy.example:3128, without a name and a password."
        ),
    }
    return {("SyncTrouble", "offline", code): words for code, words in said.items()}


def _certificate_troubles() -> dict[Key, str]:
    said = {
        "expired": _(
            "The certificate of the central store ran out on {not_after}. Nothing was sent, what is done is kept here. "
            "If today isn't {wall}, set this computer's date right; otherwise tell the administrator."
        ),
        "not_yet": _(
            "The certificate of the central store is valid only from {not_before}. Nothing was sent, what is done is "
            "kept here. If today isn't {wall}, set this computer's date right; otherwise tell the administrator."
        ),
        "clock": _(
            "This computer's clock is wrong: it says {wall}, so the certificate of the central store (valid from "
            "{not_before} to {not_after}) can't be checked. Nothing was sent, what is done is kept here. "
            "Set the right date and time."
        ),
        "wrong_host": _(
            "The certificate belongs to another address. Nothing was sent, what is done is kept here. "
            "Check the address of the central store; if it is right, tell the administrator."
        ),
        "unknown_ca": _(
            "The certificate of the central store comes from an authority that this computer doesn't know. Nothing was "
            "sent, what is done is kept here. Name the authority's file or the pin under Network, as the administrator "
            "gives them."
        ),
        "pin": _(
            "The key of the central store isn't the one that is pinned here: somebody may be in between, or the key "
            "was changed. Nothing was sent, what is done is kept here. Ask the administrator for the new pin."
        ),
        "too_old_tls": _(
            "The central store or something in between speaks only an outdated protection (older than TLS 1.2). "
            "Nothing was sent, what is done is kept here. Tell the administrator."
        ),
        "handshake": _(
            "No protected connection with the central store could be agreed on. Nothing was sent, what is done is kept "
            "here. Tell the administrator."
        ),
        "bad_ca_file": _(
            "The file of the authority can't be read. Nothing was sent. "
            "Choose a PEM file of the authority under Network."
        ),
        "bad_pin": _(
            "The pin can't be read. It is 64 hex digits, or sha256// with 44 characters behind it, as «arm doctor» "
            "shows it."
        ),
    }
    return {("SyncTrouble", "certificate", code): words for code, words in said.items()}


def _answer_troubles() -> dict[Key, str]:
    said = {
        "captive": _(
            "Instead of the central store a web page answers: this network wants you to sign in first, or the address "
            "is another one. Open a browser and sign in to the network; what is done is kept here."
        ),
        "stale_answer": _(
            "An old answer came from something in between, not from the central store. Nothing of it was believed, "
            "what is done is kept here. Tell the administrator that a proxy keeps copies."
        ),
        "not_tls": _(
            "At this address a program answers without protection. Check the address and the port; nothing was sent."
        ),
        "too_slow": _(
            "The answer came so slowly that it was given up. It will be asked for again by itself; what is done is "
            "kept here."
        ),
    }
    return {("SyncTrouble", "wrong_server", code): words for code, words in said.items()}

"""What is in the way of the sync: a few words for the status line, and a sentence with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from arm.i18n import _, current_language


@dataclass(frozen=True, slots=True)
class Cause:
    """`short` goes on after «Нет связи с 10:12:»; `advice` says what it is and what helps.

    `is_alarm`: somebody may be listening in or the work isn't being saved, so it is not a mere lack of network.
    """

    short: str
    advice: str
    is_alarm: bool = False


def cause_of(code: str) -> Cause | None:
    """None for no code, for a plain lack of network and for a code that a newer part of the program knows."""
    table = causes(current_language())
    if code in table:
        return table[code]
    group = code.partition("_")[0]
    return table[group] if group in ("certificate", "local") else None


def is_local(code: str) -> bool:
    """A trouble of this computer's own files, in which the network has no part."""
    return code.partition("_")[0] == "local"


@cache
def causes(language: str) -> dict[str, Cause]:
    """By the one word of `SyncStatus.trouble`."""
    return _of_network() | _of_proxy() | _of_answer() | _of_certificate() | _of_store() | _of_computer()


def _of_network() -> dict[str, Cause]:
    slow = Cause(
        _("no answer in time"),
        _("The central store didn't answer in time: the network is very slow or breaks off."),
    )
    return {
        "dns": Cause(
            _("the store's address isn't found"),
            _("The name of the central store isn't found (DNS). Check the network cable, Wi-Fi or VPN."),
        ),
        "refused": Cause(
            _("the store's computer answers, its program doesn't"),
            _(
                "The computer of the central store answers, but its program isn't running. We go on trying; if it "
                "lasts, tell the administrator."
            ),
        ),
        "unreachable": Cause(
            _("no way to the store"),
            _("The network knows no way to the central store. Check the network cable, Wi-Fi or VPN."),
        ),
        "connect_timeout": slow,
        "timeout": slow,
        "too_slow": slow,
        "broken": Cause(
            _("the connection broke off"),
            _("The connection broke off in the middle. What hadn't come through is sent anew, nothing twice."),
        ),
    }


def _of_proxy() -> dict[str, Cause]:
    tell = _("Tell your network's administrator.")
    return {
        "proxy_auth": Cause(
            _("the proxy asks for a password"),
            _("The proxy of your organisation asks for a name and a password. Sign in again and give them there."),
        ),
        "proxy_scheme": Cause(
            _("the proxy asks for a sign-in we don't know"),
            _("The proxy of your organisation asks for a kind of sign-in that the program doesn't know.") + " " + tell,
        ),
        "proxy_refused": Cause(
            _("the proxy doesn't let it through"),
            _("The proxy of your organisation doesn't let the connection through.") + " " + tell,
        ),
        "proxy_unreachable": Cause(
            _("the proxy doesn't answer"),
            _("The proxy of your organisation doesn't answer.") + " " + tell,
        ),
        "proxy_unsupported": Cause(
            _("the proxy is of an unknown kind"),
            _("The proxy given in the settings is of a kind that the program doesn't know.") + " " + tell,
        ),
        "proxy_address": Cause(
            _("the proxy's address is wrong"),
            _("The address of the proxy can't be read. It looks like proxy.example:3128.") + " " + tell,
        ),
    }


def _of_answer() -> dict[str, Cause]:
    """Something answered, and not a word of it was believed."""
    other = Cause(
        _("another program answers at the address"),
        _("At the address of the central store another program answers. Check the address. Nothing was taken from it."),
    )
    return {
        "captive": Cause(
            _("the network asks to sign in through the browser"),
            _(
                "A sign-in page answers in place of the central store, as in a guest Wi-Fi. Open the browser and sign "
                "in to the network."
            ),
        ),
        "stale_answer": Cause(
            _("something on the way gives out old answers"),
            _(
                "Between you and the central store something keeps answers and gives out old ones. None was taken. "
                "Tell your network's administrator."
            ),
        ),
        **dict.fromkeys(
            ("wrong_server", "not_the_protocol", "not_tls", "too_large", "bad_address", "not_secure"), other
        ),
    }


def _of_certificate() -> dict[str, Cause]:
    tell = _("Nothing was sent. Tell the administrator.")
    return {
        "certificate": Cause(
            _("the store's certificate isn't trusted"),
            _("The certificate of the central store isn't trusted on this computer.") + " " + tell,
            is_alarm=True,
        ),
        "certificate_expired": Cause(
            _("the store's certificate has expired"),
            _(
                "The certificate of the central store has expired. Check the date of this computer; if it is right, "
                "tell the administrator. Nothing was sent."
            ),
        ),
        "certificate_not_yet": Cause(
            _("the store's certificate isn't valid yet"),
            _(
                "The certificate of the central store isn't valid yet: the date of this computer is probably wrong. "
                "Put it right. Nothing was sent."
            ),
        ),
        "certificate_clock": Cause(
            _("the date of this computer is wrong"),
            _(
                "The certificate of the central store is good, but by this computer's date it isn't valid. Put the "
                "date right. Nothing was sent."
            ),
        ),
        "certificate_wrong_host": Cause(
            _("the certificate is of another address"),
            _("The certificate belongs to another address. Check the address of the central store.") + " " + tell,
            is_alarm=True,
        ),
        "certificate_unknown_ca": Cause(
            _("nobody known vouches for the store's certificate"),
            _("The certificate was issued by an authority that this computer doesn't know.") + " " + tell,
            is_alarm=True,
        ),
        "certificate_pin": Cause(
            _("the store's certificate isn't the agreed one"),
            _("The certificate isn't the one agreed with the central store: somebody may stand in between.")
            + " "
            + tell,
            is_alarm=True,
        ),
        "certificate_too_old_tls": Cause(
            _("the protection of the connection is out of date"),
            _("The other side offers only a protection that is out of date.") + " " + tell,
            is_alarm=True,
        ),
    }


def _of_store() -> dict[str, Cause]:
    return {
        "throttled": Cause(
            _("the store asks us to wait"),
            _("The central store is busy and asked us to come later. We will, by ourselves."),
        ),
        "server_fault": Cause(
            _("a fault at the central store"),
            _("The central store answers with a fault. We go on trying; if it lasts, tell the administrator."),
        ),
    }


def _of_computer() -> dict[str, Cause]:
    return {
        "local": Cause(
            _("the files of this computer can't be written"),
            _("The files of this computer can't be read or written. What was saved is whole. Tell the support."),
            is_alarm=True,
        ),
        "local_disk_full": Cause(
            _("the disk of this computer is full"),
            _(
                "The disk of this computer is full: nothing new can be saved. What was saved before is whole. Free "
                "some space."
            ),
            is_alarm=True,
        ),
    }

"""Sentences for the troubles of the network, of the local files and of attachments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from arm.desk.troubles import CacheTrouble
from arm.i18n import _, current_language, ngettext
from ui.network_words import network_troubles, with_dates
from ui.sentences import Gaps

Key = tuple[str, str, str]


def trouble_title(error: BaseException) -> str:
    """A few words for a banner's or dialog's head."""
    kind = type(error).__name__
    titles = {
        "SyncTrouble": _("No connection with the central store"),
        "CacheTrouble": _("The files of this computer"),
        "FileTrouble": _("The file"),
    }
    return titles.get(kind, _("A fault in the program"))


def trouble_sentence(error: BaseException) -> str:
    """What happened, what is safe, what to do; never the words of the error itself."""
    kind = str(getattr(error, "kind", ""))
    params: Mapping[str, object] = getattr(error, "params", {}) or {}
    details = {name: str(value) for name, value in params.items()}
    code = details.get("code", "")
    group = type(error).__name__
    if (group, kind) == ("SyncTrouble", "local"):
        return trouble_sentence(CacheTrouble(code))
    if kind == "throttled" and details.get("retry_after_s"):
        return _throttled(details["retry_after_s"])
    known = troubles(current_language())
    said = known.get((group, kind, code)) or known.get((group, kind, ""))
    if said is None:
        said = _fallbacks(current_language()).get(group, _bug())
    if details.get("limit_bytes", "").isdigit():
        details["limit_mb"] = str(int(details["limit_bytes"]) // (1024 * 1024))
    return said.format_map(Gaps(with_dates(details)))


def _throttled(retry_after_s: str) -> str:
    """Seconds up to a minute and a half, then minutes."""
    try:
        seconds = max(1, round(float(retry_after_s)))
    except ValueError:
        return _("Too many attempts. Wait a minute and try again.")
    if seconds <= 90:
        return ngettext(
            "Too many attempts. Try again in {count} second.",
            "Too many attempts. Try again in {count} seconds.",
            seconds,
        ).format(count=seconds)
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts. Try again in {count} minute.", "Too many attempts. Try again in {count} minutes.", minutes
    ).format(count=minutes)


def _bug() -> str:
    return _(
        "The program has made a mistake. Everything typed is kept. "
        "Go on working; if it happens again, tell the support."
    )


@cache
def _fallbacks(language: str) -> dict[str, str]:
    return {
        "SyncTrouble": _("The central store didn't answer as it should. Actions are kept and will be sent."),
        "CacheTrouble": _("The files of this computer couldn't be read. Unsent work is untouched. Tell the support."),
        "FileTrouble": _("The file couldn't be taken. Choose another one."),
    }


@cache
def troubles(language: str) -> dict[Key, str]:
    """By the class of the error, its kind and the code beside it; an empty code is every other one."""
    return _sync_troubles() | network_troubles(language) | _address_troubles() | _cache_troubles() | _file_troubles()


def _revoked() -> str:
    return _(
        "The administrator has shut this workstation out. The copy of the messages was removed from it; unsent work "
        "is kept and locked. If this is a mistake, tell the administrator: the workstation can be admitted again."
    )


def _sync_troubles() -> dict[Key, str]:
    return {
        ("SyncTrouble", "offline", ""): _(
            "The central store can't be reached. Check the network and the address; what is done is kept here."
        ),
        ("SyncTrouble", "offline", "no_directory"): _(
            "The messages aren't loaded yet. Connect to the central store once and let them be loaded."
        ),
        ("SyncTrouble", "unauthorised", ""): _("The login or the password isn't right, or the sign-in has expired."),
        ("SyncTrouble", "unauthorised", "not_signed_in"): _("Nobody is signed in. Sign in; unsent work is kept."),
        ("SyncTrouble", "unauthorised", "device_fork"): _(
            "This profile was copied from or restored on another computer, and the central store knows later actions "
            "from it. Unsent work is kept here. Tell the support before going on."
        ),
        ("SyncTrouble", "unauthorised", "device_revoked"): _revoked(),
        ("SyncTrouble", "too_old", ""): _(
            "This version of the program is too old for the central store. Update it; unsent work is kept."
        ),
        ("SyncTrouble", "server_fault", ""): _(
            "The central store has a fault. Actions are kept and will be sent when it answers again."
        ),
        ("SyncTrouble", "refused", ""): _("The central store didn't accept it. Nothing typed is lost."),
        ("SyncTrouble", "refused", "other_person"): _(
            "The files of this profile belong to another person. Nothing was changed. "
            "Sign in with the former login, or start the program with a profile of your own."
        ),
        ("SyncTrouble", "refused", "other_store"): _(
            "The files of this profile belong to another central store. Nothing was changed and nothing was sent. "
            "Check the address, or start the program with another profile."
        ),
        ("SyncTrouble", "refused", "no_regulation"): _(
            "The regulation of this message isn't on this computer yet. It comes with the next sync."
        ),
        ("SyncTrouble", "throttled", ""): _("Too many attempts. Wait a minute and try again."),
        ("SyncTrouble", "certificate", ""): _(
            "The certificate of the central store isn't trusted on this computer. Nothing was sent; tell the support."
        ),
    }


def _address_troubles() -> dict[Key, str]:
    other = _("At this address another program answers, not the central store. Check the address.")
    return {
        ("SyncTrouble", "wrong_server", ""): other,
        ("SyncTrouble", "wrong_server", "not_the_protocol"): other,
        ("SyncTrouble", "wrong_server", "bad_address"): _(
            "The address can't be read. It looks like name.example or name.example:8443. Nothing was sent."
        ),
        ("SyncTrouble", "wrong_server", "not_secure"): _(
            "The address begins with http:// and the connection would not be protected. "
            "Write https://; the password was not sent."
        ),
        ("SyncTrouble", "wrong_server", "too_large"): _(
            "The answer from this address is too large for our central store. Check the address; nothing was changed."
        ),
    }


def _cache_troubles() -> dict[Key, str]:
    said = {
        "wrong_key": _(
            "The files can't be opened with this password. They are whole; check the password and the layout."
        ),
        "damaged": _(
            "The files of this computer are damaged. The copy of the messages will be loaded anew; "
            "unsent work was put aside and nothing of it was thrown away."
        ),
        "disk_full": _(
            "The disk is full: the last action was not saved. What was saved before is whole. "
            "Free some space and repeat."
        ),
        "in_use": _("This profile is already open in another window of the program."),
        "no_key_store": _("The system's key store isn't available, so the files are protected by your password."),
        "too_new": _(
            "The files were written by a newer version of the program. Update the program; nothing was changed."
        ),
        "unreadable": _(
            "The files of this computer can't be read: access is denied or the disk is failing. "
            "Nothing was changed; tell the support."
        ),
        "key_lost": _(
            "The key of the files is no longer in the system's key store. The files are whole and unsent work is in "
            "them: connect to the central store and sign in with the same login, and the key comes back."
        ),
        "key_lost_for_good": _(
            "The central store has no key for these files, and nobody can open them. They are kept as they are. "
            "Tell the support; to go on working, start the program with another profile."
        ),
        "revoked": _revoked(),
        "lease_ended": _(
            "The central store hasn't been reached for too long, so the messages are hidden on this computer. "
            "Unsent work is kept and will be sent. Connect to the central store, and everything opens again."
        ),
        "clock_set_back": _(
            "The clock of this computer was set back, so the messages are hidden until the central store is reached. "
            "Unsent work is kept. Put the clock right and connect."
        ),
        "network_folder": _(
            "The profile's folder lies on a network disk ({system}), where the files would be damaged. Nothing was "
            "written. Choose a folder on a disk of this computer (ARM_DATA_FOLDER)."
        ),
        "read_only": _(
            "The profile's folder can't be written. Nothing was changed. "
            "Check the rights and whether the disk is read-only."
        ),
        "long_path": _("The path of the profile's folder is too long. Nothing was written. Choose a shorter one."),
        "locked": _("The files of this computer are locked. Sign in with your password; nothing is lost."),
    }
    return {("CacheTrouble", kind, ""): words for kind, words in said.items()}


def _file_troubles() -> dict[Key, str]:
    said = {
        "too_big": _("The file is larger than {limit_mb} MB. Choose a smaller one."),
        "type": _("Files of this kind are not accepted ({suffix}). Choose another one."),
        "unreadable": _("The file can't be read. Check that it is in its place."),
        "empty": _("The file is empty. Choose another one."),
        "missing": _("The file isn't on this computer yet. It comes with the next sync."),
        "not_sent": _("The file isn't sent yet. The action waits for it and nothing is lost."),
        "damaged": _("The file came damaged and was not opened. Try again."),
    }
    return {("FileTrouble", kind, ""): words for kind, words in said.items()}

"""The packages that a user gets: no hosts in the lock, no plain-text keyrings, no licence that binds us."""

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

from tests.house.sources import ROOT

LOCK = ROOT / "installer" / "requirements.lock"
COPYLEFT = re.compile(r"\b(AGPL|GPL)|GNU (Affero )?General Public", re.IGNORECASE)


def locked() -> str:
    return LOCK.read_text(encoding="utf-8")


def runtime_packages() -> set[str]:
    """Names of everything that `arm` needs at run time on this machine."""
    found: set[str] = set()
    waiting = [("arm", frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        for text in distribution(name).requires or []:
            wanted = Requirement(text)
            marker = wanted.marker
            needed = marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})
            if needed and wanted.name.lower() not in found:
                found.add(wanted.name.lower())
                waiting.append((wanted.name, frozenset(wanted.extras)))
    return found


def licence_choices(name: str) -> list[str]:
    """The alternatives under which a package may be taken."""
    about = distribution(name).metadata
    stated = about.get("License-Expression") or about.get("License") or ""
    named = [one for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    short = stated.splitlines()[0] if stated else ""
    return re.split(r"\s+OR\s+", short) if short else named


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    assert re.findall(r"\w+://\S+|^--(?:index|extra|find)\S*|file:\S+", locked(), re.MULTILINE) == []
    pinned = re.findall(r"^[a-z0-9][^\s=]*==\S+", locked(), re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", locked(), flags=re.MULTILINE)[1:]
    assert len(pinned) == len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", locked(), re.MULTILINE)}
    assert {re.sub(r"[-_.]+", "-", name) for name in runtime_packages()} <= names


def test_no_keyring_that_writes_plain_text_can_come_in() -> None:
    assert "keyrings" not in locked()
    try:
        found = distribution("keyrings.alt").version
    except PackageNotFoundError:
        found = ""
    assert found == ""


def test_no_package_at_run_time_is_under_the_gpl() -> None:
    bound = {}
    for name in sorted(runtime_packages()):
        choices = licence_choices(name)
        if choices and all(COPYLEFT.search(one.replace("LGPL", "")) for one in choices if "Lesser" not in one):
            bound[name] = choices
    assert bound == {}

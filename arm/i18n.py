"""Translations: gettext over the catalogues of `translations/`, compiled once and kept until they change.

The source texts are English, Russian is what people see unless they or their locale ask for English.
"""

import gettext
import locale
import os
import tempfile
from pathlib import Path

from arm.settings import cache_folder, translations_path

DOMAIN = "arm"
LANGUAGES = ("ru", "en")


class _Current:
    """The catalogue in force; loaded at the first question."""

    language: str = ""
    catalogue: gettext.NullTranslations | None = None


def _(msgid: str) -> str:
    """The text in the current language; an unknown text comes back as it is."""
    return _catalogue().gettext(msgid) if msgid else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that fits `number` (Russian has three); the caller fills the number in."""
    return _catalogue().ngettext(singular, plural, number)


def pgettext(context: str, msgid: str) -> str:
    """For one English word that Russian tells apart by its place."""
    return _catalogue().pgettext(context, msgid)


def set_language(language: str | None = None) -> str:
    """Switch at once to `ru` or `en`; None and `auto` ask the environment. The language taken is returned."""
    chosen = language if language in LANGUAGES else language_of_environment()
    _Current.catalogue = _load(chosen)
    _Current.language = chosen
    return chosen


def current_language() -> str:
    _catalogue()
    return _Current.language


def language_of_environment() -> str:
    """`ARM_LANGUAGE`, else English in an English locale, else Russian."""
    own = os.environ.get("ARM_LANGUAGE", "")
    if own in LANGUAGES:
        return own
    asked = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = next(filter(None, asked), "")
    if not spoken and os.name == "nt":
        spoken = locale.getlocale()[0] or ""
    return "en" if spoken.lower().startswith("en") else "ru"


def _catalogue() -> gettext.NullTranslations:
    if _Current.catalogue is None:
        set_language()
    assert _Current.catalogue is not None  # noqa: S101
    return _Current.catalogue


def _load(language: str) -> gettext.NullTranslations:
    folder = translations_path() / language / "LC_MESSAGES"
    built = _compiled(folder, language)
    if built is None:
        return gettext.NullTranslations()
    with built.open("rb") as file:
        return gettext.GNUTranslations(file)


def _compiled(folder: Path, language: str) -> Path | None:
    """A .mo not older than its sources: beside them, or in the cache where that folder can't be written."""
    sources = catalogue_sources(folder)
    places = [folder / f"{DOMAIN}.mo"]
    if sources and not os.access(folder, os.W_OK):
        places.append(cache_folder() / "translations" / f"{language}.mo")
    for place in places:
        if place.is_file() and (not sources or place.stat().st_mtime_ns >= _changed_at_ns(folder, sources)):
            return place
    if not sources:
        return None
    compile_catalogue(sources, language, places[-1])
    return places[-1]


def catalogue_sources(folder: Path) -> list[Path]:
    """`arm.po` and the parts that the rooms keep beside it."""
    main = folder / f"{DOMAIN}.po"
    return ([main] if main.is_file() else []) + sorted((folder / "parts").glob("*.po"))


def _changed_at_ns(folder: Path, sources: list[Path]) -> int:
    """The folder of parts counts too: it changes when a part comes or goes."""
    parts = folder / "parts"
    watched = [*sources, parts] if parts.is_dir() else sources
    return max(path.stat().st_mtime_ns for path in watched)


def compile_catalogue(sources: list[Path], language: str, target: Path) -> None:
    """Merge `sources` (the first to know a text wins) and put the result in place in one step."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language, domain=DOMAIN)
    for source in sources:
        with source.open("rb") as file:
            part = read_po(file, locale=language, domain=DOMAIN)
        for message in part:
            if message.id and whole.get(message.id, message.context) is None and not message.fuzzy:
                whole.add(message.id, message.string, context=message.context)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".arm-", suffix=".mo")
    with os.fdopen(handle, "wb") as built:
        write_mo(built, whole)
    Path(name).chmod(0o644)
    Path(name).replace(target)

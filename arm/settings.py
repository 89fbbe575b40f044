"""The table of settings with their defaults, and the folders where the program keeps and finds its files."""

import os
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER_NAME = "arm"
ATTACHMENT_SUFFIXES = (
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "heic",
    "pdf",
    "txt",
    "rtf",
    "doc",
    "docx",
    "odt",
    "xls",
    "xlsx",
    "ods",
    "csv",
    "zip",
    "mp3",
    "mp4",
    "mov",
)


class SettingsTrouble(Exception):
    """A settings file or variable that can't be taken; `reason` is unreadable, unknown or bad_value."""

    def __init__(self, reason: str, key: str, source: str) -> None:
        super().__init__(f"{reason}: {key} ({source})")
        self.reason, self.key, self.source = reason, key, source


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its default; a name in capitals after `ARM_` is its environment variable."""

    language: str = _setting("auto", "ru, en, or auto: Russian unless the locale is English")
    theme: str = _setting("auto", "light, dark, or auto")
    profile: str = _setting("default", "the desk's profile: one person may have several on one PC")
    server_url: str = _setting("", "address of the central store")
    database_url: str = _setting("", "the central store's database; empty is SQLite in the data folder")
    listen: str = _setting("127.0.0.1:8765", "host and port on which the central store answers")
    tls_certificate: str = _setting("", "certificate file, obligatory beyond the loopback")
    tls_key: str = _setting("", "key file of the certificate")
    tls_authority: str = _setting("", "authorities that a desk trusts; empty is the public ones")
    tls_pins: tuple[str, ...] = _setting(
        (), "SHA-256 of the central store's public key, and of the next one: hex or sha256//Base64"
    )
    proxy: str = _setting("none", "none, system, or http://host:port; no scripts (PAC) and no SOCKS")
    proxy_user: str = _setting("", "the name for the proxy; its password lies in the system's key store alone")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    log_file: str = _setting("", "log file; empty is arm.log in the data folder")
    request_timeout_s: float = _setting(20.0, "how long a request to the central store may take")
    wait_for_changes_s: float = _setting(25.0, "how long the central store holds a request for changes")
    retry_after_s: float = _setting(5.0, "first pause after a failed sync, doubled up to a minute")
    attachment_max_bytes: int = _setting(20 * 1024 * 1024, "largest attachment")
    attachments_per_message: int = _setting(20, "how many attachments a message may carry")
    attachment_suffixes: tuple[str, ...] = _setting(
        ATTACHMENT_SUFFIXES,
        "file name endings that may be attached",
    )


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Defaults, over them the TOML file, over it the environment.

    Raises SettingsTrouble for a file that can't be read, an unknown key or a value of the wrong type.
    """
    environ = os.environ if environ is None else environ
    path = config_folder() / "arm.toml" if path is None else path
    kinds = {one.name: one.default for one in fields(Settings)}
    taken: dict[str, Any] = {}
    for key, value in _from_file(path).items():
        if key not in kinds:
            raise SettingsTrouble("unknown", key, str(path))
        taken[key] = _typed(key, value, kinds[key], str(path))
    for key, default in kinds.items():
        name = f"ARM_{key.upper()}"
        if name in environ:
            taken[key] = _typed(key, environ[name], default, name)
    return Settings(**taken)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise SettingsTrouble("unreadable", "", str(path)) from trouble


def _typed(key: str, value: Any, default: Any, source: str) -> Any:
    """`value` as the type of `default`; words of the environment are read, a file's values must fit."""
    try:
        if isinstance(default, tuple):
            parts = value.split(",") if isinstance(value, str) else value
            if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                clean = (part.strip() for part in parts if part.strip())
                # pins in Base64 keep their letters
                return tuple(one.lower().lstrip(".") if key == "attachment_suffixes" else one for one in clean)
        elif isinstance(default, str):
            if isinstance(value, str):
                return value
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            number = type(default)(value)
            if number >= 0:
                return number
    except ValueError as trouble:
        raise SettingsTrouble("bad_value", key, source) from trouble
    raise SettingsTrouble("bad_value", key, source)


def data_folder() -> Path:
    """Where the person's work is kept; made on first use, for the person's eyes only."""
    return _made(_person_folder("DATA", "XDG_DATA_HOME", ".local/share", "APPDATA"))


def config_folder() -> Path:
    """Where the settings file lies; it may not exist."""
    return _person_folder("CONFIG", "XDG_CONFIG_HOME", ".config", "APPDATA")


def cache_folder() -> Path:
    """What may be deleted at any time; made on first use."""
    return _made(_person_folder("CACHE", "XDG_CACHE_HOME", ".cache", "LOCALAPPDATA"))


def _person_folder(word: str, xdg: str, below_home: str, windows: str) -> Path:
    own = os.environ.get(f"ARM_{word}_FOLDER")
    if own:
        return Path(own)
    base = os.environ.get(windows if sys.platform == "win32" else xdg)
    if base:
        return Path(base) / FOLDER_NAME
    return Path.home() / below_home / FOLDER_NAME


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def resource_path(*parts: str) -> Path:
    """A file of `resources/`, in a checkout, an installed wheel and a frozen bundle alike."""
    return _shipped("resources").joinpath(*parts)


def translations_path() -> Path:
    return _shipped("translations")


def _shipped(name: str) -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / name
    beside = Path(__file__).resolve().parents[1]
    if (beside / "pyproject.toml").is_file():
        return beside / name
    return Path(sysconfig.get_path("data")) / "share" / FOLDER_NAME / name

"""Tests of settings and folders."""

from pathlib import Path

import pytest

from arm import settings


def test_a_file_stands_over_defaults_and_the_environment_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "arm.toml"
    file.write_text('theme = "dark"\nrequest_timeout_s = 5\n', encoding="utf-8")
    taken = settings.load(file, {"ARM_REQUEST_TIMEOUT_S": "7.5", "ARM_ATTACHMENT_SUFFIXES": ".PDF, png"})
    assert (taken.theme, taken.request_timeout_s, taken.language) == ("dark", 7.5, "auto")
    assert taken.attachment_suffixes == ("pdf", "png")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour = 1", "unknown"),
        ("theme = 1", "bad_value"),
        ('attachment_max_bytes = "many"', "bad_value"),
        ("attachment_max_bytes = -1", "bad_value"),
        ("theme =", "unreadable"),
    ],
)
def test_a_setting_that_cannot_be_taken_names_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "arm.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(settings.SettingsTrouble) as trouble:
        settings.load(file, {})
    assert trouble.value.reason == reason


def test_the_persons_folders_are_closed_to_others(private_folders: Path) -> None:
    folder = settings.data_folder()
    assert folder == private_folders / "data"
    assert folder.stat().st_mode & 0o077 == 0


def test_resources_and_translations_are_found_in_a_checkout() -> None:
    assert settings.resource_path().is_dir()
    assert (settings.translations_path() / "ru" / "LC_MESSAGES" / "arm.po").is_file()


def test_a_frozen_bundle_brings_its_own_resources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert settings.resource_path("process.toml") == tmp_path / "resources" / "process.toml"

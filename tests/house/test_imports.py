"""The import contracts, run as a test."""

from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.cli import configuration

from tests.house.sources import ROOT


def test_the_law_of_imports_holds(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    configuration.configure()
    holds = lint_imports(config_filename=str(Path("pyproject.toml")), cache_dir=None)
    assert holds, capsys.readouterr().out

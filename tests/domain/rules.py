"""The shipped rules for the tests of the domain: the base table and the regulations by name."""

from functools import cache
from pathlib import Path

from arm.domain.classifier import Classifier
from arm.domain.loading import load_classifier, load_process, load_regulation
from arm.domain.process import Process
from arm.domain.regulation import Regulation

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NAMES = ("astrakhan-2021", "demo-2026", "dnr-2023", "krasnodar-2023", "tynda-2022")

MINIMAL = """format = 1
name = "trial"
version = "1"
title = "Trial"
"""


def process_text() -> str:
    return (RESOURCES / "process.toml").read_text(encoding="utf-8")


def regulation_text(name: str) -> str:
    return (RESOURCES / "regulations" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def process() -> Process:
    return load_process(process_text())


@cache
def regulation(name: str) -> Regulation:
    return load_regulation(regulation_text(name), process())


@cache
def classifier() -> Classifier:
    return load_classifier((RESOURCES / "demo" / "classifier.toml").read_text(encoding="utf-8"))


def trial(addition: str = "") -> Regulation:
    """A small regulation with something added."""
    return load_regulation(MINIMAL + addition, process())

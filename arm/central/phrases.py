"""What people write in an invented past: answers by topic and result, reasons, notes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from random import Random
from typing import Any

from arm.domain.answers import name_and_patronymic, salutation
from arm.domain.message import Message, Result
from arm.settings import resource_path

GENERAL = "other"


class Phrases:
    """Invented texts; a topic the file doesn't know is answered in general words."""

    def __init__(self, texts: Mapping[str, Mapping[str, Any]]) -> None:
        self._texts = texts

    def answer(self, message: Message, result: Result, rng: Random) -> str:
        """A whole answer with its salutation; the signature is the command's own field."""
        body = self.one("declined", "texts", rng) if result is Result.DECLINED else ""
        if not body:
            topic = message.category if message.category in self._texts else GENERAL
            body = self.one(topic, result.value, rng)
        return f"{self.greeting(message)}\n\n{body}"

    def greeting(self, message: Message) -> str:
        name = message.applicant.name if message.applicant else ""
        opening = salutation(name)
        return f"{opening} {name_and_patronymic(name)}!" if opening else "Здравствуйте!"

    def one(self, topic: str, kind: str, rng: Random) -> str:
        """One of a list, drawn; empty where there is none."""
        known = self._texts.get(topic, {}).get(kind, ())
        return str(rng.choice(known)) if known else ""


def load_phrases() -> Phrases:
    """The shipped texts; an installation without them is broken, so OSError passes through."""
    return Phrases(tomllib.loads(resource_path("demo", "answers.toml").read_text(encoding="utf-8")))

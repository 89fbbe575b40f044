"""The line of a message that tells what it is about, for a queue row: without greetings, on one line."""

from __future__ import annotations

import re

LONGEST_LINE = 200
_LOOKED_AT = 4 * LONGEST_LINE
_GREETING = re.compile(
    r"""(?:
        (?:добр(?:ый|ого|ое|ой|ая)\s+(?:день|дня|вечер|вечера|утро|утра|ночи|времени(?:\s+суток)?))
      | здравств\w* | здраств\w* | приветствую | привет | доброго\s+здоровья | hello | hi
      | (?:глубоко)?уважаем\w+(?:\s+[^\s,.!?;:]+){1,4}?(?=\s*[,.!?:;])
      | прошу\s+прощения | извините
    )
    (?:\s*[,.!:;)\u2014\u2013-]+\s*|\s+(?=[А-ЯЁA-Z])|\s*$)""",
    re.IGNORECASE | re.VERBOSE,
)
_CASE_MATTERS = re.compile(r"^[а-яё]")


def first_line(text: str) -> str:
    """One line of at most 200 characters; a message that is nothing but a greeting keeps it."""
    plain = " ".join(text[:_LOOKED_AT].split())
    rest = plain
    for _ in range(3):
        found = _GREETING.match(rest)
        if found is None or found.end() == 0:
            break
        rest = rest[found.end() :].lstrip(" ,.!-–—:;)")
    kept = rest if len(rest) >= 3 else plain
    if _CASE_MATTERS.match(kept) and kept is rest and rest != plain:
        kept = kept[0].upper() + kept[1:]
    return kept[:LONGEST_LINE]

"""The line of every key of a TOML text: the standard parser keeps none."""

from __future__ import annotations

Path = tuple[str | int, ...]
_BARE_END = frozenset(" \t=.]\r\n")
_VALUE_END = frozenset(",]}#\n\r")


def key_lines(text: str) -> dict[Path, int]:
    """Lines (from 1) by path; an item of an array has its number in the path. The text must be valid TOML."""
    # the parser reads \r\n as one line end, and so must the count
    return _Scan(text.replace("\r\n", "\n")).run()


class _Scan:
    """One walk over the text; lenient, since the real parser has already accepted it."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1
        self.found: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}
        self.current: Path = ()

    def run(self) -> dict[Path, int]:
        while self._skip_blank():
            before = self.at
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self.current)
            # a text that isn't TOML after all must not hold the walk up
            self.at = max(self.at, before + 1)
        return self.found

    def _header(self) -> None:
        line = self.line
        is_array = self.text.startswith("[[", self.at)
        self._step(2 if is_array else 1)
        parts = self._key()
        path: Path = ()
        for i, part in enumerate(parts):
            path = (*path, part)
            if is_array and i == len(parts) - 1:
                self.arrays[path] = self.arrays.get(path, -1) + 1
            if path in self.arrays:
                self.found.setdefault(path, line)
                path = (*path, self.arrays[path])
        self.found.setdefault(path, line)
        self.current = path
        self._step(2 if is_array else 1)

    def _pair(self, table: Path) -> None:
        line = self.line
        path = table
        for part in self._key():
            path = (*path, part)
            self.found.setdefault(path, line)
        self._step(1)
        self._value(path)

    def _key(self) -> list[str]:
        """The parts of a dotted key; stops at `=` or `]`."""
        parts: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t.":
                self._step(1)
            elif char in "=]\n":
                break
            elif char in "\"'":
                start = self.at
                self._string()
                parts.append(self.text[start + 1 : self.at - 1])
            else:
                start = self.at
                while self.at < len(self.text) and self.text[self.at] not in _BARE_END:
                    self.at += 1
                parts.append(self.text[start : self.at])
        return parts

    def _value(self, path: Path) -> None:
        self._skip_blank()
        char = self.text[self.at : self.at + 1]
        if char in ('"', "'"):
            self._string()
        elif char == "[":
            self._step(1)
            number = 0
            while self._skip_blank() and self.text[self.at] != "]":
                if self.text[self.at] == ",":
                    self._step(1)
                    continue
                self.found[*path, number] = self.line
                self._value((*path, number))
                number += 1
            self._step(1)
        elif char == "{":
            self._step(1)
            while self._skip_blank() and self.text[self.at] != "}":
                if self.text[self.at] == ",":
                    self._step(1)
                else:
                    self._pair(path)
            self._step(1)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _VALUE_END:
                self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self._step(len(mark))
        while self.at < len(self.text) and not self.text.startswith(mark, self.at):
            self._step(2 if quote == '"' and self.text[self.at] == "\\" else 1)
        self._step(len(mark))
        # up to two quotes may stand before the closing three
        while len(mark) == 3 and self.text.startswith(quote, self.at):
            self._step(1)

    def _skip_blank(self) -> bool:
        """Past spaces, line ends and comments; whether anything is left."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                while self.at < len(self.text) and self.text[self.at] != "\n":
                    self.at += 1
            elif char in " \t\r\n":
                self._step(1)
            else:
                return True
        return False

    def _step(self, count: int) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count

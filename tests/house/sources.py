"""The project's own source files, read and parsed once for the house rules."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("arm", "ui")


@dataclass(frozen=True)
class Source:
    path: Path
    name: str
    lines: int
    tree: ast.Module


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """Every Python file below `rooms`, in order of name."""
    paths = sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    return Source(path, name, text.count("\n"), ast.parse(text, name))


def at(source: Source, node: ast.stmt | ast.expr | ast.excepthandler | ast.arg) -> str:
    return f"{source.name}:{node.lineno}"

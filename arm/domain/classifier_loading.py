"""The loader of a classifier, from TOML or from JSON."""

from __future__ import annotations

import json

from arm.domain.classifier import Category, Classifier, Subcategory
from arm.domain.reading import (
    MAX_TEXT,
    LineTrouble,
    RegulationTrouble,
    Table,
    Trouble,
    Troubles,
    no_doubles,
    parse,
)


def load_classifier(text: str) -> Classifier:
    """Categories with their subcategories; raises RegulationTrouble with every line at fault.

    TOML: `version`, `[[category]]` with `id`, `title` and `[[category.subcategory]]` with `id`, `title`, `facts`.
    JSON: the same keys as an object.
    """
    root = _json_root(text) if text.lstrip().startswith("{") else parse(text)
    tables = root.tables("category")
    found = [_category(table) for table in tables]
    no_doubles(tables, "id", lambda i: found[i].category_id)
    version = root.text("version", "1", limit=60)
    root.finish()
    root.troubles.raise_if_any()
    return Classifier(version=version, categories={one.category_id: one for one in found})


def _category(table: Table) -> Category:
    tables = table.tables("subcategory")
    parts: list[Subcategory] = []
    for one in tables:
        parts.append(
            Subcategory(
                subcategory_id=_slug(one),
                title=one.text("title", limit=300),
                facts=one.texts("facts"),
            )
        )
        one.finish()
    no_doubles(tables, "id", lambda i: parts[i].subcategory_id)
    found = Category(category_id=_slug(table), title=table.text("title", limit=300), subcategories=tuple(parts))
    table.finish()
    return found


def _slug(table: Table) -> str:
    """An id goes into grants as `category/subcategory`, so it holds no slash and is never empty."""
    found = table.text("id", limit=100)
    if table.has("id") and (not found or "/" in found):
        table.trouble("id", Trouble.WRONG_TYPE, wanted="id")
    return found


def _json_root(text: str) -> Table:
    if len(text) > MAX_TEXT:
        raise RegulationTrouble((LineTrouble(1, Trouble.TOO_LARGE, {"limit": str(MAX_TEXT)}),))
    try:
        content = json.loads(text)
    except json.JSONDecodeError as trouble:
        place = LineTrouble(trouble.lineno, Trouble.SYNTAX, {"column": str(trouble.colno)})
        raise RegulationTrouble((place,)) from trouble
    except RecursionError as trouble:
        raise RegulationTrouble((LineTrouble(1, Trouble.TOO_DEEP),)) from trouble
    except ValueError as trouble:
        # a number of more digits than Python reads
        raise RegulationTrouble((LineTrouble(1, Trouble.SYNTAX, {"column": ""}),)) from trouble
    return Table(content, (), Troubles({}))

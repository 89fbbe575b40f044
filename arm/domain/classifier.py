"""The classifier: categories, subcategories and facts, in one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Subcategory:
    subcategory_id: str
    title: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    category_id: str
    title: str
    subcategories: tuple[Subcategory, ...] = ()


@dataclass(frozen=True)
class Classifier:
    """Categories by id; the same ids mean the same topics in every later version."""

    version: str = "0"
    categories: Mapping[str, Category] = field(default_factory=dict)

    def has(self, category: str, subcategory: str = "") -> bool:
        one = self.categories.get(category)
        return one is not None and (not subcategory or any(s.subcategory_id == subcategory for s in one.subcategories))

    def title(self, category: str, subcategory: str = "") -> str:
        """«Дороги · Ямы», or the bare ids where the classifier doesn't know them."""
        one = self.categories.get(category)
        head = one.title if one else category
        if not subcategory:
            return head
        tail = (
            next((s.title for s in one.subcategories if s.subcategory_id == subcategory), subcategory)
            if one
            else subcategory
        )
        return f"{head} · {tail}"

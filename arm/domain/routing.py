"""Routing rules: category → organisation of a lower level (A 3); an executor is only proposed (own)."""

from __future__ import annotations

from dataclasses import dataclass

from arm.domain.identity import OrganisationId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Applies in `owner`'s coordination; the first rule in order that fits wins. Words are matched without case."""

    rule_id: str
    owner: OrganisationId
    organisation: OrganisationId
    category: str = ""
    subcategory: str = ""
    channel: str = ""
    words: tuple[str, ...] = ()
    executor: UserId | None = None
    is_on: bool = True

    def fits(self, owner: OrganisationId, category: str, subcategory: str, channel: str, text: str) -> bool:
        folded = text.casefold()
        return (
            self.is_on
            and self.owner == owner
            and self.category in ("", category)
            and self.subcategory in ("", subcategory)
            and self.channel in ("", channel)
            and (not self.words or any(w.casefold() in folded for w in self.words))
        )


def route(
    rules: tuple[RoutingRule, ...],
    owner: OrganisationId,
    category: str,
    subcategory: str,
    channel: str,
    text: str,
) -> RoutingRule | None:
    """The first rule of `owner` that fits, or nothing."""
    return next((r for r in rules if r.fits(owner, category, subcategory, channel, text)), None)

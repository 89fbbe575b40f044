"""Suggestions at the desk: topic and body for a text, learned from what was decided here, each with its reason.

They are never applied by themselves. Learning runs on a quiet thread; until it has, nothing is suggested.
"""

from __future__ import annotations

import logging

from arm.desk.beat import Beat
from arm.desk.core import DeskCore
from arm.desk.values import Hint
from arm.domain.identity import OrganisationId
from arm.domain.suggesting import Learned
from arm.local.learning import decided, spoken
from arm.local.troubles import CacheTrouble

log = logging.getLogger(__name__)
AGAIN_S = 3600.0
"""What was decided since is learned from once an hour."""
SHOWN = 3
ASKED = 2 * SHOWN
"""Some of what was learned may be gone from the directory."""


class SuggestionsDesk:
    def __init__(self, core: DeskCore) -> None:
        self._core = core
        self._has_begun = False
        self._topics: Learned[tuple[str, str]] = Learned(())
        self._bodies: Learned[OrganisationId] = Learned(())
        self._beat = Beat("arm-learn", self.learn)

    def topics(self, text: str) -> tuple[Hint[tuple[str, str]], ...]:
        """Category and subcategory of the classifier in force, the likeliest first."""
        self._begin()
        stems, first = spoken(text)
        classifier = self._core.directory.classifier
        known = [one for one in self._topics.suggest(stems, ASKED) if classifier.has(*one.label)]
        return tuple(Hint(one.label, _words(one.because, first), one.seen) for one in known[:SHOWN])

    def organisations(self, text: str) -> tuple[Hint[OrganisationId], ...]:
        """Bodies of the directory that answered such messages, the likeliest first."""
        self._begin()
        stems, first = spoken(text)
        directory = self._core.directory
        known = [one for one in self._bodies.suggest(stems, ASKED) if directory.organisation(one.label) is not None]
        return tuple(Hint(one.label, _words(one.because, first), one.seen) for one in known[:SHOWN])

    def learn(self) -> float:
        """Reads the newest decisions; returns in how many seconds to read them again."""
        if not self._core.is_open:
            return AGAIN_S
        try:
            found = decided(self._core.store.cache)
        except CacheTrouble as trouble:
            log.warning("nothing learned", extra={"kind": trouble.kind})
            return AGAIN_S
        self._topics = Learned((one.stems, (one.category, one.subcategory)) for one in found)
        self._bodies = Learned((one.stems, OrganisationId(one.organisation)) for one in found)
        return AGAIN_S

    def stop(self) -> None:
        self._beat.stop()

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._beat.wake()


def _words(because: tuple[str, ...], first: dict[str, str]) -> tuple[str, ...]:
    return tuple(first.get(stem, stem) for stem in because)

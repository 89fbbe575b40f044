"""What decisions teach: the label that fits, for a reason that can be read, and nothing where nothing is known."""

from __future__ import annotations

import pytest

from arm.domain.suggesting import LEAST_EXAMPLES, Learned

ROADS = ("яма дорог двор", "яма асфальт дорог", "дорог разметк яма", "асфальт провал двор")
SCHOOLS = ("школ питан столов", "школ обед детск", "столов каш детск")
EXAMPLES = [(text.split(), "roads") for text in ROADS * 6] + [(text.split(), "schools") for text in SCHOOLS * 2]


def test_the_label_that_fits_comes_first_with_the_words_that_speak_for_it() -> None:
    first, second = Learned(EXAMPLES).suggest(["в", "школ", "дорог", "столов"])
    assert (first.label, first.seen) == ("schools", 6)
    assert sorted(first.because) == ["столов", "школ"]
    assert (second.label, second.because) == ("roads", ("дорог",))


def test_a_label_of_few_decisions_is_not_drowned_by_one_of_many() -> None:
    many = EXAMPLES + [(text.split(), "roads") for text in ROADS * 50]
    (first, *_rest) = Learned(many).suggest(["столов", "каш"])
    assert first.label == "schools"


def test_a_text_that_repeats_itself_weighs_no_more() -> None:
    learned = Learned([*EXAMPLES, (("яма " * 500).split(), "schools")])
    assert learned.suggest(["яма", "двор"])[0].label == "roads"


@pytest.mark.parametrize("words", [[], ["квантов", "механик"]])
def test_nothing_is_suggested_for_words_that_were_never_met(words: list[str]) -> None:
    assert Learned(EXAMPLES).suggest(words) == ()


def test_a_handful_of_decisions_teaches_nothing() -> None:
    assert Learned(EXAMPLES[: LEAST_EXAMPLES - 1]).suggest(["яма"]) == ()
    assert Learned(EXAMPLES[:LEAST_EXAMPLES]).suggest(["яма"]) != ()
    assert Learned[str](()).suggest(["яма"]) == ()


def test_numbers_and_short_words_are_no_reasons() -> None:
    taught = [(["12", "на", "яма"], "roads")] * LEAST_EXAMPLES + [(["школ"], "schools")]
    (first, *_rest) = Learned(taught).suggest(["12", "на", "яма"])
    assert first.because == ("яма",)


def test_no_more_labels_than_asked_for() -> None:
    taught = [([f"слов{at}", "общ"], at) for at in range(LEAST_EXAMPLES)]
    assert len(Learned(taught).suggest(["общ"], limit=5)) == 5

"""The table of words: whole in every language, and what the templates ask for is in it."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from api.page_route import PAGES
from api.refusals import LABELS
from api.rendering import FOLDER
from api.words import JOBS, NAMES, TAGS, WORDS, say
from matcher.config import ROOT
from matcher.entities import Education, Employment, Language, Shift
from matcher.evaluation.bands import DEFINITIONS
from matcher.jobs.nights import STEPS, State
from matcher.reference import Reference
from matcher.service.fairs import Result
from matcher.service.figures import HEADLINE

TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
CALLED = re.compile(r"""(?:say|fact|figure)\("([^"]+)"( [~+])?""")
"""A key that a template or a module names, and whether more is joined to it."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_is_there_in_every_language_with_the_same_places():
    for key, texts in WORDS.items():
        assert set(texts) == set(Language), key
        assert all(text.strip() == text and text for text in texts.values()), key
        assert len({frozenset(places(text)) for text in texts.values()}) == 1, key


def test_no_page_puts_the_punctuation_of_one_language_between_words_of_all():
    narrow = re.compile(r"""[}%]\}[:;,][ <]|join\("[;,] "\)""")
    # The dashboard's stand beside figures, and in names that only hovering shows.
    for template in TEMPLATES:
        if template.parent.name != "dashboard":
            assert not narrow.search(template.read_text(encoding="utf-8")), template


def test_templates_ask_for_words_that_there_are_and_no_word_is_left_over():
    asked = {"handed_in", "vacancy_gone", "number_wrong", "form_unreadable", *LABELS.values()}
    beginnings: set[str] = set()
    for asking in [*TEMPLATES, *FOLDER.glob("*.py")]:
        for key, joined in CALLED.findall(asking.read_text(encoding="utf-8")):
            (beginnings if joined else asked).add(key)
    assert asked <= WORDS.keys()
    assert all(any(key.startswith(start) for key in WORDS) for start in beginnings)
    left_over = {
        key
        for key in WORDS.keys() - asked
        if not any(key.startswith(start) for start in beginnings)
    }
    assert not left_over


@pytest.mark.parametrize(
    ("start", "codes"),
    [
        ("shift", [shift.name.lower() for shift in Shift]),
        ("employment", [form.name.lower() for form in Employment]),
        ("education", [level.name.lower() for level in Education]),
        ("result", list(Result)),
        ("headline", list(HEADLINE)),
        ("dashboard.figure", [key for key in DEFINITIONS if key != "kept_out_by"]),
        ("dashboard.step", list(STEPS)),
        ("dashboard.state", list(State)),
    ],
)
def test_every_code_has_its_word(start: str, codes: list[str]):
    for code in codes:
        assert say(f"{start}.{code}", Language.TH)


def test_jobs_to_touch_are_occupations_of_the_classification():
    occupations = Reference.load(ROOT / "data" / "reference").occupations
    assert len(JOBS) == 24
    assert set(JOBS) <= set(occupations)


def test_a_text_with_a_place_wants_its_value():
    assert say("booth", Language.EN, number="7") == "Booth 7"
    with pytest.raises(KeyError):
        say("booth", Language.EN)
    with pytest.raises(KeyError):
        say("no such text", Language.EN)


def test_languages_are_named_by_their_speakers():
    assert list(NAMES) == list(TAGS) == list(Language)
    assert TAGS[Language.ZH] == "zh-Hant-TW"
    assert "GET /kiosk" in PAGES

"""What is said of people is read with its context, in five languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from matcher.compliance.findings import GROUNDS, Severity
from matcher.compliance.passages import objectionable, protected
from matcher.entities import Language
from tests.compliance.examples import (
    ALLOWED,
    CLEAN,
    FORBIDDEN,
    MISSED,
    PUBLISHED,
    REFUSED,
    TO_CHECK,
)
from tests.compliance.tables import LEXICON, ROWS


def found(text: str) -> dict[str, Severity]:
    return {one.code: one.severity for one in objectionable(LEXICON.plain(text), LEXICON)}


@pytest.mark.parametrize(("text", "code"), FORBIDDEN)
def test_what_the_act_forbids_is_found(text: str, code: str):
    assert found(text).get(code) is Severity.FORBIDDEN


@pytest.mark.parametrize(("text", "code"), TO_CHECK)
def test_what_somebody_must_look_at_is_found(text: str, code: str):
    assert found(text).get(code) is Severity.CHECK


@pytest.mark.parametrize(("text", "code"), PUBLISHED)
def test_words_of_published_cases_are_found(text: str, code: str):
    assert code in found(text)


@pytest.mark.parametrize(("text", "code"), MISSED)
def test_what_the_docs_call_missed_is_missed(text: str, code: str):
    assert code not in found(text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_it_is_left_alone(text: str):
    assert found(text) == {}


@pytest.mark.parametrize(("text", "grounds"), REFUSED)
def test_a_criterion_that_names_a_ground_is_read_as_a_demand(text: str, grounds: tuple[str, ...]):
    passages = protected(LEXICON.plain(text), LEXICON)
    assert tuple(dict.fromkeys(one.code for one in passages)) == grounds


@pytest.mark.parametrize("text", ALLOWED)
def test_a_criterion_of_the_work_is_allowed(text: str):
    assert protected(LEXICON.plain(text), LEXICON) == []


def test_every_ground_has_terms_in_every_language():
    have = {(row["code"], row["language"]) for row in ROWS}
    # Years, which ages are read by, have rules of their own.
    assert {(code, language) for code in GROUNDS for language in Language} <= have


def test_no_term_stands_twice_in_a_kind():
    terms = [(row["kind"], LEXICON.plain(row["term"])) for row in ROWS if row["code"] != "-"]
    codes = {(row["kind"], LEXICON.plain(row["term"]), row["code"]) for row in ROWS}
    assert len(ROWS) == len({tuple(row.values()) for row in ROWS})
    assert {(kind, term) for kind, term, code in codes if code == "-"}.isdisjoint(terms)


def phrases(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from phrases(item)


def test_nothing_that_the_simulator_says_is_objected_to():
    book = resources.files("matcher.simulation")
    files = [*book.iterdir(), *(book / "trades").iterdir()]
    said = [
        phrase
        for file in files
        if file.name.endswith(".toml")
        for phrase in phrases(tomllib.loads(file.read_text(encoding="utf-8")))
    ]
    assert len(said) > 2_000
    assert [phrase for phrase in said if found(phrase)] == []

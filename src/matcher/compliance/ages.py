"""Finds demands of age: a number of years beside a word of age, with a limit or as a range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.compliance.findings import Severity
from matcher.compliance.sides import Sides, sides
from matcher.features.lexicon import Lexicon, Mention

WORKING_AGES = range(14, 100)
"""Ages that a demand can be about; younger ones are those of children who are cared for."""

LEAST_BY_LAW = {15, 16, 18, 20}
"""Ages that other laws ask for as the least: of young workers, drivers, guards and others."""

_CHINESE = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}
_NUMBER = r"(?:\d{2}|[一二三四五六七八九]?十[一二三四五六七八九]?)"
_RANGE = r"\s?(?:[-~–—至到]|to|and|đến|sampai|hingga|ถึง)\s?"
_AGES = rf"(?<!\d)(?P<first>{_NUMBER})(?:\s?[歲嵗])?(?:{_RANGE}(?P<last>{_NUMBER}))?(?!\d)"
_BEFORE_UNIT = re.compile(rf"{_AGES}\s?$")
_AFTER_WORD = re.compile(rf"[^\d一二三四五六七八九十]{{0,16}}?{_AGES}")
_UNIT_REACH = 16


class Age(NamedTuple):
    """A demand of age at `text[start:end]` of plain text."""

    severity: Severity
    start: int
    end: int


def ages(text: str, lexicon: Lexicon, *, asked: bool) -> Iterator[Age]:
    """Demands of age; those of whom the work is done for, and where age is open, are none.

    `asked`: whoever wrote this demands it, so that an age needs no limit.
    """
    for mention in lexicon.terms("age_unit").find(text):
        start = max(0, mention.start - _UNIT_REACH)
        number = _BEFORE_UNIT.search(text[start : mention.start])
        if number:
            whole = Mention("", start + number.start(), mention.end)
            yield from _demand(text, whole, number, lexicon, limited=asked)
    for mention in lexicon.terms("age_word").find(text):
        around = sides(text, mention)
        number = _AFTER_WORD.match(around.after)
        if number:
            whole = Mention("", mention.start, mention.end + number.end())
            yield from _demand(text, whole, number, lexicon, limited=True)


def _demand(
    text: str, whole: Mention, number: re.Match[str], lexicon: Lexicon, *, limited: bool
) -> Iterator[Age]:
    around = sides(text, whole)
    least = _value(number["first"])
    if least not in WORKING_AGES or around.holds("age_other", lexicon):
        return
    if around.touched("open_before", "open_after", lexicon):
        return
    within = text[whole.start : whole.end]
    limits = {mention.code for mention in lexicon.terms("age_limit").find(within)}
    reach = around.touched("age_limit", "age_limit", lexicon)
    limits |= _limits_beside(around, lexicon)
    demanded = around.touched("demand_before", "demand_after", lexicon)
    if not (limited or limits or number["last"] or demanded):
        return
    only_least = limits == {"low"} and number["last"] is None and least in LEAST_BY_LAW
    start, end = reach or (whole.start, whole.end)
    yield Age(Severity.CHECK if only_least else Severity.FORBIDDEN, start, end)


def _limits_beside(around: Sides, lexicon: Lexicon) -> set[str]:
    terms = lexicon.terms("age_limit")
    before = around.before[-around.reach :]
    after = around.after[: around.reach]
    return {mention.code for side in (before, after) for mention in terms.find(side)}


def _value(written: str) -> int:
    """Value of two digits, or of a Chinese number up to 99."""
    if written.isdecimal():
        return int(written)
    tens, _, ones = written.partition("十")
    return 10 * _CHINESE.get(tens, 1) + _CHINESE.get(ones, 0)

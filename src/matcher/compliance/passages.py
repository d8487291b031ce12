"""Finds the words that the Employment Service Act objects to, in plain text, by their context.

Kinds of terms in `compliance.csv`: `phrase` and `hint` object wherever they stand; `word` names
a group and objects beside a demand (限女性) or a refusal, `sheltered` beside a refusal only
(婉拒孕婦), so that a welcome is none; `attribute` objects beside a request (請註明星座), `measure`
with a figure (身高160), `withheld` and `private_data` unless denied, `id_card` beside a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from matcher.compliance.ages import ages
from matcher.compliance.findings import Code, Severity
from matcher.compliance.sides import Sides, sides
from matcher.features.lexicon import Lexicon, Mention

_MEASURED = re.compile(r"[^\d\n。;]{0,24}(?:\d{2,4}|\d[.,m]\d{2})")
_LISTED = {Code.SEX, Code.MARRIAGE}
"""Grounds that a list of conditions states in a word of its own: 女、未婚、會英文."""

_ITEM_START = re.compile(r"(?:^|[、/•·*-]|\d[.)]|\b(?:and|và|dan|และ))\s?$")
_ITEM_END = re.compile(r"\s?(?:$|[、/:])")
_WORKER_REACH = 4
_TOUCHING = 1


class Passage(NamedTuple):
    """Words at `text[start:end]` of plain text that a rule speaks of."""

    code: Code
    severity: Severity
    start: int
    end: int


def objectionable(text: str, lexicon: Lexicon) -> list[Passage]:
    """Every passage of a vacancy's plain text that a rule speaks of, from left to right."""
    found = [*_protected(text, lexicon, asked=False), *_withheld(text, lexicon)]
    return _joined(found)


def protected(text: str, lexicon: Lexicon) -> list[Passage]:
    """Every passage of a criterion in plain text that names a protected ground.

    Whoever states a criterion demands it: a group that is named needs no demand beside it.
    """
    return _joined(_protected(text, lexicon, asked=True))


def _protected(text: str, lexicon: Lexicon, *, asked: bool) -> Iterator[Passage]:
    for kind, severity in (("phrase", Severity.FORBIDDEN), ("hint", Severity.CHECK)):
        for mention in lexicon.terms(kind).find(text):
            if not _open(sides(text, mention), lexicon):
                yield _passage(mention, severity)
    for mention in lexicon.terms("word").find(text):
        yield from _word(text, mention, lexicon, asked=asked)
    for mention in lexicon.terms("sheltered").find(text):
        around = sides(text, mention)
        refused = around.touched("exclude_before", "exclude_after", lexicon)
        if refused or (asked and not _open(around, lexicon)):
            yield _passage(mention, Severity.FORBIDDEN, refused)
    for mention in lexicon.terms("attribute").find(text):
        around = sides(text, mention)
        requested = around.holds("request", lexicon)
        if (requested or asked) and not _open(around, lexicon):
            yield _passage(mention, Severity.CHECK)
    for mention in lexicon.terms("measure").find(text):
        figure = _MEASURED.match(text, mention.end)
        if figure:
            yield _passage(mention, Severity.FORBIDDEN, (mention.start, figure.end()))
    for age in ages(text, lexicon, asked=asked):
        yield Passage(Code.AGE, age.severity, age.start, age.end)


def _word(text: str, mention: Mention, lexicon: Lexicon, *, asked: bool) -> Iterator[Passage]:
    around = sides(text, mention)
    refused = around.touched("exclude_before", "exclude_after", lexicon)
    if refused is None and _open(around, lexicon):
        return
    cue = refused or around.touched("demand_before", "demand_after", lexicon)
    if cue is None and mention.code == Code.SEX:
        # 女作業員 demands a sex without any word of demand.
        worker = next(lexicon.terms("worker").find(around.after), None)
        if worker and worker.start <= _WORKER_REACH:
            cue = (mention.start, mention.end + worker.end)
    listed = (
        mention.code in _LISTED
        and _ITEM_START.search(around.before)
        and _ITEM_END.match(around.after)
    )
    if cue or asked or listed:
        yield _passage(mention, Severity.FORBIDDEN, cue)


def _withheld(text: str, lexicon: Lexicon) -> Iterator[Passage]:
    for mention in lexicon.find("withheld", text):
        yield _passage(mention, Severity.FORBIDDEN)
    for mention in lexicon.find("private_data", text):
        yield Passage(Code.PRIVATE_DATA, Severity.CHECK, mention.start, mention.end)
    for mention in lexicon.find("id_card", text):
        if sides(text, mention).holds("request", lexicon):
            yield Passage(Code.PRIVATE_DATA, Severity.CHECK, mention.start, mention.end)


def _open(around: Sides, lexicon: Lexicon) -> bool:
    """Whether the ground is said not to matter (男女不拘), or is that of those served."""
    denied = lexicon.terms("negation_touching").pattern.match(around.before[-1:])
    free = around.touched("open_before", "open_after", lexicon)
    return bool(denied or free or around.follows("served", lexicon))


def _passage(
    mention: Mention, severity: Severity, reaching: tuple[int, int] | None = None
) -> Passage:
    start, end = reaching or (mention.start, mention.end)
    return Passage(Code(mention.code), severity, min(start, mention.start), max(end, mention.end))


def _joined(found: Iterable[Passage]) -> list[Passage]:
    """Passages of one rule that overlap or touch, as one; the graver severity stands."""
    joined: list[Passage] = []
    for one in sorted(found, key=lambda passage: (passage.code, passage.start)):
        last = joined[-1] if joined else None
        if last and last.code == one.code and one.start <= last.end + _TOUCHING:
            grave = Severity.FORBIDDEN in (last.severity, one.severity)
            severity = Severity.FORBIDDEN if grave else Severity.CHECK
            joined[-1] = Passage(one.code, severity, last.start, max(last.end, one.end))
        else:
            joined.append(one)
    return sorted(joined, key=lambda passage: (passage.start, passage.code))

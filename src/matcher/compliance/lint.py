"""Reads a vacancy, or a counsellor's criterion, for what the law objects to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from matcher.compliance import pay
from matcher.compliance.findings import Code, Finding, Severity
from matcher.compliance.passages import Passage, objectionable, protected
from matcher.compliance.sentences import refusal
from matcher.compliance.spans import spelled
from matcher.compliance.wages import MinimumWage, in_force
from matcher.entities import Language, Vacancy
from matcher.errors import UnlawfulError
from matcher.features.lexicon import Lexicon
from matcher.features.reading import PayFigure, stated_pay

TERMS = "compliance.csv"


@dataclass(frozen=True, slots=True)
class Linter:
    """The tables that a vacancy is held against; `lexicon` holds the terms of TERMS too."""

    lexicon: Lexicon
    wages: tuple[MinimumWage, ...]

    def findings(self, vacancy: Vacancy, on: date) -> tuple[Finding, ...]:
        """What the law objects to in `vacancy`, as of the day `on` or its last open day.

        In the order title, text, pay. Whether what it says is true cannot be told from it.
        """
        last = (day for day in (vacancy.closes_on, vacancy.closed_on) if day)
        wage = in_force(self.wages, min((on, *last)))
        found: list[Finding] = []
        told: list[PayFigure] = []
        for field, text in (("title", vacancy.title), ("text", vacancy.text)):
            plain = self.lexicon.plain(text)
            figures = list(stated_pay(plain, self.lexicon))
            told += figures
            if self._passages(plain, figures, wage):
                found += self._located(field, text, wage)
        found += pay.field_findings(vacancy, told, wage)
        return tuple(found)

    def refuse(self, criterion: str, language: Language) -> None:
        """Raise UnlawfulError, naming the section, where a criterion asks for a ground."""
        grounds = protected(self.lexicon.plain(criterion), self.lexicon)
        if grounds:
            codes = dict.fromkeys(passage.code for passage in grounds)
            message, remedy = refusal(tuple(codes), language)
            raise UnlawfulError(message, remedy=remedy)

    def _located(self, field: str, text: str, wage: MinimumWage | None) -> Iterator[Finding]:
        """Findings of a text, with their spans as it was written."""
        written = spelled(text, self.lexicon.variants)
        figures = stated_pay(written.plain, self.lexicon)
        for passage in self._passages(written.plain, figures, wage):
            start, end = written.original(passage.start, passage.end)
            yield Finding(passage.code, passage.severity, field, start, end, text[start:end])

    def _passages(
        self, plain: str, figures: Iterable[PayFigure], wage: MinimumWage | None
    ) -> list[Passage]:
        low = [
            Passage(Code.PAY_BELOW_MINIMUM, Severity.CHECK, figure.start, figure.end)
            for figure in figures
            if pay.is_below(figure, wage)
        ]
        return sorted(objectionable(plain, self.lexicon) + low, key=lambda found: found.start)

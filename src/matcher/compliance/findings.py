"""What a lint can find: a code for each rule, how sure it is, and where the law says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What was found: the 18 protected grounds in the order of the Act, then the other rules."""

    RACE = "race"
    CLASS = "class"
    LANGUAGE = "language"
    THOUGHT = "thought"
    RELIGION = "religion"
    PARTY = "party"
    NATIVE_PLACE = "native_place"
    BIRTHPLACE = "birthplace"
    SEX = "sex"
    SEXUAL_ORIENTATION = "sexual_orientation"
    AGE = "age"
    MARRIAGE = "marriage"
    APPEARANCE = "appearance"
    FEATURES = "features"
    DISABILITY = "disability"
    HOROSCOPE = "horoscope"
    BLOOD_TYPE = "blood_type"
    UNION = "union"
    DOCUMENTS = "documents"
    PRIVATE_DATA = "private_data"
    DEPOSIT = "deposit"
    PAY_NOT_STATED = "pay_not_stated"
    PAY_WITHHELD = "pay_withheld"
    PAY_CONTRADICTS = "pay_contradicts"
    HOURLY_IN_MONTHLY_FIELD = "hourly_in_monthly_field"
    DAILY_IN_MONTHLY_FIELD = "daily_in_monthly_field"
    PAY_BELOW_MINIMUM = "pay_below_minimum"


GROUNDS = tuple(Code)[:18]
"""The grounds of section 5, paragraph 1."""


class Severity(StrEnum):
    """FORBIDDEN: the words are what the law forbids. CHECK: somebody must look."""

    FORBIDDEN = "forbidden"
    CHECK = "check"


class Act(StrEnum):
    """The laws that are cited."""

    EMPLOYMENT_SERVICE = "employment_service"
    MINIMUM_WAGE = "minimum_wage"


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule stands; None: the section has no paragraphs, or the paragraph no numbers."""

    act: Act
    section: int
    paragraph: int | None = None
    number: int | None = None


def _numbered(number: int) -> Rule:
    return Rule(Act.EMPLOYMENT_SERVICE, 5, 2, number)


RULES: Mapping[Code, Rule] = {
    **dict.fromkeys(GROUNDS, Rule(Act.EMPLOYMENT_SERVICE, 5, 1)),
    Code.DOCUMENTS: _numbered(2),
    Code.PRIVATE_DATA: _numbered(2),
    Code.DEPOSIT: _numbered(3),
    Code.PAY_NOT_STATED: _numbered(6),
    Code.PAY_WITHHELD: _numbered(6),
    Code.PAY_CONTRADICTS: _numbered(6),
    Code.HOURLY_IN_MONTHLY_FIELD: _numbered(6),
    Code.DAILY_IN_MONTHLY_FIELD: _numbered(6),
    Code.PAY_BELOW_MINIMUM: Rule(Act.MINIMUM_WAGE, 5),
}
"""Employment Service Act as amended on 10 May 2023, Minimum Wage Act of 27 December 2023."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: `words` stand at `field[start:end]` of the vacancy.

    `field` is `title`, `text` or `pay`; of pay, `words` are the figures and the span is empty.
    """

    code: Code
    severity: Severity
    field: str
    start: int
    end: int
    words: str

    @property
    def rule(self) -> Rule:
        """Where the law says so."""
        return RULES[self.code]

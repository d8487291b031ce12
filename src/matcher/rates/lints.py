"""What cannot be right in a figure: said with the numbers that show it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import floor

from matcher.rates.registry import quotient


class Lint(StrEnum):
    """Kinds of error."""

    PARTS_DO_NOT_SUM = "parts_do_not_sum"
    COUNTED_TWICE = "counted_twice"
    FAIR_LISTED_TWICE = "fair_listed_twice"
    UNITS_MIXED = "units_mixed"
    DENOMINATOR_NOT_TOLD = "denominator_not_told"
    RATE_DOES_NOT_FOLLOW = "rate_does_not_follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error: `where` names the table or the kind of record, `records` ids that show it."""

    lint: Lint
    where: str
    text: str
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as published, and the unit beside it; "" where none is."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One table, or one figure, as somebody published it; what it does not print is absent.

    `persons` and `fairs` are the lines of a list, one for each person or fair.
    """

    name: str
    parts: Sequence[Printed] = ()
    total: Printed | None = None
    numerator: Printed | None = None
    denominator: Printed | None = None
    rate: Printed | None = None
    persons: Sequence[str] = ()
    fairs: Sequence[str] = ()


def findings_in(table: PublishedTable) -> list[Finding]:
    """Everything in `table` that cannot be right, or cannot be told."""
    found = [
        (Lint.PARTS_DO_NOT_SUM, _sum(table)),
        (Lint.UNITS_MIXED, _units(table)),
        (Lint.RATE_DOES_NOT_FOLLOW, _rate(table)),
        (Lint.DENOMINATOR_NOT_TOLD, _denominator(table)),
        *((Lint.COUNTED_TWICE, text) for text in _repeated(table.persons)),
        *((Lint.FAIR_LISTED_TWICE, text) for text in _repeated(table.fairs)),
    ]
    return [Finding(lint=lint, where=table.name, text=text) for lint, text in found if text]


def denominators(numerator: int, rate: Decimal) -> range:
    """The whole denominators with which `numerator` gives the percentage `rate` as it is printed.

    Half up, a value v with a last place u stands for everything from v - u/2, included, to v + u/2,
    excluded; so the denominator lies above 100 n / (v + u/2) and at most at 100 n / (v - u/2).
    Empty where none does. Raises ValueError where every large denominator does (v < u/2).
    """
    half = Decimal(1).scaleb(int(rate.as_tuple().exponent)) / 2
    low, high = rate - half, rate + half
    if low <= 0 or numerator <= 0:
        raise ValueError("no denominator is too large")
    hundred = Decimal(numerator) * 100
    least, most = floor(hundred / high) + 1, floor(hundred / low)
    return range(least, most + 1)


def plain(line: str) -> str:
    """The line without what two writings of one thing differ in."""
    return "".join(unicodedata.normalize("NFKC", line).replace("臺", "台").split()).casefold()


def _sum(table: PublishedTable) -> str:
    if not table.parts or table.total is None:
        return ""
    total = sum((part.value for part in table.parts), Decimal())
    if total == table.total.value:
        return ""
    terms = " + ".join(f"{part.value:,}" for part in table.parts)
    return f"{terms} is {total:,}, where {table.total.value:,} is printed."


def _units(table: PublishedTable) -> str:
    whole = [table.total, *table.parts] if table.total else [*table.parts]
    percentage = table.rate is not None and table.rate.unit == "%"
    shared = [table.numerator, table.denominator] if percentage else []
    for figures in (whole, shared):
        units = list(dict.fromkeys(f.unit for f in figures if f is not None and f.unit))
        if len(units) > 1:
            return f"Units are mixed: {', '.join(units)}."
    return ""


def _rate(table: PublishedTable) -> str:
    if table.rate is None or table.numerator is None or table.denominator is None:
        return ""
    printed = table.rate.value
    decimals = max(0, -int(printed.as_tuple().exponent))
    scale = 100 if table.rate.unit == "%" else 1
    over = int(table.denominator.value)
    if over == 0:
        return f"{printed} is printed, but the denominator is 0."
    exact = quotient(int(table.numerator.value) * scale, over, decimals)
    if exact == printed:
        return ""
    counts = f"{table.numerator.value:,} / {table.denominator.value:,}"
    return f"{counts} gives {exact}, where {printed} is printed."


def _denominator(table: PublishedTable) -> str:
    if table.denominator is not None or table.rate is None or table.rate.unit != "%":
        return ""
    if table.numerator is None:
        return f"Of {table.rate.value} % neither numerator nor denominator is printed."
    numerator, rate = int(table.numerator.value), table.rate.value
    told = f"The denominator of {numerator:,} at {rate} % is not printed"
    try:
        possible = denominators(numerator, rate)
    except ValueError:
        return f"{told}, and any large one would do."
    if not possible:
        return f"{told}, and no whole number gives this rate."
    return f"{told}; it lies between {possible[0]:,} and {possible[-1]:,}."


def _repeated(lines: Iterable[str]) -> list[str]:
    counts = Counter(map(plain, lines))
    return [f"{line!r} is listed {n} times." for line, n in counts.items() if n > 1]

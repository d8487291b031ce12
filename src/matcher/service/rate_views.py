"""Rates as plain values with their names, ready for JSON or a terminal."""

from __future__ import annotations

from matcher.calendar_roc import roc_text
from matcher.entities import JobFair, Language
from matcher.rates.dimensions import By, Dimension
from matcher.rates.measures import COUNTINGS, UNIT_NAMES, Measure
from matcher.rates.periods import Period, Span, span_names
from matcher.rates.registry import Rate
from matcher.reference import Reference
from matcher.service.figures import Evidence, Part, Report
from matcher.service.view_words import FAIR_TYPES, MAJOR_GROUPS, NOT_TOLD, SIMULATED

View = dict[str, object]
"""What `json` and `orjson` write as it stands."""


def report_view(report: Report, *, language: Language, reference: Reference) -> View:
    """The rates of a period and of its parts; the notice, if simulated, in `language`."""
    query = report.query
    return {
        "period": period_view(query.period),
        "as_of": query.as_of and query.as_of.isoformat(),
        "where": {dimension.value: value for dimension, value in query.where.items()},
        "rates": [rate_view(rate) for rate in report.rates],
        "by": query.by and query.by.value,
        "parts": [part_view(part, query.by, reference) for part in report.parts if query.by],
        **origin_view(report.simulated, language),
    }


def part_view(part: Part, by: By, reference: Reference) -> View:
    """A part with its names and rates; `key` None: the records do not tell."""
    zh, en = part_names(part.key, part.rates[0].period, by=by, reference=reference)
    return {
        "key": part.key,
        "names": {"zh": zh, "en": en},
        "rates": [rate_view(rate) for rate in part.rates],
    }


def part_names(key: str | None, period: Period, *, by: By, reference: Reference) -> tuple[str, str]:
    """Chinese and English name of the part `key` with its `period`; of what has none, its key."""
    if key is None:
        return NOT_TOLD
    if isinstance(by, Span):
        return span_names(period, by)
    if by is Dimension.DISTRICT and key in reference.places:
        return reference.places[key].name, reference.places[key].name_en
    if by is Dimension.OCCUPATION and key in reference.occupations:
        return reference.occupations[key], MAJOR_GROUPS.get(key, key)
    if by is Dimension.FAIR_TYPE:
        return FAIR_TYPES[key]
    return key, key


def fair_view(fair: JobFair, report: Report, *, language: Language) -> View:
    """The rates of one fair."""
    return {
        "fair": named_view(fair),
        "as_of": report.query.as_of and report.query.as_of.isoformat(),
        "rates": [rate_view(rate) for rate in report.rates],
        **origin_view(report.simulated, language),
    }


def named_view(fair: JobFair) -> View:
    """Which fair it is."""
    return {
        "id": fair.id,
        "name": fair.name,
        "held_on": fair.held_on.isoformat(),
        "held_on_roc": roc_text(fair.held_on),
        "type": fair.type and fair.type.value,
    }


def evidence_view(evidence: Evidence, *, language: Language) -> View:
    """The events behind one side of a rate, as ids only, and where the next ones begin."""
    events = evidence.events
    return {
        "rate": rate_view(evidence.rate),
        "side": evidence.side.value,
        "events": [{"event": event.seq, "record": event.record} for event in events],
        "after": events[-1].seq if events else None,
        **origin_view(evidence.simulated, language),
    }


def rate_view(rate: Rate) -> View:
    """A rate with all it was computed from; `value` None where nothing was registered."""
    formula, value = rate.formula, rate.value
    over = f"{formula.name_en} = {formula.numerator} / {formula.denominator}"
    scale = " × 100 %" if formula.is_percentage else ""
    return {
        "key": formula.key,
        "names": {"zh": formula.name_zh, "en": formula.name_en},
        "value": None if value is None else str(value),
        "number": None if value is None else float(value),
        "unit": "%" if formula.is_percentage else "",
        "numerator": _count_view(formula.numerator, rate.numerator),
        "denominator": _count_view(formula.denominator, rate.denominator),
        "period": period_view(rate.period),
        "formula": f"{over}{scale}, rounded half up to {formula.decimals} decimals",
        "excluded": list(formula.excluded),
        "source": formula.source,
        "programme": formula.programme and formula.programme.value,
    }


def period_view(period: Period) -> View:
    """The days of a period in both calendars."""
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "first_roc": roc_text(period.first),
        "last_roc": roc_text(period.last),
    }


def origin_view(simulated: bool, language: Language) -> View:
    """Whether the figures are simulated, and the notice that says so."""
    return {"simulated": simulated, "notice": SIMULATED[language] if simulated else None}


def _count_view(measure: Measure, count: int) -> View:
    counting = COUNTINGS[measure]
    zh, en = UNIT_NAMES[counting.unit]
    return {
        "event": measure.value,
        "names": {"zh": counting.name_zh, "en": counting.name_en},
        "count": count,
        "unit": {"zh": zh, "en": en},
    }

"""The year 108: a register made to the counts that the bureau published gives its rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matcher.config import ROOT
from matcher.db.engine import migrate, open_engine
from matcher.entities import (
    Employer,
    FairResume,
    HireReport,
    JobFair,
    JobSeeker,
    Placement,
    Programme,
    Service,
    Step,
    Vacancy,
)
from matcher.jobs.proof import findings_in_file
from matcher.rates.dimensions import Dimension
from matcher.rates.measures import Measure
from matcher.rates.periods import Span, year_of
from matcher.reference import Reference
from matcher.reporting.assemble import assemble
from matcher.service.figures import Figures, Query
from matcher.service.publication import Publisher
from tests.rates.register import noon, write

FIRST, CLOSED = date(2019, 1, 1), date(2020, 1, 10)
RESUMES = 26_236
"""Any denominator between 26,234 and 26,238 gives the 47.13 % that were printed."""


def on(number: int) -> date:
    """A day of the year; the numbers go round it."""
    return FIRST + timedelta(days=number % 365)


def year_108() -> Iterator[object]:
    yield Employer(id="E", name="x")
    yield from (JobSeeker(id=f"S{n}", registered_on=on(n)) for n in range(75_398))
    yield from (Placement(id=f"P{n}", seeker_id=f"S{n}", placed_on=on(n)) for n in range(40_969))
    # Somebody placed twice is one person.
    yield Placement(id="P-again", seeker_id="S0", placed_on=on(200))
    for n in range(1_240):
        day, openings = on(n), 123
        yield Vacancy(id=f"V{n}", employer_id="E", title="x", openings=openings, posted_on=day)
    for n in range(1_204):
        day, filled = on(n + 1), 80 if n else 97_304 - 80 * 1_203
        yield HireReport(id=f"H{n}", vacancy_id=f"V{n}", reported_on=day, openings_filled=filled)
    for n in range(480):
        held_on = date(2019, 7, 27) if n == 0 else on(n)
        yield JobFair(id=f"F{n}", name=f"第{n}場", held_on=held_on)
    yield from resumes()
    case = {"programme": Programme.LOW_INCOME, "seeker_id": "S1"}
    for n in range(2_797):
        yield Service(id=f"C{n}", step=Step.SERVED, happened_on=on(n), **case)
    for n in range(1_610):
        yield Service(id=f"D{n}", step=Step.PLACED, happened_on=on(n), **case)
    for n in range(2_133):
        yield Service(id=f"R{n}", programme=Programme.E_RESUME, step=Step.SERVED, happened_on=on(n))


def resumes() -> Iterator[FairResume]:
    """Of one fair 83, 9 of them handed in on behalf and 58 matched; and those of all others."""
    for n in range(83):
        yield FairResume(
            id=f"A{n}",
            fair_id="F0",
            handed_in_at=date(2019, 7, 27),
            handed_in_on_behalf=n < 9,
            matched=n >= 83 - 58,
        )
    for n in range(RESUMES - 74):
        fair = 1 + n % 479
        matched = n < 12_365 - 58
        yield FairResume(id=f"B{n}", fair_id=f"F{fair}", handed_in_at=on(fair), matched=matched)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('year') / 'matcher.db'}")
    migrate(engine)
    write(engine, *year_108(), on=CLOSED)
    yield engine
    engine.dispose()


@pytest.fixture
def figures(engine: Engine) -> Figures:
    return Figures(engine, lambda: noon(CLOSED))


def test_the_published_counts_give_the_published_rates(figures: Figures):
    rates = {rate.formula.key: rate.value for rate in figures.rates(year_of(108))}
    assert rates["employment_rate"] == Decimal("54.34")
    assert rates["fill_rate"] == Decimal("63.8")
    assert rates["openings_per_seeker"] == Decimal("2.02")
    assert rates["on_site_match_rate"] == Decimal("47.13")
    assert rates["low_income_rate"] == Decimal("57.6")


def test_the_fair_of_27_july_matched_58_of_74(figures: Figures):
    _, report = figures.of_fair("F0")
    rate = report.rates[0]
    assert (rate.numerator, rate.denominator, rate.value) == (58, 74, Decimal("78.38"))


def test_the_year_is_the_sum_of_its_months_where_events_are_counted(figures: Figures):
    query = Query(period=year_of(108), keys=("fill_rate",), by=Span.MONTH)
    report = figures.report(query)
    assert len(report.parts) == 12
    assert sum(part.rates[0].numerator for part in report.parts) == 97_304
    assert sum(part.rates[0].denominator for part in report.parts) == 152_520


def test_the_report_of_the_year_prints_what_was_published(engine: Engine):
    publication = Publisher(engine, lambda: noon(CLOSED)).gather(year_of(108))
    report = assemble(publication, [], reference=Reference.load(ROOT / "data" / "reference"))
    printed = {
        row.key: row.cells[0] for table in list(report.tables) for row in table.rows if row.note
    }
    assert report.title.zh.startswith("民國108年")
    assert [printed[key] for key in ("employment_rate", "fill_rate", "openings_per_seeker")] == [
        Decimal("54.34"),
        Decimal("63.80"),
        Decimal("2.02"),
    ]
    assert printed["on_site_match_rate"] == Decimal("47.13")
    assert printed["low_income_rate"] == Decimal("57.6")
    each = next(table for table in report.tables if table.key == "each_fair")
    fair = next(row for row in each.rows if row.key == "F0")
    assert len(each.rows) == 480
    assert fair.cells[3:] == (83, 9, 74, 58, Decimal("78.38"))


def test_fairs_and_e_resumes_are_counted(figures: Figures):
    query = Query(period=year_of(2019))
    counts = figures.counts(query, Measure.FAIRS_HELD, Measure.E_RESUMES)
    assert list(counts.values()) == [480, 2_133]
    by_fair = figures.report(
        Query(period=year_of(108), keys=("on_site_match_rate",), by=Dimension.FAIR)
    )
    assert len(by_fair.parts) == 480


def test_the_published_tables_show_their_two_gaps():
    findings = findings_in_file(Path(ROOT / "data" / "published" / "year_108.csv"))
    assert {finding.where: finding.text for finding in findings} == {
        "on-site matches of the year": "The denominator of 12,365 at 47.13 % is not printed; "
        "it lies between 26,234 and 26,238.",
        "seven parts": "2 + 2 + 3 + 8 + 34 + 42 + 3 is 94, where 93 is printed.",
    }

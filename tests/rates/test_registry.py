"""Rates are counted, divided, rounded half up, and say what they were made from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from matcher.entities import (
    Booth,
    Employer,
    FairResume,
    FairType,
    HireReport,
    JobFair,
    JobSeeker,
    Placement,
    Programme,
    Service,
    Step,
    Vacancy,
)
from matcher.errors import InvalidInputError, NotFoundError
from matcher.intake.schema import STEPS
from matcher.rates.dimensions import By, Dimension
from matcher.rates.measures import COUNTINGS, Measure
from matcher.rates.periods import Period, Span
from matcher.rates.registry import FORMULAS, Rate, formulas_for, quotient
from matcher.service.figures import Figures, Query
from tests.rates.register import noon, write

YEAR_108 = Period(first=date(2019, 1, 1), last=date(2019, 12, 31))
TAKEN_IN = date(2020, 1, 5)


def test_a_half_is_rounded_up():
    rate = Rate(
        formula=FORMULAS["employment_rate"], period=YEAR_108, numerator=1, denominator=1_600
    )
    assert rate.value == Decimal("0.06")


def test_nothing_registered_is_no_rate():
    for formula in FORMULAS.values():
        assert Rate(formula=formula, period=YEAR_108, numerator=0, denominator=0).value is None


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_a_quotient_is_the_nearest_number_with_its_decimals(numerator, denominator, decimals):
    found = quotient(numerator, denominator, decimals)
    above = numerator - found * denominator
    half = Decimal(denominator) / 2 / 10**decimals
    assert -half <= above < half
    assert -found.as_tuple().exponent == decimals


def test_a_percentage_never_mixes_persons_with_person_times():
    for formula in FORMULAS.values():
        units = {COUNTINGS[m].unit for m in (formula.numerator, formula.denominator)}
        assert len(units) == 1 or not formula.is_percentage, formula.key


def test_every_step_of_every_programme_is_counted():
    used = {m for f in FORMULAS.values() for m in (f.numerator, f.denominator)}
    counted = set()
    for counting in (COUNTINGS[measure] for measure in used):
        if programme := counting.where.get("programme"):
            counted.add((programme, counting.where["step"]))
            counted.add((programme, counting.followed_by))
    assert {(p, s) for p, steps in STEPS.items() for s in steps} <= counted


def service(key: str, programme: Programme, step: Step, day: str, **more: str) -> Service:
    return Service(
        id=key, programme=programme, step=step, happened_on=date.fromisoformat(day), **more
    )


def resume(key: str, fair: str, **more: object) -> FairResume:
    day = date(2019, 7, 27) if fair == "F1" else date(2019, 8, 1)
    return FairResume(id=key, fair_id=fair, handed_in_at=day, **more)


def day(text: str) -> date:
    return date.fromisoformat(f"2019-{text}")


P, S = Programme, Step
REGISTER = (
    Employer(id="E1", name="x"),
    Employer(id="E2", name="y"),
    JobSeeker(id="S1", registered_on=day("01-31"), district="806", occupation="5120"),
    JobSeeker(id="S2", registered_on=day("02-01"), district="806", occupation="93"),
    JobSeeker(id="S3", registered_on=day("12-31"), district="800"),
    JobSeeker(id="S4", registered_on=date(2018, 12, 31), district="800"),
    Vacancy(id="V1", employer_id="E1", title="x", openings=3, posted_on=day("03-31"), place="806"),
    Vacancy(id="V2", employer_id="E2", title="x", openings=4, posted_on=day("04-01")),
    Vacancy(id="V3", employer_id="E2", title="x", openings=9, posted_on=date(2020, 1, 1)),
    Vacancy(id="TWJ-1", employer_id="E2", title="x", openings=50, posted_on=day("04-01")),
    Placement(id="P1", seeker_id="S1", placed_on=day("02-10"), vacancy_id="V1"),
    Placement(id="P2", seeker_id="S1", placed_on=day("03-10")),
    Placement(id="P3", seeker_id="S4", placed_on=day("12-31")),
    HireReport(id="H1", vacancy_id="V1", reported_on=day("04-30"), openings_filled=2),
    HireReport(id="H2", vacancy_id="V2", reported_on=day("10-01"), openings_filled=1),
    HireReport(id="H3", vacancy_id="TWJ-1", reported_on=day("04-30"), openings_filled=7),
    JobFair(id="F1", name="x", held_on=day("07-27"), district="806", type=FairType.JOINT),
    JobFair(id="F2", name="y", held_on=day("08-01"), type=FairType.SINGLE),
    Booth(fair_id="F1", number="1", employer_id="E1"),
    Booth(fair_id="F1", number="2", employer_id="E2"),
    Booth(fair_id="F2", number="1", employer_id="E2"),
    resume("R1", "F1", booth_number="1", matched=True),
    resume("R2", "F1", booth_number="2"),
    resume("R3", "F1", vacancy_id="V2", matched=True),
    resume("R4", "F1", booth_number="1", handed_in_on_behalf=True),
    resume("R5", "F2", booth_number="1"),
    service("G01", P.LOW_INCOME, S.SERVED, "2019-02-01", seeker_id="S1"),
    service("G02", P.LOW_INCOME, S.SERVED, "2019-02-02", seeker_id="S1"),
    service("G03", P.LOW_INCOME, S.PLACED, "2019-02-10", seeker_id="S1"),
    service("G04", P.VAN, S.VISIT, "2019-05-01"),
    service("G05", P.VAN, S.VISIT, "2019-05-02"),
    service("G06", P.VAN, S.SERVED, "2019-05-01"),
    service("G07", P.VAN, S.SERVED, "2019-05-01"),
    service("G08", P.VAN, S.SERVED, "2019-05-02", seeker_id="S2"),
    service("G09", P.VAN, S.PLACED, "2019-06-01", seeker_id="S2"),
    service("G10", P.E_RESUME, S.SERVED, "2019-07-27", fair_id="F1"),
    service("G11", P.E_RESUME, S.SERVED, "2019-07-27", fair_id="F1"),
    service("G12", P.E_RESUME, S.PLACED, "2020-01-02", follows="G10"),
    # Finished on the last day of January: within three months is until the last of April.
    service("G20", P.TRAINING, S.GRADUATED, "2019-01-31", seeker_id="S1"),
    service("G21", P.TRAINING, S.PLACED, "2019-04-30", seeker_id="S1", follows="G20"),
    service("G22", P.TRAINING, S.GRADUATED, "2019-01-31", seeker_id="S2"),
    service("G23", P.TRAINING, S.PLACED, "2019-05-01", seeker_id="S2", follows="G22"),
    service("G24", P.TRAINING, S.GRADUATED, "2019-11-15", seeker_id="S3"),
    service("G25", P.TRAINING, S.PLACED, "2020-02-15", seeker_id="S3", follows="G24"),
    service("G30", P.SUPPORTED, S.REFERRED, "2019-03-01", seeker_id="S1"),
    service("G31", P.SUPPORTED, S.REFERRED, "2019-03-05", seeker_id="S1"),
    service("G32", P.SUPPORTED, S.REFERRED, "2019-03-05", seeker_id="S2"),
    service("G33", P.SUPPORTED, S.REFERRED, "2019-03-05", seeker_id="S3"),
    service("G34", P.SUPPORTED, S.PLACED, "2019-04-01", seeker_id="S1", follows="G31"),
    service("G35", P.SUPPORTED, S.PLACED, "2019-04-01", seeker_id="S2", follows="G32"),
    service("G36", P.SUPPORTED, S.STABLE, "2019-07-01", seeker_id="S1", follows="G34"),
    service("G40", P.RETURNEE_DESK, S.SERVED, "2019-09-01"),
    service("G41", P.RETURNEE_DESK, S.SERVED, "2019-09-01"),
    service("G42", P.RETURNEE_DESK, S.SERVED, "2019-09-02"),
    service("G43", P.RETURNEE_DESK, S.PLACED, "2019-09-03"),
    service("G50", P.SUBSIDY, S.GRANTED, "2019-10-01", seeker_id="S1"),
    service("G51", P.SUBSIDY, S.GRANTED, "2019-10-01", seeker_id="S2"),
    service("G52", P.SUBSIDY, S.PLACED, "2019-10-01", seeker_id="S2", follows="G51"),
    # Before what it follows: no result of it.
    service("G53", P.SUBSIDY, S.PLACED, "2019-09-01", seeker_id="S1", follows="G50"),
)
BY_HAND = {
    "employment_rate": (2, 3, "66.67"),
    "fill_rate": (3, 7, "42.86"),
    "openings_per_seeker": (7, 3, "2.33"),
    "on_site_match_rate": (2, 4, "50.00"),
    "low_income_rate": (1, 2, "50.0"),
    "van_rate": (1, 3, "33.33"),
    "van_services_per_visit": (3, 2, "1.50"),
    "e_resume_rate": (1, 2, "50.00"),
    "training_rate": (2, 3, "66.67"),
    "supported_referral_rate": (2, 3, "66.67"),
    "supported_stable_rate": (1, 2, "50.00"),
    "returnee_desk_rate": (1, 3, "33.33"),
    "subsidy_rate": (1, 2, "50.00"),
}


def small(engine: Engine) -> Figures:
    write(engine, *REGISTER, on=TAKEN_IN)
    return Figures(engine, lambda: noon(TAKEN_IN))


def test_every_formula_gives_what_is_counted_by_hand(engine: Engine):
    found = small(engine).rates(YEAR_108)
    assert {r.formula.key: (r.numerator, r.denominator, str(r.value)) for r in found} == BY_HAND


# Each: the rate, told by what, and numerator and denominator of each part, counted by hand.
PARTS: list[tuple[str, By, dict[str | None, tuple[int, int]]]] = [
    ("employment_rate", Dimension.DISTRICT, {"800": (1, 1), "806": (1, 2)}),
    ("employment_rate", Dimension.OCCUPATION, {"5": (1, 1), "9": (0, 1), None: (1, 1)}),
    ("employment_rate", Span.YEAR, {"2019": (2, 3)}),
    (
        "employment_rate",
        Span.QUARTER,
        {"2019-Q1": (1, 2), "2019-Q2": (0, 0), "2019-Q3": (0, 0), "2019-Q4": (1, 1)},
    ),
    ("fill_rate", Dimension.EMPLOYER, {"E1": (2, 3), "E2": (1, 4)}),
    ("fill_rate", Dimension.DISTRICT, {"806": (2, 3), None: (1, 4)}),
    ("on_site_match_rate", Dimension.FAIR, {"F1": (2, 3), "F2": (0, 1)}),
    ("on_site_match_rate", Dimension.FAIR_TYPE, {"joint": (2, 3), "single": (0, 1)}),
    ("on_site_match_rate", Dimension.FAIR_SIZE, {"1": (0, 1), "2-5": (2, 3)}),
    ("on_site_match_rate", Dimension.DISTRICT, {"806": (2, 3), None: (0, 1)}),
    # Without a booth the vacancy tells the employer.
    ("on_site_match_rate", Dimension.EMPLOYER, {"E1": (1, 1), "E2": (1, 3)}),
    ("low_income_rate", Dimension.DISTRICT, {"806": (1, 2)}),
    ("e_resume_rate", Dimension.FAIR, {"F1": (1, 2)}),
]


@pytest.mark.parametrize(("key", "by", "expected"), PARTS)
def test_parts_are_those_counted_by_hand(engine: Engine, key: str, by: By, expected):
    report = small(engine).report(Query(period=YEAR_108, keys=(key,), by=by))
    counts = {part.key: part.rates[0] for part in report.parts}
    assert {k: (r.numerator, r.denominator) for k, r in counts.items()} == expected
    assert list(counts) == list(expected)


def test_months_have_their_own_periods_and_their_own_counts(engine: Engine):
    period = Period(first=day("01-15"), last=day("03-15"))
    keys = ("employment_rate",)
    report = small(engine).report(Query(period=period, keys=keys, by=Span.MONTH))
    (total,) = report.rates
    assert (total.numerator, total.denominator) == (1, 2)
    found = {p.key: (p.rates[0].period.first, p.rates[0].numerator) for p in report.parts}
    # One person, placed twice: in each month once, in both together once.
    assert found == {
        "2019-01": (day("01-15"), 0),
        "2019-02": (day("02-01"), 1),
        "2019-03": (day("03-01"), 1),
    }


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({Dimension.FAIR: "F1"}, (2, 3)),
        ({Dimension.FAIR_SIZE: "1"}, (0, 1)),
        ({Dimension.FAIR_TYPE: "joint", Dimension.EMPLOYER: "E2"}, (1, 2)),
        ({Dimension.DISTRICT: "999"}, (0, 0)),
    ],
)
def test_a_filter_counts_only_what_it_says(engine: Engine, where, expected):
    keys = ("on_site_match_rate",)
    (rate,) = small(engine).report(Query(period=YEAR_108, keys=keys, where=where)).rates
    assert (rate.numerator, rate.denominator) == expected


def test_one_fair_is_counted_without_those_handed_in_on_behalf(engine: Engine):
    figures = small(engine)
    fair, report = figures.of_fair("F1")
    rates = {rate.formula.key: (rate.numerator, rate.denominator) for rate in report.rates}
    assert rates == {"on_site_match_rate": (2, 3), "e_resume_rate": (1, 2)}
    assert report.rates[0].period == Period(first=fair.held_on, last=fair.held_on)
    with pytest.raises(NotFoundError):
        figures.of_fair("F9")
    counts = figures.counts(
        Query(period=YEAR_108, where={Dimension.FAIR: "F1"}),
        Measure.FAIRS_HELD,
        Measure.RESUMES_HANDED_IN,
        Measure.RESUMES_ON_BEHALF,
    )
    assert list(counts.values()) == [1, 4, 1]


def test_what_cannot_be_told_is_refused_and_what_can_is_listed():
    assert {f.key for f in formulas_for(by=Dimension.FAIR_SIZE)} == {"on_site_match_rate"}
    with pytest.raises(InvalidInputError, match="employment rate cannot be told by fair"):
        formulas_for(("employment_rate",), by=Dimension.FAIR)
    with pytest.raises(InvalidInputError, match="not registered"):
        formulas_for(("happiness",))
    with pytest.raises(InvalidInputError, match="fill rate cannot be told"):
        formulas_for(("fill_rate", "employment_rate"), where=[Dimension.FAIR_TYPE])


def test_more_parts_than_anybody_reads_are_refused(engine: Engine):
    ever = Period(first=date(1912, 1, 1), last=date(2100, 12, 31))
    with pytest.raises(InvalidInputError, match="2,268 parts of 13 rates"):
        small(engine).report(Query(period=ever, by=Span.MONTH))

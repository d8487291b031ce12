"""The one query over the log against a plain count, and what must hold of any register."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.events import Selection, count, count_by, events_behind
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
    Vacancy,
    Void,
    Voidable,
)
from matcher.intake.schema import STEPS
from matcher.rates.dimensions import HELD
from matcher.rates.measures import COUNTINGS, Measure, Unit
from matcher.rates.periods import Period, Span, split
from matcher.rates.registry import FORMULAS
from matcher.service.clock import end_of
from matcher.service.figures import Figures, Query
from tests.rates.register import Log, amount, amounts_by, behind, empty, noon, standing, write

YEAR = Period(first=date(2019, 1, 1), last=date(2019, 12, 31))
FIRST, LATER, LAST = (date(2020, 1, day) for day in (1, 2, 3))
AT_FIRST = (
    *(Employer(id=f"E{n}", name="x") for n in range(3)),
    *(JobSeeker(id=f"S{n}", registered_on=date(2019, 2, 28), district="800") for n in range(4)),
    *(
        Vacancy(id=key, employer_id="E0", title="x", openings=2, posted_on=date(2019, 3, 31))
        for key in ("V0", "V1", "TWJ-1")
    ),
    *(JobFair(id=f"F{n}", name="x", held_on=date(2019, 4, 1)) for n in range(2)),
    *(Booth(fair_id="F0", number=f"{n}", employer_id=f"E{n}") for n in range(2)),
)
"""What all else may refer to."""

days = st.dates(date(2019, 1, 1), date(2019, 7, 31))
district = st.sampled_from([None, "800", "806"])
occupation = st.sampled_from([None, "5", "51", "5120", "9333"])


def one_of(letter: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most - 1).map(lambda n: f"{letter}{n}")


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | strategy


seekers = st.builds(
    JobSeeker,
    id=one_of("S", 4),
    registered_on=days,
    district=district,
    occupation=occupation,
    title=st.sampled_from(["", "焊工"]),
)
vacancies = st.builds(
    Vacancy,
    id=one_of("V", 2) | st.just("TWJ-1"),
    employer_id=one_of("E", 3),
    title=st.just("x"),
    openings=st.integers(1, 9),
    posted_on=days,
    place=district,
    occupation=occupation,
)
fairs = st.builds(
    JobFair,
    id=one_of("F", 2),
    name=st.just("x"),
    held_on=days,
    district=district,
    type=st.none() | st.sampled_from(FairType),
)
booths = st.builds(Booth, fair_id=st.just("F0"), number=one_of("", 2), employer_id=one_of("E", 3))
resumes = st.builds(
    FairResume,
    id=one_of("R", 5),
    fair_id=st.just("F0"),
    handed_in_at=days,
    booth_number=maybe(one_of("", 2)),
    seeker_id=maybe(one_of("S", 4)),
    vacancy_id=maybe(one_of("V", 2)),
    handed_in_on_behalf=st.booleans(),
    matched=st.booleans(),
)
placements = st.builds(
    Placement,
    id=one_of("P", 4),
    seeker_id=one_of("S", 4),
    placed_on=days,
    vacancy_id=maybe(one_of("V", 2)),
)
hires = st.builds(
    HireReport,
    id=one_of("H", 4),
    vacancy_id=one_of("V", 2) | st.just("TWJ-1"),
    reported_on=days,
    openings_filled=st.integers(1, 5),
)


@st.composite
def services(draw: st.DrawFn) -> Service:
    programme = draw(st.sampled_from(Programme))
    return Service(
        id=draw(one_of("G", 9)),
        programme=programme,
        step=draw(st.sampled_from(sorted(STEPS[programme]))),
        happened_on=draw(days),
        seeker_id=draw(maybe(one_of("S", 4))),
        follows=draw(maybe(one_of("G", 9))),
        fair_id=draw(maybe(one_of("F", 2))),
        employer_id=draw(maybe(one_of("E", 3))),
        district=draw(district),
        occupation=draw(occupation),
    )


voids = st.builds(Void, kind=st.just(Voidable.PLACEMENTS), record_id=one_of("P", 4)) | st.builds(
    Void, kind=st.just(Voidable.SEEKERS), record_id=one_of("S", 4)
)


def key_of_record(record: object) -> object:
    match record:
        case Booth():
            return record.number
        case Void():
            return record.kind, record.record_id
        case _:
            return record.id


def some(*kinds: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    """A few records of each kind, each once."""
    lists = (st.lists(kind, max_size=6, unique_by=key_of_record) for kind in kinds)
    return st.tuples(*lists).map(lambda found: [record for few in found for record in few])


new = some(placements, hires, resumes, services())
corrections = some(seekers, vacancies, fairs, booths, placements, hires, resumes, services(), voids)
each_database = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12
)


def store(engine: Engine, log: Log) -> None:
    empty(engine)
    for day, records in log:
        write(engine, *records, on=day)


def counted(engine: Engine, period: Period = YEAR, until: date | None = None) -> dict:
    with reading(engine) as connection:
        selection = Selection(period=period, until=until and end_of(until))
        return {measure: count(connection, measure, selection) for measure in Measure}


@each_database
@given(new, corrections, corrections)
def test_every_count_is_the_plain_one_on_every_day_as_of(engine: Engine, first, second, third):
    log = [(FIRST, [*AT_FIRST, *first]), (LATER, second), (LAST, third)]
    store(engine, log)
    for until in (FIRST, LATER, LAST, None):
        events = standing(log, until)
        plain = {m: amount(behind(events, m, YEAR), m) for m in Measure}
        assert counted(engine, until=until) == plain


@each_database
@given(new, corrections)
def test_every_part_is_the_plain_one(engine: Engine, first, second):
    log = [(FIRST, [*AT_FIRST, *first]), (LATER, second)]
    store(engine, log)
    with reading(engine) as connection:
        for until in (FIRST, None):
            events = standing(log, until)
            selection = Selection(period=YEAR, until=until and end_of(until))
            for measure in Measure:
                for by in (*Span, *HELD[COUNTINGS[measure].kind]):
                    found = count_by(connection, measure, selection, by)
                    assert found == amounts_by(events, measure, YEAR, by), (measure, by)


@each_database
@given(new, corrections, st.sampled_from(Span))
def test_splitting_a_period_never_changes_which_events_are_counted(
    engine: Engine, first, second, span
):
    store(engine, [(FIRST, [*AT_FIRST, *first]), (LATER, second)])
    parts = [counted(engine, part) for part in split(YEAR, span).values()]
    with reading(engine) as connection:
        for measure, whole in counted(engine).items():
            of_parts = [found[measure] for found in parts]
            if COUNTINGS[measure].unit is Unit.PERSONS:
                assert max(of_parts) <= whole <= sum(of_parts)
            else:
                assert sum(of_parts) == whole

            def events(period: Period, measure: Measure = measure) -> set[int]:
                selection = Selection(period=period)
                found = events_behind(connection, measure, selection, after=0, limit=1_000)
                return {event.seq for event in found}

            pieces = [events(part) for part in split(YEAR, span).values()]
            assert sum(map(len, pieces)) == len(set().union(*pieces))
            assert set().union(*pieces) == events(YEAR)


@each_database
@given(new, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(engine: Engine, records, random):
    store(engine, [(FIRST, [*AT_FIRST, *records])])
    before = counted(engine)
    shuffled = random.sample(records, len(records))
    empty(engine)
    write(engine, *AT_FIRST, on=LAST)
    for record in shuffled:
        write(engine, record, on=FIRST)
    assert counted(engine) == before


@each_database
@given(new, corrections, corrections)
def test_what_comes_later_changes_no_figure_as_of_an_earlier_day(
    engine: Engine, first, second, third
):
    store(engine, [(FIRST, [*AT_FIRST, *first]), (LATER, second)])
    then, now = counted(engine, until=FIRST), counted(engine, until=LATER)
    assert counted(engine) == now
    write(engine, *third, on=LAST)
    assert counted(engine, until=FIRST) == then
    assert counted(engine, until=LATER) == now


@each_database
@given(new, corrections, st.none() | st.sampled_from(Span))
def test_rates_are_in_range_and_as_of_today_is_the_plain_figure(engine: Engine, first, second, by):
    store(engine, [(FIRST, [*AT_FIRST, *first]), (LATER, second)])
    figures = Figures(engine, lambda: noon(LAST))
    plain = figures.report(Query(period=YEAR, by=by))
    today = figures.report(Query(period=YEAR, by=by, as_of=LAST))
    assert (today.rates, today.parts) == (plain.rates, plain.parts)
    for rate in [*plain.rates, *(rate for part in plain.parts for rate in part.rates)]:
        assert (rate.value is None) == (rate.denominator == 0)
        if rate.value is not None:
            assert rate.value >= 0
            assert rate.value <= 100 or not rate.formula.is_share


def test_what_can_only_be_a_part_of_the_whole_is_known_to_be_one():
    shares = {key for key, formula in FORMULAS.items() if formula.is_share}
    assert shares == {
        "on_site_match_rate",
        "e_resume_rate",
        "training_rate",
        "supported_referral_rate",
        "supported_stable_rate",
        "subsidy_rate",
    }

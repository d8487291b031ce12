"""Random seekers and vacancies, small ranges so that criteria are met as often as not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from matcher.entities import (
    Education,
    Employment,
    JobSeeker,
    Pay,
    PayBasis,
    PayFlag,
    Shift,
    Vacancy,
)
from matcher.features.reading import read_lexicon
from matcher.reference import Reference

TABLES = Path(__file__).parents[1] / "data" / "reference"
REFERENCE = Reference.load(TABLES)
LEXICON = read_lexicon(TABLES)
TODAY = date(2026, 3, 1)

dates = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
licences = st.none() | st.lists(
    st.sampled_from(list(REFERENCE.licences)[:4]), unique=True, max_size=2
).map(tuple)
languages = st.none() | st.lists(
    st.sampled_from(list(REFERENCE.languages)[:3]), unique=True, max_size=2
).map(tuple)
districts = st.sampled_from(REFERENCE.districts[:6])
places = st.none() | st.sampled_from([*REFERENCE.districts[:6], "01", "02", "15"])
shifts = st.integers(0, 15).map(Shift)
employment = st.integers(0, 3).map(Employment)
years = st.none() | st.sampled_from([0.0, 0.5, 1.0, 3.0, 10.0])
education = st.none() | st.sampled_from(Education)
occupations = st.none() | st.sampled_from(["5", "51", "512", "5120", "5131", "8344", "83", "2512"])


@st.composite
def pay(draw: st.DrawFn) -> Pay:
    """Disclosed, undisclosed, flagged, or without anything."""
    if not draw(st.booleans()):
        return Pay(disclosed=False)
    low = draw(st.sampled_from([190, 28_000, 32_000, 40_000]))
    return Pay(
        basis=draw(st.none() | st.sampled_from(PayBasis)),
        low=low,
        high=draw(st.none() | st.just(low + 4_000)),
        disclosed=True,
        flag=draw(st.none() | st.sampled_from(PayFlag)),
    )


@st.composite
def seekers(draw: st.DrawFn) -> JobSeeker:
    """Any seeker."""
    return JobSeeker(
        id="S1",
        registered_on=TODAY,
        title=draw(st.sampled_from(["", "倉管", "welder"])),
        occupation=draw(occupations),
        district=draw(st.none() | districts),
        commute_km=draw(st.none() | st.sampled_from([0.0, 3.0, 8.0, 400.0])),
        districts_wanted=draw(st.lists(districts, unique=True, max_size=3).map(tuple)),
        shifts=draw(shifts),
        employment=draw(employment),
        pay_floor=draw(st.none() | st.sampled_from([190, 30_000, 36_000])),
        pay_floor_basis=draw(st.sampled_from([PayBasis.MONTH, PayBasis.HOUR])),
        education=draw(education),
        experience_years=draw(years),
        licences=draw(licences),
        languages=draw(languages),
    )


@st.composite
def vacancies(draw: st.DrawFn) -> Vacancy:
    """Any vacancy, also closed, expired or not yet posted."""
    return Vacancy(
        id="V1",
        employer_id="E1",
        title=draw(st.sampled_from(["倉管", "焊工", "cook"])),
        openings=draw(st.integers(1, 9)),
        posted_on=draw(dates),
        text=draw(st.sampled_from(["", "需堆高機操作證", "no experience needed"])),
        occupation=draw(occupations),
        place=draw(places),
        pay=draw(pay()),
        shifts=draw(shifts),
        employment=draw(employment),
        education=draw(education),
        experience_years=draw(years),
        licences=draw(licences),
        languages=draw(languages),
        closes_on=draw(st.none() | dates),
        closed_on=draw(st.none() | dates),
    )

"""What the documented formats can express is read back as it was."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher import entities as e
from matcher.intake.model import Entity
from matcher.intake.pay import stated
from matcher.intake.reader import read
from matcher.intake.sources import plan
from matcher.intake.table import ERRORS
from matcher.intake.values import TAIPEI
from matcher.reference import Reference
from tests.intake.register_files import FORMATS, cells, write

REFERENCE = Reference.load(Path(__file__).parents[2] / "data" / "reference")
TODAY = date(2026, 10, 1)

ids = st.text("ABCxyz0189._-", min_size=1, max_size=32)
days = st.dates(date(1950, 1, 1), date(2050, 12, 31))
ordinary = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp"))
# A cell that begins with = is a formula to the writer, and _xHHHH_ is an escape of the format.
texts = st.text(ordinary | st.sampled_from("高雄前鎮堆高機,;\"'|\n\t"), max_size=60).map(
    lambda text: text.strip().lstrip("=").replace("_", "").replace("\x85", "").strip()
)
texts = texts.filter(lambda text: text not in ERRORS)
filled = texts.filter(bool)
money = st.integers(1, 10_000_000)
shifts = st.integers(0, 15).map(e.Shift)
employment = st.integers(0, 3).map(e.Employment)
years = st.integers(0, 400).map(lambda tenths: tenths / 10)


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


def some_of(codes: object) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(codes)), unique=True, max_size=4).map(tuple)


seekers = st.builds(
    e.JobSeeker,
    id=ids,
    registered_on=days,
    name=texts,
    language=st.sampled_from(e.Language),
    title=texts,
    text=texts,
    occupation=maybe(st.sampled_from(sorted(REFERENCE.occupations))),
    district=maybe(st.sampled_from(REFERENCE.districts)),
    commute_km=maybe(years),
    districts_wanted=some_of(REFERENCE.districts),
    shifts=shifts,
    employment=employment,
    pay_floor=maybe(money),
    pay_floor_basis=st.sampled_from([e.PayBasis.MONTH, e.PayBasis.HOUR]),
    education=maybe(st.sampled_from(e.Education)),
    experience_years=maybe(years),
    licences=maybe(some_of(REFERENCE.licences)),
    languages=maybe(some_of(REFERENCE.languages)),
    status=st.sampled_from(e.SeekerStatus),
)
bases = maybe(st.sampled_from(e.PayBasis))
pays = st.builds(e.Pay, basis=bases, disclosed=st.booleans()) | st.builds(
    stated, bases, money, maybe(money)
)
vacancies = st.builds(
    e.Vacancy,
    id=ids,
    employer_id=ids,
    title=filled,
    openings=st.integers(1, 999),
    posted_on=days,
    text=texts,
    language=st.sampled_from(e.Language),
    occupation=maybe(st.sampled_from(sorted(REFERENCE.occupations))),
    job_category=st.none(),
    place=maybe(st.sampled_from(REFERENCE.place_codes)),
    address=texts,
    pay=pays,
    shifts=shifts,
    employment=employment,
    education=maybe(st.sampled_from(e.Education)),
    experience_years=maybe(years),
    licences=maybe(some_of(REFERENCE.licences)),
    languages=maybe(some_of(REFERENCE.languages)),
    closes_on=maybe(days),
    closed_on=maybe(days),
    url=st.sampled_from(["", "https://example.org/a?b=1&c=2"]),
)
OTHERS: list[Entity] = [
    e.ProtectedAttributes(
        seeker_id="s1", sex="female", birth_date=date(1969, 3, 4), special_groups=("veteran",)
    ),
    e.ProtectedAttributes(seeker_id="s1"),
    e.Employer(id="e1", name="大大鋼鐵", district="812", industry=""),
    e.JobFair(id="f1", name="七月徵才", held_on=date(2019, 7, 27), district="806", address="巨蛋"),
    e.JobFair(id="f2", name="校園", held_on=date(2019, 7, 28), type=e.FairType.CAMPUS),
    e.Booth(fair_id="f1", number="甲-12", employer_id="e1"),
    e.FairResume(
        id="r1",
        fair_id="f1",
        handed_in_at=date(2019, 7, 27),
        booth_number="甲-12",
        seeker_id="s1",
        vacancy_id="v1",
        handed_in_on_behalf=True,
        matched=False,
    ),
    e.Impression(
        id="i1",
        shown_at=datetime(2019, 7, 27, 9, 30, 5, tzinfo=TAIPEI),
        channel=e.Channel.KIOSK,
        policy="linear-1",
        items=(("v2", None), ("v1", None)),
        seeker_id="s1",
    ),
    e.Impression(
        id="i2",
        shown_at=datetime(2019, 7, 27, tzinfo=TAIPEI),
        channel=e.Channel.API,
        policy="linear-1",
        items=(),
        vacancy_id="v1",
    ),
    e.Referral(id="x", seeker_id="s1", vacancy_id="v1", made_on=date(2019, 7, 28)),
    e.ReferralOutcome(
        referral_id="x", outcome=e.Outcome.HIRED_ELSEWHERE, happened_on=date(2019, 8, 1)
    ),
    e.Placement(id="p", seeker_id="s1", placed_on=date(2019, 8, 1), referral_id="x"),
    e.HireReport(id="h", vacancy_id="v1", reported_on=date(2019, 8, 2), openings_filled=3),
    e.Service(
        id="g1",
        programme=e.Programme.SUPPORTED,
        step=e.Step.STABLE,
        happened_on=date(2019, 8, 2),
        seeker_id="s1",
        follows="g0",
        fair_id="f1",
        employer_id="e1",
        district="806",
        occupation="5120",
    ),
    e.Void(kind=e.Voidable.PLACEMENTS, record_id="p", reason="重複登錄"),
]


def read_back(path: Path, some: list[Entity]) -> list[Entity]:
    [source] = plan([write(path, [cells(entity) for entity in some])])
    [chunk] = read(source, reference=REFERENCE, key=None, today=TODAY)
    assert chunk.rejects == []
    return [record.entity for record in chunk.records]


@pytest.mark.parametrize("ending", FORMATS)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(seekers, min_size=1, max_size=3, unique_by=lambda seeker: seeker.id))
def test_a_seeker_is_read_back_as_written(tmp_path: Path, ending: str, some: list[Entity]) -> None:
    assert read_back(tmp_path / f"some.{ending}", some) == some


@pytest.mark.parametrize("ending", FORMATS)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(vacancies, min_size=1, max_size=3, unique_by=lambda vacancy: vacancy.id))
def test_a_vacancy_is_read_back_as_written(tmp_path: Path, ending: str, some: list[Entity]) -> None:
    assert read_back(tmp_path / f"some.{ending}", some) == some


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("entity", OTHERS, ids=lambda entity: type(entity).__name__)
def test_every_other_kind_is_read_back_as_written(
    tmp_path: Path, ending: str, entity: Entity
) -> None:
    assert read_back(tmp_path / f"some.{ending}", [entity]) == [entity]

"""Rates over the interface: with all they come from, in parts, as of a day, down to the events."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.schemas import Evidence, FairRates, RateList
from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import FairResume, FairType, HireReport, JobFair, Placement
from matcher.rates.registry import FORMULAS
from matcher.service.keys import Role
from tests.bureau import NOON, Bureau

TODAY = NOON.date()
PLACED = Placement(id="P-1", seeker_id="S-1", placed_on=TODAY)
YEAR = "from=2026-01-01&to=2026-12-31"


def store(bureau: Bureau, *records: object, days_ago: int = 0) -> None:
    with writing(bureau.app.engine, now=NOON - timedelta(days=days_ago)) as connection:
        for record in records:
            upsert(connection, [record])


def asked(bureau: Bureau, query: str) -> RateList:
    answer = bureau.get(f"/v1/rates?{query}", role=Role.ANALYST)
    assert answer.status_code == 200, answer.text
    return RateList.model_validate(answer.json())


def test_rates_are_printed_with_all_they_are_computed_from(bureau: Bureau):
    filled = HireReport(id="H-1", vacancy_id="V-1", reported_on=TODAY, openings_filled=1)
    store(bureau, PLACED, filled)
    found = asked(bureau, f"{YEAR}&lang=en")
    rates = {rate.key: rate for rate in found.rates}
    assert (rates["employment_rate"].value, rates["employment_rate"].number) == ("50.00", 50.0)
    assert rates["fill_rate"].value == "16.67"
    assert (rates["fill_rate"].numerator.count, rates["fill_rate"].denominator.count) == (1, 6)
    assert rates["fill_rate"].numerator.unit.en == "openings"
    assert rates["fill_rate"].excluded == ["advertisements of the open-data feed"]
    assert rates["openings_per_seeker"].value == "3.00"
    assert "openings_filled / openings_registered" in rates["fill_rate"].formula
    assert "half up" in rates["fill_rate"].formula
    assert found.period.first_roc == "民國115年1月1日"
    assert (found.by, found.parts, found.as_of, found.where) == (None, [], None, {})


def test_rates_are_those_of_the_last_twelve_months_unless_asked_otherwise(bureau: Bureau):
    period = bureau.get("/v1/rates").json()["period"]
    assert (period["first"], period["last"]) == ("2025-03-17", "2026-03-16")
    period = bureau.get("/v1/rates?to=2019-12-31").json()["period"]
    assert (period["first"], period["last"]) == ("2019-01-01", "2019-12-31")
    assert bureau.get("/v1/rates?from=2026-12-31").status_code == 422


def test_a_rate_of_nothing_has_no_value(bureau: Bureau):
    rates = asked(bureau, "from=2019-01-01&to=2019-12-31").rates
    assert [(r.key, r.value, r.number) for r in rates] == [(key, None, None) for key in FORMULAS]


def test_rates_are_told_by_district_and_by_month(bureau: Bureau):
    store(bureau, PLACED)
    found = asked(bureau, f"{YEAR}&rate=employment_rate&by=district")
    assert [rate.key for rate in found.rates] == ["employment_rate"]
    parts = [(part.key, part.names.zh, part.rates[0].value) for part in found.parts]
    assert parts == [("806", "前鎮區", "100.00"), (None, "未登錄", "0.00")]
    months = asked(bureau, f"{YEAR}&rate=employment_rate&by=month").parts
    assert [month.names.zh for month in months][::11] == ["民國115年1月", "民國115年12月"]
    only = asked(bureau, f"{YEAR}&rate=employment_rate&district=806")
    assert (only.where, only.rates[0].denominator.count) == ({"district": "806"}, 1)


@pytest.mark.parametrize(
    "query",
    [
        "rate=happiness",
        "rate=employment_rate&by=fair",
        "by=horoscope",
        "district=%00",
        "employer=A123456789",
        "as_of=2026-03-17",
        "as_of=2026-03-15",
    ],
)
def test_what_cannot_be_told_is_refused_without_repeating_it(bureau: Bureau, query: str):
    answer = bureau.get(f"/v1/rates?{query}")
    assert answer.status_code == 422
    assert answer.json()["remedy"]
    assert "A123456789" not in answer.text


def test_a_figure_is_printed_as_it_was_on_an_earlier_day(bureau: Bureau):
    store(bureau, PLACED)
    store(bureau, replace(PLACED, placed_on=TODAY - timedelta(days=400)), days_ago=-2)
    later = replace(bureau.app, clock=lambda: NOON + timedelta(days=3))
    bureau.client.app.state.matcher = later

    def placed(query: str) -> int:
        return asked(bureau, f"{YEAR}&rate=employment_rate{query}").rates[0].numerator.count

    assert placed("") == 0
    days = [TODAY + timedelta(days=n) for n in range(4)]
    assert [placed(f"&as_of={day}") for day in days] == [1, 1, 0, 0]
    assert asked(bureau, f"as_of={TODAY}").as_of == TODAY.isoformat()
    later.engine.dispose()


def test_the_events_behind_a_figure_are_told_by_id_page_by_page(bureau: Bureau):
    path = f"/v1/rates/employment_rate/events?{YEAR}&side=denominator&limit=1"
    seen, after = [], 0
    while after is not None:
        answer = bureau.get(f"{path}&after={after}", role=Role.ANALYST)
        found = Evidence.model_validate(answer.json())
        assert found.rate.denominator.count == 2
        seen += [event.record for event in found.events]
        after = found.after
    assert seen == ["S-1", "S-2"]
    assert "王" not in answer.text
    assert bureau.get(f"/v1/rates/happiness/events?{YEAR}&side=numerator").status_code == 422


def test_a_fair_has_its_own_rates(bureau: Bureau):
    fair = JobFair(id="F-1", name="七月徵才", held_on=date(2019, 7, 27), type=FairType.JOINT)
    resumes = [
        FairResume(
            id=f"R-{n}",
            fair_id="F-1",
            handed_in_at=fair.held_on,
            handed_in_on_behalf=n < 9,
            matched=n >= 25,
        )
        for n in range(83)
    ]
    store(bureau, fair, *resumes)
    answer = bureau.get("/v1/fairs/F-1/rates", role=Role.ANALYST)
    found = FairRates.model_validate(answer.json())
    assert (found.rates[0].key, found.rates[0].value) == ("on_site_match_rate", "78.38")
    assert (found.fair.held_on_roc, found.fair.type) == ("民國108年7月27日", "joint")
    assert bureau.get("/v1/fairs/F-9/rates").status_code == 404

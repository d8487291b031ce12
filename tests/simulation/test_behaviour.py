from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from matcher.entities import Programme
from matcher.simulation import simulate
from matcher.simulation.firms import draw_employers, draw_vacancies
from matcher.simulation.people import Seekers, draw_seekers
from matcher.simulation.preferences import Preferences
from matcher.simulation.trades import load_trades
from tests.simulation.conftest import REFERENCE, START, Year

END = START + timedelta(days=364)


def test_the_totals_are_those_of_the_files(year: Year) -> None:
    totals = year.totals
    assert totals.seekers == len(year["seekers"])
    assert totals.employers == len(year["employers"])
    assert totals.openings == sum(int(row["openings"]) for row in year["vacancies"])
    assert totals.placed_seekers == len({row["seeker_id"] for row in year["placements"]})
    assert totals.openings_filled == sum(int(r["openings_filled"]) for r in year["hire_reports"])
    own = [row for row in year["fair_resumes"] if row["handed_in_on_behalf"] == "0"]
    matched = sum(row["matched"] == "1" for row in own)
    assert totals.on_site_match_rate == matched / len(own)


def test_hires_never_exceed_the_openings(year: Year) -> None:
    filled: Counter[str] = Counter()
    for row in year["hire_reports"]:
        assert int(row["openings_filled"]) >= 1
        filled[row["vacancy_id"]] += int(row["openings_filled"])
    vacancies = year.by_id("vacancies")
    assert all(count <= int(vacancies[v]["openings"]) for v, count in filled.items())
    assert any(count == int(vacancies[v]["openings"]) for v, count in filled.items())
    hired = Counter(row["vacancy_id"] for row in year["placements"] if row["vacancy_id"])
    assert all(count <= int(vacancies[v]["openings"]) for v, count in hired.items())


def test_nobody_is_referred_before_both_exist_or_twice_to_the_same_place(year: Year) -> None:
    seekers, vacancies = year.by_id("seekers"), year.by_id("vacancies")
    pairs = set()
    for row in year["referrals"]:
        vacancy = vacancies[row["vacancy_id"]]
        assert row["made_on"] >= seekers[row["seeker_id"]]["registered_on"]
        assert vacancy["posted_on"] <= row["made_on"] <= vacancy["closes_on"]
        assert not vacancy["closed_on"] or row["made_on"] <= vacancy["closed_on"]
        pairs.add((row["seeker_id"], row["vacancy_id"]))
    assert len(pairs) == len(year["referrals"])


def test_a_slate_shows_up_to_ten_different_vacancies_that_were_open(year: Year) -> None:
    seekers, vacancies = year.by_id("seekers"), year.by_id("vacancies")
    for row in year["impressions"]:
        day, items = row["shown_at"][:10], row["items"].split("|")
        assert 1 <= len(items) == len(set(items)) <= 10
        assert seekers[row["seeker_id"]]["registered_on"] <= day
        assert date.fromisoformat(day).weekday() < 5
        for item in items:
            assert vacancies[item]["posted_on"] <= day <= vacancies[item]["closes_on"]


def test_counter_referrals_were_on_a_slate_that_day_and_fair_ones_matched(year: Year) -> None:
    shown = {
        (row["shown_at"][:10], row["seeker_id"], item)
        for row in year["impressions"]
        for item in row["items"].split("|")
    }
    fairs = {row["id"]: row["held_on"] for row in year["fairs"]}
    matched = {
        (fairs[r["fair_id"]], r["seeker_id"]) for r in year["fair_resumes"] if r["matched"] == "1"
    }
    for row in year["referrals"]:
        if row["channel"] == "fair":
            assert (row["made_on"], row["seeker_id"]) in matched
        else:
            assert (row["made_on"], row["seeker_id"], row["vacancy_id"]) in shown


def test_outcomes_follow_the_referral_in_order_and_end_once(year: Year) -> None:
    made = {row["id"]: row["made_on"] for row in year["referrals"]}
    steps: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in year["outcomes"]:
        steps[row["referral_id"]].append((row["happened_on"], row["outcome"]))
    for referral, course in steps.items():
        outcomes = [outcome for _, outcome in course]
        assert course[0][0] > made[referral]
        assert [day for day, _ in course] == sorted(day for day, _ in course)
        assert "interviewed" not in outcomes[1:]
        assert len(outcomes) <= (2 if outcomes[0] == "interviewed" else 1)
        assert "hired" not in outcomes[:1]


def test_a_hire_of_a_referred_person_is_a_placement_and_the_other_way_round(year: Year) -> None:
    hired = {
        (row["referral_id"], row["happened_on"])
        for row in year["outcomes"]
        if row["outcome"] == "hired"
    }
    placed = {
        (row["referral_id"], row["placed_on"]) for row in year["placements"] if row["referral_id"]
    }
    assert hired == placed
    by_themselves = [row for row in year["placements"] if not row["referral_id"]]
    assert by_themselves
    assert not any(row["vacancy_id"] for row in by_themselves)


def test_who_is_placed_is_placed_once_and_looks_no_further(year: Year) -> None:
    placed = {row["seeker_id"]: row["placed_on"] for row in year["placements"]}
    assert len(placed) == len(year["placements"])
    for row in year["seekers"]:
        assert (row["status"] == "placed") == (row["id"] in placed)
    for row in year["referrals"]:
        assert row["made_on"] <= placed.get(row["seeker_id"], row["made_on"])


def test_booths_belong_to_employers_that_were_hiring_and_resumes_go_to_booths(year: Year) -> None:
    held = {row["id"]: row["held_on"] for row in year["fairs"]}
    booth = {(row["fair_id"], row["number"]): row["employer_id"] for row in year["booths"]}
    vacancies = year.by_id("vacancies")
    posted = defaultdict(list)
    for row in vacancies.values():
        posted[row["employer_id"]].append((row["posted_on"], row["closes_on"]))
    for (fair, _), employer in booth.items():
        assert any(first <= held[fair] <= last for first, last in posted[employer])
    for row in year["fair_resumes"]:
        employer = booth[row["fair_id"], row["booth_number"]]
        if row["vacancy_id"]:
            assert vacancies[row["vacancy_id"]]["employer_id"] == employer
        assert not (row["handed_in_on_behalf"] == row["matched"] == "1")
    assert any(not row["seeker_id"] for row in year["fair_resumes"])


def test_a_stock_is_left_for_the_day_after_the_year(year: Year) -> None:
    filled: Counter[str] = Counter()
    for row in year["hire_reports"]:
        filled[row["vacancy_id"]] += int(row["openings_filled"])
    still_open = [
        row
        for row in year["vacancies"]
        if row["closes_on"] > END.isoformat()
        and not row["closed_on"]
        and int(row["openings"]) > filled[row["id"]]
    ]
    assert len(still_open) > 0.03 * len(year["vacancies"])
    assert sum(row["status"] == "active" for row in year["seekers"]) > 0.05 * len(year["seekers"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rates_of_a_small_bureau_are_like_those_of_the_city(tmp_path: Path, seed: int) -> None:
    totals = simulate(seekers=1000, seed=seed, start=START, out=tmp_path, reference=REFERENCE)
    assert 0.46 < totals.employment_rate < 0.62
    assert 0.52 < totals.fill_rate < 0.76
    assert 1.4 < totals.openings_per_seeker < 2.9
    assert 0.30 < totals.on_site_match_rate < 0.64
    assert 0 < totals.placed_by_referral < totals.placements


def with_columns(seekers: Seekers, **columns: object) -> Seekers:
    fields = {name: getattr(seekers, name) for name in Seekers.__slots__}
    return Seekers(**{**fields, **columns})


def test_hidden_preferences_know_neither_sex_nor_age() -> None:
    trades, rng = load_trades(), np.random.default_rng(1)
    people = draw_seekers(rng, count=200, start=START, trades=trades, reference=REFERENCE)
    firms = draw_employers(rng, seekers=200, trades=trades, reference=REFERENCE)
    jobs = draw_vacancies(rng, firms, start=START, trades=trades, reference=REFERENCE)
    others = with_columns(people, female=~people.female, age=people.age + 20)
    s = np.arange(200)
    v = np.arange(200) % len(jobs)
    one, other = (
        Preferences.build(p, jobs, trades=trades, reference=REFERENCE, seed=1)
        for p in (people, others)
    )
    assert np.array_equal(one.mutual(s, v), other.mutual(s, v))


def test_a_lacking_licence_costs_and_the_taste_of_a_pair_stays() -> None:
    trades, rng = load_trades(), np.random.default_rng(1)
    people = draw_seekers(rng, count=300, start=START, trades=trades, reference=REFERENCE)
    firms = draw_employers(rng, seekers=300, trades=trades, reference=REFERENCE)
    jobs = draw_vacancies(rng, firms, start=START, trades=trades, reference=REFERENCE)
    asking = np.flatnonzero(jobs.licences)[:50]
    s = np.arange(len(asking))
    none = with_columns(people, licences=np.zeros_like(people.licences))
    every = with_columns(people, licences=np.full_like(people.licences, -1))
    worse, better, again = (
        Preferences.build(p, jobs, trades=trades, reference=REFERENCE, seed=1).of_employers(
            s, asking
        )
        for p in (none, every, every)
    )
    assert np.all(worse < better)
    assert np.array_equal(better, again)


def test_steps_of_programmes_follow_each_other_as_people_are_placed(year: Year) -> None:
    services, seekers = year.by_id("services"), year.by_id("seekers")
    placed = {row["seeker_id"]: row["placed_on"] for row in reversed(year["placements"])}
    assert {row["programme"] for row in services.values()} == set(Programme)
    for row in services.values():
        person = row["seeker_id"]
        assert (person == "") == (row["step"] == "visit")
        if person:
            assert row["happened_on"] >= seekers[person]["registered_on"]
        if row["step"] in ("placed", "stable"):
            before = services[row["follows"]]
            assert before["seeker_id"] == person
            assert before["happened_on"] <= row["happened_on"]
        if row["step"] == "placed":
            assert row["happened_on"] == placed[person]
    assert all(START <= date.fromisoformat(row["happened_on"]) <= END for row in services.values())

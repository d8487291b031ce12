from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from matcher.compliance.wages import in_force, read_wages
from matcher.entities import Channel, Education, Employment, Outcome, SeekerStatus, Shift
from matcher.errors import InvalidInputError
from matcher.simulation import simulate
from matcher.simulation.ledger import COLUMNS
from tests.simulation.conftest import REFERENCE, SEEKERS, START, Year

END = START + timedelta(days=364)
LANGUAGES = {"zh", "en", "vi", "id", "th"}
FORMATS = Path(__file__).parents[2] / "data" / "formats.md"


def documented_columns(kind: str) -> set[str]:
    """The words of the kind's paragraph before any bracket, as `data/formats.md` lists them."""
    paragraph = FORMATS.read_text(encoding="utf-8").split(f"### {kind}\n")[1].split("\n#")[0]
    bare = re.sub(r"\([^()]*\)", "", paragraph.split("\n\n")[0].split(". ")[0])
    return {word.strip(" *.\n") for word in bare.split(",")}


@pytest.mark.parametrize("kind", sorted(set(COLUMNS) - {"oracle"}))
def test_the_columns_are_those_of_the_documented_formats(year: Year, kind: str) -> None:
    assert year[kind], kind
    assert set(year[kind][0]) <= documented_columns(kind)


def test_ids_are_unique_and_short(year: Year) -> None:
    for kind in set(COLUMNS) - {"oracle", "booths", "outcomes", "protected"}:
        ids = [row["id"] for row in year[kind]]
        assert len(ids) == len(set(ids)), kind
        assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,32}", i) for i in ids), kind
    for kind, key in (("booths", ("fair_id", "number")), ("outcomes", ("referral_id", "outcome"))):
        keys = [tuple(row[k] for k in key) for row in year[kind]]
        assert len(keys) == len(set(keys)), kind


@pytest.mark.parametrize(
    ("kind", "column", "target"),
    [
        ("protected", "seeker_id", "seekers"),
        ("vacancies", "employer_id", "employers"),
        ("booths", "fair_id", "fairs"),
        ("booths", "employer_id", "employers"),
        ("fair_resumes", "fair_id", "fairs"),
        ("fair_resumes", "seeker_id", "seekers"),
        ("fair_resumes", "vacancy_id", "vacancies"),
        ("impressions", "seeker_id", "seekers"),
        ("impressions", "items", "vacancies"),
        ("referrals", "seeker_id", "seekers"),
        ("referrals", "vacancy_id", "vacancies"),
        ("outcomes", "referral_id", "referrals"),
        ("placements", "seeker_id", "seekers"),
        ("placements", "vacancy_id", "vacancies"),
        ("placements", "referral_id", "referrals"),
        ("hire_reports", "vacancy_id", "vacancies"),
    ],
)
def test_what_a_file_refers_to_exists(year: Year, kind: str, column: str, target: str) -> None:
    known = set(year.by_id(target))
    used = {item for row in year[kind] for item in row[column].split("|") if item}
    assert used
    assert used <= known


def test_seekers_hold_valid_values(year: Year) -> None:
    for row in year["seekers"]:
        assert START <= date.fromisoformat(row["registered_on"]) <= END
        assert row["language"] in LANGUAGES
        assert row["status"] in set(SeekerStatus)
        assert row["pay_floor_basis"] in {"month", "hour", ""}
        assert row["pay_floor"] == "" or int(row["pay_floor"]) > 0
        assert row["commute_km"] == "" or 0 < float(row["commute_km"]) < 100
        assert row["district"] in {"", *REFERENCE.districts}
        assert {*filter(None, row["districts_wanted"].split("|"))} <= set(REFERENCE.districts)
        assert_common(row)
    numbers = [row["id_number"] for row in year["seekers"]]
    assert len(numbers) == len(set(numbers)) == SEEKERS


def test_no_vacancy_pays_less_than_the_minimum_on_its_last_day(year: Year) -> None:
    wages = read_wages(REFERENCE.folder)
    lowest = []
    for row in year["vacancies"]:
        if row["pay_low"]:
            minimum = in_force(wages, date.fromisoformat(row["closes_on"]))
            # Pay by the hour sometimes stands in the field for the month: no month pays so little.
            hourly = row["pay_basis"] == "hour" or int(row["pay_low"]) < 1_000
            lowest.append(int(row["pay_low"]) - (minimum.hour if hourly else minimum.month))
    assert min(lowest) == 0


def test_vacancies_hold_valid_values(year: Year) -> None:
    for row in year["vacancies"]:
        posted, closes = (date.fromisoformat(row[c]) for c in ("posted_on", "closes_on"))
        assert START <= posted <= END
        assert timedelta(days=30) <= closes - posted <= timedelta(days=60)
        assert int(row["openings"]) >= 1
        assert row["place"] in REFERENCE.places
        assert row["pay_basis"] in {"month", "hour", ""}
        assert row["pay_disclosed"] in {"yes", "no", ""}
        if row["pay_disclosed"] != "yes":
            assert row["pay_low"] == row["pay_high"] == ""
        elif row["pay_high"]:
            assert int(row["pay_high"]) >= int(row["pay_low"]) > 0
        if row["closed_on"]:
            assert posted <= date.fromisoformat(row["closed_on"]) <= END
        assert row["language"] in LANGUAGES
        assert_common(row)


def assert_common(row: dict[str, str]) -> None:
    education = {level.name.lower() for level in Education}
    shifts = {str(shift.name).lower() for shift in Shift}
    kinds = {str(kind.name).lower() for kind in Employment}
    assert row["occupation"] == "" or row["occupation"] in REFERENCE.occupations
    assert row["education"] in {"", *education}
    assert {*filter(None, row["shifts"].split("|"))} <= shifts
    assert {*filter(None, row["employment"].split("|"))} <= kinds
    assert {*filter(None, row["licences"].split("|"))} <= {"none", *REFERENCE.licences}
    assert {*filter(None, row["languages"].split("|"))} <= {"none", *REFERENCE.languages}
    assert row["experience_years"] == "" or 0 <= float(row["experience_years"]) <= 60


def test_every_event_is_dated_within_the_year(year: Year) -> None:
    dated = {
        "fairs": "held_on",
        "fair_resumes": "handed_in_at",
        "impressions": "shown_at",
        "referrals": "made_on",
        "outcomes": "happened_on",
        "placements": "placed_on",
        "hire_reports": "reported_on",
    }
    for kind, column in dated.items():
        for row in year[kind]:
            assert START <= date.fromisoformat(row[column][:10]) <= END, kind


def test_event_words_are_known(year: Year) -> None:
    assert {row["outcome"] for row in year["outcomes"]} == set(Outcome)
    assert {row["channel"] for row in year["referrals"]} == {"counsellor", "kiosk", "fair"}
    assert {row["channel"] for row in year["impressions"]} <= set(Channel)
    assert {row["policy"] for row in year["impressions"]} == {"newest_first", "keyword"}
    assert {row["handed_in_on_behalf"] for row in year["fair_resumes"]} <= {"0", "1"}


def test_protected_attributes_are_only_in_their_own_file(year: Year) -> None:
    protected = set(year["protected"][0]) - {"seeker_id"}
    for kind in set(COLUMNS) - {"protected", "oracle"}:
        assert not protected & set(year[kind][0]), kind
    assert {row["sex"] for row in year["protected"]} <= {"female", "male", "other"}
    groups = {g for row in year["protected"] for g in row["special_groups"].split("|")}
    documented = set(re.findall(r"[a-z_]+", FORMATS.read_text("utf-8").split("groups (list:")[1]))
    assert groups - {"none"} <= documented
    assert {"middle_aged", "new_immigrant", "none"} <= groups


def test_texts_come_in_five_languages_mostly_chinese(year: Year) -> None:
    written = Counter(row["language"] for row in year["seekers"] if row["text"])
    assert set(written) == LANGUAGES
    assert 0.7 < written["zh"] / written.total() < 0.9
    posted = Counter(row["language"] for row in year["vacancies"])
    assert posted["zh"] / posted.total() > 0.9
    assert len(posted) > 1


def test_much_is_unknown_as_in_life(year: Year) -> None:
    def unknown(kind: str, column: str) -> float:
        return sum(not row[column] for row in year[kind]) / len(year[kind])

    assert 0.10 < unknown("seekers", "commute_km") < 0.20
    assert 0.06 < unknown("seekers", "pay_floor") < 0.14
    assert 0.14 < unknown("seekers", "licences") < 0.26
    hidden = sum(row["pay_disclosed"] == "no" for row in year["vacancies"])
    assert 0.04 < hidden / len(year["vacancies"]) < 0.13
    assert any(row["pay_basis"] == "hour" for row in year["vacancies"])


def test_the_folder_says_that_it_is_simulated_and_hides_the_oracle(year: Year) -> None:
    readme = (year.folder / "README.txt").read_text(encoding="utf-8")
    assert "模擬" in readme
    assert "simulated" in readme
    assert not (year.folder / "oracle.csv").exists()
    pairs = [(row["seeker_id"], row["vacancy_id"]) for row in year["hidden/oracle"]]
    assert len(pairs) == len(set(pairs)) > 1000
    assert all(float(row["utility"]) < 0 for row in year["hidden/oracle"])


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("two", 3), ("three", 4)):
        simulate(seekers=60, seed=seed, start=START, out=tmp_path / name, reference=REFERENCE)

    def content(name: str) -> dict[str, bytes]:
        files = (tmp_path / name).rglob("*.*")
        return {str(f.relative_to(tmp_path / name)): f.read_bytes() for f in sorted(files)}

    assert len(content("one")) == len(COLUMNS) + 1
    assert content("one") == content("two")
    assert content("one")["seekers.csv"] != content("three")["seekers.csv"]


def test_progress_runs_to_the_end_step_by_step(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulate(
        seekers=20,
        seed=1,
        start=START,
        out=tmp_path,
        reference=REFERENCE,
        progress=lambda done, steps: told.append((done, steps)),
    )
    assert [done for done, _ in told] == list(range(1, told[0][1] + 1))


@pytest.mark.parametrize(("seekers", "seed"), [(0, 1), (1_000_001, 1), (10, -1)])
def test_what_cannot_be_simulated_is_refused(tmp_path: Path, seekers: int, seed: int) -> None:
    with pytest.raises(InvalidInputError) as refused:
        simulate(seekers=seekers, seed=seed, start=START, out=tmp_path, reference=REFERENCE)
    assert refused.value.remedy
    assert not list(tmp_path.iterdir())


def test_one_seeker_makes_a_year_too(tmp_path: Path) -> None:
    totals = simulate(seekers=1, seed=1, start=START, out=tmp_path, reference=REFERENCE)
    assert totals.seekers == 1
    assert 1 <= totals.fairs <= 4

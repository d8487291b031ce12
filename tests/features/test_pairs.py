"""The features of a pair are the same whichever side asks, and unknown is NaN, never a guess."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.artifacts.index import load_columns, save_columns
from matcher.entities import JobSeeker, Pay, PayBasis, PayFlag, Shift, Vacancy
from matcher.features.columns import (
    SeekerColumns,
    VacancyColumns,
    day_number,
    occupations_of,
    seeker_columns,
    vacancy_columns,
)
from matcher.features.pairs import FEATURE_NAMES, build_rows, distance_km
from matcher.features.text import encoder_text
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

SEEKER = JobSeeker(id="S1", registered_on=TODAY)
VACANCY = Vacancy(id="V1", employer_id="E1", title="職缺", openings=3, posted_on=TODAY)


def rows(people: list[JobSeeker], jobs: list[Vacancy]):
    them = seeker_columns(people, REFERENCE, LEXICON)
    those = vacancy_columns([(j, j.openings) for j in jobs], REFERENCE, LEXICON)
    return build_rows(
        them,
        those,
        similarity=np.full(max(len(people), len(jobs)), 0.9, np.float32),
        title_similarity=np.full(max(len(people), len(jobs)), np.nan, np.float32),
        distance_km=distance_km(them, those, REFERENCE.distances_km),
        today=day_number(TODAY),
    )


def features(person: JobSeeker, job: Vacancy) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, rows([person], [job])[0].tolist(), strict=True))


@given(seekers(), st.lists(vacancies(), min_size=1, max_size=6))
def test_a_list_for_a_seeker_has_the_features_of_each_pair_alone(person, jobs):
    together = rows([person], jobs)
    alone = np.concatenate([rows([person], [job]) for job in jobs])
    np.testing.assert_array_equal(together, alone)


@given(st.lists(seekers(), min_size=1, max_size=6), vacancies())
def test_a_list_for_a_vacancy_has_the_features_of_each_pair_alone(people, job):
    together = rows(people, [job])
    alone = np.concatenate([rows([person], [job]) for person in people])
    np.testing.assert_array_equal(together, alone)


def test_what_is_unknown_is_nan():
    found = features(SEEKER, VACANCY)
    known = {"similarity", "licences_mentioned_held", "age_days", "openings_left"}
    known.add("sent_per_opening")
    assert {name for name, value in found.items() if not np.isnan(value)} == known


@pytest.mark.parametrize(
    ("one", "other", "closeness"),
    [("5120", "5120", 1.0), ("5120", "5131", 0.5), ("5120", "8344", 0.0), ("51", "5120", 0.5)],
)
def test_occupations_are_close_as_far_as_the_classification_says(one, other, closeness):
    found = features(replace(SEEKER, occupation=one), replace(VACANCY, occupation=other))
    assert found["occupation_closeness"] == closeness


def test_distance_counts_from_home_else_from_the_nearest_wanted_district():
    there = replace(VACANCY, place="812")
    table, row = REFERENCE.distances_km, REFERENCE.place_rows
    from_home = features(replace(SEEKER, district="806", districts_wanted=("812",)), there)
    assert from_home["distance_km"] == table[row["806"], row["812"]]
    nearest = features(replace(SEEKER, districts_wanted=("842", "806")), there)
    assert nearest["distance_km"] == table[row["806"], row["812"]]


def test_pay_is_compared_in_one_basis_only_and_never_when_flagged():
    wish = replace(SEEKER, pay_floor=32_000)
    monthly = Pay(basis=PayBasis.MONTH, low=30_000, high=36_000, disclosed=True)
    assert features(wish, replace(VACANCY, pay=monthly))["pay_margin"] == 0.125
    hourly = replace(monthly, basis=PayBasis.HOUR)
    flagged = replace(monthly, flag=PayFlag.DAILY_IN_MONTHLY_FIELD)
    for pay in (hourly, flagged, Pay()):
        assert np.isnan(features(wish, replace(VACANCY, pay=pay))["pay_margin"])


def test_a_licence_that_the_text_speaks_of_is_a_hint_only_for_who_holds_it():
    holder = replace(SEEKER, licences=("forklift",))
    speaks_of_it = replace(VACANCY, text="需會開堆高機")
    assert features(holder, speaks_of_it)["licences_mentioned_held"] == 1
    assert features(SEEKER, speaks_of_it)["licences_mentioned_held"] == 0
    both = features(holder, replace(speaks_of_it, licences=("forklift",)))
    assert (both["licences_required_held"], both["licences_mentioned_held"]) == (1, 0)


def test_shifts_fit_when_any_is_shared():
    by_day = replace(SEEKER, shifts=Shift.DAY | Shift.EVENING)
    assert features(by_day, replace(VACANCY, shifts=Shift.DAY))["shift_fit"] == 1
    assert features(by_day, replace(VACANCY, shifts=Shift.NIGHT))["shift_fit"] == 0


def test_no_column_and_no_feature_is_a_protected_attribute():
    protected = ("sex", "birth", "age_of", "group", "name", "digest", "race", "marri")
    names = [f.name for f in (*fields(SeekerColumns), *fields(VacancyColumns))]
    for name in (*names, *FEATURE_NAMES):
        assert not any(word in name for word in protected), name


def test_the_encoder_reads_the_work_and_never_the_person():
    person = replace(
        SEEKER, name="王小明", title="倉管", text="會盤點", district="806", licences=("forklift",)
    )
    text = encoder_text(person, REFERENCE, LEXICON)
    assert (text.splitlines()[0], text.splitlines()[2:]) == ("倉管", ["堆高機操作", "會盤點"])
    assert "小明" not in text
    assert "前鎮" not in text


def test_work_words_of_any_language_reach_the_encoder_by_their_chinese_names():
    for words in ("找倉庫的工作", "tìm việc kho", "looking for warehouse work"):
        assert "倉儲" in encoder_text(replace(SEEKER, text=words), REFERENCE, LEXICON), words


def test_a_stated_occupation_stands_before_what_words_might_mean():
    cook = replace(SEEKER, title="倉管", occupation="5120")
    assert occupations_of(cook, LEXICON) == ("5120",)
    assert occupations_of(replace(cook, occupation=None), LEXICON)


def test_the_closest_of_several_occupations_counts():
    person = replace(SEEKER, text="倉庫或廚師都可以")
    read = occupations_of(person, LEXICON)
    assert len(read) >= 2
    for code in read:
        assert features(person, replace(VACANCY, occupation=code))["occupation_closeness"] == 1


def test_columns_survive_being_written_and_read(tmp_path):
    people = [SEEKER, replace(SEEKER, id="S2", occupation="83"), replace(SEEKER, text="倉庫或廚師")]
    jobs = [(VACANCY, 1), (replace(VACANCY, occupation="5", licences=("forklift",)), 2)]
    for columns in (
        seeker_columns(people, REFERENCE, LEXICON),
        vacancy_columns(jobs, REFERENCE, LEXICON),
    ):
        path = tmp_path / "columns.npz"
        save_columns(columns, path)
        read = load_columns(path, type(columns))
        for name, column in columns.arrays().items():
            np.testing.assert_array_equal(getattr(read, name), column, err_msg=name)
            assert getattr(read, name).dtype == column.dtype

"""Lists of past days, measured: nothing of the future is seen, and gains follow what happened."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update
from typer.testing import CliRunner

from matcher.bootstrap import App
from matcher.cli import app as command
from matcher.cli.figures import print_evaluation
from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.history import employer_hire_rates
from matcher.entities import (
    Employer,
    HireReport,
    JobSeeker,
    Outcome,
    Placement,
    ProtectedAttributes,
    SeekerStatus,
)
from matcher.errors import InvalidInputError, NotReadyError
from matcher.evaluation.baselines import score_pools
from matcher.evaluation.comparison import Judged, by_asker, judge
from matcher.evaluation.history import Course, Questions, RankerScore, Side, evaluation_window, gain
from matcher.features.columns import day_number
from matcher.features.vectors import Vectors
from matcher.jobs.evaluate import Evaluation, evaluate
from matcher.jobs.lookback import questions_of
from matcher.pipeline import match_vacancies
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from matcher.ranking.linear import LinearRanker
from matcher.retrieval.pool import Pool, Segment
from matcher.simulation import simulate
from tests.bureau import settings_in, untracked
from tests.jobs.past import (
    DAY,
    FAR,
    LATER,
    START,
    back,
    bureau_of,
    days,
    imported,
    morning,
    referred,
    slate,
    store,
    vacancy,
)
from tests.strategies import REFERENCE


def measured(app: App, **options: Any) -> Evaluation:
    options = {
        "people": 1_000, "ranker": LinearRanker(), "today": LATER, "track": untracked
    } | options  # fmt: skip
    return evaluate(app.engine, app.indexer, **options)


def asked(app: App, side: Side = Side.SEEKERS) -> Questions:
    return questions_of(back(app), side)


def gains(app: App, side: Side = Side.SEEKERS) -> dict[str, float]:
    """Candidates of the only question of that side with their gains."""
    questions = asked(app, side)
    assert len(questions) == 1
    chronicle = questions.chronicle
    listed = chronicle.vacancies if side == Side.SEEKERS else chronicle.seekers
    pools = questions.pools(range(1))
    return dict(zip((key.decode() for key in listed.ids[pools.items]), pools.gains, strict=True))


def test_only_what_was_open_on_the_day_is_a_candidate(tmp_path: Path, tiny_model: Path):
    records = [
        vacancy("V-future", posted_on=DAY + days(1)),
        vacancy("V-posted-today", posted_on=DAY),
        vacancy("V-expired", closes_on=DAY - days(1)),
        vacancy("V-last-day", closes_on=DAY),
        vacancy("V-closed", closed_on=DAY),
        vacancy("V-closed-later", closed_on=DAY + days(1)),
        vacancy("V-full", openings=2),
        HireReport(id="H-1", vacancy_id="V-full", reported_on=DAY - days(9), openings_filled=1),
        HireReport(id="H-2", vacancy_id="V-full", reported_on=DAY - days(1), openings_filled=1),
        vacancy("V-full-today", openings=1),
        HireReport(id="H-3", vacancy_id="V-full-today", reported_on=DAY, openings_filled=1),
    ]
    found = gains(bureau_of(tmp_path, tiny_model, records))
    assert set(found) == {"V-a", "V-posted-today", "V-last-day", "V-closed-later", "V-full-today"}


def test_openings_and_referrals_are_counted_as_of_the_day(tmp_path: Path, tiny_model: Path):
    records = [
        HireReport(id="H-1", vacancy_id="V-a", reported_on=DAY - days(1), openings_filled=1),
        HireReport(id="H-2", vacancy_id="V-a", reported_on=DAY, openings_filled=1),
    ]
    chronicle = back(bureau_of(tmp_path, tiny_model, records)).chronicle
    assert chronicle.vacancies_on(day_number(DAY)).openings_left.tolist() == [2]


def test_the_history_of_an_employer_is_that_of_the_days_before(tmp_path: Path, tiny_model: Path):
    records = [
        *referred("S-1", "V-a", DAY - days(9), hired=5),
        *referred("S-1", "V-b", DAY - days(9), interviewed=2, rejected=8),
        *referred("S-1", "V-c", DAY - days(9), declined=9),  # ends today: not known this morning
        *referred("S-1", "V-d", DAY - days(9), interviewed=1),  # goes on
        *referred("S-1", "V-e", DAY - days(9), hired_elsewhere=1),  # says nothing of the employer
        Employer(id="E-2", name="旗津海產"),
        vacancy("V-z", employer_id="E-2"),
    ]
    app = bureau_of(tmp_path, tiny_model, records, vacancies="abcde")
    chronicle = back(app).chronicle
    rates = chronicle.vacancies_on(day_number(DAY)).employer_hire_rate
    # One of two ended in a hire, and so did half of all.
    assert rates[:5].tolist() == pytest.approx([0.5] * 5)
    assert np.isnan(rates[5])
    with reading(app.engine) as connection:
        assert employer_hire_rates(connection, DAY) == {"E-1": pytest.approx(0.5)}
        assert employer_hire_rates(connection, DAY - days(3)) == {"E-1": pytest.approx(1.0)}
        assert employer_hire_rates(connection, DAY - days(4)) == {}


def test_a_vacancy_asks_on_the_day_of_its_first_referral(tmp_path: Path, tiny_model: Path):
    records = [
        JobSeeker(id="S-2", registered_on=DAY - days(3)),
        JobSeeker(id="S-3", registered_on=DAY + days(1)),  # not there yet
        JobSeeker(id="S-4", registered_on=DAY - days(3), status=SeekerStatus.PLACED),
        Placement(id="P-4", seeker_id="S-4", placed_on=DAY),  # gone
        JobSeeker(id="S-5", registered_on=DAY - days(3), status=SeekerStatus.WITHDRAWN),
        *(slate(f"I-{key}", f"S-{key}", morning(DAY)) for key in (2, 3, 4, 5)),
        *referred("S-1", "V-a", DAY, hired=9),
        *referred("S-2", "V-a", DAY + days(2), interviewed=3, rejected=5),
    ]
    found = gains(bureau_of(tmp_path, tiny_model, records), Side.VACANCIES)
    assert found == {"S-1": 3, "S-2": 1, "S-5": 0}


def test_gains_follow_what_happened_in_time(tmp_path: Path, tiny_model: Path):
    records = [
        *referred("S-1", "V-a", DAY, interviewed=5, hired=60),
        *referred("S-1", "V-b", DAY, hired=61),
        *referred("S-1", "V-c", DAY, interviewed=3, hired_elsewhere=9),
        *referred("S-1", "V-d", DAY, interviewed=3, rejected=9),
        *referred("S-1", "V-e", DAY, declined=1),
        *referred("S-1", "V-f", DAY + days(REFERRED_WITHIN), hired=10),
        *referred("S-1", "V-g", DAY + days(REFERRED_WITHIN + 1), hired=10),
        *referred("S-1", "V-h", DAY - days(1), hired=10),  # nobody is sent a second time
    ]
    app = bureau_of(tmp_path, tiny_model, records, vacancies="abcdefghi")
    expected = {"a": 3, "b": 0, "d": 1, "e": 0, "f": 3, "g": 0, "i": 0}
    assert gains(app) == {f"V-{letter}": gain for letter, gain in expected.items()}


def test_of_two_referrals_of_a_pair_the_hire_counts(tmp_path: Path, tiny_model: Path):
    records = [
        *referred("S-1", "V-a", DAY, hired_elsewhere=9),
        *referred("S-1", "V-a", DAY + days(3), hired=9),
        *referred("S-1", "V-b", DAY, interviewed=9),
        *referred("S-1", "V-b", DAY + days(3), hired_elsewhere=9),
        *referred("S-1", "V-c", DAY, interviewed=9),
        *referred("S-1", "V-c", DAY + days(3), no_show=9),
    ]
    app = bureau_of(tmp_path, tiny_model, records, vacancies="abc")
    assert gains(app) == {"V-a": 3, "V-c": 1}


def test_every_list_of_a_day_in_taipei_is_a_question_and_a_day_only_one(
    tmp_path: Path, tiny_model: Path
):
    # 17:00 UTC is already the next day in Taipei.
    late = datetime(DAY.year, DAY.month, DAY.day, 17, tzinfo=UTC)
    records = [
        JobSeeker(id="S-2", registered_on=DAY),
        JobSeeker(id="S-3", registered_on=DAY),
        slate("I-0", "S-3", morning(DAY - days(7))),  # before the window of three days
        slate("I-2", "S-1", morning(DAY + days(1))),
        slate("I-4", "S-1", morning(DAY)),  # a second list of the same day
        slate("I-3", "S-2", late),
    ]
    questions = asked(bureau_of(tmp_path, tiny_model, records))
    people = questions.chronicle.seekers.ids[questions.asking].tolist()
    found = list(zip(people, questions.days.tolist(), strict=True))
    today = day_number(DAY)
    assert found == [(b"S-1", today), (b"S-1", today + 1), (b"S-2", today + 1)]
    assert questions.first.tolist() == [0, 2]


def test_a_person_counts_once_however_often_they_asked():
    lists = Judged(
        recall=np.array([1.0, 0.0, np.nan, 0.5]),
        ndcg=np.array([np.nan, np.nan, np.nan, 0.25]),
        reciprocal_rank=np.array([1.0, 1.0, 0.0, 0.0]),
        hit=np.array([1.0, 0.0, np.nan, 1.0]),
        slates=np.zeros((4, 10), np.int64),
    )
    told = by_asker(lists, np.array([3, 3, 3, 8]))
    assert told.recall.tolist() == [0.5, 0.5]
    assert np.isnan(told.ndcg[0])
    assert told.ndcg[1] == 0.25
    assert told.reciprocal_rank.tolist() == pytest.approx([2 / 3, 0])
    assert len(told.slates) == 4


def test_ties_are_by_id(tmp_path: Path, tiny_model: Path):
    questions = asked(bureau_of(tmp_path, tiny_model, [vacancy("V-B")], vacancies="cba"))
    pools = questions.pools(range(1))
    scores = score_pools(RankerScore(questions=questions, ranker=LinearRanker()), pools)
    assert len(set(scores.tolist())) == 1
    shown = judge(pools, scores).slates[0, :4]
    ids = questions.chronicle.vacancies.ids[shown].tolist()
    assert ids == [b"V-B", b"V-a", b"V-b", b"V-c"]


def test_a_single_placement_is_measured_without_an_interval(tmp_path: Path, tiny_model: Path):
    app = bureau_of(tmp_path, tiny_model, referred("S-1", "V-a", DAY, hired=9), vacancies="abc")
    evaluation = measured(app)
    comparison = evaluation.sides[0].comparison
    assert comparison is not None
    figures = {method.method: method for method in comparison.figures}
    assert figures["linear score"].recall.value == 1
    assert np.isnan(figures["linear score"].recall.low)
    assert not evaluation.simulated
    print_evaluation(evaluation)


def run(app: App, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `matcher evaluate` on that register."""
    for name in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(app.settings, name)))
    monkeypatch.setenv("MATCHER_DATABASE_URL", "")
    done = CliRunner().invoke(command, ["evaluate", *arguments])
    return done.exit_code, done.output


def test_an_all_negative_period_says_that_there_is_nothing_to_measure(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
):
    app = bureau_of(tmp_path, tiny_model, referred("S-1", "V-a", DAY, rejected=9))
    code, output = run(app, monkeypatch)
    assert code == 0
    assert "Nothing to measure" in output


def test_a_register_without_mature_slates_is_told_so(tmp_path: Path, tiny_model: Path):
    app = bureau_of(tmp_path, tiny_model, [])
    with writing(app.engine) as connection:
        connection.execute(delete(tables.hire_reports))
    with pytest.raises(NotReadyError):
        measured(app)


def test_a_day_is_mature_when_every_outcome_that_counts_is_recorded():
    needed = REFERRED_WITHIN + PLACED_WITHIN
    window = evaluation_window(100, 300, last_recorded=300)
    assert window is not None
    assert window.last == 300 - needed
    assert window.last - window.first + 1 == 32  # a quarter of the days 100 to 226
    assert evaluation_window(100, 300, last_recorded=99 + needed) is None
    single = evaluation_window(100, 300, last_recorded=100 + needed)
    assert single is not None
    assert (single.first, single.last) == (100, 100)


@given(st.dictionaries(st.sampled_from(Outcome), st.integers(0, 120)))
def test_what_happens_after_the_sixty_days_changes_no_gain(after: dict[Outcome, int]):
    in_time = {outcome: count for outcome, count in after.items() if count <= PLACED_WITHIN}
    told = gain(Course(seeker=0, vacancy=0, made_on=0, outcomes=after))
    assert told == gain(Course(seeker=0, vacancy=0, made_on=0, outcomes=in_time))
    if Outcome.HIRED in in_time:
        assert told == 3


@given(st.dictionaries(st.sampled_from(Outcome), st.integers(0, 120)), st.integers(0, 130))
def test_what_is_not_recorded_yet_changes_no_gain(after: dict[Outcome, int], as_of: int):
    known = {outcome: count for outcome, count in after.items() if count < as_of}
    course = Course(seeker=0, vacancy=0, made_on=0, outcomes=after)
    assert gain(course, as_of=as_of) == gain(replace(course, outcomes=known), as_of=as_of)


def test_a_referral_that_goes_on_is_not_held_a_failure_before_its_time():
    seen = Course(seeker=0, vacancy=0, made_on=0, outcomes={Outcome.INTERVIEWED: 3})
    assert gain(seen, as_of=PLACED_WITHIN) is None
    assert gain(seen, as_of=PLACED_WITHIN + 1) == 1
    refused = replace(seen, outcomes={Outcome.REJECTED: 3})
    assert gain(refused, as_of=4) == 0


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(seekers=300, seed=5, start=START, out=folder, reference=REFERENCE)
    return folder


@pytest.fixture(scope="module")
def simulated(register: Path, tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> App:
    return imported(tmp_path_factory.mktemp("bureau"), tiny_model, register)


@pytest.fixture(scope="module")
def outcome(simulated: App, register: Path) -> Evaluation:
    return measured(simulated, oracle=register / "hidden" / "oracle.csv")


def test_no_candidate_is_from_the_future_of_its_query(simulated: App):
    looked = back(simulated)
    records, questions = looked.records, questions_of(looked, Side.SEEKERS)
    assert len(questions) > 20
    for query in range(len(questions)):
        day = questions.days[query]
        for row in questions.candidates(query).tolist():
            found = records.vacancies[row]
            assert day_number(found.posted_on) <= day
            assert found.closed_on is None or day_number(found.closed_on) > day
            filled = sum(n for at, on, n in records.filled.tolist() if at == row and on < day)
            assert filled < found.openings


def test_deleting_what_came_after_the_days_changes_no_pool(
    simulated: App, tmp_path: Path, tiny_model: Path
):
    before = back(simulated)
    shutil.copytree(simulated.settings.var_dir, tmp_path / "var")
    app = App(settings_in(tmp_path, tiny_model))
    window = before.records.window
    last = START + days(window.last - day_number(START))
    reports = tables.hire_reports
    with writing(app.engine) as connection:
        connection.execute(
            delete(reports).where(reports.c.reported_on > last, reports.c.reported_on < FAR)
        )
        connection.execute(update(tables.job_seekers).values(status="withdrawn"))
    after = back(app)
    assert after.records.window == window
    one, other = (questions_of(looked, Side.SEEKERS) for looked in (before, after))
    for query in range(len(one)):
        assert (other.candidates(query) == one.candidates(query)).all()


def test_every_method_is_told_on_the_same_queries(outcome: Evaluation):
    assert [side.side for side in outcome.sides] == list(Side)
    for side in outcome.sides:
        told = side.comparison
        assert told is not None
        assert [method.method for method in told.figures] == [
            "random",
            "newest first",
            "popularity",
            "BM25",
            "embedding only",
            "linear score",
            "oracle",
        ]
        assert len({(m.ndcg.queries, m.ndcg.left_out) for m in told.figures}) == 1
        assert all(0 <= m.coverage.value <= 1 for m in told.figures)
        assert [lead.over for lead in told.leads][1:] == ["linear score"]
        assert told.figures[-1].ndcg.value > told.figures[0].ndcg.value


def test_the_command_says_that_the_register_is_simulated(
    simulated: App, register: Path, monkeypatch: pytest.MonkeyPatch
):
    oracle = register / "hidden" / "oracle.csv"
    code, output = run(simulated, monkeypatch, "--people", "120", "--oracle", str(oracle))
    assert code == 0
    assert "Simulated data" in output
    assert "120 of" in output
    assert "oracle - linear score" in output


def test_the_score_of_a_past_day_is_the_one_that_was_served(simulated: App):
    looked = back(simulated)
    questions, chronicle = questions_of(looked, Side.SEEKERS), looked.chronicle
    served_by = RankerScore(questions=questions, ranker=LinearRanker())
    for query in range(0, len(questions), 5):
        day, asking = int(questions.days[query]), questions.asking[[query]]
        vectors = chronicle.seeker_vectors
        served = match_vacancies(
            chronicle.seekers.take(asking),
            Vectors(vectors.texts[asking], vectors.titles[asking]),
            Pool.of(Segment.of(chronicle.vacancies_on(day), chronicle.vacancy_vectors)),
            ranker=LinearRanker(),
            reference=REFERENCE,
            today=day,
            k=len(chronicle.vacancies),
        )
        allowed = chronicle.vacancies_for(int(asking[0]), day)
        scores = served_by.scores(query, allowed)
        ids = [key.decode() for key in chronicle.vacancies.ids[allowed].tolist()]
        ours = {key: round(score, 4) for key, score in zip(ids, scores.tolist(), strict=True)}
        assert {c.id: c.score for c in served.candidates} == ours


def test_at_most_so_many_people_are_drawn_and_always_the_same(simulated: App):
    drawn = [back(simulated, people=10).records.seekers for _ in range(2)]
    assert len(drawn[0]) == 10
    assert drawn[0] == drawn[1]


def test_changed_protected_attributes_change_no_figure_of_a_list(
    simulated: App, outcome: Evaluation, register: Path, tmp_path: Path, tiny_model: Path
):
    shutil.copytree(simulated.settings.var_dir, tmp_path / "var")
    app = App(settings_in(tmp_path, tiny_model))
    with (register / "protected.csv").open(encoding="utf-8", newline="") as file:
        people = [row["seeker_id"] for row in csv.DictReader(file)]
    born = date(1950, 1, 1)
    store(app, [ProtectedAttributes(seeker_id=p, sex="other", birth_date=born) for p in people])
    changed = measured(app, oracle=register / "hidden" / "oracle.csv")
    for after, before in zip(changed.sides, outcome.sides, strict=True):
        assert after.comparison is not None
        assert before.comparison is not None
        if after.side == Side.SEEKERS:
            assert after.comparison.impacts != before.comparison.impacts
        same = replace(after.comparison, impacts=before.comparison.impacts)
        assert repr(same) == repr(before.comparison)


def test_an_oracle_is_refused_where_it_does_not_belong(
    simulated: App, register: Path, tmp_path: Path, tiny_model: Path
):
    with pytest.raises(InvalidInputError):
        measured(simulated, oracle=register / "referrals.csv")
    real = bureau_of(tmp_path, tiny_model, [])
    with pytest.raises(InvalidInputError):
        measured(real, oracle=register / "hidden" / "oracle.csv")

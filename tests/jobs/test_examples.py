"""Training examples are the pairs as they were served, and know nothing of what came later."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select

from matcher.bootstrap import App
from matcher.db import tables
from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import (
    Channel,
    HireReport,
    Impression,
    JobSeeker,
)
from matcher.features.columns import EPOCH, day_number
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.vectors import Vectors
from matcher.jobs.examples import DRAWN, TrainingSet, training_set
from matcher.jobs.lookback import Lookback, referrals_between
from matcher.jobs.records import ShownList
from matcher.pipeline import match_vacancies
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from matcher.ranking.ranker import Ranker
from matcher.retrieval.pool import Pool, Segment
from matcher.service.clock import day_of
from matcher.simulation import simulate
from tests.bureau import NOON, Bureau, publish_index, settings_in
from tests.jobs.past import (
    DAY,
    START,
    back,
    bureau_of,
    days,
    imported,
    morning,
    referred,
    store,
    vacancy,
)
from tests.rankers import Recorder, small_ranker
from tests.strategies import REFERENCE

FIRST = DAY - days(100)
EVE = DAY - days(25)
"""First day of the window: of the 101 days with lists, the last quarter is evaluated."""
LIST = EVE - days(PLACED_WITHIN + 2)


def learnt(looked: Lookback) -> TrainingSet:
    return training_set(looked, lambda _done, _total: None)


def recomputed(looked: Lookback, seeker: int, ids: Sequence[str], day: int) -> np.ndarray:
    known = looked.chronicle.vacancies.ids
    rows = np.searchsorted(known, np.array([key.encode() for key in ids], "S32"))
    return looked.chronicle.rows(np.array([seeker]), rows, day)


def served(looked: Lookback, seeker: int, day: int, ranker: Ranker) -> list[str]:
    """Ids of the list that the pipeline makes of that day, best first."""
    chronicle, one = looked.chronicle, np.array([seeker])
    vectors = chronicle.seeker_vectors
    matches = match_vacancies(
        chronicle.seekers.take(one),
        Vectors(vectors.texts[one], vectors.titles[one]),
        Pool.of(Segment.of(chronicle.vacancies_on(day), chronicle.vacancy_vectors)),
        ranker=ranker,
        reference=REFERENCE,
        today=day,
        k=len(chronicle.vacancies),
    )
    return [candidate.id for candidate in matches.candidates]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> App:
    register = tmp_path_factory.mktemp("simulated")
    simulate(seekers=400, seed=5, start=START, out=register, reference=REFERENCE)
    return imported(tmp_path_factory.mktemp("bureau"), tiny_model, register)


@pytest.fixture(scope="module")
def looked(simulated: App) -> Lookback:
    return back(simulated)


def lists_up_to_the_window_of(looked: Lookback) -> list[ShownList]:
    return [shown for shown in looked.records.lists if shown.day <= looked.records.window.last]


def test_what_the_pipeline_served_is_recomputed_to_the_byte(looked: Lookback):
    pairs = 0
    for shown in lists_up_to_the_window_of(looked)[::5]:
        recorder = Recorder()
        ids = served(looked, shown.seeker, shown.day, recorder)
        again = recomputed(looked, shown.seeker, ids, shown.day)
        assert again.tobytes() == recorder.rows.tobytes()
        pairs += len(ids)
    assert pairs > 1_000


def test_scores_of_a_trained_ranker_are_recomputed_exactly(looked: Lookback):
    ranker = small_ranker()
    for shown in lists_up_to_the_window_of(looked)[::100]:
        recorder = Recorder(ranker)
        ids = served(looked, shown.seeker, shown.day, recorder)
        again = ranker.scores(recomputed(looked, shown.seeker, ids, shown.day))
        assert again.tolist() == sorted(recorder.scored.tolist(), reverse=True)


def test_rows_of_the_running_service_are_recomputed_to_the_byte(bureau: Bureau):
    """Of people and vacancies with and without a title, and employers with and without a past."""
    app = bureau.app
    today = day_of(NOON)
    store(
        app,
        [
            JobSeeker(id="S-3", registered_on=today, text="洗碗 掃地"),
            vacancy("V-4", title="", text="洗碗工", posted_on=today - days(9), employer_id="E-2"),
            vacancy("V-5", posted_on=today - days(9), openings=7),
            HireReport(id="H-1", vacancy_id="V-5", reported_on=today - days(2), openings_filled=3),
            *referred("S-2", "V-1", today - days(30), hired=9),
            *referred("S-1", "V-1", today - days(30), rejected=9),
        ],
    )
    publish_index(app)
    app.sync()
    found: dict[str, tuple[list[str], np.ndarray]] = {}
    for seeker in ("S-1", "S-2", "S-3"):
        app.champion._ranker = recorder = Recorder(small_ranker())
        slate = app.lists.for_seeker(seeker, k=50, channel=Channel.COUNSELLOR)
        ids = [line.candidate.id for line in slate.lines]
        assert len(ids) == len(recorder.rows) >= 3
        found[seeker] = ids, recorder.rows[np.argsort(-recorder.scored, kind="stable")]
    far = today + days(REFERRED_WITHIN + PLACED_WITHIN + 1)
    store(app, [HireReport(id="H-far", vacancy_id="V-3", reported_on=far, openings_filled=1)])
    looked = back(app)
    for row, (ids, rows) in enumerate(found.values()):
        assert recomputed(looked, row, ids, day_number(today)).tobytes() == rows.tobytes()
    title, rate = (FEATURE_NAMES.index(n) for n in ("title_similarity", "employer_hire_rate"))
    every = np.concatenate([rows for _, rows in found.values()])
    for column in (title, rate):
        assert 0 < np.isnan(every[:, column]).sum() < len(every)


def test_rows_served_from_a_whole_register_are_recomputed_to_the_byte(
    simulated: App, tmp_path: Path, tiny_model: Path
):
    """Given the means of the index: those of all that ever was open are others."""
    shutil.copytree(simulated.settings.var_dir, tmp_path / "var")
    now = datetime(2026, 3, 18, 4, tzinfo=UTC)
    today = day_of(now)
    app = App(settings_in(tmp_path, tiny_model), clock=lambda: now)
    publish_index(app)
    app.live.load_newest()
    people = app.live.snapshot.index.seekers.base.columns.ids.tolist()
    found: dict[str, tuple[list[str], np.ndarray]] = {}
    for seeker in (key.decode() for key in people):
        app.champion._ranker = recorder = Recorder()
        slate = app.lists.for_seeker(seeker, k=200, channel=Channel.COUNSELLOR)
        assert len(slate.lines) == len(recorder.rows)
        found[seeker] = [line.candidate.id for line in slate.lines], recorder.rows
    assert sum(len(rows) for _, rows in found.values()) > 500
    far = today + days(REFERRED_WITHIN + PLACED_WITHIN + 1)
    last = HireReport(id="H-far", vacancy_id="V-old", reported_on=far, openings_filled=1)
    store(app, [vacancy("V-old", posted_on=START, employer_id=any_employer(app)), last])
    looked = back(app, centring=app.centring)
    rows_of = {seeker.id: row for row, seeker in enumerate(looked.records.seekers)}
    for seeker, (ids, rows) in found.items():
        again = recomputed(looked, rows_of[seeker], ids, day_number(today))
        assert again.tobytes() == rows.tobytes()
    app.engine.dispose()


def any_employer(app: App) -> str:
    with app.engine.connect() as connection:
        return str(connection.execute(select(tables.employers.c.id).limit(1)).scalar_one())


def list_of(key: str, seeker: str, day: date, *ids: str, **facts: Any) -> Impression:
    return Impression(
        id=key,
        shown_at=morning(day),
        channel=Channel.COUNSELLOR,
        policy="linear-2",
        items=tuple((item, 1.0) for item in ids),
        seeker_id=seeker,
        **facts,
    )


def set_of(folder: Path, model: Path, *records: Any, jobs: str = "abcdefgh") -> TrainingSet:
    """What is learnt of a register with a window from EVE on; V-a has one opening, V-b two ..."""
    offers = [
        vacancy(f"V-{letter}", posted_on=FIRST, openings=number)
        for number, letter in enumerate(jobs, start=1)
    ]
    app = bureau_of(
        folder,
        model,
        [
            JobSeeker(id="S-0", registered_on=FIRST),
            *offers,
            list_of("I-0", "S-0", FIRST, "V-a"),
            *records,
        ],
        vacancies="",
    )
    looked = back(app)
    assert looked.records.window.first == day_number(EVE)
    return learnt(looked)


def of_day(told: TrainingSet, day: date) -> dict[str, Any]:
    """The parts of the only list of a day, by name, with the vacancies shown and drawn."""
    (number,) = np.flatnonzero(told.examples.days == day_number(day))
    pairs = slice(*told.examples.offsets[number : number + 2].tolist())
    examples = told.examples
    openings = examples.rows[pairs, FEATURE_NAMES.index("openings_left")].astype(int)
    return {
        "pairs": [f"V-{chr(ord('a') + left - 1)}" for left in openings.tolist()],
        "gains": examples.gains[pairs].tolist(),
        "places": examples.positions[pairs].tolist(),
        "referred": examples.referred[pairs].tolist(),
        "own": told.own[pairs].tolist(),
        "share": told.shares[number],
        "rows": examples.rows[pairs],
    }


def shown_of(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """One part by vacancy, of the pairs that were shown."""
    parts = zip(told["pairs"], told["places"], told[name], strict=True)
    return {key: value for key, place, value in parts if place}


def test_a_list_younger_than_14_days_on_the_eve_is_left_out(tmp_path: Path, tiny_model: Path):
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", EVE - days(REFERRED_WITHIN + 1), "V-a", "V-b"),
        list_of("I-3", "S-1", EVE - days(REFERRED_WITHIN), "V-a", "V-b"),
        list_of("I-4", "S-1", EVE, "V-a", "V-b"),
    )
    last = day_number(EVE) - REFERRED_WITHIN - 1
    assert told.examples.days.tolist() == [day_number(FIRST), last]


def test_what_is_not_known_on_the_eve_is_neither_good_nor_bad(tmp_path: Path, tiny_model: Path):
    made_on = LIST + days(2)  # 60 days before the window
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", LIST, *(f"V-{letter}" for letter in "abcdefgh")),
        *referred("S-1", "V-a", made_on - days(1)),  # over, and nothing came of it
        *referred("S-1", "V-b", made_on),  # goes on
        *referred("S-1", "V-c", made_on, rejected=59),
        *referred("S-1", "V-d", made_on, interviewed=9, hired=59),
        *referred("S-1", "V-e", made_on, hired=60),  # on the first day of the window
        *referred("S-1", "V-f", made_on, interviewed=9),  # goes on
        *referred("S-1", "V-h", made_on, interviewed=9, hired_elsewhere=30),
    )
    seen = of_day(told, LIST)
    assert shown_of(seen, "gains") == {"V-a": 0, "V-c": 0, "V-d": 3, "V-g": 0}
    assert shown_of(seen, "referred") == {"V-a": True, "V-c": True, "V-d": True, "V-g": False}
    assert shown_of(seen, "places") == {"V-a": 1, "V-c": 3, "V-d": 4, "V-g": 7}


def test_what_was_not_shown_is_drawn_only_where_a_list_led_to_something(
    tmp_path: Path, tiny_model: Path
):
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", LIST, "V-a", "V-b"),
        list_of("I-3", "S-1", LIST + days(30), "V-a", "V-b"),
        *referred("S-1", "V-b", LIST, interviewed=3, rejected=9),
    )
    seen = of_day(told, LIST)
    assert seen["pairs"] == [f"V-{letter}" for letter in "abcdefgh"]
    assert seen["gains"] == [0, 1, 0, 0, 0, 0, 0, 0]
    assert seen["places"] == [1, 2, 0, 0, 0, 0, 0, 0]
    # Nobody is sent a second time: what would have come of it nobody knows.
    assert of_day(told, LIST + days(30))["pairs"] == ["V-a"]


def test_a_pair_referred_on_another_day_is_neither_shown_nor_drawn(
    tmp_path: Path, tiny_model: Path
):
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", LIST, "V-a", "V-b"),
        *referred("S-1", "V-a", LIST, hired=9),
        *referred("S-1", "V-c", LIST - days(1), rejected=3),
        *referred("S-1", "V-d", LIST + days(REFERRED_WITHIN + 1), rejected=3),
        *referred("S-1", "V-e", LIST + days(2), hired=9),  # though it was not in the list
    )
    seen = of_day(told, LIST)
    assert seen["pairs"] == ["V-a", "V-b", "V-f", "V-g", "V-h"]


def drawn_of(told: Mapping[str, Any]) -> list[str]:
    return [key for key, place in zip(told["pairs"], told["places"], strict=True) if not place]


def test_what_is_drawn_was_eligible_that_day_and_not_shown(tmp_path: Path, tiny_model: Path):
    letters = "abcdefghijklmnopqrstuvw"
    told = set_of(
        tmp_path,
        tiny_model,
        vacancy("V-x", posted_on=FIRST, closed_on=LIST, openings=24),
        vacancy("V-y", posted_on=LIST + days(1), openings=25),
        vacancy("V-z", posted_on=FIRST, openings=26),
        HireReport(id="H-z", vacancy_id="V-z", reported_on=LIST - days(1), openings_filled=26),
        list_of("I-2", "S-1", LIST, "V-a", "V-b", "V-c"),
        *referred("S-1", "V-b", LIST, hired=9),
        jobs=letters,
    )
    assert drawn_of(of_day(told, LIST)) == [f"V-{letter}" for letter in letters[3:]]


def test_no_more_than_a_sample_is_drawn_and_always_the_same(tmp_path: Path, tiny_model: Path):
    letters = "abcdefghijklmnopqrstuvwxyz"
    drawn = [
        drawn_of(
            of_day(
                set_of(
                    tmp_path / again,
                    tiny_model,
                    list_of("I-2", "S-1", LIST, "V-a"),
                    *referred("S-1", "V-a", LIST, hired=9),
                    jobs=letters,
                ),
                LIST,
            )
        )
        for again in ("one", "other")
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == DRAWN
    assert set(drawn[0]) < {f"V-{letter}" for letter in letters[1:]}


def test_ranks_that_chance_exchanged_come_back_as_the_ranker_gave_them(
    tmp_path: Path, tiny_model: Path
):
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", LIST, "V-a", "V-b", "V-c", exploration=0.1, swapped=(1, 3)),
        list_of("I-3", "S-1", LIST + days(1), "V-a", "V-b", exploration=0.1, swapped=(2, 9)),
        list_of("I-4", "S-1", LIST + days(2), "V-a", "V-b", exploration=0.1),
        list_of("I-5", "S-1", LIST + days(3), "V-a", "V-gone", "V-b"),
    )
    lists = [of_day(told, LIST + days(after)) for after in range(4)]
    assert [seen["own"] for seen in lists] == [[3, 2, 1], [1, 9], [1, 2], [1, 3]]
    assert [seen["places"] for seen in lists] == [[1, 2, 3], [1, 2], [1, 2], [1, 3]]
    assert [seen["share"] for seen in lists[:3]] == [0.1, 0.1, 0.1]
    assert np.isnan(lists[3]["share"])


def test_the_rows_of_a_list_are_those_of_its_day(tmp_path: Path, tiny_model: Path):
    told = set_of(
        tmp_path,
        tiny_model,
        list_of("I-2", "S-1", LIST, "V-a", "V-b"),
        list_of("I-3", "S-1", LIST + days(5), "V-a", "V-b"),
        HireReport(id="H-1", vacancy_id="V-b", reported_on=LIST + days(3), openings_filled=1),
        JobSeeker(id="S-2", registered_on=FIRST),
        *referred("S-2", "V-b", LIST, rejected=2),
    )
    column = FEATURE_NAMES.index
    for after, left, sent in ((0, 2, 0), (5, 1, 1)):
        (number,) = np.flatnonzero(told.examples.days == day_number(LIST) + after)
        rows = told.examples.rows[told.examples.offsets[number] :][:2]
        assert rows[:, column("openings_left")].tolist() == [1, left]
        assert rows[:, column("sent_per_opening")].tolist() == [0, sent]
        assert rows[:, column("age_days")].tolist() == [(LIST - FIRST).days + after] * 2


def test_a_referral_made_in_the_window_takes_no_pair_out_of_the_sample(
    tmp_path: Path, tiny_model: Path
):
    records = [list_of("I-2", "S-1", LIST, "V-a", "V-b"), *referred("S-1", "V-a", LIST, hired=9)]
    later = referred("S-1", "V-d", EVE, hired=5)
    one = of_day(set_of(tmp_path / "one", tiny_model, *records), LIST)
    other = of_day(set_of(tmp_path / "other", tiny_model, *records, *later), LIST)
    assert other["pairs"] == one["pairs"]


def without_what_came_later(app: App, folder: Path, model: Path) -> App:
    """The register without an event from the first day of the window on, but for the very last."""
    looked = back(app)
    eve = EPOCH + timedelta(days=looked.records.window.first)
    shutil.copytree(app.settings.var_dir, folder / "var")
    copy = App(settings_in(folder, model))
    referrals, outcomes = tables.referrals, tables.referral_outcomes
    later = select(referrals.c.id).where(referrals.c.made_on >= eve)
    with writing(copy.engine) as connection:
        deleted = [
            connection.execute(query).rowcount
            for query in (
                delete(tables.placements).where(tables.placements.c.placed_on >= eve),
                delete(outcomes).where(outcomes.c.happened_on >= eve),
                delete(outcomes).where(outcomes.c.referral_id.in_(later)),
                delete(referrals).where(referrals.c.made_on >= eve),
                delete(tables.hire_reports).where(tables.hire_reports.c.reported_on >= eve),
            )
        ]
        vacancies = connection.execute(select(tables.vacancies.c.id).limit(1)).scalar_one()
        last = HireReport(
            id="H-last",
            vacancy_id=vacancies,
            reported_on=looked.records.last_recorded,
            openings_filled=1,
        )
        upsert(connection, [last])
    assert sum(deleted) > 100
    return copy


def test_nothing_recorded_from_the_first_day_of_the_window_on_is_learnt_of(
    simulated: App, looked: Lookback, tmp_path: Path, tiny_model: Path
):
    copy = without_what_came_later(simulated, tmp_path, tiny_model)
    again = back(copy)
    assert again.records.window == looked.records.window
    one, other = learnt(looked), learnt(again)
    for field in fields(one.examples):
        before, after = (getattr(told.examples, field.name) for told in (one, other))
        assert before.tobytes() == after.tobytes(), field.name
    assert one.own.tobytes() == other.own.tobytes()
    assert one.shares.tobytes() == other.shares.tobytes()
    eve = looked.records.window.first
    known = [
        referrals_between(told, told.records.first, eve - 1, as_of=eve) for told in (looked, again)
    ]
    for field in fields(known[0]):
        before, after = (getattr(told, field.name) for told in known)
        assert before.tobytes() == after.tobytes(), field.name
    copy.engine.dispose()

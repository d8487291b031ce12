"""A plan shares out the openings among everybody, and lists follow it and the day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from matcher.artifacts.index import IndexGeneration
from matcher.artifacts.plan import PRICES, load_plan
from matcher.bootstrap import App
from matcher.cli import app as cli
from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.history import OVER
from matcher.db.store import register_id, upsert
from matcher.db.trials import add_trial, end_trial, set_sharing
from matcher.entities import Channel, Referral, ReferralOutcome
from matcher.errors import ArtefactError, NotReadyError
from matcher.evaluation.trials import Trial, Unit
from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.trial import read_trial, start_trial
from matcher.ranking.linear import LinearRanker
from matcher.service.clock import day_of
from matcher.service.keys import Role
from matcher.simulation import simulate
from tests.bureau import NOON, publish_index
from tests.jobs.past import START, imported
from tests.plans import planned
from tests.rankers import Recorder, put_in_place, small_ranker
from tests.strategies import REFERENCE

TODAY = day_of(NOON)


@pytest.fixture
def app(tmp_path: Path, tiny_model: Path) -> App:
    simulate(seekers=150, seed=5, start=START, out=tmp_path / "simulated", reference=REFERENCE)
    app = imported(tmp_path / "bureau", tiny_model, tmp_path / "simulated")
    app = App(app.settings, clock=lambda: NOON)
    publish_index(app)
    put_in_place(app, small_ranker())
    app.sync()
    return app


@pytest.fixture
def index(app: App) -> IndexGeneration:
    return app.live.snapshot.index


def somebody(index: IndexGeneration) -> list[str]:
    return sorted(one.decode() for one in index.seekers.base.columns.ids.tolist())


def logged(app: App, impression_id: str):
    query = select(tables.impressions).where(tables.impressions.c.id == impression_id)
    with reading(app.engine) as connection:
        return connection.execute(query).mappings().one()


def test_the_lists_of_a_plan_are_worth_more_together_and_nobody_pays_more_than_the_floor(
    app: App, index: IndexGeneration, tmp_path: Path
):
    plan = planned(app, index, tmp_path).plan
    assert plan.unpriced <= plan.value <= plan.bound
    assert plan.gap < 0.05
    kept, own = plan.worth.T
    assert np.all(kept >= 0.85 * own * (1 - 1e-6))


def test_what_is_published_is_what_is_loaded(app: App, index, tmp_path: Path):
    made = planned(app, index, tmp_path)
    with reading(app.engine) as connection:
        register = register_id(connection)
    found = load_plan(app.plan_folder, register=register)
    assert found.manifest.generation == found.prices.plan == made.generation
    assert found.market == json.loads(json.dumps(made.market))
    assert found.prices.load.tobytes() == made.plan.load.tobytes()
    assert found.market["simulated"]


def test_a_damaged_plan_is_refused_and_lists_go_on_by_the_last_good_one(
    app: App, index, tmp_path: Path
):
    good = planned(app, index, tmp_path)
    app.prices.follow(TODAY)
    bad = planned(app, index, tmp_path)
    (app.plan_folder / bad.generation / PRICES).write_bytes(b"nonsense")
    app.prices.follow(TODAY)
    assert app.prices.newest.plan == good.generation
    with reading(app.engine) as connection:
        register = register_id(connection)
    with pytest.raises(ArtefactError, match=PRICES):
        load_plan(app.plan_folder, register=register)


def test_without_a_ranker_that_knows_chances_nothing_is_planned(app, index, tmp_path: Path):
    app.champion._ranker = LinearRanker()
    with pytest.raises(NotReadyError, match="chance"):
        planned(app, index, tmp_path)


def test_a_list_says_which_plan_made_it_and_one_by_itself_says_none(app, index, tmp_path: Path):
    made = planned(app, index, tmp_path)
    app.sync()
    key = somebody(index)[0]
    shared = app.lists.for_seeker(key, k=10, channel=Channel.COUNSELLOR)
    own = app.lists.for_seeker(key, k=10, channel=Channel.COUNSELLOR, own=True)
    assert (shared.plan, own.plan) == (made.generation, None)
    assert logged(app, shared.impression_id)["plan"] == made.generation
    assert logged(app, own.impression_id)["plan"] is None
    line = shared.lines[0].candidate
    assert 0 < line.free <= 1
    assert line.shown_to >= 0
    assert own.lines[0].candidate.shown_to is None


def test_everybody_sent_somewhere_today_makes_it_dearer_and_an_end_makes_it_cheaper(
    app: App, index, tmp_path: Path
):
    planned(app, index, tmp_path)
    app.prices.follow(TODAY)
    people = somebody(index)
    vacancy = app.lists.for_seeker(people[0], k=1, channel=Channel.API).lines[0].vacancy
    ids, openings = np.array([vacancy.id.encode()], "S32"), np.array([1], np.int32)
    before = app.prices.newest.free(ids, openings)[0]
    sent = [
        Referral(
            id=f"R-{n}",
            seeker_id=key,
            vacancy_id=vacancy.id,
            made_on=TODAY,
            channel=Channel.COUNSELLOR,
        )
        for n, key in enumerate(people[:9])
    ]
    with writing(app.engine) as connection:
        upsert(connection, sent)
    app.prices.follow(TODAY)
    crowded = app.prices.newest.free(ids, openings)[0]
    assert crowded < before
    ends = [
        ReferralOutcome(referral_id=one.id, outcome=outcome, happened_on=TODAY)
        for one, outcome in zip(sent, cycle(OVER), strict=False)
    ]
    with writing(app.engine) as connection:
        upsert(connection, ends)
    app.prices.follow(TODAY)
    assert app.prices.newest.free(ids, openings)[0] == before


def sent_lately(seeker: str, vacancy: str) -> Referral:
    return Referral(
        id="R-1",
        seeker_id=seeker,
        vacancy_id=vacancy,
        made_on=TODAY - timedelta(days=3),
        channel=Channel.COUNSELLOR,
    )


def test_who_was_sent_on_an_earlier_day_is_part_of_the_plan(app, index, tmp_path: Path):
    nobody = planned(app, index, tmp_path / "one").plan
    first = somebody(index)[0]
    listed = app.lists.for_seeker(first, k=1, channel=Channel.API)
    vacancy = listed.lines[0].vacancy.id
    sent = sent_lately(first, vacancy)
    with writing(app.engine) as connection:
        upsert(connection, [sent, replace(sent, id="R-2", made_on=TODAY)])
    somebody_sent = planned(app, index, tmp_path / "two").plan
    ids = sorted(index.vacancies.base.columns.ids.tolist())
    place = ids.index(vacancy.encode())
    assert somebody_sent.load[place] > nobody.load[place]
    expected = listed.lines[0].candidate.hired
    # People are shown it less often for it, so that not all of it is added.
    assert somebody_sent.load[place] - nobody.load[place] <= expected + 1e-3


def test_who_was_sent_is_not_part_of_the_crowd_before_themselves(app: App, tmp_path: Path):
    index = app.live.snapshot.index
    first = somebody(index)[0]
    vacancy = app.lists.for_seeker(first, k=1, channel=Channel.API).lines[0].vacancy.id
    others = index.past_of([vacancy]).sent[vacancy]
    sent = sent_lately(first, vacancy)
    with writing(app.engine) as connection:
        upsert(connection, [sent])
    publish_index(app)
    app.sync()
    index = app.live.snapshot.index
    assert index.past_of([vacancy]).sent == {vacancy: others + 1}
    (left,) = index.vacancies.one(vacancy)[0].openings_left
    recorder = Recorder(small_ranker())
    app.champion._ranker = recorder
    planned(app, index, tmp_path)
    # The pairs that were sent are looked at last, by the id of their referral.
    crowd = recorder.rows[0, FEATURE_NAMES.index("sent_per_opening")]
    assert crowd == pytest.approx(others / left)


def test_an_old_plan_is_not_used_any_more(app, index, tmp_path: Path):
    planned(app, index, tmp_path)
    app.prices.follow(TODAY + timedelta(days=7))
    assert app.prices.newest is not None
    app.prices.follow(TODAY + timedelta(days=8))
    assert app.prices.newest is None


def test_a_desk_that_takes_no_part_gets_lists_made_by_themselves(app, index, tmp_path: Path):
    planned(app, index, tmp_path)
    key = app.keys.create(name="desk", role=Role.COUNSELLOR, now=NOON).split("_")[1]
    app.sync()
    person = somebody(index)[0]
    ask = {"k": 5, "channel": Channel.COUNSELLOR, "station": key}
    assert app.lists.for_seeker(person, **ask).plan
    with writing(app.engine) as connection:
        set_sharing(connection, key, shares=False)
    app.sync()
    assert app.lists.for_seeker(person, **ask).plan is None


def test_in_a_trial_the_draw_decides_and_the_log_knows_it(app, index, tmp_path: Path):
    made = planned(app, index, tmp_path)
    trial = Trial(id="T", unit=Unit.STATION, first_on=TODAY, last_on=TODAY + timedelta(days=27))
    with writing(app.engine) as connection:
        add_trial(connection, trial, now=NOON)
    app.sync()
    person, seen = somebody(index)[0], set()
    for number in range(12):
        station = f"K-{number}"
        ask = {"k": 5, "channel": Channel.KIOSK, "station": station}
        row = logged(app, app.lists.for_seeker(person, **ask).impression_id)
        assert row["trial"] == "T"
        assert row["propensity"] == 0.5
        assert row["station"] == station
        assert row["plan"] == (made.generation if trial.shares(station) else None)
        seen.add(trial.shares(station))
    assert seen == {True, False}


def test_a_trial_by_week_that_is_stopped_in_the_middle_stops_nothing_else(
    app: App, index, tmp_path: Path
):
    made = planned(app, index, tmp_path)
    begun = TODAY - timedelta(days=9)
    trial, _ = start_trial(app.engine, unit=Unit.WEEK, weeks=4, first_on=begun, now=NOON)
    app.sync()
    person, ask = somebody(index)[0], {"k": 5, "channel": Channel.KIOSK, "station": "K"}
    assert logged(app, app.lists.for_seeker(person, **ask).impression_id)["trial"] == trial.id
    with writing(app.engine) as connection:
        end_trial(connection, trial.id, TODAY - timedelta(days=1))
    app.sync()
    row = logged(app, app.lists.for_seeker(person, **ask).impression_id)
    assert (row["trial"], row["plan"]) == (None, made.generation)
    assert read_trial(app.engine, trial.id, today=TODAY).trial.last_on == TODAY - timedelta(days=1)


def test_the_command_plans_and_prints_what_is_crowded_and_what_would_mend_it(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    for name in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(app.settings, name)))
    monkeypatch.setattr("matcher.bootstrap.now", lambda: NOON)
    monkeypatch.setattr(App.__init__, "__defaults__", (lambda: NOON,))
    result = CliRunner().invoke(cli, ["plan"])
    assert result.exit_code == 0, result.output
    assert "Simulated data" in result.output
    assert "Expected hires through everybody's list" in result.output
    again = CliRunner().invoke(cli, ["plan", "--show", "-n", "0"])
    assert again.exit_code == 0, again.output
    assert "Crowded" in again.output

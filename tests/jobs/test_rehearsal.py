"""One small simulated town, lived under several policies: what differs comes from the lists."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matcher.allocation.exposure import ASSUMED
from matcher.allocation.lists import Terms
from matcher.bootstrap import App
from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.rehearsal import Town, found, rehearse
from matcher.simulation.outcomes import losses, outcomes
from matcher.simulation.policies import NOTHING, Allocated, Likeliest, Newest, Policy, Ranked
from matcher.simulation.year import Year
from tests.bureau import settings_in, untracked
from tests.rankers import small_ranker
from tests.strategies import REFERENCE

PEOPLE, SEED, START = 300, 4, date(2025, 7, 1)
MOST = 20


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Town:
    folder = tmp_path_factory.mktemp("town")
    indexer = App(settings_in(folder, tiny_model)).indexer
    return found(
        indexer, folder / "register", seekers=PEOPLE, seed=SEED, start=START, track=untracked
    )


def test_of_too_many_candidates_those_that_read_most_alike_are_kept(
    town: Town, tmp_path: Path, tiny_model: Path
) -> None:
    few = found(
        App(settings_in(tmp_path, tiny_model)).indexer,
        tmp_path / "register",
        seekers=PEOPLE,
        seed=SEED,
        start=START,
        track=untracked,
        most=MOST,
    ).pairs
    every = town.pairs
    cut = 0
    for one in range(PEOPLE):
        part = slice(*every.starts[one : one + 2])
        ids, alike = every.vacancies[part], every.rows[part, FEATURE_NAMES.index("similarity")]
        best = np.sort(np.lexsort((ids, -alike))[:MOST])
        kept = slice(*few.starts[one : one + 2])
        assert few.vacancies[kept].tolist() == ids[best].tolist()
        assert np.array_equal(few.rows[kept], every.rows[part][best], equal_nan=True)
        cut += len(ids) > MOST
    assert cut > 10


def lived(town: Town, policy: Policy) -> Year:
    return rehearse(town, policy, ranker=small_ranker(), exposure=ASSUMED, reference=REFERENCE)


def allocated(floor: float) -> Allocated:
    exposure = tuple(ASSUMED.tolist())
    return Allocated(Terms(exposure=exposure, care=0.2, floor=floor, discerning=0.5, rivalry=2.0))


@pytest.fixture(scope="module")
def plain(town: Town) -> Year:
    return lived(town, Ranked())


def test_a_year_lived_again_is_the_same_year(town: Town, plain: Year) -> None:
    again = lived(town, Ranked())
    for name, column in asdict(plain).items():
        assert np.array_equal(column, getattr(again, name), equal_nan=True), name


def test_who_is_never_sent_anywhere_fares_alike_under_every_policy(town: Town, plain: Year) -> None:
    other = lived(town, Newest())
    assert not np.array_equal(plain.slates[:50], other.slates[:50])
    sent = np.concatenate([plain.referrals[:, 0], other.referrals[:, 0]])
    never = np.setdiff1d(np.arange(PEOPLE), sent)
    assert len(never) > 10
    assert np.any(plain.placed_on[never] >= 0)
    assert np.array_equal(plain.placed_on[never], other.placed_on[never])


@pytest.mark.parametrize("policy", [Ranked(), Newest(), allocated(0.5)])
def test_lists_hold_different_open_vacancies_that_nothing_stated_rules_out(
    town: Town, policy: Policy
) -> None:
    year, jobs, pairs = lived(town, policy), town.world.vacancies, town.pairs
    for visitor, day, slate in zip(year.visitors, year.days, year.slates, strict=True):
        shown = slate[slate != NOTHING]
        assert len(set(shown.tolist())) == len(shown)
        assert np.all((jobs.day[shown] <= day) & (day <= jobs.closes[shown]))
        eligible = pairs.vacancies[pairs.starts[visitor] : pairs.starts[visitor + 1]]
        assert np.isin(shown, eligible).all()


def test_nobody_falls_below_the_floor(town: Town) -> None:
    wanted = Likeliest(lambda candidates, chances: chances * candidates.appeal)
    kept, own = lived(town, allocated(1.0)), lived(town, wanted)
    assert np.array_equal(kept.slates, own.slates)
    year = lived(town, allocated(0.8))
    assert np.all(year.worth >= 0.8 * year.plain_worth - 1e-9)
    assert not np.array_equal(year.slates, own.slates)


def test_the_figures_are_those_of_the_year(town: Town, plain: Year) -> None:
    told = outcomes(town.world, plain)
    assert told.employment_rate == np.mean(plain.placed_on >= 0)
    filled = plain.reports[:, 2].sum()
    assert told.fill_rate == filled / town.world.vacancies.openings.sum()
    assert told.worse == 0
    assert np.allclose(losses(plain), 0)
    assert 0 < told.recall < 1
    assert 0 < told.recall_now < 1
    assert 0 < told.days_vacant < 61
    newest = outcomes(town.world, lived(town, Newest()))
    assert 0 < newest.worse < 1
    assert 0 < newest.loss < 1


def test_hires_never_exceed_the_openings_of_a_changed_market(town: Town) -> None:
    scarce = town.with_openings(np.ones_like(town.world.vacancies.openings))
    year = lived(scarce, Ranked())
    assert np.bincount(year.reports[:, 0], weights=year.reports[:, 2]).max() == 1
    assert np.bincount(year.referrals[year.hired, 1]).max() == 1

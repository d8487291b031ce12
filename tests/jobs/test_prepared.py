"""A list prepared at night is the list that the service gives in the morning."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matcher.artifacts.index import IndexGeneration
from matcher.bootstrap import App
from matcher.db.engine import reading
from matcher.db.history import all_referred_for, all_referred_to
from matcher.entities import Channel
from matcher.features.columns import day_number
from matcher.jobs import candidates, prepared
from matcher.jobs.candidates import prepare_candidates
from matcher.jobs.prepared import KEPT, prepare_shortlists, prepare_slates
from matcher.service.clock import day_of
from matcher.simulation import simulate
from tests.bureau import NOON, publish_index
from tests.jobs.past import START, imported
from tests.plans import planned
from tests.rankers import put_in_place, small_ranker
from tests.strategies import REFERENCE

DAY = day_number(day_of(NOON))
SENT: dict[str, list[str]] = {}
"""Where the people of the simulated register were sent."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> App:
    register = tmp_path_factory.mktemp("simulated")
    simulate(seekers=300, seed=5, start=START, out=register, reference=REFERENCE)
    app = imported(tmp_path_factory.mktemp("bureau"), tiny_model, register)
    app = App(app.settings, clock=lambda: NOON)
    publish_index(app)
    put_in_place(app, small_ranker())
    app.sync()
    with reading(app.engine) as connection:
        SENT.update(all_referred_to(connection))
    return app


@pytest.fixture
def index(app: App) -> IndexGeneration:
    return app.live.snapshot.index


def quiet(_done: int, _total: int) -> None: ...


def rows_in(folder: Path) -> list[dict]:
    return [row for path in sorted(folder.glob("*")) for row in pq.read_table(path).to_pylist()]


def slates(app: App, index: IndexGeneration, folder: Path, sent=SENT) -> list[dict]:
    ranker, found = app.champion.ranker, folder.with_name(f"{folder.name}-candidates")
    prepare_candidates(
        index, found, ranker=ranker, reference=app.reference, today=DAY, sent=sent, progress=quiet
    )
    prices = app.prices.newest
    prepare_slates(index, found, folder, prices=prices, progress=quiet)
    return rows_in(folder)


def test_nobody_is_shown_where_they_were_sent_before(app: App, index, tmp_path: Path):
    pairs = {(seeker, vacancy) for seeker, sent in SENT.items() for vacancy in sent}
    every = slates(app, index, tmp_path / "all", sent={})
    assert {(line["seeker"], line["vacancy"]) for line in every} & pairs
    new = slates(app, index, tmp_path / "new")
    assert not {(line["seeker"], line["vacancy"]) for line in new} & pairs


def shortlists(app: App, index: IndexGeneration, folder: Path) -> list[dict]:
    ranker = app.champion.ranker
    with reading(app.engine) as connection:
        sent = all_referred_for(connection)
    prepare_shortlists(
        index, folder, ranker=ranker, reference=app.reference, today=DAY, sent=sent, progress=quiet
    )
    return rows_in(folder)


def lines_of(slate, asker: str, key: str, listed: str) -> list[dict]:
    lines = [
        {
            asker: key,
            "eligible": slate.eligible,
            "rank": line.candidate.rank,
            listed: line.candidate.id,
            "score": line.candidate.score,
            "hired": line.candidate.hired,
            "interviewed": line.candidate.interviewed,
        }
        for line in slate.lines
    ]
    nothing = dict.fromkeys(("rank", listed, "score", "hired", "interviewed"))
    return lines or [{asker: key, "eligible": 0} | nothing]


def test_every_slate_is_the_one_that_the_service_gives(app: App, index, tmp_path: Path):
    found = slates(app, index, tmp_path / "slates")
    ids = sorted(index.seekers.base.columns.ids.tolist())
    assert len(ids) > 50
    expected = []
    for key in (one.decode() for one in ids):
        slate = app.lists.for_seeker(key, k=KEPT, channel=Channel.API)
        assert slate.trained
        expected += lines_of(slate, "seeker", key, "vacancy")
    assert found == expected
    assert {None, 1, 5} <= {line["rank"] for line in found}


def test_under_a_plan_too_every_slate_is_the_one_that_the_service_gives(
    app: App, index, tmp_path: Path
):
    planned(app, index, tmp_path)
    app.prices.follow(day_of(NOON))
    found = slates(app, index, tmp_path / "slates")
    expected = []
    for key in sorted(one.decode() for one in index.seekers.base.columns.ids.tolist()):
        slate = app.lists.for_seeker(key, k=KEPT, channel=Channel.API)
        assert slate.plan == app.prices.newest.plan or not slate.lines
        expected += lines_of(slate, "seeker", key, "vacancy")
    assert found == expected
    own = App(app.settings.model_copy(update={"allocation": False}), clock=lambda: NOON)
    own.sync()
    assert found != slates(own, index, tmp_path / "own")


def test_every_shortlist_is_the_one_that_the_service_gives(app: App, index, tmp_path: Path):
    found = shortlists(app, index, tmp_path / "shortlists")
    columns = index.vacancies.base.columns
    is_open = prepared.is_open(columns, DAY)
    assert is_open.any()
    expected = []
    for key in sorted(one.decode() for one in columns.ids[is_open].tolist()):
        slate = app.shortlists.for_vacancy(key, k=KEPT, channel=Channel.API)
        expected += lines_of(slate, "vacancy", key, "seeker")
    assert found == expected


def test_nobody_is_in_the_shortlist_of_a_vacancy_they_were_sent_to(app: App, index, tmp_path: Path):
    pairs = {(seeker, vacancy) for seeker, sent in SENT.items() for vacancy in sent}
    with reading(app.engine) as connection:
        found = all_referred_for(connection)
    assert {(seeker, vacancy) for vacancy, sent in found.items() for seeker in sent} == pairs
    lines = shortlists(app, index, tmp_path / "shortlists")
    assert not {(line["seeker"], line["vacancy"]) for line in lines} & pairs


def test_how_lists_are_cut_into_files_changes_none(
    app: App, index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = slates(app, index, tmp_path / "whole")
    monkeypatch.setattr(candidates, "PART", 7)
    monkeypatch.setattr(candidates, "AT_ONCE", 2)
    assert slates(app, index, tmp_path / "cut") == whole
    assert len(list((tmp_path / "cut").iterdir())) == -(-len(index.seekers) // 7)


def test_a_part_that_is_there_is_left_and_one_that_is_not_is_made(
    app: App, index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(candidates, "PART", 20)
    whole = slates(app, index, tmp_path / "slates")
    parts = sorted((tmp_path / "slates").iterdir())
    content = {path.name: path.read_bytes() for path in parts}
    parts[1].unlink()
    stamps = {path.name: path.stat().st_mtime_ns for path in parts if path != parts[1]}
    assert slates(app, index, tmp_path / "slates") == whole
    assert {path.name: path.read_bytes() for path in parts} == content
    for path in parts:
        if path.name in stamps:
            assert path.stat().st_mtime_ns == stamps[path.name]

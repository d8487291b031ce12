"""A list prepared at night is the list that the service gives in the morning."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matcher.artifacts.index import IndexGeneration
from matcher.bootstrap import App
from matcher.db.engine import reading
from matcher.db.history import all_referred_to
from matcher.entities import Channel
from matcher.features.columns import day_number
from matcher.jobs import prepared
from matcher.jobs.prepared import KEPT, prepare_shortlists, prepare_slates
from matcher.service.clock import day_of
from matcher.simulation import simulate
from tests.bureau import NOON, publish_index
from tests.jobs.past import START, imported
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


def test_nobody_is_shown_where_they_were_sent_before(app: App, index, tmp_path: Path):
    assert SENT
    shown = {
        (line["seeker"], line["vacancy"])
        for line in prepare(app, prepare_new, index, tmp_path / "slates")
    }
    pairs = {(seeker, vacancy) for seeker, sent in SENT.items() for vacancy in sent}
    assert not shown & pairs
    without = prepare(app, partial(prepare_slates, sent={}), index, tmp_path / "all")
    assert {(line["seeker"], line["vacancy"]) for line in without} & pairs


@pytest.fixture
def index(app: App) -> IndexGeneration:
    return app.live.snapshot.index


def prepare_new(*arguments, **options) -> None:
    """Slates without what people were sent to before, as the service gives them."""
    prepare_slates(*arguments, sent=SENT, **options)


def prepare(app: App, how, index: IndexGeneration, folder: Path) -> list[dict]:
    how(
        index,
        folder,
        ranker=app.champion.ranker,
        reference=app.reference,
        today=DAY,
        progress=lambda _done, _total: None,
    )
    return [row for path in sorted(folder.glob("*")) for row in pq.read_table(path).to_pylist()]


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
    found = prepare(app, prepare_new, index, tmp_path / "slates")
    ids = sorted(index.seekers.base.columns.ids.tolist())
    assert len(ids) > 50
    expected = []
    for key in (one.decode() for one in ids):
        slate = app.lists.for_seeker(key, k=KEPT, channel=Channel.API)
        assert slate.trained
        expected += lines_of(slate, "seeker", key, "vacancy")
    assert found == expected
    assert {None, 1, 5} <= {line["rank"] for line in found}


def test_every_shortlist_is_the_one_that_the_service_gives(app: App, index, tmp_path: Path):
    found = prepare(app, prepare_shortlists, index, tmp_path / "shortlists")
    columns = index.vacancies.base.columns
    is_open = prepared.is_open(columns, DAY)
    assert is_open.any()
    expected = []
    for key in sorted(one.decode() for one in columns.ids[is_open].tolist()):
        slate = app.lists.for_vacancy(key, k=KEPT, channel=Channel.API)
        expected += lines_of(slate, "vacancy", key, "seeker")
    assert found == expected


def test_how_lists_are_cut_into_files_changes_none(
    app: App, index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = prepare(app, prepare_new, index, tmp_path / "whole")
    monkeypatch.setattr(prepared, "PART", 7)
    monkeypatch.setattr(prepared, "AT_ONCE", 2)
    assert prepare(app, prepare_new, index, tmp_path / "cut") == whole
    assert len(list((tmp_path / "cut").iterdir())) == -(-len(index.seekers) // 7)


def test_a_part_that_is_there_is_left_and_one_that_is_not_is_made(
    app: App, index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(prepared, "PART", 20)
    whole = prepare(app, prepare_new, index, tmp_path / "slates")
    parts = sorted((tmp_path / "slates").iterdir())
    content = {path.name: path.read_bytes() for path in parts}
    parts[1].unlink()
    stamps = {path.name: path.stat().st_mtime_ns for path in parts if path != parts[1]}
    assert prepare(app, prepare_new, index, tmp_path / "slates") == whole
    assert {path.name: path.read_bytes() for path in parts} == content
    for path in parts:
        if path.name in stamps:
            assert path.stat().st_mtime_ns == stamps[path.name]

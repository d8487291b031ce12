"""Chance touches only lists it may touch, and every touch is logged as it was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from matcher.bootstrap import App
from matcher.db import tables
from matcher.db.codec import from_row
from matcher.db.engine import reading
from matcher.entities import Channel, Impression, JobSeeker
from matcher.ranking.exploration import draw_swap
from matcher.service.slates import Slate
from tests.bureau import NOON, Bureau

SHARE = 0.2


@pytest.fixture
def exploring(bureau: Bureau) -> Iterator[Callable[..., App]]:
    """The same bureau with other settings of exploration."""
    opened: list[App] = []

    def open_again(**settings: object) -> App:
        app = replace(bureau.app, settings=bureau.app.settings.model_copy(update=settings))
        app.live.load_newest()
        opened.append(app)
        return app

    yield open_again
    for app in opened:
        app.engine.dispose()


def desk_lists(app: App, count: int, channel: Channel = Channel.COUNSELLOR) -> list[Slate]:
    return [app.lists.for_seeker("S-1", k=2, channel=channel) for _ in range(count)]


def impression_of(app: App, slate: Slate) -> Impression:
    table = tables.impressions
    with reading(app.engine) as connection:
        query = select(table).where(table.c.id == slate.impression_id)
        return from_row(Impression, connection.execute(query).mappings().one())


def shown(slate: Slate) -> list[str]:
    return [line.candidate.id for line in slate.lines]


def test_without_a_share_no_list_is_touched(exploring):
    app = exploring(exploration_share=0)
    slates = desk_lists(app, 40)
    assert {tuple(shown(slate)) for slate in slates} == {tuple(shown(slates[0]))}
    for slate in slates[:3]:
        logged = impression_of(app, slate)
        assert (slate.exploration, slate.swap) == (None, None)
        assert (logged.exploration, logged.swapped) == (None, ())


def test_about_the_share_of_lists_at_the_desk_is_touched(exploring):
    slates = desk_lists(exploring(exploration_share=SHARE), 300)
    touched = sum(slate.swap is not None for slate in slates)
    assert 24 < touched < 96  # five standard deviations
    assert {slate.exploration for slate in slates} == {SHARE}


def test_a_kiosk_is_touched_only_where_it_was_set(exploring):
    unset = exploring(exploration_share=1.0)
    assert all(slate.swap is None for slate in desk_lists(unset, 10, Channel.KIOSK))
    assert all(slate.exploration is None for slate in desk_lists(unset, 3, Channel.KIOSK))
    assert all(slate.swap is None for slate in desk_lists(unset, 10, Channel.API))
    allowed = exploring(exploration_share=1.0, exploration_at_kiosks=True)
    assert all(slate.swap is not None for slate in desk_lists(allowed, 10, Channel.KIOSK))


def test_neither_profiles_nor_candidates_of_a_vacancy_are_touched(exploring):
    app = exploring(exploration_share=1.0)
    profile = JobSeeker(id="-", registered_on=NOON.date(), title="倉管", text="會開堆高機")
    for slate in (
        app.lists.for_profile(profile, k=2, channel=Channel.COUNSELLOR),
        app.shortlists.for_vacancy("V-2", k=2, channel=Channel.COUNSELLOR),
    ):
        assert len(slate.lines) == 2
        assert (slate.exploration, slate.swap) == (None, None)
        assert impression_of(app, slate).exploration is None


def test_what_is_logged_is_what_was_shown(exploring):
    app = exploring(exploration_share=1.0)
    own = [
        line.candidate
        for line in exploring(exploration_share=0)
        .lists.for_seeker("S-1", k=3, channel=Channel.COUNSELLOR)
        .lines
    ]
    assert len(own) == 3
    seen = set()
    for slate in desk_lists(app, 40):
        logged = impression_of(app, slate)
        assert slate.swap is not None
        assert logged.swapped == tuple(slate.swap)
        assert logged.exploration == 1.0
        assert logged.items == tuple(
            (line.candidate.id, line.candidate.score) for line in slate.lines
        )
        assert [line.candidate.rank for line in slate.lines] == [1, 2]
        assert slate.swap == draw_swap(slate.impression_id, share=1.0, shown=2, standing=3)
        order = [candidate.id for candidate in own]
        upper, lower = slate.swap.upper - 1, slate.swap.lower - 1
        order[upper], order[lower] = order[lower], order[upper]
        assert shown(slate) == order[:2]
        seen.add(slate.swap)
    assert seen == {(1, 2), (1, 3), (2, 3)}

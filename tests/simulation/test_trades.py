from __future__ import annotations

from datetime import timedelta

import numpy as np

from matcher.entities import Language
from matcher.simulation.people import DAYS, arrival_weights, language_chances
from matcher.simulation.trades import KINDRED, affinities, load_trades, table
from tests.simulation.conftest import REFERENCE, START

TRADES = load_trades()


def test_every_trade_uses_codes_that_the_reference_tables_know() -> None:
    for trade in TRADES:
        assert all(len(code) == 4 and code in REFERENCE.occupations for code in trade.occupations)
        assert set(trade.licences) <= set(REFERENCE.licences), trade.key
        assert set(trade.districts) <= set(REFERENCE.districts), trade.key


def test_every_trade_has_words_in_five_languages_that_line_up() -> None:
    for trade in TRADES:
        assert set(trade.words) == set(Language)
        for language, words in trade.words.items():
            assert len(words.duties) == (8 if language is Language.ZH else 3), trade.key
            assert len(words.titles) >= 2, trade.key


def test_trades_are_many_and_their_groups_are_neighbours() -> None:
    groups = [trade.group for trade in TRADES]
    assert len(TRADES) >= 40
    assert groups == sorted(groups)
    assert len({trade.key for trade in TRADES}) == len(TRADES)
    assert {group for pair in KINDRED for group in pair} <= set(groups)


def test_nearness_is_symmetric_and_highest_in_the_same_trade() -> None:
    near = affinities(TRADES)
    assert np.array_equal(near, near.T)
    assert np.all(np.diag(near) == 1)
    assert (near - np.eye(len(TRADES))).max() < 1


def test_factories_want_more_people_than_apply_and_offices_fewer() -> None:
    share = {trade.key: trade.seekers / trade.vacancies for trade in TRADES}
    assert share["steel"] < share["warehouse"] < share["admin"]


def test_every_district_of_the_city_has_homes() -> None:
    assert set(table("city.toml")["homes"]) == set(REFERENCE.districts)


def test_the_pieces_of_texts_have_eight_wishes_and_four_shifts_in_each_language() -> None:
    pieces = table("phrases.toml")
    for language in Language:
        assert len(pieces[language]["seeker"]["wants"]) == 8
        assert len(pieces[language]["vacancy"]["benefits"]) == 8
        assert len(pieces[language]["vacancy"]["hours"]) == 4


def test_nobody_arrives_on_a_weekend_and_all_arrive_in_the_year() -> None:
    weights = arrival_weights(START)
    assert len(weights) == DAYS
    assert np.isclose(weights.sum(), 1)
    days = [START + timedelta(days=d) for d in range(DAYS)]
    assert all((weights[d] == 0) == (day.weekday() > 4) for d, day in enumerate(days))


def test_a_fifth_of_the_people_write_another_language_than_chinese() -> None:
    people = np.array([trade.seekers for trade in TRADES])
    chances = language_chances(TRADES, 0.20)
    assert np.allclose(chances.sum(axis=1), 1)
    assert 0.76 < (people @ chances[:, 0]) / people.sum() < 0.84

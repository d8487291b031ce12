"""A record without a title has no likeness of titles, however vectors are moved."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Language
from matcher.features.centres import Centres
from matcher.features.vectors import Centring, title_similarity

WIDE = 8


def of(seed: int) -> dict[Language, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {language: rng.normal(size=WIDE).astype(np.float32) / 9 for language in Language}


CENTRING = Centring(texts=Centres(of(1), of(2)), titles=Centres(of(3), of(4)))


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, WIDE))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


languages = st.lists(st.sampled_from(Language), min_size=1, max_size=20)


@given(languages, st.data())
def test_a_zero_title_stays_zero_and_any_other_has_unit_length(spoken, data):
    titled = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(spoken), max_size=len(spoken)))
    )
    titles = np.where(titled[:, None], unit(len(spoken), 5), np.float32(0))
    for moved in (
        CENTRING.of_seekers(unit(len(spoken), 6), titles, spoken),
        CENTRING.of_vacancies(unit(len(spoken), 6), titles, spoken),
    ):
        assert (moved.texts.dtype, moved.titles.dtype) == (np.float32, np.float16)
        np.testing.assert_allclose(np.linalg.norm(moved.texts, axis=1), 1, atol=1e-5)
        lengths = np.linalg.norm(moved.titles.astype(np.float32), axis=1)
        np.testing.assert_allclose(lengths, titled, atol=1e-3)


def test_seekers_and_vacancies_have_means_of_their_own():
    texts, titles, spoken = unit(1, 5), unit(1, 6), [Language.ZH]
    asked, offered = (
        CENTRING.of_seekers(texts, titles, spoken),
        CENTRING.of_vacancies(texts, titles, spoken),
    )
    assert np.abs(asked.texts - offered.texts).max() > 0.01
    assert np.abs(asked.titles - offered.titles).max() > 0.01


def test_without_a_title_on_either_side_the_likeness_is_not_known():
    titles = unit(3, 5).astype(np.float16)
    titles[1] = 0
    likeness = title_similarity(titles[:1], titles)
    assert likeness.dtype == np.float32
    np.testing.assert_allclose(likeness[0], 1, atol=2e-3)
    assert np.isnan(likeness).tolist() == [False, True, False]
    assert np.isnan(title_similarity(titles[1:2], titles)).all()
    assert np.isnan(title_similarity(titles, titles)).tolist() == [False, True, False]


@given(st.integers(1, 30))
def test_the_likeness_of_a_pair_does_not_depend_on_its_company(count: int):
    one, many = unit(1, 5).astype(np.float16), unit(count, 6).astype(np.float16)
    together = title_similarity(one, many)
    alone = [title_similarity(one, row[None])[0] for row in many]
    assert together.tobytes() == np.array(alone, np.float32).tobytes()
    assert together.tobytes() == title_similarity(many, one).tobytes()
    np.testing.assert_allclose(
        together, many.astype(np.float32) @ one[0].astype(np.float32), atol=1e-5
    )


def test_no_records_have_empty_vectors():
    nothing = np.empty((0, WIDE), np.float32)
    assert len(CENTRING.of_seekers(nothing, nothing, [])) == 0

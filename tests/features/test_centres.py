"""What only tells a text's language is taken out of its vector, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.entities import Language
from matcher.features.centres import PRIOR_WEIGHT, centred, means

WIDE = 6
ALL = list(Language)
NO_PRIOR = {language: np.zeros(WIDE, np.float32) for language in Language}
coordinates = st.floats(-1, 1, width=32)
shifts = arrays.arrays(np.float32, (len(ALL), WIDE), elements=coordinates)


def some(count: int, seed: int = 0) -> tuple[np.ndarray, list[Language]]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, WIDE))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    languages = [ALL[at] for at in rng.integers(0, len(ALL), count)]
    return vectors.astype(np.float32), languages


@given(shifts, st.integers(0, 5))
def test_what_a_language_adds_to_every_vector_is_taken_out(added: np.ndarray, seed: int):
    """With a prior that has the same added, as names of occupations in that language have."""
    vectors, languages = some(300, seed)
    prior = {language: vectors[at] / 10 for at, language in enumerate(ALL)}
    moved = vectors + np.stack([added[ALL.index(language)] for language in languages])
    moved_prior = {language: prior[language] + added[at] for at, language in enumerate(ALL)}
    before = centred(vectors, languages, means(vectors, languages, prior))
    after = centred(moved, languages, means(moved, languages, moved_prior))
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_texts_in_two_languages_that_say_the_same_meet():
    vectors, _ = some(1_000)
    added = np.array([0.8, -0.5, 0, 0, 0, 0], np.float32)
    both = np.concatenate([vectors, vectors + added])
    languages = [Language.ZH] * 1_000 + [Language.VI] * 1_000
    moved = centred(both, languages, means(both, languages, NO_PRIOR))
    assert (np.einsum("nd,nd->n", moved[:1_000], moved[1_000:]) > 0.99).all()


@given(st.integers(1, 200), st.integers(0, 5))
def test_what_is_left_has_unit_length(count: int, seed: int):
    vectors, languages = some(count, seed)
    moved = centred(vectors, languages, means(vectors, languages, NO_PRIOR))
    assert moved.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-5)


@given(shifts, st.integers(1, 5))
def test_few_texts_of_a_language_leave_it_near_what_was_known_before(prior: np.ndarray, few: int):
    vectors = np.ones((few, WIDE), np.float32)
    before = dict(zip(ALL, prior, strict=True))
    found = means(vectors, [Language.TH] * few, before)
    share = few / (few + PRIOR_WEIGHT)
    expected = share + (1 - share) * before[Language.TH]
    np.testing.assert_allclose(found[Language.TH], expected, atol=1e-6)
    others = set(ALL) - {Language.TH}
    for language in others:
        np.testing.assert_allclose(found[language], before[language], atol=1e-6)


def test_many_texts_speak_for_themselves():
    vectors = np.ones((100_000, WIDE), np.float32)
    prior = {language: np.full(WIDE, -1, np.float32) for language in Language}
    assert means(vectors, [Language.ID] * 100_000, prior)[Language.ID].min() > 0.99


def test_a_text_that_says_nothing_but_its_language_is_like_no_other():
    vectors, languages = some(3)
    centres = dict.fromkeys(Language, vectors[0])
    moved = centred(vectors, languages, centres)
    assert not moved[0].any()
    assert moved[1:].any(axis=1).all()


@pytest.mark.parametrize("languages", [[], [Language.ZH]], ids=["none", "one"])
def test_no_vectors_or_one_are_no_trouble(languages: list[Language]):
    vectors = np.full((len(languages), WIDE), 0.5, np.float32)
    found = means(vectors, languages, NO_PRIOR)
    assert centred(vectors, languages, found).shape == vectors.shape
    assert all(np.isfinite(mean).all() for mean in found.values())

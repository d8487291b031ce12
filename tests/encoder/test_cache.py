"""The cache saves work, never changes a vector, survives interruption and forgets when told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.encoder import Role, SentenceEncoder, VectorCache, encode_cached, forget_everywhere
from matcher.encoder.cache import cache_key
from matcher.errors import ArtefactError


class LetterEncoder(SentenceEncoder):
    """Counts letters instead of understanding them, and how many texts it was given."""

    def __init__(self, fingerprint: str = "a" * 64) -> None:
        self.name = "letters"
        self.fingerprint = fingerprint
        self.calls: list[int] = []

    @property
    def dimension(self) -> int:
        return 27

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        vectors = np.zeros((len(texts), 27), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[26] = 1 + (role is Role.QUERY)
            for letter in text:
                row[ord(letter) % 26] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _cache(folder: Path, encoder: SentenceEncoder) -> VectorCache:
    return VectorCache(
        folder / "cache" / f"{encoder.fingerprint[:16]}.sqlite",
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
    )


@settings(max_examples=25)
@given(st.lists(st.lists(st.text(max_size=6), max_size=12), max_size=4), st.sampled_from(Role))
def test_cached_vectors_are_those_of_the_encoder_whatever_was_asked_before(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[str]], role: Role
) -> None:
    encoder = LetterEncoder()
    with _cache(tmp_path_factory.mktemp("cache"), encoder) as cache:
        for texts in lists:
            vectors = encode_cached(encoder, cache, texts, role=role)
            np.testing.assert_array_equal(vectors, LetterEncoder().encode(texts, role=role))
    assert sum(encoder.calls) == len({text for texts in lists for text in texts})


def test_a_text_is_encoded_once_and_never_again(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    texts = [f"text {i % 700}" for i in range(1400)]
    with _cache(tmp_path, encoder) as cache:
        first = encode_cached(encoder, cache, texts, role=Role.PASSAGE)
    assert sum(encoder.calls) == 700
    with _cache(tmp_path, encoder) as cache:
        second = encode_cached(encoder, cache, texts[::-1], role=Role.PASSAGE)[::-1]
    assert sum(encoder.calls) == 700
    np.testing.assert_array_equal(first, second)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    texts = [f"text {i}" for i in range(300)]

    def stop(done: int, _total: int) -> None:
        if done >= 128:
            raise KeyboardInterrupt

    with _cache(tmp_path, encoder) as cache, pytest.raises(KeyboardInterrupt):
        encode_cached(encoder, cache, texts, role=Role.PASSAGE, progress=stop)
    encoded = sum(encoder.calls)
    reports: list[tuple[int, int]] = []
    with _cache(tmp_path, encoder) as cache:
        vectors = encode_cached(
            encoder,
            cache,
            texts,
            role=Role.PASSAGE,
            progress=lambda done, total: reports.append((done, total)),
        )
    assert sum(encoder.calls) == 300
    assert reports[-1] == (300 - encoded, 300 - encoded)
    np.testing.assert_array_equal(vectors, LetterEncoder().encode(texts, role=Role.PASSAGE))


def test_roles_and_fingerprints_share_no_vector(tmp_path: Path) -> None:
    first, second = LetterEncoder("a" * 64), LetterEncoder("b" * 64)
    for encoder in (first, second):
        for role in Role:
            with _cache(tmp_path, encoder) as cache:
                encode_cached(encoder, cache, ["welder"], role=role)
    assert first.calls == second.calls == [1, 1]


def test_a_cache_of_another_encoder_is_refused(tmp_path: Path) -> None:
    with (
        _cache(tmp_path, LetterEncoder()) as cache,
        pytest.raises(ArtefactError, match="vectors of another encoder"),
    ):
        encode_cached(LetterEncoder("b" * 64), cache, ["welder"], role=Role.QUERY)


def test_whoever_is_forgotten_leaves_neither_key_nor_vector_in_the_folder(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    texts = ["of somebody who left", "written before", "kept", "kept too"]
    with _cache(tmp_path, encoder) as cache:
        encode_cached(encoder, cache, texts[1:2], role=Role.QUERY, owners=["S-1"])
        owners = ["S-1", "S-1", "S-2", "S-2"]
        vectors = encode_cached(encoder, cache, texts, role=Role.QUERY, owners=owners)

    def stored(row: int) -> bool:
        trace = vectors[row].tobytes(), cache_key(texts[row], role=Role.QUERY)
        files = [p.read_bytes() for p in (tmp_path / "cache").iterdir()]
        return any(mark in content for mark in trace for content in files)

    assert all(map(stored, range(4)))
    assert forget_everywhere(["S-3"], models_dir=tmp_path) == 0
    assert forget_everywhere(["S-1"], models_dir=tmp_path) == 2
    assert [stored(row) for row in range(4)] == [False, False, True, True]
    assert forget_everywhere(["S-1"], models_dir=tmp_path) == 0


def test_a_vector_known_before_it_was_owned_is_forgotten_with_its_owner(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    with _cache(tmp_path, encoder) as cache:
        encode_cached(encoder, cache, ["welder"], role=Role.QUERY)
        encode_cached(encoder, cache, ["welder"], role=Role.QUERY, owners=["S-1"])
        assert cache.forget(["S-1"]) == 1
        encode_cached(encoder, cache, ["welder"], role=Role.QUERY)
    assert encoder.calls == [1, 1]


def test_the_cache_holds_no_text(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    with _cache(tmp_path, encoder) as cache:
        encode_cached(encoder, cache, ["my own words"], role=Role.PASSAGE)
    for path in (tmp_path / "cache").iterdir():
        assert b"my own words" not in path.read_bytes()


def test_several_writers_share_one_file(tmp_path: Path) -> None:
    texts = [f"text {i}" for i in range(400)]

    def work(start: int) -> NDArray[np.float32]:
        encoder = LetterEncoder()
        with _cache(tmp_path, encoder) as cache:
            return encode_cached(encoder, cache, texts[start : start + 250], role=Role.QUERY)

    starts = (0, 50, 100, 150)
    with ThreadPoolExecutor(4) as pool:
        for start, vectors in zip(starts, pool.map(work, starts), strict=True):
            expected = LetterEncoder().encode(texts[start : start + 250], role=Role.QUERY)
            np.testing.assert_array_equal(vectors, expected)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 500]
)
def test_a_damaged_file_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / f"{'a' * 16}.sqlite").write_bytes(content)
    with pytest.raises(ArtefactError) as refusal:
        _cache(tmp_path, LetterEncoder())
    assert "Delete the file" in refusal.value.remedy


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    with _cache(tmp_path, encoder) as cache:
        cache.put([cache_key("cook", role=Role.QUERY)], np.ones((1, 3), np.float32))
        with pytest.raises(ArtefactError, match="another length"):
            encode_cached(encoder, cache, ["cook"], role=Role.QUERY)

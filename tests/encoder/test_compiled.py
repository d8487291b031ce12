"""The fast way of running a model comes to what torch comes to, or it does not serve."""

import csv
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from matcher.encoder import BUILT_IN, Role, SentenceEncoder, open_encoder
from matcher.encoder.agreement import SENTENCES, record_of
from matcher.encoder.folder import survey
from matcher.encoder.model import find_model
from matcher.encoder.network import read_network
from matcher.errors import ArtefactError
from matcher.simulation import simulate
from tests.strategies import REFERENCE
from tests.transformer import tiny_transformer

TEXTS = [text for text in SENTENCES if text]
POOL, ASKED = 160, 40


def by_torch(folder: Path) -> SentenceEncoder:
    return SentenceEncoder(folder, survey(folder, name="reference"))


def compiled(folder: Path, *, bf16: bool = False) -> SentenceEncoder:
    manifest = survey(folder, name="fast")
    network = read_network(folder, max_length=manifest.max_length)
    return SentenceEncoder(folder, manifest, network=network, bf16=bf16)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """What simulated seekers and vacancies say."""
    folder = tmp_path_factory.mktemp("register")
    simulate(seekers=200, seed=3, start=date(2025, 3, 17), out=folder, reference=REFERENCE)

    def texts(name: str) -> Iterator[str]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{row['title']}\n{row['text']}"

    return list(texts("seekers.csv"))[:ASKED], list(texts("vacancies.csv"))[:POOL]


def test_lists_are_those_of_torch(
    encoder: SentenceEncoder, register: tuple[list[str], list[str]]
) -> None:
    plain = SentenceEncoder(encoder.folder, encoder.manifest)
    best = []
    for way in (encoder, plain):
        asked, offered = (
            way.encode(texts, role=role)
            for texts, role in zip(register, (Role.QUERY, Role.PASSAGE), strict=True)
        )
        best.append((asked, offered, np.argsort(-(asked @ offered.T), axis=1)[:, :10]))
    for ours, theirs in zip(best[0][:2], best[1][:2], strict=True):
        assert (ours * theirs).sum(axis=1).min() > 0.9999
    shared = [len(set(a) & set(b)) for a, b in zip(best[0][2], best[1][2], strict=True)]
    assert np.mean(shared) / 10 >= 0.97


def test_a_text_has_one_vector_in_whatever_company_and_thread(encoder: SentenceEncoder) -> None:
    alone = np.vstack([encoder.encode([text], role=Role.QUERY) for text in TEXTS])
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1], role=Role.QUERY)[::-1], alone)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: encoder.encode(TEXTS, role=Role.QUERY), range(8)):
            np.testing.assert_array_equal(vectors, alone)


def test_a_model_that_was_compared_is_served_without_torch(
    encoder: SentenceEncoder, models_dir: Path
) -> None:
    assert record_of(encoder, models_dir=models_dir).is_file()
    program = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from matcher.encoder import BUILT_IN, Role, open_encoder
        encoder = open_encoder(BUILT_IN, models_dir=Path({str(models_dir)!r}))
        assert encoder.encode(["電銲工"], role=Role.QUERY).shape == (1, 384)
        assert not {{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)
    """)
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_kin_of_bert_come_to_what_torch_comes_to(kind: str, pooling: str, tmp_path: Path) -> None:
    folder = tiny_transformer(tmp_path, kind=kind, pooling=pooling)
    fast, plain = compiled(folder), by_torch(folder)
    for role in Role:
        texts = [*TEXTS, "x" * 500]
        ours, theirs = fast.encode(texts, role=role), plain.encode(texts, role=role)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_vectors_of_bf16_are_told_from_those_of_fp32(tmp_path: Path) -> None:
    folder = tiny_transformer(tmp_path)
    plain, fp32, bf16 = by_torch(folder), compiled(folder), compiled(folder, bf16=True)
    assert plain.fingerprint == fp32.fingerprint != bf16.fingerprint
    opened = open_encoder(str(folder), models_dir=tmp_path / "models", fp32=True)
    assert (opened.arithmetic, opened.fingerprint) == ("fp32", plain.fingerprint)


def test_a_model_of_another_kind_is_run_by_torch_and_that_is_said(
    tiny_model: Path, tmp_path: Path
) -> None:
    with capture_logs() as logs:
        encoder = open_encoder(str(tiny_model), models_dir=tmp_path)
    assert [line["event"] for line in logs] == ["encoder_run_by_torch"]
    assert "StaticEmbedding" in logs[0]["reason"]
    expected = by_torch(tiny_model).encode(TEXTS, role=Role.QUERY)
    np.testing.assert_array_equal(encoder.encode(TEXTS, role=Role.QUERY), expected)


def test_a_model_that_comes_out_otherwise_is_refused_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_transformer(tmp_path)

    def misread(folder: Path, *, max_length: int | None):
        return replace(read_network(folder, max_length=max_length), heads=1)

    monkeypatch.setattr("matcher.encoder.model.read_network", misread)
    for _ in range(2):  # found, then read from the record
        with capture_logs() as logs:
            encoder = open_encoder(str(folder), models_dir=tmp_path / "models")
        assert [line["log_level"] for line in logs] == ["warning"]
        assert "0.99 is required" in logs[0]["reason"]
        expected = by_torch(folder).encode(TEXTS, role=Role.QUERY)
        np.testing.assert_array_equal(encoder.encode(TEXTS, role=Role.QUERY), expected)


def test_another_version_of_the_engine_is_compared_anew(tmp_path: Path) -> None:
    folder = tiny_transformer(tmp_path)
    encoder = open_encoder(str(folder), models_dir=tmp_path / "models")
    record = record_of(encoder, models_dir=tmp_path / "models")
    found = json.loads(record.read_text())
    for old in (json.dumps(found | {"engine": "openvino 1.0", "lowest": 0.0}), "{half a rec"):
        record.write_text(old)
        open_encoder(str(folder), models_dir=tmp_path / "models")
        assert json.loads(record.read_text()) == found


def test_the_built_in_model_is_not_run_by_torch(models_dir: Path) -> None:
    folder, manifest = find_model(BUILT_IN, models_dir=models_dir)
    network = read_network(folder, max_length=manifest.max_length)
    assert (network.layers, network.heads, network.width, network.longest) == (12, 12, 384, 512)


@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_weights_cut_short_are_refused(kept: float, tmp_path: Path) -> None:
    folder = tiny_transformer(tmp_path)
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(ArtefactError, match="cannot load the model"):
        open_encoder(str(folder), models_dir=tmp_path / "models").encode(TEXTS, role=Role.QUERY)

"""Fine-tuning: what belongs together comes nearer, and an interruption changes nothing."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from matcher.encoder import Role, SentenceEncoder, open_encoder, tuning
from matcher.encoder.folder import ModelManifest, publish, survey
from matcher.encoder.promoted import promote_encoder, promoted_encoder, roll_back_encoder
from matcher.encoder.tuning import Pair, belonging, contrastive_loss, fine_tune
from matcher.errors import ArtefactError, ConfigurationError, NotReadyError
from tests.transformer import tiny_transformer

TRADES = ["welder", "nurse", "driver", "cook", "guard", "clerk", "tailor", "baker", "porter"]
PLACED = [Pair(f"{trade} {town}", f"{town} wants {trade}") for trade in TRADES for town in "AB"]
TITLES = [Pair(trade, f"the work of {trade} in {town}") for trade in TRADES for town in "AB"]
STEPS = 14
"""More than one checkpoint apart from the last."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    folder = tiny_transformer(tmp_path_factory.mktemp("transformer"))
    return open_encoder(str(folder), models_dir=tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def quick_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a model learns nothing in a few steps at the rate that is right for a real one."""
    monkeypatch.setattr(tuning, "LEARNING_RATE", 3e-3)
    # So small a batch on several cores would wait for whatever else the machine does.
    monkeypatch.setattr(tuning, "_all_cores", nullcontext)


def tuned(
    base: SentenceEncoder,
    folder: Path,
    *,
    kinds: Sequence[Sequence[Pair]] = (PLACED, TITLES),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    steps: int = STEPS,
) -> list[float]:
    return fine_tune(
        base,
        kinds,
        folder / "out",
        steps=steps,
        seed=3,
        checkpoint=folder / "checkpoint.safetensors",
        progress=progress,
    )


def weights(folder: Path) -> dict[str, np.ndarray]:
    return load_file(folder / "out" / "model.safetensors")


def test_pairs_come_nearer_than_they_were(base: SentenceEncoder, tmp_path: Path):
    losses = tuned(base, tmp_path, steps=30)
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) - 0.1
    after = open_encoder(str(tmp_path / "out"), models_dir=tmp_path)

    def share_found(encoder: SentenceEncoder) -> float:
        queries = encoder.encode([pair.query for pair in PLACED], role=Role.QUERY)
        passages = encoder.encode([pair.passage for pair in PLACED], role=Role.PASSAGE)
        return float(((queries @ passages.T).argmax(axis=1) == np.arange(len(PLACED))).mean())

    assert share_found(after) > share_found(base)


def test_only_layers_above_the_word_embeddings_change(base: SentenceEncoder, tmp_path: Path):
    original = {p.relative_to(base.folder) for p in base.folder.rglob("*") if p.is_file()}
    vectors = base.encode(TRADES, role=Role.QUERY)
    tuned(base, tmp_path)
    before, after = load_file(base.folder / "model.safetensors"), weights(tmp_path)
    assert before.keys() == after.keys()
    same = {name for name in before if np.array_equal(before[name], after[name])}
    # The pooler lies beside the way from a text to its vector.
    pooler = {"pooler.dense.weight", "pooler.dense.bias"}
    assert same - pooler == {"embeddings.word_embeddings.weight"}
    for path in original - {Path("model.safetensors")}:
        assert (tmp_path / "out" / path).read_bytes() == (base.folder / path).read_bytes()
    np.testing.assert_array_equal(base.encode(TRADES, role=Role.QUERY), vectors)


def test_weights_keep_the_precision_of_the_base(base: SentenceEncoder, tmp_path: Path):
    half = tmp_path / "half"
    shutil.copytree(base.folder, half)
    single = load_file(half / "model.safetensors")
    save_file(
        {name: tensor.astype(np.float16) for name, tensor in single.items()},
        half / "model.safetensors",
        metadata={"format": "pt"},
    )
    tuned(open_encoder(str(half), models_dir=tmp_path), tmp_path, steps=1)
    assert {tensor.dtype for tensor in weights(tmp_path).values()} == {np.dtype(np.float16)}


class PulledPlugError(Exception):
    pass


def interrupt_at(step: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done == step:
            raise PulledPlugError

    return progress


def test_an_interrupted_run_goes_on_to_the_same_weights(base: SentenceEncoder, tmp_path: Path):
    losses = tuned(base, tmp_path / "at once")
    with pytest.raises(PulledPlugError):
        tuned(base, tmp_path / "resumed", progress=interrupt_at(12))
    steps: list[int] = []
    resumed = tuned(base, tmp_path / "resumed", progress=lambda done, _total: steps.append(done))
    assert steps == [10, 11, 12, 13, 14]
    assert resumed == losses
    at_once, in_two = weights(tmp_path / "at once"), weights(tmp_path / "resumed")
    for name, tensor in at_once.items():
        np.testing.assert_array_equal(in_two[name], tensor)


def test_a_checkpoint_of_other_pairs_or_steps_is_not_taken_up(
    base: SentenceEncoder, tmp_path: Path
):
    tuned(base, tmp_path, steps=10)
    for other in ({"kinds": (PLACED[:-1], TITLES), "steps": 10}, {"steps": 11}):
        steps: list[int] = []
        tuned(
            base, tmp_path, progress=lambda done, _total, steps=steps: steps.append(done), **other
        )
        assert steps[0] == 0


def test_a_damaged_checkpoint_costs_time_and_nothing_else(base: SentenceEncoder, tmp_path: Path):
    losses = tuned(base, tmp_path, steps=10)
    checkpoint = tmp_path / "checkpoint.safetensors"
    with safe_open(checkpoint, framework="numpy") as file:
        assert len(file.metadata()["fingerprint"]) == 64
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    assert tuned(base, tmp_path, steps=10) == losses


def test_a_loss_that_is_no_number_is_refused(base: SentenceEncoder, tmp_path: Path):
    broken = tmp_path / "broken"
    shutil.copytree(base.folder, broken)
    content = load_file(broken / "model.safetensors")
    content["encoder.layer.1.output.dense.bias"][0] = np.nan
    save_file(content, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ArtefactError, match="loss of step 1 is nan"):
        tuned(open_encoder(str(broken), models_dir=tmp_path), tmp_path)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "checkpoint.safetensors").exists()


def test_a_model_of_word_embeddings_alone_cannot_be_tuned(tiny_model: Path, tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no layers above its word embeddings"):
        tuned(open_encoder(str(tiny_model), models_dir=tmp_path), tmp_path)


def test_too_few_pairs_of_one_kind_are_refused(base: SentenceEncoder, tmp_path: Path):
    with pytest.raises(NotReadyError, match="needs 16 pairs of each kind; there are 15"):
        tuned(base, tmp_path, kinds=(PLACED, TITLES[:15]))


def test_the_same_text_in_a_batch_is_no_negative():
    pairs = [Pair("a", "x"), Pair("b", "x"), Pair("a", "y"), Pair("c", "z")]
    expected = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]]
    assert belonging(pairs).int().tolist() == expected
    vectors = torch.nn.functional.normalize(torch.randn(2, 4, generator=torch.manual_seed(0)))
    alike = belonging([Pair("a", "x"), Pair("b", "x")])
    assert contrastive_loss(vectors, vectors.flip(0), alike).item() == 0
    different = belonging([Pair("a", "x"), Pair("b", "y")])
    assert contrastive_loss(vectors, vectors.flip(0), different).item() > 1


def test_the_loss_is_the_cross_entropy_of_both_directions():
    queries, passages = torch.nn.functional.normalize(
        torch.randn(2, 5, 3, generator=torch.manual_seed(1)), dim=2
    )
    belongs = torch.eye(5, dtype=torch.bool)
    belongs[0, 3] = True
    expected = []
    for one, other, known in ((queries, passages, belongs), (passages, queries, belongs.T)):
        for i in range(5):
            points = [
                math.exp(float(one[i] @ other[j]) / tuning.TEMPERATURE)
                for j in range(5)
                if j == i or not known[i, j]
            ]
            own = math.exp(float(one[i] @ other[i]) / tuning.TEMPERATURE)
            expected.append(-math.log(own / sum(points)))
    found = contrastive_loss(queries, passages, belongs).item()
    assert found == pytest.approx(np.mean(expected), rel=1e-4)


def published(models: Path, name: str, base: SentenceEncoder) -> None:
    def build(partial: Path) -> ModelManifest:
        shutil.copytree(base.folder, partial, dirs_exist_ok=True)
        return survey(partial, name=name, source={"base": base.manifest.fingerprint})

    publish(models / name, build)


def test_the_promoted_encoder_serves_only_while_its_base_is_set(
    base: SentenceEncoder, tiny_model: Path, tmp_path: Path
):
    folders = {"models_dir": tmp_path / "models", "var_dir": tmp_path / "var"}
    assert promoted_encoder(base.name, **folders) == base.name
    published(folders["models_dir"], "tuned-1", base)
    promote_encoder("tuned-1", var_dir=folders["var_dir"])
    assert promoted_encoder(base.name, **folders) == "tuned-1"
    assert promoted_encoder(str(tiny_model), **folders) == str(tiny_model)
    shutil.rmtree(folders["models_dir"] / "tuned-1")
    assert promoted_encoder(base.name, **folders) == base.name


def test_a_promotion_can_be_undone_once(base: SentenceEncoder, tmp_path: Path):
    folders = {"models_dir": tmp_path / "models", "var_dir": tmp_path / "var"}
    for name in ("tuned-1", "tuned-2"):
        published(folders["models_dir"], name, base)
        promote_encoder(name, var_dir=folders["var_dir"])
    assert roll_back_encoder(folders["var_dir"]) == "tuned-1"
    assert promoted_encoder(base.name, **folders) == "tuned-1"
    with pytest.raises(NotReadyError):
        roll_back_encoder(folders["var_dir"])


def test_undoing_the_first_promotion_leads_back_to_the_encoder_set(
    base: SentenceEncoder, tmp_path: Path
):
    folders = {"models_dir": tmp_path / "models", "var_dir": tmp_path / "var"}
    published(folders["models_dir"], "tuned-1", base)
    promote_encoder("tuned-1", var_dir=folders["var_dir"])
    assert roll_back_encoder(folders["var_dir"]) == ""
    assert promoted_encoder(base.name, **folders) == base.name

"""Fine-tunes a sentence model on pairs of texts that belong together: minutes on a CPU, resumable.

The word embeddings stay frozen: they hold four fifths of a multilingual model and the words of
languages that no pair is written in. What is kept on the way are weights as safetensors.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matcher.durable import sync
from matcher.encoder.folder import MANIFEST
from matcher.encoder.model import PROMPT_NAMES, Role, SentenceEncoder, readable
from matcher.encoder.plain import load_model
from matcher.errors import ArtefactError, ConfigurationError, NotReadyError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

BATCH = 32
"""Pairs a step, the same number of each kind."""
TOKENS = 64
"""Read of a text in training; what tells the work comes first."""
TEMPERATURE = 0.05
LEARNING_RATE = 2e-5
WARM_UP = 0.1
"""Share of the steps in which the rate climbs from 0; it then falls in a line back to 0."""
STEPS_A_CHECKPOINT = 10

Progress = Callable[[int, int], None]
Weights = dict[str, "torch.Tensor"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in the role of a query, and one in the role of a passage that belongs to it."""

    query: str
    passage: str


@dataclass(slots=True)
class _Training:
    model: SentenceTransformer
    prompts: Mapping[Role, str]
    trained: Weights
    optimiser: torch.optim.Optimizer
    losses: list[float]


def fine_tune(
    base: SentenceEncoder,
    kinds: Sequence[Sequence[Pair]],
    out: Path,
    *,
    steps: int,
    seed: int,
    checkpoint: Path,
    progress: Progress,
) -> list[float]:
    """Write a model folder `out` trained from `base`; returns the loss of each step.

    Each step takes as many pairs of each of the `kinds`, drawn by `seed` and the number of the
    step. `checkpoint` is a file: a run of the same base, pairs and settings goes on from it and
    comes to the same weights. Raises NotReadyError for too few pairs, ConfigurationError for a
    model that cannot be trained, ArtefactError where the loss is no finite number.
    """
    import torch

    share = BATCH // len(kinds)
    if min(map(len, kinds)) < share:
        raise NotReadyError(
            f"A step needs {share} pairs of each kind; there are {min(map(len, kinds))}.",
            remedy="Tune once the register holds more placements and vacancies.",
        )
    fingerprint = _fingerprint(base, kinds, steps=steps, seed=seed)
    training = _prepare(base)
    _resume(training, checkpoint, fingerprint)
    progress(len(training.losses), steps)
    with _all_cores():
        while (step := len(training.losses)) < steps:
            rng = np.random.default_rng((seed, step))
            halves = [
                [pairs[at] for at in rng.choice(len(pairs), share, replace=False)]
                for pairs in kinds
            ]
            for group in training.optimiser.param_groups:
                group["lr"] = LEARNING_RATE * _slope(step, steps)
            training.losses.append(_step(training, halves))
            if len(training.losses) % STEPS_A_CHECKPOINT == 0 or len(training.losses) == steps:
                _keep(training, checkpoint, fingerprint)
            progress(len(training.losses), steps)
    with torch.no_grad():
        _write(base, out, training.trained)
    return training.losses


def contrastive_loss(
    queries: torch.Tensor, passages: torch.Tensor, belongs: torch.Tensor
) -> torch.Tensor:
    """Loss of unit vectors (n, d) of n pairs: each is told from the others of its batch.

    InfoNCE (A. van den Oord, Y. Li and O. Vinyals, arXiv:1807.03748, 2018) with the batch as
    negatives (M. Henderson et al., arXiv:1705.00652, 2017), from both sides because one vector
    serves both directions of search. `belongs` (n, n) is true where query i and passage j belong
    together: outside the diagonal such a pair is left out, it is neither right nor wrong.
    """
    import torch

    own = torch.eye(len(queries), dtype=torch.bool)
    logits = (queries @ passages.T / TEMPERATURE).masked_fill(belongs & ~own, -math.inf)
    target = torch.arange(len(queries))
    entropy = torch.nn.functional.cross_entropy
    return (entropy(logits, target) + entropy(logits.T, target)) / 2


def belonging(pairs: Sequence[Pair]) -> torch.Tensor:
    """True (n, n) where two pairs share a text: the passage of one then suits the other's query."""
    import torch

    _, queries = np.unique([pair.query for pair in pairs], return_inverse=True)
    _, passages = np.unique([pair.passage for pair in pairs], return_inverse=True)
    same = (queries[:, None] == queries) | (passages[:, None] == passages)
    return torch.from_numpy(same)


def _slope(step: int, steps: int) -> float:
    """Share of the learning rate: a line up over the warm-up, then a line down to 0."""
    warm = max(1, round(WARM_UP * steps))
    return (step + 1) / warm if step < warm else (steps - step) / (steps - warm + 1)


def _prepare(base: SentenceEncoder) -> _Training:
    import torch

    # A copy of its own: the one that serves must not change under those who use it. It stays in
    # evaluation mode, without dropout, so that a step depends on nothing but its pairs.
    model = load_model(str(base.folder), local=True).to("cpu")
    network = getattr(model[0], "auto_model", None)
    if network is None:
        raise ConfigurationError(
            f"The encoder {base.name} has no layers above its word embeddings to train.",
            remedy="Set MATCHER_ENCODER to a transformer model.",
        )
    model.max_seq_length = min(TOKENS, model.max_seq_length or TOKENS)
    model.requires_grad_(False)
    network.requires_grad_(True)
    network.get_input_embeddings().weight.requires_grad_(False)
    trained = {name: p for name, p in network.named_parameters() if p.requires_grad}
    known = base.manifest.prompts
    return _Training(
        model=model,
        prompts={
            role: next((p for name in names if (p := known.get(name))), "")
            for role, names in PROMPT_NAMES.items()
        },
        trained=trained,
        optimiser=torch.optim.Adam(trained.values()),
        losses=[],
    )


def _step(training: _Training, halves: Sequence[Sequence[Pair]]) -> float:
    """One step on halves that are told apart within themselves only; returns its loss.

    Across halves it would be enough to tell the kinds of texts apart.
    """
    pairs = [pair for half in halves for pair in half]
    queries = _vectors(training, [pair.query for pair in pairs], Role.QUERY)
    passages = _vectors(training, [pair.passage for pair in pairs], Role.PASSAGE)
    size = len(halves[0])
    losses = []
    for at, half in enumerate(halves):
        rows = slice(at * size, (at + 1) * size)
        losses.append(contrastive_loss(queries[rows], passages[rows], belonging(half)))
    loss = sum(losses[1:], losses[0]) / len(losses)
    if not math.isfinite(value := loss.item()):
        raise ArtefactError(
            f"Fine-tuning failed: the loss of step {len(training.losses) + 1} is {value}.",
            remedy="The encoder stays as it was. See that the base model gives sound vectors.",
        )
    training.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    training.optimiser.step()
    return value


def _vectors(training: _Training, texts: Sequence[str], role: Role) -> torch.Tensor:
    """Unit vectors (n, d) through which gradients flow."""
    import torch

    tokens = training.model.preprocess(
        [readable(text) for text in texts], prompt=training.prompts[role]
    )
    output: torch.Tensor = training.model(tokens)["sentence_embedding"]
    return torch.nn.functional.normalize(output, dim=1)


@contextmanager
def _all_cores() -> Iterator[None]:
    """Let one batch use all cores; encoding uses one for each of several batches."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _fingerprint(
    base: SentenceEncoder, kinds: Sequence[Sequence[Pair]], *, steps: int, seed: int
) -> str:
    """SHA-256 over everything that decides the weights."""
    texts = [[(pair.query, pair.passage) for pair in pairs] for pairs in kinds]
    settings = [BATCH, TOKENS, TEMPERATURE, LEARNING_RATE, WARM_UP, steps, seed]
    content = json.dumps([base.manifest.fingerprint, settings, texts])
    return hashlib.sha256(content.encode()).hexdigest()


def _keep(training: _Training, path: Path, fingerprint: str) -> None:
    """Replace the checkpoint as a whole: weights, both moments of Adam, losses so far."""
    from safetensors.torch import save_file

    tensors = {}
    for name, parameter in training.trained.items():
        state = training.optimiser.state[parameter]
        if state:  # a layer that no vector passes through has none
            tensors[f"weight.{name}"] = parameter.detach()
            tensors |= {f"{key}.{name}": state[key] for key in ("exp_avg", "exp_avg_sq")}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.partial")
    metadata = {"fingerprint": fingerprint, "losses": json.dumps(training.losses)}
    save_file(tensors, draft, metadata=metadata)
    sync(draft)
    draft.replace(path)


def _resume(training: _Training, path: Path, fingerprint: str) -> None:
    """Take the checkpoint up where there is a readable one of the same run."""
    import torch
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("fingerprint") != fingerprint:
                return
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError):
        return  # it saves time and decides nothing
    losses = json.loads(metadata["losses"])
    with torch.no_grad():
        for name, parameter in training.trained.items():
            if f"weight.{name}" not in tensors:
                continue
            parameter.copy_(tensors[f"weight.{name}"])
            training.optimiser.state[parameter] = {
                "step": torch.tensor(float(len(losses))),
                **{key: tensors[f"{key}.{name}"] for key in ("exp_avg", "exp_avg_sq")},
            }
    training.losses = losses


def _write(base: SentenceEncoder, out: Path, trained: Weights) -> None:
    """Copy the base folder, with the trained weights in place of its own, in its own precision."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    shutil.copytree(
        base.folder, out, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", MANIFEST)
    )
    missing = set(trained)
    for path in sorted(out.rglob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        for name in missing & set(tensors):
            tensors[name] = trained[name].to(tensors[name].dtype).contiguous()
        missing -= set(tensors)
        save_file(tensors, path, metadata=metadata)
    if missing:
        raise ConfigurationError(
            f"The files of the model {base.name} do not hold its weight {min(missing)}.",
            remedy="Write the model anew with SentenceTransformer.save() and set that folder.",
        )

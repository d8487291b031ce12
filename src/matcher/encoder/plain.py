"""Runs any sentence-transformers model by torch: the reference, and what tuning trains."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArtefactError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 8
"""Texts a forward pass; small batches of like length waste least on padding."""


class PlainModel:
    """A model ready to encode, a batch of texts of like length at a time on each core."""

    def __init__(self, folder: Path) -> None:
        self._model = load_model(str(folder), local=True)
        self._lock = threading.Lock()  # the fast tokenizers are not reentrant
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def vectors(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """Vectors of `texts`, (n, d), of unit length, each text read behind `prompt`."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        with self._lock:
            lengths = _lengths(self._model, texts)
        order = sorted(range(len(texts)), key=lengths.__getitem__, reverse=True)
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

        def forward(rows: list[int]) -> None:
            vectors[rows] = self._forward([texts[row] for row in rows], prompt)

        if len(batches) == 1:
            forward(batches[0])
        else:
            with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
                list(pool.map(forward, batches))
        return vectors

    def _forward(self, texts: list[str], prompt: str) -> NDArray[np.float32]:
        import torch
        from sentence_transformers.util import batch_to_device

        with self._lock:
            tokens = self._model.preprocess(texts, prompt=prompt)
        with torch.inference_mode():
            output = self._model(batch_to_device(tokens, self._model.device))["sentence_embedding"]
            unit = torch.nn.functional.normalize(output.float(), dim=1)
        return np.asarray(unit.cpu().numpy(), dtype=np.float32)


def load_model(location: str, *, local: bool, revision: str | None = None) -> SentenceTransformer:
    """The model itself, ready to encode; raises ArtefactError where its files do not make one."""
    # Imported here: it takes seconds, which a command that encodes nothing should not pay.
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # A batch a core instead of all cores on one batch: threads that wait for each other inside a
    # batch slow it down thirtyfold as soon as another process wants a core.
    torch.set_num_threads(1)
    try:
        return SentenceTransformer(location, local_files_only=local, revision=revision).eval()
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise ArtefactError(
            f"sentence-transformers cannot load the model {location}: {type(error).__name__}.",
            remedy="Set MATCHER_ENCODER to a model that sentence-transformers can load.",
        ) from error


def _lengths(model: SentenceTransformer, texts: Sequence[str]) -> list[int]:
    """Tokens of each text as far as the model reads it; bytes where it has no usual tokenizer."""
    from transformers import PreTrainedTokenizerBase

    tokenizer = model.tokenizer
    if not isinstance(tokenizer, PreTrainedTokenizerBase):
        return [len(text.encode()) for text in texts]
    encoded = tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)
    return [len(ids) for ids in encoded["input_ids"]]

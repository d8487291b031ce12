"""Reads from a model folder what a BERT-like network is made of, so that torch need not run it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ConfigurationError

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
_DTYPES = {"F16": "<f2", "F32": "<f4"}
_FIRST_POSITION = {"bert": 0, "roberta": None, "xlm-roberta": None, "camembert": None}
"""Position of the first token; None: the one behind that of padding, as RoBERTa counts."""
_EVERY_LAYER = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
)

Tensor = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A post-norm transformer with absolute positions, erf GELU, and mean or first-token pooling.

    `tensors` are mapped from the file, by their names in BertModel; `longest` is in tokens.
    """

    tensors: dict[str, Tensor]
    tokenizer: Path
    layers: int
    heads: int
    width: int
    epsilon: float
    first_position: int
    longest: int
    mean: bool


def read_network(folder: Path, *, max_length: int | None) -> Network:
    """The network of a sentence-transformers folder; `max_length` in tokens, None: the tokenizer's.

    Raises ConfigurationError that names what is of another kind, or cannot be read.
    """
    try:
        path, mean = _pooled(folder)
        return _read(path, max_length=max_length, mean=mean)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _other_kind(f"its files are not those of BERT ({type(error).__name__})") from error


def _pooled(folder: Path) -> tuple[Path, bool]:
    """Where the transformer lies, and whether its tokens are averaged or the first one taken."""
    modules = json.loads((folder / "modules.json").read_bytes())
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise _other_kind(f"modules {', '.join(kinds)}")
    pooling = json.loads((folder / modules[1]["path"] / "config.json").read_bytes())
    # Older versions of the library write a truth value a mode.
    prefix = "pooling_mode_"
    modes = [k.removeprefix(prefix) for k, v in pooling.items() if k.startswith(prefix) and v]
    mode = pooling.get("pooling_mode") or "+".join(modes)
    if mode not in ("mean", "mean_tokens", "cls", "cls_token"):
        raise _other_kind(f"pooling {mode}")
    return folder / modules[0]["path"], mode.startswith("mean")


def _read(folder: Path, *, max_length: int | None, mean: bool) -> Network:
    config = json.loads((folder / "config.json").read_bytes())
    kind = config["model_type"]
    if kind not in _FIRST_POSITION:
        raise _other_kind(f"a {kind}")
    if config.get("hidden_act", "gelu") != "gelu":
        raise _other_kind(f"activation {config['hidden_act']}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise _other_kind(f"positions {config['position_embedding_type']}")
    first = _FIRST_POSITION[kind]
    if first is None:
        first = int(config.get("pad_token_id", 1)) + 1
    tokenizer = json.loads((folder / "tokenizer_config.json").read_bytes())
    if not (folder / TOKENIZER).is_file():
        raise _other_kind(f"no {TOKENIZER}")
    layers = config["num_hidden_layers"]
    return Network(
        tensors=_mapped(folder / WEIGHTS, layers),
        tokenizer=folder / TOKENIZER,
        layers=layers,
        heads=config["num_attention_heads"],
        width=config["hidden_size"],
        epsilon=config.get("layer_norm_eps", 1e-12),
        first_position=first,
        longest=min(
            max_length or int(tokenizer["model_max_length"]),
            config["max_position_embeddings"] - first,
        ),
        mean=mean,
    )


def _mapped(path: Path, layers: int) -> dict[str, Tensor]:
    """The tensors that vectors depend on, not read yet but mapped.

    Of the table of words, the greater part of a multilingual model, a process then holds only what
    it has met; the safetensors library maps no single rows.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(min(start, size)))
    last = "embeddings.word_embeddings.weight"
    prefix = next(name for name in header if name.endswith(last)).removesuffix(last)
    kinds = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
    names = [f"embeddings.{kind}.weight" for kind in kinds] + ["embeddings.LayerNorm.bias"]
    names += [
        f"encoder.layer.{layer}.{part}.{what}"
        for layer in range(layers)
        for part in _EVERY_LAYER
        for what in ("weight", "bias")
    ]
    tensors: dict[str, Tensor] = {}
    for name in names:
        entry = header[prefix + name]
        dtype = np.dtype(_DTYPES[entry["dtype"]])
        offset = 8 + start + entry["data_offsets"][0]
        if offset + prod(entry["shape"]) * dtype.itemsize > size:
            raise ValueError(name)
        tensors[name] = np.memmap(path, dtype, "r", offset, tuple(entry["shape"]))
    return tensors


def _other_kind(detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"The encoder is of a kind that only torch runs: {detail}.",
        remedy="It serves all the same, but loads and encodes more slowly.",
    )

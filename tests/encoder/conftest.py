"""A tiny model of our own, so that what needs no real weights stays quick."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel

from matcher.encoder import SentenceEncoder, open_encoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "welder", "nurse", "driver", "cook", "query:", "night"]
WIDTH = 16


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of one layer as a sentence-transformers folder without a manifest."""
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "max_position_embeddings": 32,
        "vocab_size": len(WORDS),
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "model_max_length": 32,
                "pad_token": "[PAD]",
                "unk_token": "[UNK]",
            }
        )
    )
    (folder / "modules.json").write_text(
        json.dumps(
            [
                {"idx": i, "name": str(i), "path": p, "type": f"sentence_transformers.models.{t}"}
                for i, (t, p) in enumerate([("Transformer", ""), ("Pooling", "1_Pooling")])
            ]
        )
    )
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 32}))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": WIDTH, "pooling_mode_mean_tokens": True})
    )
    square, line = (WIDTH, WIDTH), (WIDTH,)
    shapes = {"pooler.dense": square}
    for name in ("self.query", "self.key", "self.value", "output.dense"):
        shapes[f"encoder.layer.0.attention.{name}"] = square
    for name in ("intermediate.dense", "output.dense"):
        shapes[f"encoder.layer.0.{name}"] = square
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes[f"encoder.layer.0.{name}"] = line
    shapes["embeddings.LayerNorm"] = line
    rng = np.random.default_rng(7)
    weights = {}
    for name, shape in shapes.items():
        weights[f"{name}.weight"] = rng.normal(size=shape).astype(np.float32)
        weights[f"{name}.bias"] = rng.normal(size=shape[:1]).astype(np.float32)
    for name, rows in (("word", len(WORDS)), ("position", 32), ("token_type", 2)):
        weights[f"embeddings.{name}_embeddings.weight"] = rng.normal(size=(rows, WIDTH)).astype(
            np.float32
        )
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    return open_encoder(str(tiny_folder), models_dir=tmp_path_factory.mktemp("models"))

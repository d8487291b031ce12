"""A random transformer of two layers that reads bytes: small, but one that can be fine-tuned."""

from __future__ import annotations

from pathlib import Path

WIDTH = 16


def tiny_transformer(folder: Path, *, kind: str = "bert", pooling: str = "mean") -> Path:
    """Write it as a sentence-transformers folder with prompts like those of the real model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import BPE
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    words = ["[PAD]", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytewise = Tokenizer(BPE(vocab={word: at for at, word in enumerate(words)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        network = AutoModel.from_config(
            AutoConfig.for_model(
                kind,
                vocab_size=len(words),
                hidden_size=WIDTH,
                intermediate_size=WIDTH,
                num_hidden_layers=2,
                num_attention_heads=2,
                max_position_embeddings=66,  # RoBERTa counts from the one behind padding
                pad_token_id=0,
                initializer_range=0.3,
            )
        )
    parts = folder / "parts"
    network.save_pretrained(parts)
    PreTrainedTokenizerFast(
        tokenizer_object=bytewise, pad_token="[PAD]", model_max_length=64
    ).save_pretrained(parts)
    model = SentenceTransformer(
        modules=[Transformer(str(parts)), Pooling(WIDTH, pooling)],
        prompts={"query": "q: ", "passage": "p: "},
        device="cpu",
    )
    model.save(str(folder / "byte-bert"), create_model_card=False)
    return folder / "byte-bert"

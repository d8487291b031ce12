"""Texts to vectors: a sentence-transformers model, and a cache so that only new text is encoded."""

from matcher.encoder.cache import VectorCache, encode_cached, forget_everywhere, open_cache
from matcher.encoder.model import BUILT_IN, Role, SentenceEncoder, open_encoder

__all__ = [
    "BUILT_IN",
    "Role",
    "SentenceEncoder",
    "VectorCache",
    "encode_cached",
    "forget_everywhere",
    "open_cache",
    "open_encoder",
]

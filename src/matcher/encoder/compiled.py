"""Runs BERT-like networks by OpenVINO: quick to load, small, and fast where there is bf16."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from matcher.encoder.network import Network

if TYPE_CHECKING:
    import openvino


@cache
def has_bf16() -> bool:
    """Whether this processor multiplies bf16: about three times as fast as fp32 with Intel AMX."""
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class CompiledModel:
    """A network ready to encode, a text at a time on each core; safe to share between threads.

    As no text stands in a batch with others, none is padded and none changes another's vector.
    """

    def __init__(self, network: Network, *, bf16: bool) -> None:
        import openvino

        cores = len(os.sched_getaffinity(0))
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "NUM_STREAMS": cores,
            "INFERENCE_NUM_THREADS": cores,
            "ENABLE_CPU_PINNING": False,  # other processes want cores too
        }
        compiled = openvino.Core().compile_model(_graph(network), "CPU", settings)
        self._idle: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(cores):
            self._idle.put(compiled.create_infer_request())
        self.dimension = network.width
        self._cores = cores
        self._tokenizer = Tokenizer.from_file(str(network.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(network.longest)
        self._words = network.tensors["embeddings.word_embeddings.weight"]
        first, kinds = (
            network.first_position,
            network.tensors["embeddings.token_type_embeddings.weight"],
        )
        positions = network.tensors["embeddings.position_embeddings.weight"][first:]
        self._positions = positions.astype(np.float32) + kinds[0].astype(np.float32)

    def vectors(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """Vectors of `texts`, (n, d), of unit length, each text read behind `prompt`."""
        tokens = [e.ids for e in self._tokenizer.encode_batch([prompt + text for text in texts])]
        vectors = np.empty((len(texts), self.dimension), np.float32)

        def forward(row: int) -> None:
            ids = tokens[row]
            vectors[row] = self._infer(self._words[ids] + self._positions[: len(ids)])

        if len(texts) == 1:
            forward(0)
        else:
            longest_first = sorted(range(len(texts)), key=lambda row: -len(tokens[row]))
            with ThreadPoolExecutor(self._cores) as pool:
                list(pool.map(forward, longest_first))
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    def _infer(self, embedded: NDArray[np.float32]) -> NDArray[np.float32]:
        request = self._idle.get()
        try:
            answer: NDArray[np.float32] = request.infer([embedded[None]])[0]
            return np.array(answer[0])
        finally:
            self._idle.put(request)


def _graph(network: Network) -> openvino.Model:
    """The network from the sums of word and position embeddings (1, tokens, d) to a vector (1, d).

    The layers of BERT (J. Devlin et al., arXiv:1810.04805, 2018).
    """
    import openvino
    from openvino import opset15 as op

    def constant(name: str) -> Any:
        return op.constant(network.tensors[name].astype(np.float32))

    def linear(x: Any, name: str) -> Any:
        product = op.matmul(x, constant(f"{name}.weight"), False, True)
        return op.add(product, constant(f"{name}.bias"))

    def normal(x: Any, name: str) -> Any:
        unit = op.mvn(x, [-1], True, network.epsilon, "INSIDE_SQRT")
        return op.add(op.multiply(unit, constant(f"{name}.weight")), constant(f"{name}.bias"))

    def heads(x: Any) -> Any:
        apart = op.reshape(x, [0, 0, network.heads, network.width // network.heads], True)
        return op.transpose(apart, [0, 2, 1, 3])

    given = op.parameter([1, -1, network.width], np.float32)
    x = normal(given, "embeddings.LayerNorm")
    for number in range(network.layers):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        seen = op.transpose(op.scaled_dot_product_attention(query, key, value), [0, 2, 1, 3])
        seen = op.reshape(seen, [0, 0, network.width], True)
        x = op.add(linear(seen, f"{layer}.attention.output.dense"), x)
        x = normal(x, f"{layer}.attention.output.LayerNorm")
        between = op.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normal(op.add(linear(between, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    pooled = op.reduce_mean(x, [1], False) if network.mean else op.gather(x, 0, 1)
    return openvino.Model([pooled], [given], "encoder")

"""What numba has no words for: a hint to the memory, and comparisons that are told as bits.

All of it is the same on every processor. numba keeps compiled code by the file of the function that
was called: after a change here, touch the files that import it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

LINE = 64
"""Bytes that memory sends at once."""
BITS = 64
"""Products that are compared at once."""

_BYTE, _NUMBER, _FLOAT = ir.IntType(8), ir.IntType(32), ir.FloatType()


@intrinsic
def ask_for(_: Any, array: Any, row: Any, offset: Any) -> Any:  # noqa: ARG001
    """Have the memory send the line at an offset in bytes of a row; only a hint, never a fault."""
    signature = types.void(array, types.intp, types.intp)

    def generate(context: Any, builder: Any, given: Any, values: Any) -> Any:
        shown = context.make_array(given.args[0])(context, builder, values[0])
        byte = ir.PointerType(_BYTE)
        width = builder.extract_value(shown.strides, 0)
        start = builder.add(builder.mul(width, values[1]), values[2])
        line = builder.gep(builder.bitcast(shown.data, byte), [start])
        kind = ir.FunctionType(ir.VoidType(), [byte, _NUMBER, _NUMBER, _NUMBER])
        hint = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(
            builder.module, kind, "llvm.prefetch.p0"
        )
        # To be read, to be kept in the nearest cache, and data.
        builder.call(hint, [line, _NUMBER(0), _NUMBER(3), _NUMBER(1)])
        return context.get_dummy_value()

    return signature, generate


@njit(cache=True, nogil=True)
def fetch(array: Any, row: int) -> None:
    """Ask the memory for all lines of a row."""
    for offset in range(0, array.shape[1] * array.itemsize, LINE):
        ask_for(array, row, offset)  # type: ignore[call-arg]


@intrinsic
def exceeding(_: Any, products: Any, row: Any, start: Any, factors: Any, least: Any) -> Any:  # noqa: ARG001
    """Which `products[row, start + n] * factors[start + n]` exceed the least: bit n of BITS bits.

    `products` (m, n) are single floats or whole numbers, `factors` (n,) floats; n a multiple of
    BITS. Left to itself, numba writes a byte a pair, and takes longer.
    """
    signature = types.uint64(products, types.intp, types.intp, factors, types.float32)
    floats = ir.VectorType(_FLOAT, BITS)

    def generate(context: Any, builder: Any, given: Any, values: Any) -> Any:
        array, row, start, scale, least = values

        def read(data: Any, kind: Any, at: Any) -> Any:
            vector = ir.PointerType(ir.VectorType(kind, BITS))
            return builder.load(builder.bitcast(builder.gep(data, [at]), vector), align=4)

        shown = context.make_array(given.args[0])(context, builder, array)
        width = builder.extract_value(shown.shape, 1)
        whole = isinstance(given.args[0].dtype, types.Integer)
        at = builder.add(builder.mul(width, row), start)
        found = read(shown.data, _NUMBER if whole else _FLOAT, at)
        if whole:
            found = builder.sitofp(found, floats)
        factor = context.make_array(given.args[3])(context, builder, scale)
        found = builder.fmul(found, read(factor.data, _FLOAT, start))
        none = ir.Constant(floats, ir.Undefined)
        first = builder.insert_element(none, least, _NUMBER(0))
        everywhere = ir.Constant(ir.VectorType(_NUMBER, BITS), [0] * BITS)
        bound = builder.shuffle_vector(first, none, everywhere)
        return builder.bitcast(builder.fcmp_ordered(">", found, bound), ir.IntType(BITS))

    return signature, generate


@intrinsic
def lowest_bit(_: Any, bits: Any) -> Any:  # noqa: ARG001
    """The number of the lowest bit that is set, of 64 of which one is."""

    def generate(_context: Any, builder: Any, _given: Any, values: Any) -> Any:
        return builder.cttz(values[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate

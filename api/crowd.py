"""How many lists are made at once: beyond that, who comes is asked to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from matcher.errors import BusyError

AT_ONCE = 4
"""Lists worked on at the same time: more threads than that only take turns."""
INSIDE = 64
"""Lists worked on or waited for; a list takes some 10 ms, with a text to encode some 40."""


class Crowd:
    """Lets requests in one after the other, in the order they came; of one event loop."""

    def __init__(self) -> None:
        self._inside = 0
        self._working = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises BusyError where INSIDE are there already."""
        if self._inside >= INSIDE:
            raise BusyError(
                "Too many lists are asked for at once.", remedy="Ask again in a second."
            )
        self._inside += 1
        try:
            async with self._working:
                yield
        finally:
            self._inside -= 1

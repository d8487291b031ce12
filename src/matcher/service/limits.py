"""How often somebody may ask within a minute: counted from their first request of that minute."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from matcher.errors import TooManyRequestsError

WITHIN_S = 60.0
"""Seconds over which requests are counted together."""


def wait_for(tries: int, most: int, seconds: float) -> int:
    """Whole seconds to wait after `tries`, the first of which is `seconds` ago; 0: none."""
    if tries < most or seconds >= WITHIN_S:
        return 0
    return max(1, math.ceil(WITHIN_S - seconds))


class Limiter:
    """Counts the requests of each caller in memory: of one process, and asked in one thread."""

    def __init__(self, most: int, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._counts: dict[str, tuple[float, int]] = {}

    def count(self, who: str) -> None:
        """Count one; raises TooManyRequestsError, which is not counted, beyond the most."""
        now = self._seconds()
        began, tries = self._counts.get(who, (now, 0))
        if now - began >= WITHIN_S:
            began, tries = now, 0
        if wait := wait_for(tries, self._most, now - began):
            raise TooManyRequestsError(
                f"This key asked for more than {self._most} things within a minute.",
                remedy="Ask again after `Retry-After` seconds, and more slowly.",
                seconds=wait,
            )
        self._counts[who] = began, tries + 1

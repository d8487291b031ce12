"""Shows how far a long step is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

SECONDS_BETWEEN_LINES = 5.0

Report = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


@contextmanager
def track(
    label: str, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Report]:
    """Give the step a function to report to, and show count, rate and time left on stderr.

    On a terminal it is a bar; elsewhere a line at most every five seconds, and one at the end of a
    step that was not interrupted. `label` must name no person.
    """
    console = console or Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    lines = _Lines(label, console, clock, started=clock())
    yield lines.report
    lines.finish()


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
    )


class _Rate(ProgressColumn):
    """Things a second."""

    def render(self, task: Task) -> Text:
        """The measured rate, empty until there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "")


@dataclass(slots=True)
class _Lines:
    label: str
    console: Console
    clock: Callable[[], float]
    started: float
    last_line: float = float("-inf")
    done: int = 0

    def report(self, done: int, total: int) -> None:
        self.done = done
        now = self.clock()
        if done >= total or now - self.last_line < SECONDS_BETWEEN_LINES:
            return
        self.last_line = now
        left = ""
        if done and now > self.started:
            rate = done / (now - self.started)
            left = f", {rate:,.1f}/s, {_duration((total - done) / rate)} left"
        self._print(f"{done:,} of {total:,} ({done / total:.0%}){left}")

    def finish(self) -> None:
        seconds = self.clock() - self.started
        rate = f", {self.done / seconds:,.1f}/s" if self.done and seconds > 0 else ""
        self._print(f"{self.done:,} done in {_duration(seconds)}{rate}")

    def _print(self, message: str) -> None:
        self.console.print(
            f"{self.label}: {message}", markup=False, highlight=False, soft_wrap=True
        )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

"""A long step says how far it is without flooding a log."""

from io import StringIO

import pytest
from rich.console import Console

from matcher.progress import track


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_a_line_every_five_seconds_and_one_at_the_end() -> None:
    file, clock = StringIO(), Clock()
    with track("encoding", console=Console(file=file, width=60), clock=clock) as report:
        for done in range(1, 121):
            clock.now += 0.125
            report(done * 10, 1200)
    lines = file.getvalue().splitlines()
    assert lines == [
        "encoding: 10 of 1,200 (1%), 80.0/s, 15 s left",
        "encoding: 410 of 1,200 (34%), 80.0/s, 10 s left",
        "encoding: 810 of 1,200 (68%), 80.0/s, 5 s left",
        "encoding: 1,200 done in 15 s, 80.0/s",
    ]


def test_long_times_are_told_in_hours_and_minutes() -> None:
    file, clock = StringIO(), Clock()
    with track("indexing", console=Console(file=file), clock=clock) as report:
        clock.now += 60
        report(1, 101)
        clock.now += 90
    assert "1 h 40 min left" in file.getvalue()
    assert "1 done in 2 min 30 s" in file.getvalue()


def test_an_interrupted_step_is_not_reported_as_done() -> None:
    file = StringIO()

    def interrupted() -> None:
        with track("encoding", console=Console(file=file)) as report:
            report(1, 10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "done in" not in file.getvalue()


def test_a_terminal_gets_a_bar_with_count_and_label() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=100)
    with track("encoding [1]", console=console) as report:
        report(5, 10)
        report(10, 10)
    assert "10/10" in file.getvalue()
    assert "encoding [1]" in file.getvalue()

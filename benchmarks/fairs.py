"""Simulated fairs with a plan and without one: matches, match rate and waiting, on the same seeds.

And how long a plan of 300 people and 30 booths takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.allocation.fair import MINUTE, Fair, level, schedule
from matcher.config import Settings
from matcher.evaluation.intervals import paired_difference
from matcher.reference import Reference
from matcher.simulation.fair_day import (
    FROZEN,
    OPEN_MINUTES,
    OPENINGS_A_BOOTH,
    FairDay,
    Seen,
    by_plan,
    draw_fair_day,
    from_the_top,
    queue_up,
    shortest_of_three,
)

SEEDS = range(100, 124)
"""Not those at which the prices of the plan were chosen."""
FEW_OPENINGS = 5.0
CROWDED = 1.0
"""Interview minutes wanted over those there are, from which a fair is called crowded."""

POLICIES: Mapping[str, Callable[[FairDay], Seen]] = {
    "own taste, from the top": lambda fair: queue_up(fair, fair.taste, from_the_top),
    "list, from the top": lambda fair: queue_up(fair, fair.believed, from_the_top),
    "list, shortest of three": lambda fair: queue_up(fair, fair.believed, shortest_of_three),
    "plan": by_plan,
}
PLAN = "plan"

FIGURES: Mapping[str, Callable[[FairDay, Seen], float]] = {
    "matches": lambda _fair, seen: sum(seen.matched),
    "interviews": lambda _fair, seen: len(seen.matched),
    "match rate, %": lambda _fair, seen: 100 * float(np.mean(seen.matched)),
    "wait, mean min": lambda _fair, seen: float(np.mean(seen.waited)),
    "wait, p90 min": lambda _fair, seen: float(np.percentile(seen.waited, 90)),
    "waited in vain, min a person": lambda _fair, seen: float(np.mean(seen.in_vain)),
    "not interviewed, %": lambda fair, seen: 100 * (1 - len(set(seen.person)) / len(fair.arrives)),
    "interviewers idle, %": lambda fair, seen: (
        100 * (1 - sum(seen.lasted) / (OPEN_MINUTES * int(fair.interviewers.sum())))
    ),
}


def figures(fair: FairDay, seen: Seen) -> list[float]:
    """What is compared."""
    return [figure(fair, seen) for figure in FIGURES.values()]


def fairs(openings_a_booth: float, reference: Reference) -> list[FairDay]:
    """The simulated fairs, 80 to 300 people and 5 to 30 booths."""
    drawn = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        people, booths = int(rng.integers(80, 301)), int(rng.integers(5, 31))
        drawn.append(
            draw_fair_day(
                people=people,
                booths=booths,
                seed=seed,
                reference=reference,
                openings_a_booth=openings_a_booth,
            )
        )
    return drawn


def compare(title: str, drawn: list[FairDay], console: Console) -> None:
    """Print the means by policy, and the plan less each other, with paired intervals."""
    results = {
        name: np.array([figures(fair, run(fair)) for fair in drawn])
        for name, run in POLICIES.items()
    }
    means = Table("simulated", *FIGURES, title=title, box=MARKDOWN)
    for name, found in results.items():
        means.add_row(name, *(f"{value:.1f}" for value in found.mean(axis=0)))
    console.print(means)
    crowded = np.array([fair.crowding >= CROWDED for fair in drawn])
    for part, some in (("all", crowded | True), ("crowded", crowded), ("not crowded", ~crowded)):
        less = Table(
            f"plan less, {part} ({int(some.sum())} fairs)", *FIGURES, title=title, box=MARKDOWN
        )
        for name, found in results.items():
            if name == PLAN:
                continue
            cells = []
            for column in range(len(FIGURES)):
                ours, theirs = results[PLAN][some, column], found[some, column]
                one = paired_difference(ours, theirs, rng=np.random.default_rng(0)).interval
                cells.append(f"{one.value:+.1f} ({one.low:+.1f} to {one.high:+.1f})")
            less.add_row(name, *cells)
        console.print(less)


def full_size(console: Console) -> None:
    """Print how long a plan takes, and making it anew."""
    people, booths, kinds = 300, 30, 3
    rng = np.random.default_rng(0)
    own = np.arange(booths) * kinds
    ready = rng.integers(0, 120, people).astype(np.int32)
    fair = Fair(
        ready=ready,
        leaves=ready + np.int32(90),
        wanted=np.full(people, 3, np.int32),
        first=np.zeros(people),
        chances=np.where(rng.random((people, booths)) < 0.4, rng.beta(2, 6, (people, booths)), 0),
        vacancies=(own + rng.integers(0, kinds, (people, booths))).astype(np.int32),
        interviewers=rng.integers(1, 3, booths).astype(np.int32),
        minutes=rng.integers(8, 16, booths).astype(np.int32),
        queued=np.zeros(booths, np.int32),
        openings=rng.integers(1, 5, booths * kinds).astype(np.int32),
        pending=np.zeros(booths * kinds),
    )
    price = MINUTE * level(fair.chances)
    found = schedule(fair, waiting=price)
    schedule(fair, waiting=price, before=found.interviews)  # Compiles what the first did not need.
    table = Table("people x booths", "interviews", "plan, s", "anew, s", box=MARKDOWN)
    times = []
    for before in ((), found.interviews):
        began = time.process_time()
        schedule(fair, waiting=price, before=before, frozen=FROZEN)
        times.append(f"{time.process_time() - began:.2f}")
    table.add_row(f"{people} x {booths}", str(len(found.interviews)), *times)
    console.print(table)


def main() -> None:
    """Print the tables."""
    console = Console(width=250)
    reference = Reference.load(Settings().data_dir / "reference")
    full_size(console)
    for openings in (OPENINGS_A_BOOTH, FEW_OPENINGS):
        title = f"{len(SEEDS)} simulated fairs, {openings:.1f} openings a booth"
        compare(title, fairs(openings, reference), console)


if __name__ == "__main__":
    main()

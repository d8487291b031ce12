"""What lists do to a bureau: the same simulated year under several ways to make them.

    python benchmarks/policies.py [policies|headroom|floors|beliefs|markets]...
                                  [--seeds N] [--seekers N] [--most N] [--floors F...]

Every finished year is kept in `var/bench/policies`: a run that breaks off goes on where it was, and
a change of what years are made by begins anew. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import towns
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.bootstrap import App
from matcher.evaluation.intervals import paired_difference
from matcher.evaluation.metrics import impact
from matcher.jobs.rehearsal import Town, rehearse
from matcher.progress import track
from matcher.ranking.examples import PLACED_WITHIN
from matcher.simulation.beliefs import Noisy, Partial, Stale, too_sure
from matcher.simulation.outcomes import outcomes
from matcher.simulation.people import DAYS, Ints
from matcher.simulation.policies import (
    Allocated,
    Belief,
    Likeliest,
    Newest,
    Penalised,
    Policy,
    Ranked,
    Similarity,
    as_stated,
    best,
)
from matcher.simulation.preferences import Preferences
from matcher.simulation.register import Candidates, Register
from matcher.simulation.year import Year, likelihood

SEEDS, SEEKERS = 20, 2_000
NEWEST, SIMILAR, RANKER = "newest first", "similarity", "ranker"
PENALTY, LIKELIEST, ALLOCATION = "ranker less crowd", "likeliest hire", "allocation"
ORACLE = "all-knowing"
TOLD = {
    "employment_rate": ("employment rate, %", 100),
    "fill_rate": ("fill rate, %", 100),
    "placed_by_referral": ("hired where sent, % of people", 100),
    "days_vacant": ("days an opening is vacant", 1),
    "crowded": ("referrals into a crowd, %", 100),
    "applicants": ("people sent per opening", 1),
    "exposure_gini": ("Gini of exposure", 1),
    "coverage": ("coverage, %", 100),
    "recall": ("recall@10 of the best 5 if nobody else applied, %", 100),
    "recall_now": ("recall@10 of the best 5 as things stand, %", 100),
    "worse": ("people with worse lists, %", 100),
    "loss": ("what these lose, %", 100),
}
"""Name and unit of each figure of `Outcomes`."""
OF_FLOORS = ("employment_rate", "fill_rate", "recall", "recall_now", "worse")
FLOORS = (0.98, 0.95, 0.9, 0.7)
"""Unless others are asked for; the one that a service begins with is always among them."""
CROWDS = (0.5, 1.0, 2.0, 4.0)
"""Bounds of people sent before per opening left, for a table."""
SPREAD, FAVOUR, A_DAY = 1.0, 1.0, 1 / 30
"""Log odds: standard deviation of the noise, too much for a trade, and for each day of age."""
TRADE = b"7"
"""Major group of occupations that is believed in too much: craft workers."""

console = Console(width=240)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A policy in a market: its name, and how it is made for a place."""

    name: str
    policy: Callable[[Town], Policy]
    openings: Callable[[Ints], Ints] = lambda openings: openings


@dataclass(frozen=True, slots=True)
class Study:
    """Lives years of `seekers` people, each once, and keeps them."""

    app: App
    teacher: towns.Teacher
    seekers: int
    seeds: Sequence[int]
    most: int | None
    floors: Sequence[float]

    def lived(self, cases: Sequence[Case]) -> dict[str, list[dict[str, np.ndarray]]]:
        """What is kept of each case by seed: `figures` in the order of TOLD, `placed` (s,)."""
        folder = towns.FOLDER / "years"
        folder.mkdir(parents=True, exist_ok=True)
        capped = f"-of-{self.most}" if self.most else ""
        found: dict[str, list[dict[str, np.ndarray]]] = {case.name: [] for case in cases}
        with track("simulated years") as progress:
            for number, seed in enumerate(self.seeds):
                town: Town | None = None
                for at, case in enumerate(cases):
                    path = folder / f"{self.seekers}{capped}-{seed}-{slug(case.name)}.npz"
                    if not path.exists():
                        town = town or towns.town(self.app, seed, self.seekers, self.most)
                        self._keep(path, town, case)
                    with np.load(path) as kept:
                        found[case.name].append(dict(kept))
                    progress(number * len(cases) + at + 1, len(self.seeds) * len(cases))
        return found

    def live(self, town: Town, case: Case) -> Year:
        """The town's year in the case's market."""
        changed = town.with_openings(case.openings(town.world.vacancies.openings))
        return rehearse(
            changed,
            case.policy(changed),
            ranker=self.teacher.ranker,
            exposure=np.array(self.teacher.exposure),
            reference=self.app.reference,
        )

    def _keep(self, path: Path, town: Town, case: Case) -> None:
        year = self.live(town, case)
        world = town.with_openings(case.openings(town.world.vacancies.openings)).world
        told = asdict(outcomes(world, year))
        draft = path.with_suffix(".partial.npz")
        np.savez_compressed(
            draft,
            figures=np.array([told[name] for name in TOLD]),
            placed=year.placed_on >= 0,
            **{
                f"{kind}: {name}": members
                for kind, named in town.groups.items()
                for name, members in named.items()
            },
        )
        draft.rename(path)


@dataclass(frozen=True, slots=True)
class AllKnowing:
    """Each person's best by what both sides hide and by the crowd."""

    preferences: Preferences

    def lists(self, register: Register, candidates: Candidates, open_now: Ints) -> Ints:  # noqa: ARG002
        """By the chance that the person goes and agrees and the employer wants one more."""
        return best(candidates, likelihood(candidates, self.preferences))


def by_chances(name: str, belief: Callable[[Town], Belief], teacher: towns.Teacher) -> list[Case]:
    """The three policies that go by chances, under one belief."""
    terms = teacher.terms
    return [
        Case(name=f"{RANKER}{name}", policy=lambda town: Ranked(belief(town))),
        Case(name=f"{PENALTY}{name}", policy=lambda town: Penalised(belief(town))),
        Case(name=f"{ALLOCATION}{name}", policy=lambda town: Allocated(terms, belief(town))),
    ]


def stated(_town: Town) -> Belief:
    """The ranker's chances."""
    return as_stated


def compare_policies(study: Study) -> None:
    """All policies, and their differences from the ranker's own lists."""
    cases = [
        Case(name=NEWEST, policy=lambda _: Newest()),
        Case(name=SIMILAR, policy=lambda _: Similarity()),
        *by_chances("", stated, study.teacher),
        Case(name=LIKELIEST, policy=lambda _: Likeliest()),
    ]
    found = study.lived(cases)
    names = [case.name for case in cases]
    table = markdown("Simulated data", *names)
    for at, (label, unit) in enumerate(TOLD.values()):
        table.add_row(label, *(f"{unit * figures(found[n])[:, at].mean():.2f}" for n in names))
    console.print(table)
    others = [name for name in names if name != RANKER]
    table = markdown(f"Less those of the {RANKER}, simulated data", *others)
    for at, (label, unit) in enumerate(TOLD.values()):
        table.add_row(label, *(difference(found[n], found[RANKER], at, unit) for n in others))
    console.print(table)
    table = markdown("Impact ratio of being placed, simulated data", *names)
    for kind in ("sex", "age", "special group", "language"):
        table.add_row(kind, *(ratio(found[name], kind) for name in names))
    console.print(table)
    tell_the_crowd(study)


def compare_floors(study: Study) -> None:
    """What it costs and brings to ask more or less for each single list."""
    plain, _, usual = by_chances("", stated, study.teacher)
    terms = study.teacher.terms
    others = {
        floor: Case(
            name=f"{ALLOCATION}, floor {floor}",
            policy=lambda _, floor=floor: Allocated(replace(terms, floor=floor)),
        )
        for floor in study.floors
    }
    cases = dict(sorted((others | {terms.floor: usual}).items(), reverse=True))
    found = study.lived([plain, *cases.values()])
    base = figures(found[plain.name])
    told = [list(TOLD).index(name) for name in OF_FLOORS]
    table = markdown("Floor, simulated data", *(TOLD[name][0] for name in OF_FLOORS))
    table.add_row(plain.name, *(f"{100 * base[:, at].mean():.2f}" for at in told))
    for floor, case in cases.items():
        kept = found[case.name]
        added = (difference(kept, found[plain.name], at, 100) for at in told)
        table.add_row(f"{floor}: added", *added)
    console.print(table)


def compare_beliefs(study: Study) -> None:
    """The same with chances that are wrong."""
    beliefs: Mapping[str, Callable[[Town], Belief]] = {
        "": stated,
        ", noise": lambda town: Noisy(town.seed, SPREAD),
        ", a trade overrated": lambda town: Partial(
            FAVOUR * (town.occupations.astype("S1") == TRADE)
        ),
        ", old vacancies overrated": lambda _: Stale(A_DAY),
        ", all overrated": lambda _: too_sure,
    }
    differences(study, {n: by_chances(n, belief, study.teacher) for n, belief in beliefs.items()})


def compare_with_all_knowing(study: Study) -> None:
    """What the allocation adds, and lists made one by one, were everything known that is hidden."""
    plain, _, shared = by_chances("", stated, study.teacher)
    best_known = Case(name=ORACLE, policy=lambda town: AllKnowing(town.world.preferences))
    differences(study, {"": [plain, shared, best_known]})


def compare_markets(study: Study) -> None:
    """The same where openings are fewer or more."""
    markets: Mapping[str, Callable[[Ints], Ints]] = {
        "": lambda openings: openings,
        ", one opening each": np.ones_like,
        ", three times the openings": lambda openings: 3 * openings,
    }
    differences(
        study,
        {
            name: [
                replace(case, name=f"{case.name}{name}", openings=openings)
                for case in by_chances("", stated, study.teacher)
            ]
            for name, openings in markets.items()
        },
    )


def differences(study: Study, groups: Mapping[str, Sequence[Case]]) -> None:
    """The two rates of the first case of each group, and what the others add to them."""
    found = study.lived([case for cases in groups.values() for case in cases])
    rates = ("employment_rate", "fill_rate")
    table = markdown("Simulated data", *(f"{what}, %" for what in ("employment rate", "fill rate")))
    for cases in groups.values():
        plain, *others = (case.name for case in cases)
        places = [list(TOLD).index(rate) for rate in rates]
        table.add_row(plain, *(f"{100 * figures(found[plain])[:, at].mean():.2f}" for at in places))
        for name in others:
            table.add_row(
                f"{name}: added", *(difference(found[name], found[plain], at, 100) for at in places)
            )
    console.print(table)


def tell_the_crowd(study: Study) -> None:
    """Chances as they were told over a year of allocated lists, and what came true, by crowd."""
    town = towns.town(study.app, towns.TEACHER, towns.PUPILS)
    policy = Allocated(study.teacher.terms)
    year = study.live(town, Case(name=ALLOCATION, policy=lambda _: policy))
    chances, sent = year.told.T
    old = (chances > 0) & (year.referrals[:, 2] < DAYS - PLACED_WITHIN)
    table = markdown("People sent before, per opening left", "referrals", "chance told", "hired")
    for low, high in pairwise((0.0, *CROWDS, np.inf)):
        some = old & (low <= sent) & (sent < high)
        told = chances[some].mean(), year.hired[some].mean()
        label = f"{low:g} to below {high:g}" if high < np.inf else f"{low:g} or more"
        table.add_row(label, f"{some.sum():,}", *(f"{share:.3f}" for share in told))
    console.print(table)


Kept = Sequence[Mapping[str, np.ndarray]]


def figures(kept: Kept) -> np.ndarray:
    """Figures (seeds, len(TOLD))."""
    return np.stack([one["figures"] for one in kept])


def difference(ours: Kept, theirs: Kept, at: int, unit: float) -> str:
    """Mean difference of a figure with its 95 % interval over seeds; of one seed without."""
    rng = np.random.default_rng(0)
    found = paired_difference(figures(ours)[:, at], figures(theirs)[:, at], rng=rng).interval
    value, low, high = (unit * number for number in (found.value, found.low, found.high))
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]" if len(ours) > 1 else f"{value:+.2f}"


def ratio(kept: Kept, kind: str) -> str:
    """Lowest share placed over the highest, among groups of a kind over all seeds."""
    names = [key for key in kept[0] if key.startswith(f"{kind}: ")]
    placed = np.concatenate([one["placed"] for one in kept]).astype(np.float64)
    groups = {name: np.concatenate([one[name] for one in kept]) for name in names}
    return f"{impact(placed, groups).ratio:.3f}"


def slug(name: str) -> str:
    """A name for a file."""
    return name.replace(",", "").replace(" ", "-")


def markdown(title: str, *columns: str) -> Table:
    """A table that is printed as Markdown."""
    return Table(title, *columns, box=MARKDOWN)


PARTS = {
    "policies": compare_policies,
    "headroom": compare_with_all_knowing,
    "floors": compare_floors,
    "beliefs": compare_beliefs,
    "markets": compare_markets,
}


def main() -> None:
    """Run the parts asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=" ".join(PARTS))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seekers", type=int, default=SEEKERS)
    parser.add_argument(
        "--most", type=int, help="candidates of a person in the year: a city's fill the memory"
    )
    parser.add_argument("--floors", type=float, nargs="+", default=FLOORS)
    asked = parser.parse_args()
    app = towns.teachers_app()
    teacher = towns.teacher(app)
    seeds = range(1, asked.seeds + 1)
    study = Study(app, teacher, asked.seekers, seeds, asked.most, asked.floors)
    terms = teacher.terms
    console.print(f"discerning {terms.discerning:.2f}, rivalry {terms.rivalry:.1f}")
    for part in asked.parts or PARTS:
        console.print(f"\n{part}: {asked.seeds} seeds of {asked.seekers:,} simulated people\n")
        PARTS[part](study)


if __name__ == "__main__":
    main()

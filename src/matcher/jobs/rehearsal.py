"""Simulated bureaus in which ways to make lists are rehearsed before anybody is shown one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.entities import JobSeeker, ProtectedAttributes, Vacancy
from matcher.evaluation.comparison import Groups
from matcher.evaluation.groups import protected_groups
from matcher.features.columns import day_number
from matcher.identity import IdentityKey
from matcher.intake.model import Kind
from matcher.intake.reader import read
from matcher.intake.sources import survey
from matcher.jobs.index import Track
from matcher.ranking.trained import TrainedRanker
from matcher.reference import Reference
from matcher.service.indexing import Indexer, centred_seekers, centred_vacancies
from matcher.simulation.people import DAYS, Floats, Ints
from matcher.simulation.policies import Policy
from matcher.simulation.register import Pairs, Register, pairs_of
from matcher.simulation.simulate import simulate
from matcher.simulation.world import World, draw_world
from matcher.simulation.year import Year, live

NOBODYS_KEY = IdentityKey(1, bytes(32))

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A bureau before the first day of its year: what is hidden, and what its register states.

    `pairs` are those of s seekers and v vacancies, `posted_on` (v,) in days since 1970,
    `occupations` (v,) as in `VacancyColumns`. `groups` are masks (s,) by kind and name, which no
    policy sees.
    """

    seed: int
    start: date
    world: World
    pairs: Pairs
    posted_on: Ints
    occupations: NDArray[np.bytes_]
    groups: Mapping[str, Groups]

    def with_openings(self, openings: Ints) -> Town:
        """The same town where vacancies have so many openings, (v,)."""
        jobs = replace(self.world.vacancies, openings=openings)
        preferences = replace(self.world.preferences, vacancies=jobs)
        return replace(self, world=replace(self.world, vacancies=jobs, preferences=preferences))


def found(
    indexer: Indexer,
    folder: Path,
    *,
    seekers: int,
    seed: int,
    start: date,
    track: Track,
    most: int | None = None,
) -> Town:
    """The town that a seed makes, for so many people in the year from `start`.

    Its register is written to `folder` where that has none; only texts never seen are encoded.
    Everybody has at `most` so many candidates in the year, those that read most like them.
    """
    reference = indexer.reference
    if not (folder / "README.txt").exists():
        with track(f"simulated days, seed {seed}") as progress:
            simulate(
                seekers=seekers,
                seed=seed,
                start=start,
                out=folder,
                reference=reference,
                progress=progress,
            )
    last = start + timedelta(days=DAYS - 1)
    people = _records(folder, Kind.SEEKERS, JobSeeker, reference, last)
    # What employers closed, they closed in the year that is to be lived again.
    jobs = [
        replace(job, closed_on=None)
        for job in _records(folder, Kind.VACANCIES, Vacancy, reference, last)
    ]
    kept = _records(folder, Kind.PROTECTED, ProtectedAttributes, reference, last)
    protected = {person.seeker_id: person for person in kept}
    with track(f"texts of seekers, seed {seed}") as progress:
        asked = indexer.encode_seekers(people, progress)
    with track(f"texts of vacancies, seed {seed}") as progress:
        offered = indexer.encode_vacancies(jobs, progress)
    centring = indexer.centring(asked, offered)
    offers = indexer.offers([(job, job.openings) for job in jobs])
    world = draw_world(seekers=seekers, seed=seed, start=start, reference=reference)
    languages = np.array([str(person.language) for person in people])
    return Town(
        seed=seed,
        start=start,
        world=world,
        pairs=pairs_of(
            indexer.columns(people),
            centred_seekers(asked, centring),
            offers,
            centred_vacancies(offered, centring),
            distances=reference.distances_km,
            most=most,
        ),
        posted_on=offers.posted_on,
        occupations=offers.occupations,
        groups={
            **protected_groups(
                [protected[person.id] for person in people],
                world.seekers.day + day_number(start),
            ),
            "language": {name: languages == name for name in sorted(set(languages.tolist()))},
        },
    )


def rehearse(
    town: Town,
    policy: Policy,
    *,
    ranker: TrainedRanker,
    exposure: Floats,
    reference: Reference,
) -> Year:
    """The town's year in which `policy` makes every list.

    `exposure` is how likely each line of a list is acted on, from the first.
    """
    jobs = town.world.vacancies
    register = Register(
        town.pairs,
        openings=jobs.openings,
        employer=jobs.employer,
        posted_on=town.posted_on,
        start=town.start,
        ranker=ranker,
    )
    return live(
        town.world,
        register,
        policy,
        seed=town.seed,
        start=town.start,
        reference=reference,
        exposure=exposure,
    )


def _records(
    folder: Path, kind: Kind, entity: type[R], reference: Reference, today: date
) -> list[R]:
    sources, _ = survey([folder / f"{kind}.csv"])
    chunks = read(sources[0], reference=reference, key=NOBODYS_KEY, today=today)
    return [
        record.entity
        for chunk in chunks
        for record in chunk.records
        if isinstance(record.entity, entity)
    ]

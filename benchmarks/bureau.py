"""A bureau of full size to measure on: simulated records, real vectors, kept in `var/bench`.

Some 20,000 texts are encoded once. The vector of every other record is a mixture of two of these
that are of its occupation and language, so that what is near in meaning also is near in place, pay
and licence, as it is in a real register and never is in noise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from matcher.artifacts.index import load_centring, save_centring
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.entities import JobSeeker, Language, SeekerStatus, Vacancy
from matcher.features.columns import (
    SEEKER_TYPES,
    VACANCY_TYPES,
    Column,
    Past,
    SeekerColumns,
    VacancyColumns,
    day_number,
)
from matcher.features.vectors import Centring, Vectors
from matcher.identity import IdentityKey
from matcher.intake.model import Kind
from matcher.intake.reader import read
from matcher.intake.sources import survey
from matcher.progress import track
from matcher.service.indexing import Encoded, centred_seekers, centred_vacancies
from matcher.simulation.simulate import simulate

FOLDER = Settings().var_dir / "bench"
SEEKERS, VACANCIES = 75_398, 152_520
"""People and openings of the year 2019; here every opening is a vacancy of its own."""
SIMULATED, SEED, LAST_DAY = 190_000, 7, date(2026, 11, 24)
"""A simulated year of so many people brings more than VACANCIES vacancies."""
READ_SEEKERS, READ_VACANCIES = 8_000, 12_000
"""Records whose texts are encoded."""
TODAY = day_number(LAST_DAY)
NOBODYS_KEY = IdentityKey(1, bytes(32))

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Bureau:
    """Everything lists are made of: columns and centred vectors, in the order of the records."""

    seekers: SeekerColumns
    seeker_vectors: Vectors
    vacancies: VacancyColumns
    vacancy_vectors: Vectors
    centring: Centring


def bench_app() -> App:
    """The library wired over `var/bench`, with the built-in encoder."""
    return App(Settings(var_dir=FOLDER, database_url="", encoder="multilingual-e5-small"))


def load(app: App) -> Bureau:
    """The bureau of SEEKERS people and VACANCIES vacancies, made on the first call."""
    if not (FOLDER / "centres.safetensors").exists():
        _make(app)
    return Bureau(
        SeekerColumns(**_load_columns("seekers", SEEKER_TYPES)),
        _load_vectors("seekers"),
        VacancyColumns(**_load_columns("vacancies", VACANCY_TYPES)),
        _load_vectors("vacancies"),
        load_centring(FOLDER / "centres.safetensors"),
    )


def the_vacancies(app: App) -> list[Vacancy]:
    """VACANCIES simulated vacancies, all open."""
    found = records(Kind.VACANCIES, Vacancy, app, most=VACANCIES)
    return [replace(v, closes_on=None, closed_on=None) for v in found]


def the_seekers(app: App) -> list[JobSeeker]:
    """SEEKERS simulated people, all looking for work."""
    found = records(Kind.SEEKERS, JobSeeker, app, most=SEEKERS)
    return [replace(s, status=SeekerStatus.ACTIVE) for s in found]


def grown(bureau: Bureau, size: int, rng: np.random.Generator) -> tuple[VacancyColumns, Vectors]:
    """`size` vacancies: some of those there are, or more: mixtures of two of one occupation."""
    known, vectors = bureau.vacancies, bureau.vacancy_vectors
    if size <= len(known):
        chosen = np.sort(rng.choice(len(known), size, replace=False))
        return known.take(chosen), Vectors(vectors.texts[chosen], vectors.titles[chosen])
    rows = np.concatenate([np.arange(len(known)), rng.integers(0, len(known), size - len(known))])
    columns = known.take(rows)
    columns.ids[:] = [f"V{number:08d}".encode() for number in range(size)]
    by_trade = np.argsort(known.occupations, kind="stable")
    place = np.empty(len(known), np.int64)
    place[by_trade] = np.arange(len(known))
    # Neighbours in the order of occupations are of one occupation, but for a few at the edges.
    other = by_trade[(place[rows] + rng.integers(1, 200, size)) % len(known)]
    other[: len(known)] = rows[: len(known)]
    share = rng.uniform(0.5, 0.95, size).astype(np.float32)[:, None]
    mixed = np.empty((size, vectors.texts.shape[1]), np.float32)
    for start in range(0, size, 100_000):
        part = slice(start, start + 100_000)
        one, two = vectors.texts[rows[part]], vectors.texts[other[part]]
        mixed[part] = _unit(share[part] * one + (1 - share[part]) * two)
    return columns, Vectors(mixed, vectors.titles[rows])


def _make(app: App) -> None:
    rng = np.random.default_rng(SEED)
    seekers, vacancies = the_seekers(app), the_vacancies(app)
    indexer = app.indexer
    employers = dict.fromkeys(v.employer_id for v in vacancies)
    hire_rates = {name: float(rng.beta(2, 8)) for name in employers if rng.random() < 0.8}
    asking = np.sort(rng.choice(len(seekers), READ_SEEKERS, replace=False))
    offering = np.sort(rng.choice(len(vacancies), READ_VACANCIES, replace=False))
    with track("texts of seekers") as progress:
        queries = indexer.encode_seekers([seekers[row] for row in asking], progress)
    with track("texts of vacancies") as progress:
        passages = indexer.encode_vacancies([vacancies[row] for row in offering], progress)
    centring = indexer.centring(queries, passages)
    columns = indexer.columns(seekers)
    languages = [seeker.language for seeker in seekers]
    whole = _spread(queries, asking, languages, columns.occupations, rng)
    _save("seekers", columns, centred_seekers(whole, centring))
    offers = indexer.offers([(v, v.openings) for v in vacancies], Past(hire_rates, {}))
    languages = [vacancy.language for vacancy in vacancies]
    whole = _spread(passages, offering, languages, offers.occupations, rng)
    _save("vacancies", offers, centred_vacancies(whole, centring))
    save_centring(centring, FOLDER / "centres.safetensors")


def _spread(
    encoded: Encoded,
    rows: NDArray[np.int64],
    languages: Sequence[Language],
    occupations: NDArray[np.bytes_],
    rng: np.random.Generator,
) -> Encoded:
    """Vectors for all records, from those of the `rows` that were encoded."""
    alike: dict[tuple[str, bytes], list[int]] = defaultdict(list)
    for position, row in enumerate(rows.tolist()):
        for known in _codes(occupations[row]):
            alike[languages[row], known].append(position)
    one, other = np.empty(len(languages), np.int64), np.empty(len(languages), np.int64)
    for row, (language, code) in enumerate(zip(languages, occupations.tolist(), strict=True)):
        found = (alike.get((language, known), []) for known in _codes(code))
        choice = next(positions for positions in found if len(positions) > 1)
        one[row], other[row] = (choice[number] for number in rng.integers(len(choice), size=2))
    one[rows] = other[rows] = np.arange(len(rows))
    share = rng.uniform(0.5, 0.95, len(languages)).astype(np.float32)[:, None]
    mixed = _unit(share * encoded.texts[one] + (1 - share) * encoded.texts[other])
    return Encoded(mixed, encoded.titles[one], tuple(languages))


def _codes(packed: bytes) -> tuple[bytes, ...]:
    """The first occupation, the group it is in, and what holds them all."""
    return packed[:4], packed[:2], b""


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _save(name: str, columns: SeekerColumns | VacancyColumns, vectors: Vectors) -> None:
    table = pa.table({k: pa.array(v) for k, v in columns.arrays().items()})
    pq.write_table(table, FOLDER / f"{name}.parquet")
    np.save(FOLDER / f"{name}.texts.npy", vectors.texts)
    np.save(FOLDER / f"{name}.titles.npy", vectors.titles)


def _load_columns(name: str, types: Mapping[str, str]) -> dict[str, Column]:
    table = pq.read_table(FOLDER / f"{name}.parquet")
    return {column: table[column].to_numpy().astype(kind) for column, kind in types.items()}


def _load_vectors(name: str) -> Vectors:
    texts, titles = (np.load(FOLDER / f"{name}.{part}.npy") for part in ("texts", "titles"))
    return Vectors(texts, titles)


def records(kind: Kind, entity: type[R], app: App, *, most: int | None = None) -> list[R]:
    """The first simulated records of a kind."""
    folder = FOLDER / "register"
    if not (folder / "README.txt").exists():
        with track("simulated days") as progress:
            simulate(
                seekers=SIMULATED,
                seed=SEED,
                start=LAST_DAY - timedelta(days=364),
                out=folder,
                reference=app.reference,
                progress=progress,
            )
    sources, _ = survey([folder / f"{kind}.csv"])
    chunks = read(sources[0], reference=app.reference, key=NOBODYS_KEY, today=LAST_DAY)
    entities = (record.entity for chunk in chunks for record in chunk.records)
    return list(islice((e for e in entities if isinstance(e, entity)), most))


if __name__ == "__main__":
    load(bench_app())

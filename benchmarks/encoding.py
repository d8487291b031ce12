"""How long texts of a simulated register take to become vectors, by the ways to run the encoder.

Each way is also held against torch in fp32: the cosine of vectors, and the ten best of lists.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from matcher.bootstrap import App
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine, reading
from matcher.db.store import active_seekers, indexable_vacancies
from matcher.encoder import BUILT_IN, Role, SentenceEncoder, encode_cached, open_cache
from matcher.encoder.compiled import has_bf16
from matcher.encoder.model import find_model
from matcher.encoder.network import read_network
from matcher.entities import JobSeeker, Vacancy
from matcher.features.text import encoder_text
from matcher.identity import IdentityKey
from matcher.jobs.importing import import_files
from matcher.progress import track
from matcher.service.indexing import Encoded, centred_seekers, centred_vacancies
from matcher.simulation import simulate

SEEKERS, START, DAY = 4_600, date(2025, 3, 17), date(2026, 3, 17)
POOL, ASKED, RECORDS = 2_000, 400, 128
CLASSES = {"up to 40 tokens": (0, 40), "41 to 80": (41, 80), "over 80": (81, 512)}
OF_A_CLASS, TITLES = 48, 96
ROUNDS, QUERIES = 3, 60
QUESTION = "會開堆高機，想找前鎮的倉庫日班，月薪三萬五"
MODELS = Settings().models_dir

Vectors = NDArray[np.float32]
Way = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Ways:
    """How texts become vectors: sentence-transformers as it comes, and our encoders by name."""

    plain: Way
    ours: dict[str, SentenceEncoder]

    def encoding(self) -> dict[str, Way]:
        """All of them, for passages."""
        return {"sentence-transformers": self.plain} | {
            name: lambda texts, own=own: own.encode(texts, role=Role.PASSAGE)
            for name, own in self.ours.items()
        }

    def registering(self, folder: Path) -> dict[str, Way]:
        """All of them, with the empty cache that our index starts from: it takes a text once."""
        fresh = (folder / str(number) for number in count())

        def cold(texts: Sequence[str], own: SentenceEncoder) -> Vectors:
            with open_cache(own, models_dir=next(fresh)) as cache:
                return encode_cached(own, cache, texts, role=Role.PASSAGE)

        return {"sentence-transformers": self.plain} | {
            name: lambda texts, own=own: cold(texts, own) for name, own in self.ours.items()
        }


def opened() -> Ways:
    """Every way to run the built-in model that this processor has."""
    folder, manifest = find_model(BUILT_IN, models_dir=MODELS)
    model, threads = (
        SentenceTransformer(str(folder), local_files_only=True),
        torch.get_num_threads(),
    )
    prompt = manifest.prompts["passage"]

    def plain(texts: Sequence[str]) -> Vectors:
        torch.set_num_threads(threads)  # its default; ours has one a text
        vectors = model.encode(list(texts), prompt=prompt)
        torch.set_num_threads(1)
        return np.asarray(vectors)

    network = read_network(folder, max_length=manifest.max_length)
    ours = {
        "torch, fp32": SentenceEncoder(folder, manifest),
        "OpenVINO, fp32": SentenceEncoder(folder, manifest, network=network),
    }
    if has_bf16():
        ours["OpenVINO, bf16"] = SentenceEncoder(folder, manifest, network=network, bf16=True)
    return Ways(plain, ours)


def simulated(folder: Path) -> tuple[App, list[JobSeeker], list[Vacancy]]:
    """A bureau in `folder`, its active seekers and vacancies not over on the first day, mixed."""
    app = App(
        Settings(var_dir=folder, database_url="", encoder=BUILT_IN),
        clock=lambda: datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC),
    )
    files = folder / "register"
    simulate(seekers=SEEKERS, seed=0, start=START, out=files, reference=app.reference)
    migrate(open_engine(app.settings.sqlalchemy_url))
    reports = import_files(
        app.engine,
        [files],
        reference=app.reference,
        key=IdentityKey(1, b"k" * 32),
        rejects_dir=folder / "rejects",
        today=DAY,
        track=track,
    )
    if any(report.failed for report in reports):
        raise SystemExit("The simulated register could not be imported.")
    with reading(app.engine) as connection:
        seekers = list(active_seekers(connection))
        vacancies = [vacancy for vacancy, _ in indexable_vacancies(connection, START)]
    rng = np.random.default_rng(0)
    return (
        app,
        [seekers[row] for row in rng.permutation(len(seekers))],
        [vacancies[row] for row in rng.permutation(len(vacancies))],
    )


def rates(ways: dict[str, Way], texts: Sequence[str]) -> dict[str, float]:
    """Texts a second of each way: the best of ROUNDS rounds, in which all take turns."""
    best = dict.fromkeys(ways, np.inf)
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            way(texts)
            best[name] = min(best[name], time.perf_counter() - start)
    return {name: len(texts) / seconds for name, seconds in best.items()}


def speed(app: App, ways: Ways, records: Sequence[JobSeeker | Vacancy], folder: Path) -> Table:
    """Texts a second and the ratio to sentence-transformers, by length and for a cold register."""
    indexer = app.indexer
    texts = [encoder_text(record, indexer.reference, indexer.lexicon) for record in records]
    titles = [title for record in records if (title := record.title.strip())]
    own = next(iter(ways.ours.values()))
    tokenizer = Tokenizer.from_file(str(own.folder / "tokenizer.json"))
    lengths = np.array([len(tokens.ids) for tokens in tokenizer.encode_batch(texts)])
    table = Table("texts", "tokens", *ways.encoding(), box=MARKDOWN)

    def row(what: str, asked: list[str], ways: dict[str, Way]) -> None:
        tokens = np.mean([len(tokens.ids) for tokens in tokenizer.encode_batch(asked)])
        measured = rates(ways, asked)
        base = measured["sentence-transformers"]
        figures = [f"{rate:.1f} ({rate / base:.2f}x)" for rate in measured.values()]
        table.add_row(f"{len(asked)} {what}", f"{tokens:.0f}", *figures)

    row("titles", titles[:TITLES], ways.encoding())
    for name, (least, most) in CLASSES.items():
        rows = np.flatnonzero((lengths >= least) & (lengths <= most))[:OF_A_CLASS]
        row(f"of {name}", [texts[at] for at in rows], ways.encoding())
    row("as they come", texts[:RECORDS], ways.encoding())
    cold = [*texts[:RECORDS], *(record.title.strip() for record in records[:RECORDS])]
    row(f"of {RECORDS} cold records", [text for text in cold if text], ways.registering(folder))
    return table


def likeness(app: App, ways: Ways, seekers: list[JobSeeker], vacancies: list[Vacancy]) -> Table:
    """How near each way comes to torch in fp32: vectors, and the ten best of each seeker."""
    indexer, reference = app.indexer, ways.ours["torch, fp32"]
    known: dict[str, tuple[Vectors, NDArray[np.intp], NDArray[np.intp]]] = {}
    for name, own in ways.ours.items():
        asked, offered = (
            Encoded(
                own.encode(
                    [encoder_text(r, indexer.reference, indexer.lexicon) for r in records],
                    role=role,
                ),
                np.zeros((len(records), own.dimension), np.float32),
                tuple(record.language for record in records),
            )
            for records, role in ((seekers, Role.QUERY), (vacancies, Role.PASSAGE))
        )
        centring = indexer.centring(asked, offered)
        queries = centred_seekers(asked, centring).texts
        catalogue = centred_vacancies(offered, centring).texts
        known[name] = (
            np.vstack([asked.texts, offered.texts]),
            ten_best(asked.texts, offered.texts),
            ten_best(queries, catalogue),
        )
    columns = ("cosine, lowest", "mean", "ten best shared", "the same ten")
    table = Table("way", *columns, "centred: shared", "the same ten", box=MARKDOWN)
    vectors, *lists = known.pop(next(name for name, own in ways.ours.items() if own is reference))
    for name, (others, *found) in known.items():
        cosines = (vectors * others).sum(axis=1)
        figures = [f"{cosines.min():.6f}", f"{cosines.mean():.6f}"]
        for ours, theirs in zip(found, lists, strict=True):
            shared = np.array([len(set(a) & set(b)) for a, b in zip(ours, theirs, strict=True)])
            figures += [f"{shared.mean() / 10:.1%}", f"{(shared == 10).mean():.1%}"]
        table.add_row(name, *figures)
    return table


def ten_best(queries: Vectors, catalogue: Vectors) -> NDArray[np.intp]:
    """Rows of the ten nearest of each query, ties by row, (n, 10)."""
    return np.argsort(-(queries @ catalogue.T), axis=1, kind="stable")[:, :10]


LOADING = f"""
import json, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from matcher.encoder.model import Role, SentenceEncoder, find_model
from matcher.encoder.network import read_network
way, models = sys.argv[1], Path(sys.argv[2])
folder, manifest = find_model({BUILT_IN!r}, models_dir=models)
network = None if "torch" in way else read_network(folder, max_length=manifest.max_length)
encoder = SentenceEncoder(folder, manifest, network=network, bf16="bf16" in way)
encoder.encode([""], role=Role.QUERY)
loaded = time.perf_counter() - start
times = []
for _ in range({QUERIES}):
    begun = time.perf_counter()
    encoder.encode([{QUESTION!r}], role=Role.QUERY)
    times.append(time.perf_counter() - begun)
used = Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]
print(json.dumps({{"loaded": loaded, "used": int(used) / 1024, "times": times}}))
"""


def starting(ways: Ways) -> Table:
    """Import and load to the first vector, memory held then, and one question at a time."""
    table = Table("way", "first vector, s", "memory, MB", "p50 ms", "p95 ms", box=MARKDOWN)
    for name in ways.ours:
        runs = []
        for _ in range(2):  # the second finds the files in memory
            command = [sys.executable, "-c", LOADING, name, str(MODELS)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
            runs.append(json.loads(done.stdout))
        last = runs[-1]
        median, high = np.percentile(last["times"], [50, 95]) * 1_000
        table.add_row(
            name, f"{last['loaded']:.1f}", f"{last['used']:.0f}", f"{median:.1f}", f"{high:.1f}"
        )
    return table


def processor() -> str:
    """What the machine says of its processor: name, cores to use, and what multiplies matrices."""
    told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    name = re.search(r"model name\s*: (.*)", told)
    flags = set(re.findall(r"\S+", told))
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    cores = len(os.sched_getaffinity(0))
    return f"{name[1] if name else 'processor'}, {cores} cores, {' '.join(known)}"


def main() -> None:
    """Print what loading takes, how fast each way is, and how near it comes to torch."""
    console = Console(width=150)
    ways = opened()
    console.print(starting(ways))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app, seekers, vacancies = simulated(folder)
        mixed = [record for pair in zip(seekers, vacancies, strict=False) for record in pair]
        console.print(speed(app, ways, mixed, folder / "caches"))
        console.print(likeness(app, ways, seekers[:ASKED], vacancies[:POOL]))
        console.print(f"simulated: {ASKED} seekers' lists of {POOL} vacancies compared")
        app.engine.dispose()
    packages = ("openvino", "torch", "sentence-transformers", "transformers", "numpy")
    console.print(processor(), highlight=False)
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)


if __name__ == "__main__":
    main()

"""What the steps of a night do, and what each depends on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matcher.allocation.prices import MOST_STEPS
from matcher.artifacts.folder import created
from matcher.artifacts.plan import load_plan
from matcher.db.audit_seals import newest_seal
from matcher.db.engine import reading
from matcher.db.erasing import newest_erasure
from matcher.db.history import all_referred_for, all_referred_to
from matcher.durable import file_digest, write_whole
from matcher.errors import MatcherError, NotReadyError
from matcher.features.columns import day_number
from matcher.jobs.alone import alone
from matcher.jobs.candidates import prepare_candidates
from matcher.jobs.erasing import Places, finish_erasures
from matcher.jobs.importing import import_files
from matcher.jobs.index import build_index
from matcher.jobs.journal import Result
from matcher.jobs.night import CANDIDATES, PLAN, REPORT, SHORTLISTS, SLATES, Night
from matcher.jobs.night_figures import night_figures
from matcher.jobs.nights import FIGURES
from matcher.jobs.plan import make_plan
from matcher.jobs.prepared import prepare_shortlists, prepare_slates
from matcher.jobs.recording import keep, record_figures
from matcher.jobs.report import write_report
from matcher.jobs.retention import expire
from matcher.jobs.taken import Taken, files_in
from matcher.jobs.train import train
from matcher.service.clock import day_of
from matcher.service.figures import last_twelve_months
from matcher.service.proof import Proof
from matcher.service.publication import Publisher

PEOPLE = 20_000
"""Persons at most that a ranker is trained on."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it depends on, and its work. `folder` is what it fills, piece by piece."""

    name: str
    inputs: Callable[[Night], object]
    work: Callable[[Night], Result]
    folder: str = ""


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: digest for path, digest in files_in(folder).items()}


def _take_in(night: Night) -> Result:
    """Take in the files that are new or changed since they were taken in before."""
    bureau, register = night.bureau, night.register
    ledger = bureau.folder / "taken.json"
    taken = Taken.read(ledger, register=register[0], seq=register[1])
    arrived = taken.unlike(files_in(bureau.incoming))
    good: dict[str, str] = {}
    trouble: list[str] = []
    accepted = rejected = 0
    for report in import_files(
        bureau.engine,
        list(arrived),
        reference=bureau.indexer.reference,
        key=bureau.key,
        rejects_dir=bureau.rejects,
        today=night.today,
        track=night.track,
        linter=bureau.linter,
    ):
        accepted += report.accepted
        rejected += report.rejected
        if report.failed:
            trouble.append(f"{report.path.name}: {report.error or 'every row was rejected'}")
        elif not report.rejected:
            good[report.path.name] = arrived[report.path]
    taken.after(good, night.register[1]).write(ledger)
    return {
        "files": len(arrived), "accepted": accepted, "rejected": rejected, "trouble": trouble
    }  # fmt: skip


def _expire(night: Night) -> Result:
    """Erase from the register what was kept long enough; tells the newest seal of the audit log.

    So its digest stands outside the database too.
    """
    bureau = night.bureau
    told = expire(bureau.engine, bureau.retention, bureau.rejects, now=night.now)
    with reading(bureau.engine) as connection:
        sealed = newest_seal(connection)
    return {**told, "sealed": None if sealed is None else [sealed.last_seq, sealed.digest]}


def _erase(night: Night) -> Result:
    """Erase from files whoever was erased from the register."""
    bureau = night.bureau
    places = Places(
        index=bureau.index, nights=bureau.folder, rejects=bureau.rejects, models=bureau.models
    )
    people = finish_erasures(
        bureau.engine, bureau.indexer, places, now=night.now, track=night.track
    )
    return {"people": people}


def _newest_erasure(night: Night) -> int:
    with reading(night.bureau.engine) as connection:
        return newest_erasure(connection)


def _index(night: Night) -> Result:
    """Encode what is new, leave out what is over or full, and publish."""
    bureau = night.bureau
    manifest = build_index(
        bureau.engine, bureau.indexer, bureau.index, now=night.now, track=night.track
    )
    return {"generation": manifest.generation, **manifest.counts}


def _train(night: Night) -> Result:
    """Train a challenger in the first night of a month; where it cannot, all else goes on."""
    bureau, today = night.bureau, night.today
    # What this very night published before it was killed may not have been promoted.
    this_night = night.now.replace(microsecond=0)
    made = (day_of(at) for at in created(bureau.rankers).values() if at != this_night)
    if any((day.year, day.month) == (today.year, today.month) for day in made):
        return {"due": False}
    try:
        with alone(bureau.rankers, "training") as folder:
            training = train(
                bureau.engine,
                bureau.indexer,
                folder,
                people=PEOPLE,
                now=night.now,
                track=night.track,
                centring=night.published().centring,
            )
            kept = keep(training, folder, bureau.store)
    except NotReadyError as error:
        return {"due": True, "untrained": str(error)}
    except MatcherError as error:
        return {"due": True, "trouble": [str(error)]}
    return {
        "due": True,
        "generation": training.manifest.generation,
        "promoted": training.verdict.promoted,
        "objections": list(training.verdict.objections),
        "trouble": [kept.trouble] if kept.trouble else [],
    }


def _candidates(night: Night) -> Result:
    """Find the candidates of every active seeker."""
    with reading(night.bureau.engine) as connection:
        sent = all_referred_to(connection)
    prepare = partial(prepare_candidates, sent=sent)
    return _prepared(night, CANDIDATES, _with_ranker(night, prepare))


def _plan(night: Night) -> Result:
    """Solve for the prices of tonight's candidates, where a ranker knows chances."""
    bureau, champion = night.bureau, night.champion()
    if bureau.floor is None or not champion.ranker.trained:
        return {"planned": False}
    with night.track(PLAN) as progress:
        planned = make_plan(
            bureau.engine,
            night.published(),
            night.journal.folder / CANDIDATES,
            bureau.plans,
            ranker=champion.ranker,
            reference=bureau.indexer.reference,
            floor=bureau.floor,
            now=night.now,
            progress=lambda step, _gap: progress(step, MOST_STEPS),
        )
    plan = planned.plan
    return {
        "planned": True,
        "generation": planned.generation,
        "expected_hires": round(plan.value, 1),
        "unpriced": round(plan.unpriced, 1),
        "gap": round(plan.gap, 4),
    }


def _slates(night: Night) -> Result:
    """Prepare the slate of every active seeker."""
    planned = night.journal.told(PLAN).get("planned", False)
    prices = load_plan(night.bureau.plans, register=night.register[0]).prices if planned else None
    prepare = partial(prepare_slates, candidates=night.journal.folder / CANDIDATES, prices=prices)
    return _prepared(night, SLATES, prepare)


def _shortlists(night: Night) -> Result:
    """Prepare the shortlist of every open vacancy."""
    with reading(night.bureau.engine) as connection:
        sent = all_referred_for(connection)
    prepare = partial(prepare_shortlists, sent=sent)
    return _prepared(night, SHORTLISTS, _with_ranker(night, prepare))


def _with_ranker(night: Night, prepare: Callable[..., None]) -> Callable[..., None]:
    reference = night.bureau.indexer.reference
    ranker, today = night.champion().ranker, day_number(night.today)
    return partial(prepare, ranker=ranker, reference=reference, today=today)


def _prepared(night: Night, name: str, prepare: Callable[..., None]) -> Result:
    champion, index = night.champion(), night.published()
    with night.track(name) as progress:
        prepare(
            index,
            folder=night.journal.folder / name,
            progress=progress,
        )
    return {
        "generation": index.manifest.generation,
        "ranker": champion.ranker.version,
        "trouble": [str(champion.refused)] if champion.refused else [],
    }


def _figures(night: Night) -> Result:
    """Write the bureau's rates and the match rates as JSON, with what leaves its band."""
    bureau = night.bureau
    figures = night_figures(
        bureau.engine,
        night.published(),
        night.journal.folder / SLATES,
        reference=bureau.indexer.reference,
        rankers=bureau.rankers,
        today=night.today,
    )
    content = json.dumps(figures, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(night.journal.folder / FIGURES, content.encode())
    return {"trouble": [alert["text"] for alert in figures["alerts"]]}


def _report(night: Night) -> Result:
    """Write the bureau's report of the last twelve months."""
    written = write_report(
        Publisher(night.bureau.engine, lambda: night.now),
        Proof(night.bureau.engine),
        reference=night.bureau.indexer.reference,
        period=last_twelve_months(night.today),
        out=night.journal.folder / REPORT,
        market=night.market(),
    )
    return {"page": written.page.name}


def _record(night: Night) -> Result:
    """Log the figures to MLflow; a store that cannot be used costs the record and nothing else."""
    path = night.journal.folder / FIGURES
    kept = record_figures(json.loads(path.read_text(encoding="utf-8")), night.bureau.store)
    return {"run": kept.run, "trouble": [kept.trouble] if kept.trouble else []}


STEPS = (
    Step(
        "take in",
        lambda night: [night.register[0], _digests(night.bureau.incoming)],
        _take_in,
    ),
    Step("expire", lambda night: night.today, _expire),
    Step(
        "index",
        lambda night: [night.today, night.register, night.bureau.indexer.encoder.fingerprint],
        _index,
    ),
    Step("erase", _newest_erasure, _erase),
    Step("train", lambda night: [night.register[0], night.today], _train),
    Step(CANDIDATES, lambda night: night.lists_from, _candidates, folder=CANDIDATES),
    Step(
        PLAN,
        lambda night: [night.lists_from, night.register, night.bureau.floor],
        _plan,
    ),
    Step(
        SLATES,
        lambda night: [night.lists_from, night.journal.told(PLAN).get("generation")],
        _slates,
        folder=SLATES,
    ),
    Step(SHORTLISTS, lambda night: night.lists_from, _shortlists, folder=SHORTLISTS),
    Step(
        "figures",
        # Some of what files bring, such as lists, leaves no trace in the state of the register.
        lambda night: [night.lists_from, night.register, _digests(night.bureau.incoming)],
        _figures,
    ),
    Step(
        REPORT,
        lambda night: [night.today, night.register, night.journal.told(PLAN).get("generation")],
        _report,
        folder=REPORT,
    ),
    Step("record", lambda night: file_digest(night.journal.folder / FIGURES), _record),
)

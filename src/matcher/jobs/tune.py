"""Tunes the encoder on the register's past and promotes it only where it finds more people work."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from matcher.artifacts.folder import new_generation
from matcher.db.engine import reading
from matcher.encoder.agreement import record_of
from matcher.encoder.cache import FOLDER as CACHES
from matcher.encoder.cache import encode_cached, open_cache
from matcher.encoder.folder import ModelManifest, publish, survey
from matcher.encoder.model import Role, SentenceEncoder, fastest
from matcher.encoder.promoted import BASE, promote_encoder
from matcher.encoder.tuning import fine_tune
from matcher.entities import Language
from matcher.errors import InvalidInputError
from matcher.evaluation.metrics import Floats
from matcher.evaluation.tuning_gate import (
    ACROSS,
    PLACED,
    TITLES,
    UNSEEN,
    Change,
    change,
    found,
    objections,
)
from matcher.jobs.alone import alone
from matcher.jobs.index import Track
from matcher.jobs.tuning_pairs import SEED, Examined, Material, read_material
from matcher.service.clock import day_of
from matcher.service.indexing import Indexer, centred_seekers, centred_vacancies

FOLDER = "tuning"


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningReport:
    """What was trained and measured; `promoted` is the new model folder's name, None if refused.

    `changes` hold recall@50 by group before (the encoder that served) and after, `objections` why
    the tuned one does not serve. Hires since `since` were examined against `catalogue` vacancies;
    none between the languages `held_out` was trained on. `losses` are by step.
    """

    base: str
    before: str
    simulated: bool
    since: date
    held_out: frozenset[Language]
    placed_pairs: int
    title_pairs: int
    catalogue: int
    losses: Sequence[float]
    changes: Mapping[str, Change]
    objections: tuple[str, ...]
    promoted: str | None


def tune(
    engine: Engine,
    indexer: Indexer,
    *,
    base: SentenceEncoder,
    models_dir: Path,
    var_dir: Path,
    steps: int,
    now: datetime,
    track: Track,
) -> TuningReport:
    """Train from `base`, the encoder that is set, and compare with the one that serves.

    The tuned model becomes a folder of `models_dir` that `var_dir` points to, if nothing speaks
    against it; nothing of it stays otherwise. Interrupted, the next run with the same steps goes
    on. Raises NotReadyError for too few placements, ConflictError while another tuning runs.
    """
    if steps < 1:
        raise InvalidInputError("No step was asked for.", remedy="Give a number of 1 or more.")
    with reading(engine) as connection:
        material = read_material(connection, indexer.reference, indexer.lexicon, today=day_of(now))
    with alone(var_dir / FOLDER, "tuning") as folder:
        before = _examine(indexer, material.examined, track, when="before")
        work, checkpoint = folder / "model", folder / "checkpoint.safetensors"
        shutil.rmtree(work, ignore_errors=True)
        with track("steps of tuning") as progress:
            losses = fine_tune(
                base,
                (material.placed, material.titles),
                work,
                steps=steps,
                seed=SEED,
                checkpoint=checkpoint,
                progress=progress,
            )
        name = f"{Path(base.name).name}-tuned-{new_generation(now)}"
        manifest = survey(work, name=name, dimension=base.dimension)
        tuned = fastest(work, manifest, models_dir=models_dir, fp32=base.arithmetic == "fp32")
        caches = set((models_dir / CACHES).glob("*.sqlite"))
        with open_cache(tuned, models_dir=models_dir) as cache:
            after = _examine(
                replace(indexer, encoder=tuned, cache=cache), material.examined, track, when="after"
            )
        rng = np.random.default_rng(SEED)
        changes = {group: change(before[group], after[group], rng=rng) for group in before}
        reasons = objections(changes)
        if not reasons:
            source = _source(base, material, losses, changes)
            _publish(work, models_dir / name, replace(manifest, source=source))
            promote_encoder(name, var_dir=var_dir)
        elif cache.path not in caches:  # the same weights may serve already
            for path in cache.path.parent.glob(f"{cache.path.name}*"):
                path.unlink()
            record_of(tuned, models_dir=models_dir).unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)
        checkpoint.unlink()
    return TuningReport(
        base=base.name,
        before=indexer.encoder.name,
        simulated=material.simulated,
        since=material.since,
        held_out=material.held_out,
        placed_pairs=len(material.placed),
        title_pairs=len(material.titles),
        catalogue=len(material.examined.vacancies),
        losses=losses,
        changes=changes,
        objections=reasons,
        promoted=None if reasons else name,
    )


def _examine(indexer: Indexer, examined: Examined, track: Track, *, when: str) -> dict[str, Floats]:
    """What is found of each group, (n,), with vectors centred as those that are served."""
    with track(f"seekers, {when}") as progress:
        asked = indexer.encode_seekers(examined.seekers, progress)
    with track(f"vacancies, {when}") as progress:
        offered = indexer.encode_vacancies(examined.vacancies, progress)
    centring = indexer.centring(asked, offered)
    queries = centred_seekers(asked, centring).texts
    catalogue = centred_vacancies(offered, centring).texts
    placed = found(queries, catalogue, examined.placed)

    titled = [examined.vacancies[row] for row in examined.titled]
    languages = [vacancy.language for vacancy in titled]
    encoder, cache = indexer.encoder, indexer.cache
    titles = encode_cached(encoder, cache, [v.title for v in titled], role=Role.QUERY)
    with track(f"descriptions, {when}") as progress:
        descriptions = encode_cached(
            encoder, cache, [v.text for v in titled], role=Role.PASSAGE, progress=progress
        )
    return {
        PLACED: placed,
        ACROSS: placed[examined.across],
        UNSEEN: found(queries, catalogue, examined.unseen),
        TITLES: found(
            centring.titles.of_queries(titles, languages),
            centring.texts.of_passages(descriptions, languages),
            np.repeat(np.arange(len(titled))[:, None], 2, axis=1),
        ),
    }


def _source(
    base: SentenceEncoder,
    material: Material,
    losses: Sequence[float],
    changes: Mapping[str, Change],
) -> dict[str, str]:
    """Where the weights come from, for the manifest."""
    figures = {
        f"recall@50 of {group}": f"{c.before.value:.3f} before, {c.after.value:.3f} after, "
        f"difference {c.difference.value:+.3f} [{c.difference.low:+.3f}, {c.difference.high:+.3f}]"
        for group, c in changes.items()
    }
    return {
        BASE: base.manifest.fingerprint,
        "base_name": base.name,
        "register": material.register,
        "simulated": str(material.simulated).lower(),
        "hires_before": material.since.isoformat(),
        "steps": str(len(losses)),
        "seed": str(SEED),
        **figures,
    }


def _publish(work: Path, target: Path, manifest: ModelManifest) -> None:
    def build(partial: Path) -> ModelManifest:
        shutil.copytree(work, partial, dirs_exist_ok=True)
        return manifest

    publish(target, build)

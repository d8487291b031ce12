"""Tuning a simulated register: who is examined is not trained on, and the gate decides."""

from __future__ import annotations

import fcntl
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from matcher.bootstrap import App
from matcher.db.engine import migrate, open_engine, reading, writing
from matcher.db.placed import PlacedPair, placed_pairs
from matcher.db.store import upsert
from matcher.encoder import SentenceEncoder, open_encoder, tuning
from matcher.encoder.folder import read_manifest
from matcher.encoder.promoted import promoted_encoder
from matcher.entities import (
    Employer,
    JobSeeker,
    Outcome,
    Placement,
    Referral,
    ReferralOutcome,
    Vacancy,
)
from matcher.errors import ConflictError, NotReadyError
from matcher.evaluation import tuning_gate
from matcher.features.columns import day_number
from matcher.features.text import encoder_text
from matcher.identity import IdentityKey
from matcher.jobs import tune as job
from matcher.jobs.importing import import_files
from matcher.jobs.lookback import look_back
from matcher.jobs.tune import TuningReport, tune
from matcher.jobs.tuning_pairs import Material, read_material
from matcher.simulation import simulate
from tests.bureau import settings_in, untracked
from tests.strategies import REFERENCE
from tests.transformer import tiny_transformer

START = date(2025, 3, 17)
LATER = START + timedelta(days=365)
NOON = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)


def opened(folder: Path, model: Path) -> App:
    app = App(settings_in(folder, model))
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    return app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(seekers=400, seed=5, start=START, out=folder / "files", reference=REFERENCE)
    app = opened(folder / "bureau", tiny_transformer(folder))
    reports = import_files(
        app.engine,
        [folder / "files"],
        reference=app.reference,
        key=IdentityKey(1, b"k" * 32),
        rejects_dir=app.settings.var_dir / "rejects",
        today=START + timedelta(days=365),
        track=untracked,
    )
    assert [report.error for report in reports if report.error] == []
    return app


@pytest.fixture(scope="module")
def material(app: App) -> Material:
    with reading(app.engine) as connection:
        return read_material(connection, app.reference, app.indexer.lexicon, today=LATER)


def run(app: App, **options: object) -> TuningReport:
    settings = app.settings
    base: SentenceEncoder = open_encoder(settings.encoder, models_dir=settings.models_dir)
    arguments = {"base": base, "steps": 2, "now": NOON, "track": untracked} | options
    return tune(
        app.engine,
        app.indexer,
        models_dir=settings.models_dir,
        var_dir=settings.var_dir,
        **arguments,
    )


def test_hires_of_the_days_that_lists_are_judged_by_are_examined(app: App, material: Material):
    with reading(app.engine) as connection:
        hires = placed_pairs(connection)
    newest = {(h.seeker_id, h.vacancy_id) for h in hires if h.hired_on >= material.since}
    examined = material.examined
    rows = {
        (examined.seekers[seeker].id, examined.vacancies[vacancy].id)
        for seeker, vacancy in examined.placed
    }
    assert rows == newest
    back = look_back(app.engine, app.indexer, people=10, today=LATER, track=untracked)
    assert day_number(material.since) == back.records.window.first
    languages = [
        examined.seekers[seeker].language is not examined.vacancies[vacancy].language
        for seeker, vacancy in examined.placed
    ]
    assert examined.across.tolist() == languages


def test_nothing_examined_is_trained_on(app: App, material: Material):
    examined = material.examined
    held_back = [examined.vacancies[row] for row in examined.titled]
    held_back += [
        examined.vacancies[row] for row in (*examined.placed[:, 1], *examined.unseen[:, 1])
    ]
    texts = {vacancy.text.strip() for vacancy in held_back}
    assert texts.isdisjoint(pair.passage.strip() for pair in material.titles)
    passages = {encoder_text(v, app.reference, app.indexer.lexicon) for v in held_back}
    assert passages.isdisjoint(pair.passage for pair in material.placed)
    assert all(v.posted_on >= material.since for v in held_back[: len(examined.titled)])


def test_the_language_pair_held_out_is_in_no_pair_of_people(app: App, material: Material):
    examined = material.examined
    assert len(material.held_out) == 2
    assert len(examined.unseen) > 1
    for seeker, vacancy in examined.unseen:
        pair = {examined.seekers[seeker].language, examined.vacancies[vacancy].language}
        assert pair == material.held_out
    with reading(app.engine) as connection:
        hires = placed_pairs(connection)
    pairs = [*examined.placed, *examined.unseen]
    people = {examined.seekers[seeker].id for seeker, _ in pairs}
    jobs = {examined.vacancies[vacancy].id for _, vacancy in pairs}
    rest = [hire for hire in hires if not (hire.seeker_id in people or hire.vacancy_id in jobs)]
    assert len(material.placed) == len(rest) >= 16


def test_who_is_hired_again_and_what_is_posted_again_is_not_trained_on(
    tmp_path: Path, tiny_model: Path
):
    day = date(2026, 1, 5)
    work = {"1": "堆高機", "2": "廚房", "3": "焊接", "4": "照顧", "5": "照顧", "6": "廚房"}
    hires = [("S-1", "V-1", 0), ("S-2", "V-2", 1), ("S-3", "V-3", 2), ("S-1", "V-4", 90)]
    records = [
        Employer(id="E-1", name="前鎮倉儲"),
        *(JobSeeker(id=f"S-{key}", registered_on=day, title=f"職{key}") for key in "123"),
        *(
            Vacancy(
                id=f"V-{key}",
                employer_id="E-1",
                title=f"缺{key}",
                text=text,
                openings=1,
                posted_on=day + timedelta(days=90 if key == "6" else 0),
            )
            for key, text in work.items()
        ),
        *(
            Placement(
                id=f"P-{after}",
                seeker_id=seeker,
                vacancy_id=vacancy,
                placed_on=day + timedelta(days=after),
            )
            for seeker, vacancy, after in hires
        ),
    ]
    app = opened(tmp_path, tiny_model)
    with writing(app.engine) as connection:
        for record in records:
            upsert(connection, [record])
    with reading(app.engine) as connection:
        material = read_material(connection, app.reference, app.indexer.lexicon, today=LATER)
    # S-1 is examined with V-4, whose text V-5 repeats; V-6, of the new quarter, repeats V-2.
    assert material.since == day + timedelta(days=90)
    assert [pair.query.split("\n")[0] for pair in material.placed] == ["職2", "職3"]
    assert [pair.passage for pair in material.titles] == ["堆高機", "焊接"]
    assert material.held_out == frozenset()
    assert len(material.examined.unseen) == 0


def test_an_encoder_that_passes_the_gate_is_published_and_serves(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(job, "objections", lambda _changes: ())
    report = run(app)
    settings = app.settings
    assert report.promoted is not None
    serving = promoted_encoder(
        settings.encoder, models_dir=settings.models_dir, var_dir=settings.var_dir
    )
    assert serving == report.promoted
    encoder = open_encoder(serving, models_dir=settings.models_dir)
    assert encoder.fingerprint != app.indexer.encoder.fingerprint
    manifest = read_manifest(settings.models_dir / serving)
    assert manifest is not None
    assert manifest.source["base"] == app.indexer.encoder.manifest.fingerprint
    assert manifest.source["steps"] == "2"
    assert manifest.source["simulated"] == "true"
    assert f"recall@50 of {tuning_gate.UNSEEN}" in manifest.source
    assert sorted(path.name for path in (settings.var_dir / "tuning").iterdir()) == [".lock"]


def test_a_refused_encoder_leaves_nothing_behind(app: App, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(job, "objections", lambda _changes: ("it is a test",))
    pointer = pointed_to(app)
    before = kept_models(app)
    report = run(app, steps=1)
    assert report.promoted is None
    assert report.objections == ("it is a test",)
    assert kept_models(app) == before
    assert pointed_to(app) == pointer


def test_weights_that_have_not_moved_gain_nothing_and_keep_their_cache(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tuning, "LEARNING_RATE", 0.0)
    report = run(app, steps=1)
    assert f"{tuning_gate.PLACED}: no gain beyond the interval" in report.objections
    assert set(report.changes) == {tuning_gate.PLACED, *tuning_gate.MUST_NOT_LOSE}
    for change in report.changes.values():
        assert change.before.value == change.after.value
        assert (change.difference.low, change.difference.high) == (0, 0)
    assert app.indexer.cache.path.is_file()


def pointed_to(app: App) -> str:
    pointer = app.settings.var_dir / "encoder"
    return pointer.read_text() if pointer.exists() else ""


def kept_models(app: App) -> set[Path]:
    _ = app.indexer.cache  # opened now, it is no news later
    models = app.settings.models_dir
    return {*models.glob("*"), *models.glob("cache/*.sqlite")}


def test_only_one_tuning_runs_at_a_time(app: App):
    folder = app.settings.var_dir / "tuning"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConflictError):
            run(app)


def test_a_register_without_placements_cannot_tune(tmp_path: Path, tiny_model: Path):
    with pytest.raises(NotReadyError, match="too few placements"):
        run(opened(tmp_path, tiny_model))


def test_a_hire_told_by_a_referral_and_by_a_placement_counts_once_by_its_first_day(
    tmp_path: Path, tiny_model: Path
):
    day = date(2026, 1, 5)
    records = [
        Employer(id="E-1", name="前鎮倉儲"),
        *(JobSeeker(id=key, registered_on=day, title="倉管") for key in ("S-1", "S-2", "S-3")),
        Vacancy(id="V-1", employer_id="E-1", title="倉管", openings=3, posted_on=day),
        *(
            Referral(id=f"R-{key}", seeker_id=f"S-{key}", vacancy_id="V-1", made_on=day)
            for key in (1, 2)
        ),
        ReferralOutcome(
            referral_id="R-1", outcome=Outcome.HIRED, happened_on=day + timedelta(days=9)
        ),
        ReferralOutcome(referral_id="R-2", outcome=Outcome.REJECTED, happened_on=day),
        Placement(id="P-1", seeker_id="S-1", placed_on=day + timedelta(days=7), vacancy_id="V-1"),
        Placement(id="P-2", seeker_id="S-2", placed_on=day),
        Placement(id="P-3", seeker_id="S-3", placed_on=day, vacancy_id="V-1"),
    ]
    app = opened(tmp_path, tiny_model)
    with writing(app.engine) as connection:
        for record in records:
            upsert(connection, [record])
    with reading(app.engine) as connection:
        assert placed_pairs(connection) == [
            PlacedPair(seeker_id="S-3", vacancy_id="V-1", hired_on=day),
            PlacedPair(seeker_id="S-1", vacancy_id="V-1", hired_on=day + timedelta(days=7)),
        ]

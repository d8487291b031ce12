"""Whoever is erased is nowhere any more, down to the bytes; what figures count stays as it was."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from matcher.artifacts.folder import change_of, current_if_any
from matcher.artifacts.index import load_index
from matcher.bootstrap import App
from matcher.cli import app as command
from matcher.db import tables
from matcher.db.audit import Entry, add_entries, entry
from matcher.db.desk import Note, add_note
from matcher.db.engine import migrate, open_engine, reading, writing
from matcher.db.erasing import ERASED, forget_ids, unfinished
from matcher.db.store import get, set_identity, upsert
from matcher.encoder.cache import cache_key
from matcher.encoder.model import Role
from matcher.entities import (
    Booth,
    Channel,
    Employer,
    ErasureReason,
    FairResume,
    Impression,
    JobFair,
    JobSeeker,
    Outcome,
    Placement,
    Programme,
    ProtectedAttributes,
    Referral,
    ReferralOutcome,
    Service,
    Step,
    Vacancy,
    Void,
    Voidable,
)
from matcher.errors import ConflictError, NotFoundError
from matcher.features.text import encoder_text
from matcher.identity import IdentityKey, digest
from matcher.jobs.erasing import Places, finish_erasures
from matcher.jobs.importing import import_files
from matcher.jobs.index import build_index
from matcher.rates.periods import Period
from matcher.service.keys import Principal
from matcher.service.keys import Role as KeyRole
from matcher.service.kiosks import Visit
from matcher.simulation import simulate
from tests.bureau import CLERK, publish_index, settings_in, untracked
from tests.databases import database
from tests.jobs.killed import NOW, TODAY, exit_code, one_night
from tests.jobs.past import START, opened
from tests.rankers import put_in_place, small_ranker
from tests.strategies import REFERENCE

GONE = JobSeeker(
    id="S-VANISHED",
    registered_on=TODAY - timedelta(days=40),
    name="消失的人",
    title="燈塔看守員",
    text="只有這個人寫過的句子：看守燈塔十一年",
    occupation="4321",
    district="806",
)
BEFORE = replace(GONE, text="更早以前寫的另一個句子", title="從前的燈塔看守員")
"""What the same person wrote first."""
LOOK = Entry(
    id="L-1",
    made_at=NOW,
    who="K-1",
    role="counsellor",
    action="listed",
    person=GONE.id,
    reason="other",
    words="燈塔看守員來電",
)
NOTE = Note(
    id="N-1",
    seeker_id=GONE.id,
    vacancy_id=None,
    text="想回燈塔工作",
    made_at=NOW,
    made_by="K-1",
)
OTHER = replace(GONE, id="S-STAYS", name="留下的人", text="另一個人的句子", title="倉管")
NUMBER = "A123456789"
BY = Principal("K-1", KeyRole.SUPERVISOR)
DIGEST = digest(NUMBER, IdentityKey(1, b"k" * 32))
PERIOD = Period(first=date(2025, 1, 1), last=date(2026, 12, 31))


def lived(app: App) -> None:
    """All that a register may hold of a person, and somebody whose records look alike."""
    vacancy = Vacancy(
        id="V-9", employer_id="E-9", title="倉管", openings=9, posted_on=TODAY - timedelta(30)
    )
    day = TODAY - timedelta(days=10)
    stored = [
        Employer(id="E-9", name="高雄港倉儲"),
        vacancy,
        JobFair(id="F-9", name="春季徵才", held_on=day, district="806", address="巨蛋"),
        Booth(fair_id="F-9", number="1", employer_id="E-9"),
    ]
    for person in (BEFORE, OTHER):
        key = person.id
        stored += [
            person,
            ProtectedAttributes(seeker_id=key, sex=None, birth_date=date(1970, 1, 1)),
            FairResume(
                id=f"C-{key[2:]}",
                fair_id="F-9",
                handed_in_at=day,
                booth_number="1",
                seeker_id=key,
                vacancy_id="V-9",
                matched=True,
            ),
            Referral(id=f"R-{key[2:]}", seeker_id=key, vacancy_id="V-9", made_on=day),
            ReferralOutcome(referral_id=f"R-{key[2:]}", outcome=Outcome.HIRED, happened_on=day),
            Placement(
                id=f"P-{key[2:]}",
                seeker_id=key,
                placed_on=day,
                vacancy_id="V-9",
                referral_id=f"R-{key[2:]}",
            ),
            Placement(id=f"P2-{key[2:]}", seeker_id=key, placed_on=day),
            Void(kind=Voidable.PLACEMENTS, record_id=f"P2-{key[2:]}", reason=f"{person.name} 重複"),
            Service(
                id=f"G-{key[2:]}",
                programme=Programme.TRAINING,
                step=Step.GRADUATED,
                happened_on=day,
                seeker_id=key,
            ),
            Service(
                id=f"G2-{key[2:]}",
                programme=Programme.TRAINING,
                step=Step.PLACED,
                happened_on=day,
                seeker_id=key,
                follows=f"G-{key[2:]}",
            ),
            Impression(
                id=f"I-{key[2:]}",
                shown_at=NOW,
                channel=Channel.COUNSELLOR,
                policy="p",
                items=(("V-9", 1.0),),
                seeker_id=key,
            ),
        ]
    # A placement that was first noted for the one, and put right.
    wrong = Placement(id="P-wrong", seeker_id=GONE.id, placed_on=day)
    stored += [wrong, replace(wrong, seeker_id=OTHER.id)]
    both = ((GONE.id, 2.0), (OTHER.id, 1.0))
    stored.append(
        Impression(
            id="I-V-9",
            shown_at=NOW,
            channel=Channel.COUNSELLOR,
            policy="p",
            items=both,
            vacancy_id="V-9",
        )
    )
    with writing(app.engine, now=NOW) as connection:
        for record in stored:
            upsert(connection, [record])
        set_identity(connection, {GONE.id: DIGEST})
        connection.execute(
            insert(tables.imported).values(kind="seeker", entity_id=GONE.id, digest="d")
        )
        add_entries(connection, [LOOK])
        add_note(connection, NOTE)
    app.indexer.encode_seekers([BEFORE])
    key = app.keys.create(name="kiosk", role=KeyRole.KIOSK, now=NOW)
    kiosk = app.kiosks.at(app.kiosks.set_up(key, "F-9"))
    app.kiosks.keep(kiosk, Visit(seeker_id=GONE.id, name="消○人"))
    with writing(app.engine, now=NOW) as connection:
        upsert(connection, [GONE])


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a small register, and one with rows that name the person and are rejected."""
    folder = tmp_path_factory.mktemp("incoming")
    simulate(seekers=120, seed=5, start=START, out=folder, reference=REFERENCE)
    (folder / "more_placements.csv").write_text(
        f"id,seeker_id,placed_on,vacancy_id\nP-bad,{GONE.id},2026-01-02,V-none\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, incoming: Path, tiny_model: Path) -> Path:
    """A bureau two nights of which the person lived through."""
    folder = tmp_path_factory.mktemp("lived") / "bureau"
    app = opened(folder, tiny_model)
    put_in_place(app, small_ranker())
    lived(app)
    yesterday = TODAY - timedelta(days=1)
    one_night(app, incoming, night=yesterday, now=NOW - timedelta(days=1))
    one_night(app, incoming)
    app.engine.dispose()
    return folder


@pytest.fixture
def app(lived_in: Path, tiny_model: Path, tmp_path: Path) -> Iterator[App]:
    """That bureau, fresh for each test."""
    shutil.copytree(lived_in, tmp_path / "bureau")
    app = App(settings_in(tmp_path / "bureau", tiny_model), clock=lambda: NOW)
    yield app
    app.engine.dispose()


def places(app: App) -> Places:
    return Places(
        index=app.index_folder,
        nights=app.night_folder,
        rejects=app.settings.var_dir / "rejects",
        models=app.settings.models_dir,
    )


def erase(app: App) -> None:
    app.register.erase(GONE.id, reason=ErasureReason.REQUEST, by=BY, now=NOW)


def finish(app: App) -> int:
    return finish_erasures(app.engine, app.indexer, places(app), now=NOW, track=untracked)


def traces(app: App) -> dict[str, bytes]:
    """What tells of the person, by what it is."""
    found = {
        "id": GONE.id.encode(),
        "placement": b"P-VANISHED",
        "digest": DIGEST.digest.encode(),
        "name": GONE.name.encode(),
        "words of a look": LOOK.words.encode(),
        "note": NOTE.text.encode(),
    }
    for word, person in (("now", GONE), ("before", BEFORE)):
        found[f"text {word}"] = person.text.encode()
        text = encoder_text(person, app.reference, app.indexer.lexicon)
        for written in (text, person.title):
            found[f"key of {written}"] = cache_key(written, role=Role.QUERY)
            found[f"vector of {written}"] = app.indexer.encoder.encode(
                [written], role=Role.QUERY
            ).tobytes()
    index = load_index(
        app.index_folder,
        encoder_fingerprint=app.indexer.encoder.fingerprint,
        register=app_register(app),
    )
    one = index.seekers.one(GONE.id)
    assert one is not None
    found["centred vector"] = one[1].texts.tobytes()
    found["centred title"] = one[1].titles.tobytes()
    base = index.seekers.base
    (row,) = [n for n, key in enumerate(base.columns.ids.tolist()) if key == GONE.id.encode()]
    found["rounded vector"] = base.index.rounded.codes[base.index.places[row]].tobytes()
    return found


def app_register(app: App) -> str:
    with reading(app.engine) as connection:
        return str(connection.execute(select(tables.register.c.id)).scalar_one())


def contents(path: Path) -> Iterator[bytes]:
    """What a file holds: its bytes, and what is packed in them."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield orjson.dumps(pq.read_table(path).to_pylist())
    elif is_zipfile(path):
        with ZipFile(path) as packed:
            for name in packed.namelist():
                yield packed.read(name)


def found_in(app: App, marks: dict[str, bytes]) -> set[tuple[str, str]]:
    """(what, where) of every mark in any file of the bureau."""
    folder = app.settings.var_dir.parent
    return {
        (what, str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file()
        for content in contents(path)
        for what, mark in marks.items()
        if mark in content
    }


def test_whoever_is_erased_is_in_no_byte_of_any_file(app: App):
    marks = traces(app)
    before = found_in(app, marks)
    # What was written over since is known to the cache only.
    assert {what for what, _ in before} == set(marks) - {"text before"}
    where = {place for _, place in before}
    for folder in ("var/index", "var/nightly", "var/rejects", "models/cache", "var/matcher.db"):
        assert any(place.startswith(folder) for place in where), folder
    erase(app)
    assert finish(app) == 1
    assert found_in(app, marks) == set()
    assert finish(app) == 0


def rows_that_name(app: App, marks: dict[str, bytes]) -> set[tuple[str, str]]:
    found = set()
    with reading(app.engine) as connection:
        for table in tables.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            text = "\n".join(str(tuple(row)) for row in rows).encode()
            found |= {(what, table.name) for what, mark in marks.items() if mark in text}
    return found


def test_on_postgresql_no_row_of_any_table_names_them(
    postgres_url: str, tiny_model: Path, tmp_path: Path
):
    with database(postgres_url) as url:
        app = App(settings_in(tmp_path, tiny_model, url), clock=lambda: NOW)
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        lived(app)
        publish_index(app)
        marks = traces(app)
        figures = counted(app)
        assert {what for what, _ in rows_that_name(app, marks)} >= {"id", "name", "text now"}
        erase(app)
        finish(app)
        assert rows_that_name(app, marks) == set()
        assert counted(app) == figures
        app.engine.dispose()


def counted(app: App) -> object:
    """Everything that a report counts, in all its parts, now and as of yesterday."""
    told = app.publisher.gather(PERIOD)
    return told.whole, told.bureau, told.at_fairs


def test_every_figure_stays_as_it_was_published(app: App):
    before = counted(app)
    proof = [(f.lint, f.where, f.text) for f in app.proof.findings()]
    erase(app)
    finish(app)
    assert counted(app) == before
    assert [(f.lint, f.where, f.text) for f in app.proof.findings()] == proof


def test_what_stays_leads_back_to_nobody(app: App):
    erase(app)
    with reading(app.engine) as connection:
        events = list(connection.execute(select(tables.events)).mappings())
        shown = connection.execute(
            select(tables.impressions.c["items"]).where(tables.impressions.c.id == "I-V-9")
        ).scalar_one()
        resume = get(connection, FairResume, "C-VANISHED")
        looked = entry(connection, LOOK.id)
    aliases = {event["person"] for event in events if str(event["person"]).startswith("X-")}
    assert len(aliases) == 1
    theirs = [event for event in events if event["person"] in aliases]
    assert {event["kind"] for event in theirs} == {
        "seeker_registered", "seeker_placed", "programme_step"
    }  # fmt: skip
    # P-wrong was put right: the record is somebody else's, and keeps its name.
    assert {e["record"] for e in theirs if not e["record"].startswith("X-")} == {"P-wrong"}
    assert shown == [[ERASED, 2.0], [OTHER.id, 1.0]]
    assert looked == replace(LOOK, person=ERASED, words="")
    assert resume is not None
    assert (resume.seeker_id, resume.matched) == (None, True)


def test_nobody_else_loses_anything(app: App):
    erase(app)
    finish(app)
    with reading(app.engine) as connection:
        assert get(connection, JobSeeker, OTHER.id) == OTHER
        for record in (Placement, Referral, FairResume, Service, Impression):
            key = {"Placement": "P", "Referral": "R", "FairResume": "C", "Service": "G"}
            kept = get(connection, record, f"{key.get(record.__name__, 'I')}-STAYS")
            assert kept is not None
            assert kept.seeker_id == OTHER.id
    assert app.indexer.cache.get([cache_key(OTHER.title, role=Role.QUERY)])
    for folder in app.night_folder.glob("*/slates"):
        ids = {k for p in folder.glob("*.parquet") for k in pq.read_table(p)["seeker"].to_pylist()}
        assert OTHER.id in ids


def test_the_running_service_shows_them_to_nobody_at_once(app: App):
    app.sync()
    assert app.live.snapshot.index.seekers.one(GONE.id) is not None
    (line,) = app.lists.for_seeker(GONE.id, k=1, channel=Channel.COUNSELLOR).lines
    vacancy = line.candidate.id
    listed = app.shortlists.for_vacancy(vacancy, k=100, channel=Channel.COUNSELLOR)
    assert GONE.id in {line.candidate.id for line in listed.lines}
    erase(app)
    assert app.live.snapshot.index.seekers.one(GONE.id) is None
    listed = app.shortlists.for_vacancy(vacancy, k=100, channel=Channel.COUNSELLOR)
    assert GONE.id not in {line.candidate.id for line in listed.lines}
    with pytest.raises(NotFoundError):
        app.lists.for_seeker(GONE.id, k=3, channel=Channel.COUNSELLOR)


def test_another_service_follows_before_and_after_the_files_are_done(app: App):
    other = App(app.settings, clock=lambda: NOW)
    other.sync()
    erase(app)
    with pytest.raises(NotFoundError):
        other.lists.for_seeker(GONE.id, k=3, channel=Channel.COUNSELLOR)
    finish(app)
    other.sync()
    assert other.live.refused is None
    assert other.live.snapshot.index.seekers.one(GONE.id) is None
    assert other.live.snapshot.index.seekers.one(OTHER.id) is not None
    other.engine.dispose()


KILLED_BEFORE = (
    ("current", 1),  # a new index published, not current
    ("part-00000.parquet", 1),  # lists of the first night rewritten, not in place
    ("part-00000.parquet", 2),
    ("more_placements.csv.*", 1),
)


def test_an_erasure_killed_anywhere_is_ended_by_the_next_night(
    app: App, incoming: Path, tiny_model: Path
):
    marks = traces(app)
    erase(app)
    app.engine.dispose()
    folder = app.settings.var_dir.parent
    rejected = next((app.settings.var_dir / "rejects").glob("*/more_placements*")).name
    for name, time in KILLED_BEFORE:
        moment = (rejected if "*" in name else name, time)
        assert exit_code(folder, tiny_model, incoming, moment) == -signal.SIGKILL, moment
        assert found_in(app, marks)
    assert exit_code(folder, tiny_model, incoming) == 0
    assert found_in(app, marks) == set()
    with reading(app.engine) as connection:
        assert unfinished(connection) == []


def test_a_crash_before_the_database_was_written_anew_is_made_up_for(app: App):
    marks = traces(app)
    erase(app)
    with writing(app.engine, now=NOW) as connection:
        forget_ids(connection, [GONE.id])
    # Nothing names the id any more, so only the rest of the work can be told.
    assert finish(app) == 1
    assert not [place for _, place in found_in(app, marks) if "matcher.db" in place]


def test_an_index_that_was_being_built_meanwhile_is_removed_too(app: App):
    late = app.settings.var_dir / "late"
    build_index(app.engine, app.indexer, late, now=NOW, track=untracked)
    marks = traces(app)
    erase(app)
    finish(app)
    name = current_if_any(late)
    (late / name).rename(app.index_folder / name)
    shutil.rmtree(late)
    assert found_in(app, marks)
    finish(app)
    assert found_in(app, marks) == set()
    assert change_of(app.index_folder / current_if_any(app.index_folder)) >= 0


def test_no_file_and_no_form_brings_them_back(app: App, tmp_path: Path):
    marks = traces(app)
    erase(app)
    finish(app)
    with pytest.raises(ConflictError, match="erased"):
        app.register.put(GONE, by=CLERK, now=NOW)
    files = tmp_path / "files"
    files.mkdir()
    (files / "seekers.csv").write_text(
        "id,registered_on,name,id_number,text,status\n"
        f"{GONE.id},2026-01-05,{GONE.name},{NUMBER},{GONE.text},active\n"
        f"{GONE.id},no day,{GONE.name},,{GONE.text},active\n",
        encoding="utf-8",
    )
    (files / "placements.csv").write_text(
        f"id,seeker_id,placed_on\nP-VANISHED,{GONE.id},2026-03-06\n", encoding="utf-8"
    )
    reports = list(
        import_files(
            app.engine,
            [files],
            reference=app.reference,
            key=IdentityKey(1, b"k" * 32),
            rejects_dir=app.settings.var_dir / "rejects",
            today=TODAY,
            track=untracked,
        )
    )
    assert [(r.accepted, r.rejected) for r in reports] == [(0, 2), (0, 1)]
    assert found_in(app, marks) == set()


def test_erasing_twice_is_erasing_once_and_nobody_cannot_be_erased(app: App):
    erase(app)
    erase(app)
    with reading(app.engine) as connection:
        assert len(unfinished(connection)) == 1
    finish(app)
    erase(app)
    with reading(app.engine) as connection:
        assert unfinished(connection) == []
    with pytest.raises(NotFoundError):
        app.register.erase("S-0", reason=ErasureReason.REQUEST, by=BY, now=NOW)


def test_every_table_that_refers_to_people_is_one_that_erasing_knows():
    """Whoever adds a table about people decides here what becomes of its rows."""
    found = {
        table.name
        for table in tables.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is tables.job_seekers
    }
    assert found == {
        "identity_digests",
        "protected_attributes",
        "fair_resumes",
        "referrals",
        "placements",
        "services",
        "impressions",
        "notes",
        "undone",
        "fair_visitors",
    }
    named = {
        (table.name, column.name)
        for table in tables.metadata.sorted_tables
        for column in table.c
        if column.name in ("person", "seeker_id", "entity_id", "record_id")
    }
    assert named == {
        *((name, "seeker_id") for name in found),
        ("audit_log", "person"),
        ("erasures", "seeker_id"),
        ("events", "person"),
        ("voids", "record_id"),
        ("imported", "entity_id"),
        ("changes", "entity_id"),
    }


def test_the_command_erases_everything_at_once(app: App, monkeypatch: pytest.MonkeyPatch):
    marks = traces(app)
    for name in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(app.settings, name)))
    monkeypatch.setenv("MATCHER_DATABASE_URL", "")
    result = CliRunner().invoke(command, ["erase", GONE.id, "--reason", "request"])
    assert result.exit_code == 0, result.output
    assert "are not reached" in result.output
    assert GONE.id not in result.output
    assert found_in(app, marks) == set()
    assert CliRunner().invoke(command, ["erase"]).exit_code == 0
    assert CliRunner().invoke(command, ["erase", "S-0"]).exit_code == 1

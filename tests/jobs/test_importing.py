"""Importing loses nothing: not a row, not the old state, not when killed in the middle."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func, select

from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.store import get, last_change, open_vacancies, upsert
from matcher.entities import Employer, HireReport, JobSeeker, SeekerStatus, Vacancy
from matcher.errors import InvalidInputError
from matcher.identity import IdentityKey
from matcher.jobs.importing import FileReport, import_files
from tests.bureau import untracked
from tests.strategies import REFERENCE

TODAY = date(2026, 3, 1)
KEY = IdentityKey(1, b"k" * 32)


def take_in(engine: Engine, folder: Path, *paths: Path) -> dict[str, FileReport]:
    reports = import_files(
        engine,
        paths or [folder],
        reference=REFERENCE,
        key=KEY,
        rejects_dir=folder / "rejects",
        today=TODAY,
        track=untracked,
    )
    return {report.path.name: report for report in reports}


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


REGISTER = {
    "employers": "id,name,industry\nE1,大港倉儲,倉儲\n",
    "vacancies": "id,employer_id,title,openings,posted_on\nV1,E1,倉管,2,115/02/01\n",
    "seekers": "id,registered_on,name,id_number\n"
    "S1,2026-01-05,王小明,A123456789\nS2,2026-01-06,陳美華,F131104093\n",
    "protected": "seeker_id,sex,birth_date\nS1,male,075/03/02\n",
    "referrals": "id,seeker_id,vacancy_id,made_on\nR1,S1,V1,2026-02-10\n",
    "outcomes": "referral_id,outcome,happened_on\nR1,interviewed,2026-02-12\nR1,hired,2026-02-14\n",
    "placements": "id,seeker_id,placed_on,vacancy_id,referral_id\nP1,S1,2026-02-20,V1,R1\n",
    "hire_reports": "id,vacancy_id,reported_on,openings_filled\nH1,V1,2026-02-21,1\n",
    "impressions": "id,shown_at,channel,policy,seeker_id,items\n"
    "I1,2026-02-09 10:15,counsellor,newest_first,S1,V1\n",
    "fairs": "id,name,held_on\nF1,三月徵才,2026-03-01\n",
    "booths": "fair_id,number,employer_id\nF1,A1,E1\n",
    "fair_resumes": "id,fair_id,handed_in_at,booth_number,handed_in_on_behalf,matched\n"
    "FR1,F1,2026-03-01,A1,否,是\n",
}


def test_a_whole_register_is_taken_in_whatever_the_order_of_its_files(engine, tmp_path):
    write(tmp_path, **REGISTER)
    reports = take_in(engine, tmp_path)
    assert {r.rejected for r in reports.values()} == {0}
    assert sum(r.accepted for r in reports.values()) == 14
    with reading(engine) as connection:
        seeker = get(connection, JobSeeker, "S1")
        assert seeker is not None
        assert seeker.registered_on == date(2026, 1, 5)
        rows = connection.execute(select(tables.identity_digests)).all()
    assert {row.seeker_id for row in rows} == {"S1", "S2"}
    assert all(len(row.digest) == 64 and row.key_version == 1 for row in rows)


def test_importing_twice_changes_nothing_and_a_changed_row_updates(engine, tmp_path):
    write(tmp_path, **REGISTER)
    take_in(engine, tmp_path)
    with reading(engine) as connection:
        seq = last_change(connection)
    again = take_in(engine, tmp_path)
    assert {(r.stored.added, r.stored.changed) for r in again.values()} == {(0, 0)}
    with reading(engine) as connection:
        assert last_change(connection) == seq
    write(tmp_path, employers="id,name,industry\nE1,新名倉儲,倉儲\n")
    changed = take_in(engine, tmp_path, tmp_path / "employers.csv")["employers.csv"]
    assert (changed.stored.added, changed.stored.changed) == (0, 1)
    with reading(engine) as connection:
        employer = get(connection, Employer, "E1")
        assert employer is not None
        assert employer.name == "新名倉儲"


def test_a_row_that_names_nobody_is_set_aside_with_its_reason(engine, tmp_path):
    write(
        tmp_path,
        **REGISTER
        | {
            "referrals": "id,seeker_id,vacancy_id,made_on\nR1,S1,V1,2026-02-10\n"
            "R2,S9,V1,2026-02-10\n"
        },
    )
    report = take_in(engine, tmp_path)["referrals.csv"]
    assert (report.accepted, report.rejected) == (1, 1)
    assert report.rejects_file is not None
    with report.rejects_file.open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["field"], row["value"]) == ("3", "seeker_id", "S9")
    assert "not in the register" in row["rule"]
    assert row["remedy"]


def test_one_identity_number_is_one_person_and_is_shown_nowhere(engine, tmp_path, capfd):
    write(
        tmp_path,
        seekers="id,registered_on,name,id_number\nS1,2026-01-05,王小明,A123456789\n"
        "S2,2026-01-06,王曉明,A123456789\n",
    )
    report = take_in(engine, tmp_path)["seekers.csv"]
    assert (report.accepted, report.rejected) == (1, 1)
    assert report.rejects_file is not None
    kept = report.rejects_file.read_text(encoding="utf-8-sig")
    write(tmp_path, seekers="id,registered_on,id_number\nS3,2026-01-05,A123456789\n")
    later = take_in(engine, tmp_path)["seekers.csv"]
    assert (later.accepted, later.rejected) == (0, 1)
    shown = kept + "".join(capfd.readouterr())
    assert "A123456789" not in shown
    assert "王曉明" not in shown


def test_a_bad_file_leaves_nothing_behind_and_stops_no_other(engine, tmp_path):
    write(
        tmp_path,
        employers=REGISTER["employers"],
        strange="id,name,colour\nE2,x,red\n",
        vacancies=REGISTER["vacancies"] + 'V2,E1,"never closed,1,2026-01-01\n',
    )
    reports = take_in(engine, tmp_path)
    assert isinstance(reports["strange.csv"].error, InvalidInputError)
    assert "colour" in str(reports["strange.csv"].error)
    assert "vacancies.csv" in str(reports["vacancies.csv"].error)
    assert reports["employers.csv"].accepted == 1
    assert [name for name, report in reports.items() if report.failed] == [
        "vacancies.csv",
        "strange.csv",
    ]
    with reading(engine) as connection:
        for table, rows in ((tables.employers, 1), (tables.vacancies, 0)):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == rows


def test_an_import_killed_in_the_middle_of_a_file_leaves_the_old_state(
    engine: Engine, database_url: str, tmp_path: Path
):
    rows = "".join(f"S{n},2026-01-05,\n" for n in range(12_000))
    write(tmp_path, employers=REGISTER["employers"], seekers=f"id,registered_on,title\n{rows}")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, str(tmp_path)], check=False
    )
    assert killed.returncode == 9
    with reading(engine) as connection:
        seekers = connection.execute(select(func.count()).select_from(tables.job_seekers)).scalar()
        assert seekers == 0
        assert last_change(connection) == 0
    resumed = take_in(engine, tmp_path)
    assert resumed["seekers.csv"].stored.added == 12_000


KILLED = """
import os, sys
from pathlib import Path
from contextlib import contextmanager
from matcher.db.engine import open_engine
from tests.jobs.test_importing import KEY, REFERENCE, TODAY
from matcher.jobs.importing import import_files

@contextmanager
def dying(label):
    def progress(done, total):
        if "seekers" in label and done >= 10_000:
            os._exit(9)
    yield progress

folder = Path(sys.argv[2])
for _report in import_files(open_engine(sys.argv[1]), [folder], reference=REFERENCE, key=KEY,
             rejects_dir=folder / "rejects", today=TODAY, track=dying):
    pass
"""


def test_an_old_file_never_undoes_what_was_done_since(engine, tmp_path):
    write(tmp_path, **REGISTER)
    take_in(engine, tmp_path)
    with writing(engine) as connection:
        vacancy = get(connection, Vacancy, "V1")
        seeker = get(connection, JobSeeker, "S2")
        assert vacancy is not None
        assert seeker is not None
        closed = replace(vacancy, closed_on=TODAY)
        withdrawn = replace(seeker, status=SeekerStatus.WITHDRAWN)
        upsert(connection, [closed])
        upsert(connection, [withdrawn])
    again = take_in(engine, tmp_path)
    assert {(r.stored.added, r.stored.changed) for r in again.values()} == {(0, 0)}
    with reading(engine) as connection:
        assert get(connection, Vacancy, "V1") == closed
        assert get(connection, JobSeeker, "S2") == withdrawn
    news = REGISTER["vacancies"].replace("V1,E1,倉管,2", "V1,E1,倉管,5")
    write(tmp_path, vacancies=news)
    assert take_in(engine, tmp_path)["vacancies.csv"].stored.changed == 1


def test_rejects_of_another_file_of_the_same_name_are_kept_beside(engine, tmp_path):
    kept = set()
    for number in (1, 2):
        write(tmp_path, referrals=f"id,seeker_id,vacancy_id,made_on\nR{number},S9,V9,2026-02-10\n")
        kept.add(take_in(engine, tmp_path)["referrals.csv"].rejects_file)
    assert len(kept) == 2
    assert all(path.is_file() for path in kept)


def test_a_rejected_row_of_protected_attributes_keeps_none_of_them(engine, tmp_path):
    write(tmp_path, protected="seeker_id,sex,birth_date\nS77,female,1986-03-02\n")
    report = take_in(engine, tmp_path)["protected.csv"]
    assert report.rejected == 1
    kept = report.rejects_file.read_text(encoding="utf-8-sig")
    assert "S77" in kept
    assert "female" not in kept
    assert "1986" not in kept


def test_an_identity_number_inside_a_text_is_refused_and_not_repeated(engine, tmp_path):
    write(
        tmp_path,
        seekers="id,registered_on,text\nS1,2026-01-05,我的證號 a123456789 謝謝\n"
        "S2,2026-01-05,型號 A123456780\nA123456789,2026-01-05,\n",
    )
    report = take_in(engine, tmp_path)["seekers.csv"]
    assert (report.accepted, report.rejected) == (1, 2)
    kept = report.rejects_file.read_text(encoding="utf-8-sig")
    assert "identity number" in kept
    assert "123456789" not in kept


def test_programmes_are_taken_in_and_a_step_that_a_programme_lacks_is_set_aside(engine, tmp_path):
    services = (
        "id,programme,step,happened_on,seeker_id,follows\n"
        "G1,training,graduated,108/03/01,S1,\n"
        "G2,training,placed,108/05/01,S1,G1\n"
        "G3,training,visit,108/05/01,S1,\n"
        "G4,training,placed,108/05/01,S9,G1\n"
    )
    write(tmp_path, **REGISTER, services=services)
    report = take_in(engine, tmp_path)["services.csv"]
    assert (report.accepted, report.rejected) == (2, 2)
    assert report.rejects_file is not None
    with report.rejects_file.open(encoding="utf-8-sig") as file:
        rules = {row["row"]: (row["field"], row["rule"]) for row in csv.DictReader(file)}
    assert rules == {
        "4": ("step", "the programme has this step"),
        "5": ("seeker_id", "names a record that is not in the register"),
    }


def test_what_was_taken_back_does_not_come_again_with_an_old_file(engine, tmp_path):
    write(tmp_path, **REGISTER)
    take_in(engine, tmp_path)
    with reading(engine) as connection:
        seq = last_change(connection)
        assert [left for _, left in open_vacancies(connection, TODAY)] == [1]
    voids = "kind,record_id,reason\nhire_reports,H1,wrong\nplacements,P9,nobody\n"
    write(tmp_path, voids=voids)
    for accepted in ((1, 0), (0, 1)):
        reports = take_in(engine, tmp_path)
        report = reports["voids.csv"]
        assert (report.stored.added, report.stored.same, report.rejected) == (*accepted, 1)
        assert reports["hire_reports.csv"].rejected == 0
        with reading(engine) as connection:
            assert get(connection, HireReport, "H1") is None
            assert [left for _, left in open_vacancies(connection, TODAY)] == [2]
            assert last_change(connection) == seq + 1, "the index follows"

"""Files and the register are held against the law; nothing is rejected for it."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matcher.compliance.findings import Code, Severity
from matcher.jobs.importing import import_files
from matcher.jobs.linting import lint_files, lint_register
from tests.bureau import untracked
from tests.compliance.tables import LINTER
from tests.strategies import REFERENCE, TODAY
from tests.test_cli import run as run

REAL = os.environ.get("MATCHER_REAL_FEED", "")
VACANCIES = """id,employer_id,title,openings,posted_on,text,pay_basis,pay_low
V1,E1,門市（限女）,1,2026-02-01,=年齡35歲以下,month,196
V2,E1,倉管,1,2026-02-01,男女不拘,month,36000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    register = tmp_path / "register"
    register.mkdir()
    (register / "employers.csv").write_text("id,name,industry\nE1,大港,\n", encoding="utf-8")
    (register / "vacancies.csv").write_text(VACANCIES, encoding="utf-8")
    return register


def taken_in(engine: Engine, folder: Path):
    reports = import_files(
        engine,
        [folder],
        reference=REFERENCE,
        key=None,
        rejects_dir=folder / "rejects",
        today=TODAY,
        track=untracked,
        linter=LINTER,
    )
    return {report.path.name: report for report in reports}


def test_an_import_counts_findings_and_rejects_nothing(engine: Engine, folder: Path):
    reports = taken_in(engine, folder)
    tally = reports["vacancies.csv"].lint
    assert reports["vacancies.csv"].accepted == 2
    assert (tally.vacancies, tally.with_findings) == (2, 1)
    assert tally.findings == {
        (Code.SEX, Severity.FORBIDDEN): 1,
        (Code.AGE, Severity.FORBIDDEN): 1,
        (Code.HOURLY_IN_MONTHLY_FIELD, Severity.CHECK): 1,
    }
    assert not reports["employers.csv"].lint.findings


def test_the_register_has_the_findings_of_its_files(engine: Engine, folder: Path):
    taken_in(engine, folder)
    of_files = lint_files([folder], linter=LINTER, reference=REFERENCE, today=TODAY)
    of_register = lint_register(engine, linter=LINTER, today=TODAY)
    assert list(of_register) == list(of_files)


def test_the_command_prints_findings_with_the_section(run, folder: Path):
    printed = run("lint", str(folder), "--lang", "en")
    assert printed.exit_code == 0
    assert "Employment Service Act, section 5, paragraph 1" in printed.output
    assert "3 findings in 1 of 2 vacancies" in printed.output


def test_the_command_writes_a_table_that_a_spreadsheet_opens_safely(
    run, folder: Path, tmp_path: Path
):
    table = tmp_path / "findings.csv"
    assert run("lint", str(folder), "--out", str(table)).exit_code == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["vacancy_id"], row["code"], row["words"]) for row in rows] == [
        ("V1", "sex", "（限女）"),
        ("V1", "age", "年齡35歲以下"),
        ("V1", "hourly_in_monthly_field", "196"),
    ]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_the_command_reads_the_register_where_no_file_is_named(run, folder: Path):
    assert "lint: 3 findings" in run("import", str(folder)).output
    assert "3 findings in 1 of 2 vacancies" in run("lint").output


def test_a_file_that_cannot_be_read_is_said(run, tmp_path: Path):
    (tmp_path / "b.csv").write_text("colour\nred\n", encoding="utf-8")
    result = run("lint", str(tmp_path / "b.csv"))
    assert result.exit_code == 1
    assert "b.csv" in result.output


@pytest.mark.skipif(not REAL, reason="MATCHER_REAL_FEED names no file of real TaiwanJobs rows")
def test_the_real_feed_gives_the_counts_of_the_docs():
    path = Path(REAL)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    checked = list(lint_files([path], linter=LINTER, reference=REFERENCE, today=TODAY))
    assert len(checked) == len(rows)
    counts = Counter(finding.code for _, findings in checked for finding in findings)
    assert counts == {
        Code.HOURLY_IN_MONTHLY_FIELD: 132,
        Code.PAY_WITHHELD: 49,
        Code.PAY_BELOW_MINIMUM: 6,
        Code.DAILY_IN_MONTHLY_FIELD: 3,
        Code.PRIVATE_DATA: 1,
    }

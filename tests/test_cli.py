"""The commands as somebody types them: the whole way once, and clear words where it goes wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from matcher.cli import app
from matcher.config import ROOT
from matcher.db.audit import newest_entries
from matcher.db.audit_seals import seal
from matcher.db.engine import open_engine, reading
from matcher.identity import holds_number


@pytest.fixture
def run(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `matcher ...` on a bureau of its own."""
    for name, value in {
        "VAR_DIR": tmp_path / "var",
        "MODELS_DIR": tmp_path / "models",
        "ENCODER": tiny_model,
        "DATABASE_URL": "",
    }.items():
        monkeypatch.setenv(f"MATCHER_{name}", str(value))

    def invoke(*words: str, typed: str = "") -> Result:
        result = CliRunner().invoke(app, words, input=typed)
        assert "Traceback" not in result.output
        return result

    return invoke


def test_the_whole_way_from_a_simulated_register_to_a_list(run, tmp_path: Path):
    register = str(tmp_path / "register")
    assert run("simulate", "--seekers", "120", "--out", register).exit_code == 0
    assert run("key", "identity").exit_code == 0
    assert run("check").exit_code == 1
    imported = run("import", register)
    assert imported.exit_code == 0, imported.output
    assert "seekers.csv (seekers): 120 accepted (120 new" in imported.output
    assert run("index").exit_code == 0
    listed = run("match", "--text", "會開堆高機，想找前鎮的倉庫日班，月薪三萬五", "--lang", "en")
    assert listed.exit_code == 0, listed.output
    assert " 1. " in listed.output
    assert "Simulated data" in listed.output
    person = ("--seeker", "SIM-S000001")
    for command in (("match",), ("why",), ("why", "--vacancy", "SIM-V000001")):
        refused = run(*command, *person)
        assert refused.exit_code == 1
        assert "--reason present" in refused.output
        looked = run(*command, *person, "--reason", "requested")
        assert looked.exit_code == 0, looked.output
    refused = run("match", "--vacancy", "SIM-V000001", "--reason", "other")
    assert "--reason present" in refused.output
    assert run("match", "--vacancy", "SIM-V000001", "--reason", "for_vacancy").exit_code == 0
    assert looks(tmp_path / "var") == ["listed", "listed", "opened", "shortlisted"]
    rates = run("rates")
    assert "求職就業率 employment rate" in rates.output
    assert "/ 120," in rates.output
    one = run("rates", "--rate", "employment_rate", "--by", "quarter", "--only", "district=806")
    assert "民國" in one.output
    assert "Only district 806" in one.output
    behind = run("rates", "--rate", "employment_rate", "--events", "denominator")
    assert behind.output.count("SIM-S") == 120
    reported = run("report", "--out", str(tmp_path / "report"))
    assert reported.exit_code == 0, reported.output
    assert "Simulated data" in reported.output
    assert {path.suffix for path in (tmp_path / "report").iterdir()} == {".html", ".ods", ".json"}
    assert "findings" in run("proof").output or "Nothing found" in run("proof").output
    welcomed = run("welcome").output
    assert "/kiosk?fair=SIM-F-" in welcomed
    assert len(set(re.findall(r"mk_[\w-]+", welcomed))) == 2
    assert holds_number(welcomed)
    assert re.search(r"/desk\n  counsellor +\S{20}\n  supervisor +\S{20}\n  analyst", welcomed)
    assert re.search(r"somebody to find  SIM-S\d+ ", welcomed)
    assert run("welcome").exit_code == 0
    assert run("check").exit_code == 0
    assert "for trying" in run("key", "list").output
    assert "Nothing is sealed yet" in run("audit").output
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'matcher.db'}")
    seal(engine, now=datetime.now(UTC))
    assert run("audit").output.startswith("As sealed up to entry ")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_update")
        connection.exec_driver_sql("UPDATE audit_log SET who = 'nobody' WHERE seq = 1")
    engine.dispose()
    told = run("audit")
    assert told.exit_code == 1
    assert "are not what was sealed" in told.output


def looks(folder: Path) -> list[str]:
    """What somebody at the machine looked at."""
    engine = open_engine(f"sqlite:///{folder / 'matcher.db'}")
    with reading(engine) as connection:
        found = newest_entries(connection, who="command", person=None, before=None, limit=99)
    engine.dispose()
    return [entry.action for _, entry in reversed(found) if entry.action != "shown"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("match",), "exactly one of --text"),
        (("match", "--text", "  "), "exactly one of --text"),
        (("match", "--text", "倉庫"), "matcher migrate"),
        (("match", "--seeker", "S-1"), "--reason present"),
        (("match", "--seeker", "S-1", "--reason", "present"), "matcher migrate"),
        (("rates",), "matcher migrate"),
        (("rates", "--by", "horoscope"), "not told by 'horoscope'"),
        (("rates", "--only", "district"), "WHAT=VALUE"),
        (("rates", "--events", "numerator"), "--rate"),
        (("rates", "--year", "3000"), "no year"),
        (("report", "--out", "x"), "matcher migrate"),
        (("report", "--out", "x", "--month", "2026-13"), "no month"),
        (("report", "--out", "x", "--month", "115-10", "--year", "115"), "More than one period"),
        (("proof", "no-such-file.csv"), "no-such-file.csv"),
        (("import", "no-such-file.csv"), "no-such-file.csv"),
        (("serve", "--port", "99999"), "--port"),
        (("key", "revoke", "nobody"), "matcher migrate"),
        (("staff", "list"), "matcher migrate"),
    ],
)
def test_what_goes_wrong_is_said_with_its_remedy(run, words: tuple[str, ...], said: str):
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.output


def test_accounts_are_made_listed_and_disabled(run):
    assert run("migrate").exit_code == 0
    made = run("staff", "add", "Chen", "--role", "counsellor", "--generate")
    assert re.match(r"[\w-]{20}\n", made.output)
    typed = "a long password\n" * 2
    assert run("staff", "add", "lin", "--role", "analyst", typed=typed).exit_code == 0
    assert run("staff", "add", "wu", "--role", "supervisor", "--subject", "p|7").exit_code == 0
    assert run("staff", "disable", "wu").exit_code == 0
    listed = run("staff", "list").output
    for word in ("chen", "lin", "wu", "password", "provider"):
        assert word in listed
    assert run("staff", "password", "chen", "--generate").output != made.output
    for words, said in (
        (("add", "chen", "--role", "analyst", "--generate"), "matcher staff list"),
        (("add", "x", "--role", "analyst", "--generate"), "2 to 64"),
        (("add", "boss", "--role", "admin", "--generate"), "matcher key"),
        (("disable", "nobody"), "matcher staff list"),
    ):
        result = run("staff", *words)
        assert result.exit_code == 1
        assert said in result.output


def test_a_setting_that_does_not_fit_is_named(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MATCHER_PORT", "abc")
    result = run("check")
    assert result.exit_code == 1
    assert "MATCHER_PORT" in result.output


def test_a_damaged_database_is_said_without_its_contents(run, tmp_path: Path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "matcher.db").write_bytes(b"not a database" * 100)
    result = run("rates")
    assert result.exit_code == 1
    assert "backup" in result.output


def test_published_tables_are_proved_without_a_database(run):
    result = run("proof", str(ROOT / "data" / "published" / "year_108.csv"))
    assert result.exit_code == 1
    assert "it lies between 26,234 and 26,238" in result.output
    assert "is 94, where 93 is printed" in result.output


def test_one_bad_file_is_told_and_stops_no_other(run, tmp_path: Path):
    (tmp_path / "a.csv").write_text("id,name,industry\nE1,x,\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("colour\nred\n", encoding="utf-8")
    result = run("import", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"))
    assert result.exit_code == 1
    assert "1 accepted" in result.output
    assert "b.csv: nothing taken in" in result.output

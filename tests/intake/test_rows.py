"""No row is lost: it is a record, or set aside with row, field, value, rule and remedy."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Employer, JobSeeker, Pay, PayBasis, PayFlag, Vacancy
from matcher.errors import ConfigurationError, InvalidInputError
from matcher.identity import digest
from matcher.intake.model import Kind, Reject
from matcher.intake.rejects import write_rejects
from matcher.reference import Reference
from tests.intake.conftest import KEY, Read
from tests.intake.register_files import write_ods, write_xlsx

SEEKERS = "id,registered_on,name,id_number,district,title,text\n"
VACANCIES = "id,employer_id,title,openings,posted_on,pay_basis,pay_low,pay_high,pay_disclosed\n"


def test_a_row_that_breaks_rules_is_set_aside_and_the_others_are_taken(read_text: Read) -> None:
    text = SEEKERS + "S1,108/07/27,,,前鎮,,\nS2,108/02/30,,,999,,\nS3,2019-07-27,,,806區,,\n"
    [chunk] = read_text(text)
    assert [record.entity.id for record in chunk.records] == ["S1"]
    assert chunk.records[0].row == 2
    assert chunk.records[0].entity.district == "806"
    found = [(r.file, r.row, r.field, r.value) for r in chunk.rejects]
    assert found == [
        ("some.csv", 3, "registered_on", "108/02/30"),
        ("some.csv", 3, "district", "999"),
        ("some.csv", 4, "district", "806區"),
    ]
    assert chunk.rejected_rows == 2
    assert all(reject.rule and reject.remedy for reject in chunk.rejects)
    assert chunk.rejects[0].record == {"id": "S2", "registered_on": "108/02/30", "district": "999"}


def test_a_required_cell_that_is_empty_is_a_broken_rule(read_text: Read) -> None:
    [chunk] = read_text("id,name,industry\n ,A,\ne2, ,\ne3,C,\n")
    assert [(r.row, r.field, r.value) for r in chunk.rejects] == [(2, "id", " "), (3, "name", " ")]
    assert chunk.records[0].entity == Employer(id="e3", name="C")


@pytest.mark.parametrize("bad", ["e 1", "é1", "a" * 33, "e/1", "ｅ１", "../e1"])
def test_an_id_that_was_never_issued_like_that_is_refused(read_text: Read, bad: str) -> None:
    [chunk] = read_text(f"id,name,industry\n{bad},A,\n")
    assert [reject.field for reject in chunk.rejects] == ["id"]
    assert chunk.records == []


def test_a_header_alone_is_a_file_without_rows(read_text: Read) -> None:
    assert read_text("id,name,industry\n") == []


def test_rows_are_numbered_as_a_spreadsheet_shows_them(read_text: Read) -> None:
    [chunk] = read_text('id,name,industry\ne1,"A\nB",\n\n,,\ne2,C,\n')
    assert [record.row for record in chunk.records] == [2, 5]


def test_of_two_rows_with_one_id_the_first_is_taken(read_text: Read) -> None:
    [chunk] = read_text("id,name,industry\ne1,A,\ne2,B,\ne1,C,\n")
    assert [record.entity.name for record in chunk.records] == ["A", "B"]
    [reject] = chunk.rejects
    assert (reject.row, reject.value) == (4, "e1")
    assert reject.rule == "id appears twice in this file (first in row 2)"


def test_a_repeated_id_is_found_across_chunks(tmp_path: Path, read_file: Read) -> None:
    path = tmp_path / "b.csv"
    path.write_text("fair_id,number,employer_id\nf,1,e\nf,2,e\ng,1,e\nf,1,e\n")
    chunks = read_file(path, chunk_rows=1)
    assert [len(chunk.records) for chunk in chunks] == [1, 1, 1, 0]
    assert "first in row 2" in chunks[3].rejects[0].rule


def test_a_row_out_of_step_with_the_header_is_set_aside(read_text: Read) -> None:
    [chunk] = read_text("id,name,industry\ne1,A,B,C\ne2,A\ne3,A,B\n")
    assert [reject.row for reject in chunk.rejects] == [2, 3]
    assert [record.entity.id for record in chunk.records] == ["e3"]


def test_an_identity_number_becomes_a_digest_and_stays_nowhere(read_text: Read) -> None:
    [chunk] = read_text(SEEKERS + "S1,108/07/27,王小明,A123456789,,,\nS2,108/07/27,,,,,\n")
    first, second = chunk.records
    assert first.identity == digest("A123456789", KEY)
    assert second.identity is None
    assert isinstance(first.entity, JobSeeker)
    assert "A123456789" not in repr(chunk)


def test_private_values_never_reach_a_reject(read_text: Read) -> None:
    name, number, wish, resume = "王小明", "A123456788", "倉管", "會開堆高機"
    rows = [
        f"S1,108/07/27,{name},{number},,{wish},{resume}",
        f"S2,108/07/27,{name},,{number},{wish},{resume}",
        f"S3,108/02/30,{name},{number},,{wish},{resume}",
        f"S4,108/07/27,{name},{number},,{wish},{resume},太多,{number}",
        f"S5,108/07/27,{name}\x01,,,{wish}\x01,{resume}\x01",
    ]
    [chunk] = read_text(SEEKERS + "\n".join(rows))
    assert chunk.records == []
    assert {reject.row for reject in chunk.rejects} == {2, 3, 4, 5, 6}
    shown = repr(chunk.rejects)
    assert all(private not in shown for private in (name, number, wish, resume))
    assert chunk.rejects[0].value == "(withheld)"
    assert "check digit" in chunk.rejects[0].rule


def test_one_identity_number_belongs_to_one_person(read_text: Read) -> None:
    [chunk] = read_text(SEEKERS + "S1,108/07/27,,A123456789,,,\nS2,108/07/27,, A123456789,,,\n")
    assert [record.entity.id for record in chunk.records] == ["S1"]
    [reject] = chunk.rejects
    assert (reject.row, reject.field, reject.value) == (3, "id_number", "(withheld)")
    assert "first in row 2" in reject.rule


def test_identity_numbers_without_a_key_stop_the_file(tmp_path: Path, read_file: Read) -> None:
    path = tmp_path / "s.csv"
    path.write_text(SEEKERS + "S1,108/07/27,,A123456789,,,\n")
    with pytest.raises(ConfigurationError, match="no key"):
        read_file(path, key=None)


def test_a_field_of_10_megabytes_costs_its_row_and_not_the_file(read_text: Read) -> None:
    long = "x" * 10 * 1024 * 1024
    [chunk] = read_text(f"id,name,industry\ne1,{long},\ne2,B,\n")
    [reject] = chunk.rejects
    assert (reject.row, reject.field) == (2, "name")
    assert "20,000" in reject.rule
    assert len(reject.value) <= 200
    assert [record.entity.id for record in chunk.records] == ["e2"]


def test_a_quotation_that_never_ends_stops_the_file(read_text: Read) -> None:
    with pytest.raises(InvalidInputError, match="quotation mark"):
        read_text('id,name,industry\ne1,"A,\ne2,B,\n')


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_formula_costs_its_row_and_is_never_computed(
    tmp_path: Path, read_file: Read, ending: str
) -> None:
    path = tmp_path / f"w.{ending}"
    table = [["id", "name", "industry"], ["e1", "A", "B"], ["e2", '=HYPERLINK("x")', "B"]]
    write = write_xlsx if ending == "xlsx" else lambda p, t: write_ods(p, t, formulas=True)
    [chunk] = read_file(write(path, table))
    assert [record.entity.id for record in chunk.records] == ["e1"]
    [reject] = chunk.rejects
    assert (reject.row, reject.field) == (3, "name")
    assert "HYPERLINK" in reject.value
    assert "paste it as values" in reject.remedy


def test_numbers_dates_and_truths_of_a_workbook_are_read_as_typed(
    tmp_path: Path, read_file: Read
) -> None:
    header = ["id", "employer_id", "title", "openings", "posted_on", "pay_low", "pay_disclosed"]
    rows = [
        ["v1", 12, "倉管", 3.0, date(2019, 7, 27), 35000, True],
        ["v2", 12, "倉管", 3, 1080727, None, False],
        [1234567890123456789, 12, "倉管", 1, 1080727, None, None],
    ]
    [chunk] = read_file(write_xlsx(tmp_path / "w.xlsx", [header, [], *rows]))
    first, second = (record.entity for record in chunk.records)
    assert isinstance(first, Vacancy)
    assert first.posted_on == second.posted_on == date(2019, 7, 27)
    assert (first.employer_id, first.openings, first.pay.low) == ("12", 3, 35000)
    assert (first.pay.disclosed, second.pay.disclosed) == (True, False)
    assert [record.row for record in chunk.records] == [3, 4]
    assert [(r.row, r.field) for r in chunk.rejects] == [(5, "id")]


def test_json_may_leave_out_what_nobody_knows_and_use_its_own_types(read_text: Read) -> None:
    items = [
        {"id": "S1", "registered_on": "108/07/27", "licences": []},
        {"id": "S2", "registered_on": "108/07/27", "licences": ["forklift", "car"]},
        {"id": "S3", "registered_on": "108/07/27", "licences": None, "commute_km": 2.5},
        {"id": "S5", "registered_on": {"year": 2019}},
        "S6",
    ]
    [chunk] = read_text(json.dumps(items), "some.json")
    assert [record.entity.licences for record in chunk.records] == [(), ("forklift", "car"), None]
    assert chunk.records[2].entity.commute_km == 2.5
    assert [(r.row, r.field) for r in chunk.rejects] == [(4, "registered_on"), (5, "")]


def test_a_late_json_item_with_an_unknown_column_is_set_aside(read_text: Read) -> None:
    items = [{"id": f"S{n}", "registered_on": "108/07/27"} for n in range(1_001)]
    items[-1]["nickname"] = "阿明"
    [chunk] = read_text(json.dumps(items), "some.json")
    assert len(chunk.records) == 1_000
    assert [(r.row, r.field, r.value) for r in chunk.rejects] == [(1_001, "nickname", "(withheld)")]


def test_a_broken_line_of_json_lines_costs_that_line(read_text: Read) -> None:
    good = '{"id": "e1", "name": "A", "industry": ""}'
    [chunk] = read_text(f"{good}\n\n{{broken\n{good.replace('e1', 'e2')}", "some.jsonl")
    assert [record.row for record in chunk.records] == [1, 4]
    assert [reject.row for reject in chunk.rejects] == [3]


def test_a_json_file_with_an_object_a_line_is_read_as_lines(read_text: Read) -> None:
    [chunk] = read_text('{"id": "e1", "name": "A", "industry": ""}\n', "some.json")
    assert len(chunk.records) == 1


@pytest.mark.parametrize(
    ("cells", "pay"),
    [
        ("month,35000,40000,", Pay(basis=PayBasis.MONTH, low=35000, high=40000, disclosed=True)),
        ("月薪,\"35,000\",,1", Pay(basis=PayBasis.MONTH, low=35000, disclosed=True)),
        (",,,", Pay()),
        ("month,,,0", Pay(basis=PayBasis.MONTH, disclosed=False)),
        ("piece,,,1", Pay(basis=PayBasis.PIECE, disclosed=True)),
        (
            "month,196,,",
            Pay(
                basis=PayBasis.MONTH,
                low=196,
                disclosed=True,
                flag=PayFlag.HOURLY_IN_MONTHLY_FIELD,
            ),
        ),
        (
            "hour,250,200,",
            Pay(
                basis=PayBasis.HOUR, low=250, high=200, disclosed=True, flag=PayFlag.LOW_ABOVE_HIGH
            ),
        ),
    ],
)  # fmt: skip
def test_pay_is_kept_as_given_and_flagged_where_it_is_odd(
    read_text: Read, cells: str, pay: Pay
) -> None:
    [chunk] = read_text(f"{VACANCIES}v1,e1,倉管,1,108/07/27,{cells}\n")
    assert chunk.records[0].entity.pay == pay
    assert chunk.flags[pay.flag or "none"] == (1 if pay.flag else 0)
    assert chunk.flags["pay_undisclosed"] == (pay.disclosed is False)


def test_undisclosed_pay_with_a_figure_is_a_contradiction(read_text: Read) -> None:
    [chunk] = read_text(
        f"{VACANCIES}v1,e1,倉管,1,108/07/27,month,35000,,0\nv2,e1,a,1,1080727,,,,\n"
    )
    assert [(r.row, r.field) for r in chunk.rejects] == [(2, "pay_disclosed")]
    assert [record.entity.id for record in chunk.records] == ["v2"]


def test_an_address_that_a_browser_would_run_is_refused(read_text: Read) -> None:
    text = "id,employer_id,title,openings,posted_on,url\nv,e,t,1,1080727,javascript:alert(1)\n"
    assert [reject.field for reject in read_text(text)[0].rejects] == ["url"]


def test_a_list_was_shown_to_one_side(read_text: Read) -> None:
    header = "id,shown_at,channel,policy,items,seeker_id,vacancy_id\n"
    [chunk] = read_text(header + "i,1080727,api,p,v1|v1,,\nj,1080727,api,p,v1,s,v\n")
    assert [(r.row, r.field) for r in chunk.rejects] == [(2, "items"), (3, "vacancy_id")]


@given(st.lists(st.lists(st.sampled_from(["", "e1", "e2", "A", "é", "x" * 33]), max_size=5)))
def test_every_row_is_a_record_or_a_reject(
    tmp_path_factory: pytest.TempPathFactory, reference: Reference, rows: list[list[str]]
) -> None:
    from matcher.intake.reader import read
    from matcher.intake.sources import plan

    path = tmp_path_factory.mktemp("rows") / "some.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "name", "industry"], *rows])
    chunks = read(
        plan([path])[0], reference=reference, key=None, today=date(2026, 1, 1), chunk_rows=2
    )
    accepted: list[int] = []
    rejected: set[int] = set()
    for chunk in chunks:
        assert chunk.kind is Kind.EMPLOYERS
        accepted += [record.row for record in chunk.records]
        rejected |= {reject.row for reject in chunk.rejects}
    filled = {number for number, row in enumerate(rows, start=2) if any(row)}
    assert set(accepted) | rejected == filled
    assert len(accepted) == len(set(accepted) - rejected)


def test_rejects_are_written_for_a_spreadsheet_that_computes_nothing(tmp_path: Path) -> None:
    values = ["=1+1", "+1", "-1", "@x", "\tx", 'safe, "quoted"\nand broken']
    rejects = [
        Reject("e.csv", n, "name", v, "rule", "remedy", {"id": v}) for n, v in enumerate(values)
    ]
    path = write_rejects(rejects, tmp_path / "new" / "rejects", "e.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["value"] for row in written] == [*(f"'{v}" for v in values[:5]), values[5]]
    assert [json.loads(row["record"]) for row in written] == [{"id": v} for v in values]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_rejects_that_cannot_be_written_leave_the_earlier_file(tmp_path: Path) -> None:
    good = Reject("e.csv", 2, "name", "x", "rule", "remedy", {})
    path = write_rejects([good], tmp_path, "e.csv")
    before = path.read_bytes()

    def broken() -> Callable[[], Reject]:
        yield good
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_rejects(broken(), tmp_path, "e.csv")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]

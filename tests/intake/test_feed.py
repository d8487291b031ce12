"""The TaiwanJobs feed, on rows made up for this test, and on the real ones where they are given."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from matcher.entities import (
    Education,
    Employer,
    Employment,
    Pay,
    PayBasis,
    PayFlag,
    Shift,
    Vacancy,
)
from matcher.intake.feed_words import employment, experience, pay_of, place_finder, shifts
from matcher.intake.model import FEED, Chunk, Kind
from matcher.intake.sources import plan
from matcher.reference import Reference
from tests.intake.conftest import Read

URL = "https://example.org/JobDetail.aspx?EMPLOYER_ID=70&HIRE_ID="
REAL = os.environ.get("MATCHER_REAL_FEED", "")
OLDER = {
    "JOB_PERSON": "AVAILREQNUM",
    "NT_L": "SALARY_L",
    "NT_U": "SALARY_U",
    "CJOB1_COUNT": "CJOB_TYPE",
    "CJOB2_COUNT": "CJOB_NO",
}
FULL = {
    "OCCU_DESC": "倉儲人員 <日班> & 理貨",
    "WK_TYPE": "全職",
    "CJOB1_COUNT": "15",
    "CJOB_NAME1": "物流／運輸／資材",
    "CJOB2_COUNT": "150101",
    "CJOB_NAME2": "倉儲人員",
    "JOB_PERSON": "2",
    "STOP_DATE": "20260901",
    "JOB_DETAIL": "開堆高機\n理貨 a < b，「c」",
    "CITYNAME": "高雄市前鎮區",
    "EXPERIENCE": "1年以上",
    "WKTIME": "日班 輪班",
    "SALARYCD": "月薪",
    "NT_L": "35000",
    "NT_U": "-",
    "EDGRDESC": "高職",
    "URL_QUERY": f"{URL}801",
    "COMPNAME": "大大倉儲",
    "TRANDATE": "20260703",
}
EXPECTED = Vacancy(
    id="TWJ-801",
    employer_id="TWJ-70",
    title=FULL["OCCU_DESC"],
    openings=2,
    posted_on=date(2026, 7, 3),
    text=FULL["JOB_DETAIL"],
    job_category="150101",
    place="806",
    address="高雄市前鎮區",
    pay=Pay(basis=PayBasis.MONTH, low=35000, disclosed=True),
    shifts=Shift.DAY | Shift.ROTATING,
    employment=Employment.FULL_TIME,
    education=Education.SENIOR_HIGH,
    experience_years=1.0,
    closes_on=date(2026, 9, 1),
    url=f"{URL}801",
)
SHORT = {
    "OCCU_DESC": "清潔人員",
    "COMPNAME": "小小環保",
    "CITYNAME": "台北市不限",
    "SALARY_TEXT": "196 ~ 210 元/月",
    "NT_L": 196,
    "NT_U": 210,
    "TRANDATE": "2025-12-23",
    "URL_QUERY": f"{URL}900",
    "JOB_DETAIL": "清潔",
    "EXPERIENCE": "",
    "EDGRDESC": "",
}


def write_feed(path: Path, rows: list[dict[str, str]]) -> Path:
    match path.suffix:
        case ".json":
            text = json.dumps(rows, ensure_ascii=False)
        case ".jsonl":
            text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        case ".csv":
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            text = out.getvalue()
        case _:
            items = "".join(
                "<Row>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in row.items()) + "</Row>\n"
                for row in rows
            )
            text = f'<?xml version="1.0" encoding="utf-8"?>\n<Data>\n{items}</Data>'
    path.write_text(text, encoding="utf-8")
    return path


def vacancies(chunks: list[Chunk]) -> list[Vacancy]:
    return [r.entity for c in chunks if c.kind is Kind.VACANCIES for r in c.records]


def read_rows(read_text: Read, *rows: dict[str, object]) -> list[Chunk]:
    return read_text("\n".join(json.dumps({**SHORT, **row}) for row in rows), "feed.jsonl")


@pytest.mark.parametrize("ending", ["xml", "json", "jsonl", "csv"])
@pytest.mark.parametrize("annotated", [False, True])
@pytest.mark.parametrize("older", [False, True])
def test_the_feed_is_read_in_every_form_it_is_published_in(
    tmp_path: Path, read_file: Read, ending: str, annotated: bool, older: bool
) -> None:
    def name(field: str) -> str:
        return (OLDER.get(field, field) if older else field) + ("（職務名稱）" if annotated else "")

    rows = [{name(k): v for k, v in FULL.items()} for _ in range(3)]
    for number, row in enumerate(rows, start=801):
        row[name("URL_QUERY")] = f"{URL}{number}"
    path = write_feed(tmp_path / f"feed.{ending}", rows)
    assert plan([path])[0].kind == FEED
    employers, jobs = read_file(path)
    assert [record.entity for record in employers.records] == [
        Employer(id="TWJ-70", name="大大倉儲")
    ]
    assert vacancies([jobs]) == [
        replace(EXPECTED, id=f"TWJ-{n}", url=f"{URL}{n}") for n in (801, 802, 803)
    ]
    first = 2 if ending == "csv" else 1
    assert [record.row for record in jobs.records] == [first, first + 1, first + 2]
    assert (jobs.rejects, jobs.flags, jobs.notes) == ([], Counter(), ())


def test_annotated_xml_is_read_across_the_blocks_of_a_long_file(
    tmp_path: Path, read_file: Read
) -> None:
    rows = [
        {f"{k}（註）": v for k, v in FULL.items()} | {"URL_QUERY（註）": f"{URL}{n}"}
        for n in range(300)
    ]
    path = write_feed(tmp_path / "feed.xml", rows)
    assert len(vacancies(read_file(path))) == 300


def test_an_employer_comes_before_its_vacancies_and_once_a_file(
    tmp_path: Path, read_file: Read
) -> None:
    rows = [{**FULL, "URL_QUERY": f"{URL}{n}"} for n in range(5)]
    chunks = read_file(write_feed(tmp_path / "feed.csv", rows), chunk_rows=2)
    kinds = [(chunk.kind, len(chunk.records)) for chunk in chunks]
    assert kinds == [("employers", 1), ("vacancies", 2), ("vacancies", 2), ("vacancies", 1)]


def test_a_row_without_ids_is_rejected_and_none_are_made_up(read_text: Read) -> None:
    bad = ["https://example.org/?HIRE_ID=1", "https://example.org/?EMPLOYER_ID=1", "", "HIRE_ID=1"]
    chunks = read_rows(read_text, *({"URL_QUERY": url} for url in bad), {})
    assert [vacancy.id for vacancy in vacancies(chunks)] == ["TWJ-900"]
    assert [(r.row, r.field) for r in chunks[-1].rejects] == [
        (n, "URL_QUERY") for n in (1, 2, 3, 4)
    ]


def test_bad_dates_figures_openings_and_repetitions_are_rejected(read_text: Read) -> None:
    chunks = read_rows(
        read_text,
        {"TRANDATE": "2026-02-30"},
        {"STOP_DATE": "soon"},
        {"NT_L": "about 30000"},
        {"JOB_PERSON": "0"},
        {},
        {"OCCU_DESC": "another"},
    )
    found = [(r.row, r.field) for r in chunks[-1].rejects]
    assert found == [
        (1, "TRANDATE"),
        (2, "STOP_DATE"),
        (3, "NT_L"),
        (4, "JOB_PERSON"),
        (6, "URL_QUERY"),
    ]
    assert "first in row 5" in chunks[-1].rejects[-1].rule


def test_openings_that_are_not_stated_are_one_and_counted(read_text: Read) -> None:
    chunks = read_rows(read_text, {}, {"URL_QUERY": f"{URL}2", "JOB_PERSON": "5"})
    assert [vacancy.openings for vacancy in vacancies(chunks)] == [1, 5]
    assert chunks[-1].flags["openings_not_stated"] == 1


def test_fields_and_words_that_are_not_known_are_told(read_text: Read) -> None:
    chunks = read_rows(read_text, {"NEW_FIELD": "x", "EDGRDESC": "私塾", "CITYNAME": "火星"})
    [vacancy] = vacancies(chunks)
    assert (vacancy.education, vacancy.place, vacancy.address) == (None, None, "火星")
    assert [
        any(word in note for note in chunks[-1].notes) for word in ("NEW_FIELD", "私塾", "火星")
    ]
    assert len(chunks[-1].notes) == 3


MONTH, HOUR = PayBasis.MONTH, PayBasis.HOUR
FORTY = "依學經歷、證照核薪(每月經常性薪資達4萬元以上)"


@pytest.mark.parametrize(
    ("code", "text", "low", "high", "basis", "flag"),
    [
        ("", "29,500 ~ 32,000 元/月", 29500, 32000, MONTH, None),
        ("", "35000 元/月起（上限面議）", 35000, None, MONTH, None),
        ("月薪", "", 35000, None, MONTH, None),
        ("部分工時(月薪)", "", 15000, None, MONTH, None),
        ("時薪", "", 250, 250, HOUR, None),
        ("時薪", "時薪 200 元", 200, None, HOUR, None),
        ("日薪", "", 1800, None, PayBasis.DAY, None),
        ("論件計酬", "", 500, None, PayBasis.PIECE, None),
        ("", "196 ~ 210 元/月", 196, 210, MONTH, PayFlag.HOURLY_IN_MONTHLY_FIELD),
        ("月薪", "", 999, None, MONTH, PayFlag.HOURLY_IN_MONTHLY_FIELD),
        ("月薪", "", 1000, None, MONTH, PayFlag.DAILY_IN_MONTHLY_FIELD),
        ("", "1,800 ~ 2,800 元/月", 1800, 2800, MONTH, PayFlag.DAILY_IN_MONTHLY_FIELD),
        ("", "時薪 200 ~ 210 元（兼職）", 200, 210, HOUR, PayFlag.HOURLY_STATED_IN_TEXT),
        ("月薪", "時薪 210 元起", 210, None, HOUR, PayFlag.HOURLY_STATED_IN_TEXT),
        ("月薪", "", 40000, 30000, MONTH, PayFlag.LOW_ABOVE_HIGH),
    ],
)
def test_disclosed_pay_keeps_its_figures(
    code: str,
    text: str,
    low: int | None,
    high: int | None,
    basis: PayBasis | None,
    flag: PayFlag | None,
) -> None:
    pay = pay_of(code, text, low=low, high=high)
    assert pay == Pay(basis=basis, low=low, high=high, disclosed=True, flag=flag)


@pytest.mark.parametrize(
    ("code", "text"), [("", "面議"), ("面議", ""), (FORTY, ""), ("", FORTY), ("", "")]
)
def test_undisclosed_pay_is_never_a_figure(code: str, text: str) -> None:
    low = 40000 if code or text else None
    withheld = False if code or text else None
    assert pay_of(code, text, low=low, high=None) == Pay(disclosed=withheld)


@pytest.mark.parametrize(("low", "high"), [("0", "0"), ("-", "-"), ("", ""), (0, 0), (None, None)])
def test_a_figure_of_nothing_is_open(read_text: Read, low: object, high: object) -> None:
    row = {"SALARY_TEXT": "", "SALARYCD": "月薪", "NT_L": low, "NT_U": high}
    chunks = read_rows(read_text, row, {"URL_QUERY": f"{URL}2", "NT_L": 30000, "NT_U": high})
    assert [v.pay.high for v in vacancies(chunks)] == [None, None]
    assert [v.pay.disclosed for v in vacancies(chunks)] == [None, True]
    assert chunks[-1].flags["pay_undisclosed"] == 0


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("高雄市前鎮區", "806"),
        ("高雄市前鎮區中山四路100號", "806"),
        ("高雄市不限", "02"),
        ("高雄市", "02"),
        ("台北市不限", "01"),
        ("臺北市中山區", "01"),
        ("台東縣", "46"),
        ("臺東縣台東市", "46"),
        ("新竹縣竹北市", "34"),
        ("新竹市", "12"),
        ("前鎮區", None),
        ("海外", None),
        ("", None),
    ],
)
def test_a_place_is_the_district_or_county_that_is_named(
    reference: Reference, written: str, code: str | None
) -> None:
    assert place_finder(reference)(written) == code


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("無", 0),
        ("不拘", 0),
        ("1年內", 0),
        ("1年以上", 1),
        ("10年(含)以上", 10),
        ("3年", None),
        ("", None),
    ],
)
def test_experience_is_what_is_asked_for_at_least(written: str, years: float | None) -> None:
    assert experience(written) == years


def test_work_times_are_only_those_that_are_named() -> None:
    assert shifts("早班、中班、大夜班、輪班") == Shift(15)
    assert shifts("小夜班") == Shift.EVENING
    assert shifts("假日班 09:00-18:00") == Shift(0)
    assert employment("兼職 全職") == Employment(3)
    assert employment("") == Employment(0)


@pytest.mark.skipif(not REAL, reason="MATCHER_REAL_FEED names no file of real TaiwanJobs rows")
def test_the_616_real_rows_import_whole(read_file: Read) -> None:
    chunks = read_file(Path(REAL))
    found = vacancies(chunks)
    flags = sum((chunk.flags for chunk in chunks), Counter())
    assert len(found) == 616
    assert [chunk.rejects for chunk in chunks if chunk.rejects] == []
    assert flags["hourly_in_monthly_field"] == 132
    assert flags["hourly_stated_in_text"] == 5
    assert flags["daily_in_monthly_field"] == 3
    assert flags["pay_undisclosed"] == 49
    assert all(v.pay.low is None and v.pay.high is None for v in found if not v.pay.disclosed)
    assert all(vacancy.place for vacancy in found)

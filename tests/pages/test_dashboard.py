"""The dashboard: what it shows, to whom, in every language, with and without scripts."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from matcher.bootstrap import App
from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import FairResume, JobSeeker, Language, Placement
from matcher.jobs.journal import Journal
from matcher.jobs.nights import FIGURES
from matcher.service.clock import day_of
from matcher.service.keys import Role
from matcher.service.view_words import SIMULATED
from tests.bureau import NOON, Bureau
from tests.fairground import FAIR
from tests.pages.conftest import Visitor
from tests.pages.test_access import sign_in
from tests.plans import planned
from tests.rankers import put_in_place, small_ranker

TODAY = day_of(NOON)
STRONG = {"key": "hit@10", "part": "small", "value": 0.5, "count": 120, "low": 0.2, "high": None}
EMPTY = {"key": "empty_share", "part": "", "value": 0.05, "count": 400, "low": None, "high": 0.02}
WHY = {"key": "kept_out_by", "part": "place", "value": 0.9, "count": 20, "low": None, "high": None}


def with_past(app: App) -> None:
    """Twenty people of two districts, eight of them placed; a fair of three résumés."""
    day = TODAY - timedelta(days=40)
    seekers = [
        JobSeeker(id=f"S-9{n}", registered_on=day, district="806" if n < 15 else "813")
        for n in range(20)
    ]
    placed = [
        Placement(id=f"P-{n}", seeker_id=f"S-9{n}", placed_on=day + timedelta(days=9))
        for n in range(8)
    ]
    resumes = [
        FairResume(id=f"R-{n}", fair_id=FAIR.id, handed_in_at=FAIR.held_on, matched=n == 0)
        for n in range(3)
    ]
    with writing(app.engine) as connection:
        for records in (seekers, placed, resumes):
            upsert(connection, records)


def with_night(app: App) -> None:
    """A night that was broken off once, whose figures left a band."""
    folder = app.night_folder / TODAY.isoformat()
    Journal.of(folder, TODAY, NOON).begin("take in", "a", lambda: None)
    journal = Journal.of(folder, TODAY, NOON)
    journal.begin("take in", "a", lambda: None)
    journal.done("take in", {"trouble": ["x.csv: every row was rejected"]}, seconds=2)
    journal.begin("train", "b", lambda: None)
    told = {"generation": "g-7", "promoted": False, "objections": ["no better than what serves"]}
    journal.done("train", told, seconds=61)
    figures = {
        "day": TODAY.isoformat(),
        "simulated": False,
        "figures": [STRONG, EMPTY, WHY],
        "alerts": [EMPTY],
    }
    (folder / FIGURES).write_text(json.dumps(figures), encoding="utf-8")


def open_dashboard(visitor: Visitor) -> None:
    with_past(visitor.bureau.app)
    with_night(visitor.bureau.app)
    visitor.sign_in("/dashboard", Role.ANALYST)


def test_an_analyst_reads_rates_with_their_counts(visitor: Visitor):
    open_dashboard(visitor)
    visitor.check()
    first = visitor.page.locator(".figures div").first.inner_text()
    assert "36.36 %" in first
    assert "8 (求職就業人數) ÷ 22 (新登記求職人數)" in first
    for words in ("民國115年3月16日", "2026-03-16", "初步媒合率", "春季徵才活動"):
        assert words in visitor.page.content()


def test_with_all_numbers_unfolded_no_rule_is_broken(visitor: Visitor):
    open_dashboard(visitor)
    for summary in visitor.page.locator("summary").all():
        summary.click()
    visitor.check()


def test_the_map_shows_the_rate_that_is_asked_for_and_the_table_the_same(visitor: Visitor):
    open_dashboard(visitor)
    assert tile(visitor, "前鎮區") == "50.00"
    visitor.press(".choices-of-map a:has-text('求供倍數')")
    visitor.check()
    assert tile(visitor, "前鎮區") == "0.38"
    visitor.page.locator("summary:has-text('依行政區')").click()
    row = visitor.page.locator(".picture:has(.map) tbody tr:has-text('前鎮區')").inner_text()
    assert "0.38" in row


def test_a_district_with_few_people_tells_no_count_of_them(visitor: Visitor):
    with writing(visitor.bureau.app.engine) as connection:
        seeker = JobSeeker(id="S-80", registered_on=TODAY, district="851")
        upsert(connection, [seeker])
    open_dashboard(visitor)
    assert tile(visitor, "茂林區") == "＊"
    visitor.page.locator("summary:has-text('依行政區')").click()
    row = visitor.page.locator(".picture:has(.map) tbody tr:has-text('茂林區')").inner_text()
    assert row.split() == ["茂林區", "＊", "0", "＊", "0", "0", "–", "＊"]
    assert "人數少於 5 人" in visitor.text()


def test_a_figure_out_of_its_band_is_named_in_words(visitor: Visitor):
    open_dashboard(visitor)
    alert = visitor.page.locator(".wrong").inner_text()
    assert "清單空白的求職者: 5 % (至多 2 %)" in alert.replace("\xa0", " ")
    text = visitor.text().replace("\xa0", " ")
    assert "工作地點" in text
    assert re.search(r"small\s+–\s+50 % \(n = 120\)", text)


def test_the_last_night_tells_its_steps_and_what_was_trained(visitor: Visitor):
    put_in_place(visitor.bureau.app, small_ranker())
    open_dashboard(visitor)
    rows = visitor.page.locator("table tr:has-text('匯入檔案')").inner_text().split("\t")
    assert rows == ["匯入檔案", "完成", "2.0", "是", "x.csv: every row was rejected"]
    assert "未開始" in visitor.page.locator("table tr:has-text('統計報告')").inner_text()
    training = visitor.page.locator("table tr:has-text('g-7')").inner_text()
    assert "未採用" in training
    assert "no better than what serves" in training
    assert "使用中" in visitor.page.locator("table tr:has-text('排序模型')").first.inner_text()


def test_a_plan_tells_which_vacancies_are_starved_or_crowded(visitor: Visitor, tmp_path: Path):
    app = visitor.bureau.app
    put_in_place(app, small_ranker())
    app.sync()
    planned(app, app.live.snapshot.index, tmp_path / "lists")
    visitor.sign_in("/dashboard", Role.SUPERVISOR)
    assert "還沒有名額分配" in visitor.text()
    app.sync()
    visitor.page.reload()
    visitor.check()
    text = visitor.text()
    assert "名額分配於 民國115年3月16日（2026-03-16）計算" in text
    assert "未列入任何人名單的職缺" in text
    assert "名單人數過多的職缺" in text


def test_without_scripts_everything_is_there(plain_visitor: Visitor):
    open_dashboard(plain_visitor)
    assert "36.36 %" in plain_visitor.text()
    assert tile(plain_visitor, "前鎮區") == "50.00"
    assert plain_visitor.page.locator("script").count() == 0
    plain_visitor.page.locator("summary:has-text('依月份')").first.click()
    row = plain_visitor.page.locator("details[open] tr:has-text('2026-02')").inner_text()
    assert "民國115年2月" in row


def test_who_may_see_it_finds_it_from_every_page_and_nobody_else_does(visitor: Visitor):
    visitor.sign_in("/fairs", Role.SUPERVISOR)
    visitor.press(".pages a:has-text('統計儀表板')")
    assert visitor.page.locator("[aria-current=page]").inner_text() == "統計儀表板"
    visitor.press(".account button")
    visitor.sign_in("/fairs", Role.COUNSELLOR)
    assert visitor.page.locator(".pages a:has-text('統計儀表板')").count() == 0


@pytest.mark.parametrize("language", list(Language))
def test_every_language_is_spoken_and_no_person_named(fairground: Bureau, language: Language):
    with_past(fairground.app)
    with_night(fairground.app)
    sign_in(fairground, Role.ANALYST)
    answer = fairground.client.get(f"/dashboard?lang={language.value}")
    assert answer.status_code == 200
    assert "36.36" in answer.text
    assert not re.search(r"王小明|陳美華|S-\d", answer.text)


def test_a_register_with_simulated_people_is_called_so_at_every_picture(fairground: Bureau):
    with writing(fairground.app.engine) as connection:
        upsert(connection, [JobSeeker(id="SIM-S1", registered_on=TODAY)])
    with_past(fairground.app)
    sign_in(fairground, Role.ANALYST)
    page = fairground.client.get("/dashboard").text
    assert page.count('class="picture"') == 4
    assert page.count(SIMULATED[Language.ZH]) == 1 + 4


def test_a_register_of_real_people_is_not_called_simulated(fairground: Bureau):
    sign_in(fairground, Role.ANALYST)
    assert SIMULATED[Language.ZH] not in fairground.client.get("/dashboard").text


def test_before_the_first_night_and_on_an_empty_register_the_page_says_so(bureau: Bureau):
    sign_in(bureau, Role.ANALYST)
    page = bureau.client.get("/dashboard").text
    assert "還沒有夜間作業的統計" in page
    assert "還沒有夜間作業。" in page
    assert "近 400 夜沒有訓練" in page


def test_a_rate_that_the_map_does_not_know_is_refused(bureau: Bureau):
    sign_in(bureau, Role.ANALYST)
    assert bureau.client.get("/dashboard?shown=age").status_code == 422


def tile(visitor: Visitor, name: str) -> str | None:
    return visitor.page.locator(f".map .tile:has-text('{name}') .value").text_content()

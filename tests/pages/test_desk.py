"""The desk's pages: what they show of whom, what is logged, and what they refuse."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO

import pytest

from matcher.db.engine import reading, writing
from matcher.db.store import must_get, upsert
from matcher.entities import Channel, JobSeeker, Outcome, Referral, SeekerStatus
from matcher.service.audit import Action
from matcher.service.keys import Role
from tests.bureau import VACANCY, Bureau
from tests.desk import PASSWORD, AtDesk, sign_in, text_of

CARD = "A123456789"


@pytest.fixture
def desk(bureau: Bureau) -> AtDesk:
    return sign_in(bureau)


def value(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found, pattern
    return found[1]


def refer(desk: AtDesk, look: str, vacancy: str = "V-1"):
    return desk.send(f"{look}/referrals", vacancy=vacancy)


def note_hire(desk: AtDesk, look: str, **marks: str):
    page = desk.get(look).text
    referral = value(page, r'name="referral" value="([0-9a-f]{32})"')
    return desk.send(
        f"{look}/outcomes", referral=referral, outcome="hired", happened_on="2026-03-16", **marks
    )


def undo(desk: AtDesk, look: str, action: Action):
    (act,) = (e for e in desk.log(action) if e.id not in {u.undoes for u in desk.log()})
    return desk.send(f"{look}/undone", act=act.id)


def numerator(bureau: Bureau, rate: str) -> int:
    view = bureau.get(f"/v1/rates?rate={rate}").json()
    return view["rates"][0]["numerator"]["count"]


def test_a_counsellor_signs_in_by_name_and_comes_to_the_desk(bureau: Bureau):
    desk = sign_in(bureau)
    assert "諮詢櫃檯" in text_of(desk.get("/desk"))
    answer = bureau.client.post("/sign-in/password", data={"name": "chen", "password": "wrong"})
    assert answer.status_code == 401
    assert "帳號或密碼不正確" in answer.text
    assert "set-cookie" not in answer.headers


def test_too_many_tries_are_told_to_wait_whatever_the_name(bureau: Bureau):
    sign_in(bureau)
    for name in ("chen", "nobody"):
        tries = [
            bureau.client.post("/sign-in/password", data={"name": name, "password": "wrong"})
            for _ in range(6)
        ]
        assert [answer.status_code for answer in tries] == [401] * 5 + [429]
        assert "15 分鐘" in tries[-1].text
        assert tries[-1].headers["retry-after"] == "30"


def test_no_address_names_a_person_and_no_answer_their_name(desk: AtDesk):
    look = desk.open(person="S-1")
    answer = desk.get(look)
    assert "S-1" not in str(answer.url)
    assert "王小明" not in answer.text
    assert "王○明" in answer.text
    refer(desk, look)
    assert not re.search(r'(?:action|href)="[^"]*S-1', desk.get(look).text)


def test_a_persons_list_says_why_what_is_unknown_and_what_would_open_more(desk: AtDesk):
    page = text_of(desk.get(desk.open(person="S-1")))
    for word in (
        "1. 堆高機操作員",
        "前鎮倉儲",
        "月薪 36,000–40,000 元",
        "符合之處",
        "怎樣能有更多職缺",
    ):
        assert word in page
    assert "資料未寫明" in text_of(desk.get(desk.open(person="S-2")))


def test_the_bureaus_rates_have_their_names_in_the_readers_language(desk: AtDesk):
    look = desk.open(person="S-1")
    assert "求職就業率" in desk.get(look).text
    page = desk.get(f"{look}?lang=vi").text
    assert "tỷ lệ có việc" in page
    assert "employment rate" not in page


def test_candidates_have_no_name_until_they_are_referred(desk: AtDesk):
    look = desk.open(vacancy="V-1")
    before = desk.get(look).text
    assert "倉管人員" in before
    assert "王" not in before
    assert desk.send(f"{look}/referrals", person="S-1").status_code == 200
    after = text_of(desk.get(look))
    assert "王小明" in after
    assert "民國115年3月16日 推介" in after
    assert "陳美華" not in after


def test_whoever_stands_in_a_shortlist_is_in_the_log_once_a_look(desk: AtDesk):
    look = desk.open(vacancy="V-1")
    desk.get(look)
    shown = desk.log(Action.SHOWN)
    assert {entry.person for entry in shown} == {"S-1", "S-2"}
    assert {entry.vacancy for entry in shown} == {"V-1"}
    assert len(shown) == 2


def test_nobody_is_referred_whom_the_look_did_not_show(desk: AtDesk):
    with writing(desk.bureau.app.engine) as connection:
        hidden = JobSeeker(id="S-3", registered_on=date(2026, 1, 1), status=SeekerStatus.PLACED)
        upsert(connection, [hidden])
    look = desk.open(vacancy="V-1")
    assert desk.send(f"{look}/referrals", person="S-3").status_code == 404
    mine = desk.open(person="S-1")
    desk.send(f"{mine}/referrals", person="S-2", vacancy="V-1")
    assert [entry.person for entry in desk.log(Action.REFERRED)] == ["S-1"]


def test_a_vacancy_that_a_person_was_sent_to_is_marked_and_not_offered_as_new(desk: AtDesk):
    look = desk.open(person="S-1")
    assert refer(desk, look).status_code == 200
    page = desk.get(look).text
    assert "民國115年3月16日 推介" in page
    assert 'value="V-1" aria-label="推介' not in page
    assert 'value="V-2" aria-label="推介' in page
    again = refer(desk, look)
    assert again.status_code == 422
    assert len(desk.log(Action.REFERRED)) == 1


def test_a_hire_moves_each_rate_only_where_its_own_side_says_so(desk: AtDesk):
    bureau, look = desk.bureau, desk.open(person="S-1")
    refer(desk, look)
    assert note_hire(desk, look).status_code == 200
    assert numerator(bureau, "employment_rate") == 0
    undo(desk, look, Action.OUTCOME)
    note_hire(desk, look, placed="yes")
    assert numerator(bureau, "employment_rate") == 1
    assert numerator(bureau, "fill_rate") == 0
    undo(desk, look, Action.OUTCOME)
    undo(desk, look, Action.PLACED)
    note_hire(desk, look, filled="yes")
    assert numerator(bureau, "employment_rate") == 0
    assert numerator(bureau, "fill_rate") == 1


def test_undoing_corrects_the_register_and_the_rates_and_the_log_keeps_all(desk: AtDesk):
    bureau, look = desk.bureau, desk.open(person="S-1")
    refer(desk, look)
    note_hire(desk, look, placed="yes", filled="yes")
    with reading(bureau.app.engine) as connection:
        assert must_get(connection, JobSeeker, "S-1").status is SeekerStatus.PLACED
    assert undo(desk, look, Action.REFERRED).status_code == 422
    for action in (Action.FILLED, Action.PLACED, Action.OUTCOME, Action.REFERRED):
        assert undo(desk, look, action).status_code == 200
    with reading(bureau.app.engine) as connection:
        assert must_get(connection, JobSeeker, "S-1").status is SeekerStatus.ACTIVE
        assert not connection.exec_driver_sql("SELECT * FROM referrals").all()
    told = text_of(desk.get(look))
    assert "已復原的登記（4）" in told
    assert "錄用 (民國115年3月16日) · 堆高機操作員 · 復原：chen · 2026-03-16 12:00" in told
    assert numerator(bureau, "employment_rate") == numerator(bureau, "fill_rate") == 0
    assert "V-1" in desk.get(look).text
    assert len(desk.log(Action.UNDONE)) == 4
    assert {e.detail for e in desk.log(Action.UNDONE)} == {
        "filled",
        "placed",
        "outcome",
        "referred",
    }
    assert len(desk.log(Action.REFERRED)) == 1
    page = desk.send(f"{look}/undone", act=desk.log(Action.REFERRED)[0].id)
    assert page.status_code == 404


def test_whoever_does_not_look_for_work_is_not_offered_for_referral_and_the_page_says_why(
    desk: AtDesk,
):
    look = desk.open(person="S-1")
    assert "不在求職中" not in desk.get(look).text
    refer(desk, look)
    note_hire(desk, look, placed="yes")
    page = desk.get(look).text
    assert "此人目前不在求職中，不能推介" in page
    assert 'aria-label="推介' not in page


def test_what_was_just_noted_stays_open_to_be_undone(desk: AtDesk):
    look = desk.open(person="S-1")
    refer(desk, look)
    refer(desk, look, vacancy="V-2")
    page = desk.get(look).text
    ended = value(page, r'name="referral" value="([0-9a-f]{32})"')
    desk.send(f"{look}/outcomes", referral=ended, outcome="rejected", happened_on="2026-03-16")
    assert re.search(r"<details open><summary[^>]*>已有結果的推介（1）", desk.get(look).text)
    later = desk.open(person="S-1")
    assert re.search(r"<details><summary[^>]*>已有結果的推介（1）", desk.get(later).text)


def test_what_a_file_brought_in_is_shown_and_not_undone_here(desk: AtDesk):
    referral = Referral(
        id="R-1",
        seeker_id="S-1",
        vacancy_id="V-2",
        made_on=date(2026, 3, 2),
        channel=Channel.COUNSELLOR,
    )
    with writing(desk.bureau.app.engine) as connection:
        upsert(connection, [referral])
    look = desk.open(person="S-1")
    assert "民國115年3月2日 推介" in text_of(desk.get(look))
    assert desk.send(f"{look}/undone", act="R-1").status_code == 404


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.INTERVIEWED])
def test_only_a_hire_places_somebody(desk: AtDesk, outcome: Outcome):
    look = desk.open(person="S-1")
    refer(desk, look)
    referral = value(desk.get(look).text, r'name="referral" value="([0-9a-f]{32})"')
    fields = {"referral": referral, "happened_on": "2026-03-16"}
    wrong = desk.send(f"{look}/outcomes", outcome=outcome, placed="yes", **fields)
    assert wrong.status_code == 422
    assert desk.log(Action.OUTCOME) == []
    assert desk.send(f"{look}/outcomes", outcome=outcome, **fields).status_code == 200
    assert desk.log(Action.PLACED) == []


def test_a_refused_outcome_keeps_what_was_filled_in(desk: AtDesk):
    look = desk.open(person="S-1")
    refer(desk, look)
    refer(desk, look, vacancy="V-2")
    referral = value(desk.get(look).text, r'name="referral" value="([0-9a-f]{32})"')
    fields = {"referral": referral, "outcome": "rejected", "happened_on": "2026-03-16"}
    page = desk.send(f"{look}/outcomes", filled="yes", **fields).text
    assert page.count('<option value="rejected" selected>') == 1
    assert page.count(" checked>") == 1
    assert 'name="filled" value="yes" checked' in page
    early = fields | {"happened_on": "2026-03-01"}
    page = desk.send(f"{look}/outcomes", **early).text
    assert "不能早於推介日（民國115年3月16日）" in page
    assert page.count('value="2026-03-01"') == 1


def test_filters_narrow_the_list_and_are_kept_while_one_works(desk: AtDesk):
    look = desk.open(person="S-1")
    assert "倉儲人員" in desk.get(look).text
    page = desk.get(f"{look}?licence=forklift&district=806&shift=day&employment=full_time").text
    assert "堆高機操作員" in page
    assert "倉儲人員" not in page
    assert "?district=806&amp;shift=day" in page
    dear = text_of(desk.get(f"{look}?pay=42000"))
    assert "沒有符合的結果" in dear
    words = text_of(desk.get(f"{look}?words=堆高機"))
    assert "堆高機操作員" in words
    assert "倉儲人員" not in words


def test_filters_of_candidates_hold_against_the_people(desk: AtDesk):
    look = desk.open(vacancy="V-2")
    assert "S-2" in desk.get(look).text
    for query in ("licence=forklift", "district=806", "pay=34000", "words=倉庫", "shift=day"):
        page = desk.get(f"{look}?{query}").text
        assert "S-1" in page, query
        assert "S-2" not in page, query


def test_no_filter_has_a_field_for_a_protected_attribute(desk: AtDesk):
    page = desk.get(desk.open(vacancy="V-1")).text
    names = set(re.findall(r'<(?:select|input|textarea)[^>]* name="(\w+)"', page))
    filters = {"district", "shift", "employment", "pay", "licence", "words"}
    assert names == filters | {"token", "person", "impression", "text"}


@pytest.mark.parametrize("words", ["限女性", "女", "35歲以下", "未婚", "身障者"])
def test_a_criterion_for_a_protected_attribute_is_refused_with_its_section(
    desk: AtDesk, words: str
):
    look = desk.open(vacancy="V-1")
    answer = desk.get(f"{look}?words={words}")
    assert answer.status_code == 422
    assert "就業服務法第5條" in answer.text.replace(" ", "")
    assert "倉管人員" not in text_of(answer)
    assert desk.send("/desk/vacancies", text=words).status_code == 422


@pytest.mark.parametrize(
    "query", ["district=999", "pay=1", "shift=noon", "licence=x", "words=" + "x" * 61]
)
def test_a_filter_that_the_form_does_not_offer_is_refused(desk: AtDesk, query: str):
    assert desk.get(f"{desk.open(person='S-1')}?{query}").status_code == 422


def test_notes_are_kept_with_author_and_time(desk: AtDesk):
    look = desk.open(person="S-1")
    assert desk.send(f"{look}/notes", text="下週三再來，想看夜班").status_code == 200
    page = text_of(desk.get(look))
    assert "下週三再來，想看夜班 chen · 2026-03-16 12:00" in page
    assert len(desk.log(Action.NOTED)) == 1


@pytest.mark.parametrize("text", [f"證號 {CARD}", "雇主只要女生", "", "字" * 1_001])
def test_a_note_with_a_number_or_a_protected_attribute_is_not_kept(desk: AtDesk, text: str):
    look = desk.open(person="S-1")
    answer = desk.send(f"{look}/notes", text=text)
    assert answer.status_code == 422
    assert CARD not in answer.text
    assert ("雇主只要女生" in answer.text) == (text == "雇主只要女生")
    assert desk.log(Action.NOTED) == []


def test_a_number_typed_for_a_person_is_not_shown_again(desk: AtDesk):
    for fields in ({"person": CARD}, {"person": "S-1", "words": f"證號 {CARD}"}):
        answer = desk.send("/desk/people", reason="present", **fields)
        assert answer.status_code == 422
        assert CARD not in answer.text
    look = desk.open(vacancy="V-1")
    assert CARD not in desk.get(f"{look}?words={CARD}").text
    assert CARD not in desk.send(f"{look}/people", person=CARD).text
    assert CARD not in desk.send("/desk/vacancies", text=CARD).text


def test_a_refused_form_keeps_what_was_filled_in_but_for_numbers(desk: AtDesk):
    fields = {"person": "S-1", "reason": "other"}
    page = desk.send("/desk/people", **fields).text
    assert 'value="S-1"' in page
    assert '<option value="other" selected>' in page
    page = desk.send("/desk/people", **fields, words=f"家屬詢問 {CARD}").text
    assert "家屬詢問" not in page
    page = desk.send("/desk/people", person="S-9", reason="follow_up", words="家屬詢問").text
    assert 'value="家屬詢問"' in page
    assert '<option value="follow_up" selected>' in page
    assert "S-9" not in page
    page = desk.send("/desk/shortlists", vacancy="V-1", reason="other").text
    assert page.count('<option value="other" selected>') == 1


def test_an_unknown_id_is_said_to_be_unknown(desk: AtDesk):
    answer = desk.send("/desk/people", reason="present", person="S-9")
    assert answer.status_code == 404
    assert "沒有這個登記編號" in answer.text
    assert desk.log() == []


def test_vacancies_are_found_by_id_and_by_words(desk: AtDesk):
    assert "找到 1 個職缺" in desk.send("/desk/vacancies", text="V-2").text
    assert "找到 1 個職缺" in desk.send("/desk/vacancies", text="堆高機").text
    assert "找到 0 個職缺" in desk.send("/desk/vacancies", text="100%").text


def test_why_a_vacancy_is_missing_is_said_with_what_would_open_it(desk: AtDesk):
    desk.bureau.put("/v1/vacancies/V-4", VACANCY | {"shifts": ["night"]})
    look = desk.open(person="S-1")
    answer = desk.send(f"{look}/people", vacancy="V-4")
    page = text_of(answer)
    assert "是否符合" in page
    assert "這些改變能使其符合" in page
    assert desk.log(Action.OPENED)[0].vacancy == "V-4"
    assert desk.send(f"{look}/people", vacancy="V-99").status_code == 422


def test_another_counsellor_cannot_open_a_look(desk: AtDesk):
    look = desk.open(person="S-1")
    other = sign_in(desk.bureau, name="lin")
    assert other.get(look).status_code == 404
    assert other.send(f"{look}/notes", text="x").status_code == 404
    assert other.log(Action.NOTED) == []


def test_a_counsellor_reads_only_their_own_entries(desk: AtDesk):
    desk.open(person="S-1")
    other = sign_in(desk.bureau, name="lin")
    other.open(person="S-2")
    page = text_of(other.get("/desk/audit"))
    assert "S-2" in page
    assert "S-1" not in page
    assert "S-1" not in text_of(other.send("/desk/audit", person="S-1")).replace("value", "")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST])
def test_supervisors_and_analysts_read_everybodys_entries_without_names(desk: AtDesk, role: Role):
    desk.send("/desk/people", reason="other", person="S-1", words="家屬詢問")
    reader = sign_in(desk.bureau, role, name="boss")
    page = text_of(reader.get("/desk/audit"))
    for word in ("S-1", "家屬詢問", "查看求職者與其職缺"):
        assert word in page
    assert "王" not in page
    assert ("chen" in page) == (role is Role.SUPERVISOR)


def test_who_traced_a_figure_is_read_with_the_name_of_the_rate(desk: AtDesk):
    path = "/v1/rates/employment_rate/events?side=denominator"
    assert desk.bureau.get(path, role=Role.ANALYST).status_code == 200
    reader = sign_in(desk.bureau, Role.ANALYST, name="figures")
    page = text_of(reader.get("/desk/audit"))
    assert "查核統計數字的依據：求職就業率" in page
    assert "employment_rate" not in page


def test_an_analyst_opens_no_page_with_a_person(desk: AtDesk):
    look = desk.open(person="S-1")
    analyst = sign_in(desk.bureau, Role.ANALYST, name="figures")
    for answer in (
        analyst.get("/desk"),
        analyst.get(look),
        analyst.send("/desk/people", person="S-1", reason="present"),
    ):
        assert answer.status_code == 403


def test_a_kiosk_key_does_not_open_the_desk(bureau: Bureau):
    key = bureau.keys[Role.KIOSK]
    bureau.client.post("/sign-in", data={"key": key})
    answer = bureau.client.get("/desk", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/desk"


def test_after_signing_in_one_is_where_one_wanted_to_go(bureau: Bureau):
    sign_in(bureau)
    fields = {"name": "chen", "password": PASSWORD, "next": "/fairs"}
    answer = bureau.client.post("/sign-in/password", data=fields, follow_redirects=False)
    assert answer.headers["location"] == "/fairs"
    assert answer.cookies["staff"]


def test_no_person_stands_in_the_log_of_the_service(
    desk: AtDesk, capsys: pytest.CaptureFixture[str]
):
    look = desk.open(person="S-1")
    refer(desk, look)
    desk.send(f"{look}/notes", text="王小明下週再來")
    desk.send("/desk/people", person=CARD, reason="present")
    logged = capsys.readouterr()
    assert "/desk/looks/{look_id}/notes" in logged.out
    assert not re.search(rf"S-1|王|{CARD}|{look[-32:]}|chen", logged.out + logged.err)


def exported(desk: AtDesk, look: str, form: str, query: str = ""):
    page = desk.get(f"{look}{query}").text
    impression = value(page, r'name="impression" value="([0-9a-f]{32})"')
    return desk.send(f"{look}/export{query}", impression=impression, format=form)


def test_a_list_is_taken_as_it_was_shown_and_every_person_in_it_is_logged(desk: AtDesk):
    look = desk.open(vacancy="V-1")
    answer = exported(desk, look, "csv")
    assert answer.headers["content-disposition"] == ('attachment; filename="list-2026-03-16.csv"')
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][:3] == ["號碼", "編號", "希望職務"]
    assert {row[1] for row in rows[1:3]} == {"S-1", "S-2"}
    assert "王" not in answer.text
    taken = desk.log(Action.EXPORTED)
    assert {(entry.person, entry.detail) for entry in taken} == {("S-1", "csv"), ("S-2", "csv")}


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_persons_list_is_taken_as_a_workbook_with_its_filters(desk: AtDesk, form: str):
    look = desk.open(person="S-1")
    answer = exported(desk, look, form, "?licence=forklift")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    (entry,) = desk.log(Action.EXPORTED)
    assert (entry.person, entry.detail) == ("S-1", form)


def test_a_list_of_another_look_is_not_taken(desk: AtDesk):
    mine, other = desk.open(person="S-1"), desk.open(vacancy="V-1")
    impression = value(desk.get(other).text, r'name="impression" value="([0-9a-f]{32})"')
    for wrong in (impression, "0" * 32):
        answer = desk.send(f"{mine}/export", impression=wrong, format="csv")
        assert answer.status_code == 404
    assert desk.send(f"{mine}/export", impression=impression, format="exe").status_code == 422
    assert desk.log(Action.EXPORTED) == []


def test_a_title_that_looks_like_a_formula_is_none_in_a_file(desk: AtDesk):
    desk.bureau.put("/v1/vacancies/V-5", VACANCY | {"title": "=1+1"})
    text = exported(desk, desk.open(person="S-1"), "csv").content.decode("utf-8-sig")
    assert ",'=1+1," in text

"""Vacancies at the desk: what the law objects to is shown before anything is published."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from matcher.db.engine import reading, writing
from matcher.db.overrides import overrides_of
from matcher.db.store import get, must_get, upsert
from matcher.entities import Language, Vacancy
from matcher.jobs import linting
from matcher.service.clock import day_of
from matcher.service.keys import Role
from tests.bureau import NOON, Bureau
from tests.pages.conftest import Visitor
from tests.pages.test_access import sign_in

BAD_TEXT = "女裝門市，年齡35歲以下"
FORM = {
    "employer_id": "E-1",
    "title": "門市人員",
    "openings": "1",
    "posted_on": "2026-03-01",
    "text": "女裝門市",
    "language": "zh",
    "pay_basis": "month",
    "pay_low": "36000",
}
ROWS = """id,employer_id,title,openings,posted_on,text,pay_basis,pay_low
X-1,E-1,限男作業員,1,2026-03-01,搬貨,month,36000
X-2,E-1,作業員,1,2026-03-01,搬貨,month,36000
X-3,E-404,作業員,1,2026-03-01,搬貨,month,36000
X-4,E-1,作業員,none,2026-03-01,搬貨,month,36000
"""


def post(bureau: Bureau, path: str, role: Role = Role.COUNSELLOR, **fields: object):
    token = sign_in(bureau, role)
    data = {**FORM, "token": token, **fields}
    return bureau.client.post(path, data=data, follow_redirects=False)


def upload(bureau: Bureau, content: bytes, *, name: str = "x.csv", do: str = "publish"):
    token = sign_in(bureau, Role.COUNSELLOR)
    return bureau.client.post(
        "/vacancies/file", data={"token": token, "do": do}, files={"file": (name, content)}
    )


def registered(bureau: Bureau, key: str) -> Vacancy | None:
    with reading(bureau.app.engine) as connection:
        return get(connection, Vacancy, key)


def with_objection(bureau: Bureau, key: str = "V-7") -> None:
    """An imported vacancy that the law objects to."""
    vacancy = Vacancy(
        id=key, employer_id="E-1", title="店員", openings=1, posted_on=day_of(NOON), text=BAD_TEXT
    )
    with writing(bureau.app.engine) as connection:
        upsert(connection, [vacancy])


def fill(visitor: Visitor, **fields: str) -> None:
    for name, value in (FORM | fields).items():
        field = visitor.page.locator(f"#{name}")
        if name in ("language", "pay_basis"):
            field.select_option(value)
        else:
            field.fill(value)


def test_words_are_marked_with_their_rule_and_mended_before_publishing(visitor: Visitor):
    visitor.sign_in("/vacancies/new")
    visitor.check()
    fill(visitor, text=BAD_TEXT)
    visitor.press("button[value=check]")
    visitor.check()
    assert visitor.page.locator("mark").first.inner_text().startswith("年齡35歲以下")
    assert "女裝" not in visitor.page.locator("mark").first.inner_text()
    found = visitor.page.locator(".findings").inner_text()
    assert "就業服務法第5條第1項" in found
    assert "建議" in found
    assert visitor.page.locator("#reason-1").count() == 0
    visitor.press("button[value=publish]")
    assert "沒有公開" in visitor.text()
    visitor.check()
    visitor.page.fill("#text", "女裝門市")
    visitor.press("button[value=publish]")
    assert "沒有發現違反規定的文字" in visitor.text()
    visitor.check()
    key = visitor.page.url.rsplit("/", 1)[1]
    stored = registered(visitor.bureau, key)
    assert stored is not None
    assert (stored.title, stored.text) == ("門市人員", "女裝門市")
    visitor.complaints.clear()


def test_a_supervisor_says_why_words_may_stand(visitor: Visitor):
    visitor.sign_in("/vacancies/new", Role.SUPERVISOR)
    fill(visitor, text=BAD_TEXT, id="V-70")
    visitor.press("button[value=check]")
    visitor.page.get_by_label("第 1 項准許的理由").fill("保全業法第10條之1")
    visitor.press("button[value=publish]")
    visitor.page.wait_for_url("**/vacancies/V-70")
    assert "保全業法第10條之1" in visitor.page.locator(".findings .good").inner_text()
    visitor.check()
    with reading(visitor.bureau.app.engine) as connection:
        (made,) = overrides_of(connection, "V-70")
    assert (made.words, made.reason) == ("年齡35歲以下", "保全業法第10條之1")


def test_a_counsellor_confirms_what_is_only_to_be_checked(visitor: Visitor):
    visitor.sign_in("/vacancies/new")
    fill(visitor, id="V-72", pay_low="", text=BAD_TEXT)
    visitor.page.check("[name=pay_withheld]")
    visitor.press("button[value=check]")
    visitor.check()
    assert visitor.page.locator("[name=over_reason]").count() == 1
    visitor.page.get_by_label("項確認無誤的理由").fill("月薪四萬五起")
    visitor.press("button[value=publish]")
    assert "不得刊登的項目只有主管可以" in visitor.text()
    assert visitor.page.get_by_label("項確認無誤的理由").input_value() == "月薪四萬五起"
    visitor.page.fill("#text", "女裝門市")
    visitor.press("button[value=publish]")
    visitor.page.wait_for_url("**/vacancies/V-72")
    assert "月薪四萬五起" in visitor.page.locator(".findings .good").inner_text()
    visitor.check()
    visitor.complaints.clear()
    with reading(visitor.bureau.app.engine) as connection:
        (made,) = overrides_of(connection, "V-72")
    assert (made.code, made.severity) == ("pay_withheld", "check")


def test_an_imported_vacancy_is_listed_until_it_is_mended(visitor: Visitor):
    with_objection(visitor.bureau)
    visitor.sign_in("/lint")
    visitor.check()
    visitor.page.select_option("#code", "age")
    visitor.press("form button:text-is('只看此項')")
    visitor.press(".objection a:has-text('店員')")
    visitor.check()
    visitor.page.fill("#text", "女裝門市")
    visitor.page.select_option("#pay_basis", "month")
    visitor.page.fill("#pay_low", "36000")
    visitor.press("button[value=publish]")
    visitor.press("a:has-text('職缺檢查')")
    assert "沒有需要處理的職缺" in visitor.text()
    visitor.check()


def test_a_file_is_sieved_and_what_is_held_back_can_be_mended(visitor: Visitor):
    visitor.sign_in("/vacancies/file")
    visitor.check()
    rows = {"name": "x.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    visitor.page.set_input_files("#file", rows)
    visitor.press("button[value=publish]")
    visitor.check()
    text = visitor.text()
    for words in ("讀取 3 個職缺，其中 1 個有問題。", "已公開 1 個。", "第 5 列", "E-404"):
        assert words in text
    assert registered(visitor.bureau, "X-2") is not None
    assert registered(visitor.bureau, "X-1") is None
    visitor.press(".objection button")
    assert visitor.page.input_value("#id") == "X-1"
    visitor.page.fill("#title", "作業員")
    visitor.press("button[value=publish]")
    visitor.page.wait_for_url("**/vacancies/X-1")


def test_without_scripts_a_vacancy_can_be_checked_and_published(plain_visitor: Visitor):
    plain_visitor.sign_in("/vacancies/new")
    fill(plain_visitor, text=BAD_TEXT)
    plain_visitor.press("button[value=check]")
    assert "年齡35歲以下" in plain_visitor.page.locator("mark").first.inner_text()
    plain_visitor.page.fill("#text", "x")
    plain_visitor.press("button[value=publish]")
    assert "/vacancies/new" not in plain_visitor.page.url


def test_checking_stores_nothing(bureau: Bureau):
    answer = post(bureau, "/vacancies/new", do="check", id="V-71")
    assert answer.status_code == 200
    assert registered(bureau, "V-71") is None


def test_a_counsellors_reason_counts_for_nothing_where_the_law_forbids(bureau: Bureau):
    reason = {"over_code": "age", "over_words": "年齡35歲以下", "over_reason": "x"}
    fields = {"do": "publish", "id": "V-71", "text": BAD_TEXT, **reason}
    assert post(bureau, "/vacancies/new", **fields).status_code == 409
    assert registered(bureau, "V-71") is None
    assert post(bureau, "/vacancies/new", Role.SUPERVISOR, **fields).status_code == 303
    assert registered(bureau, "V-71") is not None


def test_what_is_published_let_stand_and_closed_is_read_in_the_audit_log(bureau: Bureau):
    reason = {"over_code": "age", "over_words": "年齡35歲以下", "over_reason": "依保全業法"}
    fields = {"do": "publish", "id": "V-71", "text": BAD_TEXT, **reason}
    post(bureau, "/vacancies/new", Role.SUPERVISOR, **fields)
    post(bureau, "/vacancies/V-71/close", Role.SUPERVISOR)
    sign_in(bureau, Role.ANALYST)
    for language in Language:
        assert bureau.client.get(f"/desk/audit?lang={language.value}").status_code == 200
    log = bureau.client.get("/desk/audit?lang=en").text
    for words in ("closed a vacancy", "let a finding stand: age", "依保全業法", "published a"):
        assert words in log
    assert "V-71" in log


def test_an_identity_number_is_neither_kept_nor_echoed(
    bureau: Bureau, capsys: pytest.CaptureFixture[str]
):
    answer = post(bureau, "/vacancies/new", do="publish", id="V-71", text="洽王先生 A123456789")
    assert answer.status_code == 422
    assert "請勿填寫證號" in answer.text
    logged = capsys.readouterr()
    assert "A123456789" not in answer.text + logged.out + logged.err
    assert registered(bureau, "V-71") is None


def test_an_identity_number_in_any_of_several_reasons_is_refused(bureau: Bureau):
    first = {"over_code": "age", "over_words": "年齡35歲以下", "over_reason": "A123456789 說可以"}
    second = {name: [text, "x"] for name, text in first.items()}
    fields = {"do": "publish", "id": "V-71", "text": BAD_TEXT, **second}
    answer = post(bureau, "/vacancies/new", Role.SUPERVISOR, **fields)
    assert answer.status_code == 422
    assert "A123456789" not in answer.text
    assert registered(bureau, "V-71") is None


def test_what_cannot_be_read_is_named_and_what_was_typed_stays(bureau: Bureau):
    answer = post(bureau, "/vacancies/new", do="check", openings="many", title="店長")
    assert answer.status_code == 422
    assert "這些欄位無法讀取，請更正後再送出： 名額" in answer.text
    assert 'value="店長"' in answer.text


def test_a_code_of_no_table_and_an_employer_nobody_knows_are_said_so(bureau: Bureau):
    assert "代碼不在代碼表裡" in post(bureau, "/vacancies/new", occupation="9998").text
    for do, status in (("check", 200), ("publish", 422)):
        answer = post(bureau, "/vacancies/new", do=do, employer_id="E-404")
        assert answer.status_code == status
        assert answer.text.count("所填的編號（例如雇主編號）沒有登記") == 1
        assert 'value="E-404"' in answer.text
    assert "沒有登記" not in post(bureau, "/vacancies/new", do="check").text


def test_a_new_vacancy_with_the_id_of_another_is_refused(bureau: Bureau):
    answer = post(bureau, "/vacancies/new", do="publish", id="V-1")
    assert answer.status_code == 409
    assert "這個職缺編號已經登記過" in answer.text


def test_changing_a_vacancy_keeps_what_the_form_does_not_show(bureau: Bureau):
    before = registered(bureau, "V-1")
    assert before is not None
    answer = post(bureau, "/vacancies/V-1", do="publish")
    assert answer.headers["location"] == "/vacancies/V-1"
    after = registered(bureau, "V-1")
    assert after is not None
    assert (after.title, after.url) == ("門市人員", before.url)


def test_a_vacancy_can_be_taken_out_of_the_lists(bureau: Bureau):
    with_objection(bureau)
    assert post(bureau, "/vacancies/V-7/close").headers["location"] == "/lint"
    with reading(bureau.app.engine) as connection:
        assert must_get(connection, Vacancy, "V-7").closed_on == day_of(NOON)
    assert "店員" not in bureau.client.get("/lint").text


def test_the_list_goes_on_where_a_page_ends(bureau: Bureau, monkeypatch: pytest.MonkeyPatch):
    for key in ("V-7", "V-8", "V-9"):
        with_objection(bureau, key)
    monkeypatch.setattr("api.vacancies.LISTED", 2)
    sign_in(bureau, Role.COUNSELLOR)
    first = bureau.client.get("/lint?code=age").text
    assert "V-8" in first
    assert "V-9" not in first
    assert 'href="/lint?code=age&amp;after=V-8">繼續' in first
    second = bureau.client.get("/lint?code=age&after=V-8").text
    assert "V-9" in second
    assert "繼續" not in second


def test_a_page_reads_no_more_vacancies_than_is_quick(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
):
    with_objection(bureau)
    monkeypatch.setattr("api.vacancies.LOOKED_AT", 2)
    sign_in(bureau, Role.COUNSELLOR)
    page = bureau.client.get("/lint?code=age").text
    assert "after=V-2" in page
    assert "店員" not in page
    assert "店員" in bureau.client.get("/lint?code=age&after=V-2").text


def test_a_file_of_something_else_is_refused(bureau: Bureau):
    for name, content in (
        ("x.csv", b"seeker_id,registered_on\nS-1,2026-01-01\n"),
        ("x.xlsx", b"no workbook"),
        ("x.exe", b"MZ"),
        ("../../x", b""),
    ):
        answer = upload(bureau, content, name=name)
        assert answer.status_code == 422, name
        assert 'role="alert"' in answer.text


def test_a_file_too_large_is_refused(bureau: Bureau, monkeypatch: pytest.MonkeyPatch):
    assert upload(bureau, b"x" * 1_100_000).status_code == 413
    monkeypatch.setattr(linting, "MOST_ROWS", 3)
    assert "檔案超過 3 列" in upload(bureau, ROWS.encode()).text
    assert registered(bureau, "X-2") is None


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(bureau: Bureau):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b"0" * (linting.MAX_UNPACKED + 1))
    assert len(packed.getvalue()) < 100_000
    answer = upload(bureau, packed.getvalue(), name="x.xlsx")
    assert answer.status_code == 422
    assert "檔案太大" in answer.text


def test_of_a_file_that_was_sent_nothing_stays_on_the_disk(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert upload(bureau, ROWS.encode(), do="check").status_code == 200
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("language", list(Language))
def test_every_language_is_spoken(bureau: Bureau, language: Language):
    with_objection(bureau)
    sign_in(bureau, Role.SUPERVISOR)
    for path in ("/vacancies/new", "/vacancies/file", "/vacancies/V-7", "/lint"):
        assert bureau.client.get(f"{path}?lang={language.value}").status_code == 200

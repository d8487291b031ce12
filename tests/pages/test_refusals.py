"""Whatever is refused at a page is said in the reader's language, with how to mend it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from fastapi.routing import APIRoute

from api.crowd import INSIDE
from api.page_route import KIOSKS, PAGES, PageRoute
from api.problems import STATUS
from api.refusals import LABELS
from api.rendering import FOLDER
from api.vacancies import COLUMNS
from api.words import WORDS, say
from matcher.config import ROOT
from matcher.db.engine import writing
from matcher.entities import Language
from matcher.service.keys import Role
from tests.bureau import Bureau
from tests.desk import AtDesk, sign_in, text_of
from tests.fairground import FAIR

TOLD_BY_KIND = {"forbidden", "not-found", "conflict", "invalid-input"}
"""Kinds of which the reason matters; of the others the kind alone says what to do."""

REFUSALS = {"ForbiddenError", "NotFoundError", "ConflictError", "InvalidInputError"}

FOR_PROGRAMS = {
    "api.access:get_route_handler",
    "api.access:guarded",
    "api.input_errors:refuse_unknown_parameters",
    "api.routes:the_plan",
    "matcher.db.trials:end_trial",
    "matcher.db.trials:set_sharing",
    "matcher.intake.sources:_tables",
    "matcher.service.accounts:_hash",
    "matcher.service.accounts:_must_find",
    "matcher.service.accounts:_plain_name",
    "matcher.service.accounts:add",
    "matcher.service.figures:_report",
    "matcher.service.figures:refuse_unknown",
    "matcher.service.keys:revoke",
    "matcher.service.lint:override",
    "matcher.service.register:put",
}
"""Functions that only commands and the interface reach."""

CHOSEN = {
    *("act", "after", "before", "code", "do", "filled", "format", "holds", "impression", "kind"),
    *("lang", "look_id", "next", "on_behalf", "placed", "referral", "result", "resume_id"),
    *("shown", "state"),
}
"""Fields that pages fill in by themselves, or offer a choice for."""

NEVER_WRONG = {
    "GET /",
    "GET /desk",
    "GET /fairs",
    "GET /kiosk",
    "GET /kiosk/set-up",
    "GET /sign-in",
    "GET /vacancies/file",
    "GET /vacancies/new",
    "POST /sign-out",
}
"""Pages that read nothing which could be wrong, or whose answer nobody sees."""

ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,.:;]+[A-Za-z]{2,}){2,}")
"""Three words in a row: a sentence that should have been Chinese."""


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Where each refusal is made that somebody at a page may meet."""
    for folder in ("api", "src/matcher/service", "src/matcher/db", "src/matcher/intake"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from _raised_in(path)
    yield from _raised_in(ROOT / "src/matcher/jobs/linting.py")
    yield from _raised_in(ROOT / "src/matcher/calendar_roc.py")


def _raised_in(path: Path) -> Iterator[tuple[str, ast.Call]]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("src.")
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSALS:
                    yield f"{module}:{function.name}", node


def named() -> dict[str, list[tuple[str, set[str]]]]:
    """Where each sentence is asked for, and with what to fill its places."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for where, call in raised():
        told = {word.arg: word.value for word in call.keywords if word.arg}
        code = told.pop("code", None)
        if isinstance(code, ast.Constant):
            found.setdefault(str(code.value), []).append((where, set(told) - {"remedy"}))
    return found


def test_whatever_is_refused_at_a_page_names_the_sentence_that_says_so():
    nameless = {
        where for where, call in raised() if "code" not in {word.arg for word in call.keywords}
    }
    assert nameless == FOR_PROGRAMS


def test_every_refusal_has_its_sentence_with_the_same_places_and_none_is_left_over():
    sentences = {key.removeprefix("refused.") for key in WORDS if key.startswith("refused.")}
    asked = named()
    assert sentences == set(asked)
    for code, uses in asked.items():
        text = WORDS[f"refused.{code}"][Language.EN]
        wanted = {name for _, name, _, _ in Formatter().parse(text) if name}
        for where, filled in uses:
            assert filled == wanted, (code, where)


def test_every_kind_of_error_says_what_it_is_and_how_to_mend_it():
    kinds = {kind for _, kind in STATUS.values()} - {"unauthenticated", "configuration"}
    kinds.add("too-large")
    for start in ("error", "mend"):
        assert {f"{start}.{kind}" for kind in kinds} <= WORDS.keys()


def test_every_column_of_a_file_of_vacancies_has_words_for_how_it_is_written():
    told = {key.removeprefix("vacancy.column.") for key in WORDS if ".column." in key}
    assert told == set(COLUMNS.values())


def test_every_field_that_people_fill_in_has_a_label_to_be_named_by(bureau: Bureau):
    fields: set[str] = set()
    for router in bureau.client.app.routes:
        for route in getattr(getattr(router, "original_router", None), "routes", ()):
            if isinstance(route, PageRoute):
                fields |= _fields_of(route)
    assert {name for name in fields if name in LABELS} == set(LABELS)
    assert fields - LABELS.keys() == CHOSEN


def _fields_of(route: APIRoute) -> set[str]:
    found: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        found |= {f.alias for f in (*one.body_params, *one.query_params, *one.path_params)}
        waiting += one.dependencies
    return found


def test_no_template_shows_english_but_what_programs_noted():
    marked = {
        (path.parent.name, path.name)
        for path in (FOLDER / "templates").rglob("*.html")
        if 'lang="en"' in path.read_text(encoding="utf-8")
    }
    # Names of figures, and what the nights and the gate wrote into their files.
    assert marked == {
        ("dashboard", name) for name in ("macros.html", "night.html", "versions.html")
    }


def asked_wrongly(route: str) -> list[tuple[str, str, dict[str, str]]]:
    """Ways to get a route wrong: nothing filled in, nonsense, and what there is not."""
    method, path = route.split()
    nonsense = dict.fromkeys((*LABELS, *CHOSEN), "?")
    absent = nonsense | {
        "person": "S-99", "vacancy": "V-99", "reason": "present", "number": "99", "text": "x" * 61,
        "referral": "R-99", "outcome": "hired", "happened_on": "2026-03-16", "format": "csv",
        "impression": "I-99", "on_behalf": "yes", "result": "matched", "holds": "yes",
    }  # fmt: skip
    ways = []
    for fair in (FAIR.id, "F-99"):
        filled = path.replace("{fair_id}", fair).replace("{resume_id}", "R-99")
        filled = filled.replace("{look_id}", "L-99").replace("{vacancy_id}", "V-99")
        ways += [(method, filled, fields) for fields in ({}, nonsense, absent)]
    return ways


@pytest.mark.parametrize("route", sorted(PAGES))
def test_whatever_goes_wrong_on_any_page_is_said_in_chinese(fairground: Bureau, route: str):
    if PAGES[route] == KIOSKS:
        client = fairground.client
        key = {"key": fairground.keys[Role.KIOSK], "fair": FAIR.id}
        found = re.search(
            r'name="token" value="([0-9a-f]{64})"', client.post("/kiosk/set-up", data=key).text
        )
        assert found
        desk = AtDesk(fairground, found[1])
    else:
        desk = sign_in(fairground, Role.SUPERVISOR)
    went_wrong = 0
    for method, path, fields in asked_wrongly(route):
        for token in (desk.token, "0" * 64):
            answer = (
                fairground.client.get(path, params=fields)
                if method == "GET"
                else fairground.client.post(path, data={**fields, "token": token})
            )
            if answer.text and (answer.status_code >= 400 or "sorry" in str(answer.url)):
                went_wrong += 1
                assert answer.headers["content-language"] == "zh-Hant-TW", path
                assert not ENGLISH.search(text_of(answer)), text_of(answer)
                assert answer.status_code < 500, path
            if route == "POST /sign-out":
                break
    assert bool(went_wrong) is (route not in NEVER_WRONG)


@pytest.mark.parametrize("language", list(Language))
def test_a_counsellor_reads_every_refusal_in_their_own_language(bureau: Bureau, language: Language):
    desk = sign_in(bureau)
    bureau.client.get("/desk", params={"lang": language})
    look = desk.open(person="S-1")
    assert desk.send(f"{look}/referrals", vacancy="V-1").status_code == 200
    for path, fields, code in (
        (f"{look}/referrals", {"vacancy": "V-1"}, "sent_already"),
        (f"{look}/notes", {"text": "A123456789"}, "number_in_text"),
        (f"{look}/people", {"vacancy": "V-99"}, "no_such_id"),
        (f"{look}/undone", {"act": "x"}, "not_here"),
        ("/desk/people", {"person": "S-1", "reason": "other"}, "reason_wants_words"),
        ("/desk/looks/x/notes", {"text": "x"}, "look_closed"),
        ("/fairs/x/papers", {"number": "1"}, "no_booth"),
    ):
        answer = desk.send(path, **fields)
        assert answer.status_code >= 400
        assert say(f"refused.{code}", language) in text_of(answer), path
    wrong_day = desk.send(f"{look}/outcomes", referral="x", outcome="hired", happened_on="soon")
    assert say("mend.invalid-input", language) in text_of(wrong_day)
    assert say("day", language) in text_of(wrong_day)


def test_a_program_still_reads_english_problem_details(bureau: Bureau):
    answer = bureau.get("/v1/vacancies/V-99/candidates?reason=for_vacancy")
    assert answer.json()["detail"] == "There is no vacancy 'V-99'."
    assert answer.json()["remedy"] == "Check the id."


def test_a_page_that_cannot_be_had_now_says_when_to_come_again(bureau: Bureau):
    desk = sign_in(bureau)
    look = desk.open(person="S-1")
    crowd = bureau.client.app.state.crowd
    crowd._inside = INSIDE
    answer = desk.get(look)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    crowd._inside = 0
    with writing(bureau.app.engine) as connection:
        connection.exec_driver_sql("DROP TABLE impressions")
    answer = desk.get(look)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-language"] == "zh-Hant-TW"


def test_an_address_that_is_no_page_is_answered_with_one(bureau: Bureau):
    sign_in(bureau)
    answer = bureau.client.get("/desk/nowhere?lang=vi")
    assert answer.status_code == 404
    assert say("mend.not-found", Language.VI) in text_of(answer)
    assert bureau.client.get("/v1/nowhere").headers["content-type"] == "application/problem+json"


def test_what_a_form_was_sent_to_may_be_loaded_again_in_another_language(bureau: Bureau):
    desk = sign_in(bureau)
    look = desk.open(person="S-1")
    for sent, page in (("/desk/people", "/desk"), (f"{look}/notes", look)):
        answer = bureau.client.get(f"{sent}?lang=th")
        assert answer.status_code == 200
        assert answer.url.path == page
        assert answer.headers["content-language"] == "th"


def test_a_file_that_cannot_be_read_says_how_its_columns_are_written(bureau: Bureau):
    desk = sign_in(bureau)
    bureau.client.get("/desk?lang=vi")

    def send(name: str, content: bytes) -> str:
        files = {"file": (name, content)}
        answer = bureau.client.post("/vacancies/file", data={"token": desk.token}, files=files)
        return text_of(answer)

    assert say("refused.file_empty", Language.VI) in send("a.csv", b"")
    assert say("refused.file_kind", Language.VI) in send("a.exe", b"MZ")
    head = b"id,employer_id,title,openings,posted_on\n"
    told = send("a.csv", head + b"V-9,E-1,x,many,someday\nV-10,E-1\n")
    for key in ("count", "date"):
        assert say(f"vacancy.column.{key}", Language.VI) in told
    assert say("vacancy.column_unknown", Language.VI) in told

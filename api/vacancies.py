"""Vacancies at the desk: what the law objects to is shown before anything is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.access import Service
from api.page_route import PageRoute, SignedIn, Spoken
from api.records import Id
from api.refusals import explained
from api.rendering import page
from api.vacancy_form import (
    Fields,
    UnreadableFieldsError,
    fields_of,
    holds_a_number,
    marked,
    said,
    vacancy_in,
)
from matcher.bootstrap import App
from matcher.compliance.findings import Code
from matcher.compliance.sentences import ground_name
from matcher.entities import Language, Vacancy
from matcher.errors import ConflictError, InvalidInputError
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import Kind
from matcher.service.clock import day_of
from matcher.service.lint import DECIDE, Checked
from matcher.service.lint_views import checked_view
from matcher.service.vacancy_intake import ObjectionError
from matcher.service.view_words import SIMULATED

vacancies = APIRouter(route_class=PageRoute, include_in_schema=False)

LISTED, LOOKED_AT = 25, 5_000
"""Vacancies on a page of the list, and how many are held against the law for it."""
HELD = 100
"""Vacancies of a file that are shown with what is found in them."""
COLUMNS = LAYOUTS[Kind.VACANCIES].columns
"""What each column of such a file holds; there are words for how that is written."""

VacancyId = Annotated[Id, Path()]


class Do(StrEnum):
    """What a form asks for."""

    CHECK = "check"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The form with what is to be said of it.

    `vacancy_id` is empty for a new one, `checked` None where it was not held against the law;
    `wrong` names fields that cannot be read, `told` says what else is wrong; `number`: an identity
    number was among what was sent, `blocked`: it could not be published, `stored`: the register
    holds it just so.
    """

    fields: Fields
    vacancy_id: str = ""
    checked: Checked | None = None
    wrong: frozenset[str] = frozenset()
    told: str = ""
    number: bool = False
    blocked: bool = False
    stored: bool = False
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)


async def _form(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_form)]


@vacancies.get("/lint")
def objectionable(
    app: Service,
    request: Request,
    language: Spoken,
    code: Annotated[Code | None, Query()] = None,
    after: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Vacancies that may be shown and that the law objects to."""
    found = app.lint.objectionable(
        code=code, after=after, most=LISTED, look=LOOKED_AT, now=app.clock()
    )
    return page(
        "vacancies/lint.html",
        request,
        language=language,
        listed=found,
        notice=SIMULATED[language] if app.figures.simulated() else "",
        views={vacancy.id: checked_view(checked, language) for vacancy, checked in found.found},
        code=code,
        rules={one: ground_name(one, language) for one in Code},
        after=after,
    )


@vacancies.get("/vacancies/new")
def blank(app: Service, request: Request, language: Spoken) -> Response:
    """The form, empty."""
    fields = said(FormData()) | {"posted_on": day_of(app.clock()).isoformat(), "openings": "1"}
    return _page(app, request, language, Shown(fields=fields | {"language": Language.ZH}))


@vacancies.post("/vacancies/new")
def enter(
    app: Service,
    request: Request,
    language: Spoken,
    form: Sent,
    do: Annotated[Do, Form()] = Do.CHECK,
) -> Response:
    """Say what is found, or publish."""
    return _handle(app, request, language, form, do=do, before=None)


@vacancies.get("/vacancies/file")
def choose(request: Request, language: Spoken) -> Response:
    """Where a file is chosen."""
    return page("vacancies/file.html", request, language=language, sieved=None, told="")


@vacancies.post("/vacancies/file")
def send(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    file: UploadFile,
    do: Annotated[Do, Form()] = Do.CHECK,
) -> Response:
    """Say what is found in a file, and publish what nothing is found in if asked to."""
    name = File(file.filename or "").name
    now = app.clock()
    try:
        with TemporaryDirectory(prefix="matcher-") as folder:
            path = File(folder) / f"vacancies{File(name).suffix.lower()[:8]}"
            path.write_bytes(file.file.read())
            # Loads what reads tables, which no other page needs.
            from matcher.jobs.linting import vacancies_sent

            found, rejects = vacancies_sent(path, reference=app.reference, today=day_of(now))
    except InvalidInputError as error:
        return page(
            "vacancies/file.html",
            request,
            language=language,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            sieved=None,
            told=explained(error, language),
        )
    sieved = app.vacancy_intake.sieve(found, by=who, now=now, publish=do is Do.PUBLISH)
    held = sieved.held[:HELD]
    return page(
        "vacancies/file.html",
        request,
        language=language,
        told="",
        sieved=sieved,
        read=len(found),
        rejects=rejects[:HELD],
        columns=COLUMNS,
        held=[(one, checked_view(checked, language), fields_of(one)) for one, checked in held],
        published=do is Do.PUBLISH,
    )


@vacancies.get("/vacancies/{vacancy_id}")
def look(app: Service, request: Request, language: Spoken, vacancy_id: VacancyId) -> Response:
    """A registered vacancy, with what is found in it."""
    vacancy = app.vacancy_intake.registered(vacancy_id)
    return _page(
        app,
        request,
        language,
        Shown(
            fields=fields_of(vacancy),
            vacancy_id=vacancy_id,
            checked=app.vacancy_intake.check(vacancy, now=app.clock()),
            stored=True,
        ),
    )


@vacancies.post("/vacancies/{vacancy_id}")
def change(
    app: Service,
    request: Request,
    language: Spoken,
    form: Sent,
    vacancy_id: VacancyId,
    do: Annotated[Do, Form()] = Do.CHECK,
) -> Response:
    """Say what is found in a registered vacancy with other words, or publish these."""
    before = app.vacancy_intake.registered(vacancy_id)
    return _handle(app, request, language, form, do=do, before=before)


@vacancies.post("/vacancies/{vacancy_id}/close")
def close(app: Service, who: SignedIn, vacancy_id: VacancyId) -> Response:
    """Take a vacancy out of all lists."""
    app.register.close_vacancy(vacancy_id, by=who, now=app.clock())
    return RedirectResponse("/lint", HTTPStatus.SEE_OTHER)


def _handle(
    app: App,
    request: Request,
    language: Language,
    form: FormData,
    *,
    do: Do,
    before: Vacancy | None,
) -> Response:
    """Read the form of a new vacancy or of one that was `before`; check it, or publish it."""
    principal, now = request.state.principal, app.clock()
    reasons = _reasons(form)
    shown = Shown(
        fields=said(form), vacancy_id="" if before is None else before.id, reasons=reasons
    )
    if holds_a_number(form):
        shown = replace(shown, number=True)
        return _page(app, request, language, shown, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        vacancy = vacancy_in(shown.fields, app.reference, before=before)
        shown = replace(shown, checked=app.vacancy_intake.check(vacancy, now=now))
        if do is Do.CHECK:
            return _page(app, request, language, shown)
        app.vacancy_intake.publish(
            vacancy, reasons=reasons, by=principal, now=now, new=before is None
        )
    except UnreadableFieldsError as error:
        shown, status = replace(shown, wrong=error.names), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidInputError as error:
        told = explained(error, language)
        shown, status = replace(shown, told=told), HTTPStatus.UNPROCESSABLE_ENTITY
    except ObjectionError:
        shown, status = replace(shown, blocked=True), HTTPStatus.CONFLICT
    except ConflictError as error:
        told = explained(error, language)
        shown, status = replace(shown, told=told), HTTPStatus.CONFLICT
    else:
        return RedirectResponse(f"/vacancies/{vacancy.id}", HTTPStatus.SEE_OTHER)
    return _page(app, request, language, shown, status=status)


def _reasons(form: FormData) -> dict[tuple[str, str], str]:
    """The reasons that were given, by code and words of the findings that they are for."""
    columns = (map(str, form.getlist(name)) for name in ("over_code", "over_words", "over_reason"))
    told = zip(*columns, strict=False)
    return {(code, words): reason.strip() for code, words, reason in told if reason.strip()}


def _page(
    app: App, request: Request, language: Language, shown: Shown, *, status: int = HTTPStatus.OK
) -> Response:
    fields, checked = shown.fields, shown.checked
    findings = checked.findings if checked else ()
    return page(
        "vacancies/form.html",
        request,
        language=language,
        status=status,
        shown=shown,
        said=fields,
        view=checked_view(checked, language) if checked else None,
        title_pieces=list(marked(fields["title"], "title", findings)),
        text_pieces=list(marked(fields["text"], "text", findings)),
        employer=app.vacancy_intake.employer(fields["employer_id"]),
        decides=request.state.principal.role in DECIDE,
        reference=app.reference,
        languages=list(Language),
    )

"""The audit log as a page: who looked at whom, when and why, and what was done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.access import Service
from api.page_route import PageRoute, SignedIn, Spoken
from api.rendering import page
from matcher.bootstrap import App
from matcher.compliance.findings import Code, Severity
from matcher.compliance.sentences import ground_name, message
from matcher.entities import Language
from matcher.rates.registry import FORMULAS
from matcher.service.audit import PAGE, refuse_numbers
from matcher.service.clock import TAIPEI
from matcher.service.keys import Principal, Role

audit = APIRouter(prefix="/desk/audit", route_class=PageRoute, include_in_schema=False)


@audit.get("")
def newest(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The newest entries, or those before a number."""
    return _page(app, who, request, language, before=before)


@audit.post("")
def of_person(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    person: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """The entries of one person: in a form, so that no address names them."""
    refuse_numbers(person)
    return _page(app, who, request, language, person=person.strip())


def _page(
    app: App,
    who: Principal,
    request: Request,
    language: Language,
    *,
    person: str = "",
    before: int | None = None,
) -> Response:
    entries = app.audit.page(who, person=person or None, before=before)
    # An analyst sees who looked by number only, like those who were looked at.
    authors = {} if who.role is Role.ANALYST else app.audit.names(entries)
    return page(
        "desk/audit.html",
        request,
        language=language,
        entries=entries,
        authors=authors,
        person=person,
        own=who.role is Role.COUNSELLOR,
        older=entries[-1][0] if len(entries) == PAGE and not person else None,
        zone=TAIPEI,
        explained=lambda detail: _explained(detail, language),
    )


def _explained(detail: str, language: Language) -> str:
    """What a rule of the lint says, or the name of a rate; all else is told as it is."""
    if detail in FORMULAS:
        return FORMULAS[detail].name_zh if language is Language.ZH else FORMULAS[detail].name_en
    if detail not in set(Code):
        return detail
    code = Code(detail)
    return ground_name(code, language) or message(code, Severity.FORBIDDEN, language)

"""The list of one look as a file: what stands on the page, and nobody else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from api.access import LISTS
from api.desk_filters import wanted_in
from api.looks import RecordId, UnderLook
from api.page_route import PageRoute
from api.words import punctuation, say
from matcher.entities import Language
from matcher.ranking.wording import Voice
from matcher.reporting.formats import MEDIA_TYPES, Format, Value
from matcher.service.clock import day_of
from matcher.service.views import slate_view

export = APIRouter(prefix="/desk/looks", route_class=PageRoute, include_in_schema=False)


@export.post("/{look_id}/export", tags=[LISTS])
def take(
    at: UnderLook,
    impression: RecordId,
    form: Annotated[Format, Form(alias="format")],
) -> Response:
    """The list that was shown under this impression, in its order."""
    app, language = at.app, at.language
    wanted = wanted_in(at.request.query_params, app.reference)
    slate = app.desk.shown(at.look, wanted, language, impression_id=impression, form=form)
    view: Any = slate_view(
        slate, language=language, reference=app.reference, voice=Voice.COUNSELLOR
    )
    # Loads what writes workbooks, which no other page needs.
    from matcher.reporting.sheets import WRITERS

    return Response(
        WRITERS[form](_rows(view, language)),
        media_type=MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="list-{day_of(app.clock())}.{form}"'
        },
    )


def _rows(view: dict[str, Any], language: Language) -> list[list[Value]]:
    """A row of heads, one for each line, and what must be said of them."""
    of_vacancies = any("employer" in line for line in view["lines"])
    middle = (
        [say("employer", language), say("place", language), say("pay", language)]
        if of_vacancies
        else [say("district", language), say("experience_years", language)]
    )
    heads = [say("number", language), say("line_id", language), say("title", language), *middle]
    heads += [say("chance", language), say("why_here", language), say("but", language)]
    rows: list[list[Value]] = [[*heads, say("not_told", language)]]
    for line in view["lines"]:
        about: list[Value]
        if of_vacancies:
            place = line["address"] or (line["place"] or {}).get("name", "")
            about = [line["employer"]["name"], place, line["pay"]["text"]]
        else:
            about = [(line["district"] or {}).get("name", ""), line["experience_years"]]
        reasons, semicolon = line["reasons"], punctuation("semicolon", language)
        rows.append(
            [
                line["rank"],
                line["id"],
                line["title"] or (line["occupation"] or {}).get("name") or "",
                *about,
                (line["chances"] or {}).get("text", ""),
                semicolon.join(reason["text"] for reason in reasons if reason["speaks_for"]),
                semicolon.join(reason["text"] for reason in reasons if not reason["speaks_for"]),
                semicolon.join(one["text"] for one in line["unknown"]),
            ]
        )
    rows.append([view["ranking"]["text"]])
    if view["notice"]:
        rows.append([view["notice"]])
    return rows

"""The endpoints of the bureau's rates: each figure with what it was computed from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import SCHEMES, Caller, GuardedRoute, Service
from api.records import Day, Id
from api.schemas import Evidence, FairRates, RateList, problem_responses
from matcher.entities import FairType, Language
from matcher.rates.dimensions import Dimension
from matcher.rates.periods import Period, Span
from matcher.rates.registry import FORMULAS
from matcher.service import figures
from matcher.service.audit import Action, Occasion, new_entry
from matcher.service.clock import day_of
from matcher.service.rate_views import View, evidence_view, fair_view, report_view

rates = APIRouter(
    prefix="/v1",
    tags=["rates"],
    route_class=GuardedRoute,
    dependencies=list(SCHEMES),
    responses=problem_responses(401, 403, 413, 422, 429, 500, 503),
)

Place = Annotated[str | None, Query(pattern=r"^[0-9]{2,3}$", description="district or county")]
Group = Annotated[str | None, Query(pattern=r"^[0-9]$", description="major group, one digit")]
Size = Annotated[str | None, Query(pattern=r"^[0-9+-]{1,8}$", description="such as 2-5")]
Lang = Annotated[Language, Query(description="language of the notice")]
AsOf = Annotated[Day | None, Query(description="as recorded at the end of this day; default: now")]
RateKey = Annotated[
    str,
    Path(max_length=40, description="one of the registered rates", examples=list(FORMULAS)[:1]),
]


async def _asked(
    app: Service,
    first: Annotated[
        Day | None, Query(alias="from", description="default: a year before `to`")
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="default: today")] = None,
    district: Place = None,
    occupation: Group = None,
    employer: Id | None = None,
    fair: Id | None = None,
    fair_type: FairType | None = None,
    fair_size: Size = None,
    as_of: AsOf = None,
) -> figures.Query:
    last = last or day_of(app.clock())
    told = {
        Dimension.DISTRICT: district,
        Dimension.OCCUPATION: occupation,
        Dimension.EMPLOYER: employer,
        Dimension.FAIR: fair,
        Dimension.FAIR_TYPE: fair_type,
        Dimension.FAIR_SIZE: fair_size,
    }
    return figures.Query(
        period=Period(first=first or last - timedelta(days=364), last=last),
        where={dimension: value for dimension, value in told.items() if value is not None},
        as_of=as_of,
    )


Asked = Annotated[figures.Query, Depends(_asked)]


@rates.get("/rates", responses={200: {"model": RateList}})
def rates_of_a_period(
    app: Service,
    asked: Asked,
    rate: Annotated[
        list[str], Query(max_length=20, description="which rates; default: all that can be told")
    ] = [],  # noqa: B006 - FastAPI copies it
    by: Annotated[Span | Dimension | None, Query(description="also in parts")] = None,
    lang: Lang = Language.ZH,
) -> Response:
    """The bureau's rates from recorded events, each with formula, numerator and denominator."""
    return _json(
        report_view(
            app.figures.report(replace(asked, keys=tuple(rate), by=by)),
            language=lang,
            reference=app.reference,
        )
    )


@rates.get("/rates/{rate}/events", responses={200: {"model": Evidence}})
def events_behind_a_rate(
    app: Service,
    caller: Caller,
    asked: Asked,
    rate: RateKey,
    side: Annotated[
        figures.Side, Query(description="which of its two counts")
    ] = figures.Side.NUMERATOR,
    after: Annotated[int, Query(ge=0, lt=2**63, description="number of the last one seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    lang: Lang = Language.ZH,
) -> Response:
    """The events that one side of a rate counts: numbers and ids of records, nothing else.

    That somebody asked is logged; some of the ids are of people.
    """
    found = app.figures.evidence(asked, rate, side, after=after, limit=limit)
    app.audit.note(new_entry(caller, Action.EVIDENCE, Occasion.FIGURE, app.clock(), detail=rate))
    return _json(evidence_view(found, language=lang))


@rates.get(
    "/fairs/{fair_id}/rates", responses={200: {"model": FairRates}, **problem_responses(404)}
)
def rates_of_a_fair(
    app: Service,
    fair_id: Annotated[Id, Path(description="the bureau's id of the fair")],
    as_of: AsOf = None,
    lang: Lang = Language.ZH,
) -> Response:
    """The on-site match rate of one fair, without résumés handed in on behalf (代收)."""
    fair, report = app.figures.of_fair(fair_id, as_of=as_of)
    return _json(fair_view(fair, report, language=lang))


def _json(content: View) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")

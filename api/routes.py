"""The endpoints: read the request, call the service, render the answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Response

from api.access import CHANNELS, LISTS, SCHEMES, Caller, GuardedRoute, Service
from api.advice import Outlook, WhyNot
from api.lists import WHY, AskedForPeople, AskedOfAPerson, AskedOfVacancies, ListRoute, Why
from api.records import (
    DRAFT,
    Id,
    OutcomeBody,
    OverrideBody,
    ProfileBody,
    ReferralBody,
    SeekerBody,
    VacancyBody,
    profile_of,
    seeker_of,
    vacancy_of,
)
from api.schemas import (
    CandidateList,
    Closed,
    Erased,
    FairPlanned,
    Findings,
    Market,
    Noted,
    Overridden,
    Referred,
    Responses,
    Stored,
    StoredVacancy,
    VacancyList,
    problem_responses,
)
from matcher.bootstrap import App
from matcher.calendar_roc import roc_text
from matcher.entities import ErasureReason, Language
from matcher.errors import NotFoundError
from matcher.ranking.wording import Voice
from matcher.service.advice_views import changes_view, why_not_view
from matcher.service.audit import Action, Reason, new_entry
from matcher.service.clock import day_of
from matcher.service.fair_views import plan_view
from matcher.service.lint_views import checked_view
from matcher.service.slates import Slate
from matcher.service.views import slate_view

_ROUTER: dict[str, Any] = {
    "prefix": "/v1",
    "dependencies": list(SCHEMES),
    "responses": problem_responses(401, 403, 413, 422, 429, 500, 503),
}
lists = APIRouter(route_class=ListRoute, **_ROUTER)
v1 = APIRouter(route_class=GuardedRoute, **_ROUTER)

SeekerId = Annotated[Id, Path(description="the bureau's id of the job seeker")]
VacancyId = Annotated[Id, Path(description="the bureau's id of the vacancy")]
ReferralId = Annotated[Id, Path(description="the id that the referral was answered with")]
Said = Annotated[Voice, Query(description="whom the sentences address")]
Erasing = Annotated[ErasureReason, Query(description="why; kept beside a hash of the id")]
Looking = Annotated[Why, Query(description=WHY)]
Lang = Annotated[Language, Query(description="language of the sentences")]

_404, _409 = problem_responses(404), problem_responses(409)


def _may_create(model: type) -> Responses:
    return {
        200: {"model": model, "description": "Changed"},
        201: {"model": model, "description": "New"},
    }


@lists.get(
    "/seekers/{seeker_id}/matches", tags=[LISTS], responses={200: {"model": VacancyList}, **_404}
)
def vacancies_for_a_seeker(
    app: Service, caller: Caller, seeker_id: SeekerId, asked: Annotated[AskedOfAPerson, Query()]
) -> Response:
    """The best open vacancies for a registered person, with reasons. The look is logged."""
    look = new_entry(caller, Action.LISTED, Reason(asked.reason), app.clock(), person=seeker_id)
    slate = app.lists.for_seeker(
        seeker_id,
        k=asked.k,
        channel=CHANNELS[caller.role],
        station=caller.id,
        own=asked.own,
        look=look,
    )
    return _slate(slate, app, asked.lang)


@lists.get(
    "/vacancies/{vacancy_id}/candidates",
    tags=[LISTS],
    responses={200: {"model": CandidateList}, **_404},
)
def candidates_for_a_vacancy(
    app: Service, caller: Caller, vacancy_id: VacancyId, asked: Annotated[AskedForPeople, Query()]
) -> Response:
    """The best active job seekers for an open vacancy, with reasons; none for a closed one.

    Who was sent there before is left out. The look at each of them is logged.
    """
    look = new_entry(
        caller, Action.SHORTLISTED, Reason(asked.reason), app.clock(), vacancy=vacancy_id
    )
    slate = app.shortlists.for_vacancy(
        vacancy_id, k=asked.k, channel=CHANNELS[caller.role], look=look
    )
    return _slate(slate, app, asked.lang)


@v1.post("/matches", tags=[LISTS], responses={200: {"model": VacancyList}})
def vacancies_for_a_profile(
    app: Service, caller: Caller, body: ProfileBody, asked: Annotated[AskedOfVacancies, Query()]
) -> Response:
    """The best open vacancies for somebody nobody registered; nothing of the profile is kept.

    What its fields state is a criterion; what its text says only orders the list.
    """
    profile = profile_of(body, day_of(app.clock()), app.reference)
    slate = app.lists.for_profile(
        profile,
        k=asked.k,
        channel=CHANNELS[caller.role],
        station=caller.id,
        own=asked.own,
    )
    return _slate(slate, app, asked.lang)


@v1.get("/plan", tags=["plan"], responses={200: {"model": Market}, **_404})
def the_plan(app: Service) -> Response:
    """How the openings are shared out now: what it brings, who is crowded or starved, and why."""
    if app.prices.market is None:
        raise NotFoundError("Nothing is planned yet.", remedy="Run `matcher plan`.")
    return _json(app.prices.market)


@v1.get(
    "/seekers/{seeker_id}/vacancies/{vacancy_id}/why-not",
    tags=["advice"],
    responses={200: {"model": WhyNot}, **_404},
)
def why_not(
    app: Service,
    caller: Caller,
    seeker_id: SeekerId,
    vacancy_id: VacancyId,
    reason: Looking,
    lang: Lang = Language.ZH,
    voice: Said = Voice.SEEKER,
) -> Response:
    """Which criteria this pair fails, with both sides, and which changes would meet them."""
    app.audit.open(
        caller, person=seeker_id, vacancy=vacancy_id, reason=Reason(reason), now=app.clock()
    )
    why = app.advice.why_not(seeker_id, vacancy_id)
    return _json(why_not_view(why, language=lang, reference=app.reference, voice=voice))


@v1.get(
    "/seekers/{seeker_id}/changes", tags=["advice"], responses={200: {"model": Outlook}, **_404}
)
def changes_for_a_seeker(
    app: Service,
    caller: Caller,
    seeker_id: SeekerId,
    reason: Looking,
    lang: Lang = Language.ZH,
    voice: Said = Voice.SEEKER,
) -> Response:
    """How many vacancies fit a person now, and how many further ones each single change opens."""
    app.audit.open(caller, person=seeker_id, vacancy=None, reason=Reason(reason), now=app.clock())
    found = app.advice.changes(seeker_id)
    return _json(changes_view(found, language=lang, reference=app.reference, voice=voice))


@v1.put("/seekers/{seeker_id}", tags=["register"], responses=_may_create(Stored))
def put_a_seeker(app: Service, caller: Caller, seeker_id: SeekerId, body: SeekerBody) -> Response:
    """Store a job seeker's whole record. Identity numbers come in by `matcher import` only."""
    record = seeker_of(body, seeker_id, app.reference)
    new = app.register.put(record, by=caller, now=app.clock())
    return _json({"id": seeker_id, "created": new}, status=201 if new else 200)


@v1.delete(
    "/seekers/{seeker_id}",
    tags=["register"],
    status_code=202,
    responses={200: {"model": Erased}, 202: {"model": Erased}, **_404},
)
def erase_a_seeker(
    app: Service, caller: Caller, seeker_id: SeekerId, reason: Erasing = ErasureReason.REQUEST
) -> Response:
    """Erase a person for good: at once from the register and every list.

    202: files are erased by the next night, or by `matcher erase`. 200: nothing is left anywhere.
    """
    done = app.register.erase(seeker_id, reason=reason, by=caller, now=app.clock())
    pending = done.finished_at is None
    return _json({"id": seeker_id, "files_pending": pending}, status=202 if pending else 200)


@v1.put("/vacancies/{vacancy_id}", tags=["register"], responses=_may_create(StoredVacancy))
def put_a_vacancy(
    app: Service, caller: Caller, vacancy_id: VacancyId, body: VacancyBody, lang: Lang = Language.ZH
) -> Response:
    """Store a vacancy's whole record, and say what the law objects to in it.

    Its employer must be registered. What is found rejects nothing.
    """
    now = app.clock()
    new = app.register.put(vacancy_of(body, vacancy_id, app.reference), by=caller, now=now)
    found = checked_view(app.lint.registered(vacancy_id, now=now), lang)
    return _json({"id": vacancy_id, "created": new} | found, status=201 if new else 200)


@v1.post("/vacancies/lint", tags=["lint"], responses={200: {"model": Findings}})
def lint_a_draft(app: Service, body: VacancyBody, lang: Lang = Language.ZH) -> Response:
    """What the law objects to in a vacancy before it is stored; nothing of it is kept."""
    vacancy = vacancy_of(body, DRAFT, app.reference)
    return _json(checked_view(app.lint.draft(vacancy, now=app.clock()), lang))


@v1.get("/vacancies/{vacancy_id}/lint", tags=["lint"], responses={200: {"model": Findings}, **_404})
def lint_a_vacancy(app: Service, vacancy_id: VacancyId, lang: Lang = Language.ZH) -> Response:
    """What the law objects to in a registered vacancy, and what somebody let stand."""
    return _json(checked_view(app.lint.registered(vacancy_id, now=app.clock()), lang))


@v1.post(
    "/vacancies/{vacancy_id}/overrides",
    tags=["lint"],
    status_code=201,
    responses={201: {"model": Overridden}, **_404, **_409},
)
def let_a_finding_stand(
    app: Service, caller: Caller, vacancy_id: VacancyId, body: OverrideBody
) -> Response:
    """Let findings at these words stand, with a reason; the record of it is never changed.

    What the law forbids is a supervisor's to decide; what is to be checked, a counsellor's too.
    """
    override = app.lint.override(
        vacancy_id,
        code=body.code,
        words=body.words,
        reason=body.reason,
        by=caller,
        now=app.clock(),
    )
    return _json(asdict(override), status=201)


@v1.post(
    "/vacancies/{vacancy_id}/close", tags=["register"], responses={200: {"model": Closed}, **_404}
)
def close_a_vacancy(app: Service, caller: Caller, vacancy_id: VacancyId) -> Response:
    """Close a vacancy from today on; closing it twice keeps the first day."""
    closed_on = app.register.close_vacancy(vacancy_id, by=caller, now=app.clock()).closed_on
    return _json(
        {
            "id": vacancy_id,
            "closed_on": closed_on,
            "closed_on_roc": closed_on and roc_text(closed_on),
        }
    )


@v1.post(
    "/referrals",
    tags=["referrals"],
    status_code=201,
    responses={201: {"model": Referred}, **_404, **_409},
)
def refer_a_seeker(app: Service, caller: Caller, body: ReferralBody) -> Response:
    """Send a job seeker to a vacancy, once; both must be open to it."""
    referral = app.register.refer(
        seeker_id=body.seeker_id,
        vacancy_id=body.vacancy_id,
        channel=CHANNELS[caller.role],
        by=caller,
        now=app.clock(),
    )
    return _json(asdict(referral), status=201)


@v1.post(
    "/referrals/{referral_id}/outcome",
    tags=["referrals"],
    responses={200: {"model": Noted}, **_404},
)
def note_an_outcome(
    app: Service, caller: Caller, referral_id: ReferralId, body: OutcomeBody
) -> Response:
    """Note one step of a referral; noting the same step again corrects its day."""
    step = app.register.record_outcome(
        referral_id=referral_id,
        outcome=body.outcome,
        happened_on=body.happened_on,
        by=caller,
        now=app.clock(),
    )
    return _json(asdict(step))


@v1.get("/fairs/{fair_id}/plan", tags=["fairs"], responses={200: {"model": FairPlanned}, **_404})
def plan_of_a_fair(
    app: Service,
    fair_id: Annotated[Id, Path(description="the bureau's id of the fair")],
    lang: Lang = Language.ZH,
) -> Response:
    """Which résumé is expected at which booth, and when; no booths where nothing is planned."""
    return _json(plan_view(app.fair_plans.plan(fair_id, now=app.clock()), language=lang))


def _slate(slate: Slate, app: App, language: Language) -> Response:
    return _json(slate_view(slate, language=language, reference=app.reference))


def _json(content: object, *, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")

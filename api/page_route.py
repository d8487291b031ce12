"""Who may see which page, checked before anything else; what goes wrong becomes a page too."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.access import ADMIN, ANALYST, DESK, KIOSK, LISTS, SUPERVISOR
from api.crowd import Crowd
from api.edge import PAGES as LOOKED_AT
from api.edge import limited
from api.problems import DATABASE_TROUBLE, headers_of, http_error, kind_of, tell_operator
from api.refusals import explained, kind_to_tell
from api.rendering import form_token, page
from api.words import say
from matcher.bootstrap import App
from matcher.entities import Language
from matcher.errors import ForbiddenError, MatcherError, UnauthenticatedError
from matcher.service.keys import Principal, Role
from matcher.service.kiosks import Kiosk

READERS = DESK | {ANALYST}
STATISTICIANS = frozenset({ANALYST, SUPERVISOR, ADMIN})
KIOSKS = frozenset({KIOSK})
EVERYBODY: frozenset[Role] = frozenset()

PAGES: Mapping[str, frozenset[Role]] = {
    "GET /": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-in/password": EVERYBODY,
    "GET /sign-in/provider": EVERYBODY,
    "GET /sign-in/provider/back": EVERYBODY,
    "POST /sign-out": READERS,
    "GET /desk": DESK,
    "POST /desk/people": DESK,
    "POST /desk/vacancies": DESK,
    "POST /desk/shortlists": DESK,
    "GET /desk/looks/{look_id}": DESK,
    "POST /desk/looks/{look_id}/people": DESK,
    "POST /desk/looks/{look_id}/referrals": DESK,
    "POST /desk/looks/{look_id}/outcomes": DESK,
    "POST /desk/looks/{look_id}/undone": DESK,
    "POST /desk/looks/{look_id}/notes": DESK,
    "POST /desk/looks/{look_id}/export": DESK,
    "GET /desk/audit": READERS,
    "POST /desk/audit": READERS,
    "GET /fairs": READERS,
    "GET /fairs/{fair_id}": READERS,
    "GET /fairs/{fair_id}/report.pdf": READERS,
    "GET /fairs/{fair_id}/booth": DESK,
    "POST /fairs/{fair_id}/papers": DESK,
    "POST /fairs/{fair_id}/resumes/{resume_id}": DESK,
    "GET /dashboard": STATISTICIANS,
    "GET /lint": DESK,
    "GET /vacancies/new": DESK,
    "POST /vacancies/new": DESK,
    "GET /vacancies/file": DESK,
    "POST /vacancies/file": DESK,
    "GET /vacancies/{vacancy_id}": DESK,
    "POST /vacancies/{vacancy_id}": DESK,
    "POST /vacancies/{vacancy_id}/close": DESK,
    "GET /kiosk/set-up": EVERYBODY,
    "POST /kiosk/set-up": EVERYBODY,
    "GET /kiosk/sorry": EVERYBODY,
    "GET /kiosk": KIOSKS,
    "POST /kiosk/scan": KIOSKS,
    "POST /kiosk/confirm": KIOSKS,
    "POST /kiosk/write": KIOSKS,
    "POST /kiosk/introduce": KIOSKS,
    "POST /kiosk/hand-in": KIOSKS,
    "POST /kiosk/language": KIOSKS,
    "POST /kiosk/alive": KIOSKS,
    "POST /kiosk/pdf": KIOSKS,
    "POST /kiosk/done": KIOSKS,
}
"""Every page, and the roles it wants. One that is missing here cannot be made."""

NAVIGATION: Mapping[str, str] = {
    "/desk": "desk",
    "/fairs": "fairs",
    "/vacancies/new": "vacancy.new",
    "/lint": "vacancy.lint",
    "/dashboard": "dashboard",
    "/desk/audit": "audit",
}
"""Pages that staff go to from every other, and their names."""

KIOSK_COOKIE, STAFF_COOKIE, LANGUAGE_COOKIE = "kiosk", "staff", "language"

log = structlog.get_logger(__name__)


class PageRoute(APIRoute):
    """A page that knows who looks at it, and refuses forms that it did not make."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the checks; raises KeyError for a page that `PAGES` lacks."""
        answer = super().get_route_handler()
        allowed = PAGES[f"{' '.join(self.methods or ())} {self.path}"]
        is_list = LISTS in self.tags

        async def guarded(request: Request) -> Response:
            request.state.language = _language(request)
            try:
                request = limited(request)
                if request.method == "POST":
                    _refuse_other_sites(request)
                if allowed:
                    await _let_in(request, allowed)
                if is_list:
                    crowd: Crowd = request.app.state.crowd
                    async with crowd.turn():
                        response = await answer(request)
                else:
                    response = await answer(request)
            except UnauthenticatedError:
                return RedirectResponse(_entrance(request), HTTPStatus.SEE_OTHER)
            except (MatcherError, RequestValidationError, HTTPException, *DATABASE_TROUBLE) as e:
                response = _error_page(request, e)
            if "lang" in request.query_params and allowed is not KIOSKS:
                _remember(response, LANGUAGE_COOKIE, request.state.language, request)
            return response

        return guarded


def answer_with_pages(web: FastAPI) -> None:
    """Let people who type an address that is none of the pages read so on one."""
    web.add_exception_handler(HTTPException, _no_page)


async def _no_page(request: Request, error: Exception) -> Response:
    path = request.url.path
    if not path.startswith(LOOKED_AT):
        return await http_error(request, error)
    request.state.language = _language(request)
    status, _ = kind_of(error)
    if status is HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        # What a form was sent to is loaded again, or asked for in another language.
        where = path.rpartition("/")[0] or "/sign-in"
        return RedirectResponse(f"{where}?lang={request.state.language}", HTTPStatus.SEE_OTHER)
    return _error_page(request, error)


def give_session(response: Response, cookie: str, token: str, request: Request) -> None:
    """Let the browser keep the token of its session, out of reach of scripts and other sites."""
    _remember(response, cookie, token, request)


def _remember(response: Response, cookie: str, value: str, request: Request) -> None:
    response.set_cookie(
        cookie,
        value,
        path="/kiosk" if cookie == KIOSK_COOKIE else "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


async def _let_in(request: Request, allowed: frozenset[Role]) -> None:
    """Find the session, and that its role and the form are right."""
    app: App = request.app.state.matcher
    at_kiosk = allowed is KIOSKS
    token = request.cookies.get(KIOSK_COOKIE if at_kiosk else STAFF_COOKIE, "")
    if at_kiosk:
        here = request.state.kiosk = await run_in_threadpool(app.kiosks.at, token)
        if request.method == "POST":
            visit = await run_in_threadpool(app.kiosks.visit, here)
            request.state.language = visit.language
    else:
        principal: Principal = await run_in_threadpool(
            lambda: app.sessions.find(token, now=app.clock())
        )
        if principal.role not in allowed:
            raise ForbiddenError(
                f"A key of the role {principal.role} may not do this.",
                remedy=f"Use a key of one of the roles {', '.join(sorted(allowed))}.",
                code="role_may_not",
            )
        request.state.principal = principal
        request.state.navigation = {
            path: name
            for path, name in NAVIGATION.items()
            if principal.role in PAGES[f"GET {path}"]
        }
    request.state.token = token
    if request.method == "POST":
        form = await request.form()
        sent = str(form.get("token", "")).encode()
        if not hmac.compare_digest(sent, form_token(token).encode()):
            raise ForbiddenError(
                "The form is not one of this session.",
                remedy="Load the page and try again.",
                code="form_old",
            )


def _refuse_other_sites(request: Request) -> None:
    site = request.headers.get("sec-fetch-site")
    if site is None:
        # Browsers without that header name the origin; `null`, as no-referrer makes it, says less.
        origin = request.headers.get("origin", "null")
        same = origin == "null" or urlsplit(origin).netloc == request.headers.get("host")
    else:
        same = site in ("same-origin", "none")
    if not same:
        raise ForbiddenError(
            "Another site sent this form.", remedy="Use the page itself.", code="other_site"
        )


def _entrance(request: Request) -> str:
    if request.url.path.startswith("/kiosk"):
        return f"/kiosk/set-up?fair={quote(request.query_params.get('fair', ''), safe='')}"
    return f"/sign-in?next={quote(request.url.path if request.method == 'GET' else _home(request))}"


def _home(request: Request) -> str:
    return "/desk" if request.url.path.startswith("/desk") else "/fairs"


def _language(request: Request) -> Language:
    for said in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if said in set(Language):
            return Language(str(said))
    return Language.ZH


def _error_page(request: Request, error: Exception) -> Response:
    status, kind = kind_of(error)
    tell_operator(error)
    if request.url.path.startswith("/kiosk") and request.method == "POST":
        # An answer here would leave what was typed with the browser, to be sent again.
        return RedirectResponse(
            f"/kiosk/sorry?kind={kind}&lang={request.state.language}", HTTPStatus.SEE_OTHER
        )
    return sorry(
        request,
        kind,
        status=status,
        headers=headers_of(error),
        told=explained(error, request.state.language),
    )


def sorry(
    request: Request,
    kind: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    told: str = "",
) -> Response:
    """The page that says what went wrong, how to mend it, and the way back."""
    at_kiosk = request.url.path.startswith("/kiosk")
    language: Language = request.state.language
    return page(
        "error.html",
        request,
        language=language,
        status=status,
        headers=headers,
        kind=kind_to_tell(kind),
        # Visitors can do no more than ask.
        told=say("mend.kiosk", language) if at_kiosk else told,
        home=(home := "/kiosk" if at_kiosk else _home(request)),
        home_name="back_to_start" if at_kiosk else NAVIGATION[home],
        at_kiosk=at_kiosk,
    )


def local_path(path: str, *, home: str = "/fairs") -> str:
    """`path` if it is one of ours, else `home`: nobody is sent to another site."""
    return path if re.fullmatch(r"/[A-Za-z0-9_.%-][A-Za-z0-9/_.%-]*", path) else home


async def _kiosk(request: Request) -> Kiosk:
    kiosk: Kiosk = request.state.kiosk
    return kiosk


async def _spoken(request: Request) -> Language:
    language: Language = request.state.language
    return language


ThisKiosk = Annotated[Kiosk, Depends(_kiosk)]


async def _signed_in(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


SignedIn = Annotated[Principal, Depends(_signed_in)]
Spoken = Annotated[Language, Depends(_spoken)]

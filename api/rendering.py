"""How a page is made: templates, their words and helpers, and the answer they become."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.words import NAMES, TAGS, punctuation, say
from matcher.calendar_roc import roc_text
from matcher.entities import Language
from matcher.identity import holds_number

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals |= {"names": NAMES, "tags": TAGS}
templates.filters["roc"] = roc_text


def form_token(session_token: str) -> str:
    """What every form of a session carries, so that no other site can send it (64 hex digits)."""
    return hmac.new(session_token.encode(), b"form", hashlib.sha256).hexdigest()


def render(template: str, request: Request, *, language: Language, **values: object) -> str:
    """The page as text; `say` and `punctuation` in it are those of `language`."""
    token: str = getattr(request.state, "token", "")
    return templates.get_template(template).render(
        language=language,
        say=partial(_say, language),
        punctuation=partial(_punctuation, language),
        token=form_token(token) if token else "",
        signed_in=bool(token),
        navigation=getattr(request.state, "navigation", {}),
        path=request.url.path,
        in_language=partial(_in_language, request),
        **values,
    )


def page(
    template: str,
    request: Request,
    *,
    language: Language,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """The page as an answer."""
    return HTMLResponse(
        render(template, request, language=language, **values),
        status_code=status,
        headers={"Content-Language": TAGS[language], **(headers or {})},
    )


def _in_language(request: Request, language: Language) -> str:
    """The address of the same page in that language; an identity number in it is dropped."""
    told = {name: text for name, text in request.query_params.items() if not holds_number(text)}
    return f"?{urlencode({**told, 'lang': language.value})}"


def _punctuation(language: Language, name: str) -> str:
    return punctuation(name, language)


def _say(language: Language, key: str, **values: object) -> str:
    return say(key, language, **values)

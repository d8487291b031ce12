"""Signing in by a provider: a small but real one on this machine, and what must not be believed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from httpx2 import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from matcher.bootstrap import App
from matcher.config import Settings
from matcher.errors import ConfigurationError, UnauthenticatedError
from matcher.service.keys import Role
from matcher.service.oidc import LASTS_SECONDS, Provider
from tests.bureau import NOON, Bureau
from tests.chromium import served

CLIENT, SECRET = "matcher", "a secret between the two"
BACK = "http://testserver/sign-in/provider/back"


@dataclass
class AtProvider:
    """A provider that asks nobody for anything; `says` replaces claims of its next tokens."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    says: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def web(self) -> FastAPI:
        web = FastAPI()

        @web.get("/.well-known/openid-configuration")
        def about() -> dict[str, str]:
            places = {
                "authorization_endpoint": "ask",
                "token_endpoint": "token",
                "jwks_uri": "keys",
            }
            found = {name: f"{self.issuer}/{path}" for name, path in places.items()}
            return {"issuer": self.issuer, **found}

        @web.get("/ask")
        def ask(request: Request) -> Response:
            asked = dict(request.query_params)
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            code = uuid4().hex
            self.codes[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

        @web.post("/token")
        def token(
            request: Request,
            code: str = Form(),
            code_verifier: str = Form(),
            redirect_uri: str = Form(),
        ) -> Response:
            kind, _, credentials = request.headers["authorization"].partition(" ")
            assert kind == "Basic"
            asked = self.codes.pop(code, None)
            hashed = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest())
            if (
                asked is None
                or base64.b64decode(credentials).decode() != f"{CLIENT}:{SECRET}"
                or asked["redirect_uri"] != redirect_uri
                or asked["code_challenge"] != hashed.rstrip(b"=").decode()
            ):
                return JSONResponse({"error": "invalid_grant"}, status_code=400)
            claims = {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": "provider|7",
                "exp": int(NOON.timestamp()) + 300,
                "nonce": asked["nonce"],
                **self.says,
            }
            signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with or self.key)
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

        @web.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        return web


@pytest.fixture
def provider() -> Iterator[AtProvider]:
    there = AtProvider()
    with served(there.web()) as address:
        there.issuer = address
        yield there


@pytest.fixture
def ours(provider: AtProvider) -> Provider:
    return Provider(issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET)


def gone_there(url: str) -> dict[str, str]:
    """What the provider sends a browser back with."""
    with Client() as browser:
        back = browser.get(url, follow_redirects=False).headers["location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def test_whom_the_provider_names_is_let_in(ours: Provider):
    url, sealed = ours.begin(redirect_uri=BACK, onwards="/desk", now=NOON)
    vouched = ours.finish(**gone_there(url), sealed=sealed, now=NOON)
    assert (vouched.subject, vouched.onwards) == ("provider|7", "/desk")


@pytest.mark.parametrize(
    "says",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "another"},
        {"exp": int(NOON.timestamp()) - 3_600},
        {"sub": None},
    ],
)
def test_a_token_for_another_time_place_or_browser_lets_nobody_in(
    ours: Provider, provider: AtProvider, says: dict[str, Any]
):
    provider.says = says
    url, sealed = ours.begin(redirect_uri=BACK, onwards="", now=NOON)
    with pytest.raises(UnauthenticatedError):
        ours.finish(**gone_there(url), sealed=sealed, now=NOON)


def test_a_token_that_somebody_else_signed_lets_nobody_in(ours: Provider, provider: AtProvider):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    url, sealed = ours.begin(redirect_uri=BACK, onwards="", now=NOON)
    with pytest.raises(UnauthenticatedError):
        ours.finish(**gone_there(url), sealed=sealed, now=NOON)


def test_what_comes_back_late_twice_or_to_another_browser_lets_nobody_in(ours: Provider):
    url, sealed = ours.begin(redirect_uri=BACK, onwards="", now=NOON)
    _, of_another = ours.begin(redirect_uri=BACK, onwards="", now=NOON)
    back = gone_there(url)
    late = NOON + timedelta(seconds=LASTS_SECONDS + 1)
    for kept, now in ((of_another, NOON), ("", NOON), (sealed, late)):
        with pytest.raises(UnauthenticatedError):
            ours.finish(**back, sealed=kept, now=now)
    ours.finish(**back, sealed=sealed, now=NOON)
    with pytest.raises(UnauthenticatedError):
        ours.finish(**back, sealed=sealed, now=NOON)


def test_a_provider_must_have_https_and_its_own_name(provider: AtProvider):
    with pytest.raises(ConfigurationError):
        Provider(issuer="http://provider.example", client_id=CLIENT, client_secret=SECRET)
    other = Provider(issuer=provider.issuer + "/", client_id=CLIENT, client_secret=SECRET)
    with pytest.raises(ConfigurationError):
        other.begin(redirect_uri=BACK, onwards="", now=NOON)


def test_half_a_setting_is_refused(bureau: Bureau):
    half = bureau.app.settings.model_copy(update={"oidc_issuer": "https://provider.example"})
    with pytest.raises(ConfigurationError):
        _ = App(half).provider
    assert App(Settings(oidc_issuer="")).provider is None


def test_the_pages_lead_there_and_back(bureau: Bureau, ours: Provider):
    client = bureau.client
    assert client.get("/sign-in/provider").status_code == 404
    assert "provider" not in client.get("/sign-in").text
    bureau.app.__dict__["provider"] = ours
    bureau.app.accounts.add("wu", role=Role.COUNSELLOR, subject="provider|7", now=NOON)
    assert "/sign-in/provider?next=" in client.get("/sign-in").text
    asked = client.get("/sign-in/provider?next=/fairs", follow_redirects=False)
    cookie = asked.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    back = client.get("/sign-in/provider/back", params=gone_there(asked.headers["location"]))
    assert back.status_code == 200
    assert "0;url=/fairs" in back.text
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    assert client.get("/desk").status_code == 200


def test_who_has_no_account_here_is_told_so(bureau: Bureau, provider: AtProvider, ours: Provider):
    bureau.app.__dict__["provider"] = ours
    provider.says = {"sub": "provider|8"}
    asked = bureau.client.get("/sign-in/provider", follow_redirects=False)
    back = bureau.client.get("/sign-in/provider/back", params=gone_there(asked.headers["location"]))
    assert back.status_code == 401
    assert "沒有您的帳號" in back.text
    assert "provider|8" not in back.text

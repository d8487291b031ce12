"""Signing in by an OpenID Connect provider: authorization code with PKCE, state and nonce.

Between the two steps nothing is kept here: what must be remembered travels in a sealed cookie.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from matcher.errors import ConfigurationError, UnauthenticatedError

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LASTS_SECONDS = 600
"""How long somebody may take at the provider."""
PATIENCE_SECONDS = 10
LOOPBACK = ("127.0.0.1", "localhost", "::1")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider names, and where they were going."""

    subject: str
    onwards: str


class Provider:
    """An identity provider; it is asked for its addresses when first needed."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str) -> None:
        """Raises ConfigurationError for an issuer whose answers somebody else could write."""
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ConfigurationError(
                "The identity provider has no https address.",
                remedy="Set MATCHER_OIDC_ISSUER to one, or leave it empty.",
            )
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"oidc state")
        self._seal = Fernet(base64.urlsafe_b64encode(key.derive(client_secret.encode())))

    def begin(self, *, redirect_uri: str, onwards: str, now: datetime) -> tuple[str, str]:
        """Where to send the browser, and the sealed words that it brings back."""
        kept = {
            "nonce": secrets.token_urlsafe(24),
            "verifier": secrets.token_urlsafe(48),
            "redirect_uri": redirect_uri,
            "onwards": onwards,
        }
        session = self._session(redirect_uri)
        url, state = session.create_authorization_url(
            self._addresses["authorization_endpoint"],
            code_verifier=kept["verifier"],
            nonce=kept["nonce"],
        )
        sealed = json.dumps({**kept, "state": state}).encode()
        return str(url), self._seal.encrypt_at_time(sealed, int(now.timestamp())).decode()

    def finish(self, *, code: str, state: str, sealed: str, now: datetime) -> Vouched:
        """Whom the provider vouches for; raises UnauthenticatedError where anything is amiss."""
        try:
            kept = json.loads(
                self._seal.decrypt_at_time(sealed.encode(), LASTS_SECONDS, int(now.timestamp()))
            )
            if not secrets.compare_digest(state.encode(), kept["state"].encode()):
                raise ValueError("state")
            token = self._session(kept["redirect_uri"]).fetch_token(
                self._addresses["token_endpoint"],
                code=code,
                code_verifier=kept["verifier"],
                timeout=PATIENCE_SECONDS,
            )
            subject = self._subject(token["id_token"], nonce=kept["nonce"], now=now)
        except (InvalidToken, ValueError, KeyError, JoseError, AuthlibBaseError, OSError) as error:
            # Only its kind: its text may hold what the provider says of somebody.
            log.warning("sign_in_not_vouched_for", error=type(error).__name__)
            raise UnauthenticatedError(
                "The identity provider did not vouch for this browser.",
                remedy="Sign in again; if it fails again, tell the operator.",
            ) from error
        return Vouched(subject, kept["onwards"])

    def _subject(self, id_token: str, *, nonce: str, now: datetime) -> str:
        answer = requests.get(self._addresses["jwks_uri"], timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        token = jwt.decode(id_token, KeySet.import_key_set(answer.json()), algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=60,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        if token.claims.get("azp", self._client_id) != self._client_id:
            raise ValueError("azp")
        return str(token.claims["sub"])

    def _session(self, redirect_uri: str) -> Any:
        return OAuth2Session(
            self._client_id,
            self._client_secret,
            scope="openid",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    @cached_property
    def _addresses(self) -> dict[str, str]:
        """What the provider publishes of itself."""
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            answer = requests.get(address, timeout=PATIENCE_SECONDS)
            answer.raise_for_status()
            found: dict[str, str] = answer.json()
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                "The identity provider does not answer.",
                remedy="Check MATCHER_OIDC_ISSUER and that this machine reaches it.",
            ) from error
        if found.get("issuer") != self._issuer:
            raise ConfigurationError(
                "The identity provider calls itself otherwise than it is called here.",
                remedy="Set MATCHER_OIDC_ISSUER exactly as the provider's `issuer` says.",
            )
        return found

"""ID tokens, checked as OpenID Connect Core 1.0 §3.1.3.7 says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from api.auth.oidc.issuer import Issuer
from api.problems import Problem

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key pair only: neither `none` nor HMAC, whose key would be public."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST_SUBJECT = 255
FindKey = Callable[[object, object], dict[str, Any]]


def checked_claims(token: str, issuer: Issuer, nonce: str, now: int, find_key: FindKey) -> dict[str, Any]:
    """The claims of a token made by this issuer for us, for the sign-in of this nonce; `now` in s. Raises Problem."""
    try:
        header = jws.extract_compact(token.encode()).headers()
        if header.get("alg") not in ALGORITHMS:
            raise Problem(403, "oidc_token")
        key = import_key(find_key(header.get("kid"), header.get("alg")))
        claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Problem(403, "oidc_token") from error
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", issuer.client if len(audiences) == 1 else None)
    subject = claims.get("sub")
    right = (
        claims.get("iss") == issuer.address
        and issuer.client in audiences
        and party == issuer.client
        and _number(claims.get("exp")) > now - LEEWAY
        and 0 < _number(claims.get("iat")) <= now + LEEWAY
        and _number(claims.get("nbf", 0)) <= now + LEEWAY
        and claims.get("nonce") == nonce
        and isinstance(subject, str)
        and 0 < len(subject) <= LONGEST_SUBJECT
    )
    if not right:
        raise Problem(403, "oidc_token")
    return dict(claims)


def _number(value: object) -> float:
    """NaN, which no comparison accepts, for what is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")

"""Made requests to every route of the OpenAPI document: no answer of 5xx, none that the document does not describe.

Few examples and a fixed seed here; `make fuzz-api` tries for as long as wanted.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest

from api.storage import open_store
from tests.api.served import fill, made_api

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import load_all_checks
    from schemathesis.specs.openapi.checks import positive_data_acceptance

load_all_checks()
hypothesis.configuration.set_hypothesis_home_dir(tempfile.gettempdir())  # nothing of it in the checkout
EXAMPLES = int(os.environ.get("BITTERN_API_EXAMPLES", "6"))
_folder = tempfile.TemporaryDirectory(prefix="bittern-schema-")
_api = made_api(open_store(f"embedded:{_folder.name}/store"), Path(_folder.name), requests_per_minute=10_000_000)
fill(_api.store)
_api.wiring.accounts.create("root", ("admin", "auditor"), by="test", password="quiet reeds at dawn")
_root = _api.wiring.accounts.get("root")
_held = _api.wiring.permissions_of(_root)
_secret, _ = _api.wiring.tokens.create("all", "root", tuple(_held), _held, 300 * 86_400 * 10**9, by="test")
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", _api.client.app)
schema.config.checks.missing_required_header.expected_statuses = ["428", "406"]  # If-Match (RFC 6585); Accept
NEVER_ENDS = "/api/v1/stream"


@schemathesis.serializer("application/zip")
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> Any:
    """The file of a segment: made bytes go as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schema.auth()
class Bearer:
    """Signs requests, but for those that are meant to come without."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        return _secret

    def set(self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schema.exclude(path_regex=NEVER_ENDS).parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
@pytest.mark.filterwarnings("ignore")
def test_every_answer_is_as_described(case: schemathesis.Case[Any]) -> None:
    response = case.call()
    case.validate_response(response, excluded_checks=[positive_data_acceptance])
    # In its place: what the document allows is never refused by the framework, only by rules of ours with own codes.
    if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code == 422:
        assert response.json()["code"] != "invalid_input", response.text

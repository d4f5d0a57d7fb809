"""Attacks on single sign-on: forged tokens, states and codes, false metadata, keys, redirects, floods; and an issuer
that is down."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from api.auth.oidc.ticket import safe_place
from response.ports import Store
from response.records import RecordQuery
from response.times import SECOND
from tests.api.false_issuer import KEYS, METADATA, TOKEN, USERINFO, FalseIssuer, lying
from tests.api.served import PASSWORD, Api
from tests.api.signing_on import (
    SESSION,
    START,
    Client,
    Failed,
    api_with,
    asked_of,
    begin,
    browse,
    come_back,
    issuer_at,
    sign_on,
)
from tests.issuer import RealIssuer

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.signing_on"]
CALLBACK = "/api/v1/session/oidc/callback"
NOW = 1_790_000_000
Forge = Callable[[FalseIssuer, str], str]


@pytest.fixture
def liar() -> Iterator[FalseIssuer]:
    with lying(NOW) as issuer:
        yield issuer


@pytest.fixture
def deceived(liar: FalseIssuer, tmp_path: Path) -> Iterator[Api]:
    """The API that trusts the false issuer."""
    api = api_with(issuer_at(liar.address), tmp_path)
    api.clock.now = NOW * SECOND
    with api.store:
        yield api


def attempt(api: Api, liar: FalseIssuer, forge: Forge, client: Client | None = None, **answer: Any) -> str:
    """A sign-in for which the issuer makes the token that `forge` makes; where it ends."""
    client = client or api.stranger()
    asked = asked_of(begin(client))
    liar.tell_token(forge(liar, asked["nonce"]), **answer)
    return come_back(client, f"{CALLBACK}?state={asked['state']}&code=c")


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def part(document: Any) -> str:
    return text(json.dumps(document).encode())


def unsigned(liar: FalseIssuer, nonce: str) -> str:
    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(liar.claims(nonce))}."


def signed_with_the_public_key(liar: FalseIssuer, nonce: str) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(liar.claims(nonce))}"
    return f"{signed}.{text(hmac.digest(liar.key.as_pem(private=False), signed.encode(), 'sha256'))}"


def with_its_own_key(liar: FalseIssuer, nonce: str) -> str:
    other = RSAKey.generate_key(2048, {"kid": "one"})
    return liar.signed(liar.claims(nonce), other, jwk=other.as_dict(private=False))


def tampered(liar: FalseIssuer, nonce: str) -> str:
    head, _, signature = liar.signed(liar.claims(nonce)).split(".")
    return f"{head}.{part(liar.claims(nonce, groups=['ot-admins']))}.{signature}"


def telling(**other: Any) -> Forge:
    return lambda liar, nonce: liar.signed(liar.claims(nonce, **other))


FORGED: dict[str, Forge] = {
    "none": unsigned,
    "public key as secret": signed_with_the_public_key,
    "another key of the same id": with_its_own_key,
    "tampered": tampered,
    "unknown key": lambda liar, nonce: liar.signed(liar.claims(nonce), kid="two"),
    "no token at all": lambda liar, nonce: "no.token",
    "too long ago": telling(exp=NOW - 61, iat=NOW - 400),
    "from the future": telling(iat=NOW + 61),
    "not yet": telling(nbf=NOW + 61),
    "no end": telling(exp=None),
    "an end that is no number": telling(exp="tomorrow"),
    "other issuer": telling(iss="https://other.example"),
    "no issuer": telling(iss=None),
    "for somebody else": telling(aud="other"),
    "for nobody": telling(aud=[]),
    "for us among others, asked by another": telling(aud=["bittern", "other"], azp="other"),
    "for us among others, asked by nobody": telling(aud=["bittern", "other"]),
    "other nonce": telling(nonce="n-1"),
    "no nonce": telling(nonce=None),
    "nobody": telling(sub=None),
    "an empty subject": telling(sub=""),
    "a subject that is a list": telling(sub=["s-1"]),
    "a subject without end": telling(sub="s" * 256),
}


def test_the_false_issuer_signs_in_while_it_tells_the_truth(deceived: Api, liar: FalseIssuer) -> None:
    assert attempt(deceived, liar, telling()) == "/"
    assert [len(each) for each in liar.form["code_verifier"]] == [43]
    assert attempt(deceived, liar, telling(aud=["bittern", "other"], azp="bittern")) == "/"


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_forged_tokens_are_refused(deceived: Api, liar: FalseIssuer, forge: Forge) -> None:
    client = deceived.stranger()
    assert attempt(deceived, liar, forge, client) == Failed("oidc_token")
    assert client.get(SESSION).status_code == 401
    assert deceived.wiring.accounts.everybody() == []


def test_a_key_is_for_its_algorithm(deceived: Api, liar: FalseIssuer) -> None:
    liar.tell(KEYS, {"keys": [{**liar.key.as_dict(private=False), "alg": "PS256"}]})
    assert attempt(deceived, liar, telling()) == Failed("oidc_token")


def test_elliptic_keys_are_understood(deceived: Api, liar: FalseIssuer) -> None:
    liar.key = ECKey.generate_key("P-256", {"kid": "one"})
    liar.tell_keys(liar.key)
    assert attempt(deceived, liar, lambda lie, nonce: lie.signed(lie.claims(nonce), alg="ES256")) == "/"


def test_states_are_of_this_browser_whole_and_in_time(deceived: Api, liar: FalseIssuer) -> None:
    def ends(change: Callable[[Client, str], str]) -> str:
        client = deceived.stranger()
        asked = asked_of(begin(client))
        liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
        return come_back(client, f"{CALLBACK}?code=c&state={change(client, asked['state'])}")

    def forgotten(client: Client, state: str) -> str:
        client.cookies.clear()
        return state

    def late(client: Client, state: str) -> str:
        deceived.clock.advance(601)
        return state

    def prolonged(client: Client, state: str) -> str:
        kept, until, place, mac = client.cookies["bittern_oidc"].split(".")
        client.cookies.clear()
        client.cookies.set("bittern_oidc", f"{kept}.{int(until) + 9999}.{place}.{mac}")
        return state

    def redirected(client: Client, state: str) -> str:
        kept, until, _, mac = client.cookies["bittern_oidc"].split(".")
        client.cookies.clear()
        client.cookies.set("bittern_oidc", f"{kept}.{until}.{text(b'https://evil.example')}.{mac}")
        return state

    def of_another(client: Client, state: str) -> str:
        return asked_of(begin(deceived.stranger()))["state"]

    wrong = (lambda *_: "", lambda *_: "guessed", lambda _, state: state[:-1], forgotten, late, prolonged, redirected)
    for change in (*wrong, of_another):
        assert ends(change) == Failed("oidc_state")
    liar.asked.clear()
    assert come_back(deceived.stranger(), f"{CALLBACK}?code=c&state=s") == Failed("oidc_state")
    assert TOKEN not in liar.asked  # the code of a stranger is not even tried


def test_a_ticket_is_good_once_even_with_a_new_code(sso: Api) -> None:
    client = sso.stranger()
    away = begin(client)
    ticket = client.cookies["bittern_oidc"]
    assert come_back(client, browse(away, "li")) == "/"
    thief = sso.stranger()
    thief.cookies.set("bittern_oidc", ticket)
    assert come_back(thief, browse(away, "li")) == Failed("oidc_state")
    assert thief.get(SESSION).status_code == 401


def test_a_code_is_good_once_and_for_who_asked_for_it(sso: Api) -> None:
    victim, thief = sso.stranger(), sso.stranger()
    code = asked_of(browse(begin(victim), "li"))["code"]
    state = asked_of(begin(thief))["state"]
    assert come_back(thief, f"{CALLBACK}?state={state}&code={code}") == Failed("oidc_token")
    assert thief.get(SESSION).status_code == 401


def test_spent_tickets_are_forgotten_in_time(deceived: Api, liar: FalseIssuer) -> None:
    for _ in range(3):
        assert attempt(deceived, liar, telling()) == "/"
    deceived.clock.advance(1201)
    liar.now = NOW + 1201
    assert attempt(deceived, liar, telling()) == "/"
    assert len(deceived.store.records(RecordQuery("sign_on")).items) == 1


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "evil.example", "javascript:alert(1)", "/\t/evil.example", "/ /evil", "/%2fevil\r\nSet-Cookie: a=b", "/a//evil",
        "/..//evil.example", "/api/v1/session/oidc/start", "", "/#one-time=x", "/ä",
        "/" + "a" * 2000, "/\x00", "@evil.example", "/a\\b",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(deceived: Api, liar: FalseIssuer, place: str) -> None:
    client = deceived.stranger()
    asked = asked_of(begin(client, place))
    liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
    assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == "/"


@pytest.mark.parametrize("place", ["/", "/alerts?q=a%20b", "/assets/10.0.2.11", "/%2f%2fevil.example", "/hunt?x=a/b?c"])
def test_places_of_the_console_are_come_back_to(place: str) -> None:
    assert safe_place(place) == place


def test_metadata_of_another_issuer_is_refused(deceived: Api, liar: FalseIssuer) -> None:
    liar.tell_metadata(issuer="https://other.example")
    assert begin(deceived.stranger()) == Failed("oidc_issuer")


@pytest.mark.parametrize("name", ["token_endpoint", "authorization_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address", ["http://elsewhere.example/x", "file:///etc/passwd", "//x", None, 7, "https://a@b/"]
)
def test_endpoints_that_are_not_safe_are_refused(deceived: Api, liar: FalseIssuer, name: str, address: object) -> None:
    liar.tell_metadata(**{name: address})
    client = deceived.stranger()
    away = begin(client)
    if name == "authorization_endpoint":
        assert away == Failed("oidc_issuer")
        return
    asked = asked_of(away)
    liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
    assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == Failed("oidc_issuer")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a":"' + b"x" * 300_000 + b'"}'])
@pytest.mark.parametrize("path", [METADATA, KEYS, TOKEN])
def test_answers_that_make_no_sense_are_refused(deceived: Api, liar: FalseIssuer, path: str, body: bytes) -> None:
    client = deceived.stranger()
    if path == METADATA:
        liar.tell(path, body)
        assert begin(client) == Failed("oidc_issuer")
        return
    asked = asked_of(begin(client))
    liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
    liar.tell(path, body)
    assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == Failed("oidc_issuer")


def test_the_secret_is_not_carried_along_a_redirect(deceived: Api, liar: FalseIssuer) -> None:
    client = deceived.stranger()
    asked = asked_of(begin(client))
    liar.tell(TOKEN, {}, 307)
    liar.location = f"{liar.address}/elsewhere"
    assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == Failed("oidc_issuer")
    assert "/elsewhere" not in liar.asked


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, "invalid_client", "oidc_client"),
        (400, "invalid_client", "oidc_client"),
        (400, "invalid_grant", "oidc_token"),
        (500, "", "oidc_issuer"),
    ],
)
def test_what_the_issuer_refuses_is_told_apart(
    deceived: Api, liar: FalseIssuer, status: int, error: str, code: str
) -> None:
    client = deceived.stranger()
    asked = asked_of(begin(client))
    liar.tell(TOKEN, {"error": error}, status)
    assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == Failed(code)


def test_the_secret_is_sent_as_the_issuer_takes_it(deceived: Api, liar: FalseIssuer) -> None:
    assert attempt(deceived, liar, telling()) == "/"
    assert "client_secret" not in liar.form
    liar.tell_metadata(token_endpoint_auth_methods_supported=["client_secret_post"])
    deceived.clock.advance(601)
    liar.now = NOW + 601
    liar.authorization = None
    assert attempt(deceived, liar, telling()) == "/"
    assert liar.form["client_secret"] == ["reeds & water?"]


def test_claims_about_somebody_else_are_refused(deceived: Api, liar: FalseIssuer) -> None:
    liar.tell_metadata(userinfo_endpoint=f"{liar.address}{USERINFO}")
    for told in ({"sub": "s-2", "groups": ["ot-admins"]}, {"groups": ["ot-admins"]}):
        liar.tell(USERINFO, told)
        assert attempt(deceived, liar, telling(groups=None), access_token="a") == Failed("oidc_token")
    liar.tell(USERINFO, {"sub": "s-1", "groups": ["ot-analysts"], "preferred_username": "root"})
    assert attempt(deceived, liar, telling(groups=None), access_token="a") == "/"
    assert [each.name for each in deceived.wiring.accounts.everybody()] == ["li"]


@pytest.mark.parametrize(
    "groups", ["ot-analysts", ["staff", "ot-analysts", 7], {"ot-analysts": 1}, 7, None, [["ot-analysts"]]]
)
def test_groups_in_any_form_give_no_more_than_they_name(deceived: Api, liar: FalseIssuer, groups: Any) -> None:
    works = groups == "ot-analysts" or (isinstance(groups, list) and "ot-analysts" in groups)
    assert attempt(deceived, liar, telling(groups=groups)) == ("/" if works else Failed("oidc_no_role"))


def test_groups_may_lie_in_another_claim(liar: FalseIssuer, tmp_path: Path) -> None:
    api = api_with(issuer_at(liar.address, groups_claim="realm_access.roles"), tmp_path)
    api.clock.now = NOW * SECOND
    with api.store:
        assert attempt(api, liar, telling(groups=None, realm_access={"roles": ["ot-audit"]})) == "/"
        assert api.wiring.accounts.get("li").roles == ("auditor",)


def test_an_answer_of_another_issuer_is_refused(deceived: Api, liar: FalseIssuer) -> None:
    def end(query: str) -> str:
        client = deceived.stranger()
        asked = asked_of(begin(client))
        liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
        return come_back(client, f"{CALLBACK}?state={asked['state']}&code=c{query}")

    assert end("") == end(f"&iss={liar.address}") == "/"
    assert end("&iss=https://other.example") == end("&iss=") == Failed("oidc_token")
    liar.tell_metadata(authorization_response_iss_parameter_supported=True)
    deceived.clock.advance(601)
    liar.now = NOW + 601
    assert end("") == Failed("oidc_token")
    assert end(f"&iss={liar.address}") == "/"


def test_new_keys_are_fetched_but_not_at_will(deceived: Api, liar: FalseIssuer) -> None:
    assert attempt(deceived, liar, telling()) == "/"
    for _ in range(5):
        assert attempt(deceived, liar, FORGED["unknown key"]) == Failed("oidc_token")
    assert liar.asked.count(KEYS) == 1
    deceived.clock.advance(31)
    for _ in range(5):
        assert attempt(deceived, liar, FORGED["unknown key"]) == Failed("oidc_token")
    assert liar.asked.count(KEYS) == 2
    deceived.clock.advance(31)
    new = RSAKey.generate_key(2048, {"kid": "two"})
    liar.tell_keys(new)
    assert attempt(deceived, liar, lambda lie, nonce: lie.signed(lie.claims(nonce), new, kid="two")) == "/"
    assert attempt(deceived, liar, telling()) == Failed("oidc_token")  # the old one was withdrawn


def test_a_withdrawn_key_and_old_metadata_are_not_believed_for_long(deceived: Api, liar: FalseIssuer) -> None:
    assert attempt(deceived, liar, telling()) == "/"
    liar.tell_keys()
    deceived.clock.advance(601)
    liar.now = NOW + 601
    assert attempt(deceived, liar, telling()) == Failed("oidc_token")
    assert liar.asked.count(METADATA) == 2


def test_the_real_issuer_takes_a_new_key(sso: Api, real: RealIssuer) -> None:
    assert sign_on(sso, "li")[1] == "/"
    real.set(key=2)
    sso.clock.advance(31)
    assert sign_on(sso, "li")[1] == "/"


def test_local_people_come_in_while_the_issuer_is_down(tmp_path: Path) -> None:
    with lying(NOW) as liar:
        api = api_with(issuer_at(liar.address), tmp_path)
        api.clock.now = NOW * SECOND
        client = api.stranger()
        asked = asked_of(begin(client))
    with api.store:
        assert come_back(client, f"{CALLBACK}?state={asked['state']}&code=c") == Failed("oidc_issuer")
        api.clock.advance(601)
        assert begin(client) == Failed("oidc_issuer")
        api.wiring.accounts.create("root", ("admin",), by="setup", password=PASSWORD)
        assert api.signed_in("root").get(SESSION).json()["roles"] == ["admin"]


def test_sign_ins_are_limited_by_address(deceived: Api, tmp_path: Path) -> None:
    slow = api_with(deceived.wiring.settings.issuer, tmp_path, deceived, requests_per_minute=60)
    places = [slow.client.get(START, follow_redirects=False).headers["location"] for _ in range(4)]
    assert [each.startswith("http://127.0.0.1") for each in places] == [True, True, True, False]
    assert places[3].startswith("/#sign-in-failed=too_many_requests&seconds=")


def test_both_stores_know_people_roles_and_spent_tickets(store: Store, liar: FalseIssuer, tmp_path: Path) -> None:
    api = api_with(issuer_at(liar.address), tmp_path, store=store)
    api.clock.now = NOW * SECOND
    client = api.stranger()
    asked = asked_of(begin(client))
    ticket = str(client.cookies["bittern_oidc"])
    liar.tell_token(liar.signed(liar.claims(asked["nonce"])))
    back = f"{CALLBACK}?state={asked['state']}&code=c"
    assert come_back(client, back) == "/"
    thief = api.stranger()
    thief.cookies.set("bittern_oidc", ticket)
    assert come_back(thief, back) == Failed("oidc_state")
    assert attempt(api, liar, telling(groups=["ot-admins"])) == "/"
    assert client.get(SESSION).status_code == 401
    assert [each.roles for each in api.wiring.accounts.everybody()] == [("admin",)]
    assert attempt(api, liar, telling(groups=[])) == Failed("oidc_no_role")
    assert [each.active for each in api.wiring.accounts.everybody()] == [False]
    whats = [line.deed.what for line in store.audit()]
    assert whats == ["user.create", "session.open", "user.change", "session.open", "user.change", "session.refuse"]

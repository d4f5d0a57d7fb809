"""`bittern user` and `bittern token`: who may sign in, and tokens for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of
from api.cli.records import ListFormat, format_of, opened

if TYPE_CHECKING:
    from api.auth.accounts import Account, Accounts
    from api.auth.tokens import Tokens
    from api.output.documents import Json
    from response.ports import Store

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
tokens = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
BY = "command-line"
DAY = 86_400_000_000_000
Name = Annotated[str, typer.Argument(metavar="NAME", help="help.option.user")]


class Role(StrEnum):
    """Roles of people, and those of programs."""

    ADMIN = "admin"
    ANALYST = "analyst"
    ANALYST_LIMITED = "analyst_limited"
    AUDITOR = "auditor"
    ENGINEER = "engineer"
    INTEGRATOR = "integrator"
    SENSOR = "sensor"


Roles = Annotated[list[Role], typer.Option("--role", help="help.option.role")]


def _accounts(store: Store) -> Accounts:
    from api.auth.accounts import Accounts
    from api.wiring import random_secret, wall_clock

    return Accounts(store, wall_clock, random_secret)


@app.command("list", cls=HelpfulCommand, help="help.user_list", epilog="help.epilog")
def list_users(
    context: typer.Context,
    store: option.StoreUrl = None,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """By name."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import line, listing

    with opened(store) as source:
        accounts = _accounts(source).everybody()
    documents: list[Json] = [_document(account) for account in accounts]
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.users/v1", documents))
    elif not documents:
        terminal.tell("cli.no_users")
    elif form_asked == "ndjson":
        terminal.data("\n".join(map(line, documents)))
    else:
        for account in accounts:
            state = "active" if account.active else "disabled"
            terminal.data(f"{account.name:<24} {state:<9} {' '.join(account.roles)}")


def _document(account: Account) -> dict[str, Json]:
    return {
        "name": account.name,
        "roles": list(account.roles),
        "state": "active" if account.active else "disabled",
        "origin": account.origin,
        "locked_until": account.body.get("locked_until"),
    }


@app.command("create", cls=HelpfulCommand, help="help.user_create", epilog="help.epilog")
def create_user(
    context: typer.Context, name: Name, role: Roles, store: option.StoreUrl = None, lang: option.Lang = None
) -> None:
    """The one-time secret goes to standard output, so that it can be handed on."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    with opened(store) as source:
        _, once = _accounts(source).create(name, tuple(each.value for each in role), by=BY)
    if once is None:
        terminal.tell("user.machine", name=name)
        return
    terminal.tell("user.created", name=name)
    terminal.data(once)


@app.command("disable", cls=HelpfulCommand, help="help.user_disable", epilog="help.epilog")
def disable_user(context: typer.Context, name: Name, store: option.StoreUrl = None, lang: option.Lang = None) -> None:
    """Open sessions end at once."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.auth.sessions import Sessions
    from api.wiring import random_secret, wall_clock

    with opened(store) as source:
        accounts = _accounts(source)
        account = accounts.get(name)
        accounts.change(account, by=BY, etag=account.etag, state="disabled")
        Sessions(source, wall_clock, random_secret).close_all(account.id)
    terminal.tell("user.disabled", name=name)


@app.command("reset", cls=HelpfulCommand, help="help.user_reset", epilog="help.epilog")
def reset_user(context: typer.Context, name: Name, store: option.StoreUrl = None, lang: option.Lang = None) -> None:
    """A new one-time secret; it unlocks the account too."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    with opened(store) as source:
        accounts = _accounts(source)
        once = accounts.new_one_time(accounts.get(name), by=BY)
    terminal.tell("user.created", name=name)
    terminal.data(once)


def _tokens(store: Store) -> Tokens:
    from api.auth.tokens import Tokens
    from api.wiring import random_secret, wall_clock

    return Tokens(store, wall_clock, random_secret)


@tokens.command("create", cls=HelpfulCommand, help="help.token_create", epilog="help.epilog")
def create_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="help.option.token_name")],
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="help.option.token_user")],
    scope: Annotated[list[str], typer.Option("--scope", metavar="PERMISSION", help="help.option.scope")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="help.option.days")] = 90,
    store: option.StoreUrl = None,
    lang: option.Lang = None,
) -> None:
    """The secret goes to standard output, once."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from response.roles import MACHINE, ROLES, held_by

    with opened(store) as source:
        account = _accounts(source).get(user)
        held = held_by(account.roles)
        held = held | frozenset(MACHINE) | ROLES["integrator"] if "admin" in account.roles else held
        secret, token = _tokens(source).create(name, account.id, tuple(scope), held, days * DAY, by=BY)
    terminal.tell("token.created", id=token.id, days=days)
    terminal.data(secret)


@tokens.command("list", cls=HelpfulCommand, help="help.token_list", epilog="help.epilog")
def list_tokens(
    context: typer.Context,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """The newest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import listing, plain
    from response.times import time_text

    with opened(store) as source:
        found = _tokens(source).listed()
    if as_json:
        names = ("id", "name", "user", "scopes", "state")
        documents = [
            {name: plain(getattr(each, name)) for name in names} | {"expires": time_text(each.expires)}
            for each in found
        ]  # fmt: skip
        terminal.data(listing("bittern.tokens/v1", documents))
        return
    if not found:
        terminal.tell("cli.no_tokens")
    for each in found:
        expires = time_text(each.expires)[:10]
        terminal.data(f"{each.id}  {each.state:<8} {expires}  {each.user}  {each.name}  {' '.join(each.scopes)}")


@tokens.command("revoke", cls=HelpfulCommand, help="help.token_revoke", epilog="help.epilog")
def revoke_token(
    context: typer.Context,
    token: Annotated[str, typer.Argument(metavar="ID", help="help.option.token_id")],
    store: option.StoreUrl = None,
    lang: option.Lang = None,
) -> None:
    """At once and for ever."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    with opened(store) as source:
        _tokens(source).revoke(token, by=BY)
    terminal.tell("token.revoked", id=token)

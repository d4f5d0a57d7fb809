"""`bittern serve`: API and console over a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.options import terminal_of
from api.cli.packet_keys import PacketsKey, keys_of
from api.cli.parent import WithParent, follow
from api.cli.rendered_content import RulesOfContent, with_content_rules

if TYPE_CHECKING:
    from api.auth.oidc.issuer import Issuer

Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="help.option.host")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="help.option.port")]
TlsCert = Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="help.option.tls_cert")]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="help.option.tls_key")]
ClientCa = Annotated[Path | None, typer.Option("--client-ca", metavar="FILE", help="help.option.client_ca")]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="help.option.data")]


def serve(
    context: typer.Context,
    store: option.StoreToFill = None,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    data: Data = Path("bittern-data"),
    site: option.Site = None,
    rules: option.RuleFolders = None,
    content: RulesOfContent = None,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="help.option.base_url")] = "",
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    client_ca: ClientCa = None,
    trusted_proxy: Annotated[
        list[str] | None, typer.Option("--trusted-proxy", metavar="ADDRESS", help="help.option.trusted_proxy")
    ] = None,
    oidc_issuer: Annotated[
        str | None,
        typer.Option("--oidc-issuer", metavar="URL", envvar="BITTERN_OIDC_ISSUER", help="help.option.oidc_issuer"),
    ] = None,
    oidc_client: Annotated[
        str | None,
        typer.Option("--oidc-client", metavar="ID", envvar="BITTERN_OIDC_CLIENT", help="help.option.oidc_client"),
    ] = None,
    oidc_secret: Annotated[
        Path | None,
        typer.Option(
            "--oidc-secret-file", metavar="FILE", envvar="BITTERN_OIDC_SECRET_FILE", help="help.option.oidc_secret_file"
        ),
    ] = None,
    oidc_roles: Annotated[
        Path | None,
        typer.Option("--oidc-roles", metavar="FILE", envvar="BITTERN_OIDC_ROLES", help="help.option.oidc_roles"),
    ] = None,
    packets_key: PacketsKey = None,
    with_parent: WithParent = False,
    log_format: option.LogFormat = "text",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    verbose: option.Verbose = 0,
) -> None:
    """Until Ctrl-C. Beyond this machine always with TLS: with a certificate of its own when none is given."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, verbose=verbose, log_format=log_format)
    if (tls_cert is None) != (tls_key is None):
        raise Failure(ExitCode.USAGE, "error.tls_pair")
    if client_ca is not None:
        _check_authority(client_ca)
    proxies = _networks(trusted_proxy or [])
    issuer = _issuer(oidc_issuer, oidc_client, oidc_secret, oidc_roles, base_url)
    import os
    import signal
    from functools import partial

    from api.cli.inputs import rules_in_force
    from api.cli.notify import seal_of
    from api.first_sign_in import is_journal, keep, withdraw
    from api.pulse import pulse_of
    from api.serving import Listening, bound, is_loopback
    from api.serving import serve as run
    from api.site_model import begin_site
    from api.storage import open_store
    from api.tls import own_certificate
    from api.wiring import Settings, Wiring, wall_clock

    is_logged = log_format == "json" or is_journal(os.environ, 2)
    pulse = pulse_of(os.environ)
    if with_parent:
        follow(partial(os.kill, os.getpid(), signal.SIGTERM))
    end = partial(os.kill, os.getpid(), signal.SIGTERM)
    loaded = with_content_rules(rules_in_force(rules or (), terminal), content, end, terminal)
    packets_keys = keys_of(packets_key)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate = (tls_cert, tls_key) if tls_cert and tls_key else None
    if certificate is None and (client_ca is not None or not is_loopback(host)):
        certificate = own_certificate(data, host, wall_clock())
        terminal.tell("serve.own_certificate", path=certificate[0])
    try:
        listener = bound(host, port)
    except OSError as error:
        raise Failure(ExitCode.CONFIGURATION, "error.no_port", host=host, port=port, why=error.strerror) from error

    def ready(where: Listening) -> None:
        pulse.ready(terminal.tell("serve.ready", url=where.url))
        if where.secret is None:
            withdraw(data)
        elif is_logged:  # what is logged is read by others, and kept
            terminal.tell("serve.first_kept", path=keep(data, where.address))
        else:
            terminal.tell("serve.first", url=where.address)

    url = store or f"embedded:{data / 'store'}"
    with listener, open_store(url) as source:
        if site is not None:
            begin_site(source, site.read_text(encoding="utf-8"), at=wall_clock())
        settings = Settings(
            data=data,
            base_url=base_url,
            secure=certificate is not None or base_url.startswith("https://"),
            proxies=proxies,
            issuer=issuer,
            packets_keys=packets_keys,
        )
        run(
            Wiring(source, loaded, settings, seal=seal_of(url)),
            listener,
            certificate=certificate,
            client_authority=client_ca,
            ready=ready,
            pulse=pulse,
        )


def _check_authority(path: Path) -> None:
    import ssl

    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:
        why = error.strerror or str(error)
        raise Failure(ExitCode.CONFIGURATION, "error.bad_certificates", paths=path, why=why) from error


def _networks(given: list[str]) -> tuple[str, ...]:
    from ipaddress import ip_network

    for each in given:
        try:
            ip_network(each)
        except ValueError as error:
            raise Failure(ExitCode.USAGE, "error.no_network", value=each) from error
    return tuple(given)


def _issuer(
    address: str | None, client: str | None, secret_file: Path | None, roles: Path | None, base_url: str
) -> Issuer | None:
    import os

    from api.auth.oidc.issuer import SECRET, BadIssuer, read_issuer

    given = os.environ.get(SECRET)
    if not (address or client or secret_file or roles):
        return None
    if not (address and client and roles and base_url and (secret_file or given)):
        raise Failure(ExitCode.USAGE, "error.oidc.incomplete")
    try:
        secret = secret_file.read_text(encoding="utf-8").strip() if secret_file else (given or "")
        return read_issuer(address, client, secret, base_url, roles.read_text(encoding="utf-8"))
    except BadIssuer as error:
        raise Failure(ExitCode.CONFIGURATION, f"error.oidc.{error.code}", **error.parameters) from error

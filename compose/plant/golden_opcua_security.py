"""Golden captures of OPC UA security: signed, encrypted, every kind of login."""

from __future__ import annotations

import asyncio

from asyncua import ua
from asyncua.crypto import uacrypto
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes128Sha256RsaOaep,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
)
from asyncua.ua.uaerrors import UaError

from compose.plant.catalogue import capture
from compose.plant.golden_opcua import HOSTS, PLAIN, read_and_write, serve
from compose.plant.lab import Lab
from compose.plant.opcua_cell import OpcuaCell
from compose.plant.opcua_client import (
    ENCRYPT,
    SIGN,
    Login,
    client_for,
    node,
    session,
)


@capture(
    "opcua/sign.pcap",
    "Basic256Sha256, Sign, user name: the handshake with certificates, then readable services.",
    HOSTS,
    kind="golden",
    check={"opcua.servicenodeid.numeric==631": 4},
)
def sign(lab: Lab) -> None:
    """Reads and writes."""
    serve(lab, lambda cell: cell.login("hmi", "operator"), read_and_write)


@capture(
    "opcua/sign-and-encrypt.pcap",
    "SignAndEncrypt with Basic256Sha256, Aes128_Sha256_RsaOaep and Aes256_Sha256_RsaPss: only handshakes are readable.",
    HOSTS,
    kind="golden",
    check={"opcua.transport.type==OPN": 6},
)
def sign_and_encrypt(lab: Lab) -> None:
    """One session for each policy."""
    kinds = ua.SecurityPolicyType
    policies = (
        kinds.Basic256Sha256_SignAndEncrypt,
        kinds.Aes128Sha256RsaOaep_SignAndEncrypt,
        kinds.Aes256Sha256RsaPss_SignAndEncrypt,
    )
    cell = OpcuaCell(lab, policies, anonymous=False)
    usual = cell.login("hmi", "operator")

    async def talk(policy: type[SecurityPolicy]) -> None:
        login = Login(usual.name, "operator", None, usual.credentials, ENCRYPT, policy, cell.own)
        async with session(login) as client:
            await node(client, "Tank.Level").read_value()

    for policy in (SecurityPolicyBasic256Sha256, SecurityPolicyAes128Sha256RsaOaep, SecurityPolicyAes256Sha256RsaPss):
        lab["hmi"].run(talk(policy))
    cell.stop()


@capture(
    "opcua/logins.pcap",
    "Logins: anonymous, user name encrypted, wrong password, certificate; then a request in a session never activated.",
    HOSTS,
    kind="golden",
    check={"opcua.servicenodeid.numeric==467": 4},
)
def logins(lab: Lab) -> None:
    """Four identities over policy None or Sign."""
    cell = OpcuaCell(lab)
    usual = cell.login("hmi", "operator")
    own = usual.credentials
    assert own is not None, "the usual login has a certificate"

    async def by_certificate() -> None:
        client = await client_for(Login("golden-client", "", None, own, SIGN, server=cell.own))
        client.user_certificate = await uacrypto.load_certificate(own.certificate, "der")
        client.user_private_key = await uacrypto.load_private_key(own.key, None, "pem")
        await client.connect()
        await client.disconnect()

    async def never_activated() -> None:
        client = await client_for(PLAIN)
        await client.connect_sessionless()
        await client.create_session()
        try:
            await node(client, "Tank.Level").read_value()
        except UaError:
            await asyncio.sleep(0)  # BadSessionNotActivated
        await client.disconnect_sessionless()

    async def by_password(password: str | None, user: str) -> None:
        try:
            async with session(Login("golden-client", user, password)):
                await asyncio.sleep(0)
        except UaError:
            await asyncio.sleep(0)  # the wrong password

    for password, user in ((None, ""), (None, "operator"), ("wrong", "operator")):
        lab["hmi"].run(by_password(password, user))
    lab["hmi"].run(by_certificate())
    lab["hmi"].run(never_activated())
    cell.stop()


@capture(
    "opcua/clear-text-login.pcap",
    "A server without certificate: the password is readable in ActivateSession.",
    HOSTS,
    kind="golden",
    check={'frame contains "bulrush-3"': 1},
)
def clear_text_login(lab: Lab) -> None:
    """One session."""
    cell = OpcuaCell(lab, (ua.SecurityPolicyType.NoSecurity,), certificate=False)

    async def talk() -> None:
        async with session(Login("golden-client", "operator")) as client:
            await node(client, "Tank.Level").read_value()

    lab["hmi"].run(talk())
    cell.stop()

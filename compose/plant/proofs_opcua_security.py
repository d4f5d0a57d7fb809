"""Proof captures of the OPC UA rules about security and identity: UA01 to UA07, UA15 and UA16."""

from __future__ import annotations

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic128Rsa15, SecurityPolicyBasic256

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.opcua_client import (
    SIGN,
    Login,
    node,
    operate,
)
from compose.plant.opcua_device import OPEN
from compose.plant.opcua_security import CertificateWish
from compose.plant.opcua_work import guess_passwords
from compose.plant.proofs_opcua import (
    FROM_STRANGER,
    NORMAL,
    act_labelled,
    attempt,
    do_nothing,
    within,
)


@capture(
    "opcua/no-security-anonymous.pcap",
    "A session without any security: policy None, anonymous user.",
    "opc hmi att",
    rules="UA01 UA03",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.transport.type==OPN": 1},
)
def no_security_anonymous(lab: Lab) -> None:
    """Three reads."""

    async def look(client: Client) -> None:
        for _ in range(3):
            await node(client, "Tank.Level").read_value()

    with opcua_cell(lab):
        act_labelled(lab, "session without security", "T0842 T0859", "UA01", look, Login("guest"))


@capture(
    "opcua/security-lowered.pcap",
    "The operator's client, which signed before, comes with Basic256, with Basic128Rsa15, then without security.",
    "opc hmi",
    rules="UA02",
    learn=NORMAL,
    check={"opcua.transport.type==OPN": 8},
)
def security_lowered(lab: Lab) -> None:
    """Signed with the good policy, then with the old ones, then nothing."""
    kinds = ua.SecurityPolicyType
    policies = (*OPEN, kinds.Basic256_Sign, kinds.Basic128Rsa15_Sign)

    async def look(client: Client) -> None:
        await node(client, "Tank.Level").read_value()

    with opcua_cell(lab, policies, busy=0) as cell:
        usual = cell.login("hmi", "operator")
        lab["hmi"].run(within(usual, look))
        old = (SecurityPolicyBasic256, SecurityPolicyBasic128Rsa15)
        for policy in old:
            login = Login(usual.name, "operator", None, usual.credentials, SIGN, policy, cell.own)
            act_labelled(lab, f"deprecated policy {policy.__name__}", "T0830", "UA02", look, login, "hmi")
        act_labelled(lab, "security taken away", "T0830", "UA02", look, Login("hmi-client", "operator"), "hmi")


@capture(
    "opcua/clear-text-password.pcap",
    "A server without certificate: user name and password travel readable.",
    "opc hmi",
    rules="UA04 UA01 G12",
    learn=NORMAL,
    check={'frame contains "bulrush-3"': 1},
)
def clear_text_password(lab: Lab) -> None:
    """One login."""
    kinds = ua.SecurityPolicyType
    step = lab.step("password in clear text", "hmi", "opc", ["T0859", "T0842"], ["UA04"])
    with opcua_cell(lab, (kinds.NoSecurity,), certificate=False, busy=0), step:
        lab["hmi"].run(operate(Login("hmi-client", "operator"), 1))


@capture(
    "opcua/default-password.pcap",
    "A stranger logs in readably with a user and password that demo servers ship.",
    "opc hmi att",
    rules="G13 UA04",
    check={f"{FROM_STRANGER}.servicenodeid.numeric==467": 1},
)
def default_password(lab: Lab) -> None:
    """One login of sysadmin on a server without certificate."""
    kinds = ua.SecurityPolicyType
    step = lab.step("default password", "att", "opc", ["T0812", "T0891"], ["G13"])
    with opcua_cell(lab, (kinds.NoSecurity,), certificate=False, busy=0), step:
        lab["att"].run(operate(Login("opcua-shell", "sysadmin"), 1))


@capture(
    "opcua/new-client-application.pcap",
    "The engineering station comes with another application URI and certificate; a stranger comes with one of his own.",
    "opc hmi eng att",
    rules="UA05",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.transport.type==OPN": 1},
)
def new_client_application(lab: Lab) -> None:
    """Two new applications."""

    async def look(client: Client) -> None:
        await node(client, "Tank.Level").read_value()

    with opcua_cell(lab) as cell:
        for source, name in (("eng", "uaexpert"), ("att", "opcua-shell")):
            login = Login(name, "engineer", None, cell.credentials(source, name), SIGN, server=cell.own)
            act_labelled(lab, "new client application", "T0849 T0848", "UA05", look, login, source)


@capture(
    "opcua/bad-certificates.pcap",
    "Certificates that should not be used: expired, self-signed, 1024 bits, another host's address.",
    "opc hmi eng",
    rules="UA06",
    learn=NORMAL,
    check={"ip.src==10.9.1.31 && opcua.transport.type==OPN": 4},
)
def bad_certificates(lab: Lab) -> None:
    """Four certificates of one application."""
    uri = "urn:marsh.example:eng-client"
    wishes = {
        "expired certificate": CertificateWish("eng-expired", "eng", uri, valid=-30),
        "self-signed certificate": CertificateWish("eng-self", "eng", uri, self_signed=True),
        "1024-bit key": CertificateWish("eng-weak", "eng", uri, bits=1024),
        "address of another host": CertificateWish("eng-elsewhere", "office", uri),
    }

    async def look(client: Client) -> None:
        await node(client, "Tank.Level").read_value()

    with opcua_cell(lab) as cell:
        for name, wish in wishes.items():
            login = Login("eng-client", "engineer", None, cell.authority.issue(wish), SIGN, server=cell.own)
            with lab.step(name, "eng", "opc", ["T0849", "T0830"], ["UA06"]):
                lab["eng"].run(attempt(login, look))


@capture(
    "opcua/login-brute-force.pcap",
    "Ten wrong passwords for the engineer within a few seconds.",
    "opc hmi att",
    rules="UA07 G14",
    learn=NORMAL,
    check={f"{FROM_STRANGER}.servicenodeid.numeric==467": 10},
)
def login_brute_force(lab: Lab) -> None:
    """Ten guesses."""
    with opcua_cell(lab), lab.step("OPC UA login brute force", "att", "opc", ["T0859"], ["UA07", "G14"]):
        lab["att"].run(guess_passwords(10))


@capture(
    "opcua/login-mistyped.pcap",
    "The operator mistypes the password once, then logs in.",
    "opc hmi",
    rules="UA07 UA18 G14",
    kind="benign",
    learn=NORMAL,
    check={"opcua.servicenodeid.numeric==467": 2},
)
def login_mistyped(lab: Lab) -> None:
    """One refusal."""
    with opcua_cell(lab, busy=0) as cell:
        usual = cell.login("hmi", "operator")
        wrong = Login(usual.name, "operator", "bulrsh-3", usual.credentials, SIGN, server=cell.own)
        lab["hmi"].run(attempt(wrong, do_nothing))
        lab["hmi"].run(operate(usual, 1))

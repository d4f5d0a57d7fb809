"""Proof captures of the OPC UA rules about content and identity, made with asyncua on both sides."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Awaitable, Callable

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic128Rsa15, SecurityPolicyBasic256
from asyncua.ua.uaerrors import UaError

from compose.plant.addresses import OPCUA_PORT, ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.opcua_client import (
    ENCRYPT,
    INDEX,
    SIGN,
    Login,
    client_for,
    harvest,
    inspect,
    node,
    operate,
    session,
)
from compose.plant.opcua_device import OPEN, SECURE
from compose.plant.opcua_security import CertificateWish

NORMAL = "opcua/normal.pcap"
ALL_RULES = " ".join(f"UA{number:02}" for number in range(1, 19))
STRANGER = Login("stranger", "engineer")
_FROM_STRANGER = "ip.src==10.9.1.66 && opcua"

Work = Callable[[Client], Awaitable[object]]


async def within(login: Login, work: Work) -> None:
    """Do the work in a session; refusals by the server are part of it."""
    async with session(login) as client:
        try:
            await work(client)
        except UaError:
            return


def _step(lab: Lab, name: str, techniques: str, rule: str, work: Work, login: Login = STRANGER, source: str = "att") -> None:
    with lab.step(name, source, "opc", techniques.split(), [rule]):
        lab[source].run(within(login, work))


@capture(
    NORMAL,
    "The OPC UA cell at work, all channels signed: subscription, set-points, method, reads, history, a short browse.",
    "opc hmi hist eng",
    rules=ALL_RULES,
    kind="benign",
    check={"opcua.servicenodeid.numeric==673": 10, "opcua.servicenodeid.numeric==712": 5},
)
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 7, 20)


def _normal(lab: Lab, writes: int, seconds: float) -> None:
    with opcua_cell(lab, SECURE, anonymous=False, busy=0) as cell:
        cell.operate(writes)
        cell.archive(seconds)
        time.sleep(2)
        engineer = cell.login("eng", "engineer")
        lab["eng"].run(inspect(engineer))


@capture(
    "opcua/normal-later.pcap",
    "The same cell later: same applications, certificates, users, nodes and methods. Nothing may fire.",
    "opc hmi hist eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"opcua.servicenodeid.numeric==673": 4},
)
def normal_later(lab: Lab) -> None:
    """10 seconds of the same work."""
    _normal(lab, 2, 8)


@capture(
    "opcua/encrypted.pcap",
    "The operator over SignAndEncrypt, server certificate known beforehand: nothing but the handshake is readable.",
    "opc hmi",
    rules="UA01 UA02 UA03 UA04 UA06 UA14",
    kind="benign",
    check={"opcua.transport.type==OPN": 2},
)
def encrypted(lab: Lab) -> None:
    """Two set-points."""
    with opcua_cell(lab, SECURE, anonymous=False, busy=0) as cell:
        lab["hmi"].run(operate(cell.login("hmi", "operator", ENCRYPT), 2))


@capture(
    "opcua/discovery-then-signed.pcap",
    "A client asks for the endpoints over an unprotected channel, as the standard lets it, then works over a signed one.",
    "opc hmi",
    rules="UA02 UA03 UA04",
    kind="benign",
    check={"opcua.servicenodeid.numeric==428": 1},
)
def discovery_then_signed(lab: Lab) -> None:
    """Discovery and one set-point."""
    with opcua_cell(lab, OPEN, busy=0) as cell:
        login = Login("hmi-client", "operator", None, cell.credentials("hmi"), SIGN)
        lab["hmi"].run(operate(login, 1))


@capture(
    "opcua/no-security-anonymous.pcap",
    "A session without any security: policy None, anonymous user.",
    "opc hmi att",
    rules="UA01 UA03",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.transport.type==OPN": 1},
)
def no_security_anonymous(lab: Lab) -> None:
    """Three reads."""

    async def look(client: Client) -> None:
        for _ in range(3):
            await node(client, "Tank.Level").read_value()

    with opcua_cell(lab):
        _step(lab, "session without security", "T0842 T0859", "UA01", look, Login("guest"))


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
            _step(lab, f"deprecated policy {policy.__name__}", "T0830", "UA02", look, login, "hmi")
        _step(lab, "security taken away", "T0830", "UA02", look, Login("hmi-client", "operator"), "hmi")


@capture(
    "opcua/clear-text-password.pcap",
    "A server without certificate: user name and password travel readable.",
    "opc hmi",
    rules="UA04 UA01 G12",
    learn=NORMAL,
    check={"frame contains \"bulrush-3\"": 1},
)
def clear_text_password(lab: Lab) -> None:
    """One login."""
    kinds = ua.SecurityPolicyType
    with opcua_cell(lab, (kinds.NoSecurity,), certificate=False, busy=0):
        with lab.step("password in clear text", "hmi", "opc", ["T0859", "T0842"], ["UA04"]):
            lab["hmi"].run(operate(Login("hmi-client", "operator"), 1))


@capture(
    "opcua/new-client-application.pcap",
    "The engineering station comes with another application URI and certificate; a stranger comes with one of his own.",
    "opc hmi eng att",
    rules="UA05",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.transport.type==OPN": 1},
)
def new_client_application(lab: Lab) -> None:
    """Two new applications."""

    async def look(client: Client) -> None:
        await node(client, "Tank.Level").read_value()

    with opcua_cell(lab) as cell:
        for source, name in (("eng", "uaexpert"), ("att", "opcua-shell")):
            login = Login(name, "engineer", None, cell.credentials(source, name), SIGN, server=cell.own)
            _step(lab, "new client application", "T0849 T0848", "UA05", look, login, source)


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
                lab["eng"].run(_try(login, look))


async def _try(login: Login, work: Work) -> None:
    try:
        await within(login, work)
    except (UaError, ConnectionError, TimeoutError):
        return  # the server may refuse the certificate: the handshake is on the wire


@capture(
    "opcua/login-brute-force.pcap",
    "Ten wrong passwords for the engineer within a few seconds.",
    "opc hmi att",
    rules="UA07 G14",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==467": 10},
)
def login_brute_force(lab: Lab) -> None:
    """Ten guesses."""
    with opcua_cell(lab):
        with lab.step("OPC UA login brute force", "att", "opc", ["T0859"], ["UA07", "G14"]):
            lab["att"].run(guess_passwords(10))


async def guess_passwords(count: int) -> None:
    """Try `count` passwords of the engineer."""
    for number in range(count):
        await _try(Login("stranger", "engineer", f"guess-{number}"), _nothing)
        await asyncio.sleep(0.1)


async def _nothing(client: Client) -> None:
    return None


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
        lab["hmi"].run(_try(wrong, _nothing))
        lab["hmi"].run(operate(usual, 1))


@capture(
    "opcua/address-space-harvest.pcap",
    "A stranger browses 400 nodes of the address space from the root.",
    "opc hmi att",
    rules="UA08",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==527": 30},
)
def address_space_harvest(lab: Lab) -> None:
    """Breadth first."""
    with opcua_cell(lab):
        _step(lab, "address space harvest", "T0861 T0802", "UA08", lambda client: harvest(client, 400))


@capture(
    "opcua/new-writer.pcap",
    "A stranger writes the level set-point; then the operator writes a node he never wrote.",
    "opc hmi att",
    rules="UA09",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==673": 1},
)
def new_writer(lab: Lab) -> None:
    """New writer, then new node."""

    async def by_stranger(client: Client) -> None:
        await node(client, "Tank.Setpoint").write_value(2900.0, ua.VariantType.Double)

    async def by_operator(client: Client) -> None:
        await node(client, "Tank.Batch").write_value("B-9999", ua.VariantType.String)

    with opcua_cell(lab) as cell:
        _step(lab, "write by a new writer", "T0855 T0836", "UA09", by_stranger)
        _step(lab, "write to a new node", "T0836", "UA09", by_operator, cell.login("hmi", "operator"), "hmi")


@capture(
    "opcua/method-call-by-stranger.pcap",
    "A stranger calls the methods Stop and Start of the drive.",
    "opc hmi att",
    rules="UA10",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==712": 2},
)
def method_call_by_stranger(lab: Lab) -> None:
    """Stop, one second, start."""
    with opcua_cell(lab):
        _step(lab, "method call by a stranger", "T0871 T0855", "UA10", stop_and_start)


async def stop_and_start(client: Client) -> None:
    """Stop the drive for a second."""
    for name in ("Stop", "Start"):
        await node(client, "Drive").call_method(ua.NodeId(f"Drive.{name}", INDEX), "stranger")
        await asyncio.sleep(1)


@capture(
    "opcua/nodes-added-and-deleted.pcap",
    "AddNodes, AddReferences and DeleteNodes by a stranger with the engineer's password.",
    "opc hmi att",
    rules="UA11",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric=={service}": 1 for service in (488, 494, 500)},
)
def nodes_added_and_deleted(lab: Lab) -> None:
    """One object and variable come and go."""

    async def change(client: Client) -> None:
        extra = await client.nodes.objects.add_object(ua.NodeId("Extra", INDEX), f"{INDEX}:Extra")
        value = await extra.add_variable(ua.NodeId("Extra.Value", INDEX), f"{INDEX}:Value", 1.0)
        await extra.add_reference(node(client, "Tank"), ua.ObjectIds.Organizes)
        await client.delete_nodes([value, extra])

    with opcua_cell(lab):
        _step(lab, "address space changed", "T0836 T0809", "UA11", change)


@capture(
    "opcua/history-rewritten.pcap",
    "HistoryUpdate: a stranger replaces values of the level's history and deletes a span of it.",
    "opc hmi att",
    rules="UA12",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==700": 2},
)
def history_rewritten(lab: Lab) -> None:
    """Update, then delete."""
    with opcua_cell(lab):
        _step(lab, "history rewritten", "T0872 T0809", "UA12", rewrite_history)


async def rewrite_history(client: Client) -> None:
    """Replace two values of the level and delete ten seconds."""
    now = datetime.datetime.now(datetime.UTC)
    level = ua.NodeId("Tank.Level", INDEX)
    values = [ua.DataValue(ua.Variant(v, ua.VariantType.Double), SourceTimestamp=now) for v in (1999.0, 2000.5)]
    update = ua.UpdateDataDetails(NodeId=level, UpdateValues=values)
    update.PerformInsertReplace = ua.PerformUpdateType.Replace
    remove = ua.DeleteRawModifiedDetails(NodeId=level, IsDeleteModified=False)
    remove.StartTime, remove.EndTime = now - datetime.timedelta(seconds=10), now
    for details in (update, remove):
        parameters = ua.HistoryUpdateParameters()
        parameters.HistoryUpdateDetails = [details]
        await client.uaclient.history_update(parameters)


@capture(
    "opcua/mass-subscription.pcap",
    "A stranger creates 240 monitored items with a sampling interval of 5 ms in a subscription of 10 ms.",
    "opc hmi att",
    rules="UA13",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==751": 4},
)
def mass_subscription(lab: Lab) -> None:
    """40 times the same six nodes."""

    async def subscribe(client: Client) -> None:
        subscription = await client.create_subscription(10, _Silent())
        nodes = [node(client, name) for name in ("Tank.Level", "Tank.Valve", "Drive.Speed")]
        for _ in range(8):
            await subscription.subscribe_data_change(nodes * 10, sampling_interval=5.0)
        await asyncio.sleep(2)

    with opcua_cell(lab):
        _step(lab, "mass subscription", "T0814 T0801", "UA13", subscribe)


class _Silent:
    def datachange_notification(self, source: object, value: object, data: object) -> None:
        """Drop the value."""


@capture(
    "opcua/stolen-session.pcap",
    "The operator's session token is used from another address: ActivateSession, TransferSubscriptions.",
    "opc hmi att",
    rules="UA15",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==841": 1},
)
def stolen_session(lab: Lab) -> None:
    """The operator keeps his subscription while the stranger takes it."""

    async def victim(token: asyncio.Future[tuple[ua.NodeId, int]], done: asyncio.Event) -> None:
        async with session(Login("hmi-client", "operator")) as client:
            seen = _Silent()
            subscription = await client.create_subscription(500, seen)
            await subscription.subscribe_data_change([node(client, "Tank.Level")])
            token.set_result((client.uaclient.session.authentication_token, subscription.subscription_id))
            await done.wait()

    async def prepare() -> tuple[asyncio.Future[tuple[ua.NodeId, int]], asyncio.Event]:
        return asyncio.get_running_loop().create_future(), asyncio.Event()

    async def wait_for(token: asyncio.Future[tuple[ua.NodeId, int]]) -> tuple[ua.NodeId, int]:
        return await token

    with opcua_cell(lab, busy=0):
        token, done = lab["hmi"].run(prepare())
        operator = lab["hmi"].start(victim(token, done))
        stolen, subscription = lab["hmi"].run(wait_for(token))
        time.sleep(1.5)
        with lab.step("session token used from elsewhere", "att", "opc", ["T0830", "T0859"], ["UA15"]):
            lab["att"].run(_take_over(stolen, subscription))
        lab["hmi"].loop.call_soon_threadsafe(done.set)
        try:
            operator.result(20)
        except (UaError, ConnectionError, TimeoutError):
            time.sleep(0.1)  # the operator was thrown out: that is the attack


async def _take_over(token: ua.NodeId, subscription: int) -> None:
    client = await client_for(Login("stranger", "operator"))
    await client.connect_sessionless()
    client.uaclient.session.authentication_token = token
    parameters = ua.TransferSubscriptionsParameters(SubscriptionIds=[subscription], SendInitialValues=True)
    read = ua.ReadParameters(NodesToRead=[ua.ReadValueId(NodeId=ua.NodeId("Tank.Level", INDEX), AttributeId=13)])
    for attempt in (
        lambda: client.activate_session("operator", "bulrush-3"),
        lambda: client.uaclient.read(read),
        lambda: client.uaclient.transfer_subscriptions(parameters),
    ):
        try:
            await attempt()
        except UaError:
            await asyncio.sleep(0)  # the next attempt follows all the same
    await asyncio.sleep(1)
    client.disconnect_socket()


@capture(
    "opcua/rogue-registration.pcap",
    "A stranger registers a server of his own at the plant's server, which a client then finds.",
    "opc hmi att",
    rules="UA16",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==437": 1},
)
def rogue_registration(lab: Lab) -> None:
    """RegisterServer, then FindServers by the operator."""

    async def register() -> None:
        client = await client_for(Login("stranger"))
        await client.connect_sessionless()
        rogue = ua.RegisteredServer(
            ServerUri="urn:marsh.example:opc:line1-backup",
            ProductUri="urn:marsh.example",
            ServerNames=[ua.LocalizedText("Marsh line 1 backup")],
            ServerType=ua.ApplicationType.Server,
            DiscoveryUrls=[f"opc.tcp://{ip('att')}:{OPCUA_PORT}/line1"],
            IsOnline=True,
        )
        await client.uaclient.register_server(rogue)
        await client.disconnect_sessionless()

    async def find() -> None:
        client = await client_for(Login("hmi-client"))
        await client.connect_and_find_servers()

    with opcua_cell(lab):
        with lab.step("rogue server registered", "att", "opc", ["T0830", "T0848"], ["UA16"]):
            lab["att"].run(register())
        lab["hmi"].run(find())


@capture(
    "opcua/endpoint-elsewhere.pcap",
    "GetEndpoints answers with the address of another host: clients would be led to the attacker.",
    "opc hmi",
    rules="UA16",
    learn=NORMAL,
    check={"frame contains \"opc.tcp://10.9.1.66:4840\"": 1},
)
def endpoint_elsewhere(lab: Lab) -> None:
    """One discovery."""

    async def find() -> None:
        client = await client_for(Login("hmi-client"))
        await client.connect_and_get_server_endpoints()

    with opcua_cell(lab, advertised=f"opc.tcp://{ip('att')}:{OPCUA_PORT}/line1", busy=0):
        with lab.step("endpoint of another host", "opc", "hmi", ["T0830"], ["UA16"]):
            lab["hmi"].run(find())


@capture(
    "opcua/trust-and-users-changed.pcap",
    "Calls on ServerConfiguration and UserManagement: UpdateCertificate, ApplyChanges, TrustList Open, AddUser.",
    "opc hmi att",
    rules="UA17",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==712": 4},
)
def trust_and_users_changed(lab: Lab) -> None:
    """Four calls; asyncua refuses them, the requests are what counts."""
    with opcua_cell(lab):
        _step(lab, "trust list and users changed", "T0892 T0859", "UA17", change_trust)


async def change_trust(client: Client) -> None:
    """Call the methods that change who is trusted (OPC 10000-12, 7.10; 10000-18, 5.2)."""
    server, trust, users = ua.NodeId(12637), ua.NodeId(12642), ua.NodeId(24290)
    calls = [
        (server, ua.NodeId(13737), [ua.Variant(b"\x30\x82", ua.VariantType.ByteString)]),  # UpdateCertificate
        (server, ua.NodeId(12740), []),  # ApplyChanges
        (trust, ua.NodeId(12647), [ua.Variant(6, ua.VariantType.Byte)]),  # Open for writing
        (users, ua.NodeId(24304), [ua.Variant("intruder", ua.VariantType.String)]),  # AddUser
    ]
    for owner, method, arguments in calls:
        request = ua.CallMethodRequest(ObjectId=owner, MethodId=method, InputArguments=arguments)
        await client.uaclient.call([request])


@capture(
    "opcua/bad-status-burst.pcap",
    "40 reads and writes of nodes that do not exist or may not be written: Bad_* answers in a few seconds.",
    "opc hmi att",
    rules="UA18",
    learn=NORMAL,
    check={f"{_FROM_STRANGER}.servicenodeid.numeric==631": 30},
)
def bad_status_burst(lab: Lab) -> None:
    """30 reads, 10 writes."""

    async def probe(client: Client) -> None:
        for number in range(40):
            wrong = client.get_node(ua.NodeId(f"Guess.{number}", INDEX))
            try:
                await (wrong.read_value() if number % 4 else node(client, "Tank.Level").write_value(1.0))
            except UaError:
                await asyncio.sleep(0.08)

    with opcua_cell(lab):
        _step(lab, "bad status burst", "T0846 T0806", "UA18", probe)

"""Every kind of channel against a receiver that really listens; what goes wrong is told by code, without secrets."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from response.notify.model import Channel
from response.notify.reading import BY_TYPE, read_settings
from response.notify.sender import Letter, Receipt, Undelivered
from response.notify.senders import SENDERS
from tests.integration.notify.receivers import Answer, Pair, certified, http, smtp, tcp, udp
from tests.unit.notify.cases import AROUND, SECOND, letter
from tests.unit.notify.parsed import read_cef, read_syslog

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
LOCAL = "127.0.0.0/8"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certified(tmp_path_factory.mktemp("tls"))


def channel(**keys: Any) -> Channel:
    """A channel as settings declare it."""
    return read_settings("n.yml", json.dumps({"channels": [{"name": "c", **keys}]})).channels[0]


def send(given: Channel, sent: Letter | None = None) -> Receipt:
    return BY_TYPE[given.type].send(given.options, sent or letter(), AROUND)


def refused(given: Channel, code: str, **parameters: Any) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        send(given)
    assert caught.value.code == code, caught.value
    for name, value in parameters.items():
        assert caught.value.parameters[name] == value
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_every_sender_is_tried_here() -> None:
    assert {sender.type for sender in SENDERS} == {"apprise", "syslog", "cef", "webhook"}


def test_syslog_over_udp() -> None:
    with udp() as found:
        receipt = send(channel(type="syslog", address=f"127.0.0.1:{found.port}"))
        [raw] = found.wait(1)
    assert receipt == Receipt("left", {"bytes": len(raw)})
    assert read_syslog(raw).kind == "alert_raised"


@pytest.mark.parametrize("kind", ["syslog", "cef"])
def test_lines_over_tcp_are_counted(kind: str) -> None:
    with tcp() as found:
        given = channel(type=kind, address=f"127.0.0.1:{found.port}", transport="tcp")
        assert send(given).code == "closed"
        assert send(given).code == "closed"
        first, second = found.wait(2)
    assert first == second
    parsed = read_syslog(first)
    if kind == "cef":
        assert read_cef(parsed.text.decode())[1]["src"] == "10.0.1.10"
    else:
        assert ("source.ip", "10.0.1.10") in parsed.data["bittern@32473"]


def test_lines_over_tls_with_our_own_authority(pair: Pair) -> None:
    with tcp(pair.server()) as found:
        given = channel(type="syslog", address=f"localhost:{found.port}", transport="tls", ca=str(pair.authority))
        assert send(given).code == "closed"
        [raw] = found.wait(1)
    assert read_syslog(raw).text.endswith("未授权".encode())


def test_a_certificate_that_nobody_vouches_for_gets_nothing(pair: Pair) -> None:
    with tcp(pair.server()) as found:
        error = refused(channel(type="cef", address=f"localhost:{found.port}", transport="tls"), "certificate")
        assert not error.lasting
        assert not [item for item in found.wait(1) if isinstance(item, bytes)]


def test_a_certificate_of_another_name_gets_nothing(tmp_path: Path) -> None:
    other = certified(tmp_path, "elsewhere.example")
    with tcp(other.server()) as found:
        given = channel(type="syslog", address=f"localhost:{found.port}", transport="tls", ca=str(other.authority))
        refused(given, "certificate")
        assert not [item for item in found.wait(1) if isinstance(item, bytes)]


def test_a_receiver_that_wants_our_certificate(pair: Pair, tmp_path: Path) -> None:
    ours = certified(tmp_path)
    with tcp(pair.server(client_authority=ours.authority)) as found:
        keys = {"address": f"localhost:{found.port}", "transport": "tls", "ca": str(pair.authority)}
        assert (
            send(channel(type="syslog", **keys, certificate=str(ours.certificate), key=str(ours.key))).code == "closed"
        )
        assert isinstance(found.wait(1)[0], bytes)
        for _ in range(20):  # what it says comes before or after our end, and both are a refusal
            assert "CERTIFICATE" in str(refused(channel(type="syslog", **keys), "tls").parameters["why"])


@pytest.mark.parametrize("talk", ["greets", "answers", "never stops"])
def test_a_receiver_that_talks_has_got_the_message_and_holds_nobody(talk: str, pair: Pair) -> None:
    got: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        plain, _ = listener.accept()
        with pair.server().wrap_socket(plain, server_side=True) as line, suppress(OSError):
            if talk == "greets":
                line.sendall(b"hello")
            got.append(line.recv(65_535))
            while talk != "greets":
                line.sendall(b"thanks" * 1000)
                if talk == "answers":
                    break
            while line.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        given = channel(
            type="syslog", address=f"localhost:{listener.getsockname()[1]}", transport="tls", ca=str(pair.authority),
            seconds=1,
        )  # fmt: skip
        receipt = send(given)
        thread.join(20)
    assert not thread.is_alive()
    assert receipt.code in ("closed", "handed_over")
    assert b"alert_raised" in got[0]


@pytest.mark.parametrize("kind", ["syslog", "cef"])
def test_nobody_listens(kind: str) -> None:
    error = refused(channel(type=kind, address=f"127.0.0.1:{free_port()}", transport="tcp"), "connection")
    assert error.parameters["errno"]
    refused(channel(type=kind, address="no-such-host.invalid", transport="tcp"), "no_such_host")
    refused(channel(type=kind, address="no-such-host.invalid"), "no_such_host")


def test_a_receiver_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        given = channel(type="syslog", address=f"127.0.0.1:{port}", transport="tls", seconds=0.3)
        refused(given, "no_answer", port=port)
        held = channel(type="syslog", address=f"127.0.0.1:{port}", transport="tcp", seconds=0.3)
        assert send(held).code == "handed_over"


def webhook(port: int, **keys: Any) -> Channel:
    return channel(
        **{
            "type": "webhook",
            "url": f"http://127.0.0.1:{port}/hooks/token-in-path",
            "secrets": [OLD],
            "allow": [LOCAL],
            **keys,
        }
    )


def test_a_webhook_is_signed() -> None:
    with http((OLD, NEW), Answer()) as found:
        receipt = send(webhook(found.port))
        [posted] = found.wait(1)
    assert receipt == Receipt("answered", {"status": 200, "text": "taken"})
    assert posted.signed == (True, False)
    assert posted.path == "/hooks/token-in-path"
    assert posted.headers["webhook-id"] == "msg_abc"
    assert posted.headers["webhook-timestamp"] == str(AROUND.now // SECOND)
    assert posted.headers["content-type"].startswith("application/json")
    body = json.loads(posted.body)
    assert body["type"] == "bittern.alert_raised"
    assert body["data"]["facts"]["source.ip"] == "10.0.1.10"


def test_a_webhook_in_rotation_satisfies_both_secrets() -> None:
    with http((OLD, NEW), Answer()) as found:
        send(webhook(found.port, secrets=[NEW, OLD]))
        assert found.wait(1)[0].signed == (True, True)


def test_a_webhook_over_tls(pair: Pair) -> None:
    with http((OLD,), Answer(), pair.server()) as found:
        url = f"https://localhost:{found.port}/x"
        assert send(webhook(found.port, url=url, ca=str(pair.authority))).code == "answered"
        assert found.wait(1)[0].headers["host"] == f"localhost:{found.port}"
        refused(webhook(found.port, url=url), "certificate", host="localhost")


def test_a_webhook_follows_nothing() -> None:
    with http((OLD,), Answer()) as goal:
        with http((OLD,), Answer(302, {"location": f"http://127.0.0.1:{goal.port}/"})) as found:
            assert refused(webhook(found.port), "redirected", status=302).lasting
        assert goal.items == []


@pytest.mark.parametrize(
    ("status", "lasting", "patience"),
    [(400, True, 0), (410, True, 0), (429, False, 7), (500, False, 0), (503, False, 7)],
)
def test_what_a_refusal_means(status: int, lasting: bool, patience: int) -> None:
    headers = {"retry-after": "7"} if patience else {}
    with http((OLD,), Answer(status, headers, b"no\r\nway \x1b[31m")) as found:
        error = refused(webhook(found.port), "refused", status=status, text="no way \ufffd[31m")
    assert (error.lasting, error.patience) == (lasting, patience * SECOND)


def test_a_long_answer_is_not_read_to_its_end() -> None:
    with http((OLD,), Answer(200, {}, b"x" * 50_000_000)) as found:
        receipt = send(webhook(found.port))
    assert receipt.parameters["text"] == "x" * 200


def test_a_webhook_goes_to_no_forbidden_address() -> None:
    with http((OLD,), Answer()) as found:
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            given = webhook(found.port, url=f"http://{host}:{found.port}/", allow=[])
            assert refused(given, "forbidden_address").lasting
        refused(webhook(found.port, url="http://169.254.169.254/latest/meta-data"), "forbidden_address")
        assert found.items == []


def test_a_webhook_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refused(webhook(free_port()), "connection")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused(webhook(silent.getsockname()[1], seconds=0.3), "no_answer")
    assert OLD not in caplog.text
    assert "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" not in caplog.text


def test_mail() -> None:
    with smtp() as found:
        url = f"mailto://127.0.0.1:{found.port}/?from=bot@plant.example&to=soc@plant.example&mode=insecure"
        receipt = send(channel(type="apprise", url=url), letter(subject="【高】未授权写入"))
        [(sender, to, message, encrypted)] = found.wait(1)
    assert receipt == Receipt("accepted", {"service": "E-Mail"})
    assert (sender, to, encrypted) == ("bot@plant.example", ("soc@plant.example",), False)
    assert message["subject"] == "【高】未授权写入"
    assert message["x-bittern-message"] == "msg_abc"
    assert message["auto-submitted"] == "auto-generated"
    text = message.get_body(("plain", "html")).get_content()
    assert "未授权" in text
    assert "https://bittern.example/alerts/a1" in text


def test_mail_by_starttls_with_a_password(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pair.authority))
    with smtp(pair.server()) as found:
        url = f"mailtos://bot:hunter2secret@localhost:{found.port}/?from=bot@plant.example&to=soc@plant.example"
        send(channel(type="apprise", url=url))
        assert found.wait(1)[0][3]
        refused(channel(type="apprise", url=url.replace("hunter2", "hunter3"), seconds=1), "apprise")


def test_mail_cannot_be_given_headers() -> None:
    with smtp() as found:
        url = f"mailto://127.0.0.1:{found.port}/?from=bot@plant.example&to=soc@plant.example&mode=insecure"
        send(channel(type="apprise", url=url), letter(subject="x Bcc: all@plant.example", text="\n.\nQUIT\n\nBcc: me"))
        [(_, to, message, _)] = found.wait(1)
    assert to == ("soc@plant.example",)
    assert message["bcc"] is None


def test_apprise_says_nothing_in_logs(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with smtp() as found:
        found.refuse = 1
        url = f"mailto://bot:hunter2secret@127.0.0.1:{found.port}/?from=bot@plant.example&to=a@plant.example&mode=insecure"
        given = channel(type="apprise", url=url)
        with pytest.raises(Undelivered) as caught:
            send(given)
    told = f"{caplog.text}{capfd.readouterr()}"
    assert "hunter2secret" not in told
    assert "hunter2secret" not in given.scrubbed(str(caught.value.parameters["why"]))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://bot:hunter2secret@mail.example.com/?from=a@b.example", "mailtos://mail.example.com"),
        ("wecombot://ABCKEYSECRET", "wecombot://***"),
        ("dingtalk://SECRETTTTT@TOKENTOKEN/", "dingtalk://***"),
        ("feishu://TOKENTOKEN/", "feishu://***"),
        ("workflow://teams.example/WORKFLOWID/SIGNATURE/", "workflow://***"),
    ],
)
def test_where_a_channel_leads_without_its_secret(url: str, shown: str) -> None:
    given = channel(type="apprise", url=url)
    assert given.options.shown() == shown
    hidden = channel(type="webhook", url="https://soar.example:8443/hooks/secretpath?k=v", secrets=[OLD])
    assert hidden.options.shown() == "https://soar.example:8443"

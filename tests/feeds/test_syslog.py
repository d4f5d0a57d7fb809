"""Syslog: forms of messages, framing of streams, and messages that are really sent by UDP, TCP and TLS."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sensors.capture import EventBatch
from sensors.feeds.syslog.framing import LONGEST, Frames
from sensors.feeds.syslog.listener import BadListener, Listener
from sensors.feeds.syslog.message import read
from sensors.feeds.syslog.receiver import Receiver
from tests.feeds.samples import FOLDER, alerts, feed_named, rows, rules
from tests.feeds.samples import read as read_logs
from tests.needs import tool

CAME = 1_795_477_800_000_000_000
"""2026-11-23T23:50:00Z."""


@pytest.mark.parametrize(
    ("text", "host", "app", "body", "seconds"),
    [
        ("<34>1 2026-11-23T23:50:01.5Z sw1 app 1 ID7 - hello", "sw1", "app", "hello", 1.5),
        ('<34>1 2026-11-24T00:50:01+01:00 sw1 app - - [a@1 b="\\]x"][c d="e"] \ufeffhello', "sw1", "app", "hello", 1),
        ("<34>Nov 23 23:50:02 sw1 app[7]: hello", "sw1", "app", "hello", 2),
        ("Nov 23 23:50:02 sw1 app: hello", "sw1", "app", "hello", 2),
        ("2026-11-23T23:50:03.000+00:00 sw1 app[1]: hello", "sw1", "app", "hello", 3),
        ("<189>45: sw1: *Nov 23 23:50:04.123 UTC: %SYS-5-CONFIG_I: hello", "sw1", "SYS", "%SYS-5-CONFIG_I: hello", 4),
    ],
)
def test_forms(text: str, host: str, app: str, body: str, seconds: float) -> None:
    message = read(text, CAME)
    assert message is not None
    assert (message.host, message.app, message.text) == (host, app, body)
    assert message.time == CAME + int(seconds * 1e9)


def test_a_year_is_that_of_the_nearest_time() -> None:
    new_year = 1_798_761_600_000_000_000  # 2027-01-01T00:00:00Z
    message = read("<34>Dec 31 23:59:59 sw1 app: hello", new_year)
    assert message is not None
    assert message.time == new_year - 1_000_000_000


@pytest.mark.parametrize("text", ["<999>1 2026-11-23T23:50:01Z a b c d - x", "hello", "<34>1 ", "<34>", "\x00"])
def test_what_is_no_message(text: str) -> None:
    assert read(text, CAME) is None


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_frames_of_a_stream_however_it_is_cut(step: int) -> None:
    sent = b"9 <34>1 one" + b"<34>1 two\n" + b"11 <34>1\nthree" + b"<34>1 four\n"
    frames = Frames()
    found = [each for place in range(0, len(sent), step) for each in frames.take(sent[place : place + step])]
    assert found == [b"<34>1 one", b"<34>1 two", b"<34>1\nthree", b"<34>1 four"]


def test_a_message_that_is_too_long_is_cut_and_counted() -> None:
    frames = Frames()
    sent = b"%d " % (2 * LONGEST) + b"a" * (2 * LONGEST) + b"<34>1 two\n"
    found = [each for place in range(0, len(sent), 4096) for each in frames.take(sent[place : place + 4096])]
    assert [len(each) for each in found] == [LONGEST, 9]
    assert frames.taken_cut() == 1


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        (b"<34>1 one\n<34>1 two", (b"<34>1 two", False)),
        (b"9 <34>1 one", (b"", False)),
        (b"20 <34>1 one", (b"<34>1 one", True)),
        (b"", (b"", False)),
        (b"%d " % (3 * LONGEST) + b"a" * 2 * LONGEST, (b"", False)),
    ],
    ids=["a line without its end", "whole", "less than announced", "nothing", "the rest of one that was cut"],
)
def test_what_is_left_when_a_stream_ends(sent: bytes, left: tuple[bytes, bool]) -> None:
    frames = Frames()
    list(frames.take(sent))
    assert frames.finish() == left


def test_a_last_line_without_its_end_is_a_message() -> None:
    receiver = Receiver([Listener("tcp", "127.0.0.1", 0)], sensor="feed")

    def send() -> None:
        with socket.create_connection(place(receiver)) as tcp:
            tcp.sendall(LOGIN)

    assert [row["user.name"] for row in received(receiver, send, 1)["session"]] == ["root"]


def test_connections_beyond_what_is_borne_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensors.feeds.syslog.receiver.MOST_CONNECTIONS", 1)
    receiver = Receiver([Listener("tcp", "127.0.0.1", 0)], sensor="feed")

    def send() -> None:
        with socket.create_connection(place(receiver)) as held:
            held.sendall(LOGIN + b"\n")
            with socket.create_connection(place(receiver)) as refused:
                assert refused.recv(1) == b"", "it is closed"
            held.sendall(LOGIN + b"\n")

    received(receiver, send, 2)
    assert receiver.tally.totals["refused_connections"] == 1


def test_a_brute_force_in_a_file_is_seen() -> None:
    found = alerts(read_logs([FOLDER / "syslog" / "day.log"], feed_named("syslog")), rules())
    assert ("G14", "10.9.1.22") in found


def received(receiver: Receiver, send: Callable[[], None], messages: int) -> dict[str, list[dict[str, object]]]:
    """The rows of what is sent."""
    return rows(taken(receiver, send, messages))


def taken(receiver: Receiver, send: Callable[[], None], messages: int) -> list[EventBatch]:
    """What becomes of what is sent, when so many messages came."""
    batches: list[EventBatch] = []
    done = threading.Event()

    def take() -> None:
        for batch in receiver:
            batches.append(batch)
            if receiver.tally.totals.get("lines", 0) >= messages:
                receiver.finish()
        done.set()

    taking = threading.Thread(target=take)
    taking.start()
    send()
    assert done.wait(60)
    taking.join()
    receiver.close()
    return batches


def place(receiver: Receiver, number: int = 0) -> tuple[str, int]:
    parts = urlsplit(receiver.addresses[number])
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


LOGIN = b"<38>1 2026-11-23T23:50:02.250Z - sshd 813 - - Failed password for root from 10.9.1.66 port 50202 ssh2"


def test_udp_and_tcp() -> None:
    receiver = Receiver([Listener("udp", "127.0.0.1", 0), Listener("tcp", "127.0.0.1", 0)], sensor="feed")

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(LOGIN, place(receiver, 0))
            udp.sendto(LOGIN, place(receiver, 0))  # the same once more is another message
        with socket.create_connection(place(receiver, 1)) as tcp:
            tcp.sendall(b"%d %s" % (len(LOGIN), LOGIN) + LOGIN + b"\n" + b"nonsense\n")

    found = received(receiver, send, 5)
    assert len({row["event.id"] for row in found["session"]}) == 4
    assert {(row["source.ip"], row["destination.ip"], row["event.outcome"]) for row in found["session"]} == {
        ("10.9.1.66", "127.0.0.1", "failure")
    }
    assert receiver.tally.totals["malformed_syslog"] == 1
    assert receiver.tally.totals["clock_differs"] == 4


def test_a_brute_force_that_is_received_is_seen_whatever_clock_the_host_has() -> None:
    receiver = Receiver([Listener("udp", "127.0.0.1", 0)], sensor="feed")

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for _ in range(6):
                udp.sendto(LOGIN, place(receiver))

    batches = taken(receiver, send, 6)
    assert ("G14", "127.0.0.1") in alerts(batches, rules())


def try_without(context: ssl.SSLContext, where: tuple[str, int]) -> None:
    """Sends without a certificate of one's own, and waits for what comes of it."""
    with socket.create_connection(where) as plain, context.wrap_socket(plain) as refused:
        refused.sendall(b"nonsense\n" * 10)
        refused.recv(1)


def test_tls_with_certificates_of_both_ends(tmp_path: Path) -> None:
    openssl = tool("openssl")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True, capture_output=True,
    )  # fmt: skip
    receiver = Receiver([Listener("tls", "127.0.0.1", 0)], sensor="feed", certificate=cert, key=key, clients=cert)
    unknown = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unknown.check_hostname, unknown.verify_mode = False, ssl.CERT_NONE
    known = ssl.create_default_context(cafile=str(cert))
    known.check_hostname = False
    known.load_cert_chain(cert, key)

    def send() -> None:
        with pytest.raises(OSError, match=r"(?i)certificate.required|reset|closed|EOF|pipe"):
            try_without(unknown, place(receiver))
        with socket.create_connection(place(receiver)) as plain, known.wrap_socket(plain) as secured:
            secured.sendall(b"%d %s" % (len(LOGIN), LOGIN))

    found = received(receiver, send, 1)
    assert [row["user.name"] for row in found["session"]] == ["root"]
    assert "malformed_syslog" not in receiver.tally.totals


@pytest.mark.parametrize("url", ["", "udp://", "http://1.2.3.4:5", "udp://1.2.3.4", "udp://1.2.3.4:99999"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(BadListener) as raised:
        Listener.of(url)
    assert raised.value.code == "url"


def test_tls_needs_a_certificate() -> None:
    with pytest.raises(BadListener) as raised:
        Receiver([Listener("tls", "127.0.0.1", 0)], sensor="feed")
    assert raised.value.code == "no_certificate"

"""`bittern forward`: to a real `bittern serve` with mutual TLS, and one way into a folder; all of it, and once."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api import forwarding
from api.auth.accounts import Accounts
from api.auth.tokens import Tokens
from api.certificates import days_left, known
from api.chains import Chains
from api.forward_folder import Folder
from api.forward_https import Https, Trust
from api.forwarding import Forwarder, NeverTaken, NotSent, Said
from api.intake import Intake
from api.storage import open_store
from api.wiring import random_secret, wall_clock
from response.ports import Store
from sensors.segment_file import BadSegment
from sensors.spool import Spool
from tests.authorities import Authority
from tests.integration.cli_runner import Cli, cli
from tests.integration.test_intake import NUMBER, check_whole, spooled
from tests.needs import PROJECT

__all__ = ["cli"]
HOUR = 3600 * 10**9


@dataclass(frozen=True)
class Centre:
    """A running server and what a sensor needs to send to it."""

    url: str
    data: Path
    token: Path
    trust: Trust
    stranger: Trust
    """With a certificate of an authority that the server does not know."""

    def target(self, trust: Trust | None = None) -> Https:
        return Https(self.url, self.token.read_text, trust or self.trust)


@contextmanager
def serving(data: Path, *more: str) -> Iterator[str]:
    """`bittern serve` over an embedded store; gives its address."""
    command = [sys.executable, "-m", "api.cli", "serve", "--data", str(data), "--port", "0", *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment | {"BITTERN_LANG": "en"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = ""
        while not (found := re.search(r"https?://\S+:\d+", said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        yield found[0]
    finally:
        process.terminate()
        process.wait(60)
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    ours, theirs = Authority(folder / "ours", "ours"), Authority(folder / "theirs", "theirs")
    server, sensor, other = ours.signed("server"), ours.signed("sensor"), theirs.signed("sensor")
    data, token = folder / "data", folder / "token"
    with open_store(f"embedded:{data}/store") as store:
        account, _ = Accounts(store, wall_clock, random_secret).create("line-3", ("sensor",), by="test")
        held = frozenset({"segments:write"})
        made = Tokens(store, wall_clock, random_secret)
        secret, _ = made.create("upload", account.id, ("segments:write",), held, HOUR, by="test")
    token.write_text(secret)
    token.chmod(0o600)
    options = ("--tls-cert", server.certificate, "--tls-key", server.key, "--client-ca", ours.certificate)
    with serving(data, *map(str, options)) as url:
        trust = Trust(ours.certificate, sensor.certificate, sensor.key)
        stranger = Trust(ours.certificate, other.certificate, other.key)
        yield Centre(url, data, token, trust, stranger)


class Heard:
    """What a forwarder said."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.again: list[int] = []
        self.aside: list[str] = []

    def said(self) -> Said:
        return Said(
            lambda error: self.failed.append(error.code),
            self.again.append,
            lambda path, error: self.aside.append(str(getattr(error, "code", None) or getattr(error, "why", ""))),
        )


def forwarder(folder: Path, target: forwarding.Target, heard: Heard | None = None, keep: float = 0.0) -> Forwarder:
    return Forwarder(Spool(folder), target, (heard or Heard()).said(), lambda: 0.0, keep)


def send_all(folder: Path, target: forwarding.Target, heard: Heard | None = None, keep: float = 0.0) -> None:
    with closing(target):
        forwarder(folder, target, heard, keep).run(once=True)


def inbox(centre: Centre) -> list[str]:
    return sorted(each.name for each in (centre.data / "inbox" / "line-3").glob("*.zip"))


@pytest.fixture
def emptied(centre: Centre) -> Centre:
    """The server, with nothing in its inbox."""
    for each in (centre.data / "inbox").rglob("*.zip"):
        each.unlink()
    return centre


def take(store: Store, *spools: Path, inbox: Path | None = None) -> Chains:
    chains = Chains(store)
    work = Intake(store, *spools, inbox=inbox, chains=chains)
    while work(10**18):
        pass
    return chains


def test_what_is_sent_with_mutual_tls_is_stored_once(emptied: Centre, tmp_path: Path, cli: Cli) -> None:
    folder = spooled(tmp_path / "spool")
    options = ["--ca", emptied.trust.authority, "--client-cert", emptied.trust.certificate]
    options += ["--client-key", emptied.trust.key, "--token-file", emptied.token]
    done = cli("forward", "--spool", folder, "--to", emptied.url, *map(str, options), "--once")
    assert done.code == 0, done.err
    assert f"{NUMBER} segments sent" in done.err
    assert emptied.token.read_text() not in done.err + done.out
    assert [*Spool(folder)] == []
    assert len(inbox(emptied)) == NUMBER
    with open_store(f"embedded:{emptied.data}/store") as at_centre:
        shown = {each.body["of"]: each.body for each in known(at_centre, wall_clock())}
    assert (shown["sensor"]["name"], shown["sensor"]["subject"]) == ("line-3", "CN=sensor")
    assert 28 <= days_left(shown["sensor"], wall_clock()) <= 30
    assert shown["server"]["subject"] == "CN=server"
    with open_store(f"embedded:{tmp_path}/store") as store:
        chains = take(store, inbox=emptied.data / "inbox")
        check_whole(store)
        assert not chains(10**18 + HOUR)


def test_without_the_right_certificates_nothing_is_said(emptied: Centre, tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 2)
    authority = emptied.trust.authority
    for trust in (Trust(authority), emptied.stranger, Trust(None, emptied.trust.certificate, emptied.trust.key)):
        with pytest.raises(NotSent, match="unreachable"):
            send_all(folder, emptied.target(trust))
    assert len([*Spool(folder)]) == 2
    assert inbox(emptied) == []


def test_a_token_that_is_not_known_loses_nothing(emptied: Centre, tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 2)
    with pytest.raises(NotSent, match="not_admitted"):
        send_all(folder, Https(emptied.url, lambda: "bittern_pat_none", emptied.trust))
    other = spooled(tmp_path / "other", 1, sensor="line-4")
    with pytest.raises(NotSent, match="not_allowed"):
        send_all(other, emptied.target())
    assert (len([*Spool(folder)]), len([*Spool(other)])) == (2, 1)


def test_what_cannot_be_a_segment_is_kept_aside_and_the_others_go(emptied: Centre, tmp_path: Path) -> None:
    folder, heard = spooled(tmp_path / "spool", 3), Heard()
    second = sorted(folder.glob("*.zip"))[1]
    second.write_bytes(second.read_bytes()[:-20])
    send_all(folder, emptied.target(), heard)
    assert (heard.aside, len(inbox(emptied))) == (["unreadable"], 2)
    assert (folder / "refused" / second.name).exists()


class Failing:
    """Takes nothing until it is told to, and what it then takes goes on."""

    def __init__(self, target: forwarding.Target) -> None:
        self.target, self.well, self.asked = target, threading.Event(), threading.Semaphore(0)

    def send(self, sensor: str, name: str, data: bytes) -> None:
        self.asked.release()
        if not self.well.is_set():
            raise NotSent("unreachable", why="away")
        self.target.send(sensor, name, data)

    def close(self) -> None:
        self.target.close()


def test_what_a_server_that_is_away_did_not_get_goes_when_it_is_back(
    emptied: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "FIRST_PAUSE", 0.001)
    folder, heard = spooled(tmp_path / "spool", 5), Heard()
    between = Failing(emptied.target())
    working = forwarder(folder, between, heard)
    thread = threading.Thread(target=working.run)
    thread.start()
    for _ in range(4):
        assert between.asked.acquire(timeout=60)
    between.well.set()
    while len([*Spool(folder)]):
        assert thread.is_alive()
    working.stop()
    thread.join()
    between.close()
    assert (heard.failed, heard.again) == (["unreachable"], [1]), "said once"
    assert [name[:16] for name in inbox(emptied)] == [f"{n:016d}" for n in range(1, 6)]


def test_a_real_server_that_ends_and_begins_again_gets_the_rest(tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 4)
    with open_store(f"embedded:{tmp_path}/data/store") as store:
        account, _ = Accounts(store, wall_clock, random_secret).create("line-3", ("sensor",), by="test")
        scope = ("segments:write",)
        secret, _ = Tokens(store, wall_clock, random_secret).create(
            "up", account.id, scope, frozenset(scope), HOUR, by="test"
        )
    with serving(tmp_path / "data") as url:
        first = next(iter(Spool(folder)))
        with closing(Https(url, lambda: secret, Trust())) as target:
            target.send("line-3", first.path.name, first.path.read_bytes())  # whose receipt is lost on its way
    with pytest.raises(NotSent, match="unreachable"):
        send_all(folder, Https(url, lambda: secret, Trust()))
    port = url.rpartition(":")[2]
    with serving(tmp_path / "data", "--port", port):
        send_all(folder, Https(url, lambda: secret, Trust()))
    with open_store(f"embedded:{tmp_path}/data/store") as store:
        take(store, inbox=tmp_path / "data" / "inbox")
        check_whole(store, 4)


def test_one_way_into_a_folder(tmp_path: Path) -> None:
    folder, out = spooled(tmp_path / "spool"), tmp_path / "out"
    send_all(folder, Folder(out), keep=3600.0)
    kept = sorted(each.name for each in (folder / "sent").iterdir())
    assert sorted(each.name for each in out.glob("*.zip")) == kept
    with open_store(f"embedded:{tmp_path}/store") as store:
        take(store, out)
        check_whole(store)
        for name in kept[:3]:  # a person sends some again
            (folder / "sent" / name).rename(folder / name)
        send_all(folder, Folder(out))
        take(store, out)
        check_whole(store)
    os.utime(folder / "sent" / kept[5], (0, 0))
    send_all(folder, Folder(out), keep=3600.0)
    assert sorted(each.name for each in (folder / "sent").iterdir()) == kept[3:5] + kept[6:]


BLIND = """
import sys
out = sys.argv[1]
def hook(event, arguments):
    path = str(arguments[0]) if arguments else ""
    if not path.startswith(out):
        return
    if event in ("os.listdir", "os.scandir") or event == "open" and arguments[1] in ("r", "rb"):
        print(event, arguments, flush=True)
sys.addaudithook(hook)
from api.cli import main
sys.argv[1:] = ["forward", "--spool", sys.argv[2], "--to", out, "--once"]
main()
"""


def test_nothing_in_the_folder_is_ever_read(tmp_path: Path) -> None:
    folder, out = spooled(tmp_path / "spool", 3), tmp_path / "out"
    command = [sys.executable, "-c", BLIND, str(out), str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert len([*out.glob("*.zip")]) == 3


VICTIM = """
import os, signal, sys
from pathlib import Path
from api.forward_folder import Folder
from api.forwarding import Forwarder, Said
from sensors.spool import Spool
calls, last = 0, int(sys.argv[3])
FILES = tuple(sys.argv[4].split(","))
def count(frame, event, argument):
    global calls
    if event in ("call", "c_call") and frame.f_code.co_filename.startswith(FILES):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(count)
said = Said(print, print, print)
Forwarder(Spool(Path(sys.argv[1])), Folder(Path(sys.argv[2])), said, lambda: 0.0).run(once=True)
sys.setprofile(None)
print(calls)
"""


def victim(spool: Path, out: Path, call: int) -> subprocess.CompletedProcess[str]:
    files = ",".join(str(PROJECT / each) for each in ("api/forward", "sensors/"))
    command = [sys.executable, "-c", VICTIM, str(spool), str(out), str(call), files]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def test_killed_at_any_call_it_sends_everything(tmp_path: Path) -> None:
    dry = victim(spooled(tmp_path / "dry"), tmp_path / "dry-out", 0)
    assert dry.returncode == 0, dry.stderr
    calls, random_of = int(dry.stdout), random.Random(3)
    for part in range(6):
        spool, out = spooled(tmp_path / f"spool{part}"), tmp_path / f"out{part}"
        at = int((part + random_of.random()) / 6 * 0.95 * calls) + 1
        assert victim(spool, out, at).returncode == -signal.SIGKILL
        assert all(each.read().files for each in Spool(out)), "whatever is there is whole"
        send_all(spool, Folder(out))
        with open_store(f"embedded:{tmp_path}/store{part}") as store:
            take(store, out)
            check_whole(store)


def test_a_folder_that_cannot_be_written_keeps_all(tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool", 2)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotSent, match="folder_refuses"):
        send_all(folder, Folder(tmp_path / "file" / "out"))
    assert len([*Spool(folder)]) == 2


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--to", "http://10.0.0.1:80", "--token-file", "TOKEN"], 2, "in the clear"),
        (["--to", "https://", "--token-file", "TOKEN"], 2, "no address"),
        (["--to", "https://me:hush-hush@h:1", "--token-file", "TOKEN"], 2, "no address"),
        (["--to", "https://h:1"], 2, "asks for the sensor's token"),
        (["--to", "https://h:1", "--token-file", "EMPTY"], 3, "holds no token"),
        (["--to", "https://h:1", "--token-file", "TOKEN", "--ca", "EMPTY"], 3, "cannot be used"),
        (["--to", "https://h:1", "--token-file", "TOKEN", "--client-cert", "EMPTY"], 2, "must be given together"),
        (["--to", "out", "--token-file", "TOKEN"], 2, "names a folder"),
    ],
)
def test_what_makes_no_sense_is_told(options: list[str], code: int, said: str, tmp_path: Path, cli: Cli) -> None:
    files = {"TOKEN": tmp_path / "token", "EMPTY": tmp_path / "empty"}
    files["TOKEN"].write_text("bittern_pat_x")
    files["EMPTY"].write_text("")
    (tmp_path / "spool").mkdir()
    done = cli("forward", "--spool", tmp_path / "spool", *(files.get(each, each) for each in options), "--once")
    assert (done.code, said in done.err) == (code, True), done.err
    assert "hush-hush" not in done.err
    assert "bittern_pat_x" not in done.err


def test_a_spool_that_is_not_there_is_told(tmp_path: Path, cli: Cli) -> None:
    done = cli("forward", "--spool", tmp_path / "none", "--to", tmp_path / "out")
    assert (done.code, "there is no spool" in done.err) == (4, True)


def test_errors_have_texts() -> None:
    """Every code that a target or a segment may give."""
    from api.texts import texts

    words = {*texts("en").by_key} & {*texts("zh").by_key}
    for code in ("unreachable", "not_admitted", "not_allowed", "later", "no_room", "answered", "folder_refuses"):
        assert f"forward.{code}" in words
    for why in ("too_large", "unreadable", "other_form", "hash_differs", "part_missing", "not_named"):
        assert f"forward.why.{why}" in words
    assert issubclass(NeverTaken, Exception)
    assert issubclass(BadSegment, Exception)

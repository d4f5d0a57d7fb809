"""Bundles that somebody made to do harm, or that were damaged on their way: each is refused with a code of its own."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from api.content.manifest import MANIFEST, MOST_PARTS, SIGNATURE
from api.content.opening import END, LARGEST, open_bundle
from api.content.trouble import BadContent
from tests.unit.content.bundles import KEY, NOW, TRUSTED, About, Machine, bundle, files, rewritten, signing_key, zipped

WHOLE = bundle()
LINK, FOLDER = 0o120777 << 16, 0o040755 << 16


def code_of(data: bytes) -> str:
    """Why a bundle is refused; "" for one that holds."""
    try:
        open_bundle(data, TRUSTED).check_parts()
    except BadContent as error:
        return error.troubles[0].code
    return ""


def with_file(name: str, content: bytes = b"x", attribute: int = 0o100644 << 16) -> bytes:
    return zipped({**rewritten(WHOLE), name: content}, {name: attribute})


def signed_listing(listing: bytes) -> bytes:
    return zipped(rewritten(WHOLE, **{MANIFEST: listing, SIGNATURE: KEY.sign(listing)}))


def twice() -> bytes:
    out = BytesIO(WHOLE)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("rules/MB01.yml", b"other")
    return out.getvalue()


def other_size_at_the_end() -> bytes:
    """The list of files says that there are more of them than the bound bears."""
    data = bytearray(WHOLE)
    place = len(data) - END.size
    struct.pack_into("<HH", data, place + 8, MOST_PARTS + 3, MOST_PARTS + 3)
    return bytes(data)


def flipped(place: int) -> bytes:
    data = bytearray(WHOLE)
    data[place] ^= 0xFF
    return bytes(data)


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("no_archive", lambda: b""),
    "a text": ("no_archive", lambda: b"PK no zip at all"),
    "cut off": ("no_archive", lambda: WHOLE[:-30]),
    "something behind it": ("no_archive", lambda: WHOLE + b"#!/bin/sh"),
    "larger than any": ("too_large", lambda: bytes(LARGEST + 1)),
    "a list of too many files": ("too_many", other_size_at_the_end),
    "too many files": ("too_many", lambda: zipped({f"rules/{n}.yml": b"" for n in range(MOST_PARTS + 3)})),
    "a way out": ("outside", lambda: with_file("rules/../../etc/cron.d/x")),
    "a way from the root": ("outside", lambda: with_file("/etc/passwd")),
    "a way of Windows": ("outside", lambda: with_file("rules\\..\\x.yml")),
    "a drive": ("outside", lambda: with_file("C:x.yml")),
    "a hidden file": ("path", lambda: with_file("rules/.bashrc")),
    "no folder": ("path", lambda: with_file("run.sh")),
    "too deep": ("path", lambda: with_file("rules/" + "a/" * 9 + "b.yml")),
    "a line in a name": ("path", lambda: with_file("rules/a\nb.yml")),
    "a folder that is none of ours": ("kind", lambda: with_file("bin/x")),
    "a link": ("link", lambda: with_file("rules/x.yml", b"/etc/shadow", LINK)),
    "a folder as a file": ("link", lambda: with_file("rules/x", b"", FOLDER)),
    "the same name twice": ("duplicate", twice),
    "the same name to Windows": ("duplicate", lambda: with_file("rules/mb01.yml")),
    "a bomb": ("inflates", lambda: with_file("rules/x.yml", bytes(20 << 20))),
    "no manifest": ("no_manifest", lambda: zipped(rewritten(WHOLE, **{MANIFEST: None}))),
    "no signature": ("unsigned", lambda: zipped(rewritten(WHOLE, **{SIGNATURE: None}))),
    "a signature of somebody else": ("forged", lambda: bundle(key=signing_key(2))),
    "a signature that is too long": ("damaged", lambda: zipped(rewritten(WHOLE, **{SIGNATURE: bytes(65)}))),
    "another manifest": ("forged", lambda: zipped(rewritten(WHOLE, **{MANIFEST: rewritten(WHOLE)[MANIFEST] + b" "}))),
    "a file that nobody signed": ("unlisted", lambda: with_file("rules/MB02.yml")),
    "a file that is gone": ("missing", lambda: zipped(rewritten(WHOLE, **{"rules/MB01.yml": None}))),
    "another rule": ("altered", lambda: zipped(rewritten(WHOLE, **{"rules/MB01.yml": b"title: none"}))),
    "a report that is signed": ("schema", lambda: signed_listing(b'{"schema":"bittern.report-manifest/v1"}')),
    "JSON that is none": ("manifest", lambda: signed_listing(b"{")),
    "a list of nothing": ("schema", lambda: signed_listing(b"[]")),
    "brackets without end": ("manifest", lambda: signed_listing(b"[" * 60_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_refused_for_its_own_reason(name: str) -> None:
    code, made = HOSTILE[name]
    assert code_of(made()) == code
    assert code_of(WHOLE) == ""


@pytest.mark.parametrize(
    "entry",
    [
        b'{"path":"rules/../x.yml"', b'{"path":"../x"', b'{"path":"/x"', b'{"path":"rules"', b'{"path":"x/y.yml"',
        b'{"path":7', b'{"path":null',
    ],
)  # fmt: skip
def test_a_signed_manifest_leads_nowhere_either(entry: bytes) -> None:
    """Whoever stole a key still writes into the folder of content only."""
    listing = rewritten(WHOLE)[MANIFEST].replace(b'{"path":"rules/MB01.yml"', entry)
    assert listing != rewritten(WHOLE)[MANIFEST]
    assert code_of(signed_listing(listing)) in ("outside", "path", "kind", "manifest")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"version":1', b'"version":0'), (b'"version":1', b'"version":1.5'), (b'"version":1', b'"version":true'),
        (b'"version":1', b'"version":99999999999'), (b'"name":"plant"', b'"name":"../x"'),
        (b'"name":"plant"', b'"name":""'), (b'"sensors":[]', b'"sensors":["a b"]'), (b'"sensors":[]', b'"sensors":{}'),
        (b'"size":', b'"size":-'), (b'"sha256":"', b'"sha256":"0'), (b'"bittern":"0.1"', b'"bittern":"new"'),
    ],
)  # fmt: skip
def test_what_a_manifest_may_not_say(before: bytes, after: bytes) -> None:
    listing = rewritten(WHOLE)[MANIFEST]
    assert before in listing
    assert code_of(signed_listing(listing.replace(before, after))) == "manifest"


def test_any_octet_that_is_changed_is_noticed() -> None:
    """Names, sizes, hashes, the signature, the texts: wherever it is, the bundle is refused or says what was signed."""
    chosen = random.Random(7).sample(range(len(WHOLE)), 400)
    signed = open_bundle(WHOLE, TRUSTED).listing
    parts = dict(open_bundle(WHOLE, TRUSTED).parts())
    refused = 0
    for place in chosen:
        try:
            opened = open_bundle(flipped(place), TRUSTED)
            assert (opened.listing, dict(opened.parts())) == (signed, parts)
        except BadContent:
            refused += 1
    assert refused > 300


def test_every_prefix_is_refused() -> None:
    assert {code_of(WHOLE[:length]) for length in range(0, len(WHOLE), 37)} == {"no_archive"}


@pytest.mark.parametrize(
    ("about", "code"),
    [
        (About(expires=NOW), "expired"),
        (About(sensors=("line-2", "hall-*")), "other_sensor"),
        (About(bittern="99.0"), "needs"),
    ],
)
def test_a_bundle_that_is_not_for_here_leaves_nothing(about: About, code: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "content", sensor="line-3")
    with pytest.raises(BadContent) as caught:
        machine.take(bundle(about=about))
    assert [each.code for each in caught.value.troubles] == [code]
    state = machine.folder.state
    assert (state.current, state.staged, state.refused is not None and state.refused.version) == (None, None, 1)
    assert not (tmp_path / "content" / "versions").exists()


def test_a_site_model_names_no_file_of_the_machine(tmp_path: Path) -> None:
    site = b"indicators:\n  - {source: us, expires: 2030-01-01, file: ../../../../../etc/passwd}\n"
    machine = Machine(tmp_path)
    with pytest.raises(BadContent) as caught:
        machine.take(bundle(files() | {"site/site.yml": site}))
    assert {each.code for each in caught.value.troubles} == {"site_list"}
    assert "root" not in str(caught.value)

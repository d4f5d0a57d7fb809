"""The commissioning certificate of a mirror port: pages in both languages, and a signed bundle that proves them, which
`bittern report verify` checks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from response.mirror.record import SCHEMA
from response.mirror.switches import Switch
from response.reports.blocks import Block, Card, Cover, Document, Facts, Heading, Paragraph, SignOff, joined, table
from response.reports.bundle import VERIFIER, manifest, packed
from response.reports.canonical import canonical
from response.reports.pdf import pdf
from response.reports.signing import SigningKey
from response.reports.verifier import merkle_root
from response.reports.wording import NOTHING, Piece, Said, Speaker, Wording, clock, data, listed
from response.times import SECOND, time_ns

EVIDENCE = "evidence/mirror-test.json"
PAGES = "certificate.pdf"
STYLES = {"good": "pass", "usable": "inconclusive", "bad": "fail", "inconclusive": "inconclusive"}
OF_SEVERITY = {"fault": "critical", "warning": "medium", "note": "low"}
OF_STATE = {"fine": "pass", "found": "fail", "unknown": "inconclusive", "not_asked": "faint"}
COUNTED = (
    "frames", "bytes", "unicast", "broadcast", "multicast", "tagged", "stations", "addresses", "talks", "talks_two_way",
    "talks_one_way", "tcp_gaps",
)  # fmt: skip
"""Totals that the certificate prints; all of them are in the evidence."""


@dataclass(frozen=True)
class Identity:
    """What a manifest says of its bundle."""

    id: str
    made_at: int
    root: str


def pages(record: Mapping[str, Any], words: Sequence[Wording], switch: Switch | None, fingerprint: str) -> bytes:
    """The certificate as PDF. Raises NoFonts."""
    return pdf(document(record, words, switch, fingerprint), Speaker(words), time_ns(record["ended"]))


def bundle(record: Mapping[str, Any], certificate: bytes, signer: SigningKey | None) -> bytes:
    """ZIP of the pages, the record, the verifier and a manifest of their hashes, signed when there is a key."""
    evidence = canonical({"schema": SCHEMA, "data": dict(record)})
    files = {EVIDENCE: evidence, PAGES: certificate, "verify.py": VERIFIER.read_bytes()}
    root = merkle_root([(EVIDENCE, hashlib.sha256(evidence).hexdigest())])
    return packed(files, manifest(Identity(record["id"], time_ns(record["ended"]), root), files), signer)


def document(record: Mapping[str, Any], words: Sequence[Wording], switch: Switch | None, fingerprint: str) -> Document:
    """The pages in the languages of `words`, the leading one first."""
    speak = Speaker(words)
    title = speak.say("mirror.certificate.title")
    blocks: list[Block] = [
        Heading(speak.say("mirror.certificate.result"), anchor="result"),
        Paragraph(_styled(speak.say(f"mirror.verdict.{record['verdict']}"), STYLES[record["verdict"]]), "lead"),
        *_findings(record, speak, switch),
        Heading(speak.say("mirror.certificate.checks"), anchor="checks"),
        _checks(record, speak),
        Heading(speak.say("mirror.certificate.counted"), anchor="counted"),
        _counted(record, speak),
        SignOff(
            speak.say("mirror.certificate.told"),
            tuple(speak.say(f"mirror.certificate.role.{role}") for role in ("engineer", "security")),
            speak.say("report.sign_name"),
            speak.say("report.sign_date"),
            speak.say("report.sign_signature"),
        ),
    ]
    return Document(
        languages=speak.languages,
        title=f"{' / '.join(piece.text for piece in title)} · {record['id']}",
        cover=_head(record, speak, fingerprint),
        contents=NOTHING,
        footer=f"{record['id']} · {record['facts_sha256'][:16]}",
        page=speak.inline("report.page"),
        blocks=tuple(blocks),
        brief=True,
    )


def _head(record: Mapping[str, Any], speak: Speaker, fingerprint: str) -> Cover:
    begun, ended = time_ns(record["begun"]), time_ns(record["ended"])
    expected = [*(f"VLAN {vlan}" for vlan in record["expected"]["vlans"]), *record["expected"]["networks"]]
    rows = (
        (speak.say("mirror.certificate.id"), data(record["id"], "strong")),
        (speak.say("mirror.certificate.site"), data(record["site"])),
        (speak.say("mirror.certificate.sensor"), data(record["sensor"])),
        (speak.say("mirror.certificate.source"), listed([*record["interfaces"], *record["captures"]])),
        (speak.say("mirror.certificate.begun"), clock(begun)),
        (speak.say("mirror.certificate.ended"), clock(ended)),
        (speak.say("mirror.certificate.seconds"), data(f"{(ended - begun) / SECOND:.1f} s")),
        (speak.say("mirror.certificate.expected"), listed(expected) if expected else NOTHING),
        (speak.say("mirror.certificate.who"), data(record["who"])),
        (speak.say("report.product"), data(record["product"])),
        (speak.say("mirror.certificate.facts"), data(record["facts_sha256"], "code")),
        (speak.say("mirror.certificate.key"), data(fingerprint, "code")
         if fingerprint else speak.say("mirror.certificate.unsigned")),
    )  # fmt: skip
    return Cover(
        mark=NOTHING,
        title=speak.say("mirror.certificate.title"),
        subtitle=data(" · ".join(filter(None, (record["site"], record["sensor"])))),
        facts=Facts(rows),
        note=speak.say("mirror.certificate.note"),
    )


def _findings(record: Mapping[str, Any], speak: Speaker, switch: Switch | None) -> list[Block]:
    if not record["findings"]:
        return [Paragraph(speak.say("mirror.none"))]
    return [_card(finding, speak, switch) for finding in record["findings"]]


def _card(finding: Mapping[str, Any], speak: Speaker, switch: Switch | None) -> Card:
    code = finding["code"]
    rows = [
        (speak.say("mirror.label.why"), speak.say(f"mirror.finding.{code}.why")),
        (speak.say("mirror.label.do"), speak.say(f"mirror.finding.{code}.do")),
    ]
    answer = switch.answers.get(finding["mend"]) if switch else None
    if switch and answer:
        told = tuple(Piece(line, style="code") for line in answer.commands.splitlines()) or NOTHING
        for text in (answer.menu, answer.reason, answer.note):
            if text:
                told = joined(told, speak.pieces([text[lang] for lang in speak.languages]))
        rows.append((data(switch.name), told))
    return Card(
        style=OF_SEVERITY[finding["severity"]],
        badge=speak.word("mirror.severity", finding["severity"]),
        title=speak.say(f"mirror.finding.{code}.what", **finding["evidence"]),
        facts=Facts(tuple(rows)),
        anchor=code,
    )


def _checks(record: Mapping[str, Any], speak: Speaker) -> Block:
    heads = [(speak.say("mirror.label.check"), 3.0), (speak.say("mirror.label.state"), 1.5)]
    rows = [
        [speak.say(f"mirror.check.{each['check']}"), speak.word("mirror.state", each["state"], OF_STATE[each["state"]])]
        for each in record["checks"]
    ]
    return table(heads, rows, NOTHING)


def _counted(record: Mapping[str, Any], speak: Speaker) -> Block:
    """Totals side by side, so that the lines to sign on stay on their page."""
    half = len(COUNTED) // 2
    head = [(speak.say("mirror.label.counted"), 2.0), (speak.say("mirror.label.number"), 1.0)]
    rows = [
        [cell for name in pair for cell in (speak.say(f"mirror.count.{name}"), data(f"{_count(record, name):,}"))]
        for pair in zip(COUNTED[:half], COUNTED[half:], strict=True)
    ]
    return table([*head, *head], rows, NOTHING)


def _count(record: Mapping[str, Any], name: str) -> int:
    return int(record["facts"]["counts"].get(name, 0))


def _styled(said: Said, style: str) -> Said:
    return tuple(Piece(piece.text, piece.lang, style) for piece in said)

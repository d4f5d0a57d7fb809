"""MMS against tshark: services by frame of request and reply, names in them, values and failures, reports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles import ours
from tests.oracles.agreement import Agreement, Facts, compare
from tests.oracles.tshark import Message, Tree, messages

LEAST_FACTS = 4_000
"""A comparison of fewer facts that agree compares nothing."""

READ, WRITE, TYPE, MEMBERS, IDENTIFY = 4, 5, 6, 12, 2
_NAMED = (READ, WRITE, TYPE, MEMBERS)
_ORIGINS = (
    "not-supported", "bay-control", "station-control", "remote-control", "automatic-bay", "automatic-station",
    "automatic-remote", "maintenance", "process",
)  # fmt: skip
_KINDS = {"mms.boolean": "bool", "mms.integer": "int", "mms.unsigned": "uint", "mms.floating_point": "float"}
_SETS = {("transfer_set", operation) for operation in ("subscribe.start", "subscribe.stop")}
_PLACES = re.compile(r"(\[\d+\])(?:\[\d+\])+$")
_IDENTITY = {"vendor": "vendorName", "model": "modelName", "model_revision": "revision"}


def agreement(name: str, capture: Path, options: Sequence[str] = ()) -> Agreement:
    """Field by field on one capture."""
    mine, theirs = ours_of(capture), theirs_of(capture, options)
    for key, told in mine.messages.items():
        # Of a variable with more values than our events take apart only a hash is told.
        if told.pop("cut", None):
            for kind in ("bool", "int", "uint"):
                told.pop(kind, None)
                theirs.messages.get(key, {}).pop(kind, None)
    return compare(name, mine, theirs)


def address(domain: str, item: str) -> str:
    """A name in the form of our events."""
    parts = item.split("$")
    if len(parts) > 1 and len(parts[1]) == 2 and parts[1].isalpha() and parts[1].isupper() and parts[1].isascii():
        item = ".".join([parts[0], *parts[2:]]) + f"[{parts[1]}]"
    return f"{domain}/{item}" if domain else item


def _names(tree: Tree) -> str:
    """Names of the variables, in order."""
    found = []
    for name in tree.all("mms.name") or tree.all("mms.variableListName") or [tree]:
        domain, item = name.first("mms.domainId"), name.first("mms.itemId")
        plain = name.first("mms.vmd_specific") or name.first("mms.aa_specific")
        found.append(address(domain or "", item or plain or ""))
    return " ".join(found)


def _values(tree: Tree) -> dict[str, str]:
    """Truth, whole numbers by type, and failures, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ("mms.boolean", "mms.integer", "mms.unsigned"):
        found[_KINDS[name]] += [node.show.replace("True", "1").replace("False", "0") for node in tree.all(name)]
    found["failures"] = [str(int(node.show, 0)) for node in tree.all("mms.failure")]
    return {kind: " ".join(values) for kind, values in found.items() if values}


def theirs_of(capture: Path, options: Sequence[str]) -> Facts:
    """What tshark says."""
    facts = Facts()
    for message in messages(capture, "mms", *options):
        _message(message, facts)
    return facts


def _message(message: Message, facts: Facts) -> None:
    tree = message.tree
    kinds = {node.name for node in tree}
    if "mms.confirmed_RequestPDU_element" in kinds:
        service = tree.number("mms.confirmedServiceRequest")
        if service is None:
            return
        told = facts.message(message.first, f"service {service} asks")
        if service in _NAMED:
            told["names"] = _names(tree)
        if service == WRITE:
            told.update(_values(tree))
    elif "mms.confirmed_ResponsePDU_element" in kinds:
        service = tree.number("mms.confirmedServiceResponse")
        if service is None:
            return
        told = facts.message(message.last, f"service {service} answers")
        if service in (READ, WRITE):
            told.update(_values(tree))
        if service == IDENTIFY:
            told.update({key: tree.first(f"mms.{field}") or "-" for key, field in _IDENTITY.items()})
    elif "mms.unconfirmed_PDU_element" in kinds:
        told = facts.message(message.first, "report")
        told.update(_values(tree))


def ours_of(capture: Path) -> Facts:
    """What our events say."""
    facts = Facts()
    for frame, kind, told in sorted(_messages(capture), key=lambda found: found[0]):
        facts.message(frame, kind).update(told)
    return facts


def _messages(capture: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    for items in ours.messages(capture, "mms"):
        head = items[0]
        code, reply = head["ot.function.code"], head["ot.reply"]
        first, last = head["ot.packet.first"], head["ot.packet.last"]
        if code is None:
            continue
        if head["ot.function.name"] in ("informationReport", "unsolicitedStatus", "eventNotification"):
            yield first, "report", _said(items)
            continue
        if reply in ("answered", "unanswered", "none"):
            told = {"names": " ".join(_bases(items))} if code in _NAMED else {}
            if code == WRITE:
                told.update({key: value for key, value in _said(items).items() if key != "failures"})
            yield first, f"service {code} asks", told
        answered = reply in ("answered", "unexpected", "duplicate", "differing")
        rejected = head["event.outcome"] == "failure" and code not in (READ, WRITE)
        if answered and not rejected:
            told = {
                key: value for key, value in _said(items).items() if code == READ or (code, key) == (WRITE, "failures")
            }
            if code == IDENTIFY:
                told = {key: head["ot.details"].get(key, "-") for key in _IDENTITY}
            yield last, f"service {code} answers", told


def _written(items: Sequence[ours.Row]) -> list[ours.Row]:
    """The rows of variables, without those that say what writing a transfer set of ICCP starts or stops."""
    return [item for item in items if (item["ot.object.kind"], item["ot.operation"]) not in _SETS]


def _bases(items: Sequence[ours.Row]) -> list[str]:
    """Addresses of the variables: those of their parts belong to the variable before."""
    found: list[str] = []
    for item in _written(items):
        whole = item["ot.object.address"] or ""
        if item["ot.object.kind"] == "dataset":
            # A member of a data set may be a structure, whose parts have places too.
            whole = _PLACES.sub(r"\1", whole)
        base, _, part = whole.rpartition("[")
        parted = part.removesuffix("]").isdigit()
        base = base if parted else whole
        if not found or base != found[-1] or not (parted or item["ot.value.type"] == "structure"):
            found.append(base)
    return found


def _said(items: Sequence[ours.Row]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for item in _written(items):
        kind, details = item["ot.value.type"], item["ot.details"]
        if kind in ("bool", "int", "uint"):
            found[kind].append(str(int(item["ot.value.numbers"][0])))
        if kind == "structure":
            found["cut"].append("1")
        if item["ot.operation"] == "notify" and "control_error" in details:
            found["int"] += [str(details["control_error"]), str(_ORIGINS.index(details["origin"]))]
            found["int"].append(str(item["ot.status.code"]))
            found["uint"].append(str(details["control_number"]))
        elif "control_number" in details:
            found["int"].append(str(_ORIGINS.index(details["origin"])))
            found["uint"].append(str(details["control_number"]))
            found["bool"].append(str(int(details["test"])))
        refused = item["event.outcome"] == "failure" and item["ot.operation"] != "notify"
        if refused and item["ot.status.code"] is not None:
            found["failures"].append(str(item["ot.status.code"]))
        if item["ot.item"] == 0 and "report_id" in details:
            found["uint"] += [str(details[key]) for key in ("sequence", "revision", "sub_sequence") if key in details]
            found["bool"] += [str(int(details[key])) for key in ("buffer_overflow", "more_follows") if key in details]
    return {kind: " ".join(values) for kind, values in found.items() if values}

"""`bittern pcap carve --anonymise`: the key, and the manifest that goes along with the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.carving import Carving
    from api.cli.terminal import Terminal
    from sensors.anonymised import Masking

Payload = Literal["cut", "keep"]
ENDING = ".json"


def masking_of(key: Path | None, payload: Payload, *, makers: bool) -> Masking:
    """How addresses are replaced: by the key of a file, or by one made for this export. Raises Failure."""
    from sensors.anonymised import LEAST_KEY, MOST_KEY, BadKey, Masking, key_in, random_key

    try:
        return Masking(key_in(key) if key else random_key(), payload, makers)
    except BadKey as error:
        told = {"path": error.path, "size": error.size, "least": LEAST_KEY, "most": MOST_KEY}
        raise Failure(ExitCode.CONFIGURATION, "error.pcap_key_size", **told) from error


def masked_by(carving: Carving, masking: Masking | None) -> Carving:
    """The same, with other addresses where that is asked for."""
    from api.carving import masked

    return masked(carving, masking) if masking is not None and carving.frames else carving


def told(carving: Carving, output: Path, who: str, asked: Mapping[str, Any], terminal: Terminal) -> None:
    """Writes the manifest beside the capture, and says what it says."""
    from api.carving import manifest
    from api.output.documents import dumps, plain
    from api.wiring import wall_clock
    from sensors.whole_files import write_whole

    path = output.with_name(output.name + ENDING)
    subject = {name: value for name, value in asked.items() if value is not None}
    write_whole(path, f"{dumps(plain(manifest(carving, wall_clock(), who, subject)))}\n".encode())
    how = carving.anonymised
    counts = how["addresses"]
    terminal.tell("pcap.anonymised", key_id=how["key_id"], original=how["original"]["sha256"], path=path, **counts)
    if how["payload"] == "keep":
        terminal.warn("pcap.payload_kept")
    if how["frames_left_out"]:
        terminal.warn("pcap.left_out", frames=how["frames_left_out"])

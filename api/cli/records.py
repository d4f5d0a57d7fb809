"""What the commands over a store share: opening it, and the formats of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure

if TYPE_CHECKING:
    from response.ports import Store

ListFormat: TypeAlias = Literal["table", "json", "ndjson"]
AlertFormat: TypeAlias = Literal["table", "json", "ndjson", "ecs"]


def opened(url: str | None) -> Store:
    """The store at `url`. Raises Failure when none is named or its folder does not exist, StoreError."""
    if url is None:
        raise Failure(ExitCode.USAGE, "error.no_store")
    import os

    from api.storage import open_store
    from api.storage.address import EmbeddedAddress, read_address

    address = read_address(url, os.environ)
    if isinstance(address, EmbeddedAddress) and not (address.path / "bittern.db").is_file():
        raise Failure(ExitCode.STORE, "error.no_store_here", path=address.path)
    return open_store(url)


def format_of(form: str, as_json: bool) -> str:
    """`--json` is short for `--format json`."""
    return "json" if as_json else form

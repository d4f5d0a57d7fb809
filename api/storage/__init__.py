"""The two stores behind the Store port (`response/ports.py`), and how one is opened by its address."""

from __future__ import annotations

import os
from collections.abc import Mapping

from api.storage.address import EmbeddedAddress, read_address
from api.storage.embedded import EmbeddedStore
from response.ports import Store

__all__ = ["open_store"]


def open_store(url: str, environment: Mapping[str, str] | None = None) -> Store:
    """Open the store at `embedded:PATH` or `https://[USER@]HOST:9200[?prefix=…&ca=…&patience=…]`.

    The secret of Elasticsearch comes from `environment` (default: the process's): BITTERN_STORE_PASSWORD or
    BITTERN_STORE_API_KEY, or a file named by the same with `_FILE`. Raises StoreError.
    """
    address = read_address(url, os.environ if environment is None else environment)
    if isinstance(address, EmbeddedAddress):
        return EmbeddedStore(address.path)
    from api.storage.elastic import ElasticStore  # the client takes a quarter of a second to load

    return ElasticStore(address)

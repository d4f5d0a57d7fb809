"""Fixtures: the address of an empty store of each kind, and the store opened.

PYTEST_DONT_REWRITE: test modules import this file and name it as a plugin.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from api.storage import open_store
from response.ports import Store
from tests.contract.elastic_server import Server

_numbers = count()
PATIENCE = 20


def elastic_url(server: Server, patience: float = PATIENCE) -> str:
    """An address on the server with a prefix that nobody has used: a stream cannot be deleted there."""
    return f"{server.url}?prefix=t{os.getpid()}-{next(_numbers)}&patience={patience}"


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.timeout(300))])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store, of each kind in turn."""
    if request.param == "embedded":
        return f"embedded:{tmp_path}/store"
    server: Server = request.getfixturevalue("elastic_server")
    return elastic_url(server)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, open."""
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Store]:
    """An empty embedded store, for what does not depend on the kind."""
    with open_store(f"embedded:{tmp_path}/only") as opened:
        yield opened


@pytest.fixture
def elastic(elastic_server: Server) -> Iterator[Store]:
    """An empty Elasticsearch store, for what only it does."""
    with open_store(elastic_url(elastic_server)) as opened:
        yield opened

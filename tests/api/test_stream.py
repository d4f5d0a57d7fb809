"""What changes reaches an open stream, in order, and nothing is missed by who comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from api.live import Live
from response.records import Change, Put
from response.times import time_text
from tests.api.served import Api, fill
from tests.contract.store_cases import START

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]


def everything(_: str) -> bool:
    return True


def put_incident(api: Api, name: str) -> None:
    api.store.commit([Put("incident", name, {"last_seen": time_text(START), "status": "new"})])


async def followed(live: Live, number: int, after: int | None, may: Callable[[str], bool] = everything) -> list[Change]:
    found = []
    async with aclosing(live.follow(after, may)) as changes:  # type: ignore[type-var]
        async for change in changes:
            if change is not None:
                found.append(change)
            if len(found) == number:
                break
    return found


async def test_changes_come_as_they_happen(both: Api) -> None:
    put_incident(both, "before")
    live = both.wiring.live
    listening = asyncio.create_task(followed(live, 2, None))
    while not live.listeners:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(put_incident, both, "i1")
    await asyncio.to_thread(put_incident, both, "i2")
    assert [change.id for change in await asyncio.wait_for(listening, 60)] == ["i1", "i2"]
    assert live.listeners == 0


async def test_who_comes_back_misses_nothing(both: Api) -> None:
    put_incident(both, "i1")
    seen = both.store.last_change()
    for name in ("i2", "i3", "i4"):
        put_incident(both, name)
    assert [change.id for change in await followed(both.wiring.live, 3, seen)] == ["i2", "i3", "i4"]


async def test_one_is_told_only_of_what_one_may_read(both: Api) -> None:
    ids = fill(both.store, 2)
    both.person("li", "analyst")
    put_incident(both, "i1")
    found = await followed(both.wiring.live, 2, 0, lambda permission: permission == "alerts:read")
    assert {change.id for change in found} == set(ids)
    [only] = await followed(both.wiring.live, 1, 0, lambda permission: permission == "incidents:read")
    assert (only.kind, only.id) == ("incident", "i1")

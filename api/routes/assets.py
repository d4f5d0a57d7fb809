"""Assets: what is on the network, with the packets that told it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.answers import Answer, answer, page
from api.asset_documents import asset_body, fits
from api.auth.guard import Caller, Needs
from api.shapes_plant import AssetPage, AssetShape
from api.wiring import Wiring, wiring_of

router = APIRouter(prefix="/assets", tags=["assets"])
Parts = Annotated[Wiring, Depends(wiring_of)]
Reader = Annotated[Caller, Depends(Needs("assets:read"))]
Words = Annotated[list[Annotated[str, Field(max_length=64)]] | None, Query()]


@router.get("", response_model=AssetPage, operation_id="assets_list")
def list_assets(
    caller: Reader,
    wiring: Parts,
    text: Annotated[str | None, Query(max_length=500, description="each word is part of a value")] = None,
    role: Words = None,
    zone: Words = None,
    authorised: Annotated[bool | None, Query(description="declared in the site model")] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    cursor: Annotated[str | None, Query(max_length=200, description="the key of the last one")] = None,
) -> Answer:
    """Assets by key."""
    site = wiring.site.site()
    words = (text or "").casefold().split()
    found = []
    for asset in wiring.store.assets():
        if cursor is not None and asset.key <= cursor:
            continue
        body = asset_body(asset, site, brief=True)
        if role and not set(role) & {*body["roles"], *body["declared_roles"]}:
            continue
        if zone and body["zone"] not in zone:
            continue
        if authorised is not None and body["authorised"] is not authorised:
            continue
        if fits(body, words):
            found.append(body)
        if len(found) > limit:
            break
    shown = found[:limit]
    return page(shown, shown[-1]["key"] if len(found) > limit else None)


@router.get("/{key}", response_model=AssetShape, operation_id="assets_show")
def show(key: str, caller: Reader, wiring: Parts) -> Answer:
    """One asset with every value and the evidence for it."""
    return answer(asset_body(wiring.store.asset(key), wiring.site.site()))

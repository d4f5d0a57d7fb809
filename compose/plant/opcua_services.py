"""Two services that asyncua's server lacks: BrowseNext with continuation points, and HistoryUpdate that is obeyed.

Encoded by asyncua itself, so the bytes on the wire are a real stack's.
"""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.server import binary_server_asyncio
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.ua_binary import struct_from_binary

from compose.plant.opcua_names import standard, status

_BROWSE = standard(ObjectIds.BrowseRequest_Encoding_DefaultBinary)
_BROWSE_NEXT = standard(ObjectIds.BrowseNextRequest_Encoding_DefaultBinary)
_HISTORY_UPDATE = standard(ObjectIds.HistoryUpdateRequest_Encoding_DefaultBinary)


class CompleteProcessor(UaProcessor):
    """asyncua's processor, with the two services added."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pages: dict[bytes, tuple[int, list[ua.ReferenceDescription]]] = {}

    async def _process_message(self, typeid: Any, requesthdr: Any, seqhdr: Any, body: Any) -> Any:
        if self.session is not None and self.session.is_activated():
            if typeid == _BROWSE:
                return await self._browse(requesthdr, seqhdr, body)
            if typeid == _BROWSE_NEXT:
                return self._browse_next(requesthdr, seqhdr, body)
            if typeid == _HISTORY_UPDATE:
                return self._history_update(requesthdr, seqhdr, body)
        return await super()._process_message(typeid, requesthdr, seqhdr, body)  # type: ignore[no-untyped-call]  # asyncua

    def _answer(self, requesthdr: Any, seqhdr: Any, response: object) -> None:
        self.send_response(requesthdr.RequestHandle, seqhdr, response)  # type: ignore[no-untyped-call]  # asyncua

    async def _browse(self, requesthdr: Any, seqhdr: Any, body: Any) -> bool:
        parameters = struct_from_binary(ua.BrowseParameters, body)
        response = ua.BrowseResponse()
        assert self.session is not None, "only called within a session"
        response.Results = await self.session.browse(parameters)
        limit = parameters.RequestedMaxReferencesPerNode
        for result in response.Results:
            if limit and len(result.References) > limit:
                self._page(result, limit, result.References)
        self._answer(requesthdr, seqhdr, response)
        return True

    def _page(self, result: ua.BrowseResult, limit: int, references: list[ua.ReferenceDescription]) -> None:
        result.References = references[:limit]
        if len(references) > limit:
            result.ContinuationPoint = len(self._pages).to_bytes(4, "big")
            self._pages[result.ContinuationPoint] = (limit, references[limit:])

    def _browse_next(self, requesthdr: Any, seqhdr: Any, body: Any) -> bool:
        parameters = struct_from_binary(ua.BrowseNextParameters, body)
        response = ua.BrowseNextResponse()
        results = []
        for point in parameters.ContinuationPoints:
            result = ua.BrowseResult()
            limit, references = self._pages.get(point, (0, []))
            if limit == 0:
                result.StatusCode = status(StatusCodes.BadContinuationPointInvalid)
            elif not parameters.ReleaseContinuationPoints:
                self._page(result, limit, references)
            results.append(result)
        response.Parameters.Results = results
        self._answer(requesthdr, seqhdr, response)
        return True

    def _history_update(self, requesthdr: Any, seqhdr: Any, body: Any) -> bool:
        parameters = struct_from_binary(ua.HistoryUpdateParameters, body)
        response = ua.HistoryUpdateResponse()
        for details in parameters.HistoryUpdateDetails:
            values = getattr(details, "UpdateValues", [])
            result = ua.HistoryUpdateResult()
            result.OperationResults = [status(StatusCodes.Good) for _ in values]
            response.Results.append(result)
        self._answer(requesthdr, seqhdr, response)
        return True


def add_missing_services() -> None:
    """Let every asyncua server of this process use CompleteProcessor."""
    vars(binary_server_asyncio)["UaProcessor"] = CompleteProcessor

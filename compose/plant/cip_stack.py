"""What the plant takes of its EtherNet/IP stacks without types, in one place."""

from __future__ import annotations

from ethernetip.cip.identity_info import IdentityInfo  # type: ignore[import-untyped]  # cm-ethernetip has no types
from ethernetip.cip.path import CipPath  # type: ignore[import-untyped]
from ethernetip.cip.service import CipServiceResponse  # type: ignore[import-untyped]
from ethernetip.device.virtual_device import VirtualDevice  # type: ignore[import-untyped]
from ethernetip.logix import data_types as types  # type: ignore[import-untyped]
from ethernetip.logix.logix_dispatcher import LogixDispatcher  # type: ignore[import-untyped]
from ethernetip.logix.tag_database import TagDatabase, TemplateMember  # type: ignore[import-untyped]
from ethernetip.protocol.eip_adapter import EipAdapter  # type: ignore[import-untyped]
from ethernetip.protocol.eip_scanner import EipScanner  # type: ignore[import-untyped]
from ethernetip.protocol.forward_open_config import ForwardOpenConfig  # type: ignore[import-untyped]
from ethernetip.protocol.scanner_connection import ScannerConnection  # type: ignore[import-untyped]
from pylogix import PLC  # type: ignore[import-untyped]

__all__ = (
    "PLC",
    "CipPath",
    "CipServiceResponse",
    "EipAdapter",
    "EipScanner",
    "ForwardOpenConfig",
    "IdentityInfo",
    "LogixDispatcher",
    "ScannerConnection",
    "TagDatabase",
    "TemplateMember",
    "VirtualDevice",
    "types",
)

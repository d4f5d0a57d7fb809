"""Proof captures of the Modbus rules about diagnostics and files: MB09 to MB11 and MB17."""

from __future__ import annotations

import asyncio

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.pdu.file_message import FileRecord

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.modbus_work import session
from compose.plant.proofs_modbus import NORMAL, diagnose, while_polled


@capture(
    "modbus/restart-communications.pcap",
    "FC 8 sub-function 1: restart communications, with and without clearing the event log.",
    "plc1 hmi att",
    rules="MB09",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==1": 2},
)
def restart_communications(lab: Lab) -> None:
    """Two restarts."""

    async def restart(client: AsyncModbusTcpClient) -> None:
        await client.diag_restart_communication(False)
        await asyncio.sleep(1)
        await client.diag_restart_communication(True)

    diagnose(lab, "restart communications", ["T0816", "T0814"], "MB09", restart)


@capture(
    "modbus/force-listen-only.pcap",
    "FC 8 sub-function 4: the controller goes silent, the HMI's requests stay unanswered until a restart (8/1).",
    "plc1 hmi att",
    rules="MB10",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==4": 1},
)
def force_listen_only(lab: Lab) -> None:
    """Listen-only for four seconds."""

    async def silence(client: AsyncModbusTcpClient) -> None:
        await client.diag_force_listen_only(no_response_expected=True)
        await asyncio.sleep(4)
        await client.diag_restart_communication(False, no_response_expected=True)

    diagnose(lab, "force listen-only mode", ["T0814", "T0803"], "MB10", silence, after=4)


@capture(
    "modbus/clear-counters.pcap",
    "FC 8 sub-functions 10 and 20: counters and diagnostic register cleared, overrun counter cleared.",
    "plc1 hmi att",
    rules="MB11",
    learn=NORMAL,
    check={"modbus.func_code==8 && modbus.diagnostic_code==10": 2, "modbus.diagnostic_code==20": 2},
)
def clear_counters(lab: Lab) -> None:
    """Both clearing sub-functions."""

    async def clear(client: AsyncModbusTcpClient) -> None:
        await client.diag_clear_counters()
        await client.diag_clear_overrun_counter()

    diagnose(lab, "clear counters", ["T0872"], "MB11", clear)


@capture(
    "modbus/diagnostics-read.pcap",
    "The engineering station reads diagnostic counters and echoes data (8/0, 8/2, 8/11 to 8/15): nothing is changed.",
    "plc1 hmi eng",
    rules="MB09 MB10 MB11 MB08",
    kind="benign",
    learn=NORMAL,
    check={"modbus.func_code==8": 10},
)
def diagnostics_read(lab: Lab) -> None:
    """Reading sub-functions only."""

    async def look(client: AsyncModbusTcpClient) -> None:
        await client.diag_query_data(b"\x12\x34")
        await client.diag_read_diagnostic_register()
        await client.diag_read_bus_message_count()
        await client.diag_read_bus_comm_error_count()
        await client.diag_read_bus_exception_error_count()
        await client.diag_read_device_message_count()
        await client.read_device_information(read_code=1)

    while_polled(lab, lambda cell: lab["eng"].run(session("plc1", look)))


@capture(
    "modbus/file-record-write.pcap",
    "FC 21: a stranger writes two file records of the controller.",
    "plc1 hmi att",
    rules="MB17",
    learn=NORMAL,
    check={"modbus.func_code==21": 2},
)
def file_record_write(lab: Lab) -> None:
    """Two records of file 4."""

    async def write(client: AsyncModbusTcpClient) -> None:
        await client.write_file_record([FileRecord(4, 7, b"\x06\xaf\x04\xbe"), FileRecord(4, 9, b"\x10\x0d")])

    diagnose(lab, "file record write", ["T0889"], "MB17", write)


@capture(
    "modbus/file-record-read.pcap",
    "FC 20 and FC 24: a stranger reads file records and a FIFO queue.",
    "plc1 hmi att",
    rules="MB17",
    learn=NORMAL,
    check={"modbus.func_code==20": 2, "modbus.func_code==24": 2},
)
def file_record_read(lab: Lab) -> None:
    """Two files, one queue."""

    async def take(client: AsyncModbusTcpClient) -> None:
        await client.read_file_record([FileRecord(4, 1, record_length=4), FileRecord(3, 9, record_length=2)])
        await client.read_fifo_queue(address=1246)

    diagnose(lab, "file record read", ["T0801"], "MB17", take)

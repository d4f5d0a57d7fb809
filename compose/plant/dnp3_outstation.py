"""A DNP3 outstation of the plant: the opendnp3 stack with points of every kind, commands and files."""

from __future__ import annotations

from typing import Any

import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types

from compose.plant.addresses import DNP3_PORT

OUTSTATION = 10
MASTER = 1
POINTS = 8
EVENTS = 50


def on_line(device: str) -> Any:
    """Settings of the stack for a serial line."""
    settings = dnp3.SerialSettings()
    settings.deviceName, settings.baud = device, 9600
    return settings


class Commands(dnp3.ICommandHandler):  # type: ignore[misc]  # bindings without types
    """Takes commands of its points and refuses those of others."""

    def Begin(self) -> None:  # noqa: N802  # the stack's own names
        """A request with commands begins."""

    def End(self) -> None:  # noqa: N802
        """A request with commands ends."""

    def Select(self, command: Any, index: int) -> Any:  # noqa: N802
        """Say whether a point would take a command."""
        return dnp3.CommandStatus.SUCCESS if index < POINTS else dnp3.CommandStatus.NOT_SUPPORTED

    def Operate(self, command: Any, index: int, handler: Any, how: Any) -> Any:  # noqa: N802
        """Take a command."""
        return self.Select(command, index)


class Application(dnp3.IOutstationApplication):  # type: ignore[misc]
    """Takes restarts, time and class assignments."""

    def __init__(self) -> None:
        super().__init__()
        self.indications = dnp3.ApplicationIIN()

    def GetApplicationIIN(self) -> Any:  # noqa: N802
        """Say what is wrong."""
        return self.indications

    def ColdRestartSupport(self) -> Any:  # noqa: N802
        """Answer with a delay."""
        return dnp3.RestartMode.SUPPORTED_DELAY_COARSE

    def WarmRestartSupport(self) -> Any:  # noqa: N802
        """Answer with a delay."""
        return dnp3.RestartMode.SUPPORTED_DELAY_FINE

    def ColdRestart(self) -> int:  # noqa: N802
        """Say how long it will take, s."""
        return 5

    def WarmRestart(self) -> int:  # noqa: N802
        """Say how long it will take, ms."""
        return 500

    def SupportsWriteAbsoluteTime(self) -> bool:  # noqa: N802
        """Take the time."""
        return True

    def WriteAbsoluteTime(self, timestamp: Any) -> bool:  # noqa: N802
        """Take the time."""
        return True

    def SupportsAssignClass(self) -> bool:  # noqa: N802
        """Take class assignments."""
        return True


class Files(dnp3.IFileHandler):  # type: ignore[misc]
    """A few files in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, bytes] = {"/config/points.cfg": bytes(range(256)) * 5, "/log/events.log": b"started\n"}
        self._open: dict[int, str] = {}

    def OpenFile(self, name: str, key: int, rights: Any, mode: Any, block: int, request: int) -> Any:  # noqa: N802
        """Open a file that is there, or make a new one."""
        result = dnp3.FileOpenResult()
        if mode == dnp3.FileMode.READ and name not in self.held:
            result.status = dnp3.FileStatus.FILE_NOT_FOUND
            return result
        if mode == dnp3.FileMode.WRITE:
            self.held[name] = b""
        handle = len(self._open) + 1
        self._open[handle] = name
        result.status, result.fileHandle = dnp3.FileStatus.SUCCESS, handle
        result.fileSize, result.maxBlockSize = len(self.held.get(name, b"")), 512
        return result

    def ReadBlock(self, handle: int, number: int) -> Any:  # noqa: N802
        """Give a block of 512 bytes."""
        result, data = dnp3.FileBlockResult(), self.held[self._open[handle]]
        result.status, result.data = dnp3.FileStatus.SUCCESS, list(data[number * 512 : (number + 1) * 512])
        result.lastBlock = (number + 1) * 512 >= len(data)
        return result

    def WriteBlock(self, handle: int, number: int, data: bytes, last: bool) -> Any:  # noqa: N802
        """Take a block."""
        self.held[self._open[handle]] += bytes(data)
        return dnp3.FileStatus.SUCCESS

    def CloseFile(self, handle: int, request: int) -> Any:  # noqa: N802
        """Close a file."""
        return dnp3.FileStatus.SUCCESS

    def AbortFile(self, handle: int) -> Any:  # noqa: N802
        """Give up a file."""
        return dnp3.FileStatus.SUCCESS

    def DeleteFile(self, name: str) -> Any:  # noqa: N802
        """Delete a file that is there."""
        gone = self.held.pop(name, None)
        return dnp3.FileStatus.FILE_NOT_FOUND if gone is None else dnp3.FileStatus.SUCCESS

    def GetFileInfo(self, name: str) -> Any:  # noqa: N802
        """Say how long a file is."""
        result = dnp3.FileCommandResult()
        result.status = dnp3.FileStatus.SUCCESS if name in self.held else dnp3.FileStatus.FILE_NOT_FOUND
        result.info.fileName, result.info.size = name, len(self.held.get(name, b""))
        result.info.type = dnp3.FileType.SIMPLE_FILE
        return result

    def AuthenticateFile(self, user: str, password: str) -> Any:  # noqa: N802
        """Give a key to one user."""
        result = dnp3.OutstationFileAuthResult()
        good = (user, password) == ("engineer", "Marsh-2026")
        result.status = dnp3.FileStatus.SUCCESS if good else dnp3.FileStatus.PERMISSION_DENIED
        result.authKey = 0x1234 if good else 0
        return result


class Outstation:
    """One outstation on TCP or UDP port 20000. Make it inside its host's namespace: its threads stay there.

    points: how many of each kind; unsolicited: whether it may report by itself; peer: the master's address for UDP;
    fragment: longest fragment, bytes.
    """

    def __init__(
        self,
        address: str,
        points: int = POINTS,
        unsolicited: bool = True,
        link: int = OUTSTATION,
        peer: str = "",
        fragment: int = 2048,
        line: str = "",
    ) -> None:
        levels = dnp3.LogLevels(0)
        self._manager = dnp3.DNP3Manager(1)
        here = dnp3.IPEndpoint(address or "127.0.0.1", DNP3_PORT)
        if line:
            retry = dnp3.ChannelRetry.Default()
            self._channel = self._manager.AddSerial("outstation", levels, retry, on_line(line), None)
        elif peer:
            retry, there = dnp3.ChannelRetry.Default(), dnp3.IPEndpoint(peer, DNP3_PORT)
            self._channel = self._manager.AddUDPChannel("outstation", levels, retry, here, there, None)
        else:
            mode = dnp3.ServerAcceptMode.CloseExisting
            self._channel = self._manager.AddTCPServer("outstation", levels, mode, here, None)
        config = dnp3.OutstationStackConfig(dnp3.DatabaseConfig(points))
        config.outstation.eventBufferConfig = dnp3.EventBufferConfig.AllTypes(EVENTS)
        config.outstation.params.allowUnsolicited = unsolicited
        config.outstation.params.respondToAnyMaster = True
        config.outstation.params.maxTxFragSize = fragment
        config.link.LocalAddr, config.link.RemoteAddr = link, MASTER
        self.files, self._commands, self._application = Files(), Commands(), Application()
        self._outstation = self._channel.AddOutstation(
            "outstation", self._commands, self._application, config, self.files
        )
        self._outstation.Enable()

    def put(self, *values: tuple[Any, int]) -> None:
        """Set points: (measurement of the stack, index)."""
        builder = dnp3.UpdateBuilder()
        for value, index in values:
            builder.Update(value, index)
        self._outstation.Apply(builder.Build())

    def trouble(self) -> None:
        """Indicate from now on that the configuration is corrupt and the device in trouble."""
        self._application.indications.configCorrupt = True
        self._application.indications.deviceTrouble = True

    def close(self) -> None:
        """Stop."""
        self._manager.Shutdown()


def filled(address: str, **options: Any) -> Outstation:
    """An outstation whose points have fixed values."""
    made, online = Outstation(address, **options), dnp3.Flags(1)
    made.put(
        *((dnp3.Binary(index % 3 == 0, online), index) for index in range(POINTS)),
        *((dnp3.DoubleBitBinary(dnp3.DoubleBit.DETERMINED_ON), index) for index in range(3)),
        *((dnp3.BinaryOutputStatus(index == 2), index) for index in range(4)),
        *((dnp3.Counter(1000 + index, online), index) for index in range(4)),
        *((dnp3.Analog(20.5 * index - 10, online), index) for index in range(POINTS)),
        (dnp3.Analog(70_000, dnp3.Flags(0x21)), 6),
        (dnp3.Analog(0, dnp3.Flags(0x04)), 7),
        *((dnp3.AnalogOutputStatus(100.25 + index), index) for index in range(4)),
    )
    return made

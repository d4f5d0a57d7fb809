"""A script for pyiec61850-ng (libiec61850), in an environment of its own: a server with files, or a client with a job.

`python mms_native.py serve ADDRESS FOLDER` and `python mms_native.py JOB ADDRESS`; jobs are the functions named below.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyiec61850.pyiec61850 as native  # type: ignore[import-untyped,import-not-found,unused-ignore]

PASSWORD = "marsh-7"


def serve(address: str, folder: str) -> None:
    """Serve a model of one switch and a folder of files until killed."""
    model = native.IedModel_create("BAY2")
    device = native.LogicalDevice_create("LD0", model)
    node = native.LogicalNode_create("LLN0", device)
    native.CDC_ENS_create("Mod", native.toModelNode(node), 0)
    general = native.LogicalNode_create("GGIO1", device)
    native.CDC_SPS_create("Ind1", native.toModelNode(general), 0)
    server = native.IedServer_create(model)
    native.IedServer_setFilestoreBasepath(server, folder.rstrip("/") + "/")
    native.IedServer_setServerIdentity(server, "Marsh Controls", "BC-8", "1.0")
    native.IedServer_setLocalIpAddress(server, address)
    native.IedServer_start(server, 102)
    print(f"serving on {address}: {native.IedServer_isRunning(server)}", flush=True)
    while True:
        time.sleep(1)


def _connect(address: str, password: str = "") -> Any:
    connection = native.IedConnection_create()
    if password:
        mms = native.IedConnection_getMmsConnection(connection)
        proof = native.AcseAuthenticationParameter_create()
        native.AcseAuthenticationParameter_setAuthMechanism(proof, native.ACSE_AUTH_PASSWORD)
        native.AcseAuthenticationParameter_setPassword(proof, password)
        parameters = native.MmsConnection_getIsoConnectionParameters(mms)
        native.IsoConnectionParameters_setAcseAuthenticationParameter(parameters, proof)
    *_, error = native.IedConnection_connect(connection, address, 102)
    if error != native.IED_ERROR_OK:
        raise OSError(f"no association: error {error}")
    return connection


def files(address: str) -> None:
    """List the folder, put a file there (the server fetches it), delete another."""
    connection = _connect(address)
    native.IedConnection_getFileDirectory(connection, "/")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "new.cid").write_bytes(b"<SCL/>" * 1500)
        native.IedConnection_setFilestoreBasepath(connection, folder + "/")
        native.IedConnection_setFile(connection, "new.cid", "new.cid")
    native.IedConnection_deleteFile(connection, "old.txt")
    native.IedConnection_release(connection)
    native.IedConnection_destroy(connection)


def login(address: str) -> None:
    """Associate with a password and list the server's devices; a refusal is told."""
    try:
        connection = _connect(address, PASSWORD)
    except OSError as refused:
        print(refused)
        return
    native.IedConnection_getServerDirectory(connection, False)
    native.IedConnection_close(connection)
    native.IedConnection_destroy(connection)


def tase2(address: str) -> None:
    """Use the TASE.2 layer over libiec61850: read the table, select, operate and tag, start and stop a transfer set."""
    from pyiec61850.tase2 import TASE2Client  # type: ignore[import-untyped,import-not-found,unused-ignore]

    client = TASE2Client()
    client.connect(address)
    for domain in client.get_domains():
        client.select_device(domain.name, "CB4")
        client.operate_device(domain.name, "CB4", 1)
        client.set_tag(domain.name, "CB4", 1)
        client.enable_transfer_set(domain.name, "DSTrans1")
        client.disable_transfer_set(domain.name, "DSTrans1")
    client.disconnect()


JOBS: dict[str, Callable[[str], None]] = {"files": files, "login": login, "tase2": tase2}


def main() -> None:
    if sys.argv[1] == "serve":
        serve(sys.argv[2], str(Path(sys.argv[3])))
    else:
        JOBS[sys.argv[1]](sys.argv[2])


if __name__ == "__main__":
    main()

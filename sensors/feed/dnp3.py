"""DNP3 in other sensors' logs: what a function does, in the words of our vocabulary.

Source: IEEE 1815-2012, table 4-6; names are those of our own parser (`sensors/core/wire/src/protocol/dnp3`).
"""

from __future__ import annotations

FUNCTIONS = {
    0: ("CONFIRM", "session.keepalive"),
    1: ("READ", "read"),
    2: ("WRITE", "unknown"),
    3: ("SELECT", "control.select"),
    4: ("OPERATE", "control.operate"),
    5: ("DIRECT_OPERATE", "control.direct"),
    6: ("DIRECT_OPERATE_NR", "control.direct"),
    7: ("IMMED_FREEZE", "write"),
    8: ("IMMED_FREEZE_NR", "write"),
    9: ("FREEZE_CLEAR", "write"),
    10: ("FREEZE_CLEAR_NR", "write"),
    13: ("COLD_RESTART", "restart.cold"),
    14: ("WARM_RESTART", "restart.warm"),
    15: ("INITIALIZE_DATA", "configure.device"),
    16: ("INITIALIZE_APPL", "configure.device"),
    17: ("START_APPL", "mode.run"),
    18: ("STOP_APPL", "mode.stop"),
    19: ("SAVE_CONFIG", "configure.device"),
    20: ("ENABLE_UNSOLICITED", "subscribe.start"),
    21: ("DISABLE_UNSOLICITED", "alarm.disable"),
    22: ("ASSIGN_CLASS", "configure.alarm"),
    23: ("DELAY_MEASURE", "time.read"),
    24: ("RECORD_CURRENT_TIME", "time.read"),
    25: ("OPEN_FILE", "unknown"),
    26: ("CLOSE_FILE", "unknown"),
    27: ("DELETE_FILE", "file.delete"),
    28: ("GET_FILE_INFO", "file.list"),
    29: ("AUTHENTICATE_FILE", "security.login"),
    31: ("ACTIVATE_CONFIG", "program.download"),
    129: ("RESPONSE", "notify"),
    130: ("UNSOLICITED_RESPONSE", "notify"),
}
"""Name and operation by code. What a WRITE writes and how a file is opened stand in its objects: a log without them
does not tell, and the operation is `unknown`."""
CODES = {name: code for code, (name, _) in FUNCTIONS.items()}
"""Code by name."""
CODES |= {"IMMEDIATE_FREEZE": 7, "IMMEDIATE_FREEZE_NR": 8, "ENABLE_UNSOLICITED_RESPONSE": 20,
          "DISABLE_UNSOLICITED_RESPONSE": 21, "DELAY_MEASUREMENT": 23, "GET_FILE_INFORMATION": 28,
          "AUTHENTICATE": 29, "INITIALIZE_APPLICATION": 16, "START_APPLICATION": 17, "STOP_APPLICATION": 18,
          "SAVE_CONFIGURATION": 19, "ACTIVATE_CONFIGURATION": 31}  # fmt: skip
RESTARTED = 0x8000
REFUSED = {0x0100: "no_func_code_support", 0x0200: "object_unknown", 0x0400: "parameter_error"}
"""Internal indications (IEEE 1815-2012, 4.5) of a reply: the station restarted; it refused what was asked."""


def refusal(indications: int | None) -> tuple[int, str] | None:
    """Status code and name of a reply that refuses."""
    found = [(bit, name) for bit, name in REFUSED.items() if indications is not None and indications & bit]
    return found[0] if found else None

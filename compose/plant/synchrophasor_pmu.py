"""A script for pyc37: a phasor measurement unit that serves the bay's voltages and currents until killed.

`python synchrophasor_pmu.py ADDRESS`. pyc37 starts a process for each client, so it lives apart from the plant's own.
"""

from __future__ import annotations

import logging
import math
import sys
import time

from pyc37.frame import ConfigFrame1, ConfigFrame2, DataFrame  # type: ignore[import-untyped]
from pyc37.pmu import Pmu  # type: ignore[import-untyped]

STREAM = 17
RATE = 10  # frames a second that the configuration promises
_NAMES = ["VA", "VB", "VC", "IA", "P", "Q", *(f"CB{number:02} CLOSED" for number in range(16))]
_CONFIGURATION = (
    STREAM,
    1_000_000,
    1,
    "Marsh Bay 1",
    STREAM,
    (False, False, True, False),  # frequency and analog integer, phasors integer and rectangular: see pyc37
    4,
    2,
    1,
    _NAMES,
    [(915_527, "v"), (915_527, "v"), (915_527, "v"), (45_776, "i")],
    [(1, "pow"), (1, "pow")],
    [(0x0000, 0xFFFF)],
    50,
    4,
    RATE,
)
_STATUS = ("ok", True, "timestamp", False, False, False, 0, "<10", 0)


def main(address: str) -> None:
    """Serve, and measure twenty times a second."""
    pmu = Pmu(STREAM, RATE, 4712, address)
    pmu.logger.setLevel(logging.ERROR)
    pmu.set_configuration(ConfigFrame1(*_CONFIGURATION))
    pmu.set_configuration(ConfigFrame2(*_CONFIGURATION))
    pmu.set_header("Marsh Controls PM-4, bay 1, transformers 110/20 kV")
    pmu.run()
    print("serving", flush=True)
    moment = 0
    while True:
        swing = round(40 * math.sin(moment / 9))
        phasors = [(14_635 + swing, 0), (-7_318, -12_676 - swing), (-7_318, 12_675), (1_092 + swing, 0)]
        closed = 0x3C12 if moment % 60 < 30 else 0x3C10
        analog = [100 + swing, 1_000]
        pmu.send(DataFrame(STREAM, _STATUS, phasors, swing, 0, analog, [closed], pmu.cfg2))
        moment += 1
        time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1])

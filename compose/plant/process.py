"""The process behind the values: a tank with level and heat control, and a conveyor drive. No network here."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field


@dataclass
class Tank:
    """A stirred tank: level [mm] and temperature [0.1 °C] follow their set-points slowly, with noise.

    Flows in 0.1 l/min. One litre raises the level by 0.8 mm. Advance with step(seconds).
    """

    level: float = 2000.0
    temperature: float = 652.0
    inflow: float = 850.0
    outflow: float = 850.0
    valve: float = 50.0
    level_setpoint: float = 2000.0
    temperature_setpoint: float = 650.0
    pump: bool = True
    manual: bool = False
    clock: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def step(self, seconds: float) -> None:
        """Advance the tank by `seconds` (0.05 to 1)."""
        self.clock += seconds
        error = self.level_setpoint - self.level
        wanted = min(100.0, max(0.0, 50.0 + 0.08 * error))
        self.valve += (wanted - self.valve) * min(1.0, seconds / 2.0)
        supply = self.valve * 17.0 if self.pump else 0.0
        self.inflow += (supply - self.inflow) * min(1.0, seconds / 1.5)
        demand = 850.0 + 60.0 * math.sin(self.clock / 23.0) + 25.0 * math.sin(self.clock / 5.7)
        self.outflow += (demand - self.outflow) * min(1.0, seconds) + self.chance.gauss(0.0, 3.0)
        self.level += (self.inflow - self.outflow) / 10.0 / 60.0 * seconds * 8.0 + self.chance.gauss(0.0, 0.3)
        self.level = min(4000.0, max(0.0, self.level))
        cooling = (self.inflow - 850.0) * 0.001
        self.temperature += (self.temperature_setpoint - self.temperature) * seconds / 30.0 - cooling * seconds
        self.temperature += self.chance.gauss(0.0, 0.4)

    @property
    def pressure(self) -> int:
        """Pressure at the bottom in mbar."""
        return round(1013 + self.level * 0.0981)

    @property
    def volume(self) -> float:
        """Volume in litres."""
        return self.level * 1.25


@dataclass
class Drive:
    """A conveyor drive: speed [rpm] ramps to its set-point; current, torque, heat and vibration follow."""

    speed: float = 1450.0
    speed_setpoint: float = 1450.0
    winding: float = 581.0
    running: bool = True
    starts: int = 214
    clock: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def step(self, seconds: float) -> None:
        """Advance the drive by `seconds`."""
        self.clock += seconds
        target = self.speed_setpoint if self.running else 0.0
        ramp = 120.0 * seconds
        self.speed += min(ramp, max(-ramp, target - self.speed)) + self.chance.gauss(0.0, 0.8)
        self.speed = max(0.0, self.speed)
        self.winding += (350.0 + self.current * 1.9 - self.winding) * seconds / 60.0 + self.chance.gauss(0.0, 0.3)

    @property
    def current(self) -> float:
        """Motor current in 0.1 A."""
        load = 1.0 + 0.06 * math.sin(self.clock / 9.0)
        return self.speed / 1450.0 * 122.0 * load + self.chance.gauss(0.0, 0.6)

    @property
    def torque(self) -> float:
        """Torque in 0.1 Nm."""
        return self.current * 6.1

    @property
    def vibration(self) -> float:
        """Vibration in 0.01 mm/s."""
        return 110.0 + self.speed * 0.05 + abs(self.chance.gauss(0.0, 6.0))

    @property
    def position(self) -> int:
        """Position of the part on the conveyor: a small enumeration that moves on every four seconds."""
        return int(self.clock / 4.0) % 5

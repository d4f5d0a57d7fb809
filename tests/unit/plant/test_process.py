"""The process behind the values: it obeys set-points, stays in its limits and is the same at every run."""

from __future__ import annotations

from compose.plant.process import Drive, Tank


def run_tank(tank: Tank, seconds: int) -> list[float]:
    """Let the tank run and return its level every second."""
    levels = []
    for _ in range(seconds):
        for _ in range(10):
            tank.step(0.1)
        levels.append(tank.level)
    return levels


def test_level_follows_its_set_point() -> None:
    tank = Tank(level_setpoint=2400.0)
    levels = run_tank(tank, 400)
    assert all(abs(level - 2400) < 300 for level in levels[-100:])


def test_tank_runs_empty_without_its_pump_and_no_further() -> None:
    tank = Tank(pump=False)
    levels = run_tank(tank, 600)
    assert levels[-1] < 200
    assert min(levels) >= 0


def test_same_run_same_values() -> None:
    assert run_tank(Tank(), 50) == run_tank(Tank(), 50)


def test_drive_stops_when_it_is_not_running() -> None:
    drive = Drive(running=False)
    for _ in range(400):
        drive.step(0.1)
    assert drive.speed < 10
    assert drive.position in range(5)

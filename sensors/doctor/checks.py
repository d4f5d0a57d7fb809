"""The checks, in the order in which an engineer should read them: what hides the rest comes first."""

from __future__ import annotations

from sensors.doctor import arrival, copies, devices, marks, whole
from sensors.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    Check("link", ("no_link",), arrival.link),
    Check("traffic", ("no_traffic", "own_only", "broadcast_only", "groups_only"), arrival.traffic),
    Check("directions", ("one_direction", "some_one_direction", "stations_one_direction"), arrival.directions),
    Check("paths", ("split_paths",), arrival.paths),
    Check("copies", ("duplicates", "duplicates_vlan", "duplicates_routed", "redundant_network"), copies.copies),
    Check("vlans", ("half_tagged", "split_vlans"), marks.vlans),
    Check("expected_vlan", ("tags_missing", "wrong_vlan"), marks.expected_vlan),
    Check("expected_network", ("wrong_network",), marks.expected_network),
    Check("whole", ("truncated", "truncated_before"), whole.whole),
    Check("merged", ("merged",), whole.merged),
    Check("loss", ("oversubscribed",), whole.loss),
    Check("sensor_loss", ("sensor_drops",), whole.sensor_loss),
    Check("port_speed", ("port_full",), whole.port_speed),
    Check("clock", ("clock_off", "clock_never_set"), devices.clock),
    Check("devices", ("behind_router", "nat"), devices.devices),
    Check("tunnels", ("erspan", "tunnelled", "encrypted"), devices.tunnels),
)

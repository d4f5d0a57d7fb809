//! Ends of flows on field buses, which have neither IP nor MAC addresses: stations of a bus, the wires of a serial line.
//! They stand where MAC addresses stand, in the discard-only prefix of `facts::mac_end`.

use std::net::IpAddr;

/// Marks such an end, where `mac_end` has zeroes.
const CAN: [u8; 2] = [0xca, 0x00];
const SERIAL: [u8; 2] = [0x5e, 0x00];
const PROFIBUS: [u8; 2] = [0x9b, 0x00];

/// One of the two wires that a tap on a serial line listens to, by who drives it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wire {
    /// The tapped port itself transmits.
    Transmit,
    /// The tapped port receives: whatever else is on the line.
    Receive,
}

fn end(marker: [u8; 2], interface: u32, named: bool, number: u8) -> IpAddr {
    let [a, b, c, d] = interface.to_be_bytes();
    let [e, f] = marker;
    IpAddr::V6([0x01, 0, 0, 0, 0, 0, 0, 0, e, f, a, b, c, d, u8::from(named), number].into())
}

/// Marker of an end, whether it is a station, and its number.
fn read(end: IpAddr) -> Option<([u8; 2], bool, u8)> {
    let IpAddr::V6(v6) = end else { return None };
    let [0x01, 0, 0, 0, 0, 0, 0, 0, e, f, _, _, _, _, named, number] = v6.octets() else { return None };
    [CAN, SERIAL, PROFIBUS].contains(&[e, f]).then_some(([e, f], named == 1, number))
}

/// A station of a CAN bus, or the bus itself where a frame names none. Stations of two buses are apart by the interface
/// that the bus is seen on.
pub fn can_end(interface: u32, station: Option<u8>) -> IpAddr {
    end(CAN, interface, station.is_some(), station.unwrap_or(0))
}

/// Who drives a wire of the serial line that is seen on this interface.
pub fn serial_end(interface: u32, wire: Wire) -> IpAddr {
    end(SERIAL, interface, true, u8::from(wire == Wire::Receive))
}

/// A station of a PROFIBUS, or the bus itself: all stations, or one that a frame does not name.
pub fn profibus_end(interface: u32, station: Option<u8>) -> IpAddr {
    end(PROFIBUS, interface, station.is_some(), station.unwrap_or(0))
}

/// Such an end as it stands where MAC addresses stand: `CAN-5`, and `CAN-BUS` for none in particular; `PB-3`;
/// `SERIAL-TX`.
pub fn station_of(end: IpAddr) -> Option<String> {
    let (marker, named, number) = read(end)?;
    Some(match (marker, named) {
        (SERIAL, _) if number == 0 => "SERIAL-TX".to_owned(),
        (SERIAL, _) => "SERIAL-RX".to_owned(),
        (PROFIBUS, true) => format!("PB-{number}"),
        (PROFIBUS, false) => "PB-BUS".to_owned(),
        (_, true) => format!("CAN-{number}"),
        (_, false) => "CAN-BUS".to_owned(),
    })
}

/// Whether an end is a bus and none of its stations.
pub fn is_bus(end: IpAddr) -> bool {
    read(end).is_some_and(|(_, named, _)| !named)
}

/// What kind of bus an end is of, as evidence for an asset.
pub fn kind_of(end: IpAddr) -> &'static str {
    match read(end) {
        Some((SERIAL, ..)) => "serial line",
        Some((PROFIBUS, ..)) => "profibus",
        _ => "can",
    }
}

#[cfg(test)]
mod tests {
    use super::{Wire, can_end, is_bus, kind_of, profibus_end, serial_end, station_of};

    #[test]
    fn ends_are_named_as_people_name_them() {
        assert_eq!(station_of(can_end(0, Some(5))).as_deref(), Some("CAN-5"));
        assert_eq!(station_of(can_end(0, None)).as_deref(), Some("CAN-BUS"));
        assert_eq!(station_of(serial_end(1, Wire::Transmit)).as_deref(), Some("SERIAL-TX"));
        assert_eq!(station_of(serial_end(1, Wire::Receive)).as_deref(), Some("SERIAL-RX"));
        assert_eq!(station_of(profibus_end(0, Some(3))).as_deref(), Some("PB-3"));
        assert_eq!(station_of(profibus_end(0, None)).as_deref(), Some("PB-BUS"));
        assert_eq!(station_of("10.0.0.1".parse().unwrap()), None);
    }

    #[test]
    fn only_a_bus_without_a_station_is_nobody() {
        assert!(is_bus(can_end(3, None)) && !is_bus(can_end(3, Some(0))) && !is_bus(serial_end(3, Wire::Transmit)));
        assert_ne!(serial_end(0, Wire::Transmit), serial_end(1, Wire::Transmit), "two lines");
        assert_eq!((kind_of(can_end(0, None)), kind_of(serial_end(0, Wire::Receive))), ("can", "serial line"));
    }
}

use std::net::IpAddr;

use crate::capture::filter::{Filter, FilterView};

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

/// A Modbus request in VLAN 7.
fn modbus() -> FilterView {
    FilterView {
        vlan: Some(7),
        ether_type: Some(0x0800),
        source_mac: Some([0, 0, 0x5e, 0, 0x53, 1]),
        destination_mac: Some([0, 0, 0x5e, 0, 0x53, 2]),
        source: address("10.1.2.3"),
        destination: address("192.168.0.9"),
        ip_protocol: Some(6),
        source_port: Some(50_000),
        destination_port: Some(502),
        ..FilterView::default()
    }
}

fn goose() -> FilterView {
    FilterView { ether_type: Some(0x88b8), vlan: Some(100), inner_vlan: Some(9), ..FilterView::default() }
}

fn neighbour() -> FilterView {
    FilterView {
        ether_type: Some(0x86dd),
        source: address("fe80::1"),
        destination: address("2001:db8::2"),
        ip_protocol: Some(58),
        ..FilterView::default()
    }
}

#[test]
fn primitives() {
    let (modbus, goose, neighbour) = (modbus(), goose(), neighbour());
    let cases: &[(&str, &FilterView, bool)] = &[
        ("", &goose, true),
        ("  \n", &goose, true),
        ("host 10.1.2.3", &modbus, true),
        ("host 10.1.2.4", &modbus, false),
        ("src 10.1.2.3", &modbus, true),
        ("dst host 10.1.2.3", &modbus, false),
        ("src or dst host 192.168.0.9", &modbus, true),
        ("src and dst net 10", &modbus, false),
        ("net 10.1.0.0/16", &modbus, true),
        ("net 10.1", &modbus, true),
        ("dst net 10", &modbus, false),
        ("net 0.0.0.0/0", &modbus, true),
        ("net 0.0.0.0/0", &neighbour, false),
        ("net 10.1.2.3", &modbus, true),
        ("net ::/0", &neighbour, true),
        ("src net fe80::/10", &neighbour, true),
        ("host 2001:db8::2", &neighbour, true),
        ("ip6 host fe80::1", &neighbour, true),
        ("ip host 10.1.2.3", &modbus, true),
        ("arp host 10.1.2.3", &modbus, false),
        ("port 502", &modbus, true),
        ("port 0x1f6", &modbus, true),
        ("src port 502", &modbus, false),
        ("tcp dst port 502", &modbus, true),
        ("udp port 502", &modbus, false),
        ("portrange 500-510", &modbus, true),
        ("tcp src portrange 1-1024", &modbus, false),
        ("port 502", &goose, false),
        ("tcp", &modbus, true),
        ("udp", &modbus, false),
        ("ip", &modbus, true),
        ("ip6", &modbus, false),
        ("icmp6", &neighbour, true),
        ("icmp", &neighbour, false),
        ("ip proto 6", &modbus, true),
        ("ip6 proto icmp6", &neighbour, true),
        ("arp", &modbus, false),
        ("ether proto 0x88b8", &goose, true),
        ("ether proto ip", &modbus, true),
        ("ether host 00:00:5e:00:53:02", &modbus, true),
        ("ether src 00-00-5E-00-53-02", &modbus, false),
        ("ether dst host 0:0:5e:0:53:2", &modbus, true),
        ("vlan", &modbus, true),
        ("vlan", &neighbour, false),
        ("vlan 7", &modbus, true),
        ("vlan 9", &goose, true),
        ("vlan 8", &modbus, false),
    ];
    for (text, view, expected) in cases {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.matches(view), *expected, "{text}");
    }
}

#[test]
fn links_without_an_ether_type_know_ip_by_its_addresses() {
    let raw = FilterView { ether_type: None, ..modbus() };
    assert!(Filter::parse("ip").unwrap().matches(&raw));
    assert!(!Filter::parse("ip6").unwrap().matches(&raw));
}

#[test]
fn joins_group_from_the_left_as_in_tcpdump() {
    let modbus = modbus();
    let cases = [
        ("tcp or udp and udp", false),
        ("tcp or (udp and udp)", true),
        ("not udp and tcp", true),
        ("not (udp or tcp)", false),
        ("! ! tcp", true),
        ("!udp&&tcp", true),
        ("udp||port 502", true),
        ("port 80 or 443 or 502", true),
        ("host 10.9.9.9 or 10.1.2.3", true),
        ("not port 80 and 443", false),
        ("vlan and host 10.1.2.3 and vlan", true),
        ("((((tcp))))", true),
    ];
    for (text, expected) in cases {
        assert_eq!(Filter::parse(text).unwrap().matches(&modbus), expected, "{text}");
    }
}

#[test]
fn errors_have_a_place_and_a_way_out() {
    let cases = [
        ("tcp and prot 502", 8, "portrange"),
        ("host plc-7", 5, "<address>"),
        ("port modbus", 5, "<port>"),
        ("port 65536", 5, "<port>"),
        ("portrange 10-5", 10, "<range>"),
        ("net 10.0.0.5/24", 4, "<network>"),
        ("net 10.0.0.0/33", 4, "<network>"),
        ("net 1.2.3.4.5", 4, "<network>"),
        ("net 10..0.0", 4, "<network>"),
        ("vlan 4096", 5, "<vlan>"),
        ("ether 00:00:5e:00:53:02", 6, "proto"),
        ("ether host 00:00:5e:00:53", 11, "<mac>"),
        ("ether proto zz", 12, "<ethertype>"),
        ("ip proto 256", 9, "<protocol>"),
        ("tcp host 10.0.0.1", 4, "and"),
        ("udp and", 7, "host"),
        ("(tcp or udp", 0, ")"),
        ("tcp)", 3, "and"),
        ("tcp udp", 4, "or"),
        ("tcp & udp", 4, "and"),
        ("502", 0, "port"),
        ("src and host 10.0.0.1", 8, "dst"),
        ("端口 502", 0, "host"),
    ];
    for (text, position, expected) in cases {
        let error = Filter::parse(text).expect_err(text);
        assert_eq!(error.position, position, "{text}: {error}");
        assert!(error.expected.iter().any(|word| word.contains(expected)), "{text}: {error}");
    }
    let error = Filter::parse("net 10.0.0.5/24").unwrap_err();
    assert_eq!((error.code, error.word.as_str(), error.better.as_str()), ("below_mask", "10.0.0.5/24", "10.0.0.0/24"));
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}tcp{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(64)).is_ok());
    assert_eq!(Filter::parse(&nested(65)).unwrap_err().position, 64);
    assert!(Filter::parse(&"(".repeat(100_000)).is_err());
    assert!(Filter::parse(&format!("{}tcp", "not ".repeat(100_000))).unwrap().matches(&modbus()));
    assert!(Filter::parse(&format!("udp{}", " or tcp".repeat(100_000))).unwrap().matches(&modbus()));
}

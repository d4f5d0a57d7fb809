//! ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861) as far as a network monitor asks: who probes, redirects, advertises.

/// Details of an echo reply whose data is not that of its request.
pub const REPLY_DIFFERS: &str = r#"{"reply_differs":true}"#;

/// The word for a message type, `event.action`.
pub const fn action(version: u8, kind: u8) -> &'static str {
    match (version, kind) {
        (4, 0) | (6, 129) => "echo_reply",
        (4, 8) | (6, 128) => "echo_request",
        (4, 3) | (6, 1) => "unreachable",
        (4, 5) | (6, 137) => "redirect",
        (4, 9) | (6, 134) => "router_advertisement",
        (4, 10) | (6, 133) => "router_solicitation",
        (4, 11) | (6, 3) => "time_exceeded",
        (4, 12) | (6, 4) => "parameter_problem",
        (4, 13) => "timestamp_request",
        (4, 14) => "timestamp_reply",
        (4, 17) => "mask_request",
        (6, 2) => "packet_too_big",
        (6, 135) => "neighbour_solicitation",
        (6, 136) => "neighbour_advertisement",
        _ => "other",
    }
}

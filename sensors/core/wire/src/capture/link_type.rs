//! Link types: what the first byte of a frame belongs to.

use std::fmt;

/// LINKTYPE_ value of the registry of link-layer header types (<https://www.tcpdump.org/linktypes.html>); open, since
/// a file may name any. An unknown one is the decoder's to count, not the reader's to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u32);

impl LinkType {
    pub const NULL: Self = Self(0);
    pub const ETHERNET: Self = Self(1);
    pub const PPP: Self = Self(9);
    pub const PPP_HDLC: Self = Self(50);
    pub const PPP_ETHER: Self = Self(51);
    pub const RAW: Self = Self(101);
    pub const C_HDLC: Self = Self(104);
    pub const IEEE802_11: Self = Self(105);
    pub const LOOP: Self = Self(108);
    pub const LINUX_SLL: Self = Self(113);
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    pub const BACNET_MS_TP: Self = Self(165);
    pub const IEEE802_15_4_WITHFCS: Self = Self(195);
    pub const CAN_SOCKETCAN: Self = Self(227);
    pub const IPV4: Self = Self(228);
    pub const IPV6: Self = Self(229);
    pub const IEEE802_15_4_NOFCS: Self = Self(230);
    pub const NFLOG: Self = Self(239);
    pub const NETANALYZER: Self = Self(240);
    pub const NETANALYZER_TRANSPARENT: Self = Self(241);
    pub const RTAC_SERIAL: Self = Self(250);
    pub const PROFIBUS_DL: Self = Self(257);
    pub const ETHERNET_MPACKET: Self = Self(274);
    pub const LINUX_SLL2: Self = Self(276);

    /// The link type of a file's field: 12 and 14 are the values some systems wrote for RAW before it had a
    /// number of its own (DLT_RAW differs between systems, LINKTYPE_RAW does not).
    #[must_use]
    pub fn from_field(value: u32) -> Self {
        match value {
            12 | 14 => Self::RAW,
            other => Self(other),
        }
    }

    /// The registry's name, if this is one of the types named here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(link, _)| *link == self).map(|(_, name)| *name)
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(out, "{name} ({})", self.0),
            None => write!(out, "{}", self.0),
        }
    }
}

const NAMES: &[(LinkType, &str)] = &[
    (LinkType::NULL, "NULL"),
    (LinkType::ETHERNET, "ETHERNET"),
    (LinkType::PPP, "PPP"),
    (LinkType::PPP_HDLC, "PPP_HDLC"),
    (LinkType::PPP_ETHER, "PPP_ETHER"),
    (LinkType::RAW, "RAW"),
    (LinkType::C_HDLC, "C_HDLC"),
    (LinkType::IEEE802_11, "IEEE802_11"),
    (LinkType::LOOP, "LOOP"),
    (LinkType::LINUX_SLL, "LINUX_SLL"),
    (LinkType::IEEE802_11_RADIOTAP, "IEEE802_11_RADIOTAP"),
    (LinkType::BACNET_MS_TP, "BACNET_MS_TP"),
    (LinkType::IEEE802_15_4_WITHFCS, "IEEE802_15_4_WITHFCS"),
    (LinkType::CAN_SOCKETCAN, "CAN_SOCKETCAN"),
    (LinkType::IPV4, "IPV4"),
    (LinkType::IPV6, "IPV6"),
    (LinkType::IEEE802_15_4_NOFCS, "IEEE802_15_4_NOFCS"),
    (LinkType::NFLOG, "NFLOG"),
    (LinkType::NETANALYZER, "NETANALYZER"),
    (LinkType::NETANALYZER_TRANSPARENT, "NETANALYZER_TRANSPARENT"),
    (LinkType::RTAC_SERIAL, "RTAC_SERIAL"),
    (LinkType::PROFIBUS_DL, "PROFIBUS_DL"),
    (LinkType::ETHERNET_MPACKET, "ETHERNET_MPACKET"),
    (LinkType::LINUX_SLL2, "LINUX_SLL2"),
];

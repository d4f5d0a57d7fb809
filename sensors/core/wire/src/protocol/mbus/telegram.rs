//! One frame of the link: what it asks or answers, of whom, and what it carries.

use crate::protocol::ft12::{self, Control, Frame};

/// Frame count bit of a master, and access demand and data flow control of a meter: no part of what a frame is.
const SND_NKE: u8 = 0x40;
const SND_UD: u8 = 0x53;
const REQ_UD1: u8 = 0x5a;
const REQ_UD2: u8 = 0x5b;
const RSP_UD: u8 = 0x08;

/// Nobody answers.
pub const BROADCAST: u8 = 255;
/// Every meter answers (254), the one that was selected does (253).
pub const SELECTED: u8 = 253;

/// Services of the link (EN 13757-2, 5.7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service {
    Initialise,
    Send,
    RequestAlarm,
    RequestData,
    Respond,
    Acknowledge,
}

#[derive(Clone, Copy, Debug)]
pub struct Telegram<'a> {
    pub service: Option<Service>,
    pub control: Option<u8>,
    pub address: Option<u8>,
    /// Control information of a frame that carries user data.
    pub information: Option<u8>,
    /// What follows it.
    pub data: &'a [u8],
}

impl Service {
    fn of(control: Control, long: bool) -> Option<Self> {
        Some(match (control.0 & !0x20, long) {
            (SND_NKE, false) if control.0 == SND_NKE => Self::Initialise,
            (SND_UD, true) => Self::Send,
            (REQ_UD1, false) => Self::RequestAlarm,
            (REQ_UD2, false) => Self::RequestData,
            (RSP_UD | 0x18, true) => Self::Respond,
            _ => return None,
        })
    }

    /// Control field without the bits that change from frame to frame.
    pub const fn code(self) -> Option<u32> {
        Some(match self {
            Self::Initialise => 0x40,
            Self::Send => 0x53,
            Self::RequestAlarm => 0x5a,
            Self::RequestData => 0x5b,
            Self::Respond => 0x08,
            Self::Acknowledge => return None,
        })
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Initialise => "SND_NKE",
            Self::Send => "SND_UD",
            Self::RequestAlarm => "REQ_UD1",
            Self::RequestData => "REQ_UD2",
            Self::Respond => "RSP_UD",
            Self::Acknowledge => "ACK",
        }
    }
}

impl<'a> Telegram<'a> {
    pub fn read(frame: &'a [u8]) -> Option<Self> {
        Some(match ft12::read(frame)? {
            Frame::Single => {
                Self { service: Some(Service::Acknowledge), control: None, address: None, information: None, data: &[] }
            }
            Frame::Fixed { control, address } => Self {
                service: Service::of(control, false),
                control: Some(control.0),
                address: address.first().copied(),
                information: None,
                data: &[],
            },
            Frame::Variable { control, data } => Self {
                service: Service::of(control, true),
                control: Some(control.0),
                address: data.first().copied(),
                information: data.get(1).copied(),
                data: data.get(2..).unwrap_or_default(),
            },
        })
    }

    /// Whether a master sends it.
    pub fn asks(&self) -> bool {
        self.control.is_some_and(|control| Control(control).primary())
    }

    pub fn broadcast(&self) -> bool {
        self.address == Some(BROADCAST)
    }
}

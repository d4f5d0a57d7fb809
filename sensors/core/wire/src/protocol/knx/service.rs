//! KNXnet/IP services by code (KNX 3/8/1 to 3/8/9).

use crate::dataset::Operation;

pub const SEARCH_REQUEST: u16 = 0x0201;
pub const SEARCH_RESPONSE: u16 = 0x0202;
pub const DESCRIPTION_REQUEST: u16 = 0x0203;
pub const DESCRIPTION_RESPONSE: u16 = 0x0204;
pub const CONNECT_REQUEST: u16 = 0x0205;
pub const CONNECT_RESPONSE: u16 = 0x0206;
pub const CONNECTIONSTATE_REQUEST: u16 = 0x0207;
pub const CONNECTIONSTATE_RESPONSE: u16 = 0x0208;
pub const DISCONNECT_REQUEST: u16 = 0x0209;
pub const DISCONNECT_RESPONSE: u16 = 0x020a;
pub const SEARCH_REQUEST_EXTENDED: u16 = 0x020b;
pub const SEARCH_RESPONSE_EXTENDED: u16 = 0x020c;
pub const DEVICE_CONFIGURATION_REQUEST: u16 = 0x0310;
pub const DEVICE_CONFIGURATION_ACK: u16 = 0x0311;
pub const TUNNELLING_REQUEST: u16 = 0x0420;
pub const TUNNELLING_ACK: u16 = 0x0421;
pub const FEATURE_GET: u16 = 0x0422;
pub const FEATURE_RESPONSE: u16 = 0x0423;
pub const FEATURE_SET: u16 = 0x0424;
pub const FEATURE_INFO: u16 = 0x0425;
pub const ROUTING_INDICATION: u16 = 0x0530;
pub const ROUTING_LOST_MESSAGE: u16 = 0x0531;
pub const ROUTING_BUSY: u16 = 0x0532;
pub const ROUTING_SYSTEM_BROADCAST: u16 = 0x0533;
pub const REMOTE_DIAGNOSTIC_REQUEST: u16 = 0x0740;
pub const REMOTE_DIAGNOSTIC_RESPONSE: u16 = 0x0741;
pub const REMOTE_BASIC_CONFIGURATION_REQUEST: u16 = 0x0742;
pub const REMOTE_RESET_REQUEST: u16 = 0x0743;
pub const SECURE_WRAPPER: u16 = 0x0950;
pub const SESSION_REQUEST: u16 = 0x0951;
pub const SESSION_RESPONSE: u16 = 0x0952;
pub const SESSION_AUTHENTICATE: u16 = 0x0953;
pub const SESSION_STATUS: u16 = 0x0954;
pub const TIMER_NOTIFY: u16 = 0x0955;

/// What a frame of the service is to the one before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// One device is asked.
    Asks,
    /// Whoever is there is asked.
    Calls,
    /// Answers that service.
    Answers(u16),
    /// Nobody answers.
    Says,
    /// A cEMI frame on a channel, acknowledged over UDP.
    Carries,
    /// A feature of a tunnel: asked for or set, told, or told unasked.
    Feature,
    Acknowledges,
    /// A cEMI frame to everybody.
    Routes,
}

/// One service.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub code: u16,
    pub name: &'static str,
    pub operation: Operation,
    pub part: Part,
    /// Least length of the body.
    pub least: usize,
}

const fn service(code: u16, name: &'static str, operation: Operation, part: Part, least: usize) -> Service {
    Service { code, name, operation, part, least }
}

use Operation as Op;

/// In order of their codes.
static SERVICES: [Service; 34] = [
    service(SEARCH_REQUEST, "SEARCH_REQUEST", Op::IdentifyNetwork, Part::Calls, 8),
    service(SEARCH_RESPONSE, "SEARCH_RESPONSE", Op::Notify, Part::Answers(SEARCH_REQUEST), 64),
    service(DESCRIPTION_REQUEST, "DESCRIPTION_REQUEST", Op::IdentifyDevice, Part::Asks, 8),
    service(DESCRIPTION_RESPONSE, "DESCRIPTION_RESPONSE", Op::Notify, Part::Answers(DESCRIPTION_REQUEST), 54),
    service(CONNECT_REQUEST, "CONNECT_REQUEST", Op::SessionOpen, Part::Asks, 18),
    service(CONNECT_RESPONSE, "CONNECT_RESPONSE", Op::SessionOpen, Part::Answers(CONNECT_REQUEST), 2),
    service(CONNECTIONSTATE_REQUEST, "CONNECTIONSTATE_REQUEST", Op::SessionKeepalive, Part::Asks, 10),
    service(
        CONNECTIONSTATE_RESPONSE,
        "CONNECTIONSTATE_RESPONSE",
        Op::SessionKeepalive,
        Part::Answers(CONNECTIONSTATE_REQUEST),
        2,
    ),
    service(DISCONNECT_REQUEST, "DISCONNECT_REQUEST", Op::SessionClose, Part::Asks, 10),
    service(DISCONNECT_RESPONSE, "DISCONNECT_RESPONSE", Op::SessionClose, Part::Answers(DISCONNECT_REQUEST), 2),
    service(SEARCH_REQUEST_EXTENDED, "SEARCH_REQUEST_EXTENDED", Op::IdentifyNetwork, Part::Calls, 8),
    service(
        SEARCH_RESPONSE_EXTENDED,
        "SEARCH_RESPONSE_EXTENDED",
        Op::Notify,
        Part::Answers(SEARCH_REQUEST_EXTENDED),
        10,
    ),
    service(DEVICE_CONFIGURATION_REQUEST, "DEVICE_CONFIGURATION_REQUEST", Op::Unknown, Part::Carries, 5),
    service(DEVICE_CONFIGURATION_ACK, "DEVICE_CONFIGURATION_ACK", Op::Notify, Part::Acknowledges, 4),
    service(TUNNELLING_REQUEST, "TUNNELLING_REQUEST", Op::Unknown, Part::Carries, 6),
    service(TUNNELLING_ACK, "TUNNELLING_ACK", Op::Notify, Part::Acknowledges, 4),
    service(FEATURE_GET, "TUNNELLING_FEATURE_GET", Op::Read, Part::Feature, 6),
    service(FEATURE_RESPONSE, "TUNNELLING_FEATURE_RESPONSE", Op::Notify, Part::Feature, 6),
    service(FEATURE_SET, "TUNNELLING_FEATURE_SET", Op::ConfigureConnection, Part::Feature, 7),
    service(FEATURE_INFO, "TUNNELLING_FEATURE_INFO", Op::Notify, Part::Feature, 6),
    service(ROUTING_INDICATION, "ROUTING_INDICATION", Op::Unknown, Part::Routes, 2),
    service(ROUTING_LOST_MESSAGE, "ROUTING_LOST_MESSAGE", Op::Notify, Part::Says, 4),
    service(ROUTING_BUSY, "ROUTING_BUSY", Op::Notify, Part::Says, 6),
    service(ROUTING_SYSTEM_BROADCAST, "ROUTING_SYSTEM_BROADCAST", Op::Unknown, Part::Routes, 2),
    service(REMOTE_DIAGNOSTIC_REQUEST, "REMOTE_DIAGNOSTIC_REQUEST", Op::DiagnoseRead, Part::Calls, 10),
    service(
        REMOTE_DIAGNOSTIC_RESPONSE,
        "REMOTE_DIAGNOSTIC_RESPONSE",
        Op::Notify,
        Part::Answers(REMOTE_DIAGNOSTIC_REQUEST),
        2,
    ),
    service(
        REMOTE_BASIC_CONFIGURATION_REQUEST,
        "REMOTE_BASIC_CONFIGURATION_REQUEST",
        Op::ConfigureNetwork,
        Part::Calls,
        10,
    ),
    service(REMOTE_RESET_REQUEST, "REMOTE_RESET_REQUEST", Op::RestartCold, Part::Calls, 4),
    service(SECURE_WRAPPER, "SECURE_WRAPPER", Op::SessionKeepalive, Part::Says, 32),
    service(SESSION_REQUEST, "SESSION_REQUEST", Op::SessionOpen, Part::Asks, 40),
    service(SESSION_RESPONSE, "SESSION_RESPONSE", Op::SessionOpen, Part::Answers(SESSION_REQUEST), 50),
    service(SESSION_AUTHENTICATE, "SESSION_AUTHENTICATE", Op::SecurityLogin, Part::Says, 18),
    service(SESSION_STATUS, "SESSION_STATUS", Op::Notify, Part::Says, 2),
    service(TIMER_NOTIFY, "TIMER_NOTIFY", Op::SessionKeepalive, Part::Says, 30),
];

pub fn of(code: u16) -> Option<&'static Service> {
    SERVICES.binary_search_by_key(&code, |service| service.code).ok().and_then(|at| SERVICES.get(at))
}

//! Services and the numbers of their binary encodings (Part 6, Annex A), with the operation each one is.

use crate::dataset::Operation;
use crate::protocol::Function;

/// One service. `request` and `response` are NodeIds in namespace 0; 0 for the messages of the transport itself.
#[derive(Debug)]
pub struct Service {
    pub name: &'static str,
    pub request: u32,
    pub response: u32,
    pub operation: Operation,
}

pub const SERVICE_FAULT: u32 = 397;
pub const FIND_SERVERS: u32 = 422;
pub const GET_ENDPOINTS: u32 = 428;
pub const REGISTER_SERVER: u32 = 437;
pub const OPEN_SECURE_CHANNEL: u32 = 446;
pub const CLOSE_SECURE_CHANNEL: u32 = 452;
pub const CREATE_SESSION: u32 = 461;
pub const ACTIVATE_SESSION: u32 = 467;
pub const CLOSE_SESSION: u32 = 473;
pub const CANCEL: u32 = 479;
pub const ADD_NODES: u32 = 488;
pub const ADD_REFERENCES: u32 = 494;
pub const DELETE_NODES: u32 = 500;
pub const DELETE_REFERENCES: u32 = 506;
pub const BROWSE: u32 = 527;
pub const BROWSE_NEXT: u32 = 533;
pub const TRANSLATE: u32 = 554;
pub const REGISTER_NODES: u32 = 560;
pub const UNREGISTER_NODES: u32 = 566;
pub const QUERY_FIRST: u32 = 615;
pub const QUERY_NEXT: u32 = 621;
pub const READ: u32 = 631;
pub const HISTORY_READ: u32 = 664;
pub const WRITE: u32 = 673;
pub const HISTORY_UPDATE: u32 = 700;
pub const CALL: u32 = 712;
pub const CREATE_MONITORED_ITEMS: u32 = 751;
pub const MODIFY_MONITORED_ITEMS: u32 = 763;
pub const SET_MONITORING_MODE: u32 = 769;
pub const SET_TRIGGERING: u32 = 775;
pub const DELETE_MONITORED_ITEMS: u32 = 781;
pub const CREATE_SUBSCRIPTION: u32 = 787;
pub const MODIFY_SUBSCRIPTION: u32 = 793;
pub const SET_PUBLISHING_MODE: u32 = 799;
pub const PUBLISH: u32 = 826;
pub const REPUBLISH: u32 = 832;
pub const TRANSFER_SUBSCRIPTIONS: u32 = 841;
pub const DELETE_SUBSCRIPTIONS: u32 = 847;
pub const FIND_SERVERS_ON_NETWORK: u32 = 12208;
pub const REGISTER_SERVER2: u32 = 12211;

const fn service(name: &'static str, request: u32, response: u32, operation: Operation) -> Service {
    Service { name, request, response, operation }
}

/// Messages of the transport (Part 6, 7.1.2), a message that cannot be read, one of a type the standard does not know.
pub static HELLO: Service = service("Hello", 0, 0, Operation::SessionOpen);
pub static REVERSE_HELLO: Service = service("ReverseHello", 0, 0, Operation::SessionOpen);
pub static ERROR: Service = service("Error", 0, 0, Operation::SessionClose);
pub static ENCRYPTED: Service = service("EncryptedMessage", 0, 0, Operation::SessionKeepalive);
pub static UNKNOWN: Service = service("", 0, 0, Operation::Unknown);

/// Every service, sorted by its request's number.
pub static SERVICES: &[Service] = &[
    service("FindServers", FIND_SERVERS, 425, Operation::IdentifyServices),
    service("GetEndpoints", GET_ENDPOINTS, 431, Operation::IdentifyServices),
    service("RegisterServer", REGISTER_SERVER, 440, Operation::NameChange),
    service("OpenSecureChannel", OPEN_SECURE_CHANNEL, 449, Operation::SessionOpen),
    service("CloseSecureChannel", CLOSE_SECURE_CHANNEL, 455, Operation::SessionClose),
    service("CreateSession", CREATE_SESSION, 464, Operation::SessionOpen),
    service("ActivateSession", ACTIVATE_SESSION, 470, Operation::SecurityLogin),
    service("CloseSession", CLOSE_SESSION, 476, Operation::SecurityLogout),
    service("Cancel", CANCEL, 482, Operation::ControlCancel),
    service("AddNodes", ADD_NODES, 491, Operation::ConfigureDevice),
    service("AddReferences", ADD_REFERENCES, 497, Operation::ConfigureDevice),
    service("DeleteNodes", DELETE_NODES, 503, Operation::ConfigureDevice),
    service("DeleteReferences", DELETE_REFERENCES, 509, Operation::ConfigureDevice),
    service("Browse", BROWSE, 530, Operation::Browse),
    service("BrowseNext", BROWSE_NEXT, 536, Operation::Browse),
    service("TranslateBrowsePathsToNodeIds", TRANSLATE, 557, Operation::NameResolve),
    service("RegisterNodes", REGISTER_NODES, 563, Operation::NameResolve),
    service("UnregisterNodes", UNREGISTER_NODES, 569, Operation::NameResolve),
    service("QueryFirst", QUERY_FIRST, 618, Operation::Query),
    service("QueryNext", QUERY_NEXT, 624, Operation::Query),
    service("Read", READ, 634, Operation::Read),
    service("HistoryRead", HISTORY_READ, 667, Operation::ReadHistory),
    service("Write", WRITE, 676, Operation::Write),
    service("HistoryUpdate", HISTORY_UPDATE, 703, Operation::WriteHistory),
    service("Call", CALL, 715, Operation::MethodCall),
    service("CreateMonitoredItems", CREATE_MONITORED_ITEMS, 754, Operation::SubscribeStart),
    service("ModifyMonitoredItems", MODIFY_MONITORED_ITEMS, 766, Operation::SubscribeStart),
    service("SetMonitoringMode", SET_MONITORING_MODE, 772, Operation::SubscribeStart),
    service("SetTriggering", SET_TRIGGERING, 778, Operation::SubscribeStart),
    service("DeleteMonitoredItems", DELETE_MONITORED_ITEMS, 784, Operation::SubscribeStop),
    service("CreateSubscription", CREATE_SUBSCRIPTION, 790, Operation::SubscribeStart),
    service("ModifySubscription", MODIFY_SUBSCRIPTION, 796, Operation::SubscribeStart),
    service("SetPublishingMode", SET_PUBLISHING_MODE, 802, Operation::SubscribeStart),
    service("Publish", PUBLISH, 829, Operation::Publish),
    service("Republish", REPUBLISH, 835, Operation::Publish),
    service("TransferSubscriptions", TRANSFER_SUBSCRIPTIONS, 844, Operation::ConfigureConnection),
    service("DeleteSubscriptions", DELETE_SUBSCRIPTIONS, 850, Operation::SubscribeStop),
    service("FindServersOnNetwork", FIND_SERVERS_ON_NETWORK, 12209, Operation::IdentifyServices),
    service("RegisterServer2", REGISTER_SERVER2, 12212, Operation::NameChange),
];

/// What a message is by its type.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Request(&'static Service),
    Response(&'static Service),
    Fault,
}

pub fn of(type_id: u32) -> Option<Kind> {
    if type_id == SERVICE_FAULT {
        return Some(Kind::Fault);
    }
    let at = SERVICES.partition_point(|s| s.request <= type_id).checked_sub(1)?;
    let found = SERVICES.get(at)?;
    if found.request == type_id {
        return Some(Kind::Request(found));
    }
    // The reply's number always stands between two requests' numbers.
    (found.response == type_id).then_some(Kind::Response(found))
}

impl Service {
    /// The protocol's own function: its request's number, and its name.
    pub fn function(&self) -> Function {
        Function {
            code: (self.request != 0).then_some(self.request),
            name: (!self.name.is_empty()).then_some(self.name),
        }
    }
}

//! Services by number, and what each asks for (clauses 13 to 17; 21: BACnetConfirmedServiceChoice).

use crate::dataset::Operation;

pub const ACKNOWLEDGE_ALARM: u8 = 0;
pub const CONFIRMED_COV_NOTIFICATION: u8 = 1;
pub const CONFIRMED_EVENT_NOTIFICATION: u8 = 2;
pub const GET_ALARM_SUMMARY: u8 = 3;
pub const SUBSCRIBE_COV: u8 = 5;
pub const ATOMIC_READ_FILE: u8 = 6;
pub const ATOMIC_WRITE_FILE: u8 = 7;
pub const ADD_LIST_ELEMENT: u8 = 8;
pub const REMOVE_LIST_ELEMENT: u8 = 9;
pub const CREATE_OBJECT: u8 = 10;
pub const DELETE_OBJECT: u8 = 11;
pub const READ_PROPERTY: u8 = 12;
pub const READ_PROPERTY_MULTIPLE: u8 = 14;
pub const WRITE_PROPERTY: u8 = 15;
pub const WRITE_PROPERTY_MULTIPLE: u8 = 16;
pub const DEVICE_COMMUNICATION_CONTROL: u8 = 17;
pub const CONFIRMED_PRIVATE_TRANSFER: u8 = 18;
pub const CONFIRMED_TEXT_MESSAGE: u8 = 19;
pub const REINITIALIZE_DEVICE: u8 = 20;
pub const VT_OPEN: u8 = 21;
pub const VT_CLOSE: u8 = 22;
pub const VT_DATA: u8 = 23;
pub const READ_RANGE: u8 = 26;
pub const LIFE_SAFETY_OPERATION: u8 = 27;
pub const SUBSCRIBE_COV_PROPERTY: u8 = 28;
pub const GET_EVENT_INFORMATION: u8 = 29;
pub const SUBSCRIBE_COV_PROPERTY_MULTIPLE: u8 = 30;
pub const CONFIRMED_COV_NOTIFICATION_MULTIPLE: u8 = 31;

/// Name and operation of a confirmed service.
pub const fn confirmed(choice: u8) -> Option<(&'static str, Operation)> {
    Some(match choice {
        ACKNOWLEDGE_ALARM => ("acknowledgeAlarm", Operation::AlarmAcknowledge),
        CONFIRMED_COV_NOTIFICATION => ("confirmedCOVNotification", Operation::Publish),
        CONFIRMED_EVENT_NOTIFICATION => ("confirmedEventNotification", Operation::Notify),
        GET_ALARM_SUMMARY => ("getAlarmSummary", Operation::ReadEvents),
        4 => ("getEnrollmentSummary", Operation::ReadEvents),
        SUBSCRIBE_COV => ("subscribeCOV", Operation::SubscribeStart),
        ATOMIC_READ_FILE => ("atomicReadFile", Operation::FileRead),
        ATOMIC_WRITE_FILE => ("atomicWriteFile", Operation::FileWrite),
        ADD_LIST_ELEMENT => ("addListElement", Operation::WriteParameter),
        REMOVE_LIST_ELEMENT => ("removeListElement", Operation::WriteParameter),
        CREATE_OBJECT => ("createObject", Operation::ConfigureDevice),
        DELETE_OBJECT => ("deleteObject", Operation::ConfigureDevice),
        READ_PROPERTY => ("readProperty", Operation::Read),
        13 => ("readPropertyConditional", Operation::Read),
        READ_PROPERTY_MULTIPLE => ("readPropertyMultiple", Operation::Read),
        WRITE_PROPERTY => ("writeProperty", Operation::Write),
        WRITE_PROPERTY_MULTIPLE => ("writePropertyMultiple", Operation::Write),
        DEVICE_COMMUNICATION_CONTROL => ("deviceCommunicationControl", Operation::ModeListenOnly),
        CONFIRMED_PRIVATE_TRANSFER => ("confirmedPrivateTransfer", Operation::MethodCall),
        CONFIRMED_TEXT_MESSAGE => ("confirmedTextMessage", Operation::Notify),
        REINITIALIZE_DEVICE => ("reinitializeDevice", Operation::RestartWarm),
        VT_OPEN => ("vtOpen", Operation::SessionOpen),
        VT_CLOSE => ("vtClose", Operation::SessionClose),
        VT_DATA => ("vtData", Operation::MethodCall),
        24 => ("authenticate", Operation::SecurityLogin),
        25 => ("requestKey", Operation::SecurityKey),
        READ_RANGE => ("readRange", Operation::ReadHistory),
        LIFE_SAFETY_OPERATION => ("lifeSafetyOperation", Operation::AlarmDisable),
        SUBSCRIBE_COV_PROPERTY => ("subscribeCOVProperty", Operation::SubscribeStart),
        GET_EVENT_INFORMATION => ("getEventInformation", Operation::ReadEvents),
        SUBSCRIBE_COV_PROPERTY_MULTIPLE => ("subscribeCOVPropertyMultiple", Operation::SubscribeStart),
        CONFIRMED_COV_NOTIFICATION_MULTIPLE => ("confirmedCOVNotificationMultiple", Operation::Publish),
        32 => ("confirmedAuditNotification", Operation::Notify),
        33 => ("auditLogQuery", Operation::ReadHistory),
        _ => return None,
    })
}

pub const I_AM: u8 = 0;
pub const I_HAVE: u8 = 1;
pub const UNCONFIRMED_COV_NOTIFICATION: u8 = 2;
pub const UNCONFIRMED_EVENT_NOTIFICATION: u8 = 3;
pub const UNCONFIRMED_PRIVATE_TRANSFER: u8 = 4;
pub const UNCONFIRMED_TEXT_MESSAGE: u8 = 5;
pub const TIME_SYNCHRONIZATION: u8 = 6;
pub const WHO_HAS: u8 = 7;
pub const WHO_IS: u8 = 8;
pub const UTC_TIME_SYNCHRONIZATION: u8 = 9;
pub const WRITE_GROUP: u8 = 10;
pub const UNCONFIRMED_COV_NOTIFICATION_MULTIPLE: u8 = 11;
pub const WHO_AM_I: u8 = 13;
pub const YOU_ARE: u8 = 14;

/// Name and operation of an unconfirmed service.
pub const fn unconfirmed(choice: u8) -> Option<(&'static str, Operation)> {
    Some(match choice {
        I_AM => ("i-Am", Operation::Notify),
        I_HAVE => ("i-Have", Operation::Notify),
        UNCONFIRMED_COV_NOTIFICATION => ("unconfirmedCOVNotification", Operation::Publish),
        UNCONFIRMED_EVENT_NOTIFICATION => ("unconfirmedEventNotification", Operation::Notify),
        UNCONFIRMED_PRIVATE_TRANSFER => ("unconfirmedPrivateTransfer", Operation::MethodCall),
        UNCONFIRMED_TEXT_MESSAGE => ("unconfirmedTextMessage", Operation::Notify),
        TIME_SYNCHRONIZATION => ("timeSynchronization", Operation::TimeSet),
        WHO_HAS => ("who-Has", Operation::NameResolve),
        WHO_IS => ("who-Is", Operation::IdentifyNetwork),
        UTC_TIME_SYNCHRONIZATION => ("utcTimeSynchronization", Operation::TimeSet),
        WRITE_GROUP => ("writeGroup", Operation::Write),
        UNCONFIRMED_COV_NOTIFICATION_MULTIPLE => ("unconfirmedCOVNotificationMultiple", Operation::Publish),
        12 => ("unconfirmedAuditNotification", Operation::Notify),
        WHO_AM_I => ("who-Am-I", Operation::Notify),
        YOU_ARE => ("you-Are", Operation::ConfigureNetwork),
        _ => return None,
    })
}

/// Confirmed services that a server sends of itself.
pub const fn notifies(choice: u8) -> bool {
    matches!(
        choice,
        CONFIRMED_COV_NOTIFICATION | CONFIRMED_EVENT_NOTIFICATION | CONFIRMED_COV_NOTIFICATION_MULTIPLE | 32
    )
}

/// Unconfirmed services by which a device speaks of itself.
pub const fn announces(choice: u8) -> bool {
    matches!(
        choice,
        I_AM | I_HAVE
            | UNCONFIRMED_COV_NOTIFICATION
            | UNCONFIRMED_EVENT_NOTIFICATION
            | UNCONFIRMED_COV_NOTIFICATION_MULTIPLE
            | 12
            | WHO_AM_I
    )
}

//! Alarms and Events: OPC A&E 1.10 (2002).

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0x65168851_5783_11d1_84a0_00608cb8a7e9 IOPCEventServer from 3:
    GetStatus DiagnoseRead, CreateEventSubscription SubscribeStart, QueryAvailableFilters IdentifyServices,
    QueryEventCategories Browse, QueryConditionNames Browse, QuerySubConditionNames Browse, QuerySourceConditions Browse,
    QueryEventAttributes Browse, TranslateToItemIDs Browse, GetConditionState ReadEvents,
    EnableConditionByArea ConfigureAlarm, EnableConditionBySource ConfigureAlarm, DisableConditionByArea AlarmDisable,
    DisableConditionBySource AlarmDisable, AckCondition AlarmAcknowledge, CreateAreaBrowser Browse},
    interface! {0x71bbe88e_9564_4bcd_bcfc_71c558d94f2d IOPCEventServer2 from 3:
    GetStatus DiagnoseRead, CreateEventSubscription SubscribeStart, QueryAvailableFilters IdentifyServices,
    QueryEventCategories Browse, QueryConditionNames Browse, QuerySubConditionNames Browse, QuerySourceConditions Browse,
    QueryEventAttributes Browse, TranslateToItemIDs Browse, GetConditionState ReadEvents,
    EnableConditionByArea ConfigureAlarm, EnableConditionBySource ConfigureAlarm, DisableConditionByArea AlarmDisable,
    DisableConditionBySource AlarmDisable, AckCondition AlarmAcknowledge, CreateAreaBrowser Browse,
    EnableConditionByArea2 ConfigureAlarm, EnableConditionBySource2 ConfigureAlarm, DisableConditionByArea2 AlarmDisable,
    DisableConditionBySource2 AlarmDisable, GetEnableStateByArea ReadEvents, GetEnableStateBySource ReadEvents},
    interface! {0x65168855_5783_11d1_84a0_00608cb8a7e9 IOPCEventSubscriptionMgt from 3:
    SetFilter SubscribeStart, GetFilter DiagnoseRead, SelectReturnedAttributes SubscribeStart,
    GetReturnedAttributes DiagnoseRead, Refresh ReadEvents, CancelRefresh SubscribeStop, GetState DiagnoseRead,
    SetState SubscribeStart},
    interface! {0x94c955dc_3684_4ccb_afab_f898ce19aac3 IOPCEventSubscriptionMgt2 from 3:
    SetFilter SubscribeStart, GetFilter DiagnoseRead, SelectReturnedAttributes SubscribeStart,
    GetReturnedAttributes DiagnoseRead, Refresh ReadEvents, CancelRefresh SubscribeStop, GetState DiagnoseRead,
    SetState SubscribeStart, SetKeepAlive SubscribeStart, GetKeepAlive DiagnoseRead},
    interface! {0x65168857_5783_11d1_84a0_00608cb8a7e9 IOPCEventAreaBrowser from 3:
    ChangeBrowsePosition Browse, BrowseOPCAreas Browse, GetQualifiedAreaName Browse, GetQualifiedSourceName Browse},
    interface! {0x6516885f_5783_11d1_84a0_00608cb8a7e9 IOPCEventSink from 3: OnEvent AlarmRaise},
];

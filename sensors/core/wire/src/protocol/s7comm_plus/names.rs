//! Ids that have public names: objects that each controller has, classes, attributes (after the S7comm-plus dissector for
//! Wireshark by Thomas Wiens and the libraries that grew from it).

/// Class in the id of a block: 0x8000_0000 | class << 16 | number.
const BLOCK: u32 = 0x8000_0000;
pub const SERVER_SESSION: u32 = 287;
pub const SUBSCRIPTION: u32 = 1001;
pub const GET_NEW_RID: u32 = 211;

pub const SESSION_CLIENT_ID: u32 = 289;
pub const SESSION_USER: u32 = 296;
pub const SESSION_APPLICATION: u32 = 297;
pub const SESSION_HOST: u32 = 298;
pub const SESSION_ROLE: u32 = 299;
pub const SESSION_CHALLENGE: u32 = 303;
pub const SESSION_RESPONSE: u32 = 304;
pub const SESSION_VERSION: u32 = 306;
pub const SESSION_PASSWORD: u32 = 309;
pub const SYSTEM_PAOM: u32 = 319;
pub const ROOT_MEMORY_RESET: u32 = 387;
pub const ROOT_RESET: u32 = 388;
pub const REFERENCE_LIST: u32 = 1048;
pub const STRUCT_SECURITY_KEY: u32 = 1800;
pub const SECURITY_KEY_LAST: u32 = 1828;
pub const SESSION_KEY: u32 = 1830;
pub const LEGITIMATE: u32 = 1846;
pub const OPERATING_STATE_REQUEST: u32 = 2167;
pub const BLOCK_NUMBER: u32 = 2521;
pub const BODY: u32 = 2533;
pub const DB_INITIAL: u32 = 2548;
pub const DB_ACTUAL: u32 = 2550;
pub const CODE: u32 = 2580;
pub const ALARM_COMING: u32 = 2673;
pub const ALARM_GOING: u32 = 2677;
pub const ALARM: u32 = 2681;
pub const AS_STATE_REQUEST: u32 = 3748;
pub const AREA_INITIAL: u32 = 3735;
pub const AREA_ACTUAL: u32 = 3736;
pub const ACKNOWLEDGE_JOB: u32 = 3636;
pub const ENABLE_JOB: u32 = 3643;

/// Attributes whose values are keys, passwords, or what opens a session: they never leave the core.
pub const fn secret(attribute: u32) -> bool {
    matches!(
        attribute,
        SESSION_CHALLENGE | SESSION_RESPONSE | SESSION_PASSWORD | STRUCT_SECURITY_KEY
            ..=SESSION_KEY | LEGITIMATE | 3449 | 3452 | 3453
    )
}

/// Objects that every controller has.
const OBJECTS: [(u32, &str); 33] = [
    (1, "theASRoot"),
    (2, "theHWConfiguration"),
    (3, "thePLCProgram"),
    (4, "theFolders"),
    (5, "theLogs"),
    (8, "theAlarmSubsystem"),
    (10, "theSWEvents"),
    (11, "theTisSubsystem"),
    (30, "theStationConfiguration"),
    (32, "theCommCont"),
    (48, "theCPU"),
    (49, "theCPUproxy"),
    (50, "theCPUcommon"),
    (51, "theCardReaderWriter"),
    (52, "theCPUexecUnit"),
    (53, "theWebServer"),
    (54, "theCPUDisplay"),
    (80, "theIArea"),
    (81, "theQArea"),
    (82, "theMArea"),
    (83, "theS7Counters"),
    (84, "theS7Timers"),
    (201, "ObjectRoot"),
    (211, "GetNewRIDOnServer"),
    (284, "ClassServerSessionContainer"),
    (285, "ObjectServerSessionContainer"),
    (288, "ObjectNullServerSession"),
    (326, "ObjectFolderNetwork"),
    (394, "ObjectOMSObjectModel"),
    (537, "ObjectOMSTypeInfoContainer"),
    (701, "TraceObjectTrace"),
    (1000, "ObjectSubscriptionTypes"),
    (1387, "ResolveAddressRemote"),
];

/// Classes of objects: blocks by what STEP 7 calls them, the rest by the name of the class.
const CLASSES: [(u32, &str); 53] = [
    (255, "Subscriptions"),
    (284, "ServerSessionContainer"),
    (287, "ServerSession"),
    (511, "TypeInfo"),
    (520, "ResponseExtensionContainer"),
    (522, "ResponseExtension"),
    (534, "OMSTypeInfoContainer"),
    (606, "TextLibrary"),
    (1001, "Subscription"),
    (1700, "Transaction"),
    (2179, "CPUexecUnit"),
    (2496, "HWConfiguration"),
    (2520, "PLCProgram"),
    (2538, "Block"),
    (2554, "DataType"),
    (2574, "DB"),
    (2578, "FB"),
    (2579, "FC"),
    (2610, "OB"),
    (2637, "OB"),
    (2638, "OB"),
    (2639, "OB"),
    (2640, "OB"),
    (2641, "OB"),
    (2642, "OB"),
    (2643, "OB"),
    (2644, "OB"),
    (2645, "OB"),
    (2646, "OB"),
    (2647, "OB"),
    (2648, "OB"),
    (2649, "OB"),
    (2650, "OB"),
    (2651, "OB"),
    (2652, "OB"),
    (2653, "OB"),
    (2654, "OB"),
    (2655, "OB"),
    (2656, "OB"),
    (2657, "OB"),
    (2658, "OB"),
    (2662, "AlarmSubscriptionRef"),
    (2669, "AlarmSubsystem"),
    (2681, "DAI"),
    (2700, "TisJob"),
    (2708, "ContinuingTisJob"),
    (2709, "SessionTisJob"),
    (2712, "TisSubscriptionRef"),
    (3636, "AckJob"),
    (3643, "EnDisJob"),
    (3932, "UDT"),
    (3933, "FBT"),
    (3934, "SDT"),
];

/// Attributes.
const ATTRIBUTES: [(u32, &str); 104] = [
    (233, "ObjectVariableTypeName"),
    (289, "ServerSessionClientID"),
    (296, "ServerSessionUser"),
    (297, "ServerSessionApplication"),
    (298, "ServerSessionHost"),
    (299, "ServerSessionRole"),
    (300, "ServerSessionClientRID"),
    (301, "ServerSessionClientComment"),
    (302, "ServerSessionTimeout"),
    (303, "ServerSessionChallenge"),
    (304, "ServerSessionResponse"),
    (305, "ServerSessionRoles"),
    (306, "ServerSessionVersion"),
    (309, "ClientSessionPassword"),
    (310, "ClientSessionLegitimated"),
    (315, "LID_SessionVersionSystemOMS"),
    (316, "LID_SessionVersionProjectOMS"),
    (317, "LID_SessionVersionSystemPAOM"),
    (318, "LID_SessionVersionProjectPAOM"),
    (319, "LID_SessionVersionSystemPAOMString"),
    (320, "LID_SessionVersionProjectPAOMString"),
    (321, "LID_SessionVersionProjectFormat"),
    (387, "RootMemoryReset"),
    (388, "RootReset"),
    (529, "VariableTypeStructModificationTime"),
    (606, "TextLibraryClassRID"),
    (1002, "SubscriptionMissedSendings"),
    (1003, "SubscriptionSubsystemError"),
    (1005, "SubscriptionReferenceTriggerAndTransmitMode"),
    (1037, "SystemLimits"),
    (1040, "SubscriptionRouteMode"),
    (1041, "SubscriptionActive"),
    (1048, "SubscriptionReferenceList"),
    (1049, "SubscriptionCycleTime"),
    (1050, "SubscriptionDelayTime"),
    (1051, "SubscriptionDisabled"),
    (1052, "SubscriptionCount"),
    (1053, "SubscriptionCreditLimit"),
    (1054, "SubscriptionTicks"),
    (1081, "FreeItems"),
    (1082, "SubscriptionFunctionClassId"),
    (1256, "ObjectQualifier"),
    (1257, "ParentRID"),
    (1258, "CompositionAID"),
    (1259, "KeyQualifier"),
    (1702, "TransactionParameters"),
    (1830, "SessionKey"),
    (1842, "EffectiveProtectionLevel"),
    (1843, "ActiveProtectionLevel"),
    (1846, "Legitimate"),
    (2167, "OperatingStateREQ"),
    (2168, "PowerOnAction"),
    (2171, "MaxCycleConfig"),
    (2172, "MinCycleConfig"),
    (2173, "MaxCycleActual"),
    (2174, "MinCycleActual"),
    (2175, "LastCycleActual"),
    (2449, "IdentES"),
    (2453, "LastModified"),
    (2521, "BlockNumber"),
    (2522, "AutoNumbering"),
    (2523, "BlockLanguage"),
    (2524, "KnowhowProtected"),
    (2527, "Unlinked"),
    (2529, "RuntimeModified"),
    (2532, "CRC"),
    (2533, "BodyDescription"),
    (2543, "InterfaceModified"),
    (2544, "InterfaceDescription"),
    (2545, "CompilerSwitches"),
    (2546, "LineComments"),
    (2548, "ValueInitial"),
    (2550, "ValueActual"),
    (2551, "InitialChanged"),
    (2580, "Code"),
    (2581, "ParameterModified"),
    (2584, "NetworkComments"),
    (2585, "NetworkTitles"),
    (2586, "CalleeList"),
    (2587, "InterfaceSignature"),
    (2589, "DebugInfo"),
    (2659, "AlarmDomain"),
    (2660, "itsAlarmSubsystem"),
    (2667, "itsUpdateRelevantDAI"),
    (2670, "CPUAlarmID"),
    (2671, "AllStatesInfo"),
    (2673, "Coming"),
    (2677, "Going"),
    (2688, "TisJobEnabledActual"),
    (2693, "Request"),
    (2694, "Trigger"),
    (2695, "Result"),
    (3449, "KnowhowProtection.Password"),
    (3451, "CPUProtectionLevel"),
    (3452, "Protection.Password"),
    (3453, "Protection.FailsafePassword"),
    (3586, "NetworkParamActual"),
    (3587, "NetworkParamConfig"),
    (3588, "NetworkParamAdapted"),
    (3701, "CPULeds"),
    (3735, "ValueInitial"),
    (3736, "ValueActual"),
    (3748, "ASStateREQ"),
    (7920, "EffectiveProtection"),
];

fn find(table: &[(u32, &'static str)], id: u32) -> Option<&'static str> {
    let at = table.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    table.get(at).map(|(_, name)| *name)
}

pub fn object(id: u32) -> Option<&'static str> {
    find(&OBJECTS, id)
}

pub fn class(id: u32) -> Option<&'static str> {
    find(&CLASSES, id)
}

pub fn attribute(id: u32) -> Option<&'static str> {
    find(&ATTRIBUTES, id)
}

/// Class and number of a block, out of its object's id.
pub fn block(id: u32) -> Option<(u32, u32)> {
    (id & BLOCK != 0).then_some(((id >> 16) & 0x7fff, id & 0xffff))
}

/// `DB2`, `OB1`, from the id of the block's object.
pub fn block_name(id: u32) -> Option<String> {
    let (class_id, number) = block(id)?;
    programs(class_id).then_some(())?;
    class(class_id).map(|class| format!("{class}{number}"))
}

/// Whether objects of a class are parts of the program.
pub const fn programs(class: u32) -> bool {
    matches!(class, 2538 | 2554 | 2574 | 2578 | 2579 | 2610 | 2637..=2658 | 3932..=3935)
}

/// Whether objects of a class watch, modify or force variables (test and commissioning).
pub const fn tests(class: u32) -> bool {
    matches!(class, 2700 | 2708 | 2709 | 2712)
}

#[cfg(test)]
mod names_are_sorted {
    use super::{ATTRIBUTES, CLASSES, OBJECTS, block_name};

    #[test]
    fn so_that_they_are_found() {
        for table in [&OBJECTS[..], &CLASSES, &ATTRIBUTES] {
            assert!(table.is_sorted_by_key(|(id, _)| *id) && !table.is_empty());
        }
        assert_eq!(block_name(0x8a0e_0002).as_deref(), Some("DB2"));
        assert_eq!(block_name(0x8a57_0001).as_deref(), Some("OB1"));
        assert_eq!(block_name(0x7000_0001), None);
    }
}

//! What OPC servers of all kinds have: OPC Common 1.10 (2002), the list of servers, OPC Security 1.00 (2000).

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0xf31dfde2_07b6_11d2_b2d8_0060083ba1fb IOPCCommon from 3:
    SetLocaleID SessionOpen, GetLocaleID DiagnoseRead, QueryAvailableLocaleIDs IdentifyServices,
    GetErrorString DiagnoseRead, SetClientName SessionOpen},
    interface! {0xf31dfde1_07b6_11d2_b2d8_0060083ba1fb IOPCShutdown from 3: ShutdownRequest SessionClose},
    interface! {0x13486d50_4821_11d2_a494_3cb306c10000 IOPCServerList from 3:
    EnumClassesOfCategories IdentifyServices, GetClassDetails IdentifyServices, CLSIDFromProgID IdentifyServices},
    interface! {0x9dd0b56c_ad9e_43ee_8305_487f3188bf7a IOPCServerList2 from 3:
    EnumClassesOfCategories IdentifyServices, GetClassDetails IdentifyServices, CLSIDFromProgID IdentifyServices},
    interface! {0x55c382c8_21c7_4e88_96c1_becfb1e3f483 IOPCEnumGUID from 3:
    Next IdentifyServices, Skip IdentifyServices, Reset IdentifyServices, Clone IdentifyServices},
    interface! {0x7aa83a01_6c77_11d3_84f9_00008630a38b IOPCSecurityNT from 3:
    IsAvailableNT IdentifyServices, QueryMinImpersonationLevel IdentifyServices, ChangeUser SecurityLogin},
    interface! {0x7aa83a02_6c77_11d3_84f9_00008630a38b IOPCSecurityPrivate from 3:
    IsAvailablePriv IdentifyServices, Logon SecurityLogin, Logoff SecurityLogout},
];

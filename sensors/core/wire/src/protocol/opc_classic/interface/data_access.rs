//! Data Access: OPC DA 3.00 (2003), with what 1.0 and 2.05 had.

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0x39c13a4d_011e_11d0_9675_0020afd8adb3 IOPCServer from 3:
    AddGroup SubscribeStart, GetErrorString DiagnoseRead, GetGroupByName Browse, GetStatus DiagnoseRead,
    RemoveGroup SubscribeStop, CreateGroupEnumerator Browse},
    interface! {0x39c13a4e_011e_11d0_9675_0020afd8adb3 IOPCServerPublicGroups from 3:
    GetPublicGroupByName Browse, RemovePublicGroup ConfigureDevice},
    interface! {0x39c13a4f_011e_11d0_9675_0020afd8adb3 IOPCBrowseServerAddressSpace from 3:
    QueryOrganization Browse, ChangeBrowsePosition Browse, BrowseOPCItemIDs Browse, GetItemID Browse,
    BrowseAccessPaths Browse},
    interface! {0x39c13a50_011e_11d0_9675_0020afd8adb3 IOPCGroupStateMgt from 3:
    GetState DiagnoseRead, SetState SubscribeStart, SetName NameChange, CloneGroup SubscribeStart},
    interface! {0x39c13a51_011e_11d0_9675_0020afd8adb3 IOPCPublicGroupStateMgt from 3:
    GetState DiagnoseRead, MoveToPublic ConfigureDevice},
    interface! {0x39c13a52_011e_11d0_9675_0020afd8adb3 IOPCSyncIO from 3: Read Read, Write Write},
    interface! {0x39c13a53_011e_11d0_9675_0020afd8adb3 IOPCAsyncIO from 3:
    Read Read, Write Write, Refresh Read, Cancel SubscribeStop},
    interface! {0x39c13a54_011e_11d0_9675_0020afd8adb3 IOPCItemMgt from 3:
    AddItems SubscribeStart, ValidateItems Browse, RemoveItems SubscribeStop, SetActiveState SubscribeStart,
    SetClientHandles SubscribeStart, SetDatatypes SubscribeStart, CreateEnumerator Browse},
    interface! {0x39c13a55_011e_11d0_9675_0020afd8adb3 IEnumOPCItemAttributes from 3:
    Next Browse, Skip Browse, Reset Browse, Clone Browse},
    interface! {0x39c13a70_011e_11d0_9675_0020afd8adb3 IOPCDataCallback from 3:
    OnDataChange Notify, OnReadComplete Notify, OnWriteComplete Notify, OnCancelComplete Notify},
    interface! {0x39c13a71_011e_11d0_9675_0020afd8adb3 IOPCAsyncIO2 from 3:
    Read Read, Write Write, Refresh2 Read, Cancel2 SubscribeStop, SetEnable SubscribeStart, GetEnable DiagnoseRead},
    interface! {0x39c13a72_011e_11d0_9675_0020afd8adb3 IOPCItemProperties from 3:
    QueryAvailableProperties Browse, GetItemProperties Read, LookupItemIDs Browse},
    interface! {0x5946da93_8b39_4ec8_ab3d_aa73df5bc86f IOPCItemDeadbandMgt from 3:
    SetItemDeadband SubscribeStart, GetItemDeadband DiagnoseRead, ClearItemDeadband SubscribeStart},
    interface! {0x3e22d313_f08b_41a5_86c8_95e95cb49ffc IOPCItemSamplingMgt from 3:
    SetItemSamplingRate SubscribeStart, GetItemSamplingRate DiagnoseRead, ClearItemSamplingRate SubscribeStart,
    SetItemBufferEnable SubscribeStart, GetItemBufferEnable DiagnoseRead},
    interface! {0x39227004_a18f_4b57_8b0a_5235670f4468 IOPCBrowse from 3: GetProperties Read, Browse Browse},
    interface! {0x85c0b427_2893_4cbc_bd78_e5fc5146f08f IOPCItemIO from 3: Read Read, WriteVQT Write},
    interface! {0x730f5f0f_55b1_4c81_9e18_ff8a0904e1fa IOPCSyncIO2 from 3:
    Read Read, Write Write, ReadMaxAge Read, WriteVQT Write},
    interface! {0x0967b97b_36ef_423e_b6f8_6bff1e40d39d IOPCAsyncIO3 from 3:
    Read Read, Write Write, Refresh2 Read, Cancel2 SubscribeStop, SetEnable SubscribeStart, GetEnable DiagnoseRead,
    ReadMaxAge Read, WriteVQT Write, RefreshMaxAge Read},
    interface! {0x8e368666_d72e_4f78_87ed_647611c61c9f IOPCGroupStateMgt2 from 3:
    GetState DiagnoseRead, SetState SubscribeStart, SetName NameChange, CloneGroup SubscribeStart,
    SetKeepAlive SubscribeStart, GetKeepAlive DiagnoseRead},
];

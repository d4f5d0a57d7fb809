//! Data eXchange (OPC DX 1.00), Commands (OPC Commands 1.00) and Batch (OPC Batch 2.00).

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0xc130d281_f4aa_4779_8846_c2c4cb444f2a IOPCConfiguration from 3:
    GetServers Browse, AddServers ConfigureConnection, ModifyServers ConfigureConnection, DeleteServers ConfigureConnection,
    CopyDefaultServerAttributes ConfigureConnection, QueryDXConnections Browse, AddDXConnections ConfigureConnection,
    UpdateDXConnections ConfigureConnection, ModifyDXConnections ConfigureConnection,
    DeleteDXConnections ConfigureConnection, CopyDXConnectionDefaultAttributes ConfigureConnection,
    ResetConfiguration ConfigureDevice},
    interface! {0x3104b525_2016_442d_9696_1275de978778 IOPCCommandInformation from 3:
    QueryCapabilities IdentifyServices, QueryComands Browse, BrowseCommandTargets Browse, GetCommandDescription Browse},
    interface! {0x3104b526_2016_442d_9696_1275de978778 IOPCCommandExecution from 3:
    SyncInvoke MethodCall, AsyncInvoke MethodCall, Connect SubscribeStart, Disconnect SubscribeStop,
    QueryState DiagnoseRead, Control MethodCall},
    interface! {0x3104b527_2016_442d_9696_1275de978778 IOPCComandCallback from 3: OnStateChange Notify},
    interface! {0x8bb4ed50_b314_11d3_b3ea_00c04f8eceaa IOPCBatchServer from 3:
    GetDelimiter Browse, CreateEnumerator Browse},
    interface! {0x895a78cf_b0c5_11d4_a0b7_000102a980b1 IOPCBatchServer2 from 3: CreateFilteredEnumerator Browse},
    interface! {0xa8080da2_e23e_11d2_afa7_00c04f539421 IEnumOPCBatchSummary from 3:
    Next Browse, Skip Browse, Reset Browse, Clone Browse, Count Browse},
    interface! {0xa8080da3_e23e_11d2_afa7_00c04f539421 IOPCEnumerationSets from 3:
    QueryEnumerationSets Browse, QueryEnumeration Browse, QueryEnumerationList Browse},
];

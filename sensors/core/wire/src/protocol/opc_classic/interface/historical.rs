//! Historical Data Access: OPC HDA 1.20 (2003).

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0x1f1217b0_dee0_11d2_a5e5_000086339399 IOPCHDA_Server from 3:
    GetItemAttributes Browse, GetAggregates IdentifyServices, GetHistorianStatus DiagnoseRead, GetItemHandles Browse,
    ReleaseItemHandles SubscribeStop, ValidateItemIDs Browse, CreateBrowse Browse},
    interface! {0x1f1217b1_dee0_11d2_a5e5_000086339399 IOPCHDA_Browser from 3:
    GetEnum Browse, ChangeBrowsePosition Browse, GetItemID Browse, GetBranchPosition Browse},
    interface! {0x1f1217b2_dee0_11d2_a5e5_000086339399 IOPCHDA_SyncRead from 3:
    ReadRaw ReadHistory, ReadProcessed ReadHistory, ReadAtTime ReadHistory, ReadModified ReadHistory,
    ReadAttribute ReadHistory},
    interface! {0x1f1217b3_dee0_11d2_a5e5_000086339399 IOPCHDA_SyncUpdate from 3:
    QueryCapabilities IdentifyServices, Insert WriteHistory, Replace WriteHistory, InsertReplace WriteHistory,
    DeleteRaw WriteHistory, DeleteAtTime WriteHistory},
    interface! {0x1f1217b4_dee0_11d2_a5e5_000086339399 IOPCHDA_SyncAnnotations from 3:
    QueryCapabilities IdentifyServices, Read ReadHistory, Insert WriteHistory},
    interface! {0x1f1217b5_dee0_11d2_a5e5_000086339399 IOPCHDA_AsyncRead from 3:
    ReadRaw ReadHistory, AdviseRaw SubscribeStart, ReadProcessed ReadHistory, AdviseProcessed SubscribeStart,
    ReadAtTime ReadHistory, ReadModified ReadHistory, ReadAttribute ReadHistory, Cancel SubscribeStop},
    interface! {0x1f1217b6_dee0_11d2_a5e5_000086339399 IOPCHDA_AsyncUpdate from 3:
    QueryCapabilities IdentifyServices, Insert WriteHistory, Replace WriteHistory, InsertReplace WriteHistory,
    DeleteRaw WriteHistory, DeleteAtTime WriteHistory, Cancel SubscribeStop},
    interface! {0x1f1217b7_dee0_11d2_a5e5_000086339399 IOPCHDA_AsyncAnnotations from 3:
    QueryCapabilities IdentifyServices, Read ReadHistory, Insert WriteHistory, Cancel SubscribeStop},
    interface! {0x1f1217b8_dee0_11d2_a5e5_000086339399 IOPCHDA_Playback from 3:
    ReadRawWithUpdate ReadHistory, ReadProcessedWithUpdate ReadHistory, Cancel SubscribeStop},
    interface! {0x1f1217b9_dee0_11d2_a5e5_000086339399 IOPCHDA_DataCallback from 3:
    OnDataChange Notify, OnReadComplete Notify, OnReadModifiedComplete Notify, OnReadAttributeComplete Notify,
    OnReadAnnotations Notify, OnInsertAnnotations Notify, OnPlayback Notify, OnUpdateComplete Notify,
    OnCancelComplete Notify},
];

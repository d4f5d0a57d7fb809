//! Interfaces of DCOM and DCE/RPC that carry OPC and much else (MS-DCOM 3.1; C706 appendix O; MS-OAUT): none of them names
//! OPC.

use super::{Interface, interface};

pub const INTERFACES: &[Interface] = &[
    interface! {0xe1af8308_5d1f_11c9_91a4_08002b14a0fa ept from 0:
    ept_insert ConfigureRoute, ept_delete ConfigureRoute, ept_lookup IdentifyServices, ept_map NameResolve,
    ept_lookup_handle_free IdentifyServices, ept_inq_object IdentifyServices, ept_mgmt_delete ConfigureRoute},
    interface! {0x99fcfec4_5260_101b_bbcb_00aa0021347a IObjectExporter from 0:
    ResolveOxid NameResolve, SimplePing SessionKeepalive, ComplexPing SessionKeepalive, ServerAlive DiagnoseEcho,
    ResolveOxid2 NameResolve, ServerAlive2 DiagnoseEcho},
    interface! {0x4d9f4ab8_7d1c_11cf_861e_0020af6e7c57 IActivation from 0: RemoteActivation SessionOpen},
    interface! {0x000001a0_0000_0000_c000_000000000046 IRemoteSCMActivator from 3:
    RemoteGetClassObject SessionOpen, RemoteCreateInstance SessionOpen},
    interface! {0x00000131_0000_0000_c000_000000000046 IRemUnknown from 3:
    RemQueryInterface IdentifyServices, RemAddRef SessionKeepalive, RemRelease SessionKeepalive},
    interface! {0x00000143_0000_0000_c000_000000000046 IRemUnknown2 from 3:
    RemQueryInterface IdentifyServices, RemAddRef SessionKeepalive, RemRelease SessionKeepalive,
    RemQueryInterface2 IdentifyServices},
    interface! {0xb196b284_bab4_101a_b69c_00aa00341d07 IConnectionPointContainer from 3:
    EnumConnectionPoints Browse, FindConnectionPoint Browse},
    interface! {0xb196b286_bab4_101a_b69c_00aa00341d07 IConnectionPoint from 3:
    GetConnectionInterface Browse, GetConnectionPointContainer Browse, Advise SubscribeStart, Unadvise SubscribeStop,
    EnumConnections Browse},
    interface! {0x00000101_0000_0000_c000_000000000046 IEnumString from 3:
    Next Browse, Skip Browse, Reset Browse, Clone Browse},
    interface! {0x00000100_0000_0000_c000_000000000046 IEnumUnknown from 3:
    Next Browse, Skip Browse, Reset Browse, Clone Browse},
    interface! {0x0002e000_0000_0000_c000_000000000046 IEnumGUID from 3:
    Next Browse, Skip Browse, Reset Browse, Clone Browse},
];

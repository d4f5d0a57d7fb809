//! Interfaces of OPC and of what carries it, with their operations. In DCOM an operation's number is its place in the
//! interface's table of methods, of which IUnknown has the first three; these are never called over the wire.

mod carrier;
mod data_access;
mod events;
mod further;
mod historical;
mod server;

use crate::dataset::Operation;
use crate::protocol::dcerpc::uuid::Uuid;

#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Interface and method: `IOPCSyncIO.Read`.
    pub name: &'static str,
    pub operation: Operation,
}

#[derive(Clone, Copy, Debug)]
pub struct Interface {
    pub id: Uuid,
    pub name: &'static str,
    /// Number of the first method.
    pub first: u16,
    pub methods: &'static [Method],
}

impl Interface {
    pub fn method(&self, operation: u16) -> Option<&'static Method> {
        self.methods.get(usize::from(operation.checked_sub(self.first)?))
    }
}

/// A line of a table: number, name, number of the first method, methods with what they do.
macro_rules! interface {
    ($id:literal $name:ident from $first:literal: $($method:ident $operation:ident),+ $(,)?) => {
        $crate::protocol::opc_classic::interface::Interface {
            id: $crate::protocol::dcerpc::uuid::Uuid($id),
            name: stringify!($name),
            first: $first,
            methods: &[$($crate::protocol::opc_classic::interface::Method {
                name: concat!(stringify!($name), ".", stringify!($method)),
                operation: $crate::dataset::Operation::$operation,
            }),+],
        }
    };
}
use interface;

/// Interfaces that only OPC has.
const OPC: [&[Interface]; 5] =
    [data_access::INTERFACES, historical::INTERFACES, events::INTERFACES, server::INTERFACES, further::INTERFACES];

/// The OPC interface of this number.
pub fn opc(id: Uuid) -> Option<&'static Interface> {
    OPC.iter().flat_map(|group| group.iter()).find(|interface| interface.id == id)
}

/// The interface of this number, of OPC or of what carries it.
pub fn of(id: Uuid) -> Option<&'static Interface> {
    opc(id).or_else(|| carrier::INTERFACES.iter().find(|interface| interface.id == id))
}

/// What only an OPC client asks for by number: an interface, a category of servers, or the list of servers itself.
pub fn asked(id: Uuid) -> bool {
    opc(id).is_some() || class(id).is_some()
}

/// Categories that servers register under, and the class of the list of servers (OPC Common 1.10, 4; OPC DA 3.00, 4.7).
pub fn class(id: Uuid) -> Option<&'static str> {
    Some(match id.0 {
        0x63d5f430_cfe4_11d1_b2c8_0060083ba1fb => "OPC DA 1.0 servers",
        0x63d5f432_cfe4_11d1_b2c8_0060083ba1fb => "OPC DA 2.0 servers",
        0xcc603642_66d7_48f1_b69a_b625e73652d7 => "OPC DA 3.0 servers",
        0x3098eda4_a006_48b2_a27f_247453959408 => "OPC XML-DA servers",
        0x58e13251_ac87_11d1_84d5_00608cb8a7e9 => "OPC A&E 1.0 servers",
        0x7de5b060_e089_11d2_a5e6_000086339399 => "OPC HDA 1.0 servers",
        0xa8080da0_e23e_11d2_afa7_00c04f539421 => "OPC Batch 1.0 servers",
        0x843de67b_b0c9_11d4_a0b7_000102a980b1 => "OPC Batch 2.0 servers",
        0xa0c85bb8_4161_4fd6_8655_bb584601c9e0 => "OPC DX 1.0 servers",
        0x2d869d5c_3b05_41fb_851a_642fb2b801a0 => "OPC Commands 1.0 servers",
        0x13486d51_4821_11d2_a494_3cb306c10000 => "OPC.ServerList",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Interface, OPC, carrier, of, opc};
    use crate::protocol::dcerpc::uuid::Uuid;
    use std::collections::HashSet;

    fn all() -> impl Iterator<Item = &'static Interface> {
        OPC.iter().flat_map(|group| group.iter()).chain(carrier::INTERFACES)
    }

    #[test]
    fn each_number_and_name_stands_once() {
        let numbers: HashSet<u128> = all().map(|interface| interface.id.0).collect();
        let names: HashSet<&str> = all().map(|interface| interface.name).collect();
        assert_eq!((numbers.len(), names.len()), (all().count(), all().count()));
        for interface in all() {
            let methods: HashSet<&str> = interface.methods.iter().map(|method| method.name).collect();
            assert_eq!(methods.len(), interface.methods.len(), "{}", interface.name);
        }
    }

    /// As the interface definitions and other decoders have them.
    #[test]
    fn operations_go_by_their_place_behind_those_of_iunknown() {
        for (number, operation, name) in [
            (0x39c13a52_011e_11d0_9675_0020afd8adb3_u128, 4, "IOPCSyncIO.Write"),
            (0x730f5f0f_55b1_4c81_9e18_ff8a0904e1fa, 6, "IOPCSyncIO2.WriteVQT"),
            (0x0967b97b_36ef_423e_b6f8_6bff1e40d39d, 10, "IOPCAsyncIO3.WriteVQT"),
            (0x8e368666_d72e_4f78_87ed_647611c61c9f, 7, "IOPCGroupStateMgt2.SetKeepAlive"),
            (0x1f1217b3_dee0_11d2_a5e5_000086339399, 7, "IOPCHDA_SyncUpdate.DeleteRaw"),
            (0x1f1217b9_dee0_11d2_a5e5_000086339399, 11, "IOPCHDA_DataCallback.OnCancelComplete"),
            (0x65168851_5783_11d1_84a0_00608cb8a7e9, 17, "IOPCEventServer.AckCondition"),
            (0x71bbe88e_9564_4bcd_bcfc_71c558d94f2d, 24, "IOPCEventServer2.GetEnableStateBySource"),
            (0x94c955dc_3684_4ccb_afab_f898ce19aac3, 12, "IOPCEventSubscriptionMgt2.GetKeepAlive"),
            (0xc130d281_f4aa_4779_8846_c2c4cb444f2a, 14, "IOPCConfiguration.ResetConfiguration"),
            (0x00000143_0000_0000_c000_000000000046, 6, "IRemUnknown2.RemQueryInterface2"),
            (0x000001a0_0000_0000_c000_000000000046, 4, "IRemoteSCMActivator.RemoteCreateInstance"),
            (0x99fcfec4_5260_101b_bbcb_00aa0021347a, 5, "IObjectExporter.ServerAlive2"),
            (0x4d9f4ab8_7d1c_11cf_861e_0020af6e7c57, 0, "IActivation.RemoteActivation"),
        ] {
            let method = of(Uuid(number)).and_then(|interface| interface.method(operation));
            assert_eq!(method.map(|method| method.name), Some(name));
        }
        let read = of(Uuid(0x39c13a52_011e_11d0_9675_0020afd8adb3)).unwrap();
        assert!(read.method(2).is_none() && read.method(5).is_none());
        assert!(opc(Uuid(0x00000143_0000_0000_c000_000000000046)).is_none(), "DCOM's own is no mark of OPC");
    }
}

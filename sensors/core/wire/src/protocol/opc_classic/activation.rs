//! Objects that are created, and interfaces that are asked of them (MS-DCOM 3.1.2.5.2.3, 3.1.1.5.6).

use super::account::{Account, Call};
use super::interface::{self, Interface};
use crate::protocol::dcerpc::ndr::Ndr;
use crate::protocol::dcerpc::orpc;
use crate::protocol::dcerpc::uuid::Uuid;

/// Interfaces that are told of one request.
const TOLD: usize = 16;
const REMOTE_ACTIVATION: &str = "IActivation.RemoteActivation";
const CREATE_INSTANCE: &str = "IRemoteSCMActivator.RemoteCreateInstance";
const CLASS_OBJECT: &str = "IRemoteSCMActivator.RemoteGetClassObject";
/// The property that says what is to be created (2.2.22.2.1).
const INSTANTIATION: Uuid = Uuid(0x000001ab_0000_0000_c000_000000000046);
/// "MEOW", and a reference of a kind of its own (2.2.18.6).
const REFERENCE: u32 = 0x574f_454d;
const CUSTOM: u32 = 4;
const PROPERTIES: usize = 64;

/// What is asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wanted {
    pub class: Option<Uuid>,
    pub interfaces: Vec<Uuid>,
}

impl Wanted {
    pub fn all(&self) -> impl Iterator<Item = Uuid> {
        self.class.iter().chain(&self.interfaces).copied()
    }
}

/// What a request asks for, if it is one that does.
pub fn wanted(interface: &Interface, operation: u16, stub: &[u8], little: bool) -> Option<Wanted> {
    let name = interface.method(operation)?.name;
    let mut stub = orpc::this(stub, little)?;
    match name {
        REMOTE_ACTIVATION => remote_activation(&mut stub),
        CREATE_INSTANCE => create_instance(&mut stub, true),
        CLASS_OBJECT => create_instance(&mut stub, false),
        _ if name.ends_with(".RemQueryInterface") => query_interface(&mut stub, true),
        _ if name.ends_with(".RemQueryInterface2") => query_interface(&mut stub, false),
        _ => None,
    }
}

/// | class 16 | pointer to a name | pointer to a storage | level 4 | mode 4 | interfaces 4 | pointer to | interfaces | | …
fn remote_activation(stub: &mut Ndr<'_>) -> Option<Wanted> {
    let class = Some(stub.uuid()?);
    if stub.pointer()? {
        stub.text()?;
    }
    if stub.pointer()? {
        let size = stub.count(1)?;
        stub.take(size.checked_add(4)?)?;
    }
    stub.align(4);
    stub.take(12)?;
    let interfaces = if stub.pointer()? { uuids(stub)? } else { Vec::new() };
    Some(Wanted { class, interfaces })
}

/// | pointer to an outer object | pointer to | size 4 | bytes 4 | properties | |; the outer object only where one is created.
fn create_instance(stub: &mut Ndr<'_>, outer: bool) -> Option<Wanted> {
    if outer && stub.pointer()? {
        let size = stub.count(1)?;
        stub.take(size.checked_add(4)?)?;
    }
    if !stub.pointer()? {
        return None;
    }
    let size = stub.count(1)?;
    stub.u32()?;
    properties(stub.take(size)?)
}

/// | "MEOW" | kind 4 | interface 16 | class 16 | 0 | size 4 | size 4 | 0 | head | properties one after another |, all in little
/// endian. Head: | 16 | size 4 | size of the head 4 | 0 | destination 4 | count 4 | class 16 | pointers 12 | classes | sizes |.
fn properties(data: &[u8]) -> Option<Wanted> {
    let mut reference = Ndr::new(data, true);
    if (reference.u32()?, reference.u32()?) != (REFERENCE, CUSTOM) {
        return None;
    }
    reference.take(48)?;
    let blob = reference.take(reference.left())?;
    let mut head = Ndr::new(blob, true);
    head.take(20)?;
    let size = usize::try_from(head.u32()?).ok()?;
    head.take(8)?;
    let count = usize::try_from(head.u32()?).ok().filter(|count| *count <= PROPERTIES)?;
    head.take(28)?;
    let classes = uuids(&mut head)?;
    let sizes = head.count(4)?;
    let mut at = size;
    for class in classes.iter().take(count.min(sizes)) {
        if *class == INSTANTIATION {
            return instantiation(blob.get(at..)?);
        }
        at = at.checked_add(usize::try_from(head.u32()?).ok()?)?;
    }
    None
}

/// | 16 | class 16 | context 4 | flags 4 | surrogate 4 | interfaces 4 | flag 4 | pointer | size 4 | version 4 | interfaces |
fn instantiation(data: &[u8]) -> Option<Wanted> {
    let mut data = Ndr::new(data, true);
    data.take(16)?;
    let class = Some(data.uuid()?);
    data.take(20)?;
    let there = data.pointer()?;
    data.take(8)?;
    let interfaces = if there { uuids(&mut data)? } else { Vec::new() };
    Some(Wanted { class, interfaces })
}

/// | pointer 16 | references 4 | interfaces 2 | count 4 | interfaces |; the second kind counts no references.
fn query_interface(stub: &mut Ndr<'_>, counted: bool) -> Option<Wanted> {
    stub.uuid()?;
    if counted {
        stub.u32()?;
    }
    stub.u16()?;
    Some(Wanted { class: None, interfaces: uuids(stub)? })
}

/// | count 4 | UUIDs |
pub fn uuids(stub: &mut Ndr<'_>) -> Option<Vec<Uuid>> {
    let count = stub.count(16)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let one = stub.uuid()?;
        if found.len() < TOLD {
            found.push(one);
        }
    }
    Some(found)
}

/// A number as it is told: by its name, where it has one.
pub fn shown(id: Uuid) -> String {
    let known = interface::of(id).map(|interface| interface.name).or_else(|| interface::class(id));
    known.map_or_else(|| id.to_string(), ToOwned::to_owned)
}

/// Tells what a request asks for.
pub fn tell(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let Some(stub) = call.request else { return Some(()) };
    let wanted = wanted(call.interface, call.operation, stub, call.little)?;
    match wanted.class {
        Some(class) => {
            account.object("class", &shown(class));
            let names: Vec<String> = wanted.interfaces.iter().map(|id| shown(*id)).collect();
            account.details.texts("interfaces", names.iter().map(String::as_str));
        }
        None => {
            for id in &wanted.interfaces {
                account.object("interface", &shown(*id));
            }
        }
    }
    Some(())
}

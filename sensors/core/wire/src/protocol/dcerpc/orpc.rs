//! What DCOM puts around the arguments of its calls (MS-DCOM 2.2.13): `this` of a request, `that` of a
//! response.

use super::ndr::Ndr;

/// Extensions of one call, and bytes of each, that are passed over.
const EXTENTS: usize = 16;

/// | version 2, 2 | flags 4 | 0 | causality 16 | extensions |; what stands behind it.
pub fn this<'a>(stub: &'a [u8], little: bool) -> Option<Ndr<'a>> {
    let mut stub = Ndr::new(stub, little);
    let (major, _) = (stub.u16()?, stub.u16()?);
    stub.take(8)?;
    stub.uuid()?;
    (major == 5).then_some(())?;
    extensions(&mut stub)?;
    Some(stub)
}

/// | flags 4 | extensions |; what stands behind it.
pub fn that<'a>(stub: &'a [u8], little: bool) -> Option<Ndr<'a>> {
    let mut stub = Ndr::new(stub, little);
    stub.u32()?;
    extensions(&mut stub)?;
    Some(stub)
}

/// A pointer to | size 4 | 0 | pointer to an array of pointers to | bytes 4 | id 16 | size 4 | bytes | |.
fn extensions(stub: &mut Ndr<'_>) -> Option<()> {
    if !stub.pointer()? {
        return Some(());
    }
    stub.take(8)?;
    if !stub.pointer()? {
        return Some(());
    }
    let count = stub.count(4)?;
    let mut there = 0;
    for _ in 0..count.min(EXTENTS) {
        there += usize::from(stub.pointer()?);
    }
    for _ in 0..there {
        let most = stub.count(1)?;
        stub.uuid()?;
        stub.u32()?;
        stub.take(most)?;
    }
    Some(())
}

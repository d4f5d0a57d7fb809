//! Groups, servers and who uses them: calls with a few plain arguments (OPC DA 3.00, 4.5.1 to 4.5.3; OPC Common 1.10, 3.1, 4;
//! OPC Security 1.00, 4.2).

use super::account::{Account, Call, Login};
use super::activation::{shown, uuids};
use super::item;
use crate::protocol::defaults;

/// AddGroup: | name | active 4 | rate 4 | client's number 4 | pointer | pointer | locale 4 | interface 16 |; its answer: |
/// number 4 | rate 4 | object |.
pub fn add(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let mut name = String::new();
    if call.request.is_some() {
        let mut stub = call.asked()?;
        name = stub.text()?;
        account.object("group", &name);
        stub.u32()?;
        account.details.number("update_rate", stub.u32()?);
    }
    if call.response.is_some() {
        let mut stub = call.told()?;
        let handle = stub.u32()?;
        account.details.number("revised_update_rate", stub.u32()?);
        if handle != 0 && !name.is_empty() {
            account.groups.learn(handle, &name);
        }
    }
    Some(())
}

/// RemoveGroup, RemovePublicGroup: | number 4 | by force 4 |
pub fn remove(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let handle = call.asked()?.u32()?;
    let name = account.groups.shown(handle);
    account.object("group", &name);
    account.groups.forget(handle);
    Some(())
}

/// Calls whose first argument is a text.
pub fn named(call: &Call<'_>, kind: &'static str, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let name = call.asked()?.text()?;
    if !name.is_empty() {
        account.object(kind, &name);
    }
    Some(())
}

/// Calls that name a text behind a number of 2 bytes.
pub fn browsed(call: &Call<'_>, kind: &'static str, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    stub.u16()?;
    let name = stub.text()?;
    if !name.is_empty() {
        account.object(kind, &name);
    }
    Some(())
}

/// GetItemProperties and those about one text, and calls about several: | count 4 | texts |.
pub fn list(call: &Call<'_>, kind: &'static str, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    stub.u32()?;
    for name in item::texts(&mut stub)? {
        account.object(kind, &name);
    }
    Some(())
}

/// EnumClassesOfCategories: | count 4 | categories | …
pub fn categories(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    stub.u32()?;
    for category in uuids(&mut stub)? {
        account.object("category", &shown(category));
    }
    Some(())
}

/// GetClassDetails: | class 16 |; its answer: | pointer to the program's name | pointer to its title |, and those of list 2
/// a third.
pub fn class(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_some() {
        let class = call.asked()?.uuid()?;
        account.object("class", &shown(class));
    }
    if call.response.is_some() {
        let mut stub = call.told()?;
        for key in ["program_id", "title"] {
            if stub.pointer()? {
                let text = stub.text()?;
                account.details.text(key, &text);
            }
        }
    }
    Some(())
}

/// CLSIDFromProgID: | program's name |; its answer: | class 16 |.
pub fn program(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    named(call, "program", account)?;
    if call.response.is_some() {
        let class = call.told()?.uuid()?;
        account.details.text("class", &shown(class));
    }
    Some(())
}

/// SetClientName: | name |
pub fn client(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_some() {
        account.client = Some(call.asked()?.text()?).filter(|name| !name.is_empty());
    }
    Some(())
}

/// GetStatus of DA: | pointer to | started 8 | now 8 | updated 8 | state 2 | groups 4 | load 4 | major 2 | minor 2 | build 2 | 0
/// | pointer to who made it | |; of A&E: | pointer to | 8 | 8 | 8 | state 2 | major 2 | minor 2 | build 2 | 0 | pointer | |.
pub fn status(call: &Call<'_>, events: bool, account: &mut Account<'_>) -> Option<()> {
    if call.response.is_none() {
        return Some(());
    }
    let mut stub = call.told()?;
    if !stub.pointer()? {
        return Some(());
    }
    stub.take(24)?;
    let state = stub.u16()?;
    account.details.text("state", word(state));
    if !events {
        let (_, _) = (stub.u32()?, stub.u32()?);
    }
    let (major, minor, build) = (stub.u16()?, stub.u16()?, stub.u16()?);
    stub.u16()?;
    if stub.pointer()? {
        account.identity.push(("service", stub.text()?));
    }
    account.identity.push(("firmware", format!("{major}.{minor}.{build}")));
    Some(())
}

/// OPCSERVERSTATE (OPC DA 3.00, 4.5.1.1), and OPCEVENTSERVERSTATE, which is the same.
const fn word(state: u16) -> &'static str {
    match state {
        1 => "running",
        2 => "failed",
        3 => "no_config",
        4 => "suspended",
        5 => "test",
        6 => "communication_fault",
        _ => "unknown",
    }
}

/// Logon of OPC Security: | user | password |, which anybody on the way can read below the level of privacy.
pub fn logon(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_none() {
        return Some(());
    }
    let mut stub = call.asked()?;
    let user = stub.text()?;
    let password = stub.text()?;
    account.login = Some(Login { password: !password.is_empty(), known: defaults::known(&user, password.as_bytes()) });
    account.user = Some(user).filter(|user| !user.is_empty());
    Some(())
}

/// ShutdownRequest: | reason |
pub fn shutdown(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    if call.request.is_some() {
        let reason = call.asked()?.text()?;
        if !reason.is_empty() {
            account.details.text("reason", &reason);
        }
    }
    Some(())
}

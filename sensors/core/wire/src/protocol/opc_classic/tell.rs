//! What is said of a call with its answer.

use super::account::{Account, Call};
use super::interface::{self, Method};
use super::session::Who;
use super::speaker::{Key, Speaker};
use super::transfer::By;
use super::{activation, alarm, group, history, item, status, transfer};
use crate::bytes::{be32, le32};
use crate::dataset::rows::SessionRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::dcerpc::header::Header;
use crate::protocol::dcerpc::pdu::Pdu;
use crate::protocol::dcerpc::status as faults;
use crate::protocol::dcerpc::uuid::Uuid;
use crate::protocol::dialogue::Turns;
use crate::protocol::draft::Draft;
use crate::protocol::{Exchange, Function, Outcome, Reply, Talk};
use crate::text::Details;
use std::borrow::Cow;

/// A stub that can be read: plain, and all of it there.
type Stub<'a> = Option<Cow<'a, [u8]>>;

/// The stub of a PDU with what its other fragments brought.
fn stub<'a>(speaker: &mut Speaker, side: Side, header: &Header<'a>, own: &'a [u8]) -> Stub<'a> {
    if header.first() && header.last() {
        return (!header.sealed()).then_some(Cow::Borrowed(own));
    }
    let (mut whole, all) = speaker.fragments.take(side, header.call)?;
    // Of a request the first fragment stands here, and all of them were kept; of an answer the last.
    if header.last() {
        whole.extend_from_slice(own);
    }
    (all && !header.sealed()).then_some(Cow::Owned(whole))
}

/// How a call ended.
struct End {
    outcome: Outcome,
    status: Option<(u32, &'static str)>,
    fault: Option<u32>,
}

fn end(answer: Option<&Pdu<'_>>, stub: Option<&[u8]>, little: bool) -> End {
    match answer {
        None => End { outcome: Outcome::Unknown, status: None, fault: None },
        Some(Pdu::Fault(code)) => {
            End { outcome: Outcome::Failure, status: Some((*code, faults::fault(*code))), fault: Some(*code) }
        }
        // The last number of an answer is its result.
        Some(_) => {
            let at = stub.and_then(|stub| stub.len().checked_sub(4).filter(|at| at % 4 == 0));
            let code = at.zip(stub).and_then(|(at, stub)| if little { le32(stub, at) } else { be32(stub, at) });
            let outcome = match code {
                Some(code) if status::fails(code) => Outcome::Failure,
                Some(_) => Outcome::Success,
                None => Outcome::Unknown,
            };
            End { outcome, status: code.map(|code| (code, status::name(code))), fault: None }
        }
    }
}

pub fn called(speaker: &mut Speaker, number: u32, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let (asked, told) = (turns.request.and_then(Header::read), turns.answer.and_then(Header::read));
    let (question, answer) = (asked.as_ref().and_then(Pdu::read), told.as_ref().and_then(Pdu::read));
    let request = match (&asked, &question) {
        (Some(header), Some(Pdu::Request { stub: own, .. })) => stub(speaker, turns.sender, header, own),
        _ => None,
    };
    let response = match (&told, &answer) {
        (Some(header), Some(Pdu::Response { stub: own })) => stub(speaker, turns.sender.other(), header, own),
        _ => None,
    };
    speaker.fragments.take(turns.sender.other(), number);
    let little = told.or(asked).is_some_and(|header| header.little);
    let end = end(answer.as_ref(), response.as_deref(), little);
    if answer.is_some() {
        speaker.who.answered(end.fault, talk);
    }
    let (context, code) = match question {
        Some(Pdu::Request { context, operation, .. }) => (Some(context), Some(operation)),
        _ => (None, None),
    };
    let id = context.and_then(|context| speaker.contexts.interface(context));
    let interface = id.and_then(interface::of);
    let method = interface.zip(code).and_then(|(interface, code)| interface.method(code));
    let sealed = asked.or(told).is_some_and(|header| header.sealed());
    let plain = !sealed && !context.is_some_and(|context| speaker.contexts.wide(context));
    let mut drafts = std::mem::take(&mut speaker.drafts);
    drafts.clear();
    let mut account = Account {
        drafts: &mut drafts,
        details: Details::default(),
        operation: method.map_or(Operation::Unknown, |method| method.operation),
        items: &mut speaker.items,
        groups: &mut speaker.groups,
        untold: 0,
        client: None,
        user: None,
        login: None,
        identity: Vec::new(),
    };
    if let (Some(interface), Some(method), Some(code), true) = (interface, method, code, plain) {
        let same = asked.zip(told).is_none_or(|(asked, told)| asked.little == told.little);
        let response = response.as_deref().filter(|_| end.outcome == Outcome::Success && same);
        let call =
            Call { interface, name: method.name, operation: code, little, request: request.as_deref(), response };
        if read(&call, &mut account).is_none() {
            talk.flag(Flag::OpcClassicStub, None, None);
        }
    }
    let Account { details, operation, client, user, login, identity, untold, .. } = account;
    speaker.who.client = client.or(speaker.who.client.take());
    for (attribute, value) in identity.iter().filter(|(_, value)| !value.is_empty()) {
        talk.identity(turns.sender.other(), attribute, value, 0.8, "opc GetStatus");
    }
    if let Some(login) = login {
        logon(&login, user.as_deref(), &end, turns, talk);
    }
    let details = finish(details, id.filter(|_| method.is_none()), (sealed, untold));
    let details = drafts.texts(|out| out.push_str(&details));
    if drafts.list.is_empty() {
        drafts.list.push(Draft::new(operation));
    }
    for draft in drafts.list.iter_mut().filter(|draft| draft.details.is_empty()) {
        draft.details = details.clone();
    }
    let who: &Who = &speaker.who;
    drafts.hand(|items| {
        talk.exchange(&Exchange {
            function: Function { code: code.map(u32::from), name: method.map(|method: &Method| method.name) },
            outcome: end.outcome,
            status: end.status,
            user: user.as_deref().or(who.user.as_deref()),
            client_name: who.client(),
            flagged: turns.flagged || ((turns.answer.is_some() || turns.reply == Reply::None) && talk.flagged()),
            ..turns.exchange(items)
        });
    });
    speaker.drafts = drafts;
}

/// Facts of the whole call, as text.
fn finish(mut details: Details, id: Option<Uuid>, (sealed, untold): (bool, u32)) -> String {
    if let Some(id) = id {
        details.text("interface", &activation::shown(id));
    }
    if sealed {
        details.truth("sealed", true);
    }
    if untold > 0 {
        details.number("untold", untold);
    }
    details.finish().unwrap_or_default()
}

/// A logon of OPC Security.
fn logon(login: &super::account::Login, user: Option<&str>, end: &End, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
    let row = SessionRow {
        ot_session_kind: Some("opc_private"),
        ot_operation: Some(Operation::SecurityLogin.name()),
        event_outcome: Some(end.outcome.name()),
        ot_status_code: end.status.map(|(code, _)| code),
        ot_status_name: end.status.map(|(_, name)| name),
        ot_reply: Some(turns.reply.name()),
        event_duration: turns.duration,
        ot_message: Some(turns.ordinal),
        user_name: user,
        ot_secret_kind: Some(if login.password { "password" } else { "none" }),
        ot_secret_encrypted: login.password.then_some(false),
        ot_secret_known: Some(login.known),
        ..SessionRow::default()
    };
    talk.session(turns.sender, turns.span, turns.ordinal, row);
    if end.outcome == Outcome::Failure {
        talk.refused_login();
    }
}

/// Reads the arguments of a call that says more than its name. None: they do not fit their stub.
fn read(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    match call.name {
        "IActivation.RemoteActivation"
        | "IRemoteSCMActivator.RemoteGetClassObject"
        | "IRemoteSCMActivator.RemoteCreateInstance"
        | "IRemUnknown.RemQueryInterface"
        | "IRemUnknown2.RemQueryInterface"
        | "IRemUnknown2.RemQueryInterface2" => activation::tell(call, account),
        "IOPCServer.AddGroup" => group::add(call, account),
        "IOPCServer.RemoveGroup" | "IOPCServerPublicGroups.RemovePublicGroup" => group::remove(call, account),
        "IOPCServer.GetGroupByName"
        | "IOPCServerPublicGroups.GetPublicGroupByName"
        | "IOPCGroupStateMgt.SetName"
        | "IOPCGroupStateMgt2.SetName" => group::named(call, "group", account),
        "IOPCServer.GetStatus" => group::status(call, false, account),
        "IOPCEventServer.GetStatus" | "IOPCEventServer2.GetStatus" => group::status(call, true, account),
        "IOPCCommon.SetClientName" => group::client(call, account),
        "IOPCShutdown.ShutdownRequest" => group::shutdown(call, account),
        "IOPCSecurityPrivate.Logon" => group::logon(call, account),
        "IOPCServerList.EnumClassesOfCategories" | "IOPCServerList2.EnumClassesOfCategories" => {
            group::categories(call, account)
        }
        "IOPCServerList.GetClassDetails" | "IOPCServerList2.GetClassDetails" => group::class(call, account),
        "IOPCServerList.CLSIDFromProgID" | "IOPCServerList2.CLSIDFromProgID" => group::program(call, account),
        "IOPCBrowseServerAddressSpace.ChangeBrowsePosition" | "IOPCHDA_Browser.ChangeBrowsePosition" => {
            group::browsed(call, "branch", account)
        }
        "IOPCBrowseServerAddressSpace.GetItemID"
        | "IOPCBrowseServerAddressSpace.BrowseAccessPaths"
        | "IOPCHDA_Browser.GetItemID"
        | "IOPCItemProperties.QueryAvailableProperties"
        | "IOPCItemProperties.GetItemProperties"
        | "IOPCItemProperties.LookupItemIDs" => group::named(call, "item", account),
        "IOPCBrowse.GetProperties" => group::list(call, "item", account),
        "IOPCItemMgt.AddItems" | "IOPCItemMgt.ValidateItems" => item::added(call, account),
        "IOPCItemMgt.RemoveItems" => item::numbered(call, 0, account),
        "IOPCSyncIO.Read" | "IOPCSyncIO2.Read" => transfer::read(call, account),
        "IOPCSyncIO2.ReadMaxAge" => transfer::read_apart(call, By::Number, account),
        "IOPCItemIO.Read" => transfer::read_apart(call, By::Name, account),
        "IOPCSyncIO.Write" | "IOPCSyncIO2.Write" | "IOPCAsyncIO2.Write" | "IOPCAsyncIO3.Write" => {
            transfer::write(call, 0, (By::Number, false), account)
        }
        "IOPCAsyncIO.Write" => transfer::write(call, 1, (By::Number, false), account),
        "IOPCSyncIO2.WriteVQT" | "IOPCAsyncIO3.WriteVQT" => transfer::write(call, 0, (By::Number, true), account),
        "IOPCItemIO.WriteVQT" => transfer::write(call, 0, (By::Name, true), account),
        "IOPCAsyncIO2.Read" | "IOPCAsyncIO3.Read" | "IOPCAsyncIO3.ReadMaxAge" => transfer::begin(call, 0, account),
        "IOPCDataCallback.OnDataChange" | "IOPCDataCallback.OnReadComplete" => transfer::published(call, account),
        "IOPCDataCallback.OnWriteComplete" => transfer::completed(call, account),
        "IOPCHDA_Server.GetItemHandles" => history::handles(call, account),
        "IOPCHDA_Server.ValidateItemIDs" => group::list(call, "item", account),
        "IOPCHDA_SyncRead.ReadRaw" | "IOPCHDA_AsyncRead.ReadRaw" => history::between(call, 2, account),
        "IOPCHDA_SyncUpdate.DeleteRaw" | "IOPCHDA_AsyncUpdate.DeleteRaw" => history::between(call, 0, account),
        "IOPCHDA_SyncUpdate.DeleteAtTime" | "IOPCHDA_AsyncUpdate.DeleteAtTime" => history::at(call, account),
        "IOPCHDA_SyncUpdate.Insert"
        | "IOPCHDA_SyncUpdate.Replace"
        | "IOPCHDA_SyncUpdate.InsertReplace"
        | "IOPCHDA_AsyncUpdate.Insert"
        | "IOPCHDA_AsyncUpdate.Replace"
        | "IOPCHDA_AsyncUpdate.InsertReplace" => history::update(call, account),
        "IOPCEventServer.AckCondition" | "IOPCEventServer2.AckCondition" => alarm::acknowledge(call, account),
        name if name.starts_with("IOPCEventServer") && name.contains("ableConditionBy") => alarm::switch(call, account),
        _ => Some(()),
    }
}

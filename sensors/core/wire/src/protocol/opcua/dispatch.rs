//! From a message's type to its service: headers (Part 4, 7.32 and 7.33) and bodies.

use super::extension::{skip_diagnostic, skip_diagnostics, skip_extension};
use super::message::Request;
use super::node::node_id;
use super::reader::{Read, Reader};
use super::service as id;
use super::service::Kind;
use super::tables::Tables;
use super::tell::News;
use super::{
    attribute, discovery, history, login, method, monitored, nodes, notification, query, session, subscription, view,
};

/// The type at the head of a body, if the standard knows it. Types of messages stand in namespace 0.
pub fn peek(body: &[u8]) -> Option<Kind> {
    id::of(type_id(&mut Reader::new(body)).ok()?)
}

/// Number of a message's type; 0 for a type outside the standard's namespace.
pub fn type_id(r: &mut Reader<'_>) -> Read<u32> {
    Ok(node_id(r)?.standard().unwrap_or(0))
}

/// What a request says before its body.
pub struct RequestHeader<'a> {
    /// Authentication token as on the wire.
    pub token: &'a [u8],
    /// ms the client waits; 0: no limit said.
    pub timeout: u32,
}

/// | token NodeId | timestamp 8 | handle 4 | return diagnostics 4 | audit entry String | timeout 4 | ExtensionObject |
pub fn request_header<'a>(r: &mut Reader<'a>) -> Read<RequestHeader<'a>> {
    let from = r.at();
    node_id(r)?;
    let token = r.since(from);
    r.i64()?;
    r.u32()?;
    r.u32()?;
    r.bytes()?;
    let timeout = r.u32()?;
    skip_extension(r)?;
    Ok(RequestHeader { token, timeout })
}

/// | timestamp 8 | handle 4 | result 4 | DiagnosticInfo | string table | ExtensionObject |. The service's result.
pub fn response_header(r: &mut Reader<'_>) -> Read<u32> {
    r.i64()?;
    r.u32()?;
    let result = r.u32()?;
    skip_diagnostic(r)?;
    r.texts(0)?;
    skip_extension(r)?;
    Ok(result)
}

/// Body of a request.
pub fn request(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, news: &mut News) -> Read<()> {
    match request.service.request {
        id::FIND_SERVERS | id::GET_ENDPOINTS => discovery::ask(r, request, tables),
        id::FIND_SERVERS_ON_NETWORK => discovery::ask_network(r),
        id::REGISTER_SERVER => discovery::register(r, request, news, false),
        id::REGISTER_SERVER2 => discovery::register(r, request, news, true),
        id::CREATE_SESSION => session::create(r, request, tables, news),
        id::ACTIVATE_SESSION => login::activate(r, request, news),
        id::CLOSE_SESSION => session::close(r, request),
        id::CANCEL => {
            let handle = r.u32()?;
            request.first(|entry| {
                entry.details.number("request_handle", handle);
            });
            Ok(())
        }
        id::ADD_NODES => nodes::add_nodes(r, request),
        id::ADD_REFERENCES => nodes::add_references(r, request),
        id::DELETE_NODES => nodes::delete_nodes(r, request),
        id::DELETE_REFERENCES => nodes::delete_references(r, request),
        id::BROWSE => view::browse(r, request),
        id::BROWSE_NEXT => view::browse_next(r, request, tables),
        id::TRANSLATE => view::translate(r, request),
        id::REGISTER_NODES | id::UNREGISTER_NODES => view::nodes(r, request),
        id::QUERY_FIRST => query::first(r, request),
        id::QUERY_NEXT => query::next(r, request),
        id::READ => attribute::read(r, request),
        id::HISTORY_READ => history::read(r, request),
        id::WRITE => attribute::write(r, request),
        id::HISTORY_UPDATE => history::update(r, request),
        id::CALL => method::call(r, request, tables),
        id::CREATE_MONITORED_ITEMS => monitored::create_items(r, request, tables),
        id::MODIFY_MONITORED_ITEMS => monitored::modify_items(r, request, tables),
        id::SET_MONITORING_MODE => monitored::set_mode(r, request, tables),
        id::SET_TRIGGERING => monitored::set_triggering(r, request, tables),
        id::DELETE_MONITORED_ITEMS => monitored::delete_items(r, request, tables),
        id::CREATE_SUBSCRIPTION => subscription::create(r, request),
        id::MODIFY_SUBSCRIPTION => subscription::modify(r, request),
        id::SET_PUBLISHING_MODE => subscription::set_publishing(r, request),
        id::PUBLISH => notification::publish(r),
        id::REPUBLISH => notification::republish(r, request),
        id::TRANSFER_SUBSCRIPTIONS => subscription::transfer(r, request),
        id::DELETE_SUBSCRIPTIONS => subscription::delete(r, request),
        // CloseSecureChannel has a header only; OpenSecureChannel comes in messages of its own.
        _ => Ok(()),
    }
}

/// Body of the reply to a request; Publish is told apart, it is the server's.
pub fn reply(r: &mut Reader<'_>, request: &mut Request, tables: &mut Tables, port: u16, news: &mut News) -> Read<()> {
    match request.service.request {
        id::FIND_SERVERS => discovery::find_servers_reply(r, request),
        id::FIND_SERVERS_ON_NETWORK => discovery::network_reply(r, request),
        id::GET_ENDPOINTS => discovery::get_endpoints_reply(r, request, tables, news),
        id::REGISTER_SERVER2 => discovery::register2_reply(r),
        id::CREATE_SESSION => session::create_reply(r, request, tables, port, news),
        id::ACTIVATE_SESSION => login::activate_reply(r),
        id::CANCEL => {
            let count = r.u32()?;
            request.first(|entry| {
                entry.details.number("cancelled", count);
            });
            Ok(())
        }
        id::ADD_NODES => nodes::add_nodes_reply(r, request, news),
        id::ADD_REFERENCES | id::DELETE_NODES | id::DELETE_REFERENCES => statuses(r, request, news),
        id::BROWSE | id::BROWSE_NEXT => view::browse_reply(r, request, tables, news),
        id::TRANSLATE => view::translate_reply(r, request, news),
        id::REGISTER_NODES => view::register_reply(r, request, news),
        id::QUERY_FIRST => query::first_reply(r, request),
        id::QUERY_NEXT => query::next_reply(r, request),
        id::READ => attribute::read_reply(r, request, news),
        id::HISTORY_READ => history::read_reply(r, request, news),
        id::WRITE => statuses(r, request, news),
        id::HISTORY_UPDATE => history::update_reply(r, request, news),
        id::CALL => method::call_reply(r, request, news),
        id::CREATE_MONITORED_ITEMS => monitored::create_items_reply(r, request, tables, news),
        id::MODIFY_MONITORED_ITEMS => monitored::modify_items_reply(r, request, tables, news),
        id::SET_MONITORING_MODE => statuses(r, request, news),
        id::SET_TRIGGERING => monitored::set_triggering_reply(r, request),
        id::DELETE_MONITORED_ITEMS => monitored::delete_items_reply(r, request, tables, news),
        id::CREATE_SUBSCRIPTION => subscription::create_reply(r, request),
        id::MODIFY_SUBSCRIPTION => subscription::revised(r, request),
        id::SET_PUBLISHING_MODE => statuses(r, request, news),
        id::REPUBLISH => notification::republish_reply(r, request, tables),
        id::TRANSFER_SUBSCRIPTIONS => subscription::transfer_reply(r, request, news),
        id::DELETE_SUBSCRIPTIONS => subscription::delete_reply(r, request, tables, news),
        // CloseSession, RegisterServer, UnregisterNodes answer with a header only.
        _ => Ok(()),
    }
}

/// | results StatusCodes | DiagnosticInfos |
fn statuses(r: &mut Reader<'_>, request: &mut Request, news: &mut News) -> Read<()> {
    request.statuses(r, news)?;
    skip_diagnostics(r)
}

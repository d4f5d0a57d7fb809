//! Sessions: CreateSession and CloseSession (Part 4, 5.6), and the table of a flow's sessions.

use super::certificate::Certificate;
use super::discovery::{application, endpoints, note_place, note_url};
use super::message::{Memo, Request};
use super::node::node_id;
use super::reader::{Read, Reader};
use super::tables::Tables;
use super::tell::News;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::hash;
use std::net::IpAddr;

/// Sessions followed on one flow; a client seldom has more than one.
const SESSIONS: usize = 32;

/// A session by its authentication token, of which only a hash is kept.
#[derive(Default)]
pub struct Session {
    pub key: i64,
    pub client_name: String,
    pub user: Option<String>,
    pub server_name: String,
    pub session_name: String,
    pub application_name: String,
    pub product_uri: String,
    pub endpoint_url: String,
    pub client: Option<Certificate>,
    pub server: Option<Certificate>,
}

/// Sessions of one flow; the oldest gives way.
#[derive(Default)]
pub struct Sessions(Vec<Session>);

impl Sessions {
    pub fn get(&self, key: Option<i64>) -> Option<&Session> {
        self.0.iter().find(|session| Some(session.key) == key)
    }

    /// Notes who logged in.
    pub fn login(&mut self, key: Option<i64>, user: Option<&String>) {
        if let Some(session) = self.0.iter_mut().find(|session| Some(session.key) == key) {
            session.user = user.cloned();
        }
    }

    fn insert(&mut self, session: Session) {
        self.0.retain(|known| known.key != session.key);
        if self.0.len() >= SESSIONS {
            self.0.remove(0);
        }
        self.0.push(session);
    }

    /// Forgets a session, once its last exchange is told.
    pub fn close(&mut self, key: Option<i64>) {
        self.0.retain(|known| Some(known.key) != key);
    }

    pub fn weight(&self) -> usize {
        self.0.capacity() * (size_of::<Session>() + 512)
    }
}

/// Key of an authentication token of one server, so that its use from another address can be told. None: no session.
pub fn key(token: &[u8], server: IpAddr, port: u16) -> Option<i64> {
    // The null NodeId in its three numeric forms.
    if matches!(token, [0, 0] | [1, 0, 0, 0] | [2, 0, 0, 0, 0, 0, 0]) {
        return None;
    }
    let address = server.to_string();
    Some(hash::key(&[b"opcua session", address.as_bytes(), &port.to_be_bytes(), token]))
}

/// | client ApplicationDescription | server URI | endpoint URL | session name | nonce | certificate | timeout 8 | largest reply 4 |
pub fn create(r: &mut Reader<'_>, request: &mut Request, tables: &Tables, news: &mut News) -> Read<()> {
    let client = application(r)?;
    let server_uri = r.text()?;
    let url = r.text()?;
    let name = r.text()?;
    r.bytes()?;
    let from = r.at();
    let certificate = read_certificate(r.bytes()?, from, news);
    let timeout = r.f64()?;
    r.u32()?;
    request.first(|entry| {
        note_url(entry, &url, tables);
        entry.note("session_name", &name);
        entry.note("application_uri", &client.uri);
        entry.note("application_name", &client.name);
        entry.note("server_uri", &server_uri);
        entry.details.real("session_timeout", timeout);
    });
    client.tell(Side::Client, "opcua CreateSession", news);
    if let Some(certificate) = &certificate {
        news.certificate(Side::Client, certificate);
    }
    request.memo = Memo::Session(Box::new(Session {
        client_name: if client.uri.is_empty() { name.clone() } else { client.uri },
        server_name: server_uri,
        session_name: name,
        application_name: client.name,
        product_uri: client.product,
        endpoint_url: url,
        client: certificate,
        ..Session::default()
    }));
    Ok(())
}

/// A certificate inside a body, at this offset.
pub fn read_certificate(der: Option<&[u8]>, at: usize, news: &mut News) -> Option<Certificate> {
    let der = der.filter(|der| !der.is_empty())?;
    let read = Certificate::read(der);
    if read.is_none() {
        news.flags.push((Flag::OpcuaCertificate, at));
    }
    read
}

/// | session NodeId | token NodeId | timeout 8 | nonce | certificate | endpoints | software certificates | signature: algorithm,
/// signature | largest request 4 |
pub fn create_reply(
    r: &mut Reader<'_>,
    request: &mut Request,
    tables: &mut Tables,
    port: u16,
    news: &mut News,
) -> Read<()> {
    let memo = std::mem::take(&mut request.memo);
    node_id(r)?;
    let from = r.at();
    node_id(r)?;
    let token = key(r.since(from), tables.server, port);
    request.session = token;
    let mut session = match memo {
        Memo::Session(session) => *session,
        _ => Session::default(),
    };
    let timeout = r.f64()?;
    r.bytes()?;
    let from = r.at();
    session.server = read_certificate(r.bytes()?, from, news);
    if let Some(certificate) = &session.server {
        news.certificate(Side::Server, certificate);
    }
    let offered = endpoints(r, tables)?;
    note_place(request, offered.here);
    if let Some(server) = offered.server {
        server.tell(Side::Server, "opcua CreateSession", news);
        session.server_name = server.uri;
    }
    software_certificates(r)?;
    signature(r)?;
    r.u32()?;
    request.first(|entry| {
        entry.details.real("revised_session_timeout", timeout);
        entry.note("server_name", &session.server_name);
    });
    if let Some(token) = token {
        session.key = token;
        tables.sessions.insert(session);
    }
    Ok(())
}

/// SignedSoftwareCertificates: | certificate ByteString | signature ByteString |
pub fn software_certificates(r: &mut Reader<'_>) -> Read<()> {
    for _ in 0..r.array()? {
        r.bytes()?;
        r.bytes()?;
    }
    Ok(())
}

/// SignatureData: | algorithm String | signature ByteString |
pub fn signature(r: &mut Reader<'_>) -> Read<()> {
    r.bytes()?;
    r.bytes().map(|_| ())
}

/// | delete subscriptions 1 |
pub fn close(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let delete = r.truth()?;
    request.first(|entry| {
        entry.details.truth("delete_subscriptions", delete);
    });
    Ok(())
}

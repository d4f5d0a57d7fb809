//! Discovery services (Part 4, 5.5): FindServers, FindServersOnNetwork, GetEndpoints, RegisterServer, RegisterServer2.

use super::certificate::Certificate;
use super::extension::{skip_diagnostics, skip_extension};
use super::message::{Entry, Request};
use super::node::localized_text;
use super::policy;
use super::reader::{Read, Reader};
use super::tables::Tables;
use super::tell::News;
use crate::flow::Side;

/// Servers, endpoints and URLs shown of one list.
const SHOWN: usize = 16;
/// Longest URL a client may ask for (Part 6, 7.1.2.3: less than 4,096 bytes).
pub const URL: usize = 4096;

/// ApplicationDescription.
#[derive(Clone, Debug, Default)]
pub struct Application {
    pub uri: String,
    pub product: String,
    pub name: String,
    /// ApplicationType: 0 server, 1 client, 2 both, 3 discovery server.
    pub kind: u32,
    pub urls: Vec<String>,
}

/// | application URI | product URI | name LocalizedText | type 4 | gateway URI | profile URI | discovery URLs |
pub fn application(r: &mut Reader<'_>) -> Read<Application> {
    let (uri, product) = (r.text()?, r.text()?);
    let name = localized_text(r)?;
    let kind = r.u32()?;
    r.bytes()?;
    r.bytes()?;
    Ok(Application { uri, product, name, kind, urls: r.texts(SHOWN)? })
}

impl Application {
    /// Tells what an application says of itself.
    pub fn tell(&self, about: Side, evidence: &'static str, news: &mut News) {
        news.identity(about, "name", &self.name, evidence);
        news.identity(about, "application_uri", &self.uri, evidence);
        news.identity(about, "product_uri", &self.product, evidence);
    }

    /// `urn:plant:server "Tank farm" opc.tcp://…` in one line.
    fn line(&self) -> String {
        format!("{} \"{}\" {}", self.uri, self.name, self.urls.join(" "))
    }
}

/// EndpointDescription.
pub struct Endpoint<'a> {
    pub url: String,
    pub server: Application,
    pub certificate: &'a [u8],
    pub mode: u32,
    pub policy: String,
    pub tokens: String,
}

/// | URL | server | certificate ByteString | mode 4 | policy URI | tokens: policy id, type 4, issued type, issuer URL, policy
/// URI | transport URI | level 1 |
pub fn endpoint<'a>(r: &mut Reader<'a>) -> Read<Endpoint<'a>> {
    let url = r.text()?;
    let server = application(r)?;
    let certificate = r.bytes()?.unwrap_or_default();
    let mode = r.u32()?;
    let policy = policy::short(&r.text()?).to_owned();
    let mut tokens: Vec<&str> = Vec::new();
    for _ in 0..r.array()? {
        r.bytes()?;
        let token = policy::token(r.u32()?);
        for _ in 0..3 {
            r.bytes()?;
        }
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    r.bytes()?;
    r.u8()?;
    Ok(Endpoint { url, server, certificate, mode, policy, tokens: tokens.join(",") })
}

/// A list of EndpointDescriptions: a line for each, the first one's server and its certificate.
pub struct Endpoints<'a> {
    pub lines: Vec<String>,
    pub server: Option<Application>,
    pub certificate: &'a [u8],
    /// Whether one of them is at the server's address; None when none names an address.
    pub here: Option<bool>,
}

/// An array of EndpointDescriptions.
pub fn endpoints<'a>(r: &mut Reader<'a>, tables: &Tables) -> Read<Endpoints<'a>> {
    let mut lines = Vec::new();
    let mut here = None;
    let (mut server, mut certificate): (Option<Application>, &[u8]) = (None, &[]);
    for _ in 0..r.array()? {
        let endpoint = endpoint(r)?;
        here = here.max(tables.endpoint_is_server(&endpoint.url));
        if lines.len() < SHOWN {
            let mode = policy::mode(endpoint.mode).unwrap_or("Invalid");
            lines.push(format!("{} {mode} {} {}", endpoint.url, endpoint.policy, endpoint.tokens));
        }
        server.get_or_insert(endpoint.server);
        if certificate.is_empty() {
            certificate = endpoint.certificate;
        }
    }
    Ok(Endpoints { lines, server, certificate, here })
}

/// The URL a client asks for, and whether its host is the server's address.
pub fn note_url(entry: &mut Entry, url: &str, tables: &Tables) {
    entry.note("endpoint_url", url);
    if let Some(same) = tables.host_is_server(url) {
        entry.details.truth("host_is_server", same);
    }
}

/// | endpoint URL | locales | profile URIs (GetEndpoints) or server URIs (FindServers) |
pub fn ask(r: &mut Reader<'_>, request: &mut Request, tables: &Tables) -> Read<()> {
    let url = r.text()?;
    r.texts(0)?;
    let uris = r.texts(SHOWN)?;
    request.first(|entry| {
        note_url(entry, &url, tables);
        if !uris.is_empty() {
            entry.details.texts("uris", uris.iter().map(String::as_str));
        }
    });
    Ok(())
}

/// Notes whether the endpoints offered are the server's own. If not, the reply is told however often it comes.
pub fn note_place(request: &mut Request, here: Option<bool>) {
    if let Some(here) = here {
        request.first(|entry| {
            entry.details.truth("endpoint_is_server", here);
        });
        request.flagged |= !here;
    }
}

pub fn find_servers_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let mut lines = Vec::new();
    for _ in 0..r.array()? {
        let server = application(r)?;
        if lines.len() < SHOWN {
            lines.push(server.line());
        }
    }
    request.first(|entry| {
        entry.details.texts("servers", lines.iter().map(String::as_str));
    });
    Ok(())
}

pub fn get_endpoints_reply(r: &mut Reader<'_>, request: &mut Request, tables: &Tables, news: &mut News) -> Read<()> {
    let Endpoints { lines, server, certificate, here } = endpoints(r, tables)?;
    note_place(request, here);
    request.first(|entry| {
        entry.details.texts("endpoints", lines.iter().map(String::as_str));
        if let Some(server) = &server {
            entry.note("server_uri", &server.uri);
        }
    });
    if let Some(server) = server.filter(|server| server.kind != DISCOVERY_SERVER) {
        server.tell(Side::Server, "opcua GetEndpoints", news);
        if let Some(certificate) = Certificate::read(certificate) {
            news.certificate(Side::Server, &certificate);
        }
    }
    Ok(())
}

/// ApplicationType of a discovery server: it may speak of others.
const DISCOVERY_SERVER: u32 = 3;

/// | first record 4 | most records 4 | capabilities |
pub fn ask_network(r: &mut Reader<'_>) -> Read<()> {
    r.u32()?;
    r.u32()?;
    r.texts(0).map(|_| ())
}

/// | counter reset 8 | servers: record 4, name, URL, capabilities |
pub fn network_reply(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    r.i64()?;
    let mut lines = Vec::new();
    for _ in 0..r.array()? {
        r.u32()?;
        let (name, url) = (r.text()?, r.text()?);
        r.texts(0)?;
        if lines.len() < SHOWN {
            lines.push(format!("{name} {url}"));
        }
    }
    request.first(|entry| {
        entry.details.texts("servers", lines.iter().map(String::as_str));
    });
    Ok(())
}

/// RegisteredServer: | server URI | product URI | names LocalizedTexts | type 4 | gateway URI | discovery URLs | semaphore
/// file | online 1 |
pub fn register(r: &mut Reader<'_>, request: &mut Request, news: &mut News, extended: bool) -> Read<()> {
    let (uri, product) = (r.text()?, r.text()?);
    let mut name = String::new();
    for i in 0..r.array()? {
        let text = localized_text(r)?;
        if i == 0 {
            name = text;
        }
    }
    r.u32()?;
    r.bytes()?;
    let urls = r.texts(SHOWN)?;
    r.bytes()?;
    let online = r.truth()?;
    request.first(|entry| {
        entry.note("server_uri", &uri);
        entry.note("product_uri", &product);
        entry.note("server_name", &name);
        entry.details.texts("discovery_urls", urls.iter().map(String::as_str));
        entry.details.truth("online", online);
    });
    Application { uri, product, name, ..Application::default() }.tell(Side::Client, "opcua RegisterServer", news);
    if extended {
        for _ in 0..r.array()? {
            skip_extension(r)?;
        }
    }
    Ok(())
}

/// | configuration results StatusCodes | DiagnosticInfos |
pub fn register2_reply(r: &mut Reader<'_>) -> Read<()> {
    r.words(0)?;
    skip_diagnostics(r)
}

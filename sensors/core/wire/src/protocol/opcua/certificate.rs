//! Application instance certificates (Part 6, 6.2): X.509 v3 in DER, perhaps followed by its chain.

use super::tables::host;
use crate::dataset::rows::SessionRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::text;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::net::IpAddr;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Alternative names shown.
const NAMES: usize = 16;

/// What a certificate says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    /// Lower-case hexadecimal of the SHA-256 of its DER form.
    pub sha256: String,
    /// URIs, names and addresses of the alternative names, joined by commas.
    pub names: String,
    /// End of validity, ns since the epoch.
    pub not_after: Option<i64>,
    pub bits: Option<u16>,
    pub self_signed: bool,
}

impl Certificate {
    /// The first certificate of a chain. None: not an X.509 certificate.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        let own = der.get(..der.len().saturating_sub(rest.len()))?;
        let mut out = Self {
            subject: bounded(&parsed.subject().to_string()),
            issuer: bounded(&parsed.issuer().to_string()),
            sha256: text::hex(&Sha256::digest(own), 32),
            names: String::new(),
            not_after: parsed.validity().not_after.timestamp().checked_mul(1_000_000_000),
            bits: parsed.public_key().parsed().ok().and_then(|key| bits(&key)),
            self_signed: parsed.subject().as_raw() == parsed.issuer().as_raw(),
        };
        for extension in parsed.extensions() {
            if let ParsedExtension::SubjectAlternativeName(alternative) = extension.parsed_extension() {
                for name in alternative.general_names.iter().take(NAMES) {
                    out.name(name);
                }
            }
        }
        out.names = bounded(&out.names);
        Some(out)
    }

    fn name(&mut self, name: &GeneralName<'_>) {
        let separator = if self.names.is_empty() { "" } else { "," };
        match name {
            GeneralName::URI(text) | GeneralName::DNSName(text) | GeneralName::RFC822Name(text) => {
                let _ = write!(self.names, "{separator}{text}");
            }
            GeneralName::IPAddress([a, b, c, d]) => {
                let _ = write!(self.names, "{separator}{a}.{b}.{c}.{d}");
            }
            GeneralName::IPAddress(bytes) => {
                if let Some(octets) = bytes.first_chunk::<16>() {
                    let _ = write!(self.names, "{separator}{}", std::net::Ipv6Addr::from(*octets));
                }
            }
            _ => {}
        }
    }
}

/// Where and when certificates were shown.
pub struct Shown<'a> {
    /// Packet time, ns since the epoch.
    pub time: i64,
    pub client: IpAddr,
    pub server: IpAddr,
    /// URL the client asked for.
    pub url: &'a str,
}

impl<'a> Shown<'a> {
    /// At the end of `span`; `client` is the side of the flow that plays the client.
    pub fn by(client: Side, span: Span, url: &'a str, talk: &Talk<'_>) -> Self {
        let (own, other) = (talk.facts.client.ip, talk.facts.server.ip);
        let (client, server) = if client == Side::Client { (own, other) } else { (other, own) };
        Self { time: span.last.time, client, server, url }
    }
}

impl Certificate {
    fn expired(&self, time: i64) -> Option<bool> {
        self.not_after.map(|end| time > end)
    }

    /// Whether it names the host that shows it (Part 4, 6.1.3): by `address`, or by the name it was asked for under.
    /// None: it names nothing that could be compared.
    fn host_matches(&self, address: IpAddr, asked: Option<&str>) -> Option<bool> {
        let (mut addresses, mut names) = (false, false);
        for name in self.names.split(',').filter(|name| !name.is_empty() && !name.contains('@')) {
            if let Ok(found) = name.parse::<IpAddr>() {
                addresses = true;
                if found == address {
                    return Some(true);
                }
            } else if !name.contains(':') {
                names = true;
                if asked.is_some_and(|asked| asked.eq_ignore_ascii_case(name)) {
                    return Some(true);
                }
            }
        }
        (addresses || (names && asked.is_some_and(|asked| asked.parse::<IpAddr>().is_err()))).then_some(false)
    }
}

fn bounded(text: &str) -> String {
    text::bounded(text.as_bytes(), text::TEXT_LIMIT).0
}

fn bits(key: &PublicKey<'_>) -> Option<u16> {
    let bits = match key {
        PublicKey::RSA(key) => key.key_size(),
        PublicKey::EC(point) => point.key_size(),
        _ => return None,
    };
    u16::try_from(bits).ok().filter(|bits| *bits > 0)
}

/// Fills the certificate columns of a session row.
pub fn fill<'a>(
    row: &mut SessionRow<'a>,
    client: Option<&'a Certificate>,
    server: Option<&'a Certificate>,
    shown: &Shown<'_>,
) {
    fn word(text: &str) -> Option<&str> {
        Some(text).filter(|text| !text.is_empty())
    }
    if let Some(client) = client {
        row.ot_certificate_client_subject = word(&client.subject);
        row.ot_certificate_client_issuer = word(&client.issuer);
        row.ot_certificate_client_sha256 = word(&client.sha256);
        row.ot_certificate_client_names = word(&client.names);
        row.ot_certificate_client_not_after = client.not_after;
        row.ot_certificate_client_bits = client.bits;
        row.ot_certificate_client_self_signed = Some(client.self_signed);
        row.ot_certificate_client_expired = client.expired(shown.time);
        row.ot_certificate_client_host_matches = client.host_matches(shown.client, None);
    }
    if let Some(server) = server {
        row.ot_certificate_server_subject = word(&server.subject);
        row.ot_certificate_server_issuer = word(&server.issuer);
        row.ot_certificate_server_sha256 = word(&server.sha256);
        row.ot_certificate_server_names = word(&server.names);
        row.ot_certificate_server_not_after = server.not_after;
        row.ot_certificate_server_bits = server.bits;
        row.ot_certificate_server_self_signed = Some(server.self_signed);
        row.ot_certificate_server_expired = server.expired(shown.time);
        row.ot_certificate_server_host_matches = server.host_matches(shown.server, host(shown.url));
    }
}

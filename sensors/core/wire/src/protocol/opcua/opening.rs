//! Heads and bodies of OpenSecureChannel (Part 6, 6.7.2.3 and 6.7.4).

use super::certificate::Certificate;
use super::chunk::Chunks;
use super::dispatch;
use super::frame::HEADER;
use super::message::Request;
use super::policy;
use super::reader::{Read, Reader};
use super::service::{self, Kind, SERVICE_FAULT, Service};
use super::status;
use super::tell::News;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Talk;

/// An OpenSecureChannel that waits for its reply.
pub struct Opening {
    pub request: Request,
    pub policy: String,
    pub client: Option<Certificate>,
    /// MessageSecurityMode asked for; visible with policy None only.
    pub mode: Option<u32>,
    pub renew: bool,
}

/// Asymmetric header: | 8 channel 4 | policy URI String | sender certificate ByteString | thumbprint ByteString |
pub struct Asymmetric<'a> {
    pub channel: u32,
    pub policy: String,
    pub certificate: &'a [u8],
}

pub fn asymmetric<'a>(r: &mut Reader<'a>) -> Read<Asymmetric<'a>> {
    let channel = r.u32()?;
    let uri = r.text()?;
    let certificate = r.bytes()?.unwrap_or_default();
    r.bytes()?;
    Ok(Asymmetric { channel, policy: policy::short(&uri).to_owned(), certificate })
}

/// The body of a request, with policy None: | version 4 | type 4 (0 issue, 1 renew) | mode 4 | nonce | lifetime 4 |
pub fn asked(r: &mut Reader<'_>, from: Side, chunks: &mut Chunks, talk: &mut Talk<'_>) -> Read<(bool, u32, u32)> {
    sequence_header(r, from, chunks, talk)?;
    dispatch::type_id(r)?;
    dispatch::request_header(r)?;
    r.u32()?;
    let renew = r.u32()? == 1;
    let mode = r.u32()?;
    r.bytes()?;
    Ok((renew, mode, r.u32()?))
}

/// The body of a reply, with policy None: | version 4 | channel 4 | token 4 | created 8 | lifetime 4 | nonce |
pub fn granted(r: &mut Reader<'_>, from: Side, chunks: &mut Chunks, talk: &mut Talk<'_>) -> Read<(u32, Option<u32>)> {
    sequence_header(r, from, chunks, talk)?;
    let fault = dispatch::type_id(r)? == SERVICE_FAULT;
    let result = dispatch::response_header(r)?;
    if fault || status::bad(result) {
        return Ok((result, None));
    }
    r.u32()?;
    r.u32()?;
    r.u32()?;
    r.i64()?;
    let lifetime = r.u32()?;
    r.bytes()?;
    Ok((result, Some(lifetime)))
}

/// | sequence number 4 | request id 4 |
fn sequence_header(r: &mut Reader<'_>, from: Side, chunks: &mut Chunks, talk: &mut Talk<'_>) -> Read<()> {
    let offset = u32::try_from(HEADER + r.at()).unwrap_or(u32::MAX);
    let number = r.u32()?;
    chunks.sequence(from, number, offset, talk);
    r.u32().map(|_| ())
}

/// The sender's certificate; `about` is the side of the flow that sent it.
pub fn certificate(der: &[u8], about: Side, talk: &mut Talk<'_>) -> Option<Certificate> {
    let read = Certificate::read(der);
    match &read {
        Some(certificate) => {
            let mut news = News::default();
            news.certificate(about, certificate);
            news.hand(false, talk);
        }
        None if !der.is_empty() => talk.flag(Flag::OpcuaCertificate, None, None),
        None => {}
    }
    read
}

/// The service a channel is opened with.
pub fn service() -> &'static Service {
    match service::of(service::OPEN_SECURE_CHANNEL) {
        Some(Kind::Request(service)) => service,
        _ => &service::UNKNOWN,
    }
}

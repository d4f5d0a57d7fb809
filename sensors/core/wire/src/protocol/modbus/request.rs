//! Requests: what they ask for, kept until the reply comes (MODBUS Application Protocol V1.1b3, 6).

use super::state::Carrier;
use super::{function as fc, umas};
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::Span;

/// A request waiting for its reply. Only what the reply does not repeat is kept.
#[derive(Debug)]
pub struct Request {
    pub transaction: u16,
    pub unit: u8,
    pub code: u8,
    /// Sub-function of Diagnostics, MEI type of function 43, function of UMAS, 0 otherwise.
    pub sub: u16,
    pub start: u16,
    pub count: u16,
    /// Range written by function 23.
    pub write_start: u16,
    pub write_count: u16,
    /// Values written, masks, file sub-requests, read device id code and object: as on the wire.
    pub data: Box<[u8]>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the reply's direction were lost since: silence then proves nothing.
    pub blind: bool,
    /// As what frame it came.
    pub carrier: Carrier,
}

/// What is odd about a request.
pub type Oddity = Option<(Flag, u32)>;

/// Function, addresses and values of a request.
///
/// | 0 function 1 | then: 1–4 start 2, quantity 2 | 5, 6 address 2, value 2 | 8 sub-function 2, data | 15, 16 start 2,
/// quantity 2, byte count 1, values | 20, 21 byte count 1, sub-requests | 22 address 2, AND 2, OR 2 | 23 read start 2,
/// read quantity 2, write start 2, write quantity 2, byte count 1, values | 24 pointer 2 | 43 MEI type 1, data |
pub fn parse(pdu: &[u8]) -> (Request, Oddity) {
    let code = u8_at(pdu, 0).unwrap_or(0);
    let mut request = Request {
        transaction: 0,
        unit: 0,
        code,
        sub: 0,
        start: 0,
        count: 0,
        write_start: 0,
        write_count: 0,
        data: Box::default(),
        span: Span::default(),
        ordinal: 0,
        bytes: 0,
        flagged: false,
        blind: false,
        carrier: Carrier::Tcp,
    };
    let oddity = fill(&mut request, pdu).unwrap_or(Some((Flag::ModbusLengthMismatch, 7)));
    (request, oddity)
}

fn fill(request: &mut Request, pdu: &[u8]) -> Option<Oddity> {
    let exact = |length: usize| (pdu.len() != length).then_some((Flag::ModbusLengthMismatch, 4));
    match request.code {
        fc::READ_COILS | fc::READ_DISCRETE_INPUTS => range(request, pdu, fc::MAX_READ_BITS).map(|o| o.or(exact(5))),
        fc::READ_HOLDING_REGISTERS | fc::READ_INPUT_REGISTERS => {
            range(request, pdu, fc::MAX_READ_REGISTERS).map(|o| o.or(exact(5)))
        }
        fc::WRITE_SINGLE_COIL | fc::WRITE_SINGLE_REGISTER => {
            (request.start, request.count) = (be16(pdu, 1)?, 1);
            let value = be16(pdu, 3)?;
            let coil = request.code == fc::WRITE_SINGLE_COIL;
            request.data = if coil { Box::new([u8::from(value == 0xff00)]) } else { pdu.get(3..5)?.into() };
            let illegal = (coil && !matches!(value, 0 | 0xff00)).then_some((Flag::ModbusValueIllegal, 10));
            Some(illegal.or(exact(5)))
        }
        fc::DIAGNOSTICS => {
            request.sub = be16(pdu, 1)?;
            request.data = pdu.get(3..)?.into();
            Some(None)
        }
        fc::WRITE_MULTIPLE_COILS | fc::WRITE_MULTIPLE_REGISTERS => {
            let bits = request.code == fc::WRITE_MULTIPLE_COILS;
            let odd = range(request, pdu, if bits { fc::MAX_WRITE_BITS } else { fc::MAX_WRITE_REGISTERS })?;
            let count = usize::from(u8_at(pdu, 5)?);
            let wanted = if bits { usize::from(request.count).div_ceil(8) } else { usize::from(request.count) * 2 };
            request.data = pdu.get(6..)?.get(..count).unwrap_or_else(|| pdu.get(6..).unwrap_or_default()).into();
            let counted = (count != wanted).then_some((Flag::ModbusByteCount, 12));
            Some(odd.or(counted).or(exact(6 + count)))
        }
        fc::READ_FILE_RECORD | fc::WRITE_FILE_RECORD => {
            let count = usize::from(u8_at(pdu, 1)?);
            request.data = pdu.get(2..)?.into();
            Some(exact(2 + count))
        }
        fc::MASK_WRITE_REGISTER => {
            (request.start, request.count) = (be16(pdu, 1)?, 1);
            request.data = pdu.get(3..7)?.into();
            Some(exact(7))
        }
        fc::READ_WRITE_MULTIPLE_REGISTERS => {
            let odd = range(request, pdu, fc::MAX_READ_WRITE_READ)?;
            (request.write_start, request.write_count) = (be16(pdu, 5)?, be16(pdu, 7)?);
            let count = usize::from(u8_at(pdu, 9)?);
            request.data = pdu.get(10..)?.get(..count)?.into();
            let illegal = !(1..=fc::MAX_READ_WRITE_WRITE).contains(&request.write_count);
            let odd = odd.or(illegal.then_some((Flag::ModbusQuantityIllegal, 14)));
            Some(odd.or(exact(10 + count)))
        }
        fc::READ_FIFO_QUEUE => {
            (request.start, request.count) = (be16(pdu, 1)?, 1);
            Some(exact(3))
        }
        fc::ENCAPSULATED_INTERFACE_TRANSPORT => {
            request.sub = u16::from(u8_at(pdu, 1)?);
            request.data = pdu.get(2..)?.into();
            Some(None)
        }
        fc::UMAS => {
            request.sub = umas::function_of(pdu)?;
            request.data = pdu.get(1..)?.into();
            Some(None)
        }
        fc::READ_EXCEPTION_STATUS | fc::GET_COMM_EVENT_COUNTER | fc::GET_COMM_EVENT_LOG | fc::REPORT_SERVER_ID => {
            Some(exact(1))
        }
        code => {
            request.data = pdu.get(1..)?.into();
            Some(Some((strange(code), 7)))
        }
    }
}

fn range(request: &mut Request, pdu: &[u8], max: u16) -> Option<Oddity> {
    (request.start, request.count) = (be16(pdu, 1)?, be16(pdu, 3)?);
    let legal = (1..=max).contains(&request.count) && u32::from(request.start) + u32::from(request.count) <= 0x1_0000;
    Some((!legal).then_some((Flag::ModbusQuantityIllegal, 10)))
}

const fn strange(code: u8) -> Flag {
    match code {
        0 => Flag::ModbusFunctionZero,
        fc::EXCEPTION.. => Flag::ModbusFunctionExceptionRequest,
        _ => Flag::ModbusFunctionReserved,
    }
}

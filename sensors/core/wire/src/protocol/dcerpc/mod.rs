//! DCE/RPC over connections, version 5 (C706 chapter 12, MS-RPCE), and what DCOM puts into its calls (MS-DCOM): a room that
//! names no protocol. OPC Classic is read with it; others who speak DCE/RPC over TCP find their frames here.

pub mod context;
pub mod fragment;
pub mod header;
pub mod ndr;
pub mod ntlm;
pub mod orpc;
pub mod pdu;
pub mod status;
#[cfg(test)]
mod tests;
pub mod uuid;

//! Blocks built as the kernel builds them, and the filter run by an interpreter of our own: no privileges needed.

mod blocks;
mod filter;
mod sockets;
mod timeline;

//! What one flow is known to hold: sessions, monitored items, names of methods, open continuation points. All bounded.

use super::session::Sessions;
use super::watched::Monitored;
use hashbrown::HashMap;
use std::net::{IpAddr, Ipv4Addr};

/// Continuation points a server keeps open for one client, in practice at most ten.
const CONTINUATIONS: usize = 64;
/// Methods whose names were browsed.
const METHODS: usize = 1024;

pub struct Tables {
    pub sessions: Sessions,
    pub monitored: Monitored,
    /// Address of the OPC UA server, to compare endpoint URLs with.
    pub server: IpAddr,
    continuations: Vec<(u64, Box<str>)>,
    next: usize,
    methods: HashMap<Box<str>, Box<str>, foldhash::fast::RandomState>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            sessions: Sessions::default(),
            monitored: Monitored::default(),
            server: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            continuations: Vec::new(),
            next: 0,
            methods: HashMap::default(),
        }
    }
}

impl Tables {
    /// The node that a continuation point goes on with.
    pub fn continued(&self, point: u64) -> Option<&str> {
        self.continuations.iter().find(|(known, _)| *known == point).map(|(_, address)| &**address)
    }

    pub fn continues(&mut self, point: u64, address: &str) {
        let entry = (point, Box::from(address));
        match self.continuations.get_mut(self.next) {
            Some(slot) => *slot = entry,
            None => self.continuations.push(entry),
        }
        self.next = (self.next + 1) % CONTINUATIONS;
    }

    pub fn method_name(&self, address: &str) -> Option<&str> {
        self.methods.get(address).map(|name| &**name)
    }

    /// Keeps the browse name of a method; the first ones when there are too many.
    pub fn name_method(&mut self, address: String, name: &str) {
        if self.methods.len() < METHODS && !name.is_empty() {
            self.methods.insert(address.into_boxed_str(), Box::from(name));
        }
    }

    pub fn weight(&self) -> usize {
        // Names and addresses are 32 bytes on average in practice.
        (self.methods.len() + self.continuations.len()) * 96 + self.monitored.weight() + self.sessions.weight()
    }

    /// Whether the host of `opc.tcp://host:port/path` is the server's address; None when the host is a name.
    pub fn host_is_server(&self, url: &str) -> Option<bool> {
        host(url)?.parse::<IpAddr>().ok().map(|address| address == self.server)
    }

    /// The same of an endpoint the server offers: one that names only the host itself (127.0.0.1, 0.0.0.0) tells nothing.
    pub fn endpoint_is_server(&self, url: &str) -> Option<bool> {
        let address = host(url)?.parse::<IpAddr>().ok()?;
        let here = address == self.server;
        (here || !(address.is_loopback() || address.is_unspecified())).then_some(here)
    }
}

/// The host of `opc.tcp://host:port/path`.
pub fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let host = rest.split('/').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    Some(host).filter(|host| !host.is_empty())
}

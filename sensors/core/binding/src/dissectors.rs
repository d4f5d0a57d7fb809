//! Dissectors as Python names them, and how they fared.

use crate::process::Process;
use pyo3::prelude::*;
use wire::flow::Transport;
use wire::protocol::dissector::{Declaration, Dissector, Head, Standing, word};

/// What Python says of a dissector (`sensors/dissector/launch.py`).
#[derive(FromPyObject)]
pub struct Launch {
    name: String,
    transports: Vec<String>,
    ports: Vec<u16>,
    heads: Vec<String>,
    longest: usize,
    flags: Vec<String>,
    command: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Launch {
    /// As the core takes it; what cannot be understood was found before, when the declaration was read.
    pub fn dissector(self) -> Option<Dissector> {
        let transport = |name: &String| match name.as_str() {
            "tcp" => Some(Transport::Tcp),
            "udp" => Some(Transport::Udp),
            "ethernet" => Some(Transport::Ethernet),
            _ => None,
        };
        let declaration = Declaration {
            name: word(&self.name)?,
            transports: self.transports.iter().filter_map(transport).collect(),
            ports: self.ports,
            heads: self.heads.iter().map(|head| Head::read(head)).collect::<Option<_>>()?,
            longest: self.longest,
            flags: self.flags.iter().filter_map(|flag| word(flag)).collect(),
        };
        Some(Dissector::new(declaration, Box::new(Process::new(self.command, self.environment))))
    }
}

/// How a dissector fared in a run.
#[pyclass(frozen)]
pub struct DissectorStanding {
    name: &'static str,
    standing: Standing,
}

impl DissectorStanding {
    pub fn of(dissector: &Dissector) -> Self {
        Self { name: dissector.name(), standing: dissector.standing() }
    }
}

#[pymethods]
impl DissectorStanding {
    #[getter]
    fn name(&self) -> &'static str {
        self.name
    }

    /// Questions it was asked.
    #[getter]
    fn questions(&self) -> u64 {
        self.standing.questions
    }

    /// How often it made which trouble.
    #[getter]
    fn troubles(&self) -> Vec<(&'static str, u64)> {
        self.standing.troubles.clone()
    }

    /// Why it was switched off.
    #[getter]
    fn off(&self) -> Option<&'static str> {
        self.standing.off
    }

    /// What the last trouble said of itself.
    #[getter]
    fn said(&self) -> &str {
        &self.standing.said
    }
}

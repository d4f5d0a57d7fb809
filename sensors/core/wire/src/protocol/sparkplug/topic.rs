//! Topics of Sparkplug B: `spBv1.0/group/type/node[/device]` and `spBv1.0/STATE/host` (Sparkplug 3.0, 4.1).

/// First level of every topic.
const NAMESPACE: &str = "spBv1.0/";

/// Message types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Nbirth,
    Ndeath,
    Ndata,
    Ncmd,
    Dbirth,
    Ddeath,
    Ddata,
    Dcmd,
    State,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nbirth => "NBIRTH",
            Self::Ndeath => "NDEATH",
            Self::Ndata => "NDATA",
            Self::Ncmd => "NCMD",
            Self::Dbirth => "DBIRTH",
            Self::Ddeath => "DDEATH",
            Self::Ddata => "DDATA",
            Self::Dcmd => "DCMD",
            Self::State => "STATE",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Nbirth, Self::Ndeath, Self::Ndata, Self::Ncmd, Self::Dbirth, Self::Ddeath, Self::Ddata, Self::Dcmd]
            .into_iter()
            .find(|kind| kind.name() == word)
    }

    pub const fn device(self) -> bool {
        matches!(self, Self::Dbirth | Self::Ddeath | Self::Ddata | Self::Dcmd)
    }

    pub const fn birth(self) -> bool {
        matches!(self, Self::Nbirth | Self::Dbirth)
    }

    pub const fn death(self) -> bool {
        matches!(self, Self::Ndeath | Self::Ddeath)
    }

    pub const fn command(self) -> bool {
        matches!(self, Self::Ncmd | Self::Dcmd)
    }

    /// Carries the sequence number of its edge node (6.4.6 to 6.4.26; NDEATH is the broker's to send, commands the host's).
    pub const fn counted(self) -> bool {
        matches!(self, Self::Nbirth | Self::Ndata | Self::Dbirth | Self::Ddeath | Self::Ddata)
    }
}

/// A topic taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Topic<'a> {
    pub kind: Kind,
    pub group: &'a str,
    pub node: &'a str,
    pub device: Option<&'a str>,
}

impl Topic<'_> {
    /// `group/node`.
    pub fn node_id(&self) -> String {
        format!("{}/{}", self.group, self.node)
    }

    /// `group/node/device` of a device's message, else `group/node`.
    pub fn id(&self) -> String {
        match self.device {
            Some(device) => format!("{}/{}/{device}", self.group, self.node),
            None => self.node_id(),
        }
    }
}

/// Takes a topic apart. None: no topic of Sparkplug B. Some(None): of its namespace but not of its form.
pub fn read(text: &str) -> Option<Option<Topic<'_>>> {
    let rest = text.strip_prefix(NAMESPACE)?;
    let mut levels = rest.split('/');
    let (first, second) = (levels.next().unwrap_or_default(), levels.next());
    if first == "STATE" {
        let host = second.filter(|host| !host.is_empty() && levels.next().is_none());
        return Some(host.map(|host| Topic { kind: Kind::State, group: "", node: host, device: None }));
    }
    let (node, device, more) = (levels.next(), levels.next(), levels.next());
    let topic = || {
        let kind = Kind::of(second?)?;
        let node = node.filter(|node| !node.is_empty())?;
        let fits = more.is_none() && !first.is_empty() && device.is_some_and(|d| !d.is_empty()) == kind.device();
        (fits && (kind.device() || device.is_none())).then_some(Topic { kind, group: first, node, device })
    };
    Some(topic())
}

//! Topic aliases of one direction (MQTT 5.0, 3.3.2.3.4).

/// Aliases remembered; the standard allows 65,535.
const REMEMBERED: usize = 64;

/// What an alias stands for.
#[derive(Debug, Default)]
pub struct Aliases {
    known: Vec<(u16, Box<str>)>,
    /// Greatest alias the receiver takes, once it said so.
    pub maximum: Option<u16>,
    /// An alias was given up for want of room.
    pub forgot: bool,
}

/// Topic of a publication.
#[derive(Debug, Eq, PartialEq)]
pub enum Resolved {
    Topic(String),
    /// The alias was set before bytes were lost or the sensor listened, or never.
    Unknown,
}

impl Aliases {
    /// The topic a publication with this alias is about; an alias beside a topic is set to it.
    pub fn resolve(&mut self, alias: Option<u16>, topic: String) -> Resolved {
        let Some(alias) = alias else { return Resolved::Topic(topic) };
        let at = self.known.iter().position(|(known, _)| *known == alias);
        if topic.is_empty() {
            let known = at.and_then(|at| self.known.get(at));
            return known.map_or(Resolved::Unknown, |(_, topic)| Resolved::Topic(topic.to_string()));
        }
        if let Some(at) = at {
            self.known.remove(at);
        } else if self.known.len() >= REMEMBERED {
            self.known.remove(0);
            self.forgot = true;
        }
        self.known.push((alias, topic.as_str().into()));
        Resolved::Topic(topic)
    }

    /// A new connection knows none.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn weight(&self) -> usize {
        self.known.iter().map(|(_, topic)| topic.len() + size_of::<(u16, Box<str>)>()).sum()
    }
}

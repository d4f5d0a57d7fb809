//! One flow: what each message is, which reply belongs to which request, what is known from before.

use super::channel::Packet;
use super::datagram::{ADDRESS_REQUEST, ADDRESS_RESPONSE, CHANNEL, Datagram};
use super::group::{self, DOWNLOAD, FILE_TRANSFER, UPLOAD};
use super::name_service::Package;
use super::service::{self, Content, Service};
use super::tell;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::{Language, Turn, Turns};
use crate::protocol::draft::Drafts;
use crate::protocol::{Framing, Talk};

/// Applications and types of variables that are remembered.
const APPLICATIONS: usize = 8;
const TYPES: usize = 256;

/// What a reply names its request by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Key {
    #[default]
    None,
    Address,
    Name(u32),
    Info,
    Open(u32),
    Service {
        channel: u16,
        group: u16,
        service: u16,
    },
}

/// What is known of a flow.
#[derive(Default)]
pub struct Known {
    pub user: Option<String>,
    pub client: Option<String>,
    applications: Vec<(u32, String)>,
    types: Vec<(u32, u32)>,
}

impl Known {
    pub fn application(&self, number: u32) -> Option<String> {
        self.applications.iter().find(|(known, _)| *known == number).map(|(_, name)| name.clone())
    }

    pub fn log_in(&mut self, number: u32, name: &str) {
        self.applications.retain(|(known, _)| *known != number);
        if self.applications.len() >= APPLICATIONS {
            self.applications.remove(0);
        }
        self.applications.push((number, name.to_owned()));
    }

    pub fn class(&self, place: u32) -> Option<u32> {
        self.types.iter().find(|(known, _)| *known == place).map(|(_, class)| *class)
    }

    /// A variable's type, told when it is read: what is written does not say it.
    pub fn type_of(&mut self, place: u32, class: u32) {
        if let Some((_, known)) = self.types.iter_mut().find(|(known, _)| *known == place) {
            *known = class;
        } else if self.types.len() < TYPES {
            self.types.push((place, class));
        }
    }

    fn weight(&self) -> usize {
        let texts = [&self.user, &self.client].into_iter().flatten().map(String::capacity).sum::<usize>();
        let applications = self.applications.iter().map(|(_, name)| size_of::<(u32, String)>() + name.capacity());
        texts + applications.sum::<usize>() + self.types.capacity() * size_of::<(u32, u32)>()
    }
}

/// One flow.
#[derive(Default)]
pub struct Speaker {
    pub drafts: Drafts,
    pub known: Known,
    /// That the channel is encrypted was told.
    secure: bool,
}

impl Speaker {
    fn service<'a>(&mut self, channel: u16, inside: &[u8], data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let service = match service::read(inside) {
            Some(Content::Service(service)) => service,
            Some(Content::Secure) if self.secure => return Turn::Pass,
            Some(Content::Secure) => {
                self.secure = true;
                return Turn::Say { key: Key::None, data };
            }
            None => {
                talk.flag(Flag::CodesysService, None, None);
                return Turn::Pass;
            }
        };
        check(&service, talk);
        // Contents of a file: that it moves was told when it began.
        if service.group == FILE_TRANSFER && matches!(service.service, DOWNLOAD | UPLOAD) {
            return Turn::Pass;
        }
        let key = Key::Service { channel, group: service.group, service: service.service };
        if service.reply { Turn::Answer { key, data } } else { Turn::Ask { key, data } }
    }
}

/// What is odd about a message's form.
fn check(service: &Service<'_>, talk: &mut Talk<'_>) {
    let have = u32::try_from(service.content.len()).unwrap_or(u32::MAX);
    if service.told < have {
        talk.flag(Flag::CodesysService, None, None);
    }
    // Of a long message only the beginning is kept: its last tag is cut.
    if service.told == have && !service.tags().sound() {
        talk.flag(Flag::CodesysTag, None, None);
    }
    if group::of(service.group).is_none() {
        talk.flag(Flag::CodesysGroup, None, None);
    }
}

impl Language for Speaker {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(datagram) = Datagram::read(data) else { return Turn::Pass };
        match datagram.service {
            ADDRESS_REQUEST => return Turn::Call { key: Key::Address, data },
            ADDRESS_RESPONSE => return Turn::Answer { key: Key::Address, data },
            CHANNEL => {}
            _ => {
                let Some(package) = Package::read(datagram.payload) else {
                    talk.flag(Flag::CodesysNameService, None, None);
                    return Turn::Pass;
                };
                let key = Key::Name(package.message);
                if !package.is_node() {
                    return Turn::Call { key, data };
                }
                if package.node().is_none() {
                    talk.flag(Flag::CodesysNameService, None, None);
                }
                return Turn::Answer { key, data };
            }
        }
        match Packet::read(datagram.payload) {
            Some(Packet::Block(block)) => {
                if block.from_client != (side == Side::Client) {
                    talk.flag(Flag::CodesysChannel, None, None);
                }
                self.service(block.channel, block.data, data, talk)
            }
            Some(Packet::InfoRequest) => Turn::Ask { key: Key::Info, data },
            Some(Packet::InfoResponse { .. }) => Turn::Answer { key: Key::Info, data },
            Some(Packet::OpenRequest { message }) => Turn::Ask { key: Key::Open(message), data },
            Some(Packet::OpenResponse { message, .. }) => Turn::Answer { key: Key::Open(message), data },
            Some(Packet::KeepAlive { .. } | Packet::Close { .. } | Packet::Error { .. }) => {
                Turn::Say { key: Key::None, data }
            }
            Some(Packet::Acknowledge) | None => Turn::Pass,
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        tell::tell(self, turns, talk);
    }

    fn weight(&self) -> usize {
        self.drafts.weight() + self.known.weight()
    }
}

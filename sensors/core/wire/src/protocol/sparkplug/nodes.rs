//! What the births of edge nodes and devices said, as far as one connection carried them: names and types behind aliases,
//! and the sequence number that must come next.

use crate::hash;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Edge nodes and devices remembered on one connection.
const ENTITIES: usize = 64;
/// Bytes of names and entries remembered on one connection.
const BYTES: usize = 512 * 1024;

/// A metric by the number that stands for it, or by its name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Key {
    Alias(u64),
    Name(u64),
}

/// What a birth said of one metric.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub name: Box<str>,
    pub datatype: Option<u8>,
}

/// An edge node or a device.
#[derive(Debug, Default)]
pub struct Entity {
    id: Box<str>,
    metrics: HashMap<Key, Known, FixedState>,
    pub born: bool,
    /// Sequence number its next message must carry.
    pub next: Option<u8>,
    /// Said once that the birth, or an alias, is missing.
    pub told_birth: bool,
    pub told_alias: bool,
}

/// All of one connection.
#[derive(Debug, Default)]
pub struct Nodes {
    list: Vec<Entity>,
    bytes: usize,
    /// Something was given up for want of room: what is not known proves nothing.
    pub forgot: bool,
}

impl Nodes {
    /// The entity of this id, new or known.
    pub fn entity(&mut self, id: &str) -> Option<&mut Entity> {
        let at = match self.list.iter().position(|e| &*e.id == id) {
            Some(at) => at,
            None => {
                if self.list.len() >= ENTITIES {
                    let old = self.list.remove(0);
                    self.bytes = self.bytes.saturating_sub(old.weight());
                    self.forgot = true;
                }
                self.bytes += id.len();
                self.list.push(Entity { id: id.into(), ..Entity::default() });
                self.list.len() - 1
            }
        };
        self.list.get_mut(at)
    }

    /// A node's birth ends all that was said of it and its devices; a device's birth, of the device.
    pub fn birth(&mut self, id: &str, node: bool) {
        let below = format!("{id}/");
        for entity in self.list.iter_mut().filter(|e| &*e.id == id || (node && e.id.starts_with(&below))) {
            self.bytes = self.bytes.saturating_sub(entity.weight()) + entity.id.len();
            entity.metrics = HashMap::default();
            (entity.born, entity.told_alias) = (&*entity.id == id, false);
        }
    }

    /// Remembers a metric of a birth.
    pub fn learn(&mut self, id: &str, alias: Option<u64>, name: &str, datatype: Option<u8>) {
        if self.bytes + name.len() + size_of::<(Key, Known)>() > BYTES {
            self.forgot = true;
            return;
        }
        let key = alias.map_or_else(|| Key::Name(hash::quick(name.as_bytes())), Key::Alias);
        let known = Known { name: if alias.is_some() { name.into() } else { Box::default() }, datatype };
        let added = known.name.len() + size_of::<(Key, Known)>();
        let Some(entity) = self.entity(id) else { return };
        let old = entity.metrics.insert(key, known);
        self.bytes = (self.bytes + added).saturating_sub(old.map_or(0, |o| o.name.len() + size_of::<(Key, Known)>()));
    }

    /// What is known of a metric: by alias of its entity or of the node it belongs to, or by name.
    pub fn known(&self, id: &str, node: &str, alias: Option<u64>, name: Option<&str>) -> Option<&Known> {
        let find = |id: &str, key: Key| self.list.iter().find(|e| &*e.id == id)?.metrics.get(&key);
        match (alias, name) {
            (Some(alias), _) => find(id, Key::Alias(alias)).or_else(|| find(node, Key::Alias(alias))),
            (None, Some(name)) => find(id, Key::Name(hash::quick(name.as_bytes()))),
            (None, None) => None,
        }
    }

    /// Messages of one direction are missing: which number comes next is not known.
    pub fn gap(&mut self) {
        for entity in &mut self.list {
            entity.next = None;
        }
    }

    pub fn weight(&self) -> usize {
        self.bytes + self.list.len() * size_of::<Entity>()
    }
}

impl Entity {
    fn weight(&self) -> usize {
        let metrics = self.metrics.values().map(|k| k.name.len() + size_of::<(Key, Known)>()).sum::<usize>();
        self.id.len() + metrics
    }
}

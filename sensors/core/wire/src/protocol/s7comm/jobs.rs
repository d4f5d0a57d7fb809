//! Jobs that the device keeps and reports to: cyclic transfers and watched variables, with what they named.
//!
//! | cyclic transfer | 0 items 2 | 2 time base 1 | 3 factor 1 | 4 items |
//! | its reply and what is pushed | 0 items 2 | 2 values |

use super::spec::{Data, Specs};
use super::status;
use super::variable::Pair;
use crate::bytes::be16;

/// Jobs followed on one flow.
const LIMIT: usize = 16;
/// Items of one job.
const ITEMS: usize = 256;

#[derive(Debug)]
struct Job {
    group: u8,
    number: u8,
    /// Contents of the request that made it.
    contents: Box<[u8]>,
}

/// The jobs of one flow.
#[derive(Debug, Default)]
pub struct Jobs {
    list: Vec<Job>,
}

impl Jobs {
    /// A job begins; false when an older one had to be given up for it.
    pub fn begin(&mut self, group: u8, number: u8, contents: &[u8]) -> bool {
        self.end(group, number);
        let room = self.list.len() < LIMIT;
        if !room {
            self.list.remove(0);
        }
        self.list.push(Job { group, number, contents: contents.into() });
        room
    }

    pub fn end(&mut self, group: u8, number: u8) {
        self.list.retain(|job| (job.group, job.number) != (group, number));
    }

    /// What the job was asked for.
    pub fn contents(&self, group: u8, number: u8) -> &[u8] {
        self.list.iter().find(|job| (job.group, job.number) == (group, number)).map_or(&[], |job| &job.contents)
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|job| size_of::<Job>() + job.contents.len()).sum()
    }
}

/// Variables of a cyclic transfer, with values where they came.
pub fn cyclic<'a>(asked: &'a [u8], told: &'a [u8]) -> Vec<Pair<'a>> {
    let count = be16(told, 0).or(be16(asked, 0)).map_or(0, usize::from).min(ITEMS);
    let mut specs = Specs::new(asked.get(4..).unwrap_or_default());
    let mut values = Data::new(told.get(2..).unwrap_or_default());
    (0..count)
        .map(|_| {
            let datum = values.next();
            let code = datum.map(|d| d.code);
            Pair { spec: specs.next(), datum: datum.filter(|d| d.code == status::SUCCESS), code }
        })
        .collect()
}

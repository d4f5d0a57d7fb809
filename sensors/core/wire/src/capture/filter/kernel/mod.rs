//! A filter as a program for the kernel (`packet(7)`, `SO_ATTACH_FILTER`), which then gives away nothing of what it leaves
//! out. It passes whatever [`Filter::matches`] lets through, and odd frames besides: the filter itself decides.
//!
//! | file | subject |
//! | --- | --- |
//! | `assembler` | instructions and labels |
//! | `headers` | a frame's headers, read |
//! | `primitives` | the smallest tests |
//! | `share` | a part of the conversations |
//!
//! Frames are those of Ethernet. A tag that the kernel took off the frame is read where the kernel keeps it.

mod assembler;
mod headers;
mod primitives;
mod share;

pub use assembler::Instruction;
use assembler::{Assembler, Label};
pub use share::{MOST_SHARES, Share};

use super::{Chain, Filter, FilterError, Join, Operand, Term};

/// Instructions that the kernel takes (`BPF_MAXINSNS`).
const LONGEST: usize = 4096;
/// The whole frame passes.
const WHOLE: u32 = u32::MAX;

impl Filter {
    /// The program of a filter and of a share; none where all passes.
    ///
    /// # Errors
    /// `too_long`: the kernel takes 4,096 instructions, some 300 addresses.
    pub fn program(&self, share: Option<Share>) -> Result<Vec<Instruction>, FilterError> {
        if self.chain.is_none() && share.is_none() {
            return Ok(Vec::new());
        }
        let mut to = Assembler::default();
        let (ready, passed, take, leave) = (to.label(), to.label(), to.label(), to.label());
        if let Some(chain) = &self.chain {
            headers::read(&mut to, ready, passed);
            to.here(ready);
            of_chain(&mut to, chain, passed, leave);
        }
        to.here(passed);
        if let Some(share) = share {
            share::write(&mut to, share, take, leave);
        }
        to.here(take);
        to.give(WHOLE);
        to.here(leave);
        to.give(0);
        let program = to.assemble().filter(|program| program.len() <= LONGEST);
        program.ok_or_else(|| super::parser::error(0, "too_long", &[]))
    }
}

fn of_chain(to: &mut Assembler, chain: &Chain, yes: Label, no: Label) {
    // From the last term on: where a term goes is where what is joined up to it goes, and the terms before it go either
    // there or on to it.
    let mut ways = vec![(yes, no)];
    let mut begins = Vec::new();
    let (mut yes, mut no) = (yes, no);
    for (join, _) in chain.rest.iter().rev() {
        let begin = to.label();
        begins.push(begin);
        match join {
            Join::And => yes = begin,
            Join::Or => no = begin,
        }
        ways.push((yes, no));
    }
    let mut ways = ways.into_iter().rev();
    if let Some((yes, no)) = ways.next() {
        of_term(to, &chain.first, yes, no);
    }
    for (((_, term), (yes, no)), begin) in chain.rest.iter().zip(ways).zip(begins.into_iter().rev()) {
        to.here(begin);
        of_term(to, term, yes, no);
    }
}

fn of_term(to: &mut Assembler, term: &Term, yes: Label, no: Label) {
    let (yes, no) = if term.negated { (no, yes) } else { (yes, no) };
    match &term.operand {
        Operand::Primitive(primitive) => primitives::write(to, primitive, (yes, no)),
        Operand::Group(chain) => of_chain(to, chain, yes, no),
    }
}

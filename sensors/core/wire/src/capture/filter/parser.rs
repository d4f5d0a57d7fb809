//! From words to a filter: terms, joins and groups.

use super::lexer::{Token, tokens};
use super::phrase::Qualifiers;
use super::{Chain, FilterError, Join, Operand, Term, Wrong};

/// Groups inside groups; deeper ones would only serve to exhaust the stack.
const DEEPEST: usize = 64;

pub(super) const TERMS: &[&str] = &[
    "host",
    "net",
    "port",
    "portrange",
    "src",
    "dst",
    "ip",
    "ip6",
    "arp",
    "tcp",
    "udp",
    "icmp",
    "icmp6",
    "ether",
    "vlan",
    "not",
    "(",
];
const JOINS: &[&str] = &["and", "or"];

/// Words yet to be read.
pub(super) struct Parser<'t> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'t>>>,
    end: usize,
    /// Qualifiers of the address or port before this word.
    pub(super) last: Option<Qualifiers>,
}

/// Reads a whole filter; `None` for an empty one.
pub(super) fn parse(text: &str) -> Result<Option<Chain>, FilterError> {
    let mut parser = Parser { tokens: tokens(text).into_iter().peekable(), end: text.len(), last: None };
    if parser.tokens.peek().is_none() {
        return Ok(None);
    }
    let chain = parser.chain(0)?;
    match parser.tokens.next() {
        None => Ok(Some(chain)),
        Some(token) if token.text == ")" => Err(token.error("closes_nothing", JOINS)),
        Some(token) => Err(token.error("out_of_place", JOINS)),
    }
}

impl Token<'_> {
    /// This word is wrong.
    pub(super) fn error(&self, wrong: impl Into<Wrong>, expected: &'static [&'static str]) -> FilterError {
        let Wrong { code, better } = wrong.into();
        FilterError { position: self.position, code, word: self.text.to_owned(), better, expected }
    }
}

/// Something is wrong at a place, whatever word stands there.
pub(super) fn error(position: usize, code: &'static str, expected: &'static [&'static str]) -> FilterError {
    FilterError { position, code, word: String::new(), better: String::new(), expected }
}

impl<'t> Parser<'t> {
    fn chain(&mut self, depth: usize) -> Result<Chain, FilterError> {
        let first = self.term(depth)?;
        let mut rest = Vec::new();
        loop {
            let join = match self.peek() {
                Some("and" | "&&") => Join::And,
                Some("or" | "||") => Join::Or,
                _ => return Ok(Chain { first, rest }),
            };
            self.tokens.next();
            rest.push((join, self.term(depth)?));
        }
    }

    fn term(&mut self, depth: usize) -> Result<Term, FilterError> {
        let mut negated = false;
        while matches!(self.peek(), Some("not" | "!")) {
            self.tokens.next();
            negated = !negated;
        }
        let operand = match self.peek() {
            Some("(") => Operand::Group(Box::new(self.group(depth)?)),
            _ => Operand::Primitive(self.primitive()?),
        };
        Ok(Term { negated, operand })
    }

    fn group(&mut self, depth: usize) -> Result<Chain, FilterError> {
        let opening = self.word(TERMS)?;
        if depth >= DEEPEST {
            return Err(error(opening.position, "too_deep", &[]));
        }
        let chain = self.chain(depth.saturating_add(1))?;
        if self.take(")") {
            return Ok(chain);
        }
        match self.tokens.next() {
            None => Err(error(opening.position, "not_closed", &[")", "and", "or"])),
            Some(token) => Err(token.error("out_of_place", &[")", "and", "or"])),
        }
    }

    pub(super) fn value<T>(
        &mut self,
        expected: &'static [&'static str],
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<T, FilterError> {
        let token = self.word(expected)?;
        read(token.text).map_err(|wrong| token.error(wrong, expected))
    }

    pub(super) fn word(&mut self, expected: &'static [&'static str]) -> Result<Token<'t>, FilterError> {
        self.tokens.next().ok_or_else(|| error(self.end, "ends_here", expected))
    }

    pub(super) fn advance(&mut self) {
        self.tokens.next();
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        self.tokens.next_if(|token| token.text == text).is_some()
    }

    pub(super) fn peek(&mut self) -> Option<&'t str> {
        self.tokens.peek().map(|token| token.text)
    }

    pub(super) fn position(&mut self) -> usize {
        self.tokens.peek().map_or(self.end, |token| token.position)
    }
}

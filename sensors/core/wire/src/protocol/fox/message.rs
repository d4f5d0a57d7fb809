//! The body of a Fox frame: named values between braces, one a line.
//!
//! `{`, line feed, then `name=type:value` and line feed for each, then `}`. Types: `s` text, `i` integer, `f` float, `t`
//! time, `z` truth (`t`, `f`); `m` another such body; `b` bytes, `length[bytes]`; `o` an object, `encoding length[bytes]`.

/// Why a body cannot be read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    Need,
    Bad,
}

/// Bodies inside each other.
const DEEPEST: u32 = 16;
const LONGEST_NAME: usize = 128;
const LONGEST_NUMBER: usize = 10;
/// Characters that are kept of a text.
const SHOWN: usize = 256;

/// A place in bytes that may not all be there yet.
pub struct Reader<'a> {
    data: &'a [u8],
    pub at: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at }
    }

    pub fn peek(&self) -> Result<u8, Cut> {
        self.data.get(self.at).copied().ok_or(Cut::Need)
    }

    pub fn expect(&mut self, bytes: &[u8]) -> Result<(), Cut> {
        for byte in bytes {
            if self.peek()? != *byte {
                return Err(Cut::Bad);
            }
            self.at += 1;
        }
        Ok(())
    }

    /// What stands before `end`, which is passed over.
    pub fn until(&mut self, end: u8, longest: usize) -> Result<&'a [u8], Cut> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let looked_at = rest.get(..longest.min(rest.len())).unwrap_or_default();
        match looked_at.iter().position(|byte| *byte == end) {
            Some(length) => {
                self.at += length + 1;
                Ok(rest.get(..length).unwrap_or_default())
            }
            None if rest.len() < longest => Err(Cut::Need),
            None => Err(Cut::Bad),
        }
    }

    /// `length[bytes]`.
    fn bytes(&mut self) -> Result<&'a [u8], Cut> {
        let digits = self.until(b'[', LONGEST_NUMBER)?;
        let length = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<usize>().ok()).ok_or(Cut::Bad)?;
        let end = self.at.checked_add(length).ok_or(Cut::Bad)?;
        let bytes = self.data.get(self.at..end).ok_or(Cut::Need)?;
        self.at = end;
        self.expect(b"]")?;
        Ok(bytes)
    }

    /// Reads a body from its brace on, and hands out what stands at its top.
    pub fn body(&mut self, each: &mut dyn FnMut(Named<'a>)) -> Result<(), Cut> {
        self.expect(b"{\n")?;
        let mut depth = 1;
        while depth > 0 {
            if self.peek()? == b'}' {
                self.at += 1;
                depth -= 1;
                if depth > 0 {
                    self.expect(b"\n")?;
                }
                continue;
            }
            let name = self.until(b'=', LONGEST_NAME)?;
            let kind = self.peek()?;
            self.at += 1;
            self.expect(b":")?;
            let value = match kind {
                b'm' => {
                    self.expect(b"{\n")?;
                    depth += 1;
                    if depth > DEEPEST {
                        return Err(Cut::Bad);
                    }
                    continue;
                }
                b'b' => self.bytes()?,
                b'o' => {
                    self.until(b' ', LONGEST_NAME)?;
                    self.bytes()?
                }
                b's' | b'i' | b'f' | b't' | b'z' => {
                    let value = self.until(b'\n', usize::MAX)?;
                    self.at -= 1;
                    value
                }
                _ => return Err(Cut::Bad),
            };
            self.expect(b"\n")?;
            if depth == 1 {
                each(Named { name, kind, value });
            }
        }
        Ok(())
    }
}

/// One value of a body.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    pub name: &'a [u8],
    pub kind: u8,
    pub value: &'a [u8],
}

/// The value of a name at the top of a body.
pub fn find<'a>(body: &'a [u8], name: &str) -> Option<Named<'a>> {
    let mut found = None;
    let _ = Reader::new(body, 0).body(&mut |named| {
        if found.is_none() && named.name == name.as_bytes() {
            found = Some(named);
        }
    });
    found
}

/// The text of a name: `#hex;` stands for a character, `#null;` for none.
pub fn text(body: &[u8], name: &str) -> Option<String> {
    let named = find(body, name).filter(|named| named.kind != b'b' && named.kind != b'o')?;
    let (raw, _) = crate::text::bounded(named.value, SHOWN);
    if raw == "#null;" || raw.is_empty() {
        return None;
    }
    Some(unescaped(&raw))
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once('#') {
        out.push_str(before);
        let escape = behind.split_once(';').and_then(|(hex, behind)| {
            let character = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?;
            Some((character, behind))
        });
        match escape {
            Some((character, behind)) => {
                out.push(character);
                rest = behind;
            }
            None => {
                out.push('#');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

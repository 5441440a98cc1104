//! The tags of an XML document, and nothing else of it.
//!
//! Texts, comments and values that nobody asks for are skipped without being kept, so that the memory needed
//! does not grow with the document. Markup is ASCII in every encoding that reaches this place, and what is not ASCII
//! is never looked at: no encoding has to be known, no character has to be valid, no entity is expanded.

use std::io::Read;

use anyhow::{anyhow, bail};

use super::scan::{Scanner, is_name};

/// Most elements inside each other.
const MAX_DEPTH: usize = 1_000;

/// The attributes that are kept.
const ATTRIBUTES: [&[u8]; 3] = [b"result", b"outcome", b"status"];

/// Longest value that is kept, in bytes; of longer ones the beginning is.
const MAX_VALUE: usize = 64;

/// An element begins, or one of this depth ends.
pub(super) enum Event {
    Open,
    Close(usize),
}

/// Reads a document from its first byte to the end of its outermost element and whatever may follow that.
pub(super) struct Markup<'a> {
    scanner: Scanner<'a>,
    /// Names of the open elements, one behind the other.
    names: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// The name that was read last, of an attribute or an end.
    last: Vec<u8>,
    /// The values of the newest element; nothing where it has no such attribute.
    values: [Option<Vec<u8>>; ATTRIBUTES.len()],
    /// The newest element has no content: its end is still to be returned.
    is_empty: bool,
    has_begun: bool,
}

impl<'a> Markup<'a> {
    pub(super) fn new(input: Box<dyn Read + 'a>) -> Self {
        Self {
            scanner: Scanner::new(input),
            names: Vec::new(),
            ends: Vec::new(),
            last: Vec::new(),
            values: Default::default(),
            is_empty: false,
            has_begun: false,
        }
    }

    /// The next beginning or end of an element; nothing behind the outermost one.
    ///
    /// # Errors
    /// When it cannot be read, is not well-formed, or its elements or names are out of all proportion.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Event>> {
        if self.is_empty {
            self.is_empty = false;
            return Ok(Some(self.close()));
        }
        loop {
            if !self.find_tag()? {
                return Ok(None);
            }
            match self.scanner.take()? {
                b'?' => self.scanner.skip_instruction()?,
                b'!' => self.skip_declaration()?,
                b'/' => return self.end_tag().map(Some),
                _ if self.has_begun && self.ends.is_empty() => {
                    return Err(self.scanner.malformed());
                }
                first => return self.start_tag(first).map(Some),
            }
        }
    }

    /// How many elements are open: 1 in the outermost one.
    pub(super) fn depth(&self) -> usize {
        self.ends.len()
    }

    /// Name of the innermost open element, without its prefix.
    pub(super) fn name(&self) -> &[u8] {
        local(self.open_name(0))
    }

    /// Name of the element around it, without its prefix; empty for the outermost one.
    pub(super) fn parent(&self) -> &[u8] {
        local(self.open_name(1))
    }

    /// One of the attributes of the element that began last.
    pub(super) fn attribute(&self, name: &[u8]) -> Option<&[u8]> {
        let index = ATTRIBUTES.iter().position(|known| *known == name)?;
        self.values[index].as_deref()
    }

    /// Name of an open element, counted from the innermost one outwards; empty when there is none.
    fn open_name(&self, outwards: usize) -> &[u8] {
        let Some(index) = self.ends.len().checked_sub(outwards + 1) else {
            return &[];
        };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start..self.ends[index]]
    }

    /// Goes behind the next `<`. Only white space may precede the first.
    fn find_tag(&mut self) -> anyhow::Result<bool> {
        if self.scanner.is_at_start() {
            self.scanner.skip_blank()?;
            return match self.scanner.peek()? {
                Some(b'<') => self.scanner.take().map(|_| true),
                Some(_) => Err(anyhow!("it is not XML")),
                None => Err(anyhow!("it is empty")),
            };
        }
        self.scanner.skip_past(b'<')?;
        if self.scanner.peek()?.is_some() {
            return Ok(true);
        }
        if self.has_begun && self.ends.is_empty() {
            return Ok(false);
        }
        Err(self.scanner.truncated())
    }

    fn start_tag(&mut self, first: u8) -> anyhow::Result<Event> {
        if self.ends.len() == MAX_DEPTH {
            bail!("its elements are nested too deeply");
        }
        self.has_begun = true;
        self.scanner.read_name(first, &mut self.names)?;
        self.ends.push(self.names.len());
        self.values = Default::default();
        loop {
            self.scanner.skip_plain_attributes(&ATTRIBUTES);
            self.scanner.skip_blank()?;
            match self.scanner.take()? {
                b'>' => break,
                b'/' => {
                    self.scanner.expect(b'>')?;
                    self.is_empty = true;
                    break;
                }
                first if is_name(first) => self.read_attribute(first)?,
                _ => return Err(self.scanner.malformed()),
            }
        }
        Ok(Event::Open)
    }

    fn read_attribute(&mut self, first: u8) -> anyhow::Result<()> {
        self.last.clear();
        self.scanner.read_name(first, &mut self.last)?;
        self.scanner.skip_blank()?;
        self.scanner.expect(b'=')?;
        self.scanner.skip_blank()?;
        let quote = self.scanner.take()?;
        if !matches!(quote, b'"' | b'\'') {
            return Err(self.scanner.malformed());
        }
        let Some(index) = ATTRIBUTES.iter().position(|name| *name == self.last) else {
            return self.scanner.skip_past(quote);
        };
        let mut value = Vec::new();
        self.scanner.read_until(quote, MAX_VALUE, &mut value)?;
        self.values[index] = Some(value);
        Ok(())
    }

    fn end_tag(&mut self) -> anyhow::Result<Event> {
        self.last.clear();
        let first = self.scanner.take()?;
        self.scanner.read_name(first, &mut self.last)?;
        self.scanner.skip_blank()?;
        self.scanner.expect(b'>')?;
        if self.open_name(0) != self.last {
            return Err(self.scanner.malformed());
        }
        Ok(self.close())
    }

    fn close(&mut self) -> Event {
        let depth = self.ends.len();
        self.ends.pop();
        self.names.truncate(self.ends.last().copied().unwrap_or(0));
        Event::Close(depth)
    }

    /// A comment, a section of text, or the document type, whose entities are never used.
    fn skip_declaration(&mut self) -> anyhow::Result<()> {
        match self.scanner.take()? {
            b'-' => {
                self.scanner.expect(b'-')?;
                self.scanner.skip_past_twins(b'-')
            }
            b'[' => {
                for byte in b"CDATA[" {
                    self.scanner.expect(*byte)?;
                }
                self.scanner.skip_past_twins(b']')
            }
            b'D' | b'd' if !self.has_begun => self.skip_document_type(),
            _ => Err(self.scanner.malformed()),
        }
    }

    fn skip_document_type(&mut self) -> anyhow::Result<()> {
        let mut is_inside = false;
        loop {
            match self.scanner.take()? {
                quote @ (b'"' | b'\'') => self.scanner.skip_past(quote)?,
                b'[' => is_inside = true,
                b']' => is_inside = false,
                b'>' if !is_inside => return Ok(()),
                b'<' => match self.scanner.take()? {
                    b'?' => self.scanner.skip_instruction()?,
                    b'!' if self.scanner.peek()? == Some(b'-') => {
                        self.scanner.take()?;
                        self.scanner.expect(b'-')?;
                        self.scanner.skip_past_twins(b'-')?;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }
}

/// The name without the prefix of its namespace.
fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

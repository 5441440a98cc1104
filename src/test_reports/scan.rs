//! Bytes of a document, one after the other, with what can be skipped.
#![expect(
    clippy::inline_always,
    reason = "called for every byte of a tag, and what is built for size would not inline them"
)]

use std::io::{self, Read};

use anyhow::anyhow;

use super::not_readable;

/// Longest name of an element or attribute, in bytes.
const MAX_NAME: usize = 1_000;

/// Bytes that are read at a time.
const BUFFER: usize = 64 * 1024;

/// Where reading has come to.
pub(super) struct Scanner<'a> {
    input: Box<dyn Read + 'a>,
    buffer: Box<[u8]>,
    /// The place in the buffer.
    start: usize,
    /// Where what was read into it ends.
    end: usize,
    /// Bytes that were taken before those in the buffer.
    before: u64,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(input: Box<dyn Read + 'a>) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
            before: 0,
        }
    }

    /// Bytes that were taken.
    fn position(&self) -> u64 {
        self.before + u64::try_from(self.start).unwrap_or(u64::MAX)
    }

    /// Whether nothing was read yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.position() == 0
    }

    /// Goes behind `?>`.
    pub(super) fn skip_instruction(&mut self) -> anyhow::Result<()> {
        self.skip_past(b'?')?;
        loop {
            match self.take()? {
                b'>' => return Ok(()),
                b'?' => {}
                _ => self.skip_past(b'?')?,
            }
        }
    }

    /// Goes behind `-->` or `]]>`.
    pub(super) fn skip_past_twins(&mut self, twin: u8) -> anyhow::Result<()> {
        loop {
            self.skip_past(twin)?;
            let mut run = 1;
            loop {
                match self.take()? {
                    byte if byte == twin => run = 2,
                    b'>' if run == 2 => return Ok(()),
                    _ => break,
                }
            }
        }
    }

    /// Adds a name whose first byte was read already.
    pub(super) fn read_name(&mut self, first: u8, name: &mut Vec<u8>) -> anyhow::Result<()> {
        if !is_name(first) {
            return Err(self.malformed());
        }
        let (start, begin) = (name.len(), self.position());
        name.push(first);
        loop {
            let buffer = self.fill()?;
            let length = buffer.iter().position(|byte| !is_name(*byte));
            let part = &buffer[..length.unwrap_or(buffer.len())];
            if name.len() - start + part.len() > MAX_NAME {
                return Err(malformed_at(begin));
            }
            name.extend_from_slice(part);
            let read = part.len();
            let goes_on = length.is_none() && read > 0;
            self.consume(read);
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// Goes behind the attributes that nobody asks for, which are nearly all. One that is not whole in the buffer, or has
    /// blanks around its sign, is left to be read byte by byte.
    pub(super) fn skip_plain_attributes(&mut self, but: &[&[u8]]) {
        while let Some((name, length)) = plain_attribute(self.rest()) {
            // The lengths first: nearly all differ.
            if but.iter().any(|it| it.len() == name.len() && *it == name) {
                break;
            }
            self.consume(length);
        }
    }

    pub(super) fn skip_blank(&mut self) -> anyhow::Result<()> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.consume(1);
        }
        Ok(())
    }

    /// Goes behind the next such byte, or to the end, where the next [`Self::take`] fails.
    pub(super) fn skip_past(&mut self, byte: u8) -> anyhow::Result<()> {
        loop {
            let rest = self.fill()?;
            let (found, length) = (memchr::memchr(byte, rest), rest.len());
            self.consume(found.map_or(length, |at| at + 1));
            if found.is_some() || length == 0 {
                return Ok(());
            }
        }
    }

    /// Keeps the beginning of what comes up to the next such byte, and goes behind that.
    pub(super) fn read_until(
        &mut self,
        end: u8,
        most: usize,
        kept: &mut Vec<u8>,
    ) -> anyhow::Result<()> {
        while kept.len() < most {
            match self.take()? {
                byte if byte == end => return Ok(()),
                byte => kept.push(byte),
            }
        }
        self.skip_past(end)
    }

    pub(super) fn expect(&mut self, byte: u8) -> anyhow::Result<()> {
        if self.take()? == byte {
            return Ok(());
        }
        Err(self.malformed())
    }

    #[inline(always)]
    pub(super) fn take(&mut self) -> anyhow::Result<u8> {
        let Some(byte) = self.peek()? else {
            return Err(self.truncated());
        };
        self.consume(1);
        Ok(byte)
    }

    #[inline(always)]
    pub(super) fn peek(&mut self) -> anyhow::Result<Option<u8>> {
        match self.rest().first() {
            Some(byte) => Ok(Some(*byte)),
            None => Ok(self.fill()?.first().copied()),
        }
    }

    /// What is in the buffer and was not taken.
    #[inline(always)]
    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn fill(&mut self) -> anyhow::Result<&[u8]> {
        if self.start == self.end {
            self.before = self.position();
            (self.start, self.end) = (0, 0);
            self.end = self.read().map_err(not_readable)?;
        }
        Ok(self.rest())
    }

    fn read(&mut self) -> io::Result<usize> {
        loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    #[inline(always)]
    fn consume(&mut self, count: usize) {
        self.start += count;
    }

    pub(super) fn malformed(&self) -> anyhow::Error {
        malformed_at(self.position())
    }

    pub(super) fn truncated(&self) -> anyhow::Error {
        anyhow!(
            "it ends in the middle, after {} bytes: its writer was stopped, or is still writing",
            self.position()
        )
    }
}

fn malformed_at(byte: u64) -> anyhow::Error {
    anyhow!("it is not well-formed XML, see its byte {byte}")
}

/// The name of the attribute behind one blank, without blanks inside it, and the length of all that.
fn plain_attribute(text: &[u8]) -> Option<(&[u8], usize)> {
    let [b' ', text @ ..] = text else {
        return None;
    };
    let (name, value) = text.split_at(text.iter().position(|byte| !is_name(*byte))?);
    let [b'=', quote @ (b'"' | b'\''), value @ ..] = value else {
        return None;
    };
    let end = memchr::memchr(*quote, value)?;
    let is_right = (1..=MAX_NAME).contains(&name.len());
    is_right.then(|| {
        (
            name,
            " ".len() + name.len() + "=\"".len() + end + "\"".len(),
        )
    })
}

/// Whether it is allowed in a name. What may begin one is not checked: names are not validated here.
#[inline(always)]
pub(super) fn is_name(byte: u8) -> bool {
    IS_NAME[usize::from(byte)]
}

/// Most bytes of a report's tags are looked up here.
static IS_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let own = byte as u8;
        table[byte] =
            own.is_ascii_alphanumeric() || matches!(own, b'_' | b':' | b'-' | b'.' | 0x80..);
        byte += 1;
    }
    table
};

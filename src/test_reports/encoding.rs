//! Bytes in which markup is ASCII: what the reader of tags needs, and no more.
//!
//! UTF-8, the ISO-8859 and Windows code pages, Shift JIS, GBK and EUC have that already. UTF-16 is narrowed, and
//! whatever is not ASCII becomes one byte that nothing mistakes for markup.

use std::io::{self, Cursor, Read};

/// Stands for a character that is not ASCII.
const OTHER: u8 = 0x80;

/// The document without its byte order mark, narrowed when it is UTF-16. It has no buffer: its reader has one.
///
/// # Errors
/// When it cannot be read.
pub(super) fn narrow<'a>(mut input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut head = Vec::new();
    input.by_ref().take(4).read_to_end(&mut head)?;
    let (mark, is_big_endian) = match *head {
        [0xEF, 0xBB, 0xBF, ..] => (3, None),
        [0xFE, 0xFF, ..] => (2, Some(true)),
        [0xFF, 0xFE, ..] => (2, Some(false)),
        [0, b'<', 0, _] => (0, Some(true)),
        [b'<', 0, _, 0] => (0, Some(false)),
        _ => (0, None),
    };
    let whole = Cursor::new(head.split_off(mark)).chain(input);
    Ok(match is_big_endian {
        None => Box::new(whole),
        Some(is_big_endian) => Box::new(Utf16 {
            input: whole,
            is_big_endian,
            wide: Vec::new(),
            half: None,
        }),
    })
}

/// Makes one byte of every unit of two.
struct Utf16<R> {
    input: R,
    is_big_endian: bool,
    wide: Vec<u8>,
    /// The first byte of a unit whose second was not there yet.
    half: Option<u8>,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, narrow: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count == 0 && !narrow.is_empty() {
            self.wide.resize(narrow.len(), 0);
            let read = self.input.read(&mut self.wide)?;
            if read == 0 {
                break;
            }
            for byte in &self.wide[..read] {
                let Some(first) = self.half.take() else {
                    self.half = Some(*byte);
                    continue;
                };
                let (high, low) = if self.is_big_endian {
                    (first, *byte)
                } else {
                    (*byte, first)
                };
                let is_ascii = high == 0 && low.is_ascii();
                narrow[count] = if is_ascii { low } else { OTHER };
                count += 1;
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::narrow;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    /// One byte at a time, as from a slow disk.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn markup_comes_out_as_ascii() {
        let text = "<a b='é🚀'>ü</a>";
        let narrowed = b"<a b='\x80\x80\x80'>\x80</a>".to_vec();
        let marked = format!("\u{FEFF}{text}");
        let cases = [
            (utf16(text, u16::to_le_bytes), narrowed.clone()),
            (utf16(text, u16::to_be_bytes), narrowed.clone()),
            (utf16(&marked, u16::to_le_bytes), narrowed.clone()),
            (utf16(&marked, u16::to_be_bytes), narrowed),
            (text.into(), text.into()),
            (marked.into(), text.into()),
            (b"<a>\xE9</a>".to_vec(), b"<a>\xE9</a>".to_vec()),
            (b"\xFE\xFF\0<\0".to_vec(), b"<".to_vec()),
            (b"<".to_vec(), b"<".to_vec()),
            (Vec::new(), Vec::new()),
        ];
        for (bytes, expected) in cases {
            let mut all = Vec::new();
            narrow(&bytes[..]).unwrap().read_to_end(&mut all).unwrap();
            assert_eq!(all, expected, "{bytes:x?}");
            let mut slowly = Vec::new();
            let mut reader = narrow(Slow(&bytes)).unwrap();
            reader.read_to_end(&mut slowly).unwrap();
            assert_eq!(slowly, expected, "{bytes:x?}");
        }
    }
}

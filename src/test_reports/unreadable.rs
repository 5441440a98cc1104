//! Why a file is no test report.

use std::fmt;
use std::io;

use crate::error::plain;

/// What people read behind "… is not counted".
#[derive(Debug)]
pub(crate) enum Unreadable {
    Io(io::Error),
    /// A pipe, a device.
    NoFile,
    Empty,
    NotXml,
    /// The bytes that were there.
    Truncated(u64),
    /// The bytes in front of the mistake.
    Malformed(u64),
    Deep,
    /// The outermost element.
    NoReport(String),
    /// The word that stands for the outcome of a test; empty when there is none.
    UnknownOutcome(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "it cannot be read: {}", plain(error)),
            Self::NoFile => formatter.write_str("it is not a regular file"),
            Self::Empty => formatter.write_str("it is empty"),
            Self::NotXml => formatter.write_str("it is not XML"),
            Self::Truncated(bytes) => write!(
                formatter,
                "it ends in the middle, after {bytes} bytes: its writer was stopped, or is still writing"
            ),
            Self::Malformed(bytes) => {
                write!(formatter, "it is not well-formed XML, see its byte {bytes}")
            }
            Self::Deep => formatter.write_str("its elements are nested too deeply"),
            Self::NoReport(root) => write!(
                formatter,
                "it is not a JUnit, xUnit.net, NUnit or TRX report: it begins with <{root}>"
            ),
            Self::UnknownOutcome(word) if word.is_empty() => {
                formatter.write_str("it has a test without a result")
            }
            Self::UnknownOutcome(word) => {
                write!(formatter, "it has a test with an unknown result: {word}")
            }
        }
    }
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

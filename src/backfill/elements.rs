//! The elements of an XML file of Jenkins, one after the other, each when it ends. Jenkins writes XML 1.1, with
//! references to control characters that XML 1.0 forbids.

use anyhow::ensure;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Longest text of an element that is kept, in bytes: twice what a run may remember.
const MAX_TEXT: usize = 64 * 1024;

/// Elements within elements; nothing of Jenkins' is half as deep.
const MAX_DEPTH: usize = 200;

/// Reads a file to its end.
pub(super) struct Elements<'a> {
    reader: Reader<&'a [u8]>,
    /// The names of the open elements below the root, with slashes between them.
    path: String,
    open: Vec<Open>,
    text: String,
    /// Whether the path is still that of the element which was given last.
    has_ended: bool,
}

/// An element that has begun.
struct Open {
    /// How long the path was before it.
    before: usize,
    /// Its attributes `class`, `node` (Mercurial) or `revision` (Subversion).
    attribute: Option<String>,
}

/// An element that has ended.
pub(super) struct Element<'a> {
    /// `actions/hudson.tasks.junit.TestResultAction/failCount`; empty for the root.
    pub(super) path: &'a str,
    /// Its own text, trimmed; what precedes the last element within it is left out.
    pub(super) text: &'a str,
    /// Its class, or the commit that it is about.
    pub(super) attribute: Option<&'a str>,
    /// The same of the element around it.
    pub(super) outer: Option<&'a str>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            path: String::new(),
            open: Vec::new(),
            text: String::new(),
            has_ended: false,
        }
    }

    /// The next element that ends; nothing behind the root.
    ///
    /// # Errors
    /// What is no XML, or ends too early.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Element<'_>>> {
        self.leave();
        loop {
            match self.reader.read_event()? {
                Event::Start(start) => {
                    let open = opened(&start, &mut self.path, self.open.is_empty());
                    self.open.push(open);
                    ensure!(self.open.len() <= MAX_DEPTH, "its elements are too deep");
                    self.text.clear();
                }
                Event::End(_) => break,
                Event::Text(text) => add(&mut self.text, &text),
                Event::CData(text) => add(&mut self.text, &text),
                Event::GeneralRef(reference) => add(&mut self.text, &character(&reference)),
                Event::Eof => {
                    ensure!(self.open.is_empty(), "it ends too early");
                    return Ok(None);
                }
                _ => {}
            }
        }
        self.has_ended = true;
        let mut inner = self.open.iter().rev().map(|it| it.attribute.as_deref());
        Ok(Some(Element {
            attribute: inner.next().flatten(),
            outer: inner.next().flatten(),
            path: &self.path,
            text: self.text.trim(),
        }))
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.has_ended)
            && let Some(open) = self.open.pop()
        {
            self.path.truncate(open.before);
            self.text.clear();
        }
    }
}

fn opened(start: &BytesStart<'_>, path: &mut String, is_root: bool) -> Open {
    let before = path.len();
    if !is_root {
        if before > 0 {
            path.push('/');
        }
        path.push_str(start.name().as_ref());
    }
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten();
    let mut known =
        attributes.filter(|it| matches!(it.key.as_ref(), "class" | "node" | "revision"));
    let attribute = known.next();
    Open {
        before,
        attribute: attribute.map(|it| it.value.into_owned()),
    }
}

fn add(text: &mut String, more: &str) {
    if text.len() + more.len() <= MAX_TEXT {
        text.push_str(more);
    }
}

/// The character that `&lt;` or `&#x1b;` stands for.
fn character(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let known = quick_xml::escape::resolve_predefined_entity(reference);
    known.unwrap_or("\u{FFFD}").to_owned()
}

#[cfg(test)]
mod tests {
    use super::Elements;

    /// Each element as `path=text`.
    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut elements = Elements::new(text);
        let mut found = Vec::new();
        loop {
            match elements.next() {
                Ok(Some(element)) => found.push(format!("{}={}", element.path, element.text)),
                Ok(None) => return Ok(found),
                Err(error) => return Err(format!("{error:#}")),
            }
        }
    }

    #[test]
    fn whatever_jenkins_writes_is_read() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "<?xml version='1.1' encoding='UTF-8'?>\n<build><a>x</a><b/></build>",
                &["a=x", "b=", "="],
            ),
            (
                "<?xml version='1.1'?><b><a>&#x1b;[31m&#27;&lt;&quot;&nope;</a></b>",
                &["a=\u{1b}[31m\u{1b}<\"\u{FFFD}", "="],
            ),
            (
                "<b><a>1</a><a><c> 2\n</c></a></b>",
                &["a=1", "a/c=2", "a=", "="],
            ),
            ("<b><!-- x --><a><![CDATA[<&]]></a></b>", &["a=<&", "="]),
            (
                "<b><a>$(id) 'x' \u{1b} 🚀</a></b>",
                &["a=$(id) 'x' \u{1b} 🚀", "="],
            ),
            ("<b><a>&#x0;&#xD800;</a></b>", &["a=\u{FFFD}\u{FFFD}", "="]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_an_error() {
        let deep = "<a>".repeat(1_000);
        let cases = ["<b><a>x</a>", "<b><a>x</b>", "<b", "<b></b></b>", &deep];
        for text in cases {
            assert!(read(text).is_err(), "{text}");
        }
        let long = format!("<b><a>{}</a><c>1</c></b>", "x".repeat(1_000_000));
        assert_eq!(read(&long).unwrap(), ["a=", "c=1", "="]);
    }
}

//! The development panel as a page for a browser: no script, nothing from elsewhere.

use std::fmt::Write;

use crate::panel::{self, Group, Lozenge, NOTHING, Panel, Row, Section};
use crate::store::Store;

const STYLE: &str = include_str!("page/style.css");

/// How many rows of a group, and how many groups of a section, are shown before the rest is folded away.
const ROWS: usize = 5;
const GROUPS: usize = 10;

/// The page of one issue.
pub(crate) fn issue(panel: &Panel) -> String {
    let mut body = format!(
        "<header><nav><a href=\"/\">All issues</a></nav><h1>{}</h1></header>\n<main>\n",
        escape(&panel.issue)
    );
    if panel.sections.is_empty() {
        let _ = writeln!(body, "<p>{NOTHING}</p>");
    } else {
        body.push_str(&summary(panel));
    }
    for section in &panel.sections {
        let _ = write!(
            body,
            "<section id=\"{}\">\n<h2>{} <span class=\"count\">{}</span></h2>\n",
            anchor(section),
            section.title,
            section.rows.len()
        );
        body.push_str(&folded(&section.groups(), GROUPS, "more", |groups| {
            groups.iter().map(group).collect()
        }));
        body.push_str("</section>\n");
    }
    body.push_str("</main>\n");
    page(&panel.issue, &body)
}

/// The list of issues with data.
pub(crate) fn index(store: &Store) -> String {
    let issues = panel::issues(store);
    let mut body =
        "<header><h1>Issues with development information</h1></header>\n<main>\n".to_owned();
    if issues.is_empty() {
        let _ = writeln!(body, "<p>{NOTHING}</p>");
    } else {
        body.push_str("<ul class=\"rows\">\n");
        for key in issues {
            // A stored key holds letters, digits, `_` and `-` only.
            let _ = write!(
                body,
                "<li><a href=\"/browse/{key}\">{key}</a><p class=\"notes\">"
            );
            for section in Panel::of(store, &key).sections {
                let _ = write!(body, "<span>{}</span>", section.count);
            }
            body.push_str("</p></li>\n");
        }
        body.push_str("</ul>\n");
    }
    body.push_str("</main>\n");
    page("Issues", &body)
}

fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title} - Jira stand-in</title>\
         <style>\n{STYLE}</style></head>\n<body>\n{body}\
         <footer>A stand-in for Jira, for tests and demos. It keeps nothing when it stops.</footer>\n</body></html>\n"
    )
}

/// One line for each section, with what is to be said of all of it.
fn summary(panel: &Panel) -> String {
    let mut list = "<ul class=\"summary\" aria-label=\"Summary\">\n".to_owned();
    for section in &panel.sections {
        let (anchor, count) = (anchor(section), &section.count);
        let _ = write!(list, "<li><a href=\"#{anchor}\">{count}</a>");
        list.extend(section.status().iter().map(lozenge));
        list.push_str("</li>\n");
    }
    list.push_str("</ul>\n");
    list
}

/// Its place on the page.
fn anchor(section: &Section) -> String {
    section.title.to_lowercase().replace(' ', "-")
}

/// The first of the items, and the others behind a line that opens with a click or a key.
fn folded<T>(items: &[T], most: usize, word: &str, write: impl Fn(&[T]) -> String) -> String {
    let (first, rest) = items.split_at(items.len().min(most));
    let mut text = write(first);
    if !rest.is_empty() {
        let (count, rest) = (rest.len(), write(rest));
        let _ = write!(
            text,
            "<details><summary>{count} {word}</summary>\n{rest}</details>\n"
        );
    }
    text
}

fn group(group: &Group) -> String {
    // A build's name begins with that of its pipeline.
    let says_it = matches!(group.rows.as_slice(), [row] if row.name.starts_with(group.title));
    let heading = if says_it {
        String::new()
    } else {
        format!("<h3>{}</h3>\n", escape(group.title))
    };
    let rows = folded(&group.rows, ROWS, "older", |rows| {
        let rows: String = rows.iter().map(|row| self::row(row)).collect();
        format!("<ul class=\"rows\">\n{rows}</ul>\n")
    });
    heading + &rows
}

fn row(row: &Row) -> String {
    let mut text = if row.state.is_empty() {
        "<li class=\"plain\">".to_owned()
    } else {
        let state = Lozenge {
            words: row.words(),
            tone: row.tone.clone(),
        };
        format!("<li>{}", lozenge(&state))
    };
    let _ = write!(
        text,
        "<div><p class=\"name\">{}</p>",
        link(&row.name, &row.url)
    );
    let notes = [&row.time].into_iter().chain(&row.notes);
    let notes = notes.filter(|note| !note.is_empty());
    let notes: String = notes.map(|note| span(&escape(note))).collect();
    let links = row.links.iter();
    let links: String = links.map(|(text, address)| link(text, address)).collect();
    for notes in [notes, links].iter().filter(|notes| !notes.is_empty()) {
        let _ = write!(text, "<p class=\"notes\">{notes}</p>");
    }
    text.push_str("</div></li>\n");
    text
}

fn lozenge(lozenge: &Lozenge) -> String {
    let (words, tone) = (escape(&lozenge.words), escape(&lozenge.tone));
    format!("<span class=\"lozenge {tone}\">{words}</span>")
}

/// Other schemes than the web's stay text: a page must not offer to run something.
fn link(text: &str, address: &str) -> String {
    let text = if text.trim().is_empty() {
        "(no name)"
    } else {
        text
    };
    let text = escape(text);
    if address.starts_with("http://") || address.starts_with("https://") {
        format!("<a href=\"{}\">{text}</a>", escape(address))
    } else if address.is_empty() {
        span(&text)
    } else {
        span(&format!("{text} ({})", escape(address)))
    }
}

fn span(html: &str) -> String {
    format!("<span>{html}</span>")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

//! The development panel as a page for a browser.

use std::fmt::Write;

use crate::panel::{self, NOTHING, Panel, Row, Section};
use crate::store::Store;

const STYLE: &str = "
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin-top: 2rem }
ul { list-style: none; padding: 0 } li { padding: .6rem 0; border-top: 1px solid #8884 }
small { opacity: .75 } small span + span::before, small a + a::before { content: ' · ' }
small { display: block } code { font-size: .9em }
.counts { opacity: .75 } .counts a + a::before { content: ' · ' }
a::before { display: inline-block; white-space: pre }
.lozenge { display: inline-block; min-width: 6.5rem; text-align: center; margin-right: .6rem; padding: 0 .4rem;
  border-radius: 3px; font-size: .72rem; font-weight: 700; text-transform: uppercase; background: #dcdfe4; color: #44546f }
.commit { text-transform: none; font-family: monospace }
.successful, .MERGED, .on, .success { background: #baf3db; color: #164b35 }
.failed, .DECLINED, .removed { background: #ffd5d2; color: #5d1f1a }
.in_progress, .inprogress, .OPEN, .new { background: #cce0ff; color: #09326c }
.pending, .moved { background: #f8e6a0; color: #533f04 }
.rolled_back { background: #fedec8; color: #702e00 }
";

/// The page of one issue.
pub(crate) fn issue(panel: &Panel) -> String {
    let mut body = format!(
        "<p><a href=\"/\">All issues</a></p><h1>{}</h1>",
        escape(&panel.issue)
    );
    if panel.sections.is_empty() {
        let _ = write!(body, "<p>{NOTHING}</p>");
    } else {
        body.push_str("<p class=\"counts\">");
        for section in &panel.sections {
            let _ = write!(
                body,
                "<a href=\"#{}\">{}</a>",
                anchor(section),
                section.count
            );
        }
        body.push_str("</p>");
    }
    for section in &panel.sections {
        let (anchor, title) = (anchor(section), section.title);
        let _ = write!(body, "<h2 id=\"{anchor}\">{title}</h2><ul>");
        for row in &section.rows {
            write_row(&mut body, row);
        }
        body.push_str("</ul>");
    }
    page(&panel.issue, &body)
}

/// The list of issues with data.
pub(crate) fn index(store: &Store) -> String {
    let issues = panel::issues(store);
    let mut body = "<h1>Issues with development information</h1>".to_owned();
    if issues.is_empty() {
        let _ = write!(body, "<p>{NOTHING}</p>");
    } else {
        body.push_str("<ul>");
        for key in issues {
            // A stored key holds letters, digits, `_` and `-` only.
            let _ = write!(body, "<li><a href=\"/browse/{key}\">{key}</a></li>");
        }
        body.push_str("</ul>");
    }
    page("Issues", &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{} - Jira sandbox</title>\
         <style>{STYLE}</style></head><body>{body}</body></html>\n",
        escape(title)
    )
}

/// Its place on the page.
fn anchor(section: &Section) -> String {
    section.title.to_lowercase().replace(' ', "-")
}

fn write_row(body: &mut String, row: &Row) {
    body.push_str("<li>");
    if !row.state.is_empty() {
        // A word of the API, as people read it; all else as it was sent.
        let words = if row.state == row.tone {
            row.state.replace('_', " ")
        } else {
            row.state.clone()
        };
        let (words, tone) = (escape(&words), escape(&row.tone));
        let _ = write!(body, "<span class=\"lozenge {tone}\">{words}</span>");
    }
    body.push_str(&link(&row.name, &row.url));
    if let Some((name, kind)) = &row.environment {
        let (name, kind) = (escape(name), escape(kind));
        let _ = write!(body, " to <strong>{name}</strong> ({kind})");
    }
    body.push_str("<small>");
    for text in [&row.time].into_iter().chain(&row.notes) {
        let _ = write!(body, "<span>{}</span>", escape(text));
    }
    body.push_str("</small>");
    if !row.links.is_empty() {
        let links = row.links.iter();
        let links: String = links.map(|(text, address)| link(text, address)).collect();
        let _ = write!(body, "<small>{links}</small>");
    }
    body.push_str("</li>");
}

/// Other schemes than the web's stay text: a page must not offer to run something.
fn link(text: &str, address: &str) -> String {
    if address.starts_with("http://") || address.starts_with("https://") {
        format!("<a href=\"{}\">{}</a>", escape(address), escape(text))
    } else {
        format!("<span>{} ({})</span>", escape(text), escape(address))
    }
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
            other => escaped.push(other),
        }
    }
    escaped
}

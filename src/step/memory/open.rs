//! What is in progress, and how it ends where its run is over and has sent no end.

use serde_json::json;

use super::line::{Line, Topic, lines};
use super::{Memory, OtherRun};
use crate::domain::state::{BuildState, RunState, build_state};
use crate::domain::timestamp::Timestamp;
use crate::outbox::Entry;
use crate::step::request::Request;

impl Memory {
    /// Remembers that this is in progress, and which call said so; unless something newer was said about it.
    pub(in crate::step) fn open(&mut self, name: String, entry: &Entry, request: &Request) {
        let known = self.newest.get(&name);
        if known.is_none_or(|known| known.at <= entry.sequence) {
            let call = json!({"id": request.id, "step": request.step});
            let fields = json!({"entry": entry, "call": call});
            self.newest.insert(name, Line::new(entry.sequence, fields));
        }
    }

    /// Ends what a completed run left in progress, where it has kept no end of its own.
    pub(super) fn end_what_is_open(&mut self, run: &OtherRun) {
        let all: Vec<(String, Line)> = lines(&run.memory).collect();
        let of_topic = |topic| {
            all.iter()
                .filter(move |(name, _)| Topic::of(name) == Some(topic))
        };
        let mut kept: Vec<&(String, Line)> = of_topic(Topic::Request).collect();
        kept.retain(|(name, _)| self.newest.get(name).is_some_and(|line| !line.is_settled()));
        for (name, open) in of_topic(Topic::Open).filter(|(_, line)| !line.is_settled()) {
            // What was ended meanwhile needs no end.
            let known = self.newest.get(name);
            let is_open = known.is_none_or(|known| !known.is_settled() || known.at < open.at);
            if !is_open || kept.iter().any(|(name, kept)| is_end(name, kept, open)) {
                continue;
            }
            if let Some(end) = end_of(open, run) {
                self.newest.insert(name.clone(), Line::settled(open.at));
                self.wait(&end);
            }
        }
    }
}

/// Whether a call that was kept ends what is open: it is the end of the same body, or the same step without a body.
fn is_end(name: &str, kept: &Line, open: &Line) -> bool {
    let (Some(call), Some(request)) = (open.fields.get("call"), kept.fields.get("request")) else {
        return false;
    };
    let text = |name: &str| call[name].as_str().unwrap_or_default();
    match request["body"]["phase"].as_str() {
        None => kept.at >= open.at && request["step"] == text("step"),
        Some(phase) => phase == "end" && name == Topic::Request.name(text("id")),
    }
}

/// The end of what a completed run left in progress: its result says how.
pub(in crate::step) fn end_of(line: &Line, run: &OtherRun) -> Option<Entry> {
    let entry = line.fields.get("entry")?.clone();
    let entry = Entry::from_value(entry).ok()?;
    let result = run.result.as_deref().unwrap_or("unknown");
    let state = result.parse().unwrap_or(RunState::Unknown);
    let state = build_state(state, BuildState::FAILED).unwrap_or(BuildState::UNKNOWN);
    let state = json!(state);
    let at = Timestamp::from_millisecond(run.ended.unwrap_or(line.at));
    Some(entry.ended(state.as_str()?, at))
}

//! What was pushed, as reported to a git server's post-receive hook: in a bare repository, without Jenkins.

mod lines;
mod noted;
mod push;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::about::{self, About};
use super::entities::Maker;
use super::key_finder::KeyFinder;
use super::{clone_urls, event, frame, payloads, sequence};
use crate::cli::DevInfoOptions;
use crate::commands::missing::Missing;
use crate::commands::send;
use crate::commands::{self, Context};
use crate::error::Failure;
use crate::files;
use crate::git::{DetailsReader, Repository, clone_in};
use crate::jira::dev_info::OperationType;
use crate::outbox::Changed;
use crate::phrases::counted;
use crate::report::{Outcome, Report};
use crate::side_by_side::in_time;
use crate::system::Deadline;
use crate::variables::Variables;
use lines::Lines;
use push::Push;

/// Most that is read from stdin, in bytes.
const MAX_INPUT: u64 = 16 * 1024 * 1024;

/// The way for histories.
const ALL: &str = "run jira-send dev-info --all once in this repository: it sends the rest";

/// Reads what was pushed, sends what names issues, and reports.
///
/// # Errors
/// What ends it before there is a report.
pub(super) fn run(options: &DevInfoOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let output = context.output;
    let deadline = commands::deadline(&options.jira, context);
    if let Some(quarantine) = context.variables.by_name("GIT_QUARANTINE_PATH") {
        let message = "nothing to send: this is not a post-receive hook";
        output.advise(
            &format!("{message}: what is pushed is still in {quarantine}, and may be refused"),
            "call it in the hook post-receive, which runs once everything is accepted",
        );
        return Ok(Report::new(Outcome::NothingToSend, message.to_owned()));
    }
    let lines = read(deadline, context)?;
    warn_unread(&lines, context);
    if lines.updates.is_empty() {
        let message = "nothing to send: no branch and no tag was pushed";
        output.detail(message);
        return Ok(Report::new(Outcome::NothingToSend, message.to_owned()));
    }
    let time = deadline.remaining(context.system) / 2;
    let folder = folder(options.keys.repository_dir.as_deref(), context.variables);
    let repository = match clone_in(&folder) {
        Some(clone) => Repository::of_clone(&clone, context.system, time),
        None => Repository::new(&folder, context.system, time),
    };
    repository.check()?;

    let destinations = commands::destinations(&options.jira.connection, context)?;
    let mut missing = Missing::default();
    let clone_urls = clone_urls(&repository, None);
    let about = About::find(options, &clone_urls, None, &mut missing);
    let about = about::complete(about, missing, &clone_urls, &destinations, options, output);
    let about = about.map_err(|failure| {
        let hint = "in a hook, name the page of the repository with --repository-url https://git.example.com/acme/shop; or have it in the repository: git config remote.origin.url";
        failure.hint(hint)
    })?;
    let event = event(options, context);
    let all = noted::with_others(options, &lines.updates, &about, context);
    let files = deadline.at_most(context.system, deadline.remaining(context.system) / 4);
    let mut push = Push {
        options,
        repository: &repository,
        about: &about,
        event,
        changed: Changed::by(&all),
        maker: Maker {
            hosting: &about.hosting,
            sequence: sequence(options, event),
            issue_ids: Vec::new(),
        },
        finder: KeyFinder::new(&options.keys, &[]),
        reader: DetailsReader::new(&repository, files.remaining(context.system)),
        walk_until: deadline.at_most(context.system, time / 2),
        context,
    };
    let (entities, read) = push.entities(&lines.updates)?;
    if let Some(warning) = &push.reader.warning {
        output.warning(warning);
    }
    push.finder.warn_cut(output);
    if entities.is_empty() {
        let reason = if read == 0 {
            "no new commits were pushed, and no branch or tag names an issue"
        } else {
            "no issue key was found"
        };
        return Ok(send::nothing_since(
            reason,
            push.finder.denied(),
            options.sending.require_issue_keys,
            output,
        ));
    }
    let frame = frame(options, &about, event, OperationType::Normal)?;
    let (jira, require) = (&options.jira, options.sending.require_issue_keys);
    let payloads = payloads(entities, &frame);
    send::send_all(payloads, require, jira, &destinations, deadline, context)
}

/// What git says on standard input.
fn read(deadline: Deadline, context: &Context<'_>) -> Result<Lines, Failure> {
    let hint = "--pushed is for a git server's hook post-receive; docs/git-server.md has one for each server";
    if std::io::stdin().is_terminal() {
        return Err(
            Failure::usage("standard input has no lines of a post-receive hook").hint(hint),
        );
    }
    let time = deadline.remaining(context.system) / 3;
    let input = in_time(time, || files::read_stdin(MAX_INPUT));
    let failure = Failure::usage("could not read what was pushed");
    match input {
        Some(Ok(input)) => Ok(lines::parse(&input)),
        Some(Err(error)) => Err(failure.cause(format!("{error:#}")).hint(hint)),
        None => Err(failure.cause("standard input has no end").hint(hint)),
    }
}

fn warn_unread(lines: &Lines, context: &Context<'_>) {
    if lines.wrong > 0 {
        let wrong = counted(lines.wrong, "line");
        let are = if lines.wrong == 1 { "is" } else { "are" };
        context.output.advise(
            &format!("{wrong} of standard input {are} not what git writes: OLD NEW REF"),
            "call it as or from the hook post-receive, and pass its standard input on",
        );
    }
    if lines.left > 0 {
        let left = lines.left;
        let message = format!("{left} more lines of standard input were not read");
        context.output.advise(&message, ALL);
    }
}

/// The repository: git runs a hook in it, and names it.
fn folder(given: Option<&Path>, variables: &Variables) -> PathBuf {
    let of_git = || variables.by_name("GIT_DIR").map(PathBuf::from);
    let given = given.map(Path::to_owned);
    given.or_else(of_git).unwrap_or_else(|| PathBuf::from("."))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::folder;
    use crate::variables::Variables;

    #[test]
    fn the_repository_is_where_git_says() {
        let hook = Variables::from([("GIT_DIR", "/srv/shop.git")]);
        let none = Variables::default();
        let given = Some(Path::new("/srv/other.git"));
        assert_eq!(folder(given, &hook), Path::new("/srv/other.git"));
        assert_eq!(folder(None, &hook), Path::new("/srv/shop.git"));
        assert_eq!(folder(None, &none), Path::new("."));
    }
}

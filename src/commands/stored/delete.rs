//! `jira-send delete`: one thing, or all with a label. `subject.rs` says which, and `--verify` asks until it is gone.

use super::subject::find;
use super::{SiteAnswer, Subject, ask};
use crate::cli::DeleteOptions;
use crate::commands::Context;
use crate::commands::connection::Destination;
use crate::commands::pauses::Pauses;
use crate::commands::send::ShownSite;
use crate::error::{Failure, FailureKind};
use crate::jira::item::Presence;
use crate::jira::{DataType, Jira};
use crate::report::{Outcome, PreparedRequest, Report};
use crate::system::Deadline;

/// Deletes at each site, or shows the request.
///
/// # Errors
/// What keeps all sites from being asked. What they say is in the report.
pub(crate) fn run(options: &DeleteOptions, context: &Context<'_>) -> Result<Report, Failure> {
    let how = options.what.how();
    let is_carried_out = options.what.is_carried_out();
    let which = options.what.which();
    let (subject, destinations) = find(which, &how.ask, is_carried_out, context)?;
    if how.verify && !can_be_verified(&subject) {
        return Err(
            Failure::usage(format!("Jira cannot report whether {subject} are deleted"))
                .hint("leave out --verify, or delete them one by one"),
        );
    }
    if !is_carried_out {
        return show(&subject, &destinations, how.dry_run, context);
    }
    let delete = |client: &mut Jira<'_>, site: &str, deadline| {
        let deleted = match &subject {
            Subject::Item(item) => client.delete(item),
            Subject::Labelled(data, labels) => client.delete_all(*data, labels),
        };
        deleted.map_err(|error| error.explain_for(site))?;
        if how.verify {
            return Ok(wait(client, site, &subject, deadline, context));
        }
        let message = format!("{site} accepted the deletion request for {subject}");
        context.output.say(&format!(
            "{message}; it deletes a moment later, and answers the same if there was nothing to delete"
        ));
        Ok(SiteAnswer::new(site, Outcome::Accepted, message))
    };
    ask(&how.ask, &destinations, context, &delete)
}

fn can_be_verified(subject: &Subject) -> bool {
    match subject {
        Subject::Item(_) => true,
        Subject::Labelled(data, _) => *data == DataType::DevInfo,
    }
}

fn show(
    subject: &Subject,
    destinations: &[Destination],
    dry_run: bool,
    context: &Context<'_>,
) -> Result<Report, Failure> {
    let ShownSite { api_url, cloud_id } = ShownSite::first_of(destinations, context)?;
    let path = format!("{}{}", subject.data().path(&cloud_id), subject.path());
    let request = PreparedRequest::deletion(format!("{api_url}{path}"));
    let report = if dry_run {
        Report::new(Outcome::DryRun, format!("{subject} would be deleted"))
    } else {
        let failure = Failure::usage(format!("deleting {subject} requires --yes")).hint(
            "this can delete more than one thing: check the request that is shown, then add --yes",
        );
        context.output.failure(&failure);
        Report::failed(&failure)
    };
    Ok(Report {
        request: Some(request),
        ..report
    })
}

fn wait(
    client: &mut Jira<'_>,
    site: &str,
    subject: &Subject,
    deadline: Deadline,
    context: &Context<'_>,
) -> SiteAnswer {
    let mut pauses = Pauses::new(deadline, context.system);
    let why = loop {
        match is_gone(client, subject) {
            Ok(true) => {
                let message = format!("deleted at {site}: {subject}");
                context.output.say(&message);
                let mut answer = SiteAnswer::new(site, Outcome::Accepted, message);
                answer.report.verified = Some(true);
                return answer;
            }
            Ok(false) if pauses.wait() => {}
            Ok(false) => break "it is still there".to_owned(),
            Err(error) => break error.explain_for(site).message(),
        }
    };
    let message = format!(
        "{site} accepted the deletion request for {subject}, but has not carried it out yet"
    );
    let failure = Failure::new(FailureKind::Refused, message.as_str())
        .cause(why)
        .hint("Jira can take longer at busy times: check later with jira-send show, or wait longer with --budget");
    let mut answer = SiteAnswer::new(site, Outcome::Unverified, failure.message());
    answer.report.verified = Some(false);
    answer.failure = Some(failure);
    answer
}

/// A repository's older entities are shown nowhere: what is out of sight counts as gone.
fn is_gone(client: &mut Jira<'_>, subject: &Subject) -> Result<bool, crate::jira::JiraError> {
    let item = match subject {
        Subject::Labelled(_, labels) => return client.exists(labels).map(|exists| !exists),
        Subject::Item(item) => item,
    };
    let read = client.read(item)?;
    let stored = read.is_some_and(|read| matches!(item.find(&read), Presence::Stored(_)));
    Ok(!stored)
}

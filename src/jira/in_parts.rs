//! A submission in parts, when Jira does not take it as a whole: one bad item must not sink the rest. Sends and the
//! outbox's deliveries go this way.

use super::{Body, Jira, JiraError, Rejected, RejectionError, Submitted};

/// Most requests for one submission. What is left then is reported as rejected together.
const MAX_REQUESTS: u32 = 64;

impl Jira<'_> {
    /// Sends a body; in halves of halves, when Jira blames the body. A single item that it does not take is rejected in
    /// the answer, and an error only when it was the whole body.
    ///
    /// # Errors
    /// Whatever else keeps Jira from taking any part. What it took before stays there, and may be sent again.
    pub(crate) fn submit_in_parts(&mut self, body: &Body) -> Result<Submitted, JiraError> {
        let (rest, deletions) = body.split_deletions();
        let submitted = match rest {
            Some(rest) => self.submit_rest(&rest),
            None => Ok(Submitted::default()),
        };
        let is_judged = submitted
            .as_ref()
            .map_or_else(JiraError::blames_body, |_| true);
        if deletions.is_empty() || !is_judged {
            return submitted;
        }
        let deleted = self.delete_branches(&deletions)?;
        let mut submitted = submitted?;
        submitted.add(deleted);
        Ok(submitted)
    }

    fn submit_rest(&mut self, body: &Body) -> Result<Submitted, JiraError> {
        match self.submit(body) {
            Err(error) if error.blames_body() || error.is_too_large() => match body.halves() {
                Some(halves) => {
                    let mut left = MAX_REQUESTS - 1;
                    self.submit_halves(halves, &mut left)
                }
                None => Err(error),
            },
            result => result,
        }
    }

    fn submit_halves(
        &mut self,
        (first, second): (Body, Body),
        left: &mut u32,
    ) -> Result<Submitted, JiraError> {
        let mut submitted = self.submit_part(&first, left)?;
        submitted.add(self.submit_part(&second, left)?);
        Ok(submitted)
    }

    fn submit_part(&mut self, part: &Body, left: &mut u32) -> Result<Submitted, JiraError> {
        let result = self.submit(part);
        *left = left.saturating_sub(1);
        let error = match result {
            Err(error) if error.blames_body() || error.is_too_large() => error,
            Ok(submitted) if submitted.is_silent() => {
                return Ok(Submitted {
                    accepted: Some(part.keys()),
                    ..submitted
                });
            }
            result => return result,
        };
        match part.halves().filter(|_| *left > 1) {
            Some(halves) => self.submit_halves(halves, left),
            None if !error.blames_body() => Err(error),
            None => Ok(refused(part, &error)),
        }
    }
}

/// The answer that Jira would give if it told its items apart.
fn refused(part: &Body, error: &JiraError) -> Submitted {
    let errors = vec![RejectionError {
        message: error.reason(),
        error_trace_id: None,
    }];
    let keys = part.keys().into_iter();
    Submitted {
        accepted: Some(Vec::new()),
        rejected: keys
            .map(|key| Rejected {
                key,
                errors: errors.clone(),
            })
            .collect(),
        ..Submitted::default()
    }
}

//! What the caller of a command knows besides the options: the wrapper of a command, or a pipeline step, which part of
//! a run it is about.

use std::collections::BTreeMap;
use std::time::Duration;

use super::upstream::Upstream;
use crate::domain::deployed::Deployed;
use crate::domain::timestamp::Timestamp;
use crate::error::Failure;
use crate::facts::Pipeline;
use crate::report::Begun;
use crate::system::{Deadline, System};

/// The same for nobody in particular: what was typed is all there is.
#[derive(Debug, Default)]
pub(crate) struct Phase {
    /// What is left of the time budget, where some of it is spent already.
    pub(crate) time_left: Option<Duration>,
    /// What the beginning found, for the end.
    pub(crate) begun: Begun,
    /// Older test reports are those of another run.
    pub(crate) reports_since: Option<Timestamp>,
    /// How sure the time of the event is, when there is one.
    pub(crate) event: EventTime,
    /// What only a pipeline step knows.
    pub(crate) step: Option<StepPhase>,
}

/// Where the time of an event comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EventTime {
    #[default]
    Given,
    /// The clock of this machine showed it, and may step back.
    Clock,
    /// The clock of the controller showed it: that may step back as well, or the step was held up on its way.
    Controller,
}

/// What only a pipeline step knows.
#[derive(Debug, Default)]
pub(crate) struct StepPhase {
    pub(crate) pipeline: Pipeline,
    /// What runs where as far as the runs of the job remember, by the name of the [`DeploymentPlace`](super::deployed::DeploymentPlace).
    pub(crate) deployed: BTreeMap<String, Deployed>,
    /// What was deployed after this did not run there before; in milliseconds since 1970, for what is sent late.
    pub(crate) deployed_until: Option<i64>,
    /// The runs that started this one, the nearest first.
    pub(crate) upstream: Vec<Upstream>,
    /// Sites that could not be reached a moment ago.
    pub(crate) unreachable: Vec<String>,
    /// Whether a gate that Jira does not know, or not yet, is asked for again by another call.
    pub(crate) asks_once: bool,
    pub(crate) no_credential: Option<Failure>,
    /// A file of feature flags that is written in the pipeline.
    pub(crate) flags: Option<String>,
}

/// Longest time for a site that could not be reached a moment ago.
const OUTAGE_TIME: Duration = Duration::from_secs(3);

impl Phase {
    /// Until when a site is tried.
    pub(crate) fn end_for(&self, site: &str, deadline: Deadline, system: &dyn System) -> Deadline {
        let step = self.step.as_ref();
        let is_out = step.is_some_and(|step| step.unreachable.iter().any(|one| one == site));
        if is_out {
            deadline.at_most(system, OUTAGE_TIME)
        } else {
            deadline
        }
    }

    pub(crate) fn limit_time(&mut self, most: Duration) {
        self.time_left = Some(self.time_left.map_or(most, |left| left.min(most)));
    }

    /// What a pipeline step knows for the facts.
    pub(crate) fn pipeline(&self) -> Option<&Pipeline> {
        self.step.as_ref().map(|step| &step.pipeline)
    }
}

//! What people should know about the environments that they name. `deployment` and `feature-flag` warn here.

use crate::domain::environment_types::EnvironmentTypes;
use crate::domain::text::{Line, is_cut};
use crate::output::Output;

/// Names what a list of types has that says nothing.
pub(super) fn warn_wrong_types(types: &EnvironmentTypes, output: &Output) {
    for wrong in &types.wrong {
        output.advise(
            &format!("--environment-types: ignored {wrong}"),
            "write it as NAME=TYPE, with one of development, testing, staging, production, unmapped",
        );
    }
}

/// Says that an environment is called otherwise in Jira.
pub(super) fn warn_cut(name: &str, shown: &Line, output: &Output) {
    if is_cut(name) {
        let message = format!(
            "the environment {name} is called {} in Jira, which takes no emoji",
            shown.as_str()
        );
        output.advise(
            &message,
            "pass a name without emoji with --environment-name",
        );
    }
}

//! With which credential a site is asked. Sessions and `check` read it here.

use super::Context;
use crate::error::{Failure, FailureKind};
use crate::files;
use crate::jira::Credentials;
use crate::secret::Secret;
use crate::variables::{
    JIRA_CLIENT_ID, JIRA_CLIENT_SECRET, JIRA_CLIENT_SECRET_FILE, Variable, Variables,
};

/// Longest file that is taken for a secret, in bytes.
const MAX_SECRET: u64 = 64 * 1024;

/// The OAuth credential of the site whose variables have these endings, hidden from now on.
///
/// # Errors
/// When there is none, for the reason that a pipeline step knows.
pub(crate) fn credentials(
    context: &Context<'_>,
    endings: &[String],
) -> Result<Credentials, Failure> {
    let step = context.phase.step.as_ref();
    let known = step.and_then(|step| step.no_credential.clone());
    let found = of_variables(context.variables, endings);
    let found = found.map_err(|failure| known.unwrap_or(failure))?;
    context.output.hide(&found.client_secret);
    Ok(found)
}

/// The same of variables alone. The first ending that anything is set for
/// gives the whole credential: halves of two credentials are never put together.
///
/// # Errors
/// When it is missing, or its file cannot be read.
pub(crate) fn of_variables(
    variables: &Variables,
    endings: &[String],
) -> Result<Credentials, Failure> {
    let own = own_ending(variables, endings);
    let get = |variable: Variable| match own {
        Some(ending) => variables.only_for_site(variable, std::slice::from_ref(ending)),
        None => variables.get(variable),
    };
    let name = |variable: Variable| match own {
        Some(ending) => format!("{}__{ending}", variable.name),
        None => variable.name.to_owned(),
    };
    let secret = match get(JIRA_CLIENT_SECRET) {
        Some(secret) => Some(Secret::new(secret.trim_end_matches(['\r', '\n']))),
        None => get(JIRA_CLIENT_SECRET_FILE)
            .map(|path| secret_of_file(path, "the client secret", &name(JIRA_CLIENT_SECRET_FILE)))
            .transpose()?,
    };
    match (get(JIRA_CLIENT_ID), secret) {
        (Some(client_id), Some(client_secret)) => Ok(Credentials {
            client_id: client_id.trim().to_owned(),
            client_secret,
        }),
        (client_id, secret) => {
            let (id_name, secret_name) = (name(JIRA_CLIENT_ID), name(JIRA_CLIENT_SECRET));
            let missing = match (client_id, secret) {
                (None, None) => format!("{id_name} and {secret_name} are not set"),
                (None, _) => format!("{id_name} is not set"),
                _ => format!("{secret_name} is not set"),
            };
            Err(Failure::new(FailureKind::Credentials, "there is no credential for Jira")
                .cause(missing)
                .hint("in Jenkins, bind the credential to JIRA_CLIENT_ID and JIRA_CLIENT_SECRET (withCredentials, or \"Use secret text(s) or file(s)\"); in Jira, create it under Jira settings > Apps > OAuth credentials"))
        }
    }
}

/// The first of the site's endings that a part of a credential is set for.
pub(super) fn own_ending<'a>(variables: &Variables, endings: &'a [String]) -> Option<&'a String> {
    let parts = [JIRA_CLIENT_ID, JIRA_CLIENT_SECRET, JIRA_CLIENT_SECRET_FILE];
    endings.iter().find(|ending| {
        let ending = std::slice::from_ref(*ending);
        let mut parts = parts.iter();
        parts.any(|part| variables.only_for_site(*part, ending).is_some())
    })
}

/// What to do when Jira does not take the credential, and it is the one for all sites.
pub(crate) fn own_credential_hint(variables: &Variables, endings: &[String]) -> Option<String> {
    let ending = endings.last()?;
    let shared = own_ending(variables, endings).is_none();
    shared.then(|| {
        format!(
            "a credential belongs to one site: this one gets its own with JIRA_CLIENT_ID__{ending} and JIRA_CLIENT_SECRET__{ending}"
        )
    })
}

/// # Errors
/// When the file cannot be read or is empty; the error does not have its name.
pub(super) fn secret_of_file(path: &str, what: &str, variable: &str) -> Result<Secret, Failure> {
    let unusable = || {
        Failure::new(
            FailureKind::Credentials,
            format!("{what} cannot be read from its file"),
        )
        .hint(format!(
            "{variable} names a file that holds the secret and nothing else"
        ))
    };
    // Its value may be the secret itself, by mistake.
    let unnamed = |error: anyhow::Error| format!("{error:#}").replace(path, "it");
    let text = files::read_text(path, MAX_SECRET);
    let text = text.map_err(|error| unusable().cause(unnamed(error)))?;
    let text = Secret::new(text);
    let secret = Secret::new(text.reveal().trim_end_matches(['\r', '\n']));
    if secret.is_empty() {
        return Err(unusable().cause("it is empty"));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::of_variables;
    use crate::error::FailureKind;
    use crate::variables::Variables;

    #[test]
    fn a_secret_comes_from_a_variable_or_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "from file\r\n").unwrap();
        let variables = Variables::from([
            ("JIRA_CLIENT_ID", " id "),
            ("JIRA_CLIENT_SECRET_FILE", path),
        ]);
        let found = of_variables(&variables, &[]).ok().unwrap();
        assert_eq!(
            (found.client_id.as_str(), found.client_secret.reveal()),
            ("id", "from file")
        );

        let missing = [
            Variables::default(),
            Variables::from([("JIRA_CLIENT_ID", "id")]),
            Variables::from([("JIRA_CLIENT_SECRET", "secret")]),
            Variables::from([
                ("JIRA_CLIENT_ID", "id"),
                ("JIRA_CLIENT_SECRET_FILE", "/nowhere"),
            ]),
        ];
        for variables in missing {
            let failure = of_variables(&variables, &[]).err().unwrap();
            assert_eq!(failure.kind, FailureKind::Credentials);
            assert_eq!(failure.lines().last().unwrap().0, "hint");
            assert!(!failure.message().contains("/nowhere"));
        }
        std::fs::write(path, "\n").unwrap();
        assert!(of_variables(&variables, &[]).is_err());
    }

    #[test]
    fn a_site_has_a_whole_credential_or_none() {
        let variables = Variables::from([
            ("JIRA_CLIENT_ID", "all"),
            ("JIRA_CLIENT_SECRET", "all-secret"),
            ("JIRA_CLIENT_ID__ACME", "acme"),
            ("JIRA_CLIENT_SECRET__ACME", "acme-secret"),
            ("JIRA_CLIENT_ID__BETA", "beta"),
        ]);
        let found = |endings: &[&str]| {
            let endings: Vec<String> = endings.iter().map(ToString::to_string).collect();
            of_variables(&variables, &endings)
                .map(|found| format!("{} {}", found.client_id, found.client_secret.reveal()))
        };
        let acme = found(&["ACME_ATLASSIAN_NET", "ACME"]).unwrap();
        assert_eq!(acme, "acme acme-secret");
        assert_eq!(found(&["OTHER"]).unwrap(), "all all-secret");
        let half = found(&["BETA"]).unwrap_err();
        assert!(half.message().contains("JIRA_CLIENT_SECRET__BETA"));
    }
}

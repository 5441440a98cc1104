//! Which site, with which credential, at which addresses.

use crate::cli::JiraOptions;
use crate::error::{Failure, Kind};
use crate::files;
use crate::jira::{CloudId, Credentials, Endpoints, Site, Target, is_safe_address};
use crate::secret::Secret;
use crate::variables::{self, Variable, Variables};

/// Longest file that is taken for a secret, in bytes.
const MAX_SECRET: u64 = 64 * 1024;

/// A site as the report names it, and how it is reached.
pub(crate) struct Destination {
    pub(crate) name: String,
    pub(crate) target: Target,
}

/// The site of the options or variables; nothing when neither names one.
///
/// # Errors
/// A site or a cloud id that cannot be one.
pub(crate) fn destination(
    options: &JiraOptions,
    variables: &Variables,
) -> Result<Option<Destination>, Failure> {
    let given = |option: &Option<String>, variable: Variable| {
        let option = option.clone().filter(|text| !text.trim().is_empty());
        option.or_else(|| variables.get(variable).map(ToOwned::to_owned))
    };
    let site: Option<Site> = given(&options.site, variables::JIRA_SITE)
        .map(|text| {
            parsed(
                &text,
                "the site",
                "set JIRA_SITE or --site to the site's name",
            )
        })
        .transpose()?;
    let cloud_id: Option<CloudId> = given(&options.cloud_id, variables::JIRA_CLOUD_ID)
        .map(|text| {
            parsed(
                &text,
                "the cloud id",
                "leave JIRA_CLOUD_ID out to have it looked up",
            )
        })
        .transpose()?;
    let name = match (&site, &cloud_id) {
        (Some(site), _) => site.to_string(),
        (None, Some(cloud_id)) => cloud_id.as_str().to_owned(),
        (None, None) => return Ok(None),
    };
    let target = match (site, cloud_id) {
        (_, Some(cloud_id)) => Target::CloudId(cloud_id),
        (Some(site), None) => Target::Site(site),
        (None, None) => return Ok(None),
    };
    Ok(Some(Destination { name, target }))
}

fn parsed<T: std::str::FromStr<Err = String>>(
    text: &str,
    name: &str,
    hint: &str,
) -> Result<T, Failure> {
    text.parse().map_err(|error: String| {
        Failure::usage(format!("{name} is wrong"))
            .cause(error)
            .hint(hint)
    })
}

/// The addresses of the API.
///
/// # Errors
/// An address that would send the credential unencrypted over the network.
pub(crate) fn endpoints(variables: &Variables) -> Result<Endpoints, Failure> {
    let get = |variable, default: &str| {
        let address = variables.get(variable).unwrap_or(default).trim();
        address.trim_end_matches('/').to_owned()
    };
    let api_url = get(variables::JIRA_API_URL, "https://api.atlassian.com");
    let token_url = get(variables::JIRA_AUTH_URL, &format!("{api_url}/oauth/token"));
    for (variable, address) in [
        (variables::JIRA_API_URL, &api_url),
        (variables::JIRA_AUTH_URL, &token_url),
    ] {
        if !is_safe_address(address) {
            let name = variable.name;
            return Err(Failure::usage(format!("{name} is wrong"))
                .cause("it is not an https address with a host and, at most, a path")
                .hint("an address such as https://api.atlassian.com is wanted; plain http is for this machine only, since credentials are sent there"));
        }
    }
    Ok(Endpoints {
        api_url,
        token_url,
        audience: get(variables::JIRA_AUDIENCE, "api.atlassian.com"),
    })
}

/// The OAuth credential.
///
/// # Errors
/// When it is missing, or its file cannot be read.
pub(crate) fn credentials(variables: &Variables) -> Result<Credentials, Failure> {
    let secret = match variables.get(variables::JIRA_CLIENT_SECRET) {
        Some(secret) => Some(Secret::new(secret.trim_end_matches(['\r', '\n']))),
        None => variables
            .get(variables::JIRA_CLIENT_SECRET_FILE)
            .map(secret_of_file)
            .transpose()?,
    };
    match (variables.get(variables::JIRA_CLIENT_ID), secret) {
        (Some(client_id), Some(client_secret)) => Ok(Credentials {
            client_id: client_id.trim().to_owned(),
            client_secret,
        }),
        (client_id, secret) => {
            let missing = match (client_id, secret) {
                (None, None) => "JIRA_CLIENT_ID and JIRA_CLIENT_SECRET are not set",
                (None, _) => "JIRA_CLIENT_ID is not set",
                _ => "JIRA_CLIENT_SECRET is not set",
            };
            Err(Failure::new(Kind::Credentials, "there is no credential for Jira")
                .cause(missing)
                .hint("in Jenkins bind the credential to these two variables (withCredentials, or \"Use secret text(s) or file(s)\"); in Jira it is made under Jira settings > Apps > OAuth credentials"))
        }
    }
}

fn secret_of_file(path: &str) -> Result<Secret, Failure> {
    let unusable = || {
        Failure::new(
            Kind::Credentials,
            "the client secret cannot be read from its file",
        )
        .hint("JIRA_CLIENT_SECRET_FILE names a file that holds the secret and nothing else")
    };
    let text = files::read_text(path, MAX_SECRET).map_err(|error| unusable().chain(&error))?;
    let text = Secret::new(text);
    let secret = Secret::new(text.reveal().trim_end_matches(['\r', '\n']));
    if secret.is_empty() {
        return Err(unusable().cause(format!("{path} is empty")));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::{credentials, endpoints};
    use crate::error::Kind;
    use crate::variables::Variables;

    #[test]
    fn addresses_have_defaults_and_stay_encrypted() {
        let defaults = endpoints(&Variables::default()).unwrap();
        assert_eq!(defaults.token_url, "https://api.atlassian.com/oauth/token");
        assert_eq!(defaults.audience, "api.atlassian.com");
        let other = Variables::from([
            ("JIRA_API_URL", "https://api.example.com/"),
            ("JIRA_AUDIENCE", "api.example.com"),
        ]);
        let other = endpoints(&other).unwrap();
        assert_eq!(other.token_url, "https://api.example.com/oauth/token");
        assert_eq!(other.audience, "api.example.com");
        for name in ["JIRA_API_URL", "JIRA_AUTH_URL"] {
            let failure = endpoints(&Variables::from([(name, "http://api.example.com")]));
            assert_eq!(failure.unwrap_err().kind, Kind::Usage);
        }
    }

    #[test]
    fn a_secret_comes_from_a_variable_or_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        std::fs::write(path, "from file\r\n").unwrap();
        let variables = Variables::from([
            ("JIRA_CLIENT_ID", " id "),
            ("JIRA_CLIENT_SECRET_FILE", path),
        ]);
        let found = credentials(&variables).ok().unwrap();
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
            let failure = credentials(&variables).err().unwrap();
            assert_eq!(failure.kind, Kind::Credentials);
            assert_eq!(failure.lines().last().unwrap().0, "hint");
        }
        std::fs::write(path, "\n").unwrap();
        assert!(credentials(&variables).is_err());
    }
}

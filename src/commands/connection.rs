//! Which sites, and at which addresses.

use crate::error::Failure;
use crate::jira::{CloudId, Endpoints, Site, Target, is_safe_address};
use crate::variables::{self, Variable, Variables};

/// A site as the report names it, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) endpoints: Endpoints,
    /// How variables that are for this site alone end.
    pub(crate) endings: Vec<String>,
    /// Address of the site, where it is known.
    pub(crate) url: Option<String>,
}

impl Destination {
    /// The host; none where only the cloud id is known.
    pub(crate) fn site(&self) -> Option<&str> {
        self.url.as_ref().map(|_| self.name.as_str())
    }

    /// What people call it: `acme`.
    pub(crate) fn label(&self) -> &str {
        label(&self.name)
    }

    /// The address of an issue.
    pub(crate) fn issue_page(&self, key: &str) -> Option<String> {
        let url = self.url.as_ref()?;
        Some(format!("{url}/browse/{key}"))
    }

    pub(crate) fn cloud_id(&self) -> Option<&CloudId> {
        match &self.target {
            Target::CloudId(cloud_id) => Some(cloud_id),
            Target::Site(_) => None,
        }
    }
}

/// What people call a site: `acme` for `acme.atlassian.net`.
pub(crate) fn label(site: &str) -> &str {
    site.strip_suffix(".atlassian.net").unwrap_or(site)
}

/// The sites of the options, else of `JIRA_SITE`, each once; none when neither names one.
///
/// # Errors
/// A site, a cloud id or an address that cannot be one; a cloud id that would stand for several sites.
pub(crate) fn destinations(
    sites_given: &[String],
    cloud_id: Option<&str>,
    variables: &Variables,
) -> Result<Vec<Destination>, Failure> {
    let sites = sites(sites_given, variables)?;
    let option = cloud_id.filter(|text| !text.trim().is_empty());
    if sites.is_empty() {
        let cloud_id = option.or_else(|| variables.get(variables::JIRA_CLOUD_ID));
        let only = cloud_id.map(|text| of_cloud_id(cloud_id_of(text)?, variables));
        return only.into_iter().collect();
    }
    let several = sites.len() > 1;
    let destination = |site: Site| {
        let endings = site.variable_endings();
        let own = variables.only_for_site(variables::JIRA_CLOUD_ID, &endings);
        let shared = option.or_else(|| variables.get(variables::JIRA_CLOUD_ID));
        if several && own.is_none() && shared.is_some() {
            let ending = endings.last().map_or("", String::as_str);
            return Err(
                Failure::usage("one cloud id cannot stand for several sites").hint(format!(
                    "leave it out to have it looked up, or give each site its own: JIRA_CLOUD_ID__{ending}"
                )),
            );
        }
        let given = if several {
            own
        } else {
            option.or(own).or(shared)
        };
        let target = match given {
            Some(text) => Target::CloudId(cloud_id_of(text)?),
            None => Target::Site(site.clone()),
        };
        of_site(&site, target, variables)
    };
    sites.into_iter().map(destination).collect()
}

/// The site of an entry of the outbox: a name, or a cloud id where no name was given. The entry's own cloud id counts
/// where no variable gives one, and is looked up again where it cannot be one.
///
/// # Errors
/// As [`destinations`].
pub(crate) fn waiting_destination(
    site: Option<&str>,
    cloud_id: Option<&str>,
    variables: &Variables,
) -> Result<Destination, Failure> {
    let Some(site) = site else {
        return of_cloud_id(cloud_id_of(cloud_id.unwrap_or_default())?, variables);
    };
    let site = site_of(site)?;
    let endings = site.variable_endings();
    let is_only = || sites(&[], variables).is_ok_and(|sites| sites == [site.clone()]);
    let shared = || {
        variables
            .get(variables::JIRA_CLOUD_ID)
            .filter(|_| is_only())
    };
    let own = variables.only_for_site(variables::JIRA_CLOUD_ID, &endings);
    let known = || cloud_id.and_then(|text| text.parse().ok());
    let target = match own
        .or_else(shared)
        .map(cloud_id_of)
        .transpose()?
        .or_else(known)
    {
        Some(cloud_id) => Target::CloudId(cloud_id),
        None => Target::Site(site.clone()),
    };
    of_site(&site, target, variables)
}

/// The sites that are named, each once.
///
/// # Errors
/// A text that names none.
pub(crate) fn sites(given: &[String], variables: &Variables) -> Result<Vec<Site>, Failure> {
    let is_named = |text: &&str| !text.trim().is_empty();
    let mut texts: Vec<&str> = given.iter().map(String::as_str).filter(is_named).collect();
    if texts.is_empty() {
        let variable = variables.get(variables::JIRA_SITE).unwrap_or_default();
        refuse_account(&[variable])?;
        let words = variable.split([',', '\n', '\r']);
        texts = words.filter(is_named).collect();
    }
    refuse_account(&texts)?;
    let mut sites: Vec<Site> = Vec::new();
    for text in texts {
        let site = site_of(text)?;
        if !sites.contains(&site) {
            sites.push(site);
        }
    }
    Ok(sites)
}

/// Whether a site of the outbox may be asked with the credential for all sites: somebody names it here and now.
pub(crate) fn is_named(
    site: Option<&str>,
    cloud_id: Option<&str>,
    sites: &[Site],
    variables: &Variables,
) -> bool {
    match site {
        Some(site) => sites.iter().any(|named| named.to_string() == site),
        None => cloud_id == variables.get(variables::JIRA_CLOUD_ID).map(str::trim),
    }
}

/// Whether a site of the outbox has a credential of its own.
pub(crate) fn has_own_credential(site: Option<&str>, variables: &Variables) -> bool {
    let site = site.and_then(|site| site.parse::<Site>().ok());
    let endings = site.map(|site| site.variable_endings()).unwrap_or_default();
    let parts = [
        variables::JIRA_CLIENT_ID,
        variables::JIRA_CLIENT_SECRET,
        variables::JIRA_CLIENT_SECRET_FILE,
    ];
    let mut parts = parts.into_iter();
    parts.any(|part| variables.only_for_site(part, &endings).is_some())
}

/// An address with a user and a password is not taken apart: a part of it, in an error, may be the password.
fn refuse_account(texts: &[&str]) -> Result<(), Failure> {
    let mut texts = texts.iter();
    match texts.find(|text| text.contains('@')) {
        Some(text) => site_of(text).map(|_| ()),
        None => Ok(()),
    }
}

fn site_of(text: &str) -> Result<Site, Failure> {
    let hint = "set JIRA_SITE or --site to the site's name: acme for acme.atlassian.net; separate several with commas";
    parsed(text, "site", hint)
}

fn cloud_id_of(text: &str) -> Result<CloudId, Failure> {
    let hint = "leave JIRA_CLOUD_ID out to have it looked up";
    parsed(text, "cloud id", hint)
}

fn of_site(site: &Site, target: Target, variables: &Variables) -> Result<Destination, Failure> {
    let endings = site.variable_endings();
    Ok(Destination {
        name: site.to_string(),
        target,
        endpoints: endpoints(variables, &endings)?,
        endings,
        url: Some(site.url()),
    })
}

fn of_cloud_id(cloud_id: CloudId, variables: &Variables) -> Result<Destination, Failure> {
    Ok(Destination {
        name: cloud_id.as_str().to_owned(),
        target: Target::CloudId(cloud_id),
        endpoints: endpoints(variables, &[])?,
        endings: Vec::new(),
        url: None,
    })
}

fn parsed<T: std::str::FromStr<Err = String>>(
    text: &str,
    name: &str,
    hint: &str,
) -> Result<T, Failure> {
    text.parse().map_err(|error: String| {
        Failure::usage(format!("invalid {name}"))
            .cause(error)
            .hint(hint)
    })
}

/// The addresses of the API for a site whose variables have these endings.
///
/// # Errors
/// An address that would send the credential unencrypted over the network.
pub(crate) fn endpoints(variables: &Variables, endings: &[String]) -> Result<Endpoints, Failure> {
    let get = |variable: Variable, default: &str| {
        let given = variables.for_site(variable, endings);
        let address = given.unwrap_or(default).trim();
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
            return Err(Failure::usage(format!("invalid {name}"))
                .cause("expected an https address with a host and, at most, a path")
                .hint("set an address such as https://api.atlassian.com; plain HTTP is allowed for this machine only, since credentials are sent there"));
        }
    }
    Ok(Endpoints {
        api_url,
        token_url,
        audience: get(variables::JIRA_AUDIENCE, "api.atlassian.com"),
    })
}

#[cfg(test)]
mod tests {
    use super::{endpoints, has_own_credential, is_named, sites, waiting_destination};
    use crate::error::Kind;
    use crate::variables::Variables;

    #[test]
    fn addresses_have_defaults_and_stay_encrypted() {
        let defaults = endpoints(&Variables::default(), &[]).unwrap();
        assert_eq!(defaults.token_url, "https://api.atlassian.com/oauth/token");
        assert_eq!(defaults.audience, "api.atlassian.com");
        let other = Variables::from([
            ("JIRA_API_URL", "https://api.example.com/"),
            ("JIRA_AUDIENCE", "api.example.com"),
            ("JIRA_API_URL__GOV", "https://api.example.gov"),
        ]);
        let token_url = |endings: &[String]| endpoints(&other, endings).unwrap().token_url;
        assert_eq!(token_url(&[]), "https://api.example.com/oauth/token");
        let gov = ["GOV".to_owned()];
        assert_eq!(token_url(&gov), "https://api.example.gov/oauth/token");
        for name in ["JIRA_API_URL", "JIRA_AUTH_URL"] {
            let variables = Variables::from([(name, "http://api.example.com")]);
            let failure = endpoints(&variables, &[]);
            assert_eq!(failure.unwrap_err().kind, Kind::Usage);
        }
    }

    /// The variables, the cloud id of the entry, and the one that is used.
    #[test]
    fn the_cloud_id_of_what_waits_is_found() {
        let cases = [
            (&[][..], None, None),
            (&[], Some("of-entry"), Some("of-entry")),
            (&[], Some("../of entry"), None),
            (
                &[("JIRA_SITE", "acme"), ("JIRA_CLOUD_ID", "all")][..],
                Some("of-entry"),
                Some("all"),
            ),
            (
                &[("JIRA_SITE", "acme,beta"), ("JIRA_CLOUD_ID", "all")],
                Some("of-entry"),
                Some("of-entry"),
            ),
            (
                &[("JIRA_SITE", "beta"), ("JIRA_CLOUD_ID", "all")],
                None,
                None,
            ),
            (
                &[
                    ("JIRA_SITE", "acme"),
                    ("JIRA_CLOUD_ID", "all"),
                    ("JIRA_CLOUD_ID__ACME", "own"),
                ],
                Some("of-entry"),
                Some("own"),
            ),
        ];
        for (set, of_entry, expected) in cases {
            let pairs = set.iter().map(|(name, value)| (name.into(), value.into()));
            let variables = Variables::new(pairs);
            let found = waiting_destination(Some("acme.atlassian.net"), of_entry, &variables);
            let found = found.unwrap();
            let found = found.cloud_id().map(crate::jira::CloudId::as_str);
            assert_eq!(found, expected, "{set:?} {of_entry:?}");
        }
        let wrong = Variables::from([("JIRA_SITE", "acme"), ("JIRA_CLOUD_ID", "a b")]);
        assert!(waiting_destination(Some("acme.atlassian.net"), None, &wrong).is_err());
    }

    #[test]
    fn a_site_is_asked_when_it_is_named_or_has_a_credential() {
        let variables = Variables::from([
            ("JIRA_SITE", "acme"),
            ("JIRA_CLOUD_ID", "1-2"),
            ("JIRA_CLIENT_ID", "all"),
            ("JIRA_CLIENT_SECRET_FILE__BETA", "/beta"),
        ]);
        let named = sites(&[], &variables).unwrap();
        let (acme, beta) = (Some("acme.atlassian.net"), Some("beta.atlassian.net"));
        assert!(is_named(acme, Some("3-4"), &named, &variables));
        assert!(!is_named(beta, Some("1-2"), &named, &variables));
        assert!(is_named(None, Some("1-2"), &named, &variables));
        assert!(!is_named(None, Some("3-4"), &named, &variables));
        assert!(has_own_credential(beta, &variables));
        assert!(!has_own_credential(acme, &variables) && !has_own_credential(None, &variables));
    }

    #[test]
    fn sites_are_listed_in_many_ways() {
        let cases = [
            (&["acme"][..], "", "acme.atlassian.net"),
            (&[], "acme", "acme.atlassian.net"),
            (&["", " "], "acme", "acme.atlassian.net"),
            (&["beta"], "acme", "beta.atlassian.net"),
            (
                &[],
                "acme, beta\nacme.atlassian.net",
                "acme.atlassian.net beta.atlassian.net",
            ),
            (
                &["acme", "BETA"],
                "",
                "acme.atlassian.net beta.atlassian.net",
            ),
            (&[], " , ", ""),
        ];
        for (given, variable, expected) in cases {
            let given: Vec<String> = given.iter().map(ToString::to_string).collect();
            let found = sites(&given, &Variables::from([("JIRA_SITE", variable)])).unwrap();
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), expected, "{given:?} {variable:?}");
        }
        assert!(sites(&["my site".to_owned()], &Variables::default()).is_err());
        let name = sites(&[], &Variables::from([("JIRA_SITE", "Acme Inc")]));
        let message = name.unwrap_err().message();
        assert!(
            message.starts_with("invalid site: \"Acme Inc\" is not"),
            "{message}"
        );
    }

    #[test]
    fn a_password_in_a_site_is_not_shown() {
        for text in [
            "https://user:s3cret@acme.atlassian.net",
            "user:s3cret@acme",
            "acme, https://user:s3,cret@acme.atlassian.net",
            "https://user:s3\ncret@acme.atlassian.net",
            "https://acme.atlassian.net:s3cret@x",
        ] {
            let given: Vec<String> = text.split(',').map(ToOwned::to_owned).collect();
            let variables = Variables::from([("JIRA_SITE", text)]);
            for found in [sites(&[], &variables), sites(&given, &Variables::default())] {
                let failure = found.unwrap_err();
                let shown = format!("{:?}", failure.lines());
                assert!(!shown.contains("s3") && !shown.contains("cret"), "{shown}");
                assert!(shown.contains("user or password"), "{shown}");
            }
        }
    }
}

//! Which sites, and at which addresses: from options and variables. Every command that asks Jira begins here, and goes
//! on with a session.

use super::credentials::own_ending;
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
        of_site(site, given.map(cloud_id_of).transpose()?, variables)
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
    let given = own.or_else(shared).map(cloud_id_of).transpose()?;
    of_site(site, given.or_else(known), variables)
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
    site.is_some_and(|site| own_ending(variables, &site.variable_endings()).is_some())
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

fn of_site(
    site: Site,
    cloud_id: Option<CloudId>,
    variables: &Variables,
) -> Result<Destination, Failure> {
    Ok(Destination {
        name: site.to_string(),
        endpoints: endpoints(variables, Some(&site))?,
        endings: site.variable_endings(),
        url: Some(site.url()),
        target: cloud_id.map_or_else(|| Target::Site(site), Target::CloudId),
    })
}

fn of_cloud_id(cloud_id: CloudId, variables: &Variables) -> Result<Destination, Failure> {
    Ok(Destination {
        name: cloud_id.as_str().to_owned(),
        target: Target::CloudId(cloud_id),
        endpoints: endpoints(variables, None)?,
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

/// The addresses of the API for a site. A server on this machine is its own API.
///
/// # Errors
/// An address that would send the credential unencrypted over the network.
pub(crate) fn endpoints(variables: &Variables, site: Option<&Site>) -> Result<Endpoints, Failure> {
    let endings = site.map(Site::variable_endings).unwrap_or_default();
    let get = |variable: Variable, default: &str| {
        let given = variables.for_site(variable, &endings);
        let address = given.unwrap_or(default).trim();
        address.trim_end_matches('/').to_owned()
    };
    let local = site.filter(|site| site.is_local()).map(Site::url);
    let default = local.as_deref().unwrap_or("https://api.atlassian.com");
    let api_url = get(variables::JIRA_API_URL, default);
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
mod tests;

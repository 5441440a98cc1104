//! The secrets of a call, and texts without them.

use crate::secret::{Secret, accounts, hide};

/// Shorter secrets are not looked for: they would blot out ordinary text.
const LEAST_SECRET: usize = 4;

/// What must appear nowhere.
#[derive(Default)]
pub(super) struct Secrets {
    /// Every form of every secret, the longest first.
    forms: Vec<Secret>,
}

impl Secrets {
    pub(super) fn add(&mut self, secret: &Secret) {
        let forms = secret.forms().into_iter();
        self.forms
            .extend(forms.filter(|form| form.reveal().len() >= LEAST_SECRET));
        self.forms
            .sort_unstable_by(|one, other| order(one).cmp(&order(other)));
        self.forms
            .dedup_by(|one, other| one.reveal() == other.reveal());
    }

    /// The text without them, and without the users and passwords of addresses.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        let without_accounts = accounts::hidden_in_text(text);
        self.forms.iter().fold(without_accounts, |text, form| {
            hide(&text, |text, from| form.find(text, from))
        })
    }
}

fn order(secret: &Secret) -> (std::cmp::Reverse<usize>, &str) {
    (std::cmp::Reverse(secret.reveal().len()), secret.reveal())
}

#[cfg(test)]
mod tests {
    use super::{Secret, Secrets};

    #[test]
    fn the_longest_form_is_hidden_first() {
        let mut secrets = Secrets::default();
        for secret in ["secret", "secret-and-more", "abc", ""] {
            secrets.add(&Secret::new(secret));
        }
        for (text, expected) in [
            ("secret-and-more secret", "**** ****"),
            ("secretsecret abc", "******** abc"),
            (
                r#"{"a":"secret\/","b":"\u0073ecret"}"#,
                r#"{"a":"****\/","b":"****"}"#,
            ),
        ] {
            assert_eq!(secrets.hidden_in(text), expected);
        }
    }
}

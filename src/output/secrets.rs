//! The secrets of a call, and texts without them.

use crate::secret::Secret;

/// Shown in the place of a secret.
const HIDDEN: &str = "****";

/// Shorter secrets are not looked for: they would blot out ordinary text.
const LEAST_SECRET: usize = 4;

/// What must appear nowhere.
#[derive(Default)]
pub(super) struct Secrets {
    /// Every form of every secret, the longest first.
    forms: Vec<String>,
    /// The secrets themselves, which are found in any percent encoding as well.
    whole: Vec<Secret>,
}

impl Secrets {
    pub(super) fn add(&mut self, secret: &Secret) {
        let forms = secret.forms().into_iter();
        self.forms
            .extend(forms.filter(|form| form.len() >= LEAST_SECRET));
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        self.forms.dedup();
        if secret.reveal().len() >= LEAST_SECRET {
            self.whole.push(Secret::new(secret.reveal()));
        }
    }

    /// The text without them.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for form in &self.forms {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), HIDDEN);
            }
        }
        for secret in &self.whole {
            let mut from = 0;
            while let Some(place) = secret.find_encoded(&text, from) {
                from = place.start + HIDDEN.len();
                text.replace_range(place, HIDDEN);
            }
        }
        text
    }
}

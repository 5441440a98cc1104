//! Types that cannot hold what Jira would refuse. Text from outside becomes one of these at the edge.

/// People read these types as the text that they hold.
macro_rules! shown_as_text {
    ($($name:ident),+) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

pub(crate) mod association;
pub(crate) mod build_number;
pub(crate) mod deployed;
pub(crate) mod distinct_keys;
pub(crate) mod duration;
pub(crate) mod entity_ids;
pub(crate) mod environment;
pub(crate) mod environment_types;
pub(crate) mod feature_flag;
pub(crate) mod hosting;
pub(crate) mod ids;
pub(crate) mod issue_key;
pub(crate) mod job_name;
pub(crate) mod merged_request;
pub(crate) mod properties;
pub(crate) mod reference;
pub(crate) mod revision;
pub(crate) mod sequence;
pub(crate) mod series;
pub(crate) mod stage_pattern;
pub(crate) mod state;
pub(crate) mod stored_id;
pub(crate) mod test_info;
pub(crate) mod text;
pub(crate) mod timestamp;
pub(crate) mod web_url;
pub(crate) mod wildcard;

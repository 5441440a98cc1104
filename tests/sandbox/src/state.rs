//! Everything that changes while the stand-in runs.

use crate::faults::Faults;
use crate::gating::Gating;
use crate::rate::Rates;
use crate::record::RecordedRequest;
use crate::store::Store;
use crate::token::Tokens;

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) requests: Vec<RecordedRequest>,
    pub(crate) faults: Faults,
    pub(crate) tokens: Tokens,
    pub(crate) store: Store,
    pub(crate) gating: Gating,
    pub(crate) rates: Rates,
}

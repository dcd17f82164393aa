//! Orders, deferrals and payout runs in the graph.

mod order;
mod root;
mod run;
mod suspension;

pub use order::{Deferral, DisbursementOrder, DisbursementOrderConnection, DisbursementOrderFilter, deferrals, orders};
pub use root::{DisbursementMutation, DisbursementQuery};
pub use run::{PayoutLine, PayoutLineConnection, PayoutRun, PayoutRunConnection, PayoutRunFilter, SkippedCase};
pub use suspension::{Suspension, suspensions};

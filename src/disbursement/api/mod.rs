//! Orders, deferrals and payout runs in the graph.

mod advance;
mod order;
mod preview;
mod programme;
mod result;
mod root;
mod run;
mod settlement;
mod suspension;

pub use advance::{AdvanceMutation, ExecutionReturn, execution_returns};
pub use order::{Deferral, DisbursementOrder, DisbursementOrderConnection, DisbursementOrderFilter, deferrals, orders};
pub use preview::PayoutPreview;
pub use programme::{PayoutProgramme, PayoutRule, ProgrammeMutation, ProgrammeQuery};
pub use result::PayoutResultQuery;
pub use root::{DisbursementMutation, DisbursementQuery};
pub use run::{PayoutLine, PayoutLineConnection, PayoutRun, PayoutRunConnection, PayoutRunFilter, SkippedCase};
pub use settlement::{Settlement, SettlementMutation, SettlementQuery, settlements};
pub use suspension::{Suspension, suspensions};

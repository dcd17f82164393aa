//! Use cases of the room: orders, deferrals, payout runs, and what their approval sets off.

mod deferral;
mod order;
mod order_steps;
mod run;
mod run_release;
mod run_steps;
mod suspension;

pub use deferral::{DeferDisbursementInput, Deferrals, EndDeferralInput};
pub use order::{DraftDisbursementOrderInput, OrderSourceInput};
pub use order_steps::{Orders, PayOutInput, RecallDisbursementOrderInput, SubmitDisbursementOrderInput};
pub use run::DraftPayoutRunInput;
pub use run_release::PayoutRunReleases;
pub use run_steps::{PayoutRuns, ReleasePayoutRunInput, SubmitPayoutRunInput};
pub use suspension::{ResumeSuspendedCaseInput, SuspendCaseInput};

use crate::kernel::boxed;
use crate::{
    access::Op,
    cases,
    kernel::{
        clock::Timestamp,
        error::{Failure, Problem},
        ids::CourtId,
        money::Money,
    },
    law::parameter::{ParameterValue, TWO_APPROVER_THRESHOLD},
};
use chrono::Datelike;

/// A number that people write down: court code, mark, year and serial, e.g. 湘0102发2026-000012.
#[boxed]
async fn number(op: &Op<'_>, court: CourtId, mark: &str, counter: &str) -> Result<String, Failure> {
    let row = cases::store::court(op.tx, court).await?.ok_or_else(|| Problem::internal("a case of no court"))?;
    let year = year(op.now);
    let serial = crate::kernel::counter::next(op.tx, court, counter, year).await?;
    Ok(format!("{}{mark}{year}-{serial:06}", row.code))
}
fn year(now: Timestamp) -> i32 {
    now.legal_date().year()
}

/// Above this sum the vice president decides too.
fn approval_tier() -> Money {
    match TWO_APPROVER_THRESHOLD.default_value() {
        ParameterValue::Money(tier) => tier,
        _ => Money::ZERO,
    }
}

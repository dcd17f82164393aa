//! Use cases of the room: orders, deferrals, payout runs, and what their approval sets off.

mod advance;
mod deferral;
mod order;
mod order_steps;
mod programme;
mod publish;
mod rule;
mod run;
mod run_piece;
mod run_release;
mod run_steps;
mod settlement;
mod suspension;

pub use advance::{EndCaseOrderInput, RecordExecutionReturnInput};
pub use deferral::{DEFERRAL_TERMS, DeferDisbursementInput, Deferrals, EndDeferralInput};
pub use order::{DraftDisbursementOrderInput, OrderSourceInput};
pub use order_steps::{Orders, PayOutInput, RecallDisbursementOrderInput, SubmitDisbursementOrderInput};
pub use programme::{PayoutSelections, StartPayoutRunInput};
pub use publish::{PublishPayoutResultInput, publish_payout_result};
pub use rule::SavePayoutRuleInput;
pub use run::DraftPayoutRunInput;
pub use run_release::PayoutRunReleases;
pub use run_steps::{PayoutRuns, ReleasePayoutRunInput, SubmitPayoutRunInput};
pub use settlement::{
    EndSettlementInput, RecordSettlementInput, RecordSettlementPerformedInput, SettlementInstalmentInput,
    SettlementPartyInput,
};
pub use suspension::{ResumeSuspendedCaseInput, SuspendCaseInput};

use crate::kernel::boxed;
use crate::{
    access::{Op, parameters},
    cases,
    kernel::{
        clock::Timestamp,
        error::{Failure, Problem},
        ids::CourtId,
        money::Money,
    },
    law::parameter::TWO_APPROVER_THRESHOLD,
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

/// Above this sum the vice president of the court decides too.
#[boxed]
async fn approval_tier(op: &Op<'_>, court: CourtId) -> Result<Money, Failure> {
    Ok(parameters::of_court(op.tx, court).await?.money(&TWO_APPROVER_THRESHOLD))
}

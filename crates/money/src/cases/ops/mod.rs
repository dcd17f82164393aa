//! What clerks do with cases. Each input of the graph is the use case itself.

mod agent;
mod assignment;
mod bankruptcy;
mod closing;
mod court;
mod measure;
mod opening;
mod order;
mod party;
mod payee;
mod priority;
mod relief;
mod restriction;
mod satisfaction;
mod takeover;

pub use agent::{RecordAgentPaperInput, RevokeAgentPaperInput};
pub use assignment::{AssignCaseInput, HandOverCasesInput, HandedOver};
pub use bankruptcy::{EndBankruptcyInput, RecordBankruptcyAcceptanceInput};
pub use closing::{ConcludeCaseInput, ResumeCaseInput, TerminateCaseForNowInput, hand_over};
pub use court::{CourtAccountInput, RegisterCourtInput};
pub use measure::{
    DeductFrozenFundsInput, FreezeFundsInput, LiftFreezeInput, RenewFreezeInput, end_deducted, undo_deduction,
};
pub use opening::{AddClaimInput, ClaimInput, OpenCaseInput, OpeningClaimInput, OpeningPart};
pub use order::{OrderEnd, RecordAdvanceExecutionInput, RecordWorkingCapitalInput, end_order};
pub use party::{AddPartyInput, PartyInput};
pub use payee::{ConfirmPayeeInput, CorrectPayeeInput, PayeeAccountInput, PayeeCorrections};
pub use priority::{RecordVulnerablePartyInput, SetSuperiorCourtInput};
pub use relief::{FeeReliefs, ProposeFeeReliefInput};
pub use restriction::{LiftConsumptionRestrictionInput, RecordConsumptionRestrictionInput};
pub use satisfaction::{
    NewFeeArrears, NotarySatisfaction, Payout, RecordFeeArrearsInput, RecordSatisfactionInput, SettleFeeArrearsInput,
    note_fee_arrears, satisfy_by_notary, satisfy_by_payouts, satisfy_in_kind, take_back_payout,
};
pub use takeover::TakeOverCaseInput;

use crate::kernel::boxed;
use crate::{
    access::Op,
    cases::{
        CaseStatus,
        store::{self, case},
    },
    kernel::{
        bulk::{among, id_set},
        db::sql,
        error::Failure,
        ids::CaseId,
        refusal::{Refusal, RefusalCode},
    },
};
use sea_orm::ConnectionTrait;

/// Topic of the outbox under which changes of a case are told.
const TOPIC: &str = "case";

/// The next version of a locked case: told to subscribers, compared with `expectedVersion`.
#[boxed]
async fn touch(op: &mut Op<'_>, case: &case::Model) -> Result<(), Failure> {
    let next = "UPDATE enforcement_case SET version = version + 1 WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, next, [case.id.into()])).await?;
    op.publish(TOPIC, case.id, case.version + 1);
    Ok(())
}

/// [`touch`] for several locked cases.
#[boxed]
async fn touch_all(op: &mut Op<'_>, cases: &[&case::Model]) -> Result<(), Failure> {
    let engine = op.tx.engine();
    let next = format!("UPDATE enforcement_case SET version = version + 1 WHERE id {}", among(engine, 1));
    let ids = id_set(engine, cases.iter().map(|case| case.id.uuid()));
    op.tx.execute_raw(sql(op.tx, &next, [ids])).await?;
    cases.iter().for_each(|case| op.publish(TOPIC, case.id, case.version.saturating_add(1)));
    Ok(())
}

/// Another state of a locked case that stays open or comes back to it.
#[boxed]
pub async fn change_status(op: &mut Op<'_>, case: &case::Model, status: CaseStatus) -> Result<(), Failure> {
    let change = "UPDATE enforcement_case SET status = $2 WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, change, [case.id.into(), status.as_str().into()])).await?;
    touch(op, case).await
}

/// The case of a party, claim, payee or measure that was named: locked, or the thing named is not there for this actor.
#[boxed]
async fn lock_owner(op: &Op<'_>, case: CaseId, field: &'static str) -> Result<case::Model, Failure> {
    store::lock_case(op.tx, op.scope(), case).await.map_err(|failure| match failure {
        Failure::Refused(refusal) if refusal.code == RefusalCode::NotFound => Failure::not_found(field),
        other => other,
    })
}

fn check_version(case: &case::Model, expected: Option<i64>) -> Result<(), Refusal> {
    match expected {
        Some(version) if version != case.version => {
            Err(Refusal::new(RefusalCode::StaleVersion).field("expectedVersion").arg("version", case.version))
        }
        _ => Ok(()),
    }
}

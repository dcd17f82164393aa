//! Proposing that money of a sale moves: a sale set aside, a forfeited deposit, a defaulter's part, what payees brought
//! back. The proposal is kept as its use case; `decision_approval` carries it out.

use crate::access::approval;
use crate::access::{Op, Role};
use crate::auction::aftermath::SaleDecisionKind;
use crate::auction::store::{lot, sale_decision};
use crate::cases::ProposalStatus;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::SaleDecisionId;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

const STEPS: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];

/// Keeps what is to be done, as JSON of the use case, and asks for its approval. Whatever stands against it is refused
/// here already.
#[boxed]
pub(super) async fn propose(
    op: &mut Op<'_>,
    row: &lot::Model,
    kind: SaleDecisionKind,
    proposal: String,
) -> Result<SaleDecisionId, Failure> {
    if sale_decision::pending(op.tx, row.id).await?.is_some() {
        return Err(Refusal::new(RefusalCode::ProposalOpen).field("lot").law(&reference::TWO_PEOPLE).into());
    }
    let id = SaleDecisionId::new(op.now);
    let new = sale_decision::ActiveModel {
        id: Set(id),
        court_id: Set(row.court_id),
        lot_id: Set(row.id),
        kind: Set(kind),
        status: Set(ProposalStatus::Pending),
        proposal: Set(proposal),
        recorded_at: Set(op.now),
    };
    sale_decision::Entity::insert(new).execute(op.tx).await?;
    approval::request(op, row.court_id, id.node(), STEPS).await?;
    let facts = serde_json::json!({ "kind": kind, "lot": row.id, "proposed": true });
    op.audit(id, Some(row.court_id), Some(row.case_id), facts).await?;
    Ok(id)
}

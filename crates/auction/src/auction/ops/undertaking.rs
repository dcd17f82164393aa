//! The purchaser's undertaking on local purchase limits, asked again before the ruling (房产竞买人规定 2, 3): the
//! qualification must stand from the registration to the ruling.

use super::papers::check_may_undertake;
use super::{account_index, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::LotStatus;
use crate::auction::store::sale::renewed_undertaking;
use crate::auction::store::{lot, lot_result, registration};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// Says again, as the purchaser, that no local purchase limit bars him: who bid for all speaks for all, an agent if his
/// power of attorney names it (重申限购承诺).
#[derive(InputObject, Serialize)]
pub struct RenewUndertakingInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot that the caller bought, before its ruling (标的物).
    pub lot: LotId,
    /// None of the purchasers is barred by local purchase limits now, and they know that the sale is void if one is
    /// (购房资格承诺).
    pub undertaking: bool,
}

impl UseCase for RenewUndertakingInput {
    type Done = LotId;
    const ACT: Act = Act::RenewUndertaking;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_public(op.tx, self.lot).await?;
        let index = account_index(&op.services.vault, row.id, op.account()?);
        let own = registration::of_account(op.tx, row.id, &index).await?;
        let result = lot_result::of_lot(op.tx, row.id).await?;
        let winner = result.map(|result| result.winner_id);
        // only the purchaser learns more than that there is nothing for him to say
        let own = own.filter(|own| Some(own.id) == winner).ok_or_else(|| Failure::not_found("lot"))?;
        require(&row, &[LotStatus::Sold, LotStatus::Paid], &reference::HOUSE_BIDDER_3)?;
        if !row.purchase_restricted {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::HOUSE_BIDDER_1).field("lot").into());
        }
        check_may_undertake(op, own.id).await?;
        if !self.undertaking {
            return Err(missing("undertaking").into());
        }
        if renewed_undertaking::of_lot(op.tx, row.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).law(&reference::HOUSE_BIDDER_3).field("lot").into());
        }
        let renewed = renewed_undertaking::Model {
            lot_id: row.id,
            court_id: row.court_id,
            registration_id: own.id,
            recorded_at: op.now,
        };
        renewed_undertaking::insert(op.tx, renewed).await?;
        let facts = serde_json::json!({ "lot": row.lot_number, "renewed": true });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

fn missing(field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::UndertakingMissing).law(&reference::HOUSE_BIDDER_3).field(field)
}

/// No ruling on property under purchase limits before the purchaser has said again that none bars him.
#[boxed]
pub(super) async fn check_renewed(op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
    if row.purchase_restricted && renewed_undertaking::of_lot(op.tx, row.id).await?.is_none() {
        return Err(missing("lot").into());
    }
    Ok(())
}

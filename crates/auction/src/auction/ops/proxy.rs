//! Setting and withdrawing a sealed maximum (代理出价). The lot's lock orders it with the batches of bids; it writes no
//! row of the lot, so that no bid waits for more than that.

use super::{account_index, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::LotStatus;
use crate::auction::rules::proxy::check_maximum;
use crate::auction::rules::revision::check_acknowledged;
use crate::auction::store::proxy::{Maximum, proxy_bid};
use crate::auction::store::{lot, registration};
use crate::kernel::boxed;
use crate::kernel::counter;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::random_bytes;
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Lets the platform bid for the caller up to a sealed maximum, in place of an earlier one (设置代理出价). It answers
/// the bids of others by the least that leads; it never bids first.
#[derive(InputObject, Serialize)]
pub struct SetProxyBidInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot for which the caller is qualified (标的物).
    pub lot: LotId,
    /// The most that may be bid for the caller; on a step of the increment, at least the minimum next bid. Shown to the
    /// caller alone, also after the end (最高出价).
    pub maximum: Money,
    /// The same amount in Chinese capitals, needed far above the present price (大写金额).
    pub confirmation: Option<String>,
}

impl UseCase for SetProxyBidInput {
    type Done = RegistrationId;
    const ACT: Act = Act::SetProxyBid;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let (sale, own) = lock_own(op, self.lot).await?;
        let state = sale.state().ok_or_else(|| Failure::internal("a published lot without its terms"))?;
        let confirmation = self.confirmation.as_deref();
        let parameters = sale.rule_parameters()?;
        check_maximum(&state, &own.bidder(), self.maximum, confirmation, op.now, &parameters)?;
        check_acknowledged(sale.revision, own.acknowledged_revision)?;
        let serial = counter::next(op.tx, sale.court_id, "proxy-bid", 0).await?;
        let nonce = hex::encode(random_bytes::<16>()?);
        let code = own.bidder_code.as_deref().unwrap_or_default();
        let commitment = commitment(&sale.lot_number, code, self.maximum, &nonce);
        let plain = serde_json::to_vec(&Maximum { serial, maximum: self.maximum, nonce })?;
        let replaced = proxy_bid::end(op.tx, own.id, op.now).await?;
        let row = proxy_bid::Model {
            court_id: sale.court_id,
            serial,
            lot_id: sale.id,
            registration_id: own.id,
            maximum_sealed: op.services.vault.seal_bytes(proxy_bid::place(own.id), &plain)?,
            commitment: commitment.to_vec(),
            recorded_at: op.now,
            ended_at: None,
        };
        proxy_bid::insert(op.tx, row).await?;
        let facts = serde_json::json!({ "lot": sale.lot_number, "replaced": replaced,
            "commitment": hex::encode(commitment) });
        op.audit(own.id, Some(sale.court_id), None, facts).await?;
        Ok(own.id)
    }
}

/// Takes the caller's maximum back; bids that were made within it stand (撤回代理出价).
#[derive(InputObject, Serialize)]
pub struct WithdrawProxyBidInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
}

impl UseCase for WithdrawProxyBidInput {
    type Done = RegistrationId;
    const ACT: Act = Act::WithdrawProxyBid;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let (sale, own) = lock_own(op, self.lot).await?;
        let running = [LotStatus::Announced, LotStatus::Open, LotStatus::Suspended];
        require(&sale, &running, &reference::NETAUCTION_20)?;
        if !proxy_bid::end(op.tx, own.id, op.now).await? {
            return Err(Refusal::new(RefusalCode::NotFound).law(&reference::NETAUCTION_20).field("lot").into());
        }
        let facts = serde_json::json!({ "lot": sale.lot_number });
        op.audit(own.id, Some(sale.court_id), None, facts).await?;
        Ok(own.id)
    }
}

/// The published lot, locked, with the caller's registration for it.
///
/// # Errors
/// NOT_FOUND for an unknown lot, NOT_QUALIFIED without a registration.
#[boxed]
async fn lock_own(op: &Op<'_>, lot: LotId) -> Result<(lot::Model, registration::Model), Failure> {
    let sale = lot::lock_public(op.tx, lot).await?;
    let index = account_index(&op.services.vault, sale.id, op.account()?);
    let own = registration::of_account(op.tx, sale.id, &index).await?;
    let stranger = || Refusal::new(RefusalCode::NotQualified).law(&reference::NETAUCTION_18).field("lot");
    Ok((sale, own.ok_or_else(stranger)?))
}

/// What the audit log keeps of a maximum: by the nonce its bidder, and he alone, can show later what it stood for.
fn commitment(lot_number: &str, code: &str, maximum: Money, nonce: &str) -> [u8; 32] {
    Sha256::digest(format!("duixian-proxy-bid/v1\n{lot_number}\n{code}\n{maximum}\n{nonce}\n")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_binds_lot_bidder_amount_and_nonce() {
        let of = |lot, code, yuan, nonce| commitment(lot, code, Money::from_yuan(yuan), nonce);
        let one = of("湘01-2026-000001", "K7M2Q", 600_000, "00");
        assert_eq!(one, of("湘01-2026-000001", "K7M2Q", 600_000, "00"));
        for other in [
            of("湘01-2026-000002", "K7M2Q", 600_000, "00"),
            of("湘01-2026-000001", "K7M2R", 600_000, "00"),
            of("湘01-2026-000001", "K7M2Q", 600_001, "00"),
            of("湘01-2026-000001", "K7M2Q", 600_000, "01"),
        ] {
            assert_ne!(one, other);
        }
    }
}

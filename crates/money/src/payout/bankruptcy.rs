//! No payment to a single creditor from a bankrupt debtor's money, asked when it comes to be owed, when it is given to the
//! bank and when the bank's file is written.

use super::{PayablePurpose, stops, store, tables::payable};
use crate::kernel::query::Fetch;
use crate::{
    cases::{self, rules::bankruptcy as rules},
    funds::store::receipt,
    kernel::{
        error::Failure,
        ids::{CaseId, PartyId, ReceiptId},
    },
    ledger::Code,
};
use sea_orm::{ConnectionTrait, entity::prelude::*};

/// # Errors
/// `DEBTOR_BANKRUPT` when one of the sources is money of a bankrupt debtor of the case, or of unknown origin.
pub async fn decide(
    conn: &impl ConnectionTrait,
    case: CaseId,
    sources: &[ReceiptId],
    purpose: PayablePurpose,
) -> Result<(), Failure> {
    use PayablePurpose as P;
    // the administrator is who it is due to; another court takes the question over; the others are not his money
    if matches!(purpose, P::Administrator | P::CourtTransfer | P::OwnTransfer | P::DepositRefund | P::FeeRefund) {
        return Ok(());
    }
    let bankrupt = cases::store::bankrupt_parties(conn, case).await?;
    if bankrupt.is_empty() {
        return Ok(());
    }
    let mut owners = owners(conn, sources).await?;
    if purpose == P::RefundPayer {
        // what was taken from somebody by mistake never was the debtor's
        owners.retain(Option::is_some);
        if owners.is_empty() {
            return Ok(());
        }
    }
    Ok(rules::decide_payment(&owners, &bankrupt)?)
}

/// From which debtor each receipt came, where that is known.
async fn owners(conn: &impl ConnectionTrait, sources: &[ReceiptId]) -> Result<Vec<Option<PartyId>>, Failure> {
    let rows = receipt::Entity::find().filter(receipt::Column::Id.is_in(sources.iter().copied())).list(conn).await?;
    Ok(rows.into_iter().map(|row| row.on_behalf_of).collect())
}

/// [`decide`] for a payable that stands already.
pub async fn decide_payable(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let Some(case) = payable.case_id.filter(|_| payable.from_code != Code::ExecutionFee) else { return Ok(()) };
    let sources: Vec<_> = store::sources_of(conn, payable.id).await?.into_iter().map(|(receipt, _)| receipt).collect();
    decide(conn, case, &sources, payable.purpose).await
}

/// [`decide_payable`] for a payable whose attempt waits for the bank's file, with the other stops.
pub async fn decide_attempt(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    stops::decide(conn, payable).await?;
    decide_payable(conn, payable).await
}

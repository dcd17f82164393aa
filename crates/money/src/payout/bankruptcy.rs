//! No payment to a single creditor from a bankrupt debtor's money, asked when it comes to be owed, when it is given to the
//! bank and when the bank's file is written.

use super::{PayablePurpose, stops, store, tables::payable};
use crate::kernel::query::Fetch;
use crate::{
    cases::{self, rules::bankruptcy as rules},
    funds::store::receipt,
    kernel::{
        bulk::is_among,
        error::{Failure, Problem},
        ids::{CaseId, PartyId, ReceiptId},
        refusal::Refusal,
    },
    ledger::Code,
};
use sea_orm::{ConnectionTrait, entity::prelude::*};
use std::collections::{BTreeSet, HashMap};

/// # Errors
/// `DEBTOR_BANKRUPT` when one of the sources is money of a bankrupt debtor of the case, or of unknown origin.
pub async fn decide(
    conn: &impl ConnectionTrait,
    case: CaseId,
    sources: &[ReceiptId],
    purpose: PayablePurpose,
) -> Result<(), Failure> {
    if spares(purpose) {
        return Ok(());
    }
    let estates = Estates::read(conn, &BTreeSet::from([case]), sources).await?;
    Ok(estates.decide(case, sources, purpose)?)
}

/// Does no bankruptcy stop such a payment?
fn spares(purpose: PayablePurpose) -> bool {
    use PayablePurpose as P;
    // the administrator is who it is due to; another court takes the question over; the others are not his money
    matches!(purpose, P::Administrator | P::CourtTransfer | P::OwnTransfer | P::DepositRefund | P::FeeRefund)
}

/// The bankrupt debtors of some cases, and from which debtor each receipt came, read at once.
pub(super) struct Estates {
    bankrupt: HashMap<CaseId, Vec<PartyId>>,
    owners: HashMap<ReceiptId, Option<PartyId>>,
}
impl Estates {
    pub async fn read(
        conn: &impl ConnectionTrait,
        cases: &BTreeSet<CaseId>,
        receipts: &[ReceiptId],
    ) -> Result<Estates, Problem> {
        let bankrupt = cases::store::bankrupt_among(conn, cases).await?;
        if bankrupt.is_empty() {
            return Ok(Estates { bankrupt, owners: HashMap::new() });
        }
        let sources = is_among(conn, receipt::Column::Id, receipts.iter().map(|id| id.uuid()));
        let rows = receipt::Entity::find().filter(sources).list(conn).await?;
        Ok(Estates { bankrupt, owners: rows.into_iter().map(|row| (row.id, row.on_behalf_of)).collect() })
    }
    /// # Errors
    /// As [`decide`].
    pub fn decide(&self, case: CaseId, sources: &[ReceiptId], purpose: PayablePurpose) -> Result<(), Refusal> {
        let Some(bankrupt) = self.bankrupt.get(&case).filter(|_| !spares(purpose)) else { return Ok(()) };
        let mut owners: Vec<_> = sources.iter().filter_map(|receipt| self.owners.get(receipt).copied()).collect();
        if purpose == PayablePurpose::RefundPayer {
            // what was taken from somebody by mistake never was the debtor's
            owners.retain(Option::is_some);
            if owners.is_empty() {
                return Ok(());
            }
        }
        rules::decide_payment(&owners, bankrupt)
    }
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

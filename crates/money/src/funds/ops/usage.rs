//! Using a receipt up: for a payable, a fee or a reserve. The ledger moves the money; here it is said which arrival it was.

use super::{QUEUE, TOPIC, terms};
use crate::kernel::boxed;
use crate::{
    access::{Op, Scope},
    funds::{
        ReceiptSource, ReceiptStatus,
        rules::{
            allocation::{decide_give_back, decide_use},
            refund::decide_refund,
        },
        store::{self, receipt},
    },
    kernel::{
        bulk::Rows,
        clock::LegalDate,
        db::{Tx, sql},
        error::Failure,
        ids::{CaseId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Uses these amounts, each of another receipt of a case: all of them or none. The caller posts the entry and holds the
/// case's lock.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, WRONG_STATE for money that stands on no case and for cash that the bank has not yet.
#[boxed]
pub async fn consume(op: &mut Op<'_>, parts: &[(ReceiptId, Money)]) -> Result<(), Failure> {
    if parts.is_empty() {
        return Ok(());
    }
    let receipts: BTreeSet<_> = parts.iter().map(|(receipt, _)| *receipt).collect();
    let mut uses = Uses::lock(op, &receipts).await?;
    uses.take(parts)?;
    uses.write(op).await
}

/// Receipts that are used together: locked at once, drawn down in memory, written at once. What one use takes is not
/// there for the next.
pub struct Uses {
    receipts: HashMap<ReceiptId, receipt::Model>,
    unbanked: HashSet<ReceiptId>,
    drawn: BTreeSet<ReceiptId>,
}
impl Uses {
    /// The caller holds the locks of the receipts' cases.
    ///
    /// # Errors
    /// Only when the database fails.
    #[boxed]
    pub async fn lock(op: &Op<'_>, receipts: &BTreeSet<ReceiptId>) -> Result<Uses, Failure> {
        let rows = store::lock_these(op.tx, receipts).await?;
        let cash: Vec<_> = rows.iter().filter(|row| row.source == ReceiptSource::Cash).map(|row| row.id).collect();
        let unbanked = store::unbanked(op.tx, &cash).await?;
        let receipts = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(Uses { receipts, unbanked, drawn: BTreeSet::new() })
    }
    /// What a receipt still holds for payments of `case`; nothing when it is not a receipt of that case.
    pub fn left(&self, receipt: ReceiptId, case: CaseId) -> Money {
        let of_case = self.receipts.get(&receipt).filter(|row| row.case_id == Some(case));
        of_case.map(|row| row.remaining).unwrap_or_default()
    }
    /// When the money of one of them arrived.
    pub fn booked_on(&self, receipt: ReceiptId) -> Option<LegalDate> {
        self.receipts.get(&receipt).map(|row| row.booked_on)
    }
    /// Takes these amounts, each of another receipt: all of them or none.
    ///
    /// # Errors
    /// RECEIPT_EXCEEDED when less is left, WRONG_STATE for money that stands on no case and for cash that the bank has
    /// not yet, NOT_FOUND for a receipt that was not locked.
    pub fn take(&mut self, parts: &[(ReceiptId, Money)]) -> Result<(), Refusal> {
        let decided = parts.iter().map(|(id, amount)| self.decide(*id, *amount)).collect::<Result<Vec<_>, _>>()?;
        for ((id, _), (left, status)) in parts.iter().zip(decided) {
            if let Some(row) = self.receipts.get_mut(id) {
                (row.remaining, row.status) = (left, status);
                self.drawn.insert(*id);
            }
        }
        Ok(())
    }
    fn decide(&self, id: ReceiptId, amount: Money) -> Result<(Money, ReceiptStatus), Refusal> {
        let row = self.receipts.get(&id);
        let row = row.ok_or_else(|| Refusal::new(RefusalCode::NotFound).field("receipt"))?;
        if self.unbanked.contains(&id) {
            // the bank would pay it out of the money of others
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_9).field("receipt"));
        }
        decide_use(row.status, row.remaining, amount)
    }
    /// Writes what was taken, and ends the terms of receipts of which nothing is left.
    ///
    /// # Errors
    /// A problem when a locked receipt did not change.
    #[boxed]
    pub async fn write(self, op: &mut Op<'_>) -> Result<(), Failure> {
        let drawn: Vec<_> = self.drawn.iter().filter_map(|id| self.receipts.get(id)).collect();
        if drawn.is_empty() {
            return Ok(());
        }
        write_left(op.tx, &drawn).await?;
        for row in &drawn {
            tell(op, row);
        }
        let used = drawn.iter().filter(|row| row.status == ReceiptStatus::Used).map(|row| row.id);
        terms::meet(op, &used.collect::<Vec<_>>()).await?;
        terms::pause_disputed(op, &drawn.iter().filter_map(|row| row.case_id).collect()).await
    }
}

/// Gives unidentified money back to its payer. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, WRONG_STATE for money that has a case by now.
#[boxed]
pub async fn release_unidentified(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Refunded).await
}

/// Takes unidentified money that is the bank's interest. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, RECEIPT_NOT_UNIDENTIFIED for money that has an owner by now.
#[boxed]
pub async fn take_interest(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Interest).await
}

/// Takes unidentified money that makes a charge of the bank good. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, RECEIPT_NOT_UNIDENTIFIED for money that has an owner by now.
#[boxed]
pub async fn reimburse(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Reimbursed).await
}

/// Takes unidentified money of an auction account for what it was found to be. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, RECEIPT_NOT_UNIDENTIFIED for money that has an owner by now.
#[boxed]
pub async fn assign_unidentified(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Claimed).await
}

#[boxed]
async fn draw_unidentified(
    op: &mut Op<'_>,
    receipt: ReceiptId,
    amount: Money,
    emptied: ReceiptStatus,
) -> Result<(), Failure> {
    let row = store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
    if row.status != ReceiptStatus::Unidentified {
        return Err(Refusal::new(RefusalCode::ReceiptNotUnidentified).field("receipt").into());
    }
    decide_refund(row.status, row.remaining, amount)?;
    let left = row.remaining.minus(amount)?;
    let status = if left.is_zero() { emptied } else { ReceiptStatus::Unidentified };
    change(op, &row, left, status).await?;
    if left.is_zero() {
        terms::meet(op, &[row.id]).await?;
    }
    Ok(())
}

/// Takes a use back that has not left the court: a cancelled payable, an order recalled. The terms run on as they were.
///
/// # Errors
/// AMOUNT_INVALID when more would be left than arrived.
#[boxed]
pub async fn give_back(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    let row = store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
    let left = decide_give_back(row.amount, row.remaining, amount)?;
    let status = if row.case_id.is_some() { ReceiptStatus::OnCase } else { ReceiptStatus::Unidentified };
    change(op, &row, left, status).await?;
    terms::reopen(op, row.id, row.case_id).await
}

#[boxed]
async fn change(op: &mut Op<'_>, row: &receipt::Model, remaining: Money, status: ReceiptStatus) -> Result<(), Failure> {
    let change = "UPDATE receipt SET remaining = $2, status = $3, version = version + 1 WHERE id = $1";
    let values = [row.id.into(), remaining.into(), status.as_str().into()];
    op.tx.execute_raw(sql(op.tx, change, values)).await?;
    tell(op, row);
    Ok(())
}

/// Writes what is left of locked receipts, of which each is another, and where they stand.
#[boxed]
pub(super) async fn write_left(tx: &Tx, receipts: &[&receipt::Model]) -> Result<(), Failure> {
    if receipts.is_empty() {
        return Ok(());
    }
    let rows = receipts.iter().map(|row| [row.id.into(), row.remaining.into(), row.status.as_str().into()]);
    let (given, values) = Rows::of(rows).into_values(tx.engine());
    let text = format!(
        "UPDATE receipt SET remaining = given.column2, status = given.column3, version = version + 1
         FROM {given} AS given WHERE receipt.id = given.column1"
    );
    let changed = tx.execute_raw(sql(tx, &text, values)).await?.rows_affected();
    match usize::try_from(changed) == Ok(receipts.len()) {
        true => Ok(()),
        false => Err(Failure::internal("a locked receipt that did not change")),
    }
}

/// Tells of a change of a receipt that was read before it.
pub(super) fn tell(op: &mut Op<'_>, row: &receipt::Model) {
    op.publish(TOPIC, row.id, row.version + 1);
    op.publish(QUEUE, row.id, row.version + 1);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        funds::PayerKind,
        kernel::{clock::Timestamp, ids::CourtId},
        ledger::Book,
    };

    const NOW: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);

    fn receipt(case: CaseId, source: ReceiptSource, yuan: i64) -> receipt::Model {
        receipt::Model {
            id: ReceiptId::new(NOW),
            court_id: CourtId::new(NOW),
            case_id: Some(case),
            parent_id: None,
            book: Book::CaseFunds,
            status: ReceiptStatus::OnCase,
            source,
            bank_account: "main".to_owned(),
            bank_reference: "B1".to_owned(),
            amount: Money::from_yuan(yuan),
            remaining: Money::from_yuan(yuan),
            booked_on: NOW.legal_date(),
            payer_name: "吴某".to_owned(),
            payer_account_sealed: None,
            payer_account_mask: None,
            payer_bank_code: None,
            payer_bank_name: None,
            payer_kind: PayerKind::Respondent,
            on_behalf_of: None,
            remittance_sealed: None,
            document: None,
            published_at: None,
            voucher_number: "1".to_owned(),
            arrival_notified_at: None,
            version: 1,
            recorded_at: NOW,
        }
    }
    fn uses(receipts: &[&receipt::Model], unbanked: &[ReceiptId]) -> Uses {
        Uses {
            receipts: receipts.iter().map(|row| (row.id, (*row).clone())).collect(),
            unbanked: unbanked.iter().copied().collect(),
            drawn: BTreeSet::new(),
        }
    }

    #[test]
    fn fafa6_4_what_one_use_takes_is_not_there_for_the_next() {
        let case = CaseId::new(NOW);
        let (first, second) =
            (receipt(case, ReceiptSource::Transfer, 700), receipt(case, ReceiptSource::Transfer, 300));
        let mut uses = uses(&[&first, &second], &[]);
        let yuan = Money::from_yuan;
        uses.take(&[(first.id, yuan(600))]).unwrap();
        // all of it or nothing: the second receipt would do, the first one holds 100.00 only
        let refused = uses.take(&[(second.id, yuan(300)), (first.id, "100.01".parse().unwrap())]).unwrap_err();
        assert_eq!(refused.code, RefusalCode::ReceiptExceeded);
        assert_eq!((uses.left(first.id, case), uses.left(second.id, case)), (yuan(100), yuan(300)));
        uses.take(&[(second.id, yuan(300)), (first.id, yuan(100))]).unwrap();
        assert!(uses.receipts.values().all(|row| row.status == ReceiptStatus::Used && row.remaining.is_zero()));
        assert_eq!(uses.drawn.len(), 2);
        assert_eq!(uses.left(first.id, CaseId::new(NOW)), Money::ZERO, "a receipt of another case");
    }

    #[test]
    fn fafa6_9_cash_that_the_bank_has_not_yet_is_not_used() {
        let case = CaseId::new(NOW);
        let (cash, transfer) = (receipt(case, ReceiptSource::Cash, 10), receipt(case, ReceiptSource::Transfer, 10));
        let ten = Money::from_yuan(10);
        let mut waiting = uses(&[&cash, &transfer], &[cash.id]);
        let refused = waiting.take(&[(transfer.id, ten), (cash.id, ten)]).unwrap_err();
        assert_eq!((refused.code, waiting.drawn.len()), (RefusalCode::WrongState, 0));
        assert!(uses(&[&cash], &[]).take(&[(cash.id, ten)]).is_ok());
        let unknown = uses(&[], &[]).take(&[(cash.id, ten)]).unwrap_err();
        assert_eq!(unknown.code, RefusalCode::NotFound);
    }
}

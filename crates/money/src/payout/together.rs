//! Money that comes to be owed and is given to the bank in the same step, to many payees at once: the lines of a
//! unified payout.
//!
//! What decides is read by a fixed number of statements however many payments there are, each is decided in memory by
//! the rules of the single steps ([`super::ops`]), and all are written by a few statements. Each payment keeps its own
//! entries and audit events, as if it had been made alone.

use super::{
    PayablePurpose, PayableState,
    bankruptcy::Estates,
    ops::{
        NewPayable, already_owed, check_sources, new_attempt, new_row, owed_entry, owed_fact, sent_entry, sent_fact,
    },
    stops::{Stops, stoppable},
    store,
    tables::{attempt, payable, payable_source},
};
use crate::{
    access::Op,
    funds::ops::Uses,
    kernel::{
        boxed,
        bulk::insert_all,
        clock::LegalDate,
        error::Failure,
        ids::{CaseId, ClaimId, LedgerAccountId, NodeRef, PayableId, PayeeId, ReceiptId},
        money::Money,
    },
    ledger::{
        self, AccountKey,
        balance::{Standing, standing_of},
    },
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What payments will be made of: given before the first of them is decided.
pub struct Scene {
    /// Locked by the caller.
    pub cases: BTreeSet<CaseId>,
    /// Accounts that the money leaves.
    pub from: BTreeSet<AccountKey>,
    pub receipts: BTreeSet<ReceiptId>,
    pub subjects: Vec<NodeRef>,
}

/// Payments that are made together. What one takes is not there for the next.
pub struct Payments {
    owed: HashSet<(NodeRef, PayablePurpose)>,
    estates: Estates,
    stops: Stops,
    uses: Uses,
    standing: HashMap<LedgerAccountId, Standing>,
    made: Vec<Payment>,
}

/// A payment that was decided.
struct Payment {
    payable: payable::Model,
    attempt: attempt::Model,
    sources: Vec<(ReceiptId, Money)>,
}

impl Payments {
    /// Locks the receipts and reads what decides.
    ///
    /// # Errors
    /// Only when the database fails.
    #[boxed]
    pub async fn open(op: &Op<'_>, scene: &Scene) -> Result<Payments, Failure> {
        let uses = Uses::lock(op, &scene.receipts).await?;
        let receipts: Vec<_> = scene.receipts.iter().copied().collect();
        Ok(Payments {
            uses,
            owed: store::owed_for(op.tx, &scene.subjects).await?,
            estates: Estates::read(op.tx, &scene.cases, &receipts).await?,
            stops: Stops::read(op.tx, &scene.cases).await?,
            standing: standing_of(op.tx, scene.from.iter().copied()).await?,
            made: Vec::with_capacity(scene.subjects.len()),
        })
    }

    /// What a receipt still holds for payments of `case`.
    pub fn left(&self, receipt: ReceiptId, case: CaseId) -> Money {
        self.uses.left(receipt, case)
    }
    /// When the money of a receipt that was locked arrived.
    pub fn booked_on(&self, receipt: ReceiptId) -> Option<LegalDate> {
        self.uses.booked_on(receipt)
    }
    /// What may leave the account of a case: balance less what is held and what others have frozen.
    pub fn free(&self, fund: AccountKey, case: CaseId) -> Money {
        self.standing(fund).free().saturating_minus(self.stops.frozen(case))
    }
    fn standing(&self, account: AccountKey) -> Standing {
        self.standing.get(&account.id()).copied().unwrap_or_default()
    }

    /// Decides on a payment from a guarded account, to a confirmed account of a party; its settlement satisfies
    /// `claim`. One that is refused leaves nothing behind.
    ///
    /// # Errors
    /// `ALREADY_EXISTS` for a second payable of the same subject and purpose, `DEBTOR_BANKRUPT`, `OBJECTION_OPEN`,
    /// `INSUFFICIENT_BALANCE`, `RECEIPT_EXCEEDED`, `WRONG_STATE` for cash that the bank has not yet.
    pub fn make(&mut self, op: &Op<'_>, new: NewPayable, claim: ClaimId, payee: PayeeId) -> Result<PayableId, Failure> {
        check_sources(&new)?;
        if self.owed.contains(&(new.subject, new.purpose)) {
            return Err(already_owed(new.purpose).into());
        }
        if let Some(case) = new.case {
            let receipts: Vec<_> = new.sources.iter().map(|(receipt, _)| *receipt).collect();
            self.estates.decide(case, &receipts, new.purpose)?;
        }
        let before = self.standing(new.from);
        let after = Standing { balance: before.balance.minus(new.amount)?, ..before };
        if let Some(case) = stoppable(new.book, new.purpose, new.case) {
            self.stops.decide(case, after.balance)?;
        }
        let mut payable = new_row(op, &new, Some(claim), Some(payee))?;
        let attempt = new_attempt(op, &payable)?;
        self.uses.take(&new.sources)?;
        self.standing.insert(new.from.id(), after);
        self.owed.insert((new.subject, new.purpose));
        payable.state = PayableState::InTransit;
        payable.attempts = attempt.number;
        // created, then given to the bank
        payable.version += 1;
        let id = payable.id;
        self.made.push(Payment { payable, attempt, sources: new.sources });
        Ok(id)
    }

    /// Writes the payments: payables in transit, attempts that wait for a file, the entries of both steps.
    ///
    /// # Errors
    /// `INSUFFICIENT_BALANCE` when a guarded account holds less than it did when it was read: then nothing stands.
    #[boxed]
    pub async fn write(self, op: &mut Op<'_>) -> Result<(), Failure> {
        let made = self.made;
        if made.is_empty() {
            return Ok(());
        }
        let (mut sources, mut entries, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        for Payment { payable, attempt, sources: drawn } in &made {
            let source = |(receipt, amount): &(ReceiptId, Money)| payable_source::Model {
                payable_id: payable.id,
                receipt_id: *receipt,
                amount: *amount,
            };
            sources.extend(drawn.iter().map(source));
            entries.extend([owed_entry(op, payable, drawn), sent_entry(op, payable, attempt.id, drawn)]);
            facts.extend([owed_fact(payable)?, sent_fact(payable, attempt)]);
        }
        let (payables, attempts): (Vec<_>, Vec<_>) = made.into_iter().map(|one| (one.payable, one.attempt)).unzip();
        insert_all::<payable::Entity>(op.tx, &payables).await?;
        self.uses.write(op).await?;
        insert_all::<payable_source::Entity>(op.tx, &sources).await?;
        insert_all::<attempt::Entity>(op.tx, &attempts).await?;
        ledger::post_many(op.tx, op.now, &entries).await?;
        op.audit_all(facts).await?;
        for payable in &payables {
            op.publish("work-queue", payable.id, payable.version);
        }
        Ok(())
    }
}

//! Deciding on some lines of a run together: what their approvers agreed to must still hold when they are booked.
//!
//! Everything is read at once under the locks of the cases; a line that is refused takes nothing from the next.

use crate::{
    access::Op,
    cases::{
        self, PayeeStatus,
        rules::settlement::pays_out,
        store::{case, claim, party, payee},
    },
    disbursement::{
        reading::{fund_of, line_digest, standing_still},
        rules::{
            deferral::Deferred,
            order::{OrderFacts, Source, decide_order},
        },
        store,
        tables::run_line,
    },
    distribution,
    kernel::{
        boxed,
        bulk::is_among,
        clock::LegalDate,
        error::Failure,
        ids::{CaseId, ClaimId, PartyId, PayableId, PayeeId, PayoutLineId, ReceiptId},
        money::Money,
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
    payout::{
        PayablePurpose,
        ops::{NewPayable, account_of},
        together::{Payments, Scene},
    },
};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Lines with what decides about them.
pub(super) struct Piece {
    cases: HashMap<CaseId, case::Model>,
    claims: HashMap<ClaimId, claim::Model>,
    /// What is owed on each claim and not yet being paid.
    open: HashMap<ClaimId, Money>,
    /// Names of the creditors.
    creditors: HashMap<PartyId, String>,
    payees: HashMap<PayeeId, payee::Model>,
    /// Claims whose advance execution was revoked.
    revoked: HashSet<ClaimId>,
    sources: HashMap<PayoutLineId, Vec<(ReceiptId, Money)>>,
    deferred: HashMap<CaseId, Deferred>,
    /// Days of the agreements of cases that stand still by a settlement.
    settled: HashMap<CaseId, LegalDate>,
    pub payments: Payments,
}

impl Piece {
    /// Locks the cases in id order, then their receipts, and reads the rest.
    ///
    /// # Errors
    /// Only when the database fails, or a row of the lines is gone.
    #[boxed]
    pub async fn open(op: &Op<'_>, lines: &[run_line::Model]) -> Result<Piece, Failure> {
        let ids: BTreeSet<CaseId> = lines.iter().map(|line| line.case_id).collect();
        let cases = cases::store::lock_cases(op.tx, op.scope(), &ids).await?;
        let line_ids: Vec<_> = lines.iter().map(|line| line.id).collect();
        let sources = store::sources_of_lines(op.tx, &line_ids).await?;
        let scene = Scene {
            from: cases.values().map(fund_of).collect(),
            receipts: sources.values().flatten().map(|(receipt, _)| *receipt).collect(),
            subjects: line_ids.iter().map(|line| line.node()).collect(),
            cases: ids,
        };
        let payments = Payments::open(op, &scene).await?;
        let of_lines = is_among(op.tx, claim::Column::Id, lines.iter().map(|line| line.claim_id.uuid()));
        let claims = claim::Entity::find().filter(of_lines).list(op.tx).await?;
        let creditors = is_among(op.tx, party::Column::Id, claims.iter().map(|claim| claim.creditor_id.uuid()));
        let creditors = party::Entity::find().filter(creditors).list(op.tx).await?;
        let of_lines = is_among(op.tx, payee::Column::Id, lines.iter().map(|line| line.payee_id.uuid()));
        let payees = payee::Entity::find().filter(of_lines).list(op.tx).await?;
        let settled = cases::store::settled_among(op.tx, &standing_still(cases.values())).await?;
        Ok(Piece {
            cases,
            open: distribution::store::open_amounts(op.tx, &claims).await?,
            revoked: cases::store::revoked_advances(op.tx, claims.iter().map(|claim| claim.id)).await?,
            claims: claims.into_iter().map(|claim| (claim.id, claim)).collect(),
            creditors: creditors.into_iter().map(|party| (party.id, party.name)).collect(),
            payees: payees.into_iter().map(|payee| (payee.id, payee)).collect(),
            sources,
            deferred: store::deferred_among(op.tx, &scene.cases).await?,
            settled,
            payments,
        })
    }

    /// Decides on a line of the piece and, if it holds, makes its payment.
    ///
    /// # Errors
    /// `DIGEST_MISMATCH` when anything that was approved has changed, `ADVANCE_REVOKED`, `AGENT_NOT_AUTHORISED`, and what [`decide_order`] and [`Payments::make`]
    /// refuse.
    #[boxed]
    pub async fn pay(&mut self, op: &Op<'_>, line: &run_line::Model) -> Result<PayableId, Failure> {
        let gone = || Failure::internal("a line without its row");
        let case = self.cases.get(&line.case_id).ok_or_else(gone)?;
        let payee = self.payees.get(&line.payee_id).ok_or_else(gone)?;
        let claim = self.claims.get(&line.claim_id).ok_or_else(gone)?;
        let creditor = self.creditors.get(&claim.creditor_id).ok_or_else(gone)?;
        let sources = self.sources.get(&line.id).cloned().unwrap_or_default();
        if line_digest(line.case_id, line.claim_id, line.amount, payee, &sources)? != line.digest {
            return Err(Refusal::new(RefusalCode::DigestMismatch).field("line").law(&reference::FUNDS_12).into());
        }
        if self.revoked.contains(&claim.id) {
            return Err(cases::store::advance_revoked().into());
        }
        cases::store::decide_agent_account(op.tx, payee, op.now.legal_date()).await?;
        let drawn = sources.iter().map(|(receipt, amount)| {
            let remaining = self.payments.left(*receipt, case.id);
            Source { amount: *amount, remaining }
        });
        let booked = sources.iter().filter_map(|(receipt, _)| self.payments.booked_on(*receipt));
        let fund = fund_of(case);
        let open = self.open.get(&claim.id).copied().unwrap_or_default();
        decide_order(&OrderFacts {
            amount: line.amount,
            sources: &drawn.collect::<Vec<_>>(),
            available: self.payments.free(fund, case.id).min(open),
            case: case.status,
            settled: pays_out(self.settled.get(&case.id).copied(), booked),
            deferred: self.deferred.get(&case.id).copied(),
            payee_confirmed: payee.status == PayeeStatus::Current,
            payee_name: &payee.name,
            creditor_name: creditor,
            panel_document: false,
        })?;
        let new = NewPayable {
            court: case.court_id,
            book: Book::CaseFunds,
            case: Some(case.id),
            from: fund,
            purpose: PayablePurpose::Creditor,
            payee: account_of(op, payee).await?,
            amount: line.amount,
            sources,
            subject: line.id.node(),
        };
        let payable = self.payments.make(op, new, claim.id, payee.id)?;
        self.open.insert(claim.id, open.saturating_minus(line.amount));
        Ok(payable)
    }
}

//! Unidentified money is claimed to its cases by two people: one proposes, another approves.

use super::{QUEUE, receive::next_voucher, terms, usage};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        ProposalStatus,
        rules::text::{self, LONG},
        store as cases,
    },
    funds::{
        PayerKind, ReceiptStatus,
        rules::allocation::{Allocation, decide_claim},
        store::{self, receipt, receipt_claim, receipt_claim_line, takes_money},
    },
    kernel::{
        db::sql,
        error::Failure,
        ids::{CaseId, NodeRef, ReceiptClaimId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Who checks a claim: the fund administrator, never the officer who proposes it.
const CHECKERS: &[Role] = &[Role::FundAdministrator];

/// The part of a receipt that belongs to one case (认领明细).
#[derive(InputObject, Serialize)]
pub struct AllocationInput {
    /// The case (案件).
    pub case: CaseId,
    /// Its part (金额).
    pub amount: Money,
}

/// Proposes whose unidentified money is; booked once a second person has approved (不明款认领).
#[derive(InputObject, Serialize)]
pub struct ClaimReceiptInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unidentified receipt (不明款).
    pub receipt: ReceiptId,
    /// Cases of the same court with their parts, 1 to 200; together at most what is unidentified (认领明细).
    pub allocations: Vec<AllocationInput>,
    /// Who paid, as far as it is clear now (交款人类型).
    #[graphql(default_with = "PayerKind::Unknown")]
    pub payer_kind: PayerKind,
    /// On which facts the claim rests, 1 to 500 characters (认领依据).
    pub grounds: String,
}
impl UseCase for ClaimReceiptInput {
    type Done = ReceiptClaimId;
    const ACT: Act = Act::ClaimReceipt;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReceiptClaimId, Failure> {
        let allocations: Vec<_> =
            self.allocations.iter().map(|a| Allocation { case: a.case, amount: a.amount }).collect();
        lock_cases(op, op.scope(), &allocations).await?;
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        decide(op, &receipt, &allocations).await?;
        let grounds = text::checked("grounds", &self.grounds, LONG)?;
        if store::pending_claim(op.tx, receipt.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").into());
        }
        let id = ReceiptClaimId::new(op.now);
        let row = receipt_claim::ActiveModel {
            id: Set(id),
            court_id: Set(receipt.court_id),
            receipt_id: Set(receipt.id),
            status: Set(ProposalStatus::Pending),
            payer_kind: Set(self.payer_kind),
            grounds: Set(grounds),
            recorded_at: Set(op.now),
        };
        receipt_claim::Entity::insert(row).execute(op.tx).await?;
        let lines = (1..).zip(&allocations).map(|(line, allocation)| receipt_claim_line::ActiveModel {
            receipt_claim_id: Set(id),
            line: Set(line),
            case_id: Set(allocation.case),
            amount: Set(allocation.amount),
        });
        receipt_claim_line::Entity::insert_many(lines).execute(op.tx).await?;
        approval::request(op, receipt.court_id, id.node(), CHECKERS).await?;
        let total = Money::sum(allocations.iter().map(|a| a.amount))?;
        let facts =
            serde_json::json!({ "receipt": receipt.id.to_global(), "cases": allocations.len(), "amount": total });
        op.audit(id, Some(receipt.court_id), None, facts).await?;
        Ok(id)
    }
}

/// Cases come before all other locks, in the order of their ids.
#[boxed]
async fn lock_cases(op: &Op<'_>, scope: &Scope, allocations: &[Allocation]) -> Result<(), Failure> {
    let mut ids: Vec<_> = allocations.iter().map(|a| a.case).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let case = match cases::lock_case(op.tx, scope, id).await {
            Err(Failure::Refused(refusal)) => return Err(refusal.field("allocations").into()),
            other => other?,
        };
        if !takes_money(case.status) {
            let refusal = Refusal::new(RefusalCode::CaseNotOpen).field("allocations");
            return Err(refusal.arg("status", case.status.as_str()).into());
        }
    }
    Ok(())
}

/// What stays unidentified. The cases are locked, so that their courts can be compared.
#[boxed]
async fn decide(op: &Op<'_>, receipt: &receipt::Model, allocations: &[Allocation]) -> Result<Money, Failure> {
    let left = decide_claim(receipt.status, receipt.remaining, allocations)?;
    if receipt.book != Book::CaseFunds {
        let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_4).field("receipt");
        return Err(refusal.arg("status", "AUCTION_DEPOSITS").into());
    }
    for allocation in allocations {
        let case = cases::find_case(op.tx, &Scope::Everything, allocation.case).await?;
        if case.is_none_or(|case| case.court_id != receipt.court_id) {
            return Err(Failure::not_found("allocations"));
        }
    }
    Ok(left)
}

/// The approval of claims; registered in `app`.
pub struct ReceiptClaims;

#[async_trait::async_trait]
impl Approvable for ReceiptClaims {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let claim = lock_claim(op, subject).await?;
        let lines = store::claim_lines(op.tx, claim.id).await?;
        let lines: Vec<_> = lines.iter().map(|l| serde_json::json!([l.case_id.to_global(), l.amount])).collect();
        Ok(serde_json::json!({ "receipt": claim.receipt_id.to_global(), "lines": lines,
            "payerKind": claim.payer_kind, "grounds": claim.grounds }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let claim = lock_claim(op, subject).await?;
        let lines = store::claim_lines(op.tx, claim.id).await?;
        let allocations: Vec<_> = lines.iter().map(|l| Allocation { case: l.case_id, amount: l.amount }).collect();
        lock_cases(op, &Scope::Everything, &allocations).await?;
        let parent = store::lock_receipt(op.tx, &Scope::Everything, claim.receipt_id).await?;
        let left = decide(op, &parent, &allocations).await?;
        for allocation in &allocations {
            claim_part(op, &parent, &claim, allocation).await?;
        }
        let status = if left.is_zero() { ReceiptStatus::Claimed } else { ReceiptStatus::Unidentified };
        usage::change(op, &parent, left, status).await?;
        if left.is_zero() {
            terms::meet(op, &[parent.id]).await?;
        }
        settle(op, &claim, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let claim = lock_claim(op, subject).await?;
        settle(op, &claim, ProposalStatus::Rejected).await
    }
}

#[boxed]
async fn lock_claim(op: &Op<'_>, subject: NodeRef) -> Result<receipt_claim::Model, Failure> {
    let id = ReceiptClaimId::from_uuid(subject.id);
    let row = receipt_claim::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no claim"))
}

#[boxed]
async fn settle(op: &Op<'_>, claim: &receipt_claim::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = "UPDATE receipt_claim SET status = $2 WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, change, [claim.id.into(), status.as_str().into()])).await?;
    Ok(())
}

/// A part becomes a receipt of its case with the day and payer of the whole; unidentified → case.
#[boxed]
async fn claim_part(
    op: &mut Op<'_>,
    parent: &receipt::Model,
    claim: &receipt_claim::Model,
    allocation: &Allocation,
) -> Result<(), Failure> {
    let id = ReceiptId::new(op.now);
    let vault = &op.services.vault;
    let payer_account_sealed = match &parent.payer_account_sealed {
        Some(sealed) => {
            let number = vault.open(receipt::payer_account_place(parent.id), sealed)?;
            Some(vault.seal(receipt::payer_account_place(id), number.expose())?)
        }
        None => None,
    };
    let part = receipt::Model {
        id,
        case_id: Some(allocation.case),
        parent_id: Some(parent.id),
        status: ReceiptStatus::OnCase,
        amount: allocation.amount,
        remaining: allocation.amount,
        payer_account_sealed,
        payer_kind: claim.payer_kind,
        on_behalf_of: None,
        // the text may name other cases and people: it stays with the whole
        remittance_sealed: None,
        published_at: None,
        voucher_number: next_voucher(op, parent.court_id).await?,
        arrival_notified_at: Some(op.now),
        version: 1,
        recorded_at: op.now,
        ..parent.clone()
    };
    receipt::Entity::insert(receipt::ActiveModel::from(part.clone())).execute(op.tx).await?;
    terms::start(op, &part).await?;
    let from = AccountKey::of_court(part.court_id, part.book, Code::Unidentified);
    let to = AccountKey::owned(part.court_id, part.book, Code::CaseFund, allocation.case.uuid());
    let entry = NewEntry {
        court: part.court_id,
        book: part.book,
        kind: EntryKind::ReceiptClaim,
        booked_on: op.now.legal_date(),
        case: part.case_id,
        cause: part.id.node(),
        reverses: None,
        postings: vec![debit(from, part.amount).receipt(parent.id), credit(to, part.amount).receipt(part.id)],
    };
    ledger::post(op.tx, op.now, entry).await?;
    let facts = serde_json::json!({ "parent": parent.id.to_global(), "amount": part.amount,
        "voucher": part.voucher_number });
    op.audit(part.id, Some(part.court_id), part.case_id, facts).await?;
    op.publish(QUEUE, part.id, part.version);
    Ok(())
}

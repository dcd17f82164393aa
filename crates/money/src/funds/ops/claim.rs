//! Unidentified money is claimed to its cases by two people: one proposes, another approves. Each step costs the same
//! number of statements for two hundred cases as for one.

use super::{QUEUE, terms, usage, voucher::next_vouchers};
use crate::kernel::boxed;
use crate::{
    access::{
        Act, Fact, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        ProposalStatus,
        rules::text::{self, LONG},
        store::{self as cases, case},
    },
    funds::{
        PayerKind, ReceiptStatus,
        rules::allocation::{Allocation, decide_claim},
        store::{self, receipt, receipt_claim, receipt_claim_line, takes_money},
    },
    kernel::{
        bulk::insert_all,
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
use sea_orm::ConnectionTrait;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

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
        let locked = lock_cases(op, op.scope(), &allocations).await?;
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        decide(&receipt, &locked, &allocations)?;
        let grounds = text::checked("grounds", &self.grounds, LONG)?;
        if store::pending_claim(op.tx, receipt.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").into());
        }
        let id = ReceiptClaimId::new(op.now);
        let claim = receipt_claim::Model {
            id,
            court_id: receipt.court_id,
            receipt_id: receipt.id,
            status: ProposalStatus::Pending,
            payer_kind: self.payer_kind,
            grounds,
            recorded_at: op.now,
        };
        let line = |(line, part): (i32, &Allocation)| receipt_claim_line::Model {
            receipt_claim_id: id,
            line,
            case_id: part.case,
            amount: part.amount,
        };
        let lines: Vec<_> = (1..).zip(&allocations).map(line).collect();
        insert_all::<receipt_claim::Entity>(op.tx, std::slice::from_ref(&claim)).await?;
        insert_all::<receipt_claim_line::Entity>(op.tx, &lines).await?;
        approval::request_for(op, receipt.court_id, id.node(), CHECKERS, &facts_of(&claim, &lines)).await?;
        let total = Money::sum(allocations.iter().map(|a| a.amount))?;
        let facts =
            serde_json::json!({ "receipt": receipt.id.to_global(), "cases": allocations.len(), "amount": total });
        op.audit(id, Some(receipt.court_id), None, facts).await?;
        Ok(id)
    }
}

/// Cases come before all other locks, in the order of their ids.
#[boxed]
async fn lock_cases(
    op: &Op<'_>,
    scope: &Scope,
    allocations: &[Allocation],
) -> Result<HashMap<CaseId, case::Model>, Failure> {
    let ids: BTreeSet<_> = allocations.iter().map(|a| a.case).collect();
    let locked = match cases::lock_cases(op.tx, scope, &ids).await {
        Err(Failure::Refused(refusal)) => return Err(refusal.field("allocations").into()),
        other => other?,
    };
    let mut states = ids.iter().filter_map(|id| locked.get(id)).map(|case| case.status);
    if let Some(status) = states.find(|status| !takes_money(*status)) {
        return Err(Refusal::new(RefusalCode::CaseNotOpen).field("allocations").arg("status", status.as_str()).into());
    }
    Ok(locked)
}

/// What stays unidentified. The cases are locked, so that their courts can be compared.
fn decide(
    receipt: &receipt::Model,
    locked: &HashMap<CaseId, case::Model>,
    allocations: &[Allocation],
) -> Result<Money, Failure> {
    let left = decide_claim(receipt.status, receipt.remaining, allocations)?;
    if receipt.book != Book::CaseFunds {
        let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_4).field("receipt");
        return Err(refusal.arg("status", "AUCTION_DEPOSITS").into());
    }
    let of_court = |part: &Allocation| locked.get(&part.case).is_some_and(|case| case.court_id == receipt.court_id);
    if !allocations.iter().all(of_court) {
        return Err(Failure::not_found("allocations"));
    }
    Ok(left)
}

/// What the checker sees and agrees to.
fn facts_of(claim: &receipt_claim::Model, lines: &[receipt_claim_line::Model]) -> serde_json::Value {
    let lines: Vec<_> = lines.iter().map(|l| serde_json::json!([l.case_id.to_global(), l.amount])).collect();
    serde_json::json!({ "receipt": claim.receipt_id.to_global(), "lines": lines,
        "payerKind": claim.payer_kind, "grounds": claim.grounds })
}

/// The approval of claims; registered in `app`.
pub struct ReceiptClaims;

#[async_trait::async_trait]
impl Approvable for ReceiptClaims {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let (claim, lines) = claim_of(op, subject).await?;
        Ok(facts_of(&claim, &lines))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let (claim, lines) = claim_of(op, subject).await?;
        let allocations: Vec<_> = lines.iter().map(|l| Allocation { case: l.case_id, amount: l.amount }).collect();
        let locked = lock_cases(op, &Scope::Everything, &allocations).await?;
        let parent = store::lock_receipt(op.tx, &Scope::Everything, claim.receipt_id).await?;
        let left = decide(&parent, &locked, &allocations)?;
        let part = |part: &Allocation| Part { id: ReceiptId::new(op.now), case: part.case, amount: part.amount };
        let parts: Vec<_> = allocations.iter().map(part).collect();
        post(op, &parent, &parts).await?;
        let status = if left.is_zero() { ReceiptStatus::Claimed } else { ReceiptStatus::Unidentified };
        usage::change(op, &parent, left, status).await?;
        if left.is_zero() {
            terms::meet(op, &[parent.id]).await?;
        }
        settle(op, claim.id, ProposalStatus::Approved).await?;
        let paused: Vec<_> =
            locked.values().filter(|case| case.terms_paused_on.is_some()).map(|case| case.id).collect();
        // last, since all receipts of the court take their numbers from one row, which stays locked until the commit
        let receipts = receipts_of(op, &parent, &claim, &parts).await?;
        write(op, receipts, &paused).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        settle(op, ReceiptClaimId::from_uuid(subject.id), ProposalStatus::Rejected).await
    }
}

/// What is approved. Only a vote changes it, and the approval is locked by who votes.
#[boxed]
async fn claim_of(
    op: &Op<'_>,
    subject: NodeRef,
) -> Result<(receipt_claim::Model, Vec<receipt_claim_line::Model>), Failure> {
    let found = store::claim_with_lines(op.tx, ReceiptClaimId::from_uuid(subject.id)).await?;
    found.ok_or_else(|| Failure::internal("an approval of no claim"))
}

#[boxed]
async fn settle(op: &Op<'_>, claim: ReceiptClaimId, status: ProposalStatus) -> Result<(), Failure> {
    let change = "UPDATE receipt_claim SET status = $2 WHERE id = $1";
    let settled = op.tx.execute_raw(sql(op.tx, change, [claim.into(), status.as_str().into()])).await?;
    match settled.rows_affected() {
        1 => Ok(()),
        _ => Err(Failure::internal("an approval of no claim")),
    }
}

/// What a case gets of a receipt.
struct Part {
    id: ReceiptId,
    case: CaseId,
    amount: Money,
}

/// Unidentified → case, an entry for each part.
#[boxed]
async fn post(op: &Op<'_>, parent: &receipt::Model, parts: &[Part]) -> Result<(), Failure> {
    let (court, book, booked_on) = (parent.court_id, parent.book, op.now.legal_date());
    let from = AccountKey::of_court(court, book, Code::Unidentified);
    let entry = |part: &Part| {
        let to = AccountKey::owned(court, book, Code::CaseFund, part.case.uuid());
        NewEntry {
            court,
            book,
            kind: EntryKind::ReceiptClaim,
            booked_on,
            case: Some(part.case),
            cause: part.id.node(),
            reverses: None,
            postings: vec![debit(from, part.amount).receipt(parent.id), credit(to, part.amount).receipt(part.id)],
        }
    };
    let entries: Vec<_> = parts.iter().map(entry).collect();
    ledger::post_many(op.tx, op.now, &entries).await.map(|_| ())
}

/// The parts as receipts of their cases, with the day and payer of the whole.
#[boxed]
async fn receipts_of(
    op: &Op<'_>,
    parent: &receipt::Model,
    claim: &receipt_claim::Model,
    parts: &[Part],
) -> Result<Vec<receipt::Model>, Failure> {
    let vault = &op.services.vault;
    let payer_account = match &parent.payer_account_sealed {
        Some(sealed) => Some(vault.open(receipt::payer_account_place(parent.id), sealed)?),
        None => None,
    };
    let vouchers = next_vouchers(op, parent.court_id, parts.len()).await?;
    let mut receipts = Vec::with_capacity(parts.len());
    for (part, voucher_number) in parts.iter().zip(vouchers) {
        let payer_account_sealed = match &payer_account {
            Some(number) => Some(vault.seal(receipt::payer_account_place(part.id), number.expose())?),
            None => None,
        };
        receipts.push(receipt::Model {
            id: part.id,
            case_id: Some(part.case),
            parent_id: Some(parent.id),
            status: ReceiptStatus::OnCase,
            amount: part.amount,
            remaining: part.amount,
            payer_account_sealed,
            payer_kind: claim.payer_kind,
            on_behalf_of: None,
            // the text may name other cases and people: it stays with the whole
            remittance_sealed: None,
            published_at: None,
            voucher_number,
            arrival_notified_at: Some(op.now),
            version: 1,
            recorded_at: op.now,
            ..parent.clone()
        });
    }
    Ok(receipts)
}

/// Writes the parts with their terms. `paused`: the cases whose terms of payment wait.
#[boxed]
async fn write(op: &mut Op<'_>, parts: Vec<receipt::Model>, paused: &[CaseId]) -> Result<(), Failure> {
    insert_all::<receipt::Entity>(op.tx, &parts).await?;
    terms::start(op, &parts, paused).await?;
    let fact = |part: &receipt::Model| Fact {
        subject: part.id.node(),
        court: Some(part.court_id),
        case: part.case_id,
        facts: serde_json::json!({ "parent": part.parent_id.map(|parent| parent.to_global()), "amount": part.amount,
            "voucher": part.voucher_number }),
    };
    op.audit_all(parts.iter().map(fact).collect()).await?;
    for part in &parts {
        op.publish(QUEUE, part.id, part.version);
    }
    Ok(())
}

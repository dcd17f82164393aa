//! Unidentified money is claimed to its cases by two people: one proposes, another approves (`claim_booking`). Claims that
//! are proposed at the same time are decided together, and each step costs the same number of statements for many
//! claims of many cases as for one of one.

use crate::kernel::boxed;
use crate::{
    access::{
        Act, Member, Op, Role, Scope, Together, UseCase, approval,
        queue::{Answers, alone, widest},
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
        clock::Timestamp,
        db::Tx,
        error::Failure,
        ids::{CaseId, CourtId, ReceiptClaimId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
};
use async_graphql::InputObject;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap, HashSet};

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
        alone(op, self).await
    }
}
impl Together for ClaimReceiptInput {
    async fn perform_all(claims: &mut [Member<'_, Self>]) -> Result<Answers<Self>, Failure> {
        propose(claims).await
    }
}

/// Decides on each claim, and writes those that hold.
#[boxed]
async fn propose(claims: &mut [Member<'_, ClaimReceiptInput>]) -> Result<Answers<ClaimReceiptInput>, Failure> {
    let Some((tx, now)) = claims.first().map(|claim| (claim.op.tx, claim.op.now)) else { return Ok(Vec::new()) };
    let drafts = draft_all(tx, now, claims).await?;
    let (mut rows, mut lines, mut approvals) = (Vec::new(), Vec::new(), Vec::new());
    let mut answers = Vec::with_capacity(claims.len());
    for (claim, draft) in claims.iter_mut().zip(drafts) {
        answers.push(match draft {
            Ok(draft) => {
                approvals.push(draft.tell(&mut claim.op).await?);
                let id = draft.claim.id;
                rows.push(draft.claim);
                lines.extend(draft.lines);
                Ok(id)
            }
            Err(refused) => Err(refused),
        });
    }
    insert_all::<receipt_claim::Entity>(tx, &rows).await?;
    insert_all::<receipt_claim_line::Entity>(tx, &lines).await?;
    approval::insert(tx, &approvals).await?;
    Ok(answers)
}

/// The claims as they will be written. One that holds stands in the way of a second over its receipt.
#[boxed]
async fn draft_all(
    tx: &Tx,
    now: Timestamp,
    claims: &[Member<'_, ClaimReceiptInput>],
) -> Result<Vec<Result<Draft, Failure>>, Failure> {
    let parts: Vec<Vec<Allocation>> = claims.iter().map(|claim| claim.input.parts()).collect();
    let wanted = claims.iter().zip(&parts).map(|(claim, parts)| Wanted {
        receipt: claim.input.receipt,
        parts,
        scope: claim.op.scope(),
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let scene = Scene::lock(tx, &wanted).await?;
    let mut pending = store::pending_claims(tx, &scene.receipts.keys().copied().collect()).await?;
    let mut drafts = Vec::with_capacity(claims.len());
    for (claim, wanted) in claims.iter().zip(&wanted) {
        let decided = scene.decide(wanted);
        drafts.push(decided.and_then(|(receipt, _)| claim.input.draft(now, receipt, wanted.parts, &mut pending)));
    }
    Ok(drafts)
}

impl ClaimReceiptInput {
    fn parts(&self) -> Vec<Allocation> {
        self.allocations.iter().map(|a| Allocation { case: a.case, amount: a.amount }).collect()
    }
    fn draft(
        &self,
        now: Timestamp,
        receipt: &receipt::Model,
        parts: &[Allocation],
        pending: &mut HashSet<ReceiptId>,
    ) -> Result<Draft, Failure> {
        let grounds = text::checked("grounds", &self.grounds, LONG)?;
        if pending.contains(&receipt.id) {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").into());
        }
        let total = Money::sum(parts.iter().map(|part| part.amount))?;
        let id = ReceiptClaimId::new(now);
        let line = |(line, part): (i32, &Allocation)| receipt_claim_line::Model {
            receipt_claim_id: id,
            line,
            case_id: part.case,
            amount: part.amount,
        };
        let lines = (1..).zip(parts).map(line).collect();
        pending.insert(receipt.id);
        let claim = receipt_claim::Model {
            id,
            court_id: receipt.court_id,
            receipt_id: receipt.id,
            status: ProposalStatus::Pending,
            payer_kind: self.payer_kind,
            grounds,
            recorded_at: now,
        };
        Ok(Draft { claim, lines, total })
    }
}

/// A claim that holds, on its way to be written.
struct Draft {
    claim: receipt_claim::Model,
    lines: Vec<receipt_claim_line::Model>,
    total: Money,
}
impl Draft {
    /// Tells of it and answers its approval.
    #[boxed]
    async fn tell(&self, op: &mut Op<'_>) -> Result<approval::approval::Model, Failure> {
        let Draft { claim, lines, total } = self;
        let (id, court) = (claim.id, claim.court_id);
        let asked = approval::draft(op, court, id.node(), CHECKERS, &facts_of(claim, lines))?;
        let facts =
            serde_json::json!({ "receipt": claim.receipt_id.to_global(), "cases": lines.len(), "amount": total });
        op.audit(id, Some(court), None, facts).await?;
        Ok(asked)
    }
}

/// A claim as it is decided: to which cases a receipt goes, and what the actor may touch.
pub(super) struct Wanted<'w> {
    pub receipt: ReceiptId,
    pub parts: &'w [Allocation],
    pub scope: &'w Scope,
}
impl Wanted<'_> {
    fn cases(&self) -> BTreeSet<CaseId> {
        self.parts.iter().map(|part| part.case).collect()
    }
    fn reaches(&self, court: CourtId) -> bool {
        self.scope.allows_court(court)
    }
}

/// What claims are decided on, locked: cases before all other rows, then receipts, each in the order of their ids.
pub(super) struct Scene {
    pub cases: HashMap<CaseId, case::Model>,
    pub receipts: HashMap<ReceiptId, receipt::Model>,
}
impl Scene {
    #[boxed]
    pub async fn lock(tx: &Tx, wanted: &[Wanted<'_>]) -> Result<Scene, Failure> {
        let scope = widest(wanted.iter().map(|wanted| wanted.scope));
        let ids = wanted.iter().flat_map(Wanted::cases).collect();
        let mut scene = Scene { cases: cases::lock_visible(tx, &scope, &ids).await?, receipts: HashMap::new() };
        let open = wanted.iter().filter(|wanted| scene.check_cases(wanted).is_ok());
        let ids: BTreeSet<ReceiptId> = open.map(|wanted| wanted.receipt).collect();
        if !ids.is_empty() {
            let receipts = store::lock_visible(tx, &scope, &ids).await?;
            scene.receipts = receipts.into_iter().map(|row| (row.id, row)).collect();
        }
        Ok(scene)
    }

    /// Whether the claim holds; answers its receipt and what stays unidentified of it.
    pub fn decide(&self, wanted: &Wanted<'_>) -> Result<(&receipt::Model, Money), Failure> {
        self.check_cases(wanted)?;
        let receipt = self.receipts.get(&wanted.receipt).filter(|receipt| wanted.reaches(receipt.court_id));
        let receipt = receipt.ok_or_else(|| Failure::not_found("receipt"))?;
        let left = decide_claim(receipt.status, receipt.remaining, wanted.parts)?;
        if receipt.book != Book::CaseFunds {
            let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_4).field("receipt");
            return Err(refusal.arg("status", "AUCTION_DEPOSITS").into());
        }
        let mut courts = wanted.parts.iter().map(|part| self.cases.get(&part.case).map(|case| case.court_id));
        match courts.all(|court| court == Some(receipt.court_id)) {
            true => Ok((receipt, left)),
            false => Err(Failure::not_found("allocations")),
        }
    }

    /// Takes what a claim that holds takes: it is not there for the next.
    pub fn leave(&mut self, receipt: ReceiptId, left: Money) {
        if let Some(row) = self.receipts.get_mut(&receipt) {
            (row.remaining, row.status) = (left, Scene::status_of(left));
        }
    }
    /// Where a receipt stands of which so much is unclaimed.
    pub const fn status_of(left: Money) -> ReceiptStatus {
        if left.is_zero() { ReceiptStatus::Claimed } else { ReceiptStatus::Unidentified }
    }

    /// Whether all cases are there and still take money.
    fn check_cases(&self, wanted: &Wanted<'_>) -> Result<(), Failure> {
        let ids = wanted.cases();
        let mut found = Vec::with_capacity(ids.len());
        for id in &ids {
            let case = self.cases.get(id).filter(|case| wanted.reaches(case.court_id));
            found.push(case.ok_or_else(|| Failure::not_found("allocations"))?);
        }
        match found.into_iter().map(|case| case.status).find(|status| !takes_money(*status)) {
            Some(status) => {
                Err(Refusal::new(RefusalCode::CaseNotOpen).field("allocations").arg("status", status.as_str()).into())
            }
            None => Ok(()),
        }
    }
}

/// What the checker sees and agrees to.
pub(super) fn facts_of(claim: &receipt_claim::Model, lines: &[receipt_claim_line::Model]) -> serde_json::Value {
    let lines: Vec<_> = lines.iter().map(|l| serde_json::json!([l.case_id.to_global(), l.amount])).collect();
    serde_json::json!({ "receipt": claim.receipt_id.to_global(), "lines": lines,
        "payerKind": claim.payer_kind, "grounds": claim.grounds })
}

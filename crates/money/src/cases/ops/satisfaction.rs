//! What reduces a claim, and the note of an execution fee that is still owed. Neither is a posting.

use super::{lock_owner, touch, touch_all};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Fact, Op, UseCase},
    cases::{
        FeeArrearsStatus, FeeOrder, SatisfactionManner,
        rules::{
            agent::act_of,
            closing::require_living,
            text::{self, SHORT},
        },
        store::{self, case, claim, fee_arrears, satisfaction},
    },
    kernel::{
        bulk::Rows,
        clock::{Date, LegalDate},
        db::sql,
        error::Failure,
        ids::{AgentPaperId, CaseId, ClaimId, FeeArrearsId, NodeRef, PayableId, SatisfactionId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Records what satisfied a claim outside of the court's account: no money moves here (账外履行).
#[derive(InputObject, Serialize)]
pub struct RecordSatisfactionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The claim (债权).
    pub claim: ClaimId,
    /// How it was satisfied; the court's own payouts record themselves (履行方式).
    pub manner: SatisfactionManner,
    /// By how much the claim is reduced, at most what is owed (履行金额).
    pub amount: Money,
    /// Day of the satisfaction, not in the future (履行日期).
    pub satisfied_on: Date,
    /// Receipt, settlement or ruling: number or title of the document (履行凭证).
    pub document: String,
    /// An agent agreed for the creditor: his papers must name WAIVE for a waiver, SETTLE for a set-off or property in
    /// kind, RECEIVE_MONEY for money paid to him (代理手续).
    pub agent_paper: Option<AgentPaperId>,
}
impl UseCase for RecordSatisfactionInput {
    type Done = SatisfactionId;
    const ACT: Act = Act::RecordSatisfaction;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SatisfactionId, Failure> {
        use SatisfactionManner as M;
        if matches!(self.manner, M::CourtPayout | M::NotaryDeposit | M::NotaryReturn) {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_6).field("manner").into());
        }
        if self.satisfied_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field("satisfiedOn").into());
        }
        let found = store::claim(op.tx, self.claim).await?.ok_or_else(|| Failure::not_found("claim"))?;
        let case = lock_owner(op, found.case_id, "claim").await?;
        require_living(case.status)?;
        if let Some(agent) = self.agent_paper {
            let act = act_of(self.manner);
            store::authorised_agent(op.tx, (agent, found.creditor_id), act, self.satisfied_on.0).await?;
        }
        let new = NewSatisfaction {
            manner: self.manner,
            amount: self.amount,
            on: self.satisfied_on.0,
            document: text::checked("document", &self.document, SHORT)?,
            cause: None,
            agent: self.agent_paper,
        };
        new.write(op, &case, self.claim).await
    }
}

/// A payment of the court that the bank has confirmed.
pub struct Payout {
    pub claim: ClaimId,
    pub amount: Money,
    /// The bank's day.
    pub on: LegalDate,
    pub payable: PayableId,
}

/// The court has paid on claims: called when the bank confirms payouts. The same payable counts once for one claim.
/// What goes beyond the claim is delay interest, which runs beside it: the bank has paid, so nothing is refused, and
/// nothing is recorded where the claim itself was satisfied before. The caller holds the locks of `cases`.
#[boxed]
pub async fn satisfy_by_payouts(
    op: &mut Op<'_>,
    cases: &HashMap<CaseId, case::Model>,
    paid: &[Payout],
) -> Result<(), Failure> {
    if paid.is_empty() {
        return Ok(());
    }
    let gone = || Failure::internal("a payout on no claim");
    let claims = claim::Entity::find().filter(claim::Column::Id.is_in(paid.iter().map(|one| one.claim)));
    let claims = claims.order_by_asc(claim::Column::Id).lock_exclusive().list(op.tx).await?;
    let mut claims: HashMap<_, _> = claims.into_iter().map(|row| (row.id, row)).collect();
    let earlier = satisfaction::Entity::find()
        .filter(satisfaction::Column::CauseKind.eq(PayableId::KIND.as_str()))
        .filter(satisfaction::Column::CauseId.is_in(paid.iter().map(|one| one.payable.uuid())));
    let earlier = earlier.list(op.tx).await?;
    let earlier: HashSet<_> = earlier.iter().filter_map(|row| Some((row.claim_id, row.cause_id?))).collect();
    let (mut rows, mut facts, mut satisfied, mut touched) = (Vec::new(), Vec::new(), BTreeMap::new(), BTreeSet::new());
    for one in paid {
        let claim = claims.get_mut(&one.claim).ok_or_else(gone)?;
        let amount = one.amount.min(claim.amounts().outstanding()?);
        if earlier.contains(&(claim.id, one.payable.uuid())) || !amount.is_positive() {
            continue;
        }
        let after = claim.amounts().satisfy(amount)?;
        claim.satisfied = after.satisfied;
        satisfied.insert(claim.id, after.satisfied);
        let case = cases.get(&claim.case_id).ok_or_else(gone)?;
        touched.insert(case.id);
        let new = NewSatisfaction {
            manner: SatisfactionManner::CourtPayout,
            amount,
            on: one.on,
            document: format!("bank settlement of {} 银行回单", one.payable.to_global()),
            cause: Some(one.payable.node()),
            agent: None,
        };
        let id = SatisfactionId::new(op.now);
        rows.push(new.row(op, id, case, claim.id));
        let (court, case) = (Some(case.court_id), Some(case.id));
        facts.push(Fact { subject: id.node(), court, case, facts: new.facts(claim.id, after.outstanding()?) });
    }
    if rows.is_empty() {
        return Ok(());
    }
    let row = |(id, satisfied): (&ClaimId, &Money)| [(*id).into(), (*satisfied).into()];
    let (given, values) = Rows::of(satisfied.iter().map(row)).into_values(op.tx.engine());
    let change = format!(
        "WITH v (id, satisfied) AS {given}
         UPDATE claim SET satisfied = v.satisfied, version = version + 1 FROM v WHERE claim.id = v.id"
    );
    op.tx.execute_raw(sql(op.tx, &change, values)).await?;
    satisfaction::Entity::insert_many(rows).execute(op.tx).await?;
    let touched: Vec<_> = touched.iter().filter_map(|id| cases.get(id)).collect();
    touch_all(op, &touched).await?;
    op.audit_all(facts).await
}

/// A payment of the court came back and was cancelled: what it had satisfied is owed again. Once per payment; nothing
/// happens for one that never arrived. The caller holds the case's lock.
#[boxed]
pub async fn take_back_payout(op: &mut Op<'_>, payable: PayableId) -> Result<(), Failure> {
    let cause = payable.node();
    let made = satisfaction::Entity::find()
        .filter(satisfaction::Column::CauseKind.eq(cause.kind.as_str()))
        .filter(satisfaction::Column::CauseId.eq(cause.id))
        .order_by_asc(satisfaction::Column::Id);
    for row in made.list(op.tx).await? {
        let reversal = "INSERT INTO satisfaction_reversal (satisfaction_id, court_id, payable_id, amount, recorded_at)
                        VALUES ($1, $2, $3, $4, $5)";
        let values = [row.id.into(), row.court_id.into(), payable.into(), row.amount.into(), op.now.into()];
        op.tx.execute_raw(sql(op.tx, reversal, values)).await?;
        let change = "UPDATE claim SET satisfied = satisfied - $2, version = version + 1 WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [row.claim_id.into(), row.amount.into()])).await?;
        let facts = serde_json::json!({ "claim": row.claim_id.to_global(), "takenBack": row.amount });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
    }
    Ok(())
}

/// A creditor has taken property of the debtor: its value satisfies his claim (以物抵债).
#[boxed]
pub async fn satisfy_in_kind(
    op: &mut Op<'_>,
    claim: ClaimId,
    amount: Money,
    on: LegalDate,
    document: &str,
    cause: NodeRef,
) -> Result<SatisfactionId, Failure> {
    let found = store::claim(op.tx, claim).await?.ok_or_else(|| Failure::not_found("claim"))?;
    let case = lock_owner(op, found.case_id, "claim").await?;
    let manner = SatisfactionManner::InKind;
    let new = NewSatisfaction { manner, amount, on, document: document.to_owned(), cause: Some(cause), agent: None };
    new.write(op, &case, claim).await
}

/// What a notary's certificate, or the money that came back from him, says of a claim.
pub struct NotarySatisfaction {
    pub amount: Money,
    pub on: LegalDate,
    pub document: String,
    pub cause: NodeRef,
}

/// A deposit with a notary performs the claim (民法典 571), money that comes back raises it again. Where the claim was
/// satisfied otherwise meanwhile only what was still owed counts; where that is nothing, none is answered.
#[boxed]
pub async fn satisfy_by_notary(
    op: &mut Op<'_>,
    case: &case::Model,
    claim: ClaimId,
    manner: SatisfactionManner,
    said: NotarySatisfaction,
) -> Result<Option<SatisfactionId>, Failure> {
    let found = store::claim(op.tx, claim).await?.ok_or_else(|| Failure::internal("a deposit for no claim"))?;
    let most = match manner {
        SatisfactionManner::NotaryReturn => found.satisfied,
        _ => found.amounts().outstanding()?,
    };
    let amount = said.amount.min(most);
    if amount.is_zero() {
        return Ok(None);
    }
    let (document, cause) = (said.document, Some(said.cause));
    let new = NewSatisfaction { manner, amount, on: said.on, document, cause, agent: None };
    new.write(op, case, claim).await.map(Some)
}

struct NewSatisfaction {
    manner: SatisfactionManner,
    amount: Money,
    on: LegalDate,
    document: String,
    cause: Option<NodeRef>,
    agent: Option<AgentPaperId>,
}
impl NewSatisfaction {
    #[boxed]
    async fn write(self, op: &mut Op<'_>, case: &case::Model, claim: ClaimId) -> Result<SatisfactionId, Failure> {
        let locked = claim::Entity::find_by_id(claim).lock_exclusive().first(op.tx).await?;
        let locked = locked.ok_or_else(|| Failure::not_found("claim"))?;
        let after = match self.manner {
            SatisfactionManner::NotaryReturn => locked.amounts().owe_again(self.amount)?,
            _ => locked.amounts().satisfy(self.amount)?,
        };
        let change = "UPDATE claim SET satisfied = $2, version = version + 1 WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [claim.into(), after.satisfied.into()])).await?;
        let id = SatisfactionId::new(op.now);
        satisfaction::Entity::insert(self.row(op, id, case, claim)).execute(op.tx).await?;
        touch(op, case).await?;
        op.audit(id, Some(case.court_id), Some(case.id), self.facts(claim, after.outstanding()?)).await?;
        Ok(id)
    }
    fn row(&self, op: &Op<'_>, id: SatisfactionId, case: &case::Model, claim: ClaimId) -> satisfaction::ActiveModel {
        satisfaction::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            claim_id: Set(claim),
            manner: Set(self.manner),
            amount: Set(self.amount),
            satisfied_on: Set(self.on),
            document: Set(self.document.clone()),
            cause_kind: Set(self.cause.map(|cause| cause.kind.as_str().to_owned())),
            cause_id: Set(self.cause.map(|cause| cause.id)),
            recorded_at: Set(op.now),
            agent_paper_id: Set(self.agent),
        }
    }
    fn facts(&self, claim: ClaimId, outstanding: Money) -> serde_json::Value {
        serde_json::json!({ "claim": claim.to_global(), "manner": self.manner, "amount": self.amount,
            "outstanding": outstanding, "document": self.document,
            "agentPaper": self.agent.map(AgentPaperId::to_global) })
    }
}

/// Notes an execution fee that could not be taken yet, so that it is collected later (登记欠缴执行费).
#[derive(InputObject, Serialize)]
pub struct RecordFeeArrearsInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// When the fee was to be taken (收取顺序).
    pub fee_order: FeeOrder,
    /// Fee that is owed (欠缴金额).
    pub amount: Money,
    /// Recovered for this title so far: the base of the fee (已执行到位金额).
    pub executed: Money,
    /// What it rests on: number or title of the document (依据).
    pub document: String,
}
impl UseCase for RecordFeeArrearsInput {
    type Done = FeeArrearsId;
    const ACT: Act = Act::RecordFeeArrears;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<FeeArrearsId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        require_living(case.status)?;
        if !self.amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount").into());
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let id = FeeArrearsId::new(op.now);
        let row = fee_arrears::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            status: Set(FeeArrearsStatus::Open),
            fee_order: Set(self.fee_order),
            amount: Set(self.amount),
            executed: Set(self.executed),
            document: Set(document.clone()),
            settled_document: Set(None),
            recorded_at: Set(op.now),
        };
        fee_arrears::Entity::insert(row).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "amount": self.amount, "executed": self.executed, "feeOrder": self.fee_order,
            "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// A finalised plan says anew what is owed of the fee by now: its note takes the place of the open ones.
#[boxed]
pub async fn note_fee_arrears(op: &Op<'_>, case: &case::Model, fee: NewFeeArrears) -> Result<(), Failure> {
    let change =
        "UPDATE fee_arrears SET status = 'SETTLED', settled_document = $2 WHERE case_id = $1 AND status = 'OPEN'";
    op.tx.execute_raw(sql(op.tx, change, [case.id.into(), fee.document.clone().into()])).await?;
    if fee.amount.is_zero() {
        return Ok(());
    }
    let row = fee_arrears::ActiveModel {
        id: Set(FeeArrearsId::new(op.now)),
        court_id: Set(case.court_id),
        case_id: Set(case.id),
        status: Set(FeeArrearsStatus::Open),
        fee_order: Set(fee.fee_order),
        amount: Set(fee.amount),
        executed: Set(fee.executed),
        document: Set(fee.document),
        settled_document: Set(None),
        recorded_at: Set(op.now),
    };
    fee_arrears::Entity::insert(row).execute(op.tx).await?;
    Ok(())
}
/// What a plan left of the fee.
pub struct NewFeeArrears {
    pub fee_order: FeeOrder,
    pub amount: Money,
    /// Recovered for the title, this plan included.
    pub executed: Money,
    pub document: String,
}

/// Closes a fee note: the fee was paid to the treasury, or waived (结清欠缴执行费).
#[derive(InputObject, Serialize)]
pub struct SettleFeeArrearsInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The note (欠缴记录).
    pub fee_arrears: FeeArrearsId,
    /// Treasury receipt or decision: number or title of the document (缴款书或减免决定).
    pub document: String,
}
impl UseCase for SettleFeeArrearsInput {
    type Done = FeeArrearsId;
    const ACT: Act = Act::SettleFeeArrears;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<FeeArrearsId, Failure> {
        let found = fee_arrears::Entity::find_by_id(self.fee_arrears).first(op.tx).await?;
        let found = found.ok_or_else(|| Failure::not_found("feeArrears"))?;
        let case = lock_owner(op, found.case_id, "feeArrears").await?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change =
            "UPDATE fee_arrears SET status = 'SETTLED', settled_document = $2 WHERE id = $1 AND status = 'OPEN'";
        let changed = op.tx.execute_raw(sql(op.tx, change, [found.id.into(), document.clone().into()])).await?;
        if changed.rows_affected() == 0 {
            let status = FeeArrearsStatus::Settled.as_str();
            return Err(Refusal::new(RefusalCode::WrongState).field("feeArrears").arg("status", status).into());
        }
        touch(op, &case).await?;
        let facts = serde_json::json!({ "amount": found.amount, "document": document });
        op.audit(found.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(found.id)
    }
}

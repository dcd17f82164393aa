//! A case is terminated for now, comes back as 执恢, or is closed for good.

use super::{
    check_version, lock_owner,
    opening::{NewCase, decide_filing_day, decide_number},
    touch,
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        CaseStatus, ConclusionManner, MeasureStatus, OpenMoneyReason, PayeeStatus, SettlementStatus,
        rules::{
            closing::{self, Predecessor},
            settlement,
            text::{self, SHORT},
        },
        store::{self, case, case_transfer, claim, party, payee, settlement_table},
    },
    kernel::{
        clock::Date,
        db::sql,
        error::Failure,
        ids::{CaseId, ClaimId, CourtId, PartyId, PayeeId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use serde::Serialize;
use std::collections::HashMap;

/// Terminates a case for now, because nothing is left to enforce on (终结本次执行程序).
#[derive(InputObject, Serialize)]
pub struct TerminateCaseForNowInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// `Case.version` as you read it (版本).
    pub expected_version: Option<i64>,
    /// The ruling: number or title of the document (终本裁定书).
    pub document: String,
    /// A listed reason for each kind of money that is still open (案款未结清的列明事由).
    #[graphql(default)]
    pub reasons: Vec<OpenMoneyReason>,
}
impl UseCase for TerminateCaseForNowInput {
    type Done = CaseId;
    const ACT: Act = Act::TerminateCaseForNow;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        check_version(&case, self.expected_version)?;
        let open = store::open_money(op.tx, &case).await?;
        closing::decide_termination(case.status, &open, &self.reasons)?;
        let document = text::checked("document", &self.document, SHORT)?;
        let end = End { status: CaseStatus::TerminatedForNow, manner: None, document, reasons: &self.reasons };
        end.write(op, &case).await?;
        Ok(case.id)
    }
}

/// Closes a case for good (结案).
#[derive(InputObject, Serialize)]
pub struct ConcludeCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// `Case.version` as you read it (版本).
    pub expected_version: Option<i64>,
    /// How it ends (结案方式).
    pub manner: ConclusionManner,
    /// The ruling or notice: number or title of the document (结案文书).
    pub document: String,
    /// A listed reason for each kind of money that is still open (案款未结清的列明事由).
    #[graphql(default)]
    pub reasons: Vec<OpenMoneyReason>,
}
impl UseCase for ConcludeCaseInput {
    type Done = CaseId;
    const ACT: Act = Act::ConcludeCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        check_version(&case, self.expected_version)?;
        let open = store::open_money(op.tx, &case).await?;
        let outstanding = store::owed_beside_settlements(op.tx, case.id).await?;
        closing::decide_conclusion(case.status, self.manner, outstanding, &open, &self.reasons)?;
        if store::settlement_in_force(op.tx, case.id).await?.is_some() {
            settlement::decide_closing(self.manner)?;
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let end = End { status: CaseStatus::Concluded, manner: Some(self.manner), document, reasons: &self.reasons };
        end.write(op, &case).await?;
        Ok(case.id)
    }
}

/// How a case ends, as it is written.
struct End<'a> {
    status: CaseStatus,
    manner: Option<ConclusionManner>,
    document: String,
    reasons: &'a [OpenMoneyReason],
}
impl End<'_> {
    async fn write(self, op: &mut Op<'_>, case: &case::Model) -> Result<(), Failure> {
        let reasons = self.reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(",");
        // a case that was terminated for now keeps the day of that until it ends for good
        let change =
            "UPDATE enforcement_case SET status = $2, manner = $3, closing_document = $4, closing_reasons = $5,
                      closed_on = $6 WHERE id = $1";
        let values = [
            case.id.into(),
            self.status.as_str().into(),
            self.manner.map(ConclusionManner::as_str).into(),
            self.document.clone().into(),
            reasons.into(),
            op.now.legal_date().into(),
        ];
        op.tx.execute_raw(sql(op.tx, change, values)).await?;
        touch(op, case).await?;
        if case.status == CaseStatus::Suspended {
            end_standstill(op, case, &self.document).await?;
        }
        let facts = serde_json::json!({ "from": case.status, "to": self.status, "manner": self.manner,
            "document": self.document, "reasons": self.reasons });
        op.audit(case.id, Some(case.court_id), Some(case.id), facts).await
    }
}

/// A case that stood still ends or goes away, and with it what kept it still. A settlement that was being performed
/// goes on between its parties (民诉解释 464).
#[boxed]
async fn end_standstill(op: &mut Op<'_>, case: &case::Model, document: &str) -> Result<(), Failure> {
    let today = op.now.legal_date();
    let change = "UPDATE case_suspension SET ended_on = $2, end_document = $3 WHERE case_id = $1 AND ended_on IS NULL";
    op.tx.execute_raw(sql(op.tx, change, [case.id.into(), today.into(), document.into()])).await?;
    let Some(row) = store::settlement_in_force(op.tx, case.id).await? else { return Ok(()) };
    let paid = store::paid_on(op.tx, &row).await?;
    let change = settlement_table::ActiveModel {
        id: Set(row.id),
        status: Set(SettlementStatus::CaseClosed),
        ended_on: Set(Some(today)),
        ended_at: Set(Some(op.now)),
        end_document: Set(Some(document.to_owned())),
        paid: Set(Some(paid)),
        ..Default::default()
    };
    settlement_table::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "status": SettlementStatus::CaseClosed, "paid": paid, "total": row.total,
        "document": document });
    op.audit(row.id, Some(case.court_id), Some(case.id), facts).await
}

/// The case goes to another court, its money by a payment of the caller's. Where that court works with this system its
/// own case takes the freezes over ([`super::TakeOverCaseInput`]); until then they stay this court's to renew.
#[boxed]
pub async fn hand_over(
    op: &mut Op<'_>,
    case: &case::Model,
    to: Option<CourtId>,
    document: &str,
) -> Result<(), Failure> {
    if let Some(to) = to {
        let row = case_transfer::ActiveModel {
            case_id: Set(case.id),
            court_id: Set(case.court_id),
            to_court_id: Set(to),
            taken_by: Set(None),
            taken_at: Set(None),
            document: Set(None),
            recorded_at: Set(op.now),
        };
        case_transfer::Entity::insert(row).execute(op.tx).await?;
    }
    let document = document.to_owned();
    End { status: CaseStatus::Transferred, manner: None, document, reasons: &[] }.write(op, case).await
}

/// Resumes a case that was terminated for now: opens its 执恢 case with an account number of its own and carries over
/// parties, payee accounts, what is left of the claims, measures in force and open fee notes (恢复执行).
#[derive(InputObject, Serialize)]
pub struct ResumeCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case that was terminated for now (原案件).
    pub case: CaseId,
    /// Number of the new case, of type 执恢 (新案号).
    pub case_number: String,
    /// Day of filing of the new case (立案日期).
    pub filed_on: Date,
    /// What it rests on, e.g. the clue to property: number or title of the document (恢复执行依据).
    pub document: String,
}
impl UseCase for ResumeCaseInput {
    type Done = CaseId;
    const ACT: Act = Act::ResumeCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let old = lock_owner(op, self.case, "case").await?;
        let (number, kind, court) = decide_number(op.tx, op.scope(), &self.case_number).await?;
        if court.id != old.court_id {
            let refusal = Refusal::new(RefusalCode::CaseNumberInvalid).law(&reference::CASE_NUMBER_2);
            return Err(refusal.field("caseNumber").into());
        }
        let successors = store::successors(op.tx, old.id).await?;
        let predecessor = Predecessor {
            kind: old.kind,
            status: old.status,
            closed_on: old.closed_on,
            // one that stands still goes on
            has_open_successor: successors
                .iter()
                .any(|case| matches!(case.status, CaseStatus::Open | CaseStatus::Suspended)),
        };
        closing::decide_resumption(&predecessor, kind, self.filed_on.0)?;
        decide_filing_day(self.filed_on.0, op.now.legal_date())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let claims = remaining_claims(op, &successors, &old).await?;
        let target = Money::sum(claims.iter().map(|c| c.amounts().total()).collect::<Result<Vec<_>, _>>()?)?;
        if !target.is_positive() {
            // nothing is owed: there is nothing to resume for
            return Err(Refusal::new(RefusalCode::WrongState)
                .law(&reference::CIVIL_PROCEDURE_RULES_517)
                .field("case")
                .into());
        }
        let opened = NewCase {
            number: &number,
            kind,
            court: &court,
            filed_on: self.filed_on.0,
            livelihood_kind: old.livelihood_kind,
            target,
            legacy_number: old.legacy_number.clone(),
            basis_number: old.basis_number.clone(),
            predecessor: Some(old.id),
        };
        let new = opened.insert(op).await?;
        carry_over(op, &old, &new, claims).await?;
        touch(op, &old).await?;
        let facts = serde_json::json!({ "predecessor": old.id.to_global(), "caseNumber": new.case_number,
            "targetAmount": target, "document": document });
        op.audit(new.id, Some(new.court_id), Some(new.id), facts).await?;
        op.publish(super::TOPIC, new.id, new.version);
        Ok(new.id)
    }
}

/// What is left of the predecessor's claims, each as it will stand in the new case. A predecessor that was resumed before
/// counts as satisfied what its earlier resumption brought in. Claims whose settlement was performed, there or here, are
/// not owed any more (执行和解规定 8).
#[boxed]
async fn remaining_claims(
    op: &Op<'_>,
    successors: &[case::Model],
    old: &case::Model,
) -> Result<Vec<claim::Model>, Failure> {
    let mut later = HashMap::new();
    let mut settled = store::performed_claims(op.tx, old.id).await?;
    for successor in successors {
        let performed = store::performed_claims(op.tx, successor.id).await?;
        for claim in store::claims_of(op.tx, successor.id).await? {
            if let Some(from) = claim.carried_from {
                if performed.contains(&claim.id) {
                    settled.insert(from);
                }
                let sum: &mut Money = later.entry(from).or_default();
                *sum = sum.plus(claim.satisfied)?;
            }
        }
    }
    let mut remaining = Vec::new();
    for mut claim in store::claims_of(op.tx, old.id).await? {
        if settled.contains(&claim.id) {
            continue;
        }
        claim.satisfied = claim.satisfied.plus(later.get(&claim.id).copied().unwrap_or_default())?;
        let left = claim.amounts().carried()?;
        if !left.total()?.is_positive() {
            continue;
        }
        claim.carried_from = Some(claim.id);
        claim.id = ClaimId::new(op.now);
        claim.principal = left.principal;
        claim.ordinary_interest = left.ordinary_interest;
        claim.costs = left.costs;
        claim.satisfied = Money::ZERO;
        claim.version = 1;
        claim.recorded_at = op.now;
        remaining.push(claim);
    }
    Ok(remaining)
}

#[boxed]
async fn carry_over(
    op: &Op<'_>,
    old: &case::Model,
    new: &case::Model,
    claims: Vec<claim::Model>,
) -> Result<(), Failure> {
    let mut parties = HashMap::new();
    for row in store::parties_of(op.tx, old.id).await? {
        let from = row.id;
        let to = copy_party(op, new, row).await?;
        // an order in force stays one order, and is lifted in the case that goes on
        let restricts =
            "UPDATE consumption_restriction SET case_id = $2, party_id = $3 WHERE party_id = $1 AND lifted_on IS NULL";
        op.tx.execute_raw(sql(op.tx, restricts, [from.into(), new.id.into(), to.into()])).await?;
        parties.insert(from, to);
    }
    for payee in store::payees_of(op.tx, old.id).await? {
        // an agent is authorised case by case: his account stays behind
        let own = payee.agent_paper_id.is_none();
        if let (PayeeStatus::Current, true, Some(party)) = (payee.status, own, parties.get(&payee.party_id)) {
            copy_payee(op, new, *party, payee).await?;
        }
    }
    for mut claim in claims {
        claim.case_id = new.id;
        claim.creditor_id = *parties.get(&claim.creditor_id).ok_or_else(|| Failure::internal("a claim of no party"))?;
        claim::Entity::insert(claim::ActiveModel::from(claim)).execute(op.tx).await?;
    }
    for measure in store::measures_of(op.tx, old.id).await? {
        if measure.status == MeasureStatus::Active {
            let party = measure.party_id.and_then(|party| parties.get(&party).copied());
            let change = "UPDATE preservation_measure SET case_id = $2, party_id = $3 WHERE id = $1";
            op.tx.execute_raw(sql(op.tx, change, [measure.id.into(), new.id.into(), party.into()])).await?;
        }
    }
    let fees = "UPDATE fee_arrears SET case_id = $2 WHERE case_id = $1 AND status = 'OPEN'";
    op.tx.execute_raw(sql(op.tx, fees, [old.id.into(), new.id.into()])).await?;
    Ok(())
}

/// Sealed values open only in their own row: they are sealed anew for the copy.
#[boxed]
async fn copy_party(op: &Op<'_>, new: &case::Model, row: party::Model) -> Result<PartyId, Failure> {
    let (from, id) = (row.id, PartyId::new(op.now));
    let vault = &op.services.vault;
    let reseal = |sealed: &Option<_>, place: fn(PartyId) -> crate::kernel::secret::Place| match sealed {
        Some(sealed) => {
            let plain = vault.open(place(from), sealed)?;
            vault.seal(place(id), plain.expose()).map(Some)
        }
        None => Ok(None),
    };
    let identity_sealed = reseal(&row.identity_sealed, party::identity_place)?;
    let mobile_sealed = reseal(&row.mobile_sealed, party::mobile_place)?;
    let copy = party::Model { id, case_id: new.id, identity_sealed, mobile_sealed, recorded_at: op.now, ..row };
    party::Entity::insert(party::ActiveModel::from(copy)).execute(op.tx).await?;
    Ok(id)
}

#[boxed]
async fn copy_payee(op: &Op<'_>, new: &case::Model, party: PartyId, row: payee::Model) -> Result<(), Failure> {
    let id = PayeeId::new(op.now);
    let vault = &op.services.vault;
    let number = vault.open(payee::account_place(row.id), &row.account_sealed)?;
    let mut copy = payee::ActiveModel::from(row);
    copy.id = Set(id);
    copy.case_id = Set(new.id);
    copy.party_id = Set(party);
    copy.account_sealed = Set(vault.seal(payee::account_place(id), number.expose())?);
    payee::Entity::insert(copy).execute(op.tx).await?;
    Ok(())
}

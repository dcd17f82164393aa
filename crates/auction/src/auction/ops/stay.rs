//! The docket of objections and the test for a surplus: what keeps a sale and its money from going on (民诉法 236, 238;
//! 网拍规定 36; 拍变规定 6).

use super::{publish_version, require};
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::aftermath::{ObjectionKind, ObjectionOutcome};
use crate::auction::rules::in_kind::place;
use crate::auction::rules::stay::{self, Surplus, check_insistence, check_surplus, decision_rule};
use crate::auction::store::stay::lot_objection::objector_place;
use crate::auction::store::{chain, lot, lot_objection, surplus_assessment};
use crate::auction::{LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store as cases;
use crate::cases::{CaseStatus, PartyRole};
use crate::funds::ops::{TermRule, TermStart, TermTable};
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::ids::{CaseId, LotId, NodeKind, ObjectionId, SurplusAssessmentId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Enters an objection to a sale (提出执行异议). A third party's claim to the property stops sale and money at once; any
/// other does when the court says so.
#[derive(InputObject, Serialize)]
pub struct FileLotObjectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// What the objection is about (异议类型).
    pub kind: ObjectionKind,
    /// Who objects; kept encrypted (异议人).
    pub objector: String,
    /// The grounds (异议理由).
    pub grounds: String,
    /// Day of the filing, not in the future (提出日期).
    pub filed_on: Date,
    /// Sale and money stand still until the decision; always so for a third party's objection (停止拍卖).
    #[graphql(default)]
    pub stays: bool,
}

impl UseCase for FileLotObjectionInput {
    type Done = LotId;
    const ACT: Act = Act::FileLotObjection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        if self.filed_on.0 > op.now.legal_date() {
            let future = Refusal::new(RefusalCode::DateInvalid).law(&reference::CIVIL_PROCEDURE_236);
            return Err(future.field("filedOn").into());
        }
        let id = ObjectionId::new(op.now);
        let objector = text::checked("objector", &self.objector, SHORT)?;
        let calendar = op.services.calendar();
        let term = decision_rule(self.kind).deadline_from_day(&calendar, self.filed_on.0);
        let new = lot_objection::Model {
            id,
            court_id: row.court_id,
            lot_id: row.id,
            kind: self.kind,
            objector_sealed: op.services.vault.seal(objector_place(id), &objector)?,
            grounds: text::checked("grounds", &self.grounds, LONG)?,
            filed_on: self.filed_on.0,
            due_on: term.due_on,
            calendar: calendar.edition().to_owned(),
            stays: self.stays || self.kind == ObjectionKind::ThirdParty,
            outcome: None,
            ruling_number: None,
            decided_on: None,
            served_on: None,
            recorded_at: op.now,
        };
        let (court, case, lot_id, stays) = (row.court_id, row.case_id, row.id, new.stays);
        let stopped = stays && stop(op, row).await?;
        let facts = serde_json::json!({ "objection": id, "kind": self.kind, "filedOn": self.filed_on.0,
            "dueOn": term.due_on, "stays": stays, "stopped": stopped });
        lot_objection::Entity::insert(lot_objection::ActiveModel::from(new)).execute(op.tx).await?;
        op.audit(lot_id, Some(court), Some(case), facts).await?;
        Ok(lot_id)
    }
}

/// Suspends the lot when its bidding runs or is announced. True when it did.
#[boxed]
async fn stop(op: &mut Op<'_>, mut row: lot::Model) -> Result<bool, Failure> {
    let running = matches!(row.status, LotStatus::Announced | LotStatus::Open);
    if !running || row.effective_end_at.is_some_and(|end| op.now >= end) {
        return Ok(false);
    }
    row.suspended_from = Some(row.status);
    row.suspended_at = Some(op.now);
    row.suspension_reason = Some("执行异议审查期间停止拍卖".to_owned());
    row.status = LotStatus::Suspended;
    publish_version(op, row, LotEventKind::Suspended).await?;
    Ok(true)
}

/// Ends an objection (异议审查裁定). The lot itself goes on by `resumeLot`, a sale is set aside by `setAsideSale`.
#[derive(InputObject, Serialize)]
pub struct DecideLotObjectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The objection, still open (异议).
    pub objection: ObjectionId,
    /// How it ended (异议结果).
    pub outcome: ObjectionOutcome,
    /// Number of the ruling, or of the withdrawal (裁定文号).
    pub ruling_number: String,
    /// Names of the members of a panel of its own: an odd number, at least three (另行组成的合议庭).
    pub members: Vec<String>,
    /// Day of the decision: not before the filing, not in the future (裁定日期).
    pub decided_on: Date,
    /// Day of service on the objector; 15 days for a suit run from it (送达日期).
    pub served_on: Option<Date>,
}

impl UseCase for DecideLotObjectionInput {
    type Done = LotId;
    const ACT: Act = Act::DecideLotObjection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot_objection::lock(op.tx, self.objection).await?;
        if !op.scope().allows_court(row.court_id) {
            return Err(Failure::not_found("objection"));
        }
        let refuse = |code, field| Failure::from(Refusal::new(code).law(&reference::CIVIL_PROCEDURE_236).field(field));
        if row.outcome.is_some() {
            return Err(refuse(RefusalCode::WrongState, "objection"));
        }
        let names =
            self.members.iter().map(|name| text::checked("members", name, 50)).collect::<Result<Vec<_>, _>>()?;
        if self.outcome != ObjectionOutcome::Withdrawn {
            crate::auction::rules::disclosure::check_panel(&names)?;
        }
        let (decided, today) = (self.decided_on.0, op.now.legal_date());
        if decided < row.filed_on || decided > today {
            return Err(refuse(RefusalCode::DateInvalid, "decidedOn"));
        }
        let served_on: Option<LegalDate> = self.served_on.as_ref().map(|day| day.0);
        if served_on.is_some_and(|day| day < decided || day > today) {
            return Err(refuse(RefusalCode::DateInvalid, "servedOn"));
        }
        row.outcome = Some(self.outcome);
        row.ruling_number = Some(text::checked("rulingNumber", &self.ruling_number, SHORT)?);
        row.decided_on = Some(decided);
        row.served_on = served_on;
        let facts = serde_json::json!({ "objection": row.id, "outcome": self.outcome, "rulingNumber": row.ruling_number,
            "members": names, "decidedOn": decided, "servedOn": served_on, "late": decided > row.due_on });
        let (lot_id, court) = (row.lot_id, row.court_id);
        lot_objection::save(op.tx, row).await?;
        op.audit(lot_id, Some(court), None, facts).await?;
        Ok(lot_id)
    }
}

/// Refuses to go on while an objection to any round of the chain stands in the way.
#[boxed]
pub(super) async fn check_stay(op: &Op<'_>, lot: LotId) -> Result<(), Failure> {
    let rounds = chain::rounds_of(op.tx, lot).await?;
    let docket = lot_objection::of_lots(op.tx, rounds.iter().map(|round| round.lot.id).collect()).await?;
    let objections: Vec<_> = docket.iter().map(lot_objection::Model::state).collect();
    stay::check(&op.services.calendar(), &objections, op.now)?;
    Ok(())
}

/// Refuses to go on with a sale unless its case is open and none of its debtors is bankrupt: from the acceptance on the
/// property is the estate's (企业破产法 19). A price whose ruling was served before stays the creditors'.
#[boxed]
pub(super) async fn check_enforcement(op: &Op<'_>, case: CaseId) -> Result<(), Failure> {
    let found = cases::find_case(op.tx, &Scope::Everything, case).await?;
    let found = found.ok_or_else(|| Failure::internal("a lot without its case"))?;
    if found.status != CaseStatus::Open {
        let refusal = Refusal::new(RefusalCode::CaseNotOpen).law(&reference::CIVIL_PROCEDURE_267).field("lot");
        return Err(refusal.arg("status", found.status.as_str()).into());
    }
    if !cases::bankrupt_parties(op.tx, case).await?.is_empty() {
        return Err(Refusal::new(RefusalCode::DebtorBankrupt).law(&reference::BANKRUPTCY_19).field("lot").into());
    }
    Ok(())
}

/// Records what comes before the applicant, and what he said when nothing would be left for him (无益拍卖审查).
#[derive(InputObject, Serialize)]
pub struct AssessSurplusInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, not yet published (标的物).
    pub lot: LotId,
    /// Costs of the enforcement, zero or above (强制执行费用).
    pub costs: Money,
    /// The court's record (审查笔录编号).
    pub document_number: String,
    /// Day on which the applicant was told that nothing would be left, not in the future (通知申请执行人日期).
    pub informed_on: Option<Date>,
    /// Day on which he asked to go on: within 5 days (申请继续拍卖日期).
    pub insisted_on: Option<Date>,
}

impl UseCase for AssessSurplusInput {
    type Done = LotId;
    const ACT: Act = Act::AssessSurplus;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Draft, LotStatus::Ready], &reference::SALE_6)?;
        if self.costs.is_negative() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::SALE_6).field("costs").into());
        }
        let (informed_on, insisted_on) =
            (self.informed_on.as_ref().map(|day| day.0), self.insisted_on.as_ref().map(|day| day.0));
        check_insistence(&op.services.calendar(), informed_on, insisted_on, op.now.legal_date())?;
        let new = surplus_assessment::Model {
            id: SurplusAssessmentId::new(op.now),
            court_id: row.court_id,
            lot_id: row.id,
            senior_claims: senior_claims(op, &row).await?,
            costs: self.costs,
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            informed_on,
            insisted_on,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "seniorClaims": new.senior_claims, "costs": new.costs,
            "informedOn": informed_on, "insistedOn": insisted_on, "documentNumber": new.document_number });
        surplus_assessment::Entity::insert(surplus_assessment::ActiveModel::from(new)).execute(op.tx).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// What is owed in the case to creditors who come before every applicant.
#[boxed]
async fn senior_claims(op: &Op<'_>, row: &lot::Model) -> Result<Money, Failure> {
    let parties = cases::parties_of(op.tx, row.case_id).await?;
    let applicants: Vec<_> = parties.iter().filter(|p| p.role == PartyRole::Applicant).map(|p| p.id).collect();
    let claims = cases::claims_of(op.tx, row.case_id).await?;
    let own = claims.iter().filter(|claim| applicants.contains(&claim.creditor_id));
    let Some(best) = own.map(|claim| place(claim.rank, claim.rank_order)).min() else { return Ok(Money::ZERO) };
    let others = claims.iter().filter(|claim| !applicants.contains(&claim.creditor_id));
    let senior = others.filter(|claim| place(claim.rank, claim.rank_order).is_senior_to(best));
    let owed = senior.map(|claim| claim.amounts().outstanding()).collect::<Result<Vec<_>, _>>()?;
    Ok(Money::sum(owed)?)
}

/// Does the reserve price leave anything for the applicant? (拍变规定 6)
#[boxed]
pub(super) async fn check_worth(op: &Op<'_>, row: &lot::Model, reserve: Money) -> Result<(), Failure> {
    let assessed = surplus_assessment::latest(op.tx, row.id).await?;
    let surplus = Surplus {
        senior_claims: senior_claims(op, row).await?,
        costs: assessed.as_ref().map_or(Money::ZERO, |assessed| assessed.costs),
        informed: assessed.as_ref().is_some_and(|assessed| assessed.informed_on.is_some()),
        insisted: assessed.as_ref().is_some_and(|assessed| assessed.insisted_on.is_some()),
    };
    check_surplus(reserve, &surplus)?;
    Ok(())
}

/// The terms in which objections to a sale are decided (执行异议审查期限).
pub static DECISION_TERMS: TermTable = TermTable {
    name: "lot_objection",
    key: ("id", NodeKind::Objection),
    about: ("lot_id", NodeKind::Lot),
    rule: TermRule::Stored("kind", |kind| {
        ObjectionKind::ALL.iter().find(|known| known.as_str() == kind).map(|kind| decision_rule(*kind))
    }),
    start: TermStart::Day("filed_on"),
    due: "due_on",
    running: "outcome IS NULL",
    ends_with_its_day: false,
    explained: false,
    never_back: false,
};

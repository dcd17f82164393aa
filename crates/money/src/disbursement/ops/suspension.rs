//! Suspension of a case by a ruling (中止执行): orders stop, the terms of payment pause, and when the ground has gone ten
//! days to pay begin (法发〔2017〕6号 第10条 第4项, 民诉法 第267条).

use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        self, AgentAct, CaseStatus, PartyRole,
        rules::text::{self, SHORT},
        store::{case, party},
    },
    disbursement::{SuspensionGround, rules::deferral as rules, store, tables::suspension},
    funds,
    kernel::{
        clock::{Date, LegalDate},
        error::Failure,
        ids::{AgentPaperId, CaseId, SuspensionId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeSet;

/// Suspends a case by a ruling (中止执行).
#[derive(InputObject, Serialize)]
pub struct SuspendCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The open case; one that is settled takes one further ground (案件).
    pub case: CaseId,
    /// The ground of the law (中止事由).
    pub ground: SuspensionGround,
    /// The ruling: number or title of the document (中止执行裁定书).
    pub document: String,
    /// With APPLICANT_AGREES, when an agent agreed for the applicant: his papers must name SETTLE today (代理手续).
    pub agent_paper: Option<AgentPaperId>,
}
impl UseCase for SuspendCaseInput {
    type Done = SuspensionId;
    const ACT: Act = Act::SuspendCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SuspensionId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        // one further ground may come to a case that is settled: then nothing is paid either
        if !cases::store::is_settled(op.tx, case.id).await? {
            cases::rules::closing::require_open(case.status)
                .map_err(|refusal| refusal.field("case").law(&reference::CIVIL_PROCEDURE_267))?;
        }
        if self.ground == SuspensionGround::Settlement {
            // a settlement brings its instalments: it is recorded as one
            return Err(Refusal::new(RefusalCode::WrongState).field("ground").law(&reference::SETTLEMENT_2).into());
        }
        let document = text::checked("document", &self.document, SHORT)?;
        self.decide_agent(op, &case).await?;
        let id = stand_still(op, &case, (self.ground, document.as_str()), self.agent_paper).await?;
        change_standing(op, &case, CaseStatus::Suspended).await?;
        funds::ops::pause_terms(op, case.id).await?;
        let facts = serde_json::json!({ "ground": self.ground, "document": document,
            "agentPaper": self.agent_paper.map(AgentPaperId::to_global) });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}
impl SuspendCaseInput {
    /// Only an applicant's agent agrees to postpone, and nobody's agent brings another ground about.
    #[boxed]
    async fn decide_agent(&self, op: &Op<'_>, case: &case::Model) -> Result<(), Failure> {
        let Some(id) = self.agent_paper else { return Ok(()) };
        let gone = || Failure::not_found("agentPaper");
        if self.ground != SuspensionGround::ApplicantAgrees {
            let refusal = Refusal::new(RefusalCode::WrongState).field("agentPaper");
            return Err(refusal.law(&reference::CIVIL_PROCEDURE_267).into());
        }
        let paper = cases::store::agent_paper(op.tx, id).await?.filter(|paper| paper.case_id == case.id);
        let party = cases::store::party(op.tx, paper.ok_or_else(gone)?.party_id).await?;
        let creditor = |party: &party::Model| matches!(party.role, PartyRole::Applicant | PartyRole::JoiningCreditor);
        let party = party.filter(creditor).ok_or_else(gone)?;
        let today = op.now.legal_date();
        cases::store::authorised_agent(op.tx, (id, party.id), AgentAct::Settle, today).await.map(|_| ())
    }
}

/// Writes that a locked case stands still from today, on a ground that is not there yet.
#[boxed]
pub(super) async fn stand_still(
    op: &mut Op<'_>,
    case: &case::Model,
    (ground, document): (SuspensionGround, &str),
    agent_paper: Option<AgentPaperId>,
) -> Result<SuspensionId, Failure> {
    let id = SuspensionId::new(op.now);
    let row = suspension::ActiveModel {
        id: Set(id),
        court_id: Set(case.court_id),
        case_id: Set(case.id),
        ground: Set(ground),
        document: Set(document.to_owned()),
        suspended_on: Set(op.now.legal_date()),
        ended_on: Set(None),
        end_document: Set(None),
        recorded_at: Set(op.now),
        agent_paper_id: Set(agent_paper),
    };
    suspension::Entity::insert(row).execute(op.tx).await?;
    Ok(id)
}
/// Changes the state of a locked case if it is another one.
#[boxed]
pub(super) async fn change_standing(op: &mut Op<'_>, case: &case::Model, status: CaseStatus) -> Result<(), Failure> {
    if case.status == status {
        return Ok(());
    }
    cases::ops::change_status(op, case, status).await
}

/// Writes that a ground on which a locked case stands still went on `gone_on`; the case goes on when none is left. The
/// state of the case from then on.
#[boxed]
pub(super) async fn end_suspension(
    op: &mut Op<'_>,
    case: &case::Model,
    id: SuspensionId,
    (gone_on, document): (LegalDate, &str),
) -> Result<CaseStatus, Failure> {
    let change = suspension::ActiveModel {
        id: Set(id),
        ended_on: Set(Some(gone_on)),
        end_document: Set(Some(document.to_owned())),
        ..Default::default()
    };
    suspension::Entity::update(change).execute(op.tx).await?;
    let status = if open_grounds(op, case.id).await?.is_empty() { CaseStatus::Open } else { CaseStatus::Suspended };
    change_standing(op, case, status).await?;
    Ok(status)
}

/// The grounds on which a case stands still: a settlement, another one, or both.
#[boxed]
async fn open_grounds(op: &Op<'_>, case: CaseId) -> Result<Vec<suspension::Model>, Failure> {
    let open = suspension::Entity::find()
        .filter(suspension::Column::CaseId.eq(case))
        .filter(suspension::Column::EndedOn.is_null());
    Ok(open.list(op.tx).await?)
}

/// Goes on with a suspended case: its ground has gone; one that is settled stands still for that (恢复中止的执行).
#[derive(InputObject, Serialize)]
pub struct ResumeSuspendedCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The suspended case (案件).
    pub case: CaseId,
    /// What shows that the ground has gone: number or title of the document (恢复执行通知书).
    pub document: String,
    /// Day on which it went, today when left out: ten days to pay run from it (事由消失日期).
    pub reason_gone_on: Option<Date>,
}
impl UseCase for ResumeSuspendedCaseInput {
    type Done = SuspensionId;
    const ACT: Act = Act::ResumeSuspendedCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SuspensionId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        let grounds = open_grounds(op, case.id).await?;
        // of two the settlement is not the one that goes by a notice
        let open = grounds.iter().find(|open| open.ground != SuspensionGround::Settlement).or(grounds.first());
        let Some(open) = open.filter(|_| case.status == CaseStatus::Suspended) else {
            let refusal = Refusal::new(RefusalCode::WrongState).field("case").arg("status", case.status.as_str());
            return Err(refusal.law(&reference::CIVIL_PROCEDURE_267).into());
        };
        if open.ground == SuspensionGround::Settlement {
            // it ends with the settlement, performed or not
            return Err(Refusal::new(RefusalCode::WrongState).field("case").law(&reference::SETTLEMENT_11).into());
        }
        let today = op.now.legal_date();
        let gone_on = self.reason_gone_on.map_or(today, |day| day.0);
        rules::decide_end(open.suspended_on, gone_on, today)?;
        let document = text::checked("document", &self.document, SHORT)?;
        let status = end_suspension(op, &case, open.id, (gone_on, document.as_str())).await?;
        resume_payment(op, &case, status, gone_on).await?;
        let facts = serde_json::json!({ "document": document, "goneOn": gone_on });
        op.audit(open.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(open.id)
    }
}

/// Lets the terms of payment run again when nothing else keeps the case's money back.
#[boxed]
pub(super) async fn resume_payment(
    op: &Op<'_>,
    case: &case::Model,
    status: CaseStatus,
    gone_on: LegalDate,
) -> Result<(), Failure> {
    let deferred = store::deferral_of(op.tx, case.id).await?.is_some_and(|deferred| deferred.is_whole());
    // a settlement keeps nothing back: what it brings in is paid
    let stands_still = status == CaseStatus::Suspended && !cases::store::is_settled(op.tx, case.id).await?;
    if deferred || stands_still {
        return Ok(());
    }
    funds::ops::resume_terms(op, case.id, gone_on).await?;
    funds::ops::pause_disputed(op, &BTreeSet::from([case.id])).await
}

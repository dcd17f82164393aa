//! Settlements in execution (执行和解): recorded with their instalments, the case standing still while they are
//! performed; then performed, or ended by an application to enforce the title again (民诉法 241, 执行和解规定).
//!
//! What a settlement brings to the case's account is paid out as ever: its terms run on. Nothing is posted here, and
//! what was paid counts without a step of its own, for it stands on the account or has reduced the claims already.

use super::suspension::{change_standing, end_suspension, stand_still};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        self, AgentAct, CaseStatus, SettlementEndGround, SettlementStatus,
        rules::{
            closing::require_open,
            settlement as rules,
            text::{self, SHORT},
        },
        store::{
            case, party, settlement_claim, settlement_instalment, settlement_party, settlement_table as settlement,
        },
    },
    disbursement::SuspensionGround,
    kernel::{
        boxed,
        clock::Date,
        error::Failure,
        ids::{AgentPaperId, CaseId, ClaimId, PartyId, SettlementId},
        money::Money,
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeSet;

/// A party that settles (和解当事人).
#[derive(InputObject, Serialize)]
pub struct SettlementPartyInput {
    /// The party of the case (当事人).
    pub party: PartyId,
    /// An agent settled for him: his papers must name SETTLE on the day of the agreement (代理手续).
    pub agent_paper: Option<AgentPaperId>,
}

/// What is to be paid by a day (分期履行).
#[derive(InputObject, Serialize)]
pub struct SettlementInstalmentInput {
    /// Last day for it, later than that of the instalment before (履行期限).
    pub due_on: Date,
    /// Above zero (金额).
    pub amount: Money,
}

/// Records a settlement of the parties; the case stands still while it is performed (登记执行和解).
#[derive(InputObject, Serialize)]
pub struct RecordSettlementInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The open case (案件).
    pub case: CaseId,
    /// Day of the agreement, not in the future and not before the end of the case's last one: what is paid from it on
    /// counts (协议签订日期).
    pub signed_on: Date,
    /// The agreement or the record of it, signed by all: number or title of the document (和解协议、和解笔录).
    pub document: String,
    /// The ruling that the case stands still: number or title of the document (中止执行裁定书).
    pub ruling: String,
    /// Who settles: a creditor and a respondent at least, each once (和解当事人).
    pub parties: Vec<SettlementPartyInput>,
    /// The claims that are settled, each of a creditor who settles and once; all of those creditors' when left out.
    /// Only what is paid on them performs the settlement (和解债权).
    #[graphql(default)]
    pub claims: Vec<ClaimId>,
    /// 1 to 120, in the order of their days (分期履行计划).
    pub instalments: Vec<SettlementInstalmentInput>,
}
impl UseCase for RecordSettlementInput {
    type Done = SettlementId;
    const ACT: Act = Act::RecordSettlement;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SettlementId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        require_open(case.status).map_err(|refusal| refusal.field("case").law(&reference::SETTLEMENT_2))?;
        let parties = self.parties(op, &case).await?;
        let roles: Vec<_> = parties.iter().map(|party| party.role).collect();
        let parts: Vec<_> = self.instalments.iter().map(|part| (part.due_on.0, part.amount)).collect();
        let (signed_on, today) = (self.signed_on.0, op.now.legal_date());
        let last_end = cases::store::last_settlement_end(op.tx, case.id).await?;
        rules::decide_after(signed_on, last_end.map(|(on, _)| on))?;
        let instalments = rules::decide_settlement(signed_on, today, &roles, &parts)?;
        let total = instalments.last().map_or(Money::ZERO, |last| last.cumulative);
        let claims = self.claims(op, &case, &parties).await?;
        let document = text::checked("document", &self.document, SHORT)?;
        let ruling = text::checked("ruling", &self.ruling, SHORT)?;
        let suspension = stand_still(op, &case, (SuspensionGround::Settlement, ruling.as_str()), None).await?;
        change_standing(op, &case, CaseStatus::Suspended).await?;
        let id = SettlementId::new(op.now);
        let row = settlement::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            suspension_id: Set(suspension),
            status: Set(SettlementStatus::InForce),
            signed_on: Set(signed_on),
            document: Set(document.clone()),
            total: Set(total),
            ground: Set(None),
            asked_by: Set(None),
            ended_on: Set(None),
            end_document: Set(None),
            ended_at: Set(None),
            counted_after: Set(last_end.map(|(_, at)| at)),
            paid: Set(None),
            recorded_at: Set(op.now),
        };
        settlement::Entity::insert(row).execute(op.tx).await?;
        self.write_parts(op, &case, id, (claims.as_slice(), instalments.as_slice())).await?;
        let facts = serde_json::json!({ "total": total, "instalments": instalments.len(), "signedOn": signed_on,
            "claims": claims, "document": document, "ruling": ruling });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}
impl RecordSettlementInput {
    /// Its parties, each of this case and once; an agent's papers name the act on the day of the agreement.
    #[boxed]
    async fn parties(&self, op: &Op<'_>, case: &case::Model) -> Result<Vec<party::Model>, Failure> {
        let distinct: BTreeSet<_> = self.parties.iter().map(|one| one.party).collect();
        if distinct.len() != self.parties.len() {
            let refusal = Refusal::new(RefusalCode::ListInvalid).field("parties").law(&reference::SETTLEMENT_2);
            return Err(refusal.into());
        }
        let known = cases::store::parties_of(op.tx, case.id).await?;
        let mut found = Vec::with_capacity(self.parties.len());
        for one in &self.parties {
            let row = known.iter().find(|row| row.id == one.party).ok_or_else(|| Failure::not_found("parties"))?;
            if let Some(paper) = one.agent_paper {
                let (of, on) = ((paper, row.id), self.signed_on.0);
                let agent = cases::store::authorised_agent(op.tx, of, AgentAct::Settle, on).await;
                agent.map_err(|failure| match failure {
                    Failure::Refused(refusal) => Failure::from((*refusal).law(&reference::SETTLEMENT_4)),
                    problem => problem,
                })?;
            }
            found.push(row.clone());
        }
        Ok(found)
    }
    /// The claims that it is about: those named, or all of the creditors who settle; none that was settled for good.
    #[boxed]
    async fn claims(&self, op: &Op<'_>, case: &case::Model, parties: &[party::Model]) -> Result<Vec<ClaimId>, Failure> {
        let performed = cases::store::performed_claims(op.tx, case.id).await?;
        let known = cases::store::claims_of(op.tx, case.id).await?.into_iter();
        let known: BTreeSet<_> = known
            .filter(|claim| parties.iter().any(|party| party.id == claim.creditor_id) && !performed.contains(&claim.id))
            .map(|claim| claim.id)
            .collect();
        let named: BTreeSet<_> = self.claims.iter().copied().collect();
        if !named.is_subset(&known) {
            return Err(Failure::not_found("claims"));
        }
        let settled = if named.is_empty() { known } else { named.clone() };
        if named.len() != self.claims.len() || settled.is_empty() {
            let refusal = Refusal::new(RefusalCode::ListInvalid).field("claims").law(&reference::SETTLEMENT_8);
            return Err(refusal.into());
        }
        Ok(settled.into_iter().collect())
    }
    #[boxed]
    async fn write_parts(
        &self,
        op: &Op<'_>,
        case: &case::Model,
        id: SettlementId,
        (claims, instalments): (&[ClaimId], &[rules::Instalment]),
    ) -> Result<(), Failure> {
        let settled = claims.iter().map(|claim| settlement_claim::ActiveModel {
            settlement_id: Set(id),
            claim_id: Set(*claim),
            court_id: Set(case.court_id),
        });
        let parties = self.parties.iter().map(|one| settlement_party::ActiveModel {
            settlement_id: Set(id),
            party_id: Set(one.party),
            court_id: Set(case.court_id),
            agent_paper_id: Set(one.agent_paper),
        });
        settlement_party::Entity::insert_many(parties).execute(op.tx).await?;
        settlement_claim::Entity::insert_many(settled).execute(op.tx).await?;
        let lines = (1..).zip(instalments).map(|(line, part)| settlement_instalment::ActiveModel {
            settlement_id: Set(id),
            line: Set(line),
            court_id: Set(case.court_id),
            due_on: Set(part.due_on),
            amount: Set(part.amount),
            cumulative: Set(part.cumulative),
        });
        settlement_instalment::Entity::insert_many(lines).execute(op.tx).await?;
        Ok(())
    }
}

/// Records that a settlement is performed in full: the case goes on to its conclusion (执行和解履行完毕).
#[derive(InputObject, Serialize)]
pub struct RecordSettlementPerformedInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The settlement in force, with every instalment paid (执行和解).
    pub settlement: SettlementId,
    /// What shows it, e.g. the record of the parties: number or title of the document (履行完毕依据).
    pub document: String,
}
impl UseCase for RecordSettlementPerformedInput {
    type Done = SettlementId;
    const ACT: Act = Act::RecordSettlementPerformed;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SettlementId, Failure> {
        let (case, row) = lock(op, self.settlement).await?;
        let instalments = cases::store::instalments_of(op.tx, row.id).await?;
        let paid = cases::store::paid_on(op.tx, &row).await?;
        rules::decide_performance(row.status, &instalments, paid)?;
        let document = text::checked("document", &self.document, SHORT)?;
        let end = End { status: SettlementStatus::Performed, because: None, paid, document };
        end.write(op, &case, &row).await?;
        Ok(row.id)
    }
}

/// Ends a settlement on a creditor's application: the title is enforced again, what was paid counts (恢复执行原生效法律文书).
#[derive(InputObject, Serialize)]
pub struct EndSettlementInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The settlement in force; with FRAUD_OR_DURESS a performed one too, while its case is not closed (执行和解).
    pub settlement: SettlementId,
    /// The creditor who asks; he must have settled (申请人).
    pub party: PartyId,
    /// Why (恢复执行事由).
    pub ground: SettlementEndGround,
    /// His application and the ruling on it; with FRAUD_OR_DURESS the judgment that the agreement is void or set aside:
    /// number or title of the document (恢复执行申请书、裁定书、判决书).
    pub document: String,
}
impl UseCase for EndSettlementInput {
    type Done = SettlementId;
    const ACT: Act = Act::EndSettlement;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SettlementId, Failure> {
        let (case, row) = lock(op, self.settlement).await?;
        let made_it = cases::store::settlement_parties_of(op.tx, row.id).await?;
        let asks = cases::store::party(op.tx, self.party).await?;
        let asks = asks.filter(|asks| made_it.iter().any(|one| one.party_id == asks.id));
        let asks = asks.ok_or_else(|| Failure::not_found("party"))?;
        let instalments = cases::store::instalments_of(op.tx, row.id).await?;
        let paid = cases::store::paid_on(op.tx, &row).await?;
        let (today, calendar) = (op.now.legal_date(), op.services.calendar());
        rules::decide_end(row.status, self.ground, asks.role, &instalments, (paid, today, &*calendar))?;
        let document = text::checked("document", &self.document, SHORT)?;
        let end = End { status: SettlementStatus::Ended, because: Some((self.ground, asks.id)), paid, document };
        end.write(op, &case, &row).await?;
        Ok(row.id)
    }
}

/// How a settlement ends, as it is written.
struct End {
    status: SettlementStatus,
    /// The ground and who asked.
    because: Option<(SettlementEndGround, PartyId)>,
    paid: Money,
    document: String,
}
impl End {
    #[boxed]
    async fn write(self, op: &mut Op<'_>, case: &case::Model, row: &settlement::Model) -> Result<(), Failure> {
        // a settlement in force keeps its case standing still; a case that was closed meanwhile is not opened again
        let in_force = row.status == SettlementStatus::InForce;
        let may = matches!((in_force, case.status), (_, CaseStatus::Suspended) | (false, CaseStatus::Open));
        if !may {
            let refusal = Refusal::new(RefusalCode::CaseNotOpen).law(&reference::SETTLEMENT_11).field("settlement");
            return Err(refusal.arg("status", case.status.as_str()).into());
        }
        let today = op.now.legal_date();
        let change = settlement::ActiveModel {
            id: Set(row.id),
            status: Set(self.status),
            ground: Set(self.because.map(|(ground, _)| ground)),
            asked_by: Set(self.because.map(|(_, party)| party)),
            ended_on: Set(Some(today)),
            end_document: Set(Some(self.document.clone())),
            ended_at: Set(Some(op.now)),
            paid: Set(Some(self.paid)),
            ..Default::default()
        };
        settlement::Entity::update(change).execute(op.tx).await?;
        if in_force {
            end_suspension(op, case, row.suspension_id, (today, self.document.as_str())).await?;
        }
        let facts = serde_json::json!({ "status": self.status, "ground": self.because.map(|(ground, _)| ground),
            "paid": self.paid, "total": row.total, "document": self.document });
        op.audit(row.id, Some(case.court_id), Some(case.id), facts).await
    }
}

/// Locks the case of a settlement, then the settlement.
#[boxed]
async fn lock(op: &Op<'_>, id: SettlementId) -> Result<(case::Model, settlement::Model), Failure> {
    let gone = || Failure::not_found("settlement");
    let seen = cases::store::find_settlement(op.tx, op.scope(), id).await?.ok_or_else(gone)?;
    let case = cases::store::lock_case(op.tx, op.scope(), seen.case_id).await?;
    let row = settlement::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    Ok((case, row.ok_or_else(gone)?))
}

//! Settlements in execution in the graph.

use super::Suspension;
use crate::{
    access::Act,
    cases::{
        SettlementEndGround, SettlementStatus,
        api::{AgentPaper, Case, CaseParty, Claim},
        rules::settlement::{Instalment, next_open},
        store::{self, settlement_party, settlement_table as settlement},
    },
    connection,
    disbursement::ops::{EndSettlementInput, RecordSettlementInput, RecordSettlementPerformedInput},
    funds::rules::lamp::lamp_of,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        loader::warning_days,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, CourtId, NodeKind, NodeRef, SettlementId},
        money::Money,
    },
    law::Lamp,
    payload,
};
use async_graphql::{Context, InputObject, Object};
use tokio::sync::OnceCell;

/// A settlement of the parties, with how it stands: read once, whatever is asked of it.
pub struct Settlement(settlement::Model, OnceCell<State>);
impl From<settlement::Model> for Settlement {
    fn from(row: settlement::Model) -> Settlement {
        Settlement(row, OnceCell::new())
    }
}
/// How a settlement stands.
struct State {
    parts: Vec<Instalment>,
    paid: Money,
    /// The court's warning, for the lamps of one that is in force.
    warning: Option<u32>,
}
impl Settlement {
    pub async fn load(ctx: &Context<'_>, id: &SettlementId) -> Result<Option<Settlement>, Problem> {
        let scope = scope(ctx, Act::ReadSettlements)?;
        Ok(store::find_settlement(&services(ctx)?.db.reader(), &scope, *id).await?.map(Settlement::from))
    }
    async fn state(&self, ctx: &Context<'_>) -> Result<&State, Problem> {
        let reader = services(ctx)?.db.reader();
        let read = || async {
            let parts = store::instalments_of(&reader, self.0.id).await?;
            let paid = store::paid_on(&reader, &self.0).await?;
            let warning = match self.0.status {
                SettlementStatus::InForce => Some(warning_days(ctx, self.0.court_id).await?),
                SettlementStatus::Performed | SettlementStatus::Ended | SettlementStatus::CaseClosed => None,
            };
            Ok::<_, Problem>(State { parts, paid, warning })
        };
        self.1.get_or_try_init(read).await
    }
}
impl State {
    /// The lamp of an instalment; none once it is paid or the settlement has ended.
    fn lamp(&self, ctx: &Context<'_>, part: &Instalment) -> Result<Option<Lamp>, Problem> {
        let Some(warning) = self.warning.filter(|_| part.cumulative > self.paid) else { return Ok(None) };
        let services = services(ctx)?;
        let calendar = services.calendar();
        Ok(Some(lamp_of(&calendar, services.clock.now().legal_date(), part.last_day(&calendar), warning)))
    }
}
impl Listed for Settlement {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// The settlements of a case that the caller is known to see, the first one first.
pub async fn settlements(ctx: &Context<'_>, case: CaseId) -> Result<Vec<Settlement>, Problem> {
    let rows = store::settlements_of(&services(ctx)?.db.reader(), case).await?;
    Ok(rows.into_iter().map(Settlement::from).collect())
}

/// An agreement of the parties in execution: while it is performed the case stands still (执行和解).
#[Object]
impl Settlement {
    /// Opaque id (标识).
    pub async fn id(&self) -> SettlementId {
        self.0.id
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Where it stands (状态).
    async fn status(&self) -> SettlementStatus {
        self.0.status
    }
    /// Day of the agreement: what was paid from it on counts (协议签订日期).
    async fn signed_on(&self) -> Date {
        Date(self.0.signed_on)
    }
    /// The agreement (和解协议、和解笔录).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// The time in which the case stood still for it (中止执行).
    async fn suspension(&self, ctx: &Context<'_>) -> Result<Option<Suspension>, Problem> {
        Suspension::load(ctx, &self.0.suspension_id).await
    }
    /// Who made it (和解当事人).
    async fn parties(&self, ctx: &Context<'_>) -> Result<Vec<SettlementParty>, Problem> {
        let rows = store::settlement_parties_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(SettlementParty).collect())
    }
    /// The claims that it is about: what is paid on them performs it (和解债权).
    async fn claims(&self, ctx: &Context<'_>) -> Result<Vec<Claim>, Problem> {
        let named = store::settlement_claims_of(&services(ctx)?.db.reader(), self.0.id).await?;
        let mut rows = store::claims_of(&services(ctx)?.db.reader(), self.0.case_id).await?;
        rows.retain(|row| named.contains(&row.id));
        Ok(rows.into_iter().map(Claim).collect())
    }
    /// What is to be paid and by when, in the order of the days (分期履行计划).
    async fn instalments(&self, ctx: &Context<'_>) -> Result<Vec<SettlementInstalment>, Problem> {
        let state = self.state(ctx).await?;
        let shown = |part: &Instalment, lamp| SettlementInstalment { part: *part, paid: state.paid, lamp };
        state.parts.iter().map(|part| state.lamp(ctx, part).map(|lamp| shown(part, lamp))).collect()
    }
    /// Sum of the instalments (和解总额).
    async fn total(&self) -> Money {
        self.0.total
    }
    /// Paid on its claims from the day of the agreement on: by the court out of money that arrived since then, and
    /// outside of the account, waivers apart; with it what stands on the case's account, when nobody else is owed
    /// anything there; of one that has ended, until then (已履行金额).
    async fn paid(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        Ok(self.state(ctx).await?.paid)
    }
    /// Day of the earliest instalment that is not paid in full; none when all are (下一期履行期限).
    async fn next_due_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, Problem> {
        let state = self.state(ctx).await?;
        Ok(next_open(&state.parts, state.paid).map(|next| Date(next.due_on)))
    }
    /// The lamp of that day, or of the working day after a day of rest; red lets a creditor ask for the title again
    /// (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let state = self.state(ctx).await?;
        match next_open(&state.parts, state.paid) {
            Some(next) => state.lamp(ctx, next),
            None => Ok(None),
        }
    }
    /// Why the title is enforced again (恢复执行事由).
    async fn ground(&self) -> Option<SettlementEndGround> {
        self.0.ground
    }
    /// Who asked for that (申请人).
    async fn asked_by(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match self.0.asked_by {
            Some(id) => CaseParty::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Day on which it was recorded as performed, or ended, or its case was (履行完毕、恢复执行或者案件终结日期).
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }
    /// What that rests on (依据文书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// When it was recorded (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// Who made a settlement.
pub struct SettlementParty(settlement_party::Model);
/// A party of a settlement (和解当事人).
#[Object]
impl SettlementParty {
    /// The party (当事人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// The papers of the agent who settled for him (代理手续).
    async fn agent_paper(&self, ctx: &Context<'_>) -> Result<Option<AgentPaper>, Problem> {
        match self.0.agent_paper_id {
            Some(id) => AgentPaper::load(ctx, &id).await,
            None => Ok(None),
        }
    }
}

/// An instalment as it stands.
pub struct SettlementInstalment {
    part: Instalment,
    /// Paid on the whole settlement.
    paid: Money,
    lamp: Option<Lamp>,
}
/// An instalment of a settlement; payments count for the earliest that is open (分期履行).
#[Object]
impl SettlementInstalment {
    /// Last day for it (履行期限).
    async fn due_on(&self) -> Date {
        Date(self.part.due_on)
    }
    /// What is to be paid (金额).
    async fn amount(&self) -> Money {
        self.part.amount
    }
    /// What of it is paid (已履行金额).
    async fn paid(&self) -> Money {
        self.part.paid_of(self.paid)
    }
    /// How near its end is; none once it is paid or the settlement has ended (期限灯).
    async fn lamp(&self) -> Option<Lamp> {
        self.lamp
    }
}

connection! {
    /// A page of settlements, newest first (执行和解列表).
    SettlementConnection, SettlementEdge of Settlement
}

/// Which settlements to list (执行和解筛选).
#[derive(InputObject, Default)]
pub struct SettlementFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state (状态).
    pub status: Option<SettlementStatus>,
}

payload! {
    /// What `recordSettlement` did (操作结果).
    RecordSettlementPayload of SettlementId {
        /// The settlement with its case (执行和解).
        settlement: Settlement = Settlement::load,
    }
    /// What `recordSettlementPerformed` did (操作结果).
    RecordSettlementPerformedPayload of SettlementId {
        /// The settlement with its case (执行和解).
        settlement: Settlement = Settlement::load,
    }
    /// What `endSettlement` did (操作结果).
    EndSettlementPayload of SettlementId {
        /// The settlement with its case (执行和解).
        settlement: Settlement = Settlement::load,
    }
}

#[derive(Default)]
pub struct SettlementQuery;
#[Object]
impl SettlementQuery {
    /// Settlements of your courts or your cases, newest first (执行和解列表). Roles: those who read cases, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn settlements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<SettlementFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<SettlementConnection, Problem> {
        let page = page(NodeKind::Settlement, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let filter = store::SettlementFilter { court: filter.court, case: filter.case, status: filter.status };
        let scope = scope(ctx, Act::ReadSettlements)?;
        let rows = store::settlements(&services(ctx)?.db.reader(), &scope, &filter, page).await?;
        Ok(rows.map(Settlement::from).into())
    }
}

#[derive(Default)]
pub struct SettlementMutation;
#[Object]
impl SettlementMutation {
    /// Records a settlement with its instalments; the case stands still while it is performed, and what it brings in is
    /// paid out as ever (登记执行和解). Role: OFFICER.
    async fn record_settlement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Agreement, parties and instalments (和解).")] input: RecordSettlementInput,
    ) -> Result<RecordSettlementPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that a settlement is performed in full; the case can then be concluded as performed (执行和解履行完毕).
    /// Role: OFFICER.
    async fn record_settlement_performed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Settlement and what shows it (履行完毕).")] input: RecordSettlementPerformedInput,
    ) -> Result<RecordSettlementPerformedPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Ends a settlement on a creditor's application: the title is enforced again, what was paid counts
    /// (恢复执行原生效法律文书). Role: OFFICER.
    async fn end_settlement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Settlement, applicant and ground (恢复执行).")] input: EndSettlementInput,
    ) -> Result<EndSettlementPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

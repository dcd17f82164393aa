//! Deposits with a notary in the graph.

use super::{
    NotaryGround, NotaryState,
    rules::notary as rules,
    special::{
        DecideNotaryLapseInput, ProposeNotaryDepositInput, RecordNotaryCertificateInput, RecordNotaryCollectionInput,
        RecordNotaryReturnInput,
    },
    special_api::SpecialPayment,
    tables::notary_deposit,
};
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Scope},
    cases::{
        api::{Case, Claim},
        store::cases_of_account,
    },
    connection,
    distribution::ops::DepositPlanLineInput,
    funds::api::Receipt,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, CourtId, NodeKind, NodeRef, NotaryDepositId, PlanLineId},
        money::Money,
    },
    law::Lamp,
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// A deposit with a notary.
pub struct NotaryDeposit(notary_deposit::Model);
impl NotaryDeposit {
    pub async fn load(ctx: &Context<'_>, id: &NotaryDepositId) -> Result<Option<NotaryDeposit>, Problem> {
        let scope = scope(ctx, Act::ReadNotaryDeposits)?;
        let found = notary_deposit::Entity::find_by_id(*id).filter(visible(&scope));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(NotaryDeposit))
    }
}
impl Listed for NotaryDeposit {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
fn visible(scope: &Scope) -> Condition {
    use notary_deposit::Column as C;
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => Condition::any()
            .add(C::CourtId.is_in(courts.iter().copied()))
            .add_option(own.map(|account| C::CaseId.in_subquery(cases_of_account(account)))),
    }
}

/// A creditor's money that lies with a notary, because he does not or cannot take it (提存).
#[Object]
impl NotaryDeposit {
    /// Opaque id (标识).
    pub async fn id(&self) -> NotaryDepositId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn state(&self) -> NotaryState {
        self.0.state
    }
    /// Which of the five cases (提存事由).
    async fn ground(&self) -> NotaryGround {
        self.0.ground
    }
    /// What proves it (事由证明).
    async fn evidence(&self) -> &str {
        &self.0.evidence
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// The claim that it performs (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        Claim::load(ctx, &self.0.claim_id).await
    }
    /// The payment to the notary with its approval and its way through the bank (付款).
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<SpecialPayment>, Problem> {
        SpecialPayment::load(ctx, &self.0.payment_id).await
    }
    /// Deposited amount (提存金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Number of the notary's certificate (公证书编号).
    async fn certificate(&self) -> Option<&str> {
        self.0.certificate.as_deref()
    }
    /// Day of the deposit (提存日期).
    async fn deposited_on(&self) -> Option<Date> {
        self.0.deposited_on.map(Date)
    }
    /// Day from which the creditor is reminded (提醒日期).
    async fn remind_on(&self) -> Option<Date> {
        self.0.remind_on.map(Date)
    }
    /// Last day of the five years in which it may be collected; a holiday at the end moves it on (领取期限届满日).
    async fn last_day(&self) -> Option<Date> {
        self.0.last_day.map(Date)
    }
    /// When the reminder came up (提醒时间).
    async fn reminded_at(&self) -> Option<Timestamp> {
        self.0.reminded_at
    }
    /// Yellow from the reminder's day, red after the five years; none unless the notary holds it (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        let (Some(remind_on), Some(last_day)) = (self.0.remind_on, self.0.last_day) else { return Ok(None) };
        Ok(rules::lamp(self.0.state, remind_on, last_day, today))
    }
    /// Day on which it was collected, came back or lapsed (终结日期).
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }
    /// Letter or decision that ended it (终结依据).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// The receipt by which it came back to the case (退回到账).
    async fn returned(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        match &self.0.return_receipt_id {
            Some(id) => Receipt::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// It is what a plan held for the creditor: the id of that line (分配明细).
    async fn plan_line_id(&self) -> Option<PlanLineId> {
        self.0.plan_line_id
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

connection! {
    /// Deposits with notaries, newest first (提存列表).
    NotaryDepositConnection, NotaryDepositEdge of NotaryDeposit
}

/// Which deposits to list (提存筛选).
#[derive(InputObject, Default)]
pub struct NotaryDepositFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state (状态).
    pub state: Option<NotaryState>,
    /// Only those whose reminder's day is this one or earlier (提醒日期止).
    pub remind_until: Option<Date>,
}

payload! {
    /// What `proposeNotaryDeposit` did (操作结果).
    ProposeNotaryDepositPayload of NotaryDepositId {
        /// The deposit with its payment and approval (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
    /// What `depositPlanLine` did (操作结果).
    DepositPlanLinePayload of NotaryDepositId {
        /// The deposit with its approval (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
    /// What `recordNotaryCertificate` did (操作结果).
    RecordNotaryCertificatePayload of NotaryDepositId {
        /// The deposit with its last day (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
    /// What `recordNotaryCollection` did (操作结果).
    RecordNotaryCollectionPayload of NotaryDepositId {
        /// The deposit (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
    /// What `recordNotaryReturn` did (操作结果).
    RecordNotaryReturnPayload of NotaryDepositId {
        /// The deposit with the receipt (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
    /// What `decideNotaryLapse` did (操作结果).
    DecideNotaryLapsePayload of NotaryDepositId {
        /// The deposit (提存).
        deposit: NotaryDeposit = NotaryDeposit::load,
    }
}

#[derive(Default)]
pub struct NotaryQuery;
#[Object]
impl NotaryQuery {
    /// Deposits with notaries of your courts or your cases, newest first (提存列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn notary_deposits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<NotaryDepositFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<NotaryDepositConnection, Problem> {
        use notary_deposit::Column as C;
        let page = page(NodeKind::NotaryDeposit, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = notary_deposit::Entity::find().filter(visible(&scope(ctx, Act::ReadNotaryDeposits)?)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.case.map(|case| C::CaseId.eq(case)))
                .add_option(filter.state.map(|state| C::State.eq(state)))
                .add_option(filter.remind_until.map(|day| C::RemindOn.lte(day.0))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(NotaryDeposit).into())
    }
}

#[derive(Default)]
pub struct NotaryMutation;
#[Object]
impl NotaryMutation {
    /// Proposes to deposit a creditor's money with a notary; BUREAU_CHIEF and FINANCE_REVIEWER approve, then the bank
    /// pays it (提存). Role: OFFICER.
    async fn propose_notary_deposit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Claim, ground and money (提存).")] input: ProposeNotaryDepositInput,
    ) -> Result<ProposeNotaryDepositPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to deposit with a notary what a carried-out plan holds for a creditor without an account; BUREAU_CHIEF
    /// and FINANCE_REVIEWER approve, then the bank pays it (待领案款提存). Role: OFFICER.
    async fn deposit_plan_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Line, ground and notary (提存).")] input: DepositPlanLineInput,
    ) -> Result<DepositPlanLinePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the notary's certificate: the claim is performed so far and five years begin (提存公证书). Role: OFFICER.
    async fn record_notary_certificate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and certificate (公证书).")] input: RecordNotaryCertificateInput,
    ) -> Result<RecordNotaryCertificatePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that the creditor collected the money from the notary (领取提存款). Role: OFFICER.
    async fn record_notary_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and letter (领取).")] input: RecordNotaryCollectionInput,
    ) -> Result<RecordNotaryCollectionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that the notary gave the money back to the case; the claim is owed again (提存款退回). Role: OFFICER.
    async fn record_notary_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and receipt (退回).")] input: RecordNotaryReturnInput,
    ) -> Result<RecordNotaryReturnPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Decides after five years that the right to the deposit has lapsed; never by time alone (提存款归国家所有).
    /// Role: BUREAU_CHIEF.
    async fn decide_notary_lapse(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and decision (决定).")] input: DecideNotaryLapseInput,
    ) -> Result<DecideNotaryLapsePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

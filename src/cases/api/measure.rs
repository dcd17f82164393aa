//! Freezing measures and fee notes in the graph.

use super::{Case, CaseParty, visible_case};
use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    cases::{
        FeeArrearsStatus, FeeOrder, FreezeTarget, MeasureStatus,
        rules::measure as rules,
        store::{case, fee_arrears, measure, visible},
    },
    connection,
    graphql::{
        caller::{scope, services},
        connection::Listed,
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{CaseId, CourtId, FeeArrearsId, MeasureId, NodeRef},
        money::Money,
        paging::Page,
    },
    law::Lamp,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// A freezing measure.
pub struct PreservationMeasure(pub measure::Model);
impl PreservationMeasure {
    pub async fn load(ctx: &Context<'_>, id: &MeasureId) -> Result<Option<PreservationMeasure>, Problem> {
        let row = measure::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| PreservationMeasure(row)))
    }
}

/// Found and frozen money (控制措施).
#[Object]
impl PreservationMeasure {
    /// Opaque id (标识).
    pub async fn id(&self) -> MeasureId {
        self.0.id
    }
    /// What is frozen (冻结对象).
    async fn target(&self) -> FreezeTarget {
        self.0.target
    }
    /// Where it stands (状态).
    async fn status(&self) -> MeasureStatus {
        self.0.status
    }
    /// The debtor whose deposit it is (被执行人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match self.0.party_id {
            Some(id) => CaseParty::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The bank that holds the deposit, or the court or organ that froze the money (金融机构或冻结机关).
    async fn institution(&self) -> &str {
        &self.0.institution
    }
    /// The last four digits of the frozen account (账号).
    async fn masked_account(&self) -> Option<&str> {
        self.0.account_mask.as_deref()
    }
    /// Frozen amount (冻结金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Deducted amount (扣划金额).
    async fn deducted(&self) -> Money {
        self.0.deducted
    }
    /// Place in the queue of seizures (轮候顺位).
    async fn seizure_rank(&self) -> i32 {
        self.0.seizure_rank
    }
    /// The ruling or notice to assist (冻结文书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// The document by which it was lifted or deducted (解除或扣划文书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// Day of the freeze (冻结日期).
    async fn frozen_on(&self) -> Date {
        Date(self.0.frozen_on)
    }
    /// How near its end is: yellow in its last 30 days, red once it has lapsed; none when it was lifted or deducted (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        Ok((self.0.status == MeasureStatus::Active).then(|| rules::lamp(self.0.until, today)))
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Last day of the freeze (冻结期限).
    async fn until(&self) -> Date {
        Date(self.0.until)
    }
}

impl Listed for PreservationMeasure {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// Which measures to list (控制措施筛选).
#[derive(InputObject, Default)]
pub struct MeasureFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state (状态).
    pub status: Option<MeasureStatus>,
    /// Only those whose last day is this one or earlier: with ACTIVE, what is to be renewed (冻结期限止).
    pub until: Option<Date>,
}
/// A page of measures of the cases that the caller may see.
pub async fn measures(ctx: &Context<'_>, filter: &MeasureFilter, page: Page) -> Result<MeasureConnection, Problem> {
    use measure::Column as C;
    let seen = case::Entity::find().select_only().column(case::Column::Id);
    let seen = seen.filter(visible(&scope(ctx, Act::ReadMeasures)?)).into_query();
    let select = measure::Entity::find().filter(C::CaseId.in_subquery(seen)).filter(
        Condition::all()
            .add_option(filter.court.map(|court| C::CourtId.eq(court)))
            .add_option(filter.case.map(|case| C::CaseId.eq(case)))
            .add_option(filter.status.map(|status| C::Status.eq(status)))
            .add_option(filter.until.map(|day| C::Until.lte(day.0))),
    );
    let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
    Ok(rows.map(PreservationMeasure).into())
}
connection! {
    /// Freezing measures, newest first (控制措施列表).
    MeasureConnection, MeasureEdge of PreservationMeasure
}

/// A note of an unpaid fee.
pub struct FeeArrears(pub fee_arrears::Model);
impl FeeArrears {
    pub async fn load(ctx: &Context<'_>, id: &FeeArrearsId) -> Result<Option<FeeArrears>, Problem> {
        let row = fee_arrears::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| FeeArrears(row)))
    }
}

/// An execution fee that could not be taken yet; a note, no posting (欠缴执行费).
#[Object]
impl FeeArrears {
    /// Opaque id (标识).
    pub async fn id(&self) -> FeeArrearsId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> FeeArrearsStatus {
        self.0.status
    }
    /// When the fee was to be taken (收取顺序).
    async fn fee_order(&self) -> FeeOrder {
        self.0.fee_order
    }
    /// Fee that is owed (欠缴金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Recovered for the title: the base of the fee (已执行到位金额).
    async fn executed(&self) -> Money {
        self.0.executed
    }
    /// What it rests on (依据).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Treasury receipt or decision that closed it (缴款书或减免决定).
    async fn settled_document(&self) -> Option<&str> {
        self.0.settled_document.as_deref()
    }
}

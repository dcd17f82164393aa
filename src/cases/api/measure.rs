//! Freezing measures and fee notes in the graph.

use super::{CaseParty, visible_case};
use crate::kernel::query::Fetch;
use crate::{
    cases::{
        FeeArrearsStatus, FeeOrder, FreezeTarget, MeasureStatus,
        store::{fee_arrears, measure},
    },
    graphql::{caller::services, scalars::Date},
    kernel::{
        error::Problem,
        ids::{FeeArrearsId, MeasureId},
        money::Money,
    },
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

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
    /// Last day of the freeze (冻结期限).
    async fn until(&self) -> Date {
        Date(self.0.until)
    }
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

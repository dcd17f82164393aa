//! What stands around the announcement of a lot, and its corrections.

use super::property::{CostCard, ReferencePrice, SurveyAnswer};
use super::{Attachment, Lot, Registration, turn};
use crate::access::Act;
use crate::auction::DisclosureItem;
use crate::auction::aftermath::TransferOutcome;
use crate::auction::ops::{
    AcknowledgeRevisionInput, RecordReferencePriceInput, RecordSurveyInput, RequireTransferApprovalInput,
    ReviseAnnouncementInput,
};
use crate::auction::store::property::{lot_survey, reference_price};
use crate::auction::store::revision::{RevisedField, lot_revision, lot_revision_change};
use crate::auction::store::{lot, transfer_approval};
use crate::graphql::caller::{run, services};
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};

/// The announcement of a lot.
pub struct Announcement<'l>(pub &'l lot::Model);

/// What was announced besides price and time, with its corrections (拍卖公告). Public.
#[Object(name = "LotAnnouncement")]
impl Announcement<'_> {
    /// Number of the latest correction, 0 for none: acknowledge it before you bid (最新更正序号).
    async fn revision(&self) -> i32 {
        self.0.revision
    }
    /// The corrections, oldest first (更正公告).
    async fn revisions(&self, ctx: &Context<'_>) -> Result<Vec<LotRevision>, Problem> {
        let reader = services(ctx)?.db.reader();
        let mut changes = lot_revision_change::of_lot(&reader, self.0.id).await?;
        let mut revisions = Vec::new();
        for row in lot_revision::of_lot(&reader, self.0.id).await? {
            let (own, others) = changes.into_iter().partition(|change| change.revision == row.revision);
            changes = others;
            revisions.push(LotRevision::of(row, own));
        }
        Ok(revisions)
    }
    /// The price that the starting price refers to, and how long it holds (参考价).
    async fn reference_price(&self, ctx: &Context<'_>) -> Result<Option<ReferencePrice>, Problem> {
        Ok(reference_price::of_lot(&services(ctx)?.db.reader(), self.0.id).await?.map(ReferencePrice))
    }
    /// The survey of the property, question by question (调查情况表).
    async fn survey(&self, ctx: &Context<'_>) -> Result<Vec<SurveyAnswer>, Problem> {
        let rows = lot_survey::of_lot(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(SurveyAnswer::from).collect())
    }
    /// The approval that the transfer of this equity needs; null when it needs none (股权变更审批).
    async fn transfer_approval(&self, ctx: &Context<'_>) -> Result<Option<TransferApproval>, Problem> {
        let row = transfer_approval::of_lot(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(row.map(TransferApproval::from))
    }
    /// Photos and papers, at most 100, in the order in which they were declared (附件).
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>, Problem> {
        Attachment::of_lot(ctx, self.0).await
    }
    /// What a purchaser must reckon with besides the price; null before the survey (总成本卡).
    async fn costs(&self, ctx: &Context<'_>) -> Result<Option<CostCard<'_>>, Problem> {
        CostCard::load(ctx, self.0).await
    }
}

/// An approval without which the court does not rule on the sale of equity (股权变更审批).
#[derive(SimpleObject)]
pub struct TransferApproval {
    /// Who approves (审批机关).
    authority: String,
    /// What the law demands of a bidder (竞买人资格或者条件).
    requirement: String,
    /// What came of it after the sale; null while it is pending (审批结果).
    outcome: Option<TransferOutcome>,
    /// The document behind the outcome (批准文件或者笔录编号).
    document_number: Option<String>,
    /// Its day (日期).
    decided_on: Option<Date>,
}
impl From<transfer_approval::Model> for TransferApproval {
    fn from(row: transfer_approval::Model) -> TransferApproval {
        TransferApproval {
            authority: row.authority,
            requirement: row.requirement,
            outcome: row.outcome,
            document_number: row.document_number,
            decided_on: row.decided_on.map(Date),
        }
    }
}

/// A correction of what was announced (更正公告).
#[derive(SimpleObject)]
pub struct LotRevision {
    /// Its number, from 1 (更正序号).
    revision: i32,
    /// When it was published (发布时间).
    published_at: Timestamp,
    /// Why (更正理由).
    reason: String,
    /// The court's document (更正公告文号).
    document_number: String,
    /// A slip of the pen (更正笔误).
    clerical: bool,
    /// It weighs for the decision to bid: the days of the announcement ran anew from it (实质变更).
    material: bool,
    /// The public version of the lot that it made (标的物版本).
    lot_version: i64,
    /// What it changed (更正内容).
    changes: Vec<RevisionChange>,
}
impl LotRevision {
    fn of(row: lot_revision::Model, changes: Vec<lot_revision_change::Model>) -> LotRevision {
        LotRevision {
            revision: row.revision,
            published_at: row.recorded_at,
            reason: row.reason,
            document_number: row.document_number,
            clerical: row.clerical,
            material: row.material,
            lot_version: row.lot_version,
            changes: changes.into_iter().map(RevisionChange::from).collect(),
        }
    }
}

/// One field before and after a correction (更正对照).
#[derive(SimpleObject)]
pub struct RevisionChange {
    /// Which part of the announcement (更正字段).
    field: RevisedField,
    /// Which item, for DISCLOSURE (公示事项).
    item: Option<DisclosureItem>,
    /// As it was announced; instants as RFC 3339 (更正前).
    before: String,
    /// As it stands since (更正后).
    after: String,
}
impl From<lot_revision_change::Model> for RevisionChange {
    fn from(row: lot_revision_change::Model) -> RevisionChange {
        RevisionChange { field: row.field, item: row.item, before: row.before_text, after: row.after_text }
    }
}

payload! {
    /// The lot with its reference price (参考价结果).
    RecordReferencePricePayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with its survey (调查结果).
    RecordSurveyPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with the approval that its transfer needs (登记审批要求结果).
    RequireTransferApprovalPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot with its correction (更正结果).
    ReviseAnnouncementPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The registration with what its bidder has read (确认结果).
    AcknowledgeRevisionPayload of RegistrationId {
        /// The registration (报名).
        registration: Registration = Registration::load,
    }
}

#[derive(Default)]
pub struct AnnouncementMutation;
#[Object]
impl AnnouncementMutation {
    /// Records the reference price of a lot in preparation (确定参考价). Role: OFFICER.
    async fn record_reference_price(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The price (参考价).")] input: RecordReferencePriceInput,
    ) -> Result<RecordReferencePricePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the survey of a property in preparation and what it will cost (填写调查情况表). Roles: OFFICER,
    /// AUXILIARY_AGENCY.
    async fn record_survey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Answers and costs (调查情况).")] input: RecordSurveyInput,
    ) -> Result<RecordSurveyPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Says of equity in preparation that its transfer needs an approval, public with the announcement; the ruling then
    /// waits for it (登记股权变更审批要求). Role: OFFICER.
    async fn require_transfer_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Authority and requirement (审批机关及条件).")] input: RequireTransferApprovalInput,
    ) -> Result<RequireTransferApprovalPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Corrects what was announced, as a public revision with the old and the new text (更正拍卖公告). Before bidding
    /// begins a change of weight lets the days of the announcement run anew; afterwards only slips of the pen and matters
    /// without weight are corrected. Role: OFFICER.
    async fn revise_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction (更正内容).")] input: ReviseAnnouncementInput,
    ) -> Result<ReviseAnnouncementPayload, Problem> {
        let _turn = turn(ctx, Act::ReviseAnnouncement).await?;
        Ok(run(ctx, &input).await?.into())
    }
    /// Says that the caller has read the latest correction of a lot; his bids are refused until then (确认已阅更正公告).
    /// Role: BIDDER.
    async fn acknowledge_revision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and revision (标的物及更正序号).")] input: AcknowledgeRevisionInput,
    ) -> Result<AcknowledgeRevisionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

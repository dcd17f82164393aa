//! The papers: what stands on each kind, read from the rooms that own it.

mod lot;
mod money;
mod notary;
mod plan;
mod run;
mod sale;

use super::{DocumentKind, rules};
use crate::kernel::boxed;
use crate::{
    access::{Op, account, approval},
    cases::{self, PartyRole, store::case},
    kernel::{
        error::{Failure, Problem},
        ids::{AccountId, CaseId, CourtId, NodeRef, PartyId},
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    paper::{Align, Paper},
};
use sea_orm::{QueryOrder, entity::prelude::*};

/// A paper before it has a number.
pub struct Draft {
    pub court: cases::store::court::Model,
    pub case: Option<CaseId>,
    pub paper: Paper,
}

/// Fills the paper of this kind from `subject`, which is of the kind that it asks for.
///
/// # Errors
/// `NOT_FOUND` for what the actor may not see, `WRONG_STATE` when there is nothing to put on paper yet.
#[boxed]
pub async fn compose(op: &Op<'_>, kind: DocumentKind, subject: NodeRef) -> Result<Draft, Failure> {
    match kind {
        DocumentKind::ReceiptVoucher => money::voucher(op, subject.id).await,
        DocumentKind::PayoutApproval => money::approval(op, subject.id).await,
        DocumentKind::DeferralApproval => money::deferral(op, subject.id).await,
        DocumentKind::NotaryApproval => notary::approval(op, subject.id).await,
        DocumentKind::PayoutReceipt => money::payout_receipt(op, subject.id).await,
        DocumentKind::PayoutBatch => run::batch(op, subject.id).await,
        DocumentKind::DistributionPlan => plan::plan(op, subject.id).await,
        DocumentKind::SettlementSheet => plan::settlement(op, subject.id).await,
        DocumentKind::AuctionAnnouncement => lot::announcement(op, subject.id).await,
        DocumentKind::BiddingInstructions => lot::instructions(op, subject.id).await,
        DocumentKind::SurveyTable => lot::survey(op, subject.id).await,
        DocumentKind::SaleConfirmation => sale::confirmation(op, subject.id).await,
        DocumentKind::SaleRuling => sale::ruling(op, subject.id).await,
        DocumentKind::AssistanceNotice => sale::assistance(op, subject.id).await,
        DocumentKind::DeliveryRecord => sale::delivery(op, subject.id).await,
        DocumentKind::TopUpNotice => sale::top_up(op, subject.id).await,
    }
}

/// The party for whom a paper of this kind is made: whom the payment went to that it proves.
#[boxed]
pub async fn payee(op: &Op<'_>, kind: DocumentKind, subject: NodeRef) -> Result<Option<PartyId>, Failure> {
    match kind {
        DocumentKind::PayoutReceipt => money::paid_party(op, subject.id).await,
        _ => Ok(None),
    }
}

/// There is nothing to put on paper yet.
fn too_early(status: &str) -> Failure {
    Refusal::new(RefusalCode::WrongState).field("subject").law(&reference::PAPER_FORM).arg("status", status).into()
}
fn not_found() -> Failure {
    Failure::not_found("subject")
}

#[boxed]
async fn court(op: &Op<'_>, id: CourtId) -> Result<cases::store::court::Model, Failure> {
    let row = cases::store::court(op.tx, id).await?;
    row.ok_or_else(|| Problem::internal("a row of no court").into())
}
#[boxed]
async fn case_of(op: &Op<'_>, id: CaseId) -> Result<case::Model, Failure> {
    cases::store::find_case(op.tx, op.scope(), id).await?.ok_or_else(not_found)
}

/// An empty paper of the day.
fn blank(op: &Op<'_>, court: &cases::store::court::Model, kind: DocumentKind) -> Paper {
    Paper {
        court: court.name.clone(),
        title: kind.title().to_owned(),
        number: String::new(),
        date: op.now.legal_date(),
        notice: None,
        blocks: Vec::new(),
    }
}

/// Names of the parties in a place of the case.
#[boxed]
async fn names(op: &Op<'_>, case: CaseId, role: PartyRole) -> Result<String, Failure> {
    let parties = cases::store::parties_of(op.tx, case).await?;
    Ok(parties.iter().filter(|p| p.role == role).map(|p| p.name.as_str()).collect::<Vec<_>>().join("、"))
}

/// The person behind the name of an actor in the records.
#[boxed]
async fn person(op: &Op<'_>, actor: &str) -> Result<String, Failure> {
    let id = actor.strip_prefix("account:").and_then(|text| text.parse().ok()).map(AccountId::from_uuid);
    Ok(match id {
        Some(id) => account::load(op.tx, id).await?.map(|row| row.name).unwrap_or_default(),
        None => "系统".to_owned(),
    })
}

/// Who has agreed to a thing so far: post, person, opinion, time (审批流程).
#[boxed]
async fn approval_table(op: &Op<'_>, paper: &mut Paper, subject: NodeRef) -> Result<(), Failure> {
    let Some(row) = approval::of_subject(op.tx, subject).await? else { return Ok(()) };
    let votes = approval::vote::Entity::find()
        .filter(approval::vote::Column::ApprovalId.eq(row.id))
        .order_by_asc(approval::vote::Column::Step)
        .list(op.tx)
        .await?;
    let mut rows = vec![vec![
        "经办".to_owned(),
        person(op, &row.maker).await?,
        "提请审批".to_owned(),
        rules::minute(row.requested_at),
    ]];
    for vote in votes {
        let opinion = match (&vote.reason, vote.approved) {
            (Some(reason), false) => format!("不同意：{reason}"),
            (None, false) => "不同意".to_owned(),
            (_, true) => "同意".to_owned(),
        };
        let post = super::words::role(&vote.role.to_value()).to_owned();
        rows.push(vec![post, person(op, &vote.voter).await?, opinion, rules::minute(vote.voted_at)]);
    }
    paper.heading("审批流程");
    let columns =
        [("岗位", 3, Align::Centre), ("姓名", 3, Align::Centre), ("意见", 4, Align::Left), ("时间", 4, Align::Left)];
    paper.table(&columns, rows, None);
    Ok(())
}

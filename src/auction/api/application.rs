//! A registration as its court sees it.

use super::loader::PapersOf;
use crate::access::Act;
use crate::auction::RegistrationStatus;
use crate::auction::store::registration;
use crate::graphql::caller::{scope, services};
use crate::graphql::loader;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::RegistrationId;
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::EntityTrait;

/// A registration that the court decides on.
pub struct Application(pub registration::Model);
impl Application {
    /// A registration of one of the caller's courts.
    pub async fn load(ctx: &Context<'_>, id: &RegistrationId) -> Result<Option<Application>, Problem> {
        let row = registration::Entity::find_by_id(*id).one(&services(ctx)?.db.reader()).await?;
        let courts = scope(ctx, Act::DecideQualification).or_else(|_| scope(ctx, Act::ConfirmPriority))?;
        Ok(row.filter(|row| courts.allows_court(row.court_id)).map(Application))
    }
    pub(super) fn awaits_decision(row: &registration::Model) -> bool {
        row.status == RegistrationStatus::UnderReview || row.priority_claim.is_some()
    }
}

/// Papers of a registration without what is in them (委托、共同竞买手续概况).
#[derive(SimpleObject)]
pub struct ApplicationPapers {
    /// Several persons bid together (是否共同竞买).
    joint: bool,
    /// An agent bids (是否委托竞买).
    by_agent: bool,
    /// What to look into besides: barred persons, former defaulters, a name that is not the verified one. The bidder is
    /// not told; null: nothing (筛查提示).
    screening: Option<String>,
    /// When the qualification clerk confirmed them; null: nobody bids by them yet (确认时间).
    confirmed_at: Option<Timestamp>,
    /// When a principal took the agent's power back; before bidding starts a new power may be put in its place
    /// (撤销委托时间).
    revoked_at: Option<Timestamp>,
}

/// A registration as the court sees it: neither name nor code (待审核报名).
#[Object(name = "RegistrationApplication")]
impl Application {
    /// Id of the registration (报名标识).
    async fn id(&self) -> RegistrationId {
        self.0.id
    }
    /// Where it stands (报名状态).
    async fn status(&self) -> RegistrationStatus {
        self.0.status
    }
    /// Why the qualification clerk looks at it (审查原因).
    async fn review_reason(&self) -> Option<&str> {
        self.0.review_reason.as_deref()
    }
    /// The priority right that is claimed (主张的优先购买权).
    async fn priority_claim(&self) -> Option<&str> {
        self.0.priority_claim.as_deref()
    }
    /// The rank that was confirmed (已确认顺位).
    async fn priority_rank(&self) -> Option<i32> {
        self.0.priority_rank
    }
    /// Whether it bids for others or for several, and whether that is confirmed; `openBidderPapers` shows what was
    /// handed in. Null: the bidder bids for himself alone (委托、共同竞买手续).
    async fn papers(&self, ctx: &Context<'_>) -> Result<Option<ApplicationPapers>, Problem> {
        let papers = loader::row(ctx, PapersOf(self.0.id)).await?;
        Ok(papers.map(|papers| ApplicationPapers {
            joint: papers.joint(),
            by_agent: papers.by_agent(),
            confirmed_at: papers.confirmed_at,
            screening: papers.screening,
            revoked_at: self.0.power_revoked_at,
        }))
    }
}

//! Attempts to bid as the public, their bidder and the court see them.

use super::{BidReceipt, bidding, own_registration};
use crate::auction::BidOutcome;
use crate::auction::bidding::StoredRefusal;
use crate::auction::ops::account_index;
use crate::auction::receipt::Statement;
use crate::auction::store::attempt;
use crate::connection;
use crate::graphql::caller::{actor, services};
use crate::graphql::connection::{self as lists, Listed};
use crate::graphql::payload::UserError;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{AttemptId, LotId, NodeKind, NodeRef, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::paging::Page;
use crate::kernel::secret::BlindIndex;
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use std::sync::Arc;

/// An attempt, with whether the viewer is its own bidder.
#[derive(Clone)]
pub struct Bid {
    pub(super) row: Arc<attempt::Model>,
    pub(super) own: bool,
}
impl Listed for Bid {
    fn listed_by(&self) -> NodeRef {
        self.row.id.node()
    }
}
impl Bid {
    /// The attempt with the eyes of the caller.
    pub async fn load(ctx: &Context<'_>, id: &AttemptId) -> Result<Option<Bid>, Problem> {
        let Some(row) = attempt::Entity::find_by_id(*id).one(&services(ctx)?.db.reader()).await? else {
            return Ok(None);
        };
        let own = Viewer::of(ctx, row.lot_id).await?.made(&row);
        Ok(Some(Bid { row: Arc::new(row), own }))
    }
}

/// One attempt to bid, accepted or not (出价). Refused ones show amount and reason to their bidder alone.
#[Object]
impl Bid {
    /// Opaque id (标识).
    pub async fn id(&self) -> AttemptId {
        self.row.id
    }
    /// Number within the lot, in the order of decision, without gaps (序号).
    async fn sequence(&self) -> i64 {
        self.row.sequence
    }
    /// The code under which it was made (竞买代码).
    async fn bidder_code(&self) -> Option<&str> {
        self.row.bidder_code.as_deref()
    }
    /// The price offered; of a refused attempt for its bidder alone (出价金额).
    async fn amount(&self) -> Option<Money> {
        (self.own || self.row.outcome == BidOutcome::Accepted).then_some(self.row.amount)
    }
    /// When the complete request had been read: decides the window and the new end (到达时间).
    async fn arrived_at(&self) -> Timestamp {
        self.row.arrived_at
    }
    /// How it ended (出价结果).
    async fn outcome(&self) -> BidOutcome {
        self.row.outcome
    }
    /// Made by a confirmed priority purchaser of this rank (优先购买权顺位).
    async fn priority_rank(&self) -> Option<i32> {
        self.row.priority_rank
    }
    /// The new end, when this bid moved it (延时至).
    async fn extended_to(&self) -> Option<Timestamp> {
        self.row.extended_to
    }
    /// Version of the lot that this bid made (标的物版本).
    async fn lot_version(&self) -> Option<i64> {
        self.row.lot_version
    }
    /// Bid by the platform within its bidder's sealed maximum, in answer to the attempt of this number (代理出价所应的出价序号).
    async fn provoked_by(&self) -> Result<Option<i64>, Problem> {
        let shown = self.own || self.row.outcome == BidOutcome::Accepted;
        let statement: Statement = serde_json::from_str(&self.row.statement)?;
        Ok(statement.provoked_by.filter(|_| shown))
    }
    /// Why it was refused, for its bidder alone (拒绝理由).
    async fn refusal(&self) -> Result<Option<UserError>, Problem> {
        let stored = self.row.refusal.as_deref().filter(|_| self.own).map(StoredRefusal::parse).transpose()?;
        Ok(stored.map(|stored| stored.refusal().into()))
    }
    /// The signed statement about this attempt, for its bidder alone (出价回执).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<BidReceipt>, Problem> {
        if !self.own {
            return Ok(None);
        }
        BidReceipt::load(ctx, self.row.clone(), None).await.map(Some)
    }
}

connection! {
    /// Attempts to bid, newest first (出价列表).
    BidConnection, BidEdge of Bid
}

pub(super) fn page(
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Result<Page, Problem> {
    lists::page(NodeKind::Bid, first, after, last, before)
}

/// The caller as one who may have bid on a lot.
struct Viewer {
    registration: Option<RegistrationId>,
    /// Finds what he tried without a registration, or before he had one.
    index: Option<BlindIndex>,
    /// Finds what he asked for himself.
    account: Option<BlindIndex>,
}
impl Viewer {
    async fn of(ctx: &Context<'_>, lot: LotId) -> Result<Viewer, Problem> {
        let registration = own_registration(ctx, lot).await?.map(|own| own.id);
        let (services, account) = (services(ctx)?, actor(ctx)?.account());
        let index = account.map(|account| account_index(&services.vault, lot, account));
        let account = match account {
            Some(account) => Some(bidding(ctx)?.actor_index(services, lot, account)),
            None => None,
        };
        Ok(Viewer { registration, index, account })
    }
    fn made(&self, row: &attempt::Model) -> bool {
        let registered = row.registration_id.is_some() && row.registration_id == self.registration;
        registered || (row.stranger_index.is_some() && row.stranger_index == self.index)
    }
    /// The attempts of his, with those that nobody asked for: the answers of his sealed maximum.
    fn filter(&self) -> Condition {
        // nobody's id, so that a viewer without either has no attempts
        let nobody = RegistrationId::from_uuid(uuid::Uuid::nil());
        let unasked = Condition::all()
            .add(attempt::Column::RegistrationId.eq(self.registration.unwrap_or(nobody)))
            .add(attempt::Column::ActorIndex.is_null());
        let asked = self.account.clone().map(|account| attempt::Column::ActorIndex.eq(account));
        Condition::any().add(unasked).add_option(asked)
    }
}

/// Attempts on a lot; `mine`: the caller's alone.
pub(super) async fn list(ctx: &Context<'_>, lot: LotId, page: Page, mine: bool) -> Result<BidConnection, Problem> {
    let viewer = Viewer::of(ctx, lot).await?;
    let mut select = attempt::Entity::find().filter(attempt::Column::LotId.eq(lot));
    if mine {
        select = select.filter(viewer.filter());
    }
    let rows = page.fetch(&services(ctx)?.db.reader(), select, attempt::Column::Id).await?;
    Ok(rows.map(|row| Bid { own: viewer.made(&row), row: Arc::new(row) }).into())
}

//! The lot row: finders for the public and for a court, locked loads, the pure state that rules decide on.

use crate::access::Scope;
use crate::auction::rules::Parameters;
use crate::auction::rules::bid::{LotState, Standing};
use crate::auction::{AuctionRound, DepositMode, LotCategory, LotStatus, OperatingMode};
use crate::kernel::boxed;
use crate::kernel::bulk::{Rows, is_among};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CaseId, CourtId, LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
pub use crate::kernel::row::save;
use sea_orm::{Condition, FromQueryResult, QueryOrder, QuerySelect, QueryTrait, Select, Statement, entity::prelude::*};
use std::sync::Arc;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LotId,
    pub court_id: CourtId,
    pub case_id: CaseId,
    #[sea_orm(unique)]
    pub lot_number: String,
    pub serial: i64,
    pub title: String,
    pub category: LotCategory,
    pub round: AuctionRound,
    pub operating_mode: OperatingMode,
    pub status: LotStatus,
    pub appraisal_price: Money,
    pub starting_price: Option<Money>,
    pub deposit: Option<Money>,
    pub bid_increment: Option<Money>,
    pub deposit_mode: DepositMode,
    pub purchase_restricted: bool,
    pub balance_days: Option<i32>,
    pub parameters: String,
    pub published_at: Option<Timestamp>,
    pub starts_at: Option<Timestamp>,
    pub planned_end_at: Option<Timestamp>,
    pub effective_end_at: Option<Timestamp>,
    pub extension_count: i32,
    pub suspended_from: Option<LotStatus>,
    pub suspended_at: Option<Timestamp>,
    pub suspension_reason: Option<String>,
    pub suspension_document: Option<String>,
    pub resumes_at: Option<Timestamp>,
    pub current_price: Option<Money>,
    pub leader_id: Option<RegistrationId>,
    pub leader_code: Option<String>,
    pub leader_rank: Option<i32>,
    pub leader_arrived_at: Option<Timestamp>,
    pub leader_sequence: Option<i64>,
    /// Number of the latest correction of the announcement.
    pub revision: i32,
    pub bid_count: i64,
    pub attempt_count: i64,
    pub version: i64,
    pub recorded_at: Timestamp,
}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Published lots are seen by everybody.
    pub fn is_public(&self) -> bool {
        self.published_at.is_some()
    }
    pub fn rule_parameters(&self) -> Result<Parameters, Problem> {
        Ok(serde_json::from_str(&self.parameters)?)
    }
    /// What bids are decided on; `None` before the publication.
    pub fn state(&self) -> Option<LotState> {
        Some(LotState {
            status: self.status,
            starts_at: self.bids_from()?,
            effective_end_at: self.effective_end_at?,
            starting_price: self.starting_price?,
            bid_increment: self.bid_increment?,
            leader: self.standing(),
            version: self.version,
            extension_count: self.extension_count,
        })
    }
    /// No bid before this instant: the start, or the last resumption.
    pub fn bids_from(&self) -> Option<Timestamp> {
        self.resumes_at.max(self.starts_at)
    }
    fn standing(&self) -> Option<Standing> {
        Some(Standing {
            registration: self.leader_id?.uuid(),
            amount: self.current_price?,
            priority_rank: self.leader_rank,
            arrived_at: self.leader_arrived_at?,
            sequence: self.leader_sequence?,
        })
    }
    /// Takes over what the rules made of [`Model::state`], with the code of the leader.
    pub fn adopt(&mut self, state: &LotState, leader_code: Option<String>) {
        self.status = state.status;
        self.effective_end_at = Some(state.effective_end_at);
        self.extension_count = state.extension_count;
        self.version = state.version;
        self.leader_code = leader_code;
        let leader = state.leader.as_ref();
        self.current_price = leader.map(|l| l.amount);
        self.leader_id = leader.map(|l| RegistrationId::from_uuid(l.registration));
        self.leader_rank = leader.and_then(|l| l.priority_rank);
        self.leader_arrived_at = leader.map(|l| l.arrived_at);
        self.leader_sequence = leader.map(|l| l.sequence);
    }
}

/// Lots that everybody may see.
pub fn public() -> Select<Entity> {
    Entity::find().filter(Column::PublishedAt.is_not_null())
}
/// Published lots and the unpublished ones of the scope's courts.
pub fn visible(scope: &Scope) -> Select<Entity> {
    Entity::find().filter(Condition::any().add(scope.on_court(Column::CourtId)).add(Column::PublishedAt.is_not_null()))
}

/// The lot of a court that the scope reaches.
pub async fn find_lot(conn: &impl ConnectionTrait, scope: &Scope, id: LotId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
}

/// The lot of a court that the scope reaches, locked for the rest of the transaction.
///
/// # Errors
/// NOT_FOUND on `lotId` for an unknown or foreign lot.
#[boxed]
pub async fn lock_lot(tx: &Tx, scope: &Scope, id: LotId) -> Result<Model, Failure> {
    Entity::find_by_id(id)
        .filter(scope.on_court(Column::CourtId))
        .lock_exclusive()
        .first(tx)
        .await?
        .ok_or_else(|| Failure::not_found("lot"))
}

/// A published lot, locked, for somebody who knows no more than the public.
///
/// # Errors
/// NOT_FOUND
#[boxed]
pub async fn lock_public(tx: &Tx, id: LotId) -> Result<Model, Failure> {
    let found = public().filter(Column::Id.eq(id)).lock_exclusive().first(tx).await?;
    found.ok_or_else(|| Failure::not_found("lot"))
}

/// Published lots by id, locked in the order of their ids; unknown ones are left out. With them the token of the
/// process that takes bids under the name `node` now: asked by the same statement, as each batch of bids needs both.
#[boxed]
pub async fn lock_for_bids(
    tx: &Tx,
    ids: Vec<LotId>,
    node: &str,
    now: Timestamp,
) -> Result<(Vec<Model>, Option<i64>), Problem> {
    let statement = {
        let lots = public().filter(is_among(tx, Column::Id, ids.into_iter().map(LotId::uuid)));
        let mut query = lots.order_by_asc(Column::Id).lock_exclusive().into_query();
        query.expr_as(super::intake::token_in_force(node, now), TOKEN);
        tx.get_database_backend().build(&query)
    };
    let rows = tx.query_all_raw(statement).await?;
    let token = rows.first().map(|row| row.try_get::<Option<i64>>("", TOKEN)).transpose()?.flatten();
    let lots = rows.iter().map(|row| Model::from_query_result(row, "")).collect::<Result<_, _>>()?;
    Ok((lots, token))
}
const TOKEN: &str = "intake_token";

/// Lots whose bidding must begin or end: announced or open, with the instant behind us.
pub async fn due(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Model>, Problem> {
    let opens = Condition::all().add(Column::Status.eq(LotStatus::Announced)).add(Column::StartsAt.lte(now));
    let ends = Condition::all()
        .add(Column::Status.eq(LotStatus::Open))
        .add(Column::EffectiveEndAt.lte(now))
        // the platform tells how a mirrored sale ended
        .add(Column::OperatingMode.ne(OperatingMode::Mirror));
    let due = Entity::find().filter(Condition::any().add(opens).add(ends));
    Ok(due.order_by_asc(Column::EffectiveEndAt).limit(limit).list(conn).await?)
}

/// Open lots that end after `from` and up to `to`.
pub async fn ending(
    conn: &impl ConnectionTrait,
    from: Timestamp,
    to: Timestamp,
    limit: u64,
) -> Result<Vec<Model>, Problem> {
    let open = Entity::find().filter(Column::Status.eq(LotStatus::Open));
    let open = open.filter(Column::OperatingMode.ne(OperatingMode::Mirror));
    let ending = open.filter(Column::EffectiveEndAt.gt(from)).filter(Column::EffectiveEndAt.lte(to));
    Ok(ending.order_by_asc(Column::EffectiveEndAt).limit(limit).list(conn).await?)
}

/// The statement that writes back what bids change of these lots; none for no lots. Only for the holder of their locks,
/// who sees to it that it changes as many rows.
pub fn bids_saved(tx: &Tx, lots: &[Arc<Model>]) -> Option<Statement> {
    if lots.is_empty() {
        return None;
    }
    let rows = Rows::of(lots.iter().map(|lot| {
        [
            lot.id.into(),
            lot.status.into(),
            lot.effective_end_at.into(),
            lot.extension_count.into(),
            lot.current_price.into(),
            lot.leader_id.into(),
            lot.leader_code.clone().into(),
            lot.leader_rank.into(),
            lot.leader_arrived_at.into(),
            lot.leader_sequence.into(),
            lot.bid_count.into(),
            lot.attempt_count.into(),
            lot.version.into(),
        ]
    }));
    let (given, values) = rows.into_values(tx.engine());
    let text = format!(
        "UPDATE lot SET status = given.column2, effective_end_at = given.column3, extension_count = given.column4,
                current_price = given.column5, leader_id = given.column6, leader_code = given.column7,
                leader_rank = given.column8, leader_arrived_at = given.column9, leader_sequence = given.column10,
                bid_count = given.column11, attempt_count = given.column12, version = given.column13
         FROM {given} AS given WHERE lot.id = given.column1"
    );
    Some(sql(tx, &text, values))
}

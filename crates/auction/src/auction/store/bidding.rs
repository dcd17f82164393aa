//! Registrations, attempts to bid, signed batches of receipts.

use crate::auction::rules::bid::{Bidder, Standing};
use crate::auction::{BidOutcome, DepositHolding, DepositStatus, RegistrationStatus};
use crate::kernel::boxed;
use crate::kernel::bulk::{Rows, among, id_set};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Engine, Tx, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{AttemptId, CourtId, HoldId, LotId, PayableId, ReceiptBatchId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::secret::{BlindIndex, Sealed};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::HashMap;

pub mod registration {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "registration")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RegistrationId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub account_index: BlindIndex,
        pub account_sealed: Sealed,
        pub name_sealed: Sealed,
        pub bidder_code: Option<String>,
        pub status: RegistrationStatus,
        pub review_reason: Option<String>,
        pub priority_claim: Option<String>,
        pub priority_rank: Option<i32>,
        pub undertaking: bool,
        /// The latest correction of the announcement that the bidder has read.
        pub acknowledged_revision: i32,
        pub deposit_required: Money,
        pub deposit_received: Money,
        #[sea_orm(unique)]
        pub deposit_account_number: String,
        pub deposit_holding: DepositHolding,
        pub deposit_status: DepositStatus,
        pub hold_id: Option<HoldId>,
        pub payer_sealed: Option<Sealed>,
        pub refund_due_at: Option<Timestamp>,
        pub refund_payable_id: Option<PayableId>,
        pub recorded_at: Timestamp,
        /// Of an agent: from then on his bids are refused.
        pub power_revoked_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        pub fn bidder(&self) -> Bidder {
            bidder(self.id, self.status, self.priority_rank, self.power_revoked_at)
        }
    }
    fn bidder(
        registration: RegistrationId,
        status: RegistrationStatus,
        priority_rank: Option<i32>,
        power_revoked_at: Option<Timestamp>,
    ) -> Bidder {
        Bidder {
            registration: registration.uuid(),
            qualified: status == RegistrationStatus::Qualified,
            barred: status == RegistrationStatus::Barred,
            priority_rank,
            power_revoked_at,
        }
    }

    /// What of a registration a bid is decided on.
    #[derive(Clone, Debug)]
    pub struct Entrant {
        pub id: RegistrationId,
        pub lot_id: LotId,
        pub bidder_code: Option<String>,
        status: RegistrationStatus,
        priority_rank: Option<i32>,
        pub acknowledged_revision: i32,
        power_revoked_at: Option<Timestamp>,
    }
    impl Entrant {
        pub fn bidder(&self) -> Bidder {
            bidder(self.id, self.status, self.priority_rank, self.power_revoked_at)
        }
    }
    /// Those of `ids` that there are.
    #[boxed]
    pub async fn entrants(tx: &Tx, ids: Vec<RegistrationId>) -> Result<HashMap<RegistrationId, Entrant>, Problem> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let engine = tx.engine();
        let text = format!("SELECT {} AS found", entrants_text(engine, 1));
        let set = id_set(engine, ids.into_iter().map(RegistrationId::uuid));
        let row = tx.query_one_raw(sql(tx, &text, [set])).await?;
        entrants_of(row.map(|row| row.try_get::<Option<String>>("", "found")).transpose()?.flatten())
    }
    /// The entrants of the set that is parameter `n`, as one value: each row of SQLite crosses from one thread to
    /// another by itself, and a batch of bids reads one for each bidder.
    pub(super) fn entrants_text(engine: Engine, n: usize) -> String {
        let columns = match engine {
            Engine::Sqlite => "json_group_array(json_array(hex(id), hex(lot_id)",
            Engine::Postgres => "json_agg(json_build_array(id, lot_id",
        };
        format!(
            "(SELECT CAST({columns}, bidder_code, status, priority_rank, acknowledged_revision,
                                    power_revoked_at)) AS TEXT)
              FROM registration WHERE id {})",
            among(engine, n)
        )
    }
    /// What [`entrants_text`] has read.
    pub(super) fn entrants_of(found: Option<String>) -> Result<HashMap<RegistrationId, Entrant>, Problem> {
        type Columns = (Uuid, Uuid, Option<String>, RegistrationStatus, Option<i32>, i32, Option<i64>);
        let found: Vec<Columns> = found.map(|found| serde_json::from_str(&found)).transpose()?.unwrap_or_default();
        let entrant = |(id, lot, bidder_code, status, priority_rank, acknowledged_revision, revoked): Columns| {
            let (id, lot_id) = (RegistrationId::from_uuid(id), LotId::from_uuid(lot));
            let power_revoked_at = revoked.map(Timestamp::from_micros);
            (id, Entrant { id, lot_id, bidder_code, status, priority_rank, acknowledged_revision, power_revoked_at })
        };
        Ok(found.into_iter().map(entrant).collect())
    }

    /// The registration of one account for one lot.
    pub async fn of_account(
        conn: &impl ConnectionTrait,
        lot: LotId,
        account: &BlindIndex,
    ) -> Result<Option<Model>, Problem> {
        let own = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::AccountIndex.eq(account.clone()));
        Ok(own.first(conn).await?)
    }
    pub async fn count(conn: &impl ConnectionTrait, lot: LotId) -> Result<u64, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).count(conn).await?)
    }
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Id).list(conn).await?)
    }
    /// Bears a registration of the same lot this code?
    #[boxed]
    pub async fn has_code(tx: &Tx, row: &Model, code: &str) -> Result<bool, Problem> {
        let same = Entity::find().filter(Column::CourtId.eq(row.court_id)).filter(Column::LotId.eq(row.lot_id));
        Ok(same.filter(Column::BidderCode.eq(code)).first(tx).await?.is_some())
    }
    #[boxed]
    pub async fn lock(tx: &Tx, id: RegistrationId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::not_found("registration"))
    }
}

/// What a batch of bids reads besides its lots, by one statement: the entrants among `registrations`, and the attempts
/// that were made before by an account under a key of `asked` (one at least); nearly always there are none.
#[boxed]
pub async fn entrants_and_made(
    tx: &Tx,
    registrations: Vec<RegistrationId>,
    asked: Vec<(BlindIndex, String)>,
) -> Result<(HashMap<RegistrationId, registration::Entrant>, Vec<AttemptId>), Problem> {
    let engine = tx.engine();
    let asked = asked.into_iter().map(|(actor, key)| [actor.into(), key.into()]);
    let (given, mut values) = Rows::of(asked).into_values(engine);
    values.push(id_set(engine, registrations.into_iter().map(RegistrationId::uuid)));
    let entrants = registration::entrants_text(engine, values.len());
    let ids = match engine {
        Engine::Sqlite => "json_group_array(hex(made.id))",
        Engine::Postgres => "json_agg(made.id)",
    };
    let text = format!(
        "SELECT {entrants} AS found,
                (SELECT CAST({ids} AS TEXT) FROM {given} AS given
                 JOIN bid_attempt made
                     ON made.actor_index = given.column1 AND made.idempotency_key = given.column2) AS made"
    );
    let row = tx.query_one_raw(sql(tx, &text, values)).await?;
    let row = row.ok_or_else(|| Problem::internal("a query without its row"))?;
    let made: Option<String> = row.try_get("", "made")?;
    let made: Vec<Uuid> = made.map(|made| serde_json::from_str(&made)).transpose()?.unwrap_or_default();
    let entrants = registration::entrants_of(row.try_get("", "found")?)?;
    Ok((entrants, made.into_iter().map(AttemptId::from_uuid).collect()))
}

/// Whose deposit account this number is.
pub async fn registration_by_account_number(
    conn: &impl ConnectionTrait,
    number: &str,
) -> Result<Option<registration::Model>, Problem> {
    let found = registration::Entity::find().filter(registration::Column::DepositAccountNumber.eq(number));
    Ok(found.first(conn).await?)
}

pub mod receipt_batch {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt_batch")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReceiptBatchId,
        pub node: String,
        pub sequence: i64,
        pub root: Vec<u8>,
        pub previous_root: Vec<u8>,
        pub leaf_count: i32,
        pub signature: Vec<u8>,
        pub key_id: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Where a node's chain of batches stands: number and root of the last; 0 and empty before the first.
    #[derive(Clone, Debug, Default)]
    pub struct Head {
        pub sequence: i64,
        pub root: Vec<u8>,
    }
    impl From<&Model> for Head {
        fn from(batch: &Model) -> Head {
            Head { sequence: batch.sequence, root: batch.root.clone() }
        }
    }
    #[boxed]
    pub async fn head(tx: &Tx, node: &str) -> Result<Head, Problem> {
        let last = Entity::find().filter(Column::Node.eq(node)).order_by_desc(Column::Sequence).first(tx).await?;
        Ok(last.as_ref().map_or_else(Head::default, Head::from))
    }
}

pub mod attempt {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bid_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AttemptId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        /// None: of somebody who was not registered, whom `stranger_index` finds.
        pub registration_id: Option<RegistrationId>,
        pub stranger_index: Option<BlindIndex>,
        pub sequence: i64,
        pub bidder_code: Option<String>,
        pub priority_rank: Option<i32>,
        pub amount: Money,
        pub arrived_at: Timestamp,
        pub decided_at: Timestamp,
        pub outcome: BidOutcome,
        pub refusal: Option<String>,
        pub extended_to: Option<Timestamp>,
        pub lot_version: Option<i64>,
        pub statement: String,
        pub batch_id: ReceiptBatchId,
        pub batch_index: i32,
        pub path: Vec<u8>,
        /// By which account it was asked for, as a keyed hash of lot and account, under which key, with the hash of the
        /// input. None: bid by the platform within a sealed maximum.
        pub actor_index: Option<BlindIndex>,
        pub idempotency_key: Option<String>,
        pub input_hash: Option<Vec<u8>>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// Its place among the bids; none for an attempt that could not be accepted.
        pub fn standing(&self) -> Option<Standing> {
            Some(Standing {
                registration: self.registration_id?.uuid(),
                amount: self.amount,
                priority_rank: self.priority_rank,
                arrived_at: self.arrived_at,
                sequence: self.sequence,
            })
        }
    }

    /// When the latest bid that was taken of a registration arrived. Looked for from the lot's last one backwards.
    #[boxed]
    pub async fn last_accepted(tx: &Tx, lot: LotId, by: RegistrationId) -> Result<Option<Timestamp>, Problem> {
        let taken = Entity::find()
            .filter(Column::LotId.eq(lot))
            .filter(Column::LotVersion.is_not_null())
            .filter(Column::RegistrationId.eq(by))
            .filter(Column::Outcome.eq(BidOutcome::Accepted));
        Ok(taken.order_by_desc(Column::LotVersion).first(tx).await?.map(|last| last.arrived_at))
    }
    /// The accepted bids at the highest price: what the winner is read from again at the closing.
    #[boxed]
    pub async fn best(tx: &Tx, lot: LotId, price: Option<Money>) -> Result<Vec<Standing>, Problem> {
        let mut accepted =
            Entity::find().filter(Column::LotId.eq(lot)).filter(Column::Outcome.eq(BidOutcome::Accepted));
        if let Some(price) = price {
            accepted = accepted.filter(Column::Amount.gte(price));
        }
        Ok(accepted.limit(1000).list(tx).await?.iter().filter_map(Model::standing).collect())
    }
}

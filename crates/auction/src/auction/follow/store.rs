//! Tables of following, and which reminders are due.

use super::FollowReminder;
use crate::auction::store::lot;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::Problem;
use crate::kernel::ids::{AccountId, CourtId, LotId};
use chrono::TimeDelta;
use sea_orm::{PaginatorTrait, Select, entity::prelude::*, sea_query::Query};

pub mod lot_follow {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_follow")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// How many lots an account follows.
    pub async fn count(conn: &impl ConnectionTrait, account: AccountId) -> Result<u64, Problem> {
        Ok(Entity::find().filter(Column::AccountId.eq(account)).count(conn).await?)
    }
    pub async fn follows(conn: &impl ConnectionTrait, account: AccountId, lot: LotId) -> Result<bool, Problem> {
        let text = "SELECT 1 AS one FROM lot_follow WHERE account_id = $1 AND lot_id = $2";
        Ok(conn.query_one_raw(sql(conn, text, [account.into(), lot.into()])).await?.is_some())
    }
}

/// Published lots that an account follows.
pub fn followed_by(account: AccountId) -> Select<lot::Entity> {
    use lot_follow::{Column, Entity};
    let mut own = Query::select();
    own.column(Column::LotId).from(Entity).and_where(Column::AccountId.eq(account));
    lot::public().filter(lot::Column::Id.in_subquery(own))
}

/// Follows; false when it did so already.
#[boxed]
pub async fn follow(tx: &Tx, account: AccountId, row: &lot::Model, now: Timestamp) -> Result<bool, Problem> {
    let text = "INSERT INTO lot_follow (account_id, lot_id, court_id, recorded_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (account_id, lot_id) DO NOTHING";
    let values = [account.into(), row.id.into(), row.court_id.into(), now.into()];
    let new = tx.execute_raw(sql(tx, text, values)).await?.rows_affected() == 1;
    if new {
        let text = "INSERT INTO lot_follow_count (lot_id, court_id, followers) VALUES ($1, $2, 1)
                    ON CONFLICT (lot_id) DO UPDATE SET followers = lot_follow_count.followers + 1";
        tx.execute_raw(sql(tx, text, [row.id.into(), row.court_id.into()])).await?;
    }
    Ok(new)
}

/// Ends it; false when there was nothing to end.
#[boxed]
pub async fn unfollow(tx: &Tx, account: AccountId, lot: LotId) -> Result<bool, Problem> {
    let text = "DELETE FROM lot_follow WHERE account_id = $1 AND lot_id = $2";
    let gone = tx.execute_raw(sql(tx, text, [account.into(), lot.into()])).await?.rows_affected() == 1;
    if gone {
        let text = "UPDATE lot_follow_count SET followers = followers - 1 WHERE lot_id = $1";
        tx.execute_raw(sql(tx, text, [lot.into()])).await?;
    }
    Ok(gone)
}

/// How many follow a lot.
pub async fn followers(conn: &impl ConnectionTrait, lot: LotId) -> Result<i64, Problem> {
    let text = "SELECT followers FROM lot_follow_count WHERE lot_id = $1";
    let row = conn.query_one_raw(sql(conn, text, [lot.into()])).await?;
    Ok(row.map(|row| row.try_get("", "followers")).transpose()?.unwrap_or_default())
}

/// Lots of which somebody must be reminded now, by the hours that their courts have set; the most urgent first.
pub async fn due(
    conn: &impl ConnectionTrait,
    kind: FollowReminder,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<LotId>, Problem> {
    let ((status, instant), parameter) = (kind.place(), kind.parameter());
    let hours = format!("CAST(COALESCE(p.value, '{}') AS BIGINT)", parameter.default_value());
    let text = format!(
        "SELECT l.id AS id FROM lot l JOIN lot_follow_count f ON f.lot_id = l.id AND f.followers > 0
         LEFT JOIN court_parameter p ON p.court_id = l.court_id AND p.name = $1 AND p.status = 'ACTIVE'
         WHERE l.status = '{status}' AND l.{instant} > $2 AND l.{instant} <= $2 + {hours} * 3600000000
           AND l.{instant} <= $3
           AND NOT EXISTS (SELECT 1 FROM lot_reminder r WHERE r.lot_id = l.id AND r.kind = $4)
         ORDER BY l.{instant} LIMIT $5"
    );
    // no court's hours reach further: this bound is what the index is read by
    let furthest = now.plus(TimeDelta::hours(parameter.kind.greatest_integer().unwrap_or_default()));
    let values = [parameter.name.into(), now.into(), furthest.into(), kind.as_str().into(), limit.into()];
    let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Notes that a reminder goes out; false when one did already.
#[boxed]
pub async fn note(tx: &Tx, row: &lot::Model, kind: FollowReminder, now: Timestamp) -> Result<bool, Problem> {
    let text = "INSERT INTO lot_reminder (lot_id, kind, court_id, recorded_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (lot_id, kind) DO NOTHING";
    let values = [row.id.into(), kind.as_str().into(), row.court_id.into(), now.into()];
    Ok(tx.execute_raw(sql(tx, text, values)).await?.rows_affected() == 1)
}

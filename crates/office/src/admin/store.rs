//! The tables of the room, and finders.

use crate::kernel::{
    boxed,
    db::Tx,
    error::{Failure, Problem},
    ids::{CalendarNoticeId, CourtId, ParameterId},
    query::Fetch,
};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

use super::SettingStatus;

pub mod court_parameter {
    use crate::{
        admin::SettingStatus,
        kernel::{
            clock::Timestamp,
            ids::{CourtId, ParameterId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "court_parameter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ParameterId,
        pub court_id: CourtId,
        pub name: String,
        pub value: String,
        pub version: i64,
        pub status: SettingStatus,
        pub reason: String,
        pub document: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub effective_from: Option<Timestamp>,
        pub superseded_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod calendar_notice {
    use crate::{
        admin::SettingStatus,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::CalendarNoticeId,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CalendarNoticeId,
        pub year: i32,
        pub version: i64,
        pub number: String,
        pub published_on: LegalDate,
        pub extra_days: i32,
        /// As it was uploaded.
        pub json: String,
        pub status: SettingStatus,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub effective_from: Option<Timestamp>,
        pub superseded_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Every proposal on a parameter of a court, the latest version first.
pub fn versions(court: CourtId, name: &str) -> Select<court_parameter::Entity> {
    court_parameter::Entity::find()
        .filter(court_parameter::Column::CourtId.eq(court))
        .filter(court_parameter::Column::Name.eq(name))
        .order_by_desc(court_parameter::Column::Version)
}
/// The version of a parameter in this state; PROPOSED and ACTIVE are at most one.
pub async fn parameter_in(
    conn: &impl ConnectionTrait,
    court: CourtId,
    name: &str,
    status: SettingStatus,
) -> Result<Option<court_parameter::Model>, Problem> {
    Ok(versions(court, name).filter(court_parameter::Column::Status.eq(status)).first(conn).await?)
}
#[boxed]
pub async fn lock_parameter(tx: &Tx, id: ParameterId) -> Result<court_parameter::Model, Failure> {
    let row = court_parameter::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no parameter"))
}

/// The approved notices, in the order of their years.
pub async fn notices_in_force(conn: &impl ConnectionTrait) -> Result<Vec<calendar_notice::Model>, Problem> {
    Ok(calendar_notice::Entity::find()
        .filter(calendar_notice::Column::Status.eq(SettingStatus::Active))
        .order_by_asc(calendar_notice::Column::Year)
        .list(conn)
        .await?)
}
/// The notice of a year in this state; PROPOSED and ACTIVE are at most one.
pub async fn notice_in(
    conn: &impl ConnectionTrait,
    year: i32,
    status: SettingStatus,
) -> Result<Option<calendar_notice::Model>, Problem> {
    Ok(calendar_notice::Entity::find()
        .filter(calendar_notice::Column::Year.eq(year))
        .filter(calendar_notice::Column::Status.eq(status))
        .first(conn)
        .await?)
}
#[boxed]
pub async fn lock_notice(tx: &Tx, id: CalendarNoticeId) -> Result<calendar_notice::Model, Failure> {
    let row = calendar_notice::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no holiday notice"))
}

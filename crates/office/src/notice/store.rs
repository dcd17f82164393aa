//! The tables of the room, and finders. A notice is seen by its court and by the person whom it is for.

use super::{NoticeDeliveryState, NoticeKind};
use crate::{
    access::Scope,
    cases::store::parties_of_account,
    kernel::{
        clock::Timestamp,
        db::sql,
        error::Problem,
        ids::{CaseId, NoticeId},
        paging::{Page, Paged},
        query::Fetch,
    },
};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};

pub mod notice {
    use crate::{
        kernel::{
            clock::Timestamp,
            error::Problem,
            ids::{AccountId, AuditEventId, CaseId, CourtId, NoticeId, PartyId},
        },
        notice::{NoticeKind, rules::NoticeFacts},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NoticeId,
        pub court_id: CourtId,
        pub case_id: Option<CaseId>,
        pub kind: NoticeKind,
        pub event_id: AuditEventId,
        pub recipient_id: Uuid,
        pub party_id: Option<PartyId>,
        pub account_id: Option<AccountId>,
        pub facts: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn read_facts(&self) -> Result<NoticeFacts, Problem> {
            Ok(serde_json::from_str(&self.facts)?)
        }
    }
}

pub mod delivery {
    use crate::{
        kernel::{clock::Timestamp, ids::NoticeId},
        notice::{NoticeChannel, NoticeDeliveryState},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub notice_id: NoticeId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub channel: NoticeChannel,
        pub state: NoticeDeliveryState,
        pub tries: i32,
        pub next_at: Option<Timestamp>,
        pub last_error: Option<String>,
        pub delivered_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Notices of the viewer's courts, and his own: to the parties who bear his verified number of identity, or to his
/// account. Who follows a lot is not the court's to know.
fn visible(scope: &Scope) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => {
            let of_courts = Condition::all()
                .add(notice::Column::CourtId.is_in(courts.iter().copied()))
                .add(notice::Column::Kind.is_not_in(NoticeKind::OF_FOLLOWERS.iter().copied()));
            let seen = Condition::any().add(of_courts);
            match own {
                Some(account) => seen
                    .add(notice::Column::AccountId.eq(*account))
                    .add(notice::Column::PartyId.in_subquery(parties_of_account(*account))),
                None => seen,
            }
        }
    }
}

pub async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: NoticeId) -> Result<Option<notice::Model>, Problem> {
    Ok(notice::Entity::find_by_id(id).filter(visible(scope)).first(conn).await?)
}

/// Which notices a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeQueryFilter {
    pub case: Option<CaseId>,
    pub kind: Option<NoticeKind>,
    pub state: Option<NoticeDeliveryState>,
}

pub async fn notices(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: NoticeQueryFilter,
    page: Page,
) -> Result<Paged<notice::Model>, Problem> {
    let mut select = notice::Entity::find().filter(visible(scope));
    if let Some(case) = filter.case {
        select = select.filter(notice::Column::CaseId.eq(case));
    }
    if let Some(kind) = filter.kind {
        select = select.filter(notice::Column::Kind.eq(kind));
    }
    if let Some(state) = filter.state {
        let in_state = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::NoticeId)
            .filter(delivery::Column::State.eq(state));
        select = select.filter(notice::Column::Id.in_subquery(in_state.into_query()));
    }
    page.fetch(conn, select, notice::Column::Id).await
}

pub async fn deliveries_of(conn: &impl ConnectionTrait, id: NoticeId) -> Result<Vec<delivery::Model>, Problem> {
    let of_notice = delivery::Entity::find().filter(delivery::Column::NoticeId.eq(id));
    Ok(of_notice.order_by_asc(delivery::Column::Channel).list(conn).await?)
}

/// Deliveries whose time has come, the longest waiting first.
pub async fn due(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<delivery::Model>, Problem> {
    let due = delivery::Entity::find()
        .filter(delivery::Column::State.eq(NoticeDeliveryState::Waiting))
        .filter(delivery::Column::NextAt.lte(now));
    Ok(due.order_by_asc(delivery::Column::NextAt).limit(limit).list(conn).await?)
}

/// Cursor over the audit log: the last leaf that was read.
pub const AUDIT: &str = "audit";
/// Cursor over the lines of the run or bank file that people are being told of: the last line that was told, 0 between
/// two of them.
pub const RUN: &str = "run";

/// The last leaf of the audit log that was read; −1 before the first.
pub async fn cursor(conn: &impl ConnectionTrait) -> Result<i64, Problem> {
    Ok(position(conn, AUDIT).await?.unwrap_or(-1))
}

/// The last line of a run or file that was told; 0 before the first.
pub async fn run_cursor(conn: &impl ConnectionTrait) -> Result<i64, Problem> {
    Ok(position(conn, RUN).await?.unwrap_or_default())
}

async fn position(conn: &impl ConnectionTrait, name: &str) -> Result<Option<i64>, Problem> {
    let text = "SELECT leaf_index FROM notice_cursor WHERE name = $1";
    let row = conn.query_one_raw(sql(conn, text, [name.into()])).await?;
    Ok(row.map(|row| row.try_get("", "leaf_index")).transpose()?)
}

pub async fn set_cursor(tx: &impl ConnectionTrait, name: &str, position: i64) -> Result<(), Problem> {
    let text = "INSERT INTO notice_cursor (name, leaf_index) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET leaf_index = excluded.leaf_index";
    tx.execute_raw(sql(tx, text, [name.into(), position.into()])).await?;
    Ok(())
}

//! Where templates are kept, and the one in force.

use super::layout::BankLayouts;
use crate::{
    access::Scope,
    bank::TemplateStatus,
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{BankTemplateId, CourtId},
        paging::{Page, Paged},
        query::Fetch,
    },
    ledger::Book,
};
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};

pub mod bank_template {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_template")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BankTemplateId,
        pub court_id: CourtId,
        pub book: Book,
        pub version: i64,
        pub status: TemplateStatus,
        pub name: String,
        pub layouts: Option<String>,
        pub document: String,
        pub maker: String,
        pub recorded_at: Timestamp,
        pub decided_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        /// `None`: ISO 20022.
        pub fn read_layouts(&self) -> Result<Option<BankLayouts>, Problem> {
            Ok(self.layouts.as_deref().map(serde_json::from_str).transpose()?)
        }
    }
}
use bank_template::{Column, Entity, Model};

pub async fn by_id(conn: &impl ConnectionTrait, id: BankTemplateId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).first(conn).await?)
}

pub async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: BankTemplateId) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
}

/// Templates of the courts in scope, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    (court, book): (Option<CourtId>, Option<Book>),
    page: Page,
) -> Result<Paged<Model>, Problem> {
    let wanted = scope
        .on_court(Column::CourtId)
        .add_option(court.map(|court| Column::CourtId.eq(court)))
        .add_option(book.map(|book| Column::Book.eq(book)));
    page.fetch(conn, Entity::find().filter(wanted), Column::Id).await
}

/// The highest version of an account, whatever became of it; 0 for none.
pub async fn newest_version(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<i64, Problem> {
    let of_account = Entity::find().filter(Column::CourtId.eq(court)).filter(Column::Book.eq(book));
    Ok(of_account.order_by_desc(Column::Version).first(conn).await?.map_or(0, |row| row.version))
}

/// The version by which the payment files of an account are written now; `None` before the first.
pub async fn in_force(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<Option<Model>, Problem> {
    let approved = Entity::find()
        .filter(Column::CourtId.eq(court))
        .filter(Column::Book.eq(book))
        .filter(Column::Status.eq(TemplateStatus::Approved));
    Ok(approved.order_by_desc(Column::Version).first(conn).await?)
}

/// Whether a version waits for its vote.
pub async fn is_open(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<bool, Problem> {
    let open = Entity::find()
        .filter(Column::CourtId.eq(court))
        .filter(Column::Book.eq(book))
        .filter(Column::Status.eq(TemplateStatus::Proposed));
    Ok(open.first(conn).await?.is_some())
}

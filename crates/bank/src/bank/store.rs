//! Where bank files and their lines are kept, and the finders over them.

use super::{BankLineState, FileDirection, FileKind, FileState, LineKind, rules::Particulars};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::Scope,
    kernel::{
        bulk::Rows,
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{BankFileId, BankLineId, BankStatementId, BankTemplateId, CourtId, NodeKind, NodeRef},
        money::Money,
        paging::{Page, Paged},
        secret::{Place, Sealed, Vault},
    },
    ledger::Book,
};
use sea_orm::{
    ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{ExprTrait, OnConflict},
};
use std::collections::BTreeMap;

pub mod bank_file {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BankFileId,
        pub court_id: CourtId,
        pub book: Book,
        pub direction: FileDirection,
        pub kind: FileKind,
        pub state: FileState,
        pub message_name: String,
        pub message_id: String,
        pub sha256: Vec<u8>,
        pub byte_count: i64,
        pub file_name: Option<String>,
        pub line_count: i32,
        pub total: Money,
        pub taken: i32,
        pub known: i32,
        pub actor: String,
        pub made_at: Timestamp,
        pub recorded_at: Timestamp,
        pub finished_at: Option<Timestamp>,
        pub delivered_at: Option<Timestamp>,
        pub delivered_token: Option<i64>,
        pub template_id: Option<BankTemplateId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod bank_line {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BankLineId,
        pub court_id: CourtId,
        pub book: Book,
        pub file_id: BankFileId,
        pub line: i32,
        pub kind: LineKind,
        pub state: BankLineState,
        pub reference: String,
        pub amount: Option<Money>,
        pub booked_on: LegalDate,
        pub account_number: Option<String>,
        pub end_to_end_id: Option<String>,
        pub reversal: bool,
        pub status_code: Option<String>,
        pub reason_code: Option<String>,
        pub statement_id: Option<BankStatementId>,
        pub particulars_sealed: Sealed,
        pub target_kind: Option<String>,
        pub target_id: Option<Uuid>,
        pub note: Option<String>,
        pub tries: i32,
        pub recorded_at: Timestamp,
        pub dispatched_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn particulars_place(id: BankLineId) -> Place {
        Place::new("bank_line", id.uuid(), "particulars_sealed")
    }
    impl Model {
        pub fn target(&self) -> Option<NodeRef> {
            let kind = NodeKind::parse(self.target_kind.as_deref()?)?;
            Some(NodeRef { kind, id: self.target_id? })
        }
        pub fn particulars(&self, vault: &Vault) -> Result<Particulars, Problem> {
            let text = vault.open(particulars_place(self.id), &self.particulars_sealed).map_err(Problem::internal)?;
            Ok(serde_json::from_str(text.expose())?)
        }
    }
}

pub fn seal_particulars(vault: &Vault, id: BankLineId, particulars: &Particulars) -> Result<Sealed, Problem> {
    let text = serde_json::to_string(particulars)?;
    vault.seal(bank_line::particulars_place(id), &text).map_err(Problem::internal)
}

// ---- files ----

pub async fn find_file(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: BankFileId,
) -> Result<Option<bank_file::Model>, Problem> {
    let visible = scope.on_court(bank_file::Column::CourtId);
    Ok(bank_file::Entity::find_by_id(id).filter(visible).first(conn).await?)
}

/// Which files a list holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub court: Option<CourtId>,
    pub kind: Option<FileKind>,
    pub state: Option<FileState>,
}

/// Files of the courts in scope, newest first.
pub async fn files(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: Wanted,
    page: Page,
) -> Result<Paged<bank_file::Model>, Problem> {
    let select = bank_file::Entity::find().filter(
        scope
            .on_court(bank_file::Column::CourtId)
            .add_option(wanted.court.map(|court| bank_file::Column::CourtId.eq(court)))
            .add_option(wanted.kind.map(|kind| bank_file::Column::Kind.eq(kind)))
            .add_option(wanted.state.map(|state| bank_file::Column::State.eq(state))),
    );
    page.fetch(conn, select, bank_file::Column::Id).await
}

/// The same bytes, imported before.
pub async fn file_by_hash(
    conn: &impl ConnectionTrait,
    court: CourtId,
    sha256: &[u8],
) -> Result<Option<bank_file::Model>, Problem> {
    Ok(bank_file::Entity::find()
        .filter(bank_file::Column::CourtId.eq(court))
        .filter(bank_file::Column::Direction.eq(FileDirection::Incoming))
        .filter(bank_file::Column::Sha256.eq(sha256.to_vec()))
        .first(conn)
        .await?)
}

/// The payment file of ours that a bank answers.
pub async fn written_file(conn: &impl ConnectionTrait, message_id: &str) -> Result<Option<bank_file::Model>, Problem> {
    Ok(bank_file::Entity::find()
        .filter(bank_file::Column::Direction.eq(FileDirection::Outgoing))
        .filter(bank_file::Column::MessageId.eq(message_id))
        .first(conn)
        .await?)
}

/// The oldest file that still has lines to stage or to dispatch.
pub async fn oldest_to_stage(conn: &impl ConnectionTrait) -> Result<Option<bank_file::Model>, Problem> {
    Ok(bank_file::Entity::find()
        .filter(bank_file::Column::State.eq(FileState::Accepted))
        .filter(Expr::col(bank_file::Column::Taken).lt(Expr::col(bank_file::Column::LineCount)))
        .order_by_asc(bank_file::Column::Id)
        .first(conn)
        .await?)
}

/// Files all of whose lines are staged; they end when no line waits any more.
pub async fn files_to_finish(conn: &impl ConnectionTrait) -> Result<Vec<bank_file::Model>, Problem> {
    Ok(bank_file::Entity::find()
        .filter(bank_file::Column::State.eq(FileState::Accepted))
        .filter(Expr::col(bank_file::Column::Taken).eq(Expr::col(bank_file::Column::LineCount)))
        .order_by_asc(bank_file::Column::Id)
        .limit(50)
        .list(conn)
        .await?)
}

#[boxed]
pub async fn lock_file(tx: &Tx, id: BankFileId) -> Result<bank_file::Model, Failure> {
    let row = bank_file::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::internal("a bank file without its row"))
}

#[boxed]
pub async fn insert_file(tx: &Tx, row: bank_file::Model) -> Result<(), Problem> {
    bank_file::Entity::insert(row.into_active_model()).execute(tx).await?;
    Ok(())
}

#[boxed]
pub async fn save_file(tx: &Tx, row: bank_file::Model) -> Result<(), Problem> {
    bank_file::Entity::update(row.into_active_model().reset_all()).execute(tx).await?;
    Ok(())
}

// ---- lines ----

/// Lines of a file, newest id first.
pub async fn lines(
    conn: &impl ConnectionTrait,
    file: BankFileId,
    page: Page,
) -> Result<Paged<bank_line::Model>, Problem> {
    let select = bank_line::Entity::find().filter(bank_line::Column::FileId.eq(file));
    page.fetch(conn, select, bank_line::Column::Id).await
}

/// Which lines a list holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedLines {
    pub court: Option<CourtId>,
    pub book: Option<Book>,
    pub state: Option<BankLineState>,
}

/// Lines of the courts in scope, newest first.
pub async fn lines_of(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: WantedLines,
    page: Page,
) -> Result<Paged<bank_line::Model>, Problem> {
    let select = bank_line::Entity::find().filter(
        scope
            .on_court(bank_line::Column::CourtId)
            .add_option(wanted.court.map(|court| bank_line::Column::CourtId.eq(court)))
            .add_option(wanted.book.map(|book| bank_line::Column::Book.eq(book)))
            .add_option(wanted.state.map(|state| bank_line::Column::State.eq(state))),
    );
    page.fetch(conn, select, bank_line::Column::Id).await
}

/// How many lines of a file wait for a person.
pub async fn open_lines(conn: &impl ConnectionTrait, file: BankFileId) -> Result<u64, Problem> {
    Ok(bank_line::Entity::find()
        .filter(bank_line::Column::FileId.eq(file))
        .filter(bank_line::Column::State.eq(BankLineState::Open))
        .count(conn)
        .await?)
}

/// End-to-end ids and amounts of the payments that a file of ours carried.
pub async fn payments_of(conn: &impl ConnectionTrait, file: BankFileId) -> Result<BTreeMap<String, Money>, Problem> {
    let rows = bank_line::Entity::find()
        .filter(bank_line::Column::FileId.eq(file))
        .filter(bank_line::Column::Kind.eq(LineKind::Payment))
        .list(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.reference, row.amount?))).collect())
}

/// References in one question: bounded, so that the statements stay prepared.
const REFERENCES: usize = 200;

/// Movements of one account of the court that are known under these references.
pub async fn known_movements(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    references: &[&str],
) -> Result<BTreeMap<String, (LineKind, Option<Money>)>, Problem> {
    let mut known = BTreeMap::new();
    for chunk in references.chunks(REFERENCES) {
        let rows = bank_line::Entity::find()
            .filter(bank_line::Column::CourtId.eq(court))
            .filter(bank_line::Column::Book.eq(book))
            .filter(bank_line::Column::Kind.is_in([LineKind::Credit, LineKind::Debit]))
            .filter(bank_line::Column::Reference.is_in(chunk.iter().copied()))
            .list(conn)
            .await?;
        known.extend(rows.into_iter().map(|row| (row.reference, (row.kind, row.amount))));
    }
    Ok(known)
}

/// `false` when the movement is known already: nothing is written.
#[boxed]
pub async fn insert_line(tx: &Tx, row: bank_line::Model) -> Result<bool, Problem> {
    let inserted = bank_line::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .execute(tx)
        .await?;
    Ok(inserted > 0)
}

/// Writes lines that nobody has written before; answers how many were written.
#[boxed]
pub async fn insert_lines(tx: &Tx, rows: Vec<bank_line::Model>) -> Result<u64, Problem> {
    let mut written = 0_u64;
    for piece in rows.chunks(LINES_AT_ONCE) {
        let piece = piece.iter().cloned().map(|row| row.into_active_model());
        let inserted = bank_line::Entity::insert_many(piece)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .execute(tx)
            .await?;
        written = written.saturating_add(inserted);
    }
    Ok(written)
}
/// Bounds the parameters of one statement.
const LINES_AT_ONCE: usize = 100;

/// Lines that wait for their dispatch; those that failed before come last.
pub async fn staged_lines(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<bank_line::Model>, Problem> {
    Ok(bank_line::Entity::find()
        .filter(bank_line::Column::State.eq(BankLineState::Staged))
        .order_by_asc(bank_line::Column::Tries)
        .order_by_asc(bank_line::Column::Id)
        .limit(limit)
        .list(conn)
        .await?)
}

#[boxed]
pub async fn lock_line(tx: &Tx, id: BankLineId) -> Result<bank_line::Model, Failure> {
    let row = bank_line::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::internal("a bank line without its row"))
}

/// Locks lines in id order; those that are not there are missing.
#[boxed]
pub async fn lock_lines(tx: &Tx, ids: &[BankLineId]) -> Result<Vec<bank_line::Model>, Problem> {
    let rows = bank_line::Entity::find().filter(bank_line::Column::Id.is_in(ids.iter().copied()));
    Ok(rows.order_by_asc(bank_line::Column::Id).lock_exclusive().list(tx).await?)
}

/// Records where locked lines ended.
#[boxed]
pub async fn book_lines(tx: &Tx, booked: &[(BankLineId, NodeRef)], now: Timestamp) -> Result<(), Failure> {
    let row = |(line, target): &(BankLineId, NodeRef)| -> [sea_orm::Value; 5] {
        let state = BankLineState::Booked.as_str();
        [(*line).into(), state.into(), target.kind.as_str().into(), target.id.into(), now.into()]
    };
    let (given, values) = Rows::of(booked.iter().map(row)).into_values(tx.engine());
    let text = format!(
        "WITH v (id, state, kind, target, at) AS {given}
         UPDATE bank_line SET state = v.state, target_kind = v.kind, target_id = v.target, dispatched_at = v.at
         FROM v WHERE bank_line.id = v.id"
    );
    let changed = tx.execute_raw(sql(tx, &text, values)).await?;
    match usize::try_from(changed.rows_affected()) == Ok(booked.len()) {
        true => Ok(()),
        false => Err(Failure::internal("a locked bank line that did not change")),
    }
}

#[boxed]
pub async fn save_line(tx: &Tx, row: bank_line::Model) -> Result<(), Problem> {
    bank_line::Entity::update(row.into_active_model().reset_all()).execute(tx).await?;
    Ok(())
}

/// The movement that is known under a reference of an account.
#[boxed]
pub async fn lock_movement(
    tx: &Tx,
    court: CourtId,
    book: Book,
    reference: &str,
) -> Result<Option<bank_line::Model>, Problem> {
    let row = bank_line::Entity::find()
        .filter(bank_line::Column::CourtId.eq(court))
        .filter(bank_line::Column::Book.eq(book))
        .filter(bank_line::Column::Kind.is_in([LineKind::Credit, LineKind::Debit]))
        .filter(bank_line::Column::Reference.eq(reference))
        .lock_exclusive()
        .first(tx)
        .await?;
    Ok(row)
}

pub async fn find_line(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: BankLineId,
) -> Result<Option<bank_line::Model>, Problem> {
    let visible = scope.on_court(bank_line::Column::CourtId);
    Ok(bank_line::Entity::find_by_id(id).filter(visible).first(conn).await?)
}

/// Payment files that wait to be put into the folder for the bank, oldest first.
pub async fn files_to_deliver(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<bank_file::Model>, Problem> {
    Ok(bank_file::Entity::find()
        .filter(bank_file::Column::Direction.eq(FileDirection::Outgoing))
        .filter(bank_file::Column::DeliveredAt.is_null())
        .order_by_asc(bank_file::Column::Id)
        .limit(limit)
        .list(conn)
        .await?)
}

/// Whether a file has lines that are not dispatched yet.
pub async fn has_staged(conn: &impl ConnectionTrait, file: BankFileId) -> Result<bool, Problem> {
    let staged = bank_line::Entity::find()
        .filter(bank_line::Column::FileId.eq(file))
        .filter(bank_line::Column::State.eq(BankLineState::Staged))
        .first(conn)
        .await?;
    Ok(staged.is_some())
}

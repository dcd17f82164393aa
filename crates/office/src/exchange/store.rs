//! Imports, the cells of their files and the cases that came from them.

use super::{CaseImportMode, CaseImportStatus, grid::Grid};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::Scope,
    kernel::{
        clock::Timestamp,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{AccountId, CaseId, CaseImportId, CourtId},
        paging::{Page, Paged},
        secret::{Place, Sealed, Vault},
    },
};
use sea_orm::{ConnectionTrait, IntoActiveModel, QuerySelect, entity::prelude::*};
use std::collections::HashSet;

pub mod case_import {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_import")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CaseImportId,
        pub court_id: CourtId,
        pub file_name: String,
        pub sha256: String,
        pub status: CaseImportStatus,
        pub mode: Option<CaseImportMode>,
        pub total_cases: i64,
        pub next_case: i64,
        pub uploaded_by: AccountId,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod case_import_content {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_import_content")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: CaseImportId,
        pub cells_sealed: Sealed,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
const fn cells_place(id: CaseImportId) -> Place {
    Place::new("case_import_content", id.uuid(), "cells_sealed")
}

pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: CaseImportId,
) -> Result<Option<case_import::Model>, Problem> {
    Ok(case_import::Entity::find_by_id(id).filter(scope.on_court(case_import::Column::CourtId)).first(conn).await?)
}
/// Imports of the courts in scope, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    page: Page,
) -> Result<Paged<case_import::Model>, Problem> {
    let select = case_import::Entity::find().filter(scope.on_court(case_import::Column::CourtId));
    page.fetch(conn, select, case_import::Column::Id).await
}
/// Locks the import: confirmed twice at once, it goes on once.
#[boxed]
pub async fn lock(tx: &Tx, scope: &Scope, id: CaseImportId) -> Result<case_import::Model, Failure> {
    let found = case_import::Entity::find_by_id(id).filter(scope.on_court(case_import::Column::CourtId));
    found.lock_exclusive().first(tx).await?.ok_or_else(|| Failure::not_found("caseImport"))
}
/// The import of a file with these bytes.
pub async fn by_digest(
    conn: &impl ConnectionTrait,
    court: CourtId,
    sha256: &str,
) -> Result<Option<case_import::Model>, Problem> {
    let same = case_import::Entity::find()
        .filter(case_import::Column::CourtId.eq(court))
        .filter(case_import::Column::Sha256.eq(sha256));
    Ok(same.first(conn).await?)
}
/// Keeps a file that was read. When another connection kept the same one first, asked again the answer is that one.
#[boxed]
pub async fn insert(tx: &Tx, vault: &Vault, row: case_import::Model, grids: &[Grid]) -> Result<(), Failure> {
    let id = row.id;
    let taken = |error: DbErr| {
        let problem = Problem::from(error);
        if problem.is_unique_violation() { Problem::Conflict } else { problem }
    };
    case_import::Entity::insert(row.into_active_model()).execute(tx).await.map_err(taken)?;
    let cells = vault.seal_bytes(cells_place(id), &serde_json::to_vec(grids)?).map_err(Problem::internal)?;
    let content = case_import_content::Model { import_id: id, cells_sealed: cells };
    case_import_content::Entity::insert(content.into_active_model()).execute(tx).await?;
    Ok(())
}
/// The cells of an import's file.
pub async fn grids(conn: &impl ConnectionTrait, vault: &Vault, id: CaseImportId) -> Result<Vec<Grid>, Problem> {
    let row = case_import_content::Entity::find_by_id(id).first(conn).await?;
    let row = row.ok_or_else(|| Problem::internal("an import without its cells"))?;
    let cells = vault.open_bytes(cells_place(id), &row.cells_sealed).map_err(Problem::internal)?;
    Ok(serde_json::from_slice(&cells)?)
}
/// How far an import has come.
#[boxed]
pub async fn advance(tx: &Tx, row: &case_import::Model, mode: CaseImportMode, next: i64) -> Result<(), Failure> {
    let status = if next < row.total_cases { CaseImportStatus::Running } else { CaseImportStatus::Done };
    let change = "UPDATE case_import SET status = $2, mode = $3, next_case = $4 WHERE id = $1";
    let values = [row.id.into(), status.as_str().into(), mode.as_str().into(), next.into()];
    tx.execute_raw(sql(tx, change, values)).await?;
    Ok(())
}
#[boxed]
pub async fn note_case(tx: &Tx, id: CaseImportId, case: CaseId) -> Result<(), Failure> {
    let insert = "INSERT INTO case_import_case (case_id, import_id) VALUES ($1, $2)";
    tx.execute_raw(sql(tx, insert, [case.into(), id.into()])).await?;
    Ok(())
}
/// How many cases came from the import.
pub async fn imported(conn: &impl ConnectionTrait, id: CaseImportId) -> Result<i64, Problem> {
    let text = "SELECT COUNT(*) AS total FROM case_import_case WHERE import_id = $1";
    let row = conn.query_one_raw(sql(conn, text, [id.into()])).await?;
    Ok(row.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default())
}
/// The numbers of the cases that came from the import.
pub async fn imported_numbers(conn: &impl ConnectionTrait, id: CaseImportId) -> Result<HashSet<String>, Problem> {
    let text = "SELECT c.case_number AS case_number FROM case_import_case i
                JOIN enforcement_case c ON c.id = i.case_id WHERE i.import_id = $1";
    let rows = conn.query_all_raw(sql(conn, text, [id.into()])).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "case_number")?)).collect()
}

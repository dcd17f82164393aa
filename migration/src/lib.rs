//! The tables, one file per change. Each file is one SQL text for both engines, in the few column types that
//! [`for_engine`] knows; what differs by more than a type name (triggers) stands in two texts side by side.

pub use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m001_kernel;
mod m002_approval;
mod m003_access;
mod m004_audit;
mod m005_cases;
mod m006_funds;
mod m007_auction;
mod m008_ledger;
mod m009_payout;
mod m010_distribution;
mod m011_disbursement;
mod m012_bank;
mod m013_admin;
mod m014_rounds;
mod m015_intake;
mod m016_case_money;
mod m017_money;
mod m018_mirror;
mod m019_catalogue;
mod m020_disclosure;
mod m021_payout_rule;
mod m022_notice;
mod m023_document;
mod m024_agent;
mod m025_order;
mod m026_reconciliation;
mod m027_notary;
mod m028_payee;
mod m029_proxy;
mod m030_attachment;
mod m031_exchange;
mod m032_platform_deposit;
mod m033_collection;
mod m034_joint;
mod m035_settlement;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m001_kernel::Migration),
            Box::new(m002_approval::Migration),
            Box::new(m003_access::Migration),
            Box::new(m004_audit::Migration),
            Box::new(m005_cases::Migration),
            Box::new(m006_funds::Migration),
            Box::new(m007_auction::Migration),
            Box::new(m008_ledger::Migration),
            Box::new(m009_payout::Migration),
            Box::new(m010_distribution::Migration),
            Box::new(m011_disbursement::Migration),
            Box::new(m012_bank::Migration),
            Box::new(m013_admin::Migration),
            Box::new(m014_rounds::Migration),
            Box::new(m015_intake::Migration),
            Box::new(m016_case_money::Migration),
            Box::new(m017_money::Migration),
            Box::new(m018_mirror::Migration),
            Box::new(m019_catalogue::Migration),
            Box::new(m020_disclosure::Migration),
            Box::new(m021_payout_rule::Migration),
            Box::new(m022_notice::Migration),
            Box::new(m023_document::Migration),
            Box::new(m025_order::Migration),
            Box::new(m026_reconciliation::Migration),
            Box::new(m027_notary::Migration),
            // names the orders on record of m025
            Box::new(m024_agent::Migration),
            Box::new(m028_payee::Migration),
            Box::new(m029_proxy::Migration),
            Box::new(m030_attachment::Migration),
            Box::new(m031_exchange::Migration),
            Box::new(m032_platform_deposit::Migration),
            Box::new(m033_collection::Migration),
            Box::new(m035_settlement::Migration),
            Box::new(m034_joint::Migration),
        ]
    }
}

/// The text for one engine: `UUID` and `BLOB` are 16-byte and byte-string columns, `DATE` a civil day, instants and
/// amounts are BIGINT on both. WITHOUT ROWID stands for SQLite alone.
pub(crate) fn for_engine(sql: &str, engine: DbBackend) -> String {
    let (uuid, blob, date, without, rowid) = match engine {
        DbBackend::Sqlite => ("uuid_text", "BLOB", "date_text", "WITHOUT", "ROWID"),
        _ => ("uuid", "BYTEA", "DATE", "", ""),
    };
    let word = |text: &str| match text {
        "UUID" => Some(uuid),
        "BLOB" => Some(blob),
        "DATE" => Some(date),
        "WITHOUT" => Some(without),
        "ROWID" => Some(rowid),
        _ => None,
    };
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let end =
            rest[start..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(rest.len(), |n| start + n);
        out.push_str(&rest[..start]);
        out.push_str(word(&rest[start..end]).unwrap_or(&rest[start..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Runs a text of several statements.
pub(crate) async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let engine = manager.get_database_backend();
    manager.get_connection().execute_unprepared(&for_engine(sql, engine)).await.map(|_| ())
}

/// Makes a table append-only: UPDATE, DELETE, INSERT OR REPLACE (SQLite, with recursive_triggers) and TRUNCATE fail.
pub(crate) async fn append_only(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let sql = match manager.get_database_backend() {
        DbBackend::Sqlite => format!(
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
             CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        ),
        _ => format!(
            "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
             CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
               FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
             CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
               FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();"
        ),
    };
    manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
}

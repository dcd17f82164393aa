//! Administration: the parameters that courts set, and the holiday notices, both put in force by two people.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- One value that somebody proposed for a parameter of a court (法院规则参数). The row in force is the ACTIVE one.
CREATE TABLE court_parameter (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    name           TEXT   NOT NULL CHECK (length(name) > 0),
    value          TEXT   NOT NULL CHECK (length(value) > 0),
    version        BIGINT NOT NULL CHECK (version > 0),
    status         TEXT   NOT NULL CHECK (status IN ('PROPOSED', 'ACTIVE', 'REJECTED', 'SUPERSEDED')),
    reason         TEXT   NOT NULL CHECK (length(reason) > 0),
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    proposed_by    TEXT   NOT NULL,
    proposed_at    BIGINT NOT NULL,
    effective_from BIGINT,
    superseded_at  BIGINT,
    UNIQUE (court_id, name, version),
    CHECK ((status IN ('ACTIVE', 'SUPERSEDED')) = (effective_from IS NOT NULL)),
    CHECK ((status = 'SUPERSEDED') = (superseded_at IS NOT NULL))
);
CREATE UNIQUE INDEX court_parameter_active ON court_parameter (court_id, name) WHERE status = 'ACTIVE';
CREATE UNIQUE INDEX court_parameter_open ON court_parameter (court_id, name) WHERE status = 'PROPOSED';

-- A notice of the State Council on the holidays of one year (放假通知), as it was uploaded. The ACTIVE one of a year
-- stands in place of whatever the program ships for that year.
CREATE TABLE calendar_notice (
    id             UUID    NOT NULL PRIMARY KEY,
    year           INTEGER NOT NULL CHECK (year BETWEEN 2007 AND 2200),
    version        BIGINT  NOT NULL CHECK (version > 0),
    number         TEXT    NOT NULL CHECK (length(number) > 0),
    published_on   DATE    NOT NULL,
    -- days off by law beyond those of the 放假办法
    extra_days     INTEGER NOT NULL CHECK (extra_days BETWEEN 0 AND 5),
    json           TEXT    NOT NULL CHECK (length(json) > 0),
    status         TEXT    NOT NULL CHECK (status IN ('PROPOSED', 'ACTIVE', 'REJECTED', 'SUPERSEDED')),
    proposed_by    TEXT    NOT NULL,
    proposed_at    BIGINT  NOT NULL,
    effective_from BIGINT,
    superseded_at  BIGINT,
    UNIQUE (year, version),
    CHECK ((status IN ('ACTIVE', 'SUPERSEDED')) = (effective_from IS NOT NULL)),
    CHECK ((status = 'SUPERSEDED') = (superseded_at IS NOT NULL))
);
CREATE UNIQUE INDEX calendar_notice_active ON calendar_notice (year) WHERE status = 'ACTIVE';
CREATE UNIQUE INDEX calendar_notice_open ON calendar_notice (year) WHERE status = 'PROPOSED';
";

/// What was proposed stays as it was: only where it stands may change, and no row goes.
const KEPT: [(&str, &str); 2] = [
    ("court_parameter", "id, court_id, name, value, version, reason, document, proposed_by, proposed_at"),
    ("calendar_notice", "id, year, version, number, published_on, extra_days, json, proposed_by, proposed_at"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        for (table, columns) in KEPT {
            let sql = match manager.get_database_backend() {
                DbBackend::Sqlite => format!(
                    "CREATE TRIGGER {table}_keep BEFORE UPDATE OF {columns} ON {table}
                       BEGIN SELECT RAISE(ABORT, '{table} keeps what was proposed'); END;
                     CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
                       BEGIN SELECT RAISE(ABORT, '{table} keeps what was proposed'); END;"
                ),
                _ => format!(
                    "CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
                       BEGIN RAISE EXCEPTION '{table} keeps what was proposed'; END $$;
                     CREATE TRIGGER {table}_keep BEFORE UPDATE OF {columns} OR DELETE ON {table}
                       FOR EACH ROW EXECUTE FUNCTION {table}_keep();"
                ),
            };
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

//! Files of cases that are taken in, and which cases came from which.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A file of cases (案件导入). The same bytes are the same import.
CREATE TABLE case_import (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    file_name   TEXT   NOT NULL CHECK (length(file_name) > 0),
    sha256      TEXT   NOT NULL CHECK (length(sha256) = 64),
    status      TEXT   NOT NULL CHECK (status IN ('UPLOADED', 'RUNNING', 'DONE')),
    mode        TEXT   CHECK (mode IN ('ALL_OR_NOTHING', 'GOOD_CASES')),
    total_cases BIGINT NOT NULL CHECK (total_cases > 0),
    -- place in the file of the first case that has not been looked at yet
    next_case   BIGINT NOT NULL CHECK (next_case >= 0 AND next_case <= total_cases),
    uploaded_by UUID   NOT NULL,
    recorded_at BIGINT NOT NULL,
    UNIQUE (court_id, sha256),
    CHECK ((status = 'UPLOADED') = (mode IS NULL)),
    CHECK (status <> 'UPLOADED' OR next_case = 0),
    CHECK ((status = 'DONE') = (next_case = total_cases))
);
CREATE INDEX case_import_list ON case_import (court_id, id);

-- The cells of the file as they were read, sealed: they hold numbers of identity and of accounts.
CREATE TABLE case_import_content (
    import_id    UUID NOT NULL PRIMARY KEY REFERENCES case_import (id),
    cells_sealed BLOB NOT NULL
);

-- A case that came from a file.
CREATE TABLE case_import_case (
    case_id   UUID NOT NULL PRIMARY KEY REFERENCES enforcement_case (id),
    import_id UUID NOT NULL REFERENCES case_import (id)
);
CREATE INDEX case_import_case_import ON case_import_case (import_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, SQL).await?;
        for table in ["case_import_content", "case_import_case"] {
            crate::append_only(manager, table).await?;
        }
        Ok(())
    }
}

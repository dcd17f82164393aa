//! What was announced and how it was corrected.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const REVISIONS: &str = "
-- A correction of what was announced. The lot carries the number of its latest.
CREATE TABLE lot_revision (
    lot_id          UUID    NOT NULL REFERENCES lot (id),
    revision        INTEGER NOT NULL CHECK (revision > 0),
    court_id        UUID    NOT NULL,
    reason          TEXT    NOT NULL CHECK (length(reason) > 0),
    document_number TEXT    NOT NULL CHECK (length(document_number) > 0),
    -- a slip of the pen, without weight for anybody's decision
    clerical        BOOLEAN NOT NULL,
    -- the days of the announcement ran anew
    material        BOOLEAN NOT NULL,
    -- the public version that it made
    lot_version     BIGINT  NOT NULL CHECK (lot_version > 1),
    recorded_at     BIGINT  NOT NULL,
    PRIMARY KEY (lot_id, revision),
    CHECK (NOT (clerical AND material))
);
-- What it changed, field by field.
CREATE TABLE lot_revision_change (
    lot_id      UUID    NOT NULL,
    revision    INTEGER NOT NULL,
    position    INTEGER NOT NULL CHECK (position >= 0),
    court_id    UUID    NOT NULL,
    field       TEXT    NOT NULL CHECK (field IN ('TITLE', 'STARTS_AT', 'ENDS_AT', 'DISCLOSURE')),
    item        TEXT,
    before_text TEXT    NOT NULL,
    after_text  TEXT    NOT NULL,
    PRIMARY KEY (lot_id, revision, position),
    FOREIGN KEY (lot_id, revision) REFERENCES lot_revision (lot_id, revision),
    CHECK ((field = 'DISCLOSURE') = (item IS NOT NULL)),
    CHECK (before_text <> after_text)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, REVISIONS).await?;
        for table in ["lot_revision", "lot_revision_change"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

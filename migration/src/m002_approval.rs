//! Approvals: what several people decide, bound to a digest of what they saw.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
CREATE TABLE approval (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL,
    -- what is approved
    subject_kind TEXT   NOT NULL,
    subject_id   UUID   NOT NULL,
    maker        TEXT   NOT NULL,
    -- roles that vote, in order, as a JSON array
    steps        TEXT   NOT NULL,
    -- next step; the approval is open while there is one
    step         INTEGER NOT NULL CHECK (step >= 0),
    -- SHA-256 of what is approved: any change of it voids the votes
    digest       BLOB   NOT NULL CHECK (length(digest) = 32),
    status       TEXT   NOT NULL CHECK (status IN ('OPEN', 'APPROVED', 'REJECTED', 'VOID')),
    requested_at BIGINT NOT NULL,
    decided_at   BIGINT,
    CHECK ((status = 'OPEN') = (decided_at IS NULL))
);
CREATE INDEX approval_of_court ON approval (court_id, status, id);
CREATE INDEX approval_subject ON approval (subject_id);
-- one open approval of a thing
CREATE UNIQUE INDEX approval_open ON approval (subject_id) WHERE status = 'OPEN';

CREATE TABLE approval_vote (
    approval_id UUID    NOT NULL REFERENCES approval (id),
    step        INTEGER NOT NULL,
    role        TEXT    NOT NULL,
    voter       TEXT    NOT NULL,
    approved    BOOLEAN NOT NULL,
    reason      TEXT,
    voted_at    BIGINT  NOT NULL,
    PRIMARY KEY (approval_id, step),
    -- nobody votes twice on one thing
    UNIQUE (approval_id, voter)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

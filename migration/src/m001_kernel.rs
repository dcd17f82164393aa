//! What every operation uses: idempotency keys, counters, the outbox, leases of jobs.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- One row per key that an actor used, for good: the answer of the first use is the answer of every later one.
CREATE TABLE idempotency_key (
    actor        TEXT   NOT NULL,
    key          TEXT   NOT NULL CHECK (length(key) BETWEEN 8 AND 64),
    operation    TEXT   NOT NULL,
    -- HMAC of operation and canonical input: same key with another input is refused
    input_hash   BLOB   NOT NULL,
    -- ids of what was made, as JSON; NULL only inside of the transaction that claimed the key
    result       TEXT,
    recorded_at  BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
) WITHOUT ROWID;

-- Human numbers without gaps: lot, order and account numbers of a court and year.
CREATE TABLE counter (
    court_id UUID    NOT NULL,
    name     TEXT    NOT NULL,
    year     INTEGER NOT NULL,
    value    BIGINT  NOT NULL CHECK (value > 0),
    PRIMARY KEY (court_id, name, year)
);

-- What others are to be told, written with the change; a leased relay sends and deletes the rows.
CREATE TABLE outbox (
    id           UUID   NOT NULL PRIMARY KEY,
    topic        TEXT   NOT NULL,
    subject_kind TEXT   NOT NULL,
    subject_id   UUID   NOT NULL,
    version      BIGINT NOT NULL,
    recorded_at  BIGINT NOT NULL
);

-- Who may run a job now. The token grows with every change of holder: a late holder is fenced off by it.
CREATE TABLE lease (
    name       TEXT   NOT NULL PRIMARY KEY,
    holder     TEXT   NOT NULL,
    token      BIGINT NOT NULL CHECK (token > 0),
    expires_at BIGINT NOT NULL
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

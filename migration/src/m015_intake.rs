//! Which servers take bids, the times in which they did not, and the replay files of ended lots.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- One row per server that takes bids, renewed every second through its own bidding queue. The token grows with every
-- process that takes the name: an earlier one is fenced off by it.
CREATE TABLE intake (
    node        TEXT    NOT NULL PRIMARY KEY,
    token       BIGINT  NOT NULL CHECK (token > 0),
    beat_at     BIGINT  NOT NULL,
    -- what the server takes after this instant, unrenewed, it must refuse
    lease_until BIGINT  NOT NULL,
    -- no bid that arrived before this instant is still on its way through the server
    drained_to  BIGINT  NOT NULL,
    -- left in good order, with an empty queue
    retired     BOOLEAN NOT NULL
);

-- Times in which a server that had not left took no bids; total when no other took any.
CREATE TABLE intake_outage (
    node     TEXT    NOT NULL,
    from_at  BIGINT  NOT NULL,
    until_at BIGINT  NOT NULL CHECK (until_at > from_at),
    total    BOOLEAN NOT NULL,
    PRIMARY KEY (node, from_at, total)
);
CREATE INDEX intake_outage_until ON intake_outage (until_at);

-- Ended lots whose replay files are still to be written. One that fails is tried again later, behind the others.
CREATE TABLE lot_replay_due (
    lot_id      UUID    NOT NULL PRIMARY KEY REFERENCES lot (id),
    due_at      BIGINT  NOT NULL,
    failures    INTEGER NOT NULL CHECK (failures >= 0)
);
CREATE INDEX lot_replay_due_at ON lot_replay_due (due_at);

-- The signed replay files of a lot: what everybody may read, and the full one for the court.
CREATE TABLE lot_replay (
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    form        TEXT   NOT NULL CHECK (form IN ('PUBLIC', 'FULL')),
    court_id    UUID   NOT NULL,
    content     TEXT   NOT NULL,
    sha256      TEXT   NOT NULL CHECK (length(sha256) = 64),
    key_id      TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (lot_id, form)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        for table in ["intake_outage", "lot_replay"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

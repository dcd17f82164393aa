//! Lots under one heading, lots that somebody follows, and what the live catalogue looks for.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLLECTIONS: &str = "
-- Published lots under one heading (专场): of the court that makes it and of the courts below it.
CREATE TABLE lot_collection (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL REFERENCES court (id),
    title           TEXT   NOT NULL CHECK (length(title) > 0),
    description     TEXT   NOT NULL CHECK (length(description) > 0),
    state           TEXT   NOT NULL CHECK (state IN ('DRAFT', 'ONLINE', 'OFFLINE')),
    online_at       BIGINT,
    offline_at      BIGINT,
    -- what its lots come to, written with every change of its lots: prices of a published lot stand
    lots            BIGINT NOT NULL CHECK (lots BETWEEN 0 AND 500),
    appraisal_price BIGINT NOT NULL CHECK (appraisal_price >= 0),
    starting_price  BIGINT NOT NULL CHECK (starting_price >= 0),
    recorded_at     BIGINT NOT NULL,
    CHECK (state <> 'DRAFT' OR online_at IS NULL),
    CHECK (state = 'DRAFT' OR online_at IS NOT NULL),
    CHECK ((state = 'OFFLINE') = (offline_at IS NOT NULL)),
    CHECK (state <> 'ONLINE' OR lots > 0)
);
CREATE INDEX lot_collection_list ON lot_collection (court_id, id);
CREATE INDEX lot_collection_online ON lot_collection (id) WHERE state = 'ONLINE';
CREATE TABLE lot_collection_member (
    collection_id UUID NOT NULL REFERENCES lot_collection (id),
    lot_id        UUID NOT NULL REFERENCES lot (id),
    court_id      UUID NOT NULL,
    PRIMARY KEY (collection_id, lot_id)
);
";

const FOLLOWING: &str = "
-- Who wants to hear of a lot (关注). No list of a lot's followers leaves the system; only their number is public.
CREATE TABLE lot_follow (
    account_id  UUID   NOT NULL REFERENCES account (id),
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    court_id    UUID   NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, lot_id)
);
CREATE INDEX lot_follow_lot ON lot_follow (lot_id, account_id);
CREATE TABLE lot_follow_count (
    lot_id    UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id  UUID   NOT NULL,
    followers BIGINT NOT NULL CHECK (followers >= 0)
);
-- Reminders that went out: each once for a lot.
CREATE TABLE lot_reminder (
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    kind        TEXT   NOT NULL CHECK (kind IN ('START', 'END')),
    court_id    UUID   NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (lot_id, kind)
);
-- what the reminding job looks for
CREATE INDEX lot_starting ON lot (starts_at) WHERE status = 'ANNOUNCED';
";

const FEED: &str = "
-- What changed lately apart from bids, which are by far the most and are found by the versions of open lots.
CREATE INDEX lot_event_recent ON lot_event (recorded_at) WHERE kind <> 'BID';
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, COLLECTIONS).await?;
        super::run(manager, FOLLOWING).await?;
        super::run(manager, FEED).await
    }
}

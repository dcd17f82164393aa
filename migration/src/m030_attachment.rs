//! Photos and papers of lots, how often lots are looked at, and what the statistics of a court are read by.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const ATTACHMENTS: &str = "
-- A photo or paper of a lot (附件). It is declared first; then its bytes come to a short-lived address.
CREATE TABLE lot_attachment (
    id               UUID    NOT NULL PRIMARY KEY,
    court_id         UUID    NOT NULL REFERENCES court (id),
    lot_id           UUID    NOT NULL REFERENCES lot (id),
    file_name        TEXT    NOT NULL CHECK (length(file_name) > 0),
    caption          TEXT,
    media_type       TEXT    NOT NULL CHECK (media_type IN ('JPEG', 'PNG', 'PDF')),
    size             BIGINT  NOT NULL CHECK (size BETWEEN 1 AND 104857600),
    sha256           BLOB    NOT NULL CHECK (length(sha256) = 32),
    state            TEXT    NOT NULL CHECK (state IN ('PENDING', 'STORED', 'EXPIRED', 'REMOVED')),
    stored_at        BIGINT,
    -- the revision of the announcement that shows it (0: the announcement itself), and the one that takes it away
    shown_revision   INTEGER CHECK (shown_revision >= 0),
    removed_revision INTEGER,
    recorded_at      BIGINT  NOT NULL,
    CHECK (state <> 'STORED' OR stored_at IS NOT NULL),
    CHECK (state NOT IN ('PENDING', 'EXPIRED') OR stored_at IS NULL),
    CHECK (shown_revision IS NULL OR stored_at IS NOT NULL),
    CHECK (removed_revision IS NULL OR (state = 'REMOVED' AND shown_revision < removed_revision))
);
CREATE INDEX lot_attachment_list ON lot_attachment (lot_id, id);
CREATE INDEX lot_attachment_object ON lot_attachment (sha256);
CREATE INDEX lot_attachment_pending ON lot_attachment (recorded_at) WHERE state = 'PENDING';

-- What the object store holds, or is about to: one object for each hash, whichever lots it belongs to.
CREATE TABLE stored_object (
    sha256      BLOB   NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    recorded_at BIGINT NOT NULL,
    -- from when on it is looked at whether anything still needs it
    release_at  BIGINT
);
CREATE INDEX stored_object_release ON stored_object (release_at) WHERE release_at IS NOT NULL;
";

const STATISTICS: &str = "
-- How often a lot was looked at on a day (围观次数). Nothing in it says by whom.
CREATE TABLE lot_view (
    lot_id   UUID   NOT NULL REFERENCES lot (id),
    day      DATE   NOT NULL,
    court_id UUID   NOT NULL,
    views    BIGINT NOT NULL CHECK (views > 0),
    PRIMARY KEY (lot_id, day)
);
CREATE INDEX lot_view_court ON lot_view (court_id, day);

-- The statistics of a court read the rows of their period and no others.
CREATE INDEX lot_event_statistics ON lot_event (court_id, kind, recorded_at) WHERE kind IN ('PUBLISHED', 'OPENED');
CREATE INDEX lot_result_statistics ON lot_result (court_id, ended_at);
CREATE INDEX registration_statistics ON registration (court_id, recorded_at);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, ATTACHMENTS).await?;
        super::run(manager, STATISTICS).await
    }
}

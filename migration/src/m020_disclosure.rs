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
    -- by which the catalogue found it until then
    words_before    TEXT    NOT NULL,
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
    field       TEXT    NOT NULL CHECK (field IN ('TITLE', 'STARTS_AT', 'ENDS_AT', 'DISCLOSURE', 'ATTACHMENT')),
    item        TEXT,
    before_text TEXT    NOT NULL,
    after_text  TEXT    NOT NULL,
    PRIMARY KEY (lot_id, revision, position),
    FOREIGN KEY (lot_id, revision) REFERENCES lot_revision (lot_id, revision),
    CHECK ((field = 'DISCLOSURE') = (item IS NOT NULL)),
    CHECK (before_text <> after_text)
);
";

const PROPERTY: &str = "
-- The price that the starting price refers to, and how long it holds (参考价规定 2, 27). Open to change until publication.
CREATE TABLE reference_price (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL,
    method          TEXT   NOT NULL
        CHECK (method IN ('NEGOTIATED', 'DIRECTED_INQUIRY', 'NETWORK_INQUIRY', 'APPRAISAL')),
    amount          BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- what each platform answered (JSON)
    quotes          TEXT   NOT NULL,
    source          TEXT   NOT NULL CHECK (length(source) > 0),
    -- why the ways before it gave no price
    reason          TEXT,
    fixed_on        DATE   NOT NULL,
    valid_until     DATE   NOT NULL,
    document_number TEXT   NOT NULL CHECK (length(document_number) > 0),
    recorded_at     BIGINT NOT NULL,
    CHECK (valid_until >= fixed_on),
    CHECK (method = 'NEGOTIATED' OR reason IS NOT NULL)
);
-- The survey of the property, question by question.
CREATE TABLE lot_survey (
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    item        TEXT   NOT NULL,
    court_id    UUID   NOT NULL,
    finding     TEXT   NOT NULL CHECK (finding IN ('FOUND', 'NOT_INVESTIGATED', 'NOT_APPLICABLE')),
    content     TEXT   NOT NULL CHECK (length(content) > 0),
    source      TEXT,
    surveyed_on DATE,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (lot_id, item),
    CHECK ((finding = 'FOUND') = (source IS NOT NULL)),
    CHECK ((finding = 'FOUND') = (surveyed_on IS NOT NULL))
);
-- What a purchaser must reckon with besides the price. An absent answer is: not investigated.
CREATE TABLE lot_card (
    lot_id        UUID    NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id      UUID    NOT NULL,
    occupancy     TEXT    NOT NULL,
    keys_held     BOOLEAN,
    loan_possible BOOLEAN,
    recorded_at   BIGINT  NOT NULL
);
CREATE TABLE lot_cost (
    lot_id      UUID    NOT NULL REFERENCES lot (id),
    position    INTEGER NOT NULL CHECK (position >= 0),
    court_id    UUID    NOT NULL,
    kind        TEXT    NOT NULL,
    bearer      TEXT    NOT NULL CHECK (bearer IN ('BUYER', 'DEBTOR', 'EACH')),
    -- absent: not known
    amount      BIGINT  CHECK (amount >= 0 AND amount < 1000000000000000),
    note        TEXT,
    recorded_at BIGINT  NOT NULL,
    PRIMARY KEY (lot_id, position)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, REVISIONS).await?;
        super::run(manager, PROPERTY).await?;
        for table in ["lot_revision", "lot_revision_change"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

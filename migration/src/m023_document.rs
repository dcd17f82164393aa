//! Numbered documents of a court, with what stands on them and their files.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A document (文书): numbered by court, kind and year without a gap, never changed. A new text is a new document.
CREATE TABLE document (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    -- none for papers over many cases
    case_id         UUID    REFERENCES enforcement_case (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('RECEIPT_VOUCHER', 'PAYOUT_APPROVAL', 'DEFERRAL_APPROVAL',
                        'NOTARY_APPROVAL',
                        'DISTRIBUTION_PLAN', 'SETTLEMENT_SHEET', 'PAYOUT_RECEIPT', 'PAYOUT_BATCH',
                        'AUCTION_ANNOUNCEMENT', 'BIDDING_INSTRUCTIONS', 'SURVEY_TABLE', 'SALE_CONFIRMATION',
                        'SALE_RULING', 'ASSISTANCE_NOTICE', 'DELIVERY_RECORD', 'TOP_UP_NOTICE')),
    year            INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    serial          BIGINT  NOT NULL CHECK (serial > 0),
    number          TEXT    NOT NULL CHECK (length(number) BETWEEN 1 AND 64),
    -- what it was made from
    subject_kind    TEXT    NOT NULL,
    subject_id      UUID    NOT NULL,
    dated           DATE    NOT NULL,
    -- every word on it, as JSON: the file is made from this alone
    paper_sealed    BLOB    NOT NULL,
    -- SHA-256 of the words without number and day: the same words are not numbered twice
    content_sha256  BLOB    NOT NULL,
    author          TEXT    NOT NULL CHECK (length(author) > 0),
    recorded_at     BIGINT  NOT NULL,
    UNIQUE (court_id, kind, year, serial),
    UNIQUE (court_id, kind, subject_id, content_sha256)
);
CREATE INDEX document_list ON document (court_id, id);
CREATE INDEX document_of_case ON document (case_id, id);

-- The file of a document, made once.
CREATE TABLE document_file (
    document_id     UUID    NOT NULL PRIMARY KEY REFERENCES document (id),
    court_id        UUID    NOT NULL REFERENCES court (id),
    sha256          BLOB    NOT NULL,
    byte_count      BIGINT  NOT NULL CHECK (byte_count > 0),
    recorded_at     BIGINT  NOT NULL
);
-- Its bytes in sealed pieces, in order.
CREATE TABLE document_chunk (
    document_id     UUID    NOT NULL REFERENCES document (id),
    sequence        INTEGER NOT NULL CHECK (sequence >= 0),
    content_sealed  BLOB    NOT NULL,
    PRIMARY KEY (document_id, sequence)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, SQL).await?;
        for table in ["document", "document_file", "document_chunk"] {
            crate::append_only(manager, table).await?;
        }
        Ok(())
    }
}

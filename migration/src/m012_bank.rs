//! Bank files and their lines.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A file from or to the bank (银行文件), kept as it was, sealed. A refused file is not here: its hash is in the audit log.
CREATE TABLE bank_file (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    book            TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    direction       TEXT    NOT NULL CHECK (direction IN ('INCOMING', 'OUTGOING')),
    kind            TEXT    NOT NULL CHECK (kind IN ('NOTICE', 'STATEMENT', 'RESULTS', 'PAYMENTS')),
    state           TEXT    NOT NULL CHECK (state IN ('ACCEPTED', 'DISPATCHED', 'WRITTEN')),
    -- full name of the message, e.g. camt.054.001.08, and the maker's id of it
    message_name    TEXT    NOT NULL CHECK (length(message_name) > 0),
    message_id      TEXT    NOT NULL CHECK (length(message_id) BETWEEN 1 AND 35),
    sha256          BLOB    NOT NULL,
    content_sealed  BLOB    NOT NULL,
    line_count      INTEGER NOT NULL CHECK (line_count >= 0),
    total           BIGINT  NOT NULL CHECK (total >= 0 AND total < 1000000000000000),
    -- lines taken from the file so far: staged in bank_line, or known from an earlier file
    taken           INTEGER NOT NULL CHECK (taken >= 0 AND taken <= line_count),
    known           INTEGER NOT NULL CHECK (known >= 0 AND known <= taken),
    -- who imported or wrote it
    actor           TEXT    NOT NULL CHECK (length(actor) > 0),
    -- the maker's instant
    made_at         BIGINT  NOT NULL,
    recorded_at     BIGINT  NOT NULL,
    finished_at     BIGINT,
    UNIQUE (court_id, direction, sha256),
    CHECK ((direction = 'OUTGOING') = (kind = 'PAYMENTS')),
    CHECK ((direction = 'OUTGOING') = (state = 'WRITTEN')),
    CHECK ((state = 'DISPATCHED') = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX bank_file_written ON bank_file (message_id) WHERE direction = 'OUTGOING';
CREATE INDEX bank_file_list ON bank_file (court_id, id);
CREATE INDEX bank_file_open ON bank_file (id) WHERE state = 'ACCEPTED';

-- One movement, result or payment of a file (银行明细).
CREATE TABLE bank_line (
    id                  UUID    NOT NULL PRIMARY KEY,
    court_id            UUID    NOT NULL REFERENCES court (id),
    book                TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    file_id             UUID    NOT NULL REFERENCES bank_file (id),
    -- place in the file, from 1
    line                INTEGER NOT NULL CHECK (line > 0),
    kind                TEXT    NOT NULL CHECK (kind IN ('CREDIT', 'DEBIT', 'RESULT', 'PAYMENT')),
    state               TEXT    NOT NULL CHECK (state IN ('STAGED', 'BOOKED', 'UNIDENTIFIED', 'OPEN', 'SENT')),
    -- the bank's reference of a movement, the end-to-end id of a result or payment
    reference           TEXT    NOT NULL CHECK (length(reference) BETWEEN 1 AND 35),
    -- NULL for a result in which the bank does not repeat it
    amount              BIGINT  CHECK (amount > 0 AND amount < 1000000000000000),
    booked_on           DATE    NOT NULL,
    -- the number of ours that a credit names: a case account, a deposit account, the main account
    account_number      TEXT,
    end_to_end_id       TEXT,
    -- the bank takes an earlier movement back
    reversal            BOOLEAN NOT NULL,
    status_code         TEXT,
    reason_code         TEXT,
    -- names, numbers and texts of people, as one sealed JSON
    particulars_sealed  BLOB    NOT NULL,
    -- what it was booked as
    target_kind         TEXT,
    target_id           UUID,
    -- why it waits for a person
    note                TEXT,
    tries               INTEGER NOT NULL CHECK (tries >= 0),
    recorded_at         BIGINT  NOT NULL,
    dispatched_at       BIGINT,
    UNIQUE (file_id, line),
    CHECK ((target_kind IS NULL) = (target_id IS NULL)),
    CHECK (state NOT IN ('BOOKED', 'UNIDENTIFIED', 'SENT') OR target_id IS NOT NULL),
    CHECK ((state = 'OPEN') = (note IS NOT NULL)),
    CHECK ((state IN ('STAGED', 'SENT')) = (dispatched_at IS NULL)),
    CHECK ((kind = 'PAYMENT') = (state = 'SENT')),
    CHECK (kind = 'RESULT' OR amount IS NOT NULL)
);
-- the same reference on the same account of the court is the same movement, in whichever file it stands
CREATE UNIQUE INDEX bank_line_once ON bank_line (court_id, book, reference) WHERE kind IN ('CREDIT', 'DEBIT');
CREATE UNIQUE INDEX bank_line_payment_once ON bank_line (reference) WHERE kind = 'PAYMENT';
CREATE INDEX bank_line_staged ON bank_line (tries, id) WHERE state = 'STAGED';
CREATE INDEX bank_line_staged_of_file ON bank_line (file_id) WHERE state = 'STAGED';
CREATE INDEX bank_line_state ON bank_line (court_id, state, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

//! Bank files and their lines, templates, statements, and which ledger entry each movement is.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- How the payment files of one court account are written and their answers read (银行模板). One version is in force: the
-- approved one with the highest number; without layouts it is ISO 20022 again.
CREATE TABLE bank_template (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    book            TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    version         BIGINT  NOT NULL CHECK (version > 0),
    status          TEXT    NOT NULL CHECK (status IN ('PROPOSED', 'APPROVED', 'REJECTED')),
    name            TEXT    NOT NULL CHECK (length(name) > 0),
    -- the layouts as JSON
    layouts         TEXT,
    document        TEXT    NOT NULL CHECK (length(document) > 0),
    maker           TEXT    NOT NULL CHECK (length(maker) > 0),
    recorded_at     BIGINT  NOT NULL,
    decided_at      BIGINT,
    UNIQUE (court_id, book, version),
    CHECK ((status = 'PROPOSED') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX bank_template_open ON bank_template (court_id, book) WHERE status = 'PROPOSED';
CREATE INDEX bank_template_list ON bank_template (court_id, id);

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
    -- the bytes stand in bank_file_chunk
    byte_count      BIGINT  NOT NULL CHECK (byte_count > 0),
    -- the name it bore outside
    file_name       TEXT    CHECK (length(file_name) BETWEEN 1 AND 200),
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
    -- when it was put into the folder for the bank
    delivered_at    BIGINT,
    -- by which holder of the folder's lease: only the part that it wrote gets the file's name
    delivered_token BIGINT,
    -- the template by which it is written or read; none: ISO 20022
    template_id     UUID    REFERENCES bank_template (id),
    UNIQUE (court_id, direction, sha256),
    CHECK (delivered_at IS NULL OR direction = 'OUTGOING'),
    CHECK ((delivered_at IS NULL) = (delivered_token IS NULL)),
    CHECK ((direction = 'OUTGOING') = (kind = 'PAYMENTS')),
    CHECK ((direction = 'OUTGOING') = (state = 'WRITTEN')),
    CHECK ((state = 'DISPATCHED') = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX bank_file_written ON bank_file (message_id) WHERE direction = 'OUTGOING';
CREATE INDEX bank_file_deliver ON bank_file (id) WHERE direction = 'OUTGOING' AND delivered_at IS NULL;
CREATE INDEX bank_file_list ON bank_file (court_id, id);
CREATE INDEX bank_file_open ON bank_file (id) WHERE state = 'ACCEPTED';

-- The bytes of a file in sealed pieces, in order.
CREATE TABLE bank_file_chunk (
    file_id         UUID    NOT NULL,
    sequence        INTEGER NOT NULL CHECK (sequence >= 0),
    content_sealed  BLOB    NOT NULL,
    PRIMARY KEY (file_id, sequence)
);
-- Files whose bytes are here but which are not accepted yet: swept away when nobody comes back for them.
CREATE TABLE bank_upload (
    id              UUID    NOT NULL PRIMARY KEY,
    started_at      BIGINT  NOT NULL
);

-- A statement of a court's account (对账单): each begins with the balance with which the one before it ended.
CREATE TABLE bank_statement (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    book            TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    file_id         UUID    NOT NULL REFERENCES bank_file (id),
    -- place among the statements of the account, from 1
    sequence        INTEGER NOT NULL CHECK (sequence > 0),
    -- place in its file, from 0
    position        INTEGER NOT NULL CHECK (position >= 0),
    statement_id    TEXT    NOT NULL CHECK (length(statement_id) BETWEEN 1 AND 35),
    opened_on       DATE    NOT NULL,
    opening         BIGINT  NOT NULL CHECK (abs(opening) < 1000000000000000),
    closed_on       DATE    NOT NULL,
    closing         BIGINT  NOT NULL CHECK (abs(closing) < 1000000000000000),
    -- of the first statement: what the account held before anything of it was booked here
    carried_in      BIGINT  CHECK (abs(carried_in) < 1000000000000000),
    recorded_at     BIGINT  NOT NULL,
    -- when books and bank were found equal at its end, with nothing open on either side
    reconciled_at   BIGINT,
    UNIQUE (court_id, book, sequence),
    UNIQUE (court_id, book, statement_id, closed_on),
    UNIQUE (file_id, position),
    CHECK (sequence = 1 OR carried_in IS NULL)
);
CREATE INDEX bank_statement_day ON bank_statement (court_id, book, closed_on);

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
    -- the statement on which it stands
    statement_id        UUID    REFERENCES bank_statement (id),
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
CREATE INDEX bank_line_statement ON bank_line (statement_id) WHERE statement_id IS NOT NULL;
CREATE INDEX bank_line_movement ON bank_line (court_id, book, booked_on) WHERE kind IN ('CREDIT', 'DEBIT');

-- Which ledger entry a movement of the bank is (逐笔勾对). An entry is one movement; a credit that the books had to
-- split (deposit and price) is two entries.
CREATE TABLE bank_match (
    entry_id        UUID    NOT NULL PRIMARY KEY REFERENCES ledger_entry (id),
    court_id        UUID    NOT NULL,
    book            TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    line_id         UUID    NOT NULL REFERENCES bank_line (id),
    -- fen: what the bank account gained, below zero what it lost
    amount          BIGINT  NOT NULL CHECK (amount <> 0 AND abs(amount) < 1000000000000000),
    matched_at      BIGINT  NOT NULL
);
CREATE INDEX bank_match_line ON bank_match (line_id);
CREATE INDEX bank_match_account ON bank_match (court_id, book);

-- What a person proposes for a movement that found no owner; it counts once a second person has agreed.
CREATE TABLE bank_line_resolution (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    line_id         UUID    NOT NULL REFERENCES bank_line (id),
    status          TEXT    NOT NULL CHECK (status IN ('PROPOSED', 'APPROVED', 'REJECTED')),
    resolution      TEXT    NOT NULL CHECK (resolution IN ('CASE', 'PAYOUT', 'BANK_CHARGE', 'BANK_INTEREST')),
    case_id         UUID    REFERENCES enforcement_case (id),
    attempt_id      UUID    REFERENCES payout_attempt (id),
    document        TEXT    NOT NULL CHECK (length(document) > 0),
    maker           TEXT    NOT NULL,
    recorded_at     BIGINT  NOT NULL,
    decided_at      BIGINT,
    CHECK ((resolution = 'CASE') = (case_id IS NOT NULL)),
    CHECK ((resolution = 'PAYOUT') = (attempt_id IS NOT NULL)),
    CHECK ((status = 'PROPOSED') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX bank_line_resolution_live ON bank_line_resolution (line_id) WHERE status IN ('PROPOSED', 'APPROVED');
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "bank_match").await
    }
}

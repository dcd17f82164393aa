//! What is owed to payees, the attempts at paying it and every word of the bank about them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- Money owed to one payee for one reason (应付款). It stands on the ledger account of this id until it is in transit.
CREATE TABLE payable (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    book           TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    case_id        UUID   REFERENCES enforcement_case (id),
    -- the claim that the payment satisfies, and the confirmed account it goes to; NULL for refunds
    claim_id       UUID   REFERENCES claim (id),
    payee_id       UUID   REFERENCES payee (id),
    -- what it is owed for: a registration, a lot, a line of a plan, an order, a line of a run
    subject_kind   TEXT   NOT NULL,
    subject_id     UUID   NOT NULL,
    purpose        TEXT   NOT NULL CHECK (purpose IN ('CREDITOR', 'SURPLUS', 'REFUND_PAYER', 'DEPOSIT_REFUND', 'OWN_TRANSFER',
                                                      'SALE_COST', 'TREASURY', 'COURT_TRANSFER', 'ADMINISTRATOR',
                                                      'FEE_REFUND', 'NOTARY_DEPOSIT', 'DEDUCTION')),
    state          TEXT   NOT NULL CHECK (state IN ('OPEN', 'IN_TRANSIT', 'PAID', 'FAILED', 'CANCELLED')),
    amount         BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- the account of the books that its money left, to which a cancelled payment gives it back
    from_code      TEXT   NOT NULL CHECK (from_code IN ('CASE_FUND', 'UNIDENTIFIED', 'BIDDER_DEPOSIT', 'PRICE',
                                                        'FORFEITED', 'EXECUTION_FEE', 'INTEREST_UNDISTRIBUTED')),
    from_owner     UUID,
    -- the account that the next attempt goes to
    payee_name     TEXT   NOT NULL CHECK (length(payee_name) > 0),
    account_sealed BLOB   NOT NULL,
    bank_code      TEXT   NOT NULL,
    bank_name      TEXT   NOT NULL,
    attempts       INTEGER NOT NULL CHECK (attempts >= 0),
    version        BIGINT NOT NULL CHECK (version > 0),
    recorded_at    BIGINT NOT NULL,
    -- one reason makes one payable: a repeated closing or finalising cannot owe twice
    UNIQUE (court_id, subject_kind, subject_id, purpose),
    CHECK (state IN ('OPEN', 'CANCELLED') OR attempts > 0),
    CHECK ((from_code IN ('UNIDENTIFIED', 'EXECUTION_FEE', 'INTEREST_UNDISTRIBUTED')) = (from_owner IS NULL))
);
CREATE INDEX payable_state ON payable (court_id, book, state, id);
CREATE INDEX payable_case ON payable (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX payable_subject ON payable (subject_id);

-- The receipts that the money came by.
CREATE TABLE payable_source (
    payable_id UUID   NOT NULL REFERENCES payable (id),
    receipt_id UUID   NOT NULL REFERENCES receipt (id),
    amount     BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    PRIMARY KEY (payable_id, receipt_id)
);
CREATE INDEX payable_source_receipt ON payable_source (receipt_id);

-- One attempt at paying a payable (付款). Where it goes is fixed with it; a corrected payee is a new attempt.
CREATE TABLE payout_attempt (
    id             UUID    NOT NULL PRIMARY KEY,
    court_id       UUID    NOT NULL REFERENCES court (id),
    book           TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    payable_id     UUID    NOT NULL REFERENCES payable (id),
    number         INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999),
    -- what the bank knows it by, derived from payable and number
    end_to_end_id  TEXT    NOT NULL UNIQUE CHECK (length(end_to_end_id) BETWEEN 1 AND 30),
    state          TEXT    NOT NULL CHECK (state IN ('QUEUED', 'SENT', 'ACCEPTED', 'SETTLED', 'REJECTED', 'RETURNED', 'UNKNOWN',
                                                     'WITHDRAWN')),
    amount         BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    payee_id       UUID    REFERENCES payee (id),
    payee_name     TEXT    NOT NULL CHECK (length(payee_name) > 0),
    account_sealed BLOB    NOT NULL,
    bank_code      TEXT    NOT NULL,
    bank_name      TEXT    NOT NULL,
    -- the file that carried it to the bank
    bank_file_id   UUID,
    -- why it failed or is not known, in our terms and in the bank's
    failure_kind   TEXT,
    reason_code    TEXT,
    reason_text    TEXT,
    queued_at      BIGINT  NOT NULL,
    sent_at        BIGINT,
    -- the bank's day of the last definite result
    settled_on     DATE,
    version        BIGINT  NOT NULL CHECK (version > 0),
    UNIQUE (payable_id, number),
    CHECK ((state IN ('QUEUED', 'WITHDRAWN')) = (sent_at IS NULL)),
    CHECK (state NOT IN ('SETTLED', 'RETURNED') OR settled_on IS NOT NULL),
    CHECK (state NOT IN ('REJECTED', 'RETURNED', 'UNKNOWN') OR failure_kind IS NOT NULL)
);
-- money is in transit once: a second attempt waits for the definite end of the first
CREATE UNIQUE INDEX payout_attempt_open ON payout_attempt (payable_id)
    WHERE state IN ('QUEUED', 'SENT', 'ACCEPTED', 'UNKNOWN');
CREATE INDEX payout_attempt_state ON payout_attempt (court_id, book, state, id);
CREATE INDEX payout_attempt_file ON payout_attempt (bank_file_id);

-- Every message of the bank about an attempt and what it did (银行反馈记录).
CREATE TABLE payout_message (
    attempt_id  UUID    NOT NULL REFERENCES payout_attempt (id),
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    court_id    UUID    NOT NULL,
    word        TEXT    NOT NULL CHECK (word IN ('ACCEPTED', 'SETTLED', 'REJECTED', 'UNCLEAR', 'RETURNED')),
    effect      TEXT    NOT NULL CHECK (effect IN ('MOVED', 'IGNORED', 'CONTRADICTION')),
    from_state  TEXT    NOT NULL,
    to_state    TEXT    NOT NULL,
    reason_code TEXT,
    reason_text TEXT,
    booked_on   DATE    NOT NULL,
    recorded_at BIGINT  NOT NULL,
    PRIMARY KEY (attempt_id, sequence),
    CHECK (effect = 'MOVED' OR from_state = to_state)
);
CREATE INDEX payout_message_contradiction ON payout_message (court_id, recorded_at) WHERE effect = 'CONTRADICTION';

-- Payments to creditors that the bank has made, by its day and the day on which the oldest of their money arrived: what
-- the public reads of how fast a court pays, without a look at the payments.
CREATE TABLE payout_day (
    court_id   UUID   NOT NULL REFERENCES court (id),
    settled_on DATE   NOT NULL,
    arrived_on DATE   NOT NULL,
    payments   BIGINT NOT NULL,
    PRIMARY KEY (court_id, settled_on, arrived_on)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "payable_source").await?;
        super::append_only(manager, "payout_message").await
    }
}

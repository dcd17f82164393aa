//! Money that arrived, the claims of unidentified money and the terms that run from an arrival.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- One credit on the bank's statement, or the part of one that was claimed to a case (到账).
CREATE TABLE receipt (
    id                  UUID   NOT NULL PRIMARY KEY,
    court_id            UUID   NOT NULL REFERENCES court (id),
    -- NULL while nobody knows whose it is, and for good on a receipt that was claimed in parts
    case_id             UUID   REFERENCES enforcement_case (id),
    parent_id           UUID   REFERENCES receipt (id),
    book                TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    status              TEXT   NOT NULL CHECK (status IN ('UNIDENTIFIED', 'CLAIMED', 'ON_CASE', 'USED', 'REFUNDED',
                                                          'INTEREST', 'REIMBURSED')),
    source              TEXT   NOT NULL CHECK (source IN ('TRANSFER', 'DEDUCTION', 'CASH', 'CHEQUE', 'SALE_PROCEEDS',
                                                          'OTHER_COURT', 'NOTARY_RETURN')),
    -- the court's account as the statement names it, and the bank's own reference: the same pair is the same money
    bank_account        TEXT   NOT NULL CHECK (length(bank_account) > 0),
    bank_reference      TEXT   NOT NULL CHECK (length(bank_reference) > 0),
    amount              BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- not yet claimed to a case, or not yet used by it
    remaining           BIGINT NOT NULL CHECK (remaining >= 0 AND remaining <= amount),
    -- the bank's day: terms run from it
    booked_on           DATE   NOT NULL,
    payer_name          TEXT   NOT NULL,
    payer_account_sealed BLOB,
    payer_account_mask  TEXT,
    payer_bank_code     TEXT,
    payer_bank_name     TEXT,
    payer_kind          TEXT   NOT NULL CHECK (payer_kind IN ('RESPONDENT', 'ON_BEHALF', 'GARNISHEE', 'PURCHASER', 'COURT',
                                                              'UNKNOWN')),
    on_behalf_of        UUID   REFERENCES case_party (id),
    remittance_sealed   BLOB,
    -- says how the money came: deduction notice, record of the taking
    document            TEXT,
    -- when it was published as unclaimed
    published_at        BIGINT,
    voucher_number      TEXT   NOT NULL CHECK (length(voucher_number) > 0),
    arrival_notified_at BIGINT,
    version             BIGINT NOT NULL CHECK (version > 0),
    recorded_at         BIGINT NOT NULL,
    UNIQUE (court_id, voucher_number),
    CHECK ((status IN ('ON_CASE', 'USED')) = (case_id IS NOT NULL)),
    CHECK (parent_id IS NULL OR case_id IS NOT NULL),
    -- only case money stands on a case: what came to another account leaves it by a bank transfer
    CHECK (case_id IS NULL OR book = 'CASE_FUNDS'),
    CHECK ((payer_account_sealed IS NULL) = (payer_account_mask IS NULL)),
    CHECK (status <> 'UNIDENTIFIED' OR remaining > 0),
    CHECK (status NOT IN ('CLAIMED', 'USED', 'REFUNDED', 'INTEREST', 'REIMBURSED') OR remaining = 0),
    CHECK (status <> 'ON_CASE' OR remaining > 0)
);
CREATE UNIQUE INDEX receipt_bank_line ON receipt (court_id, bank_account, bank_reference) WHERE parent_id IS NULL;
CREATE INDEX receipt_case ON receipt (court_id, case_id, id);
CREATE INDEX receipt_status ON receipt (court_id, status, id);
CREATE INDEX receipt_parent ON receipt (parent_id, id);
CREATE INDEX receipt_published ON receipt (id) WHERE published_at IS NOT NULL;

-- A proposal to give unidentified money to cases, waiting for the second person (不明款认领).
CREATE TABLE receipt_claim (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    receipt_id  UUID   NOT NULL REFERENCES receipt (id),
    status      TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    payer_kind  TEXT   NOT NULL CHECK (payer_kind IN ('RESPONDENT', 'ON_BEHALF', 'GARNISHEE', 'PURCHASER', 'COURT', 'UNKNOWN')),
    grounds     TEXT   NOT NULL CHECK (length(grounds) > 0),
    recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX receipt_claim_open ON receipt_claim (receipt_id) WHERE status = 'PENDING';

CREATE TABLE receipt_claim_line (
    receipt_claim_id UUID    NOT NULL REFERENCES receipt_claim (id),
    line             INTEGER NOT NULL CHECK (line > 0),
    case_id          UUID    NOT NULL REFERENCES enforcement_case (id),
    amount           BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    PRIMARY KEY (receipt_claim_id, line),
    UNIQUE (receipt_claim_id, case_id)
);

-- A term that runs on a receipt (案款期限) with what it was computed from, so that it can be explained later.
CREATE TABLE term (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    receipt_id  UUID    NOT NULL REFERENCES receipt (id),
    rule        TEXT    NOT NULL CHECK (rule IN ('CLAIM_UNIDENTIFIED_3_WORKING_DAYS', 'INFORM_OFFICER', 'PAY_WITHIN_30_DAYS',
                                                'PAY_WITHIN_15_WORKING_DAYS', 'PAY_AFTER_DEFERRAL_10_DAYS',
                                                'FEE_REFUND_1_WORKING_DAY', 'FEE_REFUND_15_DAYS')),
    starts_on   DATE    NOT NULL,
    due_on      DATE    NOT NULL,
    -- the calendar of a later year was not yet published: it may move when the notice comes
    provisional BOOLEAN NOT NULL,
    -- edition of the calendar that it was counted by: another one means counting again while it runs
    calendar    TEXT    NOT NULL CHECK (length(calendar) > 0),
    explanation TEXT    NOT NULL,
    met_on      DATE,
    -- paying out waits for a reason of the law: no lamp
    paused_on   DATE,
    -- the ten days after such a reason took its place
    superseded_on DATE,
    recorded_at BIGINT  NOT NULL,
    UNIQUE (receipt_id, rule),
    CHECK (due_on >= starts_on),
    CHECK (paused_on IS NULL OR superseded_on IS NULL)
);
CREATE INDEX term_calendar ON term (calendar, id) WHERE met_on IS NULL AND superseded_on IS NULL;
CREATE INDEX term_due ON term (court_id, due_on, id);
CREATE INDEX term_running ON term (court_id, due_on, id)
    WHERE met_on IS NULL AND paused_on IS NULL AND superseded_on IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

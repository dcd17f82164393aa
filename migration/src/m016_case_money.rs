//! Suspensions, bankruptcy of a debtor, cash and cheques, and case money that leaves otherwise than to a creditor.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A time in which a case stands still by a ruling (中止执行).
CREATE TABLE case_suspension (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   NOT NULL REFERENCES enforcement_case (id),
    ground       TEXT   NOT NULL CHECK (ground IN ('APPLICANT_AGREES', 'OUTSIDER_OBJECTION', 'PARTY_DIED',
                                                   'ORGANISATION_ENDED', 'BANKRUPTCY', 'RETRIAL', 'SETTLEMENT',
                                                   'OTHER')),
    document     TEXT   NOT NULL CHECK (length(document) > 0),
    suspended_on DATE   NOT NULL,
    -- the day on which the ground went
    ended_on     DATE,
    end_document TEXT,
    recorded_at  BIGINT NOT NULL,
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
    CHECK (ended_on IS NULL OR ended_on >= suspended_on)
);
-- a case that is settled may have to stand still on one more ground
CREATE UNIQUE INDEX case_suspension_open ON case_suspension (case_id)
    WHERE ended_on IS NULL AND ground <> 'SETTLEMENT';
CREATE UNIQUE INDEX case_suspension_settled ON case_suspension (case_id)
    WHERE ended_on IS NULL AND ground = 'SETTLEMENT';
CREATE INDEX case_suspension_case ON case_suspension (court_id, case_id, id);

-- A court has accepted the bankruptcy of a debtor (破产受理): his money is paid to no single creditor.
CREATE TABLE bankruptcy (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL REFERENCES court (id),
    -- the case in which it was recorded, and the respondent there
    case_id         UUID   NOT NULL REFERENCES enforcement_case (id),
    party_id        UUID   NOT NULL REFERENCES case_party (id),
    -- finds the same debtor in his other cases
    identity_index  BLOB,
    status          TEXT   NOT NULL CHECK (status IN ('IN_FORCE', 'ENDED')),
    accepting_court TEXT   NOT NULL CHECK (length(accepting_court) > 0),
    accepted_on     DATE   NOT NULL,
    document        TEXT   NOT NULL CHECK (length(document) > 0),
    end_document    TEXT,
    recorded_at     BIGINT NOT NULL,
    CHECK ((status = 'ENDED') = (end_document IS NOT NULL))
);
CREATE UNIQUE INDEX bankruptcy_party ON bankruptcy (party_id) WHERE status = 'IN_FORCE';
CREATE INDEX bankruptcy_identity ON bankruptcy (identity_index) WHERE status = 'IN_FORCE';
CREATE INDEX bankruptcy_case ON bankruptcy (court_id, case_id, id);

-- Cash that two officers took outside of the court (现金收款), until the bank has it.
CREATE TABLE cash_receipt (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    case_id        UUID   NOT NULL REFERENCES enforcement_case (id),
    state          TEXT   NOT NULL CHECK (state IN ('RECORDED', 'IN_HAND', 'PAID_IN', 'BANKED')),
    amount         BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    taken_on       DATE   NOT NULL,
    payer_name     TEXT   NOT NULL CHECK (length(payer_name) > 0),
    payer_kind     TEXT   NOT NULL CHECK (payer_kind IN ('RESPONDENT', 'ON_BEHALF', 'GARNISHEE', 'PURCHASER', 'COURT', 'UNKNOWN')),
    on_behalf_of   UUID   REFERENCES case_party (id),
    first_officer  UUID   NOT NULL,
    second_officer UUID   NOT NULL,
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    receipt_id     UUID   UNIQUE REFERENCES receipt (id),
    -- stands on the bank's slip: by it the credit is known again
    voucher_number TEXT,
    late_reason    TEXT,
    paid_in_at     BIGINT,
    bank_reference TEXT,
    recorded_at    BIGINT NOT NULL,
    CHECK (first_officer <> second_officer),
    CHECK ((state = 'RECORDED') = (receipt_id IS NULL)),
    CHECK ((receipt_id IS NULL) = (voucher_number IS NULL)),
    CHECK ((state IN ('PAID_IN', 'BANKED')) = (paid_in_at IS NOT NULL)),
    CHECK ((state = 'BANKED') = (bank_reference IS NOT NULL))
);
CREATE INDEX cash_receipt_list ON cash_receipt (court_id, state, id);
CREATE UNIQUE INDEX cash_receipt_bank_line ON cash_receipt (court_id, bank_reference) WHERE bank_reference IS NOT NULL;

-- A cheque for a case (支票): a memo until the bank's own credit arrives or the bank refuses it.
CREATE TABLE cheque (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   NOT NULL REFERENCES enforcement_case (id),
    state        TEXT   NOT NULL CHECK (state IN ('PENDING', 'CLEARED', 'BOUNCED')),
    number       TEXT   NOT NULL CHECK (length(number) > 0),
    drawer       TEXT   NOT NULL CHECK (length(drawer) > 0),
    bank_name    TEXT   NOT NULL CHECK (length(bank_name) > 0),
    amount       BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    received_on  DATE   NOT NULL,
    receipt_id   UUID   UNIQUE REFERENCES receipt (id),
    end_document TEXT,
    recorded_at  BIGINT NOT NULL,
    UNIQUE (court_id, bank_name, number),
    CHECK ((state = 'CLEARED') = (receipt_id IS NOT NULL)),
    CHECK ((state = 'BOUNCED') = (end_document IS NOT NULL))
);
CREATE INDEX cheque_list ON cheque (court_id, state, id);

-- Case money or a fee that leaves otherwise than to a creditor, proposed by one and approved by others (其他付款).
CREATE TABLE special_payment (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    book           TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    kind           TEXT   NOT NULL CHECK (kind IN ('RECEIPT_REFUND', 'COURT_TRANSFER', 'ADMINISTRATOR', 'FEE_REFUND',
                                                   'NOTARY_DEPOSIT', 'DEDUCTION', 'FEE_REMITTANCE', 'BANK_INTEREST')),
    -- CANCELLED: approved, and taken back before the bank had paid
    status         TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED')),
    case_id        UUID   REFERENCES enforcement_case (id),
    -- the judged case of a fee, the court that takes a case over or that accepted a bankruptcy, the treasury's document
    reference      TEXT,
    -- the freeze of case money that is deducted
    measure_id     UUID   REFERENCES preservation_measure (id),
    -- the court that takes a case over, when it works with this system
    to_court_id    UUID   REFERENCES court (id),
    amount         BIGINT NOT NULL CHECK (amount >= 0 AND amount < 1000000000000000),
    payee_name     TEXT   NOT NULL CHECK (length(payee_name) > 0),
    account_sealed BLOB   NOT NULL,
    bank_code      TEXT   NOT NULL,
    bank_name      TEXT   NOT NULL,
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    due_on         DATE,
    -- edition of the calendar that it was counted by
    calendar       TEXT,
    payable_id     UUID   REFERENCES payable (id),
    recorded_at    BIGINT NOT NULL,
    CHECK (kind = 'COURT_TRANSFER' OR amount > 0),
    CHECK ((due_on IS NULL) = (calendar IS NULL)),
    CHECK ((status IN ('APPROVED', 'CANCELLED') AND amount > 0) = (payable_id IS NOT NULL)),
    CHECK (kind NOT IN ('COURT_TRANSFER', 'ADMINISTRATOR', 'NOTARY_DEPOSIT', 'DEDUCTION', 'FEE_REMITTANCE')
           OR case_id IS NOT NULL),
    CHECK ((kind = 'DEDUCTION') = (measure_id IS NOT NULL)),
    CHECK (to_court_id IS NULL OR (kind = 'COURT_TRANSFER' AND to_court_id <> court_id)),
    CHECK (kind <> 'FEE_REFUND' OR book = 'LITIGATION_FEES'),
    CHECK (kind IN ('FEE_REFUND', 'BANK_INTEREST') OR book <> 'LITIGATION_FEES'),
    CHECK (kind = 'RECEIPT_REFUND' OR reference IS NOT NULL)
);
-- a fee goes back once for a judged case
CREATE UNIQUE INDEX special_payment_fee ON special_payment (court_id, reference)
    WHERE kind = 'FEE_REFUND' AND status NOT IN ('REJECTED', 'CANCELLED');
-- one payment book of the treasury is used once (非税缴款书)
CREATE UNIQUE INDEX special_payment_remittance ON special_payment (court_id, reference)
    WHERE kind = 'FEE_REMITTANCE' AND status NOT IN ('REJECTED', 'CANCELLED');
-- a freeze is deducted once
CREATE UNIQUE INDEX special_payment_measure ON special_payment (measure_id)
    WHERE measure_id IS NOT NULL AND status NOT IN ('REJECTED', 'CANCELLED');
-- interest is remitted by one proposal at a time
CREATE UNIQUE INDEX special_payment_interest ON special_payment (court_id, book)
    WHERE kind = 'BANK_INTEREST' AND status = 'PENDING';
-- a case leaves once
CREATE UNIQUE INDEX special_payment_transfer ON special_payment (case_id)
    WHERE kind = 'COURT_TRANSFER' AND status <> 'REJECTED';
CREATE INDEX special_payment_list ON special_payment (court_id, status, id);
CREATE INDEX special_payment_case ON special_payment (case_id, id);
CREATE INDEX special_payment_due ON special_payment (due_on, id) WHERE due_on IS NOT NULL;

-- Where the bank's interest on an account goes, by a document of the treasury (银行利息去向). The latest in force counts.
CREATE TABLE interest_destination (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    book           TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    status         TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    payee_name     TEXT   NOT NULL CHECK (length(payee_name) > 0),
    account_sealed BLOB   NOT NULL,
    bank_code      TEXT   NOT NULL,
    bank_name      TEXT   NOT NULL,
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    effective_at   BIGINT,
    recorded_at    BIGINT NOT NULL,
    CHECK ((status = 'APPROVED') = (effective_at IS NOT NULL))
);
CREATE UNIQUE INDEX interest_destination_pending ON interest_destination (court_id, book) WHERE status = 'PENDING';
CREATE INDEX interest_destination_force ON interest_destination (court_id, book, effective_at);

-- An unidentified credit that turned out to be the bank's interest (银行利息到账), found by one and agreed by another.
CREATE TABLE interest_credit (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    book        TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    receipt_id  UUID   NOT NULL REFERENCES receipt (id),
    amount      BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    status      TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    agreed_at   BIGINT,
    recorded_at BIGINT NOT NULL,
    CHECK ((status = 'APPROVED') = (agreed_at IS NOT NULL))
);
CREATE UNIQUE INDEX interest_credit_once ON interest_credit (receipt_id) WHERE status IN ('PENDING', 'APPROVED');
CREATE INDEX interest_credit_agreed ON interest_credit (court_id, agreed_at) WHERE agreed_at IS NOT NULL;

CREATE TABLE special_payment_source (
    payment_id UUID   NOT NULL REFERENCES special_payment (id),
    receipt_id UUID   NOT NULL REFERENCES receipt (id),
    amount     BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    PRIMARY KEY (payment_id, receipt_id)
);
CREATE INDEX special_payment_source_receipt ON special_payment_source (receipt_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

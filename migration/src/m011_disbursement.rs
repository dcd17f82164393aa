//! Disbursement orders and payout runs.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- An order to pay case money to a payee (案款发放). PAID and FAILED are no states of the row: its payable tells.
CREATE TABLE disbursement_order (
    id             UUID    NOT NULL PRIMARY KEY,
    court_id       UUID    NOT NULL REFERENCES court (id),
    case_id        UUID    NOT NULL REFERENCES enforcement_case (id),
    order_number   TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'RECALLED', 'RELEASED')),
    claim_id       UUID    REFERENCES claim (id),
    plan_line_id   UUID    REFERENCES distribution_line (id),
    payee_id       UUID    NOT NULL REFERENCES payee (id),
    amount         BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    purpose        TEXT    NOT NULL CHECK (purpose IN ('CREDITOR', 'SURPLUS', 'REFUND_PAYER', 'SALE_COST')),
    -- the panel's decision to pay to somebody else than the creditor
    panel_document TEXT,
    payable_id     UUID    REFERENCES payable (id),
    maker          TEXT    NOT NULL,
    version        BIGINT  NOT NULL CHECK (version > 0),
    recorded_at    BIGINT  NOT NULL,
    released_at    BIGINT,
    UNIQUE (court_id, order_number),
    CHECK ((status = 'RELEASED') = (released_at IS NOT NULL)),
    CHECK (status <> 'RELEASED' OR payable_id IS NOT NULL)
);
CREATE INDEX disbursement_order_list ON disbursement_order (court_id, status, id);
CREATE INDEX disbursement_order_case ON disbursement_order (case_id, id);
CREATE INDEX disbursement_order_payable ON disbursement_order (payable_id) WHERE payable_id IS NOT NULL;
-- a line of a plan is paid by one order
CREATE UNIQUE INDEX disbursement_order_line ON disbursement_order (plan_line_id)
    WHERE plan_line_id IS NOT NULL AND status NOT IN ('RECALLED');

CREATE TABLE disbursement_source (
    order_id   UUID   NOT NULL REFERENCES disbursement_order (id),
    receipt_id UUID   NOT NULL REFERENCES receipt (id),
    court_id   UUID   NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    PRIMARY KEY (order_id, receipt_id)
);
CREATE INDEX disbursement_source_receipt ON disbursement_source (receipt_id);

-- Paying out waits for one of the five reasons (延缓发放); in force once it is approved, until somebody ends it.
CREATE TABLE deferral (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   NOT NULL REFERENCES enforcement_case (id),
    status       TEXT   NOT NULL CHECK (status IN ('PROPOSED', 'IN_FORCE', 'REJECTED', 'ENDED')),
    reason       TEXT   NOT NULL CHECK (reason IN ('DISTRIBUTION', 'FROZEN_ELSEWHERE', 'NOT_COLLECTED', 'SUSPENDED', 'OTHER')),
    explanation  TEXT   NOT NULL CHECK (length(explanation) > 0),
    document     TEXT   NOT NULL CHECK (length(document) > 0),
    -- the disputed part: the rest is paid at once. NULL: paying out waits as a whole
    amount       BIGINT CHECK (amount > 0 AND amount < 1000000000000000),
    -- keeps the part on the case's account
    hold_id      UUID   UNIQUE REFERENCES ledger_hold (id),
    maker        TEXT   NOT NULL,
    recorded_at  BIGINT NOT NULL,
    in_force_on  DATE,
    ended_on     DATE,
    end_document TEXT,
    -- from the day on which the reason ended: 10 days (法发〔2017〕6号 art 10)
    due_on       DATE,
    -- edition of the calendar that it was counted by
    calendar     TEXT,
    CHECK ((status IN ('IN_FORCE', 'ENDED')) = (in_force_on IS NOT NULL)),
    CHECK ((status IN ('IN_FORCE', 'ENDED') AND amount IS NOT NULL) = (hold_id IS NOT NULL)),
    CHECK ((status = 'ENDED') = (ended_on IS NOT NULL)),
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
    CHECK ((ended_on IS NULL) = (due_on IS NULL)),
    CHECK ((due_on IS NULL) = (calendar IS NULL))
);
CREATE UNIQUE INDEX deferral_live ON deferral (case_id) WHERE status IN ('PROPOSED', 'IN_FORCE');
CREATE INDEX deferral_case ON deferral (court_id, case_id, id);
CREATE INDEX deferral_due ON deferral (due_on, id) WHERE due_on IS NOT NULL;

-- What a unified payout looks for, saved under a name (集中兑现规则); saving it again makes the next version.
CREATE TABLE payout_rule (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    name        TEXT   NOT NULL CHECK (length(name) > 0),
    version     BIGINT NOT NULL CHECK (version > 0),
    -- what it selects, as JSON
    terms       TEXT   NOT NULL CHECK (length(terms) > 0),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    maker       TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL,
    UNIQUE (court_id, name, version)
);

-- A unified payout of a court and the courts below it; it splits into one run per court (集中兑现活动).
CREATE TABLE payout_programme (
    id               UUID   NOT NULL PRIMARY KEY,
    court_id         UUID   NOT NULL REFERENCES court (id),
    programme_number TEXT   NOT NULL,
    rule_id          UUID   NOT NULL REFERENCES payout_rule (id),
    maker            TEXT   NOT NULL,
    recorded_at      BIGINT NOT NULL,
    -- the result as the public reads it, as JSON
    result           TEXT,
    published_at     BIGINT,
    UNIQUE (court_id, programme_number),
    CHECK ((result IS NULL) = (published_at IS NULL))
);
CREATE INDEX payout_programme_published ON payout_programme (id) WHERE published_at IS NOT NULL;

-- A unified payout over many cases of one court account (集中兑现).
CREATE TABLE payout_run (
    id           UUID    NOT NULL PRIMARY KEY,
    court_id     UUID    NOT NULL REFERENCES court (id),
    run_number   TEXT    NOT NULL,
    programme_id UUID    REFERENCES payout_programme (id),
    selection    TEXT    NOT NULL CHECK (selection IN ('SMALL_LIVELIHOOD', 'ALL_PAYABLE', 'RULE')),
    status       TEXT    NOT NULL CHECK (status IN ('SELECTING', 'EMPTY', 'DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED',
                                                    'RELEASING', 'RELEASED')),
    line_count   INTEGER NOT NULL CHECK (line_count >= 0),
    total        BIGINT  NOT NULL CHECK (total >= 0 AND total < 1000000000000000),
    left_out     INTEGER NOT NULL CHECK (left_out >= 0),
    -- what its approvers agree to: SHA-256 chained over the digests of its lines, piece by piece of the selection
    lines_digest BLOB    NOT NULL,
    -- the last case that its selection has looked at
    cursor_case  UUID,
    -- who released it: none of the maker and the approvers
    cashier      TEXT,
    maker        TEXT    NOT NULL,
    version      BIGINT  NOT NULL CHECK (version > 0),
    recorded_at  BIGINT  NOT NULL,
    released_at  BIGINT,
    UNIQUE (court_id, run_number),
    UNIQUE (programme_id, court_id),
    CHECK ((selection = 'RULE') = (programme_id IS NOT NULL)),
    CHECK (status IN ('SELECTING', 'EMPTY') OR line_count > 0),
    CHECK ((line_count > 0) = (total > 0)),
    CHECK ((status IN ('RELEASING', 'RELEASED')) = (cashier IS NOT NULL)),
    CHECK ((status = 'RELEASED') = (released_at IS NOT NULL))
);
CREATE INDEX payout_run_list ON payout_run (court_id, status, id);
CREATE INDEX payout_run_working ON payout_run (status, id) WHERE status IN ('SELECTING', 'RELEASING');

CREATE TABLE payout_run_line (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    run_id      UUID    NOT NULL REFERENCES payout_run (id),
    line        INTEGER NOT NULL CHECK (line > 0),
    -- who is paid first: the lower, the earlier
    priority    INTEGER NOT NULL CHECK (priority >= 0),
    case_id     UUID    NOT NULL REFERENCES enforcement_case (id),
    claim_id    UUID    NOT NULL REFERENCES claim (id),
    payee_id    UUID    NOT NULL REFERENCES payee (id),
    livelihood_kind TEXT,
    amount      BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- SHA-256 over all that the approvers agree to in this line
    digest      BLOB    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('SELECTED', 'RELEASED', 'SKIPPED')),
    -- refusal that kept it back at release
    skip_code   TEXT,
    payable_id  UUID    REFERENCES payable (id),
    UNIQUE (run_id, line),
    UNIQUE (run_id, claim_id),
    CHECK ((state = 'RELEASED') = (payable_id IS NOT NULL)),
    CHECK ((state = 'SKIPPED') = (skip_code IS NOT NULL))
);
-- what is booked leaves it: the job finds the next lines at its front
CREATE INDEX payout_run_line_waiting ON payout_run_line (run_id, priority, line) WHERE state = 'SELECTED';
CREATE INDEX payout_run_line_page ON payout_run_line (run_id, id);
CREATE INDEX payout_run_line_claim ON payout_run_line (claim_id);
CREATE INDEX payout_run_line_payable ON payout_run_line (payable_id) WHERE payable_id IS NOT NULL;

-- The receipts that a line draws on, as the approvers saw them.
CREATE TABLE payout_run_source (
    line_id    UUID   NOT NULL REFERENCES payout_run_line (id),
    receipt_id UUID   NOT NULL REFERENCES receipt (id),
    court_id   UUID   NOT NULL,
    amount     BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    PRIMARY KEY (line_id, receipt_id)
);

-- Who was left out, and why.
CREATE TABLE payout_run_skip (
    run_id   UUID    NOT NULL REFERENCES payout_run (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    court_id UUID    NOT NULL,
    case_id  UUID    NOT NULL REFERENCES enforcement_case (id),
    claim_id UUID    REFERENCES claim (id),
    reason   TEXT    NOT NULL CHECK (length(reason) > 0),
    PRIMARY KEY (run_id, sequence)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "payout_rule").await
    }
}

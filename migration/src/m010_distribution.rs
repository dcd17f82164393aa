//! Distribution plans: their lines, their service on creditors and debtor, objections.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A distribution plan (分配方案). A new version replaces a draft or a served plan; a carried-out plan stays.
CREATE TABLE distribution_plan (
    id             UUID    NOT NULL PRIMARY KEY,
    court_id       UUID    NOT NULL REFERENCES court (id),
    case_id        UUID    NOT NULL REFERENCES enforcement_case (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    status         TEXT    NOT NULL CHECK (status IN ('DRAFT', 'SERVED', 'FINALISED', 'WITHDRAWN')),
    pool           BIGINT  NOT NULL CHECK (pool > 0 AND pool < 1000000000000000),
    fee_order      TEXT    NOT NULL CHECK (fee_order IN ('FIRST_MONEY', 'AFTER_APPLICANT', 'AT_CLOSE')),
    -- owed for the title by now and not taken from this pool
    fee_arrears    BIGINT  NOT NULL CHECK (fee_arrears >= 0),
    executed_now   BIGINT  NOT NULL CHECK (executed_now >= 0),
    ordinary_rule  TEXT    NOT NULL CHECK (ordinary_rule IN ('PRO_RATA', 'SEIZURE_ORDER', 'RATIO_ONE_TITLE')),
    panel_document TEXT,
    maker          TEXT    NOT NULL,
    version        BIGINT  NOT NULL CHECK (version > 0),
    recorded_at    BIGINT  NOT NULL,
    finalised_at   BIGINT,
    UNIQUE (court_id, case_id, number),
    CHECK ((status = 'FINALISED') = (finalised_at IS NOT NULL))
);
CREATE UNIQUE INDEX distribution_plan_live ON distribution_plan (case_id) WHERE status IN ('DRAFT', 'SERVED');
CREATE INDEX distribution_plan_list ON distribution_plan (court_id, status, id);
CREATE INDEX distribution_plan_finalised ON distribution_plan (court_id, finalised_at) WHERE finalised_at IS NOT NULL;

CREATE TABLE distribution_line (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    plan_id     UUID    NOT NULL REFERENCES distribution_plan (id),
    line        INTEGER NOT NULL CHECK (line > 0),
    basis       TEXT    NOT NULL CHECK (basis IN ('APPRAISAL_COST', 'SALE_COST', 'EXECUTION_FEE', 'TAX_RESERVE', 'RENT_RESERVE',
                                                  'MEDICAL_COSTS', 'SECURED', 'PRIORITY', 'RESTITUTION', 'ORDINARY',
                                                  'DELAY_INTEREST', 'FINE', 'CONFISCATION', 'SURPLUS')),
    claim_id    UUID    REFERENCES claim (id),
    -- who gets the money; NULL for the fee and the tax reserve
    party_id    UUID    REFERENCES case_party (id),
    lot_id      UUID,
    label       TEXT    NOT NULL,
    claimed     BIGINT  NOT NULL CHECK (claimed >= 0),
    amount      BIGINT  NOT NULL CHECK (amount >= 0 AND amount <= claimed),
    explanation TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('PLANNED', 'HELD', 'BOOKED', 'PAYABLE', 'AWAITING_PAYEE', 'NOTHING',
                                                  'CANCELLED')),
    payable_id  UUID    REFERENCES payable (id),
    hold_id     UUID    REFERENCES ledger_hold (id),
    UNIQUE (plan_id, line),
    CHECK ((state = 'PAYABLE') = (payable_id IS NOT NULL)),
    CHECK ((state IN ('HELD', 'AWAITING_PAYEE')) = (hold_id IS NOT NULL)),
    CHECK (state <> 'NOTHING' OR amount = 0)
);
CREATE INDEX distribution_line_claim ON distribution_line (claim_id);
CREATE INDEX distribution_line_payable ON distribution_line (payable_id) WHERE payable_id IS NOT NULL;

-- Service of the plan and the term that runs from it (送达).
CREATE TABLE distribution_service (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    plan_id     UUID    NOT NULL REFERENCES distribution_plan (id),
    party_id    UUID    NOT NULL REFERENCES case_party (id),
    served_on   DATE    NOT NULL,
    last_day    DATE    NOT NULL,
    provisional BOOLEAN NOT NULL,
    -- edition of the calendar that it was counted by: another one means counting again while it runs
    calendar    TEXT    NOT NULL CHECK (length(calendar) > 0),
    explanation TEXT    NOT NULL,
    document    TEXT    NOT NULL CHECK (length(document) > 0),
    recorded_at BIGINT  NOT NULL,
    UNIQUE (plan_id, party_id),
    CHECK (last_day > served_on)
);
CREATE INDEX distribution_service_last_day ON distribution_service (last_day, id);

CREATE TABLE distribution_objection (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    plan_id     UUID    NOT NULL REFERENCES distribution_plan (id),
    party_id    UUID    NOT NULL REFERENCES case_party (id),
    status      TEXT    NOT NULL CHECK (status IN ('OPEN', 'WITHDRAWN', 'ACCEPTED', 'LAPSED', 'SUED')),
    filed_on    DATE    NOT NULL,
    grounds     TEXT    NOT NULL CHECK (length(grounds) > 0),
    resolution_document TEXT,
    resolved_on DATE,
    recorded_at BIGINT  NOT NULL,
    CHECK ((status = 'OPEN') = (resolved_on IS NULL)),
    CHECK ((resolved_on IS NULL) = (resolution_document IS NULL))
);
CREATE INDEX distribution_objection_plan ON distribution_objection (plan_id, id);

CREATE TABLE distribution_objection_line (
    objection_id UUID NOT NULL REFERENCES distribution_objection (id),
    line_id      UUID NOT NULL REFERENCES distribution_line (id),
    PRIMARY KEY (objection_id, line_id)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

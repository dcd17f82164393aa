//! Orders that stand on record in a case (advance execution, working capital left to an enterprise) and relief from fees.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- An order of the court that binds what may be done with a claim or a freeze (先予执行、预留流动资金).
CREATE TABLE case_order (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   NOT NULL REFERENCES enforcement_case (id),
    kind         TEXT   NOT NULL CHECK (kind IN ('ADVANCE_EXECUTION', 'WORKING_CAPITAL')),
    state        TEXT   NOT NULL CHECK (state IN ('IN_FORCE', 'CONFIRMED', 'REVOKED', 'ENDED')),
    claim_id     UUID   REFERENCES claim (id),
    measure_id   UUID   REFERENCES preservation_measure (id),
    ground       TEXT   CHECK (ground IN ('SUPPORT_OR_MEDICAL', 'WAGES', 'URGENT')),
    amount       BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- what the applicant gave as security
    security     BIGINT NOT NULL CHECK (security >= 0 AND security < 1000000000000000),
    reasons      TEXT   NOT NULL CHECK (length(reasons) > 0),
    document     TEXT   NOT NULL CHECK (length(document) > 0),
    ordered_on   DATE   NOT NULL,
    until        DATE,
    ended_on     DATE,
    end_document TEXT,
    recorded_at  BIGINT NOT NULL,
    CHECK ((kind = 'ADVANCE_EXECUTION') = (claim_id IS NOT NULL)),
    CHECK ((kind = 'ADVANCE_EXECUTION') = (ground IS NOT NULL)),
    CHECK ((kind = 'WORKING_CAPITAL') = (measure_id IS NOT NULL)),
    CHECK ((kind = 'WORKING_CAPITAL') = (until IS NOT NULL)),
    CHECK ((state = 'IN_FORCE') = (ended_on IS NULL)),
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
    CHECK (kind = 'ADVANCE_EXECUTION' OR state IN ('IN_FORCE', 'ENDED')),
    CHECK (kind = 'WORKING_CAPITAL' OR state <> 'ENDED')
);
CREATE UNIQUE INDEX case_order_advance ON case_order (claim_id) WHERE claim_id IS NOT NULL AND state = 'IN_FORCE';
CREATE UNIQUE INDEX case_order_capital ON case_order (measure_id) WHERE measure_id IS NOT NULL AND state = 'IN_FORCE';
CREATE INDEX case_order_case ON case_order (court_id, case_id, id);
-- what stops a payment, asked for each line of a payout
CREATE INDEX case_order_claim ON case_order (claim_id) WHERE claim_id IS NOT NULL;
CREATE INDEX case_order_revoked ON case_order (case_id) WHERE state = 'REVOKED';

-- Fees put off, lowered or waived for a party (诉讼费用缓交、减交、免交), proposed by one and approved by others.
CREATE TABLE fee_relief (
    id          UUID    NOT NULL PRIMARY KEY,
    court_id    UUID    NOT NULL REFERENCES court (id),
    case_id     UUID    NOT NULL REFERENCES enforcement_case (id),
    party_id    UUID    NOT NULL REFERENCES case_party (id),
    status      TEXT    NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    fee         TEXT    NOT NULL CHECK (fee IN ('ACCEPTANCE', 'PRESERVATION', 'EXECUTION')),
    kind        TEXT    NOT NULL CHECK (kind IN ('DEFER', 'REDUCE', 'EXEMPT')),
    ground      TEXT    NOT NULL CHECK (length(ground) > 0),
    amount      BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    percent     INTEGER CHECK (percent BETWEEN 30 AND 99),
    -- what of the fee need not be paid
    relieved    BIGINT  NOT NULL CHECK (relieved >= 0 AND relieved <= amount),
    until       DATE,
    reasons     TEXT    NOT NULL CHECK (length(reasons) > 0),
    document    TEXT    NOT NULL CHECK (length(document) > 0),
    recorded_at BIGINT  NOT NULL,
    CHECK ((kind = 'REDUCE') = (percent IS NOT NULL)),
    CHECK ((kind = 'DEFER') = (until IS NOT NULL)),
    CHECK ((kind = 'DEFER') = (relieved = 0)),
    CHECK (kind <> 'EXEMPT' OR relieved = amount)
);
CREATE UNIQUE INDEX fee_relief_once ON fee_relief (case_id, party_id, fee) WHERE status <> 'REJECTED';
CREATE INDEX fee_relief_case ON fee_relief (court_id, case_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

//! Deposits with a notary.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- Case money that its creditor does not or cannot take, given to a notary (提存). The payment itself is a special payment.
CREATE TABLE notary_deposit (
    id                UUID   NOT NULL PRIMARY KEY,
    court_id          UUID   NOT NULL REFERENCES court (id),
    case_id           UUID   NOT NULL REFERENCES enforcement_case (id),
    claim_id          UUID   NOT NULL REFERENCES claim (id),
    payment_id        UUID   NOT NULL UNIQUE REFERENCES special_payment (id),
    -- the line of a plan whose held money it is, with the hold
    plan_line_id      UUID   REFERENCES distribution_line (id),
    hold_id           UUID   REFERENCES ledger_hold (id),
    -- delay interest, which runs beside the claim and performs nothing of it
    beside_claim      BOOLEAN NOT NULL,
    state             TEXT   NOT NULL CHECK (state IN ('OPEN', 'DEPOSITED', 'COLLECTED', 'RETURNED', 'LAPSED')),
    ground            TEXT   NOT NULL CHECK (ground IN ('REFUSED', 'WHEREABOUTS_UNKNOWN', 'DEAD_OR_INCAPABLE',
                                                        'UNREACHABLE', 'OTHER')),
    evidence          TEXT   NOT NULL CHECK (length(evidence) > 0),
    amount            BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- number of the notary's certificate, its day, the day of the reminder and the last of the five years
    certificate       TEXT,
    deposited_on      DATE,
    remind_on         DATE,
    last_day          DATE,
    reminded_at       BIGINT,
    ended_on          DATE,
    end_document      TEXT,
    return_receipt_id UUID   UNIQUE REFERENCES receipt (id),
    recorded_at       BIGINT NOT NULL,
    CHECK ((plan_line_id IS NULL) = (hold_id IS NULL)),
    CHECK (NOT beside_claim OR plan_line_id IS NOT NULL),
    CHECK ((state = 'OPEN') = (certificate IS NULL)),
    CHECK ((certificate IS NULL) = (deposited_on IS NULL)),
    CHECK ((certificate IS NULL) = (remind_on IS NULL)),
    CHECK ((certificate IS NULL) = (last_day IS NULL)),
    CHECK ((state IN ('OPEN', 'DEPOSITED')) = (ended_on IS NULL)),
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
    CHECK ((state = 'RETURNED') = (return_receipt_id IS NOT NULL))
);
CREATE INDEX notary_deposit_list ON notary_deposit (court_id, state, id);
CREATE INDEX notary_deposit_case ON notary_deposit (case_id, id);
CREATE INDEX notary_deposit_claim ON notary_deposit (claim_id, state);
CREATE INDEX notary_deposit_remind ON notary_deposit (remind_on) WHERE state = 'DEPOSITED' AND reminded_at IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

//! Settlements in execution: the agreement, who made it, its instalments. And what makes a charge of the bank good.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SETTLEMENTS: &str = "
-- An agreement of the parties (执行和解): the case stands still while it is performed. What has been paid on it is not
-- kept while it runs: payments, receipts and satisfactions tell.
CREATE TABLE settlement (
    id            UUID   NOT NULL PRIMARY KEY,
    court_id      UUID   NOT NULL REFERENCES court (id),
    case_id       UUID   NOT NULL REFERENCES enforcement_case (id),
    suspension_id UUID   NOT NULL UNIQUE REFERENCES case_suspension (id),
    status        TEXT   NOT NULL CHECK (status IN ('IN_FORCE', 'PERFORMED', 'ENDED', 'CASE_CLOSED')),
    signed_on     DATE   NOT NULL,
    document      TEXT   NOT NULL CHECK (length(document) > 0),
    total         BIGINT NOT NULL CHECK (total > 0 AND total < 1000000000000000),
    -- why the title is enforced again
    ground        TEXT   CHECK (ground IN ('NOT_PERFORMED', 'REPUDIATED', 'FRAUD_OR_DURESS')),
    -- who asked for that
    asked_by      UUID   REFERENCES case_party (id),
    ended_on      DATE,
    end_document  TEXT,
    ended_at      BIGINT,
    -- what was recorded up to then was paid on the settlement before it
    counted_after BIGINT,
    -- paid until it ended
    paid          BIGINT CHECK (paid >= 0 AND paid < 1000000000000000),
    recorded_at   BIGINT NOT NULL,
    CHECK ((status = 'IN_FORCE') = (ended_on IS NULL)),
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
    CHECK ((ended_on IS NULL) = (ended_at IS NULL)),
    CHECK ((ended_on IS NULL) = (paid IS NULL)),
    CHECK ((status = 'ENDED') = (ground IS NOT NULL)),
    CHECK ((ground IS NULL) = (asked_by IS NULL)),
    CHECK (status <> 'PERFORMED' OR paid >= total)
);
CREATE UNIQUE INDEX settlement_in_force ON settlement (case_id) WHERE status = 'IN_FORCE';
CREATE INDEX settlement_list ON settlement (court_id, status, id);
CREATE INDEX settlement_case ON settlement (case_id, id);

-- Who made it, and by which agent.
CREATE TABLE settlement_party (
    settlement_id  UUID NOT NULL REFERENCES settlement (id),
    party_id       UUID NOT NULL REFERENCES case_party (id),
    court_id       UUID NOT NULL,
    agent_paper_id UUID REFERENCES agent_paper (id),
    PRIMARY KEY (settlement_id, party_id)
);
CREATE INDEX settlement_party_party ON settlement_party (party_id);

-- The claims that it is about: what is paid on others performs nothing of it.
CREATE TABLE settlement_claim (
    settlement_id UUID NOT NULL REFERENCES settlement (id),
    claim_id      UUID NOT NULL REFERENCES claim (id),
    court_id      UUID NOT NULL,
    PRIMARY KEY (settlement_id, claim_id)
);
CREATE INDEX settlement_claim_claim ON settlement_claim (claim_id);

CREATE TABLE settlement_instalment (
    settlement_id UUID    NOT NULL REFERENCES settlement (id),
    line          INTEGER NOT NULL CHECK (line > 0),
    court_id      UUID    NOT NULL,
    due_on        DATE    NOT NULL,
    amount        BIGINT  NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- the instalments up to this one: it is paid once so much is
    cumulative    BIGINT  NOT NULL CHECK (cumulative >= amount AND cumulative < 1000000000000000),
    PRIMARY KEY (settlement_id, line),
    UNIQUE (settlement_id, due_on)
);
CREATE INDEX settlement_instalment_due ON settlement_instalment (court_id, due_on);

-- the agent by whom the applicant agreed to postpone
ALTER TABLE case_suspension ADD COLUMN agent_paper_id UUID REFERENCES agent_paper (id);
";

const REIMBURSEMENTS: &str = "
-- Unidentified money that makes a charge of the bank good (银行手续费补回), found by one and agreed by another.
CREATE TABLE charge_reimbursement (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    book        TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    receipt_id  UUID   NOT NULL REFERENCES receipt (id),
    -- the entry of the charge
    entry_id    UUID   NOT NULL REFERENCES ledger_entry (id),
    amount      BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    status      TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    agreed_at   BIGINT,
    recorded_at BIGINT NOT NULL,
    CHECK ((status = 'APPROVED') = (agreed_at IS NOT NULL))
);
-- one at a time; what the bank gives back may open a charge again that was made good
CREATE UNIQUE INDEX charge_reimbursement_once ON charge_reimbursement (entry_id) WHERE status = 'PENDING';
CREATE INDEX charge_reimbursement_entry ON charge_reimbursement (entry_id, id);
CREATE INDEX charge_reimbursement_receipt ON charge_reimbursement (receipt_id);
CREATE INDEX charge_reimbursement_agreed ON charge_reimbursement (court_id, agreed_at) WHERE agreed_at IS NOT NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SETTLEMENTS).await?;
        super::run(manager, REIMBURSEMENTS).await?;
        super::append_only(manager, "settlement_party").await?;
        super::append_only(manager, "settlement_claim").await?;
        super::append_only(manager, "settlement_instalment").await
    }
}

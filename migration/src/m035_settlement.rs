//! Settlements in execution: the agreement, who made it, its instalments.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- An agreement of the parties (执行和解): the case stands still while it is performed. What has been paid on it is not
-- kept while it runs: receipts and satisfactions tell.
CREATE TABLE settlement (
    id            UUID   NOT NULL PRIMARY KEY,
    court_id      UUID   NOT NULL REFERENCES court (id),
    case_id       UUID   NOT NULL REFERENCES enforcement_case (id),
    suspension_id UUID   NOT NULL UNIQUE REFERENCES case_suspension (id),
    status        TEXT   NOT NULL CHECK (status IN ('IN_FORCE', 'PERFORMED', 'ENDED')),
    signed_on     DATE   NOT NULL,
    document      TEXT   NOT NULL CHECK (length(document) > 0),
    total         BIGINT NOT NULL CHECK (total > 0 AND total < 1000000000000000),
    -- why the title is enforced again
    ground        TEXT   CHECK (ground IN ('NOT_PERFORMED', 'REPUDIATED', 'FRAUD_OR_DURESS')),
    -- who asked for that
    asked_by      UUID   REFERENCES case_party (id),
    ended_on      DATE,
    end_document  TEXT,
    -- paid until it ended
    paid          BIGINT CHECK (paid >= 0 AND paid < 1000000000000000),
    recorded_at   BIGINT NOT NULL,
    CHECK ((status = 'IN_FORCE') = (ended_on IS NULL)),
    CHECK ((ended_on IS NULL) = (end_document IS NULL)),
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

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "settlement_party").await?;
        super::append_only(manager, "settlement_instalment").await
    }
}

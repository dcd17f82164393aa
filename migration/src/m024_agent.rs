//! Agents' papers, cases that went to another court, and what must be given back after an advance was revoked.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- By what an agent acts for a party (代理手续): his power of attorney and what proves him. Papers are per case.
CREATE TABLE agent_paper (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    case_id         UUID    NOT NULL REFERENCES enforcement_case (id),
    party_id        UUID    NOT NULL REFERENCES case_party (id),
    status          TEXT    NOT NULL CHECK (status IN ('IN_FORCE', 'REVOKED')),
    kind            TEXT    NOT NULL CHECK (kind IN ('LAWYER', 'LEGAL_WORKER', 'RELATIVE', 'STAFF', 'RECOMMENDED')),
    name            TEXT    NOT NULL CHECK (length(name) > 0),
    identity_sealed BLOB,
    identity_mask   TEXT,
    authority       TEXT    NOT NULL CHECK (authority IN ('GENERAL', 'SPECIAL')),
    may_receive     BOOLEAN NOT NULL,
    may_waive       BOOLEAN NOT NULL,
    may_settle      BOOLEAN NOT NULL,
    valid_from      DATE    NOT NULL,
    until           DATE    NOT NULL,
    document        TEXT    NOT NULL CHECK (length(document) > 0),
    licence         TEXT,
    letter          TEXT,
    relation        TEXT,
    revoked_on      DATE,
    revoked_at      BIGINT,
    end_document    TEXT,
    recorded_at     BIGINT  NOT NULL,
    CHECK (until >= valid_from),
    CHECK ((identity_sealed IS NULL) = (identity_mask IS NULL)),
    CHECK ((authority = 'SPECIAL') = (may_receive OR may_waive OR may_settle)),
    CHECK ((status = 'REVOKED') = (revoked_on IS NOT NULL)),
    CHECK ((status = 'REVOKED') = (revoked_at IS NOT NULL)),
    CHECK ((status = 'REVOKED') = (end_document IS NOT NULL)),
    CHECK (kind NOT IN ('LAWYER', 'LEGAL_WORKER') OR (licence IS NOT NULL AND letter IS NOT NULL)),
    CHECK (kind IN ('LAWYER', 'LEGAL_WORKER') OR identity_sealed IS NOT NULL),
    CHECK (kind = 'LAWYER' OR relation IS NOT NULL)
);
CREATE INDEX agent_paper_party ON agent_paper (party_id, id);
CREATE INDEX agent_paper_case ON agent_paper (case_id, id);

-- the papers of the agent whose account it is, or who agreed for his party
ALTER TABLE payee ADD COLUMN agent_paper_id UUID REFERENCES agent_paper (id);
ALTER TABLE payee_correction ADD COLUMN agent_paper_id UUID REFERENCES agent_paper (id);
ALTER TABLE satisfaction ADD COLUMN agent_paper_id UUID REFERENCES agent_paper (id);
-- A case that left for a court of this installation (交叉执行): its freezes in force go to that court's case.
CREATE TABLE case_transfer (
    case_id     UUID   NOT NULL PRIMARY KEY REFERENCES enforcement_case (id),
    court_id    UUID   NOT NULL REFERENCES court (id),
    to_court_id UUID   NOT NULL REFERENCES court (id),
    taken_by    UUID   REFERENCES enforcement_case (id),
    taken_at    BIGINT,
    document    TEXT,
    recorded_at BIGINT NOT NULL,
    CHECK (to_court_id <> court_id),
    CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CHECK ((taken_by IS NULL) = (document IS NULL))
);
CREATE INDEX case_transfer_taken ON case_transfer (taken_by) WHERE taken_by IS NOT NULL;

-- What an applicant must give back because the judgment did not grant what he got in advance (先予执行返还). A note, no
-- posting: the money is not here. `amount` counts once the bank has paid the payable.
CREATE TABLE execution_return (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL REFERENCES court (id),
    case_id         UUID   NOT NULL REFERENCES enforcement_case (id),
    order_id        UUID   NOT NULL REFERENCES case_order (id),
    party_id        UUID   NOT NULL REFERENCES case_party (id),
    payable_id      UUID   NOT NULL UNIQUE REFERENCES payable (id),
    amount          BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    returned        BIGINT NOT NULL CHECK (returned >= 0 AND returned <= amount),
    returned_on     DATE,
    return_document TEXT,
    recorded_at     BIGINT NOT NULL,
    CHECK ((returned > 0) = (returned_on IS NOT NULL)),
    CHECK ((returned > 0) = (return_document IS NOT NULL))
);
CREATE INDEX execution_return_case ON execution_return (case_id, id);
CREATE INDEX execution_return_order ON execution_return (order_id, id);

CREATE INDEX payee_agent ON payee (agent_paper_id) WHERE agent_paper_id IS NOT NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

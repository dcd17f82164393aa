//! Sealed maxima of bidders, and what must stand before the ruling besides the price: the purchaser's undertaking, the
//! approval of a transfer.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- What a bidder lets the platform bid for him (代理出价). The amount is sealed; the audit log has the commitment.
CREATE TABLE proxy_bid (
    court_id        UUID   NOT NULL REFERENCES court (id),
    -- in the order of setting within the court
    serial          BIGINT NOT NULL CHECK (serial > 0),
    lot_id          UUID   NOT NULL REFERENCES lot (id),
    registration_id UUID   NOT NULL REFERENCES registration (id),
    maximum_sealed  BLOB   NOT NULL,
    commitment      BLOB   NOT NULL CHECK (length(commitment) = 32),
    recorded_at     BIGINT NOT NULL,
    -- withdrawn, or replaced by another
    ended_at        BIGINT CHECK (ended_at >= recorded_at),
    PRIMARY KEY (court_id, serial)
);
CREATE UNIQUE INDEX proxy_bid_in_force ON proxy_bid (registration_id) WHERE ended_at IS NULL;
CREATE INDEX proxy_bid_lot ON proxy_bid (lot_id, serial) WHERE ended_at IS NULL;

-- The purchaser says again, before the ruling, that no local purchase limit bars him (限购承诺).
CREATE TABLE renewed_undertaking (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL REFERENCES court (id),
    registration_id UUID   NOT NULL REFERENCES registration (id),
    recorded_at     BIGINT NOT NULL
);

-- Equity of which the transfer needs an authority's approval (股权变更审批): said before the announcement, answered
-- after the sale. person_index (keyed hash) keeps a purchaser who did not obtain it out of every later round.
CREATE TABLE transfer_approval (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL REFERENCES court (id),
    chain_id        UUID   NOT NULL REFERENCES lot (id),
    authority       TEXT   NOT NULL CHECK (length(authority) > 0),
    requirement     TEXT   NOT NULL CHECK (length(requirement) > 0),
    outcome         TEXT   CHECK (outcome IN ('GRANTED', 'NOT_OBTAINED')),
    document_number TEXT,
    decided_on      DATE,
    person_index    BLOB,
    recorded_at     BIGINT NOT NULL,
    CHECK ((outcome IS NULL) = (document_number IS NULL)),
    CHECK ((outcome IS NULL) = (decided_on IS NULL)),
    CHECK (person_index IS NULL OR outcome = 'NOT_OBTAINED')
);
CREATE INDEX transfer_approval_chain ON transfer_approval (chain_id);

-- How fast deposits went back, by the day on which they were due.
CREATE INDEX registration_refund ON registration (court_id, refund_due_at) WHERE refund_due_at IS NOT NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

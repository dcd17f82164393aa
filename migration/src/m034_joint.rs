//! Who bids for others and who bids with others: their papers, the persons, whom a sale names and whom a default bars.
//! Whose consumption is restricted, what was opened of sealed registrations, by whose loan a balance is paid.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- By what a registration bids for others (委托竞买) or for several (共同竞买). It bids only once the qualification clerk
-- has confirmed it, and that is before bidding starts.
CREATE TABLE bidder_papers (
    registration_id       UUID    NOT NULL PRIMARY KEY REFERENCES registration (id),
    court_id              UUID    NOT NULL REFERENCES court (id),
    lot_id                UUID    NOT NULL REFERENCES lot (id),
    -- of joint bidders: who bids for all, their shares, that each answers for the whole price. Titles are free text and
    -- may name somebody, so that they stand sealed as names do
    agreement_sealed      BLOB,
    agent_name_sealed     BLOB,
    power_document_sealed BLOB,
    -- by which a principal took the power back; when, registration.power_revoked_at says
    revocation_sealed     BLOB,
    -- what the clerk must look into besides: barred persons, names that differ. The bidder is not told
    screening             TEXT    CHECK (length(screening) > 0),
    may_undertake         BOOLEAN NOT NULL,
    valid_from            DATE,
    until                 DATE,
    confirmed_at          BIGINT,
    recorded_at           BIGINT  NOT NULL,
    CHECK (revocation_sealed IS NULL OR power_document_sealed IS NOT NULL),
    CHECK (agreement_sealed IS NOT NULL OR power_document_sealed IS NOT NULL),
    CHECK ((power_document_sealed IS NULL) = (agent_name_sealed IS NULL)),
    CHECK ((power_document_sealed IS NULL) = (valid_from IS NULL)),
    CHECK ((power_document_sealed IS NULL) = (until IS NULL)),
    CHECK (until >= valid_from),
    CHECK (NOT may_undertake OR power_document_sealed IS NOT NULL)
);

-- The powers that another one took the place of (原授权委托书). Document and revocation stand sealed (JSON with the last
-- day).
CREATE TABLE former_power (
    registration_id UUID   NOT NULL REFERENCES bidder_papers (registration_id),
    until           DATE   NOT NULL,
    court_id        UUID   NOT NULL,
    power_sealed    BLOB   NOT NULL,
    recorded_at     BIGINT NOT NULL,
    PRIMARY KEY (registration_id, recorded_at)
);

-- For whom such a registration bids. Name and number stand sealed (JSON with the ordinal).
CREATE TABLE bidder_person (
    registration_id UUID    NOT NULL REFERENCES bidder_papers (registration_id),
    ordinal         INTEGER NOT NULL CHECK (ordinal > 0),
    court_id        UUID    NOT NULL,
    person_sealed   BLOB    NOT NULL,
    -- his part of the parts of all; none where they agreed on no shares
    share_parts     INTEGER CHECK (share_parts > 0),
    pays_deposit    BOOLEAN NOT NULL,
    PRIMARY KEY (registration_id, ordinal)
);
CREATE UNIQUE INDEX bidder_person_payer ON bidder_person (registration_id) WHERE pays_deposit;

-- A person bids on a lot by one registration: his own from the start, that of others once its papers are confirmed.
-- person_index is a keyed hash of lot and person, so that the table joins nobody to his other lots.
CREATE TABLE lot_bidder (
    lot_id          UUID NOT NULL REFERENCES lot (id),
    person_index    BLOB NOT NULL,
    court_id        UUID NOT NULL,
    registration_id UUID NOT NULL REFERENCES registration (id),
    PRIMARY KEY (lot_id, person_index)
);
CREATE INDEX lot_bidder_registration ON lot_bidder (registration_id);

-- Published with the confirmation of sale: those who bought together, with their shares.
CREATE TABLE joint_purchaser (
    lot_id      UUID    NOT NULL REFERENCES lot (id),
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    court_id    UUID    NOT NULL,
    name        TEXT    NOT NULL CHECK (length(name) > 0),
    share_parts INTEGER CHECK (share_parts > 0),
    PRIMARY KEY (lot_id, ordinal)
);

-- Those beside the first whom a default or a missing approval of a joint purchase keeps out of every later round.
CREATE TABLE barred_purchaser (
    lot_id       UUID    NOT NULL REFERENCES lot (id),
    ground       TEXT    NOT NULL CHECK (ground IN ('DEFAULT', 'APPROVAL')),
    ordinal      INTEGER NOT NULL CHECK (ordinal > 1),
    court_id     UUID    NOT NULL,
    chain_id     UUID    NOT NULL REFERENCES lot (id),
    person_index BLOB    NOT NULL,
    PRIMARY KEY (lot_id, ground, ordinal)
);
CREATE INDEX barred_purchaser_person ON barred_purchaser (chain_id, person_index);

-- A bank lends the purchaser the balance (按揭贷款支付余款).
CREATE TABLE balance_loan (
    lot_id      UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id    UUID   NOT NULL REFERENCES court (id),
    bank        TEXT   NOT NULL CHECK (length(bank) > 0),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    recorded_at BIGINT NOT NULL
);

-- Openings of what a registration keeps sealed until the end (三道门): published after the close.
CREATE TABLE seal_opening (
    court_id        UUID   NOT NULL REFERENCES court (id),
    serial          BIGINT NOT NULL CHECK (serial > 0),
    lot_id          UUID   NOT NULL REFERENCES lot (id),
    registration_id UUID   NOT NULL REFERENCES registration (id),
    part            TEXT   NOT NULL CHECK (part IN ('NAME', 'PAPERS')),
    reason          TEXT   NOT NULL CHECK (length(reason) > 0),
    opened_at       BIGINT NOT NULL,
    PRIMARY KEY (court_id, serial)
);
CREATE INDEX seal_opening_lot ON seal_opening (lot_id, serial);

-- Orders that restrict a debtor's consumption (限制消费令): he buys no real estate. identity_index (keyed hash) finds him
-- at the sales of every court.
CREATE TABLE consumption_restriction (
    party_id       UUID    NOT NULL REFERENCES case_party (id),
    ordinal        INTEGER NOT NULL CHECK (ordinal > 0),
    court_id       UUID    NOT NULL REFERENCES court (id),
    case_id        UUID    NOT NULL REFERENCES enforcement_case (id),
    identity_index BLOB,
    document       TEXT    NOT NULL CHECK (length(document) > 0),
    ordered_on     DATE    NOT NULL,
    lifted_on      DATE,
    lift_document  TEXT    CHECK (length(lift_document) > 0),
    recorded_at    BIGINT  NOT NULL,
    PRIMARY KEY (party_id, ordinal),
    CHECK ((lifted_on IS NULL) = (lift_document IS NULL)),
    CHECK (lifted_on IS NULL OR lifted_on >= ordered_on)
);
CREATE UNIQUE INDEX consumption_restriction_in_force ON consumption_restriction (party_id) WHERE lifted_on IS NULL;
CREATE INDEX consumption_restriction_person ON consumption_restriction (identity_index) WHERE lifted_on IS NULL;

-- Bids of the agent that arrive from this moment on are refused; a new power confirmed in time clears it.
ALTER TABLE registration ADD COLUMN power_revoked_at BIGINT;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        for table in ["former_power", "bidder_person", "joint_purchaser", "barred_purchaser", "seal_opening"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

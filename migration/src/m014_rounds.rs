//! After the sale: the chain of rounds of one property, defaults with the use of the forfeited deposit, property taken
//! in kind, sales that were set aside, objections.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const ROUNDS: &str = "
-- A lot that follows another one: a chain has one line without branches, so at most one round lives. The first lot of a
-- chain has no row; its id is the chain's.
CREATE TABLE lot_chain (
    lot_id          UUID    NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID    NOT NULL,
    chain_id        UUID    NOT NULL REFERENCES lot (id),
    previous_id     UUID    NOT NULL UNIQUE REFERENCES lot (id),
    position        INTEGER NOT NULL CHECK (position > 1),
    -- rung of the ladder: a re-auction stands on the rung of the round that it repeats
    stage           TEXT    NOT NULL CHECK (stage IN ('FIRST', 'SECOND', 'SELL_OFF')),
    -- lowest starting price of the law, from the round before; the very price of a sell-off
    floor_price     BIGINT  NOT NULL CHECK (floor_price > 0),
    document_number TEXT    NOT NULL,
    recorded_at     BIGINT  NOT NULL,
    UNIQUE (chain_id, position)
);
";

const DEFAULTS: &str = "
-- A purchaser who did not pay, by ruling. person_index (keyed hash) keeps him out of every later round of the chain.
CREATE TABLE buyer_default (
    lot_id         UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id       UUID   NOT NULL,
    chain_id       UUID   NOT NULL REFERENCES lot (id),
    ruling_number  TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    declared_on    DATE   NOT NULL,
    person_index   BLOB,
    original_price BIGINT NOT NULL CHECK (original_price > 0),
    forfeited      BIGINT NOT NULL CHECK (forfeited >= 0),
    recorded_at    BIGINT NOT NULL
);
CREATE INDEX buyer_default_chain ON buyer_default (chain_id);

-- Where a forfeited deposit went, line by line; the rest stands on FORFEITED of the lot.
CREATE TABLE forfeiture_line (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL,
    lot_id          UUID   NOT NULL REFERENCES buyer_default (lot_id),
    step            TEXT   NOT NULL CHECK (step IN ('AUCTION_COST', 'PRICE_GAP', 'CASE_DEBT', 'RELATED_DEBT')),
    amount          BIGINT NOT NULL CHECK (amount > 0),
    -- the case that the money reaches; none for a cost
    case_id         UUID,
    party_id        UUID,
    document_number TEXT   NOT NULL,
    payable_id      UUID   NOT NULL UNIQUE,
    recorded_at     BIGINT NOT NULL,
    CHECK ((step = 'AUCTION_COST') = (party_id IS NOT NULL)),
    CHECK ((step = 'AUCTION_COST') = (case_id IS NULL))
);
CREATE INDEX forfeiture_line_lot ON forfeiture_line (lot_id, id);

-- What a defaulter was ordered to make up. Nothing is collected by it.
CREATE TABLE top_up_order (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES buyer_default (lot_id),
    court_id        UUID   NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    due_on          DATE   NOT NULL,
    document_number TEXT   NOT NULL,
    recorded_at     BIGINT NOT NULL
);

-- Reminders of the balance that were sent, each once.
CREATE TABLE balance_reminder (
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    kind        TEXT   NOT NULL CHECK (kind IN ('BEFORE_DUE', 'DUE', 'OVERDUE')),
    court_id    UUID   NOT NULL,
    due_on      DATE   NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (lot_id, kind)
);
";

const IN_KIND: &str = "
-- A creditor who is ready to take an unsold property at its reserve price.
CREATE TABLE in_kind_offer (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL,
    lot_id          UUID   NOT NULL REFERENCES lot (id),
    party_id        UUID   NOT NULL,
    -- his place among the creditors of the case: rank, then order within the rank; smaller is earlier
    rank_class      INTEGER NOT NULL CHECK (rank_class > 0),
    rank_order      INTEGER NOT NULL CHECK (rank_order >= 0),
    document_number TEXT   NOT NULL,
    recorded_at     BIGINT NOT NULL,
    UNIQUE (lot_id, party_id)
);

-- The ruling that gave the property to one of them.
CREATE TABLE in_kind_ruling (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL,
    offer_id        UUID   NOT NULL UNIQUE REFERENCES in_kind_offer (id),
    reserve_price   BIGINT NOT NULL CHECK (reserve_price > 0),
    -- what he would have received from a sale at that price
    share           BIGINT NOT NULL CHECK (share >= 0),
    difference      BIGINT NOT NULL CHECK (difference >= 0),
    -- the receipt of the case by which the difference was paid
    receipt_id      UUID   UNIQUE,
    draw_document   TEXT,
    ruling_number   TEXT   NOT NULL,
    served_on       DATE   NOT NULL,
    recorded_at     BIGINT NOT NULL,
    CHECK (share + difference = reserve_price),
    CHECK ((difference = 0) = (receipt_id IS NULL))
);

-- The end of a chain that nobody bought and nobody took: the seizure is lifted, the property goes back.
CREATE TABLE lot_release (
    lot_id        UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id      UUID   NOT NULL,
    ruling_number TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    released_on   DATE   NOT NULL,
    recorded_at   BIGINT NOT NULL
);
";

const SET_ASIDE: &str = "
-- A sale that was set aside, and what went back to the purchaser at once.
CREATE TABLE sale_set_aside (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL,
    ground          TEXT   NOT NULL CHECK (ground IN ('FALSE_DESCRIPTION', 'SYSTEM_FAULT', 'COLLUSION',
                        'UNQUALIFIED_BUYER', 'UNEQUAL_CONDITIONS', 'SERIOUS_BREACH',
                        'TRANSFER_NOT_APPROVED')),
    reason          TEXT   NOT NULL,
    ruling_number   TEXT   NOT NULL,
    decided_on      DATE   NOT NULL,
    -- the purchaser's money: returned at once, and still to come back from payees
    returned        BIGINT NOT NULL CHECK (returned >= 0),
    outstanding     BIGINT NOT NULL CHECK (outstanding >= 0),
    -- by which receipt the price had reached the case
    receipt_id      UUID,
    recorded_at     BIGINT NOT NULL
);

CREATE UNIQUE INDEX sale_set_aside_receipt ON sale_set_aside (receipt_id) WHERE receipt_id IS NOT NULL;

-- Reversal of enforcement: who received money of a price that must come back. No posting stands behind a line.
CREATE TABLE restitution (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL,
    lot_id      UUID   NOT NULL REFERENCES sale_set_aside (lot_id),
    -- none for what left the case as fee, tax or reserve
    payable_id  UUID,
    payee_name  TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX restitution_lot ON restitution (lot_id, id);
";

const OBJECTIONS: &str = "
-- The newest assessment before publication counts: does the reserve price leave anything for the applicant?
CREATE TABLE surplus_assessment (
    id               UUID   NOT NULL PRIMARY KEY,
    court_id         UUID   NOT NULL,
    lot_id           UUID   NOT NULL REFERENCES lot (id),
    senior_claims    BIGINT NOT NULL CHECK (senior_claims >= 0),
    costs            BIGINT NOT NULL CHECK (costs >= 0),
    document_number  TEXT   NOT NULL,
    -- the applicant was told that nothing would be left, and asked to go on
    informed_on      DATE,
    insisted_on      DATE,
    recorded_at      BIGINT NOT NULL,
    CHECK (insisted_on IS NULL OR informed_on IS NOT NULL)
);
CREATE INDEX surplus_assessment_lot ON surplus_assessment (lot_id, id);

-- The docket of objections to a sale.
CREATE TABLE lot_objection (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL,
    lot_id          UUID   NOT NULL REFERENCES lot (id),
    kind            TEXT   NOT NULL CHECK (kind IN ('THIRD_PARTY', 'ACT_OF_ENFORCEMENT', 'SET_ASIDE', 'VALUATION')),
    objector_sealed BLOB   NOT NULL,
    grounds         TEXT   NOT NULL,
    filed_on        DATE   NOT NULL,
    due_on          DATE   NOT NULL,
    -- edition of the calendar that it was counted by
    calendar        TEXT   NOT NULL CHECK (length(calendar) > 0),
    -- the sale stands still while it is open
    stays           BOOLEAN NOT NULL,
    outcome         TEXT   CHECK (outcome IN ('UPHELD', 'DISMISSED', 'WITHDRAWN')),
    ruling_number   TEXT,
    decided_on      DATE,
    -- day of service of a dismissal: 15 days for a suit run from it
    served_on       DATE,
    recorded_at     BIGINT NOT NULL,
    CHECK ((outcome IS NULL) = (decided_on IS NULL)),
    CHECK ((outcome IS NULL) = (ruling_number IS NULL)),
    CHECK (kind <> 'THIRD_PARTY' OR stays)
);
CREATE INDEX lot_objection_lot ON lot_objection (lot_id, id);
CREATE INDEX lot_objection_open ON lot_objection (calendar, id) WHERE outcome IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for text in [ROUNDS, DEFAULTS, IN_KIND, SET_ASIDE, OBJECTIONS] {
            super::run(manager, text).await?;
        }
        let kept =
            ["lot_chain", "buyer_default", "forfeiture_line", "top_up_order", "balance_reminder", "in_kind_offer"];
        let ended = ["in_kind_ruling", "lot_release", "sale_set_aside", "restitution", "surplus_assessment"];
        for table in kept.into_iter().chain(ended) {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

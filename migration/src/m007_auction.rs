//! Auctions: lots with what must be public about them, registrations, attempts to bid with their signed receipts,
//! the visible history of each lot, results of sales.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const LOTS: &str = "
-- One attempt at selling a property. While bidding may be open, this row is written through the bidding queue alone;
-- counts that are not part of the sale live in other rows.
CREATE TABLE lot (
    id                  UUID    NOT NULL PRIMARY KEY,
    court_id            UUID    NOT NULL,
    case_id             UUID    NOT NULL,
    lot_number          TEXT    NOT NULL UNIQUE,
    serial              BIGINT  NOT NULL CHECK (serial > 0),
    title               TEXT    NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    category            TEXT    NOT NULL CHECK (category IN ('MOVABLE', 'IMMOVABLE', 'OTHER_RIGHT')),
    round               TEXT    NOT NULL CHECK (round IN ('FIRST', 'SECOND', 'SELL_OFF', 'RE_AUCTION')),
    operating_mode      TEXT    NOT NULL CHECK (operating_mode IN ('PRACTICE', 'LISTED_PROVIDER', 'MIRROR')),
    status              TEXT    NOT NULL CHECK (status IN ('DRAFT', 'READY', 'ANNOUNCED', 'OPEN', 'SUSPENDED',
                            'WITHDRAWN', 'SOLD', 'UNSOLD', 'PAID', 'RULING_SERVED', 'DELIVERED', 'DEFAULTED', 'SET_ASIDE',
                            'IN_KIND', 'RELEASED')),
    appraisal_price     BIGINT  NOT NULL CHECK (appraisal_price > 0 AND appraisal_price < 1000000000000000),
    starting_price      BIGINT  CHECK (starting_price > 0 AND starting_price < 1000000000000000),
    deposit             BIGINT  CHECK (deposit > 0 AND deposit <= starting_price),
    bid_increment       BIGINT  CHECK (bid_increment > 0 AND bid_increment <= starting_price),
    deposit_mode        TEXT    NOT NULL CHECK (deposit_mode IN ('PAID_TO_COURT', 'FROZEN_ON_PLATFORM',
                            'BIDDERS_CHOICE')),
    -- housing under local purchase limits: bidders undertake to be qualified
    purchase_restricted BOOLEAN NOT NULL,
    -- days for the balance, as announced
    balance_days        INTEGER CHECK (balance_days BETWEEN 1 AND 365),
    -- the readings of the law that this lot is sold under (JSON)
    parameters          TEXT    NOT NULL,
    published_at        BIGINT,
    starts_at           BIGINT,
    planned_end_at      BIGINT,
    effective_end_at    BIGINT,
    extension_count     INTEGER NOT NULL CHECK (extension_count >= 0),
    -- state to go back to, and why bidding stands still
    suspended_from      TEXT    CHECK (suspended_from IN ('ANNOUNCED', 'OPEN')),
    suspended_at        BIGINT,
    suspension_reason   TEXT,
    -- the decision or ruling that stopped it, or ended it after it had begun
    suspension_document TEXT,
    -- no bid before this instant after a resumption
    resumes_at          BIGINT,
    current_price       BIGINT,
    leader_id           UUID,
    leader_code         TEXT,
    leader_rank         INTEGER,
    leader_arrived_at   BIGINT,
    leader_sequence     BIGINT,
    -- number of the latest correction of the announcement
    revision            INTEGER NOT NULL CHECK (revision >= 0),
    bid_count           BIGINT  NOT NULL CHECK (bid_count >= 0),
    attempt_count       BIGINT  NOT NULL CHECK (attempt_count >= bid_count),
    -- moves by one with each visible change; lot_event has a row for each
    version             BIGINT  NOT NULL CHECK (version >= 0),
    recorded_at         BIGINT  NOT NULL,
    UNIQUE (court_id, serial),
    CHECK (status = 'DRAFT' OR (starting_price IS NOT NULL AND deposit IS NOT NULL AND bid_increment IS NOT NULL)),
    CHECK (status IN ('DRAFT', 'READY', 'WITHDRAWN') OR (published_at IS NOT NULL AND starts_at IS NOT NULL
        AND planned_end_at IS NOT NULL AND effective_end_at IS NOT NULL AND balance_days IS NOT NULL)),
    -- the first bid of a sell-off ends it a day later
    CHECK (effective_end_at IS NULL OR effective_end_at >= planned_end_at OR round = 'SELL_OFF'),
    CHECK ((status = 'SUSPENDED') = (suspended_from IS NOT NULL)),
    CHECK ((current_price IS NULL) = (leader_id IS NULL)),
    CHECK ((current_price IS NULL) = (bid_count = 0)),
    CHECK (current_price IS NULL OR current_price >= starting_price),
    CHECK (status NOT IN ('SOLD', 'PAID', 'RULING_SERVED', 'DELIVERED', 'DEFAULTED', 'SET_ASIDE')
        OR leader_id IS NOT NULL),
    CHECK (status NOT IN ('UNSOLD', 'IN_KIND', 'RELEASED') OR leader_id IS NULL)
);
CREATE INDEX lot_case ON lot (court_id, case_id);
CREATE INDEX lot_ending ON lot (status, effective_end_at);

-- Everything about a lot that the public saw, version by version, without gaps: what a subscriber resumes from.
CREATE TABLE lot_event (
    lot_id           UUID    NOT NULL REFERENCES lot (id),
    version          BIGINT  NOT NULL CHECK (version > 0),
    court_id         UUID    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('PUBLISHED', 'OPENED', 'BID', 'SUSPENDED', 'RESUMED', 'WITHDRAWN',
                         'SOLD', 'UNSOLD', 'PAID', 'RULING_SERVED', 'DELIVERED', 'DEFAULTED', 'SET_ASIDE', 'IN_KIND', 'RELEASED',
                         'BALANCE_REMINDER', 'REVISED')),
    status           TEXT    NOT NULL,
    current_price    BIGINT,
    leader_code      TEXT,
    effective_end_at BIGINT,
    extension_count  INTEGER NOT NULL,
    bid_count        BIGINT  NOT NULL,
    -- no bid before this instant, and since when bidding stands still: what a replay needs of a pause
    bids_from        BIGINT,
    suspended_at     BIGINT,
    recorded_at      BIGINT  NOT NULL,
    PRIMARY KEY (lot_id, version)
);
-- What a viewer is told besides the latest bid. The table keeps its rowid: in the tree of its key alone SQLite would walk
-- through all bids instead.
CREATE INDEX lot_event_told ON lot_event (lot_id, version) WHERE kind <> 'BID';

-- What the panel decided, by whom (names as JSON). The newest before publication counts.
CREATE TABLE panel_decision (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL,
    lot_id          UUID   NOT NULL REFERENCES lot (id),
    members         TEXT   NOT NULL,
    document_number TEXT   NOT NULL,
    decided_on      DATE   NOT NULL,
    starting_price  BIGINT NOT NULL CHECK (starting_price > 0),
    deposit         BIGINT NOT NULL CHECK (deposit > 0),
    bid_increment   BIGINT NOT NULL CHECK (bid_increment > 0),
    recorded_at     BIGINT NOT NULL
);
CREATE INDEX panel_decision_lot ON panel_decision (court_id, lot_id, id);

-- The eleven items and seven warnings; open to change until the publication.
CREATE TABLE disclosure (
    court_id       UUID    NOT NULL,
    lot_id         UUID    NOT NULL REFERENCES lot (id),
    item           TEXT    NOT NULL,
    content        TEXT    NOT NULL CHECK (length(content) > 0),
    not_applicable BOOLEAN NOT NULL,
    recorded_at    BIGINT  NOT NULL,
    PRIMARY KEY (court_id, lot_id, item)
);

-- Who had to know of the sale and how he was told. The name is sealed.
CREATE TABLE notification (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL,
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    party_id    UUID,
    interest    TEXT   NOT NULL,
    method      TEXT   NOT NULL CHECK (method IN ('IN_PERSON', 'POST', 'ELECTRONIC', 'TELEPHONE', 'WAIVED', 'UNREACHABLE')),
    name_sealed BLOB   NOT NULL,
    -- day of the notice, of the waiver, or of the publication of the reason
    notified_on DATE   NOT NULL,
    reason      TEXT,
    recorded_at BIGINT NOT NULL,
    CHECK (method <> 'UNREACHABLE' OR reason IS NOT NULL)
);
CREATE INDEX notification_lot ON notification (court_id, lot_id, id);

-- Persons who may not bid (keyed hash of the identity number): a match goes to the qualification clerk. Without a lot:
-- for all lots of the court.
CREATE TABLE barred_person (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL,
    lot_id       UUID   REFERENCES lot (id),
    person_index BLOB   NOT NULL,
    reason       TEXT   NOT NULL CHECK (length(reason) > 0),
    recorded_at  BIGINT NOT NULL
);
CREATE INDEX barred_person_index ON barred_person (court_id, person_index);
";

const BIDDING: &str = "
-- One person's wish to bid on one lot. Who it is stands sealed; account_index (keyed hash of lot and account) keeps a
-- person from registering twice and finds the own registration. The code says nothing about the order of arrival.
CREATE TABLE registration (
    id                     UUID    NOT NULL PRIMARY KEY,
    court_id               UUID    NOT NULL,
    lot_id                 UUID    NOT NULL REFERENCES lot (id),
    account_index          BLOB    NOT NULL,
    account_sealed         BLOB    NOT NULL,
    name_sealed            BLOB    NOT NULL,
    bidder_code            TEXT,
    status                 TEXT    NOT NULL CHECK (status IN ('UNDER_REVIEW', 'AWAITING_DEPOSIT', 'QUALIFIED', 'BARRED')),
    review_reason          TEXT,
    priority_claim         TEXT,
    priority_rank          INTEGER CHECK (priority_rank > 0),
    undertaking            BOOLEAN NOT NULL,
    -- the latest correction that the bidder has read
    acknowledged_revision  INTEGER NOT NULL CHECK (acknowledged_revision >= 0),
    deposit_required       BIGINT  NOT NULL CHECK (deposit_required >= 0),
    deposit_received       BIGINT  NOT NULL CHECK (deposit_received >= 0),
    deposit_account_number TEXT    NOT NULL UNIQUE,
    -- PLATFORM: frozen there, deposit_received is no money of the court (platform_deposit)
    deposit_holding        TEXT    NOT NULL CHECK (deposit_holding IN ('COURT_ACCOUNT', 'PLATFORM')),
    deposit_status         TEXT    NOT NULL CHECK (deposit_status IN ('AWAITED', 'NOT_REQUIRED', 'HELD', 'CAPTURED',
                               'REFUNDING', 'FORFEITED')),
    hold_id                UUID,
    -- the paying account of the deposit, as the bank named it: the only account it may go back to (JSON, sealed)
    payer_sealed           BLOB,
    refund_due_at          BIGINT,
    refund_payable_id      UUID,
    recorded_at            BIGINT  NOT NULL,
    UNIQUE (court_id, lot_id, account_index),
    UNIQUE (court_id, lot_id, bidder_code),
    -- the winner's deposit moves on to the price, and from there back or to the debts
    CHECK (status <> 'QUALIFIED' OR (bidder_code IS NOT NULL
        AND (deposit_received >= deposit_required OR deposit_status IN ('CAPTURED', 'FORFEITED', 'REFUNDING')))),
    CHECK (deposit_status <> 'HELD' OR hold_id IS NOT NULL)
);
-- what the refunding job looks for every second: deposits that are due and not on their way
CREATE INDEX registration_refund_due ON registration (refund_due_at)
    WHERE refund_due_at IS NOT NULL AND refund_payable_id IS NULL AND deposit_received > 0;

-- One row per server and commit with attempts: the Merkle root over their statements, signed with the root before.
CREATE TABLE receipt_batch (
    id            UUID   NOT NULL PRIMARY KEY,
    node          TEXT   NOT NULL,
    sequence      BIGINT NOT NULL CHECK (sequence > 0),
    root          BLOB   NOT NULL CHECK (length(root) = 32),
    previous_root BLOB   NOT NULL CHECK (length(previous_root) IN (0, 32)),
    leaf_count    INTEGER NOT NULL CHECK (leaf_count > 0),
    signature     BLOB   NOT NULL,
    key_id        TEXT   NOT NULL,
    recorded_at   BIGINT NOT NULL,
    UNIQUE (node, sequence)
);

-- Every attempt to bid, refused ones too, with its statement and its place in the signed batch. The table keeps its
-- rowid: its rows are too long for the tree of a key, which would lay many of them out on a page of their own.
CREATE TABLE bid_attempt (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL,
    lot_id          UUID    NOT NULL REFERENCES lot (id),
    registration_id UUID    REFERENCES registration (id),
    -- of somebody who was not registered: what account_index of his registration would be
    stranger_index  BLOB,
    sequence        BIGINT  NOT NULL CHECK (sequence > 0),
    bidder_code     TEXT,
    priority_rank   INTEGER,
    amount          BIGINT  NOT NULL CHECK (abs(amount) < 1000000000000000),
    arrived_at      BIGINT  NOT NULL,
    decided_at      BIGINT  NOT NULL,
    outcome         TEXT    NOT NULL CHECK (outcome IN ('ACCEPTED', 'NOT_ACCEPTED')),
    -- code, article and numbers of a refusal (JSON)
    refusal         TEXT,
    extended_to     BIGINT,
    -- version of the lot that an accepted bid made
    lot_version     BIGINT,
    statement       TEXT    NOT NULL,
    batch_id        UUID    NOT NULL REFERENCES receipt_batch (id),
    batch_index     INTEGER NOT NULL CHECK (batch_index >= 0),
    -- audit path: 32 bytes per level
    path            BLOB    NOT NULL,
    -- by which account (a keyed hash of lot and account, so that the codes of one bidder on two lots do not meet here)
    -- and under which key it was asked for, with the HMAC of the input: a repeated request is answered from here.
    -- All NULL: bid by the platform within a sealed maximum
    actor_index     BLOB,
    idempotency_key TEXT    CHECK (length(idempotency_key) BETWEEN 8 AND 64),
    input_hash      BLOB    CHECK (length(input_hash) = 32),
    UNIQUE (court_id, lot_id, sequence),
    UNIQUE (batch_id, batch_index),
    UNIQUE (actor_index, idempotency_key),
    CHECK ((actor_index IS NULL) = (idempotency_key IS NULL)),
    CHECK ((actor_index IS NULL) = (input_hash IS NULL)),
    CHECK ((registration_id IS NULL) = (stranger_index IS NOT NULL)),
    CHECK ((outcome = 'ACCEPTED') = (refusal IS NULL)),
    CHECK ((outcome = 'ACCEPTED') = (lot_version IS NOT NULL)),
    CHECK (outcome <> 'ACCEPTED' OR (registration_id IS NOT NULL AND bidder_code IS NOT NULL AND amount > 0))
);
CREATE UNIQUE INDEX bid_attempt_version ON bid_attempt (lot_id, lot_version) WHERE lot_version IS NOT NULL;
-- What somebody asked for himself is found by his account, in the order of the keys that have to be unique. An index of
-- his registration beside it would be one more page of its own for each bidder of a batch.
CREATE INDEX bid_attempt_unasked ON bid_attempt (registration_id, id) WHERE actor_index IS NULL;

-- A credit of the bank on a registration's account and what became of it.
CREATE TABLE deposit_credit (
    id              UUID   NOT NULL PRIMARY KEY,
    court_id        UUID   NOT NULL,
    registration_id UUID   NOT NULL REFERENCES registration (id),
    bank_reference  TEXT   NOT NULL,
    amount          BIGINT NOT NULL CHECK (amount > 0),
    to_deposit      BIGINT NOT NULL CHECK (to_deposit >= 0),
    to_price        BIGINT NOT NULL CHECK (to_price >= 0),
    -- who paid it: what goes back of it goes there and nowhere else
    payer_sealed    BLOB   NOT NULL,
    booked_on       DATE   NOT NULL,
    recorded_at     BIGINT NOT NULL,
    UNIQUE (court_id, bank_reference),
    CHECK (to_deposit + to_price = amount)
);
CREATE INDEX deposit_credit_registration ON deposit_credit (registration_id, id);

-- What followed from the hammer.
CREATE TABLE lot_result (
    lot_id              UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id            UUID   NOT NULL,
    winner_id           UUID   NOT NULL REFERENCES registration (id),
    confirmation_number TEXT   NOT NULL UNIQUE,
    -- published: the purchaser in his real name
    purchaser_name      TEXT   NOT NULL,
    bidder_code         TEXT   NOT NULL,
    hammer_price        BIGINT NOT NULL CHECK (hammer_price > 0),
    deposit_applied     BIGINT NOT NULL CHECK (deposit_applied >= 0),
    -- the purchaser's frozen deposit that the provider owes: no money yet
    deposit_due         BIGINT NOT NULL CHECK (deposit_due >= 0),
    balance_paid        BIGINT NOT NULL CHECK (balance_paid >= 0),
    ended_at            BIGINT NOT NULL,
    refunds_due_at      BIGINT NOT NULL,
    balance_due_on      DATE   NOT NULL,
    paid_on             DATE,
    ruling_due_on       DATE,
    ruling_number       TEXT,
    ruling_served_on    DATE,
    price_payable_id    UUID,
    delivery_due_on     DATE,
    delivered_on        DATE,
    -- edition of the calendar that the latest of the two terms was counted by
    calendar            TEXT,
    recorded_at         BIGINT NOT NULL,
    CHECK (deposit_applied + deposit_due + balance_paid <= hammer_price),
    CHECK ((paid_on IS NOT NULL) = (deposit_applied + balance_paid = hammer_price)),
    CHECK ((ruling_served_on IS NULL) = (ruling_number IS NULL)),
    CHECK (ruling_served_on IS NULL OR paid_on IS NOT NULL),
    CHECK (delivered_on IS NULL OR ruling_served_on IS NOT NULL),
    CHECK ((ruling_due_on IS NULL) = (calendar IS NULL))
);
CREATE INDEX lot_result_term ON lot_result (calendar, lot_id) WHERE calendar IS NOT NULL AND delivered_on IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, LOTS).await?;
        super::run(manager, BIDDING).await?;
        for table in ["lot_event", "panel_decision", "receipt_batch", "bid_attempt", "deposit_credit"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

//! The right under which the installation sells, the list of providers with their keys, and sales that run on a listed
//! platform: signed bundles, what departs from the rules in them, the bids that they tell of.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- As the operator set it at the last start; lots keep the one under which they were drafted.
CREATE TABLE operating_mode (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    mode  TEXT    NOT NULL CHECK (mode IN ('PRACTICE', 'LISTED_PROVIDER', 'MIRROR')),
    since BIGINT  NOT NULL
);

-- Versions of the entries of the list (名单库): the newest approved one of a code counts. For all courts, so without one.
CREATE TABLE auction_provider (
    id              UUID   NOT NULL PRIMARY KEY,
    code            TEXT   NOT NULL CHECK (length(code) BETWEEN 2 AND 16),
    name            TEXT   NOT NULL CHECK (length(name) > 0),
    listed_from     DATE   NOT NULL,
    -- last day on the list; absent while it stands there
    listed_until    DATE,
    document_number TEXT   NOT NULL,
    -- further names in which its transfers of deposits come, e.g. of its payment company (JSON)
    payment_names   TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    recorded_at     BIGINT NOT NULL
);
CREATE INDEX auction_provider_code ON auction_provider (code, id);
CREATE UNIQUE INDEX auction_provider_pending ON auction_provider (code) WHERE status = 'PENDING';

-- Versions of a provider's Ed25519 keys: the newest approved one of a key id counts.
CREATE TABLE provider_key (
    id              UUID   NOT NULL PRIMARY KEY,
    provider_code   TEXT   NOT NULL,
    key_id          TEXT   NOT NULL CHECK (length(key_id) = 16),
    public_key      BLOB   NOT NULL CHECK (length(public_key) = 32),
    valid_from      DATE   NOT NULL,
    valid_until     DATE,
    document_number TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    recorded_at     BIGINT NOT NULL
);
CREATE INDEX provider_key_id ON provider_key (key_id, id);
CREATE UNIQUE INDEX provider_key_pending ON provider_key (key_id) WHERE status = 'PENDING';

-- Who runs the sale of a lot, and who chose him (网拍规定 5).
CREATE TABLE lot_provider (
    lot_id          UUID   NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id        UUID   NOT NULL,
    provider_code   TEXT   NOT NULL,
    provider_name   TEXT   NOT NULL,
    chosen_by       TEXT   NOT NULL CHECK (chosen_by IN ('APPLICANT', 'COURT')),
    document_number TEXT   NOT NULL,
    recorded_at     BIGINT NOT NULL
);

-- A signed statement of a platform about one lot.
CREATE TABLE mirror_bundle (
    id                  UUID   NOT NULL PRIMARY KEY,
    court_id            UUID   NOT NULL,
    lot_id              UUID   NOT NULL REFERENCES lot (id),
    provider_code       TEXT   NOT NULL,
    platform_lot        TEXT   NOT NULL,
    platform_url        TEXT   NOT NULL,
    issued_at           BIGINT NOT NULL,
    sha256              TEXT   NOT NULL CHECK (length(sha256) = 64),
    key_id              TEXT   NOT NULL,
    signature           BLOB   NOT NULL CHECK (length(signature) = 64),
    state               TEXT   NOT NULL CHECK (state IN ('IMPORTED', 'ADOPTED', 'SUPERSEDED')),
    outcome             TEXT   CHECK (outcome IN ('SOLD', 'UNSOLD', 'WITHDRAWN')),
    price               BIGINT CHECK (price > 0),
    ended_at            BIGINT,
    confirmation_number TEXT,
    confirmation_sha256 TEXT,
    imported_by         TEXT   NOT NULL,
    recorded_at         BIGINT NOT NULL,
    adopted_by          TEXT,
    adopted_at          BIGINT,
    UNIQUE (court_id, sha256),
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((price IS NOT NULL) = (COALESCE(outcome, '') = 'SOLD')),
    CHECK ((price IS NULL) = (confirmation_number IS NULL)),
    CHECK ((confirmation_number IS NULL) = (confirmation_sha256 IS NULL)),
    CHECK ((adopted_by IS NULL) = (adopted_at IS NULL)),
    CHECK (state <> 'ADOPTED' OR adopted_at IS NOT NULL)
);
CREATE INDEX mirror_bundle_lot ON mirror_bundle (court_id, lot_id, id);
CREATE UNIQUE INDEX mirror_bundle_adopted ON mirror_bundle (lot_id) WHERE state = 'ADOPTED';

-- What was signed, byte by byte. It holds names and stands sealed, and apart: megabytes that lists of bundles never
-- read.
CREATE TABLE mirror_bundle_content (
    bundle_id      UUID NOT NULL PRIMARY KEY REFERENCES mirror_bundle (id),
    court_id       UUID NOT NULL,
    content_sealed BLOB NOT NULL
);

-- Where a bundle departs from the rules or from what the court knows; each is accepted with a reason, or nothing moves.
CREATE TABLE mirror_finding (
    bundle_id   UUID    NOT NULL REFERENCES mirror_bundle (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    court_id    UUID    NOT NULL,
    path        TEXT    NOT NULL,
    -- code, article and numbers (JSON)
    refusal     TEXT    NOT NULL,
    reason      TEXT,
    PRIMARY KEY (bundle_id, number)
);

-- The bids of a sold lot, as the adopted bundle tells them.
CREATE TABLE mirror_bid (
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    sequence    BIGINT NOT NULL CHECK (sequence > 0),
    court_id    UUID   NOT NULL,
    bidder_code TEXT   NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    bid_at      BIGINT NOT NULL,
    PRIMARY KEY (lot_id, sequence)
);

-- Which registration of ours stands for which one of the platform. person_index (keyed hash) is the purchaser's alone.
CREATE TABLE mirror_registration (
    registration_id UUID NOT NULL PRIMARY KEY REFERENCES registration (id),
    court_id        UUID NOT NULL,
    lot_id          UUID NOT NULL REFERENCES lot (id),
    reference       TEXT NOT NULL,
    person_index    BLOB,
    UNIQUE (lot_id, reference)
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "mirror_bundle_content").await?;
        super::append_only(manager, "mirror_bid").await
    }
}

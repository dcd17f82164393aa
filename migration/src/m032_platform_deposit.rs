//! Deposits that are frozen on the platform, and money that comes back from payees of a sale that was set aside.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A bidder's deposit in the provider's payment system (平台冻结保证金). Never money of the court: the books hold a memo
-- of it (9001, 9002) until it is free again or its transfer has arrived.
CREATE TABLE platform_deposit (
    id                 UUID   NOT NULL PRIMARY KEY,
    court_id           UUID   NOT NULL REFERENCES court (id),
    lot_id             UUID   NOT NULL REFERENCES lot (id),
    registration_id    UUID   NOT NULL UNIQUE REFERENCES registration (id),
    amount             BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    state              TEXT   NOT NULL CHECK (state IN ('AWAITED', 'FROZEN', 'RELEASE_DUE', 'RELEASED',
                           'DUE_FROM_PROVIDER', 'RECEIVED')),
    -- who has it, in whose name a transfer comes, and his own number of the freeze
    provider_name      TEXT   CHECK (length(provider_name) > 0),
    provider_reference TEXT   CHECK (length(provider_reference) > 0),
    frozen_at          BIGINT,
    -- last instant for the release or the transfer
    due_at             BIGINT,
    release_reference  TEXT   CHECK (length(release_reference) > 0),
    released_at        BIGINT,
    -- unidentified money in which finance found the transfer; none when it came on the registration's own number
    receipt_id         UUID   REFERENCES receipt (id),
    document_number    TEXT   CHECK (length(document_number) > 0),
    received_on        DATE,
    recorded_at        BIGINT NOT NULL,
    UNIQUE (court_id, provider_reference),
    CHECK ((state = 'AWAITED') = (frozen_at IS NULL)),
    CHECK ((frozen_at IS NULL) = (provider_reference IS NULL)),
    CHECK ((frozen_at IS NULL) = (provider_name IS NULL)),
    CHECK ((state IN ('AWAITED', 'FROZEN')) = (due_at IS NULL)),
    CHECK ((state = 'RELEASED') = (released_at IS NOT NULL)),
    CHECK ((state = 'RELEASED') = (release_reference IS NOT NULL)),
    CHECK ((state = 'RECEIVED') = (received_on IS NOT NULL)),
    CHECK (receipt_id IS NULL OR (state = 'RECEIVED' AND document_number IS NOT NULL))
);
CREATE INDEX platform_deposit_court ON platform_deposit (court_id, state, id);
CREATE INDEX platform_deposit_lot ON platform_deposit (lot_id, id);
CREATE INDEX platform_deposit_receipt ON platform_deposit (receipt_id) WHERE receipt_id IS NOT NULL;
-- what the provider must do next, for the queue of the court
CREATE INDEX platform_deposit_due ON platform_deposit (court_id, due_at)
    WHERE state IN ('RELEASE_DUE', 'DUE_FROM_PROVIDER');
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

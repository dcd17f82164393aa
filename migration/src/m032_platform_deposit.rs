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

-- What a payee brought back of a price, by the account to which it goes on (执行回转): one line per paying account.
CREATE TABLE restitution_return (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    restitution_id UUID   NOT NULL REFERENCES restitution (id),
    -- money of the case by which it came back
    receipt_id     UUID   NOT NULL REFERENCES receipt (id),
    amount         BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    recorded_at    BIGINT NOT NULL
);
CREATE INDEX restitution_return_line ON restitution_return (restitution_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "restitution_return").await
    }
}

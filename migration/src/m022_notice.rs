//! Notices to people about their money, and how far each got.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A notice to one person (通知). Its text is made from the facts when it is read or sent; they hold no secret.
CREATE TABLE notice (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   REFERENCES enforcement_case (id),
    kind         TEXT   NOT NULL CHECK (kind IN ('MONEY_RECEIVED', 'PLAN_SERVED', 'ORDER_APPROVED', 'PAYMENT_SENT', 'PAID',
                                                 'RETURNED', 'ACCOUNT_CORRECTED', 'CASE_PAYOUT_APPROVED',
                                                 'CASE_PAYOUT_SENT', 'CASE_PAYOUT_PAID', 'CASE_PAYOUT_RETURNED',
                                                 'CASE_PAYOUT_CORRECTED', 'DEPOSIT_REFUNDED', 'LOT_STARTS', 'LOT_ENDS', 'LOT_REVISED',
                                                 'LOT_PAUSED', 'LOT_RESUMED', 'LOT_WITHDRAWN', 'LOT_SOLD',
                                                 'LOT_UNSOLD')),
    -- the event of the audit log that it tells of
    event_id     UUID   NOT NULL REFERENCES audit_event (id),
    recipient_id UUID   NOT NULL,
    party_id     UUID   REFERENCES case_party (id),
    account_id   UUID   REFERENCES account (id),
    facts        TEXT   NOT NULL CHECK (length(facts) > 0),
    recorded_at  BIGINT NOT NULL,
    UNIQUE (event_id, kind, recipient_id),
    CHECK ((party_id IS NULL) <> (account_id IS NULL))
);
CREATE INDEX notice_list ON notice (court_id, id);
CREATE INDEX notice_party ON notice (party_id, id);
CREATE INDEX notice_account ON notice (account_id, id);

-- The way of a notice through one gateway.
CREATE TABLE notice_delivery (
    notice_id    UUID    NOT NULL REFERENCES notice (id),
    channel      TEXT    NOT NULL CHECK (channel IN ('SMS', 'WEBHOOK')),
    state        TEXT    NOT NULL CHECK (state IN ('WAITING', 'DELIVERED', 'DEAD', 'NO_ADDRESS')),
    tries        INTEGER NOT NULL CHECK (tries >= 0),
    next_at      BIGINT,
    last_error   TEXT,
    delivered_at BIGINT,
    PRIMARY KEY (notice_id, channel),
    CHECK ((state = 'WAITING') = (next_at IS NOT NULL)),
    CHECK ((state = 'DELIVERED') = (delivered_at IS NOT NULL))
);
CREATE INDEX notice_delivery_due ON notice_delivery (next_at) WHERE state = 'WAITING';
CREATE INDEX notice_delivery_state ON notice_delivery (state, notice_id);

-- How far the audit log was read, and the lines of the run or bank file of which people are being told.
CREATE TABLE notice_cursor (
    name       TEXT   NOT NULL PRIMARY KEY,
    leaf_index BIGINT NOT NULL
);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

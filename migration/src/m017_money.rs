//! What takes decided money back or sends it elsewhere, each by two people: payments cancelled or corrected, sales whose
//! money moves again, receipts described anew.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A payment that is to be cancelled, or to go to a corrected account (撤销付款、更正收款账户).
CREATE TABLE payable_change (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    payable_id     UUID   NOT NULL REFERENCES payable (id),
    kind           TEXT   NOT NULL CHECK (kind IN ('CANCEL', 'CORRECT_ACCOUNT')),
    status         TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    reason         TEXT   NOT NULL CHECK (length(reason) > 0),
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    -- the corrected account
    payee_name     TEXT,
    account_sealed BLOB,
    bank_code      TEXT,
    bank_name      TEXT,
    recorded_at    BIGINT NOT NULL,
    CHECK ((kind = 'CORRECT_ACCOUNT') = (account_sealed IS NOT NULL)),
    CHECK ((account_sealed IS NULL) = (payee_name IS NULL)),
    CHECK ((account_sealed IS NULL) = (bank_code IS NULL)),
    CHECK ((account_sealed IS NULL) = (bank_name IS NULL))
);
-- one change of a payment waits at a time
CREATE UNIQUE INDEX payable_change_pending ON payable_change (payable_id) WHERE status = 'PENDING';
CREATE INDEX payable_change_payable ON payable_change (payable_id, id);

-- What a satisfaction had counted and does not any more: the payment came back and was cancelled.
CREATE TABLE satisfaction_reversal (
    satisfaction_id UUID   NOT NULL PRIMARY KEY REFERENCES satisfaction (id),
    court_id        UUID   NOT NULL REFERENCES court (id),
    payable_id      UUID   NOT NULL REFERENCES payable (id),
    amount          BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    recorded_at     BIGINT NOT NULL
);

-- Money of a sale that moves once others agree: set aside, forfeited deposit, a defaulter's part (拍卖款项处理审批).
CREATE TABLE sale_decision (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    kind        TEXT   NOT NULL CHECK (kind IN ('SET_ASIDE', 'FORFEITURE', 'DEFAULT_RETURN',
                                   'RESTITUTION')),
    status      TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    -- what is to be done (JSON of the use case)
    proposal    TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sale_decision_pending ON sale_decision (lot_id) WHERE status = 'PENDING';
CREATE INDEX sale_decision_list ON sale_decision (court_id, status, id);
-- who decided on a payment, asked for each file of payments
CREATE INDEX sale_decision_lot ON sale_decision (lot_id);

-- What goes back to those who paid a price: one line per paying account.
CREATE TABLE purchaser_return (
    payable_id  UUID   NOT NULL PRIMARY KEY REFERENCES payable (id),
    court_id    UUID   NOT NULL REFERENCES court (id),
    lot_id      UUID   NOT NULL REFERENCES lot (id),
    amount      BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX purchaser_return_lot ON purchaser_return (lot_id, payable_id);

-- A receipt that is to count as another debtor's money (更正到账来源).
CREATE TABLE receipt_description (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    receipt_id   UUID   NOT NULL REFERENCES receipt (id),
    status       TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    source       TEXT   NOT NULL,
    payer_kind   TEXT   NOT NULL,
    on_behalf_of UUID   REFERENCES case_party (id),
    measure_id   UUID   REFERENCES preservation_measure (id),
    document     TEXT   NOT NULL CHECK (length(document) > 0),
    recorded_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX receipt_description_pending ON receipt_description (receipt_id) WHERE status = 'PENDING';
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "satisfaction_reversal").await?;
        super::append_only(manager, "purchaser_return").await
    }
}

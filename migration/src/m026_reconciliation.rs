//! The monthly comparison of enforcement and finance.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- Enforcement and finance compare their numbers of a month (月度对账). Once for a court and month.
CREATE TABLE monthly_reconciliation (
    id          UUID   NOT NULL PRIMARY KEY,
    court_id    UUID   NOT NULL REFERENCES court (id),
    -- first and last day of the month
    month       DATE   NOT NULL,
    last_day    DATE   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('OPEN', 'CLOSED')),
    opened_by   TEXT   NOT NULL,
    -- sums over the cases
    enforcement BIGINT NOT NULL,
    finance     BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    closed_by   TEXT,
    closed_at   BIGINT,
    UNIQUE (court_id, month),
    CHECK ((state = 'CLOSED') = (closed_at IS NOT NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (closed_by IS NULL OR closed_by <> opened_by)
);

-- What each side had on one account at the month's end. Never changed: a difference is settled beside it.
CREATE TABLE reconciliation_line (
    id                UUID   NOT NULL PRIMARY KEY,
    court_id          UUID   NOT NULL,
    reconciliation_id UUID   NOT NULL REFERENCES monthly_reconciliation (id),
    subject           TEXT   NOT NULL CHECK (subject IN ('CASE', 'UNIDENTIFIED', 'BANK')),
    case_id           UUID   REFERENCES enforcement_case (id),
    -- receipts and orders, or the bank's statement; beside it the books
    enforcement       BIGINT NOT NULL CHECK (abs(enforcement) < 1000000000000000),
    finance           BIGINT NOT NULL CHECK (abs(finance) < 1000000000000000),
    CHECK ((subject = 'CASE') = (case_id IS NOT NULL))
);
CREATE INDEX reconciliation_line_list ON reconciliation_line (reconciliation_id, id);

-- A line whose sides differ: a named item that somebody owns until a booking or a decision of two settles it.
CREATE TABLE reconciliation_item (
    id                UUID   NOT NULL PRIMARY KEY,
    court_id          UUID   NOT NULL REFERENCES court (id),
    reconciliation_id UUID   NOT NULL REFERENCES monthly_reconciliation (id),
    line_id           UUID   NOT NULL UNIQUE REFERENCES reconciliation_line (id),
    state             TEXT   NOT NULL CHECK (state IN ('OPEN', 'PROPOSED', 'BOOKED', 'DECIDED')),
    owner_id          UUID   REFERENCES account (id),
    reason            TEXT,
    due_on            DATE,
    entry_id          UUID   UNIQUE REFERENCES ledger_entry (id),
    document          TEXT,
    settled_at        BIGINT,
    recorded_at       BIGINT NOT NULL,
    CHECK ((owner_id IS NULL) = (reason IS NULL)),
    CHECK ((owner_id IS NULL) = (due_on IS NULL)),
    CHECK (state = 'OPEN' OR owner_id IS NOT NULL),
    CHECK ((state = 'BOOKED') = (entry_id IS NOT NULL)),
    CHECK ((state IN ('PROPOSED', 'DECIDED')) = (document IS NOT NULL)),
    CHECK ((state IN ('BOOKED', 'DECIDED')) = (settled_at IS NOT NULL))
);
CREATE INDEX reconciliation_item_list ON reconciliation_item (court_id, state, id);
CREATE INDEX reconciliation_item_month ON reconciliation_item (reconciliation_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "reconciliation_line").await
    }
}

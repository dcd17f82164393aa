//! The books: accounts, postings, entry headers, balances of guarded accounts, daily sums, holds.
//!
//! An entry's postings are inserted first and its header last. The header seals the entry: a trigger checks that the
//! postings add up to zero, another refuses postings of a sealed entry. Nothing here is ever updated or deleted but the
//! balance rows, the state of a hold, and what the sequencer derives from the postings.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
CREATE TABLE ledger_account (
    -- derived from (court, book, code, owner): the same key is the same account on every node
    id        UUID   NOT NULL PRIMARY KEY,
    court_id  UUID   NOT NULL,
    book      TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    code      TEXT   NOT NULL,
    -- the case, registration, lot or payable that the account belongs to; NULL for accounts of the court
    owner     UUID,
    opened_at BIGINT NOT NULL
);
CREATE INDEX ledger_account_of_court ON ledger_account (court_id, book, code, owner);

CREATE TABLE ledger_posting (
    id         UUID    NOT NULL PRIMARY KEY,
    court_id   UUID    NOT NULL,
    entry_id   UUID    NOT NULL,
    line       INTEGER NOT NULL CHECK (line >= 0),
    account_id UUID    NOT NULL REFERENCES ledger_account (id),
    -- fen: debit above zero, credit below
    amount     BIGINT  NOT NULL CHECK (amount <> 0 AND abs(amount) < 1000000000000000),
    -- the receipt that the money came by
    receipt_id UUID,
    UNIQUE (entry_id, line)
);
CREATE INDEX ledger_posting_of_account ON ledger_posting (account_id, id);
CREATE INDEX ledger_posting_of_receipt ON ledger_posting (receipt_id) WHERE receipt_id IS NOT NULL;

CREATE TABLE ledger_entry (
    id            UUID    NOT NULL PRIMARY KEY,
    court_id      UUID    NOT NULL,
    book          TEXT    NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    kind          TEXT    NOT NULL,
    -- the bank's value date, or the legal date of the act
    booked_on     DATE    NOT NULL,
    recorded_at   BIGINT  NOT NULL,
    case_id       UUID,
    -- what caused the entry: a receipt, an attempt, a plan line
    cause_kind    TEXT    NOT NULL,
    cause_id      UUID    NOT NULL,
    posting_count INTEGER NOT NULL CHECK (posting_count >= 2),
    reverses      UUID UNIQUE REFERENCES ledger_entry (id),
    -- one cause makes one entry of a kind
    UNIQUE (cause_kind, cause_id, kind)
);
CREATE INDEX ledger_entry_of_court ON ledger_entry (court_id, book, id);
CREATE INDEX ledger_entry_of_case ON ledger_entry (case_id, id) WHERE case_id IS NOT NULL;

-- The number that people quote, given in commit order by the sequencer; the entry itself is never updated.
CREATE TABLE ledger_number (
    entry_id UUID   NOT NULL PRIMARY KEY REFERENCES ledger_entry (id),
    court_id UUID   NOT NULL,
    number   BIGINT NOT NULL CHECK (number > 0),
    UNIQUE (court_id, number)
);

-- Entries that the sequencer has not taken up: without a number and not in the daily sums. Every entry begins here.
CREATE TABLE ledger_queue (
    entry_id UUID NOT NULL PRIMARY KEY,
    court_id UUID NOT NULL
);

-- What the numbered entries moved on an account, by the two days that an entry has. Only the sequencer writes here, so
-- that no posting waits for the sums of an account that all of them share.
CREATE TABLE ledger_day (
    account_id   UUID   NOT NULL REFERENCES ledger_account (id),
    court_id     UUID   NOT NULL,
    booked_on    DATE   NOT NULL,
    -- the midnight in Shanghai with which the day of recording begins
    recorded_day BIGINT NOT NULL CHECK ((recorded_day + 28800000000) % 86400000000 = 0),
    debits       BIGINT NOT NULL CHECK (debits >= 0),
    credits      BIGINT NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (account_id, booked_on, recorded_day)
);

-- The same over all accounts of one place in the chart: a trial balance reads days, however many cases there are.
CREATE TABLE ledger_total (
    court_id     UUID   NOT NULL,
    book         TEXT   NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    code         TEXT   NOT NULL,
    booked_on    DATE   NOT NULL,
    recorded_day BIGINT NOT NULL CHECK ((recorded_day + 28800000000) % 86400000000 = 0),
    debits       BIGINT NOT NULL CHECK (debits >= 0),
    credits      BIGINT NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (court_id, book, code, booked_on, recorded_day)
);

-- Guarded accounts (money owed to somebody) keep one row, locked in id order, in the account's natural sign.
CREATE TABLE ledger_balance (
    account_id UUID   NOT NULL PRIMARY KEY REFERENCES ledger_account (id),
    court_id   UUID   NOT NULL,
    balance    BIGINT NOT NULL CHECK (balance >= 0 AND balance < 1000000000000000),
    held       BIGINT NOT NULL CHECK (held >= 0 AND held <= balance)
);

-- What of a case's execution fee stands on the fee account of its court, which all of its cases share: the list of fees
-- reads these rows and no postings. A case that has paid none has no row.
CREATE TABLE ledger_case_fee (
    case_id  UUID   NOT NULL PRIMARY KEY,
    court_id UUID   NOT NULL,
    standing BIGINT NOT NULL
);
CREATE INDEX ledger_case_fee_standing ON ledger_case_fee (court_id, case_id) WHERE standing > 0;

-- Two-phase: held, then captured, released or forfeited, once.
CREATE TABLE ledger_hold (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL,
    account_id   UUID   NOT NULL REFERENCES ledger_account (id),
    amount       BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    subject_kind TEXT   NOT NULL,
    subject_id   UUID   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('HELD', 'CAPTURED', 'RELEASED', 'FORFEITED')),
    placed_at    BIGINT NOT NULL,
    resolved_at  BIGINT,
    CHECK ((state = 'HELD') = (resolved_at IS NULL))
);
CREATE INDEX ledger_hold_of_account ON ledger_hold (account_id, state);
CREATE INDEX ledger_hold_of_subject ON ledger_hold (subject_id);
";

const SQLITE_TRIGGERS: &str = "
CREATE TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'the entry is not balanced')
    FROM (SELECT COALESCE(SUM(amount), 1) AS total, COUNT(*) AS lines FROM ledger_posting WHERE entry_id = NEW.id)
    WHERE total <> 0 OR lines <> NEW.posting_count;
END;
CREATE TRIGGER ledger_entry_queued AFTER INSERT ON ledger_entry BEGIN
    INSERT INTO ledger_queue (entry_id, court_id) VALUES (NEW.id, NEW.court_id);
END;
CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'the entry is sealed') WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id);
END;
CREATE TRIGGER ledger_hold_once BEFORE UPDATE ON ledger_hold BEGIN
    SELECT RAISE(ABORT, 'a hold is resolved once') WHERE OLD.state <> 'HELD' OR NEW.amount <> OLD.amount;
END;
CREATE TRIGGER ledger_hold_kept BEFORE DELETE ON ledger_hold BEGIN SELECT RAISE(ABORT, 'holds are kept'); END;
";

const POSTGRES_TRIGGERS: &str = "
CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total NUMERIC; lines BIGINT;
BEGIN
    SELECT COALESCE(SUM(amount), 1), COUNT(*) INTO total, lines FROM ledger_posting WHERE entry_id = NEW.id;
    IF total <> 0 OR lines <> NEW.posting_count THEN RAISE EXCEPTION 'the entry is not balanced'; END IF;
    INSERT INTO ledger_queue (entry_id, court_id) VALUES (NEW.id, NEW.court_id);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
CREATE FUNCTION ledger_posting_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) THEN RAISE EXCEPTION 'the entry is sealed'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_posting_open();
CREATE FUNCTION ledger_hold_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION 'holds are kept'; END IF;
    IF OLD.state <> 'HELD' OR NEW.amount <> OLD.amount THEN RAISE EXCEPTION 'a hold is resolved once'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_hold_once BEFORE UPDATE OR DELETE ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_hold_once();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "ledger_posting").await?;
        super::append_only(manager, "ledger_entry").await?;
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_TRIGGERS,
            _ => POSTGRES_TRIGGERS,
        };
        manager.get_connection().execute_unprepared(triggers).await.map(|_| ())
    }
}

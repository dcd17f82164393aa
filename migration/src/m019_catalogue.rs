//! The public catalogue: orders of the published lots, words to find them by, counts that are never counted live.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SEARCH: &str = "
-- The orders of the catalogue, each ended by the id: a page goes on behind a row and not behind a number of rows.
CREATE INDEX lot_by_end ON lot (effective_end_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX lot_by_publication ON lot (published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX lot_by_price ON lot (COALESCE(current_price, starting_price), id) WHERE published_at IS NOT NULL;
CREATE INDEX lot_by_bids ON lot (bid_count, id) WHERE published_at IS NOT NULL;

-- Title and disclosure of a published lot in the spelling in which words are looked for.
CREATE TABLE lot_text (
    lot_id   UUID NOT NULL PRIMARY KEY REFERENCES lot (id),
    court_id UUID NOT NULL,
    body     TEXT NOT NULL CHECK (length(body) > 0)
);
-- Each character of it and each pair of neighbours: Chinese is written without blanks.
CREATE TABLE lot_term (
    term     TEXT NOT NULL CHECK (length(term) BETWEEN 1 AND 2),
    lot_id   UUID NOT NULL REFERENCES lot (id),
    court_id UUID NOT NULL,
    PRIMARY KEY (term, lot_id)
) WITHOUT ROWID;
CREATE INDEX lot_term_lot ON lot_term (lot_id);

-- How many published lots there are of each kind. Kept by triggers, so that no writer can forget it.
CREATE TABLE lot_tally (
    court_id   UUID   NOT NULL,
    category   TEXT   NOT NULL,
    round      TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    price_band TEXT   NOT NULL,
    lots       BIGINT NOT NULL CHECK (lots >= 0),
    PRIMARY KEY (court_id, category, round, status, price_band)
);
";

/// The band of a starting price in fen; the same bounds as `PriceBand` in the catalogue.
fn band(row: &str) -> String {
    format!(
        "CASE WHEN {row}.starting_price < 10000000 THEN 'UNDER_100K'
              WHEN {row}.starting_price < 50000000 THEN 'FROM_100K'
              WHEN {row}.starting_price < 100000000 THEN 'FROM_500K'
              WHEN {row}.starting_price < 500000000 THEN 'FROM_1M'
              WHEN {row}.starting_price < 2000000000 THEN 'FROM_5M' ELSE 'FROM_20M' END"
    )
}

/// What a published row takes away from its old kind, and what it adds to its new one.
fn moves() -> (String, String) {
    let (old, new) = (band("OLD"), band("NEW"));
    let take = format!(
        "UPDATE lot_tally SET lots = lots - 1
         WHERE OLD.published_at IS NOT NULL AND court_id = OLD.court_id AND category = OLD.category
           AND round = OLD.round AND status = OLD.status AND price_band = {old};"
    );
    let add = format!(
        "INSERT INTO lot_tally (court_id, category, round, status, price_band, lots)
         VALUES (NEW.court_id, NEW.category, NEW.round, NEW.status, {new}, 1)
         ON CONFLICT (court_id, category, round, status, price_band) DO UPDATE SET lots = lot_tally.lots + 1;"
    );
    (take, add)
}

const CHANGED: &str = "NEW.published_at IS NOT NULL AND (OLD.published_at IS NULL OR OLD.status <> NEW.status
    OR OLD.category <> NEW.category OR OLD.round <> NEW.round OR OLD.starting_price <> NEW.starting_price)";

fn triggers(engine: DbBackend) -> String {
    let (take, add) = moves();
    match engine {
        DbBackend::Sqlite => format!(
            "CREATE TRIGGER lot_tally_insert AFTER INSERT ON lot WHEN NEW.published_at IS NOT NULL BEGIN {add} END;
             CREATE TRIGGER lot_tally_update AFTER UPDATE ON lot WHEN {CHANGED} BEGIN {take} {add} END;"
        ),
        _ => format!(
            "CREATE FUNCTION lot_tally_add() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN {add} RETURN NULL; END $$;
             CREATE FUNCTION lot_tally_move() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN {take} {add} RETURN NULL; END $$;
             CREATE TRIGGER lot_tally_insert AFTER INSERT ON lot
               FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION lot_tally_add();
             CREATE TRIGGER lot_tally_update AFTER UPDATE ON lot
               FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION lot_tally_move();"
        ),
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SEARCH).await?;
        manager.get_connection().execute_unprepared(&triggers(manager.get_database_backend())).await.map(|_| ())
    }
}

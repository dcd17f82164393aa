//! The audit trail: events, their place in the Merkle tree, the tree's stored hashes and its signed checkpoints.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- What was done or refused, written in the transaction of the change. Never changed afterwards: the place in the tree
-- stands in audit_leaf.
CREATE TABLE audit_event (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID,
    case_id      UUID,
    occurred_at  BIGINT NOT NULL,
    actor        TEXT   NOT NULL CHECK (length(actor) > 0),
    action       TEXT   NOT NULL CHECK (length(action) > 0),
    outcome      TEXT   NOT NULL CHECK (outcome IN ('DONE', 'REFUSED', 'FORBIDDEN')),
    code         TEXT,
    subject_kind TEXT,
    subject_id   UUID,
    request_key  TEXT,
    -- sealed; payload_hash is SHA-256(payload_salt || canonical JSON)
    payload      BLOB   NOT NULL,
    payload_salt BLOB   NOT NULL CHECK (length(payload_salt) = 32),
    payload_hash BLOB   NOT NULL CHECK (length(payload_hash) = 32),
    CHECK ((subject_kind IS NULL) = (subject_id IS NULL)),
    CHECK (outcome <> 'DONE' OR code IS NULL),
    CHECK (outcome <> 'REFUSED' OR code IS NOT NULL)
);
CREATE INDEX audit_event_court ON audit_event (court_id, id);
-- bids, which are the most of all events, have neither a case nor a key of a request
CREATE INDEX audit_event_case ON audit_event (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id, id);
CREATE INDEX audit_event_request ON audit_event (actor, request_key) WHERE request_key IS NOT NULL;

-- Events that have no leaf yet, filled by a trigger. Commits do not happen in the order of ids, so there is no `last`
-- id to go on from: a row stands here exactly from its commit to its sequencing.
CREATE TABLE audit_pending (
    event_id UUID NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- Index of an event in the tree, given by the sequencer without gaps.
CREATE TABLE audit_leaf (
    leaf_index BIGINT NOT NULL PRIMARY KEY CHECK (leaf_index >= 0),
    event_id   UUID   NOT NULL UNIQUE REFERENCES audit_event (id),
    leaf_hash  BLOB   NOT NULL CHECK (length(leaf_hash) = 32)
);

-- Hashes of complete subtrees of 2^level leaves (level 0 stands in audit_leaf): proofs are made of them.
CREATE TABLE audit_node (
    level      INTEGER NOT NULL CHECK (level BETWEEN 1 AND 62),
    node_index BIGINT  NOT NULL CHECK (node_index >= 0),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, node_index)
);

-- Signed heads of the tree. `previous` is unique, so that the history cannot fork; 0 is the empty tree.
CREATE TABLE audit_checkpoint (
    size      BIGINT NOT NULL PRIMARY KEY,
    previous  BIGINT NOT NULL UNIQUE CHECK (previous >= 0),
    root      BLOB   NOT NULL CHECK (length(root) = 32),
    note      TEXT   NOT NULL,
    signed_at BIGINT NOT NULL,
    CHECK (previous < size)
);
";

const PENDING_SQLITE: &str = "
CREATE TRIGGER audit_event_pending AFTER INSERT ON audit_event
BEGIN INSERT INTO audit_pending (event_id) VALUES (NEW.id); END;
";
const PENDING_POSTGRES: &str = "
CREATE FUNCTION audit_event_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO audit_pending (event_id) VALUES (NEW.id); RETURN NULL; END $$;
CREATE TRIGGER audit_event_pending AFTER INSERT ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_event_pending();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        let pending = match manager.get_database_backend() {
            DbBackend::Sqlite => PENDING_SQLITE,
            _ => PENDING_POSTGRES,
        };
        super::run(manager, pending).await?;
        for table in ["audit_event", "audit_leaf", "audit_node", "audit_checkpoint"] {
            super::append_only(manager, table).await?;
        }
        Ok(())
    }
}

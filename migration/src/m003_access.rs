//! Accounts, sessions, refresh tokens, role grants.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A person or organisation that signs in (账户). It belongs to no court: what it may do in a court is a role grant.
CREATE TABLE account (
    id              UUID   NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL CHECK (kind IN ('STAFF', 'BIDDER', 'PARTY')),
    status          TEXT   NOT NULL CHECK (status IN ('PENDING', 'ACTIVE', 'CLOSED')),
    -- folded to small letters
    login_name      TEXT   NOT NULL UNIQUE CHECK (length(login_name) BETWEEN 3 AND 64),
    name            TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    -- Argon2id in PHC form; NULL: signs in by an outside issuer alone
    password_hash   TEXT,
    -- real-name identity (实名): citizen id or unified social credit code, sealed, found by its blind index
    identity_kind   TEXT   CHECK (identity_kind IN ('CITIZEN', 'ORGANISATION')),
    identity_sealed BLOB,
    identity_index  BLOB,
    -- masks as made when the value came in: lists need not open anything
    identity_mask   TEXT,
    mobile_sealed   BLOB,
    mobile_mask     TEXT,
    created_at      BIGINT NOT NULL,
    verified_at     BIGINT,
    verified_by     TEXT,
    version         BIGINT NOT NULL CHECK (version > 0),
    CHECK ((identity_kind IS NULL) = (identity_sealed IS NULL)),
    CHECK ((identity_kind IS NULL) = (identity_index IS NULL)),
    CHECK ((identity_kind IS NULL) = (identity_mask IS NULL)),
    CHECK ((mobile_sealed IS NULL) = (mobile_mask IS NULL)),
    CHECK (kind = 'STAFF' OR identity_kind IS NOT NULL),
    CHECK ((verified_at IS NULL) = (verified_by IS NULL)),
    CHECK (status <> 'PENDING' OR verified_at IS NULL),
    CHECK (status <> 'ACTIVE' OR verified_at IS NOT NULL)
);
-- Anybody may type any citizen id, so only a verified identity excludes others.
CREATE UNIQUE INDEX account_identity ON account (kind, identity_index) WHERE status = 'ACTIVE' AND identity_index IS NOT NULL;
CREATE INDEX account_status ON account (status, id);

-- Who an account is at an outside issuer of tokens (统一身份认证).
CREATE TABLE account_subject (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    account_id UUID   NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_subject_account ON account_subject (account_id);

-- A signed-in session (会话) with all refresh tokens that follow from one sign-in.
CREATE TABLE session (
    id         UUID   NOT NULL PRIMARY KEY,
    account_id UUID   NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT   CHECK (revoked_by IN ('LOGOUT', 'REVOCATION', 'TOKEN_REUSE')),
    CHECK (expires_at > created_at),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX session_account ON session (account_id, id);

-- Refresh tokens by hash. A used one that comes again was stolen, or its thief was first: the session ends.
CREATE TABLE refresh_token (
    hash       BLOB   NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id UUID   NOT NULL REFERENCES session (id),
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    CHECK (expires_at > issued_at)
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);

-- A role of an account in one court, or in all (court_id NULL: given on the server only). Given and taken by two people.
CREATE TABLE role_grant (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID,
    account_id   UUID   NOT NULL REFERENCES account (id),
    role         TEXT   NOT NULL CHECK (role NOT IN ('BIDDER', 'PARTY')),
    status       TEXT   NOT NULL CHECK (status IN ('PROPOSED', 'ACTIVE', 'REJECTED', 'REVOCATION_PROPOSED', 'REVOKED')),
    -- why, and by which document (依据)
    reason       TEXT   NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    requested_by TEXT   NOT NULL,
    requested_at BIGINT NOT NULL,
    active_from  BIGINT,
    revoked_at   BIGINT,
    version      BIGINT NOT NULL CHECK (version > 0),
    CHECK ((active_from IS NULL) = (status IN ('PROPOSED', 'REJECTED'))),
    CHECK ((revoked_at IS NULL) = (status <> 'REVOKED'))
);
CREATE UNIQUE INDEX role_grant_once ON role_grant (court_id, account_id, role)
    WHERE court_id IS NOT NULL AND status IN ('PROPOSED', 'ACTIVE', 'REVOCATION_PROPOSED');
CREATE UNIQUE INDEX role_grant_once_everywhere ON role_grant (account_id, role)
    WHERE court_id IS NULL AND status IN ('PROPOSED', 'ACTIVE', 'REVOCATION_PROPOSED');
-- How somebody likes to ask for a list, under a name of his own (常用筛选).
CREATE TABLE saved_filter (
    account_id UUID   NOT NULL REFERENCES account (id),
    name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    list       TEXT   NOT NULL CHECK (length(list) > 0),
    filter     TEXT   NOT NULL CHECK (length(filter) BETWEEN 1 AND 2000),
    saved_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);
CREATE INDEX role_grant_account ON role_grant (account_id, id);
CREATE INDEX role_grant_court ON role_grant (court_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

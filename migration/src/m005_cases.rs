//! Courts and their bank accounts, cases, parties, claims, payees, measures and fee notes.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- A court (法院). `code` is the court's part of its case numbers, e.g. 湘0102.
CREATE TABLE court (
    id          UUID   NOT NULL PRIMARY KEY,
    code        TEXT   NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 8),
    name        TEXT   NOT NULL CHECK (length(name) > 0),
    region      TEXT   NOT NULL CHECK (length(region) > 0),
    -- the telephone on which people ask after their money
    hotline     TEXT   NOT NULL CHECK (length(hotline) > 0),
    recorded_at BIGINT NOT NULL
);

-- The court's own bank account for each book: case funds, auction deposits, litigation fees never share one.
CREATE TABLE court_bank_account (
    court_id       UUID NOT NULL REFERENCES court (id),
    book           TEXT NOT NULL CHECK (book IN ('CASE_FUNDS', 'AUCTION_DEPOSITS', 'LITIGATION_FEES')),
    account_name   TEXT NOT NULL CHECK (length(account_name) > 0),
    account_number TEXT NOT NULL UNIQUE CHECK (length(account_number) BETWEEN 8 AND 20),
    bank_code      TEXT NOT NULL CHECK (length(bank_code) = 12),
    bank_name      TEXT NOT NULL CHECK (length(bank_name) > 0),
    PRIMARY KEY (court_id, book)
);

-- An enforcement case (执行案件); CASE is a word of SQL.
CREATE TABLE enforcement_case (
    id              UUID    NOT NULL PRIMARY KEY,
    court_id        UUID    NOT NULL REFERENCES court (id),
    case_number     TEXT    NOT NULL CHECK (length(case_number) > 0),
    kind            TEXT    NOT NULL CHECK (kind IN ('ENFORCEMENT', 'RESUMED', 'PRESERVATION', 'OBJECTION', 'REVIEW',
                                                     'SUPERVISION', 'COORDINATION', 'OTHER')),
    status          TEXT    NOT NULL CHECK (status IN ('OPEN', 'SUSPENDED', 'TERMINATED_FOR_NOW', 'CONCLUDED',
                                                       'TRANSFERRED')),
    manner          TEXT    CHECK (manner IN ('PERFORMED', 'ENDED', 'NOT_ENFORCED', 'DISMISSED', 'STRUCK')),
    -- reasons for which it was closed with money on it, joined by commas
    closing_reasons TEXT    NOT NULL,
    closing_document TEXT,
    filed_on        DATE    NOT NULL,
    closed_on       DATE,
    livelihood_kind TEXT    CHECK (livelihood_kind IN ('WAGES', 'SUPPORT_ELDER', 'SUPPORT_SPOUSE', 'SUPPORT_CHILD',
                                                       'PENSION', 'MEDICAL', 'TRAFFIC_INJURY', 'WORK_INJURY',
                                                       'PERSONAL_INJURY', 'CRIMINAL_CIVIL')),
    -- sum of the claims at filing; later claims and payments do not move it
    target_amount   BIGINT  NOT NULL CHECK (target_amount > 0 AND target_amount < 1000000000000000),
    legacy_number   TEXT,
    basis_number    TEXT    NOT NULL CHECK (length(basis_number) > 0),
    predecessor_id  UUID    REFERENCES enforcement_case (id),
    account_number  TEXT    NOT NULL UNIQUE CHECK (length(account_number) BETWEEN 9 AND 32),
    -- the officer in charge (承办人)
    officer_id      UUID,
    -- since when its terms of payment pause: a deferral or a suspension
    terms_paused_on DATE,
    version         BIGINT  NOT NULL CHECK (version > 0),
    recorded_at     BIGINT  NOT NULL,
    UNIQUE (court_id, case_number),
    CHECK ((status IN ('TERMINATED_FOR_NOW', 'CONCLUDED', 'TRANSFERRED')) = (closed_on IS NOT NULL)),
    CHECK ((status = 'CONCLUDED') = (manner IS NOT NULL)),
    CHECK (closed_on IS NULL OR closed_on >= filed_on),
    CHECK (predecessor_id IS NULL OR kind = 'RESUMED')
);
CREATE INDEX enforcement_case_list ON enforcement_case (court_id, status, id);
CREATE INDEX enforcement_case_officer ON enforcement_case (officer_id, id);
CREATE INDEX enforcement_case_predecessor ON enforcement_case (predecessor_id);

-- A party (当事人). The number of identity is sealed; its blind index finds the same person again.
CREATE TABLE case_party (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    case_id        UUID   NOT NULL REFERENCES enforcement_case (id),
    role           TEXT   NOT NULL CHECK (role IN ('APPLICANT', 'RESPONDENT', 'JOINING_CREDITOR', 'CO_OWNER', 'INTERESTED',
                                                   'OUTSIDER')),
    kind           TEXT   NOT NULL CHECK (kind IN ('PERSON', 'ENTERPRISE', 'ORGANISATION')),
    name           TEXT   NOT NULL CHECK (length(name) > 0),
    identity_sealed BLOB,
    identity_index BLOB,
    -- what may be shown of it, so that nothing is opened for showing
    identity_mask  TEXT,
    mobile_sealed  BLOB,
    mobile_mask    TEXT,
    recorded_at    BIGINT NOT NULL,
    CHECK ((identity_sealed IS NULL) = (identity_index IS NULL)),
    CHECK ((identity_sealed IS NULL) = (identity_mask IS NULL)),
    CHECK ((mobile_sealed IS NULL) = (mobile_mask IS NULL))
);
CREATE UNIQUE INDEX case_party_once ON case_party (court_id, case_id, role, identity_index) WHERE identity_index IS NOT NULL;
CREATE INDEX case_party_case ON case_party (case_id, id);
CREATE INDEX case_party_identity ON case_party (identity_index);

-- What a creditor is owed by the title (债权).
CREATE TABLE claim (
    id                UUID    NOT NULL PRIMARY KEY,
    court_id          UUID    NOT NULL REFERENCES court (id),
    case_id           UUID    NOT NULL REFERENCES enforcement_case (id),
    creditor_id       UUID    NOT NULL REFERENCES case_party (id),
    rank              TEXT    NOT NULL CHECK (rank IN ('SALE_COSTS', 'MEDICAL_COSTS', 'SECURED', 'PRIORITY', 'RESTITUTION',
                                                       'ORDINARY', 'FINE', 'CONFISCATION')),
    -- order within the rank as the panel set it: first mortgage 1, second 2; order of seizure where that decides
    rank_order        INTEGER NOT NULL CHECK (rank_order BETWEEN 1 AND 999),
    cause             TEXT    NOT NULL CHECK (length(cause) > 0),
    security          TEXT,
    livelihood_kind   TEXT    CHECK (livelihood_kind IN ('WAGES', 'SUPPORT_ELDER', 'SUPPORT_SPOUSE', 'SUPPORT_CHILD',
                                                         'PENSION', 'MEDICAL', 'TRAFFIC_INJURY', 'WORK_INJURY',
                                                         'PERSONAL_INJURY', 'CRIMINAL_CIVIL')),
    principal         BIGINT  NOT NULL CHECK (principal >= 0 AND principal < 1000000000000000),
    ordinary_interest BIGINT  NOT NULL CHECK (ordinary_interest >= 0 AND ordinary_interest < 1000000000000000),
    costs             BIGINT  NOT NULL CHECK (costs >= 0 AND costs < 1000000000000000),
    satisfied         BIGINT  NOT NULL CHECK (satisfied >= 0),
    -- last day of the term of performance: delay interest runs from the day after
    performance_due   DATE,
    carried_from      UUID    REFERENCES claim (id),
    version           BIGINT  NOT NULL CHECK (version > 0),
    recorded_at       BIGINT  NOT NULL,
    CHECK (principal + ordinary_interest + costs > 0),
    CHECK (satisfied <= principal + ordinary_interest + costs),
    CHECK (rank <> 'SECURED' OR security IS NOT NULL)
);
CREATE INDEX claim_case ON claim (court_id, case_id, id);
CREATE UNIQUE INDEX claim_carried_once ON claim (case_id, carried_from) WHERE carried_from IS NOT NULL;

-- Every reduction of a claim and the document it rests on (履行记录).
CREATE TABLE satisfaction (
    id           UUID   NOT NULL PRIMARY KEY,
    court_id     UUID   NOT NULL REFERENCES court (id),
    case_id      UUID   NOT NULL REFERENCES enforcement_case (id),
    claim_id     UUID   NOT NULL REFERENCES claim (id),
    manner       TEXT   NOT NULL CHECK (manner IN ('COURT_PAYOUT', 'DIRECT', 'SET_OFF', 'IN_KIND', 'WAIVER',
                                                     'NOTARY_DEPOSIT', 'NOTARY_RETURN')),
    amount       BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    satisfied_on DATE   NOT NULL,
    document     TEXT   NOT NULL CHECK (length(document) > 0),
    -- what paid it (a payable, a ruling); the same cause counts once for one claim
    cause_kind   TEXT,
    cause_id     UUID,
    recorded_at  BIGINT NOT NULL,
    UNIQUE (claim_id, cause_kind, cause_id),
    CHECK ((cause_kind IS NULL) = (cause_id IS NULL))
);
CREATE INDEX satisfaction_case ON satisfaction (court_id, case_id, id);
CREATE INDEX satisfaction_cause ON satisfaction (cause_id) WHERE cause_id IS NOT NULL;

-- An account that a party confirmed in writing (收款账户). A correction makes a new row; the old one stays.
CREATE TABLE payee (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    case_id        UUID   NOT NULL REFERENCES enforcement_case (id),
    party_id       UUID   NOT NULL REFERENCES case_party (id),
    status         TEXT   NOT NULL CHECK (status IN ('CURRENT', 'REPLACED')),
    name           TEXT   NOT NULL CHECK (length(name) > 0),
    account_sealed BLOB   NOT NULL,
    account_index  BLOB   NOT NULL,
    account_mask   TEXT   NOT NULL,
    bank_code      TEXT   NOT NULL CHECK (length(bank_code) = 12),
    bank_name      TEXT   NOT NULL CHECK (length(bank_name) > 0),
    -- the payee's written confirmation (收款账户确认书)
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    confirmed_at   BIGINT NOT NULL,
    replaced_by    UUID   REFERENCES payee (id),
    CHECK ((status = 'REPLACED') = (replaced_by IS NOT NULL))
);
-- not unique per party: between the two statements of a correction both rows stand
CREATE INDEX payee_party ON payee (party_id, status, id);
CREATE INDEX payee_case ON payee (court_id, case_id, id);

-- A corrected account that waits for the second person (收款账户更正).
CREATE TABLE payee_correction (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    case_id        UUID   NOT NULL REFERENCES enforcement_case (id),
    payee_id       UUID   NOT NULL REFERENCES payee (id),
    status         TEXT   NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED')),
    name           TEXT   NOT NULL CHECK (length(name) > 0),
    account_sealed BLOB   NOT NULL,
    account_index  BLOB   NOT NULL,
    account_mask   TEXT   NOT NULL,
    bank_code      TEXT   NOT NULL CHECK (length(bank_code) = 12),
    bank_name      TEXT   NOT NULL CHECK (length(bank_name) > 0),
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    reason         TEXT   NOT NULL CHECK (length(reason) > 0),
    recorded_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX payee_correction_open ON payee_correction (payee_id) WHERE status = 'PENDING';

-- Found and frozen money (控制措施): deposits of the debtor, or money of this case that another case has frozen.
CREATE TABLE preservation_measure (
    id             UUID   NOT NULL PRIMARY KEY,
    court_id       UUID   NOT NULL REFERENCES court (id),
    case_id        UUID   NOT NULL REFERENCES enforcement_case (id),
    target         TEXT   NOT NULL CHECK (target IN ('DEBTOR_DEPOSIT', 'CASE_MONEY')),
    status         TEXT   NOT NULL CHECK (status IN ('ACTIVE', 'LIFTED', 'DEDUCTED')),
    party_id       UUID   REFERENCES case_party (id),
    -- the bank that holds the deposit, or the court or organ that froze the case's money
    institution    TEXT   NOT NULL CHECK (length(institution) > 0),
    account_sealed BLOB,
    account_mask   TEXT,
    amount         BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    deducted       BIGINT NOT NULL CHECK (deducted >= 0 AND deducted <= amount),
    -- place in the queue of seizures: 1 is the first, others wait (轮候)
    seizure_rank   INTEGER NOT NULL CHECK (seizure_rank BETWEEN 1 AND 999),
    document       TEXT   NOT NULL CHECK (length(document) > 0),
    end_document   TEXT,
    frozen_on      DATE   NOT NULL,
    until          DATE   NOT NULL,
    recorded_at    BIGINT NOT NULL,
    CHECK (until > frozen_on),
    CHECK ((account_sealed IS NULL) = (account_mask IS NULL)),
    CHECK ((target = 'DEBTOR_DEPOSIT') = (party_id IS NOT NULL)),
    CHECK ((status = 'ACTIVE') = (end_document IS NULL)),
    CHECK ((status = 'DEDUCTED') = (deducted > 0))
);
CREATE INDEX preservation_measure_case ON preservation_measure (court_id, case_id, id);

-- An execution fee that could not be taken yet (欠缴执行费): a note, no posting.
CREATE TABLE fee_arrears (
    id               UUID   NOT NULL PRIMARY KEY,
    court_id         UUID   NOT NULL REFERENCES court (id),
    case_id          UUID   NOT NULL REFERENCES enforcement_case (id),
    status           TEXT   NOT NULL CHECK (status IN ('OPEN', 'SETTLED')),
    fee_order        TEXT   NOT NULL CHECK (fee_order IN ('FIRST_MONEY', 'AFTER_APPLICANT', 'AT_CLOSE')),
    amount           BIGINT NOT NULL CHECK (amount > 0 AND amount < 1000000000000000),
    -- what has been recovered for this title, on which the fee is computed
    executed         BIGINT NOT NULL CHECK (executed >= 0 AND executed < 1000000000000000),
    document         TEXT   NOT NULL CHECK (length(document) > 0),
    settled_document TEXT,
    recorded_at      BIGINT NOT NULL,
    CHECK ((status = 'SETTLED') = (settled_document IS NOT NULL))
);
CREATE INDEX fee_arrears_case ON fee_arrears (court_id, case_id, id);
CREATE INDEX fee_arrears_open ON fee_arrears (court_id, case_id) WHERE status = 'OPEN';
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await?;
        super::append_only(manager, "satisfaction").await
    }
}

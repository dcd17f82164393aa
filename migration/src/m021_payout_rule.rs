//! What a unified payout needs to know of courts and parties: which court stands above which, and who is paid first.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- The court directly above another (上级法院).
CREATE TABLE court_superior (
    court_id    UUID   NOT NULL PRIMARY KEY REFERENCES court (id),
    superior_id UUID   NOT NULL REFERENCES court (id),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    recorded_at BIGINT NOT NULL,
    CHECK (court_id <> superior_id)
);
CREATE INDEX court_superior_below ON court_superior (superior_id, court_id);

-- A party whose money goes out first, and the document that says why (困难群体).
CREATE TABLE party_vulnerability (
    party_id    UUID   NOT NULL PRIMARY KEY REFERENCES case_party (id),
    court_id    UUID   NOT NULL REFERENCES court (id),
    case_id     UUID   NOT NULL REFERENCES enforcement_case (id),
    kind        TEXT   NOT NULL CHECK (kind IN ('ELDERLY', 'MINOR', 'DISABLED', 'SERIOUS_ILLNESS', 'HARDSHIP')),
    document    TEXT   NOT NULL CHECK (length(document) > 0),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX party_vulnerability_case ON party_vulnerability (court_id, case_id);

-- What belongs to a case is asked for by the case alone: without these each question would read the whole table.
CREATE INDEX lot_of_case ON lot (case_id);
CREATE INDEX claim_of_case ON claim (case_id, id);
CREATE INDEX receipt_of_case ON receipt (case_id, booked_on, id);
CREATE INDEX preservation_measure_of_case ON preservation_measure (case_id, status);
CREATE INDEX deferral_of_case ON deferral (case_id, status);
CREATE INDEX payable_of_claim ON payable (claim_id, state);
CREATE INDEX disbursement_order_of_claim ON disbursement_order (claim_id, status);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

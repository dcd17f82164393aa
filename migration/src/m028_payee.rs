//! For whom a proof of payment is made: besides the court, the payee reads it.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- The party whom the payment went to that a document proves (案款发放凭证). The account that a payable goes to may change
-- later; who was paid by the proven payment does not.
CREATE TABLE document_payee (
    document_id UUID   NOT NULL PRIMARY KEY REFERENCES document (id),
    court_id    UUID   NOT NULL REFERENCES court (id),
    party_id    UUID   NOT NULL REFERENCES case_party (id),
    recorded_at BIGINT NOT NULL
);
CREATE INDEX document_payee_party ON document_payee (party_id, document_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, SQL).await?;
        crate::append_only(manager, "document_payee").await
    }
}

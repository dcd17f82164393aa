//! Indexes of questions that are asked again and again over tables that only grow.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQL: &str = "
-- whether a payment has satisfied its claim
CREATE INDEX satisfaction_cause ON satisfaction (cause_id);
-- what lies open with a notary of a claim
CREATE INDEX notary_deposit_claim ON notary_deposit (claim_id);
-- deposits whose refund is due and not ordered, asked each second
CREATE INDEX registration_refund ON registration (refund_due_at)
    WHERE refund_due_at IS NOT NULL AND refund_payable_id IS NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SQL).await
    }
}

//! Changes of payments in the graph: proposed by one, agreed by others.

use super::{
    PayableChangeKind,
    api::Payable,
    change::{CancelPayableInput, CorrectPayableInput},
    tables::{payable, payable_change},
};
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, approval_api::Approval},
    cases::ProposalStatus,
    graphql::caller::{run, scope, services},
    kernel::{
        clock::Timestamp,
        error::Problem,
        identity::{BankAccount, BankAccountKind},
        ids::PayableChangeId,
        secret::mask,
    },
    payload,
};
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A change of a payment.
pub struct PayableChange(payable_change::Model);
impl PayableChange {
    /// Seen by the court's own people who see its payments.
    pub async fn load(ctx: &Context<'_>, id: &PayableChangeId) -> Result<Option<PayableChange>, Problem> {
        let courts = scope(ctx, Act::ReadPayable)?;
        let found = payable_change::Entity::find_by_id(*id).filter(courts.on_court(payable_change::Column::CourtId));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(PayableChange))
    }
    /// The changes of a payment, the first one first.
    pub(super) async fn all(ctx: &Context<'_>, payable: &payable::Model) -> Result<Vec<PayableChange>, Problem> {
        if !scope(ctx, Act::ReadPayable)?.allows_court(payable.court_id) {
            return Ok(Vec::new());
        }
        let rows = payable_change::Entity::find()
            .filter(payable_change::Column::PayableId.eq(payable.id))
            .order_by_asc(payable_change::Column::Id)
            .list(&services(ctx)?.db.reader())
            .await?;
        Ok(rows.into_iter().map(PayableChange).collect())
    }
}

/// A decided payment that is cancelled, or sent to a corrected account, proposed by one and approved by others (付款变更).
#[Object]
impl PayableChange {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayableChangeId {
        self.0.id
    }
    /// What changes (变更种类).
    async fn kind(&self) -> PayableChangeKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The payment (应付款).
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Payable>, Problem> {
        Payable::load(ctx, &self.0.payable_id).await
    }
    /// Why (理由).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// What it rests on (依据文书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// The last four digits of the corrected account; none when the payment is cancelled (更正后的账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let Some(sealed) = &self.0.account_sealed else { return Ok(None) };
        let plain = services(ctx)?.vault.open(payable_change::account_place(self.0.id), sealed)?;
        let account = BankAccount::parse(plain.expose(), BankAccountKind::Unstated);
        Ok(Some(account.map_or_else(|_| "****".to_owned(), |account| mask::bank_account(&account))))
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

payload! {
    /// What `cancelPayable` did (操作结果).
    CancelPayablePayload of PayableChangeId {
        /// The proposal with its approval (付款变更).
        change: PayableChange = PayableChange::load,
    }
    /// What `correctPayable` did (操作结果).
    CorrectPayablePayload of PayableChangeId {
        /// The proposal with its approval (付款变更).
        change: PayableChange = PayableChange::load,
    }
}

#[derive(Default)]
pub struct PayableChangeMutation;
#[Object]
impl PayableChangeMutation {
    /// Proposes to cancel a payment that the bank does not have; BUREAU_CHIEF and FINANCE_REVIEWER approve, then its money
    /// stands where it came from (撤销付款). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn cancel_payable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment and the reason (付款及理由).")] input: CancelPayableInput,
    ) -> Result<CancelPayablePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes another account of the same holder for a payment that has no confirmed payee; FUND_ADMINISTRATOR approves,
    /// the cashier pays again (更正付款账户). Role: OFFICER.
    async fn correct_payable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment and the account (付款及账户).")] input: CorrectPayableInput,
    ) -> Result<CorrectPayablePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

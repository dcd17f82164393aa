//! Bank charges that are to be made good, and their reimbursement, in the graph.

use super::{
    rules::charge::OpenCharge, special::ReimburseBankChargeInput, store::charges, tables::charge_reimbursement,
};
use crate::{
    access::{Act, approval_api::Approval},
    cases::ProposalStatus,
    funds::{api::Receipt, rules::lamp::lamp_of},
    graphql::{
        caller::{run, scope, services},
        connection::cost,
        loader::warning_days,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{ChargeReimbursementId, CourtId, EntryId},
        money::Money,
        query::Fetch,
    },
    law::Lamp,
    ledger::Book,
    payload,
};
use async_graphql::{Context, Object};
use sea_orm::{EntityTrait, QueryFilter};

/// Charges shown at most.
const MOST: i32 = 100;

/// A charge of the bank that is open.
pub struct OpenBankCharge {
    charge: OpenCharge,
    /// The court's warning, for the lamp.
    warning: u32,
    proposal: Option<charge_reimbursement::Model>,
}
impl OpenBankCharge {
    /// The first of an account whose court the caller is known to see, the oldest first.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a number out of range.
    pub async fn of_account(
        ctx: &Context<'_>,
        court: CourtId,
        book: Book,
        first: i32,
    ) -> Result<Vec<OpenBankCharge>, Problem> {
        let wrong = || Problem::BadInput(format!("first is from 1 to {MOST}"));
        let first = usize::try_from(first).ok().filter(|_| (1..=MOST).contains(&first)).ok_or_else(wrong)?;
        let reader = services(ctx)?.db.reader();
        let mut open = charges::open(&reader, court, book).await?;
        open.truncate(first);
        let mut proposals = charges::last_proposals(&reader, open.iter().map(|charge| charge.entry)).await?;
        let warning = warning_days(ctx, court).await?;
        let shown = |charge: OpenCharge| {
            let proposal = proposals.remove(&charge.entry);
            OpenBankCharge { charge, warning, proposal }
        };
        Ok(open.into_iter().map(shown).collect())
    }
}
/// A charge that the bank took and that the court has not made good (未补回银行手续费).
#[Object]
impl OpenBankCharge {
    /// The ledger entry of the charge, for `node` and for `reimburseBankCharge` (手续费凭证).
    async fn entry_id(&self) -> EntryId {
        self.charge.entry
    }
    /// Day on which the bank took it (扣收日期).
    async fn booked_on(&self) -> Date {
        Date(self.charge.booked_on)
    }
    /// What is still to be made good (未补回金额).
    async fn amount(&self) -> Money {
        self.charge.open
    }
    /// Last day for it, a month after the charge (补回期限).
    async fn due_on(&self) -> Date {
        Date(self.charge.due_on())
    }
    /// How near that day is; red when it has passed (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Lamp, Problem> {
        let services = services(ctx)?;
        Ok(lamp_of(&services.calendar(), services.clock.now().legal_date(), self.charge.due_on(), self.warning))
    }
    /// The last proposal to make it good (补回申请).
    async fn proposal(&self) -> Option<ChargeReimbursement> {
        self.proposal.clone().map(ChargeReimbursement)
    }
}

/// Unidentified money that makes a charge good.
pub struct ChargeReimbursement(charge_reimbursement::Model);
impl ChargeReimbursement {
    pub async fn load(ctx: &Context<'_>, id: &ChargeReimbursementId) -> Result<Option<ChargeReimbursement>, Problem> {
        let courts = scope(ctx, Act::ReadBankCharges)?;
        let found = charge_reimbursement::Entity::find_by_id(*id);
        let found = found.filter(courts.on_court(charge_reimbursement::Column::CourtId));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(ChargeReimbursement))
    }
}
/// Unidentified money that makes a bank charge good, found by one and agreed by another (银行手续费补回).
#[Object]
impl ChargeReimbursement {
    /// Opaque id (标识).
    pub async fn id(&self) -> ChargeReimbursementId {
        self.0.id
    }
    /// On which account (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// The receipt (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.0.receipt_id).await
    }
    /// The ledger entry of the charge, for `node` (手续费凭证).
    async fn charge_id(&self) -> EntryId {
        self.0.entry_id
    }
    /// What of the charge it makes good (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Where the proposal stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// What shows it (补款凭证).
    async fn document(&self) -> &str {
        &self.0.document
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
    /// What `reimburseBankCharge` did (操作结果).
    ReimburseBankChargePayload of ChargeReimbursementId {
        /// The proposal with its approval (银行手续费补回).
        reimbursement: ChargeReimbursement = ChargeReimbursement::load,
    }
}

#[derive(Default)]
pub struct BankChargeQuery;
#[Object]
impl BankChargeQuery {
    /// Charges of the bank on one account of a court of yours that are not made good, the oldest first
    /// (未补回银行手续费). Roles: those who read the reconciliation.
    #[graphql(complexity = "cost(Some(first), None, child_complexity)")]
    async fn open_bank_charges(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "Which of its accounts (账户类别).")] book: Book,
        #[graphql(desc = "How many of the oldest, 1 to 100 (条数).", default = 50)] first: i32,
    ) -> Result<Vec<OpenBankCharge>, Problem> {
        if !scope(ctx, Act::ReadBankCharges)?.allows_court(court) {
            return Ok(Vec::new());
        }
        OpenBankCharge::of_account(ctx, court, book, first).await
    }
}

#[derive(Default)]
pub struct BankChargeMutation;
#[Object]
impl BankChargeMutation {
    /// Proposes that unidentified money makes a charge of the bank good; FINANCE_REVIEWER approves, then the charge is
    /// closed (银行手续费补回). Role: CASHIER.
    async fn reimburse_bank_charge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Receipt and charge (补回).")] input: ReimburseBankChargeInput,
    ) -> Result<ReimburseBankChargePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

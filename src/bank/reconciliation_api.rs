//! The comparison of bank and books in the graph, and the proposals for what is open.

use super::{
    LineResolution, ResolutionStatus,
    api::BankLine,
    resolution::{self, bank_line_resolution},
    rules::statement::Position,
    statement::{self, OpenItem, bank_statement},
};
use crate::{
    access::{Act, approval_api::Approval},
    cases::api::Case,
    graphql::{
        caller::{scope, services},
        scalars::Date,
    },
    kernel::{
        clock::{LegalDate, Timestamp},
        error::Problem,
        ids::{BankFileId, CourtId, LineResolutionId},
        money::Money,
    },
    ledger::Book,
    payout::{api::PayoutAttempt, charge_api::OpenBankCharge},
};
use async_graphql::{Context, ID, Object};

/// Bank and books on one day.
pub struct Reconciliation {
    statement: bank_statement::Model,
    position: Position,
    day: LegalDate,
}
impl Reconciliation {
    /// None for a foreign court, or while no statement ends by that day.
    pub async fn load(
        ctx: &Context<'_>,
        court: CourtId,
        book: Book,
        day: LegalDate,
    ) -> Result<Option<Reconciliation>, Problem> {
        if !scope(ctx, Act::ReadReconciliation)?.allows_court(court) {
            return Ok(None);
        }
        let reader = services(ctx)?.db.reader();
        let Some(statement) = statement::until(&reader, court, book, day).await? else { return Ok(None) };
        let day = statement.closed_on;
        let position = statement::position(&reader, &statement, day).await?;
        Ok(Some(Reconciliation { statement, position, day }))
    }
}
/// Bank and books of one account at the end of the last statement, item by item (银行存款余额调节表).
#[Object]
impl Reconciliation {
    /// The bank's id of the statement (对账单编号).
    async fn statement_number(&self) -> &str {
        &self.statement.statement_id
    }
    /// The file in which the statement came (银行文件).
    async fn file_id(&self) -> BankFileId {
        self.statement.file_id
    }
    /// Last day of the statement: both balances are those of its end (截止日).
    async fn closed_on(&self) -> Date {
        self.day.into()
    }
    /// Balance by the bank (银行对账单余额).
    async fn bank_balance(&self) -> Money {
        self.position.bank
    }
    /// Balance by the books (银行存款账面余额).
    async fn book_balance(&self) -> Money {
        self.position.books
    }
    /// What the account held before anything of it was booked here (期初未入账余额).
    async fn carried_in(&self) -> Money {
        self.position.carried_in
    }
    /// Movements of the bank that are no entry: what came less what went (银行已记、账面未记).
    async fn only_bank_total(&self) -> Money {
        self.position.only_bank
    }
    /// Entries of the books that are no movement: what came less what went (账面已记、银行未记).
    async fn only_books_total(&self) -> Money {
        self.position.only_books
    }
    /// What no open item explains; other than 0.00 when a movement is missing (未能解释的差额).
    async fn unexplained(&self) -> Result<Money, Problem> {
        self.position.unexplained().map_err(Problem::internal)
    }
    /// Both sides are equal and nothing is open (对平).
    async fn reconciled(&self) -> bool {
        self.position.is_reconciled()
    }
    /// When they were first found so (对平时间).
    async fn reconciled_at(&self) -> Option<Timestamp> {
        self.statement.reconciled_at
    }
    /// Movements of the bank that are no entry, the oldest first, at most 500 (银行未达账项).
    #[graphql(complexity = "100 + child_complexity")]
    async fn only_bank(&self, ctx: &Context<'_>) -> Result<Vec<OpenMovement>, Problem> {
        let (court, book) = (self.statement.court_id, self.statement.book);
        let items = statement::open_lines(&services(ctx)?.db.reader(), court, book, self.day).await?;
        self.shown(ctx, items)
    }
    /// Entries of the books that are no movement of the bank, the oldest first, at most 500 (账面未达账项).
    #[graphql(complexity = "100 + child_complexity")]
    async fn only_books(&self, ctx: &Context<'_>) -> Result<Vec<OpenMovement>, Problem> {
        let (court, book) = (self.statement.court_id, self.statement.book);
        let items = statement::open_entries(&services(ctx)?.db.reader(), court, book, self.day).await?;
        self.shown(ctx, items)
    }
    /// Charges that the bank took and that are not made good by now, the 100 oldest first: each within a month
    /// (未补回银行手续费).
    #[graphql(complexity = "100 + child_complexity")]
    async fn open_charges(&self, ctx: &Context<'_>) -> Result<Vec<OpenBankCharge>, Problem> {
        OpenBankCharge::of_account(ctx, self.statement.court_id, self.statement.book, 100).await
    }
}
impl Reconciliation {
    fn shown(&self, ctx: &Context<'_>, items: Vec<OpenItem>) -> Result<Vec<OpenMovement>, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        Ok(items.into_iter().map(|item| OpenMovement { item, today }).collect())
    }
}

/// A movement that one side has and the other has not.
pub struct OpenMovement {
    item: OpenItem,
    today: LegalDate,
}
/// A movement that stands on one side only (未达账项).
#[Object]
impl OpenMovement {
    /// Above zero what came, below what went (金额).
    async fn amount(&self) -> Money {
        self.item.amount
    }
    /// Its day (记账日).
    async fn booked_on(&self) -> Date {
        self.item.booked_on.into()
    }
    /// Days since then (账龄，天).
    async fn age_days(&self) -> i32 {
        i32::try_from((self.today - self.item.booked_on).num_days()).unwrap_or(i32::MAX)
    }
    /// The bank's line; none for an entry of the books (银行明细).
    async fn line(&self, ctx: &Context<'_>) -> Result<Option<BankLine>, Problem> {
        match &self.item.line {
            Some(id) => BankLine::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The ledger entry, for `node`; none for a movement of the bank (记账凭证).
    async fn entry_id(&self) -> Option<ID> {
        self.item.entry.map(ID::from)
    }
}

/// A proposal of what an open movement is.
pub struct BankLineProposal(pub bank_line_resolution::Model);
impl BankLineProposal {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &LineResolutionId) -> Result<Option<BankLineProposal>, Problem> {
        let scope = scope(ctx, Act::ReadBankLines)?;
        Ok(resolution::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(BankLineProposal))
    }
}
/// What somebody proposes for a movement that found no owner by itself (待处理明细处理意见).
#[Object]
impl BankLineProposal {
    /// Opaque id (标识).
    async fn id(&self) -> LineResolutionId {
        self.0.id
    }
    /// The movement (银行明细).
    async fn line(&self, ctx: &Context<'_>) -> Result<Option<BankLine>, Problem> {
        BankLine::load(ctx, &self.0.line_id).await
    }
    /// What it is said to be (处理方式).
    async fn resolution(&self) -> LineResolution {
        self.0.resolution
    }
    /// Where the proposal stands (状态).
    async fn status(&self) -> ResolutionStatus {
        self.0.status
    }
    /// The case that gets the money (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match &self.0.case_id {
            Some(id) => Case::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The payment that left or came back (付款).
    async fn attempt(&self, ctx: &Context<'_>) -> Result<Option<PayoutAttempt>, Problem> {
        match &self.0.attempt_id {
            Some(id) => PayoutAttempt::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// What proves it (依据).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Its approval (复核).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

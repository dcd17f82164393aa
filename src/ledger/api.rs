//! The books in the graph: accounts, entries, the trial balance. For finance and oversight.

use super::{
    AccountKey, Basis, Book, Code, EntryKind,
    balance::{TrialBalanceLine, available, balance, balance_as_of, held, trial_balance},
    store::{account, entry, number, posting},
};
use crate::{
    access::Act,
    connection,
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, CourtId, EntryId, LedgerAccountId, NodeKind, NodeRef, ReceiptId},
        money::Money,
    },
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// An account of the books.
pub struct LedgerAccount(account::Model);
impl LedgerAccount {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: LedgerAccountId) -> Result<Option<LedgerAccount>, Problem> {
        let scope = scope(ctx, Act::ReadLedgerAccounts)?;
        let found = account::Entity::find_by_id(id)
            .filter(scope.on_court(account::Column::CourtId))
            .one(&services(ctx)?.db.reader())
            .await?;
        Ok(found.map(LedgerAccount))
    }
    fn key(&self) -> AccountKey {
        self.0.key()
    }
}
impl Listed for LedgerAccount {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// An account of a court's books (科目账户).
#[Object]
impl LedgerAccount {
    /// Opaque id (标识).
    pub async fn id(&self) -> LedgerAccountId {
        self.0.id
    }
    /// The court whose books these are (法院).
    async fn court_id(&self) -> CourtId {
        self.0.court_id
    }
    /// The book (账套).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// Account of the chart (科目).
    async fn code(&self) -> Code {
        self.0.code
    }
    /// Number in the chart, e.g. `2001` (科目编号).
    async fn number(&self) -> &'static str {
        self.0.code.number()
    }
    /// What stands on it, positive in its natural sign; at the end of a day when one is given (余额).
    async fn balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "End of this day; now when left out (截止日).")] as_of: Option<Date>,
        #[graphql(desc = "Which date of an entry counts (日期口径).", default_with = "Basis::Booked")] basis: Basis,
    ) -> Result<Money, Problem> {
        let reader = services(ctx)?.db.reader();
        match as_of {
            Some(day) => balance_as_of(&reader, self.key(), day.into(), basis).await,
            None => balance(&reader, self.key()).await,
        }
    }
    /// What stands free: balance less holds; none for accounts of the court itself (可用余额).
    async fn available(&self, ctx: &Context<'_>) -> Result<Option<Money>, Problem> {
        if !self.0.code.is_guarded() {
            return Ok(None);
        }
        available(&services(ctx)?.db.reader(), self.key()).await.map(Some)
    }
    /// What is held on it (冻结金额).
    async fn held(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        held(&services(ctx)?.db.reader(), self.key()).await
    }
}

/// An entry of the books.
pub struct LedgerEntry(entry::Model);
impl LedgerEntry {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: EntryId) -> Result<Option<LedgerEntry>, Problem> {
        let scope = scope(ctx, Act::ReadLedgerEntries)?;
        let found = entry::Entity::find_by_id(id)
            .filter(scope.on_court(entry::Column::CourtId))
            .one(&services(ctx)?.db.reader())
            .await?;
        Ok(found.map(LedgerEntry))
    }
}
impl Listed for LedgerEntry {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A double entry; it is never changed or deleted (记账凭证).
#[Object]
impl LedgerEntry {
    /// Opaque id (标识).
    pub async fn id(&self) -> EntryId {
        self.0.id
    }
    /// Number within the court, without gaps, in commit order; given shortly after the commit (凭证号).
    async fn entry_number(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let found = number::Entity::find_by_id(self.0.id).one(&services(ctx)?.db.reader()).await?;
        Ok(found.map(|n| n.number.to_string()))
    }
    /// The book (账套).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// What it is about (凭证种类).
    async fn kind(&self) -> EntryKind {
        self.0.kind
    }
    /// The bank's value date, or the legal day of the act (记账日期).
    async fn booked_on(&self) -> Date {
        self.0.booked_on.into()
    }
    /// When it was recorded here (录入时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// The case it belongs to (案件).
    async fn case_id(&self) -> Option<CaseId> {
        self.0.case_id
    }
    /// What caused it, for `node` (来源).
    async fn cause_id(&self) -> Result<ID, Problem> {
        let kind =
            NodeKind::parse(&self.0.cause_kind).ok_or_else(|| Problem::internal("a cause of an unknown kind"))?;
        Ok(NodeRef { kind, id: self.0.cause_id }.to_global().into())
    }
    /// The entry that this one takes back (被冲销凭证).
    async fn reverses(&self, ctx: &Context<'_>) -> Result<Option<LedgerEntry>, Problem> {
        match self.0.reverses {
            Some(id) => LedgerEntry::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// Its postings; debits and credits are equal (分录).
    async fn postings(&self, ctx: &Context<'_>) -> Result<Vec<Posting>, Problem> {
        let rows = posting::Entity::find()
            .filter(posting::Column::EntryId.eq(self.0.id))
            .order_by_asc(posting::Column::Line)
            .all(&services(ctx)?.db.reader())
            .await?;
        Ok(rows.into_iter().map(Posting).collect())
    }
}

/// One side of an entry.
pub struct Posting(posting::Model);
/// One side of an entry: a debit or a credit on one account (分录).
#[Object]
impl Posting {
    /// The account (科目账户).
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<LedgerAccount>, Problem> {
        LedgerAccount::load(ctx, self.0.account_id).await
    }
    /// The amount when it is a debit (借方金额).
    async fn debit(&self) -> Option<Money> {
        Some(self.0.amount).filter(|a| a.is_positive())
    }
    /// The amount when it is a credit (贷方金额).
    async fn credit(&self) -> Option<Money> {
        Some(self.0.amount.negated()).filter(|a| a.is_positive())
    }
    /// The receipt by which the money came (到账来源).
    async fn receipt_id(&self) -> Option<ReceiptId> {
        self.0.receipt_id
    }
}

/// Debits and credits of a court, by book and account of the chart (试算平衡表).
#[derive(SimpleObject)]
pub struct TrialBalance {
    /// End of this day (截止日).
    pub as_of: Date,
    /// Which date of an entry counts (日期口径).
    pub basis: Basis,
    /// One line per book and account (明细).
    pub lines: Vec<TrialBalanceRow>,
    /// True when the debits of every book equal its credits (是否平衡).
    pub balanced: bool,
}
/// A line of the trial balance (试算平衡明细).
#[derive(SimpleObject)]
pub struct TrialBalanceRow {
    /// The book (账套).
    pub book: Book,
    /// Account of the chart (科目).
    pub code: Code,
    /// Number in the chart (科目编号).
    pub number: &'static str,
    /// Sum of the debits (借方发生额).
    pub debits: Money,
    /// Sum of the credits (贷方发生额).
    pub credits: Money,
    /// Difference in the account's natural sign (余额).
    pub balance: Money,
}
impl TrialBalance {
    fn try_new(lines: &[TrialBalanceLine], as_of: Date, basis: Basis) -> Result<TrialBalance, Problem> {
        let row = |line: &TrialBalanceLine| -> Result<TrialBalanceRow, Problem> {
            let difference = line.debits.minus(line.credits).map_err(Problem::internal)?;
            let (debits, credits, code) = (line.debits, line.credits, line.code);
            let balance = code.natural(difference);
            Ok(TrialBalanceRow { book: line.book, code, number: code.number(), debits, credits, balance })
        };
        let balanced = [Book::CaseFunds, Book::AuctionDeposits, Book::LitigationFees].into_iter().all(|book| {
            let of_book = || lines.iter().filter(|l| l.book == book);
            let (debits, credits) = (Money::sum(of_book().map(|l| l.debits)), Money::sum(of_book().map(|l| l.credits)));
            debits.is_ok() && debits == credits
        });
        Ok(TrialBalance { as_of, basis, lines: lines.iter().map(row).collect::<Result<_, _>>()?, balanced })
    }
}

/// Which accounts to list (账户筛选).
#[derive(InputObject, Default)]
pub struct LedgerAccountFilter {
    /// Only this court's (法院).
    pub court: Option<CourtId>,
    /// Only this book (账套).
    pub book: Option<Book>,
    /// Only this account of the chart (科目).
    pub code: Option<Code>,
}
/// Which entries to list (凭证筛选).
#[derive(InputObject, Default)]
pub struct LedgerEntryFilter {
    /// Only this court's (法院).
    pub court: Option<CourtId>,
    /// Only this book (账套).
    pub book: Option<Book>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only of this kind (凭证种类).
    pub kind: Option<EntryKind>,
    /// Booked on or after (记账日起).
    pub booked_from: Option<Date>,
    /// Booked on or before (记账日止).
    pub booked_to: Option<Date>,
}

connection! {
    /// Accounts (账户列表).
    LedgerAccountConnection, LedgerAccountEdge of LedgerAccount;
    /// Entries, newest first (凭证列表).
    LedgerEntryConnection, LedgerEntryEdge of LedgerEntry
}

#[derive(Default)]
pub struct LedgerQuery;
#[Object]
impl LedgerQuery {
    /// Accounts of the books (科目账户列表). Roles: finance, leaders, supervision.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn ledger_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<LedgerAccountFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LedgerAccountConnection, Problem> {
        let page = page(NodeKind::LedgerAccount, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = account::Entity::find().filter(
            scope(ctx, Act::ReadLedgerAccounts)?
                .on_court(account::Column::CourtId)
                .add_option(filter.court.map(|court| account::Column::CourtId.eq(court)))
                .add_option(filter.book.map(|book| account::Column::Book.eq(book)))
                .add_option(filter.code.map(|code| account::Column::Code.eq(code))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, account::Column::Id).await?;
        Ok(rows.map(LedgerAccount).into())
    }

    /// Entries of the books, newest first (记账凭证列表). Roles: finance, leaders, supervision.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn ledger_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<LedgerEntryFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LedgerEntryConnection, Problem> {
        let page = page(NodeKind::LedgerEntry, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = entry::Entity::find().filter(
            scope(ctx, Act::ReadLedgerEntries)?
                .on_court(entry::Column::CourtId)
                .add_option(filter.court.map(|court| entry::Column::CourtId.eq(court)))
                .add_option(filter.book.map(|book| entry::Column::Book.eq(book)))
                .add_option(filter.case.map(|case| entry::Column::CaseId.eq(case)))
                .add_option(filter.kind.map(|kind| entry::Column::Kind.eq(kind)))
                .add_option(filter.booked_from.map(|day| entry::Column::BookedOn.gte(day.0)))
                .add_option(filter.booked_to.map(|day| entry::Column::BookedOn.lte(day.0))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, entry::Column::Id).await?;
        Ok(rows.map(LedgerEntry).into())
    }

    /// Trial balance of a court at the end of a day (试算平衡表). Roles: finance, leaders, supervision.
    async fn trial_balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "End of this day (截止日).")] as_of: Date,
        #[graphql(desc = "Which date of an entry counts (日期口径).", default_with = "Basis::Booked")] basis: Basis,
    ) -> Result<TrialBalance, Problem> {
        if !scope(ctx, Act::ReadTrialBalance)?.allows_court(court) {
            return Err(Problem::NotFound);
        }
        let lines = trial_balance(&services(ctx)?.db.reader(), court, as_of.0, basis).await?;
        TrialBalance::try_new(&lines, as_of, basis)
    }
}

//! The statement of a case in the graph.

use super::{
    AccountKey, Basis, Book, Code, EntryKind,
    statement::{Statement, StatementLine, statement},
};
use crate::{
    access::Act,
    cases::{self, api::Case},
    funds::api::Receipt,
    graphql::{
        caller::{scope, services},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, EntryId},
        money::Money,
    },
};
use async_graphql::{Context, Object};

pub struct CaseStatement {
    case: CaseId,
    from: Date,
    until: Date,
    basis: Basis,
    found: Statement,
}
/// What moved on a case's account in a span of days, with the balance after each movement (案款明细账).
#[Object]
impl CaseStatement {
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.case).await
    }
    /// First day (起始日).
    async fn from(&self) -> Date {
        self.from
    }
    /// Last day (截止日).
    async fn until(&self) -> Date {
        self.until
    }
    /// Which date of an entry counts (日期口径).
    async fn basis(&self) -> Basis {
        self.basis
    }
    /// What stood on the account before the first day (期初余额).
    async fn opening_balance(&self) -> Money {
        self.found.opening
    }
    /// Movements in order, at most 1,000 (明细).
    async fn lines(&self) -> Vec<CaseStatementLine<'_>> {
        self.found.lines.iter().map(CaseStatementLine).collect()
    }
    /// What stood on the account after the last day (期末余额).
    async fn closing_balance(&self) -> Money {
        self.found.closing
    }
}

pub struct CaseStatementLine<'s>(&'s StatementLine);
/// One movement on a case's account (案款明细).
#[Object]
impl CaseStatementLine<'_> {
    /// The entry, for `node` (记账凭证).
    async fn entry_id(&self) -> EntryId {
        self.0.entry
    }
    /// What it was about (凭证种类).
    async fn kind(&self) -> EntryKind {
        self.0.kind
    }
    /// The bank's value date, or the legal day of the act (记账日期).
    async fn booked_on(&self) -> Date {
        Date(self.0.booked_on)
    }
    /// When it was recorded here (录入时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// The receipt whose money it is (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        match self.0.receipt {
            Some(id) => Receipt::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// What came to the case; none for what left it (收入).
    async fn received(&self) -> Option<Money> {
        Some(self.0.amount).filter(|amount| amount.is_positive())
    }
    /// What left the case; none for what came to it (支出).
    async fn spent(&self) -> Option<Money> {
        Some(self.0.amount.negated()).filter(|amount| amount.is_positive())
    }
    /// What stood on the account after it (余额).
    async fn balance(&self) -> Money {
        self.0.balance
    }
}

#[derive(Default)]
pub struct StatementQuery;
#[Object]
impl StatementQuery {
    /// Movements on a case's account from a first to a last day, by the bank's or by the recording day; null for a case
    /// that you may not see (案款明细账). Roles: those who read case money, PARTY.
    async fn case_statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case (案件).")] case: CaseId,
        #[graphql(desc = "First day (起始日).")] from: Date,
        #[graphql(desc = "Last day (截止日).")] until: Date,
        #[graphql(desc = "Which date of an entry counts (日期口径).", default_with = "Basis::Booked")] basis: Basis,
    ) -> Result<Option<CaseStatement>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadCaseStatement)?, services(ctx)?.db.reader());
        let Some(row) = cases::store::find_case(&reader, &scope, case).await? else { return Ok(None) };
        let key = AccountKey::owned(row.court_id, Book::CaseFunds, Code::CaseFund, row.id.uuid());
        let found = statement(&reader, key, from.0, until.0, basis).await?;
        Ok(Some(CaseStatement { case, from, until, basis, found }))
    }
}

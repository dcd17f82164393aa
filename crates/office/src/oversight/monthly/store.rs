//! Where reconciliations are kept, and how each side's numbers are read.

use super::{ReconciliationItemState, ReconciliationSubject};
use crate::{
    access::Scope,
    bank::statement,
    kernel::{
        boxed,
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{CaseId, CourtId, EntryId, MonthlyReconciliationId, ReconciliationItemId},
        money::Money,
        query::Fetch,
    },
    ledger::{AccountKey, Basis, Book, Code, balance_as_of},
};
use sea_orm::{ConnectionTrait, QuerySelect, entity::prelude::*};

pub mod reconciliation {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CourtId, MonthlyReconciliationId},
            money::Money,
        },
        oversight::monthly::ReconciliationState,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "monthly_reconciliation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MonthlyReconciliationId,
        pub court_id: CourtId,
        pub month: LegalDate,
        pub last_day: LegalDate,
        pub state: ReconciliationState,
        pub opened_by: String,
        pub enforcement: Money,
        pub finance: Money,
        pub recorded_at: Timestamp,
        pub closed_by: Option<String>,
        pub closed_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod line {
    use crate::{
        kernel::{
            ids::{CaseId, CourtId, MonthlyReconciliationId, ReconciliationLineId},
            money::Money,
        },
        oversight::monthly::ReconciliationSubject,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reconciliation_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReconciliationLineId,
        pub court_id: CourtId,
        pub reconciliation_id: MonthlyReconciliationId,
        pub subject: ReconciliationSubject,
        pub case_id: Option<CaseId>,
        pub enforcement: Money,
        pub finance: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod item {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AccountId, CourtId, EntryId, MonthlyReconciliationId, ReconciliationItemId, ReconciliationLineId},
        },
        oversight::monthly::ReconciliationItemState,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reconciliation_item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReconciliationItemId,
        pub court_id: CourtId,
        pub reconciliation_id: MonthlyReconciliationId,
        pub line_id: ReconciliationLineId,
        pub state: ReconciliationItemState,
        pub owner_id: Option<AccountId>,
        pub reason: Option<String>,
        pub due_on: Option<LegalDate>,
        pub entry_id: Option<EntryId>,
        pub document: Option<String>,
        pub settled_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Both sides of one line, before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub subject: ReconciliationSubject,
    pub case: Option<CaseId>,
    pub enforcement: Money,
    pub finance: Money,
}

/// Each case of the court that has had money: what its receipts brought less what came to be owed or was taken, and what
/// its account held. `$2` is the first instant after the month. The cause is named with its kind: the entries are found
/// by the index on both.
const CASES: &str = "
    SELECT x.case_id AS case_id, CAST(SUM(x.enforcement) AS BIGINT) AS enforcement,
           CAST(SUM(x.finance) AS BIGINT) AS finance
    FROM (SELECT r.case_id AS case_id, r.amount AS enforcement, 0 AS finance FROM receipt r
          WHERE r.court_id = $1 AND r.book = 'CASE_FUNDS' AND r.case_id IS NOT NULL AND r.recorded_at < $2
          UNION ALL
          SELECT p.case_id, -p.amount, 0 FROM payable p
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS' AND p.case_id IS NOT NULL AND p.recorded_at < $2
            AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.cause_kind = 'Payable' AND e.cause_id = p.id
                            AND e.kind = 'REVERSAL' AND e.recorded_at < $2)
          UNION ALL
          SELECT d.case_id, -l.amount, 0 FROM distribution_line l JOIN distribution_plan d ON d.id = l.plan_id
          WHERE d.court_id = $1 AND l.state = 'BOOKED' AND d.finalised_at < $2
          UNION ALL
          SELECT a.owner, 0, d.credits - d.debits FROM ledger_account a JOIN ledger_day d ON d.account_id = a.id
          WHERE a.court_id = $1 AND a.book = 'CASE_FUNDS' AND a.code = 'CASE_FUND' AND d.recorded_day < $2
          UNION ALL
          SELECT a.owner, 0, -p.amount
          FROM ledger_queue q CROSS JOIN ledger_entry e CROSS JOIN ledger_posting p CROSS JOIN ledger_account a
          WHERE q.court_id = $1 AND e.id = q.entry_id AND p.entry_id = q.entry_id AND a.id = p.account_id
            AND a.book = 'CASE_FUNDS' AND a.code = 'CASE_FUND' AND e.recorded_at < $2) x
    GROUP BY x.case_id ORDER BY x.case_id";

/// Unidentified receipts less what was claimed from them and given back.
const UNIDENTIFIED: &str = "
    SELECT CAST(COALESCE(SUM(x.enforcement), 0) AS BIGINT) AS enforcement
    FROM (SELECT r.amount AS enforcement FROM receipt r
          WHERE r.court_id = $1 AND r.book = 'CASE_FUNDS' AND r.case_id IS NULL AND r.parent_id IS NULL
            AND r.recorded_at < $2
          UNION ALL
          SELECT -c.amount FROM receipt c
          WHERE c.court_id = $1 AND c.book = 'CASE_FUNDS' AND c.parent_id IS NOT NULL AND c.recorded_at < $2
          UNION ALL
          SELECT -p.amount FROM payable p
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS' AND p.case_id IS NULL AND p.recorded_at < $2
            AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.cause_kind = 'Payable' AND e.cause_id = p.id
                            AND e.kind = 'REVERSAL' AND e.recorded_at < $2)) x";

/// Both sides of every line at the end of `last_day`.
#[boxed]
pub async fn compare(tx: &Tx, court: CourtId, last_day: LegalDate) -> Result<Vec<Compared>, Failure> {
    let bound = end_of(last_day);
    let mut lines = Vec::new();
    for row in tx.query_all_raw(sql(tx, CASES, [court.into(), bound.into()])).await? {
        let case: CaseId = row.try_get("", "case_id")?;
        let (enforcement, finance) = (row.try_get("", "enforcement")?, row.try_get("", "finance")?);
        lines.push(Compared { subject: ReconciliationSubject::Case, case: Some(case), enforcement, finance });
    }
    if let Some(row) = tx.query_one_raw(sql(tx, UNIDENTIFIED, [court.into(), bound.into()])).await? {
        let account = AccountKey::of_court(court, Book::CaseFunds, Code::Unidentified);
        let finance = balance_as_of(tx, account, last_day, Basis::Recorded).await?;
        let enforcement = row.try_get("", "enforcement")?;
        lines.push(Compared { subject: ReconciliationSubject::Unidentified, case: None, enforcement, finance });
    }
    if let Some(ended) = statement::until(tx, court, Book::CaseFunds, last_day).await? {
        let position = statement::position(tx, &ended, ended.closed_on).await?;
        lines.push(Compared {
            subject: ReconciliationSubject::Bank,
            case: None,
            enforcement: position.bank.minus(position.carried_in)?,
            finance: position.books,
        });
    }
    Ok(lines)
}

/// The first instant after a month.
fn end_of(last_day: LegalDate) -> Timestamp {
    Timestamp::start_of(last_day.succ_opt().unwrap_or(LegalDate::MAX))
}

/// What an entry that was recorded after `last_day` moved on the account of a line, in the line's own sign; none for an
/// entry that is not there, older, or does not touch the account.
#[boxed]
pub async fn moved_by(
    tx: &Tx,
    entry: EntryId,
    last_day: LegalDate,
    account: AccountKey,
) -> Result<Option<Money>, Failure> {
    let text = "SELECT CAST(SUM(p.amount) AS BIGINT) AS moved, COUNT(*) AS postings FROM ledger_posting p
                JOIN ledger_entry e ON e.id = p.entry_id
                WHERE e.id = $1 AND e.recorded_at >= $2 AND p.account_id = $3";
    let values = [entry.into(), end_of(last_day).into(), account.id().into()];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<i64>("", "postings")? == 0 {
        return Ok(None);
    }
    Ok(Some(account.code.natural(row.try_get("", "moved")?)))
}

/// The account in the books that a line is about.
pub fn account_of(row: &line::Model) -> AccountKey {
    match (row.subject, row.case_id) {
        (ReconciliationSubject::Case, Some(case)) => {
            AccountKey::owned(row.court_id, Book::CaseFunds, Code::CaseFund, case.uuid())
        }
        (ReconciliationSubject::Bank, _) => AccountKey::of_court(row.court_id, Book::CaseFunds, Code::Bank),
        _ => AccountKey::of_court(row.court_id, Book::CaseFunds, Code::Unidentified),
    }
}

#[boxed]
pub async fn lock_month(tx: &Tx, scope: &Scope, id: MonthlyReconciliationId) -> Result<reconciliation::Model, Failure> {
    let found = reconciliation::Entity::find_by_id(id).filter(scope.on_court(reconciliation::Column::CourtId));
    found.lock_exclusive().first(tx).await?.ok_or_else(|| Failure::not_found("reconciliation"))
}
/// The item with its line, locked.
#[boxed]
pub async fn lock_item(
    tx: &Tx,
    scope: &Scope,
    id: ReconciliationItemId,
) -> Result<(item::Model, line::Model), Failure> {
    let found = item::Entity::find_by_id(id).filter(scope.on_court(item::Column::CourtId));
    let item = found.lock_exclusive().first(tx).await?.ok_or_else(|| Failure::not_found("item"))?;
    let line = line::Entity::find_by_id(item.line_id).first(tx).await?;
    Ok((item, line.ok_or_else(|| Failure::internal("an item of no line"))?))
}
/// How many items of a month nothing has settled yet.
pub async fn open_items(conn: &impl ConnectionTrait, month: MonthlyReconciliationId) -> Result<usize, Problem> {
    let open = item::Entity::find()
        .filter(item::Column::ReconciliationId.eq(month))
        .filter(item::Column::State.is_in([ReconciliationItemState::Open, ReconciliationItemState::Proposed]));
    Ok(open.list(conn).await?.len())
}

//! Where reconciliations are kept.

use super::{ReconciliationItemState, ReconciliationSubject};
use crate::{
    access::Scope,
    kernel::{
        boxed,
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{EntryId, MonthlyReconciliationId, ReconciliationItemId},
        money::Money,
        query::Fetch,
    },
    ledger::{AccountKey, Book, Code},
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

/// The first instant after a month.
pub(super) fn end_of(last_day: LegalDate) -> Timestamp {
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

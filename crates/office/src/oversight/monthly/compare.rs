//! Both sides of a month, each by its own source, in time that does not grow with the history: what the court's latest
//! comparison found, and what was recorded since. A court's first comparison reads everything.
//!
//! What is recorded is never changed afterwards, and a row's id is never made for an earlier instant than its
//! recording: the rows of a month lie behind a least id in the indexes of ids.

use super::{
    ReconciliationSubject,
    store::{end_of, reconciliation},
};
use crate::{
    bank::statement,
    kernel::{
        boxed,
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::Failure,
        ids::{CaseId, CourtId},
        money::Money,
        query::Fetch,
    },
    ledger::{AccountKey, Basis, Book, Code, balance_as_of},
};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, QueryOrder, Value, entity::prelude::*};

/// A comparison is gone on from when it was made this long after its month's end: what was under way at midnight had
/// been committed by then, so nothing of the month came in behind it.
const SETTLED: TimeDelta = TimeDelta::hours(1);

/// Both sides of one line, before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub subject: ReconciliationSubject,
    pub case: Option<CaseId>,
    pub enforcement: Money,
    pub finance: Money,
}

/// Each case of the court that has money on either side: what its receipts brought less what came to be owed or was
/// taken, and what its account held. What is paid of a taken fee leaves the court's fee account, not the case's. `$2`
/// is the first instant after the month. The cause is named with its kind: the entries are found by the index on both.
const CASES: &str = "
    SELECT x.case_id AS case_id, CAST(SUM(x.enforcement) AS BIGINT) AS enforcement,
           CAST(SUM(x.finance) AS BIGINT) AS finance
    FROM (SELECT r.case_id AS case_id, r.amount AS enforcement, 0 AS finance FROM receipt r
          WHERE r.court_id = $1 AND r.book = 'CASE_FUNDS' AND r.case_id IS NOT NULL AND r.recorded_at < $2
          UNION ALL
          SELECT p.case_id, -p.amount, 0 FROM payable p
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS' AND p.from_code = 'CASE_FUND' AND p.recorded_at < $2
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
    GROUP BY x.case_id HAVING SUM(x.enforcement) <> 0 OR SUM(x.finance) <> 0 ORDER BY x.case_id";

/// The same from an earlier comparison (`$4`) on: its lines, and what was recorded from the first instant after its
/// month (`$3`, as the least id `$5`) on. The states are named for the index that ends in the id; two of them say that a
/// receipt has a case.
const CASES_SINCE: &str = "
    SELECT x.case_id AS case_id, CAST(SUM(x.enforcement) AS BIGINT) AS enforcement,
           CAST(SUM(x.finance) AS BIGINT) AS finance
    FROM (SELECT l.case_id AS case_id, l.enforcement AS enforcement, l.finance AS finance FROM reconciliation_line l
          WHERE l.reconciliation_id = $4 AND l.subject = 'CASE'
          UNION ALL
          SELECT r.case_id, r.amount, 0 FROM receipt r
          WHERE r.court_id = $1 AND r.status IN ('ON_CASE', 'USED') AND r.id >= $5 AND r.book = 'CASE_FUNDS'
            AND r.recorded_at >= $3 AND r.recorded_at < $2
          UNION ALL
          SELECT p.case_id, -p.amount, 0 FROM payable p
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS'
            AND p.state IN ('OPEN', 'IN_TRANSIT', 'PAID', 'FAILED', 'CANCELLED') AND p.id >= $5
            AND p.from_code = 'CASE_FUND' AND p.recorded_at >= $3 AND p.recorded_at < $2
            AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.cause_kind = 'Payable' AND e.cause_id = p.id
                            AND e.kind = 'REVERSAL' AND e.recorded_at < $2)
          UNION ALL
          SELECT p.case_id, p.amount, 0 FROM ledger_entry e JOIN payable p ON p.id = e.cause_id
          WHERE e.court_id = $1 AND e.book = 'CASE_FUNDS' AND e.id >= $5 AND e.recorded_at >= $3 AND e.recorded_at < $2
            AND e.cause_kind = 'Payable' AND e.kind = 'REVERSAL' AND p.from_code = 'CASE_FUND' AND p.recorded_at < $3
          UNION ALL
          SELECT d.case_id, -l.amount, 0 FROM distribution_line l JOIN distribution_plan d ON d.id = l.plan_id
          WHERE d.court_id = $1 AND l.state = 'BOOKED' AND d.finalised_at >= $3 AND d.finalised_at < $2
          UNION ALL
          SELECT a.owner, 0, -p.amount FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
          JOIN ledger_account a ON a.id = p.account_id
          WHERE e.court_id = $1 AND e.book = 'CASE_FUNDS' AND e.id >= $5 AND e.recorded_at >= $3 AND e.recorded_at < $2
            AND a.code = 'CASE_FUND') x
    GROUP BY x.case_id HAVING SUM(x.enforcement) <> 0 OR SUM(x.finance) <> 0 ORDER BY x.case_id";

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
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS' AND p.from_code = 'UNIDENTIFIED' AND p.recorded_at < $2
            AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.cause_kind = 'Payable' AND e.cause_id = p.id
                            AND e.kind = 'REVERSAL' AND e.recorded_at < $2)
          UNION ALL
          SELECT -i.amount FROM interest_credit i
          WHERE i.court_id = $1 AND i.book = 'CASE_FUNDS' AND i.agreed_at < $2
          UNION ALL
          SELECT -h.amount FROM charge_reimbursement h
          WHERE h.court_id = $1 AND h.book = 'CASE_FUNDS' AND h.agreed_at < $2) x";

/// The same from an earlier comparison on, as in [`CASES_SINCE`].
const UNIDENTIFIED_SINCE: &str = "
    SELECT CAST(COALESCE(SUM(x.enforcement), 0) AS BIGINT) AS enforcement
    FROM (SELECT l.enforcement AS enforcement FROM reconciliation_line l
          WHERE l.reconciliation_id = $4 AND l.subject = 'UNIDENTIFIED'
          UNION ALL
          SELECT CASE WHEN r.parent_id IS NULL THEN r.amount ELSE -r.amount END FROM receipt r
          WHERE r.court_id = $1
            AND r.status IN ('UNIDENTIFIED', 'CLAIMED', 'ON_CASE', 'USED', 'REFUNDED', 'INTEREST', 'REIMBURSED')
            AND r.id >= $5 AND r.book = 'CASE_FUNDS' AND (r.case_id IS NULL OR r.parent_id IS NOT NULL)
            AND r.recorded_at >= $3 AND r.recorded_at < $2
          UNION ALL
          SELECT -p.amount FROM payable p
          WHERE p.court_id = $1 AND p.book = 'CASE_FUNDS'
            AND p.state IN ('OPEN', 'IN_TRANSIT', 'PAID', 'FAILED', 'CANCELLED') AND p.id >= $5
            AND p.from_code = 'UNIDENTIFIED' AND p.recorded_at >= $3 AND p.recorded_at < $2
            AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.cause_kind = 'Payable' AND e.cause_id = p.id
                            AND e.kind = 'REVERSAL' AND e.recorded_at < $2)
          UNION ALL
          SELECT p.amount FROM ledger_entry e JOIN payable p ON p.id = e.cause_id
          WHERE e.court_id = $1 AND e.book = 'CASE_FUNDS' AND e.id >= $5 AND e.recorded_at >= $3 AND e.recorded_at < $2
            AND e.cause_kind = 'Payable' AND e.kind = 'REVERSAL' AND p.from_code = 'UNIDENTIFIED'
            AND p.recorded_at < $3
          UNION ALL
          SELECT -i.amount FROM interest_credit i
          WHERE i.court_id = $1 AND i.book = 'CASE_FUNDS' AND i.agreed_at >= $3 AND i.agreed_at < $2
          UNION ALL
          SELECT -h.amount FROM charge_reimbursement h
          WHERE h.court_id = $1 AND h.book = 'CASE_FUNDS' AND h.agreed_at >= $3 AND h.agreed_at < $2) x";

/// Both sides of every line at the end of `last_day`, from the latest comparison before it on.
#[boxed]
pub async fn compare(tx: &Tx, court: CourtId, last_day: LegalDate) -> Result<Vec<Compared>, Failure> {
    let Some(base) = base(tx, court, last_day).await? else { return compare_in_full(tx, court, last_day).await };
    let from = end_of(base.last_day);
    let values: [Value; 5] =
        [court.into(), end_of(last_day).into(), from.into(), base.id.into(), least_id(from).into()];
    lines(tx, court, last_day, (CASES_SINCE, UNIDENTIFIED_SINCE), values.to_vec()).await
}

/// [`compare`] by reading everything that the court has recorded.
#[boxed]
pub async fn compare_in_full(tx: &Tx, court: CourtId, last_day: LegalDate) -> Result<Vec<Compared>, Failure> {
    lines(tx, court, last_day, (CASES, UNIDENTIFIED), vec![court.into(), end_of(last_day).into()]).await
}

#[boxed]
async fn lines(
    tx: &Tx,
    court: CourtId,
    last_day: LegalDate,
    (cases, unidentified): (&'static str, &'static str),
    values: Vec<Value>,
) -> Result<Vec<Compared>, Failure> {
    let mut lines = Vec::new();
    for row in tx.query_all_raw(sql(tx, cases, values.clone())).await? {
        let case: CaseId = row.try_get("", "case_id")?;
        let (enforcement, finance) = (row.try_get("", "enforcement")?, row.try_get("", "finance")?);
        lines.push(Compared { subject: ReconciliationSubject::Case, case: Some(case), enforcement, finance });
    }
    if let Some(row) = tx.query_one_raw(sql(tx, unidentified, values)).await? {
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

/// The comparison to go on from.
#[boxed]
async fn base(tx: &Tx, court: CourtId, last_day: LegalDate) -> Result<Option<reconciliation::Model>, Failure> {
    let earlier = reconciliation::Entity::find()
        .filter(reconciliation::Column::CourtId.eq(court))
        .filter(reconciliation::Column::LastDay.lt(last_day))
        .order_by_desc(reconciliation::Column::LastDay)
        .list(tx)
        .await?;
    Ok(earlier.into_iter().find(|row| row.recorded_at >= end_of(row.last_day).plus(SETTLED)))
}

/// No row that was recorded at or after `instant` has a smaller id (UUIDv7: milliseconds first).
fn least_id(instant: Timestamp) -> Uuid {
    let milliseconds = u128::try_from(instant.micros().div_euclid(1000)).unwrap_or(0);
    Uuid::from_u128(milliseconds << 80)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_month_lie_behind_its_least_id() {
        let april = end_of("2026-03-31".parse().unwrap());
        assert_eq!(april.micros(), 1_774_972_800_000_000);
        let id = |text: &str| Uuid::parse_str(text).unwrap();
        assert!(id("019d449f-8c00-7000-8000-000000000000") >= least_id(april));
        assert!(id("019d449f-8bff-7fff-bfff-ffffffffffff") < least_id(april), "a millisecond earlier");
    }
}

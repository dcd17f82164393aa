//! Finders and locked loads of orders, deferrals and runs. An order is seen by who sees its case.

use super::{
    DeferralStatus, DisbursementStatus, PayoutLineState, PayoutRunStatus,
    rules::{
        deferral::Deferred,
        run::{NO_LINES, chained},
    },
    tables::{deferral, execution_return, order, run, run_line, run_skip, run_source, source},
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::Scope,
    cases,
    kernel::{
        bulk::{Rows, among, id_set, is_among},
        db::{Tx, engine_of, sql},
        error::{Failure, Problem},
        ids::{
            CaseId, CaseOrderId, ClaimId, CourtId, ExecutionReturnId, OrderId, PayableId, PayoutLineId, PayoutRunId,
            ReceiptId,
        },
        money::Money,
        paging::{Page, Paged},
    },
};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*,
    sea_query::SelectStatement,
};
use std::collections::{BTreeSet, HashMap, HashSet};

pub mod programme;

fn visible_cases(scope: &Scope) -> SelectStatement {
    let cases = cases::store::case::Entity::find().select_only().column(cases::store::case::Column::Id);
    cases.filter(cases::store::visible(scope)).into_query()
}

// ---- orders ----

pub async fn find_order(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: OrderId,
) -> Result<Option<order::Model>, Problem> {
    let seen = order::Column::CaseId.in_subquery(visible_cases(scope));
    Ok(order::Entity::find_by_id(id).filter(seen).first(conn).await?)
}

/// Locks the case of an order, then the order.
#[boxed]
pub async fn lock_order(
    tx: &Tx,
    scope: &Scope,
    id: OrderId,
) -> Result<(cases::store::case::Model, order::Model), Failure> {
    let seen = find_order(tx, scope, id).await?.ok_or_else(|| Failure::not_found("order"))?;
    let case = cases::store::lock_case(tx, scope, seen.case_id).await?;
    let order = order::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    Ok((case, order.ok_or_else(|| Failure::not_found("order"))?))
}

/// Which orders a list shows.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    pub case: Option<CaseId>,
    pub status: Option<DisbursementStatus>,
}

pub async fn orders(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &OrderFilter,
    page: Page,
) -> Result<Paged<order::Model>, Problem> {
    let mut select = order::Entity::find().filter(order::Column::CaseId.in_subquery(visible_cases(scope)));
    if let Some(case) = filter.case {
        select = select.filter(order::Column::CaseId.eq(case));
    }
    if let Some(status) = filter.status {
        select = select.filter(order::Column::Status.eq(status));
    }
    page.fetch(conn, select, order::Column::Id).await
}

/// What an order draws on, in a fixed order.
pub async fn sources_of(conn: &impl ConnectionTrait, id: OrderId) -> Result<Vec<(ReceiptId, Money)>, Problem> {
    let rows = source::Entity::find().filter(source::Column::OrderId.eq(id));
    let rows = rows.order_by_asc(source::Column::ReceiptId).list(conn).await?;
    Ok(rows.into_iter().map(|row| (row.receipt_id, row.amount)).collect())
}

/// Is the claim being paid by an order that is not at its end, or by a line of a run that waits?
pub async fn is_ordered(conn: &impl ConnectionTrait, claim: ClaimId) -> Result<bool, Problem> {
    let text = "SELECT 1 AS one FROM disbursement_order
                WHERE claim_id = $1 AND status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED')
                UNION ALL
                SELECT 1 FROM payout_run_line l JOIN payout_run r ON r.id = l.run_id
                WHERE l.claim_id = $1 AND l.state = 'SELECTED' AND r.status <> 'REJECTED'
                UNION ALL
                SELECT 1 FROM payable WHERE claim_id = $1 AND state IN ('OPEN', 'IN_TRANSIT', 'FAILED')";
    Ok(conn.query_one_raw(sql(conn, text, [claim.into()])).await?.is_some())
}

/// Those of `claims` that [`is_ordered`] holds for, by one statement each of orders, runs and payables.
pub async fn ordered(conn: &impl ConnectionTrait, claims: &[ClaimId]) -> Result<HashSet<ClaimId>, Problem> {
    let mut found = HashSet::new();
    let among = among(engine_of(conn), 1);
    let text = format!(
        "SELECT claim_id FROM disbursement_order
         WHERE claim_id {among} AND status IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED')
         UNION ALL
         SELECT l.claim_id FROM payout_run_line l JOIN payout_run r ON r.id = l.run_id
         WHERE l.claim_id {among} AND l.state = 'SELECTED' AND r.status <> 'REJECTED'
         UNION ALL
         SELECT claim_id FROM payable WHERE claim_id {among} AND state IN ('OPEN', 'IN_TRANSIT', 'FAILED')"
    );
    let claims = id_set(engine_of(conn), claims.iter().map(|claim| claim.uuid()));
    for row in conn.query_all_raw(sql(conn, &text, [claims])).await? {
        found.insert(row.try_get("", "claim_id")?);
    }
    Ok(found)
}

// ---- returns of a revoked advance ----

pub async fn find_return(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: ExecutionReturnId,
) -> Result<Option<execution_return::Model>, Problem> {
    let seen = execution_return::Column::CaseId.in_subquery(visible_cases(scope));
    Ok(execution_return::Entity::find_by_id(id).filter(seen).first(conn).await?)
}
/// What must come back of an advance, the first payment first.
pub async fn returns_of(
    conn: &impl ConnectionTrait,
    order: CaseOrderId,
) -> Result<Vec<execution_return::Model>, Problem> {
    let of_order = execution_return::Entity::find().filter(execution_return::Column::OrderId.eq(order));
    Ok(of_order.order_by_asc(execution_return::Column::Id).list(conn).await?)
}

// ---- deferrals ----

/// Why paying out of the case waits now, as a whole or in part.
pub async fn deferral_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Option<Deferred>, Problem> {
    Ok(deferred_among(conn, &BTreeSet::from([case])).await?.remove(&case))
}
/// [`deferral_of`] several cases; those of which paying out does not wait are missing.
pub async fn deferred_among(
    conn: &impl ConnectionTrait,
    cases: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, Deferred>, Problem> {
    let in_force = deferral::Entity::find()
        .filter(is_among(conn, deferral::Column::CaseId, cases.iter().map(|case| case.uuid())))
        .filter(deferral::Column::Status.eq(DeferralStatus::InForce));
    let deferred = |row: deferral::Model| (row.case_id, Deferred { reason: row.reason, part: row.amount });
    Ok(in_force.list(conn).await?.into_iter().map(deferred).collect())
}
pub async fn live_deferral(conn: &impl ConnectionTrait, case: CaseId) -> Result<Option<deferral::Model>, Problem> {
    let live = deferral::Entity::find()
        .filter(deferral::Column::CaseId.eq(case))
        .filter(deferral::Column::Status.is_in([DeferralStatus::Proposed, DeferralStatus::InForce]));
    Ok(live.first(conn).await?)
}
pub async fn deferrals_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<deferral::Model>, Problem> {
    let of_case = deferral::Entity::find().filter(deferral::Column::CaseId.eq(case));
    Ok(of_case.order_by_asc(deferral::Column::Id).list(conn).await?)
}

// ---- runs ----

pub async fn find_run(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayoutRunId,
) -> Result<Option<run::Model>, Problem> {
    Ok(run::Entity::find_by_id(id).filter(scope.on_court(run::Column::CourtId)).first(conn).await?)
}
#[boxed]
pub async fn lock_run(tx: &Tx, scope: &Scope, id: PayoutRunId) -> Result<run::Model, Failure> {
    let row =
        run::Entity::find_by_id(id).filter(scope.on_court(run::Column::CourtId)).lock_exclusive().first(tx).await?;
    row.ok_or_else(|| Failure::not_found("run"))
}

/// Which runs a list shows.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    pub court: Option<CourtId>,
    pub status: Option<PayoutRunStatus>,
}

pub async fn runs(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &RunFilter,
    page: Page,
) -> Result<Paged<run::Model>, Problem> {
    let mut select = run::Entity::find().filter(scope.on_court(run::Column::CourtId));
    if let Some(court) = filter.court {
        select = select.filter(run::Column::CourtId.eq(court));
    }
    if let Some(status) = filter.status {
        select = select.filter(run::Column::Status.eq(status));
    }
    page.fetch(conn, select, run::Column::Id).await
}

pub async fn run_lines(
    conn: &impl ConnectionTrait,
    id: PayoutRunId,
    page: Page,
) -> Result<Paged<run_line::Model>, Problem> {
    page.fetch(conn, run_line::Entity::find().filter(run_line::Column::RunId.eq(id)), run_line::Column::Id).await
}
/// The next lines of a run behind the place `after`, in their order.
pub async fn lines_behind(
    conn: &impl ConnectionTrait,
    id: PayoutRunId,
    after: i32,
    limit: u64,
) -> Result<Vec<run_line::Model>, Problem> {
    let lines =
        run_line::Entity::find().filter(run_line::Column::RunId.eq(id)).filter(run_line::Column::Line.gt(after));
    Ok(lines.order_by_asc(run_line::Column::Line).limit(limit).list(conn).await?)
}
/// A line that waits to be booked, in the words of the index over such lines: no engine sees them in a parameter of a
/// prepared statement.
pub fn is_waiting() -> Expr {
    Expr::cust("payout_run_line.state = 'SELECTED'")
}
/// The digest of a run ([`chained`]) from its lines as they stand: what the row of the run must say.
pub async fn lines_digest(conn: &impl ConnectionTrait, id: PayoutRunId) -> Result<[u8; 32], Problem> {
    let (mut digest, mut after) = (NO_LINES, 0);
    loop {
        let lines = run_line::Entity::find()
            .select_only()
            .column(run_line::Column::Line)
            .column(run_line::Column::Digest)
            .filter(run_line::Column::RunId.eq(id))
            .filter(run_line::Column::Line.gt(after))
            .order_by_asc(run_line::Column::Line)
            .limit(DIGESTS_AT_ONCE)
            .into_tuple::<(i32, Vec<u8>)>();
        let lines = lines.list(conn).await?;
        let Some((last, _)) = lines.last() else { return Ok(digest) };
        after = *last;
        digest = chained(&digest, lines.iter().map(|(_, line)| line.as_slice()));
    }
}
/// Some runs whose selection has ended, behind `after`.
pub async fn selected_runs(
    conn: &impl ConnectionTrait,
    after: PayoutRunId,
    limit: u64,
) -> Result<Vec<run::Model>, Problem> {
    let ended = run::Entity::find()
        .filter(run::Column::Status.ne(PayoutRunStatus::Selecting))
        .filter(run::Column::Id.gt(after));
    Ok(ended.order_by_asc(run::Column::Id).limit(limit).list(conn).await?)
}
const DIGESTS_AT_ONCE: u64 = 5_000;

/// Who was left out of a run and why, from the place `after` on.
pub async fn skipped_of(
    conn: &impl ConnectionTrait,
    id: PayoutRunId,
    after: i32,
    limit: u64,
) -> Result<Vec<run_skip::Model>, Problem> {
    let skipped =
        run_skip::Entity::find().filter(run_skip::Column::RunId.eq(id)).filter(run_skip::Column::Sequence.gt(after));
    Ok(skipped.order_by_asc(run_skip::Column::Sequence).limit(limit).list(conn).await?)
}
/// The receipts that each of these lines draws on, in a fixed order.
pub async fn sources_of_lines(
    conn: &impl ConnectionTrait,
    ids: &[PayoutLineId],
) -> Result<HashMap<PayoutLineId, Vec<(ReceiptId, Money)>>, Problem> {
    let of_lines = is_among(conn, run_source::Column::LineId, ids.iter().map(|id| id.uuid()));
    let rows = run_source::Entity::find().filter(of_lines);
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.order_by_asc(run_source::Column::ReceiptId).list(conn).await? {
        found.entry(row.line_id).or_default().push((row.receipt_id, row.amount));
    }
    Ok(found)
}
/// These lines of one run, who goes first at the front.
pub async fn lines_by_id(conn: &impl ConnectionTrait, ids: &[PayoutLineId]) -> Result<Vec<run_line::Model>, Problem> {
    let these = run_line::Entity::find().filter(is_among(conn, run_line::Column::Id, ids.iter().map(|id| id.uuid())));
    let ordered = these.order_by_asc(run_line::Column::Priority).order_by_asc(run_line::Column::Line);
    Ok(ordered.list(conn).await?)
}

/// Writes that these lines were booked, each by its payable.
///
/// # Errors
/// A problem when one of them did not wait any more.
#[boxed]
pub async fn release_lines(tx: &Tx, lines: &[(PayoutLineId, PayableId)]) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    let rows = lines.iter().map(|(line, payable)| [(*line).into(), (*payable).into()]);
    let (given, values) = Rows::of(rows).into_values(tx.engine());
    let text = format!(
        "WITH v (id, payable) AS {given}
         UPDATE payout_run_line SET state = 'RELEASED', payable_id = v.payable
         FROM v WHERE payout_run_line.id = v.id AND payout_run_line.state = 'SELECTED'"
    );
    all_waited(tx.execute_raw(sql(tx, &text, values)).await?.rows_affected(), lines.len())
}
/// Writes that these lines are left out by the refusal `code`.
///
/// # Errors
/// A problem when one of them did not wait any more.
#[boxed]
pub async fn skip_lines(tx: &Tx, lines: &[PayoutLineId], code: &str) -> Result<(), Failure> {
    let change = run_line::ActiveModel {
        state: Set(PayoutLineState::Skipped),
        skip_code: Set(Some(code.to_owned())),
        ..Default::default()
    };
    let skipped = run_line::Entity::update_many()
        .set(change)
        .filter(run_line::Column::Id.is_in(lines.iter().copied()))
        .filter(run_line::Column::State.eq(PayoutLineState::Selected))
        .execute(tx)
        .await?;
    all_waited(skipped.rows_affected, lines.len())
}
fn all_waited(changed: u64, lines: usize) -> Result<(), Failure> {
    match usize::try_from(changed) == Ok(lines) {
        true => Ok(()),
        false => Err(Problem::Conflict.into()),
    }
}
/// Lines of runs in release that wait to be booked: run by run, who goes first within each.
pub async fn lines_to_release(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<run_line::Model>, Problem> {
    let releasing = run::Entity::find().filter(run::Column::Status.eq(PayoutRunStatus::Releasing));
    let Some(run) = releasing.order_by_asc(run::Column::Id).first(conn).await? else { return Ok(Vec::new()) };
    let waiting = run_line::Entity::find().filter(is_waiting()).filter(run_line::Column::RunId.eq(run.id));
    let ordered = waiting.order_by_asc(run_line::Column::Priority).order_by_asc(run_line::Column::Line);
    Ok(ordered.limit(limit).list(conn).await?)
}

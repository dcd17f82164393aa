//! Finders and locked loads of payables and attempts.

use super::{
    AttemptState, PayablePurpose,
    rules::fee::ExecutionFee,
    tables::{attempt, message, payable, payable_source},
};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    kernel::{
        bulk::{among, id_set, is_among},
        db::{Tx, engine_of, sql},
        error::{Failure, Problem},
        ids::{BankFileId, CaseId, ClaimId, CourtId, NodeRef, PayableId, PayoutAttemptId, ReceiptId},
        money::Money,
    },
    ledger::Book,
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};
use std::collections::{HashMap, HashSet};

pub mod charges;

/// Locks a payable of a court in scope.
#[boxed]
pub async fn lock_payable(tx: &Tx, scope: &Scope, id: PayableId) -> Result<payable::Model, Failure> {
    payable::Entity::find_by_id(id)
        .filter(scope.on_court(payable::Column::CourtId))
        .lock_exclusive()
        .first(tx)
        .await?
        .ok_or_else(|| Failure::not_found("payable"))
}

pub async fn find_payable(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayableId,
) -> Result<Option<payable::Model>, Problem> {
    Ok(payable::Entity::find_by_id(id).filter(scope.on_court(payable::Column::CourtId)).first(conn).await?)
}

/// The payable owed for `subject`, if there is one.
pub async fn payable_of(conn: &impl ConnectionTrait, subject: NodeRef) -> Result<Option<payable::Model>, Problem> {
    let of_subject = payable::Entity::find()
        .filter(payable::Column::SubjectId.eq(subject.id))
        .filter(payable::Column::SubjectKind.eq(subject.kind.as_str()));
    Ok(of_subject.order_by_desc(payable::Column::Id).first(conn).await?)
}

/// For which of these subjects something is owed already, and for what purpose.
pub async fn owed_for(
    conn: &impl ConnectionTrait,
    subjects: &[NodeRef],
) -> Result<HashSet<(NodeRef, PayablePurpose)>, Problem> {
    let rows = payable::Entity::find().filter(is_among(
        conn,
        payable::Column::SubjectId,
        subjects.iter().map(|subject| subject.id),
    ));
    rows.list(conn).await?.into_iter().map(|row| Ok((row.subject()?, row.purpose))).collect()
}

/// The receipts that a payable's money came by, in a fixed order.
pub async fn sources_of(conn: &impl ConnectionTrait, id: PayableId) -> Result<Vec<(ReceiptId, Money)>, Problem> {
    let rows = payable_source::Entity::find()
        .filter(payable_source::Column::PayableId.eq(id))
        .order_by_asc(payable_source::Column::ReceiptId)
        .list(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.receipt_id, row.amount)).collect())
}

/// [`sources_of`] several payables.
pub async fn sources_of_all(
    conn: &impl ConnectionTrait,
    ids: &[PayableId],
) -> Result<HashMap<PayableId, Vec<(ReceiptId, Money)>>, Problem> {
    let rows = payable_source::Entity::find()
        .filter(payable_source::Column::PayableId.is_in(ids.iter().copied()))
        .order_by_asc(payable_source::Column::ReceiptId)
        .list(conn)
        .await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.payable_id).or_default().push((row.receipt_id, row.amount));
    }
    Ok(found)
}

/// All attempts of a payable, the first one first.
pub async fn attempts_of(conn: &impl ConnectionTrait, id: PayableId) -> Result<Vec<attempt::Model>, Problem> {
    let rows = attempt::Entity::find().filter(attempt::Column::PayableId.eq(id));
    Ok(rows.order_by_asc(attempt::Column::Number).list(conn).await?)
}

pub async fn find_attempt(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayoutAttemptId,
) -> Result<Option<attempt::Model>, Problem> {
    Ok(attempt::Entity::find_by_id(id).filter(scope.on_court(attempt::Column::CourtId)).first(conn).await?)
}

/// Which attempt the bank speaks of; `None` for an id that is not ours.
pub async fn find_by_end_to_end(conn: &impl ConnectionTrait, id: &str) -> Result<Option<attempt::Model>, Problem> {
    let ours = attempt::Entity::find().filter(attempt::Column::EndToEndId.eq(id.to_ascii_uppercase()));
    Ok(ours.first(conn).await?)
}

/// Which attempts the bank speaks of, by their end-to-end ids in capitals; those that are not ours are missing.
pub async fn find_by_end_to_ends(conn: &impl ConnectionTrait, ids: &[String]) -> Result<Vec<attempt::Model>, Problem> {
    let ours = attempt::Entity::find().filter(attempt::Column::EndToEndId.is_in(ids.iter().map(String::as_str)));
    Ok(ours.list(conn).await?)
}

/// Locks payable and attempt, in this order.
#[boxed]
pub async fn lock_attempt(tx: &Tx, id: PayoutAttemptId) -> Result<(payable::Model, attempt::Model), Failure> {
    let gone = || Failure::internal("an attempt without its row");
    let seen = attempt::Entity::find_by_id(id).first(tx).await?.ok_or_else(gone)?;
    let payable = payable::Entity::find_by_id(seen.payable_id).lock_exclusive().first(tx).await?.ok_or_else(gone)?;
    let attempt = attempt::Entity::find_by_id(id).lock_exclusive().first(tx).await?.ok_or_else(gone)?;
    Ok((payable, attempt))
}

/// Locks payables, then attempts of them, each in id order.
#[boxed]
pub async fn lock_attempts(
    tx: &Tx,
    payables: &[PayableId],
    attempts: &[PayoutAttemptId],
) -> Result<(HashMap<PayableId, payable::Model>, Vec<attempt::Model>), Problem> {
    let owed = payable::Entity::find().filter(payable::Column::Id.is_in(payables.iter().copied()));
    let owed = owed.order_by_asc(payable::Column::Id).lock_exclusive().list(tx).await?;
    let tried = attempt::Entity::find().filter(attempt::Column::Id.is_in(attempts.iter().copied()));
    let tried = tried.order_by_asc(attempt::Column::Id).lock_exclusive().list(tx).await?;
    Ok((owed.into_iter().map(|row| (row.id, row)).collect(), tried))
}

pub async fn payables(
    conn: &impl ConnectionTrait,
    ids: &[PayableId],
) -> Result<HashMap<PayableId, payable::Model>, Problem> {
    let found = payable::Entity::find().filter(payable::Column::Id.is_in(ids.iter().copied())).list(conn).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// A page of the attempts of a court and book that wait for a bank file, oldest first, behind the one named.
pub async fn queued_attempts(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    after: Option<PayoutAttemptId>,
    limit: u64,
) -> Result<Vec<attempt::Model>, Problem> {
    let mut queued = attempt::Entity::find()
        .filter(attempt::Column::CourtId.eq(court))
        .filter(attempt::Column::Book.eq(book))
        .filter(attempt::Column::State.eq(AttemptState::Queued));
    if let Some(after) = after {
        queued = queued.filter(attempt::Column::Id.gt(after));
    }
    Ok(queued.order_by_asc(attempt::Column::Id).limit(limit).list(conn).await?)
}

pub async fn attempts_of_file(conn: &impl ConnectionTrait, file: BankFileId) -> Result<Vec<attempt::Model>, Problem> {
    let carried = attempt::Entity::find().filter(attempt::Column::BankFileId.eq(file));
    Ok(carried.order_by_asc(attempt::Column::Id).list(conn).await?)
}

/// What the bank has said about an attempt, in order of arrival.
pub async fn messages_of(conn: &impl ConnectionTrait, id: PayoutAttemptId) -> Result<Vec<message::Model>, Problem> {
    let said = message::Entity::find().filter(message::Column::AttemptId.eq(id));
    Ok(said.order_by_asc(message::Column::Sequence).list(conn).await?)
}

/// Number of the last message about each of these attempts; those that the bank said nothing of are missing.
pub async fn last_messages(
    conn: &impl ConnectionTrait,
    ids: &[PayoutAttemptId],
) -> Result<HashMap<PayoutAttemptId, i32>, Problem> {
    let said = message::Entity::find()
        .select_only()
        .column(message::Column::AttemptId)
        .column_as(message::Column::Sequence.max(), "last")
        .filter(message::Column::AttemptId.is_in(ids.iter().copied()))
        .group_by(message::Column::AttemptId)
        .into_tuple::<(PayoutAttemptId, i32)>();
    Ok(said.list(conn).await?.into_iter().collect())
}

/// Attempts of these cases that may still pay: queued, or with the bank without a definite answer.
pub async fn open_attempts_of(conn: &impl ConnectionTrait, cases: &[CaseId]) -> Result<Vec<attempt::Model>, Problem> {
    use AttemptState::{Accepted, Queued, Sent, Unknown};
    let of_cases = payable::Entity::find()
        .select_only()
        .column(payable::Column::Id)
        .filter(payable::Column::CaseId.is_in(cases.iter().copied()));
    let open = attempt::Entity::find()
        .filter(attempt::Column::State.is_in([Queued, Sent, Accepted, Unknown]))
        .filter(attempt::Column::PayableId.in_subquery(of_cases.into_query()));
    Ok(open.order_by_asc(attempt::Column::Id).list(conn).await?)
}

/// Everything that came to be owed on a claim: by orders and runs, by lines of plans (delay interest too), to a notary.
pub async fn payables_on(conn: &impl ConnectionTrait, claim: ClaimId) -> Result<Vec<payable::Model>, Problem> {
    let text = "SELECT id FROM payable WHERE claim_id = $1
                UNION SELECT payable_id FROM distribution_line WHERE claim_id = $1 AND payable_id IS NOT NULL
                UNION SELECT s.payable_id FROM notary_deposit n JOIN special_payment s ON s.id = n.payment_id
                      WHERE n.claim_id = $1 AND s.payable_id IS NOT NULL";
    let rows = conn.query_all_raw(sql(conn, text, [claim.into()])).await?;
    let ids = rows.into_iter().map(|row| row.try_get("", "id")).collect::<Result<Vec<PayableId>, _>>()?;
    let found = payable::Entity::find().filter(payable::Column::Id.is_in(ids));
    Ok(found.order_by_asc(payable::Column::Id).list(conn).await?)
}

/// What of each of `claims` is on its way: payments that have not arrived, and deposits with a notary until their
/// certificate performs the claim; what a plan holds is the plan's until its deposit is approved. A payment that has
/// satisfied the claim does not count again when it comes back.
pub async fn being_paid(conn: &impl ConnectionTrait, claims: &[ClaimId]) -> Result<HashMap<ClaimId, Money>, Problem> {
    let mut found = HashMap::new();
    let among = among(engine_of(conn), 1);
    let text = format!(
        "SELECT x.claim_id AS claim_id, CAST(SUM(x.amount) AS BIGINT) AS total FROM (
             SELECT p.claim_id AS claim_id, p.amount AS amount FROM payable p
             WHERE p.claim_id {among} AND p.state IN ('OPEN', 'IN_TRANSIT', 'FAILED')
               AND NOT EXISTS (SELECT 1 FROM satisfaction s WHERE s.cause_id = p.id)
             UNION ALL
             SELECT n.claim_id, n.amount FROM notary_deposit n JOIN special_payment s ON s.id = n.payment_id
             WHERE n.claim_id {among} AND n.state = 'OPEN' AND NOT n.beside_claim
               AND (s.status = 'APPROVED' OR (s.status = 'PENDING' AND n.hold_id IS NULL))) x
         GROUP BY x.claim_id"
    );
    let claims = id_set(engine_of(conn), claims.iter().map(|claim| claim.uuid()));
    for row in conn.query_all_raw(sql(conn, &text, [claims])).await? {
        found.insert(row.try_get("", "claim_id")?, row.try_get("", "total")?);
    }
    Ok(found)
}

/// What was taken of a case's money as execution fee, and what has left the court's fee account since.
pub async fn execution_fee(conn: &impl ConnectionTrait, case: CaseId) -> Result<ExecutionFee, Problem> {
    Ok(execution_fees(conn, &[case]).await?.remove(&case).unwrap_or_default())
}
/// [`execution_fee`] of several cases; those of which none was taken are missing.
pub async fn execution_fees(
    conn: &impl ConnectionTrait,
    cases: &[CaseId],
) -> Result<HashMap<CaseId, ExecutionFee>, Problem> {
    let text = format!(
        "SELECT e.case_id AS case_id,
                CAST(COALESCE(SUM(CASE WHEN e.kind = 'EXECUTION_FEE' THEN -p.amount ELSE 0 END), 0) AS BIGINT)
                    AS taken,
                CAST(COALESCE(SUM(CASE WHEN e.kind = 'EXECUTION_FEE' THEN 0 ELSE p.amount END), 0) AS BIGINT)
                    AS gone
         FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
         JOIN ledger_account a ON a.id = p.account_id
         WHERE e.case_id {} AND a.code = 'EXECUTION_FEE' GROUP BY e.case_id",
        among(engine_of(conn), 1)
    );
    let cases = id_set(engine_of(conn), cases.iter().map(|case| case.uuid()));
    let mut found = HashMap::new();
    for row in conn.query_all_raw(sql(conn, &text, [cases])).await? {
        let fee = ExecutionFee { taken: row.try_get("", "taken")?, left: row.try_get("", "gone")? };
        found.insert(row.try_get("", "case_id")?, fee);
    }
    Ok(found)
}

/// Cases of a court whose fee stands on its account or is owed, in the order of their ids behind `after`.
pub async fn cases_with_fee(
    conn: &impl ConnectionTrait,
    court: CourtId,
    after: Option<CaseId>,
    limit: u64,
) -> Result<Vec<CaseId>, Problem> {
    let after = after.map_or(uuid::Uuid::nil(), CaseId::uuid);
    // each side gives no more than the page: a court's years of fees are not read for it
    let text = "SELECT x.id AS id FROM (
                    SELECT s.id AS id FROM (SELECT case_id AS id FROM ledger_case_fee
                                            WHERE court_id = $1 AND standing > 0 AND case_id > $2
                                            ORDER BY case_id LIMIT $3) s
                    UNION
                    SELECT o.id FROM (SELECT DISTINCT case_id AS id FROM fee_arrears
                                      WHERE court_id = $1 AND status = 'OPEN' AND case_id > $2
                                      ORDER BY case_id LIMIT $3) o) x
                ORDER BY x.id LIMIT $3";
    let limit = i64::try_from(limit).map_err(Problem::internal)?;
    let rows = conn.query_all_raw(sql(conn, text, [court.into(), after.into(), limit.into()])).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

//! Finders and locked loads of plans. A plan is seen by who sees its case.

use super::{
    LineState, PlanStatus,
    tables::{line, objection, objection_line, plan, service},
};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{self, PartyRole},
    kernel::{
        bulk::{among, id_set},
        db::{Tx, engine_of, sql},
        error::{Failure, Problem},
        ids::{AccountId, CaseId, ClaimId, PartyId, PlanId, PlanLineId, PlanObjectionId},
        money::Money,
        paging::{Page, Paged},
    },
    payout::{self, PayableState},
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};
use std::collections::{BTreeSet, HashMap};

/// `SELECT id` of the cases that the viewer sees.
fn visible_cases(scope: &Scope) -> SelectStatement {
    let cases = cases::store::case::Entity::find().select_only().column(cases::store::case::Column::Id);
    cases.filter(cases::store::visible(scope)).into_query()
}

pub async fn find_plan(conn: &impl ConnectionTrait, scope: &Scope, id: PlanId) -> Result<Option<plan::Model>, Problem> {
    let seen = plan::Column::CaseId.in_subquery(visible_cases(scope));
    Ok(plan::Entity::find_by_id(id).filter(seen).first(conn).await?)
}

/// Which plans a list shows.
#[derive(Clone, Debug, Default)]
pub struct PlanFilter {
    pub case: Option<CaseId>,
    pub status: Option<PlanStatus>,
}

pub async fn plans(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &PlanFilter,
    page: Page,
) -> Result<Paged<plan::Model>, Problem> {
    let mut select = plan::Entity::find().filter(plan::Column::CaseId.in_subquery(visible_cases(scope)));
    if let Some(case) = filter.case {
        select = select.filter(plan::Column::CaseId.eq(case));
    }
    if let Some(status) = filter.status {
        select = select.filter(plan::Column::Status.eq(status));
    }
    page.fetch(conn, select, plan::Column::Id).await
}

/// Locks the case of a plan, then the plan.
#[boxed]
pub async fn lock_plan(
    tx: &Tx,
    scope: &Scope,
    id: PlanId,
) -> Result<(cases::store::case::Model, plan::Model), Failure> {
    let seen = find_plan(tx, scope, id).await?.ok_or_else(|| Failure::not_found("plan"))?;
    let case = cases::store::lock_case(tx, scope, seen.case_id).await?;
    let plan = plan::Entity::find_by_id(id).lock_exclusive().first(tx).await?;
    Ok((case, plan.ok_or_else(|| Failure::not_found("plan"))?))
}

/// The plan of a case that is drafted or served, if there is one.
pub async fn live_plan(conn: &impl ConnectionTrait, case: CaseId) -> Result<Option<plan::Model>, Problem> {
    let live = plan::Entity::find()
        .filter(plan::Column::CaseId.eq(case))
        .filter(plan::Column::Status.is_in([PlanStatus::Draft, PlanStatus::Served]));
    Ok(live.first(conn).await?)
}

pub async fn count_plans(conn: &impl ConnectionTrait, case: CaseId) -> Result<u64, Problem> {
    use sea_orm::PaginatorTrait;
    Ok(plan::Entity::find().filter(plan::Column::CaseId.eq(case)).count(conn).await?)
}

pub async fn lines_of(conn: &impl ConnectionTrait, plan: PlanId) -> Result<Vec<line::Model>, Problem> {
    Ok(line::Entity::find().filter(line::Column::PlanId.eq(plan)).order_by_asc(line::Column::Line).list(conn).await?)
}
pub async fn find_line(conn: &impl ConnectionTrait, id: PlanLineId) -> Result<Option<line::Model>, Problem> {
    Ok(line::Entity::find_by_id(id).first(conn).await?)
}
/// Where a line stands, its payment considered.
pub async fn shown_state(conn: &impl ConnectionTrait, line: &line::Model) -> Result<LineState, Problem> {
    let Some(id) = line.payable_id else { return Ok(line.state) };
    let payable = payout::store::find_payable(conn, &Scope::Everything, id).await?;
    let cancelled = payable.is_some_and(|payable| payable.state == PayableState::Cancelled);
    Ok(if cancelled { LineState::Cancelled } else { line.state })
}
pub async fn services_of(conn: &impl ConnectionTrait, plan: PlanId) -> Result<Vec<service::Model>, Problem> {
    let of_plan = service::Entity::find().filter(service::Column::PlanId.eq(plan));
    Ok(of_plan.order_by_asc(service::Column::Id).list(conn).await?)
}
pub async fn objections_of(conn: &impl ConnectionTrait, plan: PlanId) -> Result<Vec<objection::Model>, Problem> {
    let of_plan = objection::Entity::find().filter(objection::Column::PlanId.eq(plan));
    Ok(of_plan.order_by_asc(objection::Column::Id).list(conn).await?)
}
pub async fn find_objection(
    conn: &impl ConnectionTrait,
    id: PlanObjectionId,
) -> Result<Option<objection::Model>, Problem> {
    Ok(objection::Entity::find_by_id(id).first(conn).await?)
}
/// Lines that an objection names.
pub async fn disputed_lines(conn: &impl ConnectionTrait, id: PlanObjectionId) -> Result<Vec<PlanLineId>, Problem> {
    let rows = objection_line::Entity::find().filter(objection_line::Column::ObjectionId.eq(id)).list(conn).await?;
    Ok(rows.into_iter().map(|row| row.line_id).collect())
}

/// Who must be served: everybody with a line of the plan, and every respondent (民诉解释 509).
pub async fn to_serve(conn: &impl ConnectionTrait, plan: &plan::Model) -> Result<BTreeSet<PartyId>, Problem> {
    let mut parties: BTreeSet<PartyId> = lines_of(conn, plan.id).await?.iter().filter_map(|l| l.party_id).collect();
    let all = cases::store::parties_of(conn, plan.case_id).await?;
    parties.extend(all.iter().filter(|p| p.role == PartyRole::Respondent).map(|p| p.id));
    Ok(parties)
}

/// Is the holder of `account` this party: the same verified number of identity?
pub async fn is_party(conn: &impl ConnectionTrait, account: AccountId, party: PartyId) -> Result<bool, Problem> {
    let text = "SELECT 1 AS one FROM account a JOIN case_party p ON p.identity_index = a.identity_index
                WHERE a.id = $1 AND p.id = $2 AND a.verified_at IS NOT NULL";
    Ok(conn.query_one_raw(sql(conn, text, [account.into(), party.into()])).await?.is_some())
}

/// What was executed and charged for the title of a case before: in the case and in those that it resumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TitleHistory {
    /// Money given to creditors and fee, so far.
    pub executed: Money,
    pub charged: Money,
}

pub async fn title_history(
    conn: &impl ConnectionTrait,
    case: &cases::store::case::Model,
) -> Result<TitleHistory, Problem> {
    let mut history = TitleHistory::default();
    let mut at = Some(case.clone());
    // a resumption points to its predecessor, filed before it: the chain ends
    while let Some(case) = at {
        let paid = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM payable
                    WHERE case_id = $1 AND purpose IN ('CREDITOR', 'NOTARY_DEPOSIT') AND state <> 'CANCELLED'
                      AND NOT EXISTS (SELECT 1 FROM special_payment s JOIN notary_deposit n ON n.payment_id = s.id
                                      WHERE s.payable_id = payable.id AND n.state = 'RETURNED')";
        let fee = "SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS total FROM ledger_entry e
                   JOIN ledger_posting p ON p.entry_id = e.id
                   WHERE e.case_id = $1 AND e.kind = 'EXECUTION_FEE' AND p.amount > 0";
        // what was waived of the fee is not owed any more, so it counts as charged, and as nothing executed
        let waived = "SELECT CAST(COALESCE(SUM(relieved), 0) AS BIGINT) AS total FROM fee_relief
                      WHERE case_id = $1 AND fee = 'EXECUTION' AND status = 'APPROVED'";
        let waived = total(conn, waived, case.id).await?;
        let charged = total(conn, fee, case.id).await?;
        let executed = total(conn, paid, case.id).await?.plus(charged).map_err(Problem::internal)?;
        history.executed = history.executed.plus(executed).map_err(Problem::internal)?;
        history.charged = Money::sum([history.charged, charged, waived]).map_err(Problem::internal)?;
        at = match case.predecessor_id {
            Some(before) => cases::store::find_case(conn, &Scope::Everything, before).await?,
            None => None,
        };
    }
    Ok(history)
}

/// What of each of `claims` is being paid already ([`payout::store::being_paid`]), held for it by plans that are
/// carried out, or not to be paid at all because its advance execution was revoked. Claims with nothing of it are not
/// among them.
pub async fn committed(conn: &impl ConnectionTrait, claims: &[ClaimId]) -> Result<HashMap<ClaimId, Money>, Problem> {
    let mut found = payout::store::being_paid(conn, claims).await?;
    let among = among(engine_of(conn), 1);
    let text = format!(
        "SELECT l.claim_id AS claim_id, CAST(SUM(l.amount) AS BIGINT) AS total
         FROM distribution_line l JOIN distribution_plan d ON d.id = l.plan_id
         WHERE l.claim_id {among} AND l.basis <> 'DELAY_INTEREST' AND d.status = 'FINALISED'
           AND l.state IN ('HELD', 'AWAITING_PAYEE')
         GROUP BY l.claim_id
         UNION ALL
         SELECT c.id, c.principal + c.ordinary_interest + c.costs - c.satisfied FROM claim c
         WHERE c.id {among} AND EXISTS (SELECT 1 FROM case_order o WHERE o.claim_id = c.id
                                        AND o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED')"
    );
    let claims = id_set(engine_of(conn), claims.iter().map(|claim| claim.uuid()));
    for row in conn.query_all_raw(sql(conn, &text, [claims])).await? {
        let held: &mut Money = found.entry(row.try_get("", "claim_id")?).or_default();
        *held = held.plus(row.try_get("", "total")?).map_err(Problem::internal)?;
    }
    Ok(found)
}

/// What is owed on a claim and not yet being paid, of a settled one as far as the settlement goes: at most this may be
/// planned or ordered for it.
pub async fn open_amount(conn: &impl ConnectionTrait, claim: &cases::store::claim::Model) -> Result<Money, Problem> {
    let open = open_amounts(conn, std::slice::from_ref(claim)).await?;
    Ok(open.get(&claim.id).copied().unwrap_or_default())
}
/// [`open_amount`] of several claims.
pub async fn open_amounts<'c>(
    conn: &impl ConnectionTrait,
    claims: impl IntoIterator<Item = &'c cases::store::claim::Model>,
) -> Result<HashMap<ClaimId, Money>, Problem> {
    let mut open = HashMap::new();
    for claim in claims {
        open.insert(claim.id, claim.amounts().outstanding().map_err(Problem::internal)?);
    }
    let ids: Vec<_> = open.keys().copied().collect();
    for (claim, paid) in committed(conn, &ids).await? {
        open.entry(claim).and_modify(|owed| *owed = owed.saturating_minus(paid));
    }
    for (claim, rest) in cases::store::settled_rest(conn, ids).await? {
        open.entry(claim).and_modify(|owed| *owed = (*owed).min(rest));
    }
    Ok(open)
}

async fn total(conn: &impl ConnectionTrait, text: &str, case: CaseId) -> Result<Money, Problem> {
    let row = conn.query_one_raw(sql(conn, text, [case.into()])).await?;
    Ok(row.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default())
}

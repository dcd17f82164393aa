//! Finders of saved rules and unified payouts, and the walk over the cases of a court that have money.

use crate::{
    access::Scope,
    disbursement::{
        PayoutRunStatus,
        tables::{programme, rule, run},
    },
    kernel::{
        boxed,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{CaseId, CourtId, PayoutProgrammeId, PayoutRuleId},
        paging::{Page, Paged},
        query::Fetch,
    },
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};

pub async fn find_rule(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayoutRuleId,
) -> Result<Option<rule::Model>, Problem> {
    Ok(rule::Entity::find_by_id(id).filter(scope.on_court(rule::Column::CourtId)).first(conn).await?)
}
pub async fn newest_version(conn: &impl ConnectionTrait, court: CourtId, name: &str) -> Result<i64, Problem> {
    let of_name = rule::Entity::find().filter(rule::Column::CourtId.eq(court)).filter(rule::Column::Name.eq(name));
    Ok(of_name.order_by_desc(rule::Column::Version).first(conn).await?.map_or(0, |row| row.version))
}
pub async fn rules(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    court: Option<CourtId>,
    page: Page,
) -> Result<Paged<rule::Model>, Problem> {
    let mut select = rule::Entity::find().filter(scope.on_court(rule::Column::CourtId));
    if let Some(court) = court {
        select = select.filter(rule::Column::CourtId.eq(court));
    }
    page.fetch(conn, select, rule::Column::Id).await
}

pub async fn find_programme(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayoutProgrammeId,
) -> Result<Option<programme::Model>, Problem> {
    Ok(programme::Entity::find_by_id(id).filter(scope.on_court(programme::Column::CourtId)).first(conn).await?)
}
#[boxed]
pub async fn lock_programme(tx: &Tx, scope: &Scope, id: PayoutProgrammeId) -> Result<programme::Model, Failure> {
    let row = programme::Entity::find_by_id(id).filter(scope.on_court(programme::Column::CourtId));
    row.lock_exclusive().first(tx).await?.ok_or_else(|| Failure::not_found("programme"))
}
pub async fn programmes(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    page: Page,
) -> Result<Paged<programme::Model>, Problem> {
    let select = programme::Entity::find().filter(scope.on_court(programme::Column::CourtId));
    page.fetch(conn, select, programme::Column::Id).await
}
/// Those whose result the public may read.
pub async fn published(conn: &impl ConnectionTrait, page: Page) -> Result<Paged<programme::Model>, Problem> {
    let select = programme::Entity::find().filter(programme::Column::PublishedAt.is_not_null());
    page.fetch(conn, select, programme::Column::Id).await
}
/// The runs of a unified payout, one per court.
pub async fn runs_of(conn: &impl ConnectionTrait, id: PayoutProgrammeId) -> Result<Vec<run::Model>, Problem> {
    let of_programme = run::Entity::find().filter(run::Column::ProgrammeId.eq(id));
    Ok(of_programme.order_by_asc(run::Column::Id).list(conn).await?)
}
/// The run whose cases are to be looked at next.
pub async fn oldest_selecting(conn: &impl ConnectionTrait) -> Result<Option<run::Model>, Problem> {
    let selecting = run::Entity::find().filter(run::Column::Status.eq(PayoutRunStatus::Selecting));
    Ok(selecting.order_by_asc(run::Column::Id).first(conn).await?)
}

/// Cases of a court with money on their account behind `after`, oldest first. The walk follows the index of accounts, so
/// that a piece costs the same wherever it begins.
pub async fn cases_with_money(
    conn: &impl ConnectionTrait,
    court: CourtId,
    after: Option<CaseId>,
    limit: i64,
) -> Result<Vec<CaseId>, Problem> {
    let text = "SELECT a.owner AS id FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                WHERE a.court_id = $1 AND a.book = 'CASE_FUNDS' AND a.code = 'CASE_FUND' AND a.owner > $2 AND b.balance > 0
                ORDER BY a.owner LIMIT $3";
    let after = after.unwrap_or(CaseId::from_uuid(Uuid::nil()));
    let values = [court.into(), after.into(), limit.into()];
    let rows = conn.query_all_raw(sql(conn, text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

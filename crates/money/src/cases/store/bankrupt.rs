//! Which parties of a case are bankrupt, and in which cases a bankrupt debtor is enforced against.

use super::{bankruptcy as table, case, party, visible};
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{BankruptcyStatus, PartyRole},
    kernel::{
        bulk::{among, id_set},
        db::{engine_of, sql},
        error::Problem,
        ids::{CaseId, PartyId},
    },
};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};
use std::collections::{BTreeSet, HashMap};

/// Respondents of a case whose bankruptcy a court has accepted: recorded here or, for the same person, in another case.
pub async fn bankrupt_parties(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<PartyId>, Problem> {
    Ok(bankrupt_among(conn, &BTreeSet::from([case])).await?.remove(&case).unwrap_or_default())
}
/// [`bankrupt_parties`] of several cases; those without any are missing.
pub async fn bankrupt_among(
    conn: &impl ConnectionTrait,
    cases: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, Vec<PartyId>>, Problem> {
    let engine = engine_of(conn);
    let text = format!(
        "SELECT p.case_id AS case_id, p.id AS id FROM case_party p WHERE p.case_id {} AND p.role = 'RESPONDENT'
         AND (EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE' AND b.party_id = p.id)
              OR EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE'
                         AND b.identity_index = p.identity_index))",
        among(engine, 1)
    );
    let cases = id_set(engine, cases.iter().map(|case| case.uuid()));
    let mut found: HashMap<CaseId, Vec<PartyId>> = HashMap::new();
    for row in conn.query_all_raw(sql(conn, &text, [cases])).await? {
        found.entry(row.try_get("", "case_id")?).or_default().push(row.try_get("", "id")?);
    }
    Ok(found)
}

/// The bankrupt debtor as a party: in the case of the record and wherever he bears the same number of identity.
fn is_debtor(row: &table::Model) -> Condition {
    Condition::any()
        .add(party::Column::Id.eq(row.party_id))
        .add_option(row.identity_index.clone().map(|index| party::Column::IdentityIndex.eq(index)))
}

/// The rows of a bankrupt debtor among the respondents of a case; none when his bankruptcy has ended.
pub async fn bankrupt_parties_of(
    conn: &impl ConnectionTrait,
    case: CaseId,
    row: &table::Model,
) -> Result<Vec<PartyId>, Problem> {
    if row.status != BankruptcyStatus::InForce {
        return Ok(Vec::new());
    }
    let found = party::Entity::find()
        .filter(party::Column::CaseId.eq(case))
        .filter(party::Column::Role.eq(PartyRole::Respondent))
        .filter(is_debtor(row));
    Ok(found.list(conn).await?.into_iter().map(|party| party.id).collect())
}

/// Cases of a bankrupt debtor that the viewer may see, the first one first.
pub async fn cases_of_bankrupt(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    row: &table::Model,
) -> Result<Vec<case::Model>, Problem> {
    let his = party::Entity::find()
        .select_only()
        .column(party::Column::CaseId)
        .filter(party::Column::Role.eq(PartyRole::Respondent))
        .filter(is_debtor(row));
    Ok(case::Entity::find()
        .filter(visible(scope))
        .filter(case::Column::Id.in_subquery(his.into_query()))
        .order_by_asc(case::Column::Id)
        .list(conn)
        .await?)
}

/// Bankruptcies recorded in a case or of its respondents elsewhere, the first one first.
pub async fn bankruptcies_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<table::Model>, Problem> {
    let parties = || {
        party::Entity::find()
            .select_only()
            .filter(party::Column::CaseId.eq(case))
            .filter(party::Column::Role.eq(PartyRole::Respondent))
    };
    let indexes = parties().column(party::Column::IdentityIndex).filter(party::Column::IdentityIndex.is_not_null());
    let of_case = Condition::any()
        .add(table::Column::PartyId.in_subquery(parties().column(party::Column::Id).into_query()))
        .add(table::Column::IdentityIndex.in_subquery(indexes.into_query()));
    Ok(table::Entity::find().filter(of_case).order_by_asc(table::Column::Id).list(conn).await?)
}

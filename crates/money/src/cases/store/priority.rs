//! Courts below a court, and parties who are paid first.

use super::{court_superior, party_vulnerability};
use crate::kernel::{
    db::sql,
    error::Problem,
    ids::{CourtId, PartyId},
    query::Fetch,
};
use sea_orm::{ConnectionTrait, entity::prelude::*};
use std::collections::HashSet;

/// The court directly above, if one is recorded.
pub async fn superior_of(
    conn: &impl ConnectionTrait,
    court: CourtId,
) -> Result<Option<court_superior::Model>, Problem> {
    Ok(court_superior::Entity::find_by_id(court).first(conn).await?)
}

/// The court itself and every court below it, in id order.
pub async fn courts_under(conn: &impl ConnectionTrait, court: CourtId) -> Result<Vec<CourtId>, Problem> {
    let text = "WITH RECURSIVE below (id) AS (
                    SELECT c.id FROM court c WHERE c.id = $1
                    UNION
                    SELECT s.court_id FROM court_superior s JOIN below b ON s.superior_id = b.id)
                SELECT id FROM below ORDER BY id";
    let rows = conn.query_all_raw(sql(conn, text, [court.into()])).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Why a party is paid first, if that is recorded.
pub async fn vulnerability(
    conn: &impl ConnectionTrait,
    party: PartyId,
) -> Result<Option<party_vulnerability::Model>, Problem> {
    Ok(party_vulnerability::Entity::find_by_id(party).first(conn).await?)
}

/// Those of `parties` who are paid first.
pub async fn vulnerable(conn: &impl ConnectionTrait, parties: &[PartyId]) -> Result<HashSet<PartyId>, Problem> {
    let recorded = party_vulnerability::Column::PartyId.is_in(parties.iter().copied());
    let rows = party_vulnerability::Entity::find().filter(recorded).list(conn).await?;
    Ok(rows.into_iter().map(|row| row.party_id).collect())
}

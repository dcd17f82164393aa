//! Charges of the bank that are to be made good: few, and read account by account.

use crate::{
    kernel::{
        bulk::is_among,
        db::sql,
        error::Problem,
        ids::{CourtId, EntryId},
        money::Money,
        query::Fetch,
    },
    ledger::Book,
    payout::{
        rules::charge::{Charge, OpenCharge, open_charges},
        tables::charge_reimbursement,
    },
};
use sea_orm::{ConnectionTrait, QueryOrder, Value, entity::prelude::*};
use std::collections::HashMap;

/// The open charges of an account, the oldest first.
pub async fn open(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<Vec<OpenCharge>, Problem> {
    let values = || -> [Value; 2] { [court.into(), book.to_value().into()] };
    let charges = "SELECT e.id AS id, e.booked_on AS booked_on, p.amount AS amount,
                          CAST(COALESCE((SELECT SUM(r.amount) FROM charge_reimbursement r
                                         WHERE r.entry_id = e.id AND r.status = 'APPROVED'), 0) AS BIGINT) AS reimbursed
                   FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                   JOIN ledger_entry e ON e.id = p.entry_id
                   WHERE a.court_id = $1 AND a.book = $2 AND a.code = 'SUSPENSE_BANK_CHARGE' AND p.amount > 0
                   ORDER BY e.booked_on, e.id";
    let mut found = Vec::new();
    for row in conn.query_all_raw(sql(conn, charges, values())).await? {
        found.push(Charge {
            entry: row.try_get("", "id")?,
            booked_on: row.try_get("", "booked_on")?,
            amount: row.try_get("", "amount")?,
            reimbursed: row.try_get("", "reimbursed")?,
        });
    }
    let refunds = "SELECT CAST(COALESCE(SUM(-p.amount), 0) AS BIGINT) AS total
                   FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                   JOIN ledger_entry e ON e.id = p.entry_id
                   WHERE a.court_id = $1 AND a.book = $2 AND a.code = 'SUSPENSE_BANK_CHARGE' AND p.amount < 0
                     AND e.cause_kind <> 'ChargeReimbursement'";
    let refunded = conn.query_one_raw(sql(conn, refunds, values())).await?;
    let refunded: Money = refunded.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default();
    open_charges(&found, refunded).map_err(Problem::internal)
}

/// The last proposal to make each of these charges good.
pub async fn last_proposals(
    conn: &impl ConnectionTrait,
    charges: impl IntoIterator<Item = EntryId>,
) -> Result<HashMap<EntryId, charge_reimbursement::Model>, Problem> {
    let charges = charges.into_iter().map(|charge| charge.uuid());
    let of_charges = charge_reimbursement::Entity::find()
        .filter(is_among(conn, charge_reimbursement::Column::EntryId, charges))
        .order_by_asc(charge_reimbursement::Column::Id);
    // a later one takes the place of those before it
    Ok(of_charges.list(conn).await?.into_iter().map(|row| (row.entry_id, row)).collect())
}

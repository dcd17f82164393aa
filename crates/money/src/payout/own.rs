//! What a payee reads of the payments to himself: those that go to a confirmed account of a party who bears his
//! verified number of identity. Refunds without a confirmed account are not among them: nobody has proved whose they are.

use super::tables::payable;
use crate::{
    access::Scope,
    cases::store::{cases_of_account, parties_of_account, payee},
    kernel::{
        error::Problem,
        ids::{AccountId, PayableId},
        paging::{Page, Paged},
        query::Fetch,
    },
};
use sea_orm::{Condition, ConnectionTrait, QuerySelect, QueryTrait, entity::prelude::*};

/// Payments to the holder of `account`.
fn to(account: AccountId) -> Condition {
    let his = payee::Entity::find()
        .select_only()
        .column(payee::Column::Id)
        .filter(payee::Column::PartyId.in_subquery(parties_of_account(account)));
    Condition::all()
        .add(payable::Column::CaseId.in_subquery(cases_of_account(account)))
        .add(payable::Column::CaseId.is_not_null())
        .add(payable::Column::PayeeId.in_subquery(his.into_query()))
}

/// A payment of the viewer's courts, or to himself.
pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: PayableId,
) -> Result<Option<payable::Model>, Problem> {
    let seen = match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => {
            Condition::any().add(payable::Column::CourtId.is_in(courts.iter().copied())).add_option(own.map(to))
        }
    };
    Ok(payable::Entity::find_by_id(id).filter(seen).first(conn).await?)
}

/// The payments to the holder of `account` alone, newest first, whatever his posts are.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    page: Page,
) -> Result<Paged<payable::Model>, Problem> {
    page.fetch(conn, payable::Entity::find().filter(to(account)), payable::Column::Id).await
}

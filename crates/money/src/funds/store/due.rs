//! Terms as a list: by the day on which they end, the nearest first.

use super::{receipt, term};
use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::store::{case, cases_of_account},
    funds::TermState,
    kernel::{
        clock::LegalDate,
        error::Problem,
        ids::{AccountId, CaseId, CourtId, TermId},
        paging::{Page, Paged},
    },
    law::DeadlineRule,
};
use sea_orm::{Condition, ConnectionTrait, ExprTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};

/// Which terms a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct DueFilter {
    pub court: Option<CourtId>,
    pub case: Option<CaseId>,
    /// Terms of the cases that this officer is in charge of.
    pub officer: Option<AccountId>,
    pub rule: Option<DeadlineRule>,
    pub state: Option<TermState>,
    /// First and last end.
    pub due_from: Option<LegalDate>,
    pub due_until: Option<LegalDate>,
}

/// A page of terms of the viewer's courts, and of the cases in which the viewer himself is a party.
pub async fn due_terms(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &DueFilter,
    page: Page,
) -> Result<Paged<term::Model>, Problem> {
    use term::Column as C;
    let mut select = term::Entity::find().filter(visible(scope)).filter(
        Condition::all()
            .add_option(filter.court.map(|court| C::CourtId.eq(court)))
            .add_option(filter.rule.map(|rule| C::Rule.eq(rule.as_str())))
            .add_option(filter.due_from.map(|day| C::DueOn.gte(day)))
            .add_option(filter.due_until.map(|day| C::DueOn.lte(day))),
    );
    if let Some(case) = filter.case {
        select = select.filter(C::ReceiptId.in_subquery(receipts(receipt::Column::CaseId.eq(case))));
    }
    if let Some(officer) = filter.officer {
        let led =
            case::Entity::find().select_only().column(case::Column::Id).filter(case::Column::OfficerId.eq(officer));
        select =
            select.filter(C::ReceiptId.in_subquery(receipts(receipt::Column::CaseId.in_subquery(led.into_query()))));
    }
    if let Some(state) = filter.state {
        select = select.filter(in_state(state));
    }
    for (place, later) in [(page.after, true), (page.before, false)] {
        let Some(place) = place else { continue };
        let anchor = term::Entity::find_by_id(TermId::from_uuid(place)).first(conn).await?;
        let anchor = anchor.ok_or_else(|| Problem::BadInput("the cursor's term is gone".into()))?;
        select = select.filter(beyond(&anchor, later));
    }
    select = match page.backward {
        false => select.order_by_asc(C::DueOn).order_by_asc(C::Id),
        true => select.order_by_desc(C::DueOn).order_by_desc(C::Id),
    };
    Ok(page.cut(select.limit(page.size.saturating_add(1)).list(conn).await?))
}

fn visible(scope: &Scope) -> Condition {
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => {
            Condition::any().add(term::Column::CourtId.is_in(courts.iter().copied())).add_option(own.map(|account| {
                let own = receipt::Column::CaseId.in_subquery(cases_of_account(account));
                term::Column::ReceiptId.in_subquery(receipts(own))
            }))
        }
    }
}
fn receipts(which: sea_orm::sea_query::Expr) -> sea_orm::sea_query::SelectStatement {
    receipt::Entity::find().select_only().column(receipt::Column::Id).filter(which).into_query()
}
fn in_state(state: TermState) -> Condition {
    use term::Column as C;
    let unmet = || Condition::all().add(C::MetOn.is_null());
    match state {
        TermState::Met => Condition::all().add(C::MetOn.is_not_null()),
        TermState::Superseded => unmet().add(C::SupersededOn.is_not_null()),
        TermState::Paused => unmet().add(C::PausedOn.is_not_null()),
        TermState::Running => unmet().add(C::PausedOn.is_null()).add(C::SupersededOn.is_null()),
    }
}
/// After (or before) a term in the order of the list.
fn beyond(anchor: &term::Model, later: bool) -> Condition {
    use term::Column as C;
    let (day, id) = if later {
        (C::DueOn.gt(anchor.due_on), C::Id.gt(anchor.id))
    } else {
        (C::DueOn.lt(anchor.due_on), C::Id.lt(anchor.id))
    };
    Condition::any().add(day).add(C::DueOn.eq(anchor.due_on).and(id))
}

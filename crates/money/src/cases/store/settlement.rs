//! Settlements in execution: their tables, their finders, and what was paid on them.

use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{
        SettlementStatus,
        rules::settlement::Instalment,
        store::{case, claims_of, outstanding, visible},
    },
    kernel::{
        bulk::is_among,
        clock::LegalDate,
        db::sql,
        error::Problem,
        ids::{CaseId, CourtId, PartyId, SettlementId},
        money::Money,
        paging::{Page, Paged},
    },
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*, sea_query::SelectStatement};
use std::collections::{BTreeSet, HashMap, HashSet};

pub mod settlement_table {
    use crate::{
        cases::{SettlementEndGround, SettlementStatus},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, PartyId, SettlementId, SuspensionId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settlement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SettlementId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub suspension_id: SuspensionId,
        pub status: SettlementStatus,
        pub signed_on: LegalDate,
        pub document: String,
        pub total: Money,
        pub ground: Option<SettlementEndGround>,
        pub asked_by: Option<PartyId>,
        pub ended_on: Option<LegalDate>,
        pub end_document: Option<String>,
        pub paid: Option<Money>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod settlement_party {
    use crate::kernel::ids::{AgentPaperId, CourtId, PartyId, SettlementId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settlement_party")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub settlement_id: SettlementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub party_id: PartyId,
        pub court_id: CourtId,
        pub agent_paper_id: Option<AgentPaperId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod settlement_instalment {
    use crate::kernel::{
        clock::LegalDate,
        ids::{CourtId, SettlementId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settlement_instalment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub settlement_id: SettlementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: i32,
        pub court_id: CourtId,
        pub due_on: LegalDate,
        pub amount: Money,
        pub cumulative: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// What was paid on the settlement `s` since the day on which it was signed: on the case's account, less what went back
/// to its payer, and outside of it. What came back from a notary was paid before. An expression of SQL.
pub const PAID: &str = "(
    COALESCE((SELECT SUM(r.amount) FROM receipt r
              WHERE r.case_id = s.case_id AND r.book = 'CASE_FUNDS' AND r.source <> 'NOTARY_RETURN'
                AND r.booked_on >= s.signed_on), 0)
    - COALESCE((SELECT SUM(q.amount) FROM receipt r JOIN special_payment_source q ON q.receipt_id = r.id
                JOIN special_payment y ON y.id = q.payment_id
                WHERE r.case_id = s.case_id AND r.book = 'CASE_FUNDS' AND r.source <> 'NOTARY_RETURN'
                  AND r.booked_on >= s.signed_on AND y.kind = 'RECEIPT_REFUND' AND y.status = 'APPROVED'), 0)
    + COALESCE((SELECT SUM(f.amount) FROM satisfaction f
                WHERE f.case_id = s.case_id AND f.manner IN ('DIRECT', 'SET_OFF', 'IN_KIND', 'WAIVER')
                  AND f.satisfied_on >= s.signed_on), 0))";

/// Paid so far; of one that has ended, what was paid until then.
pub async fn paid_on(conn: &impl ConnectionTrait, row: &settlement_table::Model) -> Result<Money, Problem> {
    if let Some(paid) = row.paid {
        return Ok(paid);
    }
    let text = format!("SELECT CAST({PAID} AS BIGINT) AS paid FROM settlement s WHERE s.id = $1");
    let found = conn.query_one_raw(sql(conn, &text, [row.id.into()])).await?;
    Ok(found.map(|row| row.try_get("", "paid")).transpose()?.unwrap_or_default())
}

fn visible_cases(scope: &Scope) -> SelectStatement {
    let cases = case::Entity::find().select_only().column(case::Column::Id);
    cases.filter(visible(scope)).into_query()
}

pub async fn find_settlement(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: SettlementId,
) -> Result<Option<settlement_table::Model>, Problem> {
    let seen = settlement_table::Column::CaseId.in_subquery(visible_cases(scope));
    Ok(settlement_table::Entity::find_by_id(id).filter(seen).first(conn).await?)
}

/// Which settlements a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SettlementFilter {
    pub court: Option<CourtId>,
    pub case: Option<CaseId>,
    pub status: Option<SettlementStatus>,
}

pub async fn settlements(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &SettlementFilter,
    page: Page,
) -> Result<Paged<settlement_table::Model>, Problem> {
    let mut select =
        settlement_table::Entity::find().filter(settlement_table::Column::CaseId.in_subquery(visible_cases(scope)));
    if let Some(court) = filter.court {
        select = select.filter(settlement_table::Column::CourtId.eq(court));
    }
    if let Some(case) = filter.case {
        select = select.filter(settlement_table::Column::CaseId.eq(case));
    }
    if let Some(status) = filter.status {
        select = select.filter(settlement_table::Column::Status.eq(status));
    }
    page.fetch(conn, select, settlement_table::Column::Id).await
}

/// Settlements of a case, the first one first.
pub async fn settlements_of(
    conn: &impl ConnectionTrait,
    case: CaseId,
) -> Result<Vec<settlement_table::Model>, Problem> {
    let of_case = settlement_table::Entity::find().filter(settlement_table::Column::CaseId.eq(case));
    Ok(of_case.order_by_asc(settlement_table::Column::Id).list(conn).await?)
}

/// Its instalments in their order.
pub async fn instalments_of(conn: &impl ConnectionTrait, id: SettlementId) -> Result<Vec<Instalment>, Problem> {
    let rows = settlement_instalment::Entity::find().filter(settlement_instalment::Column::SettlementId.eq(id));
    let rows = rows.order_by_asc(settlement_instalment::Column::Line).list(conn).await?;
    let part = |row: settlement_instalment::Model| Instalment {
        due_on: row.due_on,
        amount: row.amount,
        cumulative: row.cumulative,
    };
    Ok(rows.into_iter().map(part).collect())
}

/// Who made it.
pub async fn settlement_parties_of(
    conn: &impl ConnectionTrait,
    id: SettlementId,
) -> Result<Vec<settlement_party::Model>, Problem> {
    let rows = settlement_party::Entity::find().filter(settlement_party::Column::SettlementId.eq(id));
    Ok(rows.order_by_asc(settlement_party::Column::PartyId).list(conn).await?)
}

/// The settlement of a case that is being performed.
pub async fn settlement_in_force(
    conn: &impl ConnectionTrait,
    case: CaseId,
) -> Result<Option<settlement_table::Model>, Problem> {
    let of_case = settlement_table::Entity::find().filter(settlement_table::Column::CaseId.eq(case));
    Ok(of_case.filter(settlement_table::Column::Status.eq(SettlementStatus::InForce)).first(conn).await?)
}
/// Is the case settled and the settlement being performed? What it brings in is paid though the case stands still.
pub async fn is_settled(conn: &impl ConnectionTrait, case: CaseId) -> Result<bool, Problem> {
    Ok(settlement_in_force(conn, case).await?.is_some())
}
/// Those of `cases` that [`is_settled`] holds for, with the days of their agreements; mostly none is asked for and
/// nothing is read.
pub async fn settled_among(
    conn: &impl ConnectionTrait,
    cases: &BTreeSet<CaseId>,
) -> Result<HashMap<CaseId, LegalDate>, Problem> {
    if cases.is_empty() {
        return Ok(HashMap::new());
    }
    let in_force = settlement_table::Entity::find()
        .filter(is_among(conn, settlement_table::Column::CaseId, cases.iter().map(|case| case.uuid())))
        .filter(settlement_table::Column::Status.eq(SettlementStatus::InForce));
    Ok(in_force.list(conn).await?.into_iter().map(|row| (row.case_id, row.signed_on)).collect())
}

/// What keeps a case from ending as performed: still owed, but for creditors whose settlement was performed (执行和解规定
/// 8).
pub async fn owed_beside_settlements(conn: &impl ConnectionTrait, case: CaseId) -> Result<Money, Problem> {
    let performed = settlement_table::Entity::find()
        .select_only()
        .column(settlement_table::Column::Id)
        .filter(settlement_table::Column::CaseId.eq(case))
        .filter(settlement_table::Column::Status.eq(SettlementStatus::Performed));
    let parties = settlement_party::Entity::find()
        .filter(settlement_party::Column::SettlementId.in_subquery(performed.into_query()));
    let settled: HashSet<PartyId> = parties.list(conn).await?.into_iter().map(|row| row.party_id).collect();
    let open: Vec<_> =
        claims_of(conn, case).await?.into_iter().filter(|claim| !settled.contains(&claim.creditor_id)).collect();
    outstanding(&open)
}

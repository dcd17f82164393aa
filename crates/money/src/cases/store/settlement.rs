//! Settlements in execution: their tables, their finders, and what was paid on them.

use crate::kernel::query::Fetch;
use crate::{
    access::Scope,
    cases::{
        CaseStatus, SettlementStatus,
        rules::settlement::Instalment,
        store::{case, claims_of, outstanding, visible},
    },
    kernel::{
        bulk::{among, id_set, is_among},
        clock::{LegalDate, Timestamp},
        db::{engine_of, sql},
        error::Problem,
        ids::{CaseId, ClaimId, CourtId, SettlementId},
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
        pub ended_at: Option<Timestamp>,
        pub counted_after: Option<Timestamp>,
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

pub mod settlement_claim {
    use crate::kernel::ids::{ClaimId, CourtId, SettlementId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settlement_claim")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub settlement_id: SettlementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub claim_id: ClaimId,
        pub court_id: CourtId,
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

/// The SQL of what counts for the settlement `s`: from the day of the agreement, and for no settlement before it.
fn counts(s: &str, row: &str, day: &str) -> String {
    format!("{row}.{day} >= {s}.signed_on AND ({s}.counted_after IS NULL OR {row}.recorded_at > {s}.counted_after)")
}
/// The SQL of the claims that the settlement `s` is about.
fn named(s: &str) -> String {
    format!("SELECT k.claim_id FROM settlement_claim k WHERE k.settlement_id = {s}.id")
}
/// The SQL of what of the case's money went to the creditors of the settlement `s`, or is on its way to them; `only`
/// says which of it. Money of before the agreement counts too when it was paid out after a first one.
fn to_creditors(s: &str, only: &str) -> String {
    let (named, counts) = (named(s), counts(s, "r", "booked_on"));
    let counts = format!("(({counts}) OR ({s}.counted_after IS NULL AND p.recorded_at >= {s}.recorded_at))");
    format!(
        "COALESCE((SELECT SUM(q.amount) FROM payable p JOIN payable_source q ON q.payable_id = p.id
                   JOIN receipt r ON r.id = q.receipt_id
                   WHERE p.case_id = {s}.case_id AND p.claim_id IN ({named}) AND p.state <> 'CANCELLED'
                     AND p.purpose <> 'NOTARY_DEPOSIT' AND {counts} {only}), 0)"
    )
}
/// The SQL of what went to a notary for them, which performs as well (民法典 571).
fn to_notary(s: &str, only: &str) -> String {
    let (named, counts) = (named(s), counts(s, "r", "booked_on"));
    format!(
        "COALESCE((SELECT SUM(q.amount) FROM notary_deposit n JOIN payable p ON p.subject_id = n.payment_id
                   JOIN payable_source q ON q.payable_id = p.id JOIN receipt r ON r.id = q.receipt_id
                   WHERE n.case_id = {s}.case_id AND n.claim_id IN ({named}) AND p.state <> 'CANCELLED'
                     AND {counts} {only}), 0)"
    )
}
/// The SQL of what they took outside of the account. A waiver performs nothing: it changes what is owed.
fn outside(s: &str) -> String {
    let (named, counts) = (named(s), counts(s, "f", "satisfied_on"));
    format!(
        "COALESCE((SELECT SUM(f.amount) FROM satisfaction f
                   WHERE f.court_id = {s}.court_id AND f.case_id = {s}.case_id AND f.claim_id IN ({named})
                     AND f.manner IN ('DIRECT', 'SET_OFF', 'IN_KIND') AND {counts}), 0)"
    )
}
/// The SQL of what still stands on the case's account for them: all of it when nobody else is owed anything, for else
/// nobody knows yet whose it is.
fn standing(s: &str) -> String {
    let counts = counts(s, "r", "booked_on");
    format!(
        "CASE WHEN EXISTS (SELECT 1 FROM claim o
                           WHERE o.court_id = {s}.court_id AND o.case_id = {s}.case_id
                             AND o.principal + o.ordinary_interest + o.costs > o.satisfied
                             AND o.id NOT IN (SELECT k.claim_id FROM settlement_claim k
                                              JOIN settlement e ON e.id = k.settlement_id
                                              WHERE e.case_id = {s}.case_id
                                                AND (e.id = {s}.id OR e.status = 'PERFORMED')))
              THEN 0
              ELSE COALESCE((SELECT SUM(r.remaining) FROM receipt r
                             WHERE r.case_id = {s}.case_id AND r.book = 'CASE_FUNDS'
                               AND r.source <> 'NOTARY_RETURN' AND {counts}), 0) END"
    )
}

/// The SQL of what was paid on the settlement `s` since it was signed: on the claims that it is about, by the court or
/// outside of it, and what stands on the account for them. What comes back from a notary was paid before.
pub fn paid_text(s: &str) -> String {
    let fresh = "AND r.source <> 'NOTARY_RETURN'";
    format!("({} + {} + {} + {})", to_creditors(s, fresh), to_notary(s, fresh), outside(s), standing(s))
}

/// Paid so far; of one that has ended, what was paid until then.
pub async fn paid_on(conn: &impl ConnectionTrait, row: &settlement_table::Model) -> Result<Money, Problem> {
    if let Some(paid) = row.paid {
        return Ok(paid);
    }
    let text = format!("SELECT CAST({} AS BIGINT) AS paid FROM settlement s WHERE s.id = $1", paid_text("s"));
    let found = conn.query_one_raw(sql(conn, &text, [row.id.into()])).await?;
    Ok(found.map(|row| row.try_get("", "paid")).transpose()?.unwrap_or_default())
}

/// What may still be paid on those of `claims` that a settlement in force or performed is about: its total, less what
/// reached the creditors. The rest of the title is not owed meanwhile, or no more (执行和解规定 8, 11).
pub async fn settled_rest(
    conn: &impl ConnectionTrait,
    claims: impl IntoIterator<Item = ClaimId>,
) -> Result<HashMap<ClaimId, Money>, Problem> {
    let reached =
        format!("{} + {} + {}", to_creditors("s", ""), to_notary("s", "AND n.state <> 'RETURNED'"), outside("s"));
    let text = format!(
        "SELECT t.claim_id AS claim_id, CAST(s.total - ({reached}) AS BIGINT) AS rest
         FROM settlement_claim t JOIN settlement s ON s.id = t.settlement_id
         WHERE t.claim_id {} AND s.status IN ('IN_FORCE', 'PERFORMED')",
        among(engine_of(conn), 1)
    );
    let claims = id_set(engine_of(conn), claims.into_iter().map(|claim| claim.uuid()));
    let mut rest: HashMap<ClaimId, Money> = HashMap::new();
    for row in conn.query_all_raw(sql(conn, &text, [claims])).await? {
        let left: Money = row.try_get("", "rest")?;
        rest.insert(row.try_get("", "claim_id")?, left.max(Money::ZERO));
    }
    Ok(rest)
}

/// When the last settlement of a case ended, by the day and by the clock.
pub async fn last_settlement_end(
    conn: &impl ConnectionTrait,
    case: CaseId,
) -> Result<Option<(LegalDate, Timestamp)>, Problem> {
    let ended = settlements_of(conn, case).await?.into_iter().filter_map(|row| row.ended_on.zip(row.ended_at));
    Ok(ended.max_by_key(|(_, at)| *at))
}

/// The claims that a settlement is about.
pub async fn settlement_claims_of(conn: &impl ConnectionTrait, id: SettlementId) -> Result<Vec<ClaimId>, Problem> {
    let rows = settlement_claim::Entity::find().filter(settlement_claim::Column::SettlementId.eq(id));
    let rows = rows.order_by_asc(settlement_claim::Column::ClaimId).list(conn).await?;
    Ok(rows.into_iter().map(|row| row.claim_id).collect())
}
/// The claims of a case whose settlement was performed: they are not owed any more (执行和解规定 8).
pub async fn performed_claims(conn: &impl ConnectionTrait, case: CaseId) -> Result<HashSet<ClaimId>, Problem> {
    let performed = settlement_table::Entity::find()
        .select_only()
        .column(settlement_table::Column::Id)
        .filter(settlement_table::Column::CaseId.eq(case))
        .filter(settlement_table::Column::Status.eq(SettlementStatus::Performed));
    let rows = settlement_claim::Entity::find()
        .filter(settlement_claim::Column::SettlementId.in_subquery(performed.into_query()));
    Ok(rows.list(conn).await?.into_iter().map(|row| row.claim_id).collect())
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
/// Is the case settled, and nothing else keeps it? What the settlement brings in is paid though the case stands still.
pub async fn is_settled(conn: &impl ConnectionTrait, case: CaseId) -> Result<bool, Problem> {
    Ok(settled_among(conn, &BTreeSet::from([case])).await?.contains_key(&case))
}

/// Is money of the case paid out: it is enforced, or stands still for a settlement alone?
pub async fn pays_out(conn: &impl ConnectionTrait, case: &case::Model) -> Result<bool, Problem> {
    match case.status {
        CaseStatus::Open => Ok(true),
        CaseStatus::Suspended => is_settled(conn, case.id).await,
        _ => Ok(false),
    }
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
        .filter(settlement_table::Column::Status.eq(SettlementStatus::InForce))
        .filter(Expr::cust(
            "NOT EXISTS (SELECT 1 FROM case_suspension y WHERE y.case_id = settlement.case_id AND y.ended_on IS NULL
                          AND y.ground <> 'SETTLEMENT')",
        ));
    Ok(in_force.list(conn).await?.into_iter().map(|row| (row.case_id, row.signed_on)).collect())
}

/// What keeps a case from ending as performed: still owed, but for claims whose settlement was performed (执行和解规定 8).
pub async fn owed_beside_settlements(conn: &impl ConnectionTrait, case: CaseId) -> Result<Money, Problem> {
    let settled = performed_claims(conn, case).await?;
    let open: Vec<_> = claims_of(conn, case).await?.into_iter().filter(|claim| !settled.contains(&claim.id)).collect();
    outstanding(&open)
}

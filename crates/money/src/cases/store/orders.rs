//! Orders on record and relief from fees: their tables and finders.

use crate::kernel::query::Fetch;
use crate::{
    cases::{CaseOrderKind, CaseOrderState},
    kernel::{
        bulk::is_among,
        clock::LegalDate,
        error::{Failure, Problem},
        ids::{CaseId, ClaimId, MeasureId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};
use std::collections::HashSet;

pub mod case_order {
    use crate::{
        cases::{AdvanceGround, CaseOrderKind, CaseOrderState},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CaseOrderId, ClaimId, CourtId, MeasureId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CaseOrderId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub kind: CaseOrderKind,
        pub state: CaseOrderState,
        pub claim_id: Option<ClaimId>,
        pub measure_id: Option<MeasureId>,
        pub ground: Option<AdvanceGround>,
        pub amount: Money,
        pub security: Money,
        pub reasons: String,
        pub document: String,
        pub ordered_on: LegalDate,
        pub until: Option<LegalDate>,
        pub ended_on: Option<LegalDate>,
        pub end_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod fee_relief {
    use crate::{
        cases::{FeeReliefGround, FeeReliefKind, ProposalStatus, RelievedFee},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, FeeReliefId, PartyId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fee_relief")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FeeReliefId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub party_id: PartyId,
        pub status: ProposalStatus,
        pub fee: RelievedFee,
        pub kind: FeeReliefKind,
        pub ground: FeeReliefGround,
        pub amount: Money,
        pub percent: Option<i32>,
        pub relieved: Money,
        pub until: Option<LegalDate>,
        pub reasons: String,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Orders on record in a case, the first one first.
pub async fn orders_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<case_order::Model>, Problem> {
    let of_case = case_order::Entity::find().filter(case_order::Column::CaseId.eq(case));
    Ok(of_case.order_by_asc(case_order::Column::Id).list(conn).await?)
}
/// Relief from fees in a case, the first one first.
pub async fn fee_reliefs_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<fee_relief::Model>, Problem> {
    let of_case = fee_relief::Entity::find().filter(fee_relief::Column::CaseId.eq(case));
    Ok(of_case.order_by_asc(fee_relief::Column::Id).list(conn).await?)
}
/// Nothing is paid on a claim whose advance execution the judgment has not granted: what it grants instead is a claim
/// of its own.
///
/// # Errors
/// `ADVANCE_REVOKED`.
pub async fn decide_advance_stands(conn: &impl ConnectionTrait, claim: ClaimId) -> Result<(), Failure> {
    match revoked_advances(conn, [claim]).await?.is_empty() {
        true => Ok(()),
        false => Err(advance_revoked().into()),
    }
}
/// Those of `claims` whose advance execution was revoked.
pub async fn revoked_advances(
    conn: &impl ConnectionTrait,
    claims: impl IntoIterator<Item = ClaimId>,
) -> Result<HashSet<ClaimId>, Problem> {
    let revoked = case_order::Entity::find()
        .filter(is_among(conn, case_order::Column::ClaimId, claims.into_iter().map(ClaimId::uuid)))
        .filter(case_order::Column::Kind.eq(CaseOrderKind::AdvanceExecution))
        .filter(case_order::Column::State.eq(CaseOrderState::Revoked));
    Ok(revoked.list(conn).await?.into_iter().filter_map(|order| order.claim_id).collect())
}
pub fn advance_revoked() -> Refusal {
    Refusal::new(RefusalCode::AdvanceRevoked).field("claim").law(&reference::CIVIL_PROCEDURE_110)
}
/// Working capital that stays on a frozen deposit on `day`.
pub async fn capital_left(conn: &impl ConnectionTrait, measure: MeasureId, day: LegalDate) -> Result<Money, Problem> {
    let order = case_order::Entity::find()
        .filter(case_order::Column::MeasureId.eq(measure))
        .filter(case_order::Column::State.eq(CaseOrderState::InForce))
        .filter(case_order::Column::Until.gte(day));
    Ok(order.first(conn).await?.map(|order| order.amount).unwrap_or_default())
}

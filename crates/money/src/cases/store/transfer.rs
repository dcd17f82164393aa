//! Cases that went to another court of this installation, and who took them over.

use crate::kernel::query::Fetch;
use crate::kernel::{error::Problem, ids::CaseId};
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};

pub mod case_transfer {
    use crate::kernel::{
        clock::Timestamp,
        ids::{CaseId, CourtId},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_transfer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: CaseId,
        pub court_id: CourtId,
        pub to_court_id: CourtId,
        pub taken_by: Option<CaseId>,
        pub taken_at: Option<Timestamp>,
        pub document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// How a case left, when it went to a court of this installation.
pub async fn transfer_of(conn: &impl ConnectionTrait, case: CaseId) -> Result<Option<case_transfer::Model>, Problem> {
    Ok(case_transfer::Entity::find_by_id(case).first(conn).await?)
}
/// Cases that this one took over, the first one first.
pub async fn taken_over_by(conn: &impl ConnectionTrait, case: CaseId) -> Result<Vec<case_transfer::Model>, Problem> {
    let taken = case_transfer::Entity::find().filter(case_transfer::Column::TakenBy.eq(case));
    Ok(taken.order_by_asc(case_transfer::Column::TakenAt).list(conn).await?)
}

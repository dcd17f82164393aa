//! What may keep a sale from going on: objections and the assessment of its surplus.

use crate::auction::aftermath::{ObjectionKind, ObjectionOutcome};
use crate::auction::rules::stay::Objection;
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CourtId, LotId, ObjectionId, SurplusAssessmentId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::secret::{Place, Sealed};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

pub mod surplus_assessment {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "surplus_assessment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SurplusAssessmentId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub senior_claims: Money,
        pub costs: Money,
        pub document_number: String,
        pub informed_on: Option<LegalDate>,
        pub insisted_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn latest(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_desc(Column::Id).first(conn).await?)
    }
}

pub mod lot_objection {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_objection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ObjectionId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub kind: ObjectionKind,
        pub objector_sealed: Sealed,
        pub grounds: String,
        pub filed_on: LegalDate,
        pub due_on: LegalDate,
        pub calendar: String,
        pub stays: bool,
        pub outcome: Option<ObjectionOutcome>,
        pub ruling_number: Option<String>,
        pub decided_on: Option<LegalDate>,
        pub served_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub const fn state(&self) -> Objection {
            Objection { kind: self.kind, stays: self.stays, outcome: self.outcome, served_on: self.served_on }
        }
    }
    pub const fn objector_place(id: ObjectionId) -> Place {
        Place::new("lot_objection", id.uuid(), "objector_sealed")
    }

    /// The objections to any of these lots, oldest first.
    pub async fn of_lots(conn: &impl ConnectionTrait, lots: Vec<LotId>) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.is_in(lots)).order_by_asc(Column::Id).list(conn).await?)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, id: ObjectionId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::not_found("objection"))
    }
}

//! Money of sales that others than its proposer agree to, and what went back to those who paid.

use crate::access::Scope;
use crate::auction::aftermath::SaleDecisionKind;
use crate::cases::ProposalStatus;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CourtId, LotId, PayableId, SaleDecisionId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

pub mod sale_decision {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sale_decision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SaleDecisionId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub kind: SaleDecisionKind,
        pub status: ProposalStatus,
        /// JSON of the use case that is to be carried out.
        pub proposal: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn find(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        id: SaleDecisionId,
    ) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, id: SaleDecisionId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::internal("an approval of no decision"))
    }
    /// The decision on a lot that waits for its approval.
    pub async fn pending(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        let waiting = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::Status.eq(ProposalStatus::Pending));
        Ok(waiting.first(conn).await?)
    }
}

pub mod purchaser_return {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "purchaser_return")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payable_id: PayableId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub amount: Money,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::PayableId).list(conn).await?)
    }
}

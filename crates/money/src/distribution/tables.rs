//! The tables of the room, one module each.

pub mod plan {
    use crate::{
        cases::FeeOrder,
        distribution::{OrdinaryRule, PlanStatus},
        kernel::{
            clock::Timestamp,
            ids::{CaseId, CourtId, PlanId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "distribution_plan")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlanId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub number: i32,
        pub status: PlanStatus,
        pub pool: Money,
        pub fee_order: FeeOrder,
        pub fee_arrears: Money,
        pub executed_now: Money,
        pub ordinary_rule: OrdinaryRule,
        pub panel_document: Option<String>,
        pub maker: String,
        pub version: i64,
        pub recorded_at: Timestamp,
        pub finalised_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod line {
    use crate::{
        distribution::{DistributionBasis, LineState},
        kernel::{
            ids::{ClaimId, CourtId, HoldId, LotId, PartyId, PayableId, PlanId, PlanLineId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "distribution_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlanLineId,
        pub court_id: CourtId,
        pub plan_id: PlanId,
        pub line: i32,
        pub basis: DistributionBasis,
        pub claim_id: Option<ClaimId>,
        pub party_id: Option<PartyId>,
        pub lot_id: Option<LotId>,
        pub label: String,
        pub claimed: Money,
        pub amount: Money,
        pub explanation: String,
        pub state: LineState,
        pub payable_id: Option<PayableId>,
        pub hold_id: Option<HoldId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod service {
    use crate::kernel::{
        clock::{LegalDate, Timestamp},
        ids::{CourtId, PartyId, PlanId, PlanServiceId},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "distribution_service")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlanServiceId,
        pub court_id: CourtId,
        pub plan_id: PlanId,
        pub party_id: PartyId,
        pub served_on: LegalDate,
        pub last_day: LegalDate,
        pub provisional: bool,
        /// [`crate::law::calendar::Calendar::edition`] that it was counted by.
        pub calendar: String,
        pub explanation: String,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod objection {
    use crate::{
        distribution::PlanObjectionStatus,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CourtId, PartyId, PlanId, PlanObjectionId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "distribution_objection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlanObjectionId,
        pub court_id: CourtId,
        pub plan_id: PlanId,
        pub party_id: PartyId,
        pub status: PlanObjectionStatus,
        pub filed_on: LegalDate,
        pub grounds: String,
        pub resolution_document: Option<String>,
        pub resolved_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod objection_line {
    use crate::kernel::ids::{PlanLineId, PlanObjectionId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "distribution_objection_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub objection_id: PlanObjectionId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_id: PlanLineId,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

//! The tables of the room, one module each.

pub mod order {
    use crate::{
        disbursement::DisbursementStatus,
        kernel::{
            clock::Timestamp,
            ids::{CaseId, ClaimId, CourtId, OrderId, PayableId, PayeeId, PlanLineId},
            money::Money,
        },
        payout::PayablePurpose,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "disbursement_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub order_number: String,
        pub status: DisbursementStatus,
        pub claim_id: Option<ClaimId>,
        pub plan_line_id: Option<PlanLineId>,
        pub payee_id: PayeeId,
        pub amount: Money,
        pub purpose: PayablePurpose,
        pub panel_document: Option<String>,
        pub payable_id: Option<PayableId>,
        pub maker: String,
        pub version: i64,
        pub recorded_at: Timestamp,
        pub released_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod source {
    use crate::kernel::{
        ids::{CourtId, OrderId, ReceiptId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "disbursement_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: OrderId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: ReceiptId,
        pub court_id: CourtId,
        pub amount: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod deferral {
    use crate::{
        disbursement::{DeferralReason, DeferralStatus},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, DeferralId, HoldId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deferral")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DeferralId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub status: DeferralStatus,
        pub reason: DeferralReason,
        pub explanation: String,
        pub document: String,
        /// The disputed part; none: paying out waits as a whole.
        pub amount: Option<Money>,
        pub hold_id: Option<HoldId>,
        pub maker: String,
        pub recorded_at: Timestamp,
        pub in_force_on: Option<LegalDate>,
        pub ended_on: Option<LegalDate>,
        pub end_document: Option<String>,
        pub due_on: Option<LegalDate>,
        pub calendar: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod rule {
    use crate::{
        disbursement::rules::terms::RuleTerms,
        kernel::{
            clock::Timestamp,
            error::Problem,
            ids::{CourtId, PayoutRuleId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_rule")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayoutRuleId,
        pub court_id: CourtId,
        pub name: String,
        pub version: i64,
        pub terms: String,
        pub document: String,
        pub maker: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn read_terms(&self) -> Result<RuleTerms, Problem> {
            Ok(serde_json::from_str(&self.terms)?)
        }
    }
}

pub mod programme {
    use crate::{
        disbursement::rules::result::PublicResult,
        kernel::{
            clock::Timestamp,
            error::Problem,
            ids::{CourtId, PayoutProgrammeId, PayoutRuleId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_programme")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayoutProgrammeId,
        pub court_id: CourtId,
        pub programme_number: String,
        pub rule_id: PayoutRuleId,
        pub maker: String,
        pub recorded_at: Timestamp,
        pub result: Option<String>,
        pub published_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn read_result(&self) -> Result<Option<PublicResult>, Problem> {
            Ok(self.result.as_deref().map(serde_json::from_str).transpose()?)
        }
    }
}

pub mod run {
    use crate::{
        disbursement::{PayoutRunStatus, PayoutSelection},
        kernel::{
            clock::Timestamp,
            ids::{CaseId, CourtId, PayoutProgrammeId, PayoutRunId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_run")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayoutRunId,
        pub court_id: CourtId,
        pub run_number: String,
        pub programme_id: Option<PayoutProgrammeId>,
        pub selection: PayoutSelection,
        pub status: PayoutRunStatus,
        pub line_count: i32,
        pub total: Money,
        pub left_out: i32,
        pub lines_digest: Vec<u8>,
        pub cursor_case: Option<CaseId>,
        pub cashier: Option<String>,
        pub maker: String,
        pub version: i64,
        pub recorded_at: Timestamp,
        pub released_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod run_line {
    use crate::{
        cases::LivelihoodKind,
        disbursement::PayoutLineState,
        kernel::{
            ids::{CaseId, ClaimId, CourtId, PayableId, PayeeId, PayoutLineId, PayoutRunId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_run_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayoutLineId,
        pub court_id: CourtId,
        pub run_id: PayoutRunId,
        pub line: i32,
        pub priority: i32,
        pub case_id: CaseId,
        pub claim_id: ClaimId,
        pub payee_id: PayeeId,
        pub livelihood_kind: Option<LivelihoodKind>,
        pub amount: Money,
        pub digest: Vec<u8>,
        pub state: PayoutLineState,
        pub skip_code: Option<String>,
        pub payable_id: Option<PayableId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod run_source {
    use crate::kernel::{
        ids::{CourtId, PayoutLineId, ReceiptId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_run_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub line_id: PayoutLineId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: ReceiptId,
        pub court_id: CourtId,
        pub amount: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod run_skip {
    use crate::{
        disbursement::SkipReason,
        kernel::ids::{CaseId, ClaimId, CourtId, PayoutRunId},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_run_skip")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_id: PayoutRunId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i32,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub claim_id: Option<ClaimId>,
        pub reason: SkipReason,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod suspension {
    use crate::{
        disbursement::SuspensionGround,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AgentPaperId, CaseId, CourtId, SuspensionId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_suspension")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SuspensionId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub ground: SuspensionGround,
        pub document: String,
        pub suspended_on: LegalDate,
        pub ended_on: Option<LegalDate>,
        pub end_document: Option<String>,
        pub recorded_at: Timestamp,
        pub agent_paper_id: Option<AgentPaperId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod execution_return {
    use crate::kernel::{
        clock::{LegalDate, Timestamp},
        ids::{CaseId, CaseOrderId, CourtId, ExecutionReturnId, PartyId, PayableId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "execution_return")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ExecutionReturnId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub order_id: CaseOrderId,
        pub party_id: PartyId,
        pub payable_id: PayableId,
        pub amount: Money,
        pub returned: Money,
        pub returned_on: Option<LegalDate>,
        pub return_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

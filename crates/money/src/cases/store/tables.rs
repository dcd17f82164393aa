//! The tables of the room, one module each.

pub mod court {
    use crate::kernel::{clock::Timestamp, ids::CourtId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "court")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CourtId,
        pub code: String,
        pub name: String,
        pub region: String,
        pub hotline: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod court_bank_account {
    use crate::{kernel::ids::CourtId, ledger::Book};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "court_bank_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub book: Book,
        pub account_name: String,
        pub account_number: String,
        pub bank_code: String,
        pub bank_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod case {
    use crate::{
        cases::{CaseKind, CaseStatus, ConclusionManner, LivelihoodKind, OpenMoneyReason},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AccountId, CaseId, CourtId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "enforcement_case")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CaseId,
        pub court_id: CourtId,
        pub case_number: String,
        pub kind: CaseKind,
        pub status: CaseStatus,
        pub manner: Option<ConclusionManner>,
        pub closing_reasons: String,
        pub closing_document: Option<String>,
        pub filed_on: LegalDate,
        pub closed_on: Option<LegalDate>,
        pub livelihood_kind: Option<LivelihoodKind>,
        pub target_amount: Money,
        pub legacy_number: Option<String>,
        pub basis_number: String,
        pub predecessor_id: Option<CaseId>,
        pub account_number: String,
        pub officer_id: Option<AccountId>,
        pub terms_paused_on: Option<LegalDate>,
        pub version: i64,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        /// Why it was closed with money on it.
        pub fn reasons(&self) -> Vec<OpenMoneyReason> {
            let named = |text: &str| OpenMoneyReason::ALL.iter().copied().find(|reason| reason.as_str() == text);
            self.closing_reasons.split(',').filter_map(named).collect()
        }
    }
}

pub mod party {
    use crate::{
        cases::{PartyKind, PartyRole},
        kernel::{
            clock::Timestamp,
            ids::{CaseId, CourtId, PartyId},
            secret::{BlindIndex, Place, Sealed},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_party")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PartyId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub role: PartyRole,
        pub kind: PartyKind,
        pub name: String,
        pub identity_sealed: Option<Sealed>,
        pub identity_index: Option<BlindIndex>,
        pub identity_mask: Option<String>,
        pub mobile_sealed: Option<Sealed>,
        pub mobile_mask: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn identity_place(id: PartyId) -> Place {
        Place::new("case_party", id.uuid(), "identity_sealed")
    }
    pub const fn mobile_place(id: PartyId) -> Place {
        Place::new("case_party", id.uuid(), "mobile_sealed")
    }
}

pub mod claim {
    use crate::{
        cases::{ClaimRank, LivelihoodKind, rules::claim::ClaimAmounts},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, ClaimId, CourtId, PartyId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "claim")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ClaimId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub creditor_id: PartyId,
        pub rank: ClaimRank,
        pub rank_order: i32,
        pub cause: String,
        pub security: Option<String>,
        pub livelihood_kind: Option<LivelihoodKind>,
        pub principal: Money,
        pub ordinary_interest: Money,
        pub costs: Money,
        pub satisfied: Money,
        pub performance_due: Option<LegalDate>,
        pub carried_from: Option<ClaimId>,
        pub version: i64,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn amounts(&self) -> ClaimAmounts {
            ClaimAmounts {
                principal: self.principal,
                ordinary_interest: self.ordinary_interest,
                costs: self.costs,
                satisfied: self.satisfied,
            }
        }
    }
}

pub mod satisfaction {
    use crate::{
        cases::SatisfactionManner,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AgentPaperId, CaseId, ClaimId, CourtId, SatisfactionId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "satisfaction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SatisfactionId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub claim_id: ClaimId,
        pub manner: SatisfactionManner,
        pub amount: Money,
        pub satisfied_on: LegalDate,
        pub document: String,
        pub cause_kind: Option<String>,
        pub cause_id: Option<Uuid>,
        pub recorded_at: Timestamp,
        /// Papers of the agent who agreed for the creditor.
        pub agent_paper_id: Option<AgentPaperId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod payee {
    use crate::{
        cases::PayeeStatus,
        kernel::{
            clock::Timestamp,
            ids::{AgentPaperId, CaseId, CourtId, PartyId, PayeeId},
            secret::{BlindIndex, Place, Sealed},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payee")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayeeId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub party_id: PartyId,
        pub status: PayeeStatus,
        pub name: String,
        pub account_sealed: Sealed,
        pub account_index: BlindIndex,
        pub account_mask: String,
        pub bank_code: String,
        pub bank_name: String,
        pub document: String,
        pub confirmed_at: Timestamp,
        pub replaced_by: Option<PayeeId>,
        /// Papers of the party's agent, when the account is his.
        pub agent_paper_id: Option<AgentPaperId>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Where the account number of a payee is sealed: open it with `Vault::open(account_place(id), …)`.
    pub const fn account_place(id: PayeeId) -> Place {
        Place::new("payee", id.uuid(), "account_sealed")
    }
}

pub mod payee_correction {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::Timestamp,
            ids::{AgentPaperId, CaseId, CourtId, PayeeCorrectionId, PayeeId},
            secret::{BlindIndex, Place, Sealed},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payee_correction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayeeCorrectionId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub payee_id: PayeeId,
        pub status: ProposalStatus,
        pub name: String,
        pub account_sealed: Sealed,
        pub account_index: BlindIndex,
        pub account_mask: String,
        pub bank_code: String,
        pub bank_name: String,
        pub document: String,
        pub reason: String,
        pub recorded_at: Timestamp,
        pub agent_paper_id: Option<AgentPaperId>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn account_place(id: PayeeCorrectionId) -> Place {
        Place::new("payee_correction", id.uuid(), "account_sealed")
    }
}

pub mod measure {
    use crate::{
        cases::{FreezeTarget, MeasureStatus},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, MeasureId, PartyId},
            money::Money,
            secret::{Place, Sealed},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "preservation_measure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MeasureId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub target: FreezeTarget,
        pub status: MeasureStatus,
        pub party_id: Option<PartyId>,
        pub institution: String,
        pub account_sealed: Option<Sealed>,
        pub account_mask: Option<String>,
        pub amount: Money,
        pub deducted: Money,
        pub seizure_rank: i32,
        pub document: String,
        pub end_document: Option<String>,
        pub frozen_on: LegalDate,
        pub until: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn account_place(id: MeasureId) -> Place {
        Place::new("preservation_measure", id.uuid(), "account_sealed")
    }
}

pub mod fee_arrears {
    use crate::{
        cases::{FeeArrearsStatus, FeeOrder},
        kernel::{
            clock::Timestamp,
            ids::{CaseId, CourtId, FeeArrearsId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fee_arrears")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FeeArrearsId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub status: FeeArrearsStatus,
        pub fee_order: FeeOrder,
        pub amount: Money,
        pub executed: Money,
        pub document: String,
        pub settled_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod court_superior {
    use crate::kernel::{clock::Timestamp, ids::CourtId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "court_superior")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        pub superior_id: CourtId,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod party_vulnerability {
    use crate::{
        cases::Vulnerability,
        kernel::{
            clock::Timestamp,
            ids::{CaseId, CourtId, PartyId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "party_vulnerability")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub party_id: PartyId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub kind: Vulnerability,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod bankruptcy {
    use crate::{
        cases::BankruptcyStatus,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{BankruptcyId, CaseId, CourtId, PartyId},
            secret::BlindIndex,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bankruptcy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BankruptcyId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub party_id: PartyId,
        pub identity_index: Option<BlindIndex>,
        pub status: BankruptcyStatus,
        pub accepting_court: String,
        pub accepted_on: LegalDate,
        pub document: String,
        pub end_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

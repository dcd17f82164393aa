//! The tables of the room, one module each.

pub mod receipt {
    use crate::{
        funds::{PayerKind, ReceiptSource, ReceiptStatus},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, PartyId, ReceiptId},
            money::Money,
            secret::{Place, Sealed},
        },
        ledger::Book,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReceiptId,
        pub court_id: CourtId,
        pub case_id: Option<CaseId>,
        pub parent_id: Option<ReceiptId>,
        pub book: Book,
        pub status: ReceiptStatus,
        pub source: ReceiptSource,
        pub bank_account: String,
        pub bank_reference: String,
        pub amount: Money,
        pub remaining: Money,
        pub booked_on: LegalDate,
        pub payer_name: String,
        pub payer_account_sealed: Option<Sealed>,
        pub payer_account_mask: Option<String>,
        pub payer_bank_code: Option<String>,
        pub payer_bank_name: Option<String>,
        pub payer_kind: PayerKind,
        pub on_behalf_of: Option<PartyId>,
        pub remittance_sealed: Option<Sealed>,
        pub document: Option<String>,
        pub published_at: Option<Timestamp>,
        pub voucher_number: String,
        pub arrival_notified_at: Option<Timestamp>,
        pub version: i64,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn payer_account_place(id: ReceiptId) -> Place {
        Place::new("receipt", id.uuid(), "payer_account_sealed")
    }
    pub const fn remittance_place(id: ReceiptId) -> Place {
        Place::new("receipt", id.uuid(), "remittance_sealed")
    }
}

pub mod receipt_claim {
    use crate::{
        cases::ProposalStatus,
        funds::PayerKind,
        kernel::{
            clock::Timestamp,
            ids::{CourtId, ReceiptClaimId, ReceiptId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt_claim")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReceiptClaimId,
        pub court_id: CourtId,
        pub receipt_id: ReceiptId,
        pub status: ProposalStatus,
        pub payer_kind: PayerKind,
        pub grounds: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod receipt_claim_line {
    use crate::kernel::{
        ids::{CaseId, ReceiptClaimId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt_claim_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_claim_id: ReceiptClaimId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: i32,
        pub case_id: CaseId,
        pub amount: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod term {
    use crate::{
        funds::TermState,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CourtId, ReceiptId, TermId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "term")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TermId,
        pub court_id: CourtId,
        pub receipt_id: ReceiptId,
        /// Text of a [`crate::law::DeadlineRule`].
        pub rule: String,
        pub starts_on: LegalDate,
        pub due_on: LegalDate,
        pub provisional: bool,
        /// [`crate::law::calendar::Calendar::edition`] that it was counted by.
        pub calendar: String,
        /// JSON of the reasons, as `law::explanation` writes them.
        pub explanation: String,
        pub met_on: Option<LegalDate>,
        pub paused_on: Option<LegalDate>,
        pub superseded_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn state(&self) -> TermState {
            match (self.met_on, self.superseded_on, self.paused_on) {
                (Some(_), _, _) => TermState::Met,
                (None, Some(_), _) => TermState::Superseded,
                (None, None, Some(_)) => TermState::Paused,
                (None, None, None) => TermState::Running,
            }
        }
    }
}

pub mod cash_receipt {
    use crate::{
        funds::{CashState, PayerKind},
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{AccountId, CaseId, CashReceiptId, CourtId, PartyId, ReceiptId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cash_receipt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CashReceiptId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub state: CashState,
        pub amount: Money,
        pub taken_on: LegalDate,
        pub payer_name: String,
        pub payer_kind: PayerKind,
        pub on_behalf_of: Option<PartyId>,
        pub first_officer: AccountId,
        pub second_officer: AccountId,
        pub document: String,
        pub receipt_id: Option<ReceiptId>,
        pub voucher_number: Option<String>,
        pub late_reason: Option<String>,
        pub paid_in_at: Option<Timestamp>,
        pub bank_reference: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod cheque {
    use crate::{
        funds::ChequeState,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, ChequeId, CourtId, ReceiptId},
            money::Money,
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cheque")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ChequeId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub state: ChequeState,
        pub number: String,
        pub drawer: String,
        pub bank_name: String,
        pub amount: Money,
        pub received_on: LegalDate,
        pub receipt_id: Option<ReceiptId>,
        pub end_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod receipt_description {
    use crate::{
        cases::ProposalStatus,
        funds::{PayerKind, ReceiptSource},
        kernel::{
            clock::Timestamp,
            ids::{CourtId, MeasureId, PartyId, ReceiptDescriptionId, ReceiptId},
        },
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "receipt_description")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ReceiptDescriptionId,
        pub court_id: CourtId,
        pub receipt_id: ReceiptId,
        pub status: ProposalStatus,
        pub source: ReceiptSource,
        pub payer_kind: PayerKind,
        pub on_behalf_of: Option<PartyId>,
        pub measure_id: Option<MeasureId>,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

//! The tables of the room, one module each.

pub mod payable {
    use crate::{
        kernel::{
            clock::Timestamp,
            error::Problem,
            ids::{CaseId, ClaimId, CourtId, NodeKind, NodeRef, PayableId, PayeeId},
            money::Money,
            secret::{Place, Sealed},
        },
        ledger::{AccountKey, Book, Code},
        payout::{PayablePurpose, PayableState},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payable")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayableId,
        pub court_id: CourtId,
        pub book: Book,
        pub case_id: Option<CaseId>,
        pub claim_id: Option<ClaimId>,
        pub payee_id: Option<PayeeId>,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub purpose: PayablePurpose,
        pub state: PayableState,
        pub amount: Money,
        pub from_code: Code,
        pub from_owner: Option<Uuid>,
        pub payee_name: String,
        pub account_sealed: Sealed,
        pub bank_code: String,
        pub bank_name: String,
        pub attempts: i32,
        pub version: i64,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        /// The guarded account on which its money stands.
        pub fn account(&self) -> AccountKey {
            AccountKey::owned(self.court_id, self.book, Code::Payable, self.id.uuid())
        }
        /// The account that its money left, and goes back to when it is cancelled.
        pub fn origin(&self) -> AccountKey {
            AccountKey { court: self.court_id, book: self.book, code: self.from_code, owner: self.from_owner }
        }
        /// What it is owed for.
        pub fn subject(&self) -> Result<NodeRef, Problem> {
            let kind =
                NodeKind::parse(&self.subject_kind).ok_or_else(|| Problem::internal("a payable of an unknown kind"))?;
            Ok(NodeRef { kind, id: self.subject_id })
        }
    }

    pub const fn account_place(id: PayableId) -> Place {
        Place::new("payable", id.uuid(), "account_sealed")
    }
}

pub mod payable_source {
    use crate::kernel::{
        ids::{PayableId, ReceiptId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payable_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payable_id: PayableId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: ReceiptId,
        pub amount: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attempt {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{BankFileId, CourtId, PayableId, PayeeId, PayoutAttemptId},
            money::Money,
            secret::{Place, Sealed},
        },
        ledger::Book,
        payout::{AttemptState, outcome::FailureKind},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayoutAttemptId,
        pub court_id: CourtId,
        pub book: Book,
        pub payable_id: PayableId,
        pub number: i32,
        pub end_to_end_id: String,
        pub state: AttemptState,
        pub amount: Money,
        pub payee_id: Option<PayeeId>,
        pub payee_name: String,
        pub account_sealed: Sealed,
        pub bank_code: String,
        pub bank_name: String,
        pub bank_file_id: Option<BankFileId>,
        pub failure_kind: Option<FailureKind>,
        pub reason_code: Option<String>,
        pub reason_text: Option<String>,
        pub queued_at: Timestamp,
        pub sent_at: Option<Timestamp>,
        pub settled_on: Option<LegalDate>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Where the payee's account number of an attempt is sealed: `Vault::open(account_place(id), …)`.
    pub const fn account_place(id: PayoutAttemptId) -> Place {
        Place::new("payout_attempt", id.uuid(), "account_sealed")
    }
}

pub mod message {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CourtId, PayoutAttemptId},
        },
        payout::{AttemptState, MessageEffect, rules::BankWord},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payout_message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub attempt_id: PayoutAttemptId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i32,
        pub court_id: CourtId,
        pub word: BankWord,
        pub effect: MessageEffect,
        pub from_state: AttemptState,
        pub to_state: AttemptState,
        pub reason_code: Option<String>,
        pub reason_text: Option<String>,
        pub booked_on: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod special_payment {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, MeasureId, PayableId, SpecialPaymentId},
            money::Money,
            secret::{Place, Sealed},
        },
        ledger::Book,
        payout::SpecialPaymentKind,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "special_payment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SpecialPaymentId,
        pub court_id: CourtId,
        pub book: Book,
        pub kind: SpecialPaymentKind,
        pub status: ProposalStatus,
        pub case_id: Option<CaseId>,
        pub reference: Option<String>,
        pub measure_id: Option<MeasureId>,
        /// The court that takes a case over, when it works with this system.
        pub to_court_id: Option<CourtId>,
        pub amount: Money,
        pub payee_name: String,
        pub account_sealed: Sealed,
        pub bank_code: String,
        pub bank_name: String,
        pub document: String,
        pub due_on: Option<LegalDate>,
        pub calendar: Option<String>,
        pub payable_id: Option<PayableId>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn account_place(id: SpecialPaymentId) -> Place {
        Place::new("special_payment", id.uuid(), "account_sealed")
    }
}

pub mod interest_destination {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::Timestamp,
            ids::{CourtId, InterestDestinationId},
            secret::{Place, Sealed},
        },
        ledger::Book,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "interest_destination")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InterestDestinationId,
        pub court_id: CourtId,
        pub book: Book,
        pub status: ProposalStatus,
        pub payee_name: String,
        pub account_sealed: Sealed,
        pub bank_code: String,
        pub bank_name: String,
        pub document: String,
        pub effective_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn account_place(id: InterestDestinationId) -> Place {
        Place::new("interest_destination", id.uuid(), "account_sealed")
    }
}

pub mod charge_reimbursement {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::Timestamp,
            ids::{ChargeReimbursementId, CourtId, EntryId, ReceiptId},
            money::Money,
        },
        ledger::Book,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "charge_reimbursement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ChargeReimbursementId,
        pub court_id: CourtId,
        pub book: Book,
        pub receipt_id: ReceiptId,
        pub entry_id: EntryId,
        pub amount: Money,
        pub status: ProposalStatus,
        pub document: String,
        pub agreed_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod interest_credit {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::Timestamp,
            ids::{CourtId, InterestCreditId, ReceiptId},
            money::Money,
        },
        ledger::Book,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "interest_credit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InterestCreditId,
        pub court_id: CourtId,
        pub book: Book,
        pub receipt_id: ReceiptId,
        pub amount: Money,
        pub status: ProposalStatus,
        pub document: String,
        pub agreed_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod special_payment_source {
    use crate::kernel::{
        ids::{ReceiptId, SpecialPaymentId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "special_payment_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: SpecialPaymentId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub receipt_id: ReceiptId,
        pub amount: Money,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod notary_deposit {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, ClaimId, CourtId, HoldId, NotaryDepositId, PlanLineId, ReceiptId, SpecialPaymentId},
            money::Money,
        },
        payout::{NotaryGround, NotaryState},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notary_deposit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotaryDepositId,
        pub court_id: CourtId,
        pub case_id: CaseId,
        pub claim_id: ClaimId,
        pub payment_id: SpecialPaymentId,
        /// The line of a plan whose held money it is, with the hold.
        pub plan_line_id: Option<PlanLineId>,
        pub hold_id: Option<HoldId>,
        /// Delay interest, which performs nothing of the claim.
        pub beside_claim: bool,
        pub state: NotaryState,
        pub ground: NotaryGround,
        pub evidence: String,
        pub amount: Money,
        pub certificate: Option<String>,
        pub deposited_on: Option<LegalDate>,
        pub remind_on: Option<LegalDate>,
        pub last_day: Option<LegalDate>,
        pub reminded_at: Option<Timestamp>,
        pub ended_on: Option<LegalDate>,
        pub end_document: Option<String>,
        pub return_receipt_id: Option<ReceiptId>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod payable_change {
    use crate::{
        cases::ProposalStatus,
        kernel::{
            clock::Timestamp,
            ids::{CourtId, PayableChangeId, PayableId},
            secret::{Place, Sealed},
        },
        payout::PayableChangeKind,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payable_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PayableChangeId,
        pub court_id: CourtId,
        pub payable_id: PayableId,
        pub kind: PayableChangeKind,
        pub status: ProposalStatus,
        pub reason: String,
        pub document: String,
        pub payee_name: Option<String>,
        pub account_sealed: Option<Sealed>,
        pub bank_code: Option<String>,
        pub bank_name: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn account_place(id: PayableChangeId) -> Place {
        Place::new("payable_change", id.uuid(), "account_sealed")
    }
}

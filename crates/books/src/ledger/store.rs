//! The tables of the books.

pub mod account {
    use crate::{
        kernel::{
            clock::Timestamp,
            ids::{CourtId, LedgerAccountId},
        },
        ledger::chart::{AccountKey, Book, Code},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: LedgerAccountId,
        pub court_id: CourtId,
        pub book: Book,
        pub code: Code,
        pub owner: Option<Uuid>,
        pub opened_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn key(&self) -> AccountKey {
            AccountKey { court: self.court_id, book: self.book, code: self.code, owner: self.owner }
        }
    }
}

pub mod posting {
    use crate::kernel::{
        ids::{CourtId, EntryId, LedgerAccountId, PostingId, ReceiptId},
        money::Money,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_posting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PostingId,
        pub court_id: CourtId,
        pub entry_id: EntryId,
        pub line: i32,
        pub account_id: LedgerAccountId,
        /// Debit above zero, credit below.
        pub amount: Money,
        pub receipt_id: Option<ReceiptId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod entry {
    use crate::{
        kernel::{
            clock::{LegalDate, Timestamp},
            ids::{CaseId, CourtId, EntryId},
        },
        ledger::{chart::Book, entry::EntryKind},
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: EntryId,
        pub court_id: CourtId,
        pub book: Book,
        pub kind: EntryKind,
        pub booked_on: LegalDate,
        pub recorded_at: Timestamp,
        pub case_id: Option<CaseId>,
        pub cause_kind: String,
        pub cause_id: Uuid,
        pub posting_count: i32,
        pub reverses: Option<EntryId>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod number {
    use crate::kernel::ids::{CourtId, EntryId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_number")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: EntryId,
        pub court_id: CourtId,
        pub number: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod queue {
    use crate::kernel::ids::{CourtId, EntryId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_queue")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: EntryId,
        pub court_id: CourtId,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod hold {
    use crate::{
        kernel::{
            clock::Timestamp,
            ids::{CourtId, HoldId, LedgerAccountId},
            money::Money,
        },
        ledger::HoldState,
    };
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_hold")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: HoldId,
        pub court_id: CourtId,
        pub account_id: LedgerAccountId,
        pub amount: Money,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub state: HoldState,
        pub placed_at: Timestamp,
        pub resolved_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

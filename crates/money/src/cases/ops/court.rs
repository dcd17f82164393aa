//! Setting up a court with its bank accounts.

use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        rules::text::{self, SHORT},
        store::{self, court, court_bank_account},
    },
    kernel::{
        error::{Failure, Problem},
        identity::{BankAccount, BankAccountKind, Cnaps},
        ids::CourtId,
        refusal::{Refusal, RefusalCode},
    },
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, Iterable, entity::prelude::*};
use serde::Serialize;

/// Longest main account number: case account numbers append a serial to it and still fit 32 digits.
const LONGEST_MAIN_ACCOUNT: usize = 20;

/// The court's own bank account for one of its books (法院银行账户).
#[derive(InputObject, Serialize)]
pub struct CourtAccountInput {
    /// The book that the account holds (账户类别).
    pub book: Book,
    /// Name of the account as the bank has it (户名).
    pub account_name: String,
    /// Main account number, 8 to 20 digits (账号).
    pub account_number: String,
    /// CNAPS code of the bank's branch, twelve digits (联行号).
    pub bank_code: String,
    /// Name of the branch (开户行).
    pub bank_name: String,
}

/// Sets up a court with one bank account for each book (登记法院).
#[derive(InputObject, Serialize)]
pub struct RegisterCourtInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court's part of its case numbers, e.g. 湘0102 (法院代字).
    pub code: String,
    /// Full name of the court (法院名称).
    pub name: String,
    /// Region that the court belongs to, for statistics (地区).
    pub region: String,
    /// Telephone on which people ask after their money (热线).
    pub hotline: String,
    /// One bank account for each book (银行账户).
    pub accounts: Vec<CourtAccountInput>,
}

impl UseCase for RegisterCourtInput {
    type Done = CourtId;
    const ACT: Act = Act::RegisterCourt;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CourtId, Failure> {
        if *op.scope() != Scope::Everything {
            // a role in one court does not reach to a court that is not there yet
            return Err(Problem::Forbidden.into());
        }
        let code = text::checked("code", &self.code, 8)?;
        for book in Book::iter() {
            if self.accounts.iter().filter(|account| account.book == book).count() != 1 {
                return Err(Refusal::new(RefusalCode::ListInvalid).field("accounts").into());
            }
        }
        if store::court_by_code(op.tx, &code).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("code").into());
        }
        let id = CourtId::new(op.now);
        let row = court::ActiveModel {
            id: Set(id),
            code: Set(code.clone()),
            name: Set(text::checked("name", &self.name, SHORT)?),
            region: Set(text::checked("region", &self.region, SHORT)?),
            hotline: Set(text::checked("hotline", &self.hotline, SHORT)?),
            recorded_at: Set(op.now),
        };
        court::Entity::insert(row).execute(op.tx).await?;
        for account in &self.accounts {
            let row = account.row(op, id).await?;
            court_bank_account::Entity::insert(row).execute(op.tx).await?;
        }
        op.audit(id, Some(id), None, serde_json::json!({ "code": code, "name": self.name })).await?;
        Ok(id)
    }
}

impl CourtAccountInput {
    #[boxed]
    async fn row(&self, op: &Op<'_>, court: CourtId) -> Result<court_bank_account::ActiveModel, Failure> {
        let number = BankAccount::parse(&self.account_number, BankAccountKind::Account).map_err(Refusal::from)?;
        if !(8..=LONGEST_MAIN_ACCOUNT).contains(&number.expose().len()) {
            return Err(Refusal::new(RefusalCode::BankAccountInvalid).field("accounts").into());
        }
        if store::bank_account_by_number(op.tx, number.expose()).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("accounts").into());
        }
        let bank_code = Cnaps::parse(&self.bank_code).map_err(|error| Refusal::from(error).field("accounts"))?;
        Ok(court_bank_account::ActiveModel {
            court_id: Set(court),
            book: Set(self.book),
            account_name: Set(text::checked("accountName", &self.account_name, SHORT)?),
            account_number: Set(number.expose().to_owned()),
            bank_code: Set(bank_code.as_str().to_owned()),
            bank_name: Set(text::checked("bankName", &self.bank_name, SHORT)?),
        })
    }
}

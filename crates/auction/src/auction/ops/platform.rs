//! What the provider confirms of deposits that are frozen with him, and how finance finds his transfers (网拍规定 17,
//! 23, 25).
//!
//! The provider never learns a bidder code here, the court no name before the end: a freeze goes by the number of the
//! registration's deposit account, which the bidder gives to the platform.

use super::mirror::check_payment_name;
use super::qualify;
use crate::access::{Act, Op, UseCase};
use crate::auction::deposits::payer_fits;
use crate::auction::payer::Payer;
use crate::auction::platform::{self, arrive, check_payer};
use crate::auction::rules::platform::{decide_freeze, decide_release, decide_transfer};
use crate::auction::store::{lot, platform_deposit, registration};
use crate::auction::{LotStatus, PlatformDepositState, RegistrationStatus};
use crate::cases::rules::text::{self, SHORT};
use crate::funds::{self, store::receipt};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, PlatformDepositId, ReceiptId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::{self, Secret};
use crate::law::reference;
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit};
use async_graphql::InputObject;
use sea_orm::{ActiveEnum, EntityTrait};
use serde::Serialize;

/// A deposit of the actor's courts with its registration, both locked, the registration first.
#[boxed]
async fn lock(op: &Op<'_>, id: PlatformDepositId) -> Result<(registration::Model, platform_deposit::Model), Failure> {
    let seen = platform_deposit::find(op.tx, op.scope(), id).await?;
    let seen = seen.ok_or_else(|| Failure::not_found("platformDeposit"))?;
    let row = registration::lock(op.tx, seen.registration_id).await?;
    let deposit = platform_deposit::lock_of(op.tx, row.id).await?;
    Ok((row, deposit))
}

/// Confirms that the provider has frozen a bidder's deposit (确认冻结保证金). The bidder is then as good as one who paid.
#[derive(InputObject, Serialize)]
pub struct ConfirmPlatformFreezeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit, AWAITED (平台冻结保证金).
    pub platform_deposit: PlatformDepositId,
    /// What was frozen: exactly what is due (冻结金额).
    pub amount: Money,
    /// Real name of the frozen account's holder; another than the bidder's goes to the qualification clerk (账户户名).
    #[serde(serialize_with = "secret::as_digest")]
    pub holder_name: Secret<String>,
    /// The provider's own number of the freeze, once in a court (冻结流水号).
    pub provider_reference: String,
    /// The name that the provider's account bears, in which a won deposit is transferred. Where a provider was chosen
    /// for the lot, his name or one of his `paymentNames` (网络服务提供者账户户名).
    pub provider_name: String,
}

impl UseCase for ConfirmPlatformFreezeInput {
    type Done = PlatformDepositId;
    const ACT: Act = Act::ConfirmPlatformFreeze;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlatformDepositId, Failure> {
        let (mut row, mut deposit) = lock(op, self.platform_deposit).await?;
        decide_freeze(deposit.state, takes_deposits(op, row.lot_id).await?, deposit.amount, self.amount)?;
        if row.status == RegistrationStatus::Barred {
            let barred = Refusal::new(RefusalCode::BidderBarred).law(&reference::NETAUCTION_34);
            return Err(barred.field("platformDeposit").into());
        }
        let number = text::checked("providerReference", &self.provider_reference, SHORT)?;
        if platform_deposit::has_reference(op.tx, deposit.court_id, &number).await? {
            let twice = Refusal::new(RefusalCode::AlreadyExists).law(&reference::NETAUCTION_17);
            return Err(twice.field("providerReference").into());
        }
        let holder = text::checked("holderName", self.holder_name.expose(), SHORT)?;
        deposit.provider_reference = Some(number.clone());
        let provider_name = text::checked("providerName", &self.provider_name, SHORT)?;
        check_payment_name(op, deposit.lot_id, &provider_name, "providerName").await?;
        deposit.provider_name = Some(provider_name);
        platform::freeze(op, &mut row, &mut deposit).await?;
        if payer_fits(op, &mut row, &holder).await? {
            qualify(op, &mut row).await?;
        }
        let facts = serde_json::json!({ "registration": row.id, "amount": deposit.amount,
            "providerReference": number, "providerName": deposit.provider_name, "status": row.status });
        op.audit(deposit.id, Some(deposit.court_id), None, facts).await?;
        registration::save(op.tx, row).await?;
        platform_deposit::save(op.tx, deposit).await?;
        Ok(self.platform_deposit)
    }
}

/// Deposits count up to the last moment of bidding, and while the lot stands still.
#[boxed]
async fn takes_deposits(op: &Op<'_>, lot: LotId) -> Result<bool, Failure> {
    let sale = lot::Entity::find_by_id(lot).first(op.tx).await?;
    Ok(sale.is_some_and(|lot| match lot.status {
        LotStatus::Suspended => true,
        LotStatus::Announced | LotStatus::Open => lot.effective_end_at.is_some_and(|end| op.now < end),
        _ => false,
    }))
}

/// Confirms that the provider has unfrozen a deposit that did not win (确认解冻保证金). Its instant here decides whether
/// the 24 hours were kept.
#[derive(InputObject, Serialize)]
pub struct ConfirmPlatformReleaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit, RELEASE_DUE (平台冻结保证金).
    pub platform_deposit: PlatformDepositId,
    /// The provider's own number of the release (解冻流水号).
    pub provider_reference: String,
}

impl UseCase for ConfirmPlatformReleaseInput {
    type Done = PlatformDepositId;
    const ACT: Act = Act::ConfirmPlatformRelease;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlatformDepositId, Failure> {
        let (_, mut deposit) = lock(op, self.platform_deposit).await?;
        decide_release(deposit.state)?;
        let number = text::checked("providerReference", &self.provider_reference, SHORT)?;
        deposit.state = PlatformDepositState::Released;
        deposit.released_at = Some(op.now);
        deposit.release_reference = Some(number.clone());
        let late = deposit.due_at.is_some_and(|due| due <= op.now);
        let facts = serde_json::json!({ "registration": deposit.registration_id, "amount": deposit.amount,
            "providerReference": number, "dueAt": deposit.due_at, "late": late });
        op.audit(deposit.id, Some(deposit.court_id), None, facts).await?;
        platform_deposit::save(op.tx, deposit).await?;
        Ok(self.platform_deposit)
    }
}

/// Finds the provider's transfer of a purchaser's frozen deposit in unidentified money of the auction account
/// (认定平台划转款). A transfer that names the registration's own number needs nobody. One receipt may hold several
/// transfers; what is not matched stays unidentified.
#[derive(InputObject, Serialize)]
pub struct MatchProviderTransferInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit, DUE_FROM_PROVIDER (平台冻结保证金).
    pub platform_deposit: PlatformDepositId,
    /// Unidentified money of the auction account that holds at least the deposit (不明款到账).
    pub receipt: ReceiptId,
    /// What shows that it is this deposit: the provider's list (划转明细编号).
    pub document_number: String,
}

impl UseCase for MatchProviderTransferInput {
    type Done = PlatformDepositId;
    const ACT: Act = Act::MatchProviderTransfer;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlatformDepositId, Failure> {
        let (row, mut deposit) = lock(op, self.platform_deposit).await?;
        decide_transfer(deposit.state)?;
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        let money = funds::store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        if (money.court_id, money.book) != (deposit.court_id, Book::AuctionDeposits) {
            let other = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_25).field("receipt");
            return Err(other.arg("book", Book::AuctionDeposits.to_value()).into());
        }
        // what the debtor or another bidder paid in is nobody's deposit, whoever holds it for one
        check_payer(op, &deposit, &money.payer_name).await?;
        let payer = payer_of(op, &money)?;
        funds::ops::assign_unidentified(op, money.id, deposit.amount).await?;
        let from = AccountKey::of_court(money.court_id, money.book, Code::Unidentified);
        let own = AccountKey::owned(money.court_id, money.book, Code::BidderDeposit, row.id.uuid());
        let entry = NewEntry {
            court: money.court_id,
            book: money.book,
            kind: EntryKind::ReceiptClaim,
            booked_on: op.now.legal_date(),
            case: None,
            cause: deposit.id.node(),
            reverses: None,
            postings: vec![debit(from, deposit.amount).receipt(money.id), credit(own, deposit.amount)],
        };
        ledger::post(op.tx, op.now, entry).await?;
        deposit.receipt_id = Some(money.id);
        deposit.document_number = Some(document);
        arrive(op, row, deposit, money.booked_on, &payer).await?;
        Ok(self.platform_deposit)
    }
}

/// The paying account: should the sale be set aside, the deposit goes back there and nowhere else.
fn payer_of(op: &Op<'_>, money: &receipt::Model) -> Result<Payer, Failure> {
    let sealed = money
        .payer_account_sealed
        .as_ref()
        .ok_or_else(|| Refusal::new(RefusalCode::BankAccountInvalid).law(&reference::NETAUCTION_25).field("receipt"))?;
    let number = op.services.vault.open(receipt::payer_account_place(money.id), sealed)?;
    Ok(Payer {
        name: money.payer_name.clone(),
        account_number: number.expose().clone(),
        bank_code: money.payer_bank_code.clone().unwrap_or_default(),
        bank_name: money.payer_bank_name.clone().unwrap_or_default(),
    })
}

//! A deposit that is frozen on the platform, from the freeze to its release or to its arrival at the court.
//!
//! The books hold a memo of it: 9001 (the platform has it) or 9003 (the provider owes it to the court) against 9002 of
//! the registration. No posting of money stands behind a memo; the price grows when the provider's transfer arrives, by
//! the same entries as a deposit that was paid.

use super::mirror::store::lot_provider;
use super::payer::{Payer, seal_payer};
use super::price::complete_price;
use super::rules::schedule::refund_due_at;
use super::store::{lot, lot_result, platform_deposit, registration};
use super::{DepositHolding, DepositStatus, LotStatus, PlatformDepositState};
use crate::access::Op;
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::identity::name::comparison_key;
use crate::kernel::ids::{CaseId, LotId, PlatformDepositId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, NewPosting, Resolution, credit, debit};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

const BOOK: Book = Book::AuctionDeposits;

/// The account on which a registration's deposit is held: the court's money, or the memo of the platform's.
pub(super) const fn held_on(row: &registration::Model) -> AccountKey {
    let code = match row.deposit_holding {
        DepositHolding::CourtAccount => Code::BidderDeposit,
        DepositHolding::Platform => Code::FrozenContra,
    };
    AccountKey::owned(row.court_id, BOOK, code, row.id.uuid())
}

/// What the provider is asked to freeze for a new registration.
#[boxed]
pub(super) async fn ask(op: &Op<'_>, row: &registration::Model) -> Result<PlatformDepositId, Failure> {
    let id = PlatformDepositId::new(op.now);
    let new = platform_deposit::Model {
        id,
        court_id: row.court_id,
        lot_id: row.lot_id,
        registration_id: row.id,
        amount: row.deposit_required,
        state: PlatformDepositState::Awaited,
        provider_name: None,
        provider_reference: None,
        frozen_at: None,
        due_at: None,
        release_reference: None,
        released_at: None,
        receipt_id: None,
        document_number: None,
        received_on: None,
        recorded_at: op.now,
    };
    platform_deposit::insert(op.tx, new).await?;
    Ok(id)
}

/// Less is due of a deposit than was asked: the provider freezes that, or nothing. What he has frozen stays.
#[boxed]
pub(super) async fn ask_less(op: &Op<'_>, row: &registration::Model) -> Result<(), Failure> {
    let deposit = platform_deposit::lock_of(op.tx, row.id).await?;
    if deposit.state != PlatformDepositState::Awaited {
        return Ok(());
    }
    if row.deposit_required.is_zero() {
        return Ok(platform_deposit::withdraw(op.tx, deposit.id).await?);
    }
    let less = platform_deposit::Model { amount: row.deposit_required, ..deposit };
    Ok(platform_deposit::save(op.tx, less).await?)
}

/// Posts one entry of a deposit. Each kind once per deposit.
#[boxed]
async fn post(
    op: &Op<'_>,
    deposit: &platform_deposit::Model,
    (kind, case): (EntryKind, Option<CaseId>),
    booked_on: LegalDate,
    postings: Vec<NewPosting>,
) -> Result<(), Failure> {
    let entry = NewEntry {
        court: deposit.court_id,
        book: BOOK,
        kind,
        booked_on,
        case,
        cause: deposit.id.node(),
        reverses: None,
        postings,
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}

fn memo(deposit: &platform_deposit::Model, code: Code) -> AccountKey {
    match code {
        Code::FrozenContra => AccountKey::owned(deposit.court_id, BOOK, code, deposit.registration_id.uuid()),
        _ => AccountKey::of_court(deposit.court_id, BOOK, code),
    }
}

/// Books the memo of a freeze; the caller saves both rows.
#[boxed]
pub(super) async fn freeze(
    op: &Op<'_>,
    row: &mut registration::Model,
    deposit: &mut platform_deposit::Model,
) -> Result<(), Failure> {
    let lines = vec![
        debit(memo(deposit, Code::FrozenDeposit), deposit.amount),
        credit(memo(deposit, Code::FrozenContra), deposit.amount),
    ];
    post(op, deposit, (EntryKind::DepositFrozen, None), op.now.legal_date(), lines).await?;
    deposit.state = PlatformDepositState::Frozen;
    deposit.frozen_at = Some(op.now);
    row.deposit_received = deposit.amount;
    Ok(())
}

/// The registration did not win: the memo is taken back, the provider unfreezes by the registration's day of refund.
#[boxed]
pub(super) async fn release(op: &Op<'_>, row: &mut registration::Model) -> Result<(), Failure> {
    let mut deposit = platform_deposit::lock_of(op.tx, row.id).await?;
    if let Some(hold) = row.hold_id.take() {
        ledger::resolve_hold(op.tx, op.now, hold, Resolution::Released).await?;
    }
    let due_at = row.refund_due_at.unwrap_or_else(|| refund_due_at(op.now));
    unfreeze(op, &mut deposit, Code::FrozenDeposit, due_at).await?;
    row.deposit_received = Money::ZERO;
    row.deposit_status = DepositStatus::Refunding;
    Ok(platform_deposit::save(op.tx, deposit).await?)
}

/// Takes a memo back, from where the deposit stands: 9001, or 9003 when its sale is set aside before the transfer.
#[boxed]
async fn unfreeze(
    op: &Op<'_>,
    deposit: &mut platform_deposit::Model,
    from: Code,
    due_at: Timestamp,
) -> Result<(), Failure> {
    let lines =
        vec![debit(memo(deposit, Code::FrozenContra), deposit.amount), credit(memo(deposit, from), deposit.amount)];
    post(op, deposit, (EntryKind::DepositUnfrozen, None), op.now.legal_date(), lines).await?;
    deposit.state = PlatformDepositState::ReleaseDue;
    deposit.due_at = Some(due_at);
    Ok(())
}

/// The purchaser's frozen deposit is due from the provider 24 hours after the end (网拍规定 25); answers how much.
#[boxed]
pub(super) async fn capture(
    op: &Op<'_>,
    buyer: &mut registration::Model,
    ended_at: Timestamp,
) -> Result<Money, Failure> {
    if let Some(hold) = buyer.hold_id.take() {
        ledger::resolve_hold(op.tx, op.now, hold, Resolution::Captured).await?;
    }
    let amount = buyer.deposit_received;
    if amount.is_zero() {
        return Ok(Money::ZERO);
    }
    let mut deposit = platform_deposit::lock_of(op.tx, buyer.id).await?;
    let lines =
        vec![debit(memo(&deposit, Code::DueFromProvider), amount), credit(memo(&deposit, Code::FrozenDeposit), amount)];
    post(op, &deposit, (EntryKind::ProviderDue, None), ended_at.legal_date(), lines).await?;
    deposit.state = PlatformDepositState::DueFromProvider;
    deposit.due_at = Some(refund_due_at(ended_at));
    platform_deposit::save(op.tx, deposit).await?;
    buyer.deposit_received = Money::ZERO;
    buyer.deposit_status = DepositStatus::Captured;
    Ok(amount)
}

/// A sale is set aside before its deposit has arrived: the provider keeps it for the purchaser and unfreezes it. The
/// caller saves both rows.
#[boxed]
pub(super) async fn lapse(
    op: &Op<'_>,
    buyer: &mut registration::Model,
    result: &mut lot_result::Model,
) -> Result<(), Failure> {
    let mut deposit = platform_deposit::lock_of(op.tx, buyer.id).await?;
    let due_at = refund_due_at(op.now);
    unfreeze(op, &mut deposit, Code::DueFromProvider, due_at).await?;
    platform_deposit::save(op.tx, deposit).await?;
    result.deposit_due = Money::ZERO;
    buyer.refund_due_at = Some(due_at);
    buyer.deposit_status = DepositStatus::Refunding;
    Ok(())
}

/// Money on a registration's own number in the name of the provider who has its deposit.
pub(super) enum FromProvider {
    /// The transfer: exactly what he owes, while he owes it.
    Due,
    /// Anything else of his. The bidder's own money it is not.
    Other,
}

/// What a credit on the registration's own number is to the provider; nothing when it is not from him.
#[boxed]
pub(super) async fn from_provider(
    op: &Op<'_>,
    row: &registration::Model,
    payer: &Payer,
    amount: Money,
) -> Result<Option<FromProvider>, Failure> {
    if row.deposit_holding != DepositHolding::Platform {
        return Ok(None);
    }
    let Some(deposit) = platform_deposit::of_registration(op.tx, row.id).await? else { return Ok(None) };
    if !is_named(op, &deposit, &payer.name).await? {
        return Ok(None);
    }
    let due = deposit.state == PlatformDepositState::DueFromProvider && deposit.amount == amount;
    Ok(Some(if due { FromProvider::Due } else { FromProvider::Other }))
}

/// Is this a name in which the provider's transfers come: the one told with the freeze, or another of his?
#[boxed]
async fn is_named(op: &Op<'_>, deposit: &platform_deposit::Model, payer: &str) -> Result<bool, Problem> {
    let asked = comparison_key(payer);
    if deposit.provider_name.as_deref().is_some_and(|name| comparison_key(name) == asked) {
        return Ok(true);
    }
    let known = lot_provider::payment_names(op.tx, deposit.lot_id).await?;
    Ok(known.is_some_and(|known| known.contains(&asked)))
}

/// Refuses money that is not the provider's as his transfer.
///
/// # Errors
/// `PAYEE_NAME_MISMATCH` on `receipt` (网拍规定 第25条: the provider transfers the deposit, nobody else).
#[boxed]
pub(super) async fn check_payer(op: &Op<'_>, deposit: &platform_deposit::Model, payer: &str) -> Result<(), Failure> {
    if is_named(op, deposit, payer).await? {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::PayeeNameMismatch).law(&reference::NETAUCTION_25).field("receipt").into())
}

/// The provider's transfer stands on the bidder's account: the memo ends, the money is price, or kept after a default.
#[boxed]
pub(super) async fn arrive(
    op: &mut Op<'_>,
    mut row: registration::Model,
    mut deposit: platform_deposit::Model,
    booked_on: LegalDate,
    payer: &Payer,
) -> Result<(), Failure> {
    let amount = deposit.amount;
    let sale = lot::Entity::find_by_id(row.lot_id).lock_exclusive().first(op.tx).await?;
    let sale = sale.ok_or_else(|| Failure::internal("a registration without its lot"))?;
    let mut result = lot_result::lock(op.tx, sale.id).await?;
    let due = memo(&deposit, Code::DueFromProvider);
    let ended = vec![debit(memo(&deposit, Code::FrozenContra), amount), credit(due, amount)];
    post(op, &deposit, (EntryKind::ProviderDueEnded, None), booked_on, ended).await?;
    let own = AccountKey::owned(row.court_id, BOOK, Code::BidderDeposit, row.id.uuid());
    let of_lot = |code| AccountKey::owned(sale.court_id, BOOK, code, sale.id.uuid());
    let to_price = vec![debit(own, amount), credit(of_lot(Code::Price), amount)];
    post(op, &deposit, (EntryKind::DepositToPrice, Some(sale.case_id)), booked_on, to_price).await?;
    result.deposit_applied = result.deposit_applied.plus(amount)?;
    result.deposit_due = Money::ZERO;
    if sale.status == LotStatus::Defaulted {
        let kept = vec![debit(of_lot(Code::Price), amount), credit(of_lot(Code::Forfeited), amount)];
        post(op, &deposit, (EntryKind::DepositForfeited, Some(sale.case_id)), booked_on, kept).await?;
        result.paid_on = result.is_complete().then_some(booked_on);
    } else if result.is_complete() {
        complete_price(op, sale, &mut result, booked_on).await?;
    }
    lot_result::save(op.tx, result).await?;
    row.payer_sealed = Some(seal_payer(&op.services.vault, row.id, payer)?);
    registration::save(op.tx, row).await?;
    deposit.state = PlatformDepositState::Received;
    deposit.received_on = Some(booked_on);
    let facts = serde_json::json!({ "lot": deposit.lot_id, "amount": amount, "receivedOn": booked_on,
        "dueAt": deposit.due_at, "late": deposit.due_at.is_some_and(|due| due <= op.now) });
    op.audit(deposit.id, Some(deposit.court_id), None, facts).await?;
    Ok(platform_deposit::save(op.tx, deposit).await?)
}

/// Refuses what needs the forfeited deposit here while the provider still has it.
///
/// # Errors
/// `WRONG_STATE` with what is due (网拍规定 第25条).
pub(super) async fn check_arrived(conn: &impl ConnectionTrait, lot: LotId) -> Result<(), Failure> {
    let due = due_of(conn, lot).await?;
    if due.is_zero() {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_25).field("lot");
    Err(refusal.arg("dueFromProvider", due).into())
}

/// What the provider still owes of a lot's price; nothing for a lot that was not sold.
pub async fn due_of(conn: &impl ConnectionTrait, lot: LotId) -> Result<Money, Problem> {
    Ok(lot_result::of_lot(conn, lot).await?.map_or(Money::ZERO, |result| result.deposit_due))
}

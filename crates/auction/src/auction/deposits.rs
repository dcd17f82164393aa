//! Money that arrives on a registration's own account: deposit first, after a won sale the balance of the price.
//!
//! The bank's dispatcher calls [`receive`] inside of its own operation. Money that has arrived is never refused: what
//! is not owed stands as the bidder's and goes back to the paying account.

use super::ops::{qualify, refund_late_credit};
use super::payer::{Payer, payer_of, seal_payer};
use super::platform::{self, FromProvider};
use super::price::complete_price;
use super::store::{bidder_person, deposit_credit, lot, lot_result, platform_deposit, registration};
use super::{DepositHolding, DepositStatus, LotStatus, RegistrationStatus};
use crate::access::Op;
use crate::kernel::boxed;
use crate::kernel::clock::LegalDate;
use crate::kernel::error::Failure;
use crate::kernel::identity::name::comparison_key;
use crate::kernel::ids::{DepositCreditId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::Place;
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit};
use sea_orm::{QuerySelect, entity::prelude::*};

/// A credit of the bank's statement on a registration's account.
pub struct Credit {
    /// The bank's own reference: the same one twice is the same money.
    pub bank_reference: String,
    pub amount: Money,
    pub booked_on: LegalDate,
    pub payer: Payer,
}

/// Books a credit. The same bank reference again answers the first booking and moves nothing.
///
/// # Errors
/// AMOUNT_INVALID for nothing or less.
#[boxed]
pub async fn receive(op: &mut Op<'_>, id: RegistrationId, line: Credit) -> Result<DepositCreditId, Failure> {
    if !line.amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").into());
    }
    let row = registration::lock(op.tx, id).await?;
    if let Some(known) = deposit_credit::by_reference(op.tx, row.court_id, &line.bank_reference).await? {
        op.audit(known.id, Some(row.court_id), None, serde_json::json!({ "repeated": line.bank_reference })).await?;
        return Ok(known.id);
    }
    match platform::from_provider(op, &row, &line.payer, line.amount).await? {
        Some(FromProvider::Due) => return receive_transfer(op, row, line).await,
        // too little, too much or once more: never a part of the price, it goes back to the provider
        Some(FromProvider::Other) => return receive_deposit(op, row, line).await,
        None => {}
    }
    let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
    let sale = sale.ok_or_else(|| Failure::internal("a registration without its lot"))?;
    let result = lot_result::of_lot(op.tx, sale.id).await?;
    match result {
        Some(result) if result.winner_id == row.id && sale.status == LotStatus::Sold => {
            receive_balance(op, row, line).await
        }
        _ => receive_deposit(op, row, line).await,
    }
}

/// The purchaser's frozen deposit, transferred by the provider (网拍规定 25).
#[boxed]
async fn receive_transfer(op: &mut Op<'_>, row: registration::Model, line: Credit) -> Result<DepositCreditId, Failure> {
    let deposit = platform_deposit::lock_of(op.tx, row.id).await?;
    let id = record(op, &row, &line, line.amount, Money::ZERO).await?;
    platform::arrive(op, row, deposit, line.booked_on, &line.payer).await?;
    Ok(id)
}

/// A deposit: before the end it qualifies, afterwards it goes back. Who has it frozen on the platform owes none here.
#[boxed]
async fn receive_deposit(
    op: &mut Op<'_>,
    mut row: registration::Model,
    line: Credit,
) -> Result<DepositCreditId, Failure> {
    let id = record(op, &row, &line, line.amount, Money::ZERO).await?;
    let settled = row.refund_payable_id.is_some()
        || matches!(row.deposit_status, DepositStatus::Captured | DepositStatus::Forfeited);
    let first = if row.payer_sealed.is_some() { Some(payer_of(&op.services.vault, &row)?) } else { None };
    // one deposit has one paying account; what comes from another goes back there
    let foreign = first.is_some_and(|first| first.account_number != line.payer.account_number);
    if settled || foreign || row.deposit_holding == DepositHolding::Platform {
        refund_late_credit(op, &row, line.amount, line.payer, id).await?;
        return Ok(id);
    }
    row.deposit_received = row.deposit_received.plus(line.amount)?;
    if row.payer_sealed.is_none() {
        row.payer_sealed = Some(seal_payer(&op.services.vault, row.id, &line.payer)?);
    }
    let complete = row.deposit_received >= row.deposit_required;
    if payer_fits(op, &mut row, &line.payer.name).await? && complete {
        qualify(op, &mut row).await?;
    }
    close_if_over(op, &mut row).await?;
    registration::save(op.tx, row).await?;
    Ok(id)
}

/// The deposit is given in the bidder's real name (网拍规定 17), in that of the one whom joint bidders named to pay it:
/// another name is a reason for a clerk to look at it, beside those that he has. True when nothing but the deposit was
/// awaited and the name fits.
#[boxed]
pub(super) async fn payer_fits(op: &Op<'_>, row: &mut registration::Model, holder: &str) -> Result<bool, Failure> {
    const OTHER_NAME: &str = "保证金付款人与报名人名称不一致";
    let reviewed = row.status == RegistrationStatus::UnderReview;
    if !reviewed && row.status != RegistrationStatus::AwaitingDeposit {
        return Ok(false);
    }
    let vault = &op.services.vault;
    let named = bidder_person::of_registration(op.tx, row.id).await?;
    let expected = match named.into_iter().find(|person| person.pays_deposit) {
        Some(person) => person.opened(vault)?.name,
        None => {
            let place = Place::new("registration", row.id.uuid(), "name_sealed");
            vault.open(place, &row.name_sealed)?.expose().clone()
        }
    };
    if comparison_key(&expected) == comparison_key(holder) {
        return Ok(!reviewed);
    }
    row.status = RegistrationStatus::UnderReview;
    row.review_reason = Some(match row.review_reason.take().filter(|_| reviewed) {
        Some(before) if before.contains(OTHER_NAME) => before,
        Some(before) => format!("{before}；{OTHER_NAME}"),
        None => OTHER_NAME.to_owned(),
    });
    Ok(false)
}

/// Money for a lot that is over goes on the list of refunds at once.
#[boxed]
async fn close_if_over(op: &Op<'_>, row: &mut registration::Model) -> Result<(), Failure> {
    let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
    let over =
        sale.is_some_and(|lot| !matches!(lot.status, LotStatus::Announced | LotStatus::Open | LotStatus::Suspended));
    if over && row.refund_due_at.is_none() {
        row.refund_due_at = Some(super::rules::schedule::refund_due_at(op.now));
    }
    Ok(())
}

/// The winner's further payment: up to the balance it is the price, the rest goes back.
#[boxed]
async fn receive_balance(op: &mut Op<'_>, row: registration::Model, line: Credit) -> Result<DepositCreditId, Failure> {
    let sale = lot::Entity::find_by_id(row.lot_id).lock_exclusive().first(op.tx).await?;
    let sale = sale.ok_or_else(|| Failure::internal("a registration without its lot"))?;
    let mut result = lot_result::lock(op.tx, row.lot_id).await?;
    let to_price = line.amount.min(result.balance());
    let excess = line.amount.minus(to_price)?;
    let id = record(op, &row, &line, excess, to_price).await?;
    if excess.is_positive() {
        refund_late_credit(op, &row, excess, line.payer.clone(), id).await?;
    }
    result.balance_paid = result.balance_paid.plus(to_price)?;
    if result.is_complete() {
        complete_price(op, sale, &mut result, line.booked_on).await?;
    }
    lot_result::save(op.tx, result).await?;
    Ok(id)
}

/// Keeps the credit and books it: bank → bidder, bank → price.
#[boxed]
async fn record(
    op: &mut Op<'_>,
    row: &registration::Model,
    line: &Credit,
    to_deposit: Money,
    to_price: Money,
) -> Result<DepositCreditId, Failure> {
    let id = DepositCreditId::new(op.now);
    let payer = serde_json::to_string(&line.payer)?;
    let new = deposit_credit::Model {
        id,
        court_id: row.court_id,
        registration_id: row.id,
        bank_reference: line.bank_reference.clone(),
        amount: line.amount,
        to_deposit,
        to_price,
        payer_sealed: op.services.vault.seal(deposit_credit::payer_place(id), &payer)?,
        booked_on: line.booked_on,
        recorded_at: op.now,
    };
    deposit_credit::Entity::insert(deposit_credit::ActiveModel::from(new)).execute(op.tx).await?;
    let own = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::BidderDeposit, row.id.uuid());
    let price = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.lot_id.uuid());
    let bank = AccountKey::of_court(row.court_id, Book::AuctionDeposits, Code::Bank);
    let uses = [(EntryKind::DepositReceipt, own, to_deposit), (EntryKind::PriceReceipt, price, to_price)];
    let entry = |(kind, to, amount)| NewEntry {
        court: row.court_id,
        book: Book::AuctionDeposits,
        kind,
        booked_on: line.booked_on,
        case: None,
        cause: id.node(),
        reverses: None,
        postings: vec![debit(bank, amount), credit(to, amount)],
    };
    let entries: Vec<_> = uses.into_iter().filter(|(_, _, amount)| amount.is_positive()).map(entry).collect();
    ledger::post_many(op.tx, op.now, &entries).await?;
    let facts = serde_json::json!({ "registration": row.id, "bankReference": line.bank_reference,
        "toDeposit": to_deposit, "toPrice": to_price, "bookedOn": line.booked_on });
    op.audit(id, Some(row.court_id), None, facts).await?;
    Ok(id)
}

//! A credit on the bank's statement becomes a receipt: of its case, or unidentified.

use super::{
    QUEUE, TOPIC,
    cash::{banked_before, match_bank_line},
    credit::BankCredit,
    terms,
    voucher::next_voucher,
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Op, Scope},
    cases::{
        PartyRole,
        store::{self as cases, case},
    },
    funds::{
        PayerKind, ReceiptSource, ReceiptStatus,
        store::{self, receipt},
    },
    kernel::{
        error::Failure,
        identity::{BankAccount, BankAccountKind, name::comparison_key},
        ids::{CaseId, CourtId, ReceiptId},
        refusal::{Refusal, RefusalCode},
        secret::{Secret, mask},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit},
};
use sea_orm::entity::prelude::*;

/// Money that arrived. `case`: whose account number the line bears; none when nobody knows.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    pub court: CourtId,
    pub case: Option<CaseId>,
    pub line: BankCredit,
}

/// Books an arrival, bank → case or bank → unidentified, and starts its terms. The same line again is the same receipt:
/// nothing is booked twice.
///
/// # Errors
/// BANK_FILE_INVALID for a known reference with another amount or day, AMOUNT_INVALID for nothing or less. Money is not
/// refused because its case is closed: it has arrived.
#[boxed]
pub async fn receive(op: &mut Op<'_>, new: NewReceipt) -> Result<ReceiptId, Failure> {
    let line = &new.line;
    if !line.amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::BANK_FILE_FORM).field("amount").into());
    }
    let case = match new.case {
        Some(id) => Some(cases::lock_case(op.tx, &Scope::Everything, id).await?),
        None => None,
    };
    if case.as_ref().is_some_and(|case| case.court_id != new.court || line.book != Book::CaseFunds) {
        return Err(Failure::internal("a case account outside of its court's case funds"));
    }
    if let Some(receipt) = cash(op, &new).await? {
        return Ok(receipt);
    }
    let known = store::receipt_of_line(op.tx, new.court, &line.bank_account, &line.bank_reference).await?;
    if let Some(known) = known {
        return same_receipt(op, &known, line).await;
    }
    let row = build(op, &new, case.as_ref()).await?;
    receipt::Entity::insert(receipt::ActiveModel::from(row.clone())).execute(op.tx).await?;
    let paused: Vec<_> = case.iter().filter(|case| case.terms_paused_on.is_some()).map(|case| case.id).collect();
    terms::start(op, std::slice::from_ref(&row), &paused).await?;
    post(op, &row).await?;
    let facts = serde_json::json!({ "amount": row.amount, "bookedOn": row.booked_on, "book": row.book,
        "bankReference": row.bank_reference, "voucher": row.voucher_number, "status": row.status });
    op.audit(row.id, Some(row.court_id), row.case_id, facts).await?;
    op.publish(TOPIC, row.id, row.version);
    op.publish(QUEUE, row.id, row.version);
    Ok(row.id)
}

/// Cash that was paid in has its receipt already: the credit closes it, now or in an earlier file.
#[boxed]
async fn cash(op: &mut Op<'_>, new: &NewReceipt) -> Result<Option<ReceiptId>, Failure> {
    let Some(known) = banked_before(op, new.court, &new.line).await? else {
        return match_bank_line(op, new.court, new.case, &new.line).await;
    };
    if known.amount != new.line.amount {
        let refusal = Refusal::new(RefusalCode::BankFileInvalid).law(&reference::BANK_FILE_FORM);
        return Err(refusal.field("bankReference").arg("reason", "reference used with another amount").into());
    }
    let facts = serde_json::json!({ "bankReference": known.bank_reference, "again": true });
    op.audit(known.id, Some(known.court_id), Some(known.case_id), facts).await?;
    Ok(known.receipt_id)
}

/// A bank sends a line again in its next file; a different one under the same reference is a fault of the file.
#[boxed]
async fn same_receipt(op: &mut Op<'_>, known: &receipt::Model, line: &BankCredit) -> Result<ReceiptId, Failure> {
    if known.amount != line.amount || known.booked_on != line.booked_on {
        let refusal = Refusal::new(RefusalCode::BankFileInvalid).law(&reference::BANK_FILE_FORM);
        return Err(refusal.field("bankReference").arg("reason", "reference used with another amount or day").into());
    }
    let facts = serde_json::json!({ "bankReference": known.bank_reference, "again": true });
    op.audit(known.id, Some(known.court_id), known.case_id, facts).await?;
    Ok(known.id)
}

#[boxed]
async fn build(op: &Op<'_>, new: &NewReceipt, case: Option<&case::Model>) -> Result<receipt::Model, Failure> {
    let line = &new.line;
    let id = ReceiptId::new(op.now);
    let vault = &op.services.vault;
    let payer_account_sealed = match &line.payer.account_number {
        Some(number) => Some(vault.seal(receipt::payer_account_place(id), number.expose())?),
        None => None,
    };
    let remittance_sealed = match &line.remittance {
        Some(text) => Some(vault.seal(receipt::remittance_place(id), text)?),
        None => None,
    };
    let source = source_of(op, new.court, line).await?;
    let (payer_kind, on_behalf_of) = payer_of(op, source, line, case).await?;
    Ok(receipt::Model {
        id,
        court_id: new.court,
        case_id: new.case,
        parent_id: None,
        book: line.book,
        status: if case.is_some() { ReceiptStatus::OnCase } else { ReceiptStatus::Unidentified },
        source,
        bank_account: line.bank_account.clone(),
        bank_reference: line.bank_reference.clone(),
        amount: line.amount,
        remaining: line.amount,
        booked_on: line.booked_on,
        payer_name: line.payer.name.clone(),
        payer_account_sealed,
        payer_account_mask: line.payer.account_number.as_ref().map(masked),
        payer_bank_code: line.payer.bank_code.clone(),
        payer_bank_name: line.payer.bank_name.clone(),
        payer_kind,
        on_behalf_of,
        remittance_sealed,
        document: None,
        published_at: None,
        voucher_number: next_voucher(op, new.court).await?,
        arrival_notified_at: case.map(|_| op.now),
        version: 1,
        recorded_at: op.now,
    })
}

/// Accounts abroad and of the treasury are not always digits: those are hidden whole.
fn masked(number: &Secret<String>) -> String {
    let account = BankAccount::parse(number.expose(), BankAccountKind::Unstated);
    account.map_or_else(|_| "****".to_owned(), |account| mask::bank_account(&account))
}

/// Money from the court's own auction account is the price of a sale; all else is what the bank says it is.
#[boxed]
async fn source_of(op: &Op<'_>, court: CourtId, line: &BankCredit) -> Result<ReceiptSource, Failure> {
    let Some(number) = &line.payer.account_number else { return Ok(line.source) };
    let auctions = cases::bank_account(op.tx, court, Book::AuctionDeposits).await?.account_number;
    if number.expose().starts_with(&auctions) {
        return Ok(ReceiptSource::SaleProceeds);
    }
    // another court of this installation hands a case over with its money
    let sender = cases::bank_account_by_number(op.tx, number.expose()).await?;
    Ok(if sender.is_some_and(|sender| sender.court_id != court) { ReceiptSource::OtherCourt } else { line.source })
}

#[boxed]
async fn payer_of(
    op: &Op<'_>,
    source: ReceiptSource,
    line: &BankCredit,
    case: Option<&case::Model>,
) -> Result<(PayerKind, Option<crate::kernel::ids::PartyId>), Failure> {
    if matches!(source, ReceiptSource::SaleProceeds | ReceiptSource::OtherCourt) {
        return Ok((PayerKind::Court, None));
    }
    let Some(case) = case else { return Ok((PayerKind::Unknown, None)) };
    let payer = comparison_key(&line.payer.name);
    let parties = cases::parties_of(op.tx, case.id).await?;
    let debtor = parties.iter().find(|p| p.role == PartyRole::Respondent && comparison_key(&p.name) == payer);
    Ok(debtor.map_or((PayerKind::Unknown, None), |debtor| (PayerKind::Respondent, Some(debtor.id))))
}

#[boxed]
async fn post(op: &Op<'_>, row: &receipt::Model) -> Result<(), Failure> {
    let bank = AccountKey::of_court(row.court_id, row.book, Code::Bank);
    let (kind, to) = match row.case_id {
        Some(case) => (EntryKind::CaseReceipt, AccountKey::owned(row.court_id, row.book, Code::CaseFund, case.uuid())),
        None => (EntryKind::UnidentifiedReceipt, AccountKey::of_court(row.court_id, row.book, Code::Unidentified)),
    };
    let entry = NewEntry {
        court: row.court_id,
        book: row.book,
        kind,
        booked_on: row.booked_on,
        case: row.case_id,
        cause: row.id.node(),
        reverses: None,
        postings: vec![debit(bank, row.amount).receipt(row.id), credit(to, row.amount).receipt(row.id)],
    };
    ledger::post(op.tx, op.now, entry).await?;
    Ok(())
}

//! Back to the payer: money taken or paid by mistake, nobody's money, the winner's prepaid fee.

use super::{NewSpecial, SpecialPaymentKind, decide_bankruptcy, decide_free, entered, propose};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Op, Role, Scope, UseCase},
    cases::{
        self, ProposalStatus,
        ops::PayeeAccountInput,
        rules::text::{self, SHORT},
    },
    funds::{
        self,
        ops::{TermRule, TermStart, TermTable},
        rules::refund as rules,
        store::receipt,
    },
    kernel::{
        clock::Date,
        error::Failure,
        identity::name::comparison_key,
        ids::{CourtId, NodeKind, ReceiptId, SpecialPaymentId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{DeadlineRule, reference},
    ledger::Book,
    payout::{ops::PayeeAccount, tables::special_payment},
};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Who agrees to a refund of case money, besides who proposes it.
const REFUND_STEPS: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];
/// A fee is finance's matter.
const FEE_STEPS: &[Role] = &[Role::FinanceReviewer];
/// Fee payments of one judged case.
const MOST_RECEIPTS: usize = 20;

/// Proposes to give a receipt, or a part of it, back to who paid it (退还缴款人): deducted or paid by mistake, or nobody's.
#[derive(InputObject, Serialize)]
pub struct RefundReceiptInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Money on a case that has no use yet, or unidentified money (到账).
    pub receipt: ReceiptId,
    /// At most what the receipt still holds (金额).
    pub amount: Money,
    /// What it rests on: number or title of the document (退款依据文书).
    pub document: String,
    /// Where to, only for money that came from no bank account (cash, cheque); in the payer's name (收款账户).
    pub account: Option<PayeeAccountInput>,
}
impl UseCase for RefundReceiptInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::RefundReceipt;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        let seen = funds::store::find_receipt(op.tx, op.scope(), self.receipt).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("receipt"))?;
        let kind = SpecialPaymentKind::ReceiptRefund;
        let case = match seen.case_id {
            Some(case) => Some(cases::store::lock_case(op.tx, op.scope(), case).await?),
            None => None,
        };
        let receipt = funds::store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        if receipt.book == Book::LitigationFees {
            // a prepaid fee goes back whole, by its own rule
            let refusal = Refusal::new(RefusalCode::WrongState).field("receipt").law(&reference::FEES_53);
            return Err(refusal.arg("status", "LITIGATION_FEES").into());
        }
        rules::decide_refund(receipt.status, receipt.remaining, self.amount)?;
        if let Some(case) = &case {
            decide_free(cases::store::free_case_money(op.tx, case).await?, self.amount)?;
            decide_bankruptcy(op, case.id, &[receipt.id], kind).await?;
        }
        let new = NewSpecial {
            court: receipt.court_id,
            book: receipt.book,
            kind,
            case: receipt.case_id,
            reference: None,
            measure: None,
            to_court: None,
            payee: payer_account(op, &receipt, self.account.as_ref()).await?,
            sources: vec![(receipt.id, self.amount)],
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, REFUND_STEPS).await
    }
}

/// The account that paid. Another one is taken only where none is known, and only in the payer's name.
#[boxed]
async fn payer_account(
    op: &Op<'_>,
    receipt: &receipt::Model,
    account: Option<&PayeeAccountInput>,
) -> Result<PayeeAccount, Failure> {
    let wrong = || Refusal::new(RefusalCode::BankAccountInvalid).field("account").law(&reference::FUNDS_11);
    match (&receipt.payer_account_sealed, account) {
        (Some(sealed), None) => Ok(PayeeAccount {
            name: receipt.payer_name.clone(),
            account_number: op.services.vault.open(receipt::payer_account_place(receipt.id), sealed)?,
            bank_code: receipt.payer_bank_code.clone().unwrap_or_default(),
            bank_name: receipt.payer_bank_name.clone().unwrap_or_default(),
        }),
        (None, Some(account)) => Ok(entered(account, Some(&receipt.payer_name))?),
        (Some(_), Some(_)) | (None, None) => Err(wrong().into()),
    }
}

/// Proposes to give the winner's prepaid fee back: once, for the whole case, in full (胜诉即退费). The money is the fee
/// account's, never a case's.
#[derive(InputObject, Serialize)]
pub struct RefundFeeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court whose fee account was paid to (法院).
    pub court: CourtId,
    /// Number of the judged case: its fees go back once (案号).
    pub judged_case: String,
    /// Day from which the judgment has effect: 15 days run from it (生效日期).
    pub effective_on: Date,
    /// All fee payments of the winner in the case, 1 to 20, each whole (交费到账).
    pub receipts: Vec<ReceiptId>,
    /// What it rests on: number or title of the document (退费通知书).
    pub document: String,
    /// Where to, only when the fee came from no bank account; in the payer's name (收款账户).
    pub account: Option<PayeeAccountInput>,
}
impl UseCase for RefundFeeInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::RefundFee;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let today = op.now.legal_date();
        if self.effective_on.0 > today {
            return Err(Refusal::new(RefusalCode::DateInvalid).field("effectiveOn").law(&reference::FEES_53).into());
        }
        let receipts = self.lock_receipts(op).await?;
        let judged_case = text::checked("judgedCase", &self.judged_case, SHORT)?;
        self.decide_once(op, &judged_case).await?;
        let first = receipts.first().ok_or_else(|| Failure::internal("a list without its first"))?;
        let payee = payer_account(op, first, self.account.as_ref()).await?;
        let calendar = &op.services.calendar();
        let promise = DeadlineRule::FeeRefund1WorkingDay.deadline_from_day(calendar, today);
        let new = NewSpecial {
            court: self.court,
            book: Book::LitigationFees,
            kind: SpecialPaymentKind::FeeRefund,
            case: None,
            reference: Some(judged_case),
            measure: None,
            to_court: None,
            payee,
            sources: receipts.iter().map(|receipt| (receipt.id, receipt.remaining)).collect(),
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: Some(promise.due_on),
        };
        let id = propose(op, new, FEE_STEPS).await?;
        for receipt in &receipts {
            funds::ops::start_one(op, receipt, DeadlineRule::FeeRefund1WorkingDay, today).await?;
            funds::ops::start_one(op, receipt, DeadlineRule::FeeRefund15Days, self.effective_on.0).await?;
        }
        Ok(id)
    }
}
impl RefundFeeInput {
    /// The fee payments, locked in the order of their ids: whole, of one payer, on this court's fee account.
    #[boxed]
    async fn lock_receipts(&self, op: &Op<'_>) -> Result<Vec<receipt::Model>, Failure> {
        let list = || Refusal::new(RefusalCode::ListInvalid).field("receipts").arg("maximum", MOST_RECEIPTS);
        let mut ids = self.receipts.clone();
        ids.sort_unstable();
        ids.dedup();
        if !(1..=MOST_RECEIPTS).contains(&ids.len()) || ids.len() != self.receipts.len() {
            return Err(list().into());
        }
        let mut receipts = Vec::with_capacity(ids.len());
        for id in ids {
            let receipt = match funds::store::lock_receipt(op.tx, &Scope::Everything, id).await {
                Err(Failure::Refused(refusal)) => return Err(refusal.field("receipts").into()),
                other => other?,
            };
            if receipt.court_id != self.court || receipt.book != Book::LitigationFees {
                return Err(Failure::not_found("receipts"));
            }
            rules::decide_fee_refund(receipt.status, receipt.amount, receipt.remaining)?;
            receipts.push(receipt);
        }
        let payers: std::collections::BTreeSet<_> = receipts.iter().map(|r| comparison_key(&r.payer_name)).collect();
        if payers.len() == 1 { Ok(receipts) } else { Err(list().law(&reference::XIANFENG_34).into()) }
    }

    /// One refund for one judged case that was not turned down.
    #[boxed]
    async fn decide_once(&self, op: &Op<'_>, judged_case: &str) -> Result<(), Failure> {
        let earlier = special_payment::Entity::find()
            .filter(special_payment::Column::CourtId.eq(self.court))
            .filter(special_payment::Column::Kind.eq(SpecialPaymentKind::FeeRefund))
            .filter(special_payment::Column::Reference.eq(judged_case))
            .filter(special_payment::Column::Status.is_in([ProposalStatus::Pending, ProposalStatus::Approved]))
            .first(op.tx)
            .await?;
        match earlier {
            Some(_) => {
                Err(Refusal::new(RefusalCode::AlreadyExists).field("judgedCase").law(&reference::XIANFENG_34).into())
            }
            None => Ok(()),
        }
    }
}

/// The working day in which a winner's fee goes back (胜诉退费期限).
pub static FEE_REFUND_TERMS: TermTable = TermTable {
    name: "special_payment",
    key: ("id", NodeKind::SpecialPayment),
    about: ("id", NodeKind::SpecialPayment),
    rule: TermRule::Fixed(DeadlineRule::FeeRefund1WorkingDay),
    start: TermStart::Instant("recorded_at"),
    due: "due_on",
    running: "kind = 'FEE_REFUND' AND status IN ('PENDING', 'APPROVED')",
    ends_with_its_day: true,
    explained: false,
    never_back: false,
};

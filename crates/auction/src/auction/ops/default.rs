//! The purchaser does not pay: reminders, the ruling, the order to make up the difference (网拍规定 24; 拍变规定 22).

use super::papers::bar_all;
use super::returns::{RefundDefaulterInput, lock_behind_case};
use super::transfer::not_obtained;
use super::{decision, publish_version, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::aftermath::{ReminderKind, SaleDecisionKind, TopUpPolicy};
use crate::auction::platform::check_arrived;
use crate::auction::rules::forfeiture::{Claims, distribute};
use crate::auction::rules::rounds;
use crate::auction::store::{
    balance_reminder, barred_purchaser, buyer_default, chain, lot, lot_result, registration, top_up_order,
    transfer_approval,
};
use crate::auction::{BarGround, DepositStatus, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::BlindIndex;
use crate::law::reference;
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Declares by a ruling that the purchaser did not pay, or knew that he could not obtain the approval of a transfer: his deposit is kept until the re-sale, to give the rest of the
/// money back is proposed, every later round of the chain is closed to him (悔拍).
#[derive(InputObject, Serialize)]
pub struct DeclareDefaultInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, sold and not paid by its day; or sold, and its approval on record as not obtained (标的物).
    pub lot: LotId,
    /// Number of the ruling; being late alone is no default (裁定文号).
    pub ruling_number: String,
    /// The ground (理由).
    pub reason: String,
}

impl UseCase for DeclareDefaultInput {
    type Done = LotId;
    const ACT: Act = Act::DeclareDefault;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let seen = lot::find_lot(op.tx, op.scope(), self.lot).await?.ok_or_else(|| Failure::not_found("lot"))?;
        let mut row = lock_behind_case(op, seen.id).await?;
        // who knew that he lacked what the transfer demands loses the deposit, paid up or not (股权执行规定 15)
        let unapproved = not_obtained(op, row.id).await?;
        let able: &[LotStatus] = if unapproved { &[LotStatus::Sold, LotStatus::Paid] } else { &[LotStatus::Sold] };
        require(&row, able, &reference::NETAUCTION_24)?;
        let result = lot_result::lock(op.tx, row.id).await?;
        let today = op.now.legal_date();
        if today <= result.balance_due_on && !unapproved {
            let early = Refusal::new(RefusalCode::DateInvalid).law(&reference::NETAUCTION_24).field("lot");
            return Err(early.arg("earliest", result.balance_due_on).into());
        }
        check_owing(&result, unapproved)?;
        let mut buyer = registration::lock(op.tx, result.winner_id).await?;
        let announced = row.deposit.ok_or_else(|| Failure::internal("a sold lot without a deposit"))?;
        let deposit = result.deposit_applied.plus(result.deposit_due)?;
        let forfeited = rounds::forfeited(deposit, announced);
        if forfeited < result.deposit_due {
            // a part of it would have to go back: it must be here first
            check_arrived(op.tx, row.id).await?;
        }
        let returned = deposit.minus(forfeited)?.plus(result.balance_paid)?;
        let default = buyer_default::Model {
            lot_id: row.id,
            court_id: row.court_id,
            chain_id: chain::chain_id(op.tx, row.id).await?,
            ruling_number: text::checked("rulingNumber", &self.ruling_number, SHORT)?,
            reason: text::checked("reason", &self.reason, LONG)?,
            declared_on: today,
            person_index: bar_all(op, &row, &buyer, BarGround::Default).await?,
            original_price: result.hammer_price,
            forfeited,
            recorded_at: op.now,
        };
        forfeit(op, &row, forfeited.minus(result.deposit_due)?).await?;
        buyer.deposit_status = DepositStatus::Forfeited;
        registration::save(op.tx, buyer).await?;
        row.status = LotStatus::Defaulted;
        let row = publish_version(op, row, LotEventKind::Defaulted).await?;
        let facts = serde_json::json!({ "rulingNumber": default.ruling_number, "reason": default.reason,
            "forfeited": forfeited, "returned": returned });
        let document = default.ruling_number.clone();
        buyer_default::Entity::insert(buyer_default::ActiveModel::from(default)).execute(op.tx).await?;
        if returned.is_positive() {
            // paid beyond the deposit, so not forfeited: it goes back once two others agree
            let back = RefundDefaulterInput { idempotency_key: self.idempotency_key.clone(), lot: row.id, document };
            let back = serde_json::to_string(&back)?;
            decision::propose(op, &row, SaleDecisionKind::DefaultReturn, back).await?;
        }
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Who has paid all that was his to pay does not default because the provider is late (网拍规定 25).
fn check_owing(result: &lot_result::Model, unapproved: bool) -> Result<(), Refusal> {
    if unapproved || result.balance().is_positive() {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_25).field("lot");
    Err(refusal.arg("dueFromProvider", result.deposit_due))
}

/// Refuses a person who has defaulted in an earlier round of the same chain (网拍规定 24), or who bought its equity and did
/// not obtain the approval (股权执行规定 15), alone or with others.
#[boxed]
pub(super) async fn refuse_defaulter(op: &Op<'_>, lot: LotId, person: &BlindIndex) -> Result<(), Failure> {
    let chain = chain::chain_id(op.tx, lot).await?;
    let refuse = |law| Err(Failure::from(Refusal::new(RefusalCode::BidderBarred).law(law).field("lot")));
    let jointly = barred_purchaser::ground(op.tx, chain, person).await?;
    if jointly == Some(BarGround::Default) || buyer_default::bars(op.tx, chain, person).await? {
        return refuse(&reference::NETAUCTION_24);
    }
    if jointly == Some(BarGround::Approval) || transfer_approval::bars(op.tx, chain, person).await? {
        return refuse(&reference::EQUITY_15);
    }
    Ok(())
}

/// The deposit stands forfeited until it is applied in the order of the law.
#[boxed]
async fn forfeit(op: &Op<'_>, row: &lot::Model, amount: Money) -> Result<(), Failure> {
    if amount.is_zero() {
        return Ok(());
    }
    let account = |code| AccountKey::owned(row.court_id, Book::AuctionDeposits, code, row.id.uuid());
    let entry = NewEntry {
        court: row.court_id,
        book: Book::AuctionDeposits,
        kind: EntryKind::DepositForfeited,
        booked_on: op.now.legal_date(),
        case: Some(row.case_id),
        cause: row.id.node(),
        reverses: None,
        postings: vec![debit(account(Code::Price), amount), credit(account(Code::Forfeited), amount)],
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}

/// The price of the sale that followed a default, once that sale stands or has itself failed; none in between.
///
/// The next hammer price counts: who defaulted in between answers for the further fall himself.
#[boxed]
pub(super) async fn resale_of(op: &Op<'_>, lot: LotId) -> Result<Option<Resale>, Problem> {
    let rounds = chain::rounds_of(op.tx, lot).await?;
    let own = rounds.iter().position(|round| round.lot.id == lot).unwrap_or(rounds.len());
    for round in rounds.iter().skip(own.saturating_add(1)) {
        let price = match round.lot.status {
            LotStatus::Paid | LotStatus::RulingServed | LotStatus::Delivered | LotStatus::Defaulted => {
                lot_result::of_lot(op.tx, round.lot.id).await?.map(|result| result.hammer_price)
            }
            // taken at the reserve price, or kept by the debtor: no price, no gap
            LotStatus::InKind => round.lot.starting_price,
            LotStatus::Released => None,
            _ => continue,
        };
        return Ok(Some(Resale { price }));
    }
    Ok(None)
}

/// How the property was disposed of after a default.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resale {
    /// None when the property stayed with the debtor.
    pub price: Option<Money>,
}

/// Orders the defaulter to make up what his deposit does not cover (责令补交差价). Nothing is collected by it. Only when
/// the announcement said so: courts differ.
#[derive(InputObject, Serialize)]
pub struct OrderTopUpInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot whose purchaser defaulted, sold again since (标的物).
    pub lot: LotId,
    /// Costs of the failed auction and the new one; zero or above (拍卖费用损失).
    pub costs: Money,
    /// Last day for paying, not in the past (补交期限).
    pub due_on: Date,
    /// Number of the notice (责令补交差价通知书文号).
    pub document_number: String,
}

impl UseCase for OrderTopUpInput {
    type Done = LotId;
    const ACT: Act = Act::OrderTopUp;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Defaulted], &reference::NETAUCTION_24)?;
        let refuse = |code, field| Failure::from(Refusal::new(code).law(&reference::NETAUCTION_24).field(field));
        // of equity that was not approved the law itself says that he makes it up (股权执行规定 15)
        let lawful = row.rule_parameters()?.top_up == TopUpPolicy::OrderTopup || not_obtained(op, row.id).await?;
        if !lawful {
            return Err(refuse(RefusalCode::WrongState, "lot"));
        }
        if top_up_order::of_lot(op.tx, row.id).await?.is_some() {
            return Err(refuse(RefusalCode::AlreadyExists, "lot"));
        }
        if self.due_on.0 < op.now.legal_date() {
            return Err(refuse(RefusalCode::DateInvalid, "dueOn"));
        }
        let missing = || Failure::internal("a lot in default without its record");
        let default = buyer_default::of_lot(op.tx, row.id).await?.ok_or_else(missing)?;
        let resale = resale_of(op, row.id).await?.ok_or_else(|| refuse(RefusalCode::WrongState, "lot"))?;
        let claims = Claims {
            costs: self.costs,
            original_price: default.original_price,
            resale_price: resale.price,
            ..Claims::default()
        };
        let uncovered = distribute(default.forfeited, &claims)?.uncovered;
        if self.costs.is_negative() || !uncovered.is_positive() {
            return Err(refuse(RefusalCode::AmountInvalid, "costs"));
        }
        let order = top_up_order::Model {
            lot_id: row.id,
            court_id: row.court_id,
            amount: uncovered,
            due_on: self.due_on.0,
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "amount": order.amount, "dueOn": order.due_on, "costs": self.costs,
            "documentNumber": order.document_number, "resalePrice": resale.price });
        top_up_order::Entity::insert(top_up_order::ActiveModel::from(order)).execute(op.tx).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Reminds the purchaser of a lot of the balance, each kind once (余款催缴).
#[derive(Serialize)]
pub struct RemindBalance {
    pub lot: LotId,
    pub kind: ReminderKind,
}

impl UseCase for RemindBalance {
    type Done = bool;
    const ACT: Act = Act::RemindBalance;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let result = lot_result::lock(op.tx, row.id).await?;
        let (court, case) = (row.court_id, row.case_id);
        let sent = balance_reminder::of_lot(op.tx, row.id).await?.iter().any(|earlier| earlier.kind == self.kind);
        let due = !sent && row.status == LotStatus::Sold && self.kind.fits(result.balance_due_on, op.now.legal_date());
        let due = due && result.balance().is_positive();
        if due {
            let new = balance_reminder::Model {
                lot_id: row.id,
                kind: self.kind,
                court_id: court,
                due_on: result.balance_due_on,
                recorded_at: op.now,
            };
            balance_reminder::Entity::insert(balance_reminder::ActiveModel::from(new)).execute(op.tx).await?;
            publish_version(op, row, LotEventKind::BalanceReminder).await?;
        }
        let facts = serde_json::json!({ "reminded": due, "kind": self.kind, "balance": result.balance(),
            "dueOn": result.balance_due_on });
        op.audit(self.lot, Some(court), Some(case), facts).await?;
        Ok(due)
    }
}

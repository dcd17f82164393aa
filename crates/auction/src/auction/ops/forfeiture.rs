//! Using a forfeited deposit after the re-sale, in the order of the law (网拍规定 24).
//!
//! Money for a case leaves the deposit account by a bank transfer to the case's own account, as a price does.

use super::after_sale::case_transfer;
use super::default::resale_of;
use super::returns::lock_behind_case;
use super::stay::check_stay;
use super::{decision, require};
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::LotStatus;
use crate::auction::aftermath::{ForfeitureStep, SaleDecisionKind};
use crate::auction::platform::check_arrived;
use crate::auction::rules::forfeiture::{Claims, Waterfall, distribute};
use crate::auction::store::{buyer_default, forfeiture_line, lot};
use crate::cases::PartyRole;
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{CaseId, ForfeitureLineId, LotId, PartyId, PayableId, SaleDecisionId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::{AccountKey, Book, Code};
use crate::payout::PayablePurpose;
use crate::payout::ops::{NewPayable, account_of, create_payable_to, queue_attempt};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Longest list of one request.
const MOST: usize = 50;

/// A cost that a default made (拍卖费用损失).
#[derive(InputObject, Serialize, Deserialize)]
pub struct ForfeitureCostInput {
    /// The party of the case that bore it; its confirmed account is paid (费用承担人).
    pub party: PartyId,
    /// Above zero (金额).
    pub amount: Money,
    /// Invoice or decision (凭据).
    pub document_number: String,
}

/// A debt in another case that is tied to the property (与拍卖财产相关的债务).
#[derive(InputObject, Serialize, Deserialize)]
pub struct RelatedDebtInput {
    /// Another case of the same court against the same debtor (关联案件).
    pub case: CaseId,
    /// Above zero, at most what is owed there (金额).
    pub amount: Money,
    /// Why the debt is tied to the property (依据文号).
    pub document_number: String,
}

/// Proposes the use of a defaulter's deposit after the re-sale: costs, price gap, debts of the case, related debts
/// (悔拍保证金分配). What is left stays held; a later call with a new record of the panel may give it to further related
/// debts only.
#[derive(InputObject, Serialize, Deserialize)]
pub struct DistributeForfeitureInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot whose purchaser defaulted (标的物).
    pub lot: LotId,
    /// The panel's record behind the figures (评议笔录编号).
    pub panel_document: String,
    /// Costs of the failed auction and the new one (拍卖费用损失).
    #[graphql(default)]
    pub costs: Vec<ForfeitureCostInput>,
    /// What is still owed in the case after the price of the re-sale, as the panel found it; at most what is
    /// outstanding (本案未清偿债务).
    pub case_debt: Money,
    /// Debts of the same debtor that are tied to the property (相关债务).
    #[graphql(default)]
    pub related_debts: Vec<RelatedDebtInput>,
}

impl UseCase for DistributeForfeitureInput {
    type Done = SaleDecisionId;
    const ACT: Act = Act::DistributeForfeiture;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SaleDecisionId, Failure> {
        let row = lot::find_lot(op.tx, op.scope(), self.lot).await?.ok_or_else(|| Failure::not_found("lot"))?;
        decision::propose(op, &row, SaleDecisionKind::Forfeiture, serde_json::to_string(self)?).await
    }
}

/// What a use of the deposit comes to.
struct Plan<'a> {
    row: lot::Model,
    document: String,
    held: Money,
    rest: Money,
    lines: Vec<Line<'a>>,
}

impl DistributeForfeitureInput {
    /// Everything that is asked when it is proposed, at each vote and when it is carried out.
    #[boxed]
    async fn plan<'s>(&'s self, op: &Op<'_>) -> Result<Plan<'s>, Failure> {
        let row = lock_behind_case(op, self.lot).await?;
        require(&row, &[LotStatus::Defaulted], &reference::NETAUCTION_24)?;
        check_stay(op, row.id).await?;
        check_arrived(op.tx, row.id).await?;
        let default = buyer_default::of_lot(op.tx, row.id).await?;
        let default = default.ok_or_else(|| Failure::internal("a lot in default without its record"))?;
        let document = text::checked("panelDocument", &self.panel_document, SHORT)?;
        self.check_lists()?;
        let earlier = forfeiture_line::standing(op.tx, row.id).await?;
        let used = Money::sum(earlier.iter().map(|line| line.amount))?;
        let held = default.forfeited.minus(used)?;
        if !held.is_positive() {
            return Err(refuse(RefusalCode::WrongState, "lot").into());
        }
        self.check_related(op, &row).await?;
        let claims = if earlier.is_empty() { self.first(op, &row, &default).await? } else { self.later()? };
        let split = distribute(held, &claims)?;
        let lines = self.lines(&row, &split)?;
        if lines.is_empty() {
            return Err(refuse(RefusalCode::ListInvalid, "relatedDebts").into());
        }
        Ok(Plan { row, document, held, rest: split.rest, lines })
    }
    #[boxed]
    pub(super) async fn facts(&self, op: &mut Op<'_>) -> Result<serde_json::Value, Failure> {
        let plan = self.plan(op).await?;
        let mut lines = Vec::with_capacity(plan.lines.len());
        for line in &plan.lines {
            let (case, account) = match line.goes {
                Goes::Case(case) => (Some(case.to_global()), None),
                Goes::Party(party) => {
                    let payee = payee_of(op, &plan.row, party).await?;
                    (None, Some(hex::encode(payee.account_index.as_bytes())))
                }
            };
            lines.push(serde_json::json!({ "step": line.step, "amount": line.amount, "case": case,
                "account": account, "document": line.document }));
        }
        Ok(serde_json::json!({ "held": plan.held, "rest": plan.rest, "lines": lines }))
    }
    #[boxed]
    pub(super) async fn carry_out(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        let plan = self.plan(op).await?;
        for line in &plan.lines {
            line.pay(op, &plan.row).await?;
        }
        let parts: Vec<_> =
            plan.lines.iter().map(|line| serde_json::json!({ "step": line.step, "amount": line.amount })).collect();
        let facts = serde_json::json!({ "panelDocument": plan.document, "parts": parts, "heldBefore": plan.held,
            "rest": plan.rest });
        op.audit(plan.row.id, Some(plan.row.court_id), Some(plan.row.case_id), facts).await
    }
}

/// The confirmed account of a party that bore a cost.
#[boxed]
async fn payee_of(op: &Op<'_>, row: &lot::Model, party: PartyId) -> Result<cases::payee::Model, Failure> {
    let payee = cases::current_payee(op.tx, party).await?.filter(|payee| payee.case_id == row.case_id);
    let missing = || Refusal::new(RefusalCode::PayeeNotConfirmed).law(&reference::FUNDS_13).field("costs");
    Ok(payee.ok_or_else(missing)?)
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).law(&reference::NETAUCTION_24).field(field)
}

impl DistributeForfeitureInput {
    fn check_lists(&self) -> Result<(), Refusal> {
        if self.costs.len() > MOST || self.related_debts.len() > MOST {
            return Err(refuse(RefusalCode::ListInvalid, "relatedDebts").arg("maximum", MOST));
        }
        let amounts =
            self.costs.iter().map(|cost| cost.amount).chain(self.related_debts.iter().map(|debt| debt.amount));
        if self.case_debt.is_negative() || amounts.into_iter().any(|amount| !amount.is_positive()) {
            return Err(refuse(RefusalCode::AmountInvalid, "caseDebt"));
        }
        let mut cases: Vec<CaseId> = self.related_debts.iter().map(|debt| debt.case).collect();
        cases.sort_unstable();
        cases.dedup();
        if cases.len() != self.related_debts.len() {
            return Err(refuse(RefusalCode::ListInvalid, "relatedDebts"));
        }
        Ok(())
    }

    /// Everything that the deposit answers for, once the property is sold again or given up.
    #[boxed]
    async fn first(&self, op: &Op<'_>, row: &lot::Model, default: &buyer_default::Model) -> Result<Claims, Failure> {
        let resale = resale_of(op, row.id).await?.ok_or_else(|| refuse(RefusalCode::WrongState, "lot"))?;
        let outstanding = cases::outstanding_of(op.tx, row.case_id).await?;
        if self.case_debt > outstanding {
            return Err(refuse(RefusalCode::AmountInvalid, "caseDebt").arg("maximum", outstanding).into());
        }
        Ok(Claims {
            costs: Money::sum(self.costs.iter().map(|cost| cost.amount))?,
            original_price: default.original_price,
            resale_price: resale.price,
            case_debt: self.case_debt,
            related_debt: self.related()?,
        })
    }

    /// After the first use only related debts are left.
    fn later(&self) -> Result<Claims, Failure> {
        if !self.costs.is_empty() || !self.case_debt.is_zero() {
            return Err(refuse(RefusalCode::WrongState, "costs").into());
        }
        Ok(Claims { related_debt: self.related()?, ..Claims::default() })
    }
    fn related(&self) -> Result<Money, Failure> {
        Ok(Money::sum(self.related_debts.iter().map(|debt| debt.amount))?)
    }

    /// Each related case is another one of the court against the same debtor, and owes that much.
    #[boxed]
    async fn check_related(&self, op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
        let own = respondents(op, row.case_id).await?;
        for debt in &self.related_debts {
            let case = cases::find_case(op.tx, &Scope::Everything, debt.case).await?;
            let case = case.filter(|case| case.court_id == row.court_id && case.id != row.case_id);
            let case = case.ok_or_else(|| Failure::not_found("relatedDebts"))?;
            let theirs = respondents(op, case.id).await?;
            let outstanding = cases::outstanding_of(op.tx, case.id).await?;
            if !theirs.iter().any(|person| own.contains(person)) {
                return Err(refuse(RefusalCode::ListInvalid, "relatedDebts").into());
            }
            if debt.amount > outstanding {
                return Err(refuse(RefusalCode::AmountInvalid, "relatedDebts").arg("maximum", outstanding).into());
            }
        }
        Ok(())
    }

    /// The lines that get something: a step that is not covered in full is shared in proportion.
    fn lines(&self, row: &lot::Model, split: &Waterfall) -> Result<Vec<Line<'_>>, Failure> {
        let share = |step, amounts: Vec<Money>| split.of(step).split_by_weights(&amounts);
        let costs = share(ForfeitureStep::AuctionCost, self.costs.iter().map(|cost| cost.amount).collect())?;
        let debts = share(ForfeitureStep::RelatedDebt, self.related_debts.iter().map(|debt| debt.amount).collect())?;
        let mut lines = Vec::new();
        for (cost, amount) in self.costs.iter().zip(costs) {
            lines.push(Line::new(ForfeitureStep::AuctionCost, amount, Goes::Party(cost.party), &cost.document_number));
        }
        for step in [ForfeitureStep::PriceGap, ForfeitureStep::CaseDebt] {
            lines.push(Line::new(step, split.of(step), Goes::Case(row.case_id), &self.panel_document));
        }
        for (debt, amount) in self.related_debts.iter().zip(debts) {
            lines.push(Line::new(ForfeitureStep::RelatedDebt, amount, Goes::Case(debt.case), &debt.document_number));
        }
        lines.retain(|line| line.amount.is_positive());
        Ok(lines)
    }
}

/// Keyed hashes of the debtors of a case.
#[boxed]
async fn respondents(op: &Op<'_>, case: CaseId) -> Result<Vec<crate::kernel::secret::BlindIndex>, Failure> {
    let parties = cases::parties_of(op.tx, case).await?;
    let debtors = parties.into_iter().filter(|party| party.role == PartyRole::Respondent);
    Ok(debtors.filter_map(|party| party.identity_index).collect())
}

#[derive(Clone, Copy)]
enum Goes {
    Party(PartyId),
    Case(CaseId),
}

/// A part of the deposit on its way.
struct Line<'a> {
    step: ForfeitureStep,
    amount: Money,
    goes: Goes,
    document: &'a str,
}

impl<'a> Line<'a> {
    fn new(step: ForfeitureStep, amount: Money, goes: Goes, document: &'a str) -> Line<'a> {
        Line { step, amount, goes, document }
    }

    #[boxed]
    async fn pay(&self, op: &mut Op<'_>, row: &lot::Model) -> Result<(), Failure> {
        let id = ForfeitureLineId::new(op.now);
        let from = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Forfeited, row.id.uuid());
        let (case_id, party_id, payable_id) = match self.goes {
            Goes::Case(case) => (Some(case), None, case_transfer(op, case, from, self.amount, id.node()).await?),
            Goes::Party(party) => (None, Some(party), self.pay_party(op, row, from, party, id).await?),
        };
        let new = forfeiture_line::Model {
            id,
            court_id: row.court_id,
            lot_id: row.id,
            step: self.step,
            amount: self.amount,
            case_id,
            party_id,
            document_number: text::checked("documentNumber", self.document, SHORT)?,
            payable_id,
            recorded_at: op.now,
        };
        forfeiture_line::Entity::insert(forfeiture_line::ActiveModel::from(new)).execute(op.tx).await?;
        Ok(())
    }

    #[boxed]
    async fn pay_party(
        &self,
        op: &mut Op<'_>,
        row: &lot::Model,
        from: AccountKey,
        party: PartyId,
        id: ForfeitureLineId,
    ) -> Result<PayableId, Failure> {
        let payee = payee_of(op, row, party).await?;
        let new = NewPayable {
            court: row.court_id,
            book: Book::AuctionDeposits,
            case: Some(row.case_id),
            from,
            purpose: PayablePurpose::SaleCost,
            payee: account_of(op, &payee).await?,
            amount: self.amount,
            sources: Vec::new(),
            subject: id.node(),
        };
        let payable = create_payable_to(op, new, None, payee.id).await?;
        queue_attempt(op, payable).await?;
        Ok(payable)
    }
}

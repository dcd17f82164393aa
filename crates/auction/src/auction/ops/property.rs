//! Recording what the court has found out about a property, and asking it before the publication
//! (参考价规定 2, 13, 27; 网拍规定 6, 13, 30).

use super::require;
use crate::access::{Act, Op, UseCase};
use crate::auction::LotStatus;
use crate::auction::property::{CostBearer, CostKind, Finding, NetworkQuote, Occupancy, PriceMethod, SurveyItem};
use crate::auction::rules::property as rules;
use crate::auction::store::property::{self, lot_card, lot_cost, lot_survey, reference_price};
use crate::auction::store::{chain, lot};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;
use std::collections::HashSet;

/// Costs of one lot at most.
const MOST_COSTS: usize = 50;
const IN_PREPARATION: [LotStatus; 2] = [LotStatus::Draft, LotStatus::Ready];

/// Records the price that the starting price refers to, in place of an earlier one (确定参考价).
#[derive(InputObject, Serialize)]
pub struct RecordReferencePriceInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot in preparation (标的物).
    pub lot: LotId,
    /// How the price was found (参考价确定方式).
    pub method: PriceMethod,
    /// The price, above zero; left out for NETWORK_INQUIRY, whose mean counts (参考价).
    pub amount: Option<Money>,
    /// What each platform answered, for NETWORK_INQUIRY alone; up to 20 (网络询价结果).
    #[graphql(default)]
    pub quotes: Vec<NetworkQuote>,
    /// Who said so: the parties, the institution, the platforms' list, the appraiser (出具主体).
    pub source: String,
    /// Why the ways before this one gave no price; needed for all but NEGOTIATED (未采用前序方式的理由).
    pub reason: Option<String>,
    /// Day from which the price holds, not in the future (参考价确定日).
    pub fixed_on: Date,
    /// Last day on which it holds; a year after fixedOn at most and by default (有效期至).
    pub valid_until: Option<Date>,
    /// Number of the agreement, answer or report (文号).
    pub document_number: String,
}

impl UseCase for RecordReferencePriceInput {
    type Done = LotId;
    const ACT: Act = Act::RecordReferencePrice;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &IN_PREPARATION, &reference::PRICE_30)?;
        let amount = rules::amount(self.method, self.amount, &self.quotes)?;
        for quote in &self.quotes {
            text::checked("quotes", &quote.platform, SHORT)?;
        }
        if self.fixed_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::PRICE_27).field("fixedOn").into());
        }
        let reason = text::checked_option("reason", self.reason.as_deref(), LONG)?;
        if self.method != PriceMethod::Negotiated && reason.is_none() {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::PRICE_2).field("reason").into());
        }
        let price = reference_price::Model {
            lot_id: row.id,
            court_id: row.court_id,
            method: self.method,
            amount,
            quotes: serde_json::to_string(&self.quotes)?,
            source: text::checked("source", &self.source, SHORT)?,
            reason,
            fixed_on: self.fixed_on.0,
            valid_until: rules::last_day(self.fixed_on.0, self.valid_until.map(LegalDate::from))?,
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "method": price.method, "amount": amount, "quotes": self.quotes,
            "fixedOn": price.fixed_on, "validUntil": price.valid_until, "documentNumber": price.document_number });
        reference_price::put(op.tx, price).await?;
        row.appraisal_price = amount;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        lot::save(op.tx, row).await?;
        Ok(self.lot)
    }
}

/// The answer to one question of the survey (调查结论).
#[derive(InputObject, Serialize)]
pub struct SurveyAnswerInput {
    /// The question (调查事项).
    pub item: SurveyItem,
    /// Found out, not investigated or not applicable (调查结论).
    pub finding: Finding,
    /// What was found, or why not (内容或理由).
    pub content: String,
    /// Where it was found out; for FOUND alone (信息来源).
    pub source: Option<String>,
    /// Day on which it was found out; for FOUND alone (调查日期).
    pub surveyed_on: Option<Date>,
}

/// A cost besides the price (费用).
#[derive(InputObject, Serialize)]
pub struct LotCostInput {
    /// Kind (费用种类).
    pub kind: CostKind,
    /// Who bears it; taxes stay with whom the law lays them on (承担主体).
    pub bearer: CostBearer,
    /// The amount, if it is known (金额).
    pub amount: Option<Money>,
    /// What a reader must know about it; needed for OTHER (说明).
    pub note: Option<String>,
}

/// Records the survey of a property and what it will cost, in place of an earlier one (填写调查情况表).
#[derive(InputObject, Serialize)]
pub struct RecordSurveyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot in preparation (标的物).
    pub lot: LotId,
    /// The answers, each question once; all are needed for the publication (调查结论).
    pub answers: Vec<SurveyAnswerInput>,
    /// Who is in possession (占有状况).
    pub occupancy: Occupancy,
    /// The court holds the keys; left out: not investigated (法院是否持有钥匙).
    pub keys_held: Option<bool>,
    /// A purchaser can pay by a bank loan; left out: not investigated (可否贷款).
    pub loan_possible: Option<bool>,
    /// Taxes, arrears and other costs, up to 50 (税费及欠费).
    #[graphql(default)]
    pub costs: Vec<LotCostInput>,
}

impl UseCase for RecordSurveyInput {
    type Done = LotId;
    const ACT: Act = Act::RecordSurvey;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &IN_PREPARATION, &reference::NETAUCTION_13)?;
        let distinct: HashSet<_> = self.answers.iter().map(|answer| answer.item).collect();
        if distinct.len() != self.answers.len() {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("answers").into());
        }
        if self.costs.len() > MOST_COSTS {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("costs").arg("maximum", MOST_COSTS).into());
        }
        let answers = self.answers.iter().map(|answer| answer.row(op, &row)).collect::<Result<Vec<_>, _>>()?;
        let costs = self.costs.iter().enumerate();
        let costs = costs.map(|(index, cost)| cost.row(op, &row, index)).collect::<Result<Vec<_>, _>>()?;
        let card = lot_card::Model {
            lot_id: row.id,
            court_id: row.court_id,
            occupancy: self.occupancy,
            keys_held: self.keys_held,
            loan_possible: self.loan_possible,
            recorded_at: op.now,
        };
        property::put_survey(op.tx, card, answers, costs).await?;
        let findings: Vec<_> = self.answers.iter().map(|answer| (answer.item, answer.finding)).collect();
        let facts = serde_json::json!({ "answers": findings, "occupancy": self.occupancy, "costs": self.costs });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

impl SurveyAnswerInput {
    fn row(&self, op: &Op<'_>, sale: &lot::Model) -> Result<lot_survey::Model, Refusal> {
        let source = text::checked_option("source", self.source.as_deref(), SHORT)?;
        let day = self.surveyed_on.map(LegalDate::from);
        rules::check_finding(self.finding, source.is_some(), day, op.now.legal_date())?;
        Ok(lot_survey::Model {
            lot_id: sale.id,
            item: self.item,
            court_id: sale.court_id,
            finding: self.finding,
            content: text::checked("content", &self.content, LONG)?,
            source,
            surveyed_on: day,
            recorded_at: op.now,
        })
    }
}
impl LotCostInput {
    fn row(&self, op: &Op<'_>, sale: &lot::Model, index: usize) -> Result<lot_cost::Model, Refusal> {
        rules::check_bearer(self.kind, self.bearer)?;
        let note = text::checked_option("note", self.note.as_deref(), LONG)?;
        if self.kind == CostKind::Other && note.is_none() {
            return Err(Refusal::new(RefusalCode::TextInvalid).law(&reference::NETAUCTION_13).field("note"));
        }
        Ok(lot_cost::Model {
            lot_id: sale.id,
            position: i32::try_from(index).unwrap_or(i32::MAX),
            court_id: sale.court_id,
            kind: self.kind,
            bearer: self.bearer,
            amount: self.amount,
            note,
            recorded_at: op.now,
        })
    }
}

/// Before the publication: a reference price that carries this very offer, a survey without a gap, the card of costs.
#[boxed]
pub(super) async fn check_property(op: &Op<'_>, row: &lot::Model, starts_on: LegalDate) -> Result<(), Failure> {
    let price = reference_price::of_lot(op.tx, row.id).await?.filter(|price| price.amount == row.appraisal_price);
    let missing = || Refusal::new(RefusalCode::ReferencePriceMissing).law(&reference::PRICE_30).field("lot");
    let price = price.ok_or_else(missing)?;
    // a later round rests on the announcement of the first that was offered at this price
    let earlier = chain::rounds_of(op.tx, row.id).await?.into_iter().map(|round| round.lot);
    let announced = earlier.filter_map(|lot| lot.published_at.map(|at| at.legal_date()));
    let first_on = announced.filter(|day| *day >= price.fixed_on).min().unwrap_or_else(|| op.now.legal_date());
    rules::check_in_force(price.valid_until, first_on, starts_on)?;
    let answers = lot_survey::of_lot(op.tx, row.id).await?;
    rules::check_survey(&answers.iter().map(|answer| answer.item).collect())?;
    Ok(())
}

/// The next round of a property begins with what is known of it.
#[boxed]
pub(super) async fn copy_property(op: &Op<'_>, from: LotId, to: &lot::Model) -> Result<(), Failure> {
    let price = reference_price::of_lot(op.tx, from).await?.filter(|price| price.amount == to.appraisal_price);
    if let Some(price) = price {
        reference_price::put(op.tx, reference_price::Model { lot_id: to.id, recorded_at: op.now, ..price }).await?;
    }
    let Some(card) = lot_card::of_lot(op.tx, from).await? else { return Ok(()) };
    let answers = lot_survey::of_lot(op.tx, from).await?.into_iter();
    let costs = lot_cost::of_lot(op.tx, from).await?.into_iter();
    property::put_survey(
        op.tx,
        lot_card::Model { lot_id: to.id, recorded_at: op.now, ..card },
        answers.map(|answer| lot_survey::Model { lot_id: to.id, recorded_at: op.now, ..answer }).collect(),
        costs.map(|cost| lot_cost::Model { lot_id: to.id, recorded_at: op.now, ..cost }).collect(),
    )
    .await?;
    Ok(())
}

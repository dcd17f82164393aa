//! What is known of a property, as the public sees it.

use crate::auction::property::{CostBearer, CostKind, Finding, NetworkQuote, Occupancy, PriceMethod, SurveyItem};
use crate::auction::store::lot;
use crate::auction::store::property::{lot_card, lot_cost, lot_survey, reference_price};
use crate::graphql::caller::services;
use crate::graphql::scalars::Date;
use crate::kernel::error::Problem;
use crate::kernel::money::{Money, MoneyError};
use async_graphql::{Context, Object, SimpleObject};

/// The reference price of a lot.
pub struct ReferencePrice(pub reference_price::Model);

/// The price that the starting price refers to (参考价).
#[Object]
impl ReferencePrice {
    /// How it was found (确定方式).
    async fn method(&self) -> PriceMethod {
        self.0.method
    }
    /// The price; of a network inquiry the mean of the answers (参考价).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// What each platform answered (网络询价结果).
    async fn quotes(&self) -> Result<Vec<NetworkQuote>, Problem> {
        self.0.quotes()
    }
    /// Who said so (出具主体).
    async fn source(&self) -> &str {
        &self.0.source
    }
    /// Why the ways before gave no price (未采用前序方式的理由).
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Day from which it holds (确定日).
    async fn fixed_on(&self) -> Date {
        Date(self.0.fixed_on)
    }
    /// Last day on which it holds (有效期至).
    async fn valid_until(&self) -> Date {
        Date(self.0.valid_until)
    }
    /// Number of the agreement, answer or report (文号).
    async fn document_number(&self) -> &str {
        &self.0.document_number
    }
}

/// The answer to a question of the survey (调查结论).
#[derive(SimpleObject)]
pub struct SurveyAnswer {
    /// The question (调查事项).
    item: SurveyItem,
    /// Found out, not investigated or not applicable (调查结论).
    finding: Finding,
    /// What was found, or why not (内容或理由).
    content: String,
    /// Where it was found out (信息来源).
    source: Option<String>,
    /// Day on which it was found out (调查日期).
    surveyed_on: Option<Date>,
}
impl From<lot_survey::Model> for SurveyAnswer {
    fn from(row: lot_survey::Model) -> SurveyAnswer {
        SurveyAnswer {
            item: row.item,
            finding: row.finding,
            content: row.content,
            source: row.source,
            surveyed_on: row.surveyed_on.map(Date),
        }
    }
}

/// What a property costs besides its price.
pub struct CostCard<'l> {
    lot: &'l lot::Model,
    card: lot_card::Model,
    costs: Vec<lot_cost::Model>,
}
impl<'l> CostCard<'l> {
    pub async fn load(ctx: &Context<'_>, lot: &'l lot::Model) -> Result<Option<CostCard<'l>>, Problem> {
        let reader = services(ctx)?.db.reader();
        let Some(card) = lot_card::of_lot(&reader, lot.id).await? else { return Ok(None) };
        Ok(Some(CostCard { lot, card, costs: lot_cost::of_lot(&reader, lot.id).await? }))
    }
    /// The purchaser's own costs, each side's own share among them.
    fn of_buyer(&self) -> impl Iterator<Item = &lot_cost::Model> {
        self.costs.iter().filter(|cost| cost.bearer != CostBearer::Debtor)
    }
    fn known(&self) -> Result<Money, MoneyError> {
        Money::sum(self.of_buyer().filter_map(|cost| cost.amount))
    }
}

/// What a purchaser must reckon with besides the price (总成本卡).
#[Object]
impl CostCard<'_> {
    /// Who is in possession (占有状况).
    async fn occupancy(&self) -> Occupancy {
        self.card.occupancy
    }
    /// The court holds the keys; null: not investigated (法院是否持有钥匙).
    async fn keys_held(&self) -> Option<bool> {
        self.card.keys_held
    }
    /// A purchaser can pay by a bank loan; null: not investigated (可否贷款).
    async fn loan_possible(&self) -> Option<bool> {
        self.card.loan_possible
    }
    /// Local purchase limits apply (是否限购).
    async fn purchase_restricted(&self) -> bool {
        self.lot.purchase_restricted
    }
    /// The costs (税费及欠费).
    async fn lines(&self) -> Vec<LotCost> {
        self.costs.iter().map(LotCost::from).collect()
    }
    /// Known costs that the purchaser bears besides the price (买受人承担的已知费用).
    async fn known_for_buyer(&self) -> Result<Money, Problem> {
        self.known().map_err(Problem::internal)
    }
    /// Costs of the purchaser whose amount is not known (买受人承担的未知费用项数).
    async fn unknown_for_buyer(&self) -> usize {
        self.of_buyer().filter(|cost| cost.amount.is_none()).count()
    }
    /// The present price, before the first bid the starting price, with the known costs of the purchaser (已知总成本).
    async fn total_at_present_price(&self) -> Result<Option<Money>, Problem> {
        let Some(price) = self.lot.current_price.or(self.lot.starting_price) else { return Ok(None) };
        let total = self.known().and_then(|known| price.plus(known));
        total.map(Some).map_err(Problem::internal)
    }
}

/// A cost besides the price (费用).
#[derive(SimpleObject)]
pub struct LotCost {
    /// Kind (费用种类).
    kind: CostKind,
    /// Who bears it (承担主体).
    bearer: CostBearer,
    /// The amount; null: not known (金额).
    amount: Option<Money>,
    /// What a reader must know about it (说明).
    note: Option<String>,
}
impl From<&lot_cost::Model> for LotCost {
    fn from(row: &lot_cost::Model) -> LotCost {
        LotCost { kind: row.kind, bearer: row.bearer, amount: row.amount, note: row.note.clone() }
    }
}

//! A lot as the public and its court see it.

use super::aftermath::{self, BalanceReminder, BuyerDefault, ForfeitureSimulation, LotRound};
use super::announcement::Announcement;
use super::application::Application;
use super::bid::{self, BidConnection};
use super::ending::{self, InKindOffer, InKindRuling, LotObjection, LotRelease, SaleSetAside, SurplusAssessment};
use super::lot_parameters::LotParameters;
use super::lot_result::LotResult;
use super::opening::{SealOpening, openings};
use super::{LotReplay, Registration, court_scope, own_registration};
use crate::access::Act;
use crate::auction::follow::store as follow;
use crate::auction::replay::Form;
use crate::auction::rules::forfeiture::Claims;
use crate::auction::store::{disclosure, lot, registration};
use crate::auction::{AuctionRound, DepositMode, DisclosureItem, LotCategory, LotStatus, OperatingMode};
use crate::cases::api::{Case, Court};
use crate::connection;
use crate::graphql::caller::{actor, scope, services};
use crate::graphql::connection::{Listed, cost};
use crate::graphql::loader;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, NodeRef};
use crate::kernel::money::Money;
use async_graphql::{Context, Object, SimpleObject};

/// What reading a replay file costs: a few in one request, not one for each lot of a page under each of fifty aliases.
const WHOLE_FILE: usize = 2_000;

/// A property on sale by a court.
pub struct Lot(pub lot::Model);
impl Lot {
    /// The lot, when it is published or of one of the caller's courts.
    pub async fn load(ctx: &Context<'_>, id: &LotId) -> Result<Option<Lot>, Problem> {
        Ok(loader::row(ctx, *id).await?.map(Lot))
    }
}
impl Listed for Lot {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A lot of a judicial auction (标的物). Public from its publication on.
#[Object]
impl Lot {
    /// Opaque id (标识).
    pub async fn id(&self) -> LotId {
        self.0.id
    }
    /// Number of the lot, unique in the country (标的物编号).
    async fn lot_number(&self) -> &str {
        &self.0.lot_number
    }
    /// The court that sells (执行法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// The case, for those who may see it (执行案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match Case::load(ctx, &self.0.case_id).await {
            Err(Problem::Unauthenticated | Problem::Forbidden) => Ok(None),
            answer => answer,
        }
    }
    /// What is sold (标的物名称).
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Kind of property (标的物类别).
    async fn category(&self) -> LotCategory {
        self.0.category
    }
    /// Where the lot stands (状态).
    async fn status(&self) -> LotStatus {
        self.0.status
    }
    /// Which attempt at selling this is (拍卖轮次).
    async fn round(&self) -> AuctionRound {
        self.0.round
    }
    /// Under which right this installation sells; PRACTICE is an exercise (运行模式).
    async fn operating_mode(&self) -> OperatingMode {
        self.0.operating_mode
    }
    /// Who runs the sale, and where, when it is no exercise (拍卖平台).
    async fn platform(&self) -> super::mirror::SalePlatform<'_> {
        super::mirror::SalePlatform(&self.0)
    }
    /// Appraisal price (评估价).
    async fn appraisal_price(&self) -> Money {
        self.0.appraisal_price
    }
    /// Starting price, which is the reserve price (起拍价).
    async fn starting_price(&self) -> Option<Money> {
        self.0.starting_price
    }
    /// Deposit (保证金).
    async fn deposit(&self) -> Option<Money> {
        self.0.deposit
    }
    /// Increment (加价幅度).
    async fn bid_increment(&self) -> Option<Money> {
        self.0.bid_increment
    }
    /// How deposits are kept (保证金缴纳方式).
    async fn deposit_mode(&self) -> DepositMode {
        self.0.deposit_mode
    }
    /// Bidders must undertake that no local purchase limit bars them (是否限购).
    async fn purchase_restricted(&self) -> bool {
        self.0.purchase_restricted
    }
    /// Days from the end within which the balance is due (余款支付期限).
    async fn balance_days(&self) -> Option<i32> {
        self.0.balance_days
    }
    /// When the announcement was published (公告发布时间).
    async fn published_at(&self) -> Option<Timestamp> {
        self.0.published_at
    }
    /// Begin of bidding (竞价开始时间).
    async fn starts_at(&self) -> Option<Timestamp> {
        self.0.starts_at
    }
    /// End of bidding as announced (公告的竞价结束时间).
    async fn planned_end_at(&self) -> Option<Timestamp> {
        self.0.planned_end_at
    }
    /// End of bidding as it stands now, moved by bids of the last five minutes (实际结束时间).
    async fn effective_end_at(&self) -> Option<Timestamp> {
        self.0.effective_end_at
    }
    /// How often a late bid has moved the end (延时次数).
    async fn extension_count(&self) -> i32 {
        self.0.extension_count
    }
    /// Why bidding stands still, or why the lot was taken back or ended (暂缓、中止、撤回、终结理由).
    async fn suspension_reason(&self) -> Option<&str> {
        self.0.suspension_reason.as_deref()
    }
    /// Openings of what registrations kept sealed, once the sale is over; empty before (密封信息查阅记录). Public.
    async fn seal_openings(&self, ctx: &Context<'_>) -> Result<Vec<SealOpening>, Problem> {
        openings(ctx, &self.0).await
    }
    /// The decision or ruling that stopped, withdrew or ended it; null when it was stopped for a fault (暂缓、中止、撤回、
    /// 终结文书文号).
    async fn suspension_document(&self) -> Option<&str> {
        self.0.suspension_document.as_deref()
    }
    /// The best bid (当前价).
    async fn current_price(&self) -> Option<Money> {
        self.0.current_price
    }
    /// Code of the bidder who leads (领先竞买代码).
    async fn leading_bidder_code(&self) -> Option<&str> {
        self.0.leader_code.as_deref()
    }
    /// The least that an ordinary bidder may offer next, while bids are taken (下一口最低出价).
    async fn minimum_next_bid(&self) -> Option<Money> {
        let running = matches!(self.0.status, LotStatus::Announced | LotStatus::Open | LotStatus::Suspended);
        self.0.state().filter(|_| running).and_then(|state| state.minimum_next_bid())
    }
    /// Accepted bids so far (出价次数).
    async fn bid_count(&self) -> i64 {
        self.0.bid_count
    }
    /// Registrations so far, qualified or not (报名人数).
    async fn registration_count(&self, ctx: &Context<'_>) -> Result<u64, Problem> {
        registration::count(&services(ctx)?.db.reader(), self.0.id).await
    }
    /// How often it was looked at, a viewer once a day; some seconds behind (围观次数).
    async fn view_count(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        crate::auction::views::of_lot(&services(ctx)?.db.reader(), self.0.id).await
    }
    /// How many follow it; who they are is told to nobody (关注人数).
    async fn follower_count(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        follow::followers(&services(ctx)?.db.reader(), self.0.id).await
    }
    /// Whether the caller follows it; false for those who have not signed in (是否已关注).
    async fn followed(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        let Some(account) = actor(ctx)?.account() else { return Ok(false) };
        follow::lot_follow::follows(&services(ctx)?.db.reader(), account, self.0.id).await
    }
    /// Moves by one with each visible change; `lotEvents` resumes from it (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// What else was announced, with the corrections since (拍卖公告).
    async fn announcement(&self) -> Announcement<'_> {
        Announcement(&self.0)
    }
    /// What is public about the lot, item by item (公示事项).
    async fn disclosures(&self, ctx: &Context<'_>) -> Result<Vec<Disclosure>, Problem> {
        let rows = disclosure::of_lot(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(Disclosure::from).collect())
    }
    /// All attempts by bidder code, newest first; reason and amount of a refused one are shown to its bidder alone
    /// (出价记录).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn bids(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BidConnection, Problem> {
        let page = bid::page(first, after, last, before)?;
        bid::list(ctx, self.0.id, page, false).await
    }
    /// The caller's own registration (我的报名).
    async fn my_registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>, Problem> {
        Ok(own_registration(ctx, self.0.id).await?.map(Registration))
    }
    /// The caller's own attempts with their reasons and receipts, newest first (我的出价).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn my_bids(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BidConnection, Problem> {
        let page = bid::page(first, after, last, before)?;
        bid::list(ctx, self.0.id, page, true).await
    }
    /// What followed from the hammer; null before a sale, and for the public once the court's `confirmation_page_days` are
    /// over (成交结果).
    async fn result(&self, ctx: &Context<'_>) -> Result<Option<LotResult>, Problem> {
        LotResult::of_lot(ctx, &self.0).await
    }
    /// The round before; null for the first (上一轮).
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        aftermath::neighbour(ctx, self.0.id, -1).await
    }
    /// The round after, once it is published (下一轮).
    async fn next(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        aftermath::neighbour(ctx, self.0.id, 1).await
    }
    /// All rounds of the property, in order (全部处置轮次).
    async fn chain(&self, ctx: &Context<'_>) -> Result<Vec<LotRound>, Problem> {
        aftermath::rounds(ctx, self.0.id).await
    }
    /// The purchaser's default with the use of his deposit (悔拍). Public.
    async fn buyer_default(&self, ctx: &Context<'_>) -> Result<Option<BuyerDefault>, Problem> {
        aftermath::default_of(ctx, self.0.id).await
    }
    /// Reminders of the balance that were sent (余款催缴).
    async fn balance_reminders(&self, ctx: &Context<'_>) -> Result<Vec<BalanceReminder>, Problem> {
        aftermath::reminders_of(ctx, self.0.id).await
    }
    /// What the purchaser's deposit would pay at a re-sale price; null before a sale (悔拍保证金试算).
    async fn forfeiture_simulation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Price of the new sale (重新拍卖成交价).")] resale_price: Money,
        #[graphql(desc = "Costs of the failed auction and the new one (拍卖费用损失).")] costs: Option<Money>,
        #[graphql(desc = "What is still owed in the case (本案债务).")] case_debt: Option<Money>,
        #[graphql(desc = "Debts tied to the property in other cases (相关债务).")] related_debt: Option<Money>,
    ) -> Result<Option<ForfeitureSimulation>, Problem> {
        let claims = Claims {
            costs: costs.unwrap_or_default(),
            resale_price: Some(resale_price),
            case_debt: case_debt.unwrap_or_default(),
            related_debt: related_debt.unwrap_or_default(),
            ..Claims::default()
        };
        ForfeitureSimulation::of_lot(ctx, &self.0, claims).await
    }
    /// Creditors who are ready to take the unsold property, for the court (抵债申请).
    async fn in_kind_offers(&self, ctx: &Context<'_>) -> Result<Option<Vec<InKindOffer>>, Problem> {
        ending::offers_of(ctx, &self.0).await
    }
    /// How the unsold property was taken in kind (以物抵债).
    async fn in_kind_ruling(&self, ctx: &Context<'_>) -> Result<Option<InKindRuling>, Problem> {
        ending::ruling_of(ctx, self.0.id).await
    }
    /// The seizure was lifted: nobody bought and nobody took it (解除查封退还).
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<LotRelease>, Problem> {
        ending::release_of(ctx, self.0.id).await
    }
    /// The sale was set aside (撤销拍卖).
    async fn set_aside(&self, ctx: &Context<'_>) -> Result<Option<SaleSetAside>, Problem> {
        ending::set_aside_of(ctx, self.0.id).await
    }
    /// Does the reserve price leave anything for the applicant? For the court (无益拍卖审查).
    async fn surplus_assessment(&self, ctx: &Context<'_>) -> Result<Option<SurplusAssessment>, Problem> {
        ending::surplus_of(ctx, &self.0).await
    }
    /// Objections to this sale, oldest first, for the court (执行异议).
    async fn objections(&self, ctx: &Context<'_>) -> Result<Option<Vec<LotObjection>>, Problem> {
        ending::docket_of(ctx, &self.0).await
    }
    /// The readings of the law that this lot is sold under (适用的规则参数).
    async fn rule_parameters(&self) -> Result<LotParameters, Problem> {
        Ok(self.0.rule_parameters()?.into())
    }
    /// The public replay file, once bidding has ended: every step of the sale, hash-chained and signed, to be recomputed
    /// offline by `duixian verify replay`; null for a sale that a platform ran: see `platform` (公开竞价回放). Public.
    #[graphql(complexity = "WHOLE_FILE + child_complexity")]
    async fn replay(&self, ctx: &Context<'_>) -> Result<Option<LotReplay>, Problem> {
        LotReplay::load(ctx, self.0.id, Form::Public).await
    }
    /// The replay file with refused attempts in full, for the court (完整竞价回放).
    #[graphql(complexity = "WHOLE_FILE + child_complexity")]
    async fn full_replay(&self, ctx: &Context<'_>) -> Result<Option<LotReplay>, Problem> {
        match scope(ctx, Act::ReadFullReplay) {
            Ok(courts) if courts.allows_court(self.0.court_id) => LotReplay::load(ctx, self.0.id, Form::Full).await,
            _ => Ok(None),
        }
    }
    /// Registrations that wait for a decision, for the court; without name and code (待审核报名).
    async fn applications(&self, ctx: &Context<'_>) -> Result<Option<Vec<Application>>, Problem> {
        let courts = scope(ctx, Act::DecideQualification).unwrap_or_else(|_| court_scope(ctx));
        if !courts.allows_court(self.0.court_id) {
            return Ok(None);
        }
        let rows = registration::of_lot(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(Some(rows.into_iter().filter(Application::awaits_decision).map(Application).collect()))
    }
}

/// One of the eleven items or seven warnings (公示事项).
#[derive(SimpleObject)]
pub struct Disclosure {
    /// Which item (事项).
    item: DisclosureItem,
    /// Its text, or why it does not apply (内容或不适用理由).
    content: String,
    /// The item does not apply (不适用).
    not_applicable: bool,
    /// One of the warnings of 网拍规定 第14条 (特别提示).
    is_warning: bool,
}
impl From<disclosure::Model> for Disclosure {
    fn from(row: disclosure::Model) -> Disclosure {
        Disclosure {
            item: row.item,
            content: row.content,
            not_applicable: row.not_applicable,
            is_warning: row.item.is_warning(),
        }
    }
}

connection! {
    /// Lots, newest first (标的物列表).
    LotConnection, LotEdge of Lot
}

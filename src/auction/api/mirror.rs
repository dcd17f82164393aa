//! Providers of the list, who runs a sale, and sales that run on a listed platform, in the graph.

use super::{Lot, turn};
use crate::access::Act;
use crate::access::approval_api::Approval;
use crate::auction::DepositHolding;
use crate::auction::bidding::StoredRefusal;
use crate::auction::mirror::store::{
    auction_provider, holds_on, lot_provider, mirror_bid, mirror_bundle, mirror_finding, mirror_registration,
    provider_key,
};
use crate::auction::mirror::{BundleState, MirrorOutcome, ProviderChoice};
use crate::auction::ops::{
    AdoptMirrorBundleInput, ChooseProviderInput, ImportMirrorBundleInput, ProposeProviderInput, ProposeProviderKeyInput,
};
use crate::auction::store::{lot, registration};
use crate::cases::ProposalStatus;
use crate::graphql::caller::{run, scope, services};
use crate::graphql::payload::UserError;
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{AuctionProviderId, LotId, MirrorBundleId, ProviderKeyId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::EntityTrait;
use std::collections::HashMap;

/// Most entries, keys or bundles that are shown at once.
const MOST: u64 = 100;
/// Most bids that are shown at once.
const MOST_BIDS: u64 = 1000;
/// What the bids of a sale cost to read.
const ALL_BIDS: usize = 1_000;

/// An entry of the list.
pub struct AuctionProvider(auction_provider::Model);
impl AuctionProvider {
    /// Approved entries are public; others are for administrators.
    pub async fn load(ctx: &Context<'_>, id: &AuctionProviderId) -> Result<Option<AuctionProvider>, Problem> {
        let row = auction_provider::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let shown = scope(ctx, Act::ProposeProvider).is_ok();
        Ok(row.filter(|row| shown || row.status == ProposalStatus::Approved).map(AuctionProvider))
    }
}

/// A provider of online judicial auctions as the Supreme People's Court's list has it (名单库平台).
#[Object]
impl AuctionProvider {
    /// Opaque id of this version of the entry (标识).
    pub async fn id(&self) -> AuctionProviderId {
        self.0.id
    }
    /// Short code, the same for good, e.g. TAOBAO (平台代码).
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Name (平台名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// First day on the list (入库日期).
    async fn listed_from(&self) -> Date {
        Date(self.0.listed_from)
    }
    /// Last day on the list; null while the provider stands there (出库日期).
    async fn listed_until(&self) -> Option<Date> {
        self.0.listed_until.map(Date)
    }
    /// Whether it stands on the list today (是否在库).
    async fn listed(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        let approved = self.0.status == ProposalStatus::Approved;
        Ok(approved && holds_on(self.0.listed_from, self.0.listed_until, today))
    }
    /// Announcement that it rests on (公告文号).
    async fn document_number(&self) -> &str {
        &self.0.document_number
    }
    /// Further names that the accounts bear from which its transfers of deposits come (划转账户户名).
    async fn payment_names(&self) -> Result<Vec<String>, Problem> {
        self.0.payment_names()
    }
    /// Whether a second administrator has agreed (登记状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// Keys with which the provider signs, ended ones too, newest first (平台公钥).
    async fn keys(&self, ctx: &Context<'_>) -> Result<Vec<ProviderKey>, Problem> {
        let rows = provider_key::of_provider(&services(ctx)?.db.reader(), &self.0.code, MOST).await?;
        Ok(rows.into_iter().map(ProviderKey).collect())
    }
    /// Its approval, for administrators (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        match scope(ctx, Act::ProposeProvider) {
            Ok(_) => Approval::of(ctx, self.0.id.node()).await,
            Err(_) => Ok(None),
        }
    }
}

/// A key of a provider.
pub struct ProviderKey(provider_key::Model);
impl ProviderKey {
    /// Approved keys are public; others are for administrators.
    pub async fn load(ctx: &Context<'_>, id: &ProviderKeyId) -> Result<Option<ProviderKey>, Problem> {
        let row = provider_key::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let shown = scope(ctx, Act::ProposeProvider).is_ok();
        Ok(row.filter(|row| shown || row.status == ProposalStatus::Approved).map(ProviderKey))
    }
}

/// The public half of an Ed25519 key with which a provider signs what it sends to courts (平台公钥).
#[Object]
impl ProviderKey {
    /// Opaque id of this version of the entry (标识).
    pub async fn id(&self) -> ProviderKeyId {
        self.0.id
    }
    /// Name of the key in signatures: the first 16 hexadecimal digits of its SHA-256 (密钥标识).
    async fn key_id(&self) -> &str {
        &self.0.key_id
    }
    /// Code of the provider (平台代码).
    async fn provider_code(&self) -> &str {
        &self.0.provider_code
    }
    /// The 32 bytes in base64 (公钥).
    async fn public_key(&self) -> String {
        STANDARD.encode(&self.0.public_key)
    }
    /// First day on which what it signs is taken in (启用日期).
    async fn valid_from(&self) -> Date {
        Date(self.0.valid_from)
    }
    /// Last such day; null while it is in use (停用日期).
    async fn valid_until(&self) -> Option<Date> {
        self.0.valid_until.map(Date)
    }
    /// The provider's letter (依据文件).
    async fn document_number(&self) -> &str {
        &self.0.document_number
    }
    /// Whether a second administrator has agreed (登记状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// Its approval, for administrators (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        match scope(ctx, Act::ProposeProvider) {
            Ok(_) => Approval::of(ctx, self.0.id.node()).await,
            Err(_) => Ok(None),
        }
    }
}

/// Who runs the sale of a lot.
pub struct SalePlatform<'l>(pub &'l lot::Model);

/// Who runs a sale, and where it is bid on (拍卖平台).
#[Object]
impl SalePlatform<'_> {
    /// The provider that was chosen; null in an exercise, or before the choice (选定平台).
    async fn provider(&self, ctx: &Context<'_>) -> Result<Option<LotProvider>, Problem> {
        let row = lot_provider::of_lot(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(row.map(LotProvider::from))
    }
    /// What the platform says of a sale that runs there, as the court stands on it. Present on every mirrored sale that is
    /// public: show that it is one, and send bidders to its address (镜像拍卖). Public.
    async fn mirrored(&self, ctx: &Context<'_>) -> Result<Option<MirroredSale>, Problem> {
        Ok(mirror_bundle::adopted(&services(ctx)?.db.reader(), self.0.id).await?.map(MirroredSale))
    }
    /// Every bundle of the lot, newest first, for its court (镜像数据包).
    #[graphql(complexity = "20 * child_complexity")]
    async fn bundles(&self, ctx: &Context<'_>) -> Result<Option<Vec<MirrorBundle>>, Problem> {
        match scope(ctx, Act::ReadMirrorBundles) {
            Ok(courts) if courts.allows_court(self.0.court_id) => {
                let rows = mirror_bundle::of_lot(&services(ctx)?.db.reader(), self.0.id, MOST).await?;
                Ok(Some(rows.into_iter().map(MirrorBundle).collect()))
            }
            _ => Ok(None),
        }
    }
}

/// The provider of a sale and who chose it (选定的拍卖平台).
#[derive(SimpleObject)]
pub struct LotProvider {
    /// Code of the provider (平台代码).
    code: String,
    /// Its name on the day of the choice (平台名称).
    name: String,
    /// Who chose it (选择人).
    chosen_by: ProviderChoice,
    /// The choice or decision (依据文件).
    document_number: String,
}
impl From<lot_provider::Model> for LotProvider {
    fn from(row: lot_provider::Model) -> LotProvider {
        LotProvider {
            code: row.provider_code,
            name: row.provider_name,
            chosen_by: row.chosen_by,
            document_number: row.document_number,
        }
    }
}

/// The adopted bundle as everybody sees it.
pub struct MirroredSale(mirror_bundle::Model);

/// A sale that runs or ran on a listed platform; what stands here is its signed image (镜像拍卖).
#[Object]
impl MirroredSale {
    /// Number of the lot on the platform (平台标的编号).
    async fn platform_lot(&self) -> &str {
        &self.0.platform_lot
    }
    /// Page of the lot on the platform: register and bid there (平台页面).
    async fn url(&self) -> &str {
        &self.0.platform_url
    }
    /// When the provider issued the bundle (签发时间).
    async fn issued_at(&self) -> Timestamp {
        self.0.issued_at
    }
    /// SHA-256 of what was signed, hexadecimal; it also stands in the audit log (数据包哈希).
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// The provider's key, as `auctionProviders` lists it (密钥标识).
    async fn key_id(&self) -> &str {
        &self.0.key_id
    }
    /// How the sale ended; null while it runs (结果).
    async fn outcome(&self) -> Option<MirrorOutcome> {
        self.0.outcome
    }
    /// Number of the platform's confirmation of sale (成交确认书编号).
    async fn confirmation_number(&self) -> Option<&str> {
        self.0.confirmation_number.as_deref()
    }
    /// SHA-256 of the platform's confirmation of sale, hexadecimal (成交确认书哈希).
    async fn confirmation_sha256(&self) -> Option<&str> {
        self.0.confirmation_sha256.as_deref()
    }
    /// When the court stood on it (采认时间).
    async fn adopted_at(&self) -> Option<Timestamp> {
        self.0.adopted_at
    }
    /// The bids of a sold lot in the order of the platform, at most 1,000 at once: ask on behind the last one's
    /// `sequence` (平台出价记录).
    #[graphql(complexity = "ALL_BIDS + child_complexity")]
    async fn bids(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only bids behind this sequence; from the first one by default (起始序号).")] after: Option<
            i64,
        >,
    ) -> Result<Vec<MirroredBid>, Problem> {
        let (reader, after) = (services(ctx)?.db.reader(), after.unwrap_or(0));
        let rows = mirror_bid::after(&reader, self.0.lot_id, after, MOST_BIDS).await?;
        Ok(rows.into_iter().map(MirroredBid::from).collect())
    }
}

/// A bid on the platform (平台出价).
#[derive(SimpleObject)]
pub struct MirroredBid {
    /// Place among the bids, from 1 (序号).
    sequence: i64,
    /// Code of the bidder on the platform (竞买代码).
    bidder_code: String,
    /// The price offered (出价金额).
    amount: Money,
    /// When the platform took it (出价时间).
    at: Timestamp,
}
impl From<mirror_bid::Model> for MirroredBid {
    fn from(row: mirror_bid::Model) -> MirroredBid {
        MirroredBid { sequence: row.sequence, bidder_code: row.bidder_code, amount: row.amount, at: row.bid_at }
    }
}

/// A bundle as its court sees it.
pub struct MirrorBundle(mirror_bundle::Model);
impl MirrorBundle {
    /// The bundle, of one of the caller's courts.
    pub async fn load(ctx: &Context<'_>, id: &MirrorBundleId) -> Result<Option<MirrorBundle>, Problem> {
        let scope = scope(ctx, Act::ReadMirrorBundles)?;
        Ok(mirror_bundle::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(MirrorBundle))
    }
}

/// A signed statement of a platform about one lot (镜像数据包). For the court and the provider's operator.
#[Object]
impl MirrorBundle {
    /// Opaque id (标识).
    pub async fn id(&self) -> MirrorBundleId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn state(&self) -> BundleState {
        self.0.state
    }
    /// The lot that it speaks of (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.0.lot_id).await
    }
    /// SHA-256 of what was signed, hexadecimal (数据包哈希).
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// The provider's key that signed it (密钥标识).
    async fn key_id(&self) -> &str {
        &self.0.key_id
    }
    /// When the provider issued it (签发时间).
    async fn issued_at(&self) -> Timestamp {
        self.0.issued_at
    }
    /// How the sale ended; null while it runs (结果).
    async fn outcome(&self) -> Option<MirrorOutcome> {
        self.0.outcome
    }
    /// The price, when sold (成交价).
    async fn price(&self) -> Option<Money> {
        self.0.price
    }
    /// When the sale ended (结束时间).
    async fn ended_at(&self) -> Option<Timestamp> {
        self.0.ended_at
    }
    /// When it was taken in (导入时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When the court stood on it (采认时间).
    async fn adopted_at(&self) -> Option<Timestamp> {
        self.0.adopted_at
    }
    /// Where it departs from the rules, the panel's decision or the bank's books; each needs a reason before the bundle is
    /// adopted (偏差清单).
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<MirrorFinding>, Problem> {
        let rows = mirror_finding::of_bundle(&services(ctx)?.db.reader(), self.0.id).await?;
        rows.into_iter().map(MirrorFinding::try_from).collect()
    }
    /// The lot's registrations with the court's account numbers for their deposits, once a bundle was adopted: the platform
    /// shows each bidder his (报名及保证金账号).
    #[graphql(complexity = "100 + 10 * child_complexity")]
    async fn registrations(&self, ctx: &Context<'_>) -> Result<Vec<MirrorRegistration>, Problem> {
        let reader = services(ctx)?.db.reader();
        let links = mirror_registration::of_lot(&reader, self.0.lot_id).await?;
        let mut references: HashMap<_, _> =
            links.into_iter().map(|link| (link.registration_id, link.reference)).collect();
        let rows = registration::of_lot(&reader, self.0.lot_id).await?.into_iter();
        let shown = rows.filter_map(|row| Some(MirrorRegistration::of(references.remove(&row.id)?, row)));
        Ok(shown.collect())
    }
}

/// One departure in a bundle (偏差).
#[derive(SimpleObject)]
pub struct MirrorFinding {
    /// Number in the bundle, from 1: `adoptMirrorBundle` names it (序号).
    number: i32,
    /// Where in the bundle, e.g. `$.bundle.bids[3]` (位置).
    path: String,
    /// What our own rules would have said (规则意见).
    refusal: UserError,
    /// Why the court accepted it; null before the adoption (采认理由).
    reason: Option<String>,
}
impl TryFrom<mirror_finding::Model> for MirrorFinding {
    type Error = Problem;
    fn try_from(row: mirror_finding::Model) -> Result<MirrorFinding, Problem> {
        let refusal = StoredRefusal::parse(&row.refusal)?.refusal().into();
        Ok(MirrorFinding { number: row.number, path: row.path, refusal, reason: row.reason })
    }
}

/// A registration on the platform with the court's account for its deposit (平台报名). Without name and code.
#[derive(SimpleObject)]
pub struct MirrorRegistration {
    /// The platform's number of it (平台报名编号).
    reference: String,
    /// The deposit due (应缴保证金).
    deposit_required: Money,
    /// What has arrived and stands on it (已到账保证金).
    deposit_received: Money,
    /// The court's account number for this deposit (保证金账号).
    deposit_account_number: String,
    /// Where the deposit lies; on the platform, `platformDeposits` shows what the provider did with it (保证金存放方式).
    deposit_holding: DepositHolding,
}
impl MirrorRegistration {
    fn of(reference: String, row: registration::Model) -> MirrorRegistration {
        MirrorRegistration {
            reference,
            deposit_required: row.deposit_required,
            deposit_received: row.deposit_received,
            deposit_account_number: row.deposit_account_number,
            deposit_holding: row.deposit_holding,
        }
    }
}

#[derive(Default)]
pub struct ProviderQuery;
#[Object]
impl ProviderQuery {
    /// Providers that stand or stood on the list, with their keys, by code (名单库平台). Public.
    #[graphql(complexity = "20 * child_complexity")]
    async fn auction_providers(&self, ctx: &Context<'_>) -> Result<Vec<AuctionProvider>, Problem> {
        let rows = auction_provider::list(&services(ctx)?.db.reader(), MOST).await?;
        Ok(rows.into_iter().map(AuctionProvider).collect())
    }
}

payload! {
    /// What `proposeProvider` proposed (平台登记结果).
    ProposeProviderPayload of AuctionProviderId {
        /// The entry with its approval (平台).
        provider: AuctionProvider = AuctionProvider::load,
    }
    /// What `proposeProviderKey` proposed (平台公钥登记结果).
    ProposeProviderKeyPayload of ProviderKeyId {
        /// The key with its approval (平台公钥).
        key: ProviderKey = ProviderKey::load,
    }
    /// The lot with its provider (选定平台结果).
    ChooseProviderPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The bundle with its findings (导入结果).
    ImportMirrorBundlePayload of MirrorBundleId {
        /// The bundle (镜像数据包).
        bundle: MirrorBundle = MirrorBundle::load,
    }
    /// The lot as the platform says (采认结果).
    AdoptMirrorBundlePayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
}

#[derive(Default)]
pub struct MirrorMutation;
#[Object]
impl MirrorMutation {
    /// Proposes an entry of the list of providers, for all courts (登记名单库平台). Role: ADMINISTRATOR of every court; another
    /// one approves.
    async fn propose_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry (平台).")] input: ProposeProviderInput,
    ) -> Result<ProposeProviderPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes a key of a provider, or its end (登记平台公钥). Role: ADMINISTRATOR of every court; another one approves.
    async fn propose_provider_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key (平台公钥).")] input: ProposeProviderKeyInput,
    ) -> Result<ProposeProviderKeyPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Names who runs the sale of a lot (选定拍卖平台). Role: OFFICER.
    async fn choose_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice (选定平台).")] input: ChooseProviderInput,
    ) -> Result<ChooseProviderPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes in what a platform says about a lot (导入镜像数据包). Roles: OFFICER, PROVIDER_OPERATOR.
    async fn import_mirror_bundle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bundle (镜像数据包).")] input: ImportMirrorBundleInput,
    ) -> Result<ImportMirrorBundlePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Stands on a bundle, each departure with a reason (采认镜像数据包). Role: OFFICER.
    async fn adopt_mirror_bundle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bundle and the reasons (采认内容).")] input: AdoptMirrorBundleInput,
    ) -> Result<AdoptMirrorBundlePayload, Problem> {
        let _turn = turn(ctx, Act::AdoptMirrorBundle).await?;
        Ok(run(ctx, &input).await?.into())
    }
}

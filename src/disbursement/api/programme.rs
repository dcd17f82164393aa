//! Saved rules and unified payouts in the graph.

use super::{PayoutRun, preview::PayoutPreview};
use crate::{
    access::Act,
    cases::{ClaimRank, LivelihoodKind, api::Court, store::courts_under},
    connection,
    disbursement::{
        Combination,
        ops::{PublishPayoutResultInput, SavePayoutRuleInput, StartPayoutRunInput, publish_payout_result},
        rules::terms::RuleTerms,
        store::programme as store,
        tables::{programme, rule},
    },
    graphql::{
        caller::{actor, run, scope, services},
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CourtId, NodeKind, NodeRef, PayoutProgrammeId, PayoutRuleId},
        money::Money,
    },
    payload,
};
use async_graphql::{Context, Object};

/// A version of a rule.
pub struct PayoutRule(rule::Model, RuleTerms);
impl PayoutRule {
    pub async fn load(ctx: &Context<'_>, id: &PayoutRuleId) -> Result<Option<PayoutRule>, Problem> {
        let scope = scope(ctx, Act::ReadPayoutRules)?;
        let row = store::find_rule(&services(ctx)?.db.reader(), &scope, *id).await?;
        row.map(PayoutRule::read).transpose()
    }
    fn read(row: rule::Model) -> Result<PayoutRule, Problem> {
        let terms = row.read_terms()?;
        Ok(PayoutRule(row, terms))
    }
}
impl Listed for PayoutRule {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A version of a saved rule of unified payouts (集中兑现规则).
#[Object]
impl PayoutRule {
    /// Opaque id of this version (标识).
    async fn id(&self) -> PayoutRuleId {
        self.0.id
    }
    /// The court whose rule it is (法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// Name (规则名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Version under this name, from 1 (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// Kinds of livelihood that it takes; empty when the kind does not matter (涉民生类别).
    async fn livelihood_kinds(&self) -> &[LivelihoodKind] {
        &self.1.kinds
    }
    /// Whether it takes only what each court counts as small (限小额).
    async fn small_only(&self) -> bool {
        self.1.small_only
    }
    /// Its own limit, included (金额上限).
    async fn maximum(&self) -> Option<Money> {
        self.1.maximum
    }
    /// Whether kinds and limit must both hold (条件组合方式).
    async fn combination(&self) -> Combination {
        self.1.combination
    }
    /// Days since the money arrived (到账天数下限).
    async fn minimum_days(&self) -> i32 {
        self.1.minimum_days
    }
    /// Ranks of claims that it takes; empty for every rank (受偿顺位).
    async fn ranks(&self) -> &[ClaimRank] {
        &self.1.ranks
    }
    /// The courts that it names; empty for its court and all below it (法院范围).
    async fn courts(&self) -> &[CourtId] {
        &self.1.courts
    }
    /// The decision that it rests on (依据文件).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// When it was saved (保存时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// A unified payout over courts.
pub struct PayoutProgramme(pub programme::Model);
impl PayoutProgramme {
    pub async fn load(ctx: &Context<'_>, id: &PayoutProgrammeId) -> Result<Option<PayoutProgramme>, Problem> {
        let scope = scope(ctx, Act::ReadPayoutProgrammes)?;
        Ok(store::find_programme(&services(ctx)?.db.reader(), &scope, *id).await?.map(PayoutProgramme))
    }
}
impl Listed for PayoutProgramme {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A unified payout by rule over a court and the courts below it, one run for each court account (集中兑现活动).
#[Object]
impl PayoutProgramme {
    /// Opaque id (标识).
    async fn id(&self) -> PayoutProgrammeId {
        self.0.id
    }
    /// Number with the court's code (活动编号).
    async fn programme_number(&self) -> &str {
        &self.0.programme_number
    }
    /// The court that started it (发起法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// The rule, in the version by which it selects (规则).
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<PayoutRule>, Problem> {
        PayoutRule::load(ctx, &self.0.rule_id).await
    }
    /// Its runs, one per court; each is approved, released and reconciled by its own court (各法院批次).
    async fn runs(&self, ctx: &Context<'_>) -> Result<Vec<PayoutRun>, Problem> {
        let rows = store::runs_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(PayoutRun).collect())
    }
    /// When it was started (启动时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When its result was published (公布时间).
    async fn published_at(&self) -> Option<Timestamp> {
        self.0.published_at
    }
}

connection! {
    /// A page of saved rules, newest first (集中兑现规则列表).
    PayoutRuleConnection, PayoutRuleEdge of PayoutRule;
    /// A page of unified payouts, newest first (集中兑现活动列表).
    PayoutProgrammeConnection, PayoutProgrammeEdge of PayoutProgramme
}

payload! {
    /// What `savePayoutRule` did (操作结果).
    SavePayoutRulePayload of PayoutRuleId {
        /// The new version (规则).
        rule: PayoutRule = PayoutRule::load,
    }
    /// What `startPayoutRun` did (操作结果).
    StartPayoutRunPayload of PayoutProgrammeId {
        /// The unified payout; its runs fill within seconds (集中兑现活动).
        programme: PayoutProgramme = PayoutProgramme::load,
    }
    /// What `publishPayoutResult` did (操作结果).
    PublishPayoutResultPayload of PayoutProgrammeId {
        /// The unified payout (集中兑现活动).
        programme: PayoutProgramme = PayoutProgramme::load,
    }
}

#[derive(Default)]
pub struct ProgrammeQuery;
#[Object]
impl ProgrammeQuery {
    /// Saved rules of unified payouts, every version, newest first (集中兑现规则列表). Roles: those who handle runs.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn payout_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this court (法院).")] court: Option<CourtId>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PayoutRuleConnection, Problem> {
        let page = page(NodeKind::PayoutRule, first, after, last, before)?;
        let scope = scope(ctx, Act::ReadPayoutRules)?;
        let rows = store::rules(&services(ctx)?.db.reader(), &scope, court, page).await?;
        let (has_previous, has_next) = (rows.has_previous, rows.has_next);
        let items = rows.items.into_iter().map(PayoutRule::read).collect::<Result<_, _>>()?;
        Ok(crate::kernel::paging::Paged { items, has_previous, has_next }.into())
    }
    /// Unified payouts by rule that your courts started, newest first (集中兑现活动列表). Roles: those who handle runs.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn payout_programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PayoutProgrammeConnection, Problem> {
        let page = page(NodeKind::PayoutProgramme, first, after, last, before)?;
        let scope = scope(ctx, Act::ReadPayoutProgrammes)?;
        Ok(store::programmes(&services(ctx)?.db.reader(), &scope, page).await?.map(PayoutProgramme).into())
    }
    /// What a rule would pay if it were started now; nothing is kept (集中兑现预览). Null when the rule is not yours.
    /// Roles: FUND_ADMINISTRATOR, BUREAU_CHIEF.
    async fn preview_payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule (规则).")] payout_rule: PayoutRuleId,
    ) -> Result<Option<PayoutPreview>, Problem> {
        let scope = scope(ctx, Act::PreviewPayoutRun)?;
        let reader = services(ctx)?.db.reader();
        let Some(row) = store::find_rule(&reader, &scope, payout_rule).await? else { return Ok(None) };
        let terms = row.read_terms()?;
        let mut courts = courts_under(&reader, row.court_id).await?;
        courts.retain(|court| terms.courts.is_empty() || terms.courts.contains(court));
        Ok(Some(PayoutPreview { terms, courts }))
    }
}

#[derive(Default)]
pub struct ProgrammeMutation;
#[Object]
impl ProgrammeMutation {
    /// Saves a rule of unified payouts, or the next version of one (保存集中兑现规则). Role: FUND_ADMINISTRATOR.
    async fn save_payout_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it looks for (规则内容).")] input: SavePayoutRuleInput,
    ) -> Result<SavePayoutRulePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Starts a unified payout by a rule: one run for its court and each court below (启动集中兑现). Role:
    /// FUND_ADMINISTRATOR of the rule's court; each run is submitted by a FUND_ADMINISTRATOR of its own court.
    async fn start_payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule (规则).")] input: StartPayoutRunInput,
    ) -> Result<StartPayoutRunPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Publishes sums and counts of a unified payout that has ended, without personal data (公布集中兑现结果). Role:
    /// BUREAU_CHIEF.
    async fn publish_payout_result(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unified payout (集中兑现活动).")] input: PublishPayoutResultInput,
    ) -> Result<PublishPayoutResultPayload, Problem> {
        let (services, actor) = (services(ctx)?, actor(ctx)?);
        services.auth.limits().check_mutation(actor)?;
        Ok(publish_payout_result(services, actor, input).await?.into())
    }
}

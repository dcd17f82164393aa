//! Parameters of a court in the graph: what holds, what is proposed, what held before.

use crate::{
    access::{Act, approval_api::Approval},
    admin::{
        SettingStatus,
        store::{self, court_parameter},
    },
    connection,
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
        rule_book::RuleParameter,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CourtId, NodeKind, NodeRef, ParameterId},
        query::Fetch,
    },
    law::parameter::{Parameter, ParameterValue},
};
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// A parameter as it stands in a court.
pub struct CourtParameter {
    pub court: CourtId,
    pub parameter: &'static Parameter,
    pub value: ParameterValue,
}

/// A rule parameter as it stands in a court (法院规则参数). Lots, terms and approvals keep the value of their beginning.
#[Object]
impl CourtParameter {
    /// The court (法院).
    async fn court_id(&self) -> CourtId {
        self.court
    }
    /// The parameter with the value that holds here now, its default, its bounds and its article (参数及现值).
    async fn parameter(&self) -> RuleParameter {
        RuleParameter { parameter: self.parameter, value: self.value }
    }
    /// The version in force; none while the default holds (现行版本).
    async fn in_force(&self, ctx: &Context<'_>) -> Result<Option<CourtParameterVersion>, Problem> {
        self.version_in(ctx, SettingStatus::Active).await
    }
    /// The proposal that waits for a second person (待批提案).
    async fn proposed(&self, ctx: &Context<'_>) -> Result<Option<CourtParameterVersion>, Problem> {
        self.version_in(ctx, SettingStatus::Proposed).await
    }
    /// Everything that was ever proposed, newest first (历次设定).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CourtParameterVersionConnection, Problem> {
        let page = page(NodeKind::Parameter, first, after, last, before)?;
        let select = court_parameter::Entity::find()
            .filter(court_parameter::Column::CourtId.eq(self.court))
            .filter(court_parameter::Column::Name.eq(self.parameter.name));
        let rows = page.fetch(&services(ctx)?.db.reader(), select, court_parameter::Column::Id).await?;
        Ok(rows.map(CourtParameterVersion).into())
    }
}
impl CourtParameter {
    async fn version_in(
        &self,
        ctx: &Context<'_>,
        status: SettingStatus,
    ) -> Result<Option<CourtParameterVersion>, Problem> {
        let reader = services(ctx)?.db.reader();
        let row = store::parameter_in(&reader, self.court, self.parameter.name, status).await?;
        Ok(row.map(CourtParameterVersion))
    }
}

/// One value that was proposed for a parameter.
pub struct CourtParameterVersion(pub court_parameter::Model);
impl CourtParameterVersion {
    pub async fn load(ctx: &Context<'_>, id: &ParameterId) -> Result<Option<CourtParameterVersion>, Problem> {
        let found = court_parameter::Entity::find_by_id(*id)
            .filter(scope(ctx, Act::ReadCourtParameters)?.on_court(court_parameter::Column::CourtId))
            .first(&services(ctx)?.db.reader())
            .await?;
        Ok(found.map(CourtParameterVersion))
    }
}
impl Listed for CourtParameterVersion {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// One value that was proposed for a parameter of a court; it never changes, only where it stands (参数版本).
#[Object]
impl CourtParameterVersion {
    /// Opaque id (标识).
    pub async fn id(&self) -> ParameterId {
        self.0.id
    }
    /// The court (法院).
    async fn court_id(&self) -> CourtId {
        self.0.court_id
    }
    /// Name of the parameter (参数名).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The proposed value (取值).
    async fn value(&self) -> &str {
        &self.0.value
    }
    /// Counts the proposals on this parameter of this court, from 1 (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// Where it stands (状态).
    async fn status(&self) -> SettingStatus {
        self.0.status
    }
    /// Why it was proposed (理由).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// The court's decision that it rests on (依据文件).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// When it was proposed (提出时间).
    async fn proposed_at(&self) -> Timestamp {
        self.0.proposed_at
    }
    /// From when it is or was in force; none when it never was (生效时间).
    async fn effective_from(&self) -> Option<Timestamp> {
        self.0.effective_from
    }
    /// When a later version took its place (被取代时间).
    async fn superseded_at(&self) -> Option<Timestamp> {
        self.0.superseded_at
    }
    /// The second person's decision (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

connection! {
    /// Versions of a parameter, newest first (参数版本列表).
    CourtParameterVersionConnection, CourtParameterVersionEdge of CourtParameterVersion
}

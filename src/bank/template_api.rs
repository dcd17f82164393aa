//! Bank templates in the graph.

use super::{
    TemplateStatus,
    template::{
        SaveBankTemplateInput,
        layout::BankLayouts,
        store::{self, bank_template},
    },
};
use crate::{
    access::{Act, approval_api::Approval},
    connection,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{BankTemplateId, CourtId, NodeKind, NodeRef},
    },
    ledger::Book,
    payload,
};
use async_graphql::{Context, Object};

/// A version of a template.
pub struct BankTemplate(bank_template::Model);
impl BankTemplate {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &BankTemplateId) -> Result<Option<BankTemplate>, Problem> {
        let scope = scope(ctx, Act::ReadBankTemplates)?;
        Ok(store::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(BankTemplate))
    }
}
impl Listed for BankTemplate {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A version of the form in which payment files of one account are written and answered (银行模板).
#[Object]
impl BankTemplate {
    /// Opaque id of this version (标识).
    pub async fn id(&self) -> BankTemplateId {
        self.0.id
    }
    /// The court whose account it is for (法院).
    async fn court_id(&self) -> CourtId {
        self.0.court_id
    }
    /// The book whose account it is for (账套).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// Version for this account, from 1 (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// Where it stands (状态).
    async fn status(&self) -> TemplateStatus {
        self.0.status
    }
    /// Whether the next payment file is written by it (是否现行).
    async fn in_force(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        let current = store::in_force(&services(ctx)?.db.reader(), self.0.court_id, self.0.book).await?;
        Ok(current.is_some_and(|row| row.id == self.0.id))
    }
    /// Name of the form (模板名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The layouts; none: ISO 20022 (模板内容).
    async fn layouts(&self) -> Result<Option<BankLayouts>, Problem> {
        self.0.read_layouts()
    }
    /// What it rests on (依据).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When it was agreed to or turned down (复核时间).
    async fn decided_at(&self) -> Option<Timestamp> {
        self.0.decided_at
    }
    /// Its approval (复核).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

connection! {
    /// A page of bank templates, newest first (银行模板列表).
    BankTemplateConnection, BankTemplateEdge of BankTemplate
}
payload! {
    /// What `saveBankTemplate` did (操作结果).
    SaveBankTemplatePayload of BankTemplateId {
        /// The new version with its approval (银行模板).
        template: BankTemplate = BankTemplate::load,
    }
}

#[derive(Default)]
pub struct BankTemplateQuery;
#[Object]
impl BankTemplateQuery {
    /// Versions of bank templates of your courts, newest first (银行模板列表). Roles: cashier, finance reviewer, inspector.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn bank_templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this court's (法院).")] court: Option<CourtId>,
        #[graphql(desc = "Only of this book (账套).")] book: Option<Book>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BankTemplateConnection, Problem> {
        let page = page(NodeKind::BankTemplate, first, after, last, before)?;
        let scope = scope(ctx, Act::ReadBankTemplates)?;
        let rows = store::list(&services(ctx)?.db.reader(), &scope, (court, book), page).await?;
        Ok(rows.map(BankTemplate).into())
    }
}

#[derive(Default)]
pub struct BankTemplateMutation;
#[Object]
impl BankTemplateMutation {
    /// Describes the form in which the bank of one account takes payment files and answers them: CSV or fixed width, column
    /// by column (保存银行模板). In force once a finance reviewer has agreed; an answer is always read by the version under
    /// which its payment file was written. Role: cashier.
    async fn save_bank_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The form (模板).")] input: SaveBankTemplateInput,
    ) -> Result<SaveBankTemplatePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

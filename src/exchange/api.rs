//! Imports and exports of cases in the graph.

use super::{
    CaseImportMode, CaseImportStatus, CaseSheet, Finding,
    ops::{self, CaseExport, ConfirmCaseImportInput, ExportCasesInput, UploadCaseImportInput},
    store::{self, case_import},
};
use crate::{
    access::Act,
    cases::api::Court,
    connection,
    document::api::Download,
    graphql::{
        caller::{actor, run, scope, services},
        connection::{Listed, cost, page},
        payload::UserError,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseImportId, NodeKind, NodeRef},
    },
    payload,
};
use async_graphql::{Context, Object, SimpleObject};

/// Findings shown at once; the count says how many there are.
const SHOWN: usize = 500;

/// A file of cases.
pub struct CaseImport(case_import::Model);
impl CaseImport {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &CaseImportId) -> Result<Option<CaseImport>, Problem> {
        let scope = scope(ctx, Act::ReadCaseImports)?;
        Ok(store::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(CaseImport))
    }
    async fn imported(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        store::imported(&services(ctx)?.db.reader(), self.0.id).await
    }
}
impl Listed for CaseImport {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A file of cases that was uploaded (案件导入). The same bytes for the same court are the same import.
#[Object]
impl CaseImport {
    /// Opaque id (标识).
    pub async fn id(&self) -> CaseImportId {
        self.0.id
    }
    /// The court whose cases they are (法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// Name of the file (文件名).
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }
    /// SHA-256 of the file, in hexadecimal (文件摘要).
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// Where it stands; while RUNNING, confirm again to go on (状态).
    async fn status(&self) -> CaseImportStatus {
        self.0.status
    }
    /// What becomes of errors; none before it is confirmed (导入方式).
    async fn mode(&self) -> Option<CaseImportMode> {
        self.0.mode
    }
    /// Cases of the file (案件数).
    async fn total_cases(&self) -> i64 {
        self.0.total_cases
    }
    /// Cases that came from it so far (已导入案件数).
    async fn imported_cases(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        self.imported(ctx).await
    }
    /// Cases that were left out so far because of their errors (未导入案件数).
    async fn skipped_cases(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        Ok(self.0.next_case.saturating_sub(self.imported(ctx).await?))
    }
    /// When it was uploaded (上传时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// What an import would do now, with everything that is wrong; nothing is written. Asked of one import at a time
    /// (预检).
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn preview(&self, ctx: &Context<'_>) -> Result<CaseImportPreview, Problem> {
        let scope = scope(ctx, Act::ReadCaseImports)?;
        let seen = ops::preview(services(ctx)?, &scope, &self.0).await?;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Ok(CaseImportPreview {
            good_cases: count(seen.good_cases),
            parties: count(seen.parties),
            claims: count(seen.claims),
            payees: count(seen.payees),
            finding_count: count(seen.findings.len()),
            findings: seen.findings.into_iter().take(SHOWN).map(CaseImportFinding::from).collect(),
        })
    }
}

/// What an import would do (预检结果).
#[derive(SimpleObject)]
pub struct CaseImportPreview {
    /// Cases that are not yet imported and have no error (可导入案件数).
    pub good_cases: i64,
    /// Parties in the file (当事人数).
    pub parties: i64,
    /// Claims in the file (债权数).
    pub claims: i64,
    /// Payee accounts in the file (收款账户数).
    pub payees: i64,
    /// How many errors there are (错误总数).
    pub finding_count: i64,
    /// The first 500 of them, by sheet and row (错误清单).
    pub findings: Vec<CaseImportFinding>,
}

/// An error of the file (错误).
#[derive(SimpleObject)]
pub struct CaseImportFinding {
    /// On which sheet (工作表).
    pub sheet: CaseSheet,
    /// Row as the spreadsheet counts, from 1; the line of a CSV (行).
    pub row: i64,
    /// Title of the column; null where the row as a whole is meant (列).
    pub column: Option<&'static str>,
    /// What the rule says (原因).
    pub error: UserError,
}
impl From<Finding> for CaseImportFinding {
    fn from(finding: Finding) -> CaseImportFinding {
        let Finding { sheet, row, column, refusal } = finding;
        CaseImportFinding { sheet, row: row.into(), column, error: refusal.into() }
    }
}

connection! {
    /// A page of imports, newest first (案件导入列表).
    CaseImportConnection, CaseImportEdge of CaseImport
}
async fn download(ctx: &Context<'_>, done: &CaseExport) -> Result<Option<Download>, Problem> {
    Ok(Some(Download::of(ctx, &done.path())?))
}
payload! {
    /// What `uploadCaseImport` did (上传结果).
    UploadCaseImportPayload of CaseImportId {
        /// The import; the earlier one when the same file was uploaded before (案件导入).
        case_import: CaseImport = CaseImport::load,
    }
    /// What `confirmCaseImport` did (导入结果).
    ConfirmCaseImportPayload of CaseImportId {
        /// The import (案件导入).
        case_import: CaseImport = CaseImport::load,
    }
    /// What `exportCases` did (导出结果).
    ExportCasesPayload of CaseExport {
        /// Where to fetch the file for five minutes without a token (下载).
        download: Download = download,
    }
}

#[derive(Default)]
pub struct ExchangeQuery;
#[Object]
impl ExchangeQuery {
    /// Files of cases that were uploaded for your courts, newest first (案件导入列表). Roles: officer, bureau chief,
    /// inspector.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn case_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CaseImportConnection, Problem> {
        let page = page(NodeKind::CaseImport, first, after, last, before)?;
        let scope = scope(ctx, Act::ReadCaseImports)?;
        Ok(store::list(&services(ctx)?.db.reader(), &scope, page).await?.map(CaseImport).into())
    }
}

#[derive(Default)]
pub struct ExchangeMutation;
#[Object]
impl ExchangeMutation {
    /// Takes a file of cases in, without importing them: read `preview`, then confirm (上传案件导入文件). The template is
    /// at `GET /case-imports/template/XLSX`. Roles: officer.
    async fn upload_case_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file and its court (文件及法院).")] input: UploadCaseImportInput,
    ) -> Result<UploadCaseImportPayload, Problem> {
        let (services, actor) = (services(ctx)?, actor(ctx)?);
        services.auth.limits().check_mutation(actor)?;
        Ok(ops::upload_input(services, actor, input).await?.into())
    }
    /// Imports the cases of an uploaded file (确认导入案件). The importing officer is in charge of them. Roles: officer.
    async fn confirm_case_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import and what becomes of errors (导入文件及方式).")] input: ConfirmCaseImportInput,
    ) -> Result<ConfirmCaseImportPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Asks for the cases of a period in the columns of an import, with whole numbers of identity and accounts (导出案件).
    /// Recorded in the audit log. Roles: officer.
    async fn export_cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court, the period of filing and the format (法院、立案期间及格式).")]
        input: ExportCasesInput,
    ) -> Result<ExportCasesPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

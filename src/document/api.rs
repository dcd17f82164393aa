//! Documents in the graph.

use super::{
    DocumentKind, download_api,
    ops::{self, CreateDocumentInput, OpenDocument},
    store::{self, Wanted, document, document_file},
};
use crate::{
    access::{Act, link},
    cases::api::{Case, Court},
    connection,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::{Outcome, Problem},
        ids::{CaseId, CourtId, DocumentId, NodeKind, NodeRef, PayableId},
        paging::Page,
    },
    payload,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

/// A numbered document of a court.
pub struct Document(document::Model);
impl Document {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &DocumentId) -> Result<Option<Document>, Problem> {
        let scope = scope(ctx, Act::ReadDocuments)?;
        Ok(store::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(Document))
    }
    /// The newest proof of a payment, as far as the caller may see it.
    pub async fn of_payment(
        ctx: &Context<'_>,
        court: CourtId,
        payable: PayableId,
    ) -> Result<Option<Document>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadDocuments)?, services(ctx)?.db.reader());
        let proof = store::latest(&reader, &scope, court, DocumentKind::PayoutReceipt, payable.node()).await?;
        Ok(proof.map(Document))
    }
    async fn file(&self, ctx: &Context<'_>) -> Result<Option<document_file::Model>, Problem> {
        store::file(&services(ctx)?.db.reader(), self.0.id).await
    }
}
impl Listed for Document {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A numbered paper, filed to its case (文书). Its words never change; a new text is a new document.
#[Object]
impl Document {
    /// Opaque id (标识).
    pub async fn id(&self) -> DocumentId {
        self.0.id
    }
    /// What kind of paper it is (文书种类).
    async fn kind(&self) -> DocumentKind {
        self.0.kind
    }
    /// The title that it bears (标题).
    async fn title(&self) -> &'static str {
        self.0.kind.title()
    }
    /// Its number, without gaps within court, kind and year (文号).
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// The day that it bears (落款日期).
    async fn dated(&self) -> Date {
        Date(self.0.dated)
    }
    /// The court that made it (制作法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// The case that it is filed to; none for papers over many cases (所附案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match self.0.case_id {
            Some(id) => Case::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// What it was made from, for `node` (制作依据).
    async fn subject_id(&self) -> Option<ID> {
        self.0.subject().map(|subject| subject.to_global().into())
    }
    /// SHA-256 of the PDF, in hexadecimal; none while it is being typeset (文件摘要).
    async fn sha256(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(self.file(ctx).await?.map(|file| hex::encode(file.sha256)))
    }
    /// When it was made (制作时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// An address from which the PDF can be fetched for five minutes without a token (下载). Every asking is recorded
    /// in the audit log.
    #[graphql(complexity = 50)]
    async fn download(&self, ctx: &Context<'_>) -> Result<Download, Problem> {
        match run(ctx, &OpenDocument { document: self.0.id }).await? {
            Outcome::Done { value, .. } => Ok(Download::of(ctx, &download_api::path_of(value))?),
            Outcome::Refused(_) => Err(Problem::NotFound),
        }
    }
}

/// A short-lived address of a file (下载地址).
#[derive(SimpleObject)]
pub struct Download {
    /// Path and query on this server; fetch it by GET (地址).
    pub path: String,
    /// When the address ends (失效时间).
    pub expires_at: Timestamp,
}
impl Download {
    /// # Errors
    /// When the schema is executed without services.
    pub fn of(ctx: &Context<'_>, path: &str) -> Result<Download, Problem> {
        let (path, expires_at) = link::signed(services(ctx)?, path);
        Ok(Download { path, expires_at })
    }
}

/// Which documents to list (文书筛选).
#[derive(InputObject, Default)]
pub struct DocumentFilter {
    /// Only this court's (法院).
    pub court: Option<CourtId>,
    /// Only those filed to this case (案件).
    pub case: Option<CaseId>,
    /// Only of this kind (文书种类).
    pub kind: Option<DocumentKind>,
}

connection! {
    /// Documents, newest first (文书列表).
    DocumentConnection, DocumentEdge of Document
}
payload! {
    /// What `createDocument` did (制作文书的结果).
    CreateDocumentPayload of DocumentId {
        /// The document; the earlier one when nothing on it has changed since (文书).
        document: Document = Document::load,
    }
}

/// The documents that the caller may see.
///
/// # Errors
/// Those of the caller's rights and of the database.
pub async fn documents(ctx: &Context<'_>, filter: DocumentFilter, page: Page) -> Result<DocumentConnection, Problem> {
    let scope = scope(ctx, Act::ReadDocuments)?;
    let wanted = Wanted { court: filter.court, case: filter.case, kind: filter.kind };
    Ok(store::list(&services(ctx)?.db.reader(), &scope, wanted, page).await?.map(Document).into())
}

#[derive(Default)]
pub struct DocumentQuery;
#[Object]
impl DocumentQuery {
    /// Numbered documents of your courts, newest first (文书列表). Roles: staff who read cases; PARTY those that prove
    /// payments to himself, and no others.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<DocumentFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<DocumentConnection, Problem> {
        let page = page(NodeKind::Document, first, after, last, before)?;
        documents(ctx, filter.unwrap_or_default(), page).await
    }
}

#[derive(Default)]
pub struct DocumentMutation;
#[Object]
impl DocumentMutation {
    /// Makes a numbered document from what is recorded and files it to the case (制作文书). The same words are not numbered
    /// twice: the earlier document is answered. Roles: officer, fund administrator, finance reviewer, cashier; PARTY the
    /// PAYOUT_RECEIPT of a payment that has reached himself, by the id that `ownPayouts` shows.
    async fn create_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The kind and what it is made from (种类和依据).")] input: CreateDocumentInput,
    ) -> Result<CreateDocumentPayload, Problem> {
        ops::find_typeface(services(ctx)?).await?;
        let outcome = run(ctx, &input).await?;
        if let Outcome::Done { value, .. } = &outcome {
            ops::typeset(services(ctx)?, *value).await?;
        }
        Ok(outcome.into())
    }
}

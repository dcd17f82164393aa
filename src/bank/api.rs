//! The bank in the graph: files in and out with their lines.

use super::{
    BankLineState, FileDirection, FileKind, FileState, LineKind,
    ops::{self, ImportBankFileInput, OpenBankFile, WritePaymentFileInput},
    reconciliation_api::{BankLineProposal, Reconciliation},
    resolution::{self, ResolveBankLineInput},
    store::{self, bank_file, bank_line},
    unfit_api::UnfitPayment,
};
use crate::{
    access::Act,
    connection,
    graphql::{
        caller::{actor, run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::{Outcome, Problem},
        identity::{BankAccount, BankAccountKind},
        ids::{BankFileId, BankLineId, CourtId, LineResolutionId, NodeKind, NodeRef},
        money::Money,
        secret::mask,
    },
    ledger::Book,
    payload,
};
use async_graphql::{Context, ID, InputObject, Object};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A file from or to the bank.
pub struct BankFile(bank_file::Model);
impl BankFile {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &BankFileId) -> Result<Option<BankFile>, Problem> {
        let scope = scope(ctx, Act::ReadBankFiles)?;
        Ok(store::find_file(&services(ctx)?.db.reader(), &scope, *id).await?.map(BankFile))
    }
}
impl Listed for BankFile {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A file from or to the bank, kept as it was (银行文件).
#[Object]
impl BankFile {
    /// Opaque id (标识).
    pub async fn id(&self) -> BankFileId {
        self.0.id
    }
    /// The court whose account it is about (法院).
    async fn court_id(&self) -> CourtId {
        self.0.court_id
    }
    /// The book whose account it is about (账套).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// From or to the bank (方向).
    async fn direction(&self) -> FileDirection {
        self.0.direction
    }
    /// What it holds (种类).
    async fn kind(&self) -> FileKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn state(&self) -> FileState {
        self.0.state
    }
    /// ISO 20022 name of the message, e.g. `camt.054.001.08`; `bank-template.` and the version for a file in the form of a
    /// bank template (报文类型).
    async fn message_name(&self) -> &str {
        &self.0.message_name
    }
    /// The maker's id of the message (报文标识号).
    async fn message_id(&self) -> &str {
        &self.0.message_id
    }
    /// SHA-256 of its bytes, in hexadecimal (文件摘要).
    async fn sha256(&self) -> String {
        hex::encode(&self.0.sha256)
    }
    /// Bytes in the file (字节数); as text, for it may pass what a number of the graph holds.
    async fn byte_count(&self) -> String {
        self.0.byte_count.to_string()
    }
    /// The name it bore when it came, where one was told (文件名).
    async fn file_name(&self) -> Option<&str> {
        self.0.file_name.as_deref()
    }
    /// When it was put into the folder for the bank (投递时间).
    async fn delivered_at(&self) -> Option<Timestamp> {
        self.0.delivered_at
    }
    /// Lines in the file (明细条数).
    async fn line_count(&self) -> i32 {
        self.0.line_count
    }
    /// Sum of the amounts that its lines state (合计金额).
    async fn total(&self) -> Money {
        self.0.total
    }
    /// Lines that were known from an earlier file and were not booked again (重复条数).
    async fn known_count(&self) -> i32 {
        self.0.known
    }
    /// Lines that wait for a person (待人工处理条数).
    async fn open_count(&self, ctx: &Context<'_>) -> Result<i32, Problem> {
        let count = store::open_lines(&services(ctx)?.db.reader(), self.0.id).await?;
        i32::try_from(count).map_err(Problem::internal)
    }
    /// The maker's instant (报文创建时间).
    async fn made_at(&self) -> Timestamp {
        self.0.made_at
    }
    /// When it was recorded here (录入时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When its last line was dispatched (分派完成时间).
    async fn finished_at(&self) -> Option<Timestamp> {
        self.0.finished_at
    }
    /// The text of the file, up to 8 MiB, decoded where it is GB 18030 (文件全文). Roles: cashier, finance reviewer. Every
    /// reading is recorded in the audit log.
    #[graphql(complexity = 50)]
    async fn content(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        match run(ctx, &OpenBankFile { file: self.0.id }).await? {
            Outcome::Done { value, .. } => Ok(value.text.expose().clone()),
            Outcome::Refused(_) => Err(Problem::NotFound),
        }
    }
    /// The bytes of the file as the bank takes them, up to 8 MiB, in Base64 (原始文件). Roles: cashier, finance reviewer. Every
    /// reading is recorded in the audit log.
    #[graphql(complexity = 50)]
    async fn content_base64(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        match run(ctx, &OpenBankFile { file: self.0.id }).await? {
            Outcome::Done { value, .. } => Ok(STANDARD.encode(value.bytes.expose())),
            Outcome::Refused(_) => Err(Problem::NotFound),
        }
    }
    /// Its lines, the last recorded first (明细).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BankLineConnection, Problem> {
        let page = page(NodeKind::BankLine, first, after, last, before)?;
        let rows = store::lines(&services(ctx)?.db.reader(), self.0.id, page).await?;
        Ok(rows.map(BankLine).into())
    }
}

/// A line of a bank file.
pub struct BankLine(bank_line::Model);
impl BankLine {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: &BankLineId) -> Result<Option<BankLine>, Problem> {
        let scope = scope(ctx, Act::ReadBankLines)?;
        Ok(store::find_line(&services(ctx)?.db.reader(), &scope, *id).await?.map(BankLine))
    }
}
impl Listed for BankLine {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A movement, a result or a payment order of a bank file (银行明细).
#[Object]
impl BankLine {
    /// Opaque id (标识).
    async fn id(&self) -> BankLineId {
        self.0.id
    }
    /// Place in the file, from 1 (序号).
    async fn line(&self) -> i32 {
        self.0.line
    }
    /// What it is (种类).
    async fn kind(&self) -> LineKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn state(&self) -> BankLineState {
        self.0.state
    }
    /// The bank's reference of a movement, the end-to-end id of a result or payment order (流水号).
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// The amount; none for a result in which the bank does not repeat it (金额).
    async fn amount(&self) -> Option<Money> {
        self.0.amount
    }
    /// The bank's day (银行记账日).
    async fn booked_on(&self) -> Date {
        self.0.booked_on.into()
    }
    /// The number of the court that a credit names: case account, deposit account or main account (收款账号).
    async fn account_number(&self) -> Option<&str> {
        self.0.account_number.as_deref()
    }
    /// End-to-end id of the payment of ours that it is about (端到端标识).
    async fn end_to_end_id(&self) -> Option<&str> {
        self.0.end_to_end_id.as_deref()
    }
    /// Transaction status of a result, e.g. `ACSC` (交易状态).
    async fn status_code(&self) -> Option<&str> {
        self.0.status_code.as_deref()
    }
    /// The bank's reason, e.g. `BE01` (原因代码).
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }
    /// The bank's text on a result (原因说明).
    async fn reason_text(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        match self.0.kind {
            LineKind::Result => Ok(self.0.particulars(&services(ctx)?.vault)?.text),
            LineKind::Credit | LineKind::Debit | LineKind::Payment => Ok(None),
        }
    }
    /// Name of the other side, masked (对方户名).
    async fn counterparty_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(self.0.particulars(&services(ctx)?.vault)?.name.map(|name| mask::person_name(&name)))
    }
    /// Account number of the other side, masked (对方账号).
    async fn counterparty_account(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let account = self.0.particulars(&services(ctx)?.vault)?.account;
        let account = account.and_then(|text| BankAccount::parse(&text, BankAccountKind::Unstated).ok());
        Ok(account.map(|account| mask::bank_account(&account)))
    }
    /// What it was booked as, for `node`: a receipt, a credit of a registration, a payment attempt (入账对象).
    async fn target_id(&self) -> Option<ID> {
        self.0.target().map(|target| target.to_global().into())
    }
    /// Why it waits for a person (待处理原因).
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
    /// Whether it stands on a statement of the bank, and so is proved by its balances (是否已列入对账单).
    async fn on_statement(&self) -> bool {
        self.0.statement_id.is_some()
    }
    /// The last proposal of what it is, when it found no owner by itself (处理意见).
    async fn resolution(&self, ctx: &Context<'_>) -> Result<Option<BankLineProposal>, Problem> {
        let found = resolution::last_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(found.map(BankLineProposal))
    }
}

/// Which lines to list (银行明细筛选).
#[derive(InputObject, Default)]
pub struct BankLineFilter {
    /// Only this court's (法院).
    pub court: Option<CourtId>,
    /// Only of this book (账套).
    pub book: Option<Book>,
    /// Only in this state: OPEN for those that wait for a person (状态).
    pub state: Option<BankLineState>,
}

/// Which bank files to list (银行文件筛选).
#[derive(InputObject, Default)]
pub struct BankFileFilter {
    /// Only this court's (法院).
    pub court: Option<CourtId>,
    /// Only of this kind (种类).
    pub kind: Option<FileKind>,
    /// Only in this state (状态).
    pub state: Option<FileState>,
}

connection! {
    /// Bank files, newest first (银行文件列表).
    BankFileConnection, BankFileEdge of BankFile;
    /// Lines of bank files (银行明细列表).
    BankLineConnection, BankLineEdge of BankLine
}
payload! {
    /// What `importBankFile` did (导入结果).
    ImportBankFilePayload of BankFileId {
        /// The file; the earlier one when the same bytes were imported before (银行文件).
        bank_file: BankFile = BankFile::load,
    }
    /// What `resolveBankLine` did (处理结果).
    ResolveBankLinePayload of LineResolutionId {
        /// The proposal with its approval (处理意见).
        proposal: BankLineProposal = BankLineProposal::load,
    }
    /// What `writePaymentFile` did (生成付款文件的结果).
    WritePaymentFilePayload of BankFileId {
        /// The file for the bank (付款文件).
        payment_file: BankFile = BankFile::load,
    }
}

#[derive(Default)]
pub struct BankQuery;
#[Object]
impl BankQuery {
    /// Files from and to the bank, newest first (银行文件列表). Roles: cashier, finance reviewer, inspector.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn bank_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<BankFileFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BankFileConnection, Problem> {
        let page = page(NodeKind::BankFile, first, after, last, before)?;
        let (scope, filter) = (scope(ctx, Act::ReadBankFiles)?, filter.unwrap_or_default());
        let wanted = store::Wanted { court: filter.court, kind: filter.kind, state: filter.state };
        let rows = store::files(&services(ctx)?.db.reader(), &scope, wanted, page).await?;
        Ok(rows.map(BankFile).into())
    }

    /// Lines of bank files over all files, newest first (银行明细列表). Roles: cashier, finance reviewer, inspector.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn bank_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<BankLineFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<BankLineConnection, Problem> {
        let page = page(NodeKind::BankLine, first, after, last, before)?;
        let (scope, filter) = (scope(ctx, Act::ReadBankLines)?, filter.unwrap_or_default());
        let wanted = store::WantedLines { court: filter.court, book: filter.book, state: filter.state };
        let rows = store::lines_of(&services(ctx)?.db.reader(), &scope, wanted, page).await?;
        Ok(rows.map(BankLine).into())
    }

    /// Queued payments of an account that no file takes now, the oldest first, at most 200, each with its reason
    /// (暂不能发送的付款). They hold up no others. Roles: cashier, finance reviewer, inspector.
    #[graphql(complexity = "100 + 10 * child_complexity")]
    async fn unfit_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "The book (账套).")] book: Book,
    ) -> Result<Vec<UnfitPayment>, Problem> {
        UnfitPayment::all(ctx, court, book).await
    }

    /// Bank and books of an account at the end of a day, with what is open on either side (银行存款余额调节表). None while
    /// there is no statement that ends by that day. Roles: cashier, finance reviewer, fund supervisor, inspector.
    #[graphql(complexity = "50 + child_complexity")]
    async fn reconciliation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "The book (账套).")] book: Book,
        #[graphql(desc = "The day (日期).")] date: Date,
    ) -> Result<Option<Reconciliation>, Problem> {
        Reconciliation::load(ctx, court, book, date.into()).await
    }
}

#[derive(Default)]
pub struct BankMutation;
#[Object]
impl BankMutation {
    /// Proposes what an open movement of the bank is: a case's money, a payment, a charge, interest (处理待核明细). It is
    /// booked once the finance reviewer has agreed. Role: cashier.
    async fn resolve_bank_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The movement and what it is (处理意见).")] input: ResolveBankLineInput,
    ) -> Result<ResolveBankLinePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes in a file of the bank: camt.054, camt.053, pain.002, or an answer in the form of a bank template
    /// (导入银行文件). It is checked whole; a faulty one is
    /// refused with line, element and reason, and nothing of it is booked. The lines are booked shortly after. Roles:
    /// cashier, finance reviewer.
    async fn import_bank_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file (文件).")] input: ImportBankFileInput,
    ) -> Result<ImportBankFilePayload, Problem> {
        Ok(ops::import_bank_file(services(ctx)?, actor(ctx)?, input).await?.into())
    }
    /// Writes the queued payments of one court account into a pain.001 file, or into one in the form of the bank template in
    /// force (生成付款文件). Only payments whose approval
    /// stands under a signed checkpoint of the audit log are taken; the others wait for the next file. Role: cashier.
    async fn write_payment_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account pays (付款账户).")] input: WritePaymentFileInput,
    ) -> Result<WritePaymentFilePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

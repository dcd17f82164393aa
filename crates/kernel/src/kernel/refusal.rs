//! Refusals: what a rule says no to, as data. A refusal names its code, the field, the article and the numbers that
//! decided it; its text is made from the message files of the reader's language (`locales/`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An article of law as a rule cites it. The constants stand in `law::reference`.
#[derive(Debug, PartialEq, Eq)]
pub struct Article {
    /// Short name of the law, e.g. 网拍规定.
    pub law: &'static str,
    /// Article within the law, e.g. 第20条.
    pub article: &'static str,
    /// Document number and revision, e.g. 法释〔2016〕18号.
    pub version: &'static str,
    /// In force from (year, month, day).
    pub effective_from: (i32, u32, u32),
    /// What the article says, in one sentence of our own.
    pub text: &'static str,
}
impl Article {
    pub fn effective_date(&self) -> NaiveDate {
        let (year, month, day) = self.effective_from;
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or(NaiveDate::MIN)
    }
    /// `网拍规定 第20条`: how a person quotes it.
    pub fn citation(&self) -> String {
        format!("{} {}", self.law, self.article)
    }
}

/// Why something was refused. One field at most, so that a form can mark it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: RefusalCode,
    /// Name of the input field in the GraphQL spelling, e.g. `startingPrice`.
    pub field: Option<&'static str>,
    pub law: Option<&'static Article>,
    /// Named values of the message: `("minimum", "864197.53")`.
    pub args: Vec<(&'static str, String)>,
}
impl Refusal {
    pub fn new(code: RefusalCode) -> Refusal {
        Refusal { code, field: None, law: None, args: Vec::new() }
    }
    pub fn law(mut self, article: &'static Article) -> Refusal {
        self.law = Some(article);
        self
    }
    pub fn field(mut self, field: &'static str) -> Refusal {
        self.field = Some(field);
        self
    }
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Refusal {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Declares the codes with their descriptions once: the enum, its text form and the list of all.
macro_rules! refusal_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal),+ $(,)?) => {
        /// Every reason for which a rule refuses (拒绝代码). New codes may be added: clients keep a default branch.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum RefusalCode { $($(#[doc = $doc])+ #[graphql(name = $text)] #[serde(rename = $text)] $name),+ }
        impl RefusalCode {
            pub const ALL: &'static [RefusalCode] = &[$(RefusalCode::$name),+];
            /// `BID_TOO_LOW`: the GraphQL spelling and the key of the message.
            pub const fn as_str(self) -> &'static str { match self { $(RefusalCode::$name => $text),+ } }
            pub fn parse(text: &str) -> Option<RefusalCode> { RefusalCode::ALL.iter().copied().find(|c| c.as_str() == text) }
        }
    };
}
refusal_codes! {
    // ---- form of the input ----
    /// The text is empty, too long or holds control characters (文本不合格式).
    TextInvalid = "TEXT_INVALID",
    /// The amount must be above zero and below ten trillion yuan (金额不合要求).
    AmountInvalid = "AMOUNT_INVALID",
    /// The date or instant is impossible here, e.g. an end before its start (日期不合要求).
    DateInvalid = "DATE_INVALID",
    /// The list is empty, too long or names a thing twice (列表不合要求).
    ListInvalid = "LIST_INVALID",
    /// Not a case number of the form in force since 2016 (案号格式错误).
    CaseNumberInvalid = "CASE_NUMBER_INVALID",
    /// A case number of the form before 2016: it belongs into legacyNumber (旧式案号).
    CaseNumberOldStyle = "CASE_NUMBER_OLD_STYLE",
    /// The citizen id does not pass its check digit or holds no date (公民身份号码错误).
    CitizenIdInvalid = "CITIZEN_ID_INVALID",
    /// The unified social credit code does not pass its check character (统一社会信用代码错误).
    UsccInvalid = "USCC_INVALID",
    /// The bank account or card number is not of a possible form (银行账号错误).
    BankAccountInvalid = "BANK_ACCOUNT_INVALID",
    /// The CNAPS bank code does not pass its check digit (联行号错误).
    CnapsInvalid = "CNAPS_INVALID",
    /// Not a mobile number of mainland China (手机号错误).
    MobileInvalid = "MOBILE_INVALID",
    /// A password needs 10 to 128 characters and may not be one of the common ones (口令太弱).
    PasswordWeak = "PASSWORD_WEAK",
    // ---- any operation ----
    /// The idempotency key was used with another input (幂等键被重复使用).
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
    /// The key must be 8 to 64 letters, digits, `-` or `_` (幂等键不合格式).
    IdempotencyKeyInvalid = "IDEMPOTENCY_KEY_INVALID",
    /// There is no such thing, or none that you may know of (不存在).
    NotFound = "NOT_FOUND",
    /// The state has changed since you read it: reload and decide again (版本已过期).
    StaleVersion = "STALE_VERSION",
    /// The step is not possible in the present state (状态不允许).
    WrongState = "WRONG_STATE",
    /// The same thing exists already (已存在).
    AlreadyExists = "ALREADY_EXISTS",
    // ---- access ----
    /// Name or password is wrong, or the account is not active (登录失败).
    LoginFailed = "LOGIN_FAILED",
    /// The refresh token is unknown, used or expired: sign in again (刷新令牌无效).
    RefreshTokenInvalid = "REFRESH_TOKEN_INVALID",
    /// The account's identity is not yet verified (身份未核验).
    AccountNotVerified = "ACCOUNT_NOT_VERIFIED",
    /// The two roles may not be held together in one court (不相容岗位).
    RoleConflict = "ROLE_CONFLICT",
    /// Open cases and their money are still this officer's: hand them over first (案件及案款未移交).
    CasesNotHandedOver = "CASES_NOT_HANDED_OVER",
    /// The maker may not approve his own work (经办人不得审批).
    MakerMayNotApprove = "MAKER_MAY_NOT_APPROVE",
    /// You have voted already (重复表决).
    AlreadyVoted = "ALREADY_VOTED",
    /// What is approved has changed since you read it (审批内容已变化).
    DigestMismatch = "DIGEST_MISMATCH",
    /// The value does not fit the parameter (参数值不合要求).
    ParameterInvalid = "PARAMETER_INVALID",
    /// The value is the one in force already (与现值相同).
    ParameterUnchanged = "PARAMETER_UNCHANGED",
    /// An earlier proposal on the same thing waits for its decision (已有待批提案).
    ProposalOpen = "PROPOSAL_OPEN",
    /// The holiday notice is malformed or its statutory days do not add up (放假通知不合格).
    CalendarNoticeInvalid = "CALENDAR_NOTICE_INVALID",
    // ---- ledger ----
    /// The account does not hold that much (余额不足).
    InsufficientBalance = "INSUFFICIENT_BALANCE",
    // ---- cases ----
    /// The case is suspended, concluded, transferred or terminated for now (案件状态不允许).
    CaseNotOpen = "CASE_NOT_OPEN",
    /// Money, a deposit, a frozen sum, an open receipt or a fee-arrears note stands on the case (案款未结清).
    CaseHasOpenMoney = "CASE_HAS_OPEN_MONEY",
    /// The payee account is not confirmed by the payee in writing (收款账户未确认).
    PayeeNotConfirmed = "PAYEE_NOT_CONFIRMED",
    /// The name of the payee and of the party differ (收款人名称不符).
    PayeeNameMismatch = "PAYEE_NAME_MISMATCH",
    /// The agent's papers lack what the law asks of an agent of this kind (代理手续不齐).
    AgentPaperIncomplete = "AGENT_PAPER_INCOMPLETE",
    /// The agent's papers do not cover this act, or are not in force on its day (代理权限不足或者代理手续失效).
    AgentNotAuthorised = "AGENT_NOT_AUTHORISED",
    /// The claim was enforced in advance and the judgment did not grant it: nothing is paid on it (先予执行已被撤销).
    AdvanceRevoked = "ADVANCE_REVOKED",
    /// Not a workbook or CSV of cases that can be read, or more than one file may hold (导入文件无法读取).
    CaseFileInvalid = "CASE_FILE_INVALID",
    /// Rows of the file have errors, and nothing was imported: see `CaseImport.preview` (导入文件有错误行).
    CaseFileFaulty = "CASE_FILE_FAULTY",
    /// The cell does not hold what its column asks for (单元格内容不合要求).
    CellInvalid = "CELL_INVALID",
    /// A column is missing, named twice or unknown (列名缺失、重复或不识别).
    ColumnInvalid = "COLUMN_INVALID",
    /// A case needs an applicant and a respondent (缺当事人).
    PartyMissing = "PARTY_MISSING",
    /// More is satisfied than is owed on the claim (履行额超过债权).
    SatisfactionExceedsClaim = "SATISFACTION_EXCEEDS_CLAIM",
    /// The settlement stands: no instalment is late and none was refused (和解协议正在履行).
    SettlementStands = "SETTLEMENT_STANDS",
    /// Something is still owed: the case is not performed (债权未全部履行).
    ClaimNotSatisfied = "CLAIM_NOT_SATISFIED",
    /// More would be frozen than the target of the case and a fifth of it (超标的保全).
    OverPreservation = "OVER_PRESERVATION",
    /// This relief from a fee is not for this party or this ground (不符合缓减免条件).
    FeeReliefNotAllowed = "FEE_RELIEF_NOT_ALLOWED",
    /// A court has accepted the debtor's bankruptcy: no single creditor is paid from his money (被执行人已进入破产程序).
    DebtorBankrupt = "DEBTOR_BANKRUPT",
    // ---- funds ----
    /// The receipt is not unidentified any more (该笔到账已认领).
    ReceiptNotUnidentified = "RECEIPT_NOT_UNIDENTIFIED",
    /// The receipt does not hold that much any more (该笔到账余额不足).
    ReceiptExceeded = "RECEIPT_EXCEEDED",
    /// Differences of the month are not settled (差异未处理).
    DifferencesOpen = "DIFFERENCES_OPEN",
    /// Nobody has decided where the bank's interest goes (银行利息去向未设定).
    InterestDestinationUnset = "INTEREST_DESTINATION_UNSET",
    // ---- auction ----
    /// The starting price is below the floor of the law (起拍价过低).
    StartingPriceTooLow = "STARTING_PRICE_TOO_LOW",
    /// The deposit is outside of 5 % to 20 % of the starting price (保证金比例不合法).
    DepositOutOfRange = "DEPOSIT_OUT_OF_RANGE",
    /// The increment must be above zero and not above the starting price (加价幅度不合要求).
    IncrementInvalid = "INCREMENT_INVALID",
    /// No recorded decision of a panel of three (缺合议庭评议).
    PanelDecisionMissing = "PANEL_DECISION_MISSING",
    /// A disclosure is neither filled nor marked not applicable with a reason (公示事项不完整).
    DisclosureIncomplete = "DISCLOSURE_INCOMPLETE",
    /// Parties or priority purchasers are not notified, or too late (通知不足期).
    NoticeTooLate = "NOTICE_TOO_LATE",
    /// Between publication and start lie too few full days (公告期不足).
    LeadTimeTooShort = "LEAD_TIME_TOO_SHORT",
    /// Bidding must stand open for at least 24 hours (竞价时间不足).
    BiddingTooShort = "BIDDING_TOO_SHORT",
    /// The lot does not take registrations now (不在报名期).
    RegistrationClosed = "REGISTRATION_CLOSED",
    /// The person may not bid on this lot (不得竞买).
    BidderBarred = "BIDDER_BARRED",
    /// The purchase-restriction undertaking is missing (缺限购承诺).
    UndertakingMissing = "UNDERTAKING_MISSING",
    /// Agents and joint bidders are confirmed before bidding starts, and it has started (委托或者共同竞买须在竞价开始前确认).
    BidderPapersTooLate = "BIDDER_PAPERS_TOO_LATE",
    /// What an agent or joint bidders hand in lacks something: see the field (委托或者共同竞买手续不齐).
    BidderPapersIncomplete = "BIDDER_PAPERS_INCOMPLETE",
    /// Your own name in the papers is not that of your verified account (手续所载姓名与实名账户不一致).
    BidderNameMismatch = "BIDDER_NAME_MISMATCH",
    /// The deposit has not arrived: no qualification to bid (未取得竞买资格).
    NotQualified = "NOT_QUALIFIED",
    /// Bidding has not begun (竞价未开始).
    BiddingNotStarted = "BIDDING_NOT_STARTED",
    /// The bid arrived at or after the end (竞价已结束).
    BiddingEnded = "BIDDING_ENDED",
    /// The lot is suspended (暂缓或中止).
    LotSuspended = "LOT_SUSPENDED",
    /// The bid is below the starting price (低于起拍价).
    BidBelowStart = "BID_BELOW_START",
    /// The bid is below the minimum next bid (低于最低加价).
    BidTooLow = "BID_TOO_LOW",
    /// The bid is not the starting price plus a multiple of the increment (不是加价幅度的整数倍).
    BidNotOnStep = "BID_NOT_ON_STEP",
    /// You lead already (不得自我加价).
    AlreadyLeading = "ALREADY_LEADING",
    /// The amount is far above the present price: repeat it in Chinese capitals (金额异常须大写确认).
    ConfirmationNeeded = "CONFIRMATION_NEEDED",
    /// The platform could not take the bid; the fault is recorded (平台故障).
    PlatformFault = "PLATFORM_FAULT",
    /// The clock of the server that took the bid is off: bid again, another server takes it (服务器时钟偏差).
    ServerClockOff = "SERVER_CLOCK_OFF",
    /// The round comes after its term and no document says why (再次拍卖、变卖逾期).
    RoundTooLate = "ROUND_TOO_LATE",
    /// The price of a sell-off is the reserve price of the second auction, no other (变卖价不符).
    SellOffPriceDiffers = "SELL_OFF_PRICE_DIFFERS",
    /// The reserve price leaves nothing after senior claims and costs (无益拍卖).
    NoSurplus = "NO_SURPLUS",
    /// A third party's objection is open: sale and money stand still (案外人异议未审结).
    ObjectionOpen = "OBJECTION_OPEN",
    /// The balance differs from the hammer price less the deposit (余款金额不符).
    BalanceMismatch = "BALANCE_MISMATCH",
    /// No reference price is recorded for this appraisal price (缺参考价).
    ReferencePriceMissing = "REFERENCE_PRICE_MISSING",
    /// The reference price was not in force when the property was announced, or bidding begins too late (参考价已过有效期).
    ReferencePriceExpired = "REFERENCE_PRICE_EXPIRED",
    /// The law lays this tax on the other side (税费承担主体不合法).
    CostBearerUnlawful = "COST_BEARER_UNLAWFUL",
    /// Bidding has begun: what weighs for the decision to bid changes no more (竞价开始后不得作实质更正).
    RevisionTooLate = "REVISION_TOO_LATE",
    /// The announcement was corrected: read and acknowledge the correction before you bid (更正公告未确认).
    RevisionNotAcknowledged = "REVISION_NOT_ACKNOWLEDGED",
    /// This lot is sold without proxy bidding (未开通代理出价).
    ProxyBiddingOff = "PROXY_BIDDING_OFF",
    /// A priority purchaser bids at the equal price himself; nobody bids for him (优先购买权人不适用代理出价).
    ProxyNotForPriority = "PROXY_NOT_FOR_PRIORITY",
    /// The transfer of the equity needs an approval that is not on record (股权变更未获批准).
    TransferApprovalMissing = "TRANSFER_APPROVAL_MISSING",
    /// The file is larger than the court allows (附件过大).
    FileTooLarge = "FILE_TOO_LARGE",
    /// What arrived has not the size, type or SHA-256 that was declared (附件与申报不符).
    FileDiffers = "FILE_DIFFERS",
    /// The sale runs on a listed platform: it is announced, registered for and bid on there (本场拍卖在名单库平台进行).
    MirroredSale = "MIRRORED_SALE",
    /// No provider of the list is chosen for the sale (未选定名单库平台).
    ProviderMissing = "PROVIDER_MISSING",
    /// The provider does not stand on the list on that day (平台不在名单库).
    ProviderNotListed = "PROVIDER_NOT_LISTED",
    /// The bundle of a mirrored sale is not of its form: each error with its JSON path; nothing is taken in (镜像数据包不合格式).
    BundleInvalid = "BUNDLE_INVALID",
    /// No key of the provider that was valid on that day signed these bytes (镜像数据包签名无效).
    BundleSignatureInvalid = "BUNDLE_SIGNATURE_INVALID",
    /// Departures from the rules are not accepted with a reason, one by one (偏差未逐项说明).
    FindingsOpen = "FINDINGS_OPEN",
    /// The terms on the platform are not those that the panel decided (平台公告条件与评议不符).
    TermsDiffer = "TERMS_DIFFER",
    /// The platform changed terms on which the court stands already, and on which bidders may have paid (平台事后变更公告条件).
    TermsChanged = "TERMS_CHANGED",
    /// Under the same reference stands another registration than the one that the court knows (平台事后变更报名信息).
    RegistrationChanged = "REGISTRATION_CHANGED",
    /// The end on the platform is not the one that its bids lead to (结束时间与延时规则不符).
    EndDiffers = "END_DIFFERS",
    /// The result on the platform is not the one that its bids lead to (结果与出价不符).
    ResultDiffers = "RESULT_DIFFERS",
    // ---- distribution ----
    /// The lines do not add up to the pool (分配额不等于可分配额).
    PlanUnbalanced = "PLAN_UNBALANCED",
    /// There is nothing to distribute (无可分配案款).
    PoolEmpty = "POOL_EMPTY",
    /// The objection term still runs or an objection is open (异议期未届满).
    ObjectionTermRunning = "OBJECTION_TERM_RUNNING",
    /// The objection came after its term (异议逾期).
    ObjectionTooLate = "OBJECTION_TOO_LATE",
    // ---- disbursement and payout ----
    /// The amount is above what the case or payable holds (发放超额).
    PayoutExceedsBalance = "PAYOUT_EXCEEDS_BALANCE",
    /// The payout has a result that is not known: only its status may be asked (结果未明不得重发).
    PayoutResultUnknown = "PAYOUT_RESULT_UNKNOWN",
    /// No line fits the selection (无符合条件的案款).
    SelectionEmpty = "SELECTION_EMPTY",
    // ---- bank ----
    /// The bank file is malformed, too large, carries a DTD or does not add up; nothing of it is booked (银行文件不合格).
    BankFileInvalid = "BANK_FILE_INVALID",
    /// The bank template does not describe a file that can be written and answered (银行模板不合格).
    BankTemplateInvalid = "BANK_TEMPLATE_INVALID",
    // ---- documents ----
    /// No typeface with Chinese characters is installed: the operator installs one or names a file (未安装中文字体).
    FontMissing = "FONT_MISSING",
    /// The typefaces lack a character of the paper, e.g. a rare one of a name (字库缺字).
    FontLacksCharacter = "FONT_LACKS_CHARACTER",
}

//! Identifiers: one newtype per noun over UUIDv7, opaque global ids (`Node.id`) outside.
//!
//! Ids are made here alone, from the operation's own `now`, so that lists sort by (recorded_at, id). Outside they are
//! base64url of one tag byte and the UUID: clients must not read anything into them.

use super::clock::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Mutex};
use uuid::{ContextV7, Uuid};

/// Keeps ids made within one millisecond in order.
static SEQUENCE: Mutex<ContextV7> = Mutex::new(ContextV7::new());

fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.micros().div_euclid(1_000_000)).unwrap_or(0);
    let nanos = u32::try_from(now.micros().rem_euclid(1_000_000) * 1000).unwrap_or(0);
    match SEQUENCE.lock() {
        Ok(context) => Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos)),
        Err(_) => Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)),
    }
}

/// A thing of the graph: its kind and id. What an audit event, a ledger entry or an approval speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeRef {
    pub kind: NodeKind,
    pub id: Uuid,
}
impl NodeRef {
    pub fn to_global(self) -> String {
        let mut bytes = [0u8; 17];
        bytes[0] = self.kind.tag();
        bytes[1..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
    pub fn from_global(text: &str) -> Option<NodeRef> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, id) = bytes.split_first()?;
        Some(NodeRef { kind: NodeKind::from_tag(*tag)?, id: Uuid::from_slice(id).ok()? })
    }
}

/// Declares the nouns: the newtype, its GraphQL `ID` in both directions, its database value, its tag.
macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $id:ident => $kind:ident = $tag:literal),+ $(,)?) => {
        /// What kind of thing an id names. The text form is stored; tags are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum NodeKind { $($(#[doc = $doc])+ $kind),+ }
        impl NodeKind {
            pub const ALL: &'static [NodeKind] = &[$(NodeKind::$kind),+];
            pub const fn tag(self) -> u8 { match self { $(NodeKind::$kind => $tag),+ } }
            pub const fn as_str(self) -> &'static str { match self { $(NodeKind::$kind => stringify!($kind)),+ } }
            pub fn from_tag(tag: u8) -> Option<NodeKind> { NodeKind::ALL.iter().copied().find(|k| k.tag() == tag) }
            pub fn parse(text: &str) -> Option<NodeKind> { NodeKind::ALL.iter().copied().find(|k| k.as_str() == text) }
        }
        $(ids!(@one $(#[doc = $doc])+ $id $kind);)+
    };
    (@one $(#[doc = $doc:literal])+ $id:ident $kind:ident) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
        pub struct $id(Uuid);
        impl $id {
            pub const KIND: NodeKind = NodeKind::$kind;
            pub fn new(now: Timestamp) -> $id { $id(uuid_v7(now)) }
            /// For rows read back and for ids derived from a key.
            pub const fn from_uuid(id: Uuid) -> $id { $id(id) }
            pub const fn uuid(self) -> Uuid { self.0 }
            pub const fn node(self) -> NodeRef { NodeRef { kind: NodeKind::$kind, id: self.0 } }
            pub fn to_global(self) -> String { self.node().to_global() }
            pub fn from_global(text: &str) -> Option<$id> {
                NodeRef::from_global(text).filter(|n| n.kind == NodeKind::$kind).map(|n| $id(n.id))
            }
        }
        impl From<$id> for async_graphql::ID { fn from(id: $id) -> async_graphql::ID { id.to_global().into() } }
        impl From<$id> for NodeRef { fn from(id: $id) -> NodeRef { id.node() } }
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}:{}", stringify!($kind), self.0) }
        }
        impl TryFromU64 for $id {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> { Err(DbErr::ConvertFromU64(stringify!($id))) }
        }
        impl async_graphql::InputType for $id {
            type RawValueType = Self;
            fn type_name() -> std::borrow::Cow<'static, str> { <async_graphql::ID as async_graphql::InputType>::type_name() }
            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::InputType>::create_type_info(registry)
            }
            fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                let id = <async_graphql::ID as async_graphql::InputType>::parse(value).map_err(async_graphql::InputValueError::propagate)?;
                $id::from_global(&id).ok_or_else(|| async_graphql::InputValueError::custom(concat!("not the id of a ", stringify!($kind))))
            }
            fn to_value(&self) -> async_graphql::Value { async_graphql::Value::String(self.to_global()) }
            fn as_raw_value(&self) -> Option<&Self> { Some(self) }
        }
        #[async_trait::async_trait]
        impl async_graphql::OutputType for $id {
            fn type_name() -> std::borrow::Cow<'static, str> { <async_graphql::ID as async_graphql::OutputType>::type_name() }
            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry)
            }
            async fn resolve(
                &self,
                _: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                Ok(async_graphql::Value::String(self.to_global()))
            }
        }
    };
}

ids! {
    /// A court (法院).
    CourtId => Court = 1,
    /// A person or system that signs in (账户).
    AccountId => Account = 2,
    /// A signed-in session (会话).
    SessionId => Session = 3,
    /// A role given to an account in a court (岗位授权).
    GrantId => Grant = 4,
    /// A decision by several people (审批).
    ApprovalId => Approval = 5,
    /// A parameter of a court (法院参数).
    ParameterId => Parameter = 6,
    /// A notice on a year's holidays (放假通知).
    CalendarNoticeId => CalendarNotice = 7,
    /// An enforcement case (执行案件).
    CaseId => Case = 10,
    /// A party of a case (当事人).
    PartyId => Party = 11,
    /// A claim of a creditor in a case (债权).
    ClaimId => Claim = 12,
    /// A payee account of a party (收款账户).
    PayeeId => Payee = 13,
    /// An objection in a case (异议).
    ObjectionId => Objection = 14,
    /// A preservation or enforcement measure (控制措施).
    MeasureId => Measure = 15,
    /// A fee-arrears note (欠缴执行费记录).
    FeeArrearsId => FeeArrears = 16,
    /// A document filed to a case (文书).
    DocumentId => Document = 17,
    /// Satisfaction outside of the account (账外履行).
    SatisfactionId => Satisfaction = 18,
    /// A corrected payee account that waits for approval (收款账户更正).
    PayeeCorrectionId => PayeeCorrection = 19,
    /// A suspension of a case (中止执行).
    SuspensionId => Suspension = 26,
    /// The acceptance of a debtor's bankruptcy (破产受理).
    BankruptcyId => Bankruptcy = 27,
    /// A ledger account (科目账户).
    LedgerAccountId => LedgerAccount = 20,
    /// A ledger entry (记账凭证).
    EntryId => LedgerEntry = 21,
    /// A posting of an entry (分录).
    PostingId => Posting = 22,
    /// A hold on an account (冻结).
    HoldId => DepositHold = 23,
    /// Money that arrived (到账).
    ReceiptId => Receipt = 30,
    /// A term that runs on something (期限).
    TermId => Term = 31,
    /// A claim of unidentified money (不明款认领).
    ReceiptClaimId => ReceiptClaim = 32,
    /// Cash that two officers took (现金收款).
    CashReceiptId => CashReceipt = 33,
    /// A cheque that is not yet cleared (支票).
    ChequeId => Cheque = 34,
    /// A lot (标的物).
    LotId => Lot = 40,
    /// A decision of a panel on a lot (合议庭评议).
    PanelDecisionId => PanelDecision = 41,
    /// A notification of a party or priority purchaser (通知).
    NotificationId => Notification = 42,
    /// A registration for a lot (竞买报名).
    RegistrationId => Registration = 43,
    /// An attempt to bid (出价).
    AttemptId => Bid = 44,
    /// A disclosure of a lot (公示事项).
    DisclosureId => Disclosure = 45,
    /// A priority purchaser of a lot (优先购买权人).
    PriorityPurchaserId => PriorityPurchaser = 46,
    /// A batch of bid receipts signed together (回执批次).
    ReceiptBatchId => ReceiptBatch = 47,
    /// A person who may not bid (禁止竞买人).
    BarredPersonId => BarredPerson = 48,
    /// A credit of the bank on a registration's account (保证金到账).
    DepositCreditId => DepositCredit = 49,
    /// A distribution plan (分配方案).
    PlanId => DistributionPlan = 50,
    /// A line of a distribution plan (分配明细).
    PlanLineId => DistributionLine = 51,
    /// Service of a plan on a person (送达).
    PlanServiceId => PlanService = 52,
    /// An objection to a plan (分配方案异议).
    PlanObjectionId => PlanObjection = 53,
    /// A disbursement order (案款发放).
    OrderId => DisbursementOrder = 60,
    /// A source of a disbursement order (发放来源).
    OrderSourceId => OrderSource = 61,
    /// A run of unified payouts (集中兑现).
    PayoutRunId => PayoutRun = 62,
    /// Money that is owed to a payee (应付款).
    PayableId => Payable = 63,
    /// One attempt to pay a payable (付款尝试).
    PayoutAttemptId => PayoutAttempt = 64,
    /// A line of a payout run (集中兑现明细).
    PayoutLineId => PayoutLine = 65,
    /// A deferral of paying out (延缓发放).
    DeferralId => Deferral = 66,
    /// Case money that leaves otherwise than to a creditor (其他付款).
    SpecialPaymentId => SpecialPayment = 67,
    /// A file from or to the bank (银行文件).
    BankFileId => BankFile = 70,
    /// A line of a bank file (银行明细).
    BankLineId => BankLine = 71,
    /// A statement of a court's bank account (对账单).
    BankStatementId => BankStatement = 72,
    /// What a person proposes for an open line of the bank (待处理明细处理意见).
    LineResolutionId => LineResolution = 73,
    /// An event of the audit log (审计事件).
    AuditEventId => AuditEvent = 80,
    /// A change that others are told of (变更事件).
    OutboxId => OutboxEvent = 81,
    /// An order on record in a case: advance execution, working capital (登记事项).
    CaseOrderId => CaseOrder = 161,
    /// Relief from a fee (诉讼费用缓减免).
    FeeReliefId => FeeRelief = 162,
    /// A month's comparison of enforcement and finance (月度对账).
    MonthlyReconciliationId => MonthlyReconciliation = 163,
    /// A difference of a month's comparison (对账差异).
    ReconciliationItemId => ReconciliationItem = 164,
    /// A line of a month's comparison (对账明细).
    ReconciliationLineId => ReconciliationLine = 165,
    /// Money that lies with a notary (提存).
    NotaryDepositId => NotaryDeposit = 160,
    /// A use of a forfeited deposit (悔拍保证金使用明细).
    ForfeitureLineId => ForfeitureLine = 110,
    /// A creditor's readiness to take property in kind (以物抵债申请).
    InKindOfferId => InKindOffer = 111,
    /// Money that must come back after a sale was set aside (执行回转).
    RestitutionId => Restitution = 112,
    /// An assessment whether a sale leaves a surplus (无益拍卖审查).
    SurplusAssessmentId => SurplusAssessment = 113,
    /// A payment cancelled, or sent to a corrected account (付款变更).
    PayableChangeId => PayableChange = 120,
    /// Money of a sale that moves once others agree (拍卖款项处理).
    SaleDecisionId => SaleDecision = 121,
    /// A receipt that is to count as another debtor's money (到账来源更正).
    ReceiptDescriptionId => ReceiptDescription = 122,
    /// A saved rule of unified payouts (集中兑现规则).
    PayoutRuleId => PayoutRule = 140,
    /// A unified payout over several courts (集中兑现活动).
    PayoutProgrammeId => PayoutProgramme = 141,
    /// A form of bank files that is not ISO 20022 (银行文件模板).
    BankTemplateId => BankTemplate = 142,
    /// A notice to a person about his money (通知).
    NoticeId => Notice = 143,
    /// A file of cases that is taken in (案件导入).
    CaseImportId => CaseImport = 175,
    /// Where a court's bank interest goes (银行利息去向).
    InterestDestinationId => InterestDestination = 186,
    /// An unidentified credit that is the bank's interest (银行利息到账).
    InterestCreditId => InterestCredit = 187,
    /// A photo or paper of a lot (标的物附件).
    AttachmentId => Attachment = 169,
    /// An agent's power of attorney with what proves him (代理手续).
    AgentPaperId => AgentPaper = 180,
    /// What an applicant must give back after his advance was revoked (先予执行返还).
    ExecutionReturnId => ExecutionReturn = 181,
    /// A deposit that is frozen on the platform (平台冻结保证金).
    PlatformDepositId => PlatformDeposit = 166,
    /// Money that came back from a payee of a sale that was set aside (执行回转到账).
    RestitutionReturnId => RestitutionReturn = 167,
    /// A provider of the list of platforms (名单库平台).
    AuctionProviderId => AuctionProvider = 176,
    /// A public key of a provider (平台公钥).
    ProviderKeyId => ProviderKey = 177,
    /// A signed bundle of a sale that ran on a listed platform (镜像数据包).
    MirrorBundleId => MirrorBundle = 178,
    /// An agreement of the parties in execution (执行和解).
    SettlementId => Settlement = 192,
    /// Unidentified money that makes a charge of the bank good (银行手续费补回).
    ChargeReimbursementId => ChargeReimbursement = 193,
    /// Lots under one heading (专场).
    CollectionId => Collection = 170,
}

/// An id that is the same for the same key, such as a ledger account's: the first half of SHA-256 over the key's text.
pub fn derived_uuid(key: &str) -> Uuid {
    use sha2::{Digest, Sha256};
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&Sha256::digest(key.as_bytes())[..16]);
    Uuid::new_v8(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_names_are_unique() {
        for (index, kind) in NodeKind::ALL.iter().enumerate() {
            assert!(NodeKind::ALL.iter().skip(index + 1).all(|k| k.tag() != kind.tag() && k.as_str() != kind.as_str()));
            assert_eq!(NodeKind::from_tag(kind.tag()), Some(*kind));
            assert_eq!(NodeKind::parse(kind.as_str()), Some(*kind));
        }
    }

    #[test]
    fn a_global_id_names_one_kind_only() {
        let lot = LotId::new(Timestamp::from_micros(1_772_000_000_000_000));
        assert_eq!(LotId::from_global(&lot.to_global()), Some(lot));
        assert_eq!(CaseId::from_global(&lot.to_global()), None);
        for forged in ["", "x", "AAAA", "!!!!", &lot.to_global()[1..]] {
            assert_eq!(LotId::from_global(forged), None);
        }
    }

    #[test]
    fn ids_of_one_instant_sort_as_they_were_made() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let ids: Vec<_> = (0..100).map(|_| LotId::new(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn derived_ids_are_stable() {
        assert_eq!(derived_uuid("a"), derived_uuid("a"));
        assert_ne!(derived_uuid("a"), derived_uuid("b"));
    }
}

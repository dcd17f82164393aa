//! The audit trail in the graph: events for oversight, checkpoints and proofs for everybody.
//!
//! Checkpoints and proofs say nothing about anybody, so they are public: whoever keeps a checkpoint can later demand
//! the consistency proof to the newest one. Of events on registrations, deposits and bids the actor and the facts are not
//! shown to anybody: together with the public bidder code they would name the bidder (网拍规定 第18条).

use super::{
    checkpoint::Checkpoint,
    event::{self, AuditOutcome},
    merkle,
    note::NoteError,
    sequencer::LogIdentity,
    store::{self, head, leaf},
};
use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    connection,
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{AccountId, AuditEventId, CaseId, CourtId, NodeKind, NodeRef},
        paging::{Page, Paged},
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use base64::{Engine, prelude::BASE64_STANDARD};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

/// Kinds whose events would join a person to a bidder code.
const SEALED: [NodeKind; 4] = [NodeKind::Registration, NodeKind::Bid, NodeKind::DepositHold, NodeKind::ReceiptBatch];

/// An event with its place in the tree, when it has one.
pub struct AuditEvent {
    event: event::Model,
    leaf: Option<leaf::Model>,
}
impl AuditEvent {
    /// None for what the caller may not see.
    pub async fn load(ctx: &Context<'_>, id: AuditEventId) -> Result<Option<AuditEvent>, Problem> {
        let scope = scope(ctx, Act::ReadAuditEvents)?;
        let reader = services(ctx)?.db.reader();
        let found = event::Entity::find_by_id(id).filter(scope.on_court(event::Column::CourtId)).first(&reader).await?;
        let Some(event) = found else { return Ok(None) };
        let leaf = store::leaf_of(&reader, event.id).await?;
        Ok(Some(AuditEvent { event, leaf }))
    }
    fn is_sealed(&self) -> bool {
        let kind = self.event.subject_kind.as_deref();
        SEALED.iter().any(|sealed| kind == Some(sealed.as_str()))
    }
}
impl Listed for AuditEvent {
    fn listed_by(&self) -> NodeRef {
        self.event.id.node()
    }
}
/// What was done, refused or forbidden, by whom, to what (审计事件). It is never changed or deleted.
#[Object]
impl AuditEvent {
    /// Opaque id (标识).
    pub async fn id(&self) -> AuditEventId {
        self.event.id
    }
    /// When it happened (发生时间).
    async fn occurred_at(&self) -> Timestamp {
        self.event.occurred_at
    }
    /// The court it belongs to; none for events of the installation and for refusals (法院).
    async fn court_id(&self) -> Option<CourtId> {
        self.event.court_id
    }
    /// The case it belongs to (案件).
    async fn case_id(&self) -> Option<CaseId> {
        self.event.case_id
    }
    /// `account:…`, `system:…` or `operator`; none on events that would name a bidder (操作人).
    async fn actor(&self) -> Option<&str> {
        (!self.is_sealed()).then_some(self.event.actor.as_str())
    }
    /// Root field or job that acted, e.g. `Mutation.openCase` (操作).
    async fn action(&self) -> &str {
        &self.event.action
    }
    /// How it came out (结果).
    async fn outcome(&self) -> AuditOutcome {
        self.event.outcome
    }
    /// Code of the refusal, when refused (拒绝代码).
    async fn code(&self) -> Option<&str> {
        self.event.code.as_deref()
    }
    /// Kind of the thing it is about (对象类型).
    async fn subject_kind(&self) -> Option<&str> {
        self.event.subject_kind.as_deref()
    }
    /// Id of the thing it is about (对象).
    async fn subject_id(&self) -> Option<ID> {
        let kind = self.event.subject_kind.as_deref().and_then(NodeKind::parse)?;
        Some(ID(NodeRef { kind, id: self.event.subject_id? }.to_global()))
    }
    /// The facts as canonical JSON; none on events that would name a bidder (事实).
    async fn facts(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        if self.is_sealed() {
            return Ok(None);
        }
        let place = event::payload_place(self.event.id);
        let opened = services(ctx)?.vault.open_bytes(place, &self.event.payload).map_err(Problem::internal)?;
        String::from_utf8(opened.to_vec()).map(Some).map_err(Problem::internal)
    }
    /// SHA-256 over a salt and the facts, in hexadecimal digits: part of the leaf (事实摘要).
    async fn facts_hash(&self) -> String {
        hex::encode(&self.event.payload_hash)
    }
    /// Index of its leaf in the audit tree, from 0; none during the seconds before it is sequenced (叶序号).
    async fn leaf_index(&self) -> Option<i64> {
        self.leaf.as_ref().map(|leaf| leaf.leaf_index)
    }
    /// Hash of its leaf in the audit tree, in base64 (叶哈希).
    async fn leaf_hash(&self) -> Option<String> {
        self.leaf.as_ref().map(|leaf| BASE64_STANDARD.encode(&leaf.leaf_hash))
    }
}
connection! {
    /// Audit events, newest first (审计事件列表).
    AuditEventConnection, AuditEventEdge of AuditEvent
}

/// Which audit events to list; conditions are joined by "and" (审计事件筛选).
#[derive(Default, InputObject)]
pub struct AuditEventFilter {
    /// Of this court (法院).
    pub court: Option<CourtId>,
    /// Of this case (案件).
    pub case: Option<CaseId>,
    /// About this thing, of whatever kind (对象).
    pub subject: Option<ID>,
    /// By this account; events that would name a bidder are left out (操作人).
    pub actor: Option<AccountId>,
    /// This root field or job, e.g. `Mutation.openCase` (操作).
    pub action: Option<String>,
    /// With this outcome (结果).
    pub outcome: Option<AuditOutcome>,
    /// From this instant on (起).
    pub since: Option<Timestamp>,
    /// Before this instant (止).
    pub until: Option<Timestamp>,
}
impl AuditEventFilter {
    fn condition(&self) -> Result<sea_orm::Condition, Problem> {
        let mut all = sea_orm::Condition::all()
            .add_option(self.court.map(|court| event::Column::CourtId.eq(court)))
            .add_option(self.case.map(|case| event::Column::CaseId.eq(case)))
            .add_option(self.action.as_deref().map(|action| event::Column::Action.eq(action)))
            .add_option(self.outcome.map(|outcome| event::Column::Outcome.eq(outcome)))
            .add_option(self.since.map(|since| event::Column::OccurredAt.gte(since)))
            .add_option(self.until.map(|until| event::Column::OccurredAt.lt(until)));
        if let Some(subject) = &self.subject {
            let node =
                NodeRef::from_global(subject).ok_or_else(|| Problem::BadInput("`subject` is not an id".into()))?;
            all = all.add(event::Column::SubjectKind.eq(node.kind.as_str())).add(event::Column::SubjectId.eq(node.id));
        }
        if let Some(actor) = self.actor {
            let sealed = SEALED.map(NodeKind::as_str);
            let open = sea_orm::Condition::any()
                .add(event::Column::SubjectKind.is_null())
                .add(event::Column::SubjectKind.is_not_in(sealed));
            all = all.add(event::Column::Actor.eq(format!("account:{}", actor.uuid()))).add(open);
        }
        Ok(all)
    }
}

/// The events that the caller may see, with their leaves.
pub async fn events(ctx: &Context<'_>, filter: &AuditEventFilter, page: Page) -> Result<Paged<AuditEvent>, Problem> {
    let scope = scope(ctx, Act::ReadAuditEvents)?;
    let reader = services(ctx)?.db.reader();
    let select = event::Entity::find().filter(scope.on_court(event::Column::CourtId)).filter(filter.condition()?);
    let found = page.fetch(&reader, select, event::Column::Id).await?;
    let ids = found.items.iter().map(|event| event.id);
    let leaves = leaf::Entity::find().filter(leaf::Column::EventId.is_in(ids)).list(&reader).await?;
    let mut leaves: HashMap<_, _> = leaves.into_iter().map(|leaf| (leaf.event_id, leaf)).collect();
    Ok(found.map(|event| AuditEvent { leaf: leaves.remove(&event.id), event }))
}

pub struct AuditCheckpoint(head::Model);
/// A signed head of the audit tree (审计检查点). Kept outside of this system, it proves any later change of what it covers.
#[Object]
impl AuditCheckpoint {
    /// Number of events that it covers (事件数).
    async fn size(&self) -> i64 {
        self.0.size
    }
    /// Root of the tree over them, RFC 6962, in base64 (树根).
    async fn root(&self) -> String {
        BASE64_STANDARD.encode(&self.0.root)
    }
    /// The signed text, to be kept as it is: c2sp.org/tlog-checkpoint (签名文本).
    async fn note(&self) -> &str {
        &self.0.note
    }
    /// When it was signed (签名时间).
    async fn signed_at(&self) -> Timestamp {
        self.0.signed_at
    }
    /// Size of the checkpoint before; 0 for the first (前一检查点).
    async fn previous_size(&self) -> i64 {
        self.0.previous
    }
    /// Keys under which checkpoints of this log are valid, in the form of c2sp.org/signed-note (验证公钥).
    async fn verifier_keys(&self, ctx: &Context<'_>) -> Result<Vec<String>, Problem> {
        let text = self.0.note.split_once("\n\n").map(|(text, _)| format!("{text}\n")).ok_or(NoteError::Malformed)?;
        let log = LogIdentity::try_new(&Checkpoint::parse_text(&text)?.origin, &services(ctx)?.keys)?;
        Ok(log.verifiers().iter().map(|key| key.to_vkey()).collect())
    }
}

pub struct AuditInclusionProof {
    leaf: leaf::Model,
    path: Vec<merkle::Hash>,
    text: String,
    checkpoint: head::Model,
}
/// Proof that an event stands in the audit tree (包含性证明), checkable without this system.
#[Object]
impl AuditInclusionProof {
    /// Index of the leaf, from 0 (叶序号).
    async fn leaf_index(&self) -> i64 {
        self.leaf.leaf_index
    }
    /// Hash of the leaf, in base64 (叶哈希).
    async fn leaf_hash(&self) -> String {
        BASE64_STANDARD.encode(&self.leaf.leaf_hash)
    }
    /// Audit path of RFC 6962 from the leaf up, in base64 (审计路径).
    async fn path(&self) -> Vec<String> {
        encoded(&self.path)
    }
    /// The proof as one file, c2sp.org/tlog-proof; its ending is `.tlog-proof` (证明文件).
    async fn file(&self) -> &str {
        &self.text
    }
    /// The checkpoint whose tree it stands in (检查点).
    async fn checkpoint(&self) -> AuditCheckpoint {
        AuditCheckpoint(self.checkpoint.clone())
    }
}

pub struct AuditConsistencyProof {
    from: head::Model,
    to: head::Model,
    path: Vec<merkle::Hash>,
}
/// Proof that one checkpoint's tree continues another's: nothing under the older was changed (一致性证明).
#[Object]
impl AuditConsistencyProof {
    /// The older checkpoint (旧检查点).
    async fn from(&self) -> AuditCheckpoint {
        AuditCheckpoint(self.from.clone())
    }
    /// The newer checkpoint (新检查点).
    async fn to(&self) -> AuditCheckpoint {
        AuditCheckpoint(self.to.clone())
    }
    /// Consistency path of RFC 6962, in base64; empty between a checkpoint and itself (一致性路径).
    async fn path(&self) -> Vec<String> {
        encoded(&self.path)
    }
}
fn encoded(path: &[merkle::Hash]) -> Vec<String> {
    path.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect()
}

/// The checkpoint of this size; the newest when none is given.
async fn checkpoint_at(ctx: &Context<'_>, size: Option<i32>) -> Result<Option<head::Model>, Problem> {
    let reader = services(ctx)?.db.reader();
    match size {
        Some(size) => match u64::try_from(size) {
            Ok(size) => store::head_at(&reader, size).await,
            Err(_) => Err(Problem::BadInput("a size is not negative".into())),
        },
        None => store::latest_head(&reader).await,
    }
}

#[derive(Default)]
pub struct AuditQuery;
/// The audit trail (审计).
#[Object]
impl AuditQuery {
    /// Audit events, newest first (审计事件).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events (筛选).")] filter: Option<AuditEventFilter>,
        #[graphql(desc = "So many from the front, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor (起始游标).")] after: Option<String>,
        #[graphql(desc = "So many from the back, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Before this cursor (截止游标).")] before: Option<String>,
    ) -> Result<AuditEventConnection, Problem> {
        let page = page(NodeKind::AuditEvent, first, after, last, before)?;
        Ok(events(ctx, &filter.unwrap_or_default(), page).await?.into())
    }

    /// A signed checkpoint of the audit log; none before the first (审计检查点).
    async fn audit_checkpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of exactly this many events; the newest when left out (事件数).")] size: Option<i32>,
    ) -> Result<Option<AuditCheckpoint>, Problem> {
        scope(ctx, Act::ReadCheckpoint)?;
        Ok(checkpoint_at(ctx, size).await?.map(AuditCheckpoint))
    }

    /// Proof that an event stands under a checkpoint; none while it does not (包含性证明).
    async fn audit_inclusion_proof(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event (事件).")] event: AuditEventId,
        #[graphql(desc = "Size of the checkpoint; the newest when left out (检查点事件数).")] size: Option<i32>,
    ) -> Result<Option<AuditInclusionProof>, Problem> {
        scope(ctx, Act::ReadAuditProofs)?;
        let reader = services(ctx)?.db.reader();
        let Some(checkpoint) = checkpoint_at(ctx, size).await? else { return Ok(None) };
        let Some(leaf) = store::leaf_of(&reader, event).await? else { return Ok(None) };
        let Some(proof) = store::inclusion_proof(&reader, &leaf, &checkpoint).await? else { return Ok(None) };
        Ok(Some(AuditInclusionProof { leaf, text: proof.to_text(), path: proof.path, checkpoint }))
    }

    /// Proof that the newer checkpoint continues the older one; none when either does not exist (一致性证明).
    async fn audit_consistency_proof(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the older checkpoint (旧检查点事件数).")] from: i32,
        #[graphql(desc = "Size of the newer checkpoint; the newest when left out (新检查点事件数).")] to: Option<i32>,
    ) -> Result<Option<AuditConsistencyProof>, Problem> {
        scope(ctx, Act::ReadAuditConsistency)?;
        let (Some(from), Some(to)) = (checkpoint_at(ctx, Some(from)).await?, checkpoint_at(ctx, to).await?) else {
            return Ok(None);
        };
        if from.size > to.size {
            return Err(Problem::BadInput("`from` is the older, smaller checkpoint".into()));
        }
        let path = store::consistency_between(&services(ctx)?.db.reader(), &from, &to).await?;
        Ok(Some(AuditConsistencyProof { from, to, path }))
    }
}

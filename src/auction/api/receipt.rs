//! The signed statement about one attempt.

use crate::auction::BidOutcome;
use crate::auction::receipt::{Statement, signed_text};
use crate::auction::store::{attempt, receipt_batch};
use crate::audit::merkle::leaf_hash;
use crate::graphql::caller::services;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::RefusalCode;
use async_graphql::{Context, Object, SimpleObject};
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::EntityTrait;
use std::sync::{Arc, OnceLock};

/// A receipt with the batch it was signed in.
pub struct BidReceipt {
    attempt: Arc<attempt::Model>,
    batch: Arc<receipt_batch::Model>,
    /// Parsed when something is asked for that stands in it alone: an answer to a bid rarely does.
    statement: OnceLock<Statement>,
}
impl BidReceipt {
    /// `batch` when it is at hand already.
    pub async fn load(
        ctx: &Context<'_>,
        attempt: Arc<attempt::Model>,
        batch: Option<Arc<receipt_batch::Model>>,
    ) -> Result<BidReceipt, Problem> {
        let batch = match batch {
            Some(batch) => batch,
            None => {
                let reader = services(ctx)?.db.reader();
                let found = receipt_batch::Entity::find_by_id(attempt.batch_id).first(&reader).await?;
                Arc::new(found.ok_or_else(|| Problem::internal("an attempt without its batch"))?)
            }
        };
        Ok(BidReceipt { attempt, batch, statement: OnceLock::new() })
    }
    fn said(&self) -> Result<&Statement, Problem> {
        match self.statement.get() {
            Some(said) => Ok(said),
            None => {
                let said = serde_json::from_str(&self.attempt.statement)?;
                Ok(self.statement.get_or_init(|| said))
            }
        }
    }
}

/// Signed statement about one attempt, accepted or refused (出价回执). Anybody can verify it with `signingKeys`, without
/// an account.
#[Object]
impl BidReceipt {
    /// Number of the lot (标的物编号).
    async fn lot_number(&self) -> Result<&str, Problem> {
        Ok(&self.said()?.lot_number)
    }
    /// Number of the attempt within the lot (序号).
    async fn attempt(&self) -> i64 {
        self.attempt.sequence
    }
    /// When the complete request had been read (到达时间).
    async fn arrived_at(&self) -> Timestamp {
        self.attempt.arrived_at
    }
    /// When it was decided (处理时间).
    async fn decided_at(&self) -> Timestamp {
        self.attempt.decided_at
    }
    /// The bidder's code, if he had one (竞买代码).
    async fn bidder_code(&self) -> Option<&str> {
        self.attempt.bidder_code.as_deref()
    }
    /// The price offered (出价金额).
    async fn amount(&self) -> Money {
        self.attempt.amount
    }
    /// How it ended (出价结果).
    async fn outcome(&self) -> BidOutcome {
        self.attempt.outcome
    }
    /// Why it was refused (拒绝代码).
    async fn refusal(&self) -> Result<Option<RefusalCode>, Problem> {
        Ok(self.said()?.refusal.as_deref().and_then(RefusalCode::parse))
    }
    /// The lot as the attempt met it (出价时的标的物状态).
    async fn decided_on(&self) -> Result<ReceiptLotState, Problem> {
        let on = &self.said()?.decided_on;
        let price = on.current_price.as_deref().map(str::parse).transpose();
        Ok(ReceiptLotState {
            version: on.version,
            current_price: price.map_err(|_| Problem::internal("a damaged receipt"))?,
            leading_bidder_code: on.leading_bidder_code.clone(),
            effective_end_at: on.effective_end_at.as_deref().and_then(Timestamp::parse),
        })
    }
    /// The new end, when the bid moved it (延时至).
    async fn extended_to(&self) -> Option<Timestamp> {
        self.attempt.extended_to
    }
    /// Bid by the platform within the bidder's sealed maximum, in answer to the attempt of this number (代理出价所应的出价序号).
    async fn provoked_by(&self) -> Result<Option<i64>, Problem> {
        Ok(self.said()?.provoked_by)
    }
    /// The statement that is hashed: canonical JSON (RFC 8785) of the strings shown (回执原文).
    async fn statement(&self) -> &str {
        &self.attempt.statement
    }
    /// SHA-256 of a zero byte and the statement, hexadecimal: the leaf of the tree (回执哈希).
    async fn hash(&self) -> String {
        hex::encode(leaf_hash(self.attempt.statement.as_bytes()))
    }
    /// Place of the leaf in the tree, from 0 (叶序号).
    async fn leaf_index(&self) -> i32 {
        self.attempt.batch_index
    }
    /// Leaves of the tree (叶总数).
    async fn leaf_count(&self) -> i32 {
        self.batch.leaf_count
    }
    /// Audit path of RFC 6962 from the leaf to the root, hexadecimal (默克尔路径).
    async fn proof(&self) -> Vec<String> {
        self.attempt.path.chunks(32).map(hex::encode).collect()
    }
    /// Root over all receipts of one commit, hexadecimal (默克尔根).
    async fn root(&self) -> String {
        hex::encode(&self.batch.root)
    }
    /// Root of the commit before, hexadecimal; empty for the first (前一默克尔根).
    async fn previous_root(&self) -> String {
        hex::encode(&self.batch.previous_root)
    }
    /// The text that was signed: it names the server, the number of the commit and both roots (签名原文).
    async fn signed_text(&self) -> String {
        signed_text(&self.batch.node, self.batch.sequence, &self.batch.root, &self.batch.previous_root)
    }
    /// Ed25519 signature of that text, base64 (签名).
    async fn signature(&self) -> String {
        STANDARD.encode(&self.batch.signature)
    }
    /// The key, as `signingKeys` lists it (密钥编号).
    async fn key_id(&self) -> &str {
        &self.batch.key_id
    }
    /// What this receipt is and is not (说明).
    async fn notice(&self) -> Result<&str, Problem> {
        Ok(&self.said()?.notice)
    }
}

/// A lot at the moment of a decision (出价时的标的物状态).
#[derive(SimpleObject)]
pub struct ReceiptLotState {
    /// Version of the lot (版本).
    version: i64,
    /// The best bid then (当前价).
    current_price: Option<Money>,
    /// Code of the bidder who led then (领先竞买代码).
    leading_bidder_code: Option<String>,
    /// End of bidding as it stood then (结束时间).
    effective_end_at: Option<Timestamp>,
}

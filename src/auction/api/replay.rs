//! Replay files in the graph.

use crate::auction::replay::Form;
use crate::auction::store::replay;
use crate::graphql::caller::services;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use async_graphql::{Context, Object};

/// A stored file.
pub struct LotReplay(replay::Model);
impl LotReplay {
    pub async fn load(ctx: &Context<'_>, lot: LotId, form: Form) -> Result<Option<LotReplay>, Problem> {
        Ok(replay::of_lot(&services(ctx)?.db.reader(), lot, form).await?.map(LotReplay))
    }
}

/// A signed replay of an ended sale (竞价回放文件). Its form is described in `docs/replay.md`.
#[Object]
impl LotReplay {
    /// How much it says (文件形式).
    async fn form(&self) -> Form {
        self.0.form
    }
    /// The file, JSON Lines: save it byte by byte and give it to `duixian verify replay` (文件内容).
    async fn content(&self) -> &str {
        &self.0.content
    }
    /// SHA-256 of the content, hexadecimal; it also stands in the audit log (文件哈希).
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// The key that signed its last line, as `signingKeys` lists it (密钥编号).
    async fn key_id(&self) -> &str {
        &self.0.key_id
    }
    /// When it was written (生成时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

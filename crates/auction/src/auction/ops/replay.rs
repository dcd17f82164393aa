//! Writing the replay files of a lot that has ended.

use crate::access::{Act, Op, Services, UseCase, run_as_system};
use crate::auction::replay::{Built, Form, Recorded, build};
use crate::auction::store::{lot, replay};
use crate::audit;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::LotId;
use crate::kernel::jobs::{Fence, JobHandler};
use crate::kernel::query::Fetch;
use sea_orm::EntityTrait;
use serde::Serialize;

/// Lots of one tick.
const BATCH: u64 = 20;

/// Keeps the files of a lot (存档竞价回放). The audit event holds their hashes.
#[derive(Serialize)]
pub struct KeepReplay {
    pub lot: LotId,
    #[serde(skip)]
    pub files: Vec<Built>,
}

impl UseCase for KeepReplay {
    type Done = bool;
    const ACT: Act = Act::KeepReplay;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let ours = replay::take_due(op.tx, row.id).await?;
        if ours {
            let rows = self.files.iter().map(|file| replay::Model {
                lot_id: row.id,
                form: file.form,
                court_id: row.court_id,
                content: file.content.clone(),
                sha256: file.sha256.clone(),
                key_id: file.key_id.clone(),
                recorded_at: op.now,
            });
            replay::insert(op.tx, rows.collect()).await?;
        }
        let hashes: serde_json::Map<_, _> =
            self.files.iter().map(|file| (file.form.as_str().to_owned(), file.sha256.clone().into())).collect();
        let facts = serde_json::json!({ "kept": ours, "sha256": hashes });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(ours)
    }
}

/// Writes the files of lots that have ended (生成竞价回放). What they are made of does not change any more, so that it is
/// read outside of the transaction that keeps them. A lot whose files cannot be written holds up no other.
pub struct Replays {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for Replays {
    fn name(&self) -> &'static str {
        "lot-replays"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let now = self.services.clock.now();
        let mut done = 0_u64;
        for id in replay::next_due(&self.services.db.reader(), now, BATCH).await? {
            let kept = match self.write(id).await {
                Ok(kept) => kept,
                Err(problem) => {
                    metrics::counter!("duixian_replay_failures_total").increment(1);
                    tracing::error!(lot = %id.uuid(), ?problem, "the replay files of a lot cannot be written");
                    self.put_off(id, now).await?;
                    true
                }
            };
            done = done.saturating_add(u64::from(kept));
        }
        Ok(done)
    }
}

impl Replays {
    async fn write(&self, id: LotId) -> Result<bool, Problem> {
        let reader = self.services.db.reader();
        let row = lot::Entity::find_by_id(id).first(&reader).await?;
        let recorded = Recorded {
            lot: row.ok_or_else(|| Problem::internal("a replay of a lot that is not there"))?,
            events: replay::history(&reader, id).await?,
            attempts: replay::attempts(&reader, id).await?,
            checkpoint: audit::store::latest_head(&reader).await?.map(|head| head.note),
        };
        let forms = [Form::Public, Form::Full].into_iter();
        let files = forms.map(|form| build(&recorded, form, &self.services.keys)).collect::<Result<_, _>>()?;
        run_as_system(&self.services, self.name(), &KeepReplay { lot: id, files }).await
    }
    async fn put_off(&self, id: LotId, now: Timestamp) -> Result<(), Problem> {
        let db = &self.services.db;
        let written = db.write_with(move |tx| Box::pin(async move { Ok(replay::put_off(tx, id, now).await?) }));
        written.await.map_err(Problem::from)
    }
}

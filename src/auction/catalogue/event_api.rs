//! Live changes of a filter of the catalogue in the graph.

use super::CatalogueFilter;
use super::feed::{Batch, Feed, Watch};
use super::matching::{CatalogueTurn, Matcher};
use crate::access::Services;
use crate::auction::api::Lot;
use crate::auction::store::lot;
use crate::graphql::caller::services;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use async_graphql::{Context, Object, Subscription};
use futures_util::{Stream, stream};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Longest text of a version.
const LONGEST_VERSION: usize = 64;

/// A change for somebody who watches a filter.
pub struct CatalogueEvent {
    /// None when he has to load his page.
    change: Option<(CatalogueTurn, lot::Model)>,
    version: String,
    server_time: Timestamp,
}

/// What became of the lots that fit a filter (目录变更). It holds nothing that depends on the viewer.
#[Object]
impl CatalogueEvent {
    /// What became of the lot; null when no change is told but the page must be loaded anew: at the beginning, and when
    /// the version to go on from is too old or of another server (变更类型).
    async fn turn(&self) -> Option<CatalogueTurn> {
        self.change.as_ref().map(|(turn, _)| *turn)
    }
    /// The lot as it stood at the change; null when the page must be loaded anew (标的物).
    async fn lot(&self) -> Option<Lot> {
        self.change.as_ref().map(|(_, row)| Lot(row.clone()))
    }
    /// To go on from, as `after`; opaque. Several events may bear the same: going on from it tells the rest of them
    /// again (版本).
    async fn version(&self) -> &str {
        &self.version
    }
    /// The server's time when this was sent: set your clock by it (服务器时间).
    async fn server_time(&self) -> Timestamp {
        self.server_time
    }
}

#[derive(Default)]
pub struct CatalogueSubscription;
#[Subscription]
impl CatalogueSubscription {
    /// Lots that begin to fit a filter of the catalogue, change, or no longer fit, a lot at most ten times a second
    /// (目录实时变更). First comes an event without a lot: load your page of `catalogue` then; with `after` it comes only
    /// when the version is too old. A lot may be told twice: compare `lot.version`. `endsWithinHours` is judged when a
    /// lot changes, not as time passes. A reader who falls seconds behind is closed with TIMEOUT and goes on by
    /// `after`. Public.
    async fn catalogue_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lots (筛选).")] filter: Option<CatalogueFilter>,
        #[graphql(desc = "Version of the last event you have (已读版本).")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<CatalogueEvent, Problem>> + use<>, Problem> {
        let services = services(ctx)?.clone();
        let feed = ctx.data_opt::<Feed>().ok_or_else(|| Problem::internal("no feed in the request"))?.clone();
        if after.as_ref().is_some_and(|version| version.len() > LONGEST_VERSION) {
            return Err(Problem::BadInput("`after` is not a version of this subscription".into()));
        }
        let matcher = Matcher::try_new(filter.unwrap_or_default())?;
        let Watch { reset, missed, position, batches } = feed.watch(&services.bus, after.as_deref());
        let mut viewer = Viewer { services, feed, matcher, batches, ready: VecDeque::new(), ended: false };
        if reset {
            viewer.ready.push_back((position, None));
        }
        missed.iter().for_each(|batch| viewer.take(batch));
        Ok(follow(viewer))
    }
}

struct Viewer {
    services: Services,
    feed: Feed,
    matcher: Matcher,
    batches: Receiver<Arc<Batch>>,
    ready: VecDeque<(i64, Option<(CatalogueTurn, lot::Model)>)>,
    ended: bool,
}

/// Ends after an error; the client resumes from its last version.
fn follow(viewer: Viewer) -> impl Stream<Item = Result<CatalogueEvent, Problem>> + use<> {
    stream::unfold(viewer, |mut viewer| async move {
        if viewer.ended {
            return None;
        }
        let next = viewer.next().await;
        viewer.ended = next.is_err();
        Some((next, viewer))
    })
}

impl Viewer {
    /// Takes over what a batch means for this filter.
    fn take(&mut self, batch: &Batch) {
        let now = self.services.clock.now();
        for change in &batch.changes {
            let turn = self.matcher.turn(&change.fixed(), change.before(), &change.after(), now);
            if let Some(turn) = turn {
                self.ready.push_back((batch.position, Some((turn, change.lot.clone()))));
            }
        }
    }

    async fn next(&mut self) -> Result<CatalogueEvent, Problem> {
        loop {
            if let Some((position, change)) = self.ready.pop_front() {
                // who goes on from here has the whole batch: of one that is not told to its end the version is the one
                // before
                let cut = self.ready.front().is_some_and(|(next, _)| *next == position);
                let version = self.feed.version(if cut { position.saturating_sub(1) } else { position });
                return Ok(CatalogueEvent { change, version, server_time: self.services.clock.now() });
            }
            match self.batches.recv().await {
                Ok(batch) => self.take(&batch),
                Err(RecvError::Lagged(_)) => return Err(Problem::Timeout),
                Err(RecvError::Closed) => return Err(Problem::Conflict),
            }
        }
    }
}

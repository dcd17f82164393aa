//! Saved filters in the graph.

use super::saved_filter::{self, RemoveFilterInput, SaveFilterInput};
use crate::{
    graphql::caller::{actor, run, services},
    kernel::{clock::Timestamp, error::Problem, ids::AccountId},
    payload,
};
use async_graphql::{Context, Object};

/// A filter that the caller keeps.
pub struct SavedFilter(saved_filter::Model);
impl SavedFilter {
    /// The caller's own, by name.
    pub async fn of_viewer(ctx: &Context<'_>) -> Result<Vec<SavedFilter>, Problem> {
        let Some(account) = actor(ctx)?.account() else { return Ok(Vec::new()) };
        let rows = saved_filter::of_account(&services(ctx)?.db.reader(), account).await?;
        Ok(rows.into_iter().map(SavedFilter).collect())
    }
    async fn after(ctx: &Context<'_>, _: &AccountId) -> Result<Option<Vec<SavedFilter>>, Problem> {
        SavedFilter::of_viewer(ctx).await.map(Some)
    }
}

/// How you like to ask for a list, under a name of yours (常用筛选).
#[Object]
impl SavedFilter {
    /// Your name for it (名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Root field of the list (列表).
    async fn list(&self) -> &str {
        &self.0.list
    }
    /// The list's `filter` argument as a JSON object (筛选条件).
    async fn filter(&self) -> &str {
        &self.0.filter
    }
    /// When it was saved (保存时间).
    async fn saved_at(&self) -> Timestamp {
        self.0.saved_at
    }
}

payload! {
    /// What `saveFilter` did (操作结果).
    SaveFilterPayload of AccountId {
        /// All filters that you keep (常用筛选).
        filters: Vec<SavedFilter> = SavedFilter::after,
    }
    /// What `removeFilter` did (操作结果).
    RemoveFilterPayload of AccountId {
        /// All filters that you keep (常用筛选).
        filters: Vec<SavedFilter> = SavedFilter::after,
    }
}

#[derive(Default)]
pub struct SavedFilterMutation;
#[Object]
impl SavedFilterMutation {
    /// Keeps a filter of a list under a name of yours, at most 50 (保存常用筛选). Anybody who is signed in.
    async fn save_filter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name, list and filter (常用筛选).")] input: SaveFilterInput,
    ) -> Result<SaveFilterPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Forgets a filter of yours (删除常用筛选). Anybody who is signed in.
    async fn remove_filter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name (名称).")] input: RemoveFilterInput,
    ) -> Result<RemoveFilterPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

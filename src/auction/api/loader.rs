//! Lots that other fields ask for.

use crate::access::{Act, Scope};
use crate::auction::store::lot;
use crate::graphql::loader::Rows;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::kernel::query::Fetch as _;
use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait as _, QueryFilter as _};
use std::collections::HashMap;

/// Published lots, and those of the caller's courts: the others are not there.
#[async_trait::async_trait]
impl Loader<LotId> for Rows {
    type Value = lot::Model;
    type Error = Problem;
    async fn load(&self, keys: &[LotId]) -> Result<HashMap<LotId, lot::Model>, Problem> {
        let scope = self.scope(Act::DraftLot).unwrap_or(Scope::Some { courts: Vec::new(), own: None });
        let among = lot::Column::Id.is_in(keys.iter().copied());
        let found = lot::visible(&scope).filter(among).list(&self.reader()).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }
}

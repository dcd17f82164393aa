//! Lots that other fields ask for, and the papers of the registrations of a list.

use crate::access::{Act, Scope};
use crate::auction::store::{bidder_papers, lot};
use crate::graphql::loader::Rows;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::query::Fetch as _;
use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
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

/// The papers of a registration that the caller has been shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PapersOf(pub RegistrationId);
#[async_trait::async_trait]
impl Loader<PapersOf> for Rows {
    type Value = bidder_papers::Model;
    type Error = Problem;
    async fn load(&self, keys: &[PapersOf]) -> Result<HashMap<PapersOf, bidder_papers::Model>, Problem> {
        let among = bidder_papers::Column::RegistrationId.is_in(keys.iter().map(|key| key.0));
        let found = bidder_papers::Entity::find().filter(among).list(&self.reader()).await?;
        Ok(found.into_iter().map(|row| (PapersOf(row.registration_id), row)).collect())
    }
}

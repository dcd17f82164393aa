//! Rows of case money that other fields ask for.

use crate::{
    access::Act,
    funds::store::{self, receipt, term},
    graphql::loader::Rows,
    kernel::{error::Problem, ids::ReceiptId, query::Fetch as _},
    load_rows,
};
use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use std::collections::HashMap;

/// Receipts that the caller may see: the others are not there.
#[async_trait::async_trait]
impl Loader<ReceiptId> for Rows {
    type Value = receipt::Model;
    type Error = Problem;
    async fn load(&self, keys: &[ReceiptId]) -> Result<HashMap<ReceiptId, receipt::Model>, Problem> {
        let scope = self.scope(Act::ReadReceipts)?;
        let among = receipt::Column::Id.is_in(keys.iter().copied());
        let found = receipt::Entity::find().filter(among).filter(store::visible(&scope)).list(&self.reader()).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }
}

load_rows! {
    TermsOf(ReceiptId) => term by ReceiptId, receipt_id;
}

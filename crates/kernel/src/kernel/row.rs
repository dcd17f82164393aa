//! One row, written whole. A table says `pub use crate::kernel::row::{insert, save}` where that is how it is written.

use super::{db::Tx, error::Problem, query::Execute};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};

/// Writes a new row.
pub fn insert<E, M, A>(tx: &Tx, row: M) -> BoxFuture<'_, Result<(), Problem>>
where
    E: EntityTrait<Model = M, ActiveModel = A>,
    M: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send + 'static,
{
    let row: A = row.into_active_model();
    let written = E::insert(row).execute(tx);
    Box::pin(async move {
        written.await?;
        Ok(())
    })
}

/// Writes the whole row back. Only for the holder of its lock.
///
/// # Errors
/// A problem when the row is not there.
pub fn save<E, M, A>(tx: &Tx, row: M) -> BoxFuture<'_, Result<(), Problem>>
where
    E: EntityTrait<Model = M, ActiveModel = A>,
    M: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send + 'static,
{
    let row: A = row.into_active_model();
    let written = E::update(row.reset_all()).execute(tx);
    Box::pin(async move {
        written.await?;
        Ok(())
    })
}

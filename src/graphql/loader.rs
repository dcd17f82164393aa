//! Rows that many fields of one request ask for: gathered for a moment and read by one statement, so that a list of a
//! hundred cases with their parties costs as many statements as a list of one.
//!
//! Nothing is kept: what a mutation has just written is read anew.

use crate::{
    access::{Act, Actor, Scope, Services, parameters, policy},
    kernel::{db::Reader, error::Problem, ids::CourtId},
    law::parameter::ParameterSet,
};
use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
};
use futures_util::future::BoxFuture;
use std::{collections::HashMap, hash::Hash, sync::Arc, time::Duration};

/// How long the first field waits for others that want rows of the same kind.
const GATHERING: Duration = Duration::from_micros(200);
/// Keys of one statement; PostgreSQL and SQLite both take far more.
const MOST_KEYS: usize = 1_000;

/// What the loaders of a request read with. The rooms say by [`crate::load_rows`] which rows there are.
pub struct Rows {
    services: Services,
    actor: Actor,
}
impl Rows {
    pub fn reader(&self) -> Reader {
        self.services.db.reader()
    }
    pub fn scope(&self, act: Act) -> Result<Scope, Problem> {
        policy::scope_for(&self.actor, act)
    }
}

/// The loaders of one request.
pub type Loaders = DataLoader<Rows>;

pub fn loaders(services: Services, actor: Actor) -> Loaders {
    DataLoader::new(Rows { services, actor }, tokio::spawn).delay(GATHERING).max_batch_size(MOST_KEYS)
}

/// What stands under `key`: a row by its id, or nothing.
pub fn row<'a, K>(ctx: &'a Context<'_>, key: K) -> BoxFuture<'a, Result<Option<<Rows as Loader<K>>::Value>, Problem>>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    Rows: Loader<K, Error = Problem>,
{
    Box::pin(async move {
        let loaders = ctx.data_opt::<Loaders>().ok_or_else(|| Problem::internal("no loaders in the request"))?;
        loaders.load_one(key).await
    })
}

/// The rows that belong to `key`, in the order of their ids.
pub async fn rows<K, M>(ctx: &Context<'_>, key: K) -> Result<Vec<M>, Problem>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    Rows: Loader<K, Error = Problem, Value = Vec<M>>,
{
    Ok(row(ctx, key).await?.unwrap_or_default())
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ParametersOf(CourtId);
/// One statement for each court: a page names few.
#[async_trait::async_trait]
impl Loader<ParametersOf> for Rows {
    type Value = Arc<ParameterSet>;
    type Error = Problem;
    async fn load(&self, keys: &[ParametersOf]) -> Result<HashMap<ParametersOf, Arc<ParameterSet>>, Problem> {
        let (reader, mut found) = (self.reader(), HashMap::new());
        for key in keys {
            found.insert(*key, Arc::new(parameters::of_court(&reader, key.0).await?));
        }
        Ok(found)
    }
}

/// The rule parameters that hold in a court now, asked for once by all fields of a page.
pub async fn court_parameters(ctx: &Context<'_>, court: CourtId) -> Result<Arc<ParameterSet>, Problem> {
    let set = row(ctx, ParametersOf(court)).await?;
    set.ok_or_else(|| Problem::internal("a court without rule parameters"))
}

/// Working days left at which a lamp of the court turns yellow.
pub async fn warning_days(ctx: &Context<'_>, court: CourtId) -> Result<u32, Problem> {
    let set = court_parameters(ctx, court).await?;
    Ok(parameters::warning_days_in(&set))
}

/// Declares loaders: `load_rows! { PartyId => party; PartiesOf(CaseId) => party by CaseId, case_id }`. The first form
/// reads rows by their own id, the second all rows of a parent, oldest first. They look at no scope: whoever asks by
/// them has seen the parent, or checks what he gets.
#[macro_export]
macro_rules! load_rows {
    () => {};
    ($id:ident => $table:ident; $($rest:tt)*) => {
        #[async_trait::async_trait]
        impl async_graphql::dataloader::Loader<$id> for $crate::graphql::loader::Rows {
            type Value = $table::Model;
            type Error = $crate::kernel::error::Problem;
            async fn load(&self, keys: &[$id]) -> Result<std::collections::HashMap<$id, $table::Model>, Self::Error> {
                use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
                let among = $table::Column::Id.is_in(keys.iter().copied());
                let query = $table::Entity::find().filter(among);
                let found = $crate::kernel::query::Fetch::list(query, &self.reader()).await?;
                Ok(found.into_iter().map(|row| (row.id, row)).collect())
            }
        }
        $crate::load_rows! { $($rest)* }
    };
    ($(#[$meta:meta])* $key:ident($parent:ty) => $table:ident by $column:ident, $field:ident; $($rest:tt)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub $parent);
        #[async_trait::async_trait]
        impl async_graphql::dataloader::Loader<$key> for $crate::graphql::loader::Rows {
            type Value = Vec<$table::Model>;
            type Error = $crate::kernel::error::Problem;
            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<std::collections::HashMap<$key, Vec<$table::Model>>, Self::Error> {
                use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
                let among = $table::Column::$column.is_in(keys.iter().map(|key| key.0));
                let query = $table::Entity::find().filter(among).order_by_asc($table::Column::Id);
                let mut found = std::collections::HashMap::<$key, Vec<$table::Model>>::new();
                for row in $crate::kernel::query::Fetch::list(query, &self.reader()).await? {
                    found.entry($key(row.$field)).or_default().push(row);
                }
                Ok(found)
            }
        }
        $crate::load_rows! { $($rest)* }
    };
}

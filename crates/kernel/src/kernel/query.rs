//! Running a statement of sea-orm behind a boxed future.
//!
//! The futures of sea-orm hold their statement, and the proof that such a future may move between threads walks the whole
//! syntax tree of SQL anew in each function that awaits one. Here the proof is made once per kind of statement; that
//! halves the time the type check takes.

use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, DeleteMany, DeleteResult, EntityTrait, Insert, InsertMany,
    IntoActiveModel, Select, Selector, SelectorTrait, TryInsert, TryInsertResult, UpdateMany, UpdateOne, UpdateResult,
};

/// A query for rows.
pub trait Fetch: Sized {
    type Row;
    /// The first row, if there is one.
    fn first<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Option<Self::Row>, DbErr>>;
    /// All rows. Only for sets that are bounded by nature or by a limit.
    fn list<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Vec<Self::Row>, DbErr>>;
}

/// A statement that changes rows.
pub trait Execute: Sized {
    type Done;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Self::Done, DbErr>>;
}

impl<E: EntityTrait> Fetch for Select<E> {
    type Row = E::Model;
    fn first<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Option<E::Model>, DbErr>> {
        Box::pin(self.one(conn))
    }
    fn list<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Vec<E::Model>, DbErr>> {
        Box::pin(self.all(conn))
    }
}

impl<S> Fetch for Selector<S>
where
    S: SelectorTrait + Send + 'static,
    S::Item: Send,
{
    type Row = S::Item;
    fn first<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Option<S::Item>, DbErr>> {
        Box::pin(self.one(conn))
    }
    fn list<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<Vec<S::Item>, DbErr>> {
        Box::pin(self.all(conn))
    }
}

impl<A> Execute for Insert<A>
where
    A: ActiveModelTrait + Send + 'static,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    type Done = u64;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<u64, DbErr>> {
        Box::pin(self.exec_without_returning(conn))
    }
}

impl<A> Execute for InsertMany<A>
where
    A: ActiveModelTrait + Send + 'static,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    type Done = u64;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<u64, DbErr>> {
        Box::pin(self.exec_without_returning(conn))
    }
}

impl<A> Execute for TryInsert<A>
where
    A: ActiveModelTrait + Send + 'static,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    type Done = TryInsertResult<u64>;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<TryInsertResult<u64>, DbErr>> {
        Box::pin(self.exec_without_returning(conn))
    }
}

/// Refused by the database layer when the row is not there.
impl<A: ActiveModelTrait + Send + 'static> Execute for UpdateOne<A> {
    type Done = UpdateResult;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<UpdateResult, DbErr>> {
        Box::pin(self.exec_without_returning(conn))
    }
}

impl<E: EntityTrait> Execute for UpdateMany<E> {
    type Done = UpdateResult;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<UpdateResult, DbErr>> {
        Box::pin(self.exec(conn))
    }
}

impl<E: EntityTrait> Execute for DeleteMany<E> {
    type Done = DeleteResult;
    fn execute<C: ConnectionTrait>(self, conn: &C) -> BoxFuture<'_, Result<DeleteResult, DbErr>> {
        Box::pin(self.exec(conn))
    }
}

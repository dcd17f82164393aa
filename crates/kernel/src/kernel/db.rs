//! The database: two engines, one place that begins a transaction, one place that tries again.
//!
//! SQLite: one writer connection (`BEGIN IMMEDIATE`) and `query_only` readers on a WAL file with synchronous=FULL.
//! PostgreSQL: one pool, and one connection of its own for the batches. On both, searches of the public have a few
//! connections to themselves. Everything inside a transaction takes [`Tx`];
//! reads outside take [`Reader`], which cannot write on SQLite and has no transaction to leak into.

use super::{
    erased::Erased,
    error::{Failure, Problem, is_connection_lost},
    jobs::{Fence, JobHandler},
    known::{Known, Learned},
};
use futures_util::future::BoxFuture;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub struct Db {
    write: Erased<DatabaseConnection>,
    /// Of the batches, for [`Db::for_batches`].
    batches: Erased<DatabaseConnection>,
    read: Erased<DatabaseConnection>,
    /// For [`Db::searcher`].
    searches: Erased<DatabaseConnection>,
    engine: Engine,
    known: Known,
}

/// A write transaction. Only [`Db::write`] makes one; it commits or rolls back there.
pub struct Tx {
    inner: Erased<DatabaseTransaction>,
    known: Known,
    learned: Learned,
}

/// Reads outside of a transaction.
#[derive(Clone)]
pub struct Reader(Erased<DatabaseConnection>);

const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Bound of one statement: a client that has gone away does not stop its statement by itself.
const STATEMENT_LIMIT: Duration = Duration::from_secs(15);
/// Bound of one statement of a search.
pub const SEARCH_LIMIT: Duration = Duration::from_secs(3);
/// Connections to PostgreSQL for everything but batches and searches.
const SHARED: u32 = 16;
/// Connections for searches.
const SEARCHES: u32 = 4;
/// How often a transaction is tried before the caller hears of a conflict.
const TRIES: u32 = 8;
/// Prepared statements that a connection keeps: those of the batches, in their few sizes, stay.
const STATEMENTS_KEPT: usize = 256;
/// A PostgreSQL connection that has rested for this long is tried before it is used.
const TRIED_AFTER: Duration = Duration::from_secs(1);
/// Pages of the log, 128 MB, at which a commit of SQLite copies them itself, which takes tens of milliseconds.
/// [`Checkpoints`] comes first, and a log that it has copied whole begins anew; only under bids without a pause, which
/// leave no moment for that, does the log grow so far, every ten seconds or more.
const LOG_PAGES: &str = "32000";

impl Db {
    pub async fn connect(url: &str) -> Result<Db, Problem> {
        if url.starts_with("sqlite:") { Db::connect_sqlite(url).await } else { Db::connect_postgres(url).await }
    }

    async fn connect_sqlite(url: &str) -> Result<Db, Problem> {
        use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        let mut writer = options(url);
        writer
            .max_connections(1)
            .min_connections(1)
            .test_before_acquire(false)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>)
            .acquire_timeout(Duration::from_secs(30))
            .map_sqlx_sqlite_opts(|o| {
                o.create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(CONNECT_WAIT)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .statement_cache_capacity(STATEMENTS_KEPT)
                    .pragma("wal_autocheckpoint", LOG_PAGES)
                    .pragma("temp_store", "MEMORY")
                    // INSERT OR REPLACE deletes: with this on, the delete triggers see it
                    .pragma("recursive_triggers", "ON")
            });
        let write = Database::connect(writer).await?;
        let mut reader = options(url);
        reader.max_connections(4).min_connections(1).test_before_acquire(false).map_sqlx_sqlite_opts(|o| {
            o.foreign_keys(true)
                .busy_timeout(CONNECT_WAIT)
                .journal_mode(SqliteJournalMode::Wal)
                .pragma("temp_store", "MEMORY")
                .pragma("query_only", "ON")
        });
        let mut searches = reader.clone();
        searches.max_connections(SEARCHES).min_connections(0).connect_lazy(true);
        let read = Erased::new(Database::connect(reader).await?);
        let searches = Erased::new(Database::connect(searches).await?);
        let write = Erased::new(write);
        let known = Known::default();
        Ok(Db { batches: write.clone(), write, read, searches, engine: Engine::Sqlite, known })
    }

    async fn connect_postgres(url: &str) -> Result<Db, Problem> {
        let pool = |connections: u32| {
            let mut pool = options(url);
            pool.max_connections(connections)
                .statement_timeout(STATEMENT_LIMIT)
                .set_application_name("duixian")
                .test_before_acquire_if_idle_for(TRIED_AFTER)
                .map_sqlx_postgres_opts(|o| o.statement_cache_capacity(STATEMENTS_KEPT));
            pool
        };
        let (mut shared, mut batches, mut searches) = (pool(SHARED), pool(1), pool(SEARCHES));
        shared.min_connections(1);
        // most processes, commands and tests among them, neither bid nor search
        batches.connect_lazy(true).idle_timeout(None::<Duration>);
        searches.connect_lazy(true).statement_timeout(SEARCH_LIMIT);
        let searches = Erased::new(Database::connect(searches).await?);
        let batches = Erased::new(Database::connect(batches).await?);
        let write = Erased::new(Database::connect(shared).await?);
        let known = Known::default();
        Ok(Db { read: write.clone(), write, batches, searches, engine: Engine::Postgres, known })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }
    pub fn reader(&self) -> Reader {
        Reader(self.read.clone())
    }
    /// For reads that may have to look through much and that anybody may ask for. They have few connections, which
    /// nobody else waits for. PostgreSQL ends a statement at [`SEARCH_LIMIT`]; SQLite cannot be stopped, so that the caller
    /// gives up by himself and at most these few connections go on.
    pub fn searcher(&self) -> Reader {
        Reader(self.searches.clone())
    }
    /// The same database for a queue that commits one batch after the other: on PostgreSQL its writes have a connection
    /// to themselves, on which their statements stay prepared.
    pub fn for_batches(&self) -> Db {
        Db { write: self.batches.clone(), ..self.clone() }
    }
    pub async fn ping(&self) -> Result<(), Problem> {
        Ok(self.read.ping().await?)
    }
    /// A connection that hears `channel` (PostgreSQL's LISTEN). It takes one of the pool for as long as it lives.
    ///
    /// # Errors
    /// Internal on SQLite, where there is no other process to hear.
    pub async fn listener(&self, channel: &str) -> Result<PgListener, Problem> {
        if self.engine != Engine::Postgres {
            return Err(Problem::internal("only PostgreSQL notifies"));
        }
        let mut listener =
            PgListener::connect_with(self.read.get_postgres_connection_pool()).await.map_err(Problem::internal)?;
        listener.listen(channel).await.map_err(Problem::internal)?;
        Ok(listener)
    }
    pub async fn close(&self) -> Result<(), Problem> {
        self.searches.close_by_ref().await?;
        match self.engine {
            Engine::Sqlite => self.read.close_by_ref().await?,
            Engine::Postgres => self.batches.close_by_ref().await?,
        }
        Ok(self.write.close_by_ref().await?)
    }

    /// All migrations in one transaction; processes that start together wait for each other.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), Problem> {
        let tx = self.begin().await?;
        if self.engine == Engine::Postgres {
            tx.inner.execute_unprepared("SELECT pg_advisory_xact_lock(7460921)").await?;
        }
        M::up(&*tx.inner, None).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the tables have the form that this program needs. Changes nothing.
    pub async fn is_migrated<M: MigratorTrait>(&self) -> Result<bool, Problem> {
        if self.engine == Engine::Postgres {
            let table = sql(&*self.read, "SELECT to_regclass('seaql_migrations') IS NOT NULL AS there", []);
            let row = self.read.query_one_raw(table).await?.ok_or_else(|| Problem::internal("no answer"))?;
            if !row.try_get::<bool>("", "there")? {
                return Ok(false);
            }
        }
        let rows = self.read.query_all_raw(sql(&*self.read, "SELECT version FROM seaql_migrations", [])).await?;
        let done = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<BTreeSet<String>, _>>()?;
        Ok(M::migrations().iter().all(|needed| done.contains(needed.name())))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that begins a transaction")]
    async fn begin(&self) -> Result<Tx, Problem> {
        let sqlite_transaction_mode = (self.engine == Engine::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { isolation_level: None, access_mode: None, sqlite_transaction_mode };
        let inner = Erased::new(self.write.begin_with_options(options).await?);
        Ok(Tx { inner, known: self.known.clone(), learned: Learned::default() })
    }

    /// Runs `work` in a write transaction; commits what it answers with `Ok`, rolls back otherwise, and runs it again
    /// when the engine asks for that or the connection was lost before COMMIT was sent. Side effects belong after the
    /// return, never inside.
    ///
    /// A COMMIT whose answer is lost is not tried again: the caller gets [`Problem::Conflict`] and finds the outcome by
    /// its idempotency key.
    pub async fn write<W: Work>(&self, work: &mut W) -> Result<W::Out, Failure> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let problem = match self.attempt(work).await {
                Err(Failure::Problem(problem)) if problem.is_retryable() || problem.is_connection_lost() => problem,
                settled => return settled,
            };
            if attempt >= TRIES {
                tracing::warn!(attempt, ?problem, "transaction given up");
                return Err(Problem::Conflict.into());
            }
            tokio::time::sleep(backoff(attempt)).await;
        }
    }

    async fn attempt<W: Work>(&self, work: &mut W) -> Result<W::Out, Failure> {
        let tx = self.begin().await?;
        match work.run(&tx).await {
            Ok(value) => {
                let learned = tx.learned.clone();
                match tx.commit().await.map_err(Problem::from) {
                    Ok(()) => {
                        self.known.keep(&learned);
                        Ok(value)
                    }
                    Err(problem @ Problem::Database { code: Some(_), .. }) if !problem.is_connection_lost() => {
                        Err(problem.into())
                    }
                    Err(lost) => {
                        tracing::error!(problem = ?lost, "the answer of a commit was lost");
                        Err(Problem::Conflict.into())
                    }
                }
            }
            Err(failure) => {
                if let Err(error) = tx.rollback().await {
                    tracing::debug!(%error, "rollback after a failure");
                }
                Err(failure)
            }
        }
    }

    /// [`Db::write`] for a closure that owns what it uses (clone per attempt).
    pub async fn write_with<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c Tx) -> BoxFuture<'c, Result<T, Failure>> + Send,
    {
        self.write(&mut Closure(work)).await
    }
}

/// What runs inside of a write transaction. A trait and not a closure, so that it may borrow what it works on.
pub trait Work: Send {
    type Out: Send;
    /// May run several times: each run starts from the committed state.
    fn run<'c>(&'c mut self, tx: &'c Tx) -> impl Future<Output = Result<Self::Out, Failure>> + Send + 'c;
}
struct Closure<F>(F);
impl<T, F> Work for Closure<F>
where
    T: Send + 'static,
    F: for<'c> FnMut(&'c Tx) -> BoxFuture<'c, Result<T, Failure>> + Send,
{
    type Out = T;
    fn run<'c>(&'c mut self, tx: &'c Tx) -> impl Future<Output = Result<T, Failure>> + Send + 'c {
        (self.0)(tx)
    }
}

/// A part of a transaction that can be taken back alone (SAVEPOINT). Dropped unreleased, it is rolled back.
pub struct Savepoint {
    tx: Tx,
    /// Of the transaction around it.
    outer: Learned,
}
impl Savepoint {
    pub fn tx(&self) -> &Tx {
        &self.tx
    }
    pub async fn release(self) -> Result<(), Problem> {
        let learned = self.tx.learned.clone();
        self.tx.commit().await?;
        self.outer.add(&learned);
        Ok(())
    }
    pub async fn rollback(self) -> Result<(), Problem> {
        Ok(self.tx.rollback().await?)
    }
}

impl Tx {
    pub async fn savepoint(&self) -> Result<Savepoint, Problem> {
        let inner = Erased::new(self.inner.begin().await?);
        let tx = Tx { inner, known: self.known.clone(), learned: Learned::default() };
        Ok(Savepoint { tx, outer: self.learned.clone() })
    }
    /// Whether this row, which is never deleted, was seen to be committed. `false` says nothing.
    pub fn knows(&self, row: Uuid) -> bool {
        self.known.holds(row)
    }
    /// Says that these rows stand, here or in the database: from the commit on they are known.
    pub fn learn(&self, rows: impl IntoIterator<Item = Uuid>) {
        self.learned.extend(rows);
    }
    async fn commit(self) -> Result<(), DbErr> {
        self.take()?.commit().await
    }
    async fn rollback(self) -> Result<(), DbErr> {
        self.take()?.rollback().await
    }
    fn take(self) -> Result<DatabaseTransaction, DbErr> {
        self.inner.into_inner().ok_or_else(|| DbErr::Custom("a transaction is held elsewhere".to_owned()))
    }
    pub fn engine(&self) -> Engine {
        engine_of(self)
    }
}

pub fn engine_of(conn: &impl ConnectionTrait) -> Engine {
    match conn.get_database_backend() {
        DbBackend::Sqlite => Engine::Sqlite,
        _ => Engine::Postgres,
    }
}

/// The job that copies what SQLite has committed from its log into the database file, beside the writing, so that a
/// commit need not do it while bids wait.
pub struct Checkpoints {
    pub db: Db,
}
#[async_trait::async_trait]
impl JobHandler for Checkpoints {
    fn name(&self) -> &'static str {
        "sqlite-checkpoints"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        if self.db.engine == Engine::Sqlite {
            // a reader may do it: nothing of the content changes
            self.db.reader().execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(0)
    }
}

/// `$1`-style statement for raw SQL; both engines number their parameters alike.
pub fn sql(conn: &impl ConnectionTrait, text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), text, values)
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        // at the default level every statement, with its values, would stand in the log
        .sqlx_logging_level(log::LevelFilter::Trace)
        .sqlx_slow_statements_logging_settings(log::LevelFilter::Debug, Duration::from_millis(250))
        .acquire_timeout(CONNECT_WAIT);
    options
}

fn backoff(attempt: u32) -> Duration {
    let mut noise = [0u8; 2];
    // without randomness two losers would collide again; a failing source only costs that
    let _ = getrandom::fill(&mut noise);
    let ceiling = 10u64 << attempt.min(6);
    Duration::from_millis(u64::from(u16::from_le_bytes(noise)) % ceiling)
}

/// Statements sent: what a page costs is seen by this number, long before it is slow.
fn count_statement() {
    metrics::counter!("duixian_database_statements_total").increment(1);
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&*self.inner)
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        count_statement();
        self.inner.execute_raw(statement).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        count_statement();
        self.inner.query_one_raw(statement).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        count_statement();
        self.inner.query_all_raw(statement).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&*self.0)
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        count_statement();
        self.0.execute_raw(statement).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.read(statement, |statement| self.0.query_one_raw(statement)).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.read(statement, |statement| self.0.query_all_raw(statement)).await
    }
}

impl Reader {
    /// Reads, and again on the next connection when this one has gone: each of the pool may, after a restart.
    async fn read<'c, T>(
        &'c self,
        statement: Statement,
        run: impl Fn(Statement) -> BoxFuture<'c, Result<T, DbErr>> + Send + Sync,
    ) -> Result<T, DbErr> {
        count_statement();
        if engine_of(self) == Engine::Postgres {
            for _ in 0..SHARED {
                match run(statement.clone()).await {
                    Err(error) if is_connection_lost(&error) => tracing::debug!(%error, "read again"),
                    settled => return settled,
                }
            }
        }
        run(statement).await
    }
}

//! A fresh, migrated database per test, on either engine.

use super::postgres;
use duixian::kernel::db::Db;

/// A database of one test's own; dropped with the test.
pub struct TestDatabase {
    pub db: Db,
    pub url: String,
    _keep: Keep,
}
enum Keep {
    Sqlite { _dir: tempfile::TempDir },
    Postgres { _database: postgres::Database },
}

/// A SQLite file as in production (an in-memory database locks differently).
pub async fn sqlite() -> TestDatabase {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("test.db").display());
    let db = Db::connect(&url).await.expect("SQLite opens");
    db.migrate::<migration::Migrator>().await.expect("SQLite migrates");
    TestDatabase { db, url, _keep: Keep::Sqlite { _dir: dir } }
}

/// A clone of the migrated template on the shared test server.
pub async fn postgres() -> TestDatabase {
    let database = postgres::Database::create().await;
    let db = Db::connect(&database.url).await.expect("PostgreSQL connects");
    TestDatabase { db, url: database.url.clone(), _keep: Keep::Postgres { _database: database } }
}

/// One body, two tests: `both!(name, body)` where `body` is `async fn(TestDatabase)`.
#[macro_export]
macro_rules! both {
    ($name:ident, $body:path) => {
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $body($crate::support::database::sqlite().await).await
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $body($crate::support::database::postgres().await).await
            }
        }
    };
}

//! A PostgreSQL server of the tests' own, started by the first test process and stopped some seconds after the last.
//!
//! Each test process holds a shared lock on `lease`; a detached watcher stops the server once nobody holds it. Needs the
//! `postgresql` package and nothing else; `TEST_POSTGRES_URL` (without a database name) uses another server instead.

use duixian::kernel::db::Db;
use migration::MigratorTrait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::{
    fs::{self, File, OpenOptions},
    net::{TcpListener, TcpStream},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

/// The unprivileged user that a server is run as by root, for which initdb refuses to work.
const NOBODY: u32 = 65534;

pub struct Database {
    pub url: String,
    name: String,
}
impl Database {
    pub async fn create() -> Database {
        let server = server_url();
        let admin = connect(&format!("{server}/postgres")).await;
        let template = template(server, &admin).await;
        let name = format!("t_{}", hex::encode(duixian::kernel::secret::random_bytes::<12>().expect("random bytes")));
        run(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await;
        admin.close().await.expect("closes");
        Database { url: format!("{server}/{name}"), name }
    }
}
impl Drop for Database {
    fn drop(&mut self) {
        let (url, sql) =
            (format!("{}/postgres", server_url()), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // the test's own runtime may be going down: a thread with its own
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let admin = connect(&url).await;
                run(&admin, &sql).await;
            });
        });
        let _ = dropped.join();
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(2);
    sea_orm::Database::connect(options).await.unwrap_or_else(|e| panic!("{url}: {e}"))
}
async fn run(admin: &DatabaseConnection, sql: &str) {
    admin.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// The migrated template; its name holds the migrations, so that a new one makes a new template.
async fn template(server: &str, admin: &DatabaseConnection) -> String {
    let migrations: Vec<String> = migration::Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let sources = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migration/src")).expect("the migrations");
    let mut texts: Vec<_> = sources.filter_map(|f| fs::read(f.ok()?.path()).ok()).collect();
    texts.sort();
    let fingerprint = sha2_hex(&[migrations.concat().into_bytes(), texts.concat()].concat());
    let name = format!("template_{fingerprint}");
    let gate = open_shared_file("template");
    gate.lock().expect("the template's lock");
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{name}' AND datistemplate");
    let known = admin.query_one_raw(Statement::from_string(DbBackend::Postgres, known)).await.expect("pg_database");
    if known.is_none() {
        run(admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
        run(admin, &format!("CREATE DATABASE {name}")).await;
        let db = Db::connect(&format!("{server}/{name}")).await.expect("the template opens");
        db.migrate::<migration::Migrator>().await.expect("the template migrates");
        db.close().await.expect("the template closes");
        run(admin, &format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")).await;
    }
    name
}
fn sha2_hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(&Sha256::digest(bytes)[..8])
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}
fn root_dir() -> PathBuf {
    std::env::temp_dir().join(format!("duixian-test-postgres-{}", if is_root() { "root" } else { "user" }))
}
fn open_shared_file(name: &str) -> File {
    let path = root_dir().join(name);
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).expect("a lock file")
}

fn server_url() -> &'static str {
    static URL: OnceLock<(String, Option<File>)> = OnceLock::new();
    let (url, _) = URL.get_or_init(|| match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => (url.trim_end_matches('/').to_owned(), None),
        Err(_) => {
            let (url, lease) = join_or_start();
            (url, Some(lease))
        }
    });
    url
}

fn join_or_start() -> (String, File) {
    fs::create_dir_all(root_dir()).expect("a directory for the server");
    let lease = open_shared_file("lease");
    lease.lock_shared().expect("the lease");
    let gate = open_shared_file("gate");
    gate.lock().expect("the gate");
    let port_file = root_dir().join("port");
    if let Ok(port) = fs::read_to_string(&port_file)
        && TcpStream::connect(format!("127.0.0.1:{}", port.trim())).is_ok()
    {
        return (format!("postgres://postgres@127.0.0.1:{}", port.trim()), lease);
    }
    let port = start();
    fs::write(&port_file, port.to_string()).expect("the port file");
    (format!("postgres://postgres@127.0.0.1:{port}"), lease)
}

/// The server, and the watcher that ends it 20 s after the last test process.
const WATCH: &str = r#"
    "$1" -D "$2" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB \
        -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 >"$2/log" 2>&1 &
    server=$!
    idle=0
    while kill -0 $server 2>/dev/null; do
        sleep 1
        if flock -n -x "$4" true; then idle=$((idle+1)); else idle=0; fi
        [ $idle -ge 20 ] && { kill -INT $server; wait $server; rm -rf "$2"; exit; }
    done"#;

#[expect(clippy::zombie_processes, reason = "the watcher outlives the test processes and ends by itself")]
fn start() -> u16 {
    let data = root_dir().join("data");
    let _ = fs::remove_dir_all(&data);
    fs::create_dir(&data).expect("a data directory");
    if is_root() {
        chown(&data, Some(NOBODY), Some(NOBODY)).expect("the data directory changes hands");
        chown(root_dir().join("lease"), Some(NOBODY), Some(NOBODY)).expect("the lease changes hands");
    }
    let initdb = ["-A", "trust", "-U", "postgres", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C", "-D"];
    let made = unprivileged(Command::new(program("initdb")).args(initdb).arg(&data)).output().expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    unprivileged(
        Command::new("sh")
            .args(["-c", WATCH, "watch"])
            .arg(program("postgres"))
            .arg(&data)
            .arg(port.to_string())
            .arg(root_dir().join("lease"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0),
    )
    .spawn()
    .expect("the server starts");
    for _ in 0..400 {
        let ready = fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|s| s.contains("ready"));
        if ready && TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return port;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("PostgreSQL did not start: {}", fs::read_to_string(data.join("log")).unwrap_or_default());
}

fn unprivileged(command: &mut Command) -> &mut Command {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/")
}

fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    std::env::split_paths(&path)
        .chain(packaged)
        .map(|dir| dir.join(name))
        .find(|p| Path::new(p).exists())
        .unwrap_or_else(|| panic!("{name} not found: run ./test, or install postgresql, or set TEST_POSTGRES_URL"))
}

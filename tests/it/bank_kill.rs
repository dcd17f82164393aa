//! The process dies, by SIGKILL, at any moment of submitting payments, of hearing results and returns; another one goes on.
//! The bank (here: of a folder) must see each payment exactly once, and the books must end where the bank ends.

use crate::{
    bank::{Bank, Pay, credit},
    cases::court_of,
    support::{
        app::TestApp,
        database::{TestDatabase, sqlite},
    },
};
use duixian::{
    access::{self, Actor},
    app::{App, Foundation},
    bank::iso20022::{BankLine, BankMessage, Counterparty, Direction, pain001::Payment, read, report},
    bank::simulator::Simulator,
    config::Config,
    kernel::{
        clock::Clock,
        db::{Db, sql},
        error::Outcome,
        ids::{CaseId, CourtId, OrderId, ReceiptId},
        keys::KeyRing,
        money::Money,
    },
    ledger::{AccountKey, Book, Code},
    oversight::verify::{AuditKeys, verify},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

/// What the court's bank does: it takes payment files away, pays each payment and says so; every fifth comes back.
#[derive(Default)]
struct Books {
    /// Amount of each payment by its end-to-end id.
    paid: BTreeMap<String, Money>,
    returned: Money,
    files: u32,
}

struct BankBehind {
    folder: PathBuf,
    account: String,
    books: Mutex<Books>,
}

impl BankBehind {
    /// Puts a file into `in`, whole or not at all.
    fn drop_in(&self, books: &mut Books, content: &str) {
        books.files += 1;
        let name = format!("{:05}.xml", books.files);
        let part = self.folder.join("in").join(format!("{name}.part"));
        fs::write(&part, content).unwrap();
        fs::rename(part, self.folder.join("in").join(name)).unwrap();
    }

    fn movement(&self, payment: &Payment, direction: Direction) -> BankLine {
        let returned = direction == Direction::Credit;
        let mark = if returned { 'X' } else { 'D' };
        BankLine {
            line: 0,
            reference: format!("{mark}{}", &payment.end_to_end_id[8..]),
            amount: payment.amount,
            direction,
            reversal: false,
            booked_on: Clock::system().now().legal_date(),
            account: self.account.clone(),
            credited_account: None,
            counterparty: Counterparty::default(),
            end_to_end_id: Some(payment.end_to_end_id.clone()),
            remittance: None,
            return_reason: returned.then(|| "AC04".to_owned()),
        }
    }

    /// Takes one payment file away, if there is one.
    fn work(&self) {
        let Ok(entries) = fs::read_dir(self.folder.join("out")) else { return };
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "xml"));
        files.sort();
        let Some(path) = files.first() else { return };
        let orders = fs::read(path).unwrap();
        let BankMessage::Payments(file) = read(&orders).unwrap() else { panic!("not a payment file") };
        let now = Clock::system().now();
        let mut books = self.books.lock().unwrap();
        let (mut debits, mut returns) = (Vec::new(), Vec::new());
        for payment in file.groups.iter().flat_map(|group| &group.payments) {
            let before = books.paid.insert(payment.end_to_end_id.clone(), payment.amount);
            assert!(before.is_none(), "{} was given to the bank twice", payment.end_to_end_id);
            debits.push(self.movement(payment, Direction::Debit));
            if books.paid.len().is_multiple_of(5) {
                books.returned = books.returned.plus(payment.amount).unwrap();
                returns.push(self.movement(payment, Direction::Credit));
            }
        }
        let number = books.files;
        self.drop_in(&mut books, &Simulator::new().answer(&orders, now).unwrap());
        self.drop_in(&mut books, &report::notice(&format!("D{number}"), now, &self.account, &debits).unwrap());
        if !returns.is_empty() {
            self.drop_in(&mut books, &report::notice(&format!("X{number}"), now, &self.account, &returns).unwrap());
        }
        fs::remove_file(path).unwrap();
    }
}

/// The court's side while no process serves.
struct Court {
    dir: tempfile::TempDir,
    database: TestDatabase,
    id: CourtId,
    case: CaseId,
    receipt: ReceiptId,
    token: String,
    account: String,
}

impl Court {
    async fn open() -> Court {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyRing::load_or_create(&dir.path().join("keys")).unwrap();
        let app = TestApp::start_as(sqlite().await, Config::default(), Clock::system(), keys).await;
        let bank = Bank::of(court_of(app).await).await;
        let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
        let number = case["account"]["accountNumber"].as_str().unwrap();
        bank.import(&bank.notice("N0", vec![credit("B0", "100000.00", number)])).await;
        let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
        let seen = bank.court.app.ask(Some(&bank.cashier), lines, json!({})).await;
        let receipt = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
        Court {
            id: bank.court.id,
            case: CaseId::from_global(case["id"].as_str().unwrap()).unwrap(),
            receipt: ReceiptId::from_global(&receipt).unwrap(),
            token: bank.cashier.token.clone(),
            account: bank.main.clone(),
            database: bank.court.app.leave().await,
            dir,
        }
    }
    fn folder(&self) -> PathBuf {
        self.dir.path().join("bank")
    }
    async fn foundation(&self) -> Foundation {
        let keys = KeyRing::load_or_create(&self.dir.path().join("keys")).unwrap();
        let db = Db::connect(&self.database.url).await.unwrap();
        Foundation::on(&Config::default(), Clock::system(), db, keys).unwrap()
    }
    /// Queues payments, and lets the leases of the dead process end as half a minute would.
    async fn queue(&self, payments: u32) {
        let Foundation { services, .. } = self.foundation().await;
        for _ in 0..payments {
            let pay = Pay {
                court: self.id,
                case: self.case,
                receipt: self.receipt,
                subject: OrderId::new(services.clock.now()).node(),
                name: "易某",
                account: "6217000000000000001",
                amount: "12.34".parse().unwrap(),
            };
            let done = access::run(&services, &Actor::system("test"), &pay).await.unwrap();
            assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
        }
        let ended = services.db.write_with(|tx| {
            Box::pin(async move { Ok(tx.execute_unprepared("UPDATE lease SET expires_at = 0").await.map(|_| ())?) })
        });
        ended.await.unwrap();
        services.db.close().await.unwrap();
    }
    async fn count(&self, condition: &str) -> i64 {
        let reader = self.database.db.reader();
        let text = format!("SELECT COUNT(*) AS n FROM payout_attempt WHERE {condition}");
        reader.query_one_raw(sql(&reader, &text, [])).await.unwrap().unwrap().try_get("", "n").unwrap()
    }
    fn serve(&self, port: u16) -> Child {
        Command::new(env!("CARGO_BIN_EXE_duixian"))
            .arg("serve")
            .env("DATABASE_URL", &self.database.url)
            .env("DUIXIAN_DATA_DIR", self.dir.path())
            .env("DUIXIAN_KEYS_DIR", self.dir.path().join("keys"))
            .env("DUIXIAN_BANK_DROP_FOLDER", self.folder())
            .env("DUIXIAN_LISTEN", format!("127.0.0.1:{port}"))
            .current_dir(self.dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn ready(http: &reqwest::Client, port: u16) {
    for _ in 0..600 {
        if http.get(format!("http://127.0.0.1:{port}/readyz")).send().await.is_ok_and(|a| a.status().is_success()) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("the process does not become ready");
}

/// Asks for payment files again and again, under one key until it is answered.
async fn cashier(http: reqwest::Client, port: u16, token: String, court: String, round: u32, stop: Arc<AtomicBool>) {
    let query =
        "mutation ($i: WritePaymentFileInput!) { writePaymentFile(input: $i) { replayed userErrors { code } } }";
    for turn in 0.. {
        let input =
            json!({ "idempotencyKey": format!("kill-{round:04}-{turn:04}"), "court": court, "book": "CASE_FUNDS" });
        let request = json!({ "query": query, "variables": { "i": input } });
        let send = || http.post(format!("http://127.0.0.1:{port}/graphql")).bearer_auth(&token).json(&request).send();
        if stop.load(Ordering::SeqCst) {
            return;
        }
        if let Ok(answer) = send().await {
            let _: Option<Value> = answer.json().await.ok();
        }
        sleep(Duration::from_millis(150)).await;
    }
}

async fn survive(kills: u32) {
    let court = Court::open().await;
    for name in ["in", "out"] {
        fs::create_dir_all(court.folder().join(name)).unwrap();
    }
    let bank = Arc::new(BankBehind { folder: court.folder(), account: court.account.clone(), books: Mutex::default() });
    let over = Arc::new(AtomicBool::new(false));
    let (behind, ended) = (bank.clone(), over.clone());
    let at_work = tokio::spawn(async move {
        while !ended.load(Ordering::SeqCst) {
            behind.work();
            sleep(Duration::from_millis(15)).await;
        }
    });
    let http = reqwest::Client::new();
    let mut noise = 0x2026_u64;
    for round in 0..=kills {
        court.queue(3).await;
        let port = free_port();
        let mut process = court.serve(port);
        ready(&http, port).await;
        let stop = Arc::new(AtomicBool::new(false));
        let asking = cashier(http.clone(), port, court.token.clone(), court.id.to_global(), round, stop.clone());
        let asking = tokio::spawn(asking);
        if round < kills {
            noise = noise.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            sleep(Duration::from_millis((noise >> 33) % 2_500)).await;
        } else {
            for _ in 0..600 {
                let idle = fs::read_dir(court.folder().join("in")).unwrap().next().is_none();
                if idle && court.count("state NOT IN ('SETTLED', 'RETURNED')").await == 0 {
                    break;
                }
                sleep(Duration::from_millis(100)).await;
            }
            // the last movements are booked a moment after the last file was taken
            sleep(Duration::from_secs(3)).await;
        }
        stop.store(true, Ordering::SeqCst);
        process.kill().unwrap();
        process.wait().unwrap();
        asking.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    at_work.await.unwrap();
    court.queue(0).await;
    settled(&court, &bank, i64::from((kills + 1) * 3)).await;
}

/// The bank has paid each attempt once, the books say what the bank says, and nothing is left over.
async fn settled(court: &Court, bank: &BankBehind, expected: i64) {
    let (paid, returned) = {
        let books = bank.books.lock().unwrap();
        (books.paid.clone(), books.returned)
    };
    assert_eq!(i64::try_from(paid.len()).unwrap(), expected, "a payment was lost or doubled");
    assert_eq!(court.count("state IN ('SETTLED', 'RETURNED')").await, expected);
    let foundation = court.foundation().await;
    let (services, log) = (foundation.services.clone(), foundation.log.clone());
    let app = App::new(&Config::default(), foundation);
    app.ticker.run_until_idle().await.unwrap();
    let key = AccountKey::of_court(court.id, Book::CaseFunds, Code::Bank);
    let books = duixian::ledger::balance(&services.db.reader(), key).await.unwrap();
    let gone = Money::sum(paid.values().copied()).unwrap();
    let start: Money = "100000.00".parse().unwrap();
    assert_eq!(books, start.minus(gone).unwrap().plus(returned).unwrap());
    let keys = AuditKeys { log: &log, ring: &services.keys, vault: &services.vault };
    let report = verify(&services.db, services.clock.now(), Some(&keys)).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(leftovers(&court.folder()).is_empty(), "{:?}", leftovers(&court.folder()));
}

/// Files that nobody took, and refused ones.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let of = |name: &str| fs::read_dir(folder.join(name)).unwrap().flatten().map(|entry| entry.path());
    of("in").chain(of("out")).chain(of("failed")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twelve_times_no_payment_is_lost_or_doubled() {
    survive(12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "some ten minutes: cargo nextest run --test it --run-ignored all killed_two_hundred"]
async fn killed_two_hundred_times_no_payment_is_lost_or_doubled() {
    survive(200).await;
}

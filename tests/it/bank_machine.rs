//! Random bank behaviour: results late (on a later day too), twice, out of order, against one another; money that goes,
//! does not go, comes back at once or on a later day. After every day the statement tells the truth, and books and bank
//! are equal, whatever was said before: in ISO 20022, in the form of a template, and with files of more than one piece.

use crate::{
    bank::{Bank, Pay, credit},
    bank_statements::{case_number, movement, reconciliation, statement},
    bank_template::{in_force, layouts},
    support::database::{TestDatabase, postgres, sqlite},
};
use duixian::{
    access::{self, Actor},
    bank::{
        iso20022::{
            BankLine, BankMessage, Direction,
            pain002::{self, PaymentResult, StatusReason, StatusReport},
            read, report,
        },
        ops::{ImportBankFileInput, import_bank_file},
    },
    kernel::{
        clock::{LegalDate, Timestamp},
        error::Outcome,
        ids::{CaseId, OrderId, ReceiptId},
        money::Money,
    },
    ledger::Code,
};
use serde_json::{Value, json};

/// A small generator with a seed: the same story each time.
struct Dice(u64);
impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % sides
    }
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, usize::try_from(self.throw(last as u64 + 1)).unwrap());
        }
    }
}

/// The form in which the bank is spoken to and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Iso,
    Template,
}

/// A payment as the bank knows it.
#[derive(Clone, Debug)]
struct Payment {
    end_to_end_id: String,
    amount: Money,
}

/// What the bank really does with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Paid,
    Refused,
    CameBack,
    /// Paid, and sent back on the next day.
    ComesBack,
    NotYet,
}
impl Truth {
    fn of(dice: &mut Dice) -> Truth {
        use Truth::{CameBack, ComesBack, NotYet, Paid, Refused};
        [Paid, Paid, Paid, Refused, CameBack, ComesBack, NotYet][usize::try_from(dice.throw(7)).unwrap()]
    }
    /// Words that the bank may use for it, true or mistaken; it never calls paid what it did not pay.
    fn words(self) -> &'static [(&'static str, Option<&'static str>)] {
        match self {
            Truth::Paid | Truth::CameBack | Truth::ComesBack => &[
                ("ACSC", None),
                ("ACSP", None),
                ("ACCC", None),
                ("PDNG", None),
                ("RJCT", Some("AB05")),
                ("RJCT", Some("AM05")),
                ("RJCT", Some("AC04")),
                ("ZZZZ", None),
            ],
            Truth::Refused => &[("RJCT", Some("3031")), ("RJCT", Some("BE01")), ("RJCT", Some("AB05")), ("ACTC", None)],
            Truth::NotYet => &[("ACSP", None), ("RCVD", None), ("RJCT", Some("AB05"))],
        }
    }
}

/// Words about payments of a file.
type Said = Vec<(Payment, &'static str, Option<&'static str>)>;

/// A result file of the template of [`layouts`]: what is neither paid nor refused for certain has a code of nobody.
fn told_by_template(now: Timestamp, file: &str, said: Said) -> String {
    let total = Money::sum(said.iter().map(|(payment, ..)| payment.amount)).unwrap();
    let rows = said.iter().map(|(payment, status, code)| {
        let (status, reason) = match (*status, *code) {
            ("ACSC" | "ACCC", _) => ("0000", ""),
            ("RJCT", Some("AC04" | "AM05" | "3031" | "BE01")) => ("9999", "E003"),
            _ => ("7777", ""),
        };
        format!("{}|{}|{status}|{reason}|\r\n", payment.end_to_end_id, payment.amount)
    });
    let day = now.legal_date().format("%Y%m%d");
    format!("BATCH|{file}|{day}\r\n{}{}|{total}\r\n", rows.collect::<String>(), said.len())
}

fn told(now: Timestamp, file: &str, number: usize, said: Said) -> String {
    let results = said.into_iter().map(|(payment, status, code)| PaymentResult {
        line: 0,
        end_to_end_id: payment.end_to_end_id,
        status: status.to_owned(),
        reason: StatusReason { code: code.map(str::to_owned), text: None },
        amount: Some(payment.amount),
        booked_on: now.legal_date(),
    });
    pain002::write(&StatusReport {
        message_id: format!("R{number}-{}", &file[17..]),
        created_at: now,
        original_message_id: file.to_owned(),
        original_message_name: "pain.001.001.09".to_owned(),
        group: None,
        results: results.collect(),
    })
    .unwrap()
}

/// The movements of one payment on the day on which it is ordered.
fn movements(bank: &Bank, payment: &Payment, truth: Truth) -> Vec<BankLine> {
    let amount = payment.amount.to_string();
    let line = |reference: String, direction| BankLine {
        end_to_end_id: Some(payment.end_to_end_id.clone()),
        ..movement(bank, &reference, direction, &amount)
    };
    let tail = &payment.end_to_end_id[8..];
    let went = line(format!("D{tail}"), Direction::Debit);
    match truth {
        Truth::Paid | Truth::ComesBack => vec![went],
        Truth::CameBack => {
            vec![went, returned(bank, payment)]
        }
        Truth::Refused | Truth::NotYet => Vec::new(),
    }
}

/// A paid payment that comes back, on the clock's day.
fn returned(bank: &Bank, payment: &Payment) -> BankLine {
    let reference = format!("X{}", &payment.end_to_end_id[8..]);
    BankLine {
        end_to_end_id: Some(payment.end_to_end_id.clone()),
        return_reason: Some("AC04".to_owned()),
        ..movement(bank, &reference, Direction::Credit, &payment.amount.to_string())
    }
}

async fn import(bank: &Bank, content: String, number: &mut u32) {
    *number += 1;
    let input = ImportBankFileInput { idempotency_key: format!("machine-{number:06}"), content };
    match import_bank_file(&bank.court.app.running.services, &Actor::operator(), input).await.unwrap() {
        Outcome::Done { .. } => {}
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// A file with some of the payments, and what the bank does with each.
async fn send(
    bank: &Bank,
    case: &Value,
    receipt: ReceiptId,
    dice: &mut Dice,
    (form, count): (Form, u64),
) -> (String, Vec<(Payment, Truth)>) {
    let app = &bank.court.app;
    for _ in 0..count {
        let pay = Pay {
            court: bank.court.id,
            case: CaseId::from_global(case["id"].as_str().unwrap()).unwrap(),
            receipt,
            subject: OrderId::new(app.clock.now()).node(),
            name: "易某",
            account: "6217000000000000001",
            amount: Money::from_fen(i64::try_from(dice.throw(9_999) + 1).unwrap()),
        };
        let done = access::run(&app.running.services, &Actor::system("test"), &pay).await.unwrap();
        assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
    }
    app.settle().await;
    let file = bank.write().await;
    let payments = ordered(form, file["content"].as_str().unwrap());
    assert_eq!(payments.len() as u64, count);
    let decided = payments.into_iter().map(|payment| (payment, Truth::of(dice))).collect();
    (file["messageId"].as_str().unwrap().to_owned(), decided)
}

/// The payments of a file, as the bank reads it.
fn ordered(form: Form, content: &str) -> Vec<Payment> {
    match form {
        Form::Iso => {
            let BankMessage::Payments(orders) = read(content.as_bytes()).unwrap() else { panic!("kind") };
            let payments = orders.groups.into_iter().flat_map(|group| group.payments);
            payments.map(|one| Payment { end_to_end_id: one.end_to_end_id, amount: one.amount }).collect()
        }
        Form::Template => {
            let rows = content.lines().map(|line| line.split('|').collect::<Vec<_>>());
            let details = rows.filter(|columns| columns.len() == 6);
            details
                .map(|columns| Payment { end_to_end_id: columns[1].to_owned(), amount: columns[4].parse().unwrap() })
                .collect()
        }
    }
}

/// Lets the finance reviewer agree to what the cashier says about each movement that the books do not explain.
async fn resolve(bank: &Bank, day: &str) {
    let app = &bank.court.app;
    let seen = reconciliation(bank, day).await;
    for item in seen["onlyBank"].as_array().unwrap() {
        let document = "{ bankLines(first: 100, filter: { state: OPEN }) { nodes { id endToEndId } } }";
        let lines = app.ask(Some(&bank.cashier), document, json!({})).await["bankLines"]["nodes"].take();
        let line = lines.as_array().unwrap().iter().find(|line| line["id"] == item["line"]["id"]).unwrap().clone();
        let reader = app.database.db.reader();
        let id = line["endToEndId"].as_str().unwrap();
        let attempt = duixian::payout::store::find_by_end_to_end(&reader, id).await.unwrap().unwrap();
        let input = json!({ "line": line["id"], "resolution": "PAYOUT", "attempt": attempt.id.to_global(), "document": "回单" });
        let select = "proposal { approval { id } }";
        let proposal = app.done(&bank.cashier, "resolveBankLine", input, select).await["proposal"].take();
        app.approve(&proposal["approval"]["id"], &[&bank.court.finance]).await;
    }
}

async fn days(database: TestDatabase, seed: u64, days: u32, payments: u64, form: Form) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let mut dice = Dice(seed);
    let mut number = 0;
    let (case, own_number) = case_number(&bank).await;
    if form == Form::Template {
        in_force(&bank, layouts("UTF_8", Some("PIPE"))).await;
    }
    bank.import(&bank.notice("N0", vec![credit("B0", "1000000.00", &own_number)])).await;
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = app.ask(Some(&bank.cashier), lines, json!({})).await;
    let receipt = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    let receipt = ReceiptId::from_global(&receipt).unwrap();
    let mut balance = Money::ZERO;
    let mut first =
        vec![BankLine { credited_account: Some(own_number), ..movement(&bank, "B0", Direction::Credit, "1000000.00") }];
    // results that the bank sends on the next day, and payments that come back then
    let (mut held, mut coming_back) = (Vec::new(), Vec::new());
    for day in 0..days {
        let today: LegalDate = app.clock.now().legal_date();
        let (message_id, decided) = send(&bank, &case, receipt, &mut dice, (form, payments)).await;
        // each payment is spoken of one to three times, and its movements may be told of before the statement
        let mut files = std::mem::take(&mut held);
        for turn in 0..3 {
            let mut said = Vec::new();
            for (payment, truth) in &decided {
                if turn == 0 || dice.throw(2) == 0 {
                    let words = truth.words();
                    let (status, code) = words[usize::try_from(dice.throw(words.len() as u64)).unwrap()];
                    said.push((payment.clone(), status, code));
                }
            }
            if said.is_empty() {
                continue;
            }
            let file = match form {
                Form::Iso => told(app.clock.now(), &message_id, turn, said),
                Form::Template => told_by_template(app.clock.now(), &message_id, said),
            };
            if dice.throw(4) == 0 { held.push(file) } else { files.push(file) }
        }
        let back = std::mem::take(&mut coming_back).into_iter().map(|payment| returned(&bank, &payment));
        let mut all: Vec<_> = back.collect();
        all.extend(decided.iter().flat_map(|(payment, truth)| movements(&bank, payment, *truth)));
        let later = decided.iter().filter(|(_, truth)| *truth == Truth::ComesBack);
        coming_back.extend(later.map(|(payment, _)| payment.clone()));
        let mut early: Vec<_> = all.iter().filter(|_| dice.throw(2) == 0).cloned().collect();
        dice.shuffle(&mut early);
        for (part, lines) in early.chunks(3 + early.len() / 10).enumerate() {
            files.push(report::notice(&format!("N{day}-{part}"), app.clock.now(), &bank.main, lines).unwrap());
        }
        let again = files.clone();
        files.extend(again.into_iter().filter(|_| dice.throw(3) == 0));
        dice.shuffle(&mut files);
        for file in files {
            import(&bank, file, &mut number).await;
            if dice.throw(2) == 0 {
                app.settle().await;
            }
        }
        let mut lines = std::mem::take(&mut first);
        lines.extend(all);
        let opening = balance;
        for line in &lines {
            balance = match line.direction {
                Direction::Credit => balance.plus(line.amount).unwrap(),
                Direction::Debit => balance.minus(line.amount).unwrap(),
            };
        }
        import(&bank, statement(&bank, &format!("S{day}"), opening, lines), &mut number).await;
        app.settle().await;
        resolve(&bank, &today.to_string()).await;
        let seen = reconciliation(&bank, &today.to_string()).await;
        let equal = (&seen["bankBalance"], &seen["unexplained"], &seen["reconciled"]);
        assert_eq!(
            equal,
            (&json!(balance.to_string()), &json!("0.00"), &json!(true)),
            "day {day}, seed {seed}: {seen:#}"
        );
        assert_eq!(bank.balance(Code::Bank).await, balance.to_string());
        let next = today.succ_opt().unwrap();
        app.go_to(&format!("{next}T09:00:00.000+08:00")).await;
    }
    bank.court.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_follow_the_bank_through_three_hundred_random_payments() {
    for seed in [20_260_302, 7, 99] {
        days(sqlite().await, seed, 10, 10, Form::Iso).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_follow_a_bank_that_answers_by_a_template() {
    days(sqlite().await, 1_259, 6, 10, Form::Template).await;
}

/// Results are booked a hundred at once: these files have more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_follow_the_bank_through_files_of_several_pieces() {
    days(sqlite().await, 100, 2, 120, Form::Iso).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_follow_the_bank_on_postgresql() {
    days(postgres().await, 4, 4, 10, Form::Iso).await;
}

//! The standard tables over the story that `documents` plays: CSV and XLSX say the same, and what the books say.

use crate::documents::fetch;
use calamine::{Data, Reader, Xlsx};
use duixian::{
    app::Running,
    demo::stage::Stage,
    document::tables::{FundTable, describe},
    kernel::db::sql,
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::io::Cursor;

async fn export(running: &Running, stage: &mut Stage, court: &Value, table: FundTable, format: &str) -> Vec<u8> {
    let input =
        json!({ "court": court, "table": table.as_str(), "from": "2026-01-01", "to": "2026-12-31", "format": format });
    let select = "export { title download { path } }";
    let export = stage.act("furong-finance", "exportTable", input, select).await.unwrap()["export"].take();
    assert_eq!(export["title"], describe(table).title);
    let answer = fetch(running, export["download"]["path"].as_str().unwrap()).await;
    assert_eq!(answer.status(), 200, "{table:?} {format}");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; "));
    answer.bytes().await.unwrap().to_vec()
}

pub fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let text =
        std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').expect("the mark by which Excel knows UTF-8");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}
/// The rows below the caption, in the form of the CSV.
pub fn xlsx_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let shown = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    };
    sheet.rows().skip(1).map(|row| row.iter().map(shown).collect()).collect()
}

/// Each table in both formats, then the books, then what is refused.
pub async fn say_the_same(running: &Running, stage: &mut Stage) {
    let courts = stage.ask("inspector", "{ courts { nodes { id code } } }", json!({})).await.unwrap();
    let courts = courts["courts"]["nodes"].as_array().unwrap().clone();
    let furong = courts.iter().find(|court| court["code"] == "湘0102").unwrap()["id"].clone();
    let changsha = courts.iter().find(|court| court["code"] == "湘01").unwrap()["id"].clone();
    for table in FundTable::ALL.iter().copied() {
        let csv = csv_rows(&export(running, stage, &furong, table, "CSV").await);
        let xlsx = xlsx_rows(&export(running, stage, &furong, table, "XLSX").await);
        let titles: Vec<_> = describe(table).columns.iter().map(|column| column.title).collect();
        assert_eq!(csv[0], titles, "{table:?}");
        assert_eq!(csv.len(), xlsx.len(), "{table:?}");
        for (one, two) in csv.iter().zip(&xlsx) {
            for (at, (text, cell)) in one.iter().zip(two).enumerate() {
                let same = text == cell
                    || text.trim_end_matches('0').trim_end_matches('.') == cell
                    || text == &format!("'{cell}");
                assert!(same, "{table:?} {}: {text} and {cell}", titles[at]);
            }
        }
        let expected = ["DEPOSITS", "ORDERS", "PAYMENTS", "VOUCHERS", "RUN_LINES"];
        if expected.contains(&table.as_str()) {
            assert!(csv.len() > 1, "{table:?}: the story has rows for it");
        }
    }
    the_books_agree(running, stage, &furong).await;
    // the vouchers are finance's; each asking for a table is an act of its own on record, also under the same key
    let mut vouchers =
        json!({ "court": furong, "table": "VOUCHERS", "from": "2026-01-01", "to": "2026-12-31", "format": "CSV" });
    let text = "mutation ($input: ExportTableInput!) { exportTable(input: $input) { replayed userErrors { code } } }";
    vouchers["idempotencyKey"] = json!("vouchers-by-officer");
    let error = stage.ask("furong-officer", text, json!({ "input": vouchers })).await.unwrap_err();
    assert!(error.to_string().contains("FORBIDDEN"), "{error}");
    let deposits = json!({ "court": furong, "table": "DEPOSITS", "from": "2026-01-01", "to": "2026-12-31",
        "format": "CSV", "idempotencyKey": "the-same-key-twice" });
    let before = exports_on_record(stage).await;
    for asked in 1..=2 {
        stage.act("furong-officer", "exportTable", deposits.clone(), "").await.unwrap();
        assert_eq!(exports_on_record(stage).await, before + asked, "the same key is no excuse");
    }
    // another court's tables are not there; a period of more than a year is refused
    let input = |court: &Value, to: &str| json!({ "court": court, "table": "DEPOSITS", "from": "2026-01-01", "to": to, "format": "CSV" });
    stage.refused("furong-finance", "exportTable", input(&changsha, "2026-12-31"), "NOT_FOUND").await.unwrap();
    stage.act("furong-finance", "exportTable", input(&furong, "2027-01-01"), "").await.unwrap();
    stage.refused("furong-finance", "exportTable", input(&furong, "2027-01-02"), "DATE_INVALID").await.unwrap();
    stage.refused("furong-finance", "exportTable", input(&furong, "2025-12-31"), "DATE_INVALID").await.unwrap();
}

/// Debits equal credits; the balances are those that the ledger keeps.
async fn the_books_agree(running: &Running, stage: &mut Stage, court: &Value) {
    let fen = |text: &String| text.replace('.', "").parse::<i64>().unwrap_or(0);
    let vouchers = csv_rows(&export(running, stage, court, FundTable::Vouchers, "CSV").await);
    let (debit, credit) = vouchers[1..].iter().fold((0, 0), |(d, c), row| (d + fen(&row[7]), c + fen(&row[8])));
    assert!(debit > 0 && debit == credit, "{debit} {credit}");
    let balances = csv_rows(&export(running, stage, court, FundTable::Balances, "CSV").await);
    let listed: i64 = balances[1..].iter().map(|row| fen(&row[3])).sum();
    let reader = stage.services.db.reader();
    let text = "SELECT CAST(COALESCE(SUM(b.balance), 0) AS BIGINT) AS total FROM ledger_balance b
                JOIN ledger_account a ON a.id = b.account_id JOIN court c ON c.id = a.court_id
                WHERE a.code = 'CASE_FUND' AND c.code = '湘0102'";
    let kept: i64 = reader.query_one_raw(sql(&reader, text, [])).await.unwrap().unwrap().try_get("", "total").unwrap();
    assert_eq!(listed, kept);
}

async fn exports_on_record(stage: &Stage) -> i64 {
    let reader = stage.services.db.reader();
    let text = "SELECT CAST(count(*) AS BIGINT) AS asked FROM audit_event WHERE action = 'Mutation.exportTable' AND outcome = 'DONE'";
    let row = reader.query_one_raw(sql(&reader, text, [])).await.unwrap().unwrap();
    row.try_get("", "asked").unwrap()
}

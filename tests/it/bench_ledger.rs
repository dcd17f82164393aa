//! `duixian bench ledger` with small counts: every figure is produced, and nothing is said about time.

use crate::{both, support::database::TestDatabase};
use serde_json::{Value, json};
use std::process::Command;

const MUTATIONS: [&str; 6] = [
    "plain transfer, many accounts",
    "plain transfer, one hot account",
    "claimReceipt, many cases",
    "approve a claim, many cases",
    "claimReceipt, one hot case",
    "approve a claim, one hot case",
];
const PROGRAMS: [&str; 2] = ["pgbench, plain transfer, many accounts", "pgbench, plain transfer, one hot account"];
const ENGINE: [&str; 2] = ["posting engine, 64 a flush", "loop of plain SQL, 64 a flush"];
const READ: [&str; 6] = [
    "due list",
    "case statement",
    "trial balance",
    "trial balance a year ago",
    "case balance",
    "case balance a year ago",
];

async fn quick(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_duixian"));
    program.args(["bench", "ledger", "--quick", "--json"]).current_dir(folder.path());
    let postgres = database.url.starts_with("postgres");
    if postgres {
        program.args(["--database-url", &database.url]);
    }
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sections: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let titles: Vec<&Value> = sections.iter().map(|section| &section["title"]).collect();
    assert_eq!(titles, if postgres { vec!["PostgreSQL", "SQLite"] } else { vec!["SQLite"] });
    for section in &sections {
        let programs = if section["title"] == "PostgreSQL" { PROGRAMS.as_slice() } else { &[] };
        let mut expected: Vec<String> =
            MUTATIONS.iter().chain(programs).chain(&ENGINE).map(|name| (*name).to_owned()).collect();
        for orders in [20, 150] {
            expected.extend(READ.iter().map(|name| format!("{name}, {orders} orders")));
        }
        let figures = section["figures"].as_array().unwrap();
        let names: Vec<&str> = figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected);
        for figure in figures {
            let load = &figure["measured"];
            assert!(figure["rate"].as_u64().unwrap() > 0, "{figure:#}");
            assert!(load.is_null() || (load["failed"] == json!(0) && load["refused"] == json!(0)), "{figure:#}");
        }
        // each claim is proposed and approved once
        for figure in &figures[2..6] {
            assert_eq!((&figure["measured"]["done"], &figure["connections"]), (&json!(12), &json!(4)), "{figure:#}");
        }
        let ratios = section["ratios"].as_array().unwrap();
        assert_eq!(ratios.len(), 3 + programs.len() + 1 + 6 + 2, "{ratios:#?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path().join("data")).unwrap().collect();
    assert!(left.is_empty(), "the installation of the bench is removed: {left:?}");
}
both!(the_bench_of_the_ledger_produces_every_figure, super::quick);

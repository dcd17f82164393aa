//! `duixian bench bids` with small counts: every figure is produced, and nothing is said about time.

use crate::{both, support::database::TestDatabase};
use serde_json::{Value, json};
use std::process::Command;

async fn quick(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_duixian"));
    program.args(["bench", "bids", "--quick", "--json"]).current_dir(folder.path());
    let postgres = database.url.starts_with("postgres");
    if postgres {
        program.args(["--database-url", &database.url]);
    }
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    let sections: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let titles: Vec<&Value> = sections.iter().map(|section| &section["title"]).collect();
    assert_eq!(titles, if postgres { vec!["PostgreSQL", "SQLite"] } else { vec!["SQLite"] });
    for section in &sections {
        let figures = section["figures"].as_array().unwrap();
        let names: Vec<&str> = figures.iter().map(|figure| figure["name"].as_str().unwrap()).collect();
        let mut expected = vec![
            "no-op mutation",
            "placeBid, one hot lot",
            "placeBid, one hot lot",
            "placeBid, many lots",
            "row-lock transaction, one hot row",
            "placeBid at half the top rate (open loop)",
            "placeBid under 10 viewers (open loop)",
            "catalogue page of 50 over 100 lots",
            "catalogue page of 50 over 300 lots",
        ];
        if section["title"] == "PostgreSQL" {
            expected.insert(6, "pgbench with the row-lock transaction");
        }
        assert_eq!(names, expected);
        for figure in figures {
            let load = &figure["measured"];
            assert!(figure["rate"].as_u64().unwrap() > 0, "{figure:#}");
            assert!(load.is_null() || (load["failed"] == json!(0) && load["done"].as_u64().unwrap() > 0), "{figure:#}");
        }
        assert_eq!(figures[1]["measured"]["done"].as_u64().map(|done| done > 0), Some(true), "bids are accepted");
        assert_eq!(figures[3]["measured"]["refused"], 0, "the two bidders of a lot take turns");
        let ratios = section["ratios"].as_array().unwrap();
        assert_eq!(ratios.len(), if section["title"] == "PostgreSQL" { 8 } else { 6 }, "{ratios:#?}");
        let notes = section["notes"].to_string();
        assert!(notes.contains(" of which 0 did not reach every viewer"), "{notes}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path().join("data")).unwrap().collect();
    assert!(left.is_empty(), "the installation of the bench is removed: {left:?}");
    if postgres {
        // a database that holds anything is not touched
        let mut again = Command::new(env!("CARGO_BIN_EXE_duixian"));
        again.args(["bench", "bids", "--quick", "--database-url", &database.url]).current_dir(folder.path());
        let output = tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("the database is in use"));
    }
}
both!(the_bench_of_bids_produces_every_figure, super::quick);

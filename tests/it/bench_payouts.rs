//! The benchmark of unified payouts, small: every step is measured and does all its lines. Nothing is said of time.

use duixian::{bench::payouts, config::Config};
use std::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_of_a_payout_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let figures = payouts::measure(&config, 230).await.unwrap_or_else(|error| panic!("{error}"));
    let steps: Vec<_> = figures.iter().map(|figure| (figure.step, figure.lines)).collect();
    let expected = ["preview", "select", "approve", "post", "write", "book"].map(|step| (step, 230));
    assert_eq!(steps, expected);
    let rows = |step: &str| figures.iter().find(|figure| figure.step == step).unwrap().rows;
    // a line and its source; a payable with its source, an attempt and two entries of two postings; a payment
    assert_eq!((rows("select"), rows("write")), (460, 230));
    assert!(rows("post") >= 230 * 9, "{}", rows("post"));
    assert!(rows("book") >= 230 * 5, "{}", rows("book"));
    assert!(figures.iter().all(|figure| figure.plain_micros > 0 && figure.micros > 0));
    assert_eq!(payouts::table(&figures).lines().count(), 7);
    let text = payouts::section(&figures, &figures).to_string();
    assert_eq!((text.matches("plain loop").count(), text.matches("a line of 230 / of 230").count()), (6, 6), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bids_are_measured_beside_a_payout() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_duixian"));
    program.args(["bench", "payouts", "--lines", "120", "--quick"]).current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for expected in [
        "post of 120 lines / plain loop",
        "book: a line of 120 / of 100",
        "most memory held",
        "placeBid, one lot, nothing beside (open loop)",
        "placeBid, one lot, payout beside (open loop)",
        "worst p99 of bids while the payout runs",
        "A payout of 120 lines was posted, written and booked",
    ] {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path().join("data")).unwrap().collect();
    assert!(left.is_empty(), "the installations of the bench are removed: {left:?}");
}

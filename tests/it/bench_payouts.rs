//! The benchmark of unified payouts, small: every step is measured and does all its lines. Nothing is said of time.

use duixian::{bench::payouts, config::Config};

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
}

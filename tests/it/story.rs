//! The story that `duixian demo` plays, replayed on both engines.

use crate::{both, support::database::TestDatabase};
use duixian::{
    config::Config,
    demo,
    kernel::{clock::Clock, db::Db, keys::KeyRing},
};

async fn plays_to_its_end(database: TestDatabase) {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
    let db = Db::connect(&database.url).await.unwrap();
    let clock = Clock::manual(demo::BEGINNING);
    let (app, log) = demo::open_on(&Config::default(), clock, db, KeyRing::ephemeral().unwrap()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = app.start(listener, false).unwrap();
    let printer = Box::new(|line: &str| println!("{line}"));
    if let Err(error) = demo::play(&running, &log, printer, 40).await {
        panic!("{error}");
    }
    running.stop().await;
}
both!(the_story, super::plays_to_its_end);

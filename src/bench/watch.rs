//! Viewers of a lot: open streams (server-sent events) that note when they learnt of each version.

use super::{
    load::{Shot, Wire},
    site::Answer,
};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// After the last bid the viewers get this long to hear of it.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Watch {
    pub viewers: usize,
    /// The subscription.
    pub shot: Shot,
}

/// From sending a bid until the last viewer had its version, in microseconds: an upper bound of the time from its
/// acceptance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub viewers: usize,
    pub bids: usize,
    /// Bids of which some viewer had not heard at the end.
    pub missed: usize,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// What one viewer has seen: versions, rising, with their instants.
type Seen = Arc<Mutex<Vec<(i64, Instant)>>>;

pub struct Viewers {
    seen: Vec<Seen>,
    tasks: Vec<JoinHandle<()>>,
}

/// Opens all streams; each has had its first event when this answers.
///
/// # Errors
/// When a stream cannot be opened: the limits of open files on either side count too.
pub async fn open(address: SocketAddr, watch: &Watch) -> Answer<Viewers> {
    let (mut seen, mut tasks) = (Vec::new(), Vec::new());
    for number in 0..watch.viewers {
        let mut wire = Wire::open(address).await.map_err(|e| format!("viewer {number}: {e}"))?;
        wire.send(&watch.shot, &watch.shot.body, "text/event-stream").await?;
        let (status, _) = wire.head().await?;
        if status != 200 {
            return Err(format!("viewer {number} was answered with {status}").into());
        }
        let own = Seen::default();
        follow_once(&mut wire, &own).await?;
        seen.push(own.clone());
        tasks.push(tokio::spawn(async move { while follow_once(&mut wire, &own).await.is_ok() {} }));
    }
    Ok(Viewers { seen, tasks })
}

/// Waits for the next version on the stream.
async fn follow_once(wire: &mut Wire, own: &Seen) -> std::io::Result<()> {
    let mut line = String::new();
    loop {
        wire.line(&mut line).await?;
        if let Some(version) = line.strip_prefix("data:").and_then(|data| number_after(data, r#""version":"#)) {
            own.lock().unwrap_or_else(PoisonError::into_inner).push((version, Instant::now()));
            return Ok(());
        }
    }
}

impl Viewers {
    /// When the last viewer had heard of each of `bids` (version, when it was sent).
    ///
    /// # Errors
    /// Never in practice: the bounds of the histogram are fixed.
    pub async fn delivery(self, bids: &[(i64, Instant)]) -> Answer<Delivery> {
        tokio::time::sleep(PATIENCE).await;
        self.tasks.iter().for_each(JoinHandle::abort);
        let seen = self.seen.iter().map(|own| own.lock().unwrap_or_else(PoisonError::into_inner).clone());
        Ok(delivery(&seen.collect::<Vec<_>>(), bids)?)
    }
}

/// Of what each viewer saw, when the last of them had heard of each bid.
fn delivery(seen: &[Vec<(i64, Instant)>], bids: &[(i64, Instant)]) -> Result<Delivery, hdrhistogram::CreationError> {
    let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    let mut missed = 0_usize;
    for (version, sent) in bids {
        let heard = seen.iter().map(|own| {
            let first = own.partition_point(|(seen, _)| seen < version);
            own.get(first).map(|(_, at)| at.saturating_duration_since(*sent))
        });
        match heard.collect::<Option<Vec<Duration>>>().and_then(|times| times.into_iter().max()) {
            Some(last) => times.saturating_record(u64::try_from(last.as_micros()).unwrap_or(u64::MAX)),
            None => missed = missed.saturating_add(1),
        }
    }
    Ok(Delivery {
        viewers: seen.len(),
        bids: bids.len(),
        missed,
        p50: times.value_at_quantile(0.5),
        p99: times.value_at_quantile(0.99),
        max: times.max(),
    })
}

/// The number that follows `name` in a text of JSON.
pub fn number_after(text: &str, name: &str) -> Option<i64> {
    let (_, rest) = text.split_once(name)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_from_the_text_of_an_answer() {
        let answer = r#"{"data":{"lotEvents":{"version":127,"kind":"BID"}}}"#;
        assert_eq!(number_after(answer, r#""version":"#), Some(127));
        assert_eq!(number_after(answer, r#""kind":"#), None);
        assert_eq!(number_after("", r#""version":"#), None);
    }

    #[test]
    fn the_last_viewer_counts_and_a_later_version_tells_of_an_earlier() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let seen = [vec![(1, at(0)), (3, at(40))], vec![(2, at(10)), (3, at(70))]];
        // the first viewer hears of version 2 by version 3; nobody ever hears of version 4
        let delivery = delivery(&seen, &[(2, at(5)), (3, at(20)), (4, at(80))]).unwrap();
        assert_eq!((delivery.viewers, delivery.bids, delivery.missed), (2, 3, 1));
        assert!((34_900..=35_100).contains(&delivery.p50), "{delivery:?}");
        assert!((49_900..=50_100).contains(&delivery.max), "{delivery:?}");
    }
}

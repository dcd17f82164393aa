//! Group commit: many small commands share one transaction and one flush to the disk.
//!
//! One task takes whatever is waiting (up to [`MAX_BATCH`]), with no artificial delay: while a batch is being committed
//! the next one gathers by itself. A batch that fails is tried again in halves, so that one poisonous command cannot
//! take its neighbours down. A command is answered only after its commit.

use super::error::Problem;
use futures_util::{FutureExt, future::BoxFuture};
use std::{panic::AssertUnwindSafe, sync::Arc};
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Bounds the time that a batch holds its locks.
pub const MAX_BATCH: usize = 256;
/// Commands that may wait; beyond it the sender waits, which slows its client and nobody else.
const QUEUE: usize = 4 * MAX_BATCH;

/// Commits commands together.
pub trait Committer: Send + Sync + 'static {
    /// Whether a command is left out whose caller has gone before its turn: nobody would hear what became of it.
    const LEAVES_OUT_THE_GONE: bool = false;
    type Command: Send + Sync + 'static;
    type Answer: Send + 'static;
    /// One transaction over all of `commands`, in this order; one answer for each. An error means that nothing was
    /// committed, or that nobody knows it (COMMIT was on its way): commands must bear to be carried out again.
    fn commit<'a>(&'a self, commands: &'a [Self::Command]) -> BoxFuture<'a, Result<Vec<Self::Answer>, Problem>>;
}

/// The sending side; cheap to clone.
pub struct Batcher<C: Committer>(mpsc::Sender<Waiting<C>>);
impl<C: Committer> Clone for Batcher<C> {
    fn clone(&self) -> Self {
        Batcher(self.0.clone())
    }
}
struct Waiting<C: Committer> {
    command: C::Command,
    answer: oneshot::Sender<Result<C::Answer, Problem>>,
}

impl<C: Committer> Batcher<C> {
    /// Starts the task. After `stop` it still commits what was accepted before, then ends.
    pub fn start(committer: Arc<C>, tasks: &TaskTracker, stop: CancellationToken) -> Batcher<C> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tasks.spawn(serve(committer, receiver, stop));
        Batcher(sender)
    }

    /// Waits for the commit. CONFLICT when the process is stopping: the caller asks again with the same key.
    pub async fn submit(&self, command: C::Command) -> Result<C::Answer, Problem> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Waiting { command, answer }).await.map_err(|_| Problem::Conflict)?;
        answered.await.map_err(|_| Problem::Conflict)?
    }
}

async fn serve<C: Committer>(committer: Arc<C>, mut receiver: mpsc::Receiver<Waiting<C>>, stop: CancellationToken) {
    let mut waiting = Vec::with_capacity(MAX_BATCH);
    loop {
        tokio::select! {
            count = receiver.recv_many(&mut waiting, MAX_BATCH) => if count == 0 { return },
            () = stop.cancelled(), if !receiver.is_closed() => receiver.close(),
        }
        if !waiting.is_empty() {
            commit_in_halves(&*committer, std::mem::take(&mut waiting)).await;
        }
    }
}

/// Whole first; after an error each half alone, down to single commands that are told the error.
async fn commit_in_halves<C: Committer>(committer: &C, batch: Vec<Waiting<C>>) {
    let mut pieces = vec![batch];
    while let Some(mut piece) = pieces.pop() {
        if C::LEAVES_OUT_THE_GONE {
            piece.retain(|waiting| !waiting.answer.is_closed());
        }
        if piece.is_empty() {
            continue;
        }
        let (commands, mut answers): (Vec<_>, Vec<_>) = piece.into_iter().map(|w| (w.command, w.answer)).unzip();
        // a panic is a fault of this piece: the task goes on, and so do the others
        let committed = AssertUnwindSafe(committer.commit(&commands)).catch_unwind().await;
        match committed.unwrap_or_else(|_| Err(Problem::internal("a batch panicked"))) {
            Ok(results) if results.len() == answers.len() => {
                for (answer, result) in answers.into_iter().zip(results) {
                    // the client may have gone away; its command stands
                    let _ = answer.send(Ok(result));
                }
            }
            outcome => {
                let problem = outcome.err().unwrap_or_else(|| Problem::internal("a batch answered a wrong number"));
                if answers.len() > 1 {
                    tracing::warn!(size = answers.len(), ?problem, "a batch failed and is tried again in halves");
                    let mut first: Vec<_> = commands
                        .into_iter()
                        .zip(answers)
                        .map(|(command, answer)| Waiting { command, answer })
                        .collect();
                    let second = first.split_off(first.len() / 2);
                    pieces.push(second);
                    pieces.push(first);
                } else if let Some(answer) = answers.pop() {
                    let _ = answer.send(Err(problem));
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Commits numbers; a batch with a negative one fails whole, by a panic with the least number.
    #[derive(Default)]
    struct Numbers(Mutex<Vec<i64>>);
    impl Committer for Numbers {
        type Command = i64;
        type Answer = i64;
        fn commit<'a>(&'a self, commands: &'a [i64]) -> BoxFuture<'a, Result<Vec<i64>, Problem>> {
            Box::pin(async move {
                tokio::task::yield_now().await;
                assert!(!commands.contains(&i64::MIN), "a bug");
                if commands.iter().any(|n| *n < 0) {
                    return Err(Problem::internal("poison"));
                }
                self.0.lock().unwrap().extend(commands);
                Ok(commands.iter().map(|n| n * 2).collect())
            })
        }
    }

    #[tokio::test]
    async fn a_poisonous_command_fails_alone() {
        let numbers = Arc::new(Numbers::default());
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let batcher = Batcher::start(numbers.clone(), &tasks, stop.clone());
        let sent = (0..600).map(|n| {
            let batcher = batcher.clone();
            let given = match n {
                333 => -1,
                444 => i64::MIN,
                n => n,
            };
            async move { batcher.submit(given).await }
        });
        let answers = futures_util::future::join_all(sent).await;
        for (n, answer) in answers.into_iter().enumerate() {
            match n {
                333 | 444 => assert!(answer.is_err()),
                n => assert_eq!(answer.unwrap(), n as i64 * 2),
            }
        }
        // which of the waiting futures is polled first is not ours to say
        let mut committed = numbers.0.lock().unwrap().clone();
        committed.sort_unstable();
        assert_eq!(committed, (0..600).filter(|n| ![333, 444].contains(n)).collect::<Vec<_>>());
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        assert!(matches!(batcher.submit(1).await, Err(Problem::Conflict)));
    }
}

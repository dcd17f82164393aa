//! A folder that a host-to-host link or an SFTP server shares with the bank (§ `bank.drop_folder` of the settings).
//!
//! - `in/`: files of the bank. A file counts once it bears its name: whoever writes it uses a name that begins with `.` or
//!   ends with `.part`, and renames it when it is whole. What was taken goes to `done/`, what was refused to `failed/` with
//!   its reason beside it (`<name>.reason.json`).
//! - `out/`: payment files, `<message id>.xml` or, in the form of a bank template, `<message id>.txt`, renamed into place
//!   in the same way.
//!
//! One process at a time does this, under a lease. Taking in twice is harmless: the same bytes are the same file. A
//! payment file appears exactly once: it is written whole as `<message id>.<token>.part`, `token` being that of the lease,
//! then the database says under which token it was delivered, and only then that part gets its name. After a crash between
//! the last two steps the part is still there and gets its name; a process that stalled and wakes up when another has
//! done its work has written a part of its own, which never gets one.

use super::{
    ops::{Label, import_raw, refused_early},
    raw::{self, Upload},
    store::{self, bank_file},
};
use crate::{
    access::{Act, Actor, Op, Services, UseCase, run_as_system},
    kernel::{
        error::{Failure, Outcome, Problem},
        ids::BankFileId,
        jobs::{Fence, JobHandler},
        refusal::Refusal,
    },
};
use serde::Serialize;
use std::{
    io,
    path::{Path, PathBuf},
};
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncWriteExt},
};

/// Name of the job, of its lease and of the actor in the audit log.
const JOB: &str = "bank-drop-folder";
/// Files looked at in one piece of the job.
const FILES: usize = 20;
const BUFFER: usize = 64 * 1024;

/// The job; registered in `app` when the settings name a folder.
pub struct DropFolder {
    services: Services,
    root: PathBuf,
}

impl DropFolder {
    pub fn new(services: Services, root: PathBuf) -> DropFolder {
        DropFolder { services, root }
    }

    async fn prepare(&self) -> io::Result<()> {
        for name in ["in", "out", "done", "failed"] {
            fs::create_dir_all(self.root.join(name)).await?;
        }
        Ok(())
    }

    /// Files of the bank that bear their name, in the order of their names.
    async fn waiting(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut entries = fs::read_dir(self.root.join("in")).await?;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let unfinished = name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp");
            if !unfinished && entry.file_type().await?.is_file() {
                names.push(name);
            }
        }
        names.sort();
        names.truncate(FILES);
        Ok(names)
    }

    async fn take_in(&self, name: &str) -> Result<(), Problem> {
        let path = self.root.join("in").join(name);
        match import_file(&self.services, &Actor::system(JOB), &path).await? {
            Outcome::Done { value, .. } => {
                tracing::info!(file = %value.to_global(), name, "taken in from the folder");
                self.put_away(&path, "done", name).await?;
            }
            Outcome::Refused(refusal) => {
                tracing::warn!(name, code = refusal.code.as_str(), args = ?refusal.args, "refused from the folder");
                metrics::counter!("bank_files_refused_total").increment(1);
                let put = self.put_away(&path, "failed", name).await?;
                write_reason(&put, &refusal).await.map_err(Problem::internal)?;
            }
        }
        Ok(())
    }

    /// Moves a file, under another name when that one is taken.
    async fn put_away(&self, from: &Path, folder: &str, name: &str) -> Result<PathBuf, Problem> {
        let mut to = self.root.join(folder).join(name);
        for number in 1_u32.. {
            if !fs::try_exists(&to).await.map_err(Problem::internal)? {
                break;
            }
            to = self.root.join(folder).join(format!("{name}.{number}"));
        }
        fs::rename(from, &to).await.map_err(Problem::internal)?;
        Ok(to)
    }

    fn out(&self) -> PathBuf {
        self.root.join("out")
    }
    fn named(&self, file: &bank_file::Model) -> PathBuf {
        let extension = if file.template_id.is_some() { "txt" } else { "xml" };
        self.out().join(format!("{}.{extension}", file.message_id))
    }
    fn part(&self, message_id: &str, token: i64) -> PathBuf {
        self.out().join(format!("{message_id}.{token}.part"))
    }

    /// Gives a whole payment file its name, after the database has said that it is delivered.
    async fn deliver(&self, fence: &Fence, file: &bank_file::Model) -> Result<(), Problem> {
        let content = raw::whole(&self.services.db.reader(), &self.services.vault, file.id).await?;
        let part = self.part(&file.message_id, fence.token);
        write_whole(&part, &content).await.map_err(Problem::internal)?;
        // the part outlives a loss of power before the database relies on it
        sync_folder(&self.out()).await.map_err(Problem::internal)?;
        run_as_system(&self.services, JOB, &Deliver { file: file.id, fence }).await?;
        self.name(&part, file).await
    }

    async fn name(&self, part: &Path, file: &bank_file::Model) -> Result<(), Problem> {
        fs::rename(part, self.named(file)).await.map_err(Problem::internal)?;
        sync_folder(&self.out()).await.map_err(Problem::internal)
    }

    /// After a crash or a stall: the part that the database knows as delivered gets its name; parts of other holders of
    /// the lease go.
    async fn finish_deliveries(&self, fence: &Fence) -> Result<(), Problem> {
        let mut entries = fs::read_dir(self.out()).await.map_err(Problem::internal)?;
        while let Some(entry) = entries.next_entry().await.map_err(Problem::internal)? {
            let name = entry.file_name();
            let Some((message_id, token)) = name.to_str().and_then(part_of) else { continue };
            let known = store::written_file(&self.services.db.reader(), message_id).await?;
            match known.filter(|file| file.delivered_token.is_some()) {
                Some(file) if file.delivered_token == Some(token) => self.name(&entry.path(), &file).await?,
                None if token == fence.token => {}
                _ => fs::remove_file(entry.path()).await.map_err(Problem::internal)?,
            }
        }
        Ok(())
    }
}

/// Message id and token of a part's name.
fn part_of(name: &str) -> Option<(&str, i64)> {
    let (message_id, token) = name.strip_suffix(".part")?.rsplit_once('.')?;
    Some((message_id, token.parse().ok()?))
}

/// Makes names in a folder outlive a loss of power.
async fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path).await?.sync_all().await
}

#[async_trait::async_trait]
impl JobHandler for DropFolder {
    fn name(&self) -> &'static str {
        JOB
    }

    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        self.prepare().await.map_err(Problem::internal)?;
        self.finish_deliveries(fence).await?;
        let mut done = 0_u64;
        for name in self.waiting().await.map_err(Problem::internal)? {
            self.take_in(&name).await?;
            done = done.saturating_add(1);
        }
        for file in store::files_to_deliver(&self.services.db.reader(), 20).await? {
            self.deliver(fence, &file).await?;
            done = done.saturating_add(1);
        }
        Ok(done)
    }
}

/// Takes a file of the local disk in; `duixian bank import` and the folder.
///
/// # Errors
/// When it cannot be read; what a rule says no to is a refusal.
pub async fn import_file(services: &Services, actor: &Actor, path: &Path) -> Result<Outcome<BankFileId>, Problem> {
    let mut upload = Upload::begin(services).await.map_err(Problem::from)?;
    let id = upload.id();
    let raw = match read_into(&mut upload, path).await {
        Ok(()) => upload.finish().await,
        Err(failure) => Err(failure),
    };
    match raw {
        Ok(raw) => {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.map(|name| name.chars().take(200).collect());
            import_raw(services, actor, raw, Label { name, ..Label::default() }).await
        }
        Err(failure) => {
            raw::discard(&services.db, id).await?;
            refused_early(failure)
        }
    }
}

async fn read_into(upload: &mut Upload<'_>, path: &Path) -> Result<(), Failure> {
    let mut file = fs::File::open(path).await.map_err(Failure::internal)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = file.read(&mut buffer).await.map_err(Failure::internal)?;
        match buffer.get(..read) {
            Some(bytes) if read > 0 => upload.push(bytes).await?,
            _ => return Ok(()),
        }
    }
}

async fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path).await?;
    file.write_all(content).await?;
    file.sync_all().await
}

/// What the bank's people need to mend the file: code and place, as `duixian` says them.
async fn write_reason(refused: &Path, refusal: &Refusal) -> io::Result<()> {
    let arguments: serde_json::Map<_, _> =
        refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    let reason = serde_json::json!({ "code": refusal.code, "arguments": arguments });
    let mut path = refused.as_os_str().to_owned();
    path.push(".reason.json");
    write_whole(Path::new(&path), reason.to_string().as_bytes()).await
}

/// Says that a payment file is in the folder.
#[derive(Serialize)]
struct Deliver<'a> {
    file: BankFileId,
    #[serde(skip)]
    fence: &'a Fence,
}
impl UseCase for Deliver<'_> {
    type Done = ();
    const ACT: Act = Act::DeliverBankFile;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        self.fence.check(op.tx).await?;
        let mut file = store::lock_file(op.tx, self.file).await?;
        if file.delivered_at.is_some() {
            return Err(Problem::Conflict.into());
        }
        file.delivered_at = Some(op.now);
        file.delivered_token = Some(self.fence.token);
        let facts = serde_json::json!({ "sha256": hex::encode(&file.sha256), "delivered": true });
        op.audit(file.id, Some(file.court_id), None, facts).await?;
        Ok(store::save_file(op.tx, file).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_names_its_file_and_the_lease_that_it_was_written_under() {
        assert_eq!(part_of("0A1B.17.part"), Some(("0A1B", 17)));
        assert_eq!(part_of("0A1B.xml"), None);
        assert_eq!(part_of("0A1B.part"), None);
        assert_eq!(part_of("0A1B.xml.part"), None);
    }
}

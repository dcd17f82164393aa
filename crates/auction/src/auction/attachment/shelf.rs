//! The store of objects: bytes under their SHA-256, behind the `object_store` interface.
//!
//! An object appears whole or not at all: it is written beside its place, synced, and put there by one rename. Two who
//! write the same bytes do no harm to each other.

use super::rules::{Bytes, HEAD};
use crate::kernel::error::Problem;
use futures_util::StreamExt as _;
use object_store::{
    Error, GetResult, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem, path::Path,
};
use sha2::{Digest, Sha256};
use std::{fs, io, path::PathBuf, sync::Arc};
use tokio::sync::OnceCell;

/// Bytes that are gathered before they are written.
const PART: usize = 256 * 1024;

/// Where objects are kept; cheap to clone.
#[derive(Clone)]
pub struct Shelf(Arc<Inner>);
struct Inner {
    root: PathBuf,
    store: OnceCell<Arc<dyn ObjectStore>>,
}

impl Shelf {
    /// A folder that is made when the first object comes.
    pub fn new(root: PathBuf) -> Shelf {
        Shelf(Arc::new(Inner { root, store: OnceCell::new() }))
    }

    async fn store(&self) -> Result<&Arc<dyn ObjectStore>, Problem> {
        let root = self.0.root.clone();
        let opened = self.0.store.get_or_try_init(async || {
            blocking(move || fs::create_dir_all(&root).map(|()| root)).await.and_then(|root| {
                let store = LocalFileSystem::new_with_prefix(root).map_err(Problem::internal)?;
                Ok(Arc::new(store) as Arc<dyn ObjectStore>)
            })
        });
        opened.await
    }

    /// Begins to take the bytes in that are declared to have this hash.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn begin(&self, sha256: [u8; 32]) -> Result<Writing, Problem> {
        let upload = self.store().await?.put_multipart(&key(&sha256)).await.map_err(Problem::internal)?;
        let file = self.0.root.join(name(&sha256));
        Ok(Writing { upload, file, buffer: Vec::new(), hash: Sha256::new(), head: Vec::new(), size: 0 })
    }

    /// An object to be read; none when there is no such object.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read(&self, sha256: &[u8; 32]) -> Result<Option<GetResult>, Problem> {
        match self.store().await?.get(&key(sha256)).await {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Problem::internal(error)),
        }
    }

    /// The hash of the bytes that are kept under `sha256`; none when there is no such object.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn hash(&self, sha256: &[u8; 32]) -> Result<Option<[u8; 32]>, Problem> {
        let Some(found) = self.read(sha256).await? else { return Ok(None) };
        let (mut chunks, mut hash) = (found.into_stream(), Sha256::new());
        while let Some(bytes) = chunks.next().await {
            hash.update(bytes.map_err(Problem::internal)?);
        }
        Ok(Some(hash.finalize().into()))
    }

    /// Takes an object away; one that is not there is as good.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove(&self, sha256: &[u8; 32]) -> Result<(), Problem> {
        match self.store().await?.delete(&key(sha256)).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(Problem::internal(error)),
        }
        let place = self.0.root.join(name(sha256));
        blocking(move || sweep(&place)).await
    }
}

/// An object on its way in. Dropped, nothing of it stays.
pub struct Writing {
    upload: Box<dyn MultipartUpload>,
    file: PathBuf,
    buffer: Vec<u8>,
    hash: Sha256,
    head: Vec<u8>,
    size: i64,
}
impl Writing {
    /// Takes the next bytes and says how many there are so far.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<i64, Problem> {
        self.hash.update(bytes);
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.size = self.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART {
            self.write().await?;
        }
        Ok(self.size)
    }

    async fn write(&mut self) -> Result<(), Problem> {
        let part = PutPayload::from(std::mem::take(&mut self.buffer));
        self.upload.put_part(part).await.map_err(Problem::internal)
    }

    /// What has arrived, with its first bytes.
    pub fn arrived(&self) -> (Bytes, &[u8]) {
        (Bytes { size: self.size, sha256: self.hash.clone().finalize().into() }, &self.head)
    }

    /// Leaves nothing of it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn discard(mut self) -> Result<(), Problem> {
        self.upload.abort().await.map_err(Problem::internal)
    }

    /// Puts the object in its place; on return it outlives a loss of power.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing stays.
    pub async fn keep(mut self) -> Result<(), Problem> {
        if !self.buffer.is_empty() {
            self.write().await?;
        }
        self.upload.complete().await.map_err(Problem::internal)?;
        let file = self.file;
        blocking(move || sync(&file)).await
    }
}

/// `ab/abcdef…`: folders of a size that every file system bears.
fn name(sha256: &[u8; 32]) -> String {
    let digits = hex::encode(sha256);
    format!("{}/{digits}", digits.get(..2).unwrap_or_default())
}
fn key(sha256: &[u8; 32]) -> Path {
    Path::from(name(sha256))
}

/// Bytes and name of a file are on the disk when this returns.
fn sync(file: &std::path::Path) -> io::Result<()> {
    fs::File::open(file)?.sync_all()?;
    for folder in file.ancestors().skip(1).take(2) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// What a process left beside an object when it was killed: `<hash>#1` and the like.
fn sweep(place: &std::path::Path) -> io::Result<()> {
    let (Some(folder), Some(hash)) = (place.parent(), place.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let left = entry.file_name().to_str().and_then(|name| name.strip_prefix(hash)).is_some_and(|rest| {
            rest.strip_prefix('#').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
        });
        if left {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?.map_err(Problem::internal)
}

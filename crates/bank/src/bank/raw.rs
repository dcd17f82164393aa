//! Bank files as they came: sealed pieces in the database, so that neither taking a file in nor reading it again holds it
//! whole. What is uploaded and never accepted is swept away.

use super::iso20022::{FormatError, MAX_BYTES, Reason};
use crate::kernel::boxed;
use crate::{
    access::Services,
    kernel::{
        clock::Timestamp,
        db::{Db, Engine, Tx, sql},
        error::{Failure, Problem},
        ids::BankFileId,
        query::{Execute, Fetch},
        secret::{Place, Sealed, Vault},
    },
};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, IntoActiveModel, entity::prelude::*};
use sha2::{Digest, Sha256};
use std::io::{self, Cursor, Read};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Bytes sealed together.
const PIECE: usize = 256 * 1024;
/// Pieces read ahead of the parser.
const AHEAD: usize = 2;
/// An upload that is not accepted by then is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

pub mod chunk {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_file_chunk")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub file_id: BankFileId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i32,
        pub content_sealed: Sealed,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The place of a piece is part of what it is sealed with: pieces cannot be exchanged unseen.
fn place(file: BankFileId, sequence: i32) -> Place {
    let turned = file.uuid().as_u128() ^ u128::from(sequence.unsigned_abs());
    Place::new("bank_file_chunk", Uuid::from_u128(turned), "content_sealed")
}

/// A file that is here with all its bytes, and not accepted yet.
#[derive(Clone, Debug)]
pub struct Raw {
    pub id: BankFileId,
    pub sha256: Vec<u8>,
    pub bytes: usize,
}

/// Takes the bytes of a file in, piece by piece.
pub struct Upload<'s> {
    services: &'s Services,
    id: BankFileId,
    hasher: Sha256,
    piece: Zeroizing<Vec<u8>>,
    sequence: i32,
    bytes: usize,
}

impl<'s> Upload<'s> {
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin(services: &'s Services) -> Result<Upload<'s>, Failure> {
        let now = services.clock.now();
        let id = BankFileId::new(now);
        let written = services.db.write_with(move |tx| {
            Box::pin(async move {
                let text = "INSERT INTO bank_upload (id, started_at) VALUES ($1, $2)";
                tx.execute_raw(sql(tx, text, [id.into(), now.into()])).await?;
                Ok(())
            })
        });
        written.await?;
        let piece = Zeroizing::new(Vec::with_capacity(PIECE));
        Ok(Upload { services, id, hasher: Sha256::new(), piece, sequence: 0, bytes: 0 })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `BANK_FILE_INVALID` when the file becomes larger than [`MAX_BYTES`]; `Conflict` when the upload was swept away.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MAX_BYTES {
            return Err(crate::kernel::refusal::Refusal::from(FormatError::whole(Reason::TooLarge)).into());
        }
        self.hasher.update(bytes);
        while !bytes.is_empty() {
            let room = PIECE.saturating_sub(self.piece.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() >= PIECE {
                self.write().await?;
            }
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), Failure> {
        let (id, sequence) = (self.id, self.sequence);
        let sealed = self.services.vault.seal_bytes(place(id, sequence), &self.piece).map_err(Problem::internal)?;
        let row = chunk::Model { file_id: id, sequence, content_sealed: sealed };
        self.services
            .db
            .write_with(move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    still_open(tx, row.file_id).await?;
                    chunk::Entity::insert(row.into_active_model()).execute(tx).await?;
                    Ok(())
                })
            })
            .await?;
        self.piece.clear();
        self.sequence = self.sequence.saturating_add(1);
        Ok(())
    }

    /// The file is here.
    ///
    /// # Errors
    /// `BANK_FILE_INVALID` for a file without a byte.
    pub async fn finish(mut self) -> Result<Raw, Failure> {
        if self.bytes == 0 {
            return Err(crate::kernel::refusal::Refusal::from(FormatError::whole(Reason::Empty)).into());
        }
        if !self.piece.is_empty() {
            self.write().await?;
        }
        Ok(Raw { id: self.id, sha256: self.hasher.finalize().to_vec(), bytes: self.bytes })
    }

    pub fn id(&self) -> BankFileId {
        self.id
    }
}

/// Holds the sweep up until the piece is written: a piece without its upload would never be swept.
///
/// # Errors
/// `Conflict` when the upload was swept away meanwhile.
#[boxed]
async fn still_open(tx: &Tx, id: BankFileId) -> Result<(), Failure> {
    // on SQLite there is one writer
    let lock = if tx.engine() == Engine::Postgres { " FOR KEY SHARE" } else { "" };
    let text = format!("SELECT id FROM bank_upload WHERE id = $1{lock}");
    let open = tx.query_one_raw(sql(tx, &text, [id.into()])).await?;
    if open.is_some() { Ok(()) } else { Err(Problem::Conflict.into()) }
}

/// The file is accepted: its bytes stay, in the transaction that says so.
///
/// # Errors
/// `Conflict` when the upload was swept away meanwhile.
#[boxed]
pub async fn accept(tx: &Tx, id: BankFileId) -> Result<(), Failure> {
    let gone = tx.execute_raw(sql(tx, "DELETE FROM bank_upload WHERE id = $1", [id.into()])).await?;
    if gone.rows_affected() == 1 { Ok(()) } else { Err(Problem::Conflict.into()) }
}

/// Keeps the bytes of a file that is written here and small.
#[boxed]
pub async fn keep(tx: &Tx, vault: &Vault, id: BankFileId, bytes: &[u8]) -> Result<(), Failure> {
    for (sequence, piece) in (0..).zip(bytes.chunks(PIECE)) {
        let sealed = vault.seal_bytes(place(id, sequence), piece).map_err(Problem::internal)?;
        let row = chunk::Model { file_id: id, sequence, content_sealed: sealed };
        chunk::Entity::insert(row.into_active_model()).execute(tx).await?;
    }
    Ok(())
}

/// Forgets an upload, unless it was accepted.
///
/// # Errors
/// When the database cannot be written.
pub async fn discard(db: &Db, id: BankFileId) -> Result<(), Problem> {
    let work = db.write_with(move |tx| {
        Box::pin(async move {
            let open = tx.execute_raw(sql(tx, "DELETE FROM bank_upload WHERE id = $1", [id.into()])).await?;
            if open.rows_affected() == 1 {
                tx.execute_raw(sql(tx, "DELETE FROM bank_file_chunk WHERE file_id = $1", [id.into()])).await?;
            }
            Ok(())
        })
    });
    work.await.map_err(Problem::from)
}

/// Forgets the uploads that nobody came back for. Answers how many.
///
/// # Errors
/// When the database cannot be written.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<u64, Problem> {
    let reader = db.reader();
    let text = "SELECT id FROM bank_upload WHERE started_at < $1 LIMIT 20";
    let old = reader.query_all_raw(sql(&reader, text, [now.minus(FORGOTTEN_AFTER).into()])).await?;
    let mut swept = 0_u64;
    for row in old {
        discard(db, row.try_get("", "id")?).await?;
        swept = swept.saturating_add(1);
    }
    Ok(swept)
}

async fn piece(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    id: BankFileId,
    sequence: i32,
) -> Result<Option<Zeroizing<Vec<u8>>>, Problem> {
    let Some(row) = chunk::Entity::find_by_id((id, sequence)).first(conn).await? else { return Ok(None) };
    Ok(Some(vault.open_bytes(place(id, sequence), &row.content_sealed).map_err(Problem::internal)?))
}

/// The first bytes of a file: its first piece.
///
/// # Errors
/// When it cannot be read or opened.
pub async fn head(conn: &impl ConnectionTrait, vault: &Vault, id: BankFileId) -> Result<Zeroizing<Vec<u8>>, Problem> {
    Ok(piece(conn, vault, id, 0).await?.unwrap_or_default())
}

/// The whole content of a file that is known to be small.
///
/// # Errors
/// When it cannot be read or opened.
pub async fn whole(conn: &impl ConnectionTrait, vault: &Vault, id: BankFileId) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    for sequence in 0.. {
        match piece(conn, vault, id, sequence).await? {
            Some(bytes) => content.extend_from_slice(&bytes),
            None => break,
        }
    }
    Ok(content)
}

/// The bytes of a file as a stream for a thread that may block.
pub struct Pieces {
    next: mpsc::Receiver<Result<Zeroizing<Vec<u8>>, Problem>>,
    current: Cursor<Zeroizing<Vec<u8>>>,
}

/// Begins to read a file; a task of the runtime keeps some pieces ahead.
pub fn pieces(services: &Services, id: BankFileId) -> Pieces {
    let (sender, next) = mpsc::channel(AHEAD);
    let (reader, vault) = (services.db.reader(), services.vault.clone());
    tokio::spawn(async move {
        for sequence in 0.. {
            let found = match piece(&reader, &vault, id, sequence).await {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => return,
                Err(problem) => Err(problem),
            };
            if sender.send(found).await.is_err() {
                return;
            }
        }
    });
    Pieces { next, current: Cursor::new(Zeroizing::new(Vec::new())) }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let position = usize::try_from(self.current.position()).unwrap_or(usize::MAX);
            let mut rest = self.current.get_ref().get(position..).unwrap_or_default();
            if !rest.is_empty() {
                let read = rest.read(into)?;
                self.current.set_position(u64::try_from(position.saturating_add(read)).unwrap_or(u64::MAX));
                return Ok(read);
            }
            match self.next.blocking_recv() {
                Some(Ok(bytes)) => self.current = Cursor::new(bytes),
                Some(Err(problem)) => return Err(io::Error::other(format!("{problem:?}"))),
                None => return Ok(0),
            }
        }
    }
}

//! Under which right the installation sells (运行模式, 网拍规定 第4条).
//!
//! A setting of the operator, kept in the database so that every process draws lots up under the same one. A lot keeps
//! its own for good. What an exercise books never shares a database with real sales; a provider's own sales and
//! mirrored ones may.

use crate::auction::OperatingMode;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Db, Tx, sql};
use crate::kernel::error::Problem;
use sea_orm::{ActiveEnum, ConnectionTrait};
use std::str::FromStr;

impl OperatingMode {
    /// The GraphQL spelling, which settings use too.
    pub const fn as_str(self) -> &'static str {
        match self {
            OperatingMode::Practice => "PRACTICE",
            OperatingMode::ListedProvider => "LISTED_PROVIDER",
            OperatingMode::Mirror => "MIRROR",
        }
    }
}
impl FromStr for OperatingMode {
    type Err = String;
    fn from_str(text: &str) -> Result<OperatingMode, String> {
        let all = [OperatingMode::Practice, OperatingMode::ListedProvider, OperatingMode::Mirror];
        let found = all.into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| "PRACTICE, LISTED_PROVIDER or MIRROR".to_owned())
    }
}

/// The mode under which lots are drafted now; PRACTICE until an operator says otherwise.
///
/// # Errors
/// When the database cannot be read.
pub async fn in_force(conn: &impl ConnectionTrait) -> Result<OperatingMode, Problem> {
    Ok(stored(conn).await?.unwrap_or(OperatingMode::Practice))
}
async fn stored(conn: &impl ConnectionTrait) -> Result<Option<OperatingMode>, Problem> {
    let row = conn.query_one_raw(sql(conn, "SELECT mode FROM operating_mode WHERE id = 1", [])).await?;
    let text = row.map(|row| row.try_get::<String>("", "mode")).transpose()?;
    text.map(|text| OperatingMode::try_from_value(&text)).transpose().map_err(Problem::from)
}

/// Sets the mode at a start. Answers the mode of lots that stand in the way, when there are any: then nothing changed,
/// and the process must not serve.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn adopt(db: &Db, now: Timestamp, wanted: OperatingMode) -> Result<Option<OperatingMode>, Problem> {
    // every start of every process comes by here, and hardly ever with another mode
    if stored(&db.reader()).await? == Some(wanted) {
        return Ok(None);
    }
    let written = db.write_with(move |tx| {
        Box::pin(async move {
            let other = in_the_way(tx, wanted).await?;
            if other.is_none() {
                put(tx, now, wanted).await?;
            }
            Ok(other)
        })
    });
    written.await.map_err(Problem::from)
}

/// The mode of a lot that may not share a database with `wanted`: exercises and real sales exclude each other.
#[boxed]
async fn in_the_way(tx: &Tx, wanted: OperatingMode) -> Result<Option<OperatingMode>, Problem> {
    let text = match wanted {
        OperatingMode::Practice => "SELECT operating_mode FROM lot WHERE operating_mode <> 'PRACTICE' LIMIT 1",
        _ => "SELECT operating_mode FROM lot WHERE operating_mode = 'PRACTICE' LIMIT 1",
    };
    let row = tx.query_one_raw(sql(tx, text, [])).await?;
    let text = row.map(|row| row.try_get::<String>("", "operating_mode")).transpose()?;
    text.map(|text| OperatingMode::try_from_value(&text)).transpose().map_err(Problem::from)
}
#[boxed]
async fn put(tx: &Tx, now: Timestamp, wanted: OperatingMode) -> Result<(), Problem> {
    let text = "INSERT INTO operating_mode (id, mode, since) VALUES (1, $1, $2)
                ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, since = excluded.since";
    tx.execute_raw(sql(tx, text, [wanted.as_str().into(), now.into()])).await?;
    Ok(())
}

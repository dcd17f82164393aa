//! Standard tables in the graph, and `GET /tables/<court>/<table>/<from>/<to>/<format>?until=…&mac=…`: the rows as CSV,
//! or as a workbook, streamed either way, for whoever holds the address that `exportTable` answered.

use super::{
    api::Download,
    download_api::attachment,
    tables::{
        TableFormat, csv, describe,
        export::{ExportTableInput, Exported},
        read, xlsx,
    },
};
use crate::{
    access::{
        Services,
        link::{self, Proof},
    },
    cases,
    graphql::{
        caller::run,
        http::{self, TransportSettings},
    },
    kernel::error::Problem,
    payload,
};
use async_graphql::{Context, Object, SimpleObject};
use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::{Stream, TryStreamExt, stream};
use sea_orm::prelude::Uuid;
use std::io::{self, BufWriter, Write};
use tokio::sync::mpsc;

/// Bytes of a workbook that are sent together, and how many such pieces wait for a slow client.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4;

/// A table that may be fetched now (可下载的表格).
#[derive(SimpleObject)]
pub struct TableExport {
    /// Title of the table (表名).
    pub title: &'static str,
    /// Where to fetch it (下载).
    pub download: Download,
}
async fn export(ctx: &Context<'_>, done: &Exported) -> Result<Option<TableExport>, Problem> {
    Ok(Some(TableExport { title: describe(done.table).title, download: Download::of(ctx, &done.path())? }))
}
payload! {
    /// What `exportTable` did (导出结果).
    ExportTablePayload of Exported {
        /// The table with its address (表格).
        export: TableExport = export,
    }
}

#[derive(Default)]
pub struct TableMutation;
#[Object]
impl TableMutation {
    /// Asks for a standard table of case money as CSV or XLSX (导出案款标准表). Recorded in the audit log. Roles: staff who
    /// read case money.
    async fn export_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which table of which court and period (表格、法院与期间).")] input: ExportTableInput,
    ) -> Result<ExportTablePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}

/// The route `/tables/…`.
pub fn router(services: Services, settings: &TransportSettings) -> Router {
    Router::new()
        .route("/tables/{court}/{table}/{from}/{to}/{format}", get(fetch))
        .layer(http::cors(settings))
        .with_state(services)
}

async fn fetch(
    State(services): State<Services>,
    OriginalUri(uri): OriginalUri,
    proof: Result<Query<Proof>, QueryRejection>,
) -> Response {
    let allowed = proof.is_ok_and(|Query(proof)| link::holds(&services, uri.path(), &proof));
    let parts: Vec<&str> = uri.path().split('/').skip(2).collect();
    let exported = <[&str; 5]>::try_from(parts).ok().and_then(Exported::parse).filter(|_| allowed);
    let Some(exported) = exported else { return StatusCode::NOT_FOUND.into_response() };
    let (media_type, name) = (exported.format.media_type(), exported.file_name());
    let body = match exported.format {
        TableFormat::Csv => Ok(Body::from_stream(lines(services, exported))),
        TableFormat::Xlsx => workbook(&services, exported).await,
    };
    match body {
        Ok(body) => attachment(media_type, &name, body),
        Err(problem) => {
            tracing::error!(?problem, "a table could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Where a stream stands.
enum Next {
    Head,
    Rows(Uuid),
    End,
}

/// The file in pieces; a fault of the database ends the transfer short, which the client sees.
fn lines(services: Services, exported: Exported) -> impl Stream<Item = Result<Vec<u8>, io::Error>> {
    let pieces = stream::try_unfold(Next::Head, move |at| {
        let (services, exported) = (services.clone(), exported.clone());
        async move {
            match at {
                Next::Head => {
                    let head = csv::head(describe(exported.table).columns.iter().map(|column| column.title))?;
                    Ok(Some((head, Next::Rows(Uuid::nil()))))
                }
                Next::Rows(after) => {
                    let (rows, more) = read::page(&services.db.reader(), &exported.wanted(), after).await?;
                    Ok(Some((csv::rows(&rows)?, more.map_or(Next::End, Next::Rows))))
                }
                Next::End => Ok(None),
            }
        }
    });
    pieces.map_err(|problem: Problem| {
        tracing::error!(?problem, "a table broke off");
        io::Error::other("the table broke off")
    })
}

/// The workbook, its rows read page by page; what fails before its first byte is answered as a fault.
async fn workbook(services: &Services, exported: Exported) -> Result<Body, Problem> {
    let reader = services.db.reader();
    let court = cases::store::court(&reader, exported.court).await?.ok_or(Problem::NotFound)?;
    let caption = format!("{}  {}  {}至{}", court.name, describe(exported.table).title, exported.from, exported.to);
    let mut book = aside(move || xlsx::Book::begin(exported.table, caption)).await?;
    let mut after = Some(Uuid::nil());
    while let Some(from) = after {
        let (page, more) = read::page(&reader, &exported.wanted(), from).await?;
        book = aside(move || book.push(&page).map(|()| book)).await?;
        after = more;
    }
    let (pieces, file) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let end = pieces.clone();
        if let Err(problem) = book.finish(BufWriter::with_capacity(PIECE, Pieces(pieces))) {
            tracing::warn!(?problem, "a workbook was not fetched to its end");
            // a client that still listens must not take the part for the whole
            let _ = end.blocking_send(Err(io::Error::other("the workbook broke off")));
        }
    });
    let file = stream::unfold(file, |mut file| async move { file.recv().await.map(|piece| (piece, file)) });
    Ok(Body::from_stream(file))
}

/// Work on files, away from the threads that answer requests.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// Hands what is written to the client, piece by piece; a client that has gone ends the writing.
struct Pieces(mpsc::Sender<io::Result<Vec<u8>>>);
impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.blocking_send(Ok(bytes.to_vec())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

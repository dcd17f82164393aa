//! `POST /case-imports?court=<id>&name=<file name>`: a file of cases as the body, up to 2 MiB, for whoever may import,
//! with a bearer token; answers like `uploadCaseImport`. `GET /case-imports/template/<XLSX|CSV>`: an empty file with
//! headings and notes. `GET /case-exports/…?until=…&mac=…`: the file at the address that `exportCases` answered.

use super::{
    MOST_BYTES,
    ops::{self, CaseExport, CaseUpload},
    sheets::Sheets,
};
use crate::{
    access::{
        Services,
        authentication::authenticate,
        link::{self, Proof},
    },
    bank::upload_api::user_error,
    document::{download_api::attachment, tables::TableFormat},
    graphql::{
        context::RequestMeta,
        error::Answer,
        http::{self, TransportSettings, bearer, request_meta, status_of},
    },
    kernel::{
        error::{Outcome, Problem},
        ids::{CaseImportId, CourtId},
    },
};
use axum::{
    Router,
    body::to_bytes,
    extract::{OriginalUri, Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// The whole body arrives within this: 2 MiB over a line of a quarter of a megabit a second.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Clone)]
struct Door {
    services: Services,
    settings: Arc<TransportSettings>,
}

/// The routes `/case-imports` and `/case-exports`.
pub fn router(services: Services, settings: &TransportSettings) -> Router {
    let door = Door { services, settings: Arc::new(settings.clone()) };
    Router::new()
        .route("/case-imports", post(take))
        .route("/case-imports/template/{format}", get(template))
        .route("/case-exports/{court}/{from}/{to}/{format}", get(fetch))
        .layer(http::cors(settings))
        .with_state(door)
}

/// Names of the query string; nothing else is known.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    court: String,
    name: String,
}

async fn take(State(door): State<Door>, request: Request) -> Response {
    let meta = request_meta(&door.settings, &request);
    let mut response = match accept(&door, request).await {
        Ok(outcome) => shown(outcome, &meta),
        Err(problem) => {
            let status = status_of(&problem);
            (status, axum::Json(Answer::from_problem(problem, &meta).body)).into_response()
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn accept(door: &Door, request: Request) -> Result<Outcome<CaseImportId>, Problem> {
    let services = &door.services;
    let token = bearer(request.headers())?.ok_or(Problem::Unauthenticated)?;
    let actor = authenticate(services, token).await?.actor;
    services.auth.limits().check_mutation(&actor)?;
    let form =
        |_| Problem::BadInput("Name the court and the file: POST /case-imports?court=<id>&name=<name>.".to_owned());
    let Query(Parameters { court, name }) = Query::try_from_uri(request.uri()).map_err(form)?;
    let court =
        CourtId::from_global(&court).ok_or_else(|| Problem::BadInput("`court` is no court's id.".to_owned()))?;
    let late = |_| Problem::BadInput("The body came too slowly.".to_owned());
    let body = timeout(DEADLINE, to_bytes(request.into_body(), MOST_BYTES)).await.map_err(late)?;
    let long = |_| Problem::BadInput(format!("The body broke off or is longer than {MOST_BYTES} bytes."));
    let bytes = body.map_err(long)?.to_vec();
    ops::upload(services, &actor, CaseUpload { key: None, court, file_name: name, bytes }).await
}

fn shown(outcome: Outcome<CaseImportId>, meta: &RequestMeta) -> Response {
    let (status, body) = match outcome {
        Outcome::Done { value, .. } => {
            (StatusCode::OK, json!({ "caseImport": { "id": value.to_global() }, "userErrors": [] }))
        }
        Outcome::Refused(refusal) => {
            let body = json!({ "caseImport": null, "userErrors": [user_error(&refusal, meta)] });
            (StatusCode::UNPROCESSABLE_ENTITY, body)
        }
    };
    (status, axum::Json(body)).into_response()
}

async fn template(Path(format): Path<String>) -> Response {
    let known = [TableFormat::Csv, TableFormat::Xlsx].into_iter().find(|known| known.as_str() == format);
    let Some(format) = known else { return StatusCode::NOT_FOUND.into_response() };
    let name = format!("案件导入模板.{}", format.extension());
    file(format, &name, Sheets::default()).await
}

async fn fetch(
    State(door): State<Door>,
    OriginalUri(uri): OriginalUri,
    proof: Result<Query<Proof>, QueryRejection>,
) -> Response {
    let allowed = proof.is_ok_and(|Query(proof)| link::holds(&door.services, uri.path(), &proof));
    let parts: Vec<&str> = uri.path().split('/').skip(2).collect();
    let export = <[&str; 4]>::try_from(parts).ok().and_then(CaseExport::parse).filter(|_| allowed);
    let Some(export) = export else { return StatusCode::NOT_FOUND.into_response() };
    match ops::read_export(&door.services, &export).await {
        Ok(sheets) => file(export.format, &export.file_name(), sheets).await,
        Err(Problem::BadInput(text)) => (StatusCode::UNPROCESSABLE_ENTITY, text).into_response(),
        Err(problem) => fault(&problem),
    }
}

async fn file(format: TableFormat, name: &str, sheets: Sheets) -> Response {
    let written = tokio::task::spawn_blocking(move || sheets.write(format)).await;
    match written.unwrap_or_else(|error| Err(Problem::internal(error))) {
        Ok(bytes) => attachment(format.media_type(), name, bytes),
        Err(problem) => fault(&problem),
    }
}
fn fault(problem: &Problem) -> Response {
    tracing::error!(?problem, "a file of cases could not be written");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

//! `POST /mirror-bundles?lot=<id>`: a signed bundle of a mirrored sale as the body, up to 16 MiB, for whoever may
//! import it, with a bearer token. Answers JSON like `importMirrorBundle`: 200 taken in, 422 refused by a rule. The
//! same bytes sent again for the same lot are the same bundle.

use crate::{
    access::{Act, Services, authentication::authenticate, policy},
    auction::{
        mirror::form::LONGEST,
        ops::{refuse_importer, upload_bundle},
    },
    bank::upload_api::user_error,
    graphql::{
        context::RequestMeta,
        error::Answer,
        http::{self, TransportSettings, bearer, request_meta, status_of},
        places::Places,
    },
    kernel::{
        error::{Outcome, Problem},
        ids::{LotId, MirrorBundleId},
    },
};
use axum::{
    Router,
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::StreamExt;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Bundles that one process reads at a time, and of one person: each takes many times its length while it is read.
const AT_ONCE: usize = 2;
const AT_ONCE_EACH: usize = 1;
/// The whole body arrives within this: 16 MiB over a line of a megabit a second.
const DEADLINE: Duration = Duration::from_secs(150);
/// A client that sends nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Door {
    services: Services,
    settings: Arc<TransportSettings>,
    places: Arc<Places>,
}

/// The route `/mirror-bundles`.
pub fn router(services: Services, settings: &TransportSettings) -> Router {
    let places = Places::new(AT_ONCE, AT_ONCE_EACH);
    let door = Door { services, settings: Arc::new(settings.clone()), places };
    Router::new().route("/mirror-bundles", post(take)).layer(http::cors(settings)).with_state(door)
}

/// Names of the query string; nothing else is known.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    lot: String,
}

async fn take(State(door): State<Door>, request: Request) -> Response {
    let meta = request_meta(&door.settings, &request);
    let mut response = match accept(&door, request).await {
        Ok(outcome) => shown(outcome, &meta),
        Err(problem) => {
            let status = status_of(&problem);
            let answer = Answer::from_problem(problem, &meta);
            let mut response = (status, axum::Json(answer.body)).into_response();
            if let Some(seconds) = answer.retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn accept(door: &Door, request: Request) -> Result<Outcome<MirrorBundleId>, Problem> {
    let services = &door.services;
    let token = bearer(request.headers())?.ok_or(Problem::Unauthenticated)?;
    let actor = authenticate(services, token).await?.actor;
    services.auth.limits().check_mutation(&actor)?;
    let account = actor.account().ok_or(Problem::Unauthenticated)?;
    let form = |_| Problem::BadInput("Name the lot: POST /mirror-bundles?lot=<id>.".to_owned());
    let Query(Parameters { lot }) = Query::try_from_uri(request.uri()).map_err(form)?;
    let lot = LotId::from_global(&lot).ok_or_else(|| Problem::BadInput("`lot` is no lot's id.".to_owned()))?;
    if policy::scope_for(&actor, Act::ImportMirrorBundle).is_err() {
        return refuse_importer(services, &actor, lot).await;
    }
    let place = door.places.take(account).ok_or(Problem::RateLimited { retry_after_seconds: 5 })?;
    let bytes = timeout(DEADLINE, receive(request.into_body())).await.map_err(|_| too_slow())??;
    upload_bundle(services, &actor, lot, bytes, place).await
}

/// The whole body, at most [`LONGEST`] bytes.
async fn receive(body: Body) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    loop {
        match timeout(PATIENCE, chunks.next()).await {
            Ok(Some(Ok(chunk))) if bytes.len().saturating_add(chunk.len()) <= LONGEST => {
                bytes.extend_from_slice(&chunk);
            }
            Ok(Some(Ok(_))) => return Err(Problem::BadInput(format!("The body is longer than {LONGEST} bytes."))),
            Ok(Some(Err(_))) => return Err(Problem::BadInput("The body broke off.".to_owned())),
            Ok(None) => return Ok(bytes),
            Err(_) => return Err(too_slow()),
        }
    }
}

fn too_slow() -> Problem {
    Problem::BadInput("The body came too slowly.".to_owned())
}

fn shown(outcome: Outcome<MirrorBundleId>, meta: &RequestMeta) -> Response {
    let (status, body) = match outcome {
        Outcome::Done { value, .. } => {
            (StatusCode::OK, json!({ "bundle": { "id": value.to_global() }, "userErrors": [] }))
        }
        Outcome::Refused(refusal) => {
            let body = json!({ "bundle": null, "userErrors": [user_error(&refusal, meta)] });
            (StatusCode::UNPROCESSABLE_ENTITY, body)
        }
    };
    (status, axum::Json(body)).into_response()
}

//! `POST /bank-files?court=<id>&name=<file name>`: a file of the bank as the body of a request, up to 64 MiB, for whoever
//! may import (`importBankFile`), with a bearer token. The body goes to the raw store as it arrives. The same bytes sent
//! again are the same file. Answers JSON like a payload of the graph: 201 accepted, 200 known, 422 refused by a rule.

use super::{
    ops::{Label, import_raw, refuse_actor, refused_early},
    raw::{self, Upload},
};
use crate::{
    access::{Act, Actor, Services, authentication::authenticate, policy},
    graphql::{
        context::RequestMeta,
        error::Answer,
        http::{self, TransportSettings, bearer, request_meta, status_of},
        places::Places,
    },
    kernel::{
        error::{Failure, Outcome, Problem},
        ids::{BankFileId, CourtId},
        message,
        refusal::Refusal,
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
use serde_json::{Value as Json, json};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Uploads that one process takes at a time, and of one person.
const AT_ONCE: usize = 4;
const AT_ONCE_EACH: usize = 2;
/// The whole body arrives within this: 64 MiB over a line of one megabit a second. Far below the time after which an
/// upload counts as forgotten (`raw`).
const DEADLINE: Duration = Duration::from_secs(600);
/// A client that sends nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest name of a file, in characters.
const NAME: usize = 200;

/// The route and what it needs.
#[derive(Clone)]
struct Door {
    services: Services,
    settings: Arc<TransportSettings>,
    places: Arc<Places>,
}

/// The route `/bank-files`.
pub fn router(services: Services, settings: TransportSettings) -> Router {
    let cors = http::cors(&settings);
    let door = Door { services, settings: Arc::new(settings), places: Places::new(AT_ONCE, AT_ONCE_EACH) };
    Router::new().route("/bank-files", post(take)).layer(cors).with_state(door)
}

/// Names of the query string; nothing else is known.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    court: String,
    name: Option<String>,
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

async fn accept(door: &Door, request: Request) -> Result<Outcome<BankFileId>, Problem> {
    let services = &door.services;
    let token = bearer(request.headers())?.ok_or(Problem::Unauthenticated)?;
    let actor = authenticate(services, token).await?.actor;
    services.auth.limits().check_mutation(&actor)?;
    if policy::scope_for(&actor, Act::ImportBankFile).is_err() {
        return refuse_actor(services, &actor).await;
    }
    let label = label(&request)?;
    let account = actor.account().ok_or(Problem::Unauthenticated)?;
    let _place = door.places.take(account).ok_or(Problem::RateLimited { retry_after_seconds: 5 })?;
    upload(services, &actor, request.into_body(), label).await
}

fn label(request: &Request) -> Result<Label, Problem> {
    let form = |_| Problem::BadInput("Name the court: POST /bank-files?court=<id>&name=<file name>.".to_owned());
    let Query(Parameters { court, name }) = Query::try_from_uri(request.uri()).map_err(form)?;
    let court =
        CourtId::from_global(&court).ok_or_else(|| Problem::BadInput("`court` is no court's id.".to_owned()))?;
    let fits = |name: &String| (1..=NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if name.as_ref().is_some_and(|name| !fits(name)) {
        return Err(Problem::BadInput(format!("`name` has 1 to {NAME} characters.")));
    }
    Ok(Label { key: None, court: Some(court), name })
}

async fn upload(services: &Services, actor: &Actor, body: Body, label: Label) -> Result<Outcome<BankFileId>, Problem> {
    let mut upload = Upload::begin(services).await.map_err(Problem::from)?;
    let id = upload.id();
    let too_slow = |_| Err(Problem::BadInput("The body came too slowly.".to_owned()).into());
    let received = timeout(DEADLINE, receive(&mut upload, body)).await.unwrap_or_else(too_slow);
    let raw = match received {
        Ok(()) => upload.finish().await,
        Err(failure) => Err(failure),
    };
    match raw {
        Ok(raw) => import_raw(services, actor, raw, label).await,
        Err(failure) => {
            raw::discard(&services.db, id).await?;
            refused_early(failure)
        }
    }
}

async fn receive(upload: &mut Upload<'_>, body: Body) -> Result<(), Failure> {
    let mut chunks = body.into_data_stream();
    loop {
        match timeout(PATIENCE, chunks.next()).await {
            Ok(Some(Ok(bytes))) => upload.push(&bytes).await?,
            Ok(Some(Err(_))) => return Err(Problem::BadInput("The body broke off.".to_owned()).into()),
            Ok(None) => return Ok(()),
            Err(_) => return Err(Problem::BadInput("The body came too slowly.".to_owned()).into()),
        }
    }
}

fn shown(outcome: Outcome<BankFileId>, meta: &RequestMeta) -> Response {
    let (status, body) = match outcome {
        Outcome::Done { value, replayed } => {
            let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
            (status, json!({ "bankFile": { "id": value.to_global() }, "replayed": replayed, "userErrors": [] }))
        }
        Outcome::Refused(refusal) => {
            let body = json!({ "bankFile": null, "replayed": false, "userErrors": [user_error(&refusal, meta)] });
            (StatusCode::UNPROCESSABLE_ENTITY, body)
        }
    };
    (status, axum::Json(body)).into_response()
}

/// A refusal as `userErrors` shows it.
pub fn user_error(refusal: &Refusal, meta: &RequestMeta) -> Json {
    let arguments: serde_json::Map<_, _> =
        refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    json!({
        "code": refusal.code, "message": message::refusal(meta.locale, refusal), "field": refusal.field,
        "arguments": arguments, "law": refusal.law.map(|law| json!({ "law": law.law, "article": law.article })),
    })
}

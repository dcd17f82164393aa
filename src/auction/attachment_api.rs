//! The bytes of attachments.
//!
//! `PUT /attachments/<id>/content?until=…&mac=…` takes them in at the address that `requestAttachmentUpload` answered;
//! size, type and SHA-256 must be the declared ones, and the same bytes sent again are no fault. `GET /attachments/<id>`
//! gives them out: to everybody once the announcement shows them, before that at the short-lived address of
//! `LotAttachment.path`.

use super::attachment::{
    AttachmentState,
    ops::{StoreAttachment, declared},
    rules::{check_arrived, differs},
    shelf::{Shelf, Writing},
    store::lot_attachment,
};
use super::attachment_places::Places;
use super::store::lot;
use crate::{
    access::{
        Actor, Services,
        link::{self, Proof},
        operation,
    },
    bank::upload_api::user_error,
    document::download_api::attachment,
    graphql::{
        error::Answer,
        http::{self, TransportSettings, request_meta, status_of},
    },
    kernel::{
        error::{Failure, Outcome, Problem},
        ids::AttachmentId,
        query::Fetch as _,
    },
};
use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use futures_util::StreamExt as _;
use sea_orm::EntityTrait as _;
use serde_json::json;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// Uploads that one process takes at a time.
const AT_ONCE: usize = 8;
/// The whole body arrives within this: before the object of a removed attachment is looked at (`store::RELEASE_AFTER`),
/// and far before a declared file is given up.
const DEADLINE: Duration = Duration::from_secs(600);
/// A client that sends nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a cache may keep what everybody sees: a revision may take it away.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// What the routes need.
#[derive(Clone)]
struct Door {
    services: Services,
    shelf: Shelf,
    settings: Arc<TransportSettings>,
    places: Arc<Semaphore>,
    downloads: Places,
}

/// The routes below `/attachments`.
pub fn router(services: Services, shelf: Shelf, settings: TransportSettings) -> Router {
    let cors = http::cors(&settings).allow_methods([Method::GET, Method::PUT]);
    let (settings, places) = (Arc::new(settings), Arc::new(Semaphore::new(AT_ONCE)));
    let door = Door { services, shelf, settings, places, downloads: Places::default() };
    Router::new()
        .route("/attachments/{id}", get(fetch))
        .route("/attachments/{id}/content", put(take))
        .layer(cors)
        .with_state(door)
}

/// Where an attachment is fetched from.
pub fn path_of(id: AttachmentId) -> String {
    format!("/attachments/{}", id.to_global())
}
/// Where its bytes are sent to.
pub fn upload_path(id: AttachmentId) -> String {
    format!("/attachments/{}/content", id.to_global())
}

/// The attachment that the path names, when the query proves that its address was given out for it.
fn proven(door: &Door, path: &str, proof: Result<Query<Proof>, QueryRejection>) -> bool {
    proof.is_ok_and(|Query(proof)| link::holds(&door.services, path, &proof))
}

async fn fetch(
    State(door): State<Door>,
    Path(id): Path<String>,
    proof: Result<Query<Proof>, QueryRejection>,
    request: Request,
) -> Response {
    let Some(id) = AttachmentId::from_global(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let proven = proven(&door, &path_of(id), proof);
    let peer = request_meta(&door.settings, &request).peer;
    match give_out(&door, id, proven, peer).await {
        Ok(response) => response,
        Err(Problem::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(Problem::RateLimited { retry_after_seconds }) => {
            let wait = [(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds))];
            (StatusCode::TOO_MANY_REQUESTS, wait).into_response()
        }
        Err(problem) => {
            tracing::error!(?problem, "an attachment could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn give_out(door: &Door, id: AttachmentId, proven: bool, peer: Option<IpAddr>) -> Result<Response, Problem> {
    let busy = Problem::RateLimited { retry_after_seconds: 5 };
    let place = door.downloads.take(peer).ok_or(busy)?;
    let reader = door.services.db.reader();
    let row = lot_attachment::find(&reader, id).await?.ok_or(Problem::NotFound)?;
    let sale = lot::Entity::find_by_id(row.lot_id).first(&reader).await?.ok_or(Problem::NotFound)?;
    let open = sale.is_public() && row.is_shown();
    if row.state != AttachmentState::Stored || !(open || proven) {
        return Err(Problem::NotFound);
    }
    let found = door.shelf.read(&row.hash()?).await?;
    let found = found.ok_or_else(|| Problem::internal(format!("the object of {id:?} is not there")))?;
    let size = HeaderValue::from(found.meta.size);
    // the place is held until the last byte is on its way, or the client has gone
    let chunks = found.into_stream().map(move |chunk| {
        let _held = &place;
        chunk
    });
    let mut response = attachment(row.media_type.mime(), &row.file_name, Body::from_stream(chunks));
    response.headers_mut().insert(header::CONTENT_LENGTH, size);
    if open {
        response.headers_mut().insert(header::CACHE_CONTROL, PUBLIC);
    }
    Ok(response)
}

async fn take(
    State(door): State<Door>,
    Path(id): Path<String>,
    proof: Result<Query<Proof>, QueryRejection>,
    request: Request,
) -> Response {
    let meta = request_meta(&door.settings, &request);
    let Some(id) = AttachmentId::from_global(&id) else { return StatusCode::NOT_FOUND.into_response() };
    if !proven(&door, &upload_path(id), proof) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let id_shown = json!({ "id": id.to_global() });
    let mut response = match accept(&door, id, request.into_body()).await {
        Ok(Outcome::Done { replayed, .. }) => {
            let status = if replayed { StatusCode::OK } else { StatusCode::CREATED };
            let body = json!({ "attachment": id_shown, "replayed": replayed, "userErrors": [] });
            (status, axum::Json(body)).into_response()
        }
        Ok(Outcome::Refused(refusal)) => {
            let body = json!({ "attachment": null, "replayed": false, "userErrors": [user_error(&refusal, &meta)] });
            (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(body)).into_response()
        }
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

async fn accept(door: &Door, id: AttachmentId, body: Body) -> Result<Outcome<AttachmentId>, Problem> {
    let row = lot_attachment::find(&door.services.db.reader(), id).await?.ok_or(Problem::NotFound)?;
    if row.state == AttachmentState::Stored {
        return Ok(Outcome::Done { value: id, replayed: true });
    }
    if row.state == AttachmentState::Pending {
        let busy = |_| Problem::RateLimited { retry_after_seconds: 5 };
        let _place = door.places.try_acquire().map_err(busy)?;
        match timeout(DEADLINE, keep(door, &row, body)).await {
            Ok(Ok(())) => {}
            Ok(Err(Failure::Refused(refusal))) => return Ok(Outcome::Refused(*refusal)),
            Ok(Err(Failure::Problem(problem))) => return Err(problem),
            Err(_) => return Err(too_slow()),
        }
    }
    let store = StoreAttachment { attachment: id };
    let outcome = operation::run(&door.services, &Actor::system("attachment-upload"), &store).await?;
    // the same bytes came twice at a time, and the others were recorded first
    if matches!(outcome, Outcome::Refused(_))
        && let Some(row) = lot_attachment::find(&door.services.db.reader(), id).await?
        && row.state == AttachmentState::Stored
    {
        return Ok(Outcome::Done { value: id, replayed: true });
    }
    Ok(outcome)
}

/// Takes the body into the store, when it is what was declared; else nothing of it stays.
async fn keep(door: &Door, row: &lot_attachment::Model, body: Body) -> Result<(), Failure> {
    let declared = declared(row)?;
    let announced = body.size_hint().exact().map(|size| i64::try_from(size).unwrap_or(i64::MAX));
    if announced.is_some_and(|size| size != declared.size) {
        return Err(differs("size").into());
    }
    let mut writing = door.shelf.begin(declared.sha256).await?;
    let received = receive(&mut writing, declared.size, body).await;
    let checked = received.and_then(|()| {
        let (arrived, head) = writing.arrived();
        Ok(check_arrived(row.media_type, &declared, &arrived, head)?)
    });
    match checked {
        Ok(()) => Ok(writing.keep().await?),
        Err(failure) => {
            writing.discard().await?;
            Err(failure)
        }
    }
}

async fn receive(writing: &mut Writing, most: i64, body: Body) -> Result<(), Failure> {
    let mut chunks = body.into_data_stream();
    loop {
        match timeout(PATIENCE, chunks.next()).await {
            Ok(Some(Ok(bytes))) => {
                if writing.push(&bytes).await? > most {
                    return Err(differs("size").into());
                }
            }
            Ok(Some(Err(_))) => return Err(Problem::BadInput("The body broke off.".to_owned()).into()),
            Ok(None) => return Ok(()),
            Err(_) => return Err(too_slow().into()),
        }
    }
}

fn too_slow() -> Problem {
    Problem::BadInput("The body came too slowly.".to_owned())
}

//! `GET /documents/<id>?until=…&mac=…`: the file of a document, for whoever holds the address that `Document.download`
//! answered. The address is good for some minutes; without it, or with a changed one, there is nothing here.

use super::{ops, store};
use crate::{
    access::{
        Scope, Services,
        link::{self, Proof},
    },
    graphql::http::{self, TransportSettings},
    kernel::{error::Problem, ids::DocumentId},
};
use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// The route `/documents/{id}`.
pub fn router(services: Services, settings: &TransportSettings) -> Router {
    Router::new().route("/documents/{id}", get(fetch)).layer(http::cors(settings)).with_state(services)
}

/// The path that an address of this document begins with.
pub fn path_of(id: DocumentId) -> String {
    format!("/documents/{}", id.to_global())
}

async fn fetch(
    State(services): State<Services>,
    Path(id): Path<String>,
    proof: Result<Query<Proof>, QueryRejection>,
) -> Response {
    let known = DocumentId::from_global(&id).zip(proof.ok());
    let Some((id, _)) = known.filter(|(id, Query(proof))| link::holds(&services, &path_of(*id), proof)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match read(&services, id).await {
        Ok((name, bytes)) => attachment("application/pdf", &name, bytes),
        Err(Problem::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(problem) => {
            tracing::error!(?problem, "a document could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn read(services: &Services, id: DocumentId) -> Result<(String, Vec<u8>), Problem> {
    ops::typeset(services, id).await?;
    let reader = services.db.reader();
    let row = store::find(&reader, &Scope::Everything, id).await?.ok_or(Problem::NotFound)?;
    let bytes = store::bytes(&reader, &services.vault, id).await?;
    Ok((format!("{}{}.pdf", row.kind.title(), row.number), bytes))
}

/// A file to be saved and not shown in the page's own right: no sniffing, no scripts, no copy in a cache.
pub fn attachment(media_type: &'static str, name: &str, body: impl Into<axum::body::Body>) -> Response {
    let mut response = body.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{}", percent(name))) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// RFC 8187: everything but letters, digits and a few marks by its bytes.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

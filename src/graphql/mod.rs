//! The graph's edge: HTTP, WebSocket and SSE handlers, the document guard, scalars, node ids, schema assembly.

pub use crate::kernel::scalars;

pub mod caller;
pub mod connection;
pub mod context;
pub mod error;
pub mod foreign_interest;
pub mod gate;
pub mod graphiql;
pub mod guard;
pub mod http;
pub mod law_api;
pub mod loader;
pub mod mutations;
pub mod negotiate;
pub mod node;
pub mod observe;
pub mod operation;
pub mod payload;
pub mod places;
pub mod rule_book;
pub mod schema;
pub mod sse;
pub mod websocket;

pub use schema::{AppSchema, sdl};

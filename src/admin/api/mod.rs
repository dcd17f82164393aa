//! Administration in the graph.

mod calendar_notice;
mod court_parameter;
mod root;

pub use calendar_notice::{CalendarNotice, CalendarNoticeConnection};
pub use court_parameter::{CourtParameter, CourtParameterVersion};
pub use root::{AdminMutation, AdminQuery};

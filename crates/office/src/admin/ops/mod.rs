//! Use cases of the room: proposing a court's parameter or a holiday notice, what their approval sets off, and keeping
//! calendar and terms current.

mod calendar;
mod notice;
mod parameter;

pub use calendar::{CalendarTerms, keep_current, notice_of, refresh};
pub use notice::{CalendarNotices, ProposeCalendarNoticeInput};
pub use parameter::{CourtParameters, SetCourtParameterInput};

//! When the reason to defer has gone: from that day ten days run, not from the day on which somebody says so.

use crate::{
    kernel::{
        clock::LegalDate,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// May the reason have gone on `gone_on`? Not before it stood and not in the future.
///
/// # Errors
/// `DATE_INVALID`.
pub fn decide_end(since: LegalDate, gone_on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    if gone_on < since || gone_on > today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("reasonGoneOn").law(&reference::FUNDS_10);
        return Err(refusal.arg("earliest", since).arg("latest", today));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fafa6_10_the_reason_goes_between_its_beginning_and_today() {
        let day = |text: &str| text.parse::<LegalDate>().unwrap();
        let decide = |gone| decide_end(day("2026-03-02"), day(gone), day("2026-03-09")).is_ok();
        assert!(decide("2026-03-02") && decide("2026-03-09"));
        assert!(!decide("2026-03-01") && !decide("2026-03-10"));
    }
}

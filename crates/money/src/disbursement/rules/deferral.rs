//! What a deferral holds back, and when its reason has gone: from that day ten days run, not from the day on which
//! somebody says so.

use crate::{
    disbursement::DeferralReason,
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// How paying out of a case waits: as a whole, or only the disputed part of its money, which is held on its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    pub reason: DeferralReason,
    /// The disputed part; none: everything waits.
    pub part: Option<Money>,
}
impl Deferred {
    pub const fn is_whole(&self) -> bool {
        self.part.is_none()
    }
}

/// May a deferral hold `part` of what stands `free` on the case? The rest is paid at once.
///
/// # Errors
/// `AMOUNT_INVALID` for nothing, `PAYOUT_EXCEEDS_BALANCE` for more than is free.
pub fn decide_part(part: Money, free: Money) -> Result<(), Refusal> {
    if !part.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::MONEY_FORM));
    }
    if part > free {
        let refusal = Refusal::new(RefusalCode::PayoutExceedsBalance).field("amount").law(&reference::FUNDS_10);
        return Err(refusal.arg("available", free));
    }
    Ok(())
}

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

    #[test]
    fn fafa6_10_no_more_is_held_than_stands_free() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let code = |part, free| decide_part(money(part), money(free)).err().map(|refusal| refusal.code);
        assert_eq!(code("0.01", "100.00"), None);
        assert_eq!(code("100.00", "100.00"), None);
        assert_eq!(code("100.01", "100.00"), Some(RefusalCode::PayoutExceedsBalance));
        assert_eq!(code("0.00", "100.00"), Some(RefusalCode::AmountInvalid));
    }
}

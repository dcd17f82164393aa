//! A deposit that is frozen on the platform (网拍规定 17, 23, 25): who may choose it, what a freeze must be, who must
//! act next. The platform's money is no money of the court before it has arrived.

use crate::auction::{DepositDuty, DepositHolding, DepositMode, DepositStatus, PlatformDepositState as State};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::{DeadlineRule, reference};

/// Where a bidder's deposit will lie: what the lot says, or what he asks for where it leaves him the choice (then, by
/// default, the court's account).
///
/// # Errors
/// `WRONG_STATE` on `depositHolding` for a way that the announcement does not offer (网拍规定 第17条).
pub fn decide_holding(mode: DepositMode, asked: Option<DepositHolding>) -> Result<DepositHolding, Refusal> {
    let only = match mode {
        DepositMode::PaidToCourt => DepositHolding::CourtAccount,
        DepositMode::FrozenOnPlatform => DepositHolding::Platform,
        DepositMode::BiddersChoice => return Ok(asked.unwrap_or(DepositHolding::CourtAccount)),
    };
    if asked.is_some_and(|asked| asked != only) {
        let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_17).field("depositHolding");
        return Err(refusal.arg("offered", only.as_str()));
    }
    Ok(only)
}

fn wrong_state(state: State, article: &'static Article) -> Refusal {
    let refusal = Refusal::new(RefusalCode::WrongState).law(article).field("platformDeposit");
    refusal.arg("status", state.as_str())
}

/// The provider confirms a freeze: once, while registrations are taken, of exactly what is due.
///
/// # Errors
/// `WRONG_STATE` when it is frozen or over already, `REGISTRATION_CLOSED` when `running` is false (网拍规定 第18条),
/// `AMOUNT_INVALID` for another amount (第17条).
pub fn decide_freeze(state: State, running: bool, required: Money, amount: Money) -> Result<(), Refusal> {
    if state != State::Awaited {
        return Err(wrong_state(state, &reference::NETAUCTION_17));
    }
    if !running {
        let closed = Refusal::new(RefusalCode::RegistrationClosed).law(&reference::NETAUCTION_18);
        return Err(closed.field("platformDeposit"));
    }
    if amount != required {
        let refusal = Refusal::new(RefusalCode::AmountInvalid).law(&reference::NETAUCTION_17).field("amount");
        return Err(refusal.arg("required", required));
    }
    Ok(())
}

/// The provider confirms that a deposit is free again.
///
/// # Errors
/// `WRONG_STATE` unless it is due (网拍规定 第23条).
pub fn decide_release(state: State) -> Result<(), Refusal> {
    if state == State::ReleaseDue { Ok(()) } else { Err(wrong_state(state, &reference::NETAUCTION_23)) }
}

/// Finance finds the provider's transfer of a purchaser's deposit.
///
/// # Errors
/// `WRONG_STATE` unless the provider owes it (网拍规定 第25条).
pub fn decide_transfer(state: State) -> Result<(), Refusal> {
    if state == State::DueFromProvider { Ok(()) } else { Err(wrong_state(state, &reference::NETAUCTION_25)) }
}

/// The term of 24 hours that runs on a deposit with the provider.
pub const fn term(state: State) -> Option<DeadlineRule> {
    match state {
        State::ReleaseDue | State::Released => Some(DeadlineRule::DepositReturn24H),
        State::DueFromProvider | State::Received => Some(DeadlineRule::DepositTransfer24H),
        State::Awaited | State::Frozen => None,
    }
}

/// Who must act next on a deposit; none when nobody need.
pub const fn duty(status: DepositStatus, platform: Option<State>) -> Option<DepositDuty> {
    match platform {
        Some(State::Awaited) => Some(DepositDuty::Bidder),
        Some(State::ReleaseDue | State::DueFromProvider) => Some(DepositDuty::Provider),
        Some(State::Frozen | State::Released) => None,
        Some(State::Received) | None => match status {
            DepositStatus::Awaited => Some(DepositDuty::Bidder),
            DepositStatus::Refunding => Some(DepositDuty::Court),
            _ => None,
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::refusal::RefusalCode as R;

    #[test]
    fn netauction_17_the_announcement_says_where_a_deposit_may_lie() {
        use DepositHolding::{CourtAccount, Platform};
        for (mode, asked, decided) in [
            (DepositMode::PaidToCourt, None, Some(CourtAccount)),
            (DepositMode::PaidToCourt, Some(CourtAccount), Some(CourtAccount)),
            (DepositMode::PaidToCourt, Some(Platform), None),
            (DepositMode::FrozenOnPlatform, None, Some(Platform)),
            (DepositMode::FrozenOnPlatform, Some(Platform), Some(Platform)),
            (DepositMode::FrozenOnPlatform, Some(CourtAccount), None),
            (DepositMode::BiddersChoice, None, Some(CourtAccount)),
            (DepositMode::BiddersChoice, Some(CourtAccount), Some(CourtAccount)),
            (DepositMode::BiddersChoice, Some(Platform), Some(Platform)),
        ] {
            assert_eq!(decide_holding(mode, asked).ok(), decided, "{mode:?} {asked:?}");
        }
        let refused = decide_holding(DepositMode::PaidToCourt, Some(Platform)).unwrap_err();
        assert_eq!((refused.code, refused.field), (R::WrongState, Some("depositHolding")));
    }

    #[test]
    fn netauction_17_a_freeze_is_of_exactly_what_is_due_and_in_time() {
        let required = Money::from_yuan(100_000);
        let fen = |fen: i64| Money::from_fen(required.fen().saturating_add(fen));
        let freeze = |state, running, amount| decide_freeze(state, running, required, amount).map_err(|e| e.code);
        assert_eq!(freeze(State::Awaited, true, required), Ok(()));
        assert_eq!(freeze(State::Awaited, true, fen(-1)), Err(R::AmountInvalid));
        assert_eq!(freeze(State::Awaited, true, fen(1)), Err(R::AmountInvalid));
        assert_eq!(freeze(State::Awaited, false, required), Err(R::RegistrationClosed));
        for state in State::ALL.iter().copied().filter(|state| *state != State::Awaited) {
            assert_eq!(freeze(state, true, required), Err(R::WrongState), "{state:?}");
        }
    }

    #[test]
    fn netauction_23_and_25_each_confirmation_fits_one_state() {
        for state in State::ALL.iter().copied() {
            assert_eq!(decide_release(state).is_ok(), state == State::ReleaseDue, "{state:?}");
            assert_eq!(decide_transfer(state).is_ok(), state == State::DueFromProvider, "{state:?}");
        }
        assert_eq!(decide_release(State::Frozen).unwrap_err().law.unwrap().citation(), "网拍规定 第23条");
        assert_eq!(decide_transfer(State::Received).unwrap_err().law.unwrap().citation(), "网拍规定 第25条");
        assert_eq!(term(State::ReleaseDue), Some(DeadlineRule::DepositReturn24H));
        assert_eq!(term(State::DueFromProvider), Some(DeadlineRule::DepositTransfer24H));
        assert_eq!(term(State::Frozen), None);
    }

    #[test]
    fn it_is_always_said_who_must_act_next() {
        use DepositDuty::{Bidder, Court, Provider};
        for (status, platform, expected) in [
            (DepositStatus::Awaited, None, Some(Bidder)),
            (DepositStatus::Held, None, None),
            (DepositStatus::Refunding, None, Some(Court)),
            (DepositStatus::Captured, None, None),
            (DepositStatus::Awaited, Some(State::Awaited), Some(Bidder)),
            (DepositStatus::Held, Some(State::Frozen), None),
            (DepositStatus::Refunding, Some(State::ReleaseDue), Some(Provider)),
            (DepositStatus::Refunding, Some(State::Released), None),
            (DepositStatus::Captured, Some(State::DueFromProvider), Some(Provider)),
            (DepositStatus::Captured, Some(State::Received), None),
            (DepositStatus::Refunding, Some(State::Received), Some(Court)),
        ] {
            assert_eq!(duty(status, platform), expected, "{status:?} {platform:?}");
        }
    }
}

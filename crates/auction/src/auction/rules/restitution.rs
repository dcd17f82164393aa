//! What payees bring back after a sale was set aside (民诉法 244 执行回转).

use crate::auction::aftermath::RestitutionState;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// How far a line of `owed` is, of which `returned` has come back.
pub fn state(owed: Money, returned: Money) -> RestitutionState {
    if returned.is_zero() {
        RestitutionState::Outstanding
    } else if returned < owed {
        RestitutionState::PartlyReturned
    } else {
        RestitutionState::Returned
    }
}

/// May `amount` count as returned on a line of which `remaining` is still owed?
///
/// # Errors
/// `WRONG_STATE` when nothing is owed any more, `AMOUNT_INVALID` for nothing, or more than is owed.
pub fn decide_return(remaining: Money, amount: Money) -> Result<(), Refusal> {
    let refuse = |code, field| Refusal::new(code).law(&reference::CIVIL_PROCEDURE_244).field(field);
    if !remaining.is_positive() {
        return Err(refuse(RefusalCode::WrongState, "restitution"));
    }
    if !amount.is_positive() || amount > remaining {
        return Err(refuse(RefusalCode::AmountInvalid, "amount").arg("maximum", remaining));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn civil_procedure_244_a_line_is_closed_by_its_last_fen() {
        let fen = Money::from_fen;
        for (returned, expected) in [
            (0, RestitutionState::Outstanding),
            (1, RestitutionState::PartlyReturned),
            (99, RestitutionState::PartlyReturned),
            (100, RestitutionState::Returned),
        ] {
            assert_eq!(state(fen(100), fen(returned)), expected, "{returned}");
        }
        for (remaining, amount, expected) in [
            (100, 100, None),
            (100, 1, None),
            (100, 101, Some(RefusalCode::AmountInvalid)),
            (100, 0, Some(RefusalCode::AmountInvalid)),
            (0, 1, Some(RefusalCode::WrongState)),
        ] {
            let decided = decide_return(fen(remaining), fen(amount)).err().map(|refusal| refusal.code);
            assert_eq!(decided, expected, "{remaining} {amount}");
        }
        assert_eq!(decide_return(fen(1), fen(2)).unwrap_err().law.unwrap().citation(), "民诉法 第244条");
    }
}

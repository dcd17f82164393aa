//! What may be made of a movement that found no owner (待处理明细).

use crate::bank::{LineKind, LineResolution};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::Book;

/// The movement and the proposal.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    pub kind: LineKind,
    pub book: Book,
    /// The bank takes an earlier movement back.
    pub reversal: bool,
    pub resolution: LineResolution,
    pub names_case: bool,
    pub names_attempt: bool,
}

/// May this movement be resolved so? Money that came may be a case's, a payment come back, interest, or a charge
/// reimbursed; money that went may be a payment or a charge. What the bank takes back of its own is never a case's money.
///
/// # Errors
/// `WRONG_STATE` with the field that does not fit.
pub fn decide(proposal: Proposal) -> Result<(), Refusal> {
    let refuse = |field| Err(Refusal::new(RefusalCode::WrongState).field(field).law(&reference::BANK_FILE_FORM));
    let fits = match (proposal.resolution, proposal.kind) {
        (LineResolution::Case, LineKind::Credit) => proposal.book == Book::CaseFunds && !proposal.reversal,
        (LineResolution::Payout | LineResolution::BankCharge, LineKind::Credit | LineKind::Debit) => true,
        (LineResolution::BankInterest, LineKind::Credit) => true,
        _ => false,
    };
    if !fits {
        return refuse("resolution");
    }
    if proposal.names_case != (proposal.resolution == LineResolution::Case) {
        return refuse("case");
    }
    if proposal.names_attempt != (proposal.resolution == LineResolution::Payout) {
        return refuse("attempt");
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use LineKind::{Credit, Debit, Result as Answer};
    use LineResolution::{BankCharge, BankInterest, Case, Payout};

    fn proposal(kind: LineKind, resolution: LineResolution) -> Proposal {
        Proposal {
            kind,
            book: Book::CaseFunds,
            reversal: false,
            resolution,
            names_case: resolution == Case,
            names_attempt: resolution == Payout,
        }
    }

    #[test]
    fn the_side_decides_what_a_movement_can_be() {
        for (kind, resolution, allowed) in [
            (Credit, Case, true),
            (Debit, Case, false),
            (Credit, Payout, true),
            (Debit, Payout, true),
            (Credit, BankCharge, true),
            (Debit, BankCharge, true),
            (Credit, BankInterest, true),
            (Debit, BankInterest, false),
            (Answer, Payout, false),
        ] {
            assert_eq!(decide(proposal(kind, resolution)).is_ok(), allowed, "{kind:?} {resolution:?}");
        }
    }

    #[test]
    fn a_case_is_named_exactly_when_it_gets_the_money() {
        let deposits = Proposal { book: Book::AuctionDeposits, ..proposal(Credit, Case) };
        assert_eq!(decide(deposits).unwrap_err().field, Some("resolution"));
        let reversal = Proposal { reversal: true, ..proposal(Credit, Case) };
        assert_eq!(decide(reversal).unwrap_err().field, Some("resolution"));
        let nameless = Proposal { names_case: false, ..proposal(Credit, Case) };
        assert_eq!(decide(nameless).unwrap_err().field, Some("case"));
        let extra = Proposal { names_case: true, ..proposal(Credit, BankInterest) };
        assert_eq!(decide(extra).unwrap_err().field, Some("case"));
        let unpaid = Proposal { names_attempt: false, ..proposal(Debit, Payout) };
        assert_eq!(decide(unpaid).unwrap_err().field, Some("attempt"));
    }
}

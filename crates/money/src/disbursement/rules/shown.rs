//! What state an order shows: its own until the bank has the money, then its payable's.

use super::super::DisbursementStatus as Status;
use crate::payout::PayableState;

/// `payable` is none before the money left the case.
pub fn shown_status(status: Status, payable: Option<PayableState>) -> Status {
    match (status, payable) {
        (Status::Released, Some(PayableState::Paid)) => Status::Paid,
        (Status::Released, Some(PayableState::Failed)) => Status::Failed,
        (Status::Released | Status::Approved, Some(PayableState::Cancelled)) => Status::Cancelled,
        (own, _) => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_decides_after_the_release() {
        assert_eq!(shown_status(Status::Released, Some(PayableState::InTransit)), Status::Released);
        assert_eq!(shown_status(Status::Released, Some(PayableState::Paid)), Status::Paid);
        assert_eq!(shown_status(Status::Released, Some(PayableState::Failed)), Status::Failed);
        assert_eq!(shown_status(Status::Released, Some(PayableState::Cancelled)), Status::Cancelled);
        assert_eq!(shown_status(Status::Approved, Some(PayableState::Open)), Status::Approved);
        assert_eq!(shown_status(Status::Draft, None), Status::Draft);
    }
}

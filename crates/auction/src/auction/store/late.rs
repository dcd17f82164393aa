//! Deposits that should be back, or with the court, and are not (逾期未退、逾期未划转): as they stand now.

use super::{platform_deposit, registration};
use crate::access::Scope;
use crate::auction::{LateReason, PlatformDepositState};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use crate::kernel::money::Money;
use crate::ledger::Book;
use crate::payout::{PayablePurpose, PayableState, tables::payable};
use sea_orm::{Condition, QuerySelect, QueryTrait, Select, entity::prelude::*};

/// Payments that the bank has not confirmed.
const UNPAID: [PayableState; 3] = [PayableState::Open, PayableState::InTransit, PayableState::Failed];
/// What the provider must do.
const WITH_PROVIDER: [PlatformDepositState; 2] =
    [PlatformDepositState::ReleaseDue, PlatformDepositState::DueFromProvider];

/// Registrations whose deposit is late at `now`, in the courts of the scope.
pub fn late(scope: &Scope, now: Timestamp) -> Select<registration::Entity> {
    use platform_deposit::Column as P;
    use registration::Column as R;
    let unpaid = payable::Entity::find()
        .select_only()
        .column(payable::Column::Id)
        .filter(scope.on_court(payable::Column::CourtId))
        .filter(payable::Column::Book.eq(Book::AuctionDeposits))
        .filter(payable::Column::Purpose.eq(PayablePurpose::DepositRefund))
        .filter(payable::Column::State.is_in(UNPAID));
    let with_provider = platform_deposit::Entity::find()
        .select_only()
        .column(P::RegistrationId)
        .filter(P::State.is_in(WITH_PROVIDER))
        .filter(P::DueAt.lt(now));
    let not_sent = Condition::all().add(R::RefundPayableId.is_null()).add(R::DepositReceived.gt(Money::ZERO));
    let not_back = Condition::any().add(not_sent).add(R::RefundPayableId.in_subquery(unpaid.into_query()));
    let overdue = Condition::all().add(R::RefundDueAt.lt(now)).add(not_back);
    let late = Condition::any().add(overdue).add(R::Id.in_subquery(with_provider.into_query()));
    registration::Entity::find().filter(scope.on_court(R::CourtId)).filter(late)
}

/// Why a deposit is late, from its payment and what the provider owes.
pub const fn reason(payment: Option<PayableState>, platform: Option<PlatformDepositState>) -> LateReason {
    match (platform, payment) {
        (Some(PlatformDepositState::ReleaseDue), _) => LateReason::NotUnfrozen,
        (Some(PlatformDepositState::DueFromProvider), _) => LateReason::NotTransferred,
        (_, Some(PayableState::Failed)) => LateReason::Rejected,
        (_, Some(_)) => LateReason::NotConfirmed,
        (_, None) => LateReason::NotSent,
    }
}

/// Late deposits of one court.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateCount {
    /// Money that has not gone back.
    pub refunds: u64,
    /// Freezes that the provider has not ended.
    pub releases: u64,
    /// Purchasers' deposits that the provider has not transferred.
    pub transfers: u64,
}

const COUNT: &str = "SELECT x.kind AS kind, COUNT(*) AS n FROM (
         SELECT 'REFUND' AS kind FROM payable p JOIN registration r ON r.refund_payable_id = p.id
         WHERE p.court_id = $1 AND p.book = 'AUCTION_DEPOSITS' AND p.state IN ('OPEN', 'IN_TRANSIT', 'FAILED')
           AND p.purpose = 'DEPOSIT_REFUND' AND r.id = p.subject_id AND r.refund_due_at < $2
         UNION ALL
         SELECT 'REFUND' FROM registration r
         WHERE r.court_id = $1 AND r.refund_due_at < $2 AND r.refund_due_at IS NOT NULL
           AND r.refund_payable_id IS NULL AND r.deposit_received > 0
         UNION ALL
         SELECT d.state FROM platform_deposit d
         WHERE d.court_id = $1 AND d.due_at < $2 AND d.state IN ('RELEASE_DUE', 'DUE_FROM_PROVIDER')) x
     GROUP BY x.kind";

/// How many deposits of a court are late at `now`.
pub async fn count(conn: &impl ConnectionTrait, court: CourtId, now: Timestamp) -> Result<LateCount, Problem> {
    let mut count = LateCount::default();
    for row in conn.query_all_raw(sql(conn, COUNT, [court.into(), now.into()])).await? {
        let kind: String = row.try_get("", "kind")?;
        let place = match kind.as_str() {
            "RELEASE_DUE" => &mut count.releases,
            "DUE_FROM_PROVIDER" => &mut count.transfers,
            _ => &mut count.refunds,
        };
        *place = u64::try_from(row.try_get::<i64>("", "n")?).unwrap_or_default();
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netauction_23_and_25_a_late_deposit_says_why() {
        use PlatformDepositState::{DueFromProvider, Frozen, Received, ReleaseDue};
        for (payment, platform, expected) in [
            (None, None, LateReason::NotSent),
            (Some(PayableState::InTransit), None, LateReason::NotConfirmed),
            (Some(PayableState::Open), None, LateReason::NotConfirmed),
            (Some(PayableState::Failed), None, LateReason::Rejected),
            (None, Some(Frozen), LateReason::NotSent),
            (None, Some(ReleaseDue), LateReason::NotUnfrozen),
            (None, Some(DueFromProvider), LateReason::NotTransferred),
            (Some(PayableState::Failed), Some(Received), LateReason::Rejected),
        ] {
            assert_eq!(reason(payment, platform), expected, "{payment:?} {platform:?}");
        }
    }
}

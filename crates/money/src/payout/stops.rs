//! What stops a payment from case money besides a bankruptcy: an open objection, a freeze that came after its money had
//! left the case's account, an agent whose power has ended, and an advance that was revoked. Asked when the money is
//! given to the bank and when the bank's file is written.

use super::{PayablePurpose, tables::payable};
use crate::{
    cases,
    kernel::{
        bulk::{Rows, among, id_set},
        clock::LegalDate,
        db::{engine_of, sql},
        error::{Failure, Problem},
        ids::CaseId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code},
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap, HashSet};

/// # Errors
/// `OBJECTION_OPEN` while an objection stops the case's money, `INSUFFICIENT_BALANCE` when what is frozen on the case is
/// more than what still stands on its account: then this money would be needed for it; `AGENT_NOT_AUTHORISED` when it
/// goes to the account of an agent whose power was revoked, `ADVANCE_REVOKED`.
pub async fn decide(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let Some(case) = stoppable(payable.book, payable.purpose, payable.case_id) else { return Ok(()) };
    decide_revoked(conn, payable).await?;
    decide_advance(conn, payable).await?;
    let stops = Stops::read(conn, &BTreeSet::from([case])).await?;
    let standing = match stops.frozen(case).is_zero() {
        true => Money::ZERO,
        false => {
            let fund = AccountKey::owned(payable.court_id, Book::CaseFunds, Code::CaseFund, case.uuid());
            ledger::balance(conn, fund).await?
        }
    };
    Ok(stops.decide(case, standing)?)
}

/// The case whose objections and freezes stop a payment of this book and purpose.
pub(super) fn stoppable(book: Book, purpose: PayablePurpose, case: Option<CaseId>) -> Option<CaseId> {
    let stopped = [PayablePurpose::Creditor, PayablePurpose::Surplus, PayablePurpose::NotaryDeposit];
    case.filter(|_| book == Book::CaseFunds && stopped.contains(&purpose))
}

/// What may stop payments from the money of some cases, read at once.
pub(super) struct Stops {
    objected: HashSet<CaseId>,
    frozen: HashMap<CaseId, Money>,
}
impl Stops {
    pub async fn read(conn: &impl ConnectionTrait, cases: &BTreeSet<CaseId>) -> Result<Stops, Problem> {
        let frozen = cases::store::frozen_among(conn, cases).await?;
        Ok(Stops { objected: objected_among(conn, cases).await?, frozen })
    }
    /// What others have frozen of the case's money.
    pub fn frozen(&self, case: CaseId) -> Money {
        self.frozen.get(&case).copied().unwrap_or_default()
    }
    /// `standing`: what stands on the case's account once the payment has left it.
    ///
    /// # Errors
    /// As [`decide`].
    pub fn decide(&self, case: CaseId, standing: Money) -> Result<(), Refusal> {
        if self.objected.contains(&case) {
            return Err(Refusal::new(RefusalCode::ObjectionOpen).law(&reference::FUNDS_10));
        }
        let frozen = self.frozen(case);
        if frozen.is_positive() && frozen > standing {
            return Err(Refusal::new(RefusalCode::InsufficientBalance).arg("frozen", frozen).law(&reference::FUNDS_10));
        }
        Ok(())
    }
}

/// To an agent's account nothing goes once his party has told the court that his power has ended.
async fn decide_revoked(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let Some(payee) = payable.payee_id else { return Ok(()) };
    let text = "SELECT 1 AS one FROM payee p JOIN agent_paper a ON a.id = p.agent_paper_id
                WHERE p.id = $1 AND a.status = 'REVOKED'";
    if conn.query_one_raw(sql(conn, text, [payee.into()])).await?.is_some() {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_PROCEDURE_63);
        return Err(refusal.field("agentPaper").arg("status", "REVOKED").into());
    }
    Ok(())
}

/// On a claim whose advance execution was revoked nothing is paid any more: delay interest of a plan neither, nor to a
/// notary in the creditor's place.
async fn decide_advance(conn: &impl ConnectionTrait, payable: &payable::Model) -> Result<(), Failure> {
    let text = "SELECT 1 AS one FROM case_order o
                WHERE o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED' AND o.claim_id IN (
                    SELECT claim_id FROM payable WHERE id = $1 AND claim_id IS NOT NULL
                    UNION ALL
                    SELECT claim_id FROM distribution_line WHERE payable_id = $1 AND claim_id IS NOT NULL
                    UNION ALL
                    SELECT n.claim_id FROM notary_deposit n JOIN payable b ON b.subject_id = n.payment_id
                    WHERE b.id = $1)";
    if conn.query_one_raw(sql(conn, text, [payable.id.into()])).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AdvanceRevoked).law(&reference::CIVIL_PROCEDURE_110).into());
    }
    Ok(())
}

/// The day on which money is given to the bank must lie within the power of the agent whose account it goes to.
///
/// # Errors
/// `AGENT_NOT_AUTHORISED`.
pub async fn decide_agent(
    conn: &impl ConnectionTrait,
    payable: &payable::Model,
    today: LegalDate,
) -> Result<(), Failure> {
    let Some(payee) = payable.payee_id else { return Ok(()) };
    let payee = cases::store::payee(conn, payee).await?;
    let payee = payee.ok_or_else(|| Failure::internal("a payee without its row"))?;
    cases::store::decide_agent_account(conn, &payee, today).await
}

/// Those of `cases` in which anything at all may stop a payment: an objection that holds the money up, a freeze of the
/// case's money, an agent whose power has ended, a revoked advance, a bankrupt debtor. Nothing stops a payment from the
/// others.
pub async fn stopped_cases(conn: &impl ConnectionTrait, cases: &BTreeSet<CaseId>) -> Result<HashSet<CaseId>, Problem> {
    if cases.is_empty() {
        return Ok(HashSet::new());
    }
    let (given, values) = Rows::of(cases.iter().map(|id| [(*id).into()])).into_values(engine_of(conn));
    let text = format!(
        "WITH v (id) AS {given}
         SELECT v.id AS id FROM v JOIN lot l ON l.case_id = v.id JOIN lot_objection o ON o.lot_id = l.id
         WHERE o.outcome IS NULL AND o.stays
         UNION
         SELECT v.id FROM v JOIN distribution_plan p ON p.case_id = v.id
         JOIN distribution_objection o ON o.plan_id = p.id
         WHERE o.status = 'OPEN' AND p.status IN ('DRAFT', 'SERVED')
         UNION
         SELECT v.id FROM v JOIN preservation_measure m ON m.case_id = v.id
         WHERE m.target = 'CASE_MONEY' AND m.status = 'ACTIVE'
         UNION
         SELECT v.id FROM v JOIN case_order o ON o.case_id = v.id
         WHERE o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED'
         UNION
         SELECT v.id FROM v JOIN agent_paper a ON a.case_id = v.id WHERE a.status = 'REVOKED'
         UNION
         SELECT v.id FROM v JOIN case_party p ON p.case_id = v.id AND p.role = 'RESPONDENT'
         WHERE EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE' AND b.party_id = p.id)
            OR EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE'
                       AND b.identity_index = p.identity_index)"
    );
    let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Those of `cases` in which an objection is open to a sale that holds up their money, or to a plan that is not carried
/// out yet.
pub async fn objected_among(conn: &impl ConnectionTrait, cases: &BTreeSet<CaseId>) -> Result<HashSet<CaseId>, Problem> {
    let engine = engine_of(conn);
    let among = among(engine, 1);
    let text = format!(
        "SELECT l.case_id AS case_id FROM lot l JOIN lot_objection o ON o.lot_id = l.id
         WHERE l.case_id {among} AND o.outcome IS NULL AND o.stays
         UNION
         SELECT p.case_id FROM distribution_plan p JOIN distribution_objection o ON o.plan_id = p.id
         WHERE p.case_id {among} AND p.status IN ('DRAFT', 'SERVED') AND o.status = 'OPEN'"
    );
    let cases = id_set(engine, cases.iter().map(|case| case.uuid()));
    let rows = conn.query_all_raw(sql(conn, &text, [cases])).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "case_id")?)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    #[test]
    fn fafa6_10_an_objection_stops_the_case_and_a_freeze_what_it_needs() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let (objected, frozen, free) = (CaseId::new(now), CaseId::new(now), CaseId::new(now));
        let stops = Stops {
            objected: HashSet::from([objected]),
            frozen: HashMap::from([(frozen, Money::from_yuan(100)), (objected, Money::from_yuan(1))]),
        };
        let code = |case, standing| stops.decide(case, Money::from_fen(standing)).err().map(|refusal| refusal.code);
        assert_eq!(code(objected, 1_000_000), Some(RefusalCode::ObjectionOpen));
        assert_eq!(code(frozen, 9_999), Some(RefusalCode::InsufficientBalance));
        assert_eq!(code(frozen, 10_000), None, "what stays is just enough");
        assert_eq!(code(free, 0), None);
    }

    #[test]
    fn fafa6_10_refunds_and_the_books_of_auctions_are_not_stopped() {
        let case = Some(CaseId::new(Timestamp::from_micros(1_772_000_000_000_000)));
        for (book, purpose, expected) in [
            (Book::CaseFunds, PayablePurpose::Creditor, case),
            (Book::CaseFunds, PayablePurpose::Surplus, case),
            (Book::CaseFunds, PayablePurpose::NotaryDeposit, case),
            (Book::CaseFunds, PayablePurpose::RefundPayer, None),
            (Book::AuctionDeposits, PayablePurpose::Creditor, None),
        ] {
            assert_eq!(stoppable(book, purpose, case), expected, "{book:?} {purpose:?}");
            assert_eq!(stoppable(book, purpose, None), None);
        }
    }
}

//! Reads which payments an event of the log is about, and who is told of them.

use super::{
    NoticeKind,
    audience::{APPROVED, SENT, Share, Step, heard_at},
    rules::tail,
    telling::{Event, Recipient, Telling},
};
use crate::kernel::{
    boxed,
    db::{Tx, sql},
    error::Failure,
    ids::{CaseId, PartyId, PayeeId},
    money::Money,
};
use sea_orm::{ConnectionTrait, QueryResult, entity::prelude::*};
use std::collections::HashSet;

/// An event that is about payments of many cases.
#[derive(Clone, Copy)]
pub(super) enum Lines {
    /// A run was approved.
    OfRun,
    /// A file was written for the bank.
    OfFile,
}

impl Lines {
    pub(super) fn of(event: &Event) -> Option<Lines> {
        match event.kind.as_str() {
            "PayoutRun" if event.facts["status"] == "APPROVED" => Some(Lines::OfRun),
            "BankFile" if event.facts["payments"].is_number() => Some(Lines::OfFile),
            _ => None,
        }
    }
    fn step(self) -> Step {
        match self {
            Lines::OfRun => APPROVED,
            Lines::OfFile => SENT,
        }
    }

    /// The next lines behind `after` with their cases, in their order.
    #[boxed]
    pub(super) async fn page(
        self,
        tx: &Tx,
        subject: Uuid,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i32, CaseId)>, Failure> {
        let text = match self {
            Lines::OfRun => {
                "SELECT line, case_id FROM payout_run_line WHERE run_id = $1 AND line > $2 ORDER BY line LIMIT $3"
            }
            Lines::OfFile => {
                "SELECT b.line, p.case_id FROM bank_line b JOIN payout_attempt a ON a.id = b.target_id
                 JOIN payable p ON p.id = a.payable_id
                 WHERE b.file_id = $1 AND b.line > $2 AND b.kind = 'PAYMENT' AND p.purpose = 'CREDITOR'
                   AND p.case_id IS NOT NULL AND a.payee_id IS NOT NULL
                 ORDER BY b.line LIMIT $3"
            }
        };
        let rows = tx.query_all_raw(sql(tx, text, [subject.into(), after.into(), limit.into()])).await?;
        rows.into_iter().map(|row| Ok((row.try_get("", "line")?, row.try_get("", "case_id")?))).collect()
    }

    /// Who is told at a line, in the matter of its case.
    #[boxed]
    pub(super) async fn told_at(
        self,
        tx: &Tx,
        event: &Event,
        case: CaseId,
        line: i32,
    ) -> Result<Vec<Telling>, Failure> {
        let shares = self.shares(tx, event, case).await?;
        tellings(tx, event, self.step(), &shares, line, Some(case)).await
    }

    /// All payments of a case that the event is about, in the order of their lines. Both texts begin at the case, which
    /// has few, and not at the run or file, which has many.
    #[boxed]
    async fn shares(self, tx: &Tx, event: &Event, case: CaseId) -> Result<Vec<Share>, Failure> {
        let text = match self {
            Lines::OfRun => {
                "SELECT l.run_id AS source, l.line, y.party_id, l.amount, y.account_mask
                 FROM claim c JOIN payout_run_line l ON l.claim_id = c.id JOIN payee y ON y.id = l.payee_id
                 WHERE c.court_id = $1 AND c.case_id = $2 ORDER BY l.line"
            }
            Lines::OfFile => {
                "SELECT b.file_id AS source, b.line, y.party_id, a.amount, y.account_mask
                 FROM payable p JOIN payout_attempt a ON a.payable_id = p.id
                 JOIN bank_line b ON b.reference = a.end_to_end_id AND b.kind = 'PAYMENT'
                 JOIN payee y ON y.id = a.payee_id
                 WHERE p.court_id = $1 AND p.case_id = $2 AND p.purpose = 'CREDITOR' ORDER BY b.line"
            }
        };
        let mut shares = Vec::new();
        for row in tx.query_all_raw(sql(tx, text, [event.court.into(), case.into()])).await? {
            let source: Uuid = row.try_get("", "source")?;
            if source == event.subject {
                shares.push(share(&row, row.try_get("", "line")?)?);
            }
        }
        Ok(shares)
    }
}

/// A payment as a row names it by `party_id`, `amount` and `account_mask`.
pub(super) fn share(row: &QueryResult, line: i32) -> Result<Share, Failure> {
    let mask: Option<String> = row.try_get("", "account_mask")?;
    Ok(Share {
        line,
        party: row.try_get("", "party_id")?,
        amount: row.try_get("", "amount")?,
        account_tail: mask.as_deref().and_then(tail),
    })
}

/// Who is told of one payment; the other parties of a case hear only of what goes to its creditors.
#[boxed]
pub(super) async fn told_of(
    tx: &Tx,
    event: &Event,
    step: Step,
    share: Share,
    purpose: &str,
) -> Result<Vec<Telling>, Failure> {
    let case = event.case.filter(|_| purpose == "CREDITOR");
    let line = share.line;
    tellings(tx, event, step, &[share], line, case).await
}

#[boxed]
async fn tellings(
    tx: &Tx,
    event: &Event,
    step: Step,
    shares: &[Share],
    line: i32,
    case: Option<CaseId>,
) -> Result<Vec<Telling>, Failure> {
    // they hear at the case's first line alone
    let others = match case {
        Some(case) if shares.first().is_some_and(|first| first.line == line) => others(tx, case, shares).await?,
        _ => Vec::new(),
    };
    let day = event.at.legal_date();
    let heard = heard_at(step, shares, line, &others)?.into_iter();
    Ok(heard
        .map(|one| Telling {
            kind: one.kind,
            to: Recipient::Party(one.party),
            amount: Some(one.amount),
            day,
            account_tail: one.account_tail,
        })
        .collect())
}

/// Applicants and respondents of a case who are none of the payees, by their number of identity too: a person may stand
/// in a case in two places.
#[boxed]
async fn others(tx: &Tx, case: CaseId, shares: &[Share]) -> Result<Vec<PartyId>, Failure> {
    let text = "SELECT id, role, identity_index FROM case_party WHERE case_id = $1 ORDER BY id";
    let paid: HashSet<PartyId> = shares.iter().map(|share| share.party).collect();
    let (mut identities, mut parties) = (HashSet::new(), Vec::new());
    for row in tx.query_all_raw(sql(tx, text, [case.into()])).await? {
        let (id, role): (PartyId, String) = (row.try_get("", "id")?, row.try_get("", "role")?);
        let identity: Option<Vec<u8>> = row.try_get("", "identity_index")?;
        if paid.contains(&id) {
            identities.extend(identity);
        } else if ["APPLICANT", "RESPONDENT"].contains(&role.as_str()) {
            parties.push((id, identity));
        }
    }
    let another =
        |(_, identity): &(PartyId, Option<Vec<u8>>)| identity.as_ref().is_none_or(|i| !identities.contains(i));
    Ok(parties.into_iter().filter(another).map(|(id, _)| id).collect())
}

/// An order was approved: its payee hears of it, and the other parties of the case.
#[boxed]
pub(super) async fn approved(tx: &Tx, event: &Event) -> Result<Vec<Telling>, Failure> {
    if event.facts["status"] != "APPROVED" {
        return Ok(Vec::new());
    }
    let text = "SELECT y.party_id, y.account_mask, o.amount, o.purpose
                FROM disbursement_order o JOIN payee y ON y.id = o.payee_id WHERE o.id = $1";
    let Some(row) = tx.query_one_raw(sql(tx, text, [event.subject.into()])).await? else { return Ok(Vec::new()) };
    let purpose: String = row.try_get("", "purpose")?;
    told_of(tx, event, APPROVED, share(&row, 1)?, &purpose).await
}

/// A second person agreed to another account of a payee: he hears of it in any case, so that nobody else's account takes
/// the place of his unseen; the other parties only when a payment of the case had failed on the old one.
#[boxed]
pub(super) async fn corrected(tx: &Tx, event: &Event) -> Result<Vec<Telling>, Failure> {
    let (Some(case), true) = (event.case, event.facts["correction"].is_string()) else { return Ok(Vec::new()) };
    let text = "SELECT party_id, account_mask FROM payee WHERE id = $1";
    let Some(row) = tx.query_one_raw(sql(tx, text, [event.subject.into()])).await? else { return Ok(Vec::new()) };
    let (party, mask): (PartyId, String) = (row.try_get("", "party_id")?, row.try_get("", "account_mask")?);
    let day = event.at.legal_date();
    let own = Telling {
        kind: NoticeKind::AccountCorrected,
        to: Recipient::Party(party),
        amount: None,
        day,
        account_tail: tail(&mask),
    };
    let mut told = vec![own];
    if let Some(amount) = failed(tx, event, case).await? {
        let share = Share { line: 1, party, amount, account_tail: None };
        let tell = |party| Telling {
            kind: NoticeKind::CasePayoutCorrected,
            to: Recipient::Party(party),
            amount: Some(amount),
            day,
            account_tail: None,
        };
        told.extend(others(tx, case, &[share]).await?.into_iter().map(tell));
    }
    Ok(told)
}

/// What of a case had failed on the account that a correction replaced; a retry since then changes nothing about it.
#[boxed]
async fn failed(tx: &Tx, event: &Event, case: CaseId) -> Result<Option<Money>, Failure> {
    let Some(old) = event.facts["replaced"].as_str().and_then(PayeeId::from_global) else { return Ok(None) };
    let text = "SELECT CAST(SUM(p.amount) AS BIGINT) AS amount
                FROM payable p JOIN payout_attempt a ON a.payable_id = p.id
                WHERE p.case_id = $1 AND p.purpose = 'CREDITOR' AND p.state <> 'CANCELLED' AND a.payee_id = $2
                  AND a.state IN ('REJECTED', 'RETURNED')
                  AND NOT EXISTS (SELECT 1 FROM payout_attempt l WHERE l.payable_id = p.id AND l.payee_id = a.payee_id
                                  AND l.number > a.number)";
    let row = tx.query_one_raw(sql(tx, text, [case.into(), old.into()])).await?;
    Ok(row.map(|row| row.try_get::<Option<Money>>("", "amount")).transpose()?.flatten())
}

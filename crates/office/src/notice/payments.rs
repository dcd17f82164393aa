//! Reads which payments an event of the log is about, and who is told of them.

use super::{
    NoticeKind,
    audience::{APPROVED, SENT, Share, Step, heard_at},
    rules::tail,
    telling::{Event, Recipient, Telling},
};
use crate::kernel::{
    boxed,
    bulk::{among, id_set},
    db::{Tx, sql},
    error::Failure,
    ids::{CaseId, PartyId, PayeeId},
    money::Money,
};
use sea_orm::{ConnectionTrait, QueryResult, entity::prelude::*};
use std::collections::{BTreeSet, HashMap, HashSet};

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

    /// Who is told at each of these lines, in the matter of its case: two statements, however many lines there are.
    #[boxed]
    pub(super) async fn told_at(
        self,
        tx: &Tx,
        event: &Event,
        lines: &[(i32, CaseId)],
    ) -> Result<Vec<(Option<CaseId>, Vec<Telling>)>, Failure> {
        let cases: BTreeSet<CaseId> = lines.iter().map(|(_, case)| *case).collect();
        let (shares, persons) = (self.shares(tx, event, &cases).await?, persons_of(tx, &cases).await?);
        let told = |(line, case): &(i32, CaseId)| {
            let shares = shares.get(case).map(Vec::as_slice).unwrap_or_default();
            let others = others(persons.get(case).map(Vec::as_slice).unwrap_or_default(), shares);
            Ok((Some(*case), tellings(event, self.step(), shares, *line, &others)?))
        };
        lines.iter().map(told).collect()
    }

    /// All payments of each of these cases that the event is about, in the order of their lines. Both texts begin at the
    /// cases, which have few, and not at the run or file, nor at the court, which have many.
    #[boxed]
    async fn shares(
        self,
        tx: &Tx,
        event: &Event,
        cases: &BTreeSet<CaseId>,
    ) -> Result<HashMap<CaseId, Vec<Share>>, Failure> {
        let text = match self {
            Lines::OfRun => {
                "SELECT c.case_id AS case_id, l.run_id AS source, l.line, y.party_id, l.amount, y.account_mask
                 FROM claim c JOIN payout_run_line l ON l.claim_id = c.id JOIN payee y ON y.id = l.payee_id
                 WHERE c.case_id"
            }
            Lines::OfFile => {
                "SELECT p.case_id AS case_id, b.file_id AS source, b.line, y.party_id, a.amount, y.account_mask
                 FROM payable p JOIN payout_attempt a ON a.payable_id = p.id
                 JOIN bank_line b ON b.reference = a.end_to_end_id AND b.kind = 'PAYMENT'
                 JOIN payee y ON y.id = a.payee_id
                 WHERE p.purpose = 'CREDITOR' AND p.case_id"
            }
        };
        let text = format!("{text} {} ORDER BY line", among(tx.engine(), 1));
        let ids = id_set(tx.engine(), cases.iter().map(|case| case.uuid()));
        let mut shares: HashMap<CaseId, Vec<Share>> = HashMap::new();
        for row in tx.query_all_raw(sql(tx, &text, [ids])).await? {
            let source: Uuid = row.try_get("", "source")?;
            if source == event.subject {
                let share = share(&row, row.try_get("", "line")?)?;
                shares.entry(row.try_get("", "case_id")?).or_default().push(share);
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
    let (line, shares) = (share.line, [share]);
    let others = match event.case.filter(|_| purpose == "CREDITOR") {
        Some(case) => others_in(tx, case, &shares).await?,
        None => Vec::new(),
    };
    tellings(event, step, &shares, line, &others)
}

/// What is said at a line; the others hear it at the case's first one alone.
fn tellings(
    event: &Event,
    step: Step,
    shares: &[Share],
    line: i32,
    others: &[PartyId],
) -> Result<Vec<Telling>, Failure> {
    let day = event.at.legal_date();
    let heard = heard_at(step, shares, line, others)?.into_iter();
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

/// A party of a case.
struct Person {
    id: PartyId,
    role: String,
    identity: Option<Vec<u8>>,
}

/// The parties of each of these cases.
#[boxed]
async fn persons_of(tx: &Tx, cases: &BTreeSet<CaseId>) -> Result<HashMap<CaseId, Vec<Person>>, Failure> {
    let text = format!(
        "SELECT case_id, id, role, identity_index FROM case_party WHERE case_id {} ORDER BY id",
        among(tx.engine(), 1)
    );
    let ids = id_set(tx.engine(), cases.iter().map(|case| case.uuid()));
    let mut persons: HashMap<CaseId, Vec<Person>> = HashMap::new();
    for row in tx.query_all_raw(sql(tx, &text, [ids])).await? {
        let (id, role) = (row.try_get("", "id")?, row.try_get("", "role")?);
        let person = Person { id, role, identity: row.try_get("", "identity_index")? };
        persons.entry(row.try_get("", "case_id")?).or_default().push(person);
    }
    Ok(persons)
}

/// Applicants and respondents of a case who are none of the payees, by their number of identity too: a person may stand
/// in a case in two places.
fn others(persons: &[Person], shares: &[Share]) -> Vec<PartyId> {
    let paid: HashSet<PartyId> = shares.iter().map(|share| share.party).collect();
    let (payees, rest): (Vec<_>, Vec<_>) = persons.iter().partition(|person| paid.contains(&person.id));
    let identities: HashSet<&Vec<u8>> = payees.iter().filter_map(|person| person.identity.as_ref()).collect();
    let hears = |person: &&Person| {
        ["APPLICANT", "RESPONDENT"].contains(&person.role.as_str())
            && person.identity.as_ref().is_none_or(|identity| !identities.contains(identity))
    };
    rest.into_iter().filter(hears).map(|person| person.id).collect()
}

/// [`others`] of one case.
#[boxed]
async fn others_in(tx: &Tx, case: CaseId, shares: &[Share]) -> Result<Vec<PartyId>, Failure> {
    let persons = persons_of(tx, &BTreeSet::from([case])).await?;
    Ok(others(persons.get(&case).map(Vec::as_slice).unwrap_or_default(), shares))
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
        told.extend(others_in(tx, case, &[share]).await?.into_iter().map(tell));
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

//! What decides about the cases of a piece, read by a fixed number of statements however many cases it holds, and the
//! decision on each of their creditors.

use super::{
    SkipReason,
    rules::{
        deferral::Deferred,
        run::{Candidate, decide_line, priority},
        terms::Criteria,
    },
    store,
};
use crate::{
    access::approval,
    cases::{
        self, CaseStatus, LivelihoodKind, PayeeStatus,
        rules::{bankruptcy::is_estate, claim::SmallMatters},
        store::{case, claim, party, payee},
    },
    distribution,
    funds::store::receipt,
    kernel::{
        bulk::is_among,
        clock::LegalDate,
        error::Problem,
        ids::{CaseId, ClaimId, LedgerAccountId, PartyId, PayeeId, ReceiptId},
        money::Money,
        query::Fetch,
    },
    ledger::{
        AccountKey, Book, Code,
        balance::{Standing, standing_of},
    },
    payout::{self, rules::Draw},
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A creditor who is paid.
pub struct Chosen {
    pub case: CaseId,
    pub claim: ClaimId,
    pub payee: PayeeId,
    pub amount: Money,
    pub livelihood: Option<LivelihoodKind>,
    pub priority: i32,
    /// Days since the oldest of the case's money arrived.
    pub days: i64,
    pub sources: Vec<(ReceiptId, Money)>,
    pub digest: Vec<u8>,
}

/// What came out of looking at cases.
#[derive(Default)]
pub struct Selection {
    pub chosen: Vec<Chosen>,
    pub skipped: Vec<(CaseId, Option<ClaimId>, SkipReason)>,
}

/// By what a selection decides.
pub struct Look<'a> {
    pub criteria: &'a Criteria,
    pub small: SmallMatters,
    pub today: LegalDate,
    /// Lock the cases, in id order, before anything of them is read: for a selection that is kept.
    pub lock: bool,
}

/// All that the approvers of a line agree to: case, claim, amount, payee with account, receipts. A line of which any of
/// it has changed since is not paid.
pub fn line_digest(
    case: CaseId,
    claim: ClaimId,
    amount: Money,
    payee: &payee::Model,
    sources: &[(ReceiptId, Money)],
) -> Result<Vec<u8>, Problem> {
    let sources: Vec<_> = sources.iter().map(|(receipt, part)| (receipt.to_global(), *part)).collect();
    let facts = serde_json::json!({
        "case": case.to_global(), "claim": claim.to_global(), "amount": amount, "payee": payee.id.to_global(),
        "name": payee.name, "account": hex::encode(payee.account_index.as_bytes()), "bankCode": payee.bank_code,
        "sources": sources,
    });
    Ok(approval::digest(&facts)?.to_vec())
}

/// Decides on each creditor of these cases in turn; what one gets is not there for the next of his case.
pub async fn look_at(conn: &impl ConnectionTrait, ids: &[CaseId], look: &Look<'_>) -> Result<Selection, Problem> {
    let mut selection = Selection::default();
    if ids.is_empty() {
        return Ok(selection);
    }
    let mut cases = case::Entity::find().filter(is_among(conn, case::Column::Id, ids.iter().map(|case| case.uuid())));
    if look.lock {
        cases = cases.lock_exclusive();
    }
    let cases = cases.order_by_asc(case::Column::Id).list(conn).await?;
    let mut facts = Facts::read(conn, &cases).await?;
    for case in &cases {
        facts.decide(case, look, &mut selection)?;
    }
    Ok(selection)
}

/// Rows of the piece, by case or by what they belong to.
struct Facts {
    claims: HashMap<CaseId, Vec<claim::Model>>,
    names: HashMap<PartyId, String>,
    vulnerable: HashSet<PartyId>,
    payees: HashMap<PartyId, payee::Model>,
    balances: HashMap<LedgerAccountId, Standing>,
    frozen: HashMap<CaseId, Money>,
    deferred: HashMap<CaseId, Deferred>,
    /// Days of the agreements of cases that stand still by a settlement.
    settled: HashMap<CaseId, LegalDate>,
    objections: HashSet<CaseId>,
    bankrupt: HashMap<CaseId, Vec<PartyId>>,
    receipts: HashMap<CaseId, Vec<receipt::Model>>,
    ordered: HashSet<ClaimId>,
    committed: HashMap<ClaimId, Money>,
    /// Cases that stand still for a settlement alone, and what is left of it for its claims.
    rest: HashMap<ClaimId, Money>,
}

impl Facts {
    async fn read(conn: &impl ConnectionTrait, cases: &[case::Model]) -> Result<Facts, Problem> {
        let ids: BTreeSet<CaseId> = cases.iter().map(|case| case.id).collect();
        let among = || ids.iter().map(|case| case.uuid());
        let of_cases = claim::Entity::find().filter(is_among(conn, claim::Column::CaseId, among()));
        let rows = of_cases.order_by_asc(claim::Column::Id).list(conn).await?;
        let creditors: BTreeSet<PartyId> = rows.iter().map(|row| row.creditor_id).collect();
        let creditors: Vec<PartyId> = creditors.into_iter().collect();
        let persons = || creditors.iter().map(|party| party.uuid());
        let claim_ids: Vec<ClaimId> = rows.iter().map(|row| row.id).collect();
        let parties = party::Entity::find().filter(is_among(conn, party::Column::Id, persons())).list(conn).await?;
        let current = payee::Entity::find()
            .filter(is_among(conn, payee::Column::PartyId, persons()))
            .filter(payee::Column::Status.eq(PayeeStatus::Current));
        let current = current.list(conn).await?;
        let on_case = receipt::Entity::find()
            .filter(is_among(conn, receipt::Column::CaseId, among()))
            .filter(receipt::Column::Remaining.gt(Money::ZERO))
            .order_by_asc(receipt::Column::BookedOn)
            .order_by_asc(receipt::Column::Id);
        let receipts = on_case.list(conn).await?;
        Ok(Facts {
            claims: grouped(rows, |row| row.case_id),
            names: parties.into_iter().map(|row| (row.id, row.name)).collect(),
            vulnerable: cases::store::vulnerable(conn, &creditors).await?,
            payees: current.into_iter().map(|row| (row.party_id, row)).collect(),
            balances: standing_of(conn, cases.iter().map(fund_of)).await?,
            frozen: cases::store::frozen_among(conn, &ids).await?,
            deferred: store::deferred_among(conn, &ids).await?,
            settled: cases::store::settled_among(conn, &standing_still(cases)).await?,
            objections: payout::stops::objected_among(conn, &ids).await?,
            bankrupt: cases::store::bankrupt_among(conn, &ids).await?,
            receipts: receipts.into_iter().fold(HashMap::new(), |mut map: HashMap<_, Vec<_>>, row| {
                if let Some(case) = row.case_id {
                    map.entry(case).or_default().push(row);
                }
                map
            }),
            ordered: store::ordered(conn, &claim_ids).await?,
            committed: distribution::store::committed(conn, &claim_ids).await?,
            rest: cases::store::settled_rest(conn, claim_ids.iter().copied()).await?,
        })
    }

    fn decide(&mut self, case: &case::Model, look: &Look<'_>, selection: &mut Selection) -> Result<(), Problem> {
        let claims = self.claims.remove(&case.id).unwrap_or_default();
        if claims.is_empty() {
            selection.skipped.push((case.id, None, SkipReason::NothingOwed));
        }
        let money = self.money_of(case, look.today)?;
        let (mut available, mut draw) = (money.available, Draw::new(money.usable.into()));
        let owing: Vec<&claim::Model> =
            claims.iter().filter(|c| c.amounts().outstanding().is_ok_and(|owed| owed.is_positive())).collect();
        let creditors: BTreeSet<_> = owing.iter().map(|c| c.creditor_id).collect();
        let owed_to_all = owing.iter().map(|c| c.amounts().outstanding()).collect::<Result<Vec<_>, _>>();
        let owed_to_all = owed_to_all.and_then(Money::sum).map_err(Problem::internal)?;
        for claim in &claims {
            let payee = self.payees.get(&claim.creditor_id);
            let livelihood = claim.livelihood_kind.or(case.livelihood_kind);
            let total = claim.amounts().total().map_err(Problem::internal)?;
            let owed = claim.amounts().outstanding().map_err(Problem::internal)?;
            let open = owed.saturating_minus(self.committed.get(&claim.id).copied().unwrap_or_default());
            let rest = self.rest.get(&claim.id).copied();
            let base = livelihood.map_or(case.target_amount, |kind| look.small.base(kind, case.target_amount, total));
            let decided = decide_line(
                look.criteria,
                &Candidate {
                    case: case.status,
                    settled: self.settled.contains_key(&case.id),
                    deferred: self.deferred.get(&case.id).is_some_and(Deferred::is_whole),
                    frozen: money.frozen.is_positive(),
                    objection: self.objections.contains(&case.id),
                    bankrupt: money.estate,
                    livelihood,
                    rank: claim.rank,
                    base,
                    days: money.days,
                    outstanding: rest.map_or(open, |rest| open.min(rest)),
                    available,
                    free: money.available,
                    creditors: creditors.len(),
                    owed_to_all,
                    ordered: self.ordered.contains(&claim.id),
                    payee_name: payee.map(|p| p.name.as_str()),
                    creditor_name: self.names.get(&claim.creditor_id).map(String::as_str).unwrap_or_default(),
                },
            );
            match (decided, payee) {
                (Ok(amount), Some(payee)) => {
                    available = available.minus(amount).map_err(Problem::internal)?;
                    let missing = |refusal| Problem::internal(format!("receipts below the balance: {refusal:?}"));
                    let sources = draw.take(amount).map_err(missing)?;
                    selection.chosen.push(Chosen {
                        case: case.id,
                        claim: claim.id,
                        payee: payee.id,
                        amount,
                        livelihood,
                        priority: priority(self.vulnerable.contains(&claim.creditor_id), livelihood),
                        days: money.days,
                        digest: line_digest(case.id, claim.id, amount, payee, &sources)?,
                        sources,
                    });
                }
                (Ok(_), None) => selection.skipped.push((case.id, Some(claim.id), SkipReason::PayeeNotConfirmed)),
                (Err(reason), _) => selection.skipped.push((case.id, Some(claim.id), reason)),
            }
        }
        Ok(())
    }

    /// What a case has free: no more than its balance less what is frozen, and no more than receipts hold that belong to
    /// no bankrupt debtor's estate; of a settled case those that came in since the agreement.
    fn money_of(&mut self, case: &case::Model, today: LegalDate) -> Result<CaseMoney, Problem> {
        let standing = self.balances.get(&fund_of(case).id()).copied().unwrap_or_default();
        let frozen = self.frozen.get(&case.id).copied().unwrap_or_default();
        let receipts = self.receipts.remove(&case.id).unwrap_or_default();
        let bankrupt = self.bankrupt.remove(&case.id).unwrap_or_default();
        let first = receipts.first().map(|row| row.booked_on);
        let settled_on = self.settled.get(&case.id).copied();
        let (estate, usable): (Vec<_>, Vec<_>) =
            receipts.into_iter().partition(|row| is_estate(row.on_behalf_of, &bankrupt));
        let usable = usable.into_iter().filter(|row| settled_on.is_none_or(|signed| row.booked_on >= signed));
        let usable: Vec<(ReceiptId, Money)> = usable.map(|row| (row.id, row.remaining)).collect();
        let sum = Money::sum(usable.iter().map(|(_, remaining)| *remaining)).map_err(Problem::internal)?;
        let free = standing.free().saturating_minus(frozen);
        let only_estate = !estate.is_empty() && usable.is_empty() && settled_on.is_none();
        Ok(CaseMoney {
            available: if only_estate { free } else { free.min(sum) },
            estate: only_estate,
            frozen,
            days: first.map_or(0, |day| today.signed_duration_since(day).num_days()),
            usable,
        })
    }
}

struct CaseMoney {
    available: Money,
    /// All of it belongs to a bankrupt debtor's estate.
    estate: bool,
    frozen: Money,
    days: i64,
    usable: Vec<(ReceiptId, Money)>,
}

/// Those of the cases that stand still by a ruling.
pub(super) fn standing_still<'a>(cases: impl IntoIterator<Item = &'a case::Model>) -> BTreeSet<CaseId> {
    cases.into_iter().filter(|case| case.status == CaseStatus::Suspended).map(|case| case.id).collect()
}

/// The account on which a case's money stands.
pub fn fund_of(case: &case::Model) -> AccountKey {
    AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid())
}

fn grouped<K: std::hash::Hash + Eq, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    rows.into_iter().fold(HashMap::new(), |mut map: HashMap<K, Vec<T>>, row| {
        map.entry(key(&row)).or_default().push(row);
        map
    })
}

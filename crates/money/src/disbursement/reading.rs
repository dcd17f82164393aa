//! What decides about the cases of a piece, read by a fixed number of statements however many cases it holds, and the
//! decision on each of their creditors.

use super::{
    SkipReason,
    rules::{
        run::{Candidate, decide_line, priority},
        terms::Criteria,
    },
    store,
};
use crate::{
    access::approval,
    cases::{
        self, FreezeTarget, LivelihoodKind, MeasureStatus, PayeeStatus,
        rules::{bankruptcy::is_estate, claim::SmallMatters},
        store::{case, claim, measure, party, payee},
    },
    distribution,
    funds::store::receipt,
    kernel::{
        clock::LegalDate,
        db::sql,
        error::Problem,
        ids::{CaseId, ClaimId, LedgerAccountId, PartyId, PayeeId, ReceiptId},
        money::Money,
        query::Fetch,
    },
    ledger::{AccountKey, Book, Code},
    payout::rules::Draw,
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Value, entity::prelude::*};
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
    let mut cases = case::Entity::find().filter(case::Column::Id.is_in(ids.iter().copied()));
    if look.lock {
        cases = cases.lock_exclusive();
    }
    let cases = cases.order_by_asc(case::Column::Id).list(conn).await?;
    let mut facts = Facts::read(conn, ids).await?;
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
    balances: HashMap<LedgerAccountId, Money>,
    frozen: HashMap<CaseId, Money>,
    deferred: HashSet<CaseId>,
    objections: HashSet<CaseId>,
    bankrupt: HashMap<CaseId, Vec<PartyId>>,
    receipts: HashMap<CaseId, Vec<receipt::Model>>,
    ordered: HashSet<ClaimId>,
    committed: HashMap<ClaimId, Money>,
}

impl Facts {
    async fn read(conn: &impl ConnectionTrait, ids: &[CaseId]) -> Result<Facts, Problem> {
        let among = || ids.iter().copied();
        let of_cases = claim::Entity::find().filter(claim::Column::CaseId.is_in(among()));
        let rows = of_cases.order_by_asc(claim::Column::Id).list(conn).await?;
        let creditors: BTreeSet<PartyId> = rows.iter().map(|row| row.creditor_id).collect();
        let creditors: Vec<PartyId> = creditors.into_iter().collect();
        let claim_ids: Vec<ClaimId> = rows.iter().map(|row| row.id).collect();
        let parties =
            party::Entity::find().filter(party::Column::Id.is_in(creditors.iter().copied())).list(conn).await?;
        let current = payee::Entity::find()
            .filter(payee::Column::PartyId.is_in(creditors.iter().copied()))
            .filter(payee::Column::Status.eq(PayeeStatus::Current));
        let current = current.list(conn).await?;
        let on_case = receipt::Entity::find()
            .filter(receipt::Column::CaseId.is_in(among()))
            .filter(receipt::Column::Remaining.gt(Money::ZERO))
            .order_by_asc(receipt::Column::BookedOn)
            .order_by_asc(receipt::Column::Id);
        let receipts = on_case.list(conn).await?;
        Ok(Facts {
            claims: grouped(rows, |row| row.case_id),
            names: parties.into_iter().map(|row| (row.id, row.name)).collect(),
            vulnerable: cases::store::vulnerable(conn, &creditors).await?,
            payees: current.into_iter().map(|row| (row.party_id, row)).collect(),
            balances: balances(conn, ids).await?,
            frozen: frozen(conn, ids).await?,
            deferred: cases_of(conn, DEFERRED, ids).await?,
            objections: cases_of(conn, OBJECTIONS, ids).await?,
            bankrupt: bankrupt(conn, ids).await?,
            receipts: receipts.into_iter().fold(HashMap::new(), |mut map: HashMap<_, Vec<_>>, row| {
                if let Some(case) = row.case_id {
                    map.entry(case).or_default().push(row);
                }
                map
            }),
            ordered: store::ordered(conn, &claim_ids).await?,
            committed: distribution::store::committed(conn, &claim_ids).await?,
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
            let committed = self.committed.get(&claim.id).copied().unwrap_or_default();
            let base = livelihood.map_or(case.target_amount, |kind| look.small.base(kind, case.target_amount, total));
            let decided = decide_line(
                look.criteria,
                &Candidate {
                    case: case.status,
                    deferred: self.deferred.contains(&case.id),
                    frozen: money.frozen.is_positive(),
                    objection: self.objections.contains(&case.id),
                    bankrupt: money.estate,
                    livelihood,
                    rank: claim.rank,
                    base,
                    days: money.days,
                    outstanding: owed.saturating_minus(committed),
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
    /// no bankrupt debtor's estate.
    fn money_of(&mut self, case: &case::Model, today: LegalDate) -> Result<CaseMoney, Problem> {
        let balance = self.balances.get(&fund_of(case.id, case).id()).copied().unwrap_or_default();
        let frozen = self.frozen.get(&case.id).copied().unwrap_or_default();
        let receipts = self.receipts.remove(&case.id).unwrap_or_default();
        let bankrupt = self.bankrupt.remove(&case.id).unwrap_or_default();
        let first = receipts.first().map(|row| row.booked_on);
        let (estate, usable): (Vec<_>, Vec<_>) =
            receipts.into_iter().partition(|row| is_estate(row.on_behalf_of, &bankrupt));
        let usable: Vec<(ReceiptId, Money)> = usable.into_iter().map(|row| (row.id, row.remaining)).collect();
        let sum = Money::sum(usable.iter().map(|(_, remaining)| *remaining)).map_err(Problem::internal)?;
        let free = balance.saturating_minus(frozen);
        let only_estate = !estate.is_empty() && usable.is_empty();
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

fn fund_of(id: CaseId, case: &case::Model) -> AccountKey {
    AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, id.uuid())
}

fn grouped<K: std::hash::Hash + Eq, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    rows.into_iter().fold(HashMap::new(), |mut map: HashMap<K, Vec<T>>, row| {
        map.entry(key(&row)).or_default().push(row);
        map
    })
}

/// `$1, $2, …` for a list of so many values.
fn marks(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
fn values(ids: &[CaseId]) -> Vec<Value> {
    ids.iter().map(|id| (*id).into()).collect()
}

const DEFERRED: &str = "SELECT case_id FROM deferral WHERE status = 'IN_FORCE' AND case_id IN (IDS)";
const OBJECTIONS: &str = "SELECT l.case_id AS case_id FROM lot_objection o JOIN lot l ON l.id = o.lot_id
    WHERE o.outcome IS NULL AND o.stays AND l.case_id IN (IDS)
    UNION SELECT p.case_id FROM distribution_objection o JOIN distribution_plan p ON p.id = o.plan_id
    WHERE o.status = 'OPEN' AND p.status IN ('DRAFT', 'SERVED') AND p.case_id IN (IDS)";

/// Those of the cases that a statement with `IDS` in place of them finds.
async fn cases_of(conn: &impl ConnectionTrait, text: &str, ids: &[CaseId]) -> Result<HashSet<CaseId>, Problem> {
    let text = text.replace("IDS", &marks(ids.len()));
    let rows = conn.query_all_raw(sql(conn, &text, values(ids))).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "case_id")?)).collect()
}

/// Balance less holds of each case's account.
async fn balances(conn: &impl ConnectionTrait, ids: &[CaseId]) -> Result<HashMap<LedgerAccountId, Money>, Problem> {
    let text = format!(
        "SELECT b.account_id AS id, b.balance - b.held AS free FROM ledger_account a
         JOIN ledger_balance b ON b.account_id = a.id
         WHERE a.code = 'CASE_FUND' AND a.book = 'CASE_FUNDS' AND a.court_id IN (SELECT court_id FROM enforcement_case
               WHERE id IN ({0})) AND a.owner IN ({0})",
        marks(ids.len())
    );
    let rows = conn.query_all_raw(sql(conn, &text, values(ids))).await?;
    rows.into_iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "free")?))).collect()
}

async fn frozen(conn: &impl ConnectionTrait, ids: &[CaseId]) -> Result<HashMap<CaseId, Money>, Problem> {
    let active = measure::Entity::find()
        .filter(measure::Column::CaseId.is_in(ids.iter().copied()))
        .filter(measure::Column::Target.eq(FreezeTarget::CaseMoney))
        .filter(measure::Column::Status.eq(MeasureStatus::Active));
    let mut sums = HashMap::new();
    for row in active.list(conn).await? {
        let sum: &mut Money = sums.entry(row.case_id).or_default();
        *sum = sum.plus(row.amount).map_err(Problem::internal)?;
    }
    Ok(sums)
}

/// Respondents of the cases whose bankruptcy a court has accepted, here or in another case.
async fn bankrupt(conn: &impl ConnectionTrait, ids: &[CaseId]) -> Result<HashMap<CaseId, Vec<PartyId>>, Problem> {
    let text = format!(
        "SELECT p.case_id AS case_id, p.id AS id FROM case_party p WHERE p.role = 'RESPONDENT'
         AND EXISTS (SELECT 1 FROM bankruptcy b WHERE b.status = 'IN_FORCE'
                     AND (b.party_id = p.id OR b.identity_index = p.identity_index)) AND p.case_id IN ({})",
        marks(ids.len())
    );
    let mut found: HashMap<CaseId, Vec<PartyId>> = HashMap::new();
    for row in conn.query_all_raw(sql(conn, &text, values(ids))).await? {
        found.entry(row.try_get("", "case_id")?).or_default().push(row.try_get("", "id")?);
    }
    Ok(found)
}

//! Claims of unidentified money take effect: what two people agree to is booked. Claims that are approved at the same
//! time are booked together, by as many statements as one.

use super::{
    QUEUE,
    claim::{Scene, Wanted, facts_of},
    terms,
    usage::{tell, write_left},
    voucher::next_vouchers,
};
use crate::kernel::boxed;
use crate::{
    access::{
        Fact, Op, Scope,
        approval::{Approvable, Decided, Subjects},
    },
    cases::ProposalStatus,
    funds::{
        ReceiptStatus,
        rules::allocation::Allocation,
        store::{self, ClaimWithLines, receipt, receipt_claim},
    },
    kernel::{
        bulk::{among, id_set, insert_all},
        clock::LegalDate,
        db::{Tx, sql},
        error::Failure,
        ids::{CaseId, CourtId, NodeRef, ReceiptClaimId, ReceiptId},
        money::Money,
    },
    ledger::{self, AccountKey, Code, EntryKind, NewEntry, credit, debit},
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The approval of claims; registered in `app`.
pub struct ReceiptClaims;

#[async_trait::async_trait]
impl Approvable for ReceiptClaims {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let mut bookings = Bookings::default();
        bookings.read(op, &[subject]).await?;
        bookings.facts(op, subject).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        settle(op.tx, &[claim_of(subject)], ProposalStatus::Rejected).await
    }
    fn together(&self) -> bool {
        true
    }
    fn open(&self) -> Box<dyn Subjects + '_> {
        Box::new(Bookings::default())
    }
}

fn claim_of(subject: NodeRef) -> ReceiptClaimId {
    ReceiptClaimId::from_uuid(subject.id)
}
fn no_claim() -> Failure {
    Failure::internal("an approval of no claim")
}

/// Claims that are voted on in one transaction. Only a vote changes a claim, and its approval is locked.
#[derive(Default)]
struct Bookings {
    claims: HashMap<ReceiptClaimId, ClaimWithLines>,
    /// Cases whose terms of payment wait, locked.
    paused: BTreeSet<CaseId>,
    /// The claims that hold.
    booked: HashMap<ReceiptClaimId, Booking>,
}

/// A claim that holds.
struct Booking {
    claim: receipt_claim::Model,
    /// As it was before.
    parent: receipt::Model,
    /// What stays unidentified of it.
    left: Money,
    parts: Vec<Part>,
}

/// What a case gets of a receipt.
struct Part {
    id: ReceiptId,
    case: CaseId,
    amount: Money,
}

#[async_trait::async_trait]
impl Subjects for Bookings {
    async fn read(&mut self, op: &Op<'_>, subjects: &[NodeRef]) -> Result<(), Failure> {
        let ids = subjects.iter().map(|subject| claim_of(*subject)).collect();
        self.claims = store::claims_with_lines(op.tx, &ids).await?;
        Ok(())
    }
    async fn facts(&mut self, _op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let (claim, lines) = self.claims.get(&claim_of(subject)).ok_or_else(no_claim)?;
        Ok(facts_of(claim, lines))
    }
    async fn decide(&mut self, op: &Op<'_>, subjects: &[NodeRef]) -> Result<Vec<Result<(), Failure>>, Failure> {
        let mut claims = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let (claim, lines) = self.claims.remove(&claim_of(*subject)).ok_or_else(no_claim)?;
            let parts = lines.iter().map(|line| Allocation { case: line.case_id, amount: line.amount });
            claims.push((claim, parts.collect::<Vec<_>>()));
        }
        let scope = Scope::Everything;
        let wanted = claims.iter().map(|(claim, parts)| Wanted { receipt: claim.receipt_id, parts, scope: &scope });
        let wanted: Vec<Wanted<'_>> = wanted.collect();
        let mut scene = Scene::lock(op.tx, &wanted).await?;
        let paused = scene.cases.values().filter(|case| case.terms_paused_on.is_some());
        self.paused = paused.map(|case| case.id).collect();
        let mut decided = Vec::with_capacity(claims.len());
        for ((claim, _), wanted) in claims.iter().zip(&wanted) {
            let holds = scene.decide(wanted).map(|(parent, left)| (parent.clone(), left));
            decided.push(holds.map(|(parent, left)| {
                scene.leave(parent.id, left);
                let part =
                    |part: &Allocation| Part { id: ReceiptId::new(op.now), case: part.case, amount: part.amount };
                let parts = wanted.parts.iter().map(part).collect();
                self.booked.insert(claim.id, Booking { claim: claim.clone(), parent, left, parts });
            }));
        }
        Ok(decided)
    }
    async fn take_effect(&mut self, decided: &mut [Decided<'_, '_>]) -> Result<(), Failure> {
        let mut bookings = Vec::with_capacity(decided.len());
        for one in decided.iter() {
            bookings.push(self.booked.remove(&claim_of(one.subject)).ok_or_else(no_claim)?);
        }
        let Some(op) = decided.first().map(|first| &*first.op) else { return Ok(()) };
        book(op, &bookings).await?;
        // last, since all receipts of a court take their numbers from one row, which stays locked until the commit
        let parts = receipts_of(op, &bookings).await?;
        let all: Vec<receipt::Model> = parts.iter().flatten().cloned().collect();
        insert_all::<receipt::Entity>(op.tx, &all).await?;
        let touched: BTreeSet<CaseId> = all.iter().filter_map(|part| part.case_id).collect();
        let paused: Vec<CaseId> = self.paused.intersection(&touched).copied().collect();
        terms::start(op, &all, &paused).await?;
        for ((one, booking), parts) in decided.iter_mut().zip(&bookings).zip(&parts) {
            tell_of(one.op, booking, parts).await?;
        }
        Ok(())
    }
}

/// Everything that can be done without the numbers of the vouchers.
#[boxed]
async fn book(op: &Op<'_>, bookings: &[Booking]) -> Result<(), Failure> {
    let today = op.now.legal_date();
    let entries: Vec<NewEntry> = bookings.iter().flat_map(|booking| booking.entries(today)).collect();
    ledger::post_many(op.tx, op.now, &entries).await?;
    // a receipt is what its last claim leaves of it
    let left: BTreeMap<ReceiptId, receipt::Model> =
        bookings.iter().map(|booking| (booking.parent.id, booking.rest())).collect();
    write_left(op.tx, &left.values().collect::<Vec<_>>()).await?;
    let emptied = left.values().filter(|rest| rest.remaining.is_zero()).map(|rest| rest.id);
    terms::meet(op, &emptied.collect::<Vec<_>>()).await?;
    let claims: Vec<_> = bookings.iter().map(|booking| booking.claim.id).collect();
    settle(op.tx, &claims, ProposalStatus::Approved).await
}

#[boxed]
async fn settle(tx: &Tx, claims: &[ReceiptClaimId], status: ProposalStatus) -> Result<(), Failure> {
    let change = format!("UPDATE receipt_claim SET status = $2 WHERE id {}", among(tx.engine(), 1));
    let ids = id_set(tx.engine(), claims.iter().map(|claim| claim.uuid()));
    let settled = tx.execute_raw(sql(tx, &change, [ids, status.as_str().into()])).await?;
    match usize::try_from(settled.rows_affected()) == Ok(claims.len()) {
        true => Ok(()),
        false => Err(no_claim()),
    }
}

impl Booking {
    /// Unidentified → case, an entry for each part.
    fn entries(&self, booked_on: LegalDate) -> Vec<NewEntry> {
        let parent = &self.parent;
        let (court, book) = (parent.court_id, parent.book);
        let from = AccountKey::of_court(court, book, Code::Unidentified);
        let entry = |part: &Part| {
            let to = AccountKey::owned(court, book, Code::CaseFund, part.case.uuid());
            NewEntry {
                court,
                book,
                kind: EntryKind::ReceiptClaim,
                booked_on,
                case: Some(part.case),
                cause: part.id.node(),
                reverses: None,
                postings: vec![debit(from, part.amount).receipt(parent.id), credit(to, part.amount).receipt(part.id)],
            }
        };
        self.parts.iter().map(entry).collect()
    }
    /// The whole as it stands afterwards.
    fn rest(&self) -> receipt::Model {
        let status = Scene::status_of(self.left);
        receipt::Model { remaining: self.left, status, ..self.parent.clone() }
    }
}

/// The parts as receipts of their cases, with the day and payer of the whole: of each claim its own.
#[boxed]
async fn receipts_of(op: &Op<'_>, bookings: &[Booking]) -> Result<Vec<Vec<receipt::Model>>, Failure> {
    let mut counts: BTreeMap<CourtId, usize> = BTreeMap::new();
    for booking in bookings {
        *counts.entry(booking.parent.court_id).or_default() += booking.parts.len();
    }
    let mut vouchers = HashMap::new();
    for (court, count) in counts {
        vouchers.insert(court, next_vouchers(op, court, count).await?.into_iter());
    }
    let mut receipts = Vec::with_capacity(bookings.len());
    for booking in bookings {
        let of_court = vouchers.get_mut(&booking.parent.court_id);
        let of_court = of_court.ok_or_else(|| Failure::internal("a court without its vouchers"))?;
        let numbers: Vec<String> = of_court.take(booking.parts.len()).collect();
        receipts.push(parts_of(op, booking, numbers)?);
    }
    Ok(receipts)
}

fn parts_of(op: &Op<'_>, booking: &Booking, vouchers: Vec<String>) -> Result<Vec<receipt::Model>, Failure> {
    let (vault, parent) = (&op.services.vault, &booking.parent);
    let payer_account = match &parent.payer_account_sealed {
        Some(sealed) => Some(vault.open(receipt::payer_account_place(parent.id), sealed)?),
        None => None,
    };
    let mut receipts = Vec::with_capacity(booking.parts.len());
    for (part, voucher_number) in booking.parts.iter().zip(vouchers) {
        let payer_account_sealed = match &payer_account {
            Some(number) => Some(vault.seal(receipt::payer_account_place(part.id), number.expose())?),
            None => None,
        };
        receipts.push(receipt::Model {
            id: part.id,
            case_id: Some(part.case),
            parent_id: Some(parent.id),
            status: ReceiptStatus::OnCase,
            amount: part.amount,
            remaining: part.amount,
            payer_account_sealed,
            payer_kind: booking.claim.payer_kind,
            on_behalf_of: None,
            // the text may name other cases and people: it stays with the whole
            remittance_sealed: None,
            published_at: None,
            voucher_number,
            arrival_notified_at: Some(op.now),
            version: 1,
            recorded_at: op.now,
            ..parent.clone()
        });
    }
    Ok(receipts)
}

#[boxed]
async fn tell_of(op: &mut Op<'_>, booking: &Booking, parts: &[receipt::Model]) -> Result<(), Failure> {
    tell(op, &booking.parent);
    let fact = |part: &receipt::Model| Fact {
        subject: part.id.node(),
        court: Some(part.court_id),
        case: part.case_id,
        facts: serde_json::json!({ "parent": part.parent_id.map(|parent| parent.to_global()), "amount": part.amount,
            "voucher": part.voucher_number }),
    };
    op.audit_all(parts.iter().map(fact).collect()).await?;
    for part in parts {
        op.publish(QUEUE, part.id, part.version);
    }
    Ok(())
}

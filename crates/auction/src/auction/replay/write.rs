//! Makes the files of an ended lot from what was recorded while it ran.

use super::line::{Anchor, line_hash};
use super::{Attempt, Body, End, EventLine, FORMAT, Form, Header, Line, NamedKey, Signature, instant, signed_text};
use crate::auction::bidding::StoredRefusal;
use crate::auction::receipt::Statement;
use crate::auction::store::{attempt, lot, lot_event};
use crate::auction::{BidOutcome, LotEventKind};
use crate::audit::merkle::leaf_hash;
use crate::kernel::error::Problem;
use crate::kernel::keys::{KeyPurpose, KeyRing};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Everything about one ended lot.
pub struct Recorded {
    pub lot: lot::Model,
    /// All versions that no bid made, in order.
    pub events: Vec<lot_event::Model>,
    /// All attempts, in order of decision.
    pub attempts: Vec<attempt::Model>,
    /// The newest signed checkpoint of the audit log.
    pub checkpoint: Option<String>,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Built {
    pub form: Form,
    pub content: String,
    pub sha256: String,
    pub key_id: String,
}

/// Writes one form, signed with the installation's receipt key. Attempts that came after the end was decided are not
/// part of the sale and not of the file.
pub fn build(recorded: &Recorded, form: Form, ring: &KeyRing) -> Result<Built, Problem> {
    let ended = |event: &&lot_event::Model| {
        matches!(event.kind, LotEventKind::Sold | LotEventKind::Unsold | LotEventKind::Withdrawn)
    };
    let published = recorded.events.iter().find(|event| event.kind == LotEventKind::Published);
    let (Some(published), Some(end)) = (published, recorded.events.iter().find(ended)) else {
        return Err(Problem::internal("a replay of a lot that has not ended"));
    };
    let mut chain = Chain::default();
    chain.push(Body::Header(Box::new(header(&recorded.lot, published, form, ring)?)))?;
    let between = published.version.saturating_add(1)..end.version;
    let changes = recorded.events.iter().filter(|e| between.contains(&e.version));
    let mut events = changes.peekable();
    let (mut attempts, mut bids) = (0, 0);
    for row in &recorded.attempts {
        let met: Statement = serde_json::from_str(&row.statement)?;
        if met.decided_on.version >= end.version {
            break;
        }
        while let Some(event) = events.next_if(|event| event.version <= met.decided_on.version) {
            chain.push(Body::Event(event_line(event)?))?;
        }
        attempts += 1;
        bids += i64::from(row.outcome == BidOutcome::Accepted);
        chain.push(Body::Attempt(Box::new(attempt_line(row, met.provoked_by, form)?)))?;
    }
    for event in events {
        chain.push(Body::Event(event_line(event)?))?;
    }
    let ended_at = end.effective_end_at.map(instant).ok_or_else(|| Problem::internal("an end without an instant"))?;
    // of a sale that the court has ended nobody buys
    let sold = end.kind == LotEventKind::Sold;
    chain.push(Body::End(End {
        kind: end.kind,
        version: end.version,
        ended_at,
        winner: end.leader_code.clone().filter(|_| sold),
        price: end.current_price.filter(|_| sold),
        bids,
        attempts,
        extensions: end.extension_count,
    }))?;
    if let Some(checkpoint) = recorded.checkpoint.clone() {
        chain.push(Body::Anchor(Anchor { checkpoint }))?;
    }
    chain.sign(&recorded.lot.lot_number, form, ring)
}

/// Lines in the making.
#[derive(Default)]
pub(super) struct Chain {
    content: String,
    lines: u64,
    last: Option<String>,
}
impl Chain {
    pub fn push(&mut self, body: Body) -> Result<(), Problem> {
        let line = Line { n: self.lines, prev: self.last.clone().unwrap_or_else(|| "0".repeat(64)), body };
        let text = String::from_utf8(serde_json_canonicalizer::to_vec(&line)?).map_err(Problem::internal)?;
        self.last = Some(line_hash(&text));
        self.lines = self.lines.saturating_add(1);
        self.content.push_str(&text);
        self.content.push('\n');
        Ok(())
    }
    pub fn sign(mut self, lot_number: &str, form: Form, ring: &KeyRing) -> Result<Built, Problem> {
        let last = self.last.clone().unwrap_or_default();
        let text = signed_text(lot_number, form, self.lines, &last);
        let made = ring.sign(KeyPurpose::Receipt, text.as_bytes());
        let signature = Signature { key_id: made.kid.clone(), signature: STANDARD.encode(made.bytes) };
        self.push(Body::Signature(signature))?;
        let sha256 = hex::encode(Sha256::digest(self.content.as_bytes()));
        Ok(Built { form, content: self.content, sha256, key_id: made.kid })
    }
}

fn header(lot: &lot::Model, published: &lot_event::Model, form: Form, ring: &KeyRing) -> Result<Header, Problem> {
    let missing = || Problem::internal("a published lot without its terms");
    Ok(Header {
        format: FORMAT.to_owned(),
        form,
        lot_number: lot.lot_number.clone(),
        operating_mode: lot.operating_mode,
        title: lot.title.clone(),
        starting_price: lot.starting_price.ok_or_else(missing)?,
        bid_increment: lot.bid_increment.ok_or_else(missing)?,
        starts_at: published.bids_from.map(instant).ok_or_else(missing)?,
        ends_at: published.effective_end_at.map(instant).ok_or_else(missing)?,
        version: published.version,
        parameters: lot.rule_parameters()?,
        keys: named_keys(ring),
    })
}

/// The public keys that receipts, files and checkpoints are signed with.
pub(super) fn named_keys(ring: &KeyRing) -> Vec<NamedKey> {
    let keys = ring.public_keys().iter().filter(|key| key.purpose != KeyPurpose::Token);
    let named = keys.map(|key| NamedKey {
        key_id: key.kid.clone(),
        purpose: key.purpose,
        public_key: STANDARD.encode(key.bytes),
    });
    named.collect()
}

fn event_line(event: &lot_event::Model) -> Result<EventLine, Problem> {
    let missing = || Problem::internal("a change of a lot without its window");
    Ok(EventLine {
        kind: event.kind,
        version: event.version,
        at: instant(event.recorded_at),
        starts_at: event.bids_from.map(instant).ok_or_else(missing)?,
        ends_at: event.effective_end_at.map(instant).ok_or_else(missing)?,
        suspended_at: event.suspended_at.map(instant),
    })
}

/// In the public form a refused attempt shows no code, no amount, and no hash from which they could be guessed.
fn attempt_line(row: &attempt::Model, provoked_by: Option<i64>, form: Form) -> Result<Attempt, Problem> {
    let shown = form == Form::Full || row.outcome == BidOutcome::Accepted;
    let refusal = row.refusal.as_deref().filter(|_| shown).map(StoredRefusal::parse).transpose()?;
    Ok(Attempt {
        sequence: row.sequence,
        arrived_at: instant(row.arrived_at),
        outcome: row.outcome,
        bidder_code: row.bidder_code.clone().filter(|_| shown),
        priority_rank: row.priority_rank.filter(|_| shown),
        amount: shown.then_some(row.amount),
        extended_to: row.extended_to.map(instant),
        version: row.lot_version,
        provoked_by: provoked_by.filter(|_| shown),
        decided_at: shown.then(|| instant(row.decided_at)),
        receipt: shown.then(|| hex::encode(leaf_hash(row.statement.as_bytes()))),
        refusal: refusal.map(|stored| stored.code),
    })
}

//! Recomputes a replay file offline: its chain and signature first, then the sale with the same pure rules that decided
//! it. Everything that differs is named with its line; nothing is believed because the file says so.

use super::proxy::Answers;
use super::{
    Attempt, Body, End, EventLine, FORMAT, Form, Header, Line, Signature, instant, line_hash, parse_instant,
    signed_text,
};
use crate::auction::receipt::{Decided, DecidedOn};
use crate::auction::rules::Parameters;
use crate::auction::rules::bid::{Bidder, LotState, Offer, Standing, decide_bid};
use crate::auction::rules::capitals::money_in_capitals;
use crate::auction::rules::closing::{Closing, decide_closing};
use crate::auction::rules::suspension::resumed_window;
use crate::auction::{BidOutcome, LotEventKind, LotStatus};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::merkle::leaf_hash;
use crate::audit::note::NoteVerifier;
use crate::kernel::clock::Timestamp;
use crate::kernel::keys::{KeyPurpose, key_id, verify_with};
use crate::kernel::money::Money;
use crate::kernel::refusal::RefusalCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::HashMap;
use std::fmt;
use uuid::Uuid;

/// The public key of the installation as the reader knows it from elsewhere (`signingKeys`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedKey(pub [u8; 32]);
impl TrustedKey {
    /// From base64, as `signingKeys` shows it.
    pub fn parse(text: &str) -> Option<TrustedKey> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(TrustedKey)
    }
}

/// What a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub lot_number: Option<String>,
    pub form: Option<Form>,
    /// Recomputed, not read from the last lines.
    pub winner: Option<String>,
    pub price: Option<Money>,
    pub ended_at: Option<Timestamp>,
    pub attempts: i64,
    pub bids: i64,
    pub key_id: Option<String>,
    /// Size and root of the audit log before the file, as a signed checkpoint of it says.
    pub anchor: Option<(u64, String)>,
    /// The key came from the reader and not from the file itself.
    pub trusted: bool,
    /// Each with its line; empty when everything holds.
    pub differences: Vec<String>,
}
impl Checked {
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }
    fn differs(&mut self, line: u64, expected: impl fmt::Display, found: impl fmt::Display) {
        self.differences.push(format!("line {line}: expected {expected}, found {found}"));
    }
}
impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        writeln!(f, "lot       {} ({})", text(&self.lot_number), self.form.map_or("-", Form::as_str))?;
        writeln!(f, "attempts  {}, of which {} accepted", self.attempts, self.bids)?;
        writeln!(f, "winner    {}", text(&self.winner))?;
        writeln!(f, "price     {}", text(&self.price.map(|price| price.to_string())))?;
        writeln!(f, "end       {}", text(&self.ended_at.map(instant)))?;
        let source = if self.trusted { "as given" } else { "as the file names it: compare it with signingKeys" };
        writeln!(f, "key       {} ({source})", text(&self.key_id))?;
        match &self.anchor {
            Some((size, root)) => writeln!(f, "anchor    audit log of {size} events, root {root}")?,
            None => writeln!(f, "anchor    -")?,
        }
        for difference in &self.differences {
            writeln!(f, "DIFFERS   {difference}")?;
        }
        writeln!(f, "{}", if self.holds() { "the file holds" } else { "the file does not hold" })
    }
}

/// Checks a whole file. With a trusted key the file must be signed by it; without one the file's own key is believed,
/// which shows damage but not forgery.
pub fn check(content: &str, trusted: Option<TrustedKey>) -> Checked {
    let mut checked = Checked { trusted: trusted.is_some(), ..Checked::default() };
    let Some((lines, last)) = read_chain(content, &mut checked) else { return checked };
    let mut lines = lines.into_iter();
    let (Some(Line { body: Body::Header(header), .. }), Some(signature)) = (lines.next(), lines.next_back()) else {
        checked.differs(0, "a header and a signature", "another line");
        return checked;
    };
    check_signature(&header, &signature, &last, trusted, &mut checked);
    let anchor = match lines.as_slice().last() {
        Some(Line { n, body: Body::Anchor(anchor), .. }) => Some((*n, anchor.checkpoint.clone())),
        _ => None,
    };
    if let Some((n, checkpoint)) = &anchor {
        lines.next_back();
        check_anchor(&header, *n, checkpoint, &mut checked);
    }
    if header.format != FORMAT {
        checked.differs(0, FORMAT, &header.format);
        return checked;
    }
    checked.lot_number = Some(header.lot_number.clone());
    checked.form = Some(header.form);
    match Sale::begin(&header) {
        Some(mut sale) => lines.for_each(|line| sale.take(&line, &mut checked)),
        None => checked.differs(0, "instants of RFC 3339", "another text"),
    }
    if checked.ended_at.is_none() {
        checked.differs(0, "a line of type end", "none");
    }
    checked
}

/// The lines, each bound to the one before, and the hash of the last before the signature.
fn read_chain(content: &str, checked: &mut Checked) -> Option<(Vec<Line>, String)> {
    let Some(body) = content.strip_suffix('\n') else {
        checked.differs(0, "a line feed at the end", "a file that is cut");
        return None;
    };
    let (mut lines, mut prev, mut last) = (Vec::new(), "0".repeat(64), String::new());
    for (n, text) in (0..).zip(body.split('\n')) {
        let line: Line = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) => {
                checked.differs(n, "a line of a replay", error);
                return None;
            }
        };
        if line.n != n {
            checked.differs(n, format!("number {n}"), line.n);
        }
        if line.prev != prev {
            checked.differs(n, format!("prev {prev}"), &line.prev);
        }
        last = std::mem::replace(&mut prev, line_hash(text));
        lines.push(line);
    }
    Some((lines, last))
}

fn check_signature(header: &Header, line: &Line, last: &str, trusted: Option<TrustedKey>, checked: &mut Checked) {
    let Body::Signature(Signature { key_id: named, signature }) = &line.body else {
        checked.differs(line.n, "a signature", "another line: the end is cut off");
        return;
    };
    checked.key_id = Some(named.clone());
    let of_file = || {
        let known = header.keys.iter().find(|key| key.key_id == *named && key.purpose == KeyPurpose::Receipt);
        known.and_then(|key| TrustedKey::parse(&key.public_key))
    };
    let key = trusted.or_else(of_file);
    let bytes: Option<[u8; 64]> = STANDARD.decode(signature).ok().and_then(|bytes| bytes.try_into().ok());
    let text = signed_text(&header.lot_number, header.form, line.n, last);
    let good = match (key, bytes) {
        (Some(key), Some(bytes)) => key_id(&key.0) == *named && verify_with(&key.0, text.as_bytes(), &bytes),
        _ => false,
    };
    if !good {
        let wanted = key.map_or_else(|| named.clone(), |key| key_id(&key.0));
        checked.differs(line.n, format!("a signature by key {wanted}"), format!("another, under the name {named}"));
    }
}

/// The checkpoint of the audit log: signed by a checkpoint key that the header names, about a log of that key's name.
/// Whoever follows the log compares its size and root with his own.
fn check_anchor(header: &Header, n: u64, signed: &str, checked: &mut Checked) {
    let origin = signed.split('\n').next().unwrap_or_default();
    let keys = header.keys.iter().filter(|key| key.purpose == KeyPurpose::Checkpoint);
    let keys = keys.filter_map(|key| TrustedKey::parse(&key.public_key));
    let known: Vec<_> = keys.filter_map(|key| NoteVerifier::try_new(origin, &key.0).ok()).collect();
    match Checkpoint::open(signed, origin, &known) {
        Ok(checkpoint) => checked.anchor = Some((checkpoint.size, hex::encode(checkpoint.root))),
        Err(error) => checked.differs(n, "a checkpoint signed by a key of the header", error),
    }
}

/// The lot as the lines make it.
struct Sale {
    state: LotState,
    parameters: Parameters,
    form: Form,
    lot_number: String,
    suspended_from: Option<(LotStatus, Timestamp)>,
    accepted: Vec<Standing>,
    leader_code: Option<String>,
    /// Bidder codes in order of appearance: rules know bidders by ids.
    codes: HashMap<String, Uuid>,
    sequence: i64,
    answers: Answers,
    ended: bool,
}

impl Sale {
    fn begin(header: &Header) -> Option<Sale> {
        let state = LotState {
            status: LotStatus::Announced,
            starts_at: parse_instant(&header.starts_at)?,
            effective_end_at: parse_instant(&header.ends_at)?,
            starting_price: header.starting_price,
            bid_increment: header.bid_increment,
            leader: None,
            version: header.version,
            extension_count: 0,
        };
        Some(Sale {
            state,
            parameters: header.parameters.clone(),
            form: header.form,
            lot_number: header.lot_number.clone(),
            suspended_from: None,
            accepted: Vec::new(),
            leader_code: None,
            codes: HashMap::new(),
            sequence: 0,
            answers: Answers::default(),
            ended: false,
        })
    }

    fn take(&mut self, line: &Line, checked: &mut Checked) {
        match &line.body {
            _ if self.ended => checked.differs(line.n, "nothing of the sale after its end", "another line"),
            Body::Event(event) => self.event(line.n, event, checked),
            Body::Attempt(attempt) => self.attempt(line.n, attempt, checked),
            Body::End(end) => self.end(line.n, end, checked),
            Body::Header(_) | Body::Signature(_) | Body::Anchor(_) => {
                checked.differs(line.n, "a line of the sale", "another")
            }
        }
    }

    fn next_version(&mut self, n: u64, found: i64, checked: &mut Checked) {
        self.state.version = self.state.version.saturating_add(1);
        if found != self.state.version {
            checked.differs(n, format!("version {}", self.state.version), found);
        }
    }

    fn event(&mut self, n: u64, event: &EventLine, checked: &mut Checked) {
        self.next_version(n, event.version, checked);
        let at = |text: &str| parse_instant(text);
        let (Some(starts), Some(ends)) = (at(&event.starts_at), at(&event.ends_at)) else {
            checked.differs(n, "instants of RFC 3339", "another text");
            return;
        };
        match (event.kind, self.suspended_from) {
            (LotEventKind::Opened, None) if self.state.status == LotStatus::Announced => {
                self.state.status = LotStatus::Open;
            }
            (LotEventKind::Suspended, None) => match event.suspended_at.as_deref().and_then(parse_instant) {
                Some(since) => {
                    self.suspended_from = Some((self.state.status, since));
                    self.state.status = LotStatus::Suspended;
                }
                None => checked.differs(n, "since when bidding stands still", "nothing"),
            },
            (LotEventKind::Resumed, Some((status, since))) => {
                let (start, end) = resumed_window(&self.state, since, starts);
                (self.state.starts_at, self.state.effective_end_at) = (start, end);
                self.state.status = status;
                self.suspended_from = None;
            }
            // a correction may let bidding begin later, before it has begun
            (LotEventKind::Revised, None)
                if self.state.status == LotStatus::Announced
                    && starts >= self.state.starts_at
                    && ends >= self.state.effective_end_at =>
            {
                (self.state.starts_at, self.state.effective_end_at) = (starts, ends);
            }
            (LotEventKind::Opened | LotEventKind::Suspended | LotEventKind::Resumed, _) => {
                checked.differs(n, "a change that fits the state of the lot", format!("{:?}", event.kind));
            }
            _ => {}
        }
        if (starts, ends) != (self.state.starts_at, self.state.effective_end_at) {
            let window = |a, b| format!("{} to {}", instant(a), instant(b));
            checked.differs(n, window(self.state.starts_at, self.state.effective_end_at), window(starts, ends));
        }
    }

    fn attempt(&mut self, n: u64, attempt: &Attempt, checked: &mut Checked) {
        self.sequence = self.sequence.saturating_add(1);
        checked.attempts = self.sequence;
        if attempt.sequence != self.sequence {
            checked.differs(n, format!("attempt {}", self.sequence), attempt.sequence);
            self.sequence = attempt.sequence;
        }
        let Some(arrival) = parse_instant(&attempt.arrived_at) else {
            checked.differs(n, "an instant of RFC 3339", &attempt.arrived_at);
            return;
        };
        if self.form == Form::Public && attempt.outcome == BidOutcome::NotAccepted {
            return;
        }
        let Some(amount) = attempt.amount else {
            checked.differs(n, "an amount", "none");
            return;
        };
        self.receipt(n, attempt, (amount, arrival), checked);
        let bidder = self.bidder(attempt);
        // 大写 came with the bid when it had to: an accepted bid above the threshold is one that was confirmed
        let confirmed = attempt.refusal != Some(RefusalCode::ConfirmationNeeded);
        let capitals = confirmed.then(|| money_in_capitals(amount));
        let offer = Offer { amount, confirmation: capitals.as_deref(), arrival, sequence: attempt.sequence };
        for (expected, found) in self.answers.take(&self.state, attempt, &offer, &self.parameters) {
            checked.differs(n, expected, found);
        }
        let decided = decide_bid(&self.state, &bidder, &offer, &self.parameters);
        match (attempt.outcome, decided) {
            (BidOutcome::Accepted, Ok(accepted)) => {
                let extended = accepted.extended.then(|| instant(accepted.new_end));
                if attempt.extended_to != extended {
                    let text = |end: &Option<String>| end.clone().unwrap_or_else(|| "no extension".to_owned());
                    checked.differs(n, text(&extended), text(&attempt.extended_to));
                }
                let before = self.state.version;
                self.state.apply(&accepted);
                self.state.version = before;
                self.next_version(n, attempt.version.unwrap_or(0), checked);
                self.accepted.push(accepted.leader);
                self.leader_code.clone_from(&attempt.bidder_code);
                checked.bids = checked.bids.saturating_add(1);
            }
            (BidOutcome::Accepted, Err(refusal)) => {
                checked.differs(n, format!("a refusal with {}", refusal.code.as_str()), "an accepted bid");
            }
            (BidOutcome::NotAccepted, decided) => {
                self.refused(n, attempt, decided.err().map(|refusal| refusal.code), checked);
            }
        }
    }

    /// A fault of the platform, or of a server's clock, is on record as such; no rule leads to it. Whether a correction
    /// was read is asked of a bid that the rules would take.
    fn refused(&self, n: u64, attempt: &Attempt, decided: Option<RefusalCode>, checked: &mut Checked) {
        let fault = matches!(attempt.refusal, Some(RefusalCode::PlatformFault | RefusalCode::ServerClockOff));
        let unread = decided.is_none() && attempt.refusal == Some(RefusalCode::RevisionNotAcknowledged);
        if attempt.refusal != decided && !fault && !unread {
            let text = |code: Option<RefusalCode>| code.map_or("an accepted bid", RefusalCode::as_str);
            checked.differs(n, text(decided), text(attempt.refusal));
        }
    }

    /// The receipt that the bidder holds says the same: it is written again from this line and from the lot as the lines
    /// before have made it, and must have the hash that the file names.
    fn receipt(&self, n: u64, attempt: &Attempt, (amount, arrived_at): (Money, Timestamp), checked: &mut Checked) {
        let instant_of = |text: &Option<String>| text.as_deref().and_then(parse_instant);
        let Some(decided_at) = instant_of(&attempt.decided_at) else {
            checked.differs(n, "when it was decided", "nothing");
            return;
        };
        let decided = Decided {
            lot_number: &self.lot_number,
            attempt: attempt.sequence,
            arrived_at,
            decided_at,
            bidder_code: attempt.bidder_code.as_deref(),
            amount,
            refusal: attempt.refusal,
            extended_to: instant_of(&attempt.extended_to),
            provoked_by: attempt.provoked_by,
        };
        if decided.outcome() != attempt.outcome {
            checked.differs(n, decided.outcome().as_str(), attempt.outcome.as_str());
        }
        let statement = decided.statement(DecidedOn::of(&self.state, self.leader_code.as_deref()));
        let found = attempt.receipt.as_deref().unwrap_or("none");
        match statement.canonical() {
            Ok(text) if hex::encode(leaf_hash(&text)) == found => {}
            Ok(text) => checked.differs(n, format!("the receipt {}", String::from_utf8_lossy(&text)), found),
            Err(error) => checked.differs(n, "a receipt", error),
        }
    }

    /// Qualification and an agent's power are decided by the court, not by these rules: both are read from how the
    /// attempt ended.
    fn bidder(&mut self, attempt: &Attempt) -> Bidder {
        let next = Uuid::from_u128(u128::try_from(self.codes.len()).unwrap_or(u128::MAX).saturating_add(1));
        let registration = match &attempt.bidder_code {
            Some(code) => *self.codes.entry(code.clone()).or_insert(next),
            None => Uuid::nil(),
        };
        let revoked = attempt.refusal == Some(RefusalCode::AgentNotAuthorised);
        Bidder {
            registration,
            qualified: attempt.refusal != Some(RefusalCode::NotQualified),
            barred: attempt.refusal == Some(RefusalCode::BidderBarred),
            priority_rank: attempt.priority_rank,
            power_revoked_at: revoked.then_some(Timestamp::from_micros(0)),
        }
    }

    fn end(&mut self, n: u64, end: &End, checked: &mut Checked) {
        self.ended = true;
        self.next_version(n, end.version, checked);
        if let Some((expected, found)) = self.answers.end() {
            checked.differs(n, expected, found);
        }
        let ended_at = self.state.effective_end_at;
        let stopped = self.suspended_from.is_some();
        let (kind, leader) = match decide_closing(&self.state, &self.accepted, ended_at) {
            _ if stopped && end.kind == LotEventKind::Withdrawn => (LotEventKind::Withdrawn, None),
            Ok(Closing::Sold { winner, .. }) => (LotEventKind::Sold, Some(winner)),
            Ok(Closing::Unsold { .. }) => (LotEventKind::Unsold, None),
            Err(reason) => {
                checked.differs(n, "a lot that can be closed", format!("{reason:?}"));
                return;
            }
        };
        let code = leader.as_ref().and_then(|leader| {
            self.codes.iter().find(|(_, id)| **id == leader.registration).map(|(code, _)| code.clone())
        });
        let price = leader.map(|leader| leader.amount);
        checked.ended_at = Some(ended_at);
        checked.winner.clone_from(&code);
        checked.price = price;
        let none = || "nobody".to_owned();
        let pairs = [
            (format!("{kind:?}"), format!("{:?}", end.kind)),
            (code.unwrap_or_else(none), end.winner.clone().unwrap_or_else(none)),
            (format!("price {price:?}"), format!("price {:?}", end.price)),
            (format!("end {}", instant(ended_at)), format!("end {}", end.ended_at)),
            (format!("{} attempts", self.sequence), format!("{} attempts", end.attempts)),
            (format!("{} bids", checked.bids), format!("{} bids", end.bids)),
            (format!("{} extensions", self.state.extension_count), format!("{} extensions", end.extensions)),
        ];
        for (expected, found) in pairs.iter().filter(|(expected, found)| expected != found) {
            checked.differs(n, expected, found);
        }
    }
}

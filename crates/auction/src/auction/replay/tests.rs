//! A file holds as it was written, and no change to it passes.
#![allow(clippy::unwrap_used)]

use super::line::line_hash;
use super::write::Chain;
use super::*;
use crate::auction::receipt::{Decided, DecidedOn};
use crate::auction::rules::Parameters;
use crate::auction::{BidOutcome, LotEventKind, OperatingMode};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::merkle::{empty_root, leaf_hash};
use crate::audit::note::{NoteSigner, NoteVerifier};
use crate::kernel::keys::{KeyPurpose, KeyRing};
use crate::kernel::refusal::RefusalCode;

const LOT: &str = "湘01-2026-000001";

fn at(text: &str) -> String {
    format!("2026-02-{text}.000000+08:00")
}

fn header(form: Form) -> Body {
    Body::Header(Box::new(Header {
        format: FORMAT.into(),
        form,
        lot_number: LOT.into(),
        operating_mode: OperatingMode::Practice,
        title: "某小区住宅".into(),
        starting_price: "500000.00".parse().unwrap(),
        bid_increment: "10000.00".parse().unwrap(),
        starts_at: at("05T10:00:00"),
        ends_at: at("06T10:00:00"),
        version: 1,
        parameters: Parameters::default(),
        keys: Vec::new(),
    }))
}

fn bid(sequence: i64, arrived: &str, code: &str, amount: &str, version: i64, extended: Option<&str>) -> Body {
    Body::Attempt(Box::new(Attempt {
        sequence,
        arrived_at: at(arrived),
        outcome: BidOutcome::Accepted,
        bidder_code: Some(code.into()),
        priority_rank: None,
        amount: Some(amount.parse().unwrap()),
        extended_to: extended.map(at),
        version: Some(version),
        provoked_by: None,
        decided_at: Some(at(arrived)),
        receipt: None,
        refusal: None,
    }))
}

fn refused(sequence: i64, arrived: &str) -> Body {
    Body::Attempt(Box::new(Attempt {
        sequence,
        arrived_at: at(arrived),
        outcome: BidOutcome::NotAccepted,
        bidder_code: None,
        priority_rank: None,
        amount: None,
        extended_to: None,
        version: None,
        provoked_by: None,
        decided_at: None,
        receipt: None,
        refusal: None,
    }))
}

fn event(kind: LotEventKind, version: i64, when: &str, window: (&str, &str), suspended: Option<&str>) -> Body {
    Body::Event(EventLine {
        kind,
        version,
        at: at(when),
        starts_at: at(window.0),
        ends_at: at(window.1),
        suspended_at: suspended.map(at),
    })
}

/// Two bidders, an extension, a refusal, a pause of which five minutes are left.
fn story() -> Vec<Body> {
    let first = ("05T10:00:00", "06T10:00:00");
    let moved = ("05T10:00:00", "06T10:02:00");
    vec![
        header(Form::Public),
        event(LotEventKind::Opened, 2, "05T10:00:00", first, None),
        bid(1, "05T10:00:01", "K7M2", "500000.00", 3, None),
        refused(2, "05T10:00:02"),
        bid(3, "06T09:57:00", "Q4TP", "510000.00", 4, Some("06T10:02:00")),
        event(LotEventKind::Suspended, 5, "06T10:01:00", moved, Some("06T10:01:00")),
        event(LotEventKind::Resumed, 6, "07T09:00:00", ("08T10:00:00", "08T10:05:00"), None),
        bid(4, "08T10:00:00", "K7M2", "520000.00", 7, None),
        Body::End(End {
            kind: LotEventKind::Sold,
            version: 8,
            ended_at: at("08T10:05:00"),
            winner: Some("K7M2".into()),
            price: Some("520000.00".parse().unwrap()),
            bids: 3,
            attempts: 4,
            extensions: 1,
        }),
    ]
}

/// Gives each attempt with an amount its receipt, about the lot as the lines before say that it was.
fn with_receipts(mut bodies: Vec<Body>) -> Vec<Body> {
    let shown = |text: &str| parse_instant(text).unwrap().to_rfc3339();
    let mut lot = DecidedOn { version: 0, current_price: None, leading_bidder_code: None, effective_end_at: None };
    for body in &mut bodies {
        match body {
            Body::Header(header) => {
                (lot.version, lot.effective_end_at) = (header.version, Some(shown(&header.ends_at)));
            }
            Body::Event(event) => (lot.version, lot.effective_end_at) = (event.version, Some(shown(&event.ends_at))),
            Body::Attempt(attempt) if attempt.amount.is_some() => {
                if attempt.receipt.is_none() {
                    attempt.receipt = Some(receipt(attempt, &lot));
                }
                if attempt.outcome == BidOutcome::Accepted {
                    lot.version = attempt.version.unwrap();
                    lot.current_price = attempt.amount.map(|amount| amount.to_string());
                    lot.leading_bidder_code.clone_from(&attempt.bidder_code);
                    lot.effective_end_at = attempt.extended_to.as_deref().map(shown).or(lot.effective_end_at.take());
                }
            }
            _ => {}
        }
    }
    bodies
}

fn receipt(attempt: &Attempt, lot: &DecidedOn) -> String {
    let decided = Decided {
        lot_number: LOT,
        attempt: attempt.sequence,
        arrived_at: parse_instant(&attempt.arrived_at).unwrap(),
        decided_at: parse_instant(attempt.decided_at.as_deref().unwrap()).unwrap(),
        bidder_code: attempt.bidder_code.as_deref(),
        amount: attempt.amount.unwrap(),
        refusal: attempt.refusal,
        extended_to: attempt.extended_to.as_deref().and_then(parse_instant),
        provoked_by: attempt.provoked_by,
    };
    hex::encode(leaf_hash(&decided.statement(lot.clone()).canonical().unwrap()))
}

fn write(bodies: Vec<Body>, ring: &KeyRing) -> String {
    let mut chain = Chain::default();
    with_receipts(bodies).into_iter().for_each(|body| chain.push(body).unwrap());
    chain.sign(LOT, Form::Public, ring).unwrap().content
}
fn trusted(ring: &KeyRing) -> Option<TrustedKey> {
    let key = ring.public_keys().iter().find(|key| key.purpose == KeyPurpose::Receipt && key.active).unwrap();
    Some(TrustedKey(key.bytes))
}

#[test]
fn a_file_leads_to_its_winner_price_and_end() {
    let ring = KeyRing::ephemeral().unwrap();
    let checked = check(&write(story(), &ring), trusted(&ring));
    assert!(checked.holds(), "{checked}");
    assert_eq!(checked.winner.as_deref(), Some("K7M2"));
    assert_eq!(checked.price.unwrap().to_string(), "520000.00");
    assert_eq!(instant(checked.ended_at.unwrap()), at("08T10:05:00"));
    assert_eq!((checked.attempts, checked.bids), (4, 3));
}

#[test]
fn no_line_can_be_dropped_changed_or_moved() {
    let ring = KeyRing::ephemeral().unwrap();
    let content = write(story(), &ring);
    let lines: Vec<&str> = content.lines().collect();
    let join = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    for n in 0..lines.len() {
        let mut dropped = lines.clone();
        dropped.remove(n);
        assert!(!check(&join(&dropped), trusted(&ring)).holds(), "line {n} dropped");
        let cut = join(&lines[..n]);
        assert!(!check(&cut, trusted(&ring)).holds(), "cut before line {n}");
        if n + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(n, n + 1);
            assert!(!check(&join(&swapped), trusted(&ring)).holds(), "lines {n} and {} swapped", n + 1);
        }
        // one digit more
        let changed = lines[n].replacen("2026", "2027", 1);
        if changed != lines[n] {
            let mut forged = lines.clone();
            forged[n] = &changed;
            assert!(!check(&join(&forged), trusted(&ring)).holds(), "line {n} changed");
        }
    }
    assert!(!check(content.trim_end(), trusted(&ring)).holds(), "without its last line feed");
    assert!(!check("", trusted(&ring)).holds());
}

#[test]
fn a_file_of_another_key_does_not_pass_for_ours() {
    let (ours, theirs) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
    assert!(!check(&write(story(), &theirs), trusted(&ours)).holds());
}

/// A forger who holds the key: the chain and the signature are right, the sale is not.
#[test]
fn a_sale_against_the_rules_does_not_hold_whoever_signs_it() {
    let ring = KeyRing::ephemeral().unwrap();
    let differs = |forge: &dyn Fn(&mut Vec<Body>), word: &str| {
        let mut bodies = story();
        forge(&mut bodies);
        let checked = check(&write(bodies, &ring), trusted(&ring));
        let found = checked.differences.join("\n");
        assert!(found.contains(word), "{word} not in: {found}");
    };
    let end = |bodies: &mut Vec<Body>, change: &dyn Fn(&mut End)| {
        if let Some(Body::End(end)) = bodies.last_mut() {
            change(end);
        }
    };
    differs(&|bodies| end(bodies, &|end| end.winner = Some("Q4TP".into())), "found Q4TP");
    differs(&|bodies| end(bodies, &|end| end.ended_at = at("08T10:05:01")), "08T10:05:01");
    differs(&|bodies| end(bodies, &|end| end.price = Some("510000.00".parse().unwrap())), "price");
    differs(&|bodies| end(bodies, &|end| end.kind = LotEventKind::Unsold), "Unsold");
    differs(&|bodies| bodies[2] = bid(1, "05T10:00:01", "K7M2", "499999.99", 3, None), "BID_BELOW_START");
    differs(&|bodies| bodies[7] = bid(4, "08T10:05:00", "K7M2", "520000.00", 7, None), "BIDDING_ENDED");
    differs(&|bodies| bodies[7] = bid(4, "08T09:59:59", "K7M2", "520000.00", 7, None), "BIDDING_NOT_STARTED");
    differs(&|bodies| bodies[7] = bid(4, "08T10:00:00", "Q4TP", "520000.00", 7, None), "ALREADY_LEADING");
    differs(&|bodies| bodies[4] = bid(3, "06T09:57:00", "Q4TP", "510000.00", 4, None), "no extension");
    differs(&|bodies| drop(bodies.remove(3)), "attempt 2");
    differs(&|bodies| drop(bodies.remove(5)), "a change that fits the state");
    let shorter = ("08T10:00:00", "08T10:04:59");
    differs(&|bodies| bodies[6] = event(LotEventKind::Resumed, 6, "07T09:00:00", shorter, None), "08T10:04:59");
    differs(&|bodies| bodies.insert(9, refused(5, "08T10:06:00")), "nothing of the sale after its end");
}

#[test]
fn in_the_full_form_each_refusal_is_recomputed() {
    let ring = KeyRing::ephemeral().unwrap();
    let file = |code: RefusalCode, amount: &str| {
        let Body::Attempt(mut attempt) = refused(1, "05T10:00:01") else { panic!() };
        attempt.amount = Some(amount.parse().unwrap());
        attempt.decided_at = Some(at("05T10:00:02"));
        attempt.refusal = Some(code);
        let Body::End(mut end) = story().pop().unwrap() else { panic!() };
        end = End {
            kind: LotEventKind::Unsold,
            version: 3,
            ended_at: at("06T10:00:00"),
            winner: None,
            price: None,
            ..end
        };
        (end.bids, end.attempts, end.extensions) = (0, 1, 0);
        let window = ("05T10:00:00", "06T10:00:00");
        let mut chain = Chain::default();
        let opened = event(LotEventKind::Opened, 2, "05T10:00:00", window, None);
        for body in with_receipts(vec![header(Form::Full), opened, Body::Attempt(attempt), Body::End(end)]) {
            chain.push(body).unwrap();
        }
        check(&chain.sign(LOT, Form::Full, &ring).unwrap().content, trusted(&ring))
    };
    assert!(file(RefusalCode::BidBelowStart, "499999.99").holds());
    assert!(file(RefusalCode::ConfirmationNeeded, "6000000.00").holds());
    assert!(file(RefusalCode::NotQualified, "500000.00").holds());
    // a fault of the platform is not recomputed, but on record
    assert!(file(RefusalCode::PlatformFault, "500000.00").holds());
    // refused although the rules take it
    assert!(!file(RefusalCode::BidTooLow, "500000.00").holds());
    assert!(!file(RefusalCode::BidNotOnStep, "499999.99").holds());
}

/// Whoever holds a receipt finds in the file exactly what it says, or the file does not hold.
#[test]
fn a_receipt_that_says_something_else_is_found() {
    let ring = KeyRing::ephemeral().unwrap();
    type Change = fn(&mut Attempt);
    let changes: [(&str, Change); 4] = [
        ("arrival", |attempt| attempt.arrived_at = at("05T10:00:02")),
        ("decision", |attempt| attempt.decided_at = Some(at("05T10:00:03"))),
        ("code", |attempt| attempt.bidder_code = Some("Q4TP".into())),
        ("amount", |attempt| attempt.amount = Some("510000.00".parse().unwrap())),
    ];
    for (what, change) in changes {
        let mut bodies = with_receipts(story());
        let Body::Attempt(attempt) = &mut bodies[2] else { panic!() };
        change(attempt);
        let found = check(&write(bodies, &ring), trusted(&ring)).differences.join("\n");
        assert!(found.contains("line 2: expected the receipt {"), "{what}: {found}");
    }
    // the state that the attempt met: another end than the lot had
    let mut bodies = with_receipts(story());
    let Body::Attempt(attempt) = &mut bodies[7] else { panic!() };
    let end = Some("2026-02-08T10:06:00.000+08:00".to_owned());
    let met = DecidedOn {
        version: 6,
        current_price: Some("510000.00".into()),
        leading_bidder_code: Some("Q4TP".into()),
        effective_end_at: end,
    };
    attempt.receipt = Some(receipt(attempt, &met));
    let found = check(&write(bodies, &ring), trusted(&ring)).differences.join("\n");
    assert!(found.contains("line 7: expected the receipt {"), "{found}");
}

#[test]
fn the_anchor_is_a_checkpoint_signed_by_a_key_of_the_header() {
    let ring = KeyRing::ephemeral().unwrap();
    let signed = |ring: &KeyRing| {
        let key = ring.public_keys().iter().find(|key| key.purpose == KeyPurpose::Checkpoint).unwrap();
        let (origin, owner) = ("court.example/audit", ring.clone());
        let verifier = NoteVerifier::try_new(origin, &key.bytes).unwrap();
        let signer = NoteSigner::new(verifier, move |text| owner.sign(KeyPurpose::Checkpoint, text).bytes);
        Checkpoint { origin: origin.into(), size: 0, root: empty_root() }.sign(&signer).unwrap()
    };
    let anchored = |checkpoint: String| {
        let mut bodies = story();
        let Body::Header(header) = &mut bodies[0] else { panic!() };
        header.keys = write::named_keys(&ring);
        bodies.push(Body::Anchor(line::Anchor { checkpoint }));
        check(&write(bodies, &ring), trusted(&ring))
    };
    let checked = anchored(signed(&ring));
    assert!(checked.holds(), "{checked}");
    assert_eq!(checked.anchor, Some((0, hex::encode(empty_root()))));
    for forged in [
        signed(&ring).replacen("\n0\n", "\n1\n", 1),
        signed(&KeyRing::ephemeral().unwrap()),
        "court.example/audit\n0\n".to_owned(),
    ] {
        let found = anchored(forged).differences.join("\n");
        assert!(found.contains("line 9: expected a checkpoint signed by a key of the header"), "{found}");
    }
    // in the middle of the sale it is no anchor
    let mut bodies = story();
    bodies.insert(3, Body::Anchor(line::Anchor { checkpoint: signed(&ring) }));
    assert!(!check(&write(bodies, &ring), trusted(&ring)).holds());
}

#[test]
fn every_line_names_the_one_before() {
    let content = write(story(), &KeyRing::ephemeral().unwrap());
    let lines: Vec<&str> = content.lines().collect();
    for pair in lines.windows(2) {
        assert!(pair[1].contains(&line_hash(pair[0])));
    }
}

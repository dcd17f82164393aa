//! Where a later bundle departs from what the court stands on already: terms on which bidders have paid, and the
//! persons behind the platform's references (网拍规定 12, 17, 18).
//!
//! Most changes are findings like others. Three can never be accepted: another person under a known reference, whose
//! money and confirmation would go by the first one's name; a deposit that moves from the court to the platform or
//! back; and bidding that has begun and is to begin again.

use super::bundle::{Bundle, Notice, Registration};
use super::findings::{Finding, differs};
use crate::auction::DepositHolding;
use crate::kernel::identity::name::comparison_key;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use std::collections::{HashMap, HashSet};

/// What the court stands on by the bundles before.
pub struct Stands {
    pub platform_lot: String,
    pub notice: Notice,
    /// By the platform's reference of the registration.
    pub people: HashMap<String, Person>,
}
/// A registration as the court knows it.
pub struct Person {
    pub name: String,
    pub priority_claim: Option<String>,
    pub deposit: Money,
    pub holding: DepositHolding,
    /// The provider's number of the freeze of the deposit.
    pub freeze: Option<String>,
}

/// Refuses what no reason makes good.
///
/// # Errors
/// `REGISTRATION_CHANGED` for another person or another place of the deposit under a known reference (网拍规定 第18条),
/// `REVISION_TOO_LATE` for a begin after the bundle when bidding had begun before it (第12条).
pub fn check_possible(bundle: &Bundle, stands: &Stands) -> Result<(), Refusal> {
    for (path, theirs, person) in known(bundle, stands) {
        if comparison_key(&theirs.name) != comparison_key(&person.name) {
            return Err(changed_person(format!("{path}.name")).field("content"));
        }
        if theirs.holding != person.holding {
            return Err(changed_person(format!("{path}.deposit.holding")).field("content"));
        }
    }
    let begun = stands.notice.starts_at <= bundle.issued_at;
    if begun && bundle.result.is_none() && bundle.notice.starts_at > bundle.issued_at {
        return Err(Refusal::new(RefusalCode::RevisionTooLate).law(&reference::NETAUCTION_12).field("content"));
    }
    Ok(())
}

/// Every other change, in the order of the bundle.
pub fn changed(bundle: &Bundle, stands: &Stands) -> Vec<Finding> {
    let mut found = terms(bundle, stands);
    for (path, theirs, person) in known(bundle, stands) {
        if theirs.priority_claim != person.priority_claim {
            // what it says is personal and stays sealed
            found.push(Finding::new(format!("{path}.priorityClaim"), changed_person("priorityClaim")));
        }
        if theirs.deposit != person.deposit {
            let what = format!("{} / {}", theirs.deposit, person.deposit);
            found.push(Finding::new(format!("{path}.deposit.amount"), changed_person(what)));
        }
        let number = theirs.freeze.as_ref().map(|freeze| &freeze.reference);
        if person.freeze.is_some() && number != person.freeze.as_ref() {
            let what = format!("{} / {}", number.map_or("-", String::as_str), person.freeze.as_deref().unwrap_or("-"));
            found.push(Finding::new(format!("{path}.deposit.freeze"), changed_person(what)));
        }
    }
    let told: HashSet<&str> = bundle.registrations.iter().map(|row| row.reference.as_str()).collect();
    let mut missing: Vec<&String> = stands.people.keys().filter(|known| !told.contains(known.as_str())).collect();
    missing.sort();
    found.extend(missing.into_iter().map(|known| Finding::new("$.bundle.registrations", changed_person(known))));
    found
}

/// Does the bundle of an ended sale say what the adopted one says, and of deposits that were unfrozen since? A release
/// that was told before stays as it was told.
pub fn only_releases(bundle: &Bundle, adopted: &Bundle) -> bool {
    let mut pairs = bundle.registrations.iter().zip(&adopted.registrations);
    if pairs.any(|(told, stood)| stood.release.is_some() && told.release != stood.release) {
        return false;
    }
    let plain = |told: &Bundle| {
        let mut plain = Bundle { issued_at: adopted.issued_at, ..told.clone() };
        plain.registrations.iter_mut().for_each(|row| row.release = None);
        plain
    };
    adopted.result.is_some() && plain(bundle) == plain(adopted)
}

/// Registrations that the court knows, each with its place.
fn known<'b>(bundle: &'b Bundle, stands: &'b Stands) -> impl Iterator<Item = (String, &'b Registration, &'b Person)> {
    bundle.registrations.iter().enumerate().filter_map(move |(index, theirs)| {
        Some((format!("$.bundle.registrations[{index}]"), theirs, stands.people.get(&theirs.reference)?))
    })
}

fn changed_person(what: impl ToString) -> Refusal {
    Refusal::new(RefusalCode::RegistrationChanged).law(&reference::NETAUCTION_18).arg("what", what)
}

/// The announcement against the one that stands.
fn terms(bundle: &Bundle, stands: &Stands) -> Vec<Finding> {
    let (said, stood) = (&bundle.notice, &stands.notice);
    let pairs = [
        ("platformLot", bundle.platform_lot.clone(), stands.platform_lot.clone()),
        ("notice.publishedAt", said.published_at.to_string(), stood.published_at.to_string()),
        ("notice.startsAt", said.starts_at.to_string(), stood.starts_at.to_string()),
        ("notice.endsAt", said.ends_at.to_string(), stood.ends_at.to_string()),
        ("notice.startingPrice", said.starting_price.to_string(), stood.starting_price.to_string()),
        ("notice.deposit", said.deposit.to_string(), stood.deposit.to_string()),
        ("notice.bidIncrement", said.bid_increment.to_string(), stood.bid_increment.to_string()),
        ("notice.balanceDays", said.balance_days.to_string(), stood.balance_days.to_string()),
    ];
    let other = pairs.into_iter().filter(|(_, said, stood)| said != stood);
    let finding = |(path, said, stood): (&str, String, String)| {
        let refusal = differs(RefusalCode::TermsChanged, &reference::NETAUCTION_12, said, stood);
        Finding::new(format!("$.bundle.{path}"), refusal)
    };
    other.map(finding).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::MirrorOutcome;
    use super::super::bundle::{Freeze, Release, SaleResult};
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-{text}:00.000+08:00")).unwrap()
    }
    fn notice() -> Notice {
        Notice {
            published_at: at("03-05T09:00"),
            starts_at: at("04-16T10:00"),
            ends_at: at("04-17T10:00"),
            starting_price: money("500000.00"),
            deposit: money("100000.00"),
            bid_increment: money("10000.00"),
            balance_days: 15,
        }
    }
    fn stands() -> Stands {
        let person = Person {
            name: "某某公司（甲）".into(),
            priority_claim: None,
            deposit: money("100000.00"),
            holding: DepositHolding::CourtAccount,
            freeze: None,
        };
        Stands { platform_lot: "1".into(), notice: notice(), people: HashMap::from([("R-1".into(), person)]) }
    }
    /// The same as stands, issued before bidding begins.
    fn later() -> Bundle {
        let registration = Registration {
            reference: "R-1".into(),
            name: "某某公司（甲）".into(),
            priority_claim: None,
            deposit: money("100000.00"),
            holding: DepositHolding::CourtAccount,
            freeze: None,
            release: None,
            bidder_code: None,
        };
        Bundle {
            provider: "PAIMAI".into(),
            lot_number: "湘01-2026-000001".into(),
            platform_lot: "1".into(),
            url: "https://a.cn/1".into(),
            issued_at: at("04-10T09:00"),
            notice: notice(),
            registrations: vec![registration],
            bids: Vec::new(),
            result: None,
        }
    }

    #[test]
    fn netauction_12_and_18_what_changed_is_found_with_its_place_and_what_did_not_is_silent() {
        use RefusalCode::{RegistrationChanged, TermsChanged};
        type Change = fn(&mut Bundle);
        let cases: [(Change, &[(&str, RefusalCode)]); 9] = [
            (|_| {}, &[]),
            (|b| b.url = "https://a.cn/2".into(), &[]),
            (|b| b.platform_lot = "2".into(), &[("$.bundle.platformLot", TermsChanged)]),
            (|b| b.notice.starts_at = at("04-16T10:01"), &[("$.bundle.notice.startsAt", TermsChanged)]),
            (|b| b.notice.starting_price = money("500000.01"), &[("$.bundle.notice.startingPrice", TermsChanged)]),
            (|b| b.notice.balance_days = 14, &[("$.bundle.notice.balanceDays", TermsChanged)]),
            (
                |b| b.registrations[0].deposit = money("99999.99"),
                &[("$.bundle.registrations[0].deposit.amount", RegistrationChanged)],
            ),
            (
                |b| b.registrations[0].priority_claim = Some("共有人".into()),
                &[("$.bundle.registrations[0].priorityClaim", RegistrationChanged)],
            ),
            (|b| b.registrations[0].reference = "R-2".into(), &[("$.bundle.registrations", RegistrationChanged)]),
        ];
        for (number, (change, expected)) in cases.into_iter().enumerate() {
            let mut bundle = later();
            change(&mut bundle);
            let found = changed(&bundle, &stands());
            let told: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.refusal.code)).collect();
            assert_eq!(told, expected, "case {number}");
            assert!(check_possible(&bundle, &stands()).is_ok(), "case {number}");
        }
    }

    #[test]
    fn netauction_18_another_person_never_takes_a_known_reference() {
        let mut bundle = later();
        bundle.registrations[0].name = "某某公司(甲)".into();
        assert!(check_possible(&bundle, &stands()).is_ok(), "brackets of another width name nobody else");
        bundle.registrations[0].name = "某某公司（乙）".into();
        let refused = check_possible(&bundle, &stands()).unwrap_err();
        assert_eq!((refused.code, refused.field), (RefusalCode::RegistrationChanged, Some("content")));
        bundle.registrations[0].reference = "R-2".into();
        assert!(check_possible(&bundle, &stands()).is_ok(), "a new reference is a new person");
    }

    #[test]
    fn netauction_17_and_25_a_deposit_stays_where_it_lies_and_under_its_freeze() {
        let mut bundle = later();
        bundle.registrations[0].holding = DepositHolding::Platform;
        let refused = check_possible(&bundle, &stands()).unwrap_err();
        assert_eq!((refused.code, refused.field), (RefusalCode::RegistrationChanged, Some("content")));
        let frozen = |number: &str| {
            Some(Freeze { reference: number.into(), at: at("04-09T09:00"), account_name: "某支付".into() })
        };
        let mut stands = stands();
        stands.people.get_mut("R-1").unwrap().holding = DepositHolding::Platform;
        for (known, told, changes) in [
            (None, None, 0),
            (None, frozen("FZ-1"), 0),
            (Some("FZ-1"), frozen("FZ-1"), 0),
            (Some("FZ-1"), frozen("FZ-2"), 1),
            (Some("FZ-1"), None, 1),
        ] {
            stands.people.get_mut("R-1").unwrap().freeze = known.map(str::to_owned);
            bundle.registrations[0].freeze = told;
            assert!(check_possible(&bundle, &stands).is_ok());
            assert_eq!(changed(&bundle, &stands).len(), changes, "{known:?}");
        }
    }

    #[test]
    fn netauction_23_after_the_end_there_is_news_of_releases_alone() {
        let ended_at = at("04-17T10:00");
        let result = Some(SaleResult { outcome: MirrorOutcome::Unsold, ended_at, sale: None });
        let adopted = Bundle { result, issued_at: at("04-17T10:10"), ..later() };
        let mut told = Bundle { issued_at: at("04-17T12:00"), ..adopted.clone() };
        assert!(only_releases(&told, &adopted), "a repetition");
        told.registrations[0].release = Some(Release { reference: "JD-1".into(), at: at("04-17T11:00") });
        assert!(only_releases(&told, &adopted));
        // what the court was told of a release is neither taken back nor changed
        let mut changed = told.clone();
        changed.registrations[0].release = Some(Release { reference: "JD-2".into(), at: at("04-17T11:00") });
        assert!(only_releases(&told, &told), "a repetition");
        assert!(!only_releases(&changed, &told));
        assert!(!only_releases(&adopted, &told));
        assert!(!only_releases(&Bundle { result: None, ..told.clone() }, &adopted));
        assert!(!only_releases(&told, &Bundle { result: None, ..adopted.clone() }), "the sale still runs");
        told.registrations[0].deposit = money("100000.01");
        assert!(!only_releases(&told, &adopted));
    }

    #[test]
    fn netauction_12_bidding_that_has_begun_does_not_begin_again() {
        for (issued, starts, possible) in [
            ("04-16T09:59", "04-18T10:00", true),
            ("04-16T10:00", "04-18T10:00", false),
            ("04-16T10:00", "04-16T10:01", false),
            ("04-16T10:00", "04-16T10:00", true),
            ("04-18T10:00", "04-18T10:00", true),
        ] {
            let mut bundle = later();
            (bundle.issued_at, bundle.notice.starts_at) = (at(issued), at(starts));
            assert_eq!(check_possible(&bundle, &stands()).is_ok(), possible, "{issued} {starts}");
        }
        // put off and withdrawn before the new begin, and only told then
        let mut bundle = later();
        (bundle.issued_at, bundle.notice.starts_at) = (at("04-16T10:00"), at("04-18T10:00"));
        let ended_at = at("04-16T09:00");
        bundle.result = Some(SaleResult { outcome: MirrorOutcome::Withdrawn, ended_at, sale: None });
        assert!(check_possible(&bundle, &stands()).is_ok());
    }
}

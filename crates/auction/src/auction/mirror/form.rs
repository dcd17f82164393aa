//! The form of a bundle, read strictly: every error with its JSON path, and no bundle when there is one.
//!
//! Limits: [`LONGEST`] bytes and [`MOST_BIDS`], which are kept by a few statements; [`MOST_REGISTRATIONS`], as each
//! is entered with its account and its memo in the one transaction of the adoption.

use super::bundle::{Bid, Bundle, Freeze, Notice, Registration, Release, SaleFacts, SaleResult};
use super::json::{Issue, Json, parse};
use super::reader::{Fields, Reader};
use super::{FORMAT, MirrorOutcome, signed_bytes};
use crate::auction::DepositHolding;
use crate::kernel::clock::LegalDate;
use crate::kernel::identity::{CitizenId, Uscc};
use crate::kernel::keys::verify_with;
use crate::kernel::money::Money;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Longest text, in bytes: 16 MiB.
pub const LONGEST: usize = 16 * 1024 * 1024;
pub const MOST_REGISTRATIONS: usize = 300;
pub const MOST_BIDS: usize = 100_000;
/// Longest attached confirmation, in bytes.
const LARGEST_PAPER: usize = 65_536;

/// A text of the right outer form; its signature is not looked at yet.
#[derive(Debug)]
pub struct Envelope {
    pub provider: String,
    pub key_id: String,
    pub signature: [u8; 64],
    /// What is signed and kept: the canonical JSON of the member `bundle`.
    pub canonical: Vec<u8>,
    bundle: Json,
}

impl Envelope {
    /// Reads the outer form.
    pub fn open(text: &str) -> Result<Envelope, Vec<Issue>> {
        if text.len() > LONGEST {
            return Err(vec![Issue::new("$", format!("longer than {LONGEST} bytes"))]);
        }
        let json = parse(text)?;
        let mut reader = Reader::default();
        let read = reader.envelope(&json);
        reader.finish(read)
    }
    /// SHA-256 of the canonical bytes, hexadecimal: the same bundle however it is written.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.canonical))
    }
    pub fn is_signed_by(&self, public: &[u8; 32]) -> bool {
        verify_with(public, &signed_bytes(&self.canonical), &self.signature)
    }
    /// Reads what was signed. `today`: a birthday in an identity number is not after it.
    pub fn read(&self, today: LegalDate) -> Result<Bundle, Vec<Issue>> {
        read(&self.bundle, today)
    }
}

/// Reads kept canonical bytes again.
pub fn reread(canonical: &str, today: LegalDate) -> Result<Bundle, Vec<Issue>> {
    read(&parse(canonical)?, today)
}
fn read(json: &Json, today: LegalDate) -> Result<Bundle, Vec<Issue>> {
    let mut reader = Reader::default();
    let read = reader.bundle(json, today);
    if let Some(bundle) = &read {
        reader.agree(bundle);
    }
    reader.finish(read)
}

impl Reader {
    fn envelope(&mut self, json: &Json) -> Option<Envelope> {
        let whole = self.object("$".to_owned(), json, &["format", "bundle", "signature"])?;
        if self.text(&whole, "format", 64).is_some_and(|format| format != FORMAT) {
            self.issue::<()>("$.format", format!("{FORMAT} is read here"));
        }
        let bundle = self.member(&whole, "bundle")?;
        let signature = self.member(&whole, "signature")?;
        let signature = self.object("$.signature".to_owned(), signature, &["keyId", "value"])?;
        let key_id = self.text(&signature, "keyId", 16);
        let value = self.text(&signature, "value", 88)?;
        let bytes = STANDARD.decode(value).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let bytes = bytes.or_else(|| self.issue("$.signature.value", "64 bytes in base64"));
        let provider = match bundle.member("provider").and_then(Json::text) {
            Some(provider) => Some(provider.to_owned()),
            None => self.issue("$.bundle.provider", "missing"),
        };
        let canonical = bundle.canonical().ok().or_else(|| self.issue("$.bundle", "has no canonical form"));
        Some(Envelope {
            provider: provider?,
            key_id: key_id?,
            signature: bytes?,
            canonical: canonical?,
            bundle: bundle.clone(),
        })
    }

    fn bundle(&mut self, json: &Json, today: LegalDate) -> Option<Bundle> {
        const KNOWN: [&str; 9] =
            ["provider", "lotNumber", "platformLot", "url", "issuedAt", "notice", "registrations", "bids", "result"];
        let of = self.object("$.bundle".to_owned(), json, &KNOWN)?;
        let provider = self.text(&of, "provider", 16);
        let lot_number = self.text(&of, "lotNumber", 64);
        let platform_lot = self.text(&of, "platformLot", 64);
        let url = self.text(&of, "url", 300);
        if url.as_ref().is_some_and(|url| !url.starts_with("https://") || url.contains(char::is_whitespace)) {
            self.issue::<()>(of.at("url"), "an address that begins with https://");
        }
        let issued_at = self.instant(&of, "issuedAt");
        let notice = self.member(&of, "notice").and_then(|json| self.notice(json));
        let registrations = self.list(&of, "registrations", MOST_REGISTRATIONS).map(|items| {
            let rows = items.iter().enumerate();
            rows.filter_map(|(index, item)| self.registration(index, item)).collect()
        });
        let bids = self.list(&of, "bids", MOST_BIDS).map(|items| {
            let rows = items.iter().enumerate();
            rows.filter_map(|(index, item)| self.bid(index, item)).collect()
        });
        let result = Reader::optional(&of, "result").map(|json| self.result(json, today));
        let result = match result {
            None => None,
            Some(read) => Some(read?),
        };
        Some(Bundle {
            provider: provider?,
            lot_number: lot_number?,
            platform_lot: platform_lot?,
            url: url?,
            issued_at: issued_at?,
            notice: notice?,
            registrations: registrations?,
            bids: bids?,
            result,
        })
    }

    fn notice(&mut self, json: &Json) -> Option<Notice> {
        const KNOWN: [&str; 7] =
            ["publishedAt", "startsAt", "endsAt", "startingPrice", "deposit", "bidIncrement", "balanceDays"];
        let of = self.object("$.bundle.notice".to_owned(), json, &KNOWN)?;
        let published_at = self.instant(&of, "publishedAt");
        let starts_at = self.instant(&of, "startsAt");
        let ends_at = self.instant(&of, "endsAt");
        let starting_price = self.money(&of, "startingPrice", false);
        let deposit = self.money(&of, "deposit", false);
        let bid_increment = self.money(&of, "bidIncrement", false);
        let balance_days = match self.member(&of, "balanceDays") {
            Some(Json::Integer(days)) if (1..=365).contains(days) => i32::try_from(*days).ok(),
            Some(_) => self.issue(of.at("balanceDays"), "a whole number of days, 1 to 365"),
            None => None,
        };
        let notice = Notice {
            published_at: published_at?,
            starts_at: starts_at?,
            ends_at: ends_at?,
            starting_price: starting_price?,
            deposit: deposit?,
            bid_increment: bid_increment?,
            balance_days: balance_days?,
        };
        if notice.published_at > notice.starts_at || notice.starts_at >= notice.ends_at {
            self.issue::<()>(of.at("startsAt"), "publication, start and end follow each other");
        }
        for (name, amount) in [("deposit", notice.deposit), ("bidIncrement", notice.bid_increment)] {
            if amount > notice.starting_price {
                self.issue::<()>(of.at(name), "above the starting price");
            }
        }
        Some(notice)
    }

    fn registration(&mut self, index: usize, json: &Json) -> Option<Registration> {
        let path = format!("$.bundle.registrations[{index}]");
        let of = self.object(path, json, &["reference", "name", "priorityClaim", "deposit", "bidderCode"])?;
        let reference = self.text(&of, "reference", 64);
        let name = self.text(&of, "name", 100);
        let priority_claim = self.optional_text(&of, "priorityClaim", 500);
        let bidder_code = self.optional_text(&of, "bidderCode", 16);
        let deposit = self.member(&of, "deposit").and_then(|json| self.deposit(of.at("deposit"), json));
        let (deposit, holding, freeze, release) = deposit?;
        let (reference, name) = (reference?, name?);
        Some(Registration { reference, name, priority_claim, deposit, holding, freeze, release, bidder_code })
    }

    /// Amount, place, and what the provider did with it.
    fn deposit(
        &mut self,
        path: String,
        json: &Json,
    ) -> Option<(Money, DepositHolding, Option<Freeze>, Option<Release>)> {
        let of = self.object(path, json, &["holding", "amount", "freeze", "release"])?;
        let holding = self.text(&of, "holding", 32);
        let holding = DepositHolding::ALL.iter().copied().find(|known| holding.as_deref() == Some(known.as_str()));
        let holding = holding.or_else(|| self.issue(of.at("holding"), "COURT_ACCOUNT or PLATFORM"));
        let amount = self.money(&of, "amount", true);
        let freeze = match Reader::optional(&of, "freeze") {
            None => None,
            Some(json) => Some(self.freeze(of.at("freeze"), json)?),
        };
        let release = match Reader::optional(&of, "release") {
            None => None,
            Some(json) => Some(self.release(of.at("release"), json)?),
        };
        Some((amount?, holding?, freeze, release))
    }
    fn freeze(&mut self, path: String, json: &Json) -> Option<Freeze> {
        let of = self.object(path, json, &["reference", "at", "accountName"])?;
        let reference = self.text(&of, "reference", 128);
        let at = self.instant(&of, "at");
        let account_name = self.text(&of, "accountName", 128);
        Some(Freeze { reference: reference?, at: at?, account_name: account_name? })
    }
    fn release(&mut self, path: String, json: &Json) -> Option<Release> {
        let of = self.object(path, json, &["reference", "at"])?;
        let reference = self.text(&of, "reference", 128);
        let at = self.instant(&of, "at");
        Some(Release { reference: reference?, at: at? })
    }

    fn bid(&mut self, index: usize, json: &Json) -> Option<Bid> {
        let of = self.object(format!("$.bundle.bids[{index}]"), json, &["bidderCode", "amount", "at"])?;
        let bidder_code = self.text(&of, "bidderCode", 16);
        let amount = self.money(&of, "amount", false);
        let at = self.instant(&of, "at");
        Some(Bid { bidder_code: bidder_code?, amount: amount?, at: at? })
    }

    fn result(&mut self, json: &Json, today: LegalDate) -> Option<SaleResult> {
        let path = "$.bundle.result".to_owned();
        let of = self.object(path, json, &["outcome", "endedAt", "price", "buyer", "confirmation"])?;
        let outcome = self.text(&of, "outcome", 16);
        let outcome = MirrorOutcome::ALL.iter().copied().find(|known| outcome.as_deref() == Some(known.as_str()));
        let outcome = outcome.or_else(|| self.issue(of.at("outcome"), "SOLD, UNSOLD or WITHDRAWN"));
        let ended_at = self.instant(&of, "endedAt");
        let sale = match outcome {
            Some(MirrorOutcome::Sold) => Some(self.sale(&of, today)?),
            _ => {
                for name in ["price", "buyer", "confirmation"] {
                    if Reader::optional(&of, name).is_some() {
                        self.issue::<()>(of.at(name), "stands with SOLD alone");
                    }
                }
                None
            }
        };
        Some(SaleResult { outcome: outcome?, ended_at: ended_at?, sale })
    }

    fn sale(&mut self, of: &Fields<'_>, today: LegalDate) -> Option<SaleFacts> {
        let price = self.money(of, "price", false);
        let buyer = self
            .member(of, "buyer")
            .and_then(|json| self.object(of.at("buyer"), json, &["reference", "identityNumber", "undertaking"]));
        let paper = self
            .member(of, "confirmation")
            .and_then(|json| self.object(of.at("confirmation"), json, &["number", "sha256", "content"]));
        let (buyer, paper) = (buyer?, paper?);
        let reference = self.text(&buyer, "reference", 64);
        let number = self.text(&buyer, "identityNumber", 32).unwrap_or_default();
        let citizen = CitizenId::parse(&number, today).ok().map(|id| id.expose().to_owned());
        let known = citizen.or_else(|| Uscc::parse(&number).ok().map(|code| code.as_str().to_owned()));
        let known = known.or_else(|| {
            self.issue(buyer.at("identityNumber"), "a citizen id or unified social credit code with its check digit")
        });
        let undertaking = match Reader::optional(&buyer, "undertaking") {
            None => false,
            Some(Json::Bool(said)) => *said,
            Some(_) => self.issue(buyer.at("undertaking"), "true or false")?,
        };
        let confirmation_number = self.text(&paper, "number", 128);
        let sha256 = self
            .text(&paper, "sha256", 64)
            .filter(|text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        let sha256 = sha256.or_else(|| self.issue(paper.at("sha256"), "64 digits of lower-case hexadecimal"));
        if let Some(content) = Reader::optional(&paper, "content") {
            self.paper(paper.at("content"), content, sha256.as_deref());
        }
        Some(SaleFacts {
            price: price?,
            buyer: reference?,
            identity_number: known?,
            undertaking,
            confirmation_number: confirmation_number?,
            confirmation_sha256: sha256?,
        })
    }
    /// The attached paper is the one whose hash stands beside it.
    fn paper(&mut self, path: String, json: &Json, sha256: Option<&str>) {
        let bytes = json.text().and_then(|text| STANDARD.decode(text).ok());
        match bytes {
            None => self.issue::<()>(path, "base64"),
            Some(bytes) if bytes.len() > LARGEST_PAPER => self.issue(path, format!("more than {LARGEST_PAPER} bytes")),
            Some(bytes) if sha256.is_some_and(|sha256| hex::encode(Sha256::digest(&bytes)) != sha256) => {
                self.issue(path, "its SHA-256 is another")
            }
            Some(_) => None,
        };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::keys::{KeyPurpose, KeyRing};
    use serde_json::{Value, json};

    fn running() -> Value {
        json!({ "provider": "PAIMAI", "lotNumber": "湘01-2026-000001", "platformLot": "1", "url": "https://a.cn/1",
            "issuedAt": "2026-03-05T09:30:00+08:00",
            "notice": { "publishedAt": "2026-03-05T09:00:00+08:00", "startsAt": "2026-04-16T10:00:00+08:00",
                "endsAt": "2026-04-17T10:00:00+08:00", "startingPrice": "500000.00", "deposit": "100000.00",
                "bidIncrement": "10000.00", "balanceDays": 15 },
            "registrations": [{ "reference": "R-1", "name": "某",
                "deposit": { "holding": "COURT_ACCOUNT", "amount": "100000.00" } }],
            "bids": [], "result": null })
    }
    fn sold() -> Value {
        let mut bundle = running();
        bundle["registrations"][0]["bidderCode"] = json!("A101");
        bundle["bids"] = json!([{ "bidderCode": "A101", "amount": "500000.00", "at": "2026-04-16T11:00:00+08:00" }]);
        bundle["result"] = json!({ "outcome": "SOLD", "endedAt": "2026-04-17T10:00:00+08:00", "price": "500000.00",
            "buyer": { "reference": "R-1", "identityNumber": "11010519491231002X" },
            "confirmation": { "number": "1", "sha256": hex::encode(Sha256::digest(b"x")), "content": "eA==" } });
        bundle
    }
    fn signed(ring: &KeyRing, bundle: &Value) -> String {
        let canonical = serde_json_canonicalizer::to_vec(bundle).unwrap();
        let made = ring.sign(KeyPurpose::Receipt, &signed_bytes(&canonical));
        let signature = json!({ "keyId": made.kid, "value": STANDARD.encode(made.bytes) });
        json!({ "format": FORMAT, "bundle": bundle, "signature": signature }).to_string()
    }
    fn today() -> LegalDate {
        "2026-04-18".parse().unwrap()
    }

    #[test]
    fn a_bundle_is_read_as_it_was_signed_and_read_again_as_it_was_kept() {
        let ring = KeyRing::ephemeral().unwrap();
        let public = ring.public_keys().iter().find(|key| key.purpose == KeyPurpose::Receipt).unwrap().bytes;
        for bundle in [running(), sold()] {
            let text = signed(&ring, &bundle);
            let envelope = Envelope::open(&text).unwrap();
            assert!(envelope.is_signed_by(&public));
            let read = envelope.read(today()).unwrap();
            assert_eq!(reread(std::str::from_utf8(&envelope.canonical).unwrap(), today()).unwrap(), read);
            let changed = Envelope::open(&text.replace("500000.00", "500000.01")).unwrap();
            assert!(!changed.is_signed_by(&public) && changed.sha256() != envelope.sha256());
            let blanks = Envelope::open(&text.replace(",\"", ", \"")).unwrap();
            assert!(blanks.is_signed_by(&public) && blanks.sha256() == envelope.sha256());
        }
    }

    #[test]
    fn netauction_18_and_22_every_error_is_told_with_its_place() {
        let ring = KeyRing::ephemeral().unwrap();
        for (path, value, place) in [
            ("/result/price", json!("500000.001"), "$.bundle.result.price"),
            ("/result/price", Value::Null, "$.bundle.result.price"),
            ("/result/outcome", json!("UNSOLD"), "$.bundle.result.price"),
            ("/result/outcome", json!("sold"), "$.bundle.result.outcome"),
            ("/result/buyer/reference", json!("R-9"), "$.bundle.result.buyer.reference"),
            ("/result/buyer/identityNumber", json!("110105194912310021"), "$.bundle.result.buyer.identityNumber"),
            ("/result/confirmation/content", json!("eQ=="), "$.bundle.result.confirmation.content"),
            ("/result/confirmation/sha256", json!("ABC"), "$.bundle.result.confirmation.sha256"),
            ("/bids/0/bidderCode", json!("B202"), "$.bundle.bids[0].bidderCode"),
            ("/bids/0/at", json!("2026-04-16"), "$.bundle.bids[0].at"),
            ("/registrations/0/name", json!(" 某"), "$.bundle.registrations[0].name"),
            ("/registrations/0/deposit/holding", json!("BANK"), "$.bundle.registrations[0].deposit.holding"),
            ("/registrations/0/deposit/holding", Value::Null, "$.bundle.registrations[0].deposit.holding"),
            ("/notice/startsAt", json!("2026-04-17T10:00:00+08:00"), "$.bundle.notice.startsAt"),
            ("/notice/deposit", json!("500000.01"), "$.bundle.notice.deposit"),
            ("/notice/balanceDays", json!(366), "$.bundle.notice.balanceDays"),
            ("/result", Value::Null, "$.bundle.registrations[0].bidderCode"),
        ] {
            let mut bundle = sold();
            *bundle.pointer_mut(path).unwrap() = value;
            let issues = Envelope::open(&signed(&ring, &bundle)).unwrap().read(today()).unwrap_err();
            assert!(issues.iter().any(|issue| issue.path == place), "{path}: {issues:?}");
        }
        let mut two = sold();
        (two["notice"]["deposit"], two["url"]) = (json!(1), json!("ftp://a"));
        assert_eq!(Envelope::open(&signed(&ring, &two)).unwrap().read(today()).unwrap_err().len(), 2);
    }

    #[test]
    fn netauction_17_23_and_25_a_deposit_on_the_platform_fits_its_sale() {
        let ring = KeyRing::ephemeral().unwrap();
        let frozen = |deposit: Value| {
            let mut bundle = sold();
            bundle["issuedAt"] = json!("2026-04-17T12:00:00+08:00");
            bundle["registrations"][0]["deposit"] = deposit;
            let loser = json!({ "reference": "R-2", "name": "某", "bidderCode": "B202", "deposit": {
                "holding": "PLATFORM", "amount": "100000.00",
                "freeze": { "reference": "FZ-2", "at": "2026-04-10T10:00:00+08:00", "accountName": "某支付" },
                "release": { "reference": "JD-2", "at": "2026-04-17T11:00:00+08:00" } } });
            bundle["registrations"].as_array_mut().unwrap().push(loser);
            bundle
        };
        let freeze = |at: &str| json!({ "reference": "FZ-1", "at": at, "accountName": "某支付" });
        let own =
            || json!({ "holding": "PLATFORM", "amount": "100000.00", "freeze": freeze("2026-04-10T09:00:00+08:00") });
        let good = Envelope::open(&signed(&ring, &frozen(own()))).unwrap().read(today()).unwrap();
        assert_eq!(good.registrations[0].holding, DepositHolding::Platform);
        assert_eq!(good.registrations[0].freeze.as_ref().unwrap().account_name, "某支付");
        assert_eq!(good.registrations[1].release.as_ref().unwrap().reference, "JD-2");
        for (path, value, place) in [
            ("/registrations/0/deposit/holding", json!("COURT_ACCOUNT"), "[0].deposit.freeze"),
            ("/registrations/0/deposit/amount", json!("0.00"), "[0].deposit.freeze"),
            ("/registrations/0/deposit/amount", json!("500000.01"), "[0].deposit.amount"),
            ("/registrations/0/deposit/freeze/at", json!("2026-04-17T12:00:00.001+08:00"), "[0].deposit.freeze.at"),
            ("/registrations/0/deposit/freeze/accountName", json!(""), "[0].deposit.freeze.accountName"),
            ("/registrations/1/deposit/freeze/reference", json!("FZ-1"), "[1].deposit.freeze.reference"),
            ("/registrations/1/deposit/freeze", Value::Null, "[1].deposit.release"),
            ("/registrations/1/deposit/release/at", json!("2026-04-17T09:59:59.999+08:00"), "[1].deposit.release.at"),
            ("/registrations/1/deposit/release/at", json!("2026-04-17T12:00:00.001+08:00"), "[1].deposit.release.at"),
            ("/result/buyer/reference", json!("R-2"), "[1].deposit.release"),
        ] {
            let mut bundle = frozen(own());
            *bundle.pointer_mut(path).unwrap() = value;
            let issues = Envelope::open(&signed(&ring, &bundle)).unwrap().read(today()).unwrap_err();
            let place = format!("$.bundle.registrations{place}");
            assert!(issues.iter().any(|issue| issue.path == place), "{path}: {issues:?}");
        }
    }

    #[test]
    fn size_and_lists_end_at_their_limits() {
        let ring = KeyRing::ephemeral().unwrap();
        let text = signed(&ring, &running());
        let filled = format!("{text}{}", " ".repeat(LONGEST - text.len()));
        assert!(Envelope::open(&filled).is_ok());
        assert_eq!(Envelope::open(&format!("{filled} ")).unwrap_err()[0].path, "$");
        let bid = json!({ "bidderCode": "A101", "amount": "500000.00", "at": "2026-04-16T11:00:00+08:00" });
        for (count, held) in [(MOST_BIDS, true), (MOST_BIDS + 1, false)] {
            let mut bundle = sold();
            bundle["bids"] = Value::Array(vec![bid.clone(); count]);
            assert_eq!(Envelope::open(&signed(&ring, &bundle)).unwrap().read(today()).is_ok(), held, "{count}");
        }
    }
}

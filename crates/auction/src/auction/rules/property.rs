//! Reference price, survey and costs: what must be known of a property, and said, before it is offered
//! (参考价规定 2, 13, 27; 网拍规定 13, 30).

use crate::auction::property::{CostBearer, CostKind, Finding, NetworkQuote, PriceMethod, SurveyItem};
use crate::kernel::clock::LegalDate;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use chrono::Months;
use rust_decimal::Decimal;
use std::collections::HashSet;

/// A reference price holds for at most so long (参考价规定 27).
pub const LONGEST_VALIDITY: Months = Months::new(12);
/// Announced while the price held, a property may still be offered for so long after its end (参考价规定 27).
pub const GRACE: Months = Months::new(6);
/// Platforms of a network inquiry at most; the list has fewer.
pub const MOST_QUOTES: usize = 20;

/// The price of a network inquiry: the arithmetic mean, half-up to the fen (参考价规定 13).
pub fn mean(quotes: &[NetworkQuote]) -> Result<Money, Refusal> {
    let refuse = |code| Refusal::new(code).law(&reference::PRICE_13).field("quotes");
    let platforms: HashSet<&str> = quotes.iter().map(|quote| quote.platform.as_str()).collect();
    if quotes.is_empty() || quotes.len() > MOST_QUOTES || platforms.len() != quotes.len() {
        return Err(refuse(RefusalCode::ListInvalid));
    }
    if quotes.iter().any(|quote| !quote.amount.is_positive()) {
        return Err(refuse(RefusalCode::AmountInvalid));
    }
    let sum = Money::sum(quotes.iter().map(|quote| quote.amount))?;
    let mean = sum.to_decimal().checked_div(Decimal::from(quotes.len()));
    Ok(Money::round_half_up(mean.ok_or_else(|| refuse(RefusalCode::AmountInvalid))?)?)
}

/// The amount of a reference price: of a network inquiry its mean, of every other way the amount that was given.
pub fn amount(method: PriceMethod, given: Option<Money>, quotes: &[NetworkQuote]) -> Result<Money, Refusal> {
    if method == PriceMethod::NetworkInquiry {
        return match given {
            None => mean(quotes),
            Some(_) => Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::PRICE_13).field("amount")),
        };
    }
    if !quotes.is_empty() {
        return Err(Refusal::new(RefusalCode::ListInvalid).law(&reference::PRICE_2).field("quotes"));
    }
    given
        .filter(|amount| amount.is_positive())
        .ok_or_else(|| Refusal::new(RefusalCode::AmountInvalid).law(&reference::PRICE_2).field("amount"))
}

/// The last day on which the price holds: as the document says, at most a year after it was fixed (参考价规定 27).
pub fn last_day(fixed_on: LegalDate, said: Option<LegalDate>) -> Result<LegalDate, Refusal> {
    let refuse = || Refusal::new(RefusalCode::DateInvalid).law(&reference::PRICE_27).field("validUntil");
    let latest = fixed_on.checked_add_months(LONGEST_VALIDITY).ok_or_else(refuse)?;
    match said {
        None => Ok(latest),
        Some(day) if (fixed_on..=latest).contains(&day) => Ok(day),
        Some(_) => Err(refuse().arg("latest", latest)),
    }
}

/// Does the price carry this offer? The property was first announced while it held, and bidding begins at most six
/// months after it has ended (参考价规定 27).
pub fn check_in_force(
    valid_until: LegalDate,
    first_announced_on: LegalDate,
    starts_on: LegalDate,
) -> Result<(), Refusal> {
    let latest = valid_until.checked_add_months(GRACE).unwrap_or(valid_until);
    if first_announced_on <= valid_until && starts_on <= latest {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::ReferencePriceExpired)
        .law(&reference::PRICE_27)
        .field("startsAt")
        .arg("validUntil", valid_until))
}

/// Found out needs source and day; not investigated and not applicable need a reason, which is the content.
pub fn check_finding(finding: Finding, source: bool, day: Option<LegalDate>, today: LegalDate) -> Result<(), Refusal> {
    let refuse = |code, field| Err(Refusal::new(code).law(&reference::NETAUCTION_13).field(field));
    match finding {
        Finding::Found if !source => refuse(RefusalCode::TextInvalid, "source"),
        Finding::Found if day.is_none_or(|day| day > today) => refuse(RefusalCode::DateInvalid, "surveyedOn"),
        Finding::NotInvestigated | Finding::NotApplicable if source || day.is_some() => {
            refuse(RefusalCode::TextInvalid, "source")
        }
        _ => Ok(()),
    }
}

/// Does the survey answer every question?
pub fn check_survey(answered: &HashSet<SurveyItem>) -> Result<(), Refusal> {
    match SurveyItem::ALL.iter().find(|item| !answered.contains(item)) {
        None => Ok(()),
        Some(missing) => Err(Refusal::new(RefusalCode::DisclosureIncomplete)
            .law(&reference::NETAUCTION_13)
            .field("lot")
            .arg("item", missing.as_str())),
    }
}

/// Who bears a tax by law; none for a charge that may fall on either.
pub const fn bearer_by_law(kind: CostKind) -> Option<CostBearer> {
    match kind {
        CostKind::DeedTax => Some(CostBearer::Buyer),
        CostKind::ValueAddedTax | CostKind::IncomeTax | CostKind::LandValueTax => Some(CostBearer::Debtor),
        CostKind::StampTax => Some(CostBearer::Each),
        _ => None,
    }
}

/// A tax stays with whom the law lays it on; an announcement cannot move it to the purchaser (网拍规定 30).
pub fn check_bearer(kind: CostKind, bearer: CostBearer) -> Result<(), Refusal> {
    match bearer_by_law(kind) {
        Some(lawful) if lawful != bearer => Err(Refusal::new(RefusalCode::CostBearerUnlawful)
            .law(&reference::NETAUCTION_30)
            .field("costs")
            .arg("item", kind.as_str())
            .arg("bearer", lawful.as_str())),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn quotes(amounts: &[&str]) -> Vec<NetworkQuote> {
        let quote = |(index, amount): (usize, &&str)| NetworkQuote {
            platform: format!("平台{index}"),
            amount: amount.parse().unwrap(),
        };
        amounts.iter().enumerate().map(quote).collect()
    }

    #[test]
    fn price_13_the_mean_of_the_platforms_counts() {
        let price = |amounts: &[&str]| mean(&quotes(amounts)).map(|amount| amount.to_string());
        assert_eq!(price(&["100.00", "101.00"]).unwrap(), "100.50");
        assert_eq!(price(&["100.00", "100.00", "100.01"]).unwrap(), "100.00");
        assert_eq!(price(&["100.00", "100.01"]).unwrap(), "100.01", "half a fen is rounded up");
        assert!(price(&[]).is_err() && price(&["0.00"]).is_err());
        let mut twice = quotes(&["1.00", "2.00"]);
        twice[1].platform = twice[0].platform.clone();
        assert!(mean(&twice).is_err());
    }

    #[test]
    fn price_2_an_amount_comes_from_its_own_way() {
        let some = Some(Money::from_yuan(1));
        assert!(amount(PriceMethod::Appraisal, some, &[]).is_ok());
        assert!(amount(PriceMethod::Appraisal, None, &[]).is_err());
        assert!(amount(PriceMethod::Negotiated, some, &quotes(&["1.00"])).is_err());
        assert!(amount(PriceMethod::NetworkInquiry, some, &quotes(&["1.00"])).is_err());
        assert!(amount(PriceMethod::NetworkInquiry, None, &quotes(&["1.00"])).is_ok());
    }

    #[test]
    fn price_27_a_price_holds_for_a_year_at_most() {
        let fixed = day("2025-03-05");
        assert_eq!(last_day(fixed, None).unwrap(), day("2026-03-05"));
        assert!(last_day(fixed, Some(day("2026-03-05"))).is_ok());
        assert!(last_day(fixed, Some(day("2026-03-06"))).is_err());
        assert!(last_day(fixed, Some(fixed)).is_ok());
        assert!(last_day(fixed, Some(day("2025-03-04"))).is_err());
        assert_eq!(last_day(day("2024-02-29"), None).unwrap(), day("2025-02-28"));
    }

    #[test]
    fn price_27_announced_in_time_and_begun_within_six_months() {
        let until = day("2026-03-05");
        assert!(check_in_force(until, until, day("2026-09-05")).is_ok());
        assert!(check_in_force(until, until, day("2026-09-06")).is_err());
        let late = check_in_force(until, day("2026-03-06"), day("2026-04-16")).unwrap_err();
        assert_eq!((late.code, late.law), (RefusalCode::ReferencePriceExpired, Some(&reference::PRICE_27)));
    }

    #[test]
    fn netauction_13_each_question_is_answered_with_source_and_day_or_not_investigated() {
        let today = day("2026-03-05");
        assert!(check_finding(Finding::Found, true, Some(today), today).is_ok());
        assert!(check_finding(Finding::Found, false, Some(today), today).is_err());
        assert!(check_finding(Finding::Found, true, None, today).is_err());
        assert!(check_finding(Finding::Found, true, Some(day("2026-03-06")), today).is_err());
        for finding in [Finding::NotInvestigated, Finding::NotApplicable] {
            assert!(check_finding(finding, false, None, today).is_ok());
            assert!(check_finding(finding, true, None, today).is_err());
        }
        let all: HashSet<_> = SurveyItem::ALL.iter().copied().collect();
        assert!(check_survey(&all).is_ok());
        for missing in SurveyItem::ALL {
            let mut without = all.clone();
            without.remove(missing);
            assert_eq!(check_survey(&without).unwrap_err().args, [("item", missing.as_str().to_owned())]);
        }
    }

    #[test]
    fn netauction_30_taxes_stay_with_whom_the_law_lays_them_on() {
        for kind in CostKind::ALL {
            for bearer in CostBearer::ALL {
                let lawful = bearer_by_law(*kind).is_none_or(|lawful| lawful == *bearer);
                assert_eq!(check_bearer(*kind, *bearer).is_ok(), lawful, "{kind:?} {bearer:?}");
            }
        }
        let moved = check_bearer(CostKind::ValueAddedTax, CostBearer::Buyer).unwrap_err();
        assert_eq!((moved.code, moved.law), (RefusalCode::CostBearerUnlawful, Some(&reference::NETAUCTION_30)));
    }
}

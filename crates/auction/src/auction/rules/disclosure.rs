//! What must stand public on the day of the announcement: eleven items and seven warnings (网拍规定 13, 14), and
//! the panel record behind the numbers (网拍规定 27).

use crate::auction::DisclosureItem;
use crate::kernel::clock::LegalDate;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use std::collections::HashSet;
use std::hash::Hash;

/// Longest text of one item, in characters.
pub const LONGEST_TEXT: usize = 20_000;

/// One item as the court filled it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// With the reason why the item does not apply.
    NotApplicable(String),
}

/// Does the public still see a sale's confirmation (网拍规定 22)? It bears a name, so that it stays `days` days and no longer.
pub fn confirmation_shown(ended_on: LegalDate, days: i64, today: LegalDate) -> bool {
    (today - ended_on).num_days() <= days
}

/// Is the content of one item acceptable by itself? A warning cannot be "not applicable" (网拍规定 14).
pub fn check_item(item: DisclosureItem, content: &Content) -> Result<(), Refusal> {
    let text = match content {
        Content::Text(text) | Content::NotApplicable(text) => text,
    };
    let blank = text.trim().is_empty() || text.chars().count() > LONGEST_TEXT;
    let warning_left_out = item.is_warning() && matches!(content, Content::NotApplicable(_));
    if blank || warning_left_out {
        return Err(incomplete(item));
    }
    Ok(())
}

/// Are all eighteen there? `filled` are the items with acceptable content.
pub fn check_complete(filled: &HashSet<DisclosureItem>) -> Result<(), Refusal> {
    match DisclosureItem::ALL.iter().find(|item| !filled.contains(item)) {
        None => Ok(()),
        Some(&missing) => Err(incomplete(missing)),
    }
}

/// A sale with proxy bidding says so in its rules of bidding (网拍规定 13), by the name of the thing.
pub fn check_proxy_told(bidding_rules: Option<&str>) -> Result<(), Refusal> {
    let told = bidding_rules.is_some_and(|text| text.contains("代理出价") || text.contains("自动出价"));
    if told { Ok(()) } else { Err(incomplete(DisclosureItem::BiddingRules)) }
}

fn incomplete(item: DisclosureItem) -> Refusal {
    let article = if item.is_warning() { &reference::NETAUCTION_14 } else { &reference::NETAUCTION_13 };
    Refusal::new(RefusalCode::DisclosureIncomplete).law(article).field("items").arg("item", item.as_str())
}

/// A panel decides with at least three members, none counted twice (网拍规定 27; 执行规定 5).
pub fn check_panel<T: Eq + Hash>(members: &[T]) -> Result<(), Refusal> {
    let distinct: HashSet<&T> = members.iter().collect();
    if distinct.len() == members.len() && members.len() >= 3 && members.len() % 2 == 1 {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::PanelDecisionMissing).law(&reference::NETAUCTION_27).field("members"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn wangpai_22_a_confirmation_stays_public_for_its_days() {
        let day = |text: &str| text.parse::<LegalDate>().unwrap();
        let shown = |today| confirmation_shown(day("2026-03-02"), 30, day(today));
        assert!(shown("2026-03-02") && shown("2026-04-01"));
        assert!(!shown("2026-04-02"));
    }

    #[test]
    fn netauction_13_and_14_all_eighteen_are_needed() {
        let all: HashSet<DisclosureItem> = DisclosureItem::ALL.iter().copied().collect();
        assert_eq!(all.len(), 18);
        assert_eq!(all.iter().filter(|item| item.is_warning()).count(), 7);
        assert!(check_complete(&all).is_ok());
        for &item in DisclosureItem::ALL {
            let mut without = all.clone();
            without.remove(&item);
            let refused = check_complete(&without).unwrap_err();
            assert!(refused.args.contains(&("item", item.as_str().to_owned())));
            let article = if item.is_warning() { &reference::NETAUCTION_14 } else { &reference::NETAUCTION_13 };
            assert_eq!(refused.law, Some(article));
        }
    }

    #[test]
    fn netauction_13_not_applicable_needs_a_reason_and_a_warning_always_applies() {
        let reason = Content::NotApplicable("无优先购买权人".into());
        assert!(check_item(DisclosureItem::PriorityPurchasers, &reason).is_ok());
        assert!(check_item(DisclosureItem::PriorityPurchasers, &Content::NotApplicable("  ".into())).is_err());
        assert!(check_item(DisclosureItem::AsIs, &reason).is_err());
        assert!(check_item(DisclosureItem::AsIs, &Content::Text("以现状为准".into())).is_ok());
        assert!(check_item(DisclosureItem::Announcement, &Content::Text("字".repeat(LONGEST_TEXT))).is_ok());
        assert!(check_item(DisclosureItem::Announcement, &Content::Text("字".repeat(LONGEST_TEXT + 1))).is_err());
    }

    #[test]
    fn netauction_13_proxy_bidding_is_announced_by_name() {
        assert!(check_proxy_told(Some("可以设置代理出价。")).is_ok());
        for silent in [None, Some("见公告")] {
            let refused = check_proxy_told(silent).unwrap_err();
            assert!(refused.args.contains(&("item", "BIDDING_RULES".to_owned())));
        }
    }

    #[test]
    fn netauction_27_a_panel_is_an_odd_number_of_different_members() {
        assert!(check_panel(&[1, 2, 3]).is_ok());
        assert!(check_panel(&[1, 2, 3, 4, 5]).is_ok());
        for members in [&[1, 2][..], &[1, 2, 2], &[1, 2, 3, 4], &[]] {
            assert_eq!(check_panel(members).unwrap_err().code, RefusalCode::PanelDecisionMissing);
        }
    }
}

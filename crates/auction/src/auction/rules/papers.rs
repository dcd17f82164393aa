//! Bidding for others and with others (委托竞买、共同竞买): what must be handed in, and until when (网拍规定 14).
//!
//! The court confirms agents before bidding starts; joint bidders likewise, by the announcements' common wording. A
//! power of attorney for bidding is one of civil law: agent, acts and period (民法典 165), no form of procedure. Joint
//! bidders agree on who bids for all, on their shares, and that each answers for the whole price (民法典 308, 518).

use crate::auction::BidderAgentAct;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::reference;

/// Most persons who bid as one.
pub const MOST_BIDDERS: usize = 20;
/// Most parts that one person's share counts.
pub const MOST_PARTS: i32 = 1_000_000;

/// One of those for whom a registration bids.
#[derive(Clone, Copy, Debug)]
pub struct NewBidder {
    pub share_parts: Option<i32>,
    pub pays_deposit: bool,
    pub undertaking: bool,
}

/// What the power of attorney says.
#[derive(Clone, Copy, Debug)]
pub struct NewAgent<'a> {
    pub acts: &'a [BidderAgentAct],
    pub valid_from: LegalDate,
    pub until: LegalDate,
}

/// What is handed in with the registration.
#[derive(Clone, Copy, Debug)]
pub struct NewPapers<'a> {
    pub bidders: &'a [NewBidder],
    /// Is nobody named twice?
    pub distinct: bool,
    /// Is the account that registers one of the bidders?
    pub caller_bids: bool,
    pub has_agreement: bool,
    /// The account that registers acts for the bidders by this.
    pub agent: Option<NewAgent<'a>>,
}

/// What of the lot decides.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub starts_on: LegalDate,
    pub ends_on: LegalDate,
    pub purchase_restricted: bool,
}

/// May a registration name so many persons? Asked before anything is read of them.
///
/// # Errors
/// LIST_INVALID.
pub fn decide_count(bidders: usize) -> Result<(), Refusal> {
    if (1..=MOST_BIDDERS).contains(&bidders) {
        return Ok(());
    }
    Err(list_invalid(&reference::TEXT_FORM, "papers.bidders").arg("maximum", MOST_BIDDERS))
}

/// Papers come in, and are confirmed, before bidding starts: at its first instant it is too late.
///
/// # Errors
/// BIDDER_PAPERS_TOO_LATE.
pub fn decide_in_time(now: Timestamp, starts_at: Timestamp, field: &'static str) -> Result<(), Refusal> {
    if now < starts_at {
        return Ok(());
    }
    let late = Refusal::new(RefusalCode::BidderPapersTooLate).law(&reference::NETAUCTION_14).field(field);
    Err(late.arg("startsAt", starts_at))
}

/// Are the papers complete and in order?
///
/// # Errors
/// LIST_INVALID, BIDDER_PAPERS_INCOMPLETE with the missing part as field, UNDERTAKING_MISSING; for an agent
/// AGENT_NOT_AUTHORISED and DATE_INVALID.
pub fn decide_papers(new: &NewPapers<'_>, terms: &Terms) -> Result<(), Refusal> {
    decide_count(new.bidders.len())?;
    let joint = new.bidders.len() > 1;
    if !new.distinct || (!joint && new.agent.is_none()) {
        // one person twice, or one who bids for himself: nothing to confirm
        return Err(list_invalid(&reference::TEXT_FORM, "papers.bidders").arg("maximum", MOST_BIDDERS));
    }
    if terms.purchase_restricted && new.bidders.iter().any(|bidder| !bidder.undertaking) {
        let missing = Refusal::new(RefusalCode::UndertakingMissing).law(&reference::HOUSE_BIDDER_2);
        return Err(missing.field("papers.bidders.undertaking"));
    }
    if joint != new.has_agreement {
        return Err(incomplete(&reference::CIVIL_CODE_518, "papers.agreement"));
    }
    let payers = new.bidders.iter().filter(|bidder| bidder.pays_deposit).count();
    if payers != 1 {
        return Err(incomplete(&reference::NETAUCTION_17, "papers.bidders.paysDeposit"));
    }
    decide_shares(new.bidders)?;
    match &new.agent {
        Some(agent) => decide_agent(agent, new.caller_bids, terms),
        // among joint bidders one bids for all by their agreement; a stranger needs a power of attorney
        None if new.caller_bids => Ok(()),
        None => Err(incomplete(&reference::CIVIL_CODE_165, "papers.agent")),
    }
}

/// Each of them has a share, or none has: then the law gives them shares (民法典 308, 309).
fn decide_shares(bidders: &[NewBidder]) -> Result<(), Refusal> {
    let field = "papers.bidders.shareParts";
    let shares: Vec<i32> = bidders.iter().filter_map(|bidder| bidder.share_parts).collect();
    if shares.is_empty() {
        return Ok(());
    }
    if shares.iter().any(|parts| !(1..=MOST_PARTS).contains(parts)) {
        return Err(list_invalid(&reference::TEXT_FORM, field).arg("maximum", MOST_PARTS));
    }
    if bidders.len() == 1 {
        // he has the whole
        return Err(list_invalid(&reference::CIVIL_CODE_308, field).arg("maximum", 0));
    }
    if shares.len() == bidders.len() { Ok(()) } else { Err(incomplete(&reference::CIVIL_CODE_308, field)) }
}

/// The power names bidding and stands from its start to a day after its announced end, since late bids move the end.
fn decide_agent(agent: &NewAgent<'_>, caller_bids: bool, terms: &Terms) -> Result<(), Refusal> {
    if caller_bids {
        return Err(list_invalid(&reference::CIVIL_CODE_168, "papers.agent"));
    }
    let twice = agent.acts.iter().enumerate().any(|(index, act)| agent.acts[..index].contains(act));
    if twice {
        let refusal = list_invalid(&reference::CIVIL_CODE_165, "papers.agent.acts");
        return Err(refusal.arg("maximum", BidderAgentAct::ALL.len()));
    }
    if !agent.acts.contains(&BidderAgentAct::Bid) {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_CODE_165);
        return Err(refusal.field("papers.agent.acts").arg("status", "WITHOUT_SPECIAL_AUTHORITY"));
    }
    let date = |field| Refusal::new(RefusalCode::DateInvalid).law(&reference::CIVIL_CODE_165).field(field);
    if agent.valid_from > terms.starts_on {
        return Err(date("papers.agent.validFrom").arg("latest", terms.starts_on));
    }
    if agent.until <= terms.ends_on {
        return Err(date("papers.agent.until").arg("after", terms.ends_on));
    }
    Ok(())
}

/// Does the power last to a day after the one on which bidding ends now, as a first one must? Asked at each admission
/// and when a stopped sale goes on.
///
/// # Errors
/// DATE_INVALID.
pub fn decide_power(until: LegalDate, ends_on: LegalDate) -> Result<(), Refusal> {
    if until > ends_on { Ok(()) } else { Err(power_until(ends_on)) }
}

/// Is the power longer by this? A shorter one ends what was given; that is the principal's to say.
///
/// # Errors
/// DATE_INVALID.
pub fn decide_prolonged(until: LegalDate, standing: LegalDate) -> Result<(), Refusal> {
    if until > standing { Ok(()) } else { Err(power_until(standing)) }
}
fn power_until(after: LegalDate) -> Refusal {
    let early = Refusal::new(RefusalCode::DateInvalid).law(&reference::CIVIL_CODE_165).field("powerUntil");
    early.arg("after", after)
}

/// May the agent say again for the purchaser that no purchase limit bars him? His power names it and is not over.
///
/// # Errors
/// AGENT_NOT_AUTHORISED with why.
pub fn decide_undertaking(named: bool, until: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    let status = match named {
        true if today <= until => return Ok(()),
        true => "EXPIRED",
        false => "WITHOUT_SPECIAL_AUTHORITY",
    };
    let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_CODE_165).field("lot");
    Err(refusal.arg("status", status))
}

/// `甲（份额3/5）、乙（份额2/5），按份共有`. Without agreed shares the law gives them: no words of joint ownership stand by
/// themselves (民法典 308, 309).
pub fn describe_purchasers(purchasers: &[(&str, Option<i32>)]) -> String {
    let whole: i64 = purchasers.iter().filter_map(|(_, parts)| parts.map(i64::from)).sum();
    let named = purchasers.iter().map(|(name, parts)| match parts {
        Some(parts) => format!("{name}（份额{parts}/{whole}）"),
        None => (*name).to_owned(),
    });
    let named = named.collect::<Vec<_>>().join("、");
    let shares = if whole > 0 {
        ""
    } else {
        "（份额未约定，按出资额确定；不能确定出资额的，等额享有）"
    };
    format!("{named}，按份共有{shares}")
}

fn incomplete(law: &'static Article, field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::BidderPapersIncomplete).law(law).field(field)
}
fn list_invalid(law: &'static Article, field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::ListInvalid).law(law).field(field)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BID: &[BidderAgentAct] = &[BidderAgentAct::Bid];

    fn day(day: u32) -> LegalDate {
        LegalDate::from_ymd_opt(2026, 4, day).unwrap()
    }
    fn terms(purchase_restricted: bool) -> Terms {
        Terms { starts_on: day(16), ends_on: day(17), purchase_restricted }
    }
    fn bidder(share_parts: Option<i32>, pays_deposit: bool) -> NewBidder {
        NewBidder { share_parts, pays_deposit, undertaking: true }
    }
    /// Joint bidders of whom the caller is one.
    fn joint(bidders: &[NewBidder]) -> NewPapers<'_> {
        NewPapers { bidders, distinct: true, caller_bids: true, has_agreement: true, agent: None }
    }
    fn agent(acts: &[BidderAgentAct], from: u32, until: u32) -> NewAgent<'_> {
        NewAgent { acts, valid_from: day(from), until: day(until) }
    }
    fn decided(new: NewPapers<'_>) -> Result<(), (RefusalCode, Option<&'static str>)> {
        decide_papers(&new, &terms(true)).map_err(|refusal| (refusal.code, refusal.field))
    }

    #[test]
    fn netauction_14_papers_come_before_the_first_instant_of_bidding() {
        let start = Timestamp::from_micros(1_776_304_800_000_000);
        let before = Timestamp::from_micros(start.micros() - 1);
        assert!(decide_in_time(before, start, "registration").is_ok());
        let late = decide_in_time(start, start, "registration").unwrap_err();
        assert_eq!((late.code, late.law), (RefusalCode::BidderPapersTooLate, Some(&reference::NETAUCTION_14)));
    }

    #[test]
    fn netauction_14_two_to_twenty_persons_bid_together() {
        let many = |count: usize| (0..count).map(|at| bidder(None, at == 0)).collect::<Vec<_>>();
        for (count, fits) in [(2, true), (MOST_BIDDERS, true), (MOST_BIDDERS + 1, false), (0, false), (1, false)] {
            let bidders = many(count);
            let new = NewPapers { has_agreement: count > 1, ..joint(&bidders) };
            assert_eq!(decided(new).is_ok(), fits, "{count}");
        }
        let two = many(2);
        let same = decided(NewPapers { distinct: false, ..joint(&two) });
        assert_eq!(same, Err((RefusalCode::ListInvalid, Some("papers.bidders"))));
    }

    #[test]
    fn civil_code_518_joint_bidders_hand_in_their_agreement_and_one_bidder_none() {
        let two = [bidder(None, true), bidder(None, false)];
        let incomplete = Err((RefusalCode::BidderPapersIncomplete, Some("papers.agreement")));
        assert_eq!(decided(NewPapers { has_agreement: false, ..joint(&two) }), incomplete);
        let alone = NewPapers { agent: Some(agent(BID, 1, 18)), caller_bids: false, ..joint(&two[..1]) };
        assert_eq!(decided(alone), incomplete);
        assert_eq!(decided(NewPapers { has_agreement: false, ..alone }), Ok(()));
    }

    #[test]
    fn netauction_17_exactly_one_of_them_pays_the_deposit() {
        for (payers, fits) in [([false, false], false), ([true, false], true), ([true, true], false)] {
            let two = payers.map(|pays| bidder(None, pays));
            assert_eq!(decided(joint(&two)).is_ok(), fits, "{payers:?}");
        }
    }

    #[test]
    fn house_bidder_2_each_joint_buyer_undertakes() {
        let mut two = [bidder(None, true), bidder(None, false)];
        two[1].undertaking = false;
        let missing = Err((RefusalCode::UndertakingMissing, Some("papers.bidders.undertaking")));
        assert_eq!(decided(joint(&two)), missing);
        assert!(decide_papers(&joint(&two), &terms(false)).is_ok(), "no limit, no undertaking");
    }

    #[test]
    fn civil_code_308_all_have_shares_or_none() {
        let field = Some("papers.bidders.shareParts");
        for (shares, expected) in [
            ([Some(1), Some(MOST_PARTS)], Ok(())),
            ([None, None], Ok(())),
            ([Some(1), None], Err((RefusalCode::BidderPapersIncomplete, field))),
            ([Some(0), Some(1)], Err((RefusalCode::ListInvalid, field))),
            ([Some(1), Some(MOST_PARTS + 1)], Err((RefusalCode::ListInvalid, field))),
        ] {
            let two = [bidder(shares[0], true), bidder(shares[1], false)];
            assert_eq!(decided(joint(&two)), expected, "{shares:?}");
        }
    }

    #[test]
    fn civil_code_165_the_power_names_bidding_and_lasts_beyond_its_end() {
        use BidderAgentAct as A;
        let one = [bidder(None, true)];
        let by = |acts: &[A], from, until| {
            let agent = Some(agent(acts, from, until));
            decided(NewPapers { agent, caller_bids: false, has_agreement: false, ..joint(&one) })
        };
        assert_eq!(by(BID, 16, 18), Ok(()));
        assert_eq!(by(&[A::Undertake, A::Bid], 1, 30), Ok(()));
        assert_eq!(by(BID, 17, 18), Err((RefusalCode::DateInvalid, Some("papers.agent.validFrom"))));
        assert_eq!(by(BID, 16, 17), Err((RefusalCode::DateInvalid, Some("papers.agent.until"))));
        assert_eq!(by(&[A::Undertake], 16, 18), Err((RefusalCode::AgentNotAuthorised, Some("papers.agent.acts"))));
        assert_eq!(by(&[A::Bid, A::Bid], 16, 18), Err((RefusalCode::ListInvalid, Some("papers.agent.acts"))));
        let stranger = decided(NewPapers { caller_bids: false, ..joint(&[bidder(None, true), bidder(None, false)]) });
        assert_eq!(stranger, Err((RefusalCode::BidderPapersIncomplete, Some("papers.agent"))));
    }

    #[test]
    fn civil_code_168_no_agent_bids_for_himself() {
        let two = [bidder(None, true), bidder(None, false)];
        let himself = NewPapers { agent: Some(agent(BID, 1, 30)), ..joint(&two) };
        assert_eq!(decided(himself), Err((RefusalCode::ListInvalid, Some("papers.agent"))));
    }

    #[test]
    fn civil_code_165_the_power_outlasts_the_day_of_the_end_and_is_only_prolonged() {
        for (until, lasts) in [(16, false), (17, false), (18, true)] {
            assert_eq!(decide_power(day(until), day(17)).is_ok(), lasts, "{until}");
            // as for a first power
            let two = [bidder(None, true), bidder(None, false)];
            let first = NewPapers { caller_bids: false, agent: Some(agent(BID, 1, until)), ..joint(&two) };
            assert_eq!(decided(first).is_ok(), lasts, "{until}");
            assert_eq!(decide_prolonged(day(until), day(17)).is_ok(), lasts, "{until}");
        }
    }

    #[test]
    fn civil_code_165_the_undertaking_is_an_act_of_its_own_within_the_period() {
        assert!(decide_undertaking(true, day(18), day(18)).is_ok());
        for (named, today, status) in [(true, 19, "EXPIRED"), (false, 18, "WITHOUT_SPECIAL_AUTHORITY")] {
            let refusal = decide_undertaking(named, day(18), day(today)).unwrap_err();
            assert_eq!(refusal.args, vec![("status", status.to_owned())]);
        }
    }

    #[test]
    fn civil_code_308_and_309_purchasers_are_named_with_their_shares() {
        assert_eq!(describe_purchasers(&[("甲", Some(3)), ("乙", Some(2))]), "甲（份额3/5）、乙（份额2/5），按份共有");
        let unsaid = "甲、乙，按份共有（份额未约定，按出资额确定；不能确定出资额的，等额享有）";
        assert_eq!(describe_purchasers(&[("甲", None), ("乙", None)]), unsaid);
    }
}

//! Bidding for others and with others (委托竞买、共同竞买): what must be handed in, and until when (网拍规定 14).
//!
//! The court confirms agents before bidding starts; joint bidders likewise, by the announcements' common wording. A
//! power of attorney for bidding is one of civil law: agent, acts and period (民法典 165), no form of procedure. Joint
//! bidders agree on who bids for all, on their shares, and that each answers for the whole price (民法典 308, 518).

use crate::auction::{BidderAgentAct, LotStatus, RegistrationStatus};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::reference;
use chrono::TimeDelta;

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
    decide_acts(agent.acts, "papers.agent.acts")?;
    let date = |field| Refusal::new(RefusalCode::DateInvalid).law(&reference::CIVIL_CODE_165).field(field);
    if agent.valid_from > terms.starts_on {
        return Err(date("papers.agent.validFrom").arg("latest", terms.starts_on));
    }
    if agent.until <= terms.ends_on {
        return Err(date("papers.agent.until").arg("after", terms.ends_on));
    }
    Ok(())
}

/// A power names bidding, and each act once.
///
/// # Errors
/// LIST_INVALID, AGENT_NOT_AUTHORISED.
pub fn decide_acts(acts: &[BidderAgentAct], field: &'static str) -> Result<(), Refusal> {
    let twice = acts.iter().enumerate().any(|(index, act)| acts[..index].contains(act));
    if twice {
        return Err(list_invalid(&reference::CIVIL_CODE_165, field).arg("maximum", BidderAgentAct::ALL.len()));
    }
    if !acts.contains(&BidderAgentAct::Bid) {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_CODE_165).field(field);
        return Err(refusal.arg("status", "WITHOUT_SPECIAL_AUTHORITY"));
    }
    Ok(())
}

/// May a revocation of an agent's power be recorded? While bids are or will be taken, once, of one who may bid yet.
/// `end` is none while the sale stands still.
///
/// # Errors
/// WRONG_STATE, ALREADY_EXISTS.
pub fn decide_revocable(
    lot: LotStatus,
    end: Option<Timestamp>,
    now: Timestamp,
    status: RegistrationStatus,
    revoked_at: Option<Timestamp>,
) -> Result<(), Refusal> {
    let refuse = |code| Refusal::new(code).law(&reference::CIVIL_CODE_173).field("registration");
    if revoked_at.is_some() {
        return Err(refuse(RefusalCode::AlreadyExists));
    }
    let running = matches!(lot, LotStatus::Announced | LotStatus::Open | LotStatus::Suspended);
    let over = end.is_some_and(|end| now >= end);
    if !running || over || status == RegistrationStatus::Barred {
        return Err(refuse(RefusalCode::WrongState));
    }
    Ok(())
}

/// From when on bids of the agent are refused: from the recording, and behind what was taken of him until then.
pub fn revoked_from(now: Timestamp, last_bid: Option<Timestamp>) -> Timestamp {
    last_bid.map_or(now, |last| now.max(last.plus(TimeDelta::microseconds(1))))
}

/// What the clerk admits an agent by instead of a revoked power: a new one that outlasts the end, as the first had to.
///
/// # Errors
/// AGENT_NOT_AUTHORISED without a new power, DATE_INVALID.
pub fn decide_new_power(until: Option<LegalDate>, ends_on: LegalDate) -> Result<(), Refusal> {
    let Some(until) = until else {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_CODE_173);
        return Err(refusal.field("powerDocument").arg("status", "REVOKED"));
    };
    decide_power(until, ends_on)
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

/// What a power of attorney is to one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    Names,
    IsSilent,
    Revoked,
}
impl Power {
    pub fn of(named: bool) -> Power {
        if named { Power::Names } else { Power::IsSilent }
    }
}

/// May the agent say again for the purchaser that no purchase limit bars him? His power names it and is not over.
///
/// # Errors
/// AGENT_NOT_AUTHORISED with why.
pub fn decide_undertaking(power: Power, until: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    let (status, law) = match power {
        Power::Names if today <= until => return Ok(()),
        Power::Names => ("EXPIRED", &reference::CIVIL_CODE_165),
        Power::IsSilent => ("WITHOUT_SPECIAL_AUTHORITY", &reference::CIVIL_CODE_165),
        Power::Revoked => ("REVOKED", &reference::CIVIL_CODE_173),
    };
    let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(law).field("lot");
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
    fn civil_code_173_a_power_is_revoked_once_and_before_the_end() {
        let (end, before) = (Timestamp::from_micros(1_000), Timestamp::from_micros(999));
        let decide = |lot, now, status, revoked| {
            decide_revocable(lot, Some(end), now, status, revoked).map_err(|refusal| refusal.code)
        };
        let (open, qualified) = (LotStatus::Open, RegistrationStatus::Qualified);
        assert_eq!(decide(open, before, qualified, None), Ok(()));
        assert_eq!(decide(LotStatus::Announced, before, RegistrationStatus::UnderReview, None), Ok(()));
        assert_eq!(decide(open, end, qualified, None), Err(RefusalCode::WrongState));
        assert!(decide_revocable(LotStatus::Suspended, None, end, qualified, None).is_ok(), "it stands still");
        assert_eq!(decide(LotStatus::Sold, before, qualified, None), Err(RefusalCode::WrongState));
        assert_eq!(decide(open, before, RegistrationStatus::Barred, None), Err(RefusalCode::WrongState));
        assert_eq!(decide(open, before, qualified, Some(before)), Err(RefusalCode::AlreadyExists));
    }

    #[test]
    fn civil_code_173_a_bid_that_was_taken_stays_before_the_revocation() {
        let at = Timestamp::from_micros;
        assert_eq!(revoked_from(at(10), None), at(10));
        assert_eq!(revoked_from(at(10), Some(at(9))), at(10));
        assert_eq!(revoked_from(at(10), Some(at(10))), at(11));
        assert_eq!(revoked_from(at(10), Some(at(12))), at(13));
    }

    #[test]
    fn civil_code_173_only_a_new_power_that_outlasts_the_end_takes_its_place() {
        let code = |until: Option<u32>| decide_new_power(until.map(day), day(17)).map_err(|refusal| refusal.code);
        assert_eq!(code(None), Err(RefusalCode::AgentNotAuthorised));
        assert_eq!(code(Some(17)), Err(RefusalCode::DateInvalid));
        assert_eq!(code(Some(18)), Ok(()));
    }

    #[test]
    fn civil_code_165_the_undertaking_is_an_act_of_its_own_within_the_period() {
        assert!(decide_undertaking(Power::of(true), day(18), day(18)).is_ok());
        for (power, today, status) in [
            (Power::of(true), 19, "EXPIRED"),
            (Power::of(false), 18, "WITHOUT_SPECIAL_AUTHORITY"),
            (Power::Revoked, 18, "REVOKED"),
        ] {
            let refusal = decide_undertaking(power, day(18), day(today)).unwrap_err();
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

//! What notices say, and when a delivery is tried again. Texts hold no secret: of an account its last four digits.

use super::{NoticeDeliveryState, NoticeKind};
use crate::kernel::{
    clock::{LegalDate, Timestamp, shanghai},
    message::Locale,
    money::Money,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What a text is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeFacts {
    pub court: String,
    pub hotline: String,
    pub case_number: Option<String>,
    pub amount: Option<Money>,
    pub day: LegalDate,
    /// Last four digits of the account.
    pub account_tail: Option<String>,
    /// The lot of a notice to its followers.
    #[serde(default)]
    pub lot: Option<LotFacts>,
}

/// What those who follow a lot are told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LotFacts {
    pub title: String,
    /// Instant of start, end or resumption.
    pub at: Option<Timestamp>,
}
impl LotFacts {
    /// Its beginning, so that a short message stays short.
    fn name(&self) -> String {
        const LONGEST: usize = 40;
        let mut name: String = self.title.chars().take(LONGEST).collect();
        if self.title.chars().count() > LONGEST {
            name.push('…');
        }
        name
    }
    /// Beijing time, to the minute.
    fn time(&self) -> String {
        self.at.map_or_else(String::new, |at| {
            at.to_datetime().with_timezone(&shanghai()).format("%Y-%m-%d %H:%M").to_string()
        })
    }
}

/// Last four digits of a masked account number.
pub fn tail(mask: &str) -> Option<String> {
    let count = mask.chars().count();
    let tail: String = mask.chars().skip(count.saturating_sub(4)).collect();
    (tail.len() == 4 && tail.bytes().all(|b| b.is_ascii_digit())).then_some(tail)
}

/// The text of a notice.
pub fn text(locale: Locale, kind: NoticeKind, facts: &NoticeFacts) -> String {
    match locale {
        Locale::ZhCn => chinese(kind, facts),
        Locale::En => english(kind, facts),
    }
}

/// Name and instant of the lot that a notice to followers is about.
fn lot_words(f: &NoticeFacts) -> (String, String) {
    f.lot.as_ref().map_or_else(Default::default, |lot| (lot.name(), lot.time()))
}

fn chinese(kind: NoticeKind, f: &NoticeFacts) -> String {
    let case = f.case_number.as_deref().map_or_else(String::new, |number| format!("{number}案"));
    let amount = f.amount.map_or_else(String::new, |amount| format!("{amount}元"));
    let account = f.account_tail.as_deref().map_or_else(|| "收款账户".to_owned(), |tail| format!("尾号{tail}的账户"));
    let (lot, time) = lot_words(f);
    let day = f.day;
    let body = match kind {
        NoticeKind::MoneyReceived => format!("{case}于{day}收到执行案款{amount}，法院将依法及时发放。"),
        NoticeKind::PlanServed => {
            format!("{case}的案款分配方案已于{day}向您送达。对方案有异议的，请自收到之日起十五日内书面提出。")
        }
        NoticeKind::OrderApproved => format!("{case}应付您的案款{amount}已于{day}批准发放，将转入您确认的{account}。"),
        NoticeKind::PaymentSent => format!("{case}应付您的案款{amount}已于{day}送银行办理，将转入您确认的{account}。"),
        NoticeKind::Paid => format!("{case}的案款{amount}已于{day}转入您{account}，请查收。"),
        NoticeKind::Returned => {
            format!("{case}应付您的案款{amount}未能转入{account}，款项仍由法院保管。请联系承办法官核对收款账户。")
        }
        NoticeKind::AccountCorrected => {
            format!("{case}您的收款账户已于{day}更正为{account}。如非您本人确认，请立即联系承办法官。")
        }
        NoticeKind::CasePayoutApproved => format!("{case}向债权人发放案款{amount}已于{day}获批准。"),
        NoticeKind::CasePayoutSent => format!("{case}向债权人发放的案款{amount}已于{day}送银行办理。"),
        NoticeKind::CasePayoutPaid => format!("{case}的案款{amount}已于{day}发放至债权人。"),
        NoticeKind::CasePayoutReturned => {
            format!("{case}向债权人发放的案款{amount}于{day}未能支付，款项仍由法院保管，核对收款账户后重新发放。")
        }
        NoticeKind::CasePayoutCorrected => {
            format!("{case}案款{amount}的收款账户已于{day}更正，法院将重新发放。")
        }
        NoticeKind::DepositRefunded => format!("您交纳的竞买保证金{amount}已于{day}退回原付款账户，请查收。"),
        NoticeKind::LotStarts => format!("您关注的“{lot}”将于{time}开始竞价，请以标的物页面为准。"),
        NoticeKind::LotEnds => format!("您关注的“{lot}”将于{time}结束竞价；最后五分钟内有出价的，结束时间顺延。"),
        NoticeKind::LotRevised => format!("您关注的“{lot}”于{day}更正公告，请查看更正内容；已报名的须确认后方可出价。"),
        NoticeKind::LotPaused => format!("您关注的“{lot}”已于{day}暂停拍卖，理由见标的物页面。"),
        NoticeKind::LotResumed => format!("您关注的“{lot}”将于{time}恢复竞价。"),
        NoticeKind::LotWithdrawn => format!("您关注的“{lot}”已于{day}撤回或者终结拍卖，理由见标的物页面。"),
        NoticeKind::LotSold => format!("您关注的“{lot}”已成交，成交价{amount}。"),
        NoticeKind::LotUnsold => format!("您关注的“{lot}”无人出价，本次拍卖流拍。"),
    };
    format!("【{}】{body}咨询电话：{}", f.court, f.hotline)
}

fn english(kind: NoticeKind, f: &NoticeFacts) -> String {
    let case = f.case_number.as_deref().map_or_else(|| "your case".to_owned(), |number| format!("case {number}"));
    let amount = f.amount.map_or_else(|| "the money".to_owned(), |amount| format!("{amount} yuan"));
    let account = f.account_tail.as_deref();
    let account = account.map_or_else(|| "your account".to_owned(), |tail| format!("your account ending in {tail}"));
    let (lot, time) = lot_words(f);
    let day = f.day;
    let body = match kind {
        NoticeKind::MoneyReceived => {
            format!("{amount} arrived for {case} on {day}. The court will pay it out as the law provides.")
        }
        NoticeKind::PlanServed => format!(
            "The distribution plan of {case} was served on you on {day}. An objection must be made in writing within \
             fifteen days of receiving it."
        ),
        NoticeKind::OrderApproved => {
            format!("Paying you {amount} in {case} was approved on {day}. The money will go to {account}.")
        }
        NoticeKind::PaymentSent => {
            format!("The payment of {amount} to you in {case} was given to the bank on {day}. It goes to {account}.")
        }
        NoticeKind::Paid => format!("{amount} of {case} was paid into {account} on {day}."),
        NoticeKind::Returned => format!(
            "{amount} of {case} could not be paid into {account}. The court still holds the money: please check your \
             account with the officer in charge."
        ),
        NoticeKind::AccountCorrected => format!(
            "Your money in {case} goes to {account} since {day}. If you have not confirmed this account, please call the \
             officer in charge at once."
        ),
        NoticeKind::CasePayoutApproved => format!("Paying {amount} to a creditor of {case} was approved on {day}."),
        NoticeKind::CasePayoutSent => {
            format!("A payment of {amount} to a creditor of {case} was given to the bank on {day}.")
        }
        NoticeKind::CasePayoutPaid => format!("{amount} of {case} was paid to a creditor on {day}."),
        NoticeKind::CasePayoutReturned => format!(
            "A payment of {amount} to a creditor of {case} failed on {day}. The court still holds the money and pays it \
             again once the account is clear."
        ),
        NoticeKind::CasePayoutCorrected => {
            format!("The account for a payment of {amount} in {case} was corrected on {day}. The court pays it again.")
        }
        NoticeKind::DepositRefunded => {
            format!("Your deposit of {amount} was returned on {day} to the account that it came from.")
        }
        NoticeKind::LotStarts => format!("Bidding on \"{lot}\", which you follow, begins at {time}."),
        NoticeKind::LotEnds => {
            format!("Bidding on \"{lot}\", which you follow, ends at {time}; a bid in the last five minutes moves it.")
        }
        NoticeKind::LotRevised => {
            format!("The announcement of \"{lot}\", which you follow, was corrected on {day}: read it before you bid.")
        }
        NoticeKind::LotPaused => format!("\"{lot}\", which you follow, was stopped on {day}; the lot shows why."),
        NoticeKind::LotResumed => format!("Bidding on \"{lot}\", which you follow, goes on at {time}."),
        NoticeKind::LotWithdrawn => format!("\"{lot}\", which you follow, was taken back or ended on {day}."),
        NoticeKind::LotSold => format!("\"{lot}\", which you follow, was sold for {amount}."),
        NoticeKind::LotUnsold => format!("Nobody bid on \"{lot}\", which you follow."),
    };
    format!("[{}] {body} Questions: {}", f.court, f.hotline)
}

/// After so many tries in vain a notice is dead: about half a day.
pub const MOST_TRIES: i32 = 10;
/// Wait after the first failure; each further one doubles it, up to [`LONGEST_WAIT`].
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(2);

/// What one try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Try {
    Delivered,
    /// The gateway may take it later: no answer, a fault, too many requests.
    Later(String),
    /// The gateway will never take it as it is.
    Never(String),
}

/// How a delivery stands after its try number `tries`, and when it is tried next.
pub fn after_try(outcome: &Try, tries: i32, now: Timestamp) -> (NoticeDeliveryState, Option<Timestamp>) {
    match outcome {
        Try::Delivered => (NoticeDeliveryState::Delivered, None),
        Try::Never(_) => (NoticeDeliveryState::Dead, None),
        Try::Later(_) if tries >= MOST_TRIES => (NoticeDeliveryState::Dead, None),
        Try::Later(_) => {
            let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or_default().min(20);
            let seconds = FIRST_WAIT.num_seconds().saturating_mul(2_i64.saturating_pow(doublings));
            let wait = TimeDelta::seconds(seconds.min(LONGEST_WAIT.num_seconds()));
            (NoticeDeliveryState::Waiting, Some(now.plus(wait)))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn facts() -> NoticeFacts {
        NoticeFacts {
            court: "长沙市芙蓉区人民法院".to_owned(),
            hotline: "0731-12368".to_owned(),
            case_number: Some("（2026）湘0102执12号".to_owned()),
            amount: Some("59748.04".parse().unwrap()),
            day: "2026-03-02".parse().unwrap(),
            account_tail: tail("6228***********0018"),
            lot: Some(LotFacts { title: "某".repeat(200), at: Timestamp::parse("2026-04-16T10:00:00.000+08:00") }),
        }
    }

    #[test]
    fn every_notice_speaks_both_languages_and_names_no_full_account() {
        for kind in NoticeKind::ALL {
            for locale in Locale::ALL {
                let text = text(locale, *kind, &facts());
                assert!(text.contains("0731-12368") && !text.contains("6228"), "{text}");
                assert!(text.chars().count() <= 260, "{text}");
            }
        }
        let paid = text(Locale::ZhCn, NoticeKind::Paid, &facts());
        assert_eq!(
            paid,
            "【长沙市芙蓉区人民法院】（2026）湘0102执12号案的案款59748.04元已于2026-03-02转入您尾号0018的账户，请查收。\
             咨询电话：0731-12368"
        );
    }

    #[test]
    fn a_tail_is_four_digits_or_nothing() {
        assert_eq!(tail("****0018").as_deref(), Some("0018"));
        for bad in ["", "018", "****", "***a018"] {
            assert_eq!(tail(bad), None, "{bad}");
        }
    }

    #[test]
    fn waits_double_up_to_two_hours_and_end_after_ten_tries() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let wait = |tries| {
            let (state, at) = after_try(&Try::Later("500".to_owned()), tries, now);
            (state, at.map(|at| at.since(now).num_seconds()))
        };
        assert_eq!(wait(1), (NoticeDeliveryState::Waiting, Some(30)));
        assert_eq!(wait(2), (NoticeDeliveryState::Waiting, Some(60)));
        assert_eq!(wait(8), (NoticeDeliveryState::Waiting, Some(3840)));
        assert_eq!(wait(9), (NoticeDeliveryState::Waiting, Some(7200)));
        assert_eq!(wait(10), (NoticeDeliveryState::Dead, None));
        assert_eq!(after_try(&Try::Never("400".to_owned()), 1, now).0, NoticeDeliveryState::Dead);
        assert_eq!(after_try(&Try::Delivered, 3, now), (NoticeDeliveryState::Delivered, None));
    }
}

//! Rule parameters (规则参数): choices that the law leaves open or that courts answer differently, each with a default.
//!
//! A court sets them by maker and checker. Lots and orders keep the values under which they were opened, so a later
//! change does not reach back. A value comes in as text and is checked here against kind and bounds.

use super::{DayCounting, reference as law};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One parameter. Compare by `name`.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `day_counting`: the name in the API, in the settings and in stored lots.
    pub name: &'static str,
    pub chinese: &'static str,
    /// What it decides, in one sentence.
    pub note: &'static str,
    pub law: &'static Article,
    pub kind: Kind,
}

/// Which values a parameter takes, with its default.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of the options; the first is the default.
    Choice(&'static [ChoiceOption]),
    /// Bounds included.
    Integer {
        minimum: i64,
        maximum: i64,
        default: i64,
    },
    /// Bounds included.
    Money {
        minimum: Money,
        maximum: Money,
        default: Money,
    },
    Boolean {
        default: bool,
    },
}

/// A named option of a choice.
#[derive(Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    pub value: &'static str,
    pub note: &'static str,
}

/// A checked value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    Choice(&'static str),
    Integer(i64),
    Money(Money),
    Boolean(bool),
}
impl std::fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ParameterValue::Choice(value) => f.write_str(value),
            ParameterValue::Integer(value) => write!(f, "{value}"),
            ParameterValue::Money(value) => write!(f, "{value}"),
            ParameterValue::Boolean(value) => write!(f, "{value}"),
        }
    }
}

const fn option(value: &'static str, note: &'static str) -> ChoiceOption {
    ChoiceOption { value, note }
}

/// Declares each parameter once: the constant, its documentation and its place in [`ALL`].
macro_rules! parameters {
    ($($constant:ident = $name:literal $chinese:literal $article:ident $note:literal $kind:expr;)+) => {
        $(#[doc = $note] pub const $constant: Parameter =
            Parameter { name: $name, chinese: $chinese, note: $note, law: &law::$article, kind: $kind };)+
        /// Every parameter (全部规则参数).
        pub const ALL: &[&Parameter] = &[$(&$constant,)+];
    };
}
parameters! {
    // ---- auction ----
    DAY_COUNTING = "day_counting" "期间计算方式" NETAUCTION_12
        "How the days between announcement and start are counted."
        Kind::Choice(&[
            option("STRICT", "full days lie between the two days"),
            option("LENIENT", "the last day of the period may be the start; needs a court document"),
        ]);
    INCREMENT_MODE = "increment_mode" "加价方式" NETAUCTION_20
        "Whether a bid must be a multiple of the increment above the starting price."
        Kind::Choice(&[
            option("MULTIPLE", "starting price plus a whole multiple of the increment"),
            option("MIN", "any amount at least one increment above the present price"),
        ]);
    SELF_OVERBID = "self_overbid" "自我加价" NETAUCTION_20
        "Whether the leading bidder may raise his own bid."
        Kind::Choice(&[option("REFUSED", "the leader waits"), option("ALLOWED", "the leader may raise himself")]);
    PRIORITY_EQUAL_BID_EXTENDS = "priority_equal_bid_extends" "优先购买权人同价延时" NETAUCTION_21
        "Whether a priority purchaser's equal bid in the last five minutes moves the end."
        Kind::Boolean { default: true };
    FAT_FINGER_FACTOR = "fat_finger_factor" "异常出价倍数" NETAUCTION_20
        "A bid above this multiple of the minimum next bid is repeated in Chinese capitals (大写)."
        Kind::Integer { minimum: 2, maximum: 1000, default: 10 };
    PROXY_BIDDING = "proxy_bidding" "自动出价" NETAUCTION_20
        "Whether the platform may bid for a bidder up to a sealed maximum; the notice must say so."
        Kind::Boolean { default: false };
    DEFAULT_TOPUP_POLICY = "default_topup_policy" "悔拍补差" NETAUCTION_24
        "Whether a defaulting purchaser makes up what the deposit does not cover; courts differ."
        Kind::Choice(&[
            option("CAP_AT_DEPOSIT", "the deposit is the limit"),
            option("ORDER_TOPUP", "the court may order the difference to be made up"),
        ]);
    SECOND_AUCTION_TERM = "second_auction_term" "再次拍卖期限" NETAUCTION_26
        "What must happen within 30 days of an unsold auction."
        Kind::Choice(&[
            option("START", "bidding of the second auction begins"),
            option("ANNOUNCEMENT", "the second auction is announced"),
        ]);
    CONFIRMATION_PAGE_DAYS = "confirmation_page_days" "成交确认书公示天数" NETAUCTION_22
        "How long the public page of a confirmation stays."
        Kind::Integer { minimum: 30, maximum: 3650, default: 365 };
    ATTACHMENT_MEGABYTES = "attachment_megabytes" "附件大小上限" NETAUCTION_13
        "Largest photo or paper of a lot, in units of 1,048,576 bytes."
        Kind::Integer { minimum: 1, maximum: 100, default: 20 };
    START_REMINDER_HOURS = "start_reminder_hours" "开拍提醒小时数" NETAUCTION_13
        "So many hours before the start those who follow a lot are reminded of it."
        Kind::Integer { minimum: 1, maximum: 72, default: 24 };
    END_REMINDER_HOURS = "end_reminder_hours" "结束提醒小时数" NETAUCTION_20
        "So many hours before the end those who follow a lot are reminded of it."
        Kind::Integer { minimum: 1, maximum: 24, default: 1 };
    // ---- case funds ----
    PAYOUT_WORKING_DAYS = "payout_working_days" "案款发放工作日" HUNAN_15_WORKING_DAYS
        "Working days from arrival to payment; a court may promise less than 15."
        Kind::Integer { minimum: 1, maximum: 15, default: 15 };
    FAST_PAYOUT_LIMIT = "fast_payout_limit" "快速发放金额" HUNAN_15_WORKING_DAYS
        "Arrivals up to this amount are paid within the days of `fast_payout_working_days`; zero: none is."
        Kind::Money { minimum: Money::ZERO, maximum: Money::from_yuan(100_000_000), default: Money::ZERO };
    FAST_PAYOUT_WORKING_DAYS = "fast_payout_working_days" "快速发放工作日" HUNAN_15_WORKING_DAYS
        "Working days from arrival to payment of small sums; it never lengthens `payout_working_days`."
        Kind::Integer { minimum: 1, maximum: 15, default: 15 };
    UNIDENTIFIED_WORKING_DAYS = "unidentified_working_days" "不明款认领工作日" LOCAL_FUNDS_UNIDENTIFIED
        "Working days in which unidentified money is claimed to a case."
        Kind::Integer { minimum: 1, maximum: 30, default: 3 };
    WARNING_WORKING_DAYS = "warning_working_days" "期限预警工作日" FUNDS_10
        "A lamp turns yellow when at most so many working days are left."
        Kind::Integer { minimum: 0, maximum: 10, default: 3 };
    TWO_APPROVER_THRESHOLD = "two_approver_threshold" "双级审批金额" FUNDS_12
        "Orders above this amount need the vice president besides the bureau chief."
        Kind::Money { minimum: Money::ZERO, maximum: Money::from_yuan(100_000_000), default: Money::from_yuan(100_000) };
    EXECUTION_FEE_ORDER = "execution_fee_order" "执行费收取顺序" FEES_20
        "When the execution fee is taken from a recovery; a plan under 民诉解释 508 takes costs first."
        Kind::Choice(&[
            option("AFTER_APPLICANT", "after the applicant is paid in full; until then a fee-arrears note"),
            option("FIRST_MONEY", "from the first money that arrives"),
            option("AT_CLOSE", "when the case is closed"),
        ]);
    SMALL_BASE = "small_base" "小额案件基数" CIVIL_CODE_1259
        "Which amount decides whether a livelihood matter is small."
        Kind::Choice(&[
            option("PAYEE_FOR_WAGES", "the claim of each payee for wages, else the case's target at filing"),
            option("CASE_TARGET", "always the case's target at filing"),
        ]);
    SMALL_LIMIT = "small_limit" "小额上限" CIVIL_CODE_1259
        "Up to and including this amount a livelihood matter is small."
        Kind::Money { minimum: Money::from_yuan(1), maximum: Money::from_yuan(1_000_000), default: Money::from_yuan(50_000) };
    FIRST_SEIZURE_PERCENT = "first_seizure_percent" "首封债权多分比例" ENFORCEMENT_56
        "Extra share in percent for the creditor who seized first; a local practice, off by default."
        Kind::Integer { minimum: 0, maximum: 20, default: 0 };
    RENT_RESERVE_MONTHS = "rent_reserve_months" "租金保留月数" OBJECTION_20
        "Months of rent left to the debtor when a sole home is sold."
        Kind::Integer { minimum: 60, maximum: 96, default: 60 };
    NOTARY_REMINDER_MONTHS = "notary_reminder_months" "提存提醒月数" CIVIL_CODE_574
        "Months after which a payee is reminded of a deposit that lapses after five years."
        Kind::Integer { minimum: 12, maximum: 59, default: 54 };
}

impl Parameter {
    pub fn default_value(&self) -> ParameterValue {
        match &self.kind {
            Kind::Choice(options) => ParameterValue::Choice(options.first().map_or("", |o| o.value)),
            Kind::Integer { default, .. } => ParameterValue::Integer(*default),
            Kind::Money { default, .. } => ParameterValue::Money(*default),
            Kind::Boolean { default } => ParameterValue::Boolean(*default),
        }
    }

    /// Checks a value that somebody enters.
    ///
    /// # Errors
    /// `PARAMETER_INVALID` with the parameter and what it takes.
    pub fn parse(&self, value: &str) -> Result<ParameterValue, Refusal> {
        let parsed = match &self.kind {
            Kind::Choice(options) => options.iter().find(|o| o.value == value).map(|o| ParameterValue::Choice(o.value)),
            Kind::Integer { minimum, maximum, .. } => {
                whole_number(value).filter(|number| (minimum..=maximum).contains(&number)).map(ParameterValue::Integer)
            }
            Kind::Money { minimum, maximum, .. } => Money::parse_unsigned(value)
                .ok()
                .filter(|amount| (minimum..=maximum).contains(&amount))
                .map(ParameterValue::Money),
            Kind::Boolean { .. } => match value {
                "true" => Some(ParameterValue::Boolean(true)),
                "false" => Some(ParameterValue::Boolean(false)),
                _ => None,
            },
        };
        let refusal = || refuse("value").law(self.law).arg("parameter", self.name).arg("allowed", self.kind.allowed());
        parsed.ok_or_else(refusal)
    }
}

impl Kind {
    /// The greatest number that may be entered; none for what is no number.
    pub const fn greatest_integer(&self) -> Option<i64> {
        match self {
            Kind::Integer { maximum, .. } => Some(*maximum),
            _ => None,
        }
    }
    /// `CHOICE`, `INTEGER`, `MONEY` or `BOOLEAN`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Kind::Choice(_) => "CHOICE",
            Kind::Integer { .. } => "INTEGER",
            Kind::Money { .. } => "MONEY",
            Kind::Boolean { .. } => "BOOLEAN",
        }
    }
    /// What may be entered, in words: `STRICT | LENIENT`, `2 … 1000`.
    pub fn allowed(&self) -> String {
        match self {
            Kind::Choice(options) => options.iter().map(|o| o.value).collect::<Vec<_>>().join(" | "),
            Kind::Integer { minimum, maximum, .. } => format!("{minimum} … {maximum}"),
            Kind::Money { minimum, maximum, .. } => format!("{minimum} … {maximum}"),
            Kind::Boolean { .. } => "true | false".to_owned(),
        }
    }
}

/// Digits only: no sign, no leading zero, at most nine places.
fn whole_number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if !plain || (text.len() > 1 && text.starts_with('0')) { None } else { text.parse().ok() }
}

fn refuse(field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::ParameterInvalid).law(&law::PARAMETER_FORM).field(field)
}

pub fn find(name: &str) -> Option<&'static Parameter> {
    ALL.iter().copied().find(|parameter| parameter.name == name)
}

/// Checks a name and its value.
///
/// # Errors
/// `PARAMETER_INVALID` for an unknown name or a value outside of kind and bounds.
pub fn parse(name: &str, value: &str) -> Result<ParameterValue, Refusal> {
    find(name).ok_or_else(|| refuse("name"))?.parse(value)
}

/// The values that hold for a court or that a lot was opened under: what differs from the defaults.
/// Stored as a JSON object of names and texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct ParameterSet(BTreeMap<&'static str, ParameterValue>);

impl ParameterSet {
    /// Sets one parameter after checking it.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let parameter = find(name).ok_or_else(|| refuse("name"))?;
        self.0.insert(parameter.name, parameter.parse(value)?);
        Ok(())
    }
    pub fn value(&self, parameter: &Parameter) -> ParameterValue {
        self.0.get(parameter.name).copied().unwrap_or_else(|| parameter.default_value())
    }
    /// Every parameter with the value that holds.
    pub fn all(&self) -> impl Iterator<Item = (&'static Parameter, ParameterValue)> + '_ {
        ALL.iter().map(|parameter| (*parameter, self.value(parameter)))
    }

    pub fn is(&self, choice: &Parameter, option: &str) -> bool {
        self.value(choice) == ParameterValue::Choice(find_option(choice, option))
    }
    /// The chosen option; the empty text for a parameter that is no choice.
    pub fn choice(&self, parameter: &Parameter) -> &'static str {
        if let ParameterValue::Choice(value) = self.value(parameter) { value } else { "" }
    }
    /// The number; zero for a parameter that is none.
    pub fn integer(&self, parameter: &Parameter) -> i64 {
        if let ParameterValue::Integer(value) = self.value(parameter) { value } else { 0 }
    }
    /// The amount; zero for a parameter that is none.
    pub fn money(&self, parameter: &Parameter) -> Money {
        if let ParameterValue::Money(value) = self.value(parameter) { value } else { Money::ZERO }
    }
    /// The flag; false for a parameter that is none.
    pub fn flag(&self, parameter: &Parameter) -> bool {
        self.value(parameter) == ParameterValue::Boolean(true)
    }
    pub fn day_counting(&self) -> DayCounting {
        if self.is(&DAY_COUNTING, "LENIENT") { DayCounting::Lenient } else { DayCounting::Strict }
    }
}

/// The option's own text, so that a misspelt one is never equal to a value.
fn find_option(parameter: &Parameter, option: &str) -> &'static str {
    match &parameter.kind {
        Kind::Choice(options) => options.iter().find(|o| o.value == option).map_or("?", |o| o.value),
        _ => "?",
    }
}

impl TryFrom<BTreeMap<String, String>> for ParameterSet {
    type Error = String;
    fn try_from(texts: BTreeMap<String, String>) -> Result<ParameterSet, String> {
        let mut set = ParameterSet::default();
        for (name, value) in &texts {
            set.set(name, value).map_err(|_| format!("{name} = {value} is no rule parameter"))?;
        }
        Ok(set)
    }
}
impl From<ParameterSet> for BTreeMap<String, String> {
    fn from(set: ParameterSet) -> BTreeMap<String, String> {
        set.0.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_default_passes_its_own_check() {
        let mut names = HashSet::new();
        for parameter in ALL {
            let default = parameter.default_value();
            assert_eq!(parameter.parse(&default.to_string()).unwrap(), default, "{}", parameter.name);
            assert!(names.insert(parameter.name), "{} twice", parameter.name);
            assert!(!parameter.chinese.is_ascii() && parameter.note.ends_with('.'), "{}", parameter.name);
        }
    }

    #[test]
    fn the_defaults_of_the_house() {
        let set = ParameterSet::default();
        assert_eq!(set.day_counting(), DayCounting::Strict);
        assert_eq!(set.choice(&INCREMENT_MODE), "MULTIPLE");
        assert_eq!(set.choice(&SELF_OVERBID), "REFUSED");
        assert!(set.flag(&PRIORITY_EQUAL_BID_EXTENDS));
        assert_eq!(set.integer(&FAT_FINGER_FACTOR), 10);
        assert_eq!(set.money(&TWO_APPROVER_THRESHOLD).to_string(), "100000.00");
        assert_eq!(set.money(&SMALL_LIMIT).to_string(), "50000.00");
        assert!(set.is(&SMALL_BASE, "PAYEE_FOR_WAGES"));
    }

    #[test]
    fn bounds_are_included_民法典_1259() {
        let vectors = [
            ("rent_reserve_months", "60", "96", "59", "97"),
            ("payout_working_days", "1", "15", "0", "16"),
            ("two_approver_threshold", "0.00", "100000000.00", "-0.01", "100000000.01"),
        ];
        for (name, least, most, below, above) in vectors {
            assert!(parse(name, least).is_ok() && parse(name, most).is_ok(), "{name}");
            for bad in [below, above] {
                let refusal = parse(name, bad).unwrap_err();
                assert_eq!((refusal.code, refusal.field), (RefusalCode::ParameterInvalid, Some("value")), "{name}");
            }
        }
    }

    #[test]
    fn values_of_another_kind_are_refused() {
        let vectors = [
            ("day_counting", "strict"),
            ("day_counting", ""),
            ("fat_finger_factor", "10.0"),
            ("fat_finger_factor", "+10"),
            ("fat_finger_factor", "010"),
            ("fat_finger_factor", "１０"),
            ("fat_finger_factor", "10000000000"),
            ("small_limit", "50000"),
            ("small_limit", "5e4"),
            ("proxy_bidding", "TRUE"),
        ];
        for (name, value) in vectors {
            assert!(parse(name, value).is_err(), "{name} = {value}");
        }
        assert_eq!(parse("no_such", "1").unwrap_err().field, Some("name"));
    }

    #[test]
    fn a_set_keeps_what_differs_and_refuses_what_is_wrong() {
        let mut set = ParameterSet::default();
        set.set("day_counting", "LENIENT").unwrap();
        set.set("payout_working_days", "10").unwrap();
        assert!(set.set("payout_working_days", "16").is_err());
        assert_eq!((set.day_counting(), set.integer(&PAYOUT_WORKING_DAYS)), (DayCounting::Lenient, 10));
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"{"day_counting":"LENIENT","payout_working_days":"10"}"#);
        assert_eq!(serde_json::from_str::<ParameterSet>(&json).unwrap(), set);
        assert!(serde_json::from_str::<ParameterSet>(r#"{"day_counting":"LOOSE"}"#).is_err());
        assert!(!set.is(&DAY_COUNTING, "LOOSE"));
        assert_eq!(set.all().count(), ALL.len());
    }
}

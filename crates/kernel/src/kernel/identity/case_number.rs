//! 案号: 法〔2015〕137号, in force since 2016: `（2024）湘0102执1234号` is year received, court code, type code, serial.
//!
//! Half-width brackets are taken and written back full-width. Numbers of the form before 2016 have no machine-readable
//! parts and are kept as text ([`LegacyCaseNumber`]). A suffix 之一 belongs to a document, not to the case.

use super::{CASE_NUMBERING, case_types, name::is_ideograph, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;

/// Character of each high court; 军 the military courts, 兵 and 新兵 those of the Xinjiang corps.
const PROVINCES: &str = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔贵云滇藏陕秦甘陇青宁新兵军";
/// The Supreme People's Court and its tribunals for intellectual property and commerce.
const SUPREME: [&str; 3] = ["最高法知", "最高法商", "最高法"];
const FIRST_YEAR: u16 = 2016;
const LAST_LEGACY_YEAR: u16 = 2016;
/// No court counts further in one year and type.
const MAX_SERIAL_DIGITS: usize = 9;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseNumberError {
    #[error("a case number is written （year）court type serial 号, e.g. （2024）湘0102执1234号")]
    Form,
    #[error("the year must lie from 2016 to 2099")]
    Year,
    #[error("the court code must be 最高法 or a province character with none, two or four digits")]
    Court,
    #[error("the type code is not in the standard's list")]
    Type,
    #[error("the serial number has 1 to 9 digits and no leading zero")]
    Serial,
    #[error("numbers with 字第 are of the style before 2016")]
    OldStyle,
}
impl From<CaseNumberError> for Refusal {
    fn from(error: CaseNumberError) -> Refusal {
        let code = match error {
            CaseNumberError::OldStyle => RefusalCode::CaseNumberOldStyle,
            _ => RefusalCode::CaseNumberInvalid,
        };
        refusal(code, &error, &CASE_NUMBERING)
    }
}

/// A case number in parts, unique as (year, court, type, serial).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseNumber {
    year: u16,
    court_code: String,
    type_code: String,
    serial: u32,
}
impl CaseNumber {
    pub fn parse(text: &str) -> Result<CaseNumber, CaseNumberError> {
        CaseNumber::parse_with(text, &[])
    }
    /// `more_types` are type codes that an installation knows beyond the standard's list, of at most three characters.
    pub fn parse_with(text: &str, more_types: &[&str]) -> Result<CaseNumber, CaseNumberError> {
        let (year, rest) = split_year(text.trim()).ok_or(CaseNumberError::Form)?;
        if rest.contains("字第") {
            return Err(CaseNumberError::OldStyle);
        }
        let body = rest.strip_suffix('号').ok_or(CaseNumberError::Form)?;
        let (court_code, rest) = split_court(body).ok_or(CaseNumberError::Court)?;
        let type_code = &rest[..rest.len() - rest.trim_start_matches(is_ideograph).len()];
        let serial = &rest[type_code.len()..];
        if !(1..=3).contains(&type_code.chars().count()) {
            return Err(CaseNumberError::Form);
        }
        if !case_types::is_listed(type_code) && !more_types.contains(&type_code) {
            return Err(CaseNumberError::Type);
        }
        let well_formed = (1..=MAX_SERIAL_DIGITS).contains(&serial.len())
            && serial.bytes().all(|b| b.is_ascii_digit())
            && !serial.starts_with('0');
        let serial = serial.parse().ok().filter(|_| well_formed).ok_or(CaseNumberError::Serial)?;
        if !(FIRST_YEAR..=2099).contains(&year) {
            return Err(CaseNumberError::Year);
        }
        Ok(CaseNumber { year, court_code: court_code.to_owned(), type_code: type_code.to_owned(), serial })
    }
    /// The year in which the court received the case.
    pub fn year(&self) -> u16 {
        self.year
    }
    /// 法院代字, e.g. `湘0102`.
    pub fn court_code(&self) -> &str {
        &self.court_code
    }
    /// 类型代字, e.g. `执恢`.
    pub fn type_code(&self) -> &str {
        &self.type_code
    }
    pub fn serial(&self) -> u32 {
        self.serial
    }
    /// Whether the case is one of enforcement (执, 执恢, …) and not of trial, bankruptcy or another kind.
    pub fn is_enforcement(&self) -> bool {
        case_types::ENFORCEMENT.contains(&self.type_code.as_str())
    }
}
impl fmt::Display for CaseNumber {
    /// The normal form with full-width brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "（{}）{}{}{}号", self.year, self.court_code, self.type_code, self.serial)
    }
}

/// A number of the style before 2016, such as `（2013）宁执字第386号`. Its court is not certain from its letters (宁 was
/// Nanjing then and is Ningxia now), so that it stays one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LegacyCaseNumber(String);
impl LegacyCaseNumber {
    /// Takes any `（year）… 字第 … 号` from 1949 to 2016 with 1 to 20 characters before 字第 and an optional `-1` after
    /// the serial; refuses everything of the new style.
    pub fn parse(text: &str) -> Result<LegacyCaseNumber, CaseNumberError> {
        let (year, rest) = split_year(text.trim()).ok_or(CaseNumberError::Form)?;
        let (prefix, serial) = rest.split_once("字第").ok_or(CaseNumberError::Form)?;
        let serial = serial.strip_suffix('号').ok_or(CaseNumberError::Form)?;
        let prefix_holds =
            (1..=20).contains(&prefix.chars().count()) && prefix.chars().all(|c| is_ideograph(c) || c.is_ascii_digit());
        let is_number = |part: &str| (1..=MAX_SERIAL_DIGITS).contains(&part.len()) && is_digits(part);
        let serial_holds = match serial.split_once('-') {
            Some((serial, part)) => is_number(serial) && is_number(part),
            None => is_number(serial),
        };
        if !prefix_holds {
            return Err(CaseNumberError::Court);
        }
        if !serial_holds {
            return Err(CaseNumberError::Serial);
        }
        if !(1949..=LAST_LEGACY_YEAR).contains(&year) {
            return Err(CaseNumberError::Year);
        }
        Ok(LegacyCaseNumber(format!("（{year}）{prefix}字第{serial}号")))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for LegacyCaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `（2024）rest` with either kind of round bracket; 〔2024〕 marks a document, not a case.
fn split_year(text: &str) -> Option<(u16, &str)> {
    let inner = text.strip_prefix(['（', '('])?;
    let (year, rest) = inner.split_once(['）', ')'])?;
    (year.len() == 4 && is_digits(year)).then_some(())?;
    Some((year.parse().ok()?, rest))
}
fn split_court(body: &str) -> Option<(&str, &str)> {
    if let Some(supreme) = SUPREME.iter().find(|code| body.starts_with(**code)) {
        return Some(body.split_at(supreme.len()));
    }
    let province = body.chars().next().filter(|c| PROVINCES.contains(*c))?;
    let digits = body[province.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 0 | 2 | 4).then(|| body.split_at(province.len_utf8() + digits))
}
fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{CaseNumberError as E, *};

    #[test]
    fn fa_2015_137_article_2_numbers_in_parts() {
        for (text, year, court, kind, serial) in [
            ("（2024）湘0102执1234号", 2024, "湘0102", "执", 1234),
            ("(2024)湘0102执恢12号", 2024, "湘0102", "执恢", 12),
            (" （2024)最高法执监1号 ", 2024, "最高法", "执监", 1),
            ("（2023）京执复5号", 2023, "京", "执复", 5),
            ("（2024）湘01执异7号", 2024, "湘01", "执异", 7),
            ("（2024）京0491民初19067号", 2024, "京0491", "民初", 19067),
            ("（2016）兵0103执12号", 2016, "兵0103", "执", 12),
            ("(2021)最高法执监344号", 2021, "最高法", "执监", 344),
            ("(2020)湘执复244号", 2020, "湘", "执复", 244),
            ("(2018)湘01执12号", 2018, "湘01", "执", 12),
            ("(2020)鲁执复194号", 2020, "鲁", "执复", 194),
            ("(2022)闽01财保57号", 2022, "闽01", "财保", 57),
            ("(2022)闽01民初256号", 2022, "闽01", "民初", 256),
            ("（2022）最高法知民终1号", 2022, "最高法知", "民终", 1),
            ("（2099）湘0102执999999999号", 2099, "湘0102", "执", 999_999_999),
        ] {
            let number = CaseNumber::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(
                (number.year(), number.court_code(), number.type_code(), number.serial()),
                (year, court, kind, serial)
            );
            assert_eq!(number.to_string(), format!("（{year}）{court}{kind}{serial}号"));
            assert_eq!(CaseNumber::parse(&number.to_string()).unwrap(), number);
        }
    }

    #[test]
    fn fa_2015_137_article_2_other_forms_are_refused() {
        for (text, error) in [
            ("", E::Form),
            ("2024湘0102执1234号", E::Form),
            ("〔2024〕湘0102执1234号", E::Form),
            ("（24）湘0102执1234号", E::Form),
            ("（２０２４）湘0102执1234号", E::Form),
            ("（2024）湘0102执1234", E::Form),
            ("（2024）湘0102执1234号之一", E::Form),
            ("（2024）湘0102执1234号 执行裁定书", E::Form),
            ("（2024）湘1执1234号", E::Court),
            ("（2024）湘102执1234号", E::Court),
            ("（2024）湘01023执1234号", E::Court),
            ("（2024）湖0102执1234号", E::Court),
            ("（2024）", E::Form),
            ("（2024）号", E::Court),
            ("（2024）湘01021234号", E::Court),
            ("（2024）湘0102执0123号", E::Serial),
            ("（2024）湘0102执0号", E::Serial),
            ("（2024）湘0102执号", E::Serial),
            ("（2024）湘0102执1000000000号", E::Serial),
            ("（2024）湘0102执１２号", E::Serial),
            ("（2024）湘0102执12-1号", E::Serial),
            ("（2024）湘0102执行恢复1号", E::Form),
            ("（2024）湘0102执七1号", E::Type),
            ("（2015）湘0102执1号", E::Year),
            ("（2100）湘0102执1号", E::Year),
        ] {
            assert_eq!(CaseNumber::parse(text).unwrap_err(), error, "{text}");
        }
        assert_eq!(Refusal::from(E::Serial).code, RefusalCode::CaseNumberInvalid);
    }

    #[test]
    fn fa_2015_137_article_3_numbers_before_2016_have_a_form_of_their_own() {
        for text in ["（2013）宁执字第386号", "(2015)杭下执民字第2741号", "（2014）长中民一终字第01234-1号"]
        {
            assert_eq!(CaseNumber::parse(text).unwrap_err(), E::OldStyle, "{text}");
            let legacy = LegacyCaseNumber::parse(text).unwrap();
            assert_eq!(legacy.as_str(), text.replace('(', "（").replace(')', "）"));
        }
        let refusal = Refusal::from(E::OldStyle);
        assert_eq!((refusal.code, refusal.law), (RefusalCode::CaseNumberOldStyle, Some(&CASE_NUMBERING)));
        for (text, error) in [
            ("（2024）湘0102执1234号", E::Form),
            ("（1948）宁执字第386号", E::Year),
            ("（2017）宁执字第386号", E::Year),
            ("（2013）字第386号", E::Court),
            ("（2013）宁执字第号", E::Serial),
            ("（2013）宁执字第386号之一", E::Form),
            ("（2013）宁<b>执字第386号", E::Court),
        ] {
            assert_eq!(LegacyCaseNumber::parse(text).unwrap_err(), error, "{text}");
        }
        assert!(LegacyCaseNumber::parse("（2016）宁执字第386号").is_ok());
        assert!(LegacyCaseNumber::parse("（1949）宁执字第386号").is_ok());
    }

    #[test]
    fn types_beyond_the_list_come_from_the_installation() {
        assert_eq!(CaseNumber::parse("（2026）湘0102执新1号").unwrap_err(), E::Type);
        assert_eq!(CaseNumber::parse_with("（2026）湘0102执新1号", &["执新"]).unwrap().type_code(), "执新");
    }

    #[test]
    fn enforcement_is_told_from_trial() {
        assert!(CaseNumber::parse("（2026）湘0102执恢1号").unwrap().is_enforcement());
        assert!(!CaseNumber::parse("（2026）湘0102民初1号").unwrap().is_enforcement());
        assert!(!CaseNumber::parse("（2026）湘0102司救执1号").unwrap().is_enforcement());
    }

    #[test]
    fn listed_types_are_unique_and_have_one_to_three_characters() {
        let all: Vec<_> = case_types::ENFORCEMENT.iter().chain(case_types::OTHER).collect();
        for (at, code) in all.iter().enumerate() {
            assert!((1..=3).contains(&code.chars().count()) && code.chars().all(is_ideograph), "{code}");
            assert!(!all[at + 1..].contains(code), "{code} twice");
        }
    }
}

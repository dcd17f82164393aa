//! Texts for people, in Chinese and English: Fluent messages from `locales/`, chosen by `Accept-Language`.
//!
//! A message is named by its code. Its value stands alone; its attribute `.detail` names the numbers that decided and is
//! added when all of them are known.

use super::refusal::Refusal;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// A language that every text exists in. Chinese is the default: it is the language of the law and of the courts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    ZhCn,
    En,
}
impl Locale {
    pub const ALL: [Locale; 2] = [Locale::ZhCn, Locale::En];
    pub const fn as_str(self) -> &'static str {
        match self {
            Locale::ZhCn => "zh-CN",
            Locale::En => "en",
        }
    }
    fn identifier(self) -> LanguageIdentifier {
        self.as_str().parse().unwrap_or_default()
    }
    /// The best language for an `Accept-Language` header; Chinese when there is none or nothing fits.
    pub fn negotiate(accept_language: Option<&str>) -> Locale {
        let requested = requested(accept_language.unwrap_or_default());
        let available = Locale::ALL.map(Locale::identifier);
        let found = negotiate_languages(&requested, &available, None, NegotiationStrategy::Filtering);
        let first = found.first().and_then(|id| available.iter().position(|own| own == *id));
        first.and_then(|index| Locale::ALL.get(index).copied()).unwrap_or_default()
    }
}

/// The languages of the header, the most wanted first; at most eight, and none with quality 0.
fn requested(header: &str) -> Vec<LanguageIdentifier> {
    let mut wanted: Vec<(u16, LanguageIdentifier)> = header
        .split(',')
        .take(8)
        .filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let language = parts.next()?.parse().ok()?;
            let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(1000, thousandths);
            (quality > 0).then_some((quality, language))
        })
        .collect();
    wanted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    wanted.into_iter().map(|(_, language)| language).collect()
}
fn thousandths(quality: &str) -> u16 {
    match quality.split_once('.') {
        Some(("0", fraction)) => format!("{:0<3}", fraction.get(..3).unwrap_or(fraction)).parse().unwrap_or(0),
        _ if quality == "0" => 0,
        _ => 1000,
    }
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| {
    [
        bundle(Locale::ZhCn, include_str!("../../../../locales/zh-CN.ftl")),
        bundle(Locale::En, include_str!("../../../../locales/en.ftl")),
    ]
});

fn bundle(locale: Locale, text: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![locale.identifier()]);
    // the texts go into JSON, where the marks that isolate directions would only disturb
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            tracing::error!(?errors, locale = locale.as_str(), "message file is damaged");
            resource
        }
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// The text of a refusal: what the rule says and, when they are known, the numbers that decided.
pub fn refusal(locale: Locale, refusal: &Refusal) -> String {
    text(locale, refusal.code.as_str(), &refusal.args)
}

/// The text of a top-level error by its `extensions.code`; None for a code that has no text of its own.
pub fn problem(locale: Locale, code: &str) -> Option<String> {
    find(locale, code, &[])
}

/// The text named `key`; the key itself when a message file does not have it.
pub fn text(locale: Locale, key: &str, args: &[(&'static str, String)]) -> String {
    find(locale, key, args).unwrap_or_else(|| key.to_owned())
}

fn find(locale: Locale, key: &str, args: &[(&'static str, String)]) -> Option<String> {
    let bundle = BUNDLES.get(locale as usize)?;
    let message = bundle.get_message(key)?;
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut errors = Vec::new();
    let value = bundle.format_pattern(message.value()?, Some(&args), &mut errors).into_owned();
    let Some(detail) = message.get_attribute("detail") else { return Some(value) };
    let detail = bundle.format_pattern(detail.value(), Some(&args), &mut errors);
    // a detail whose numbers are not all known is left out rather than shown with holes
    Some(match (errors.is_empty(), locale) {
        (false, _) => value,
        (true, Locale::ZhCn) => format!("{value}：{detail}。"),
        (true, Locale::En) => format!("{value}: {detail}."),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::refusal::RefusalCode;

    const PROBLEMS: [&str; 9] = [
        "BAD_USER_INPUT",
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "NOT_FOUND",
        "RATE_LIMITED",
        "CONFLICT",
        "TIMEOUT",
        "BAD_REQUEST",
        "INTERNAL_SERVER_ERROR",
    ];

    /// Names of the variables in a message's source, e.g. `minimum` of `{ $minimum }`.
    fn variables(locale: Locale, key: &str) -> Vec<String> {
        let source = match locale {
            Locale::ZhCn => include_str!("../../../../locales/zh-CN.ftl"),
            Locale::En => include_str!("../../../../locales/en.ftl"),
        };
        let start = source.lines().position(|l| l.starts_with(&format!("{key} ="))).unwrap();
        let lines = source.lines().skip(start).enumerate().take_while(|(i, l)| *i == 0 || l.starts_with(' '));
        let mut names: Vec<String> = lines
            .flat_map(|(_, l)| l.split('$').skip(1))
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn every_code_has_both_texts_and_their_arguments_resolve() {
        let codes = RefusalCode::ALL.iter().map(|code| code.as_str());
        for key in codes.chain(PROBLEMS) {
            let names = Locale::ALL.into_iter().flat_map(|locale| variables(locale, key));
            let args: Vec<(&'static str, String)> =
                names.map(|name| (&*Box::leak(name.clone().into_boxed_str()), format!("<{name}>"))).collect();
            for locale in Locale::ALL {
                let (bare, full) = (text(locale, key, &[]), text(locale, key, &args));
                assert_ne!(bare, key, "{locale:?} has no text for {key}");
                assert!(!bare.contains('$') && !full.contains('$'), "{key} in {locale:?} shows a hole: {full}");
                assert_eq!(full.len() > bare.len(), !args.is_empty(), "{key} in {locale:?}: {full}");
            }
        }
    }

    #[test]
    fn chinese_texts_are_chinese_and_english_ones_are_not() {
        for code in RefusalCode::ALL {
            let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(text(Locale::ZhCn, code.as_str(), &[]).chars().any(is_han), "{code:?}");
            assert!(!text(Locale::En, code.as_str(), &[]).chars().any(is_han), "{code:?}");
        }
    }

    #[test]
    fn the_message_files_name_no_unknown_code() {
        for source in [include_str!("../../../../locales/zh-CN.ftl"), include_str!("../../../../locales/en.ftl")] {
            for key in source.lines().filter(|l| !l.starts_with([' ', '#'])).filter_map(|l| l.split_once(" =")) {
                assert!(RefusalCode::parse(key.0).is_some() || PROBLEMS.contains(&key.0), "{}", key.0);
            }
        }
    }

    #[test]
    fn the_language_follows_the_header() {
        for (header, expected) in [
            (None, Locale::ZhCn),
            (Some(""), Locale::ZhCn),
            (Some("*"), Locale::ZhCn),
            (Some("en"), Locale::En),
            (Some("en-GB,en;q=0.9"), Locale::En),
            (Some("zh"), Locale::ZhCn),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Locale::ZhCn),
            (Some("zh;q=0.5, en;q=0.7"), Locale::En),
            (Some("fr, en;q=0.2"), Locale::En),
            (Some("fr"), Locale::ZhCn),
            (Some("en;q=0"), Locale::ZhCn),
            (Some("\u{1F600};;;,,,=q"), Locale::ZhCn),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_detail_is_shown_only_when_its_numbers_are_known() {
        let bid = Refusal::new(RefusalCode::BidTooLow);
        assert_eq!(refusal(Locale::En, &bid), "The bid is below the minimum next bid");
        let bid = bid.arg("minimum", "864197.53");
        assert_eq!(refusal(Locale::En, &bid), "The bid is below the minimum next bid: at least 864197.53.");
        assert_eq!(refusal(Locale::ZhCn, &bid), "出价低于最低加价：至少为864197.53元。");
    }
}

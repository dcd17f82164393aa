//! docs/rules.md: each article, the code that applies it and the tests that hold it, gathered from the sources.

use duixian::{kernel::refusal::Article, law::reference};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

const HEAD: &str = "# The rule table: article → code → test

Made from the sources by the test `rule_table` (`UPDATE_RULES=1 cargo nextest run --test it rule_table`): an article is
applied where its constant of `crates/kernel/src/law/reference.rs` stands, and held by the tests that bear its number or expect its
citation. An article without code is known to the system and rests on people.
";

/// A source file: its path without `src/` and `.rs`, what it does, and the tests in it.
struct Source {
    place: String,
    code: String,
    tests: Vec<(String, String)>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("src"), root.join("tests/it")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            let place = path.strip_prefix(root).unwrap().with_extension("").display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !place.ends_with("law/reference") {
                found.push(source(&place, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place));
    found
}
fn source(place: &str, text: &str) -> Source {
    let is_test = place.starts_with("tests/") || place.ends_with("tests");
    let (code, tests) = match text.split_once("#[cfg(test)]") {
        _ if is_test => ("", text),
        Some((code, tests)) => (code, tests),
        None => (text, ""),
    };
    let place = place
        .split_once("src/")
        .map_or(place, |(_, inside)| inside)
        .trim_start_matches("tests/")
        .trim_end_matches("/mod")
        .to_owned();
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let bodies = tests.split("fn ").skip(1).map(|rest| {
        let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
        (name.to_owned(), rest.to_owned())
    });
    Source { code, tests: bodies.collect(), place }
}

/// The constants of `law/reference.rs`, in the order of `reference::ALL`.
fn constants() -> Vec<String> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/kernel/src/law/reference.rs")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(" \""));
    let named = |name: &&str| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    lines.map(|(name, _)| name).filter(named).map(str::to_owned).collect()
}
fn mentions(code: &str, constant: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(constant)
        .any(|(at, _)| !part(code[..at].chars().next_back()) && !part(code[at + constant.len()..].chars().next()))
}
/// `netauction_18_and_34_only…` bears NETAUCTION_18 and NETAUCTION_34.
fn bears(test: &str, constant: &str) -> bool {
    let constant = constant.to_lowercase();
    let Some((law, number)) =
        constant.split_once(|c: char| c.is_ascii_digit()).map(|(law, _)| constant.split_at(law.len()))
    else {
        return test.starts_with(&format!("{constant}_"));
    };
    let Some(rest) = test.strip_prefix(law) else { return false };
    let numbers: Vec<_> =
        rest.split('_').take_while(|t| *t == "and" || t.chars().all(|c| c.is_ascii_digit())).collect();
    numbers.join("_").split("_and_").any(|n| n == number)
}

fn table() -> String {
    let (sources, constants) = (sources(), constants());
    assert_eq!(constants.len(), reference::ALL.len(), "the constants are read as they are declared");
    let mut laws: BTreeMap<usize, (&Article, String)> = BTreeMap::new();
    for (article, constant) in reference::ALL.iter().zip(&constants) {
        let applied: Vec<_> =
            sources.iter().filter(|s| mentions(&s.code, constant)).map(|s| s.place.as_str()).collect();
        let citation = format!("\"{}\"", article.citation());
        let tests: BTreeSet<_> = sources
            .iter()
            .flat_map(|s| &s.tests)
            .filter(|(name, body)| bears(name, constant) || body.contains(&citation))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let first = reference::ALL.iter().position(|a| a.law == article.law).unwrap();
        let rows = &mut laws.entry(first).or_insert((article, String::new())).1;
        let tests = tests.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(rows, "| {} | {} | {} | {tests} |", article.article, article.text, applied.join(", ")).unwrap();
    }
    let mut text = HEAD.to_owned();
    for (article, rows) in laws.values() {
        write!(
            text,
            "\n## {} ({})\n\n| article | what it says | applied in | tests |\n|---|---|---|---|\n{rows}",
            article.law, article.version
        )
        .unwrap();
    }
    text
}

#[test]
fn the_rule_table_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let current = table();
    if std::env::var_os("UPDATE_RULES").is_some() {
        fs::write(&file, &current).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let differs = committed.lines().zip(current.lines()).find(|(old, new)| old != new);
    assert!(committed == current, "run with UPDATE_RULES=1; first difference: {differs:?}");
}

#[test]
fn a_test_bears_the_articles_of_its_name() {
    assert!(bears("netauction_18_and_34_only_the_qualified", "NETAUCTION_34"));
    assert!(bears("fees_14_1_brackets", "FEES_14_1") && !bears("fees_14_1_brackets", "FEES_14"));
    assert!(!bears("netauction_2_first", "NETAUCTION_20") && !bears("netauctions_20_first", "NETAUCTION_20"));
    assert!(bears("two_people_posts", "TWO_PEOPLE"));
}

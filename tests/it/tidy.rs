//! The house rules as tests: who may import whom, how long a file may be, what may not be written.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
fn rust_files(under: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push((path.strip_prefix(root()).expect("inside").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The program and the crates of its rooms.
fn sources() -> Vec<(PathBuf, String)> {
    rust_files("crates").into_iter().chain(rust_files("src")).collect()
}

/// Rooms in import order: a room may use those that stand before it, as far as [`allowed`] says.
fn allowed(room: &str) -> &'static [&'static str] {
    const BASE: [&str; 5] = ["kernel", "law", "audit", "ledger", "access"];
    match room {
        "kernel" => &["kernel"],
        "law" => &["law", "kernel"],
        "paper" => &["paper", "kernel"],
        "audit" => &["audit", "law", "kernel"],
        "ledger" | "access" => &["ledger", "access", "paper", "audit", "law", "kernel"],
        "cases" => &["cases", "kernel", "law", "audit", "ledger", "access"],
        "funds" => &["funds", "cases", "kernel", "law", "audit", "ledger", "access"],
        "payout" => &["payout", "funds", "cases", "kernel", "law", "audit", "ledger", "access"],
        "distribution" => &["distribution", "payout", "funds", "cases", "kernel", "law", "audit", "ledger", "access"],
        "disbursement" | "auction" => &[
            "disbursement",
            "auction",
            "distribution",
            "payout",
            "funds",
            "cases",
            "kernel",
            "law",
            "audit",
            "ledger",
            "access",
        ],
        "bank" => &[
            "bank",
            "disbursement",
            "auction",
            "distribution",
            "payout",
            "funds",
            "cases",
            "kernel",
            "law",
            "audit",
            "ledger",
            "access",
        ],
        "oversight" => &[
            "oversight",
            "document",
            "bank",
            "disbursement",
            "auction",
            "distribution",
            "payout",
            "funds",
            "cases",
            "kernel",
            "law",
            "audit",
            "ledger",
            "access",
        ],
        "notice" => &["notice", "cases", "kernel", "law", "audit", "ledger", "access"],
        "document" => &[
            "document",
            "bank",
            "disbursement",
            "auction",
            "distribution",
            "payout",
            "funds",
            "cases",
            "paper",
            "kernel",
            "law",
            "audit",
            "ledger",
            "access",
        ],
        "exchange" => &["exchange", "document", "cases", "kernel", "law", "audit", "ledger", "access"],
        "admin" => &[
            "admin",
            "auction",
            "disbursement",
            "distribution",
            "payout",
            "funds",
            "cases",
            "kernel",
            "law",
            "audit",
            "ledger",
            "access",
        ],
        _ => &BASE,
    }
}
/// Pairs that the table above would let through and that are not allowed all the same.
const FORBIDDEN: [(&str, &str); 4] =
    [("disbursement", "auction"), ("auction", "disbursement"), ("ledger", "access"), ("access", "ledger")];
/// The one file that hands lengths to a library that takes them so.
const FLOATS: &str = "crates/kernel/src/paper/pdf.rs";
/// Rooms on the top: they see everything.
const TOP: [&str; 5] = ["graphql", "demo", "bench", "app", "cli"];

/// `crates/money/src/cases/rules.rs` and `src/cases/api/case.rs` belong to the room `cases`.
fn room_of(path: &Path) -> Option<&str> {
    let mut parts = path.components().map(|part| part.as_os_str().to_str());
    parts.find(|part| *part == Some("src"))?;
    parts.next()?.map(|s| s.trim_end_matches(".rs"))
}
/// Names behind `crate::` in code (comments left out).
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + 7..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(first_names(list)),
            None => found.extend(rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned)),
        }
    }
    found
}
/// The top-level names of `a::{b, c}, d::e}`.
fn first_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut name, mut open) = (0, Vec::new(), String::new(), true);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                open = true;
            }
            ':' => open = false,
            c if depth == 0 && open && (c.is_alphanumeric() || c == '_') => name.push(c),
            _ => {}
        }
    }
    names.push(name);
    names.into_iter().filter(|n| !n.is_empty()).collect()
}

#[test]
fn imports_run_one_way() {
    let files = sources();
    let rooms: BTreeSet<String> = files
        .iter()
        .filter(|(path, _)| path.parent().is_some_and(|folder| !folder.ends_with("src")))
        .filter_map(|(path, _)| room_of(path).map(str::to_owned))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in files {
        let Some(room) = room_of(&path) else { continue };
        let is_api = path.file_stem().is_some_and(|s| s.to_string_lossy().ends_with("api"))
            || path.components().any(|c| c.as_os_str() == "api");
        if TOP.contains(&room) || !rooms.contains(room) || is_api {
            continue;
        }
        for import in imports(&text).into_iter().filter(|i| rooms.contains(i)) {
            let fits = allowed(room).contains(&import.as_str()) && !FORBIDDEN.contains(&(room, import.as_str()));
            if !fits {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against docs/tour.md:\n{}", wrong.join("\n"));
}

#[test]
fn the_pure_parts_do_no_io() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let pure = room_of(&path) == Some("law")
            || path.file_name().is_some_and(|n| n == "rules.rs")
            || path.components().any(|c| c.as_os_str() == "rules");
        for crate_name in ["sea_orm::", "async_graphql::", "tokio::", "reqwest::"] {
            let used = |l: &&str| {
                l.contains(crate_name) && !l.trim_start().starts_with("//") && !l.contains("async_graphql::Enum")
            };
            if pure && text.lines().any(|l| used(&l)) {
                wrong.push(format!("{} uses {crate_name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_and_lines_stay_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().chain(rust_files("migration/src")).chain(rust_files("tests")) {
        // the tests beside the code do not count as its length
        let code = text.split("#[cfg(test)]\n").next().unwrap_or(&text).lines().count();
        if code > 520 {
            wrong.push(format!("{}: {code} lines", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not say what it is for", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unfinished_or_forbidden_is_written() {
    // written in pieces, so that this file does not find itself
    let words = [["TO", "DO"], ["FIX", "ME"], ["X", "XX"], ["unimpl", "emented!"], ["place", "holder"], ["dbg", "!("]]
        .map(|w| w.concat());
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().chain(rust_files("migration/src")).chain(rust_files("tests")) {
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|w| line.contains(w.as_str())) {
                wrong.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
            let float = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == "f64" || w == "f32");
            if float
                && room_of(&path).is_some()
                && !path.starts_with("migration")
                && path != Path::new(FLOATS)
                && !line.contains("seconds")
                && !line.trim_start().starts_with("//")
            {
                wrong.push(format!("{}:{}: a float: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lint list cannot name `begin`: the entity macro mentions it in every table.
#[test]
fn only_the_kernel_begins_a_transaction() {
    let found = sources().into_iter().filter(|(path, text)| {
        path != Path::new("crates/kernel/src/kernel/db.rs")
            && (text.contains(".begin()") || text.contains(".begin_with"))
    });
    let found: Vec<_> = found.map(|(path, _)| path).collect();
    assert!(found.is_empty(), "{found:?}");
}

//! The document guard: what a GraphQL document may cost, decided before the engine sees it.
//!
//! The engine expands fragment spreads without a memo, so that a document of 800 bytes can hold a worker for a minute
//! (fragments that spread each other twice). Here each selection is visited once and a fragment's cost is remembered:
//! the work is linear in the document. Every transport goes through [`inspect`].

mod cost;
mod scan;

use async_graphql::{
    Pos,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use cost::Walk;
use moka::sync::Cache;
use scan::{Scan, scan};
use std::sync::{Arc, LazyLock};

/// Limits of one document. Counts are those after the expansion of fragments, per operation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: usize,
    /// Depth of brackets of any kind, before the recursive parser runs.
    pub nesting: usize,
    pub operations: usize,
    pub nodes: u64,
    pub depth: u32,
    pub aliases: u64,
    pub root_fields: u64,
    pub directives: u64,
    /// Sign-ins, bids and payments: one in a document, so that aliases cannot multiply a guess or an order.
    pub once_only: u64,
}
pub const LIMITS: Limits = Limits {
    bytes: 100_000,
    nesting: 64,
    operations: 10,
    nodes: 2_000,
    depth: 15,
    aliases: 50,
    root_fields: 20,
    directives: 50,
    once_only: 1,
};

#[derive(Debug)]
pub struct Inspected {
    pub document: ExecutableDocument,
    /// Mutations that may be asked for once only, in its busiest operation: a batch adds them up.
    pub once_only: u64,
    /// The document places a bid, and does nothing else.
    pub bids: bool,
    /// Selections that the guard visited; never above four times `tokens`.
    pub visited: u64,
    pub tokens: u64,
}

/// Why a document is not run.
#[derive(Debug)]
pub enum Refused {
    Syntax { message: String, positions: Vec<Pos> },
    Limit(String),
}
impl From<&str> for Refused {
    fn from(message: &str) -> Refused {
        Refused::Limit(message.to_owned())
    }
}

/// Front ends send the same few documents again and again: each is parsed and inspected once.
static KNOWN: LazyLock<Cache<String, Arc<Inspected>>> = LazyLock::new(|| Cache::new(KNOWN_DOCUMENTS));
const KNOWN_DOCUMENTS: u64 = 500;
/// Longer ones are not remembered: nobody may fill the memory with them.
const KNOWN_BYTES: usize = 4_096;

/// [`inspect`] under [`LIMITS`], remembering what it let pass.
pub fn inspect_known(text: &str) -> Result<Arc<Inspected>, Refused> {
    if let Some(known) = KNOWN.get(text) {
        return Ok(known);
    }
    let inspected = Arc::new(inspect(text, &LIMITS)?);
    if text.len() <= KNOWN_BYTES {
        KNOWN.insert(text.to_owned(), inspected.clone());
    }
    Ok(inspected)
}

/// Parses the document if it keeps the limits. Linear in its length.
pub fn inspect(text: &str, limits: &Limits) -> Result<Inspected, Refused> {
    if text.len() > limits.bytes {
        return Err(Refused::Limit(format!("The document is longer than {} bytes.", limits.bytes)));
    }
    let Scan { nesting, tokens } = scan(text);
    if nesting > limits.nesting {
        return Err(Refused::Limit(format!("The document nests brackets deeper than {}.", limits.nesting)));
    }
    let document = parse_query(text).map_err(syntax)?;
    let (once_only, bids, visited) = {
        let mut walk = Walk::new(&document);
        if document.operations.iter().len() > limits.operations {
            return Err(Refused::Limit(format!("The document holds more than {} operations.", limits.operations)));
        }
        let (mut once_only, mut bids, mut fields) = (0, false, 0_u64);
        for (_, operation) in document.operations.iter() {
            let cost = walk.operation(&operation.node)?;
            cost.check(limits)?;
            if cost.fields > limits.root_fields {
                return Err(Refused::Limit(format!(
                    "An operation selects more than {} root fields.",
                    limits.root_fields
                )));
            }
            if operation.node.ty == OperationType::Mutation {
                once_only = once_only.max(cost.once_only);
                bids |= cost.bids;
            }
            fields = fields.saturating_add(cost.fields);
        }
        // unused fragments too: the engine's validation walks them
        for name in document.fragments.keys() {
            walk.fragment(name, 0)?.check(limits)?;
        }
        (once_only, bids.then_some(fields), walk.visited())
    };
    if visited > tokens.saturating_mul(4) {
        return Err("The document costs more to check than it may.".into());
    }
    if once_only > limits.once_only {
        return Err("A document may sign in, bid, vote or pay once only.".into());
    }
    if bids.is_some_and(|fields| fields > 1) {
        return Err("placeBid stands alone in its document: nothing else may make a bid wait.".into());
    }
    Ok(Inspected { document, once_only, bids: bids.is_some(), visited, tokens })
}

/// The operation that would run; none when the name does not fit.
pub fn operation<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    let mut candidates = document.operations.iter();
    match name {
        Some(name) => candidates.find(|(own, _)| own.is_some_and(|own| own == name)).map(|(_, o)| &o.node),
        None => candidates.next().map(|(_, o)| &o.node).filter(|_| document.operations.iter().len() == 1),
    }
}

fn syntax(error: async_graphql::parser::Error) -> Refused {
    // the parser's text is a drawing of several lines; its last line says what was expected
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim().trim_start_matches("= ");
    let message = format!("Syntax error: {}", reason.chars().take(200).collect::<String>());
    Refused::Syntax { message, positions: error.positions().collect() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use std::{fmt::Write as _, time::Instant};

    fn refusal(text: &str) -> String {
        match inspect(text, &LIMITS) {
            Err(Refused::Limit(message) | Refused::Syntax { message, .. }) => message,
            Ok(_) => panic!("accepted: {text}"),
        }
    }
    fn accepted(text: &str) -> Inspected {
        inspect(text, &LIMITS).unwrap_or_else(|e| panic!("{e:?}: {text}"))
    }
    fn fan(levels: usize) -> String {
        let mut text = String::from("{...F0}");
        for level in 0..levels {
            let next = level + 1;
            write!(text, " fragment F{level} on Query{{...F{next} ...F{next}}}").unwrap();
        }
        write!(text, " fragment F{levels} on Query{{__typename}}").unwrap();
        text
    }

    #[test]
    fn the_fragment_fan_out_is_refused_at_once() {
        let small = fan(26);
        assert!(small.len() < 1_300);
        for text in [small, fan(30), fan(60)] {
            let start = Instant::now();
            let message = refusal(&text);
            assert!(start.elapsed().as_millis() < 50, "took {:?}", start.elapsed());
            assert!(message.contains("nodes") || message.contains("deep"), "{message}");
        }
    }

    #[test]
    fn an_unused_fan_out_is_refused_too() {
        let text = fan(26).replacen("{...F0}", "{__typename}", 1);
        assert!(refusal(&text).contains("nodes"));
    }

    #[test]
    fn work_is_linear_in_the_document() {
        for levels in [1, 5, 9] {
            let inspected = accepted(&fan(levels).replacen("{...F0}", "{__typename}", 1));
            assert_eq!(inspected.visited, 2 * levels as u64 + 2);
            assert!(inspected.visited <= 4 * inspected.tokens);
        }
    }

    #[test]
    fn cycles_are_refused_wherever_they_stand() {
        for text in [
            "{...A} fragment A on Q{...B} fragment B on Q{...A}",
            "{...A} fragment A on Q{...A}",
            "{a} fragment A on Q{b{...B}} fragment B on Q{... on Q{...A}}",
        ] {
            assert_eq!(refusal(text), "Fragments form a cycle.");
        }
    }

    #[test]
    fn a_chain_of_fragments_cannot_exhaust_the_stack() {
        let mut text = String::from("{...F0}");
        for level in 0..4_000 {
            write!(text, "fragment F{level} on Q{{...F{}}}", level + 1).unwrap();
        }
        refusal(&text);
    }

    #[test]
    fn each_limit_holds_at_its_edge() {
        let repeated = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
        let aliases = |n| format!("{{a{{{}}}}}", repeated(n, &|i| format!("a{i}:b ")));
        let depth = |n: usize| format!("{}{}", "{a".repeat(n), "}".repeat(n));
        let directives = |n| format!("{{a {}}}", repeated(n, &|_| "@x ".into()));
        let operations = |n| repeated(n, &|i| format!("query Q{i}{{a}} "));
        let nodes = |n: usize| format!("{{a{{{}}}}}", "b ".repeat(n - 1));
        let nesting = |n: usize| format!("{{a(x:{}{})}}", "[".repeat(n - 2), "]".repeat(n - 2));
        let roots = |n: usize| format!("{{{}}}", "a ".repeat(n));
        let documents: [(&dyn Fn(usize) -> String, usize); 7] = [
            (&aliases, 50),
            (&depth, 15),
            (&directives, 50),
            (&operations, 10),
            (&nodes, 2_000),
            (&nesting, 64),
            (&roots, 20),
        ];
        for (document, limit) in documents {
            accepted(&document(limit));
            refusal(&document(limit + 1));
        }
        refusal(&format!("{{a}}{}", " ".repeat(100_000)));
    }

    #[test]
    fn fragments_cannot_hide_root_fields() {
        refusal(&format!("{{...A ... on Q {{{}}}}} fragment A on Q{{{}}}", "a ".repeat(11), "b ".repeat(10)));
    }

    #[test]
    fn a_document_signs_in_bids_or_pays_once() {
        accepted("mutation{placeBid(input:{}){replayed}}");
        accepted("mutation A{login{x}} mutation B{approve{x}}");
        accepted("{lots{placeBid login}}");
        for text in [
            "mutation{a:login{x} b:login{x}}",
            "mutation{login{x} placeBid{x}}",
            "mutation{payOut{x} ...F} fragment F on Mutation{placeBid{x}}",
            "mutation{...F ...F} fragment F on Mutation{placeBid{x}}",
            "mutation{approve{x} ... on Mutation {approve{x}}}",
        ] {
            assert!(refusal(text).contains("once"), "{text}");
        }
    }

    #[test]
    fn a_known_document_is_the_same_and_a_refused_one_is_refused_again() {
        let first = inspect_known("mutation M{placeBid(input:{}){replayed}}").unwrap();
        let again = inspect_known("mutation M{placeBid(input:{}){replayed}}").unwrap();
        assert!(Arc::ptr_eq(&first, &again) && again.bids);
        for _ in 0..2 {
            assert!(inspect_known("mutation M{placeBid{x} login{x}}").is_err());
        }
        let long = format!("{{a}}{}", " ".repeat(KNOWN_BYTES));
        assert!(!Arc::ptr_eq(&inspect_known(&long).unwrap(), &inspect_known(&long).unwrap()));
    }

    #[test]
    fn a_bid_shares_its_document_with_nothing() {
        assert!(accepted("mutation{placeBid(input:{}){bid{id} lot{placeBid}}}").bids);
        assert!(accepted("mutation{...F} fragment F on Mutation{placeBid{x}}").bids);
        assert!(!accepted("{lots{placeBid}}").bids && !accepted("{placeBid}").bids);
        for text in [
            "mutation{followLot{x} placeBid{x}}",
            "mutation{placeBid{x} __typename}",
            "mutation{...F a} fragment F on Mutation{placeBid{x}}",
            "mutation A{login{x}} mutation B{placeBid{x}}",
            "query A{lots} mutation B{placeBid{x}}",
        ] {
            assert!(refusal(text).contains("alone"), "{text}");
        }
    }

    #[test]
    fn a_syntax_error_has_a_place_and_no_inside() {
        match inspect("{ a(", &LIMITS) {
            Err(Refused::Syntax { message, positions }) => {
                assert!(message.starts_with("Syntax error: expected"), "{message}");
                assert_eq!(positions.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_operation_that_would_run() {
        let document = accepted("query A{a} mutation B{b}").document;
        assert_eq!(operation(&document, Some("B")).map(|o| o.ty), Some(OperationType::Mutation));
        assert!(operation(&document, None).is_none());
        assert!(operation(&document, Some("C")).is_none());
        let single = accepted("subscription{a}").document;
        assert_eq!(operation(&single, None).map(|o| o.ty), Some(OperationType::Subscription));
        assert!(operation(&single, Some("X")).is_none());
    }
}

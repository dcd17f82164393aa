//! What an operation or a fragment costs. A fragment is walked once, however often it is spread.

use super::{Limits, Refused};
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use std::collections::HashMap;

/// Mutations that a document may ask for once only.
const ONCE_ONLY: [&str; 9] =
    ["login", "refreshSession", "signUp", "placeBid", "payOut", "releasePayoutRun", "retryPayout", "approve", "reject"];

/// Its arrival is its request's, so that it shares the request with nothing.
const BID: &str = "placeBid";

/// How deep selection sets may nest, fragments included. Bounds the recursion here; the engine's own bound is 32.
const MAX_LEVELS: u32 = 64;

#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    nodes: u64,
    depth: u32,
    aliases: u64,
    directives: u64,
    /// Fields of this level, through fragments.
    pub(super) fields: u64,
    pub(super) once_only: u64,
    pub(super) bids: bool,
}
impl Cost {
    /// Adds the cost of a fragment: its fields are fields of this level.
    fn add(&mut self, other: Cost) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.once_only = self.once_only.saturating_add(other.once_only);
        self.bids |= other.bids;
    }
    /// What the selection of a field costs its parent: one level more, and no fields of the parent's level.
    fn below(self) -> Cost {
        Cost { depth: self.depth.saturating_add(1), fields: 0, once_only: 0, bids: false, ..self }
    }
    /// Refuses more nodes, depth, aliases or directives than a document may have.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), Refused> {
        let exceeded = [
            (self.nodes > limits.nodes, "selects more nodes", limits.nodes),
            (self.depth > limits.depth, "is deeper", u64::from(limits.depth)),
            (self.aliases > limits.aliases, "holds more aliases", limits.aliases),
            (self.directives > limits.directives, "holds more directives", limits.directives),
        ];
        match exceeded.iter().find(|(over, ..)| *over) {
            Some((_, what, limit)) => Err(Refused::Limit(format!("The document {what} than {limit}."))),
            None => Ok(()),
        }
    }
}

/// One walk over a document.
pub(super) struct Walk<'d> {
    document: &'d ExecutableDocument,
    /// Cost by fragment; `None` while the fragment is being walked, which is how a cycle shows.
    memo: HashMap<&'d str, Option<Cost>>,
    visited: u64,
}
impl<'d> Walk<'d> {
    pub(super) fn new(document: &'d ExecutableDocument) -> Walk<'d> {
        Walk { document, memo: HashMap::new(), visited: 0 }
    }
    /// Selections that were looked at so far.
    pub(super) fn visited(&self) -> u64 {
        self.visited
    }
    pub(super) fn operation(&mut self, operation: &'d OperationDefinition) -> Result<Cost, Refused> {
        let mut cost = self.selections(&operation.selection_set.node, 0)?;
        let on_variables: usize = operation.variable_definitions.iter().map(|v| v.node.directives.len()).sum();
        cost.directives = cost.directives.saturating_add((operation.directives.len() + on_variables) as u64);
        Ok(cost)
    }
    fn selections(&mut self, set: &'d SelectionSet, level: u32) -> Result<Cost, Refused> {
        if level > MAX_LEVELS {
            return Err("The document nests too deep.".into());
        }
        let mut cost = Cost::default();
        for selection in &set.items {
            self.visited += 1;
            cost.nodes = cost.nodes.saturating_add(1);
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    cost.fields = cost.fields.saturating_add(1);
                    cost.aliases = cost.aliases.saturating_add(u64::from(field.alias.is_some()));
                    cost.directives = cost.directives.saturating_add(field.directives.len() as u64);
                    cost.once_only += u64::from(ONCE_ONLY.contains(&field.name.node.as_str()));
                    cost.bids |= field.name.node.as_str() == BID;
                    cost.add(self.selections(&field.selection_set.node, level + 1)?.below());
                }
                Selection::InlineFragment(fragment) => {
                    cost.directives = cost.directives.saturating_add(fragment.node.directives.len() as u64);
                    cost.add(self.selections(&fragment.node.selection_set.node, level + 1)?);
                }
                Selection::FragmentSpread(spread) => {
                    cost.directives = cost.directives.saturating_add(spread.node.directives.len() as u64);
                    cost.add(self.fragment(spread.node.fragment_name.node.as_str(), level + 1)?);
                }
            }
        }
        Ok(cost)
    }
    pub(super) fn fragment(&mut self, name: &str, level: u32) -> Result<Cost, Refused> {
        match self.memo.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err("Fragments form a cycle.".into()),
            None => {}
        }
        // an unknown fragment costs nothing: validation refuses it
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return Ok(Cost::default()) };
        self.memo.insert(name.as_str(), None);
        let mut cost = self.selections(&fragment.node.selection_set.node, level)?;
        cost.directives = cost.directives.saturating_add(fragment.node.directives.len() as u64);
        self.memo.insert(name.as_str(), Some(cost));
        Ok(cost)
    }
}

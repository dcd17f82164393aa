//! The schema as clients read it: the committed file is current, and everything in it is described in both languages.

use async_graphql::Positioned;
use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition},
};
use duixian::{access::Act, graphql::schema};
use std::{collections::BTreeSet, fs, path::Path};

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")
}

#[test]
fn the_committed_schema_is_current() {
    let current = schema::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(file(), &current).unwrap();
    }
    let committed = fs::read_to_string(file()).unwrap_or_default();
    let differs = committed.lines().zip(current.lines()).find(|(old, new)| old != new);
    assert!(committed == current, "run with UPDATE_SCHEMA=1; first difference: {differs:?}");
}

fn types() -> Vec<(String, Option<String>, TypeKind)> {
    let document = parse_schema(schema::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => {
            let definition = definition.node;
            Some((definition.name.node.to_string(), definition.description.map(|d| d.node), definition.kind))
        }
        _ => None,
    });
    types.collect()
}

/// Gathers what is not described in English with the Chinese term in brackets.
struct Undescribed(Vec<String>);
impl Undescribed {
    fn check(&mut self, name: String, description: Option<&str>) {
        let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let has_latin = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
        if !description.is_some_and(|text| has_han(text) && has_latin(text)) {
            self.0.push(format!("{name}: {}", description.unwrap_or("nothing")));
        }
    }
    fn fields(&mut self, owner: &str, fields: &[Positioned<FieldDefinition>]) {
        for field in fields.iter().map(|f| &f.node) {
            let name = format!("{owner}.{}", field.name.node);
            self.check(name.clone(), field.description.as_ref().map(|d| d.node.as_str()));
            self.inputs(&name, &field.arguments);
        }
    }
    fn inputs(&mut self, owner: &str, inputs: &[Positioned<InputValueDefinition>]) {
        for input in inputs.iter().map(|i| &i.node) {
            self.check(format!("{owner}({})", input.name.node), input.description.as_ref().map(|d| d.node.as_str()));
        }
    }
}

#[test]
fn everything_is_described_in_both_languages() {
    let mut undescribed = Undescribed(Vec::new());
    for (name, description, kind) in types() {
        undescribed.check(name.clone(), description.as_deref());
        match kind {
            TypeKind::Object(object) => undescribed.fields(&name, &object.fields),
            TypeKind::Interface(interface) => undescribed.fields(&name, &interface.fields),
            TypeKind::InputObject(input) => undescribed.inputs(&name, &input.fields),
            TypeKind::Enum(values) => values.values.iter().map(|v| &v.node).for_each(|value| {
                let name = format!("{name}.{}", value.value.node);
                undescribed.check(name, value.description.as_ref().map(|d| d.node.as_str()));
            }),
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert!(undescribed.0.is_empty(), "{} without:\n{}", undescribed.0.len(), undescribed.0.join("\n"));
}

#[test]
fn every_root_field_has_its_line_in_the_policy() {
    let mut fields = BTreeSet::new();
    for (name, _, kind) in types() {
        if let (true, TypeKind::Object(object)) = (["Query", "Mutation", "Subscription"].contains(&name.as_str()), kind)
        {
            fields.extend(object.fields.iter().map(|f| format!("{name}.{}", f.node.name.node)));
        }
    }
    let lines: BTreeSet<String> = Act::ALL.iter().map(|act| act.field().to_owned()).collect();
    let without: Vec<_> = fields.difference(&lines).collect();
    assert!(without.is_empty(), "root fields without a line in access/policy.rs: {without:?}");
    let graph_lines =
        lines.iter().filter(|l| ["Query.", "Mutation.", "Subscription."].iter().any(|p| l.starts_with(p)));
    let dead: Vec<_> = graph_lines.filter(|line| !fields.contains(*line)).collect();
    assert!(dead.is_empty(), "policy lines of fields that do not exist: {dead:?}");
}

#[test]
fn mutations_take_one_input_and_lists_are_connections() {
    let mut wrong = Vec::new();
    for (name, _, kind) in types() {
        let TypeKind::Object(object) = kind else { continue };
        for field in object.fields.iter().map(|f| &f.node) {
            let arguments: Vec<&str> = field.arguments.iter().map(|a| a.node.name.node.as_str()).collect();
            let answer = field.ty.node.to_string();
            let place = format!("{name}.{}", field.name.node);
            if name == "Mutation" && (!matches!(arguments.as_slice(), ["input"] | []) || !answer.ends_with("Payload!"))
            {
                wrong.push(format!("{place}({arguments:?}): {answer}"));
            }
            let paged = ["after", "before", "first", "last"].iter().filter(|a| arguments.contains(a)).count();
            if answer.ends_with("Connection!") && paged != 4 {
                wrong.push(format!("{place} is a connection with {arguments:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

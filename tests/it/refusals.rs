//! Every root field against every role: the operations are made from the schema, the expectation from the policy, so
//! that a new field is covered on the day it is added.

use crate::{
    both,
    support::{
        app::{MORNING, TestApp, User},
        database::TestDatabase,
    },
};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};
use duixian::{
    access::{Act, Role, policy::Rule},
    graphql::schema,
    kernel::ids::{AccountId, NodeKind, NodeRef},
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The types of the schema by name.
struct Schema(HashMap<String, TypeKind>);
impl Schema {
    fn read() -> Schema {
        let definitions = parse_schema(schema::sdl()).unwrap().definitions.into_iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(t) => Some((t.node.name.node.to_string(), t.node.kind)),
            _ => None,
        });
        Schema(types.collect())
    }
    fn fields(&self, root: &str) -> impl Iterator<Item = &FieldDefinition> {
        let Some(TypeKind::Object(object)) = self.0.get(root) else { panic!("no {root}") };
        object.fields.iter().map(|field| &field.node)
    }

    /// An operation with one field, and the least input that the schema takes.
    fn operation(&self, kind: &str, field: &FieldDefinition) -> (String, Value) {
        let needed: Vec<_> = field.arguments.iter().map(|a| &a.node).filter(|a| is_needed(a)).collect();
        let declared: Vec<_> = needed.iter().map(|a| format!("${}: {}", a.name.node, a.ty.node)).collect();
        let passed: Vec<_> = needed.iter().map(|a| format!("{0}: ${0}", a.name.node)).collect();
        let brackets =
            |list: Vec<String>| if list.is_empty() { list.concat() } else { format!("({})", list.join(", ")) };
        let selection = match self.0.get(named(&field.ty.node)) {
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => " { __typename }",
            _ => "",
        };
        let name = &field.name.node;
        let document = format!("{kind} {} {{ {name}{}{selection} }}", brackets(declared), brackets(passed));
        (document, self.object("", needed.into_iter()))
    }
    fn object<'a>(&self, owner: &str, inputs: impl Iterator<Item = &'a InputValueDefinition>) -> Value {
        let values = inputs.map(|input| {
            let name = input.name.node.to_string();
            let value = self.value(owner, &name, &input.ty.node);
            (name, value)
        });
        Value::Object(values.collect::<Map<_, _>>())
    }
    fn value(&self, owner: &str, name: &str, ty: &Type) -> Value {
        let type_name = match &ty.base {
            BaseType::List(item) => return json!([self.value(owner, name, item)]),
            BaseType::Named(type_name) => type_name.as_str(),
        };
        match (type_name, self.0.get(type_name)) {
            ("ID", _) => json!(NodeRef { kind: kind_of(owner, name), id: uuid::Uuid::from_u128(1) }.to_global()),
            ("Int", _) => json!(1),
            ("Boolean", _) => json!(true),
            ("Money", _) => json!("1.00"),
            ("Date", _) => json!("2026-03-02"),
            ("DateTime", _) => json!(MORNING),
            ("String", _) if name == "caseNumber" => json!("（2025）湘0102执1号"),
            ("String", _) => json!(format!("probe-{name}")),
            (_, Some(TypeKind::Enum(values))) => json!(values.values[0].node.value.node.as_str()),
            (_, Some(TypeKind::InputObject(input))) => {
                self.object(type_name, input.fields.iter().map(|f| &f.node).filter(|f| is_needed(f)))
            }
            (other, _) => panic!("how does one write a {other} ({name})?"),
        }
    }
}
fn is_needed(input: &InputValueDefinition) -> bool {
    !input.ty.node.nullable && input.default_value.is_none()
}
fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::List(item) => named(item),
        BaseType::Named(name) => name.as_str(),
    }
}
/// Which kind of id an input of this name takes: `lot` a Lot, `planLine` a DistributionLine.
fn kind_of(owner: &str, name: &str) -> NodeKind {
    let kind = match name {
        "objection" if owner == "DecideLotObjectionInput" => "Objection",
        "provider" => "AuctionProvider",
        "bundle" => "MirrorBundle",
        "plan" => "DistributionPlan",
        "planLine" => "DistributionLine",
        "order" => "DisbursementOrder",
        "run" | "payoutRun" => "PayoutRun",
        "programme" => "PayoutProgramme",
        "superior" => "Court",
        "objection" => "PlanObjection",
        "creditor" | "debtor" => "Party",
        "cases" => "Case",
        "officer" | "secondOfficer" | "successor" => "Account",
        "subject" => "Receipt",
        "receipts" => "Receipt",
        "line" => "BankLine",
        "deposit" => "NotaryDeposit",
        "reconciliation" => "MonthlyReconciliation",
        "item" => "ReconciliationItem",
        "owner" => "Account",
        "entry" | "charge" => "LedgerEntry",
        "offer" => "InKindOffer",
        "lines" => "DistributionLine",
        "lots" => "Lot",
        "event" => "AuditEvent",
        "id" | "ids" => "Payable",
        _ => name,
    };
    let mut letters = kind.chars();
    let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    NodeKind::parse(&title)
        .or_else(|| NodeKind::parse(&format!("Role{title}")))
        .unwrap_or_else(|| panic!("name the kind of id that `{name}` takes"))
}

/// What the policy says to somebody of this role; none: nobody has signed in.
fn expected(rule: &Rule, role: Option<Role>) -> Option<&'static str> {
    match (rule, role) {
        (Rule::Public, _) | (Rule::SignedIn, Some(_)) => None,
        (Rule::SignedIn | Rule::Roles(_), None) => Some("UNAUTHENTICATED"),
        (Rule::Roles(lines), Some(role)) if lines.iter().any(|(allowed, _)| *allowed == role) => None,
        _ => Some("FORBIDDEN"),
    }
}

/// Somebody who signed up and was verified: such roles are not granted.
async fn verified(app: &TestApp, clerk: &User, role: Role) -> User {
    let kind = format!("{role:?}").to_uppercase();
    let input = json!({ "idempotencyKey": format!("signup-{kind}"), "kind": kind, "loginName": format!("probe-{kind}"),
        "password": "Kj8#mQ2!xPz", "name": "易某", "identityKind": "CITIZEN", "identityNumber": "11010519491231002X",
        "mobile": "13812341234" });
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id } } }";
    let account = app.ask(None, document, json!({ "input": input })).await["signUp"]["account"]["id"].take();
    let decision = json!({ "account": account, "accepted": true, "note": "当面核对原件" });
    app.done(clerk, "verifyAccount", decision, "account { status }").await;
    app.sign_in(AccountId::from_global(account.as_str().unwrap()).unwrap()).await
}

/// Answers that show that the request got past the policy: it ran, the thing it names is not there, or everybody asks
/// too often from this address.
const LET_IN: [&str; 4] = ["", "NOT_FOUND", "CONFLICT", "RATE_LIMITED"];

async fn every_root_field_refuses_whom_its_policy_line_does_not_name(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = app.court("湘0102").await;
    let mut callers: Vec<(Option<Role>, Option<User>)> = vec![(None, None)];
    for role in Role::all() {
        let login = format!("probe-{}", format!("{role:?}").to_lowercase());
        if !matches!(role, Role::Bidder | Role::Party) {
            // courts are registered for the whole installation
            let place = (role != Role::Administrator).then_some(court);
            let user = app.user(&login, "某人", &[role], place).await;
            callers.push((Some(role), Some(user)));
        }
    }
    let clerk = callers.iter().find(|(role, _)| *role == Some(Role::QualificationClerk)).unwrap().1.clone().unwrap();
    for role in [Role::Bidder, Role::Party] {
        callers.push((Some(role), Some(verified(&app, &clerk, role).await)));
    }
    let schema = Schema::read();
    let mut fields: Vec<_> = [("query", "Query"), ("mutation", "Mutation")]
        .into_iter()
        .flat_map(|(kind, root)| schema.fields(root).map(move |field| (kind, root, field)))
        .collect();
    // these end the session with which the others are asked
    fields.sort_by_key(|(_, _, field)| ["logout", "revokeSessions"].contains(&field.name.node.as_str()));

    let mut wrong = Vec::new();
    for (kind, root, field) in fields {
        let place = format!("{root}.{}", field.name.node);
        let act = Act::ALL.iter().find(|act| act.field() == place).unwrap_or_else(|| panic!("{place} has no line"));
        let (document, variables) = schema.operation(kind, field);
        for (role, user) in &callers {
            if user.is_some() && place == "Mutation.revokeSessions" {
                continue;
            }
            let answer = app.send(user.as_ref(), &document, variables.clone()).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            let fits = match expected(&act.rule(), *role) {
                Some(refusal) => code == refusal,
                None => LET_IN.contains(&code),
            };
            if !fits {
                wrong.push(format!("{place} for {role:?}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
    app.finish().await;
}
both!(refusal_matrix, super::every_root_field_refuses_whom_its_policy_line_does_not_name);

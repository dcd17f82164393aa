//! The payee as a person who has signed in: what he reads of the payments to himself, the proof on paper that he makes
//! and fetches, what others are refused; and who is told of each step of a unified payout.

use crate::{
    both,
    cases::{BANK, Court, OTHER_WORKER, WORKER, court, opening},
    disbursement::{CARD, People, approved, bank_pays, bank_returns, confirm, people, receive, says, send},
    documents::fetch,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{access::Role, kernel::ids::AccountId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A person who has signed up as a party and whose number of identity a clerk has verified.
async fn party(app: &TestApp, clerk: &User, login: &str, name: &str, identity: &str) -> User {
    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id } userErrors { code } } }";
    let input = json!({ "idempotencyKey": format!("signup-{login}"), "kind": "PARTY", "loginName": login,
        "password": "Kj8#mQ2!xPz", "name": name, "identityKind": "CITIZEN", "identityNumber": identity,
        "mobile": "13812341234" });
    let made = app.ask(None, sign_up, json!({ "input": input })).await["signUp"].take();
    let account = made["account"]["id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    let verify = json!({ "account": account, "accepted": true, "note": "当面核对身份证原件" });
    app.done(clerk, "verifyAccount", verify, "account { status }").await;
    app.sign_in(AccountId::from_global(account).unwrap()).await
}

const OWN: &str = "{ ownPayouts { nodes { id caseNumber purpose state amount maskedAccount bankName failure paidOn
    court { code } receipt { id number } } } }";
async fn own(app: &TestApp, who: &User) -> Vec<Value> {
    app.ask(Some(who), OWN, json!({})).await["ownPayouts"]["nodes"].as_array().unwrap().clone()
}

/// 易某 is owed 100.00 of a case against 吴某, and the order is released: the attempt, and the payable.
async fn released(court: &Court, people: &People) -> (Value, Value, Value) {
    let app = &court.app;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    receive(court, &case, "R-1", "100.00").await;
    let payee = confirm(court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = approved(court, people, draft).await;
    let select = "order { attempts { id } payable { id } }";
    let mut paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await;
    (case, paid["order"]["attempts"][0].take(), paid["order"]["payable"]["id"].take())
}

async fn reads_and_proves(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let clerk = app.user("clerk", "审核员", &[Role::QualificationClerk], Some(court.id)).await;
    let payee = party(app, &clerk, "yi-mou", "易某", WORKER).await;
    let debtor = party(app, &clerk, "wu-mou", "吴某", OTHER_WORKER).await;
    let (case, attempt, payable) = released(&court, &people).await;

    // on its way: he sees it, and there is nothing to prove yet
    let his = own(app, &payee).await;
    assert_eq!(his.len(), 1);
    assert_eq!((&his[0]["id"], &his[0]["state"]), (&payable, &json!("IN_TRANSIT")));
    assert_eq!((&his[0]["caseNumber"], &his[0]["amount"]), (&json!("（2026）湘0102执12号"), &json!("100.00")));
    assert_eq!((&his[0]["paidOn"], &his[0]["receipt"]), (&Value::Null, &Value::Null));
    assert!(his[0]["maskedAccount"].as_str().unwrap().ends_with("0018") && !his[0].to_string().contains(CARD));
    let proof = json!({ "kind": "PAYOUT_RECEIPT", "subject": payable });
    assert_eq!(app.refused(&payee, "createDocument", proof.clone()).await.0, "WRONG_STATE");
    assert_eq!(app.refused(&debtor, "createDocument", proof.clone()).await.0, "NOT_FOUND");

    bank_pays(&court, &people, &attempt).await;
    let his = own(app, &payee).await;
    assert_eq!((&his[0]["state"], &his[0]["paidOn"].is_string()), (&json!("PAID"), &true));
    let mut keyed = proof.clone();
    keyed["idempotencyKey"] = json!("proof-0001");
    let select = "document { id number sha256 download { path } }";
    let made = app.done(&payee, "createDocument", keyed.clone(), select).await;
    let document = &made["document"];
    assert_eq!((&document["number"], &made["replayed"]), (&json!("（2026）湘0102付讫第1号"), &json!(false)));
    let answer = fetch(&app.running, document["download"]["path"].as_str().unwrap()).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.unwrap().starts_with(b"%PDF"));
    let again = app.done(&payee, "createDocument", keyed, select).await;
    assert_eq!((&again["document"]["id"], &again["replayed"]), (&document["id"], &json!(true)));
    assert_eq!(own(app, &payee).await[0]["receipt"]["number"], document["number"]);
    // the court's own people make the same paper, and it gets no second number
    let same = app.done(&court.officer, "createDocument", proof.clone(), select).await;
    assert_eq!(same["document"]["id"], document["id"]);

    others_are_refused(&court, &debtor, &proof, document).await;
    // of the papers of his case the payee has this one alone, and makes no other
    let sheet = json!({ "kind": "SETTLEMENT_SHEET", "subject": case["id"] });
    app.done(&court.officer, "createDocument", sheet.clone(), "document { id }").await;
    assert_eq!(app.refused(&payee, "createDocument", sheet).await.0, "NOT_FOUND");
    assert_eq!(listed(app, &payee).await, [document["id"].clone()]);
    assert_eq!(listed(app, &court.officer).await.len(), 2);

    // the money comes back: the paper stays what it was, no new one is made
    bank_returns(&court, &attempt).await;
    let his = own(app, &payee).await;
    assert_eq!((&his[0]["state"], &his[0]["paidOn"]), (&json!("FAILED"), &Value::Null));
    assert!(his[0]["failure"].is_string());
    assert_eq!(app.refused(&payee, "createDocument", proof).await.0, "WRONG_STATE");
    assert_eq!(listed(app, &payee).await, [document["id"].clone()]);
    court.app.finish().await;
}
both!(a_payee_reads_his_payments_and_makes_the_proof_of_each, super::reads_and_proves);

async fn listed(app: &TestApp, who: &User) -> Vec<Value> {
    let seen = app.ask(Some(who), "{ documents { nodes { id } } }", json!({})).await;
    seen["documents"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
}

/// The debtor of the same case, a person without any case, staff of another court, somebody who has not signed in.
async fn others_are_refused(court: &Court, debtor: &User, proof: &Value, document: &Value) {
    let app = &court.app;
    let clerk = app.user("second-clerk", "审核员二", &[Role::QualificationClerk], Some(court.id)).await;
    let bystander = party(app, &clerk, "hang-mou", "杭某", "430102199003071234").await;
    let elsewhere = app.court("湘0103").await;
    let foreign = app.user("foreign", "外院承办人", &[Role::Officer], Some(elsewhere)).await;
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    let id = json!({ "id": document["id"] });
    for who in [debtor, &bystander, &foreign] {
        assert_eq!(app.refused(who, "createDocument", proof.clone()).await.0, "NOT_FOUND");
        assert_eq!(app.ask(Some(who), node, id.clone()).await["node"], Value::Null);
        assert_eq!(listed(app, who).await.len(), 0);
    }
    for who in [debtor, &bystander] {
        assert_eq!(own(app, who).await.len(), 0);
    }
    assert_eq!(app.error_code(Some(&foreign), OWN, json!({})).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, OWN, json!({})).await, "UNAUTHENTICATED");
    // an idempotency key is its owner's: the debtor does not get the payee's answer by it
    let mut keyed = proof.clone();
    keyed["idempotencyKey"] = json!("proof-0001");
    assert_eq!(app.refused(debtor, "createDocument", keyed).await.0, "NOT_FOUND");
}

/// A case of 易某 with two claims, of 100.00 and 200.00, in a run that the cashier has released: the attempts by amount.
async fn run_of_two_lines(court: &Court, people: &People) -> (Value, Value, Value) {
    let app = &court.app;
    let mut input = opening("（2026）湘0102执12号", "100.00");
    let second = json!({ "creditor": 0, "claim": { "cause": "护理费", "principal": "200.00" } });
    input["claims"].as_array_mut().unwrap().push(second);
    let case = app.done(&court.officer, "openCase", input, "case { id parties { id } }").await["case"].take();
    receive(court, &case, "R-1", "300.00").await;
    let payee = confirm(court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "court": court.id.to_global(), "selection": "SMALL_LIVELIHOOD" });
    let run = app.done(&court.administrator, "draftPayoutRun", draft, "run { id count }").await["run"].take();
    assert_eq!(run["count"], 2);
    let this = json!({ "run": run["id"] });
    let select = "run { approval { id } }";
    let submitted = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await["run"].take();
    app.approve(&submitted["approval"]["id"], &[&people.chief, &court.finance]).await;
    app.done(&people.cashier, "releasePayoutRun", this, "run { id }").await;
    app.settle().await;
    let query = "{ payoutRuns { nodes { lines { nodes { amount payable { attempts { id } } } } } } }";
    let seen = app.ask(Some(&people.cashier), query, json!({})).await["payoutRuns"]["nodes"][0].take();
    let attempt = |amount: &str| {
        let lines = seen["lines"]["nodes"].as_array().unwrap();
        lines.iter().find(|line| line["amount"] == amount).unwrap()["payable"]["attempts"][0].clone()
    };
    (payee, attempt("100.00"), attempt("200.00"))
}

/// How many notices of each kind somebody sees, the first text of each.
async fn told(app: &TestApp, who: &User) -> BTreeMap<String, (usize, String)> {
    app.settle().await;
    let list = "{ notices(first: 100) { nodes { kind text } } }";
    let seen = app.ask(Some(who), list, json!({})).await;
    let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for notice in seen["notices"]["nodes"].as_array().unwrap() {
        let text = notice["text"].as_str().unwrap().to_owned();
        kinds.entry(notice["kind"].as_str().unwrap().to_owned()).or_insert((0, text)).0 += 1;
    }
    kinds
}
fn counts(told: &BTreeMap<String, (usize, String)>) -> Vec<(&str, usize)> {
    told.iter().map(|(kind, (count, _))| (kind.as_str(), *count)).collect()
}

async fn each_step_is_told(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let clerk = app.user("clerk", "审核员", &[Role::QualificationClerk], Some(court.id)).await;
    let payee = party(app, &clerk, "yi-mou", "易某", WORKER).await;
    let debtor = party(app, &clerk, "wu-mou", "吴某", OTHER_WORKER).await;
    let (account, first, second) = run_of_two_lines(&court, &people).await;
    send(&court, &people).await;

    // two lines of one person: one notice of both at each step, and one for each other party
    let his = told(app, &payee).await;
    assert_eq!(counts(&his), [("MONEY_RECEIVED", 1), ("ORDER_APPROVED", 1), ("PAYMENT_SENT", 1)]);
    for kind in ["ORDER_APPROVED", "PAYMENT_SENT"] {
        assert!(his[kind].1.contains("300.00元") && his[kind].1.contains("尾号0018"), "{}", his[kind].1);
    }
    let theirs = told(app, &debtor).await;
    assert_eq!(counts(&theirs), [("CASE_PAYOUT_APPROVED", 1), ("CASE_PAYOUT_SENT", 1), ("MONEY_RECEIVED", 1)]);

    // the lines end differently: each end is told of its own amount
    assert_eq!(says(&court, &first, "ACSC", None).await, "SETTLED");
    assert_eq!(says(&court, &second, "RJCT", Some("3031")).await, "REJECTED");
    let correction = json!({ "payee": account, "document": "确认书2号", "reason": "户名不符", "account": {
        "accountHolder": "易某", "accountNumber": "1234567890123", "bankCode": BANK, "bankName": "工商银行" } });
    let select = "correction { approval { id } }";
    let proposed = app.done(&court.officer, "correctPayee", correction, select).await["correction"].take();
    assert!(!told(app, &payee).await.contains_key("ACCOUNT_CORRECTED"), "a second person has not agreed yet");
    app.approve(&proposed["approval"]["id"], &[&court.administrator]).await;

    let his = told(app, &payee).await;
    let expected = [
        ("ACCOUNT_CORRECTED", 1),
        ("MONEY_RECEIVED", 1),
        ("ORDER_APPROVED", 1),
        ("PAID", 1),
        ("PAYMENT_SENT", 1),
        ("RETURNED", 1),
    ];
    assert_eq!(counts(&his), expected);
    assert!(his["PAID"].1.contains("100.00元") && his["RETURNED"].1.contains("200.00元"));
    assert!(his["ACCOUNT_CORRECTED"].1.contains("尾号0123"));
    let theirs = told(app, &debtor).await;
    let expected = [
        ("CASE_PAYOUT_APPROVED", 1),
        ("CASE_PAYOUT_CORRECTED", 1),
        ("CASE_PAYOUT_PAID", 1),
        ("CASE_PAYOUT_RETURNED", 1),
        ("CASE_PAYOUT_SENT", 1),
        ("MONEY_RECEIVED", 1),
    ];
    assert_eq!(counts(&theirs), expected);
    for (kind, (_, text)) in &theirs {
        assert!(!["易某", "0018", "0123"].iter().any(|own| text.contains(own)), "{kind} tells the payee's own: {text}");
    }
    assert!(theirs["CASE_PAYOUT_SENT"].1.contains("300.00元") && theirs["CASE_PAYOUT_PAID"].1.contains("100.00元"));
    assert!(theirs["CASE_PAYOUT_CORRECTED"].1.contains("200.00元"));
    // the court sees those of the company too, which has no account here: each kind for two respondents
    let all = told(app, &court.officer).await;
    assert!(
        all.iter().filter(|(kind, _)| kind.starts_with("CASE_PAYOUT")).all(|(_, (count, _))| *count == 2),
        "{all:#?}"
    );
    court.app.finish().await;
}
both!(each_step_of_a_unified_payout_is_told_once_to_each_person, super::each_step_is_told);

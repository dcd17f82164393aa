//! Agents: what they hand in, which acts their papers cover, and that no money goes to one whose power has ended.

use crate::{
    both,
    cases::{BANK, Court, OTHER_WORKER, WORKER, court},
    disbursement::{CARD, approved, bank_pays, confirm, people, receive, says, send},
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const PAPER: &str = "agentPaper { id status kind name acts until lamp revokedOn maskedIdentityNumber party { id } }";

/// A lawyer of 易某 who may receive his money until the end of March.
fn lawyer(case: &Value) -> Value {
    json!({ "party": case["parties"][0]["id"], "kind": "LAWYER", "name": "郑某", "authority": "SPECIAL",
        "acts": ["RECEIVE_MONEY"], "validFrom": "2026-03-01", "until": "2026-03-31", "document": "授权委托书",
        "licence": "14301202610012345", "letter": "（2026）某某律函第1号" })
}
fn account(holder: &str) -> Value {
    json!({ "accountHolder": holder, "accountNumber": CARD, "bankCode": BANK, "bankName": "工商银行" })
}
fn with(input: &Value, changes: &[(&str, Value)]) -> Value {
    let mut input = input.clone();
    changes.iter().for_each(|(key, value)| input[*key] = value.clone());
    input
}
async fn record(court: &Court, input: Value) -> Value {
    court.app.done(&court.officer, "recordAgentPaper", input, PAPER).await["agentPaper"].take()
}

async fn papers_are_complete(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let (lawyer, null) = (lawyer(&case), Value::Null);
    let relative = with(
        &lawyer,
        &[
            ("kind", json!("RELATIVE")),
            ("identityNumber", json!(WORKER)),
            ("licence", null.clone()),
            ("letter", null.clone()),
            ("relation", json!("户口簿")),
        ],
    );
    let incomplete = ("AGENT_PAPER_INCOMPLETE".to_owned(), "民诉解释 第88条".to_owned());
    for (base, missing) in
        [(&lawyer, "licence"), (&lawyer, "letter"), (&relative, "identityNumber"), (&relative, "relation")]
    {
        let input = with(base, &[(missing, null.clone())]);
        assert_eq!(app.refused(officer, "recordAgentPaper", input).await, incomplete, "{missing}");
    }
    for (change, value, code, law) in [
        ("acts", json!([]), "LIST_INVALID", "民诉解释 第89条"),
        ("acts", json!(["WAIVE", "WAIVE"]), "LIST_INVALID", "民诉解释 第89条"),
        ("authority", json!("GENERAL"), "LIST_INVALID", "民诉解释 第89条"),
        ("until", json!("2026-03-01"), "DATE_INVALID", "执行规定 第20条"),
    ] {
        let refused = app.refused(officer, "recordAgentPaper", with(&lawyer, &[(change, value)])).await;
        assert_eq!(refused, (code.into(), law.into()), "{change}");
    }
    let keyed = with(&lawyer, &[("idempotencyKey", json!("agent-paper-1"))]);
    let first = record(&court, keyed.clone()).await;
    assert_eq!(app.done(officer, "recordAgentPaper", keyed, PAPER).await["replayed"], true);
    assert_eq!((&first["status"], &first["acts"]), (&json!("IN_FORCE"), &json!(["RECEIVE_MONEY"])));
    assert_eq!(first["lamp"], "YELLOW", "29 days are left");
    let second = record(&court, relative.clone()).await;
    assert_eq!(second["maskedIdentityNumber"], "110***********002X");
    let third = app.refused(officer, "recordAgentPaper", relative.clone()).await;
    assert_eq!(third, ("LIST_INVALID".into(), "民诉法 第61条".into()));

    // ended by the party's word, once; then there is room for another
    let revoke = |day: &str| json!({ "agentPaper": second["id"], "revokedOn": day, "document": "解除委托书" });
    let tomorrow = app.refused(officer, "revokeAgentPaper", revoke("2026-03-03")).await;
    assert_eq!(tomorrow, ("DATE_INVALID".into(), "民诉法 第63条".into()));
    let ended = app.done(officer, "revokeAgentPaper", revoke("2026-03-02"), PAPER).await["agentPaper"].take();
    assert_eq!((&ended["status"], &ended["lamp"]), (&json!("REVOKED"), &Value::Null));
    let again = app.refused(officer, "revokeAgentPaper", revoke("2026-03-02")).await;
    assert_eq!(again, ("WRONG_STATE".into(), "民诉法 第63条".into()));
    record(&court, relative).await;
    let seen = court.read(&case, "parties { agentPapers { name status } }").await;
    assert_eq!(seen["parties"][0]["agentPapers"].as_array().unwrap().len(), 3);

    // the clerks of money may not record papers, another court's officer finds nothing
    let document = "mutation ($input: RevokeAgentPaperInput!) { revokeAgentPaper(input: $input) { replayed } }";
    let mut input = revoke("2026-03-02");
    input["idempotencyKey"] = json!("agent-revoke-1");
    assert_eq!(app.error_code(Some(&court.finance), document, json!({ "input": input })).await, "FORBIDDEN");
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[duixian::access::Role::Officer], Some(other)).await;
    assert_eq!(app.refused(&stranger, "revokeAgentPaper", revoke("2026-03-02")).await.0, "NOT_FOUND");
    court.app.finish().await;
}
both!(an_agent_hands_in_what_the_law_asks_of_his_kind, super::papers_are_complete);

async fn acts_need_their_authority(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let receives = record(&court, lawyer(&case)).await;
    let waives = with(&lawyer(&case), &[("acts", json!(["WAIVE"])), ("name", json!("冯某"))]);
    let waives = record(&court, waives).await;
    let by = |agent: &Value, manner: &str, day: &str| {
        json!({ "claim": case["claims"][0]["id"], "manner": manner, "amount": "100.00", "satisfiedOn": day,
            "document": "履行凭证", "agentPaper": agent["id"] })
    };
    for (agent, manner, law) in [
        (&receives, "WAIVER", "民诉法 第62条"),
        (&receives, "IN_KIND", "民诉法 第62条"),
        (&waives, "SET_OFF", "民诉法 第62条"),
        (&waives, "DIRECT", "执行规定 第20条"),
    ] {
        let refused = app.refused(officer, "recordSatisfaction", by(agent, manner, "2026-03-02")).await;
        assert_eq!(refused, ("AGENT_NOT_AUTHORISED".into(), law.into()), "{manner}");
    }
    let before = app.refused(officer, "recordSatisfaction", by(&receives, "DIRECT", "2026-02-28")).await;
    assert_eq!(before.0, "AGENT_NOT_AUTHORISED", "the day before the power began");
    let select = "satisfaction { manner agentPaper { name } }";
    for (agent, manner, name) in [(&waives, "WAIVER", "冯某"), (&receives, "DIRECT", "郑某")] {
        let done = app.done(officer, "recordSatisfaction", by(agent, manner, "2026-03-01"), select).await;
        assert_eq!(done["satisfaction"]["agentPaper"]["name"], name);
    }
    // another party's agent is nobody's here
    let foreign = with(&lawyer(&case), &[("party", case["parties"][2]["id"].clone())]);
    let foreign = record(&court, foreign).await;
    assert_eq!(app.refused(officer, "recordSatisfaction", by(&foreign, "DIRECT", "2026-03-02")).await.0, "NOT_FOUND");
    court.app.finish().await;
}
both!(an_act_by_an_agent_needs_papers_that_name_it, super::acts_need_their_authority);

async fn money_goes_to_an_agent(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "300.00").await;
    let paper = record(&court, lawyer(&case)).await;
    let general = with(&lawyer(&case), &[("authority", json!("GENERAL")), ("acts", json!([]))]);
    let general = record(&court, general).await;
    let confirm_for = |holder: &str, agent: &Value| {
        json!({ "party": case["parties"][0]["id"], "account": account(holder), "document": "收款账户确认书",
            "agentPaper": agent["id"] })
    };
    let refused = app.refused(officer, "confirmPayee", confirm_for("郑某", &general)).await;
    assert_eq!(refused, ("AGENT_NOT_AUTHORISED".into(), "执行规定 第20条".into()));
    assert_eq!(app.refused(officer, "confirmPayee", confirm_for("易某", &paper)).await.0, "PAYEE_NAME_MISMATCH");
    let select = "payee { id name agentPaper { id } }";
    let payee = app.done(officer, "confirmPayee", confirm_for("郑某", &paper), select).await["payee"].take();
    assert_eq!(payee["agentPaper"]["id"], paper["id"]);

    // the papers do not replace the panel that decides to pay to another than the creditor
    let draft = |document: Option<&str>| {
        json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee["id"], "amount": "100.00",
            "panelDocument": document })
    };
    assert_eq!(app.refused(officer, "draftDisbursementOrder", draft(None)).await.0, "PAYEE_NAME_MISMATCH");
    let order = approved(&court, &people, draft(Some("合议庭笔录"))).await;
    let select = "order { status attempts { id } }";
    let pay = json!({ "order": order["id"] });
    let paid = app.done(&people.cashier, "payOut", pay, select).await["order"].take();
    bank_pays(&court, &people, &paid["attempts"][0]).await;

    // a second order is approved, then the power is taken back: the cashier may not pay it
    let order = approved(&court, &people, draft(Some("合议庭笔录二"))).await;
    let revoke = json!({ "agentPaper": paper["id"], "revokedOn": "2026-03-02", "document": "解除委托书" });
    app.done(officer, "revokeAgentPaper", revoke, PAPER).await;
    let ended = ("AGENT_NOT_AUTHORISED".to_owned(), "执行规定 第20条".to_owned());
    assert_eq!(app.refused(&people.cashier, "payOut", json!({ "order": order["id"] })).await, ended);
    app.done(officer, "recallDisbursementOrder", json!({ "order": order["id"] }), "order { status }").await;
    assert_eq!(app.refused(officer, "draftDisbursementOrder", draft(Some("合议庭笔录三"))).await, ended);

    // the creditor names his own account, which two people put in its place
    let correct =
        json!({ "payee": payee["id"], "account": account("易某"), "document": "确认书2号", "reason": "解除委托" });
    let proposed = app.done(officer, "correctPayee", correct, "correction { approval { id } agentPaper { id } }").await;
    assert_eq!(proposed["correction"]["agentPaper"], Value::Null);
    app.approve(&proposed["correction"]["approval"]["id"], &[&court.administrator]).await;
    let own = court.read(&case, "parties { payee { id name agentPaper { id } } }").await["parties"][0]["payee"].take();
    assert_eq!((&own["name"], &own["agentPaper"]), (&json!("易某"), &Value::Null));
    court.app.finish().await;
}
both!(money_goes_to_an_agents_account_only_while_his_papers_cover_it, super::money_goes_to_an_agent);

async fn a_power_ends_at_the_bank(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "300.00").await;
    let paper = with(
        &lawyer(&case),
        &[
            ("until", json!("2026-03-03")),
            ("kind", json!("RELATIVE")),
            ("identityNumber", json!(OTHER_WORKER)),
            ("relation", json!("结婚证")),
        ],
    );
    let paper = record(&court, paper).await;
    let input = json!({ "party": case["parties"][0]["id"], "account": account("郑某"), "document": "收款账户确认书",
        "agentPaper": paper["id"] });
    let payee = app.done(officer, "confirmPayee", input, "payee { id }").await["payee"].take();
    let draft = |amount: &str| {
        json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee["id"], "amount": amount,
            "panelDocument": "合议庭笔录" })
    };
    // queued while the power lasts; then it is taken back before the file is written
    let order = approved(&court, &people, draft("100.00")).await;
    app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await;
    let revoke = json!({ "agentPaper": paper["id"], "revokedOn": "2026-03-02", "document": "解除委托书" });
    app.done(officer, "revokeAgentPaper", revoke, PAPER).await;
    app.settle().await;
    let file = json!({ "court": court.id.to_global(), "book": "CASE_FUNDS" });
    assert_eq!(app.refused(&people.cashier, "writePaymentFile", file).await.0, "SELECTION_EMPTY");

    // in another case nothing of it is felt, and a power ends by its last day too
    let other = court.open("（2026）湘0102执13号", "1000.00").await;
    receive(&court, &other, "R-2", "300.00").await;
    let paper = with(&lawyer(&other), &[("until", json!("2026-03-03"))]);
    let paper = record(&court, paper).await;
    let input = json!({ "party": other["parties"][0]["id"], "account": account("郑某"), "document": "收款账户确认书",
        "agentPaper": paper["id"] });
    let payee = app.done(officer, "confirmPayee", input, "payee { id }").await["payee"].take();
    let draft = json!({ "case": other["id"], "claim": other["claims"][0]["id"], "payee": payee["id"],
        "amount": "100.00", "panelDocument": "合议庭笔录" });
    let order = approved(&court, &people, draft).await;
    app.go_to("2026-03-04T09:00:00+08:00").await;
    let late = app.refused(&people.cashier, "payOut", json!({ "order": order["id"] })).await;
    assert_eq!(late, ("AGENT_NOT_AUTHORISED".into(), "执行规定 第20条".into()));
    court.app.finish().await;
}
both!(a_power_that_ends_stops_the_payment_at_the_bank, super::a_power_ends_at_the_bank);

async fn a_correction_is_no_panel(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "300.00").await;
    let paper = record(&court, lawyer(&case)).await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = approved(&court, &people, draft).await;
    let select = "order { attempts { id } payable { id } }";
    let paid = app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await["order"].take();
    send(&court, &people).await;
    assert_eq!(says(&court, &paid["attempts"][0], "RJCT", Some("AC04")).await, "REJECTED");

    // his own account was refused, and one person agrees to his lawyer's: the payment does not go there
    let correct = json!({ "payee": payee, "account": account("郑某"), "agentPaper": paper["id"],
        "document": "确认书2号", "reason": "账号有误" });
    let select = "correction { approval { id } }";
    let proposed = app.done(officer, "correctPayee", correct, select).await["correction"].take();
    app.approve(&proposed["approval"]["id"], &[&court.administrator]).await;
    let retry = json!({ "payable": paid["payable"]["id"] });
    let refused = app.refused(&people.cashier, "retryPayout", retry.clone()).await;
    assert_eq!(refused, ("PAYEE_NAME_MISMATCH".into(), "执行款物规定 第11条".into()));

    // to another account of his own it does
    let lawyers = court.read(&case, "parties { payee { id } }").await["parties"][0]["payee"]["id"].take();
    let own = with(&account("易某"), &[("accountNumber", json!("1234567890123"))]);
    let correct = json!({ "payee": lawyers, "account": own, "document": "确认书3号", "reason": "解除委托" });
    let proposed = app.done(officer, "correctPayee", correct, select).await["correction"].take();
    app.approve(&proposed["approval"]["id"], &[&court.administrator]).await;
    let again = app.done(&people.cashier, "retryPayout", retry, "attempt { number state }").await["attempt"].take();
    assert_eq!(again, json!({ "number": 2, "state": "QUEUED" }));
    court.app.finish().await;
}
both!(a_corrected_account_of_an_agent_does_not_replace_the_panel, super::a_correction_is_no_panel);

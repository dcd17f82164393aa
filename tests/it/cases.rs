//! Cases over the API: opening, parties, payee accounts, closing and resumption, with what each refuses.

use crate::{
    both,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::Role,
    kernel::ids::{AccountId, CourtId},
};
use serde_json::{Value, json};

pub const WORKER: &str = "11010519491231002X";
pub const OTHER_WORKER: &str = "440524188001010014";
pub const COMPANY: &str = "91350100M000100Y43";
pub const BANK: &str = "102100099996";

/// A court with its people.
pub struct Court {
    pub app: TestApp,
    pub id: CourtId,
    pub officer: User,
    pub administrator: User,
    pub finance: User,
}
pub async fn court(database: TestDatabase) -> Court {
    court_of(TestApp::start(database).await).await
}
pub async fn court_of(app: TestApp) -> Court {
    let id = app.court("湘0102").await;
    let officer = app.user("officer", "承办人", &[Role::Officer], Some(id)).await;
    let administrator = app.user("funds", "案款管理员", &[Role::FundAdministrator], Some(id)).await;
    let finance = app.user("finance", "财务", &[Role::FinanceReviewer], Some(id)).await;
    Court { app, id, officer, administrator, finance }
}

/// A personal injury case of 易某 against a company and 吴某.
pub fn opening(number: &str, principal: &str) -> Value {
    json!({
        "caseNumber": number, "basisNumber": "（2025）湘0102民初345号", "filedOn": "2026-02-27",
        "livelihoodKind": "PERSONAL_INJURY",
        "parties": [
            { "role": "APPLICANT", "kind": "PERSON", "name": "易某", "identityNumber": WORKER, "mobile": "13812341234" },
            { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": "长沙某某建筑有限公司", "identityNumber": COMPANY },
            { "role": "RESPONDENT", "kind": "PERSON", "name": "吴某", "identityNumber": OTHER_WORKER },
        ],
        "claims": [{ "creditor": 0, "claim": { "cause": "人身损害", "principal": principal } }],
    })
}
const OPENED: &str =
    "case { id caseNumber version account { accountNumber } parties { id role } claims { id outstanding } }";

impl Court {
    pub async fn open(&self, number: &str, principal: &str) -> Value {
        self.app.done(&self.officer, "openCase", opening(number, principal), OPENED).await["case"].take()
    }
    pub async fn read(&self, case: &Value, select: &str) -> Value {
        let document = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Case {{ {select} }} }} }}");
        self.app.ask(Some(&self.officer), &document, json!({ "id": case["id"] })).await["node"].take()
    }
}

async fn opens_a_case(database: TestDatabase) {
    let court = court(database).await;
    let case = court.open("(2026)湘0102执12号", "203500.00").await;
    assert_eq!(case["caseNumber"], "（2026）湘0102执12号");
    let account = case["account"]["accountNumber"].as_str().unwrap();
    assert!(account.len() <= 32 && account.ends_with("00000001"), "{account}");

    let query = "query ($n: String!) { case(caseNumber: $n) {
        kind status targetAmount outstanding isSmallLivelihood legacyNumber court { code hotline }
        account { balance available held frozen } fundFlow { received paid remaining }
        parties { name maskedIdentityNumber maskedMobile payee { id } } claims { rank creditor { name } outstanding } } }";
    let number = json!({ "n": "(2026)湘0102执12号" });
    let seen = court.app.ask(Some(&court.officer), query, number.clone()).await["case"].take();
    assert_eq!((&seen["kind"], &seen["status"]), (&json!("ENFORCEMENT"), &json!("OPEN")));
    assert_eq!((&seen["targetAmount"], &seen["isSmallLivelihood"]), (&json!("203500.00"), &json!(false)));
    assert_eq!(seen["account"], json!({ "balance": "0.00", "available": "0.00", "held": "0.00", "frozen": "0.00" }));
    assert_eq!(seen["parties"][0]["maskedIdentityNumber"], "110***********002X");
    assert_eq!(seen["parties"][0]["maskedMobile"], "138****1234");
    assert_eq!(seen["parties"][1]["maskedIdentityNumber"], COMPANY);
    assert_eq!(seen["claims"][0]["creditor"]["name"], "易某");

    // a foreign court's officer finds nothing, whatever he asks by, and changes nothing
    let other = court.app.court("湘0103").await;
    let stranger = court.app.user("stranger", "外院承办人", &[Role::Officer], Some(other)).await;
    assert_eq!(court.app.ask(Some(&stranger), query, number.clone()).await["case"], Value::Null);
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for id in [&case["id"], &case["parties"][0]["id"], &case["claims"][0]["id"]] {
        assert_eq!(court.app.ask(Some(&stranger), node, json!({ "id": id })).await["node"], Value::Null);
    }
    let list = court.app.ask(Some(&stranger), "{ cases { nodes { id } } }", json!({})).await;
    assert_eq!(list["cases"]["nodes"], json!([]));
    let end = json!({ "case": case["id"], "document": "终本裁定书" });
    assert_eq!(court.app.refused(&stranger, "terminateCaseForNow", end).await.0, "NOT_FOUND");
    assert_eq!(court.app.refused(&stranger, "openCase", opening("（2026）湘0102执13号", "1.00")).await.0, "NOT_FOUND");
    assert_eq!(court.app.error_code(None, query, number).await, "UNAUTHENTICATED");
    court.app.finish().await;
}
both!(a_case_opens_with_its_own_account_and_is_seen_by_its_court_alone, super::opens_a_case);

async fn refuses_bad_openings(database: TestDatabase) {
    let court = court(database).await;
    court.open("（2026）湘0102执12号", "100.00").await;
    let number = "（2026）湘0102执14号";
    let with = |path: &str, value: Value| {
        let mut input = opening(number, "100.00");
        *input.pointer_mut(path).unwrap() = value;
        input
    };
    let without = |path: &str, key: &str| {
        let mut input = opening(number, "100.00");
        input.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(key);
        input
    };
    let mut legacy = opening(number, "100.00");
    legacy["legacyNumber"] = json!("（2026）湘0102执1号");
    let mut one_sided = opening(number, "100.00");
    one_sided["parties"].as_array_mut().unwrap().truncate(1);
    let cases = [
        (with("/caseNumber", json!("（2013）宁执字第386号")), "CASE_NUMBER_OLD_STYLE", "案号规定 第3条"),
        (with("/caseNumber", json!("〔2026〕湘0102执1号")), "CASE_NUMBER_INVALID", "案号规定 第3条"),
        (with("/caseNumber", json!("（2026）湘0102执014号")), "CASE_NUMBER_INVALID", "案号规定 第3条"),
        (with("/caseNumber", json!("（2026）湘0102民初1号")), "CASE_NUMBER_INVALID", "案号规定 第2条"),
        (with("/caseNumber", json!("（2026）湘0102执12号")), "ALREADY_EXISTS", "案号规定 第2条"),
        (legacy, "CASE_NUMBER_INVALID", "案号规定 第3条"),
        (with("/parties/0/identityNumber", json!("110105194912310021")), "CITIZEN_ID_INVALID", "公民身份号码 校验码"),
        (with("/parties/1/identityNumber", json!("91350100M000100Y44")), "USCC_INVALID", "统一社会信用代码 校验码"),
        (with("/parties/0/mobile", json!("12812341234")), "MOBILE_INVALID", "本系统格式规则 手机号"),
        (with("/parties/0/name", json!("易\u{202e}某")), "TEXT_INVALID", "本系统格式规则 文本"),
        (with("/parties/2/identityNumber", json!(WORKER)), "ALREADY_EXISTS", ""),
        (one_sided, "PARTY_MISSING", ""),
        (with("/claims/0/creditor", json!(1)), "PARTY_MISSING", ""),
        (with("/claims/0/creditor", json!(9)), "PARTY_MISSING", ""),
        (with("/claims", json!([])), "LIST_INVALID", ""),
        (with("/claims/0/claim/principal", json!("0.00")), "AMOUNT_INVALID", "本系统格式规则 金额"),
        (with("/claims/0/claim/cause", json!("  ")), "TEXT_INVALID", "本系统格式规则 文本"),
        (with("/filedOn", json!("2026-03-03")), "DATE_INVALID", "本系统格式规则 日期"),
    ];
    let mut wrong = Vec::new();
    for (input, code, law) in cases {
        let (refused, cited) = court.app.refused(&court.officer, "openCase", input).await;
        if (refused.as_str(), cited.as_str()) != (code, law) {
            wrong.push(format!("{code} {law}: {refused} {cited}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut secured = with("/claims/0/claim/cause", json!("借款"));
    secured["claims"][0]["claim"]["rank"] = json!("SECURED");
    assert_eq!(court.app.refused(&court.officer, "openCase", secured).await.1, "拍变规定 第28条");

    let document = "mutation ($input: OpenCaseInput!) { openCase(input: $input) { case { id } } }";
    for bad in [json!("1.234"), json!("1e3"), json!("１００.００"), json!(100.0), json!(100), json!("-1.00")] {
        let mut input = with("/claims/0/claim/principal", bad);
        input["idempotencyKey"] = json!("malformed-amount");
        let code = court.app.error_code(Some(&court.officer), document, json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT");
    }
    let missing = without("", "basisNumber");
    let code = court.app.error_code(Some(&court.officer), document, json!({ "input": missing })).await;
    assert!(matches!(code.as_str(), "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED"), "{code}");

    // nothing of all this is there, and no account number was used up
    let list = court.app.ask(Some(&court.officer), "{ cases { nodes { caseNumber } } }", json!({})).await;
    assert_eq!(list["cases"]["nodes"].as_array().unwrap().len(), 1);
    let next = court.open(number, "100.00").await;
    assert!(next["account"]["accountNumber"].as_str().unwrap().ends_with("00000002"));
    court.app.finish().await;
}
both!(bad_openings_are_refused_with_their_rule, super::refuses_bad_openings);

async fn key_makes_one_case(database: TestDatabase) {
    let court = court(database).await;
    let mut input = opening("（2026）湘0102执12号", "100.00");
    input["idempotencyKey"] = json!("open-case-12");
    let first = court.app.done(&court.officer, "openCase", input.clone(), "case { id }").await;
    let again = court.app.done(&court.officer, "openCase", input.clone(), "case { id }").await;
    assert_eq!((&first["case"], &again["replayed"]), (&again["case"], &json!(true)));
    input["basisNumber"] = json!("（2025）湘0102民初346号");
    assert_eq!(court.app.refused(&court.officer, "openCase", input).await.0, "IDEMPOTENCY_KEY_REUSED");
    court.app.finish().await;
}
both!(the_same_key_makes_one_case, super::key_makes_one_case);

fn account(holder: &str, number: &str) -> Value {
    json!({ "accountHolder": holder, "accountNumber": number, "bankCode": BANK, "bankName": "工行总行" })
}

async fn corrects_a_payee(database: TestDatabase) {
    let court = court(database).await;
    let case = court.open("（2026）湘0102执12号", "100.00").await;
    let party = &case["parties"][0]["id"];
    let confirm = |account: Value| json!({ "party": party, "account": account, "document": "确认书1号" });
    for (account, code) in [
        (account("易某某", "6228480402564890018"), "PAYEE_NAME_MISMATCH"),
        (account("易某", "6228480402564890019"), "BANK_ACCOUNT_INVALID"),
        (account("易某", "12345"), "BANK_ACCOUNT_INVALID"),
    ] {
        assert_eq!(court.app.refused(&court.officer, "confirmPayee", confirm(account)).await.0, code);
    }
    let mut wrong_bank = account("易某", "6228480402564890018");
    wrong_bank["bankCode"] = json!("102100099997");
    assert_eq!(court.app.refused(&court.officer, "confirmPayee", confirm(wrong_bank)).await.0, "CNAPS_INVALID");

    let good = confirm(account("易 某", "6228480402564890018"));
    let select = "payee { id maskedAccount status }";
    let payee = court.app.done(&court.officer, "confirmPayee", good.clone(), select).await["payee"].take();
    assert_eq!(payee["maskedAccount"], "****0018");
    assert_eq!(court.app.refused(&court.officer, "confirmPayee", good).await.0, "ALREADY_EXISTS");

    let correct = json!({ "payee": payee["id"], "account": account("易某", "1234567890123"), "document": "确认书2号",
        "reason": "银行退回：户名不符" });
    let select = "correction { id status approval { id status } }";
    let proposal = court.app.done(&court.officer, "correctPayee", correct.clone(), select).await["correction"].take();
    assert_eq!(court.app.refused(&court.officer, "correctPayee", correct.clone()).await.0, "ALREADY_EXISTS");
    let approval = &proposal["approval"]["id"];
    let current = |case: Value| case["parties"][0]["payee"].clone();
    assert_eq!(current(court.read(&case, "parties { payee { id } }").await)["id"], payee["id"]);

    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let digest = court.app.ask(Some(&court.officer), digest, json!({ "id": approval })).await["node"]["digest"].take();
    let vote = json!({ "approval": approval, "digest": digest });
    assert_eq!(court.app.refused(&court.officer, "approve", vote).await.0, "MAKER_MAY_NOT_APPROVE");
    court.app.approve(approval, &[&court.administrator]).await;

    let now = current(court.read(&case, "parties { payee { id maskedAccount status } }").await);
    assert_eq!((&now["maskedAccount"], &now["status"]), (&json!("****0123"), &json!("CURRENT")));
    let old = "query ($id: ID!) { node(id: $id) { ... on Payee { status replacedBy { id } } } }";
    let old = court.app.ask(Some(&court.officer), old, json!({ "id": payee["id"] })).await["node"].take();
    assert_eq!(old, json!({ "status": "REPLACED", "replacedBy": { "id": now["id"] } }));
    assert_eq!(court.app.refused(&court.officer, "correctPayee", correct).await.0, "WRONG_STATE");
    court.app.finish().await;
}
both!(a_payee_account_is_confirmed_by_its_name_and_corrected_by_two, super::corrects_a_payee);

async fn terminates_and_resumes(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2025）湘0102执12号", "203500.00").await;
    let satisfied = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "3500.00",
        "satisfiedOn": "2026-03-01", "document": "收条" });
    app.done(officer, "recordSatisfaction", satisfied.clone(), "satisfaction { claim { outstanding } }").await;
    let mut more = satisfied.clone();
    more["amount"] = json!("200000.01");
    assert_eq!(app.refused(officer, "recordSatisfaction", more.clone()).await.0, "SATISFACTION_EXCEEDS_CLAIM");
    more["manner"] = json!("COURT_PAYOUT");
    assert_eq!(app.refused(officer, "recordSatisfaction", more).await.0, "WRONG_STATE");

    let note = json!({ "case": case["id"], "feeOrder": "AFTER_APPLICANT", "amount": "50.00", "executed": "3500.00",
        "document": "执行费通知书" });
    app.done(officer, "recordFeeArrears", note, "feeArrears { status }").await;
    let end = json!({ "case": case["id"], "document": "（2025）湘0102执12号之一" });
    assert_eq!(app.refused(officer, "terminateCaseForNow", end.clone()).await.0, "CASE_HAS_OPEN_MONEY");
    let mut ended = end.clone();
    ended["reasons"] = json!(["FEE_ARREARS_RECORDED"]);
    let mut stale = ended.clone();
    stale["expectedVersion"] = json!(1);
    assert_eq!(app.refused(officer, "terminateCaseForNow", stale).await.0, "STALE_VERSION");
    let performed = json!({ "case": case["id"], "document": "结案通知书", "manner": "PERFORMED",
        "reasons": ["FEE_ARREARS_RECORDED"] });
    assert_eq!(app.refused(officer, "concludeCase", performed).await.0, "CLAIM_NOT_SATISFIED");
    app.done(officer, "terminateCaseForNow", ended, "case { status closedOn closingReasons }").await;
    assert_eq!(
        app.refused(officer, "terminateCaseForNow", end).await,
        ("CASE_NOT_OPEN".into(), "终本规定 第1条".into())
    );
    assert_eq!(app.refused(officer, "recordSatisfaction", satisfied).await.0, "CASE_NOT_OPEN");

    // property is found while the case is terminated for now
    let freeze = json!({ "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": case["parties"][2]["id"],
        "institution": "某银行", "accountNumber": "6228480402564890018", "amount": "59748.04",
        "document": "冻结裁定", "frozenOn": "2026-03-02", "until": "2027-03-02" });
    let mut long = freeze.clone();
    long["until"] = json!("2027-03-03");
    assert_eq!(app.refused(officer, "freezeFunds", long).await, ("DATE_INVALID".into(), "民诉解释 第485条".into()));
    let mut creditors = freeze.clone();
    creditors["party"] = case["parties"][0]["id"].clone();
    assert_eq!(app.refused(officer, "freezeFunds", creditors).await.0, "PARTY_MISSING");
    let measure =
        app.done(officer, "freezeFunds", freeze, "measure { id status maskedAccount }").await["measure"].take();
    let deduct = json!({ "measure": measure["id"], "amount": "59748.04", "document": "扣划裁定" });
    assert_eq!(app.refused(officer, "deductFrozenFunds", deduct.clone()).await.0, "CASE_NOT_OPEN");

    let resume = json!({ "case": case["id"], "caseNumber": "（2026）湘0102执恢3号", "filedOn": "2026-03-02",
        "document": "恢复执行申请书" });
    let mut wrong_kind = resume.clone();
    wrong_kind["caseNumber"] = json!("（2026）湘0102执3号");
    assert_eq!(app.refused(officer, "resumeCase", wrong_kind).await.0, "CASE_NUMBER_INVALID");
    let select = "case { id kind status targetAmount outstanding predecessor { caseNumber successors { caseNumber } }
        account { accountNumber } measures { id amount party { name } } feeArrears { id amount status }
        parties { name maskedIdentityNumber } claims { principal satisfied outstanding } }";
    let new = app.done(officer, "resumeCase", resume.clone(), select).await["case"].take();
    assert_eq!((&new["kind"], &new["targetAmount"]), (&json!("RESUMED"), &json!("200000.00")));
    assert_eq!(new["predecessor"]["successors"][0]["caseNumber"], "（2026）湘0102执恢3号");
    assert_ne!(new["account"], case["account"]);
    assert_eq!(new["measures"], json!([{ "id": measure["id"], "amount": "59748.04", "party": { "name": "吴某" } }]));
    let note = &new["feeArrears"][0];
    assert_eq!((&note["amount"], &note["status"]), (&json!("50.00"), &json!("OPEN")));
    let settle = json!({ "feeArrears": note["id"], "document": "非税缴款书0001" });
    let settled = app.done(&court.finance, "settleFeeArrears", settle.clone(), "feeArrears { status }").await;
    assert_eq!(settled["feeArrears"]["status"], "SETTLED");
    assert_eq!(app.refused(&court.finance, "settleFeeArrears", settle).await.0, "WRONG_STATE");
    assert_eq!(new["parties"][0]["maskedIdentityNumber"], "110***********002X");
    assert_eq!(new["claims"], json!([{ "principal": "200000.00", "satisfied": "0.00", "outstanding": "200000.00" }]));
    let mut second = resume;
    second["caseNumber"] = json!("（2026）湘0102执恢4号");
    assert_eq!(app.refused(officer, "resumeCase", second).await.0, "ALREADY_EXISTS");

    let deducted = app.done(officer, "deductFrozenFunds", deduct.clone(), "measure { status deducted }").await;
    assert_eq!(deducted["measure"], json!({ "status": "DEDUCTED", "deducted": "59748.04" }));
    assert_eq!(app.refused(officer, "deductFrozenFunds", deduct).await.0, "WRONG_STATE");
    court.app.finish().await;
}
both!(a_case_is_terminated_for_now_and_comes_back, super::terminates_and_resumes);

/// What the server has sent to its database so far.
pub async fn statements(court: &Court) -> u64 {
    let url = court.app.running.url().replace("/graphql", "/metrics");
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let line = text.lines().find(|line| line.starts_with("duixian_database_statements_total")).expect("the counter");
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn a_long_list_costs_no_more_statements_than_a_short_one(database: TestDatabase) {
    let court = court(database).await;
    let list =
        "query ($first: Int!) { cases(first: $first) { nodes { caseNumber outstanding isSmallLivelihood court { name }
        parties { name payee { name } } claims { creditor { name } satisfactions { amount } } measures { amount }
        feeArrears { amount } } } }";
    for serial in 1..=12 {
        court.open(&format!("（2026）湘0102执{serial}号"), "1000.00").await;
    }
    let mut cost = Vec::new();
    for first in [1, 12] {
        let before = statements(&court).await;
        let answer = court.app.ask(Some(&court.officer), list, json!({ "first": first })).await;
        assert_eq!(answer["cases"]["nodes"].as_array().unwrap().len(), first);
        assert_eq!(answer["cases"]["nodes"][0]["claims"][0]["creditor"]["name"], "易某");
        cost.push(statements(&court).await - before);
    }
    // one statement for each of ten lists of each of the 11 more cases would be 110; on a busy machine a gathering may
    // end early and some lists are read in two or three
    assert!(cost[1] <= cost[0] + 40, "{cost:?}");
    court.app.finish().await;
}
both!(loaders, super::a_long_list_costs_no_more_statements_than_a_short_one);

async fn shows_a_party_his_own(database: TestDatabase) {
    let court = court(database).await;
    let app = &court.app;
    let his = court.open("（2026）湘0102执12号", "100.00").await;
    let mut other = opening("（2026）湘0102执13号", "100.00");
    other["parties"][0]["identityNumber"] = json!("110101199003077758");
    let other = app.done(&court.officer, "openCase", other, "case { id }").await["case"].take();

    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id } userErrors { code } } }";
    let input = json!({ "idempotencyKey": "signup-yi", "kind": "PARTY", "loginName": "yi-mou", "password": "Kj8#mQ2!xPz",
        "name": "易某", "identityKind": "CITIZEN", "identityNumber": WORKER, "mobile": "13812341234" });
    let made = app.ask(None, sign_up, json!({ "input": input })).await["signUp"].take();
    let account = made["account"]["id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    let party = app.sign_in(AccountId::from_global(account).unwrap()).await;
    // not before his identity is verified
    let list = "{ cases { nodes { id } } }";
    assert_eq!(app.error_code(Some(&party), list, json!({})).await, "FORBIDDEN");
    let clerk = app.user("clerk", "审核员", &[Role::QualificationClerk], Some(court.id)).await;
    let verify = json!({ "account": account, "accepted": true, "note": "当面核对身份证原件" });
    app.done(&clerk, "verifyAccount", verify, "account { status }").await;

    let seen = app.ask(Some(&party), list, json!({})).await;
    assert_eq!(seen["cases"]["nodes"], json!([{ "id": his["id"] }]));
    let node = "query ($id: ID!) { node(id: $id) { ... on Case { parties { name maskedIdentityNumber } receipts { nodes { id } } } } }";
    let seen = app.ask(Some(&party), node, json!({ "id": his["id"] })).await["node"].take();
    assert_eq!(seen["parties"][2]["maskedIdentityNumber"], "440***********0014");
    assert_eq!(app.ask(Some(&party), node, json!({ "id": other["id"] })).await["node"], Value::Null);
    let end = "mutation ($input: TerminateCaseForNowInput!) { terminateCaseForNow(input: $input) { case { id } } }";
    let input = json!({ "idempotencyKey": "party-ends-case", "case": his["id"], "document": "裁定书" });
    assert_eq!(app.error_code(Some(&party), end, json!({ "input": input })).await, "FORBIDDEN");
    court.app.finish().await;
}
both!(a_party_sees_his_own_cases_alone, super::shows_a_party_his_own);

//! Cases in and out by file: the preview with every error, the import in both modes, and the way out and in again.

use crate::{
    both,
    cases::{BANK, COMPANY, Court, OTHER_WORKER, WORKER, court},
    support::{
        app::User,
        database::{self, TestDatabase},
    },
};
use duixian::access::Role;
use serde_json::{Value, json};

const GOOD: &str = "（2026）湘0102执21号";
/// A good case, then one with an error in each of its rows.
fn file() -> String {
    format!(
        "【案件】
案号*,执行依据文号*,立案日期*,旧式案号,涉民生类别
{GOOD},（2025）湘0102民初345号,2026/2/27,,人身损害
（2026）湘0102执22号,（2025）湘0102民初346号,2026-03-03,,
（2026）湘0103执1号,外院,2026-02-27,,
【当事人】
案号,当事人序号,当事人地位,当事人类型,姓名或名称,证件号码,手机号
{GOOD},1,申请执行人,自然人,易某,{WORKER},13812341234
{GOOD},5,被执行人,企业法人,长沙某某建筑有限公司,{COMPANY},
（2026）湘0102执22号,1,申请执行人,自然人,吴某,110105194912310021,12812341234
（2026）湘0102执22号,2,被执行人,企业法人,长沙某某建筑有限公司,{COMPANY},
【债权】
案号,债权人序号,受偿顺位,案由,担保情况,本金（元）,履行期限届满日
{GOOD},1,,人身损害,,\"203,500.00\",2025-12-31
（2026）湘0102执22号,1,担保物权,借款,,-1,
【收款账户】
案号,当事人序号,户名,账号,联行号,开户行,收款账户确认书
{GOOD},1,易某,6228480402564890018,{BANK},工行总行,确认书1号
（2026）湘0102执22号,1,吴某某,6228480402564890019,123,工行总行,确认书2号
"
    )
}
const SEEN: &str = "caseImport { id status mode totalCases importedCases skippedCases sha256
    preview { goodCases parties claims payees findingCount findings { sheet row column error { code law { article } } } } }";

/// The answer of the route: status and body.
async fn post(court: &Court, user: Option<&User>, bytes: Vec<u8>) -> (u16, Value) {
    let running = &court.app.running;
    let address = format!("http://{}/case-imports?court={}&name=cases.csv", running.address, court.id.to_global());
    let mut request = reqwest::Client::new().post(address).body(bytes);
    if let Some(user) = user {
        request = request.bearer_auth(&user.token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}
async fn upload(court: &Court, text: &str) -> Value {
    let (status, mut body) = post(court, Some(&court.officer), text.as_bytes().to_vec()).await;
    assert_eq!(status, 200, "{body:#}");
    body["caseImport"]["id"].take()
}
async fn confirm(court: &Court, import: &Value, mode: &str) -> Value {
    let input = json!({ "caseImport": import, "mode": mode });
    court.app.done(&court.officer, "confirmCaseImport", input, SEEN).await["caseImport"].take()
}
async fn refused(court: &Court, import: &Value, mode: &str) -> String {
    let input = json!({ "caseImport": import, "mode": mode });
    court.app.refused(&court.officer, "confirmCaseImport", input).await.0
}
async fn export(court: &Court, format: &str) -> Vec<u8> {
    let input =
        json!({ "court": court.id.to_global(), "filedFrom": "2026-01-01", "filedTo": "2026-12-31", "format": format });
    let done = court.app.done(&court.officer, "exportCases", input, "download { path }").await;
    let path = done["download"]["path"].as_str().unwrap().to_owned();
    let answer = reqwest::get(format!("http://{}{path}", court.app.running.address)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let changed = path.replace("2026-12-31", "2027-12-31");
    let forged = reqwest::get(format!("http://{}{changed}", court.app.running.address)).await.unwrap();
    assert_eq!(forged.status(), 404);
    answer.bytes().await.unwrap().to_vec()
}

async fn previews_and_imports(database: TestDatabase) {
    let court = court(database).await;
    let import = upload(&court, &file()).await;
    let seen =
        format!("query ($id: ID!) {{ node(id: $id) {{ ... on CaseImport {{ {} }} }} }}", &SEEN[13..SEEN.len() - 1]);
    let seen = court.app.ask(Some(&court.officer), &seen, json!({ "id": import })).await["node"].take();
    let preview = &seen["preview"];
    let counts = (&preview["goodCases"], &preview["parties"], &preview["payees"]);
    assert_eq!(counts, (&json!(1), &json!(4), &json!(2)), "{preview:#}");
    let found: Vec<_> = preview["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (finding["row"].as_i64().unwrap(), text(&finding["column"]), text(&finding["error"]["code"]))
        })
        .collect();
    for expected in [
        (4, "立案日期", "DATE_INVALID"),
        (5, "案号", "NOT_FOUND"),
        (10, "证件号码", "CITIZEN_ID_INVALID"),
        (10, "手机号", "MOBILE_INVALID"),
        (15, "担保情况", "TEXT_INVALID"),
        (15, "本金（元）", "AMOUNT_INVALID"),
        (19, "户名", "PAYEE_NAME_MISMATCH"),
        (19, "账号", "BANK_ACCOUNT_INVALID"),
        (19, "联行号", "CNAPS_INVALID"),
    ] {
        let (row, column, code) = expected;
        assert!(found.contains(&(row, column.to_owned(), code.to_owned())), "{expected:?} in {found:#?}");
    }
    // the same bytes are the same import, and a file with errors does not come in whole
    assert_eq!(upload(&court, &file()).await, import);
    assert_eq!(refused(&court, &import, "ALL_OR_NOTHING").await, "CASE_FILE_FAULTY");
    let list = court.app.ask(Some(&court.officer), "{ cases { nodes { caseNumber } } }", json!({})).await;
    assert_eq!(list["cases"]["nodes"], json!([]));

    let done = confirm(&court, &import, "GOOD_CASES").await;
    assert_eq!(
        (&done["status"], &done["importedCases"], &done["skippedCases"]),
        (&json!("DONE"), &json!(1), &json!(2))
    );
    assert_eq!(done["preview"]["findingCount"], preview["findingCount"], "what was left out is still shown");
    assert_eq!(refused(&court, &import, "GOOD_CASES").await, "WRONG_STATE");
    let query = "query ($n: String!) { case(caseNumber: $n) { livelihoodKind targetAmount
        parties { name maskedIdentityNumber payee { document } } claims { creditor { name } } } }";
    let case = court.app.ask(Some(&court.officer), query, json!({ "n": GOOD })).await["case"].take();
    assert_eq!((&case["targetAmount"], &case["livelihoodKind"]), (&json!("203500.00"), &json!("PERSONAL_INJURY")));
    assert_eq!(case["parties"][0]["payee"]["document"], "确认书1号");
    assert_eq!(case["claims"][0]["creditor"]["name"], "易某");
    court.app.finish().await;
}
both!(every_error_is_shown_and_the_good_cases_come_in, super::previews_and_imports);

async fn out_and_in_again(database: TestDatabase) {
    let first = court(database).await;
    let good: String = file()
        .lines()
        .filter(|line| !line.contains("执22号") && !line.contains("外院"))
        .map(|l| format!("{l}\n"))
        .collect();
    let done = confirm(&first, &upload(&first, &good).await, "ALL_OR_NOTHING").await;
    assert_eq!((&done["status"], &done["importedCases"]), (&json!("DONE"), &json!(1)));
    first.open("（2026）湘0102执31号", "59748.04").await;
    let (csv, xlsx) = (export(&first, "CSV").await, export(&first, "XLSX").await);
    // into the same court: every case is there already
    let again = upload(&first, std::str::from_utf8(&csv).unwrap()).await;
    assert_eq!(refused(&first, &again, "ALL_OR_NOTHING").await, "CASE_FILE_FAULTY");
    first.app.finish().await;

    for file in [csv.clone(), xlsx] {
        let fresh = court(database::sqlite().await).await;
        let (status, body) = post(&fresh, Some(&fresh.officer), file).await;
        assert_eq!(status, 200, "{body:#}");
        let done = confirm(&fresh, &body["caseImport"]["id"], "ALL_OR_NOTHING").await;
        assert_eq!(done["importedCases"], 2, "{done:#}");
        let (expected, seen) =
            (String::from_utf8(csv.clone()).unwrap(), String::from_utf8(export(&fresh, "CSV").await).unwrap());
        assert_eq!(seen, expected);
        assert!(seen.contains(WORKER) && seen.contains(OTHER_WORKER) && seen.contains("6228480402564890018"));
        fresh.app.finish().await;
    }
}
both!(what_is_exported_makes_the_same_cases_in_a_fresh_court, super::out_and_in_again);

async fn keeps_the_door(database: TestDatabase) {
    let court = court(database).await;
    let app = &court.app;
    // an empty template is a file without cases
    for format in ["XLSX", "CSV"] {
        let address = format!("http://{}/case-imports/template/{format}", app.running.address);
        let template = reqwest::get(address).await.unwrap();
        assert_eq!(template.status(), 200);
        let bytes = template.bytes().await.unwrap().to_vec();
        let (status, body) = post(&court, Some(&court.officer), bytes).await;
        assert_eq!((status, &body["userErrors"][0]["code"]), (422, &json!("CASE_FILE_INVALID")), "{format}");
    }
    assert_eq!(post(&court, None, Vec::new()).await.0, 401);
    assert_eq!(post(&court, Some(&court.finance), file().into_bytes()).await.0, 403);
    assert_eq!(post(&court, Some(&court.officer), vec![b'a'; 2 * 1024 * 1024 + 1]).await.0, 400);
    let import = upload(&court, &file()).await;
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(other)).await;
    let (status, body) = post(&court, Some(&stranger), file().into_bytes()).await;
    assert_eq!((status, &body["userErrors"][0]["code"]), (422, &json!("NOT_FOUND")));
    let input = json!({ "caseImport": import, "mode": "GOOD_CASES" });
    assert_eq!(app.refused(&stranger, "confirmCaseImport", input.clone()).await.0, "NOT_FOUND");
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(app.ask(Some(&stranger), node, json!({ "id": import })).await["node"], Value::Null);
    // wrong headings: nothing of the file is trusted
    let wrong = upload(&court, &file().replace("立案日期*", "立案日")).await;
    assert_eq!(refused(&court, &wrong, "GOOD_CASES").await, "CASE_FILE_FAULTY");
    // the same key confirms once
    let mut keyed = input;
    keyed["idempotencyKey"] = json!("confirm-import-1");
    let done = app.done(&court.officer, "confirmCaseImport", keyed.clone(), "caseImport { importedCases }").await;
    let again = app.done(&court.officer, "confirmCaseImport", keyed, "caseImport { importedCases }").await;
    assert_eq!((&done["caseImport"], &again["replayed"]), (&again["caseImport"], &json!(true)));
    court.app.finish().await;
}
both!(files_come_from_officers_of_the_court_alone, super::keeps_the_door);

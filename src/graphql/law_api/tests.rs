//! Tests of the calculator, the calendar and the rule book in the graph.

use super::*;
use crate::{graphql::rule_book::RuleBookQuery, kernel::clock::Timestamp};
use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use serde_json::{Value, json};

/// The calendar and a deadline without the services of a running application.
#[derive(Default)]
struct Fixtures;
#[Object]
impl Fixtures {
    async fn days(&self) -> WorkingDayCalendar {
        WorkingDayCalendar(Arc::new(Calendar::built_in().unwrap()))
    }
    async fn due(&self, rule: DeadlineRule, from: Timestamp) -> DeadlineResult {
        DeadlineResult(rule.deadline(&Calendar::built_in().unwrap(), from))
    }
}
#[derive(MergedObject, Default)]
struct Query(LawQuery, RuleBookQuery, Fixtures);

async fn ask(document: &str) -> Result<Value, String> {
    let schema = Schema::new(Query::default(), EmptyMutation, EmptySubscription);
    let response = schema.execute(document).await;
    match response.errors.first() {
        Some(error) => Err(error.message.clone()),
        None => Ok(response.data.into_json().unwrap()),
    }
}

#[tokio::test]
async fn fees_come_with_their_article_and_steps() {
    let document = r#"{ calculate {
        executionFee(amount: "59748.04") { amount explanation { result law { law article } steps { value } } }
        further: executionFee(amount: "40000.00", before: "59748.04") { amount }
        acceptanceFee(amount: "123456.78", simplified: true) { amount }
        preservationFee(amount: "896000.00") { amount }
    } }"#;
    let answer = &ask(document).await.unwrap()["calculate"];
    assert_eq!(answer["executionFee"]["amount"], "796.22");
    let why = &answer["executionFee"]["explanation"];
    assert_eq!(why["law"], json!([{ "law": "诉讼费用交纳办法", "article": "第14条第1项" }]));
    assert_eq!(why["steps"].as_array().unwrap().len(), 3);
    assert_eq!(answer["further"]["amount"], "600.00");
    assert_eq!(answer["acceptanceFee"]["amount"], "1384.57");
    assert_eq!(answer["preservationFee"]["amount"], "5000.00");
}

#[tokio::test]
async fn interest_with_parts_and_a_stay() {
    let document = r#"{ calculate { delayInterest(input: {
        principal: "1000000.00", dueOn: "2024-01-31", until: "2024-08-18",
        payments: [{ on: "2024-05-10", amount: "400000.00" }], order: INTEREST_FIRST
    }) { amount interestPaid principalLeft surplus explanation { steps { text } } } } }"#;
    let answer = &ask(document).await.unwrap()["calculate"]["delayInterest"];
    assert_eq!(answer["amount"], "28306.25");
    assert_eq!((&answer["interestPaid"], &answer["principalLeft"]), (&json!("17500.00"), &json!("617500.00")));
}

#[tokio::test]
async fn interest_in_a_foreign_currency_both_ways() {
    let document = |day: &str| {
        format!(
            r#"{{ calculate {{ foreignDelayInterest(
                input: {{ principal: "100000.00", dueOn: "2024-03-10", until: "2024-06-18" }},
                rate: {{ currency: "USD", midRate: "709.69", midRateOn: "{day}" }}
            ) {{ inCurrency {{ amount }} inYuan {{ amount explanation {{ steps {{ value }} }} }} }} }} }}"#
        )
    };
    let answer = &ask(&document("2024-03-11")).await.unwrap()["calculate"]["foreignDelayInterest"];
    assert_eq!((&answer["inCurrency"]["amount"], &answer["inYuan"]["amount"]), (&json!("1750.00"), &json!("12419.58")));
    assert_eq!(answer["inYuan"]["explanation"]["steps"][0]["value"], "709690.00");
    assert!(ask(&document("2024-03-12")).await.is_err());
}

#[tokio::test]
async fn a_distribution_from_numbers_sums_to_its_pool_民诉解释_508() {
    let document = |rule: &str, claims: &str| {
        format!(
            r#"{{ calculate {{ distribution(input: {{ pool: "200000.00", debtorKind: PERSON, ordinaryRule: {rule},
                executionFeeOrder: AFTER_APPLICANT, claims: [{claims}] }}) {{
                pool executed feeArrears lines {{ basis claimNumber amount claimed
                    explanation {{ law {{ article }} steps {{ text }} }} }} }} }} }}"#
        )
    };
    let claims = r#"{ rank: ORDINARY, amount: "123456.78" }, { rank: ORDINARY, amount: "234567.89" },
        { rank: ORDINARY, amount: "98765.43" }"#;
    let answer = &ask(&document("PRO_RATA", claims)).await.unwrap()["calculate"]["distribution"];
    let lines = answer["lines"].as_array().unwrap();
    let amounts: Vec<&str> = lines.iter().map(|line| line["amount"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["54054.05", "102702.70", "43243.25", "0.00"]);
    assert_eq!((&lines[2]["claimNumber"], &lines[3]["claimNumber"]), (&json!(3), &Value::Null));
    assert_eq!(lines[0]["explanation"]["law"][0]["article"], "第508条");
    assert_eq!((&answer["executed"], &answer["feeArrears"]), (&json!("200000.00"), &json!("2900.00")));
    assert!(ask(&document("PRO_RATA", "")).await.is_err());
    let titles = r#"{ rank: ORDINARY, amount: "1.00", title: "a" }, { rank: ORDINARY, amount: "1.00", title: "b" }"#;
    assert!(ask(&document("RATIO_ONE_TITLE", titles)).await.is_err());
    let many = r#"{ rank: ORDINARY, amount: "1.00" },"#.repeat(201);
    assert!(ask(&document("PRO_RATA", &many)).await.unwrap_err().contains("200"));
}

#[tokio::test]
async fn what_cannot_be_computed_is_a_bad_input() {
    assert!(ask(r#"{ calculate { executionFee(amount: "0.00") { amount } } }"#).await.is_err());
    let backwards = r#"{ calculate { delayInterest(input: {
        principal: "1.00", dueOn: "2024-01-31", until: "2024-01-30" }) { amount } } }"#;
    assert!(ask(backwards).await.is_err());
    assert!(ask(r#"{ days { add(from: "2026-01-01", workingDays: 3661) { date } } }"#).await.is_err());
    for (from, to) in [("2026-01-02", "2026-01-01"), ("2025-12-31", "2027-01-01")] {
        assert!(ask(&format!(r#"{{ days {{ days(from: "{from}", to: "{to}") {{ date }} }} }}"#)).await.is_err());
    }
}

#[tokio::test]
async fn a_term_and_the_days_it_passes_over() {
    let document = r#"{ due(rule: PAY_WITHIN_15_WORKING_DAYS, from: "2024-12-18T17:30:00.000Z") {
        startsOn dueOn dueAt provisional skippedDays { date reason } explanation { rule law { article } }
    } }"#;
    let due = &ask(document).await.unwrap()["due"];
    assert_eq!((&due["startsOn"], &due["dueOn"]), (&json!("2024-12-19"), &json!("2025-01-10")));
    assert_eq!(due["dueAt"], "2025-01-11T00:00:00.000+08:00");
    assert_eq!(due["skippedDays"][4], json!({ "date": "2025-01-01", "reason": "holiday 元旦" }));
    assert_eq!(due["explanation"]["law"][0]["article"], "15个工作日");
}

#[tokio::test]
async fn the_calendar_shows_its_notices_and_days() {
    let document = r#"{ days { firstDay finalThrough version
        notices(year: 2020) { number daysWorked }
        days(from: "2026-02-13", to: "2026-02-15") { date working kind holiday provisional }
        add(from: "2026-09-18", workingDays: 15) { date provisional }
    } }"#;
    let days = &ask(document).await.unwrap()["days"];
    assert_eq!((&days["finalThrough"], &days["version"]), (&json!("2026-12-19"), &json!("国办发明电〔2025〕7号")));
    assert_eq!(days["notices"].as_array().unwrap().len(), 2);
    let kinds: Vec<&Value> = days["days"].as_array().unwrap().iter().map(|d| &d["kind"]).collect();
    assert_eq!(kinds, ["WEEKDAY", "MAKE_UP", "HOLIDAY"]);
    assert_eq!(days["days"][2]["holiday"], "春节");
    assert_eq!(days["add"], json!({ "date": "2026-10-15", "provisional": false }));
}

#[tokio::test]
async fn the_rule_book_links_articles_terms_and_parameters() {
    let document =
        r#"{ ruleBook(law: "网拍规定") { law { article } deadlines parameters { name allowed defaultValue } } }"#;
    let book = ask(document).await.unwrap();
    let rules = book["ruleBook"].as_array().unwrap();
    assert_eq!(rules.len(), 38);
    let rule = |article: &str| rules.iter().find(|rule| rule["law"]["article"] == article).unwrap();
    assert_eq!(rule("第23条")["deadlines"], json!(["DEPOSIT_RETURN_24H"]));
    let counting = json!([{ "name": "day_counting", "allowed": "STRICT | LENIENT", "defaultValue": "STRICT" }]);
    assert_eq!(rule("第12条")["parameters"], counting);
    assert_eq!(ask(r#"{ ruleBook(law: "不存在") { deadlines } }"#).await.unwrap()["ruleBook"], json!([]));
}

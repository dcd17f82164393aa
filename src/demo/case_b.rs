//! Case B: a courtyard house of 580 million is sold, and the price reaches seven people through a plan.

use super::{
    bank_scenes::{self, Payment},
    case_a::{party_id, text},
    client::Result,
    people::{Court, Person, id_of, payee_account},
    stage::{Stage, Who},
};
use crate::kernel::ids::AccountId;
use serde_json::{Value, json};

const fn person(name: &'static str, identity: &'static str, account: &'static str) -> Person {
    Person { name, identity, account }
}
const APPLICANT: Person = person("北京某某资产管理有限公司", "91430102MA4L1014XP", "4301020999000000033");
const SECOND_BANK: Person = person("长沙某某银行股份有限公司", "91430102MA4L10211K", "4301020999000000044");
const ORDINARY: [(Person, &str); 3] = [
    (person("湖南某某贸易有限公司", "91430102MA4L10289K", "4301020999000000055"), "123456789.12"),
    (person("蒋寅", "430102197403241096", "6222021900000120550"), "98765432.10"),
    (person("沈卯", "430102197504251162", "6222021900000121921"), "45678901.23"),
];
const DEBTOR: Person = person("何某", "430102197605261239", "6222021900000123299");

/// The bidders, by the login name with which they sign up. The co-owner holds a right of priority.
const BIDDERS: [(Who, Person); 4] = [
    ("bidder-han", person("韩辰", "430102197706271305", "6222021900000124669")),
    ("bidder-yang", person("杨巳", "430102197807101372", "6222021900000126037")),
    ("bidder-zhu", person("朱午", "430102197908111449", "6222021900000127407")),
    ("bidder-co-owner", person("秦未", "430102198009121517", "6222021900000128777")),
];
const STARTING_PRICE: &str = "410000000.00";
const DEPOSIT: &str = "50000000.00";
const HAMMER_PRICE: &str = "415000000.00";
const BALANCE: &str = "365000000.00";
const TAX_RESERVE: &str = "21000000.00";

/// What the first part leaves for the second.
pub struct House {
    case: Value,
    lot: Value,
}

/// From the case to the announcement.
pub async fn publish(stage: &mut Stage, court: &Court) -> Result<House> {
    stage.headline("B  A courtyard house in Beijing: from the panel to the announcement (四合院网络司法拍卖)");
    stage.go_to("2026-03-11", 9, 0).await?;
    let case = open(stage, court).await?;
    let lot = prepare(stage, court, &case).await?;
    announce(stage, court, &case, &lot).await?;
    Ok(House { case, lot })
}

/// From the bidding to the last payment.
pub async fn sell_and_distribute(stage: &mut Stage, court: &Court, house: &House) -> Result<()> {
    stage.headline("B  The house is sold and its price distributed (竞价、过户、分配)");
    let registrations = register(stage, court, house).await?;
    bid(stage, house).await?;
    settle_deposits(stage, court, house).await?;
    deliver(stage, court, house, &registrations).await?;
    let plan = plan(stage, court, house).await?;
    pay_creditors(stage, court, house, &plan).await
}

async fn open(stage: &mut Stage, court: &Court) -> Result<Value> {
    let party = |p: &Person, role: &str| {
        let kind = if p.identity.starts_with("91") { "ENTERPRISE" } else { "PERSON" };
        json!({ "role": role, "kind": kind, "name": p.name, "identityNumber": p.identity })
    };
    let mut parties = vec![party(&APPLICANT, "APPLICANT"), party(&SECOND_BANK, "JOINING_CREDITOR")];
    parties.extend(ORDINARY.iter().map(|(p, _)| party(p, "JOINING_CREDITOR")));
    parties.push(party(&DEBTOR, "RESPONDENT"));
    parties.push(party(&BIDDERS[3].1, "CO_OWNER"));
    let secured = |creditor: u32, order: u32, principal: &str| {
        json!({ "creditor": creditor, "claim": { "rank": "SECURED", "rankOrder": order, "cause": "借款合同纠纷",
            "security": format!("四合院第{order}顺位抵押"), "principal": principal } })
    };
    let mut claims = vec![secured(0, 1, "180000000.00"), secured(1, 2, "96500000.00")];
    claims.extend((2..).zip(&ORDINARY).map(|(creditor, (_, amount))| {
        json!({ "creditor": creditor, "claim": { "cause": "买卖合同纠纷", "principal": amount } })
    }));
    let input = json!({ "caseNumber": "（2026）湘01执88号", "basisNumber": "（2025）湘01民初45号", "filedOn": "2026-01-08",
        "parties": parties, "claims": claims });
    let select = "case { id caseNumber parties { id name role } claims { id principal creditor { name } } account { accountNumber } }";
    let case = stage.act(court.staff.officer, "openCase", input, select).await?["case"].clone();
    stage.say(
        "case （2026）湘01执88号: a natural person as debtor, two mortgages, three ordinary creditors",
        "民诉解释 第506条",
    );
    for person in [APPLICANT, SECOND_BANK].iter().chain(ORDINARY.iter().map(|(p, _)| p)) {
        let input = json!({ "party": party_id(&case, person.name), "account": payee_account(person), "document": "收款账户确认书" });
        stage.act(court.staff.officer, "confirmPayee", input, "payee { id }").await?;
    }
    Ok(case)
}

async fn prepare(stage: &mut Stage, court: &Court, case: &Value) -> Result<Value> {
    let officer = court.staff.officer;
    let input = json!({ "case": case["id"], "title": "北京市东城区某胡同四合院", "category": "IMMOVABLE",
        "appraisalPrice": "580000000.00", "purchaseRestricted": true });
    let lot = stage.act(officer, "draftLot", input, "lot { id lotNumber operatingMode }").await?["lot"].clone();
    let price = json!({ "lot": lot["id"], "method": "APPRAISAL", "amount": "580000000.00", "source": "北京某房地产评估公司",
        "reason": "当事人议价不成，四合院无法询价", "fixedOn": "2026-03-05", "documentNumber": "评报字〔2026〕第31号" });
    stage.act(officer, "recordReferencePrice", price, "lot { id }").await?;
    stage.act(officer, "recordSurvey", survey(&lot), "lot { id }").await?;
    stage.say(
        "reference price by appraisal, good for a year; survey with source and day for each answer",
        "参考价规定 第27条",
    );
    let decision = |starting_price: &str| {
        json!({ "lot": lot["id"], "members": ["审判长甲", "审判员乙", "审判员丙"], "documentNumber": "（2026）湘01执88号合议庭评议笔录",
            "decidedOn": "2026-03-11", "startingPrice": starting_price, "deposit": DEPOSIT, "bidIncrement": "1000000.00" })
    };
    let why = stage.refused(officer, "recordPanelDecision", decision("405999999.99"), "STARTING_PRICE_TOO_LOW").await?;
    stage.say(&format!("70 % of 580,000,000.00 are 406,000,000.00; one fen less is refused: {why}"), "");
    stage.act(officer, "recordPanelDecision", decision(STARTING_PRICE), "lot { startingPrice }").await?;
    stage.say(
        "a panel of three decides: start 410,000,000.00, deposit 50,000,000.00, step 1,000,000.00",
        "网拍规定 第27条",
    );
    let items = [
        "ANNOUNCEMENT",
        "TITLE",
        "APPRAISAL",
        "BIDDING_RULES",
        "CONDITION",
        "PRIORITY_PURCHASERS",
        "NOTICE_RECORD",
        "PAYMENT_METHOD",
        "TAXES",
        "COURT_CONTACT",
        "BIDDER_QUALIFICATION",
        "PROXY_CONFIRMATION",
        "KNOWN_DEFECTS",
        "AS_IS",
        "FULL_ACCEPTANCE",
        "IDENTITY_PUBLISHED",
        "DEPOSIT_FORFEITURE",
    ];
    let mut items: Vec<Value> =
        items.iter().map(|item| json!({ "item": item, "content": "见拍卖公告及标的物调查情况表" })).collect();
    items.push(json!({ "item": "OTHER", "content": "无其他应当公示的内容", "notApplicable": true }));
    stage.act(officer, "setDisclosure", json!({ "lot": lot["id"], "items": items }), "lot { id }").await?;
    stage.say("eleven public items and seven special warnings filled in", "网拍规定 第13、14条");
    Ok(lot)
}

/// The survey of the courtyard: one question not investigated, and said so.
fn survey(lot: &Value) -> Value {
    let found = [
        ("OWNERSHIP", "不动产权证书记载被执行人单独所有"),
        ("USE", "住宅"),
        ("EXTENT", "建筑面积812.60平方米"),
        ("POSSESSION", "被执行人家庭居住"),
        ("LEASE", "无租赁登记"),
        ("SECURITY", "两家银行先后抵押"),
        ("SEIZURE", "本院首封"),
        ("ARREARS", "水电费欠3260.00元"),
        ("TAX_ARREARS", "无欠税记录"),
        ("KEYS", "法院未持有钥匙"),
        ("DEFECT", "屋面局部渗漏"),
        ("VIEWING", "2026年4月每周五上午，须预约"),
    ];
    let mut answers: Vec<Value> = found
        .iter()
        .map(|(item, content)| {
            json!({ "item": item, "finding": "FOUND", "content": content,
            "source": "登记查询及现场勘查", "surveyedOn": "2026-03-09" })
        })
        .collect();
    answers.push(json!({ "item": "ALTERATION", "finding": "NOT_INVESTIGATED", "content": "未委托测绘" }));
    let costs = json!([{ "kind": "DEED_TAX", "bearer": "BUYER", "amount": "12300000.00" },
        { "kind": "VALUE_ADDED_TAX", "bearer": "DEBTOR" },
        { "kind": "UTILITY_ARREARS", "bearer": "BUYER", "amount": "3260.00" }]);
    json!({ "lot": lot["id"], "answers": answers, "occupancy": "DEBTOR", "keysHeld": false, "loanPossible": false,
        "costs": costs })
}

async fn announce(stage: &mut Stage, court: &Court, case: &Value, lot: &Value) -> Result<()> {
    let officer = court.staff.officer;
    let notices: Vec<Value> = case["parties"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|party| {
            let interest = match (party["role"].as_str(), party["name"].as_str()) {
                (Some("APPLICANT"), _) => "APPLICANT",
                (Some("RESPONDENT"), _) => "DEBTOR",
                (Some("CO_OWNER"), _) => "PRIORITY_PURCHASER",
                (_, Some(name)) if name == SECOND_BANK.name => "SECURED_CREDITOR",
                _ => "OTHER_PRIORITY_HOLDER",
            };
            json!({ "party": party["id"], "interest": interest, "method": "ELECTRONIC", "notifiedOn": "2026-03-12" })
        })
        .collect();
    stage.go_to("2026-03-12", 9, 0).await?;
    stage
        .act(officer, "notifyInterestedParties", json!({ "lot": lot["id"], "notices": notices }), "lot { id }")
        .await?;
    stage.say("parties, mortgagees and the co-owner are told, four days before publication", "网拍规定 第16条");
    stage.go_to("2026-03-16", 9, 0).await?;
    let announcement =
        |starts: &str, ends: &str| json!({ "lot": lot["id"], "startsAt": starts, "endsAt": ends, "balanceDays": 15 });
    let early = announcement("2026-04-15T10:00:00.000+08:00", "2026-04-16T10:00:00.000+08:00");
    let why = stage.refused(officer, "publishAnnouncement", early, "LEAD_TIME_TOO_SHORT").await?;
    stage.say(&format!("thirty full days have to lie between: {why}"), "");
    let input = announcement("2026-04-16T10:00:00.000+08:00", "2026-04-17T10:00:00.000+08:00");
    stage.act(officer, "publishAnnouncement", input, "lot { status startsAt }").await?;
    stage.say("announced: bidding from 2026-04-16 10:00 to 2026-04-17 10:00", "网拍规定 第12条");
    Ok(())
}

/// Signs the bidders up, verifies them, takes their deposits. Answers their registrations.
async fn register(stage: &mut Stage, court: &Court, house: &House) -> Result<Vec<Value>> {
    stage.go_to("2026-04-10", 9, 0).await?;
    let mut registrations = Vec::new();
    for (who, person) in &BIDDERS {
        let input = json!({ "idempotencyKey": format!("sign-up-{who}"), "kind": "BIDDER", "loginName": who,
            "password": "correct horse battery 2026", "name": person.name, "identityKind": "CITIZEN",
            "identityNumber": person.identity, "mobile": "13800000000" });
        let document = "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id status } userErrors { code message } } }";
        let payload = stage.ask_publicly(document, json!({ "input": input })).await?["signUp"].clone();
        if payload["account"].is_null() {
            return Err(super::client::StoryError(format!("{who} cannot sign up: {payload:#}")));
        }
        stage.introduce(who, id_of(&payload["account"]["id"], AccountId::from_global)?);
        let input = json!({ "account": payload["account"]["id"], "accepted": true, "note": "身份证件与人像一致" });
        stage.act(court.staff.qualification, "verifyAccount", input, "account { status }").await?;
        let input = json!({ "lot": house.lot["id"] });
        let why = stage.refused(who, "registerForLot", input, "UNDERTAKING_MISSING").await?;
        if registrations.is_empty() {
            stage.say(&format!("bidders sign up and are verified; without the undertaking: {why}"), "");
        }
        let mut input = json!({ "lot": house.lot["id"], "undertaking": true });
        if *who == "bidder-co-owner" {
            input["priorityClaim"] = json!("按份共有人，份额三分之一");
        }
        let payload = stage.act(who, "registerForLot", input, "registration { id depositAccountNumber }").await?;
        registrations.push(payload["registration"].clone());
    }
    let co_owner = registrations.last().cloned().unwrap_or_default();
    let input =
        json!({ "registration": co_owner["id"], "rank": 1, "documentNumber": "（2026）湘01执88号优先购买权确认书" });
    stage.act(court.staff.officer, "confirmPriorityPurchaser", input, "registration { id }").await?;
    stage.say(
        "four registrations, each with a deposit account of its own; the co-owner's priority is confirmed",
        "网拍规定 第19条",
    );
    let payments: Vec<Payment<'_>> = BIDDERS
        .iter()
        .zip(&registrations)
        .zip(["D1", "D2", "D3", "D4"])
        .map(|(((_, person), registration), reference)| Payment {
            payer: person,
            to: registration["depositAccountNumber"].as_str().unwrap_or_default(),
            amount: DEPOSIT,
            reference,
            remittance: "竞买保证金",
        })
        .collect();
    stage.go_to("2026-04-13", 10, 0).await?;
    bank_scenes::pay_in(stage, court, court.deposit_account, &payments).await?;
    stage.say("four deposits of 50,000,000.00 arrive and are held; each bidder gets a code", "网拍规定 第17、18条");
    Ok(registrations)
}

async fn bid(stage: &mut Stage, house: &House) -> Result<()> {
    let lot = &house.lot["id"];
    stage.go_to("2026-04-16", 10, 0).await?;
    stage.say("bidding opens", "网拍规定 第20条");
    let below = json!({ "lot": lot, "amount": "409999999.99" });
    let why = stage.refused("bidder-han", "placeBid", below, "BID_BELOW_START").await?;
    stage.say(&format!("refused: {why}"), "");
    for (who, day, hour, minute, amount) in [
        ("bidder-han", "2026-04-16", 10, 1, "410000000.00"),
        ("bidder-yang", "2026-04-16", 11, 30, "412000000.00"),
        ("bidder-zhu", "2026-04-16", 16, 45, "413000000.00"),
        ("bidder-yang", "2026-04-17", 9, 57, HAMMER_PRICE),
        ("bidder-co-owner", "2026-04-17", 10, 1, HAMMER_PRICE),
    ] {
        stage.go_to(day, hour, minute).await?;
        let select =
            "receipt { attempt outcome bidderCode keyId signature } lot { effectiveEndAt extensionCount currentPrice }";
        let payload = stage.act(who, "placeBid", json!({ "lot": lot, "amount": amount }), select).await?;
        let (lot, receipt) = (&payload["lot"], &payload["receipt"]);
        let extended = match lot["extensionCount"].as_i64() {
            Some(n) if n > 0 => format!("; extension {n}, ends {}", text(&lot["effectiveEndAt"])),
            _ => String::new(),
        };
        let law = if who == "bidder-co-owner" { "网拍规定 第21条" } else { "网拍规定 第20条" };
        stage.say(
            &format!(
                "code {} bids {amount}: signed receipt no. {}{extended}",
                text(&receipt["bidderCode"]),
                receipt["attempt"]
            ),
            law,
        );
    }
    stage.go_to("2026-04-17", 10, 7).await?;
    let late = json!({ "lot": lot, "amount": "420000000.00" });
    let why = stage.refused("bidder-han", "placeBid", late, "BIDDING_ENDED").await?;
    stage.say(&format!("after the end: {why}"), "");
    Ok(())
}

async fn settle_deposits(stage: &mut Stage, court: &Court, house: &House) -> Result<()> {
    let document = "query ($n: String!) { lot(lotNumber: $n) { status currentPrice result { purchaserName hammerPrice balance } } }";
    let lot = stage.ask_publicly(document, json!({ "n": house.lot["lotNumber"] })).await?["lot"].clone();
    stage.say(
        &format!(
            "sold to {} for {}: at the same price the confirmed priority purchaser wins",
            text(&lot["result"]["purchaserName"]),
            text(&lot["result"]["hammerPrice"])
        ),
        "网拍规定 第21、22条",
    );
    stage.go_to("2026-04-17", 14, 0).await?;
    bank_scenes::pay(stage, court, "AUCTION_DEPOSITS").await?;
    stage.say(
        "three deposits of 50,000,000.00 go back to the paying accounts, within 24 hours of the end",
        "网拍规定 第23条",
    );
    Ok(())
}

async fn deliver(stage: &mut Stage, court: &Court, house: &House, registrations: &[Value]) -> Result<()> {
    stage.go_to("2026-04-27", 10, 0).await?;
    let registration = registrations.last().cloned().unwrap_or_default();
    let payment = Payment {
        payer: &BIDDERS[3].1,
        to: registration["depositAccountNumber"].as_str().unwrap_or_default(),
        amount: BALANCE,
        reference: "B1",
        remittance: "拍卖余款",
    };
    bank_scenes::pay_in(stage, court, court.deposit_account, &[payment]).await?;
    stage.say("the balance of 365,000,000.00 arrives: the price is paid in full", "网拍规定 第25条");
    stage.go_to("2026-04-29", 9, 0).await?;
    let again = json!({ "lot": house.lot["id"], "undertaking": true });
    stage.act(BIDDERS[3].0, "renewUndertaking", again, "lot { status }").await?;
    stage.say("the purchaser says again that no local purchase limit bars him", "房产竞买人规定 第3条");
    let input = json!({ "lot": house.lot["id"], "rulingNumber": "（2026）湘01执88号之二", "servedOn": "2026-04-29" });
    stage.act(court.staff.officer, "serveRuling", input, "lot { status }").await?;
    stage.say("the ruling is served: ownership passes, the price becomes case money", "网拍规定 第22条");
    bank_scenes::pay(stage, court, "AUCTION_DEPOSITS").await?;
    stage.say("the bank moves 415,000,000.00 from the auction account to the case account", "执行款物规定 第3条");
    let deferral = json!({ "case": house.case["id"], "reason": "DISTRIBUTION", "explanation": "多个债权人参与分配",
        "document": "延缓发放审批表 2026-04-30" });
    stage.go_to("2026-04-30", 9, 0).await?;
    let payload = stage.act(court.staff.officer, "deferDisbursement", deferral, "deferral { approval { id } }").await?;
    let approval = payload["deferral"]["approval"]["id"].clone();
    stage.approve(&approval, &[court.staff.chief]).await?;
    stage.say(
        "payout is deferred until the distribution is final, with the bureau chief's approval",
        "执行款物规定 第10条",
    );
    stage.go_to("2026-05-08", 10, 0).await?;
    let input =
        json!({ "lot": house.lot["id"], "deliveredOn": "2026-05-08", "documentNumber": "财产移交笔录 2026-05-08" });
    stage.act(court.staff.officer, "recordDelivery", input, "lot { status }").await?;
    stage.say("the house is handed over within fifteen days of the ruling", "拍变规定 第27条");
    Ok(())
}

async fn plan(stage: &mut Stage, court: &Court, house: &House) -> Result<Value> {
    let staff = court.staff;
    let input = json!({ "case": house.case["id"], "ordinaryRule": "PRO_RATA", "executionFeeOrder": "FIRST_MONEY",
        "taxReserves": [{ "lot": house.lot["id"], "amount": TAX_RESERVE, "document": "税费测算表" }] });
    let select = "plan { id pool lines { id basis amount party { id name } explanation { rule } } }";
    let plan = stage.act(staff.officer, "draftDistributionPlan", input, select).await?["plan"].clone();
    stage.say(&format!("distribution plan over {}:", text(&plan["pool"])), "民诉解释 第508条");
    for line in plan["lines"].as_array().map(Vec::as_slice).unwrap_or_default() {
        stage.say(
            &format!(
                "    {:<16} {:>16}  {}",
                text(&line["basis"]),
                text(&line["amount"]),
                line["party"]["name"].as_str().unwrap_or("")
            ),
            "",
        );
    }
    stage.go_to("2026-05-11", 9, 0).await?;
    let names = [APPLICANT, SECOND_BANK, DEBTOR].map(|p| p.name);
    let services: Vec<Value> = names
        .into_iter()
        .chain(ORDINARY.iter().map(|(p, _)| p.name))
        .map(|name| json!({ "party": party_id(&house.case, name), "servedOn": "2026-05-11", "document": "送达回证" }))
        .collect();
    stage
        .act(staff.officer, "servePlan", json!({ "plan": plan["id"], "services": services }), "plan { status }")
        .await?;
    let early = json!({ "plan": plan["id"] });
    let why = stage.refused(staff.chief, "finalisePlan", early.clone(), "OBJECTION_TERM_RUNNING").await?;
    stage.say(&format!("served on creditors and debtor; not final before its fifteen days: {why}"), "民诉解释 第509条");
    stage.go_to("2026-05-20", 15, 0).await?;
    let disputed = ORDINARY[2].0;
    let line = line_of(&plan, disputed.name);
    let input = json!({ "plan": plan["id"], "party": party_id(&house.case, ORDINARY[0].0.name), "lines": [line["id"]],
        "grounds": "对沈卯债权的真实性有异议" });
    let objection =
        stage.act(staff.officer, "objectToPlan", input, "objection { id status }").await?["objection"].clone();
    let input =
        json!({ "objection": objection["id"], "resolution": "SUED", "document": "（2026）湘01民初901号受理通知书" });
    stage.act(staff.officer, "resolveObjection", input, "objection { status }").await?;
    stage.say(
        "one creditor disputes 沈卯's share and sues: that share stays held, the rest goes on",
        "民诉解释 第510条",
    );
    stage.go_to("2026-06-15", 9, 0).await?;
    stage.act(staff.chief, "finalisePlan", early, "plan { status }").await?;
    stage.say("the term has run: the plan is final; fee, tax reserve and shares are booked", "民诉解释 第510条");
    Ok(plan)
}

async fn pay_creditors(stage: &mut Stage, court: &Court, house: &House, plan: &Value) -> Result<()> {
    let staff = court.staff;
    let case = json!({ "case": house.case["caseNumber"] });
    let deferral = "query ($case: String!) { case(caseNumber: $case) { deferrals { id } } }";
    let deferral = stage.ask(staff.officer, deferral, case).await?["case"]["deferrals"][0]["id"].clone();
    let input = json!({ "deferral": deferral, "document": "分配方案生效，延缓事由消失" });
    let ended = stage.act(staff.officer, "endDeferral", input, "deferral { dueOn }").await?["deferral"].clone();
    stage.say(
        &format!("the reason for the deferral has ended: to be paid within ten days, by {}", text(&ended["dueOn"])),
        "执行款物规定 第10条",
    );
    let payees = "query ($case: String!) { case(caseNumber: $case) { parties { name payee { id } } } }";
    let parties =
        stage.ask(staff.officer, payees, json!({ "case": house.case["caseNumber"] })).await?["case"]["parties"].clone();
    let parties = parties.as_array().cloned().unwrap_or_default();
    for person in [APPLICANT, SECOND_BANK, ORDINARY[0].0, ORDINARY[1].0] {
        let line = line_of(plan, person.name);
        let payee =
            parties.iter().find(|p| p["name"] == person.name).map(|p| p["payee"]["id"].clone()).unwrap_or_default();
        let input =
            json!({ "case": house.case["id"], "planLine": line["id"], "payee": payee, "amount": line["amount"] });
        let order = stage.act(staff.officer, "draftDisbursementOrder", input, "order { id }").await?["order"].clone();
        let select = "order { approval { id } }";
        let payload =
            stage.act(staff.officer, "submitDisbursementOrder", json!({ "order": order["id"] }), select).await?;
        let approval = payload["order"]["approval"]["id"].clone();
        stage.approve(&approval, &[staff.administrator, staff.chief, staff.president, staff.finance]).await?;
        stage.act(staff.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await?;
    }
    stage.say("four orders, each with four approvals above 100,000.00, released by the cashier", "执行款物规定 第12条");
    bank_scenes::pay(stage, court, "CASE_FUNDS").await?;
    let left = "query ($case: String!) { case(caseNumber: $case) { account { balance } } }";
    let left = stage.ask(staff.officer, left, json!({ "case": house.case["caseNumber"] })).await?["case"]["account"]["balance"].clone();
    stage.say(
        &format!("paid; {} stay on the case account: the disputed share, and nothing else", text(&left)),
        "民诉解释 第510条",
    );
    Ok(())
}

fn line_of(plan: &Value, name: &str) -> Value {
    let lines = plan["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.iter().find(|line| line["party"]["name"] == name).cloned().unwrap_or_default()
}

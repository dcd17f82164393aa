//! The cases of the year and their money. A case's serial decides what becomes of its three receipts.

use super::{super::site::Answer, After, Task as Next, desk::Desk, later, sale};
use crate::{
    bank::iso20022::{
        AccountHolder,
        camt054::{Credit, Returned},
    },
    kernel::money::Money,
    ledger::Book,
};
use chrono::Datelike;
use serde_json::{Value, json};
use std::sync::Arc;

const BANK: &str = "102100099996";
const BANK_NAME: &str = "中国工商银行总行";
const DEBTOR: &str = "某某建筑有限公司";
/// Days between the opening and each receipt.
const ARRIVALS: [u64; 3] = [1, 12, 25];
/// Days after its arrival on which money that somebody forgot is paid: its terms have run out.
const FORGOTTEN: u64 = 40;
const DEFERRED: u64 = 35;

/// A case with what its later steps name.
#[derive(Debug)]
pub struct Case {
    pub serial: usize,
    /// A lot of it is sold: its price is paid out while other money of the case would be deferred or forgotten.
    sells: bool,
    pub id: Value,
    pub parties: Value,
    claim: Value,
    account: String,
}

#[derive(Clone, Debug)]
pub enum Task {
    /// The debtor pays his `part`-th instalment.
    PayIn(Arc<Case>, usize),
    /// The officer finds out whose money the bank could not place.
    Claim(Arc<Case>, usize),
    Pay(Arc<Case>, Money, Fate),
    Defer(Arc<Case>, Money),
    EndDeferral(Arc<Case>, Money, Value),
    /// The payee's bank sends the payment of `attempt` back.
    ComeBack {
        case: Arc<Case>,
        amount: Money,
        payable: Value,
        end_to_end_id: String,
    },
    Correct {
        case: Arc<Case>,
        payable: Value,
    },
}

/// What the payee's bank does with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    ComesBack,
}

fn person(serial: usize) -> String {
    format!("工友{serial}")
}
/// A passbook's number: cards would need their check digit.
fn passbook(prefix: &str, serial: usize) -> Value {
    json!({ "accountHolder": person(serial), "accountNumber": format!("{prefix}{serial:07}"), "bankCode": BANK,
        "bankName": BANK_NAME })
}
/// From 500.00 to 5,499.99, other for each receipt and the same in every run.
fn instalment(serial: usize, part: usize) -> Money {
    let spread = serial.wrapping_mul(3).wrapping_add(part).wrapping_mul(7_919) % 500_000;
    Money::from_fen(i64::try_from(spread).unwrap_or_default().saturating_add(50_000))
}
fn reference(case: &Case, part: usize) -> String {
    format!("Y{}-{part}", case.serial)
}
/// Every ninth case has an instalment that names nobody.
fn is_stray(case: &Case, part: usize) -> bool {
    case.serial % 9 == 4 && part == 1
}

/// Opens a case and confirms the account of its applicant.
pub async fn open(desk: &Desk, serial: usize, sells: bool) -> Answer<After> {
    let today = desk.site.clock.now().legal_date();
    let input = json!({
        "caseNumber": format!("（{}）湘0102执{}号", today.year(), serial + 1), "filedOn": today,
        "basisNumber": format!("（{}）湘0102民初{}号", today.year() - 1, serial + 1),
        "parties": [
            { "role": "APPLICANT", "kind": "PERSON", "name": person(serial) },
            { "role": "RESPONDENT", "kind": "ENTERPRISE", "name": DEBTOR, "identityNumber": "91350100M000100Y43" },
        ],
        "claims": [{ "creditor": 0, "claim": { "cause": "劳务合同纠纷", "principal": "2000000.00" } }],
    });
    let select = "case { id parties { id } claims { id } account { accountNumber } }";
    let opened = desk.act(&desk.officer, "openCase", input, select).await?["case"].clone();
    let input = json!({ "party": opened["parties"][0]["id"], "account": passbook("43010299", serial), "document": "收款账户确认书" });
    desk.act(&desk.officer, "confirmPayee", input, "payee { id }").await?;
    let case = Arc::new(Case {
        serial,
        sells,
        id: opened["id"].clone(),
        parties: opened["parties"].clone(),
        claim: opened["claims"][0]["id"].clone(),
        account: opened["account"]["accountNumber"].as_str().ok_or("a case without account number")?.to_owned(),
    });
    let mut after = After::default();
    for (part, days) in ARRIVALS.into_iter().enumerate() {
        after = after.then(later(today, days), Next::Funds(Task::PayIn(case.clone(), part)));
    }
    let sale = Next::Sale(sale::Task::Prepare(case));
    Ok(if sells { after.then(later(today, 1), sale) } else { after })
}

pub async fn perform(desk: &Desk, task: Task) -> Answer<After> {
    let today = desk.site.clock.now().legal_date();
    match task {
        Task::PayIn(case, part) => Ok(pay_in(desk, &case, part)),
        Task::Claim(case, part) => {
            claim(desk, &case, part).await?;
            let pay = Task::Pay(case.clone(), instalment(case.serial, part), Fate::Arrives);
            Ok(After::default().then(later(today, 1), Next::Funds(pay)))
        }
        Task::Pay(case, amount, fate) => pay(desk, case, amount, fate).await,
        Task::Defer(case, amount) => {
            let deferral = defer(desk, &case).await?;
            let end = Task::EndDeferral(case, amount, deferral);
            Ok(After::default().then(later(today, DEFERRED), Next::Funds(end)))
        }
        Task::EndDeferral(case, amount, deferral) => {
            let input = json!({ "deferral": deferral, "document": "已联系上" });
            desk.act(&desk.officer, "endDeferral", input, "deferral { dueOn }").await?;
            Ok(After::default().then(later(today, 1), Next::Funds(Task::Pay(case, amount, Fate::Arrives))))
        }
        Task::ComeBack { case, amount, payable, end_to_end_id } => {
            let credit = come_back(desk, &case, amount, end_to_end_id);
            let correct = Next::Funds(Task::Correct { case, payable });
            Ok(After::default().credit(Book::CaseFunds, credit).then(later(today, 1), correct))
        }
        Task::Correct { case, payable } => correct(desk, &case, payable).await,
    }
}

/// The money comes today; what is done with it afterwards depends on case and part.
fn pay_in(desk: &Desk, case: &Arc<Case>, part: usize) -> After {
    let (today, amount) = (desk.site.clock.now().legal_date(), instalment(case.serial, part));
    let to = if is_stray(case, part) { desk.account(Book::CaseFunds) } else { &case.account };
    let credit = Credit {
        reference: reference(case, part),
        amount,
        credited_account: to.to_owned(),
        payer: AccountHolder {
            name: DEBTOR.to_owned(),
            account: "4301020999000000099".to_owned(),
            bank_code: BANK.to_owned(),
        },
        remittance: "执行款".to_owned(),
        returned: None,
    };
    let of = case.clone();
    let (days, next) = match (case.serial, part) {
        _ if is_stray(case, part) => (1, Task::Claim(of, part)),
        (serial, 0) if serial % 20 == 7 => (1, Task::Pay(of, amount, Fate::ComesBack)),
        (serial, 2) if serial % 25 == 6 && !case.sells => (1, Task::Defer(of, amount)),
        (serial, 2) if serial % 30 == 11 && !case.sells => (FORGOTTEN, Task::Pay(of, amount, Fate::Arrives)),
        _ => (1, Task::Pay(of, amount, Fate::Arrives)),
    };
    After::default().credit(Book::CaseFunds, credit).then(later(today, days), Next::Funds(next))
}

async fn claim(desk: &Desk, case: &Case, part: usize) -> Answer<()> {
    let document =
        "query { receipts(first: 100, filter: { status: UNIDENTIFIED }) { nodes { id bankReference amount } } }";
    let seen = desk.ask(&desk.officer, document, json!({})).await?;
    let (strays, wanted) = (seen["receipts"]["nodes"].as_array(), reference(case, part));
    let stray = strays.and_then(|list| list.iter().find(|receipt| receipt["bankReference"] == wanted.as_str()));
    let stray = stray.ok_or_else(|| format!("{wanted} is not among the unidentified"))?;
    let input = json!({ "receipt": stray["id"], "grounds": "银行回单",
        "allocations": [{ "case": case.id, "amount": stray["amount"] }] });
    let claim = desk.act(&desk.officer, "claimReceipt", input, "claim { approval { id digest nextRole } }").await?;
    desk.agree(&claim["claim"]["approval"]).await
}

/// The applicant's account as it is confirmed today.
async fn payee(desk: &Desk, case: &Case) -> Answer<Value> {
    let document = "query ($id: ID!) { node(id: $id) { ... on Case { parties { payee { id } } } } }";
    let seen = desk.ask(&desk.officer, document, json!({ "id": case.id })).await?;
    Ok(seen["node"]["parties"][0]["payee"]["id"].clone())
}

async fn pay(desk: &Desk, case: Arc<Case>, amount: Money, fate: Fate) -> Answer<After> {
    let draft = json!({ "case": case.id, "claim": case.claim, "payee": payee(desk, &case).await?, "amount": amount });
    let order = desk.act(&desk.officer, "draftDisbursementOrder", draft, "order { id }").await?["order"]["id"].clone();
    let select = "order { approval { id digest nextRole } }";
    let submitted = desk.act(&desk.officer, "submitDisbursementOrder", json!({ "order": order }), select).await?;
    desk.agree(&submitted["order"]["approval"]).await?;
    let select = "order { payable { id } attempts { endToEndId } }";
    let paid = desk.act(&desk.cashier, "payOut", json!({ "order": order }), select).await?["order"].clone();
    if fate == Fate::Arrives {
        return Ok(After::default());
    }
    let id = paid["attempts"][0]["endToEndId"].as_str().ok_or("payOut answered no attempt")?.to_owned();
    let back = Task::ComeBack { case, amount, payable: paid["payable"]["id"].clone(), end_to_end_id: id };
    Ok(After::default().then(later(desk.site.clock.now().legal_date(), 3), Next::Funds(back)))
}

async fn defer(desk: &Desk, case: &Case) -> Answer<Value> {
    let input = json!({ "case": case.id, "reason": "NOT_COLLECTED", "explanation": "两次通知未领取", "document": "延缓发放审批表" });
    let select = "deferral { id approval { id digest nextRole } }";
    let deferral = desk.act(&desk.officer, "deferDisbursement", input, select).await?["deferral"].clone();
    desk.agree(&deferral["approval"]).await?;
    Ok(deferral["id"].clone())
}

/// The credit by which a payment comes back (退汇).
fn come_back(desk: &Desk, case: &Case, amount: Money, end_to_end_id: String) -> Credit {
    Credit {
        reference: format!("X{}", case.serial),
        amount,
        credited_account: desk.account(Book::CaseFunds).to_owned(),
        payer: AccountHolder {
            name: person(case.serial),
            account: format!("43010299{:07}", case.serial),
            bank_code: BANK.to_owned(),
        },
        remittance: "退汇".to_owned(),
        returned: Some(Returned { end_to_end_id, reason: "AC04".to_owned() }),
    }
}

/// The payee names another account, two people agree, and the cashier pays again.
async fn correct(desk: &Desk, case: &Case, payable: Value) -> Answer<After> {
    let input = json!({ "payee": payee(desk, case).await?, "account": passbook("43010277", case.serial), "document": "确认书2号",
        "reason": "原账户已销户" });
    let select = "correction { approval { id digest nextRole } }";
    let proposed = desk.act(&desk.officer, "correctPayee", input, select).await?;
    desk.agree(&proposed["correction"]["approval"]).await?;
    desk.act(&desk.cashier, "retryPayout", json!({ "payable": payable }), "attempt { id }").await?;
    Ok(After::default())
}

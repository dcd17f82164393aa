//! The people and accounts of the story. All of them are invented; numbers only pass their check digits.

use super::{
    client::Result,
    stage::{Stage, Who},
};
use crate::{access::Role, kernel::ids::CourtId};
use serde_json::{Value, json};

/// A court with the numbers of its bank accounts.
#[derive(Clone, Copy, Debug)]
pub struct Court {
    pub id: CourtId,
    pub case_account: &'static str,
    pub deposit_account: &'static str,
    pub staff: Staff,
}
/// Who sits in which post of a court.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    pub officer: Who,
    pub administrator: Who,
    pub chief: Who,
    pub president: Who,
    pub finance: Who,
    pub cashier: Who,
    pub qualification: Who,
}

/// Somebody outside of the court: name, citizen id or credit code, bank account.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub name: &'static str,
    pub identity: &'static str,
    pub account: &'static str,
}

pub const BANK_CODE: &str = "102100099996";
pub const BANK_NAME: &str = "中国工商银行总行";

pub const FURONG: (&str, &str, &str, &str) =
    ("湘0102", "长沙市芙蓉区人民法院", "4301020000000000101", "4301020000000000202");
pub const CHANGSHA: (&str, &str, &str, &str) =
    ("湘01", "湖南省长沙市中级人民法院", "4301000000000000103", "4301000000000000204");

const FURONG_STAFF: Staff = Staff {
    officer: "furong-officer",
    administrator: "furong-fund-administrator",
    chief: "furong-bureau-chief",
    president: "furong-vice-president",
    finance: "furong-finance",
    cashier: "furong-cashier",
    qualification: "furong-qualification",
};
const CHANGSHA_STAFF: Staff = Staff {
    officer: "changsha-officer",
    administrator: "changsha-fund-administrator",
    chief: "changsha-bureau-chief",
    president: "changsha-vice-president",
    finance: "changsha-finance",
    cashier: "changsha-cashier",
    qualification: "changsha-qualification",
};

/// Sets up both courts with their accounts and staff, as an installation is set up before its first day.
pub async fn install(stage: &mut Stage) -> Result<(Court, Court)> {
    stage.enrol("administrator", "系统管理员", &[Role::Administrator], None).await?;
    stage.enrol("inspector", "省高院督察", &[Role::Inspector], None).await?;
    let furong = court(stage, FURONG, FURONG_STAFF).await?;
    let changsha = court(stage, CHANGSHA, CHANGSHA_STAFF).await?;
    Ok((furong, changsha))
}

async fn court(
    stage: &mut Stage,
    (code, name, case_account, deposit_account): (&str, &str, &'static str, &'static str),
    staff: Staff,
) -> Result<Court> {
    let fee_account = format!("{}9", deposit_account.get(..18).unwrap_or_default());
    let account = |book: &str, number: &str| json!({ "book": book, "accountName": name, "accountNumber": number, "bankCode": BANK_CODE, "bankName": BANK_NAME });
    let accounts = [
        account("CASE_FUNDS", case_account),
        account("AUCTION_DEPOSITS", deposit_account),
        account("LITIGATION_FEES", &fee_account),
    ];
    let input = json!({ "code": code, "name": name, "region": "长沙", "hotline": "0731-12368", "accounts": accounts });
    let payload = stage.act("administrator", "registerCourt", input, "court { id }").await?;
    let id = id_of(&payload["court"]["id"], CourtId::from_global)?;
    let posts: [(Who, &str, &[Role]); 7] = [
        (staff.officer, "承办法官", &[Role::Officer]),
        (staff.administrator, "案款管理员", &[Role::FundAdministrator]),
        (staff.chief, "执行局局长", &[Role::BureauChief]),
        (staff.president, "主管副院长", &[Role::VicePresident]),
        (staff.finance, "财务审核", &[Role::FinanceReviewer]),
        (staff.cashier, "出纳", &[Role::Cashier]),
        (staff.qualification, "资格审核员", &[Role::QualificationClerk]),
    ];
    for (who, name, roles) in posts {
        stage.enrol(who, name, roles, Some(id)).await?;
    }
    Ok(Court { id, case_account, deposit_account, staff })
}

/// An id of an answer in its own type.
pub fn id_of<T>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    value
        .as_str()
        .and_then(parse)
        .ok_or_else(|| super::client::StoryError(format!("{value} is not the id that was asked for")))
}

/// `account` as a payee confirms it in writing.
pub fn payee_account(person: &Person) -> Value {
    json!({ "accountHolder": person.name, "accountNumber": person.account, "bankCode": BANK_CODE, "bankName": BANK_NAME })
}

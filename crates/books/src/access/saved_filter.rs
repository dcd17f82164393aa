//! Filters of lists that somebody keeps under a name of his own (常用筛选). They say how a list is asked for, never what it
//! may show: that is decided anew each time.

use super::{
    operation::{Op, UseCase},
    policy::Act,
};
use crate::{
    kernel::{
        boxed,
        clock::Timestamp,
        db::sql,
        error::{Failure, Problem},
        ids::AccountId,
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ConnectionTrait, QueryOrder, entity::prelude::*};
use serde::Serialize;

/// Filters of one account.
const MOST: usize = 50;
const LONGEST_NAME: usize = 60;
const LONGEST_FILTER: usize = 2000;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_filter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub list: String,
    pub filter: String,
    pub saved_at: Timestamp,
}
impl ActiveModelBehavior for ActiveModel {}

/// An account's filters by name.
pub async fn of_account(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Model>, Problem> {
    let own = Entity::find().filter(Column::AccountId.eq(account));
    Ok(own.order_by_asc(Column::Name).list(conn).await?)
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).field(field).law(&reference::TEXT_FORM)
}

/// The trimmed name.
///
/// # Errors
/// `TEXT_INVALID` unless it has 1 to 60 characters and no control characters.
fn checked_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(refuse(RefusalCode::TextInvalid, "name").arg("maximum", LONGEST_NAME)) }
}

/// # Errors
/// `TEXT_INVALID` unless it is a JSON object of at most 2,000 characters.
fn check_filter(filter: &str) -> Result<(), Refusal> {
    let short = filter.chars().count() <= LONGEST_FILTER;
    let object = short && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(filter).is_ok();
    if object { Ok(()) } else { Err(refuse(RefusalCode::TextInvalid, "filter").arg("maximum", LONGEST_FILTER)) }
}

/// Keeps a filter of a list under a name; the same name again replaces it (保存常用筛选).
#[derive(InputObject, Serialize)]
pub struct SaveFilterInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Your name for it, 1 to 60 characters (名称).
    pub name: String,
    /// Root field of the list, e.g. `dueTerms` (列表).
    pub list: String,
    /// The list's `filter` argument as a JSON object, at most 2,000 characters (筛选条件).
    pub filter: String,
}
impl UseCase for SaveFilterInput {
    type Done = AccountId;
    const ACT: Act = Act::SaveFilter;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AccountId, Failure> {
        let account = op.account()?;
        let name = checked_name(&self.name)?;
        check_filter(&self.filter)?;
        let field = format!("Query.{}", self.list);
        if !Act::ALL.iter().any(|act| act.field() == field) {
            return Err(refuse(RefusalCode::TextInvalid, "list").into());
        }
        let own = of_account(op.tx, account).await?;
        if own.len() >= MOST && own.iter().all(|saved| saved.name != name) {
            return Err(refuse(RefusalCode::ListInvalid, "name").arg("maximum", MOST).into());
        }
        let text = "INSERT INTO saved_filter (account_id, name, list, filter, saved_at) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (account_id, name)
                    DO UPDATE SET list = excluded.list, filter = excluded.filter, saved_at = excluded.saved_at";
        let values =
            [account.into(), name.into(), self.list.as_str().into(), self.filter.as_str().into(), op.now.into()];
        op.tx.execute_raw(sql(op.tx, text, values)).await?;
        tell(op, account, serde_json::json!({ "list": self.list })).await?;
        Ok(account)
    }
}

/// Forgets a filter (删除常用筛选).
#[derive(InputObject, Serialize)]
pub struct RemoveFilterInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The name under which it is kept (名称).
    pub name: String,
}
impl UseCase for RemoveFilterInput {
    type Done = AccountId;
    const ACT: Act = Act::RemoveFilter;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AccountId, Failure> {
        let account = op.account()?;
        let text = "DELETE FROM saved_filter WHERE account_id = $1 AND name = $2";
        let values = [account.into(), self.name.trim().into()];
        if op.tx.execute_raw(sql(op.tx, text, values)).await?.rows_affected() == 0 {
            return Err(Failure::not_found("name"));
        }
        tell(op, account, serde_json::json!({ "removed": true })).await?;
        Ok(account)
    }
}

/// The name is the person's own and stays out of the audit trail.
#[boxed]
async fn tell(op: &mut Op<'_>, account: AccountId, facts: serde_json::Value) -> Result<(), Failure> {
    op.audit(account, None, None, facts).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_filter_have_their_form() {
        assert_eq!(checked_name("  本周到期 "), Ok("本周到期"));
        assert!(checked_name(&"名".repeat(60)).is_ok());
        for bad in ["", "  ", "a\nb", &"名".repeat(61)] {
            assert!(checked_name(bad).is_err(), "{bad}");
        }
        assert!(check_filter("{}").is_ok() && check_filter(r#"{"lamp":"RED"}"#).is_ok());
        for bad in ["", "[]", "null", "{", "\"x\""] {
            assert!(check_filter(bad).is_err(), "{bad}");
        }
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(2000));
        assert!(check_filter(&long).is_err());
    }
}

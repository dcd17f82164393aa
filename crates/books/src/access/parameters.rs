//! The rule parameters that hold in a court now. The room `admin` writes them; every room may ask here.
//!
//! What begins under a value keeps it: lots, terms and approvals store what they read, so a later change does not reach
//! back.

use crate::{
    kernel::{db::sql, error::Problem, ids::CourtId},
    law::{
        parameter::{ParameterSet, WARNING_WORKING_DAYS},
        term,
    },
};
use sea_orm::ConnectionTrait;

/// Every value that two people have put in force in `court`; the defaults stand for the rest.
///
/// # Errors
/// A stored value that this version of the program does not take: guessing another one would be worse.
pub async fn of_court(conn: &impl ConnectionTrait, court: CourtId) -> Result<ParameterSet, Problem> {
    let text = "SELECT name, value FROM court_parameter WHERE court_id = $1 AND status = 'ACTIVE'";
    let mut set = ParameterSet::default();
    for row in conn.query_all_raw(sql(conn, text, [court.into()])).await? {
        let (name, value): (String, String) = (row.try_get("", "name")?, row.try_get("", "value")?);
        let refused = |_| Problem::internal(format!("{name} = {value} is no rule parameter of this version"));
        set.set(&name, &value).map_err(refused)?;
    }
    Ok(set)
}

/// Working days left at which a lamp of the court turns yellow.
pub async fn warning_days(conn: &impl ConnectionTrait, court: CourtId) -> Result<u32, Problem> {
    Ok(warning_days_in(&of_court(conn, court).await?))
}
/// [`warning_days`] where the parameters of the court are at hand.
pub fn warning_days_in(set: &ParameterSet) -> u32 {
    u32::try_from(set.integer(&WARNING_WORKING_DAYS)).unwrap_or(term::WARNING_WORKING_DAYS)
}

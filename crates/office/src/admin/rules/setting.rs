//! Which value may be proposed for a parameter of a court.

use crate::{
    kernel::refusal::{Refusal, RefusalCode},
    law::{
        parameter::{self, Parameter, ParameterSet, ParameterValue},
        reference,
    },
};

/// Checks a proposed value against the parameter and what holds in the court now.
///
/// # Errors
/// `PARAMETER_INVALID` for an unknown name or a value out of bounds; `PARAMETER_UNCHANGED`.
pub fn decide_value(
    name: &str,
    value: &str,
    in_force: &ParameterSet,
) -> Result<(&'static Parameter, ParameterValue), Refusal> {
    let value = parameter::parse(name, value)?;
    let unknown = || Refusal::new(RefusalCode::ParameterInvalid).law(&reference::PARAMETER_FORM).field("name");
    let parameter = parameter::find(name).ok_or_else(unknown)?;
    if in_force.value(parameter) == value {
        return Err(Refusal::new(RefusalCode::ParameterUnchanged)
            .law(parameter.law)
            .field("value")
            .arg("parameter", name)
            .arg("value", value));
    }
    Ok((parameter, value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_within_the_bounds_is_proposed() {
        let mut set = ParameterSet::default();
        set.set("payout_working_days", "10").unwrap();
        for (name, value, expected) in [
            ("payout_working_days", "15", None),
            ("payout_working_days", "10", Some((RefusalCode::ParameterUnchanged, "value"))),
            ("payout_working_days", "16", Some((RefusalCode::ParameterInvalid, "value"))),
            ("warning_working_days", "3", Some((RefusalCode::ParameterUnchanged, "value"))),
            ("warning_working_days", "0", None),
            ("no_such", "1", Some((RefusalCode::ParameterInvalid, "name"))),
        ] {
            let refused = decide_value(name, value, &set).err().map(|r| (r.code, r.field.unwrap()));
            assert_eq!(refused, expected, "{name} = {value}");
        }
    }
}

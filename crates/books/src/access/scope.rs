//! How much of the data an act reaches: a condition of the finder.

use crate::kernel::ids::{AccountId, CourtId};
use sea_orm::{ColumnTrait, Condition, prelude::Uuid};

/// Stands in place of a court in an approval that concerns all of them: whoever holds his post in every court votes.
pub const EVERY_COURT: CourtId = CourtId::from_uuid(Uuid::nil());

/// What an act may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Everything,
    Some { courts: Vec<CourtId>, own: Option<AccountId> },
}
impl Scope {
    pub fn allows_court(&self, court: CourtId) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Some { courts, .. } => courts.contains(&court),
        }
    }
    /// The court that it is about, when there is only one.
    pub fn only_court(&self) -> Option<CourtId> {
        match self {
            Scope::Some { courts, .. } => <[CourtId; 1]>::try_from(courts.as_slice())
                .ok()
                .map(|[court]| court)
                .filter(|court| *court != EVERY_COURT),
            Scope::Everything => None,
        }
    }
    /// The account whose own things are reachable.
    pub fn own(&self) -> Option<AccountId> {
        match self {
            Scope::Everything => None,
            Scope::Some { own, .. } => *own,
        }
    }
    /// The condition that a finder puts on its court column.
    pub fn on_court(&self, column: impl ColumnTrait) -> Condition {
        match self {
            Scope::Everything => Condition::all(),
            Scope::Some { courts, .. } => Condition::all().add(column.is_in(courts.iter().map(|c| c.uuid()))),
        }
    }
}

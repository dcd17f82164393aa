//! A value of a table.

use crate::kernel::{clock::LegalDate, money::Money};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Money(Money),
    Date(LegalDate),
    Number(i64),
}

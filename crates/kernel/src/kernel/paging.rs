//! Keyset pages over UUIDv7 ids (Relay connections), newest first. No OFFSET: the cost of a page does not grow.

use super::error::Problem;
use crate::kernel::query::Fetch;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value};
use uuid::Uuid;

pub const MAX_PAGE: i32 = 100;
pub const DEFAULT_PAGE: i32 = 20;

/// What a client asked for, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub size: u64,
    /// `last`/`before`: read from the other end.
    pub backward: bool,
    pub after: Option<Uuid>,
    pub before: Option<Uuid>,
}

/// One page of rows in list order, and whether there are more on each side.
#[derive(Debug)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}
impl<T> Paged<T> {
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Paged<U> {
        Paged {
            items: self.items.into_iter().map(f).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}

impl Page {
    /// `first` or `last`, not both, 1 to 100 (20 when neither is given).
    pub fn try_new(
        first: Option<i32>,
        after: Option<Uuid>,
        last: Option<i32>,
        before: Option<Uuid>,
    ) -> Result<Page, Problem> {
        let (size, backward) = match (first, last) {
            (Some(_), Some(_)) => return Err(Problem::BadInput("give first or last, not both".into())),
            (Some(n), None) => (n, false),
            (None, Some(n)) => (n, true),
            (None, None) => (DEFAULT_PAGE, false),
        };
        if !(1..=MAX_PAGE).contains(&size) {
            return Err(Problem::BadInput(format!("a page holds 1 to {MAX_PAGE} items")));
        }
        Ok(Page { size: u64::try_from(size).unwrap_or(1), backward, after, before })
    }

    /// Reads the page of `select`, newest first by `id`. Filters must be on the select already.
    pub async fn fetch<E, C>(self, conn: &C, select: Select<E>, id: E::Column) -> Result<Paged<E::Model>, Problem>
    where
        E: EntityTrait,
        E::Model: Send + Sync,
        C: ConnectionTrait,
    {
        let mut select = select;
        if let Some(after) = self.after {
            select = select.filter(id.lt(Value::from(after)));
        }
        if let Some(before) = self.before {
            select = select.filter(id.gt(Value::from(before)));
        }
        select = if self.backward { select.order_by_asc(id) } else { select.order_by_desc(id) };
        let rows = select.limit(self.size + 1).list(conn).await?;
        Ok(self.cut(rows))
    }

    /// Cuts `size + 1` rows, read in the page's own direction, down to the page in list order.
    pub fn cut<T>(self, mut rows: Vec<T>) -> Paged<T> {
        let more = rows.len() as u64 > self.size;
        rows.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        if self.backward {
            rows.reverse();
            Paged { items: rows, has_previous: more, has_next: self.before.is_some() }
        } else {
            Paged { items: rows, has_previous: self.after.is_some(), has_next: more }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn page_size_has_two_edges() {
        for (first, good) in [(0, false), (1, true), (100, true), (101, false), (-1, false), (i32::MAX, false)] {
            assert_eq!(Page::try_new(Some(first), None, None, None).is_ok(), good, "{first}");
        }
        assert!(Page::try_new(Some(1), None, Some(1), None).is_err());
        assert_eq!(Page::try_new(None, None, None, None).unwrap().size, 20);
    }

    #[test]
    fn a_backward_page_is_turned_into_list_order() {
        let page = Page::try_new(None, None, Some(2), None).unwrap();
        let paged = page.cut(vec![1, 2, 3]);
        assert_eq!((paged.items, paged.has_previous, paged.has_next), (vec![2, 1], true, false));
    }
}

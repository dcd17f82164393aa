//! Relay connections over keyset pages.
//!
//! ```ignore
//! connection! { /// Cases, newest first (案件列表). CaseConnection, CaseEdge of Case }
//! // resolver: let page = connection::page(NodeKind::Case, first, after, last, before)?;
//! //           Ok(store::cases(reader, &scope, page).await?.map(Case::from).into())
//! // and on the field: #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
//! ```
//! The node type says by [`Listed`] which id its rows are listed by.

use crate::kernel::{
    error::Problem,
    ids::{NodeKind, NodeRef},
    paging::{DEFAULT_PAGE, MAX_PAGE, Page},
};
use async_graphql::SimpleObject;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// First byte of every cursor: a later form of cursors takes another.
const CURSOR_VERSION: u8 = 1;

/// A type that lists hold.
pub trait Listed {
    /// The row that the list is ordered by.
    fn listed_by(&self) -> NodeRef;
}

/// The place of a row in its list. Clients must not read anything into it.
pub fn cursor(row: NodeRef) -> String {
    let mut bytes = [0; 18];
    bytes[0] = CURSOR_VERSION;
    bytes[1] = row.kind.tag();
    bytes[2..].copy_from_slice(row.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
/// # Errors
/// `BadInput` for what is no cursor, or one of another list.
fn place(kind: NodeKind, argument: &str, text: Option<String>) -> Result<Option<Uuid>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    match bytes.split_at_checked(2) {
        Some(([CURSOR_VERSION, tag], id)) if *tag == kind.tag() => Uuid::from_slice(id).ok(),
        _ => None,
    }
    .map(Some)
    .ok_or_else(|| Problem::BadInput(format!("`{argument}` is not a cursor of this list")))
}

/// Checks the four arguments of a list of `kind`: `first` or `last`, 1 to 100, and cursors of this very list.
///
/// # Errors
/// `BadInput`.
pub fn page(
    kind: NodeKind,
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> Result<Page, Problem> {
    Page::try_new(first, place(kind, "after", after)?, last, place(kind, "before", before)?)
}

/// Complexity of a list: its page times what one item costs. Wrong sizes cost like the largest page; they are refused.
pub fn cost(first: Option<i32>, last: Option<i32>, child: usize) -> usize {
    let size = first.or(last).unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
    usize::try_from(size).unwrap_or(1).saturating_mul(child).saturating_add(1)
}

/// Where a page lies in its list (分页信息).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct PageInfo {
    /// There are items before this page (有上一页).
    pub has_previous_page: bool,
    /// There are items after this page (有下一页).
    pub has_next_page: bool,
    /// Cursor of the first item of this page, for `before` (起始游标).
    pub start_cursor: Option<String>,
    /// Cursor of the last item of this page, for `after` (结束游标).
    pub end_cursor: Option<String>,
}

/// Declares connection and edge types of a node type.
#[macro_export]
macro_rules! connection {
    ($($(#[$meta:meta])+ $connection:ident, $edge:ident of $node:ty);+ $(;)?) => {$(
        pub struct $connection($crate::kernel::paging::Paged<$node>);
        impl From<$crate::kernel::paging::Paged<$node>> for $connection {
            fn from(page: $crate::kernel::paging::Paged<$node>) -> $connection { $connection(page) }
        }
        $(#[$meta])+
        #[async_graphql::Object]
        impl $connection {
            /// The items of this page with their cursors (条目及游标).
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.0.items.iter().map($edge).collect()
            }
            /// The items of this page (条目).
            async fn nodes(&self) -> Vec<&$node> {
                self.0.items.iter().collect()
            }
            /// Where this page lies in the list (分页信息).
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                $crate::graphql::connection::page_info(&self.0)
            }
        }
        pub struct $edge<'p>(&'p $node);
        /// An item of a list with its place there (列表条目).
        #[async_graphql::Object]
        impl $edge<'_> {
            /// Place of the item in the list, for `after` and `before`; opaque (游标).
            async fn cursor(&self) -> String {
                $crate::graphql::connection::cursor($crate::graphql::connection::Listed::listed_by(self.0))
            }
            /// The item (条目).
            async fn node(&self) -> &$node {
                self.0
            }
        }
    )+};
}

/// For [`connection!`].
pub fn page_info<T: Listed>(page: &crate::kernel::paging::Paged<T>) -> PageInfo {
    PageInfo {
        has_previous_page: page.has_previous,
        has_next_page: page.has_next,
        start_cursor: page.items.first().map(|item| cursor(item.listed_by())),
        end_cursor: page.items.last().map(|item| cursor(item.listed_by())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::{clock::Timestamp, ids::LotId, paging::Paged};
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    #[derive(SimpleObject)]
    struct Thing {
        lot: LotId,
    }
    impl Listed for Thing {
        fn listed_by(&self) -> NodeRef {
            self.lot.node()
        }
    }
    connection! {
        /// Things.
        ThingConnection, ThingEdge of Thing
    }
    fn lot() -> LotId {
        LotId::new(Timestamp::from_micros(1_772_000_000_000_000))
    }

    #[test]
    fn a_cursor_belongs_to_one_list() {
        let (id, text) = (lot(), cursor(lot().node()));
        let of = |kind, text: &str| page(kind, None, Some(text.into()), None, None);
        assert_eq!(of(NodeKind::Lot, &cursor(id.node())).unwrap().after, Some(id.uuid()));
        assert!(of(NodeKind::Case, &text).is_err());
        for forged in ["", "x", "AAAA", "1", &id.to_global(), &format!("{text}A"), &text[1..], &format!("{text}=")] {
            assert!(matches!(of(NodeKind::Lot, forged), Err(Problem::BadInput(_))), "{forged}");
        }
    }

    #[test]
    fn first_or_last_from_1_to_100() {
        for (first, last, good) in [
            (Some(1), None, true),
            (Some(100), None, true),
            (None, Some(100), true),
            (None, None, true),
            (Some(0), None, false),
            (Some(101), None, false),
            (None, Some(-1), false),
            (None, Some(i32::MAX), false),
            (Some(1), Some(1), false),
        ] {
            assert_eq!(page(NodeKind::Lot, first, None, last, None).is_ok(), good, "{first:?} {last:?}");
        }
        assert_eq!(cost(Some(10), None, 3), 31);
        assert_eq!(cost(Some(-5), None, 3), 4);
        assert_eq!(cost(None, Some(i32::MAX), 3), 301);
    }

    struct Query;
    #[Object]
    impl Query {
        async fn things(&self) -> ThingConnection {
            Paged { items: vec![Thing { lot: lot() }], has_previous: false, has_next: true }.into()
        }
    }

    #[tokio::test]
    async fn the_connection_has_relays_shape() {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let query =
            "{things{edges{cursor node{lot}} nodes{lot} pageInfo{hasPreviousPage hasNextPage startCursor endCursor}}}";
        let response = schema.execute(query).await;
        assert!(response.is_ok(), "{:?}", response.errors);
        let things = response.data.into_json().unwrap()["things"].clone();
        assert_eq!(things["edges"][0]["cursor"], things["pageInfo"]["startCursor"]);
        assert_eq!(things["pageInfo"]["startCursor"], things["pageInfo"]["endCursor"]);
        assert_eq!(things["edges"][0]["node"], things["nodes"][0]);
        assert_eq!(things["pageInfo"]["hasNextPage"], true);
    }
}

//! Closed lists of values that rows hold and the graph shows.

/// Declares an enum that is stored as its upper-case text, shown in the graph under the same name, described once.
#[macro_export]
macro_rules! stored_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
            async_graphql::Enum, serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[doc = $doc])+ #[sea_orm(string_value = $text)] #[graphql(name = $text)] #[serde(rename = $text)] $variant),+
        }
        impl $name {
            /// Every value, in the order of this list.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The stored and shown text.
            pub const fn as_str(self) -> &'static str { match self { $($name::$variant => $text),+ } }
        }
    };
}

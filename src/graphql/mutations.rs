//! The resolvers of mutations whose input says all: each runs its use case and hands the outcome to its payload.
//!
//! ```ignore
//! mutations! {
//!     CasesMutation {
//!         /// Opens an enforcement case (执行立案). Role: OFFICER.
//!         open_case("The case to open (案件).": OpenCaseInput) -> OpenCasePayload;
//!     }
//! }
//! ```
//! The doc comment describes the field, the text in the brackets its argument `input`. A resolver that does more, such as
//! one that waits for the turn of a lot, is written out.

/// Declares a part of the graph's mutation type.
#[macro_export]
macro_rules! mutations {
    ($root:ident { $($(#[$meta:meta])+ $name:ident($what:literal: $input:ty) -> $payload:ty;)+ }) => {
        #[derive(Default)]
        pub struct $root;
        #[async_graphql::Object]
        impl $root {
            $(
                $(#[$meta])+
                async fn $name(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = $what)] input: $input,
                ) -> Result<$payload, $crate::kernel::error::Problem> {
                    Ok($crate::graphql::caller::run(ctx, &input).await?.into())
                }
            )+
        }
    };
}
